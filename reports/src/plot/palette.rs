//! Colours and marks: a hue and a mark for each variant, a shade for each precision of the weights, and
//! an open mark where more than the weights' precision was set.
//!
//! The hues are those of Okabe and Ito (2008), which colour-blind readers can tell apart. The shades
//! are steps of relative luminance (WCAG 2.2) that are the same for every hue, so that a precision is
//! as dark in one variant as in another and greyscale still tells precisions apart.

use crate::precision::Precision;
use crate::view::CellView;
use std::cmp::Reverse;

/// A colour in sRGB.
pub(super) type Rgb = (u8, u8, u8);

/// Text and axes.
pub(super) const INK: Rgb = (0x1c, 0x1c, 0x1e);
/// Text of less weight.
pub(super) const MUTED: Rgb = (0x55, 0x58, 0x5e);
/// Text that says that something failed.
pub(super) const ALARM: Rgb = (0x9b, 0x1c, 0x1c);
/// Lines that values are read off by.
pub(super) const GRID: Rgb = (0xdf, 0xe1, 0xe5);
/// Every other row.
pub(super) const BAND: Rgb = (0xf6, 0xf7, 0xf9);
/// Ground of values that cannot be told from noise.
pub(super) const FLOOR: Rgb = (0xd3, 0xd6, 0xdb);
/// Ground.
pub(super) const PAPER: Rgb = (0xff, 0xff, 0xff);

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

/// Relative luminance of the darkest and the lightest shade. The lightest still has a contrast of
/// 3 : 1 with the paper, which WCAG 2.2 asks of graphics.
const DARKEST: f64 = 0.05;
const LIGHTEST: f64 = 0.28;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) color: Rgb,
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
            color: shade(HUES[rank % HUES.len()], luminance_of(0, 1)),
            mark: MARKS[rank % MARKS.len()],
            open: false,
        }
    }
}

/// The styles of a report's cells.
pub(super) struct Palette<'a> {
    variants: Vec<&'a str>,
    weights: Vec<&'a str>,
}

impl<'a> Palette<'a> {
    /// Variants take hues in the order of the cells, weights take shades from the widest (dark) on.
    pub(super) fn of(cells: &'a [CellView]) -> Self {
        let mut variants = Vec::new();
        let mut weights = Vec::new();
        for cell in cells {
            push_new(&mut variants, cell.key.variant.as_str());
            push_new(&mut weights, Precision::parse(&cell.key.precision).weights);
        }
        weights.sort_by_key(|name| (Reverse(Precision::parse(name).bits()), *name));
        Self { variants, weights }
    }

    /// The style of a cell.
    pub(super) fn style(&self, variant: &str, precision: &str) -> Style {
        let variant = self
            .variants
            .iter()
            .position(|&v| v == variant)
            .unwrap_or(0);
        let precision = Precision::parse(precision);
        let rank = self
            .weights
            .iter()
            .position(|&weights| weights == precision.weights)
            .unwrap_or(0);
        Style {
            color: shade(
                HUES[variant % HUES.len()],
                luminance_of(rank, self.weights.len()),
            ),
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

/// The luminance of shade `rank` of `n`, in steps that look even.
fn luminance_of(rank: usize, n: usize) -> f64 {
    let t = if n > 1 {
        rank as f64 / (n - 1) as f64
    } else {
        0.5
    };
    (DARKEST + 0.05) * ((LIGHTEST + 0.05) / (DARKEST + 0.05)).powf(t) - 0.05
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

/// `color` mixed with `share` of the paper's white, 0 to 1.
pub(super) fn tint(color: Rgb, share: f64) -> Rgb {
    let mix = |c: u8| (f64::from(c) + (255.0 - f64::from(c)) * share).round() as u8;
    (mix(color.0), mix(color.1), mix(color.2))
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
    fn every_shade_stands_out_from_the_paper() {
        for hue in HUES {
            for rank in 0..8 {
                let color = shade(hue, luminance_of(rank, 8));
                assert!(contrast(color, BAND) >= 2.9, "{color:?}");
                assert!(contrast(color, PAPER) >= 3.0, "{color:?}");
            }
        }
        for text in [INK, MUTED, ALARM] {
            assert!(contrast(text, BAND) >= 4.5, "{text:?}");
        }
    }

    #[test]
    fn greyscale_tells_four_precisions_apart() {
        for hue in HUES {
            let shades: Vec<_> = (0..4)
                .map(|rank| shade(hue, luminance_of(rank, 4)))
                .collect();
            for pair in shades.windows(2) {
                assert!(luminance(pair[0]) < luminance(pair[1]));
                assert!(contrast(pair[0], pair[1]) > 1.4, "{pair:?}");
            }
        }
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
