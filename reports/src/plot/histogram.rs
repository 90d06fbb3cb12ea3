//! A histogram over binary exponents with an outline for each file, and what number formats hold of
//! them under it.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Drawn, Type};
use super::font::Fonts;
use super::frame::{self, Frame, LABEL, NOTE, SMALL, WIDTH};
use super::label::{CellName, fit, fit_name};
use super::palette::{INK, MUTED, NORMAL, OUTSIDE, Paint, SUBNORMAL, Style, tint};
use super::power;
use plotters::prelude::DrawingBackend;
use std::ops::Range;

/// A histogram in one language.
#[derive(Debug, Clone)]
pub(super) struct Histogram {
    /// Its axis title speaks of the vertical scale.
    pub(super) frame: Frame,
    /// What the exponents are of.
    pub(super) exponent_title: String,
    /// The exponents that are shown.
    pub(super) exponents: Range<i32>,
    /// Formats from the top, the first of which also colours the ground of the data.
    pub(super) formats: Vec<FormatBand>,
    pub(super) outlines: Vec<Outline>,
}

/// What one format, or several of the same range, makes of each magnitude.
#[derive(Debug, Clone)]
pub(super) struct FormatBand {
    pub(super) name: String,
    /// Side by side, ascending.
    pub(super) parts: Vec<BandPart>,
}

/// A part of a [`FormatBand`].
#[derive(Debug, Clone)]
pub(super) struct BandPart {
    pub(super) exponents: Range<i32>,
    pub(super) fate: Fate,
    /// The same in ever fewer words, with `^` before an exponent; the first that fits is shown.
    pub(super) words: Vec<String>,
}

/// What becomes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It keeps the format's precision.
    Normal,
    /// It loses some of it.
    Subnormal,
    /// The format has no such number.
    Outside,
}

impl Fate {
    fn color(self) -> Paint {
        match self {
            Self::Normal => NORMAL,
            Self::Subnormal => SUBNORMAL,
            Self::Outside => OUTSIDE,
        }
    }
}

/// The distribution of a file.
#[derive(Debug, Clone)]
pub(super) struct Outline {
    pub(super) name: CellName,
    /// A second line under the name; may be empty.
    pub(super) note: String,
    pub(super) style: Style,
    /// Exponents, ascending, with their shares in percent, which are above zero.
    pub(super) shares: Vec<(i32, f64)>,
}

impl Outline {
    fn share(&self, exponent: i32) -> Option<f64> {
        let found = self.shares.binary_search_by_key(&exponent, |&(e, _)| e);
        found.ok().map(|index| self.shares[index].1)
    }

    fn highest(&self) -> f64 {
        self.shares
            .iter()
            .map(|&(_, share)| share)
            .fold(0.0, f64::max)
    }
}

const MARGIN: f64 = 18.0;
/// Widest room for the names of files.
const NAME_ROOM: f64 = 190.0;
/// Room for lines that lead from an outline to its name.
const LEADER: f64 = 40.0;
/// From one name to the next.
const NAME_STEP: f64 = 38.0;
const LEAST_HEIGHT: f64 = 300.0;
/// A format and the gap above it.
const BAND_HEIGHT: f64 = 22.0;
const BAND_GAP: f64 = 5.0;
/// Room for two lines of numbers and the title below.
const AXIS_HEIGHT: f64 = 74.0;
/// Between numbers of the horizontal scale.
const LEAST_STEP: f64 = 40.0;
/// Of the least that is drawn, lest it be taken for nothing.
const LEAST_BAR: f64 = 1.5;
const NUMBER: Type = Type {
    size: 12.0,
    bold: false,
    color: INK,
};

struct Layout {
    left: f64,
    right: f64,
    top: f64,
    /// Of the data; the formats are below.
    bottom: f64,
    axis: Axis,
    exponents: Range<i32>,
}

impl Layout {
    /// Where the bin of `exponent` begins.
    fn x(&self, exponent: i32) -> f64 {
        let exponent = exponent.clamp(self.exponents.start, self.exponents.end);
        let share = f64::from(exponent - self.exponents.start) / self.exponents.len() as f64;
        self.left + (self.right - self.left) * share
    }

    fn y(&self, share: f64) -> f64 {
        let y = self.bottom - (self.bottom - self.top) * self.axis.position(share);
        y.min(self.bottom - LEAST_BAR)
    }

    /// The upper end of the bar of `exponent`, which is the ground where there is none.
    fn level(&self, outline: &Outline, exponent: i32) -> f64 {
        outline
            .share(exponent)
            .map_or(self.bottom, |share| self.y(share))
    }
}

impl Histogram {
    fn plot_height(&self) -> f64 {
        (self.outlines.len() as f64 * NAME_STEP + 120.0).max(LEAST_HEIGHT)
    }

    fn bands_height(&self) -> f64 {
        self.formats.len() as f64 * (BAND_HEIGHT + BAND_GAP)
    }

    /// Height of the whole chart in logical pixels.
    pub(super) fn height(&self, fonts: &Fonts) -> f64 {
        self.frame.top(fonts) + 22.0 + self.plot_height() + self.bands_height() + AXIS_HEIGHT
    }

    /// Draws the chart onto a canvas of [`WIDTH`] and [`Histogram::height`].
    pub(super) fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Drawn {
        let layout = self.layout(canvas);
        self.frame.draw_head(canvas)?;
        let title = (MARGIN, layout.top - 12.0);
        canvas.text(&self.frame.axis_title, title, Anchor::Start, NOTE)?;
        self.draw_ground(canvas, &layout)?;
        frame::draw_vertical_scale(
            canvas,
            &layout.axis,
            (layout.left, layout.right),
            (layout.top, layout.bottom),
        )?;
        if let [only] = self.outlines.as_slice() {
            fill(canvas, &layout, only)?;
        }
        for (index, outline) in self.outlines.iter().enumerate() {
            draw_outline(canvas, &layout, outline, self.dodge(index))?;
        }
        canvas.bar(
            (layout.left, layout.bottom),
            (layout.right, layout.bottom),
            1.25,
            MUTED,
        )?;
        self.draw_names(canvas, &layout)?;
        self.draw_formats(canvas, &layout)?;
        self.draw_exponents(canvas, &layout)
    }

    /// How far outline `index` stands aside, so that equal stretches of several are all seen.
    fn dodge(&self, index: usize) -> f64 {
        let n = self.outlines.len() as f64;
        (index as f64 - (n - 1.0) / 2.0) * (5.0 / n).min(1.25)
    }

    fn layout<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Layout {
        let top = self.frame.top(canvas.fonts) + 22.0;
        let bottom = top + self.plot_height();
        let axis = self.axis();
        let widest = |widths: &mut dyn Iterator<Item = f64>| widths.fold(0.0, f64::max) * 1.06;
        let numbers = widest(
            &mut axis
                .ticks
                .iter()
                .map(|tick| canvas.width(&tick.label, NUMBER)),
        );
        let formats = widest(
            &mut self
                .formats
                .iter()
                .map(|band| canvas.width(&band.name, LABEL)),
        );
        let names = widest(
            &mut self
                .outlines
                .iter()
                .map(|outline| name_width(canvas, outline)),
        );
        Layout {
            left: MARGIN + numbers.max(formats) + 10.0,
            right: WIDTH - MARGIN - names.min(NAME_ROOM) - LEADER,
            top,
            bottom,
            axis,
            exponents: self.exponents.clone(),
        }
    }

    /// Always logarithmic: what a format cuts off is a small part of the weights.
    fn axis(&self) -> Axis {
        let shares = self.outlines.iter().flat_map(|outline| &outline.shares);
        let (low, high) = shares.fold((1.0_f64, 10.0_f64), |(low, high), &(_, share)| {
            (low.min(share), high.max(share))
        });
        // Less than this has no room; it is drawn as the least bar.
        Axis::around([low.max(1e-7) / 2.0, high * 1.3], 8)
    }

    /// Colours the ground of the data by what the first format makes of it.
    fn draw_ground<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>, layout: &Layout) -> Drawn {
        let parts = self.formats.first().map_or(&[][..], |band| &band.parts);
        for part in parts {
            let (from, to) = (layout.x(part.exponents.start), layout.x(part.exponents.end));
            let pale = tint(part.fate.color(), 0.6);
            canvas.rect((from, layout.top), (to, layout.bottom), pale)?;
        }
        Ok(())
    }

    fn draw_names<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>, layout: &Layout) -> Drawn {
        let mut free = layout.top + 8.0;
        for outline in &self.outlines {
            // The leader meets the outline's right side, which is below its peak.
            let peak = layout.y(outline.highest());
            let place = (peak + 8.0)
                .max(free + NAME_STEP / 2.0)
                .min(layout.bottom - 8.0);
            free = place + NAME_STEP / 2.0;
            let x = right_side(layout, outline, place);
            let color = outline.style.color;
            let end = layout.right + LEADER - 16.0;
            canvas.line((x, place), (end, place), 1.0, tint(color, 0.35))?;
            canvas.mark((x, place), 4.5, outline.style)?;
            canvas.mark((end + 6.0, place), 3.5, outline.style)?;
            draw_name(canvas, outline, (layout.right + LEADER, place))?;
        }
        Ok(())
    }

    fn draw_formats<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>, layout: &Layout) -> Drawn {
        for (index, band) in self.formats.iter().enumerate() {
            let top = layout.bottom + BAND_GAP + index as f64 * (BAND_HEIGHT + BAND_GAP);
            let name = (layout.left - 8.0, top + BAND_HEIGHT / 2.0 + 4.5);
            canvas.text(&band.name, name, Anchor::End, LABEL)?;
            for part in &band.parts {
                let (from, to) = (layout.x(part.exponents.start), layout.x(part.exponents.end));
                if to <= from {
                    continue;
                }
                // A hair of ground between neighbours.
                let (from, to) = (from + 0.75, to - 0.75);
                let color = part.fate.color();
                canvas.rect((from, top), (to, top + BAND_HEIGHT), color)?;
                let fits = |words: &&String| power::width(canvas, words, NUMBER) * 1.1 < to - from;
                if let Some(words) = part.words.iter().find(fits) {
                    let middle = ((from + to) / 2.0, top + BAND_HEIGHT / 2.0 + 4.5);
                    power::draw(canvas, words, middle, NUMBER)?;
                }
            }
        }
        Ok(())
    }

    fn draw_exponents<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        layout: &Layout,
    ) -> Drawn {
        let bottom = layout.bottom + self.bands_height();
        let bin = (layout.right - layout.left) / self.exponents.len() as f64;
        let step = if 5.0 * bin >= LEAST_STEP { 5 } else { 10 };
        for exponent in self.exponents.start..=self.exponents.end {
            if exponent % step != 0 {
                continue;
            }
            let x = layout.x(exponent);
            canvas.bar((x, bottom + 2.0), (x, bottom + 7.0), 1.0, MUTED)?;
            power::draw(canvas, &format!("2^{exponent}"), (x, bottom + 22.0), NUMBER)?;
            let decimal = decimal(exponent);
            if canvas.width(&decimal, SMALL) * 1.1 < 10.0 * bin {
                canvas.text(&decimal, (x, bottom + 38.0), Anchor::Middle, SMALL)?;
            }
        }
        let room = WIDTH - 2.0 * MARGIN;
        let title = fit(
            canvas.fonts,
            &self.exponent_title,
            NOTE.size,
            NOTE.bold,
            room,
        );
        let middle = (layout.left + layout.right) / 2.0;
        canvas.text(&title, (middle, bottom + 60.0), Anchor::Middle, NOTE)
    }
}

/// About what a power of two is, at each thousandfold; nothing between.
fn decimal(exponent: i32) -> String {
    if exponent % 10 != 0 {
        return String::new();
    }
    let thousands = exponent / 10;
    match thousands {
        0 => "1".into(),
        1.. => format!("≈1{}", ",000".repeat(thousands as usize)),
        _ => format!(
            "≈0.{}1",
            "0".repeat(3 * thousands.unsigned_abs() as usize - 1)
        ),
    }
}

/// Colours what is under an outline.
fn fill<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, layout: &Layout, outline: &Outline) -> Drawn {
    let pale = tint(outline.style.color, 0.7);
    for &(exponent, share) in &outline.shares {
        if layout.exponents.contains(&exponent) {
            let from = (layout.x(exponent), layout.y(share));
            canvas.rect(from, (layout.x(exponent + 1), layout.bottom), pale)?;
        }
    }
    Ok(())
}

/// Draws the tops of the bars and what joins them.
fn draw_outline<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    layout: &Layout,
    outline: &Outline,
    dodge: f64,
) -> Drawn {
    const THICK: f64 = 2.0;
    let color = outline.style.color;
    let mut before = layout.bottom;
    for exponent in layout.exponents.clone().chain([layout.exponents.end]) {
        let x = layout.x(exponent) + dodge;
        let bar = outline
            .share(exponent)
            .filter(|_| exponent < layout.exponents.end);
        let level = bar.map_or(layout.bottom, |share| {
            (layout.y(share) + dodge).min(layout.bottom)
        });
        if level != before {
            let (upper, lower) = (level.min(before), level.max(before));
            canvas.bar((x, upper - THICK / 2.0), (x, lower), THICK, color)?;
        }
        if level < layout.bottom {
            let end = (layout.x(exponent + 1) + dodge, level);
            canvas.bar((x, level), end, THICK, color)?;
        }
        before = level;
    }
    Ok(())
}

/// Where the outline passes this height on its right side; in the middle where nothing of it is shown.
fn right_side(layout: &Layout, outline: &Outline, y: f64) -> f64 {
    let reaches = |exponent: &i32| layout.level(outline, *exponent) <= y;
    let found = layout.exponents.clone().rev().find(reaches);
    found.map_or((layout.left + layout.right) / 2.0, |exponent| {
        layout.x(exponent + 1)
    })
}

fn name_width<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, outline: &Outline) -> f64 {
    let name = canvas.width(&outline.name.plain(), LABEL);
    name.max(canvas.width(&outline.note, SMALL))
}

fn draw_name<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    outline: &Outline,
    (x, middle): (f64, f64),
) -> Drawn {
    let room = WIDTH - MARGIN - x;
    let name = fit_name(canvas.fonts, &outline.name, LABEL, room / 1.06);
    let baseline = middle + if outline.note.is_empty() { 4.5 } else { -2.0 };
    canvas.text(&name, (x, baseline), Anchor::Start, LABEL)?;
    let note = fit(
        canvas.fonts,
        &outline.note,
        SMALL.size,
        SMALL.bold,
        room / 1.06,
    );
    canvas.text(&note, (x, middle + 13.0), Anchor::Start, SMALL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousandfolds_are_written_out() {
        let shown = [-20, -10, 0, 10, 20, 5].map(decimal);
        assert_eq!(
            shown,
            ["≈0.000001", "≈0.001", "1", "≈1,000", "≈1,000,000", ""]
        );
    }

    #[test]
    fn an_outline_is_met_on_its_right_side() {
        let outline = Outline {
            name: CellName {
                variant: "a".into(),
                precision: "F16".into(),
                place: None,
            },
            note: String::new(),
            style: Style::NEUTRAL,
            shares: vec![(-3, 5.0), (-2, 50.0), (-1, 5.0)],
        };
        let layout = Layout {
            left: 0.0,
            right: 100.0,
            top: 0.0,
            bottom: 100.0,
            axis: Axis::from_zero([100.0], 2),
            exponents: -5..5,
        };
        // Bins are ten wide: -2 ends at 40, -1 at 50.
        assert_eq!(right_side(&layout, &outline, 60.0), 40.0);
        assert_eq!(right_side(&layout, &outline, 97.0), 50.0);
        assert_eq!(right_side(&layout, &outline, 10.0), 50.0);
        assert_eq!(layout.level(&outline, 3), 100.0);
    }
}
