//! A chart with a line for each cell, or each kind of a thing, over counts, named at its end.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Drawn, Type};
use super::font::Fonts;
use super::frame::{self, Frame, LABEL, NOTE, WIDTH};
use super::label::{CellName, fit, fit_name};
use super::palette::{ALARM, GRID, INK, MUTED, Style, tint};
use plotters::prelude::DrawingBackend;

/// A chart of lines in one language.
#[derive(Debug, Clone)]
pub(super) struct LineChart {
    /// Its axis title speaks of the vertical scale.
    pub(super) frame: Frame,
    /// What the counts are of.
    pub(super) count_title: String,
    /// The counts, ascending.
    pub(super) counts: Vec<u32>,
    pub(super) scale: Scale,
    pub(super) lines: Vec<Line>,
    /// Points of lines without a name, in grey behind the others.
    pub(super) others: Vec<Vec<Point>>,
}

/// The vertical scale.
#[derive(Debug, Clone)]
pub(super) enum Scale {
    /// Linear and from zero.
    FromZero,
    /// Logarithmic, with a named line across at a value that must not be exceeded. Every value is
    /// positive.
    PowersOfTwo { limit: f64, name: String },
}

/// A line.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) name: CellName,
    pub(super) style: Style,
    /// In the order of their counts; at least one.
    pub(super) points: Vec<Point>,
    /// For a line that is a staircase: each count from which on it has a new value, ascending. It
    /// begins at the left edge; its points are the places with a mark. Empty for a line from point to
    /// point.
    pub(super) stairs: Vec<(u32, f64)>,
    /// What stands behind the name: the last point's value with its unit, say.
    pub(super) value: String,
}

/// A point of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) count: u32,
    pub(super) value: f64,
    pub(super) interval: Option<(f64, f64)>,
}

const MARGIN: f64 = 18.0;
/// Widest room for the names at the ends of lines.
const NAME_ROOM: f64 = 270.0;
/// Room for lines that lead from an end to its name.
const LEADER: f64 = 46.0;
/// Between the base lines of names.
const NAME_STEP: f64 = 18.0;
const LEAST_HEIGHT: f64 = 280.0;
/// Between counts that are written down.
const LEAST_STEP: f64 = 26.0;
const NUMBER: Type = Type {
    size: 12.0,
    bold: false,
    color: INK,
};
const VALUE: Type = Type {
    size: 13.0,
    bold: true,
    color: INK,
};

struct Layout {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    axis: Axis,
}

impl Layout {
    fn y(&self, value: f64) -> f64 {
        self.bottom - (self.bottom - self.top) * self.axis.position(value)
    }
}

impl LineChart {
    fn plot_height(&self) -> f64 {
        (self.lines.iter().map(name_height).sum::<f64>() + 20.0).max(LEAST_HEIGHT)
    }

    /// Height of the whole chart in logical pixels.
    pub(super) fn height(&self, fonts: &Fonts) -> f64 {
        self.frame.top(fonts) + 22.0 + self.plot_height() + frame::AXIS_HEIGHT
    }

    /// Draws the chart onto a canvas of [`WIDTH`] and [`LineChart::height`].
    pub(super) fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Drawn {
        let layout = self.layout(canvas);
        self.frame.draw_head(canvas)?;
        canvas.text(
            &self.frame.axis_title,
            (MARGIN, layout.top - 12.0),
            Anchor::Start,
            NOTE,
        )?;
        frame::draw_vertical_scale(
            canvas,
            &layout.axis,
            (layout.left, layout.right),
            (layout.top, layout.bottom),
        )?;
        let every = (LEAST_STEP / self.step(&layout)).ceil().max(1.0) as usize;
        for &count in self.counts.iter().step_by(every) {
            let x = self.x(&layout, count);
            canvas.bar((x, layout.top), (x, layout.bottom), 1.0, GRID)?;
            canvas.text(
                &count.to_string(),
                (x, layout.bottom + 18.0),
                Anchor::Middle,
                NUMBER,
            )?;
        }
        frame::draw_axis_title(
            canvas,
            &self.count_title,
            (layout.left, layout.right),
            layout.bottom,
        )?;
        self.draw_limit(canvas, &layout)?;
        for points in &self.others {
            self.draw_other(canvas, &layout, points)?;
        }
        // The leaders first, so that they run under the marks of other lines.
        self.draw_names(canvas, &layout)?;
        for (i, line) in self.lines.iter().enumerate() {
            self.draw_line(canvas, &layout, line, self.dodge(&layout, i))?;
        }
        Ok(())
    }

    fn layout<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Layout {
        let top = self.frame.top(canvas.fonts) + 22.0;
        let bottom = top + self.plot_height();
        let axis = self.axis(((bottom - top) / 45.0) as usize);
        let numbers = axis
            .ticks
            .iter()
            .map(|tick| canvas.width(&tick.label, NUMBER))
            .fold(0.0, f64::max);
        let names = self
            .lines
            .iter()
            .map(|line| name_width(canvas, line))
            .fold(0.0, f64::max)
            .min(NAME_ROOM);
        let (left, right) = (
            MARGIN + numbers * 1.06 + 10.0,
            WIDTH - MARGIN - names - LEADER,
        );
        Layout {
            left,
            right,
            top,
            bottom,
            axis,
        }
    }

    fn axis(&self, n_ticks: usize) -> Axis {
        let points = self.lines.iter().map(|line| &line.points);
        let points = points.chain(&self.others).flatten();
        match self.scale {
            Scale::FromZero => {
                // A little room above, for the mark of the highest point.
                let values = points
                    .map(|p| 1.03 * p.interval.map_or(p.value, |(_, high)| high.max(p.value)));
                let stairs = self.lines.iter().flat_map(|line| &line.stairs);
                Axis::from_zero(values.chain(stairs.map(|(_, value)| *value)), n_ticks)
            }
            // Room above the limit, for its name.
            Scale::PowersOfTwo { limit, .. } => {
                let values = points.map(|point| point.value).chain([2.0 * limit]);
                Axis::powers_of_two(values, n_ticks)
            }
        }
    }

    /// Between neighbouring counts.
    fn step(&self, layout: &Layout) -> f64 {
        (layout.right - layout.left) / self.counts.len() as f64
    }

    /// Counts stand at even distances, as powers of two do on a logarithmic scale; a count that has no
    /// number stands where it would on that scale.
    fn x(&self, layout: &Layout, count: u32) -> f64 {
        let place = match self.counts.binary_search(&count) {
            Ok(place) => place as f64,
            Err(above) => {
                let below = above.saturating_sub(1);
                let ratio = f64::from(count.max(1)) / f64::from(self.counts[below].max(1));
                below as f64 + ratio.log2()
            }
        };
        let share = (place + 0.5) / self.counts.len() as f64;
        layout.left + (layout.right - layout.left) * share.clamp(0.0, 1.0)
    }

    /// How far line `i` stands aside, so that equal points of several lines are all seen.
    fn dodge(&self, layout: &Layout, i: usize) -> f64 {
        let n = self.lines.len() as f64;
        let apart = (48.0 / n).min(7.0).min(self.step(layout) / (2.0 * n));
        (i as f64 - (n - 1.0) / 2.0) * apart
    }

    fn draw_limit<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>, layout: &Layout) -> Drawn {
        let Scale::PowersOfTwo { limit, name } = &self.scale else {
            return Ok(());
        };
        let y = layout.y(*limit);
        canvas.bar((layout.left, y), (layout.right, y), 1.5, ALARM)?;
        let face = Type {
            color: ALARM,
            ..NOTE
        };
        canvas.text(name, (layout.left + 6.0, y - 6.0), Anchor::Start, face)
    }

    fn draw_other<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        layout: &Layout,
        points: &[Point],
    ) -> Drawn {
        let place = |point: &Point| (self.x(layout, point.count), layout.y(point.value));
        for pair in points.windows(2) {
            canvas.line(place(&pair[0]), place(&pair[1]), 1.0, tint(MUTED, 0.5))?;
        }
        Ok(())
    }

    fn draw_line<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        layout: &Layout,
        line: &Line,
        dodge: f64,
    ) -> Drawn {
        let color = line.style.color;
        let radius = (0.3 * self.step(layout)).min(4.5);
        let place = |point: &Point| (self.x(layout, point.count) + dodge, layout.y(point.value));
        if line.stairs.is_empty() {
            for pair in line.points.windows(2) {
                canvas.line(place(&pair[0]), place(&pair[1]), 2.0, color)?;
            }
        }
        self.draw_stairs(canvas, layout, line, dodge)?;
        for point in &line.points {
            let (x, y) = place(point);
            if let Some((low, high)) = point.interval {
                let (low, high) = (layout.y(low), layout.y(high));
                canvas.bar((x, high), (x, low), 2.0, color)?;
                for end in [low, high] {
                    canvas.bar((x - 5.0, end), (x + 5.0, end), 1.5, color)?;
                }
            }
            canvas.mark((x, y), radius, line.style)?;
        }
        Ok(())
    }

    fn draw_stairs<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        layout: &Layout,
        line: &Line,
        dodge: f64,
    ) -> Drawn {
        let Some(&(_, first)) = line.stairs.first() else {
            return Ok(());
        };
        let color = line.style.color;
        let mut before = (layout.left, layout.y(first));
        let end = line.points.last().map(|point| (point.count, point.value));
        for &(count, value) in line.stairs[1..].iter().chain(&end) {
            let (x, y) = (self.x(layout, count) + dodge, layout.y(value));
            canvas.line(before, (x, before.1), 2.0, color)?;
            canvas.line((x, before.1), (x, y), 2.0, color)?;
            before = (x, y);
        }
        Ok(())
    }

    fn draw_names<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>, layout: &Layout) -> Drawn {
        let mut ends: Vec<(f64, f64, &Line)> = Vec::new();
        for (i, line) in self.lines.iter().enumerate() {
            let Some(last) = line.points.last() else {
                continue;
            };
            ends.push((
                layout.y(last.value),
                self.x(layout, last.count) + self.dodge(layout, i),
                line,
            ));
        }
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        let wanted: Vec<f64> = ends.iter().map(|&(y, ..)| y).collect();
        let heights: Vec<f64> = ends.iter().map(|(.., line)| name_height(line)).collect();
        let places = spread(&wanted, &heights, (layout.top, layout.bottom));
        for ((y, x, line), place) in ends.into_iter().zip(places) {
            let elbow = layout.right + 4.0;
            let pale = tint(line.style.color, 0.35);
            canvas.line((x + 7.0, y), (elbow, y), 1.0, pale)?;
            canvas.line((elbow, y), (layout.right + LEADER - 16.0, place), 1.0, pale)?;
            // The mark again, which tells lines of one shade apart without colour.
            canvas.mark((layout.right + LEADER - 10.0, place), 3.5, line.style)?;
            draw_name(canvas, line, (layout.right + LEADER, place))?;
        }
        Ok(())
    }
}

fn name_height(line: &Line) -> f64 {
    NAME_STEP + if line.name.place.is_some() { 14.0 } else { 0.0 }
}

fn name_width<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, line: &Line) -> f64 {
    (canvas.width(&line.name.plain(), LABEL) + 8.0 + canvas.width(&line.value, VALUE)) * 1.06
}

fn draw_name<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    line: &Line,
    (x, middle): (f64, f64),
) -> Drawn {
    let room = WIDTH - MARGIN - x;
    let mut baseline = middle + 4.5;
    if let Some(place) = &line.name.place {
        let face = Type {
            size: 11.0,
            color: MUTED,
            ..LABEL
        };
        canvas.text(
            &fit(canvas.fonts, place, face.size, false, room),
            (x, middle + 12.0),
            Anchor::Start,
            face,
        )?;
        baseline = middle - 3.0;
    }
    let name = fit_name(
        canvas.fonts,
        &line.name,
        LABEL,
        room / 1.06 - canvas.width(&line.value, VALUE) - 8.0,
    );
    canvas.text(&name, (x, baseline), Anchor::Start, LABEL)?;
    let after = x + (canvas.width(&name, LABEL) + 8.0) * 1.05;
    canvas.text(&line.value, (after, baseline), Anchor::Start, VALUE)
}

/// Middles for labels of the given heights, in ascending order and as near to `wanted` (ascending) as
/// they get without meeting or leaving the room between two bounds that holds them all.
fn spread(wanted: &[f64], heights: &[f64], (top, bottom): (f64, f64)) -> Vec<f64> {
    let mut places = Vec::with_capacity(wanted.len());
    let mut free = top;
    for (&want, &height) in wanted.iter().zip(heights) {
        let place = (want - height / 2.0).max(free) + height / 2.0;
        places.push(place);
        free = place + height / 2.0;
    }
    let mut free = bottom;
    for (place, &height) in places.iter_mut().zip(heights).rev() {
        *place = place.min(free - height / 2.0);
        free = *place - height / 2.0;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_never_meet_nor_leave() {
        for wanted in [
            vec![5.0; 12],
            vec![195.0; 10],
            vec![0.0, 100.0, 101.0, 102.0, 200.0],
        ] {
            let heights = vec![16.0; wanted.len()];
            let places = spread(&wanted, &heights, (0.0, 200.0));
            assert!(
                places
                    .windows(2)
                    .all(|pair| pair[1] - pair[0] >= 16.0 - 1e-9),
                "{places:?}"
            );
            assert!(
                places[0] >= 8.0 - 1e-9 && places[places.len() - 1] <= 192.0 + 1e-9,
                "{places:?}"
            );
        }
        assert_eq!(
            spread(&[50.0, 100.0], &[16.0, 16.0], (0.0, 200.0)),
            [50.0, 100.0]
        );
    }
}
