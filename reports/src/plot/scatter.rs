//! A chart of points over two scales: what is paid for what.
//!
//! A few points are named beside their marks. Many are numbered there and named below, where names
//! cannot meet intervals or one another.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Drawn, Type};
use super::font::Fonts;
use super::frame::{self, Frame, LABEL, NOTE, SMALL, WIDTH};
use super::label::fit;
use super::lang::Lang;
use super::palette::{INK, MUTED, Style, tint};
use super::place::{self, Line, Rect};
use super::power;
use plotters::prelude::DrawingBackend;

/// A chart of points in one language.
#[derive(Debug, Clone)]
pub(super) struct Scatter {
    /// Its axis title speaks of the horizontal scale.
    pub(super) frame: Frame,
    pub(super) rise: Rise,
    /// What the vertical scale shows.
    pub(super) rise_title: String,
    /// Below one another, each with scales of its own.
    pub(super) panels: Vec<Panel>,
}

/// The vertical scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rise {
    /// Always logarithmic; what is 0 stands below it.
    Logarithmic,
    /// Around the values.
    Around,
}

/// Points that can be compared.
#[derive(Debug, Clone)]
pub(super) struct Panel {
    /// Shown where it is not empty.
    pub(super) heading: String,
    pub(super) points: Vec<Point>,
}

/// A point.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub(super) name: String,
    /// A smaller text below or behind the name.
    pub(super) note: String,
    pub(super) style: Style,
    pub(super) x: f64,
    pub(super) x_interval: Option<(f64, f64)>,
    /// 0 or more.
    pub(super) y: f64,
    pub(super) y_interval: Option<(f64, f64)>,
    /// Whether it has a ring, and its name is bold.
    pub(super) on_front: bool,
}

const MARGIN: f64 = 18.0;
const HEADING: f64 = 26.0;
/// Between the heading and the plot: the title of the vertical scale.
const RISE_TITLE: f64 = 24.0;
/// From the logarithmic scale down to where 0 stands.
const ZERO: f64 = 34.0;
/// Below the lowest point.
const FOOT: f64 = 16.0;
const LEAST_HEIGHT: f64 = 240.0;
/// Room for the labels of each point more.
const POINT_HEIGHT: f64 = 14.0;
/// Of more points the marks are numbered.
const NAMED_AT_MOST: usize = 9;
/// A line of the key to the numbers, and above the first.
const KEY_LINE: f64 = 21.0;
const KEY_GAP: f64 = 8.0;
const KEY_COLUMNS: usize = 2;
const MARK: f64 = 5.5;
const NAME_ROOM: f64 = 230.0;
const NAME_HEIGHT: f64 = 29.0;
/// A label farther from its point than this is led to.
const NEAR: f64 = 13.0;
/// Share of a measured width to spare, since a viewer's font may be wider than the measured one.
const SLACK: f64 = 1.06;

/// Where one panel stands, in logical pixels.
struct Layout {
    left: f64,
    right: f64,
    top: f64,
    /// The low end of the vertical scale.
    bottom: f64,
    /// Below everything that is drawn.
    foot: f64,
    across: Axis,
    rise: Axis,
}

impl Layout {
    fn x(&self, value: f64) -> f64 {
        self.left + (self.right - self.left) * self.across.position(value)
    }

    fn y(&self, value: f64) -> f64 {
        if value > 0.0 || !self.rise.is_logarithmic() {
            self.bottom - (self.bottom - self.top) * self.rise.position(value)
        } else {
            self.bottom + ZERO
        }
    }

    fn place(&self, point: &Point) -> (f64, f64) {
        (self.x(point.x), self.y(point.y))
    }
}

impl Panel {
    fn is_numbered(&self) -> bool {
        self.points.len() > NAMED_AT_MOST
    }

    fn heading_height(&self) -> f64 {
        if self.heading.is_empty() {
            0.0
        } else {
            HEADING
        }
    }

    fn zero_height(&self, rise: Rise) -> f64 {
        let below = rise == Rise::Logarithmic && self.points.iter().any(|point| point.y <= 0.0);
        if below { ZERO } else { 0.0 }
    }

    fn plot_height(&self) -> f64 {
        LEAST_HEIGHT + POINT_HEIGHT * self.points.len().min(20) as f64
    }

    fn key_height(&self) -> f64 {
        match self.is_numbered() {
            true => KEY_GAP + KEY_LINE * self.points.len().div_ceil(KEY_COLUMNS) as f64,
            false => 0.0,
        }
    }

    fn height(&self, rise: Rise) -> f64 {
        let plot = self.plot_height() + self.zero_height(rise) + FOOT;
        self.heading_height() + RISE_TITLE + plot + frame::AXIS_HEIGHT + self.key_height()
    }

    fn layout<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>, rise: Rise, top: f64) -> Layout {
        let top = top + self.heading_height() + RISE_TITLE;
        let bottom = top + self.plot_height();
        let axis = self.rise_axis(rise, (self.plot_height() / 40.0) as usize);
        let across = self.points.iter().flat_map(|point| {
            let (low, high) = point.x_interval.unwrap_or((point.x, point.x));
            // A little room beside the fastest.
            [point.x, low, 1.03 * high]
        });
        let across = Axis::around(across, 8);
        let ticks = axis.ticks.iter();
        let numbers = ticks.map(|tick| power::width(canvas, &tick.label, SMALL));
        Layout {
            left: MARGIN + numbers.fold(0.0, f64::max) * SLACK + 10.0,
            right: WIDTH - MARGIN,
            top,
            bottom,
            foot: bottom + self.zero_height(rise) + FOOT,
            across,
            rise: axis,
        }
    }

    fn rise_axis(&self, rise: Rise, n_ticks: usize) -> Axis {
        let ends = self.points.iter().flat_map(|point| {
            let (low, high) = point.y_interval.unwrap_or((point.y, point.y));
            [point.y, low, high]
                .into_iter()
                .filter(|&value| value > 0.0)
        });
        match rise {
            // A little room beyond the extremes, for their marks and names.
            Rise::Logarithmic => {
                Axis::logarithmic(ends.flat_map(|value| [value / 1.5, value * 1.5]), n_ticks)
            }
            Rise::Around => Axis::around(
                ends.flat_map(|value| [value * 0.985, value * 1.015]),
                n_ticks,
            ),
        }
    }

    fn draw<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        layout: &Layout,
        rise: Rise,
    ) -> Drawn {
        if self.zero_height(rise) > 0.0 {
            let y = layout.y(0.0);
            canvas.bar((layout.left, y), (layout.right, y), 1.0, MUTED)?;
            canvas.text("0", (layout.left - 8.0, y + 4.0), Anchor::End, SMALL)?;
        }
        for point in &self.points {
            let pale = tint(point.style.color, 0.3);
            for (from, to) in intervals(layout, point) {
                canvas.bar(from, to, 2.0, pale)?;
            }
        }
        if self.is_numbered() {
            self.draw_numbers(canvas, layout)?;
            self.draw_key(canvas, layout.foot + frame::AXIS_HEIGHT + KEY_GAP)?;
        } else {
            self.draw_names(canvas, layout)?;
        }
        // Those on the front last, so that none of the others hides them.
        let (front, others): (Vec<&Point>, Vec<&Point>) =
            self.points.iter().partition(|point| point.on_front);
        for point in others {
            canvas.mark(layout.place(point), MARK, point.style)?;
        }
        for point in front {
            canvas.ring(layout.place(point), MARK, point.style)?;
        }
        Ok(())
    }

    /// Places of texts of these sizes, which stand on no mark, no interval and no other.
    fn places(&self, layout: &Layout, sizes: &[(f64, f64)]) -> Vec<Option<Rect>> {
        let room = Rect {
            left: layout.left,
            top: layout.top - 4.0,
            right: layout.right + MARGIN / 2.0,
            bottom: layout.foot,
        };
        let points: Vec<(f64, f64)> = self.points.iter().map(|p| layout.place(p)).collect();
        let lines = self
            .points
            .iter()
            .flat_map(|point| intervals(layout, point));
        place::labels(&points, sizes, &lines.collect::<Vec<_>>(), room)
    }

    fn draw_names<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>, layout: &Layout) -> Drawn {
        let face = |point: &Point| Type {
            bold: point.on_front,
            color: INK,
            ..LABEL
        };
        let name = |point: &Point| {
            fit(
                canvas.fonts,
                &point.name,
                LABEL.size,
                point.on_front,
                NAME_ROOM,
            )
        };
        let size = |point: &Point| {
            let name = canvas.width(&name(point), face(point));
            let width = name.max(canvas.width(&point.note, SMALL));
            (width * SLACK, NAME_HEIGHT)
        };
        let sizes: Vec<(f64, f64)> = self.points.iter().map(size).collect();
        for (point, label) in self.points.iter().zip(self.places(layout, &sizes)) {
            // Without a place it goes unnamed here; the table has its row.
            let Some(label) = label else { continue };
            let (x, anchor) = lead(canvas, layout, point, label)?;
            canvas.text(&name(point), (x, label.top + 12.0), anchor, face(point))?;
            canvas.text(&point.note, (x, label.top + 25.0), anchor, SMALL)?;
        }
        Ok(())
    }

    fn draw_numbers<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>, layout: &Layout) -> Drawn {
        let face = |point: &Point| Type {
            bold: point.on_front,
            color: INK,
            ..SMALL
        };
        let number = |index: usize| (index + 1).to_string();
        let sizes = self.points.iter().enumerate().map(|(index, point)| {
            (
                canvas.width(&number(index), face(point)) * SLACK + 2.0,
                13.0,
            )
        });
        let places = self.places(layout, &sizes.collect::<Vec<_>>());
        for (index, (point, label)) in self.points.iter().zip(places).enumerate() {
            let Some(label) = label else { continue };
            let (x, anchor) = lead(canvas, layout, point, label)?;
            canvas.text(&number(index), (x, label.top + 10.5), anchor, face(point))?;
        }
        Ok(())
    }

    /// The names behind the numbers, down one column and then the next.
    fn draw_key<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>, top: f64) -> Drawn {
        let lines = self.points.len().div_ceil(KEY_COLUMNS);
        let width = (WIDTH - 2.0 * MARGIN) / KEY_COLUMNS as f64;
        for (index, point) in self.points.iter().enumerate() {
            let left = MARGIN + width * (index / lines) as f64;
            let middle = top + KEY_LINE * ((index % lines) as f64 + 0.5);
            let baseline = middle + 4.0;
            let bold = point.on_front;
            let face = Type {
                bold,
                size: 12.0,
                color: INK,
            };
            canvas.text(
                &(index + 1).to_string(),
                (left + 22.0, baseline),
                Anchor::End,
                face,
            )?;
            let mark = (left + 36.0, middle);
            match bold {
                true => canvas.ring(mark, 4.0, point.style)?,
                false => canvas.mark(mark, 4.0, point.style)?,
            }
            let note = canvas.width(&point.note, SMALL) * SLACK;
            let room = (width - 60.0 - note - 10.0) / SLACK;
            let name = fit(canvas.fonts, &point.name, face.size, bold, room);
            canvas.text(&name, (left + 50.0, baseline), Anchor::Start, face)?;
            let after = left + 50.0 + canvas.width(&name, face) * SLACK + 10.0;
            canvas.text(&point.note, (after, baseline), Anchor::Start, SMALL)?;
        }
        Ok(())
    }
}

/// Draws a line to a label that is not near its point. The x and the side at which its text is set:
/// towards its point, so that it is seen whose it is.
fn lead<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    layout: &Layout,
    point: &Point,
    label: Rect,
) -> Result<(f64, Anchor), String> {
    let at = layout.place(point);
    let end = label.nearest(at);
    if (end.0 - at.0).hypot(end.1 - at.1) > NEAR {
        canvas.line(at, end, 1.0, tint(point.style.color, 0.5))?;
    }
    Ok(match at.0 > (label.left + label.right) / 2.0 {
        true => (label.right, Anchor::End),
        false => (label.left, Anchor::Start),
    })
}

/// The intervals of a point: across, from the left, and up or down, from the top.
fn intervals(layout: &Layout, point: &Point) -> Vec<Line> {
    let (x, y) = layout.place(point);
    let across = point
        .x_interval
        .map(|(low, high)| ((layout.x(low), y), (layout.x(high), y)));
    let rise = point
        .y_interval
        .filter(|_| point.y > 0.0)
        .map(|(low, high)| {
            // Down to the end of the scale where the interval reaches 0.
            let low = if low > 0.0 {
                layout.y(low)
            } else {
                layout.bottom
            };
            ((x, layout.y(high)), (x, low))
        });
    across.into_iter().chain(rise).collect()
}

impl Scatter {
    /// Height of the whole chart in logical pixels.
    pub(super) fn height(&self, fonts: &Fonts) -> f64 {
        self.frame.top(fonts)
            + self
                .panels
                .iter()
                .map(|panel| panel.height(self.rise))
                .sum::<f64>()
    }

    /// Draws the chart onto a canvas of [`WIDTH`] and [`Scatter::height`].
    pub(super) fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>, lang: Lang) -> Drawn {
        self.frame.draw_head(canvas)?;
        let mut top = self.frame.top(canvas.fonts);
        for panel in &self.panels {
            let layout = panel.layout(canvas, self.rise, top);
            let room = WIDTH - 2.0 * MARGIN;
            let heading = fit(canvas.fonts, &panel.heading, NOTE.size, true, room);
            let bold = Type { bold: true, ..NOTE };
            canvas.text(&heading, (MARGIN, top + 17.0), Anchor::Start, bold)?;
            let above = (MARGIN, layout.top - 10.0);
            let title = frame::axis_title(&self.rise_title, &layout.rise, lang);
            canvas.text(&title, above, Anchor::Start, NOTE)?;
            let sides = (layout.left, layout.right);
            frame::draw_scale(canvas, &layout.across, sides, (layout.top, layout.foot))?;
            let heights = (layout.top, layout.bottom);
            frame::draw_vertical_scale(canvas, &layout.rise, sides, heights)?;
            let title = frame::axis_title(&self.frame.axis_title, &layout.across, lang);
            frame::draw_axis_title(canvas, &title, sides, layout.foot)?;
            panel.draw(canvas, &layout, self.rise)?;
            top += panel.height(self.rise);
        }
        Ok(())
    }
}
