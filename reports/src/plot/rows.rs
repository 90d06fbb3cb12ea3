//! A chart with a row for each cell: what the rows hold, and how they are laid out.
//!
//! The height grows with the rows, so labels cannot meet; the room for labels on both sides is
//! measured before the plot gets the rest.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Drawn, Type};
use super::font::Fonts;
use super::frame::{self, Frame, LABEL, NOTE, WIDTH};
use super::label::{CellName, PRECISION_ROOM, fit, fit_name};
use super::lang::Lang;
use super::palette::{ALARM, BAND, FLOOR, INK, MUTED, Style};
use super::rowmarks;
use plotters::prelude::DrawingBackend;

/// A chart of rows in one language.
#[derive(Debug, Clone)]
pub(super) struct RowChart {
    pub(super) frame: Frame,
    /// Whether the scale must start at zero.
    pub(super) from_zero: bool,
    pub(super) sections: Vec<Section>,
}

/// Rows under one heading.
#[derive(Debug, Clone)]
pub(super) struct Section {
    /// Shown where it is not empty.
    pub(super) heading: String,
    pub(super) rows: Vec<Row>,
}

/// A row.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) name: CellName,
    pub(super) style: Style,
    pub(super) body: Body,
    /// The value with its unit, at the end of what is drawn.
    pub(super) value: String,
    /// What limits the value: its interval, its error, how many were cut.
    pub(super) detail: String,
}

/// What is drawn in a row.
#[derive(Debug, Clone)]
pub(super) enum Body {
    /// A value, its interval, and the samples it comes from, sorted.
    Estimate {
        point: f64,
        interval: Option<(f64, f64)>,
        samples: Vec<Sample>,
    },
    /// Lengths end to end, and a value to compare their end with.
    Bar {
        parts: Vec<(f64, Part)>,
        tick: Option<f64>,
    },
    /// A mean with its interval and what lies far beyond it, on a logarithmic scale; what is not
    /// positive has no place there.
    Spread {
        point: f64,
        interval: Option<(f64, f64)>,
        /// A percentile, and the largest.
        beyond: [Option<f64>; 2],
        /// Values up to this are noise.
        floor: Option<f64>,
    },
    /// How samples are distributed.
    Hill(Hill),
    /// Values in the order in which they were taken, and how far up and down a row reaches.
    Sequence { values: Vec<f64>, reach: f64 },
    /// Nothing was measured; the row's value says so.
    Nothing,
}

/// A distribution.
#[derive(Debug, Clone)]
pub(super) struct Hill {
    /// The ends of each bin that holds anything, ascending, and its share.
    pub(super) bins: Vec<((f64, f64), f64)>,
    pub(super) median: f64,
    pub(super) percentile: f64,
    pub(super) largest: f64,
}

/// One sample of an estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sample {
    pub(super) value: f64,
    /// Whether the true value is at least this.
    pub(super) at_least: bool,
}

/// How a part of a bar is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Solid,
    Hatched,
    Light,
    Hollow,
}

impl Body {
    /// The values that the scale must hold.
    fn values(&self) -> Vec<f64> {
        match self {
            Self::Estimate {
                point,
                interval,
                samples,
            } => {
                let ends = samples
                    .first()
                    .into_iter()
                    .chain(samples.last())
                    .map(|s| s.value);
                let interval = interval.iter().flat_map(|(low, high)| [*low, *high]);
                ends.chain(interval).chain([*point]).collect()
            }
            Self::Bar { parts, tick } => {
                let end = parts.iter().map(|(length, _)| length).sum();
                std::iter::once(end).chain(*tick).collect()
            }
            Self::Spread {
                point,
                interval,
                beyond,
                floor,
            } => {
                // An interval that reaches to zero ends where the scale does.
                let ends = interval.iter().map(|(_, high)| *high);
                let others = beyond.iter().chain([floor]).copied().flatten();
                // Room for the ground of the noise to be seen.
                let below = floor.map(|floor| floor / 4.0);
                others.chain(ends).chain(below).chain([*point]).collect()
            }
            Self::Hill(hill) => {
                let first = hill.bins.first().map(|((low, _), _)| *low);
                first
                    .into_iter()
                    .chain([hill.median, hill.largest])
                    .collect()
            }
            Self::Sequence { values, .. } => vec![values.len() as f64],
            Self::Nothing => Vec::new(),
        }
    }

    fn is_spread(&self) -> bool {
        matches!(self, Self::Spread { .. })
    }

    fn has_samples(&self) -> bool {
        match self {
            Self::Estimate { samples, .. } => !samples.is_empty(),
            Self::Hill(_) | Self::Sequence { .. } => true,
            _ => false,
        }
    }
}

/// Of more rows each is less high.
const MANY: usize = 14;
/// Widest room for the names of cells.
const NAME_ROOM: f64 = 230.0;
/// Between a name or a value and the plot.
const GAP: f64 = 12.0;
/// Between a value and its detail.
const DETAIL_GAP: f64 = 11.0;
const MARGIN: f64 = 18.0;
const HEADING: f64 = 28.0;
/// Share of a measured width to spare, since a viewer's font may be wider than the measured one.
const SLACK: f64 = 1.06;

const NAME: Type = LABEL;
const PLACE: Type = Type {
    size: 11.0,
    bold: false,
    color: MUTED,
};
const VALUE: Type = Type {
    size: 13.0,
    bold: true,
    color: INK,
};
const FAILED: Type = Type {
    size: 13.0,
    bold: false,
    color: ALARM,
};

/// Where the rows and the plot stand, in logical pixels.
struct Layout {
    left: f64,
    right: f64,
    top: f64,
    row: f64,
    axis: Axis,
}

impl Layout {
    fn x(&self, value: f64) -> f64 {
        self.left + (self.right - self.left) * self.axis.position(value)
    }
}

impl RowChart {
    fn rows(&self) -> impl Iterator<Item = &Row> {
        self.sections.iter().flat_map(|section| &section.rows)
    }

    fn row_height(&self) -> f64 {
        let samples = self.rows().any(|row| row.body.has_samples());
        let places = self.rows().any(|row| row.name.place.is_some());
        let many = self.rows().count() > MANY;
        match (samples, places) {
            (_, true) if many => 36.0,
            (true, _) if many => 30.0,
            (false, _) if many => 24.0,
            (true, _) => 42.0,
            (false, true) => 40.0,
            (false, false) => 34.0,
        }
    }

    fn body_height(&self) -> f64 {
        let headings = self
            .sections
            .iter()
            .filter(|section| !section.heading.is_empty())
            .count();
        self.rows().count() as f64 * self.row_height() + headings as f64 * HEADING
    }

    /// Height of the whole chart in logical pixels.
    pub(super) fn height(&self, fonts: &Fonts) -> f64 {
        self.frame.top(fonts) + self.body_height() + frame::AXIS_HEIGHT
    }

    /// Draws the chart onto a canvas of [`WIDTH`] and [`RowChart::height`].
    pub(super) fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>, lang: Lang) -> Drawn {
        let layout = self.layout(canvas);
        self.frame.draw_head(canvas)?;
        self.draw_bands(canvas, &layout)?;
        let bottom = layout.top + self.body_height();
        frame::draw_scale(
            canvas,
            &layout.axis,
            (layout.left, layout.right),
            (layout.top, bottom),
        )?;
        let title = frame::axis_title(&self.frame.axis_title, &layout.axis, lang);
        frame::draw_axis_title(canvas, &title, (layout.left, layout.right), bottom)?;
        let mut y = layout.top;
        for section in &self.sections {
            if !section.heading.is_empty() {
                let heading = fit(
                    canvas.fonts,
                    &section.heading,
                    NOTE.size,
                    true,
                    WIDTH - 2.0 * MARGIN,
                );
                canvas.text(
                    &heading,
                    (MARGIN, y + 19.0),
                    Anchor::Start,
                    Type { bold: true, ..NOTE },
                )?;
                y += HEADING;
            }
            for row in &section.rows {
                draw_name(canvas, row, (layout.left - GAP, y + layout.row / 2.0))?;
                draw_body(canvas, row, &layout, y)?;
                y += layout.row;
            }
        }
        Ok(())
    }

    fn layout<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Layout {
        let widest =
            |width: &dyn Fn(&Row) -> f64| self.rows().map(width).fold(0.0, f64::max).ceil();
        let names = widest(&|row| name_width(canvas, row) * SLACK).min(NAME_ROOM);
        let values = widest(&|row| match row.body {
            Body::Nothing => 0.0,
            _ => value_width(canvas, row) * SLACK,
        });
        let (left, right) = (MARGIN + names + GAP, WIDTH - MARGIN - values - GAP);
        let n_ticks = ((right - left) / 65.0) as usize;
        let values = self.rows().flat_map(|row| row.body.values());
        let spread = self.rows().any(|row| row.body.is_spread());
        let sequence = |row: &Row| matches!(row.body, Body::Sequence { .. });
        let axis = match self.from_zero {
            _ if self.rows().any(sequence) => {
                Axis::counts(values.fold(1.0, f64::max) as usize, n_ticks)
            }
            _ if spread => Axis::logarithmic(values, n_ticks),
            true => Axis::from_zero(values, n_ticks),
            false => Axis::around(values, n_ticks),
        };
        Layout {
            left,
            right,
            top: self.frame.top(canvas.fonts),
            row: self.row_height(),
            axis,
        }
    }

    fn draw_bands<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>, layout: &Layout) -> Drawn {
        let mut y = layout.top;
        for section in &self.sections {
            y += if section.heading.is_empty() {
                0.0
            } else {
                HEADING
            };
            for (i, _) in section.rows.iter().enumerate() {
                if i % 2 == 0 {
                    canvas.rect((0.0, y), (WIDTH, y + layout.row), BAND)?;
                }
                y += layout.row;
            }
        }
        Ok(())
    }
}

fn name_width<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, row: &Row) -> f64 {
    let name = canvas.width(&row.name.variant, NAME)
        + canvas.width(" ", NAME)
        + canvas.width(&row.name.precision, NAME).min(PRECISION_ROOM);
    name.max(
        row.name
            .place
            .as_ref()
            .map_or(0.0, |place| canvas.width(place, PLACE)),
    )
}

/// Writes the name of a row so that it ends at `right` and is centred on `middle`.
fn draw_name<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    row: &Row,
    (right, middle): (f64, f64),
) -> Drawn {
    let room = (right - MARGIN) / SLACK;
    let fonts = canvas.fonts;
    let baseline = match &row.name.place {
        None => middle + 4.5,
        Some(place) => {
            let place = fit(fonts, place, PLACE.size, PLACE.bold, room);
            canvas.text(&place, (right, middle + 13.0), Anchor::End, PLACE)?;
            middle - 2.5
        }
    };
    canvas.text(
        &fit_name(fonts, &row.name, NAME, room),
        (right, baseline),
        Anchor::End,
        NAME,
    )
}

fn value_width<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, row: &Row) -> f64 {
    let detail = if row.detail.is_empty() {
        0.0
    } else {
        DETAIL_GAP + canvas.width(&row.detail, PLACE)
    };
    canvas.width(&row.value, VALUE) + detail
}

fn draw_body<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    row: &Row,
    layout: &Layout,
    top: f64,
) -> Drawn {
    let middle = top + layout.row / 2.0;
    let x = |value: f64| layout.x(value);
    let end = match &row.body {
        Body::Nothing => {
            return canvas.text(
                &row.value,
                (layout.left + GAP, middle + 4.5),
                Anchor::Start,
                FAILED,
            );
        }
        Body::Estimate {
            point,
            interval,
            samples,
        } => {
            let estimate = (*point, *interval, samples.as_slice());
            rowmarks::estimate(canvas, row.style, estimate, &x, (middle, layout.row))?
        }
        Body::Hill(hill) => rowmarks::hill(canvas, row.style, hill, &x, (middle, layout.row))?,
        Body::Sequence { values, reach } => {
            let values = (values.as_slice(), *reach);
            rowmarks::sequence(canvas, row.style, values, &x, (middle, layout.row))?
        }
        Body::Spread {
            point,
            interval,
            beyond,
            floor,
        } => {
            if let Some(floor) = floor.filter(|floor| *floor > 0.0) {
                canvas.rect((layout.left, top), (x(floor), top + layout.row), FLOOR)?;
            }
            rowmarks::spread(
                canvas,
                row.style,
                (*point, *interval, *beyond),
                &x,
                (middle, layout.row),
            )?
        }
        Body::Bar { parts, tick } => {
            rowmarks::bar(canvas, row.style, (parts, *tick), &x, (middle, layout.row))?
        }
    };
    let start = end + GAP;
    canvas.text(&row.value, (start, middle + 4.5), Anchor::Start, VALUE)?;
    let after = start + canvas.width(&row.value, VALUE) * SLACK + DETAIL_GAP;
    canvas.text(&row.detail, (after, middle + 4.5), Anchor::Start, PLACE)
}
