//! What every chart asks of a report: names, styles, and which cell a row speaks of.

use super::label::{CellName, cell_names};
use super::palette::{Palette, Style};
use crate::view::Report;
use std::collections::{BTreeSet, HashMap};

/// Machine, model, variant and precision of a row.
pub(super) type Key<'a> = [&'a str; 4];

/// A report with the names and styles of its cells.
pub(super) struct Context<'a> {
    pub(super) report: &'a Report,
    names: Vec<CellName>,
    palette: Palette<'a>,
}

/// The four columns that every row begins with.
macro_rules! key {
    ($row:expr) => {
        [
            $row.machine.as_str(),
            $row.model.as_str(),
            $row.variant.as_str(),
            $row.precision.as_str(),
        ]
    };
}
pub(super) use key;

impl<'a> Context<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        Self {
            report,
            names: cell_names(&report.cells),
            palette: Palette::of(&report.cells),
        }
    }

    /// The name of a cell.
    pub(super) fn name(&self, cell: usize) -> &CellName {
        &self.names[cell]
    }

    /// The style of a cell.
    pub(super) fn style(&self, cell: usize) -> Style {
        let key = &self.report.cells[cell].key;
        self.palette.style(&key.variant, &key.precision)
    }

    /// The cell of each row, given rows of one kind in the order of the cells. Where several cells
    /// have the same key, as in two runs on one machine, their rows follow one another as they do.
    pub(super) fn cells_of(&self, rows: impl IntoIterator<Item = Key<'a>>) -> Vec<Option<usize>> {
        let mut waiting: HashMap<Key<'a>, Vec<usize>> = HashMap::new();
        for (cell, view) in self.report.cells.iter().enumerate().rev() {
            waiting.entry(key!(view.key)).or_default().push(cell);
        }
        let next = |key| {
            let cells = waiting.get_mut(&key)?;
            if cells.len() > 1 {
                cells.pop()
            } else {
                cells.last().copied()
            }
        };
        rows.into_iter().map(next).collect()
    }

    /// Whether no two models are known to have different vocabularies, so that tokens, and values
    /// per token, of one can be compared with those of another.
    pub(super) fn one_vocabulary(&self) -> bool {
        let models = self.report.runs.iter().flat_map(|run| &run.models);
        models
            .filter_map(|model| model.n_vocab)
            .collect::<BTreeSet<_>>()
            .len()
            < 2
    }
}

/// `value` where it is a number that a scale can hold.
pub(super) fn drawable(value: f64) -> Option<f64> {
    (value.is_finite() && (0.0..1e300).contains(&value)).then_some(value)
}

/// The one value that all of `values` have.
pub(super) fn the_one<T: PartialEq>(values: impl IntoIterator<Item = T>) -> Option<T> {
    let mut values = values.into_iter();
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn rows_of_equal_cells_follow_their_order() {
        let report = fixture::report(&[("a", "F16"), ("a", "F32"), ("a", "F16")]);
        let context = Context::of(&report);
        let keys = [0, 1, 2].map(|cell: usize| key!(report.cells[cell].key));
        assert_eq!(context.cells_of(keys), [Some(0), Some(1), Some(2)]);
        assert_eq!(context.cells_of([["?", "", "", ""]]), [None]);
    }

    #[test]
    fn what_no_scale_can_hold_is_left_out() {
        let shown = [1.0, 0.0, f64::NAN, f64::INFINITY, -1.0, f64::MAX].map(drawable);
        assert_eq!(shown, [Some(1.0), Some(0.0), None, None, None, None]);
    }
}
