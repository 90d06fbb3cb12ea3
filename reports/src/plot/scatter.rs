//! A chart of points over two scales, each named beside it: what is paid for what.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Drawn, Type};
use super::font::Fonts;
use super::frame::{self, Frame, LABEL, NOTE, SMALL, WIDTH};
use super::label::fit;
use super::palette::{INK, MUTED, Style, tint};
use super::place::{self, Line, Rect};
use super::power;
use plotters::prelude::DrawingBackend;

/// A chart of points in one language.
#[derive(Debug, Clone)]
pub(super) struct Scatter {
    /// Its axis title speaks of the horizontal scale.
    pub(super) frame: Frame,
    /// What the vertical scale shows; it is logarithmic.
    pub(super) rise_title: String,
    /// Below one another, each with scales of its own.
    pub(super) panels: Vec<Panel>,
}

/// Points that can be compared.
#[derive(Debug, Clone)]
pub(super) struct Panel {
    pub(super) heading: String,
    pub(super) points: Vec<Point>,
}

/// A point.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub(super) name: String,
    /// A smaller line under the name.
    pub(super) note: String,
    pub(super) style: Style,
    pub(super) x: f64,
    pub(super) x_interval: Option<(f64, f64)>,
    /// 0 or more; what is 0 has no place on a logarithmic scale and stands below it.
    pub(super) y: f64,
    pub(super) y_interval: Option<(f64, f64)>,
    /// Whether the line goes through it.
    pub(super) on_line: bool,
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
        if value > 0.0 {
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
    fn has_zero(&self) -> bool {
        self.points.iter().any(|point| point.y <= 0.0)
    }

    fn plot_height(&self) -> f64 {
        LEAST_HEIGHT + POINT_HEIGHT * self.points.len() as f64
    }

    fn height(&self) -> f64 {
        let zero = if self.has_zero() { ZERO } else { 0.0 };
        HEADING + RISE_TITLE + self.plot_height() + zero + FOOT + frame::AXIS_HEIGHT
    }

    fn layout<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>, top: f64) -> Layout {
        let top = top + HEADING + RISE_TITLE;
        let bottom = top + self.plot_height();
        let zero = if self.has_zero() { ZERO } else { 0.0 };
        let points = || self.points.iter();
        let rise = points().flat_map(|point| {
            let (low, high) = point.y_interval.unwrap_or((point.y, point.y));
            [point.y, low, high]
                .into_iter()
                .filter(|&value| value > 0.0)
        });
        // A little room beyond the extremes, for their marks and names.
        let rise = rise.flat_map(|value| [value / 1.5, value * 1.5]);
        let rise = Axis::logarithmic(rise, (self.plot_height() / 40.0) as usize);
        let across = points().flat_map(|point| {
            let (low, high) = point.x_interval.unwrap_or((point.x, point.x));
            // A little room beside the fastest.
            [point.x, low, 1.03 * high]
        });
        let across = Axis::around(across, 8);
        let ticks = rise.ticks.iter();
        let numbers = ticks.map(|tick| power::width(canvas, &tick.label, SMALL));
        Layout {
            left: MARGIN + numbers.fold(0.0, f64::max) * SLACK + 10.0,
            right: WIDTH - MARGIN,
            top,
            bottom,
            foot: bottom + zero + FOOT,
            across,
            rise,
        }
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>, layout: &Layout) -> Drawn {
        if self.has_zero() {
            let y = layout.y(0.0);
            canvas.bar((layout.left, y), (layout.right, y), 1.0, MUTED)?;
            canvas.text("0", (layout.left - 8.0, y + 4.0), Anchor::End, SMALL)?;
        }
        for (from, to) in self.line(layout) {
            canvas.line(from, to, 2.0, tint(MUTED, 0.65))?;
        }
        for point in &self.points {
            let pale = tint(point.style.color, 0.3);
            for (from, to) in intervals(layout, point) {
                canvas.bar(from, to, 2.0, pale)?;
            }
        }
        self.draw_names(canvas, layout)?;
        // Those on the line last, so that none of the others hides them.
        let (on_line, others): (Vec<&Point>, Vec<&Point>) =
            self.points.iter().partition(|point| point.on_line);
        others
            .into_iter()
            .chain(on_line)
            .try_for_each(|point| canvas.mark(layout.place(point), MARK, point.style))
    }

    /// The line from the lowest to the greatest of the points that it goes through.
    fn line(&self, layout: &Layout) -> Vec<Line> {
        let mut on_line: Vec<&Point> = self.points.iter().filter(|point| point.on_line).collect();
        on_line.sort_by(|a, b| a.x.total_cmp(&b.x));
        on_line
            .windows(2)
            .map(|pair| (layout.place(pair[0]), layout.place(pair[1])))
            .collect()
    }

    fn draw_names<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>, layout: &Layout) -> Drawn {
        let room = Rect {
            left: layout.left,
            top: layout.top - 4.0,
            right: layout.right + MARGIN / 2.0,
            bottom: layout.foot,
        };
        let face = |point: &Point| Type {
            bold: point.on_line,
            color: INK,
            ..LABEL
        };
        let name = |point: &Point| {
            fit(
                canvas.fonts,
                &point.name,
                LABEL.size,
                point.on_line,
                NAME_ROOM,
            )
        };
        let size = |point: &Point| {
            let name = canvas.width(&name(point), face(point));
            let width = name.max(canvas.width(&point.note, SMALL));
            (width * SLACK, NAME_HEIGHT)
        };
        let places: Vec<(f64, f64)> = self.points.iter().map(|p| layout.place(p)).collect();
        let sizes: Vec<(f64, f64)> = self.points.iter().map(size).collect();
        let intervals = self
            .points
            .iter()
            .flat_map(|point| intervals(layout, point));
        let lines: Vec<Line> = self.line(layout).into_iter().chain(intervals).collect();
        let labels = place::labels(&places, &sizes, &lines, room);
        for ((point, at), label) in self.points.iter().zip(places).zip(labels) {
            // Without a place it goes unnamed here; the table has its row.
            let Some(label) = label else { continue };
            let end = label.nearest(at);
            if (end.0 - at.0).hypot(end.1 - at.1) > NEAR {
                canvas.line(at, end, 1.0, tint(point.style.color, 0.5))?;
            }
            // Towards its point, so that it is seen whose it is.
            let (x, anchor) = match at.0 > (label.left + label.right) / 2.0 {
                true => (label.right, Anchor::End),
                false => (label.left, Anchor::Start),
            };
            canvas.text(&name(point), (x, label.top + 12.0), anchor, face(point))?;
            canvas.text(&point.note, (x, label.top + 25.0), anchor, SMALL)?;
        }
        Ok(())
    }
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
        self.frame.top(fonts) + self.panels.iter().map(Panel::height).sum::<f64>()
    }

    /// Draws the chart onto a canvas of [`WIDTH`] and [`Scatter::height`].
    pub(super) fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Drawn {
        self.frame.draw_head(canvas)?;
        let mut top = self.frame.top(canvas.fonts);
        for panel in &self.panels {
            let layout = panel.layout(canvas, top);
            let room = WIDTH - 2.0 * MARGIN;
            let heading = fit(canvas.fonts, &panel.heading, NOTE.size, true, room);
            let bold = Type { bold: true, ..NOTE };
            canvas.text(&heading, (MARGIN, top + 17.0), Anchor::Start, bold)?;
            let above = (MARGIN, layout.top - 10.0);
            canvas.text(&self.rise_title, above, Anchor::Start, NOTE)?;
            let sides = (layout.left, layout.right);
            frame::draw_scale(canvas, &layout.across, sides, (layout.top, layout.foot))?;
            frame::draw_vertical_scale(canvas, &layout.rise, sides, (layout.top, layout.bottom))?;
            frame::draw_axis_title(canvas, &self.frame.axis_title, sides, layout.foot)?;
            panel.draw(canvas, &layout)?;
            top += panel.height();
        }
        Ok(())
    }
}
