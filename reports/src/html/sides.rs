//! What stands side by side: the variants at one precision, or the precisions of one variant.

use std::collections::BTreeSet;

use super::phrase::Phrase;
use crate::precision::Precision;
use crate::view::{CellView, Report};

/// The choices, for the script; without it all answers are there.
pub(super) struct Sides {
    /// One for each precision that several variants have.
    pub(super) precisions: Vec<Side>,
    /// One for each variant of several precisions.
    pub(super) variants: Vec<Side>,
}

/// A choice of cells.
pub(super) struct Side {
    pub(super) name: Phrase,
    /// Their indices in the report, with spaces between them.
    pub(super) cells: String,
    /// Whether it is chosen at first.
    pub(super) is_first: bool,
}

impl Sides {
    /// The choices among the cells that answered; `None` where there is none.
    pub(super) fn of(report: &Report) -> Option<Self> {
        let answered: BTreeSet<usize> = report.answers.iter().map(|row| row.cell).collect();
        let cells: Vec<(usize, &CellView)> = answered
            .into_iter()
            .filter_map(|cell| Some((cell, report.cells.get(cell)?)))
            .collect();
        let precision = |cell: &CellView| Precision::parse(&cell.key.precision).to_string();
        let mut precisions = groups(&cells, precision, |cell| cell.key.variant.clone());
        let mut variants = groups(&cells, |cell| cell.key.variant.clone(), precision);
        // The precision that most variants have, the first of these.
        let most = precisions.iter().map(|(_, n)| *n).max();
        let first = precisions.iter().position(|(_, n)| Some(*n) == most);
        match (first, variants.first_mut()) {
            (Some(first), _) => precisions[first].0.is_first = true,
            (None, Some((side, _))) => side.is_first = true,
            (None, None) => return None,
        }
        let sides = |groups: Vec<(Side, usize)>| groups.into_iter().map(|(side, _)| side).collect();
        Some(Self {
            precisions: sides(precisions),
            variants: sides(variants),
        })
    }
}

/// The cells that are alike in `name` and of which several differ in `other`, with how many do.
fn groups(
    cells: &[(usize, &CellView)],
    name: impl Fn(&CellView) -> String,
    other: impl Fn(&CellView) -> String,
) -> Vec<(Side, usize)> {
    let mut names: Vec<String> = Vec::new();
    for (_, cell) in cells {
        let name = name(cell);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let side = |wanted: String| {
        let alike: Vec<_> = cells
            .iter()
            .filter(|(_, cell)| name(cell) == wanted)
            .collect();
        let others: BTreeSet<String> = alike.iter().map(|(_, cell)| other(cell)).collect();
        let indices: Vec<_> = alike.iter().map(|(index, _)| index.to_string()).collect();
        let side = Side {
            name: Phrase::foreign(wanted),
            cells: indices.join(" "),
            is_first: false,
        };
        (others.len() > 1).then_some((side, others.len()))
    };
    names.into_iter().filter_map(side).collect()
}
