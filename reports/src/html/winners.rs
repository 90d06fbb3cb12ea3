//! Which cells of a machine are best by what, as far as intervals tell.

use crate::view::{CellView, Report, SAME_MEMORY, SpeedTest};

use super::contest::{Better, Contest, Entry};
use super::number::Estimate;
use super::perplexity;

/// More leaders than this are not named.
const MOST_LEADERS: usize = 3;

/// Who is best by what.
pub(super) struct Winners {
    pub(super) decode: Option<Contest>,
    pub(super) prefill: Option<Contest>,
    pub(super) memory: Option<Contest>,
    pub(super) bits: Option<Contest>,
}

impl Winners {
    /// Ranks some cells of `report`. Of each measure those are ranked that were measured under the same
    /// condition as the first.
    pub(super) fn of(report: &Report, cells: &[usize]) -> Self {
        let speed = |test: fn(&CellView) -> Option<SpeedTest>,
                     rate: fn(&Report, usize) -> Option<Estimate>| {
            let entry = |&cell: &usize| {
                let estimate = rate(report, cell)?;
                Some((test(&report.cells[cell]), Entry { cell, estimate }))
            };
            Contest::of(
                same_as_first(cells.iter().filter_map(entry)),
                Better::Higher,
            )
        };
        Self {
            decode: speed(|cell| cell.decode_test, decode),
            prefill: speed(|cell| cell.prefill_test, prefill),
            memory: Contest::of(memory(report, cells), Better::Lower),
            bits: Contest::of(bits(report, cells), Better::Lower),
        }
    }

    /// The cells of which one decodes fastest: the best and those that cannot be told from it. None
    /// where these are too many to name or all there are, or where not all could be judged.
    pub(super) fn fastest(&self) -> Vec<usize> {
        let leaders = leaders(self.decode.as_ref());
        if leaders.len() > MOST_LEADERS {
            return Vec::new();
        }
        leaders
    }

    /// Whether the decode rate of no other cell can be told from the best one's.
    pub(super) fn no_difference(&self) -> bool {
        self.decode.as_ref().is_some_and(Contest::all_tied)
    }

    /// The cell with the least memory, where the next is far enough away.
    pub(super) fn smallest(&self) -> Option<usize> {
        match self.least_memory().as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }

    /// The cell with the least memory and those that are not told from it; none where these are all.
    pub(super) fn least_memory(&self) -> Vec<usize> {
        let Some(contest) = self
            .memory
            .as_ref()
            .filter(|contest| contest.next.is_some())
        else {
            return Vec::new();
        };
        let most = contest.best.estimate.value * (1.0 + SAME_MEMORY);
        let near = contest
            .entries
            .iter()
            .filter(|entry| entry.estimate.value <= most);
        let near: Vec<usize> = near.map(|entry| entry.cell).collect();
        if near.len() == contest.entries.len() {
            return Vec::new();
        }
        near
    }
}

/// The best and those whose interval overlaps with its own; none where these are all there are, or
/// where not all could be judged.
pub(super) fn leaders(contest: Option<&Contest>) -> Vec<usize> {
    let Some(contest) = contest else {
        return Vec::new();
    };
    if contest.next.is_none() || !contest.unjudged.is_empty() || contest.all_tied() {
        return Vec::new();
    }
    let tied = contest.tied.iter().copied();
    std::iter::once(contest.best.cell).chain(tied).collect()
}

fn decode(report: &Report, cell: usize) -> Option<Estimate> {
    let row = report.summary.get(cell)?;
    Estimate::new(row.decode_ts, row.decode_ci95_low, row.decode_ci95_high)
}

fn prefill(report: &Report, cell: usize) -> Option<Estimate> {
    let row = report.summary.get(cell)?;
    Estimate::new(row.prefill_ts, row.prefill_ci95_low, row.prefill_ci95_high)
}

fn memory(report: &Report, cells: &[usize]) -> Vec<Entry> {
    let entry = |&cell: &usize| {
        let bytes = report.summary.get(cell)?.peak_rss_bytes;
        let estimate = Estimate::new(bytes.map(|n| n as f64), None, None)?;
        Some(Entry { cell, estimate })
    };
    cells.iter().filter_map(entry).collect()
}

/// Bits per syllable of those scored on the same corpus.
fn bits(report: &Report, cells: &[usize]) -> Vec<Entry> {
    let entry = |&cell: &usize| {
        let row = report.summary.get(cell)?;
        let estimate = perplexity::bits(row.bits_per_syllable, row.ppl, row.ppl_se)?;
        Some((texts(report, cell), Entry { cell, estimate }))
    };
    same_as_first(cells.iter().filter_map(entry))
}

/// The corpus and the chunk length behind a cell's headline perplexity.
fn texts(report: &Report, cell: usize) -> Option<(&str, u32)> {
    let wanted = &report.summary[cell];
    let row = report.perplexity.iter().find(|row| {
        row.whole
            && Some(row.ppl) == wanted.ppl
            && (&row.machine, &row.model, &row.variant, &row.precision)
                == (
                    &wanted.machine,
                    &wanted.model,
                    &wanted.variant,
                    &wanted.precision,
                )
    })?;
    Some((&row.corpus, row.n_ctx))
}

/// The entries that were measured under the same condition as the first.
fn same_as_first<C: PartialEq>(all: impl Iterator<Item = (C, Entry)>) -> Vec<Entry> {
    let all: Vec<(C, Entry)> = all.collect();
    let Some((first, _)) = all.first() else {
        return Vec::new();
    };
    let same = all.iter().filter(|(condition, _)| condition == first);
    same.map(|(_, entry)| *entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use crate::view::SummaryRow;

    /// Six cells of which the fourth, general/Q4_K_M, is fastest and smallest.
    fn report() -> Report {
        sample::report(6, 1)
    }

    fn of(report: &Report) -> Winners {
        Winners::of(report, &[0, 1, 2, 3, 4, 5])
    }

    fn set_decode(row: &mut SummaryRow, low: f64, high: f64) {
        row.decode_ts = Some((low + high) / 2.0);
        (row.decode_ci95_low, row.decode_ci95_high) = (Some(low), Some(high));
    }

    #[test]
    fn the_fastest_is_named_with_those_that_cannot_be_told_from_it() {
        let mut report = report();
        assert_eq!(of(&report).fastest(), [3]);
        set_decode(&mut report.summary[0], 260.0, 270.0);
        assert_eq!(of(&report).fastest(), [3, 0]);
        report.summary[0].decode_ci95_low = None;
        assert!(of(&report).fastest().is_empty());
        for row in &mut report.summary {
            set_decode(row, 10.0, 20.0);
        }
        let winners = of(&report);
        assert!(winners.fastest().is_empty() && winners.no_difference());
    }

    #[test]
    fn one_rate_alone_is_not_the_fastest() {
        let mut report = report();
        for row in &mut report.summary[1..] {
            row.decode_ts = None;
        }
        let winners = of(&report);
        assert!(winners.fastest().is_empty() && !winners.no_difference());
    }

    #[test]
    fn rates_of_another_test_are_left_out() {
        let mut report = report();
        report.cells[3].decode_test = None;
        assert_ne!(of(&report).decode.unwrap().best.cell, 3);
    }

    #[test]
    fn peaks_within_a_percent_are_not_told_apart() {
        let mut report = report();
        assert_eq!(of(&report).smallest(), Some(3));
        report.summary[0].peak_rss_bytes = report.summary[3].peak_rss_bytes.map(|n| n + n / 200);
        assert_eq!(of(&report).smallest(), None);
        assert_eq!(of(&report).least_memory(), [3, 0]);
        for row in &mut report.summary {
            row.peak_rss_bytes = Some(1000);
        }
        assert!(of(&report).least_memory().is_empty());
    }
}
