//! What a cell takes: memory, then time.

use std::cmp::Ordering;

use super::ChoiceRow;
use crate::stats::{Estimate, Sorted, median_ratio_interval};
use crate::view::{Report, SAME_MEMORY};

/// Memory and decode speed of a cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub(super) memory_bytes: Option<u64>,
    /// Ends of the 95 % interval of the headline decode rate.
    rate: Option<(f64, f64)>,
}

impl Cost {
    pub(super) fn of(report: &Report, cell: usize) -> Self {
        let row = &report.grid[cell];
        Self {
            memory_bytes: row.memory_bytes(),
            rate: row.decode_ci95_low.zip(row.decode_ci95_high),
        }
    }

    /// By memory where the difference is more than one measurement of each can tell, then by rates whose
    /// intervals do not overlap. A cost that is not known is the greater.
    fn cmp(self, other: Self) -> Ordering {
        let memory = match (self.memory_bytes, other.memory_bytes) {
            (Some(own), Some(others)) if is_same(own, others) => Ordering::Equal,
            (Some(own), Some(others)) => own.cmp(&others),
            (own, others) => others.is_some().cmp(&own.is_some()),
        };
        let rate = match self.rate.zip(other.rate) {
            Some(((low, _), (_, high))) if low > high => Ordering::Less,
            Some(((_, high), (low, _))) if high < low => Ordering::Greater,
            _ => Ordering::Equal,
        };
        memory.then(rate)
    }
}

/// Whether two peaks cannot be told apart.
fn is_same(a: u64, b: u64) -> bool {
    a.max(b) as f64 <= a.min(b) as f64 * (1.0 + SAME_MEMORY)
}

/// The cheapest of some cells: the one that no other is cheaper than, the first of several. Where peaks
/// are only just alike there may be none, which leaves the one with the least memory.
pub(super) fn cheapest(report: &Report, cells: &[usize]) -> Option<usize> {
    let cost = |cell: usize| Cost::of(report, cell);
    let least = cells
        .iter()
        .copied()
        .min_by_key(|&cell| cost(cell).memory_bytes.unwrap_or(u64::MAX))?;
    let unbeaten = |cell: &usize| {
        let others = cells.iter();
        others
            .into_iter()
            .all(|&other| cost(other).cmp(cost(*cell)) != Ordering::Less)
    };
    cells.iter().copied().find(unbeaten).or(Some(least))
}

/// Writes into `row` what its cell takes, of what the recommended cell takes.
pub(super) fn compare(report: &Report, recommended: usize, row: &mut ChoiceRow) {
    let base = Cost::of(report, recommended)
        .memory_bytes
        .filter(|&n| n > 0);
    row.memory_ratio = row
        .memory_bytes
        .zip(base)
        .map(|(own, base)| own as f64 / base as f64);
    if row.cell == recommended {
        row.time_ratio = report.cells[recommended].decode_test.map(|_| 1.0);
        return;
    }
    let time = time_ratio(report, row.cell, recommended);
    row.time_ratio = time.map(|time| time.point);
    row.time_ratio_ci95_low = time.map(|time| time.low);
    row.time_ratio_ci95_high = time.map(|time| time.high);
}

/// Time of a token over that of the recommended cell: its rate over the cell's.
fn time_ratio(report: &Report, cell: usize, recommended: usize) -> Option<Estimate> {
    let (own, base) = (&report.cells[cell], &report.cells[recommended]);
    if own.decode_test.is_none() || own.decode_test != base.decode_test {
        return None;
    }
    let sorted = |samples: &[f64]| Sorted::new(samples.to_vec());
    median_ratio_interval(
        &sorted(&base.decode_samples)?,
        &sorted(&own.decode_samples)?,
    )
}
