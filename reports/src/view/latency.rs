//! How the times between the tokens of an answer are distributed.

use super::answers::Timed;
use crate::stats::{Sorted, median, percentile};

/// Bins to a doubling of the time.
const PER_DOUBLING: f64 = 24.0;

/// The times between tokens of one cell, over the answers that were decoded alone, in milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Latency {
    /// Index of the cell in [`super::Report::cells`].
    pub cell: usize,
    /// Answers.
    pub n_answers: usize,
    /// Times: of each answer one fewer than it has tokens.
    pub n_times: usize,
    /// The middle of all times.
    pub p50_ms: f64,
    /// One in twenty is longer.
    pub p95_ms: f64,
    /// The longest.
    pub max_ms: f64,
    /// The share of the times in each bin that holds any: its ends, ascending, in equal ratios.
    pub bins: Vec<((f64, f64), f64)>,
}

/// The times of a cell; `None` where there is none above zero.
pub(super) fn row(cell: usize, timed: &[Timed]) -> Option<Latency> {
    let times = timed.iter().flat_map(|answer| answer.inter_token_ns);
    let sorted = Sorted::new(times.map(|ns| *ns as f64 / 1e6).collect())?;
    let times = sorted.as_slice();
    let max_ms = times[times.len() - 1];
    (max_ms > 0.0).then(|| Latency {
        cell,
        n_answers: timed.len(),
        n_times: times.len(),
        p50_ms: median(&sorted),
        p95_ms: percentile(&sorted, 95.0),
        max_ms,
        bins: bins(times),
    })
}

/// The bins of ascending times; a time of zero has none.
fn bins(times: &[f64]) -> Vec<((f64, f64), f64)> {
    let bin = |time: &f64| (time.log2() * PER_DOUBLING).floor();
    let edge = |bin: f64| (bin / PER_DOUBLING).exp2();
    let positive = &times[times.partition_point(|time| *time <= 0.0)..];
    positive
        .chunk_by(|a, b| bin(a) == bin(b))
        .map(|held| {
            let bin = bin(&held[0]);
            let share = held.len() as f64 / times.len() as f64;
            ((edge(bin), edge(bin + 1.0)), share)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn each_time_is_in_one_bin() {
        let found = bins(&[0.0, 1.0, 1.0, 1.01, 7.9, 8.0]);
        let shares: Vec<f64> = found.iter().map(|(_, share)| share * 6.0).collect();
        assert_eq!(shares, [3.0, 1.0, 1.0]);
        assert_eq!(found[2].0.0, 8.0);
        assert!(bins(&[0.0]).is_empty());
    }

    #[test]
    fn only_answers_decoded_alone_have_times() {
        let report = sample::report(2, 8);
        assert_eq!(report.latency.len(), 2);
        let first = &report.latency[0];
        assert_eq!((first.cell, first.n_answers), (0, 3));
        assert_eq!(first.n_times, report.cells[0].inter_token_ms.len());
        let row = report
            .speed
            .iter()
            .find(|row| row.test == "answer")
            .unwrap();
        assert!((row.inter_token_p50_ns.unwrap() / 1e6 - first.p50_ms).abs() < 1e-9);
        let all: f64 = first.bins.iter().map(|(_, share)| share).sum();
        assert!((all - 1.0).abs() < 1e-9);
    }
}
