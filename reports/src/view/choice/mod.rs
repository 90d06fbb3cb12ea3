//! What to run: on each machine one cell, chosen by the rules of METHODOLOGY.md, "The choice".
//!
//! First the weights, by what they answer to the same questions ([`variants`]); then their precision,
//! the cheapest whose loss is shown to be small ([`standing`]). Where nothing tells two apart the
//! cheaper one is taken ([`cost`]).

mod cost;
mod row;
mod standing;
#[cfg(test)]
mod tests;
mod variants;
mod weights;

use std::collections::BTreeMap;

use super::{CellKey, Report};
use cost::Cost;
use weights::Weights;

pub use row::{Basis, ChoiceRow, Loss, Measure, Standing, VariantRow};
pub use standing::{FEWEST_QUESTIONS, MOST_PPL_LOSS};

/// The lines of `choice.csv`, one per cell, and those of `variants.csv`.
pub(super) fn rows(report: &Report) -> (Vec<ChoiceRow>, Vec<VariantRow>) {
    let mut rows: Vec<ChoiceRow> = (0..report.cells.len())
        .map(|cell| blank(report, cell))
        .collect();
    let mut variants = Vec::new();
    for all in by_machine(report).into_values() {
        choose(report, &all, &mut rows, &mut variants);
    }
    (rows, variants)
}

/// The weights of each machine, by the place of its first cell.
fn by_machine(report: &Report) -> BTreeMap<usize, Vec<Weights>> {
    let machine = |weights: &Weights| {
        let own = &report.cells[weights.cells[0]].key.machine;
        report
            .cells
            .iter()
            .position(|cell| cell.key.machine == *own)
    };
    let mut machines: BTreeMap<usize, Vec<Weights>> = BTreeMap::new();
    for weights in weights::all(report) {
        let first = machine(&weights).unwrap_or(weights.cells[0]);
        machines.entry(first).or_default().push(weights);
    }
    machines
}

/// Judges the cells of one machine.
fn choose(
    report: &Report,
    all: &[Weights],
    rows: &mut [ChoiceRow],
    variants: &mut Vec<VariantRow>,
) {
    let measured: Vec<&Weights> = all.iter().filter(|w| w.base.is_some()).collect();
    for weights in &measured {
        standing::judge(report, weights, rows);
    }
    let mut compared = variants::rows(report, &measured);
    variants::correct(&mut compared);
    let chosen = variants::choose(report, &measured, &compared, rows);
    variants.append(&mut compared);
    let Some(chosen) = chosen else { return };
    for weights in &measured {
        for &cell in &weights.cells {
            if weights.base != chosen.weights.base
                && !matches!(
                    rows[cell].standing,
                    Standing::Incomplete | Standing::NoQuality
                )
            {
                rows[cell].standing = Standing::OtherWeights;
            }
        }
    }
    let complete = |cell: &&usize| rows[**cell].standing != Standing::Incomplete;
    let n_complete = measured
        .iter()
        .flat_map(|w| &w.cells)
        .filter(complete)
        .count();
    rows[chosen.cell].standing = match n_complete {
        1 => Standing::Only,
        _ => Standing::Recommended,
    };
    rows[chosen.cell].basis = Some(chosen.basis);
    let of = |cell: usize| report.cells[cell].key.machine.as_str();
    for cell in (0..rows.len()).filter(|&cell| of(cell) == of(chosen.cell)) {
        cost::compare(report, chosen.cell, &mut rows[cell]);
    }
}

/// A row that says what a cell takes and nothing else.
fn blank(report: &Report, cell: usize) -> ChoiceRow {
    let CellKey {
        machine,
        model,
        variant,
        precision,
    } = report.cells[cell].key.clone();
    ChoiceRow {
        machine,
        model,
        variant,
        precision,
        standing: Standing::Incomplete,
        basis: None,
        baseline: None,
        loss: None,
        ppl_ratio: None,
        ppl_ratio_ci95_low: None,
        ppl_ratio_ci95_high: None,
        memory_bytes: Cost::of(report, cell).memory_bytes,
        memory_ratio: None,
        time_ratio: None,
        time_ratio_ci95_low: None,
        time_ratio_ci95_high: None,
        cell,
        baseline_cell: None,
    }
}
