//! What every chart has around its data: title, legend, scale and the scale's title.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Drawn, Type};
use super::font::Fonts;
use super::label::fit;
use super::lang::Lang;
use super::palette::{FLOOR, GRID, INK, MUTED, Style, tint};
use super::power;
use super::rowmarks;
use super::rows::Part;
use plotters::prelude::DrawingBackend;

/// Width of every chart in logical pixels.
pub(super) const WIDTH: f64 = 800.0;
/// Room below the data for the scale's numbers and title.
pub(super) const AXIS_HEIGHT: f64 = 58.0;

/// Type of names and values.
pub(super) const LABEL: Type = Type {
    size: 13.0,
    bold: false,
    color: INK,
};
/// Type of legends and titles of scales.
pub(super) const NOTE: Type = Type {
    size: 12.0,
    bold: false,
    color: MUTED,
};
const TITLE: Type = Type {
    size: 18.0,
    bold: true,
    color: INK,
};
/// Type of numbers of scales and of what stands under a name.
pub(super) const SMALL: Type = Type {
    size: 11.0,
    bold: false,
    color: MUTED,
};

const MARGIN: f64 = 18.0;
const LEGEND_LINE: f64 = 22.0;
/// Room for a legend's sample, and between it and its text and the next.
const KEY: f64 = 22.0;
const KEY_GAP: f64 = 7.0;
const ENTRY_GAP: f64 = 22.0;

/// Title, legend and the title of the scale.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// Empty where the page says it.
    pub(super) title: String,
    /// What was measured, behind the title in lighter type; may be empty.
    pub(super) subtitle: String,
    pub(super) legend: Vec<(Key, String)>,
    pub(super) axis_title: String,
}

/// The sample of a legend's entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// The mark of an estimate.
    Point,
    /// A line with ends.
    Interval,
    /// One sample.
    Sample,
    /// One sample that is a lower bound.
    AtLeast,
    /// A part of a bar.
    Part(Part),
    /// A line across a bar.
    Tick,
    /// A short upright line.
    Upright,
    /// The ground of what is noise.
    Floor,
    /// The ring around a mark.
    Ring,
    /// The hill of a distribution.
    Hill,
}

impl Frame {
    /// Where the data begins, in logical pixels from the top.
    pub(super) fn top(&self, fonts: &Fonts) -> f64 {
        let lines = self
            .legend_places(fonts)
            .last()
            .map_or(0, |(line, _)| line + 1);
        self.head() + lines as f64 * LEGEND_LINE + 6.0
    }

    /// Where the legend begins.
    fn head(&self) -> f64 {
        match (self.title.is_empty(), self.subtitle.is_empty()) {
            (false, _) => 50.0,
            (true, false) => 30.0,
            (true, true) => 8.0,
        }
    }

    /// Line and x of each entry of the legend.
    fn legend_places(&self, fonts: &Fonts) -> Vec<(usize, f64)> {
        let (mut line, mut x) = (0, MARGIN);
        let place = |(_, text): &(Key, String)| {
            let width = KEY + KEY_GAP + NOTE.size * fonts.width(text, NOTE.bold) * 1.06;
            if x > MARGIN && x + width > WIDTH - MARGIN {
                (line, x) = (line + 1, MARGIN);
            }
            let here = (line, x);
            x += width + ENTRY_GAP;
            here
        };
        self.legend.iter().map(place).collect()
    }

    /// Draws title and legend.
    pub(super) fn draw_head<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Drawn {
        let baseline = self.head() - 16.0 + if self.title.is_empty() { 6.0 } else { 0.0 };
        canvas.text(&self.title, (MARGIN, baseline), Anchor::Start, TITLE)?;
        let after = match self.title.as_str() {
            "" => MARGIN,
            title => MARGIN + canvas.width(title, TITLE) * 1.06 + 12.0,
        };
        let subtitle = fit(
            canvas.fonts,
            &self.subtitle,
            NOTE.size,
            NOTE.bold,
            WIDTH - MARGIN - after,
        );
        canvas.text(&subtitle, (after, baseline), Anchor::Start, NOTE)?;
        for ((key, text), (line, x)) in self.legend.iter().zip(self.legend_places(canvas.fonts)) {
            let middle = self.head() + LEGEND_LINE * (line as f64 + 0.5);
            draw_key(canvas, *key, x, middle)?;
            canvas.text(text, (x + KEY + KEY_GAP, middle + 4.0), Anchor::Start, NOTE)?;
        }
        Ok(())
    }
}

fn draw_key<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, key: Key, x: f64, middle: f64) -> Drawn {
    let color = Style::NEUTRAL.color;
    let center = (x + KEY / 2.0, middle);
    match key {
        Key::Point => canvas.mark(center, rowmarks::MARK, Style::NEUTRAL),
        Key::Interval => rowmarks::whiskers(canvas, (x + 1.0, x + KEY - 1.0), middle, color, 42.0),
        Key::Sample => canvas.dot(center, 2.2, color, 0.8),
        Key::AtLeast => canvas.at_least(center, 4.0, color),
        Key::Part(part) => rowmarks::fill(
            canvas,
            part,
            color,
            (x, middle - 6.0),
            (x + KEY, middle + 6.0),
        ),
        Key::Upright => canvas.bar(
            (center.0, middle - 6.0),
            (center.0, middle + 6.0),
            2.0,
            color,
        ),
        Key::Ring => canvas.ring(center, rowmarks::MARK, Style::NEUTRAL),
        Key::Hill => canvas.polygon(
            &[
                (x, middle + 6.0),
                (center.0, middle - 7.0),
                (x + KEY, middle + 6.0),
            ],
            tint(color, 0.45),
        ),
        Key::Floor => canvas.rect((x, middle - 6.0), (x + KEY, middle + 6.0), FLOOR),
        Key::Tick => {
            canvas.bar((x, middle), (x + KEY, middle), 8.0, GRID)?;
            canvas.bar((center.0, middle - 9.0), (center.0, middle - 4.0), 2.0, INK)?;
            canvas.bar((center.0, middle + 4.0), (center.0, middle + 9.0), 2.0, INK)
        }
    }
}

/// The title of a scale, saying what a reader could mistake about it.
pub(super) fn axis_title(title: &str, axis: &Axis, lang: Lang) -> String {
    let caution = match (axis.is_logarithmic(), axis.starts_at_zero()) {
        (true, _) => lang.pick(" · 로그 눈금", " · logarithmic scale"),
        (false, false) if axis.is_count() => "",
        (false, false) => lang.pick(
            " · 눈금이 0에서 시작하지 않음",
            " · the scale does not start at zero",
        ),
        (false, true) => "",
    };
    format!("{title}{caution}")
}

/// Draws lines and numbers of a horizontal scale under the data between `top` and `bottom`.
pub(super) fn draw_scale<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    axis: &Axis,
    (left, right): (f64, f64),
    (top, bottom): (f64, f64),
) -> Drawn {
    for tick in &axis.ticks {
        let x = left + (right - left) * axis.position(tick.value);
        canvas.bar((x, top), (x, bottom), 1.0, GRID)?;
        let at = (x, bottom + 17.0);
        if tick.label.contains('^') {
            power::draw(canvas, &tick.label, at, SMALL)?;
        } else {
            canvas.text(&tick.label, at, Anchor::Middle, SMALL)?;
        }
    }
    if axis.starts_at_zero() {
        canvas.bar((left, top), (left, bottom), 1.25, MUTED)?;
    }
    Ok(())
}

/// Draws lines and numbers of a vertical scale left of the data between `left` and `right`.
pub(super) fn draw_vertical_scale<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    axis: &Axis,
    (left, right): (f64, f64),
    (top, bottom): (f64, f64),
) -> Drawn {
    for tick in &axis.ticks {
        let y = bottom - (bottom - top) * axis.position(tick.value);
        let color = if tick.value == 0.0 { MUTED } else { GRID };
        canvas.bar((left, y), (right, y), 1.0, color)?;
        if tick.label.contains('^') {
            let middle = left - 8.0 - power::width(canvas, &tick.label, SMALL) / 2.0;
            power::draw(canvas, &tick.label, (middle, y + 4.0), SMALL)?;
        } else {
            canvas.text(&tick.label, (left - 8.0, y + 4.0), Anchor::End, SMALL)?;
        }
    }
    Ok(())
}

/// Draws the title of a horizontal scale below the numbers.
pub(super) fn draw_axis_title<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    title: &str,
    (left, right): (f64, f64),
    bottom: f64,
) -> Drawn {
    canvas.text(
        title,
        ((left + right) / 2.0, bottom + 40.0),
        Anchor::Middle,
        NOTE,
    )
}
