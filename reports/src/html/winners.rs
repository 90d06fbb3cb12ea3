//! Who decodes fastest, takes the least memory and needs the fewest bits per syllable.

use crate::view::{Report, SAME_MEMORY, SummaryRow};

use super::contest::{Better, Contest, Entry};
use super::number::Estimate;
use super::perplexity;

/// More leaders than this are not named.
pub(super) const MOST_LEADERS: usize = 3;

/// Who is best by what.
pub(super) struct Winners {
    pub(super) decode: Option<Contest>,
    pub(super) memory: Option<Contest>,
    pub(super) bits: Option<Contest>,
    /// Cells whose decode test had another shape than the first cell's, left out of `decode`.
    pub(super) other_tests: usize,
    /// Cells scored on other texts than the first cell's, left out of `bits`.
    pub(super) other_texts: usize,
}

impl Winners {
    /// Ranks the cells of `report`.
    pub(super) fn of(report: &Report) -> Self {
        let (decode, other_tests) = decode(report);
        let (bits, other_texts) = bits(report);
        Self {
            decode: Contest::of(decode, Better::Higher),
            memory: Contest::of(memory(report), Better::Lower),
            bits: Contest::of(bits, Better::Lower),
            other_tests,
            other_texts,
        }
    }

    /// The cells of which one decodes fastest: the best and those that cannot be told from it. None
    /// where these are too many to name or all there are, or where not all could be judged.
    pub(super) fn fastest(&self) -> Vec<usize> {
        let Some(contest) = &self.decode else {
            return Vec::new();
        };
        let told = contest.next.is_some() && contest.unjudged.is_empty() && !contest.all_tied();
        if !told || contest.tied.len() >= MOST_LEADERS {
            return Vec::new();
        }
        let tied = contest.tied.iter().copied();
        std::iter::once(contest.best.cell).chain(tied).collect()
    }

    /// Whether the decode rate of no other cell can be told from the best one's.
    pub(super) fn no_difference(&self) -> bool {
        self.decode.as_ref().is_some_and(Contest::all_tied)
    }

    /// The cell with the least memory, where the next is far enough away.
    pub(super) fn smallest(&self) -> Option<usize> {
        let contest = self.memory.as_ref()?;
        let next = contest.next?.estimate.value;
        let best = contest.best.estimate.value;
        (next > best * (1.0 + SAME_MEMORY)).then_some(contest.best.cell)
    }
}

/// The decode rates that were measured by the same test as the first, and how many were not.
fn decode(report: &Report) -> (Vec<Entry>, usize) {
    let all: Vec<_> = report
        .summary
        .iter()
        .enumerate()
        .filter_map(|(cell, row)| {
            let estimate = Estimate::new(row.decode_ts, row.decode_ci95_low, row.decode_ci95_high)?;
            Some((decode_test(report, cell), Entry { cell, estimate }))
        })
        .collect();
    same_as_first(all)
}

/// Tokens generated and depth of the test behind a cell's headline decode rate.
pub(super) fn decode_test(report: &Report, cell: usize) -> Option<(u32, u32)> {
    let wanted = report.summary.get(cell)?;
    let row = report.speed.iter().find(|row| {
        row.test == "decode"
            && row.median_ts == wanted.decode_ts
            && row.n_seq == Some(1)
            && (&row.machine, &row.model, &row.variant, &row.precision)
                == (
                    &wanted.machine,
                    &wanted.model,
                    &wanted.variant,
                    &wanted.precision,
                )
    })?;
    Some((row.n_gen?, row.n_depth?))
}

fn memory(report: &Report) -> Vec<Entry> {
    let entry = |(cell, row): (usize, &SummaryRow)| {
        let estimate = Estimate::new(row.peak_rss_bytes.map(|n| n as f64), None, None)?;
        Some(Entry { cell, estimate })
    };
    report
        .summary
        .iter()
        .enumerate()
        .filter_map(entry)
        .collect()
}

/// Bits per syllable over the first whole corpus, and how many cells were scored on another.
fn bits(report: &Report) -> (Vec<Entry>, usize) {
    let all: Vec<_> = report
        .summary
        .iter()
        .enumerate()
        .filter_map(|(cell, row)| {
            let estimate = perplexity::bits(row.bits_per_syllable, row.ppl, row.ppl_se)?;
            Some((texts(report, row), Entry { cell, estimate }))
        })
        .collect();
    same_as_first(all)
}

/// The corpus and the chunk length behind a cell's headline perplexity.
fn texts<'a>(report: &'a Report, wanted: &SummaryRow) -> Option<(&'a str, u32)> {
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

/// The entries that were measured under the same condition as the first, and how many were not.
fn same_as_first<C: PartialEq>(all: Vec<(C, Entry)>) -> (Vec<Entry>, usize) {
    let total = all.len();
    let Some(first) = all.first() else {
        return (Vec::new(), 0);
    };
    let same: Vec<Entry> = all
        .iter()
        .filter(|(c, _)| *c == first.0)
        .map(|(_, entry)| *entry)
        .collect();
    let others = total - same.len();
    (same, others)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    /// Six cells of which the fourth, general/Q4_K_M, is fastest and smallest.
    fn report() -> Report {
        sample::report(6, 1)
    }

    fn set_decode(row: &mut SummaryRow, low: f64, high: f64) {
        row.decode_ts = Some((low + high) / 2.0);
        (row.decode_ci95_low, row.decode_ci95_high) = (Some(low), Some(high));
    }

    #[test]
    fn the_fastest_is_named_with_those_that_cannot_be_told_from_it() {
        let mut report = report();
        report.speed.clear(); // so that all rates count as of one test
        assert_eq!(Winners::of(&report).fastest(), [3]);
        set_decode(&mut report.summary[0], 260.0, 270.0);
        assert_eq!(Winners::of(&report).fastest(), [3, 0]);
        report.summary[0].decode_ci95_low = None;
        assert!(Winners::of(&report).fastest().is_empty());
        for row in &mut report.summary {
            set_decode(row, 10.0, 20.0);
        }
        let winners = Winners::of(&report);
        assert!(winners.fastest().is_empty() && winners.no_difference());
    }

    #[test]
    fn one_rate_alone_is_not_the_fastest() {
        let mut report = report();
        for row in &mut report.summary[1..] {
            row.decode_ts = None;
        }
        let winners = Winners::of(&report);
        assert!(winners.fastest().is_empty() && !winners.no_difference());
    }

    #[test]
    fn rates_of_another_test_are_left_out() {
        let mut report = report();
        let name = report.summary[3].precision.clone();
        for row in report
            .speed
            .iter_mut()
            .filter(|row| row.precision == name && row.test == "decode")
        {
            row.n_gen = Some(8);
        }
        let winners = Winners::of(&report);
        assert_eq!(winners.other_tests, 1);
        assert_ne!(winners.decode.unwrap().best.cell, 3);
    }

    #[test]
    fn peaks_within_a_percent_are_not_told_apart() {
        let mut report = report();
        assert_eq!(Winners::of(&report).smallest(), Some(3));
        report.summary[0].peak_rss_bytes = report.summary[3].peak_rss_bytes.map(|n| n + n / 200);
        assert_eq!(Winners::of(&report).smallest(), None);
    }
}
