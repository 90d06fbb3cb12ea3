//! Charts set into the page: their ids made unique, and nothing in them but drawing.
//!
//! A chart's labels come from model names, so the page does not trust that its renderer escaped
//! them: an element or attribute that could do more than draw is refused here.

use askama::filters::{Escaper, Html, HtmlSafe};
use std::fmt::{self, Write};

/// Elements that only draw.
const DRAWING: [&str; 16] = [
    "circle",
    "clipPath",
    "defs",
    "desc",
    "ellipse",
    "g",
    "line",
    "linearGradient",
    "path",
    "polygon",
    "polyline",
    "rect",
    "stop",
    "svg",
    "text",
    "title",
];

/// An SVG document made fit for the page.
pub(super) struct Inline(String);

impl fmt::Display for Inline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

// Only `inline` makes one, and it lets nothing through that could do more than draw.
impl HtmlSafe for Inline {}

/// Takes the `svg` element out of a document, prefixes its ids with `prefix`, and names it `label`
/// for readers who cannot see it.
///
/// # Errors
///
/// The reason, where the document is no SVG or holds what could do more than draw.
pub(super) fn inline(svg: &str, prefix: &str, label: &str) -> Result<Inline, String> {
    let start = svg.find("<svg").ok_or("it holds no svg element")?;
    let mut rest = &svg[start..];
    let mut out = String::with_capacity(rest.len() + 256);
    let mut root = true;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        let tag = Tag::read(&rest[open..])?;
        tag.check()?;
        let named = (root && tag.name == "svg").then_some(label);
        root = false;
        tag.write(&mut out, prefix, named)
            .map_err(|error| error.to_string())?;
        rest = &rest[open + tag.length..];
    }
    Ok(Inline(out))
}

/// One tag of the document.
struct Tag<'a> {
    closing: bool,
    name: &'a str,
    attributes: Vec<(&'a str, &'a str)>,
    self_closing: bool,
    /// Bytes from `<` to `>`, both counted.
    length: usize,
}

impl<'a> Tag<'a> {
    /// Reads the tag that `source` begins with.
    fn read(source: &'a str) -> Result<Self, String> {
        let closing = source.starts_with("</");
        let body = &source[if closing { 2 } else { 1 }..];
        let name_end = body
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(body.len());
        let (name, mut rest) = body.split_at(name_end);
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start();
            let self_closing = rest.starts_with("/>");
            if self_closing || rest.starts_with('>') {
                let end = rest.len() - if self_closing { 2 } else { 1 };
                return Ok(Self {
                    closing,
                    name,
                    attributes,
                    self_closing,
                    length: source.len() - end,
                });
            }
            let (attribute, after) = rest
                .split_once("=\"")
                .ok_or_else(|| format!("the tag <{name}> is malformed"))?;
            let (value, after) = after
                .split_once('"')
                .ok_or_else(|| format!("the tag <{name}> does not end"))?;
            attributes.push((attribute, value));
            rest = after;
        }
    }

    /// Refuses what could do more than draw.
    fn check(&self) -> Result<(), String> {
        if !DRAWING.contains(&self.name) {
            return Err(format!(
                "the element <{}> does not belong in a chart",
                self.name
            ));
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '_');
        for (name, value) in &self.attributes {
            let outside = (name.ends_with("href") && !value.starts_with('#'))
                || value
                    .split("url(")
                    .skip(1)
                    .any(|target| !target.starts_with('#'));
            if !name.chars().all(is_name)
                || name.starts_with("on")
                || value.contains('<')
                || outside
            {
                return Err(format!(
                    "the attribute {name} of <{}> does not belong in a chart",
                    self.name
                ));
            }
        }
        Ok(())
    }

    fn write(&self, out: &mut String, prefix: &str, label: Option<&str>) -> fmt::Result {
        write!(out, "<{}{}", if self.closing { "/" } else { "" }, self.name)?;
        for (name, value) in &self.attributes {
            if label.is_some() && matches!(*name, "role" | "aria-label") {
                continue;
            }
            let value = match *name {
                "id" => format!("{prefix}{value}"),
                name if name.ends_with("href") => value.replacen('#', &format!("#{prefix}"), 1),
                _ => value.replace("url(#", &format!("url(#{prefix}")),
            };
            write!(out, " {name}=\"{value}\"")?;
        }
        if let Some(label) = label {
            out.push_str(" role=\"img\" aria-label=\"");
            Html.write_escaped_str(&mut *out, label)?;
            out.push('"');
        }
        out.push_str(if self.self_closing { "/>" } else { ">" });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_prefixed_wherever_they_are_used() {
        let svg = "<?xml version=\"1.0\"?>\n<svg width=\"1\"><defs><clipPath id=\"a\"><rect/></clipPath></defs>\
                   <g clip-path=\"url(#a)\"><text>a &lt; b</text></g></svg>\n";
        assert_eq!(
            inline(svg, "c1-", "빠르기 \"비교\"").unwrap().to_string(),
            "<svg width=\"1\" role=\"img\" aria-label=\"빠르기 &#34;비교&#34;\"><defs><clipPath id=\"c1-a\"><rect/></clipPath></defs>\
             <g clip-path=\"url(#c1-a)\"><text>a &lt; b</text></g></svg>"
        );
    }

    #[test]
    fn what_could_do_more_than_draw_is_refused() {
        for bad in [
            "<svg><script>alert(1)</script></svg>",
            "<svg><foreignObject/></svg>",
            "<svg onload=\"alert(1)\"></svg>",
            "<svg><g href=\"https://example.org/\"/></svg>",
            "<svg><g fill=\"url(https://example.org/)\"/></svg>",
            "<svg><!-- <script> --></svg>",
            "<svg><text>a < b</text></svg>",
            "<svg width=\"1\"",
            "no svg at all",
        ] {
            assert!(inline(bad, "x-", "x").is_err(), "{bad}");
        }
    }
}
