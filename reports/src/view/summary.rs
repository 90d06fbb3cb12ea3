//! Rows of `summary.csv`.

use super::speed::{SpeedGroup, headline_decode, headline_prefill, load};
use super::{
    AnswerRow, CellView, FidelityRow, Group, MemoryRow, PerplexityRow, ScoreRow, SpeedRow,
    SummaryRow,
};
use crate::stats::{Sorted, mean, median};

/// The rows of one cell that its summary is taken from.
pub(super) struct Sources<'a> {
    pub(super) view: &'a CellView,
    pub(super) speed: &'a [SpeedGroup],
    pub(super) answer_speed: Option<&'a SpeedRow>,
    pub(super) memory: &'a [MemoryRow],
    pub(super) perplexity: &'a [PerplexityRow],
    pub(super) answers: &'a [AnswerRow],
    pub(super) scores: &'a [ScoreRow],
    /// Against the baseline, over the first whole corpus.
    pub(super) fidelity: Option<&'a FidelityRow>,
}

/// The headline of each measure.
pub(super) fn row(from: &Sources) -> SummaryRow {
    let key = from.view.key.clone();
    let prefill = headline_prefill(from.speed).map(|group| &group.row);
    let decode = headline_decode(from.speed).map(|group| &group.row);
    let perplexity = from.perplexity.iter().find(|row| row.whole);
    let score = from.scores.iter().find(|row| row.group == Group::All);
    let memory = |bytes: fn(&MemoryRow) -> Option<u64>| from.memory.iter().filter_map(bytes).max();
    let lengths = |count: fn(&AnswerRow) -> u32| {
        let lengths = from.answers.iter().map(|row| f64::from(count(row)));
        Sorted::new(lengths.collect()).as_ref().map(median)
    };
    SummaryRow {
        machine: key.machine,
        model: key.model,
        variant: key.variant,
        precision: key.precision,
        status: from.view.status,
        prefill_ts: prefill.and_then(|row| row.median_ts),
        prefill_ci95_low: prefill.and_then(|row| row.ci95_low),
        prefill_ci95_high: prefill.and_then(|row| row.ci95_high),
        decode_ts: decode.and_then(|row| row.median_ts),
        decode_ci95_low: decode.and_then(|row| row.ci95_low),
        decode_ci95_high: decode.and_then(|row| row.ci95_high),
        ttft_ms: from
            .answer_speed
            .and_then(|row| row.ttft_ns)
            .map(|ns| ns / 1e6),
        chars_per_s: from.answer_speed.and_then(|row| row.chars_per_s),
        syllables_per_s: from.answer_speed.and_then(|row| row.syllables_per_s),
        load_ms: load(from.speed)
            .and_then(|group| group.row.median_ns)
            .map(|ns| ns / 1e6),
        peak_rss_bytes: memory(|row| row.peak_rss_bytes),
        predicted_bytes: memory(|row| row.predicted_bytes),
        ppl: perplexity.map(|row| row.ppl),
        ppl_se: perplexity.and_then(|row| row.ppl_se),
        bits_per_byte: perplexity.and_then(|row| row.bits_per_byte),
        bits_per_syllable: perplexity.and_then(|row| row.bits_per_syllable),
        n_answers: (!from.answers.is_empty())
            .then(|| u32::try_from(from.answers.len()).unwrap_or(u32::MAX)),
        median_tokens: lengths(|row| row.n_tokens),
        median_chars: lengths(|row| row.n_chars),
        cut_share: mean_of(from.answers, |row| Some(f64::from(row.stop == "limit"))),
        hangul_share: mean_of(from.answers, |row| row.hangul_share),
        failure: from
            .view
            .failures
            .first()
            .map(|failure| failure.reason.clone()),
        mean_kld: from.fidelity.map(|row| row.mean_kld),
        mean_kld_se: from.fidelity.and_then(|row| row.mean_kld_se),
        same_top: from.fidelity.map(|row| row.same_top),
        coverage: score.and_then(|row| row.coverage),
        coverage_ci95_low: score.and_then(|row| row.coverage_ci95_low),
        coverage_ci95_high: score.and_then(|row| row.coverage_ci95_high),
        pareto_overview: None,
    }
}

fn mean_of(answers: &[AnswerRow], value: fn(&AnswerRow) -> Option<f64>) -> Option<f64> {
    mean(&answers.iter().filter_map(value).collect::<Vec<_>>())
}

impl SummaryRow {
    /// Whether half of the answers or more were cut at the limit. The median length is then the
    /// limit or near it, and only says "at least".
    #[must_use]
    pub fn length_is_at_least(&self) -> bool {
        self.cut_share.is_some_and(|share| share >= 0.5)
    }
}
