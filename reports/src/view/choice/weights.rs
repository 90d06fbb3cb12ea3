//! The sets of weights of a report: cells that differ in precision alone.

use std::cmp::Reverse;

use crate::lineage;
use crate::view::{Report, Status, groups};

/// Cells of the same weights, of one run.
pub(super) struct Weights {
    /// Indices in [`Report::cells`], in their order.
    pub(super) cells: Vec<usize>,
    /// The cell that the others are compared with and that stands for the weights: the highest
    /// precision measured to the end. `None` where no cell was.
    pub(super) base: Option<usize>,
}

/// Every set of weights, in the order of the first cell: the members of a comparison with a baseline,
/// else the cells of one label.
pub(super) fn all(report: &Report) -> Vec<Weights> {
    let mut found: Vec<(Option<usize>, Vec<usize>)> = Vec::new();
    for cell in 0..report.cells.len() {
        let comparison = comparison(report, cell);
        let (run, key) = (report.cells[cell].run, &report.cells[cell].key);
        let same = |(other, cells): &&mut (Option<usize>, Vec<usize>)| match (comparison, other) {
            (Some(own), Some(other)) => own == *other,
            (None, None) => {
                let first = &report.cells[cells[0]];
                first.run == run && same_weights(report, run, &first.key.variant, &key.variant)
            }
            _ => false,
        };
        match found.iter_mut().find(same) {
            Some((_, cells)) => cells.push(cell),
            None => found.push((comparison, vec![cell])),
        }
    }
    found
        .into_iter()
        .map(|(comparison, cells)| Weights {
            base: base(report, comparison, &cells),
            cells,
        })
        .collect()
}

/// Whether two labels of a run are the same weights: one label, or one family by their lineage.
fn same_weights(report: &Report, run: usize, one: &str, other: &str) -> bool {
    let families = lineage::of_run(&report.runs[run]);
    let both = |family: &Vec<&str>| family.contains(&one) && family.contains(&other);
    one == other || families.iter().any(both)
}

/// The comparison that a cell takes part in, as its index in [`Report::fidelity_cells`].
fn comparison(report: &Report, cell: usize) -> Option<usize> {
    let mut all = report.fidelity_cells.iter();
    all.position(|view| view.baseline == cell || view.compared.contains(&cell))
}

fn base(report: &Report, comparison: Option<usize>, cells: &[usize]) -> Option<usize> {
    let complete = |cell: &usize| report.cells[*cell].status == Status::Complete;
    let planned = comparison.map(|index| report.fidelity_cells[index].baseline);
    if let Some(baseline) = planned.filter(complete) {
        return Some(baseline);
    }
    let rank = |cell: usize| {
        let view = &report.cells[cell];
        (
            groups::information(&view.key.precision, view.derived_from.as_deref()),
            Reverse(cell),
        )
    };
    let complete = cells.iter().copied().filter(|cell| complete(cell));
    complete.max_by_key(|&cell| rank(cell))
}
