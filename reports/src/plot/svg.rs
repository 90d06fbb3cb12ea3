//! What plotters writes of an SVG, said in fewer words, with classes for colours.
//!
//! plotters names font, opacity and stroke at every element. Here neighbours of one paint become one
//! path, fonts are left to the page, and the code that stands for a paint becomes its class.

use super::palette::class_of;
use std::fmt::Write;

/// The elements within the `<svg>` that plotters wrote.
pub(super) fn compact(svg: &str) -> Result<String, String> {
    let mut out = Writer::default();
    let mut rest = svg.split_once('>').map_or("", |(_, body)| body);
    while let Some((_, from)) = rest.split_once('<') {
        let (tag, after) = from.split_once('>').ok_or("a tag does not end")?;
        rest = after;
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let tag = Tag(attributes);
        match name {
            "rect" => out.rect(&tag)?,
            "polygon" => out.polygon(&tag)?,
            "circle" => out.circle(&tag)?,
            "text" => {
                let (text, after) = after.split_once("</text>").ok_or("a text does not end")?;
                rest = after;
                out.text(&tag, text.trim_matches('\n'))?;
            }
            "/svg" => break,
            _ => return Err(format!("plotters drew an element <{name}>")),
        }
    }
    out.end();
    Ok(out.text)
}

/// The attributes of a tag.
struct Tag<'a>(&'a str);

impl<'a> Tag<'a> {
    fn get(&self, name: &str) -> Result<&'a str, String> {
        let mut rest = self.0;
        while let Some((found, after)) = rest.split_once("=\"") {
            let (value, after) = after.split_once('"').ok_or("an attribute does not end")?;
            if found.trim() == name {
                return Ok(value);
            }
            rest = after;
        }
        Err(format!("an element has no {name}"))
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Result<T, String> {
        let value = self.get(name)?;
        value.parse().map_err(|_| format!("{name} is {value}"))
    }

    /// The attributes that say what it is painted in.
    fn paint(&self) -> Result<String, String> {
        let fill = self.get("fill")?.trim_start_matches('#');
        let code = u32::from_str_radix(fill, 16).map_err(|_| format!("fill is {fill}"))?;
        let [_, a, b, c] = code.to_be_bytes();
        let class = class_of((a, b, c));
        let opacity: f64 = self.number("opacity")?;
        Ok(if opacity < 1.0 {
            format!("class=\"{class}\" opacity=\"{}\"", short(opacity))
        } else {
            format!("class=\"{class}\"")
        })
    }
}

/// At most two decimals, without what says nothing.
fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_start_matches('0')
        .trim_end_matches('0')
        .to_owned()
}

/// What neighbours of one paint are gathered in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Open {
    #[default]
    Nothing,
    Path,
    Circles,
}

#[derive(Default)]
struct Writer {
    text: String,
    open: Open,
    paint: String,
}

impl Writer {
    fn end(&mut self) {
        match self.open {
            Open::Nothing => {}
            Open::Path => self.text.push_str("\"/>\n"),
            Open::Circles => self.text.push_str("</g>\n"),
        }
        self.open = Open::Nothing;
    }

    fn begin(&mut self, open: Open, paint: String) {
        if (self.open, &self.paint) == (open, &paint) {
            return;
        }
        self.end();
        let start = match open {
            Open::Nothing => String::new(),
            Open::Path => format!("<path {paint} d=\""),
            Open::Circles => format!("<g {paint}>"),
        };
        self.text.push_str(&start);
        (self.open, self.paint) = (open, paint);
    }

    fn rect(&mut self, tag: &Tag) -> Result<(), String> {
        let [x, y, width, height] =
            ["x", "y", "width", "height"].map(|name| tag.number::<i32>(name));
        self.begin(Open::Path, tag.paint()?);
        let (width, height) = (width?, height?);
        _ = write!(self.text, "M{} {}h{width}v{height}h{}z", x?, y?, -width);
        Ok(())
    }

    fn polygon(&mut self, tag: &Tag) -> Result<(), String> {
        let mut corners = Vec::new();
        for pair in tag.get("points")?.split_whitespace() {
            let (x, y) = pair.split_once(',').ok_or("a point is no pair")?;
            let number = |text: &str| {
                text.parse::<i64>()
                    .map_err(|_| format!("a point is {pair}"))
            };
            corners.push((number(x)?, number(y)?));
        }
        let next = corners.iter().skip(1).chain(&corners);
        let twice: i64 = corners
            .iter()
            .zip(next)
            .map(|(a, b)| a.0 * b.1 - b.0 * a.1)
            .sum();
        // All the same way round, or two that overlap in one path would leave a hole.
        if twice < 0 {
            corners.reverse();
        }
        self.begin(Open::Path, tag.paint()?);
        let mut pen = None;
        for (x, y) in corners {
            _ = match pen {
                None => write!(self.text, "M{x} {y}l"),
                Some((a, b)) => write!(self.text, "{} {} ", x - a, y - b),
            };
            pen = Some((x, y));
        }
        self.text.truncate(self.text.trim_end().len());
        self.text.push('z');
        Ok(())
    }

    fn circle(&mut self, tag: &Tag) -> Result<(), String> {
        self.begin(Open::Circles, tag.paint()?);
        let [x, y, r] = ["cx", "cy", "r"].map(|name| tag.get(name));
        _ = write!(
            self.text,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"/>",
            x?, y?, r?
        );
        Ok(())
    }

    fn text(&mut self, tag: &Tag, text: &str) -> Result<(), String> {
        self.end();
        let size: f64 = tag.number("font-size")?;
        // plotters names the top, and has the viewer go down to the base line.
        let baseline = tag.number::<f64>("y")? + 0.76 * size;
        let anchor = match tag.get("text-anchor")? {
            "start" => String::new(),
            other => format!(" text-anchor=\"{other}\""),
        };
        let weight = match tag.get("font-weight") {
            Ok(weight) => format!(" font-weight=\"{weight}\""),
            Err(_) => String::new(),
        };
        _ = writeln!(
            self.text,
            "<text {} x=\"{}\" y=\"{baseline:.0}\" font-size=\"{size}\"{anchor}{weight}>{text}</text>",
            tag.paint()?,
            tag.get("x")?
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_one_paint_become_one_path() {
        let svg = "<svg width=\"9\">\n\
            <rect x=\"1\" y=\"2\" width=\"3\" height=\"4\" opacity=\"1\" fill=\"#000300\" stroke=\"none\"/>\n\
            <polygon opacity=\"1\" fill=\"#000300\" points=\"0,0 0,5 5,5 \"/>\n\
            <circle cx=\"1\" cy=\"2\" r=\"3\" opacity=\"0.6\" fill=\"#01020C\" stroke=\"none\" stroke-width=\"1\"/>\n\
            <circle cx=\"4\" cy=\"5\" r=\"3\" opacity=\"0.6\" fill=\"#01020C\" stroke=\"none\" stroke-width=\"1\"/>\n\
            <text x=\"1\" y=\"24\" dy=\"0.76em\" text-anchor=\"end\" font-family=\"&apos;A&apos;\" font-size=\"100\" opacity=\"1\" fill=\"#000000\" font-weight=\"bold\">\n\
            a &lt; b\n</text>\n</svg>\n";
        insta::assert_snapshot!(compact(svg).unwrap(), @r#"
        <path class="p-grid" d="M1 2h3v4h-3zM5 5l-5 0 0 -5z"/>
        <g class="c12" opacity=".6"><circle cx="1" cy="2" r="3"/><circle cx="4" cy="5" r="3"/></g>
        <text class="p-ink" x="1" y="100" font-size="100" text-anchor="end" font-weight="bold">a &lt; b</text>
        "#);
    }

    #[test]
    fn what_plotters_is_not_known_to_draw_is_refused() {
        assert!(compact("<svg><polyline points=\"0,0\"/></svg>").is_err());
        assert!(compact("<svg><rect x=\"1\"/></svg>").is_err());
    }
}
