//! Colours and marks: a hue and a mark for each variant, a shade for each precision of the weights, and
//! an open mark where more than the weights' precision was set.
//!
//! The hues are those of Okabe and Ito (2008), which colour-blind readers can tell apart. The shades
//! are steps of relative luminance (WCAG 2.2) that are the same for every hue, so that a precision is
//! as dark in one variant as in another and greyscale still tells precisions apart. On a dark ground
//! the steps run the other way: the widest precision always stands out most.
//!
//! A bitmap is drawn in the light colours. An SVG names its colours by class, and the page's style
//! sheet, of which [`style_sheet`] is a part, gives each class a colour for either ground.

use crate::precision::Precision;
use crate::view::CellView;
use std::cmp::Reverse;

/// A colour in sRGB.
pub(super) type Rgb = (u8, u8, u8);

/// What something is painted in: a colour for each ground, and how much of it hides what is beneath.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Paint {
    color: Color,
    /// 1 hides it.
    pub(super) alpha: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Color {
    /// One of [`FIXED`].
    Fixed(u8),
    /// One of [`HUES`] at one of [`LEVELS`].
    Shade { hue: u8, level: u8 },
}

/// Text and axes.
pub(super) const INK: Paint = Paint::fixed(0);
/// Text of less weight.
pub(super) const MUTED: Paint = Paint::fixed(1);
/// Text that says that something failed.
pub(super) const ALARM: Paint = Paint::fixed(2);
/// Lines that values are read off by.
pub(super) const GRID: Paint = Paint::fixed(3);
/// Every other row.
pub(super) const BAND: Paint = Paint::fixed(4);
/// Ground of values that cannot be told from noise.
pub(super) const FLOOR: Paint = Paint::fixed(5);
/// Ground.
pub(super) const PAPER: Paint = Paint::fixed(6);
/// Ground of numbers that a format holds whole.
pub(super) const NORMAL: Paint = Paint::fixed(7);
/// Ground of numbers that a format holds in part.
pub(super) const SUBNORMAL: Paint = Paint::fixed(8);
/// Ground of numbers that a format does not hold.
pub(super) const OUTSIDE: Paint = Paint::fixed(9);

/// Class, and colour on light and on dark ground.
const FIXED: [(&str, Rgb, Rgb); 10] = [
    ("p-ink", (0x1c, 0x1c, 0x1e), (0xe7, 0xe9, 0xec)),
    ("p-muted", (0x55, 0x58, 0x5e), (0xa9, 0xb0, 0xb9)),
    ("p-alarm", (0x9b, 0x1c, 0x1c), (0xf5, 0x9a, 0x8f)),
    ("p-grid", (0xdf, 0xe1, 0xe5), (0x36, 0x3d, 0x45)),
    ("p-band", (0xf6, 0xf7, 0xf9), (0x20, 0x25, 0x2b)),
    ("p-floor", (0xd3, 0xd6, 0xdb), (0x3a, 0x42, 0x4b)),
    ("p-paper", (0xff, 0xff, 0xff), (0x1b, 0x1f, 0x24)),
    ("p-normal", (0xdd, 0xee, 0xe4), (0x1d, 0x3b, 0x2b)),
    ("p-subnormal", (0xfb, 0xe9, 0xb8), (0x4a, 0x3a, 0x10)),
    ("p-outside", (0xf6, 0xd5, 0xce), (0x52, 0x24, 0x1d)),
];

/// Blue, vermilion, bluish green, reddish purple, orange, sky blue, and grey.
const HUES: [Rgb; 7] = [
    (0x00, 0x72, 0xb2),
    (0xd5, 0x5e, 0x00),
    (0x00, 0x9e, 0x73),
    (0xcc, 0x79, 0xa7),
    (0xe6, 0x9f, 0x00),
    (0x56, 0xb4, 0xe9),
    (0x80, 0x80, 0x80),
];

/// Shades of a hue.
const LEVELS: u8 = 13;

/// Relative luminance of the first and the last shade on a light and on a dark ground. The last still
/// has a contrast of 3 : 1 with the ground, which WCAG 2.2 asks of graphics.
const ON_LIGHT: (f64, f64) = (0.05, 0.28);
#[cfg(test)]
const ON_DARK: (f64, f64) = (0.52, 0.15);

impl Paint {
    const fn fixed(index: u8) -> Self {
        Self {
            color: Color::Fixed(index),
            alpha: 1.0,
        }
    }

    fn shade(hue: usize, level: u8) -> Self {
        let color = Color::Shade {
            hue: (hue % HUES.len()) as u8,
            level,
        };
        Self { color, alpha: 1.0 }
    }

    /// Its colour on a light ground, over which its alpha still has to be laid.
    pub(super) fn light(self) -> Rgb {
        match self.color {
            Color::Fixed(index) => FIXED[usize::from(index)].1,
            Color::Shade { hue, level } => {
                shade(HUES[usize::from(hue)], luminance_of(level, ON_LIGHT))
            }
        }
    }

    /// Three bytes that stand for it on the way through a drawing library, which knows colours only.
    pub(super) fn code(self) -> Rgb {
        match self.color {
            Color::Fixed(index) => (0, index, 0),
            Color::Shade { hue, level } => (1, hue, level),
        }
    }
}

/// The class of a paint by its [`Paint::code`].
pub(super) fn class_of(code: Rgb) -> String {
    match code {
        (0, index, _) => FIXED
            .get(usize::from(index))
            .map_or_else(String::new, |(class, ..)| (*class).to_owned()),
        (_, hue, level) => shade_class(usize::from(hue), level),
    }
}

fn shade_class(hue: usize, level: u8) -> String {
    format!("{}{level}", char::from(b'a' + hue as u8))
}

/// What the page's style sheets must say of the classes on a light and on a dark ground: a test compares.
#[cfg(test)]
pub(super) fn style_sheet() -> (String, String) {
    let rule = |class: &str, (r, g, b): Rgb| format!(".{class}{{fill:#{r:02x}{g:02x}{b:02x}}}");
    let theme = |range: (f64, f64), fixed: fn(&(&'static str, Rgb, Rgb)) -> Rgb| {
        let mut lines = vec![
            FIXED
                .iter()
                .map(|entry| rule(entry.0, fixed(entry)))
                .collect::<String>(),
        ];
        for (hue, color) in HUES.iter().enumerate() {
            let of = |level| {
                rule(
                    &shade_class(hue, level),
                    shade(*color, luminance_of(level, range)),
                )
            };
            lines.push((0..LEVELS).map(of).collect());
        }
        lines.join("\n")
    };
    (
        theme(ON_LIGHT, |entry| entry.1),
        theme(ON_DARK, |entry| entry.2),
    )
}

/// The shape that a variant's values are marked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Circle,
    Square,
    Diamond,
    Up,
    Down,
}

const MARKS: [Mark; 5] = [
    Mark::Circle,
    Mark::Square,
    Mark::Diamond,
    Mark::Up,
    Mark::Down,
];

/// How one cell looks in every chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    pub(super) color: Paint,
    pub(super) mark: Mark,
    /// Whether the mark is open.
    pub(super) open: bool,
}

impl Style {
    /// What legends are drawn in, since they speak of no cell.
    pub(super) const NEUTRAL: Self = Self {
        color: MUTED,
        mark: Mark::Circle,
        open: false,
    };

    /// A hue and a mark for what is no cell, by its rank among its like.
    pub(super) fn of_kind(rank: usize) -> Self {
        Self {
            color: Paint::shade(rank, level_of(0, 1)),
            mark: MARKS[rank % MARKS.len()],
            open: false,
        }
    }
}

/// The styles of a report's cells.
pub(super) struct Palette<'a> {
    /// Each variant with the number of its hue and mark.
    variants: Vec<(&'a str, usize)>,
    weights: Vec<&'a str>,
}

/// Variants that look the same in every report; others take what these leave.
const USUAL: [&str; 3] = ["general", "instruct", "text"];

impl<'a> Palette<'a> {
    /// Variants take hues in the order of the cells, but for [`USUAL`] ones; weights take shades from the widest (dark) on.
    pub(super) fn of(cells: &'a [CellView]) -> Self {
        let mut names = Vec::new();
        let mut weights = Vec::new();
        for cell in cells {
            push_new(&mut names, cell.key.variant.as_str());
            push_new(&mut weights, Precision::parse(&cell.key.precision).weights);
        }
        weights.sort_by_key(|name| (Reverse(Precision::parse(name).bits()), *name));
        let usual = |name: &str| USUAL.iter().position(|&usual| usual == name);
        let mut free =
            (0..).filter(|&hue| !names.iter().any(|name: &&str| usual(name) == Some(hue)));
        let number = |name: &&'a str| (*name, usual(name).or_else(|| free.next()).unwrap_or(0));
        let variants = names.iter().map(number).collect();
        Self { variants, weights }
    }

    /// The style of a cell.
    pub(super) fn style(&self, variant: &str, precision: &str) -> Style {
        let variant = self
            .variants
            .iter()
            .find(|(name, _)| *name == variant)
            .map_or(0, |&(_, number)| number);
        let precision = Precision::parse(precision);
        let rank = self
            .weights
            .iter()
            .position(|&weights| weights == precision.weights)
            .unwrap_or(0);
        Style {
            color: Paint::shade(variant, level_of(rank, self.weights.len())),
            mark: MARKS[variant % MARKS.len()],
            open: precision.is_mixed(),
        }
    }
}

fn push_new<'a>(list: &mut Vec<&'a str>, item: &'a str) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// The shade of rank `rank` of `n`.
fn level_of(rank: usize, n: usize) -> u8 {
    let t = if n > 1 {
        rank as f64 / (n - 1) as f64
    } else {
        0.5
    };
    (t * f64::from(LEVELS - 1)).round() as u8
}

/// The luminance of a shade, in steps that look even.
fn luminance_of(level: u8, (first, last): (f64, f64)) -> f64 {
    let t = f64::from(level) / f64::from(LEVELS - 1);
    (first + 0.05) * ((last + 0.05) / (first + 0.05)).powf(t) - 0.05
}

/// `hue`, darkened or mixed with white until its relative luminance is `target`.
fn shade(hue: Rgb, target: f64) -> Rgb {
    let linear = channels(hue).map(to_linear);
    let own = luminance(hue);
    let mixed = if target <= own {
        linear.map(|c| c * target / own)
    } else {
        let white = (target - own) / (1.0 - own);
        linear.map(|c| c + (1.0 - c) * white)
    };
    let [r, g, b] = mixed.map(from_linear);
    (r, g, b)
}

/// Relative luminance as WCAG 2.2 defines it: 0 for black, 1 for white.
fn luminance(color: Rgb) -> f64 {
    let [r, g, b] = channels(color).map(to_linear);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// `paint`, `share` of which (0 to 1) is taken away so that what is beneath shows through.
pub(super) fn tint(paint: Paint, share: f64) -> Paint {
    Paint {
        alpha: paint.alpha * (1.0 - share),
        ..paint
    }
}

fn channels((r, g, b): Rgb) -> [u8; 3] {
    [r, g, b]
}

fn to_linear(c: u8) -> f64 {
    let c = f64::from(c) / 255.0;
    if c <= 0.040_45 {
        c / 12.92
    } else {
        ((c + 0.055) / 1.055).powf(2.4)
    }
}

fn from_linear(c: f64) -> u8 {
    let c = if c <= 0.003_130_8 {
        c * 12.92
    } else {
        1.055 * c.powf(1.0 / 2.4) - 0.055
    };
    (c.clamp(0.0, 1.0) * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_shade_stands_out_from_either_ground() {
        for (range, fixed) in [(ON_LIGHT, 1), (ON_DARK, 2)] {
            let ground = |paint: Paint| {
                let entry = FIXED[usize::from(paint.code().1)];
                if fixed == 1 { entry.1 } else { entry.2 }
            };
            for hue in HUES {
                for level in 0..LEVELS {
                    let color = shade(hue, luminance_of(level, range));
                    assert!(contrast(color, ground(BAND)) >= 2.9, "{color:?}");
                    assert!(contrast(color, ground(PAPER)) >= 3.0, "{color:?}");
                }
            }
            for text in [INK, MUTED, ALARM] {
                assert!(contrast(ground(text), ground(BAND)) >= 4.5, "{text:?}");
            }
            for fate in [NORMAL, SUBNORMAL, OUTSIDE] {
                assert!(contrast(ground(INK), ground(fate)) >= 4.5, "{fate:?}");
            }
        }
    }

    #[test]
    fn greyscale_tells_four_precisions_apart() {
        for range in [ON_LIGHT, ON_DARK] {
            for hue in HUES {
                let shades: Vec<_> = (0..4)
                    .map(|rank| shade(hue, luminance_of(level_of(rank, 4), range)))
                    .collect();
                for pair in shades.windows(2) {
                    assert!(contrast(pair[0], pair[1]) > 1.4, "{pair:?}");
                }
            }
        }
    }

    /// How a deuteranope sees a colour (Viénot, Brettel and Mollon, 1999), in linear light.
    fn to_deuteranope(color: Rgb) -> [f64; 3] {
        let [r, g, b] = channels(color).map(to_linear);
        let yellow = 0.292_75 * r + 0.707_25 * g;
        [yellow, yellow, -0.022_336 * r + 0.022_336 * g + b]
    }

    #[test]
    fn a_deuteranope_tells_three_variants_of_one_precision_apart() {
        for range in [ON_LIGHT, ON_DARK] {
            for level in [0, 6, 12] {
                let seen: Vec<_> = HUES[..3]
                    .iter()
                    .map(|hue| {
                        to_deuteranope(shade(*hue, luminance_of(level, range))).map(from_linear)
                    })
                    .collect();
                for (i, a) in seen.iter().enumerate() {
                    for b in &seen[..i] {
                        let apart: i32 = (0..3)
                            .map(|c| (i32::from(a[c]) - i32::from(b[c])).pow(2))
                            .sum();
                        // The marks differ besides.
                        assert!(apart > 18 * 18, "{a:?} {b:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_style_sheet_of_the_page_has_these_colours() {
        let (light, dark) = style_sheet();
        for (file, text, wanted) in [
            (
                "report.css",
                include_str!("../../templates/report.css"),
                light,
            ),
            ("media.css", include_str!("../../templates/media.css"), dark),
        ] {
            assert!(text.contains(&wanted), "put this into {file}:\n{wanted}");
        }
    }

    #[test]
    fn a_variant_looks_the_same_in_every_report() {
        let number = |variants: &[&str], name: &str| {
            let cell = |name: &&str| super::super::fixture::cell(name, "F16");
            let cells: Vec<CellView> = variants.iter().map(cell).collect();
            let style = Palette::of(&cells).style(name, "F16");
            (style.color, style.mark)
        };
        let usual = ["general", "instruct", "text"];
        for name in usual {
            assert_eq!(number(&[name], name), number(&usual, name));
        }
        assert_eq!(number(&["mine"], "mine"), number(&usual, "general"));
        assert_ne!(
            number(&["mine", "general"], "mine"),
            number(&usual, "general")
        );
    }

    #[test]
    fn cells_of_one_weights_share_a_shade_and_mixed_ones_are_open() {
        let cells = ["F16:kv=Q8_0", "F32", "F16", "Q4_K_M+F32", "F16:fa=off"]
            .map(|precision| super::super::fixture::cell("a", precision));
        let palette = Palette::of(&cells);
        assert_eq!(palette.weights, ["F32", "F16", "Q4_K_M"]);
        let [kv, f32, f16, ends, flash] =
            [0, 1, 2, 3, 4].map(|index: usize| palette.style("a", &cells[index].key.precision));
        assert_eq!([kv.color, flash.color], [f16.color; 2]);
        assert!(f32.color != f16.color && ends.color != f16.color);
        assert_eq!(
            [kv, f32, f16, ends, flash].map(|style| style.open),
            [true, false, false, true, true]
        );
    }
}
