//! Rows of `speed.csv`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::answers::Timed;
use super::{CellKey, SpeedRow, SpeedTest};
use crate::record::{RunInfo, Speed, Test};
use crate::stats::{
    Estimate, Sorted, drift, mean, median, median_interval, percentile, sample_deviation,
};

/// The repetitions of one test.
pub(super) struct SpeedGroup {
    test: Test,
    /// Tokens a second of each repetition, in their order.
    pub(super) rates: Vec<f64>,
    pub(super) row: SpeedRow,
}

impl SpeedGroup {
    /// What was evaluated; `None` for a load.
    pub(super) fn shape(&self) -> Option<SpeedTest> {
        let n_tokens = match self.test {
            Test::Load => return None,
            Test::Prefill => self.row.n_prompt?,
            Test::Decode => self.row.n_gen?,
        };
        Some(SpeedTest {
            n_tokens,
            n_depth: self.row.n_depth?,
        })
    }
}

/// The tests of a cell, sorted by test, then by shape.
pub(super) fn groups(key: &CellKey, run: &RunInfo, speed: &[Speed]) -> Vec<SpeedGroup> {
    let mut groups: BTreeMap<_, Vec<&Speed>> = BTreeMap::new();
    for rep in speed {
        let shape = (rep.test, rep.n_prompt, rep.n_gen, rep.n_depth, rep.n_seq);
        groups.entry(shape).or_default().push(rep);
    }
    groups
        .into_values()
        .map(|reps| group(key, run, &reps))
        .collect()
}

/// One test from its repetitions, of which there is at least one.
fn group(key: &CellKey, run: &RunInfo, reps: &[&Speed]) -> SpeedGroup {
    let shape = reps[0];
    let rates: Vec<f64> = reps
        .iter()
        .filter_map(|rep| rep.tokens_per_second())
        .collect();
    let times = Sorted::new(reps.iter().map(|rep| rep.elapsed_ns as f64).collect());
    // A load has no tokens, so no shape either.
    let tokens = |n: u32| (shape.test != Test::Load).then_some(n);
    let change = drift(&rates);
    let row = SpeedRow {
        n_prompt: tokens(shape.n_prompt),
        n_gen: tokens(shape.n_gen),
        n_depth: tokens(shape.n_depth),
        n_seq: tokens(shape.n_seq),
        median_ns: times.as_ref().map(median),
        page_cache_share: reps
            .iter()
            .filter_map(|rep| rep.page_cache_share)
            .reduce(f64::min),
        drift: change.map(|change| change.point),
        drift_ci95_low: change.map(|change| change.low),
        drift_ci95_high: change.map(|change| change.high),
        ..rates_row(key, run, name(shape.test), reps.len(), &rates)
    };
    SpeedGroup {
        test: shape.test,
        rates,
        row,
    }
}

/// A test as `speed.csv` writes it.
pub(super) fn name(test: Test) -> &'static str {
    match test {
        Test::Load => "load",
        Test::Prefill => "prefill",
        Test::Decode => "decode",
    }
}

/// The row of the answers that were decoded alone; `None` where there is none.
pub(super) fn answers_row(key: &CellKey, run: &RunInfo, timed: &[Timed]) -> Option<SpeedRow> {
    if timed.is_empty() {
        return None;
    }
    let rates: Vec<f64> = timed.iter().filter_map(|answer| answer.decode_ts).collect();
    let middle = |values: Vec<f64>| Sorted::new(values).as_ref().map(median);
    let between = timed.iter().flat_map(|answer| answer.inter_token_ns);
    let between = Sorted::new(between.map(|ns| *ns as f64).collect());
    Some(SpeedRow {
        n_seq: Some(1),
        median_ns: middle(timed.iter().map(|answer| answer.total_ns).collect()),
        ttft_ns: middle(timed.iter().map(|answer| answer.ttft_ns as f64).collect()),
        inter_token_p50_ns: between.as_ref().map(median),
        inter_token_p95_ns: between.as_ref().map(|times| percentile(times, 95.0)),
        chars_per_s: middle(
            timed
                .iter()
                .filter_map(|answer| answer.chars_per_s)
                .collect(),
        ),
        syllables_per_s: middle(
            timed
                .iter()
                .filter_map(|answer| answer.syllables_per_s)
                .collect(),
        ),
        ..rates_row(key, run, "answer", timed.len(), &rates)
    })
}

/// A row with the statistics of `rates` and nothing else.
fn rates_row(key: &CellKey, run: &RunInfo, test: &str, reps: usize, rates: &[f64]) -> SpeedRow {
    let sorted = Sorted::new(rates.to_vec());
    let interval: Option<Estimate> = sorted.as_ref().and_then(median_interval);
    let CellKey {
        machine,
        model,
        variant,
        precision,
    } = key.clone();
    SpeedRow {
        machine,
        model,
        variant,
        precision,
        backend: run.engine.backend.clone(),
        n_threads: run.n_threads,
        test: test.into(),
        n_prompt: None,
        n_gen: None,
        n_depth: None,
        n_seq: None,
        reps: u32::try_from(reps).unwrap_or(u32::MAX),
        avg_ts: mean(rates),
        stddev_ts: sample_deviation(rates),
        median_ts: sorted.as_ref().map(median),
        ci95_low: interval.map(|interval| interval.low),
        ci95_high: interval.map(|interval| interval.high),
        median_ns: None,
        page_cache_share: None,
        ttft_ns: None,
        inter_token_p50_ns: None,
        inter_token_p95_ns: None,
        chars_per_s: None,
        syllables_per_s: None,
        drift: None,
        drift_ci95_low: None,
        drift_ci95_high: None,
    }
}

/// The test that a cell's decode speed is told by: one sequence, smallest depth, longest generation.
pub(super) fn headline_decode(groups: &[SpeedGroup]) -> Option<&SpeedGroup> {
    alone(groups, Test::Decode).min_by_key(|group| (group.row.n_depth, Reverse(group.row.n_gen)))
}

/// The test that tells how a full KV cache slows decode: the headline's at the greatest depth; `None`
/// where there is only one depth.
pub(super) fn deepest_decode(groups: &[SpeedGroup]) -> Option<&SpeedGroup> {
    let headline = headline_decode(groups)?;
    alone(groups, Test::Decode)
        .filter(|group| group.row.n_gen == headline.row.n_gen)
        .filter(|group| group.row.n_depth > headline.row.n_depth)
        .max_by_key(|group| group.row.n_depth)
}

/// The test that a cell's prefill speed is told by: one sequence, smallest depth, longest prompt.
pub(super) fn headline_prefill(groups: &[SpeedGroup]) -> Option<&SpeedGroup> {
    alone(groups, Test::Prefill)
        .min_by_key(|group| (group.row.n_depth, Reverse(group.row.n_prompt)))
}

/// The loads of a cell.
pub(super) fn load(groups: &[SpeedGroup]) -> Option<&SpeedGroup> {
    groups.iter().find(|group| group.test == Test::Load)
}

fn alone(groups: &[SpeedGroup], test: Test) -> impl Iterator<Item = &SpeedGroup> {
    groups
        .iter()
        .filter(move |group| group.test == test && group.row.n_seq == Some(1))
}
