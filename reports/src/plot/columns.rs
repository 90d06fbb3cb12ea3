//! A table of marks: a row for each cell, a column for each text, all on one scale.
//!
//! Read down a column it compares cells on one text, read along a row it shows which texts are hard.
//! Columns that do not fit side by side go on below.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Drawn, Type};
use super::font::Fonts;
use super::frame::{self, Frame, NOTE, SMALL, WIDTH};
use super::label::{CellName, fit, fit_name};
use super::lang::Lang;
use super::palette::{BAND, FLOOR, GRID, INK, MUTED, Style};
use super::power;
use super::rowmarks;
use plotters::prelude::DrawingBackend;

/// A table of marks in one language.
#[derive(Debug, Clone)]
pub(super) struct ColumnChart {
    pub(super) frame: Frame,
    /// Whether the scale is always logarithmic; else where its values ask for it.
    pub(super) logarithmic: bool,
    /// The names of the columns.
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<ColumnRow>,
}

/// A row.
#[derive(Debug, Clone)]
pub(super) struct ColumnRow {
    pub(super) name: CellName,
    pub(super) style: Style,
    /// One for each column; `None` where nothing was measured.
    pub(super) values: Vec<Option<Value>>,
    /// Values up to this are noise.
    pub(super) floor: Option<f64>,
}

/// A value with its interval.
pub(super) type Value = (f64, Option<(f64, f64)>);

const MARGIN: f64 = 18.0;
const NAME_ROOM: f64 = 200.0;
const GAP: f64 = 14.0;
/// Columns side by side.
const MOST: usize = 5;
/// Above the rows, for the names of columns.
const HEAD: f64 = 24.0;
/// Below the rows, for the numbers of the scale and its title.
const FOOT: f64 = 50.0;
const MARK: f64 = 4.5;
const NAME: Type = Type {
    size: 12.0,
    bold: false,
    color: INK,
};

impl ColumnChart {
    fn row_height(&self) -> f64 {
        let places = self.rows.iter().any(|row| row.name.place.is_some());
        match (places, self.rows.len()) {
            (true, _) => 32.0,
            (false, 0..=14) => 26.0,
            (false, _) => 20.0,
        }
    }

    fn block_height(&self) -> f64 {
        HEAD + self.rows.len() as f64 * self.row_height() + FOOT
    }

    /// Columns side by side, the same in every block as far as they go.
    fn across(&self) -> usize {
        let blocks = self.columns.len().div_ceil(MOST).max(1);
        self.columns.len().div_ceil(blocks).max(1)
    }

    /// Height of the whole chart in logical pixels.
    pub(super) fn height(&self, fonts: &Fonts) -> f64 {
        let blocks = self.columns.len().div_ceil(self.across());
        self.frame.top(fonts) + blocks as f64 * self.block_height()
    }

    /// Draws the chart onto a canvas of [`WIDTH`] and [`ColumnChart::height`].
    pub(super) fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>, lang: Lang) -> Drawn {
        self.frame.draw_head(canvas)?;
        let names = self.rows.iter().map(|row| {
            let place = row.name.place.as_deref().unwrap_or("");
            let own = canvas.width(&row.name.plain(), NAME);
            own.max(canvas.width(place, SMALL)) * 1.06
        });
        let left = MARGIN + names.fold(0.0, f64::max).min(NAME_ROOM) + GAP;
        let across = self.across();
        let width = (WIDTH - MARGIN - left - GAP * (across - 1) as f64) / across as f64;
        let axis = self.axis((width / 45.0) as usize);
        let mut top = self.frame.top(canvas.fonts);
        for (block, names) in self.columns.chunks(across).enumerate() {
            self.draw_rows(canvas, top + HEAD, left - GAP)?;
            let bottom = top + self.block_height() - FOOT;
            for (i, name) in names.iter().enumerate() {
                let from = left + (width + GAP) * i as f64;
                let sides = (from, from + width);
                self.draw_column(
                    canvas,
                    &axis,
                    sides,
                    (top + HEAD, bottom),
                    block * across + i,
                )?;
                let bold = Type { bold: true, ..NOTE };
                let name = fit(canvas.fonts, name, NOTE.size, true, width / 1.06);
                canvas.text(&name, (from, top + 15.0), Anchor::Start, bold)?;
            }
            let title = frame::axis_title(&self.frame.axis_title, &axis, lang);
            frame::draw_axis_title(canvas, &title, (left, WIDTH - MARGIN), bottom)?;
            top += self.block_height();
        }
        Ok(())
    }

    fn axis(&self, n_ticks: usize) -> Axis {
        let values = self.rows.iter().flat_map(|row| row.values.iter().flatten());
        let ends = values.flat_map(|&(value, interval)| {
            let (low, high) = interval.unwrap_or((value, value));
            // An interval that reaches to zero ends where a logarithmic scale does.
            [value, if low > 0.0 { low } else { value }, high]
        });
        let floors = self.rows.iter().filter_map(|row| row.floor);
        let ends = ends.chain(floors);
        match self.logarithmic {
            true => Axis::logarithmic(ends, n_ticks),
            false => Axis::around(ends, n_ticks),
        }
    }

    /// The ground and the names of the rows.
    fn draw_rows<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        top: f64,
        right: f64,
    ) -> Drawn {
        let height = self.row_height();
        let room = (right - MARGIN) / 1.06;
        for (i, row) in self.rows.iter().enumerate() {
            let y = top + height * i as f64;
            if i % 2 == 0 {
                canvas.rect((0.0, y), (WIDTH, y + height), BAND)?;
            }
            let middle = y + height / 2.0;
            let name = fit_name(canvas.fonts, &row.name, NAME, room);
            let baseline = match &row.name.place {
                None => middle + 4.5,
                Some(place) => {
                    let place = fit(canvas.fonts, place, SMALL.size, false, room);
                    canvas.text(&place, (right, middle + 12.0), Anchor::End, SMALL)?;
                    middle - 2.0
                }
            };
            canvas.text(&name, (right, baseline), Anchor::End, NAME)?;
        }
        Ok(())
    }

    fn draw_column<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        axis: &Axis,
        (left, right): (f64, f64),
        (top, bottom): (f64, f64),
        column: usize,
    ) -> Drawn {
        let x = |value: f64| left + (right - left) * axis.position(value);
        let height = self.row_height();
        for (i, row) in self.rows.iter().enumerate() {
            if let Some(floor) = row.floor.filter(|floor| *floor > 0.0) {
                let y = top + height * i as f64;
                canvas.rect((left, y), (x(floor), y + height), FLOOR)?;
            }
        }
        for tick in &axis.ticks {
            let at = x(tick.value);
            canvas.bar((at, top), (at, bottom), 1.0, GRID)?;
            power::draw(canvas, &tick.label, (at, bottom + 15.0), SMALL)?;
        }
        canvas.bar((left, bottom), (right, bottom), 1.0, MUTED)?;
        for (i, row) in self.rows.iter().enumerate() {
            let Some((value, interval)) = row.values.get(column).copied().flatten() else {
                continue;
            };
            let middle = top + height * (i as f64 + 0.5);
            if let Some((low, high)) = interval {
                rowmarks::whiskers(canvas, (x(low), x(high)), middle, row.style.color, height)?;
            }
            if value > 0.0 || !axis.is_logarithmic() {
                canvas.mark((x(value), middle), MARK, row.style)?;
            }
        }
        Ok(())
    }
}
