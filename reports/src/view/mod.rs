//! What the records of one or more runs say, as rows that the renderers show without computing.
//!
//! Each row type is one line of the CSV file of the same name; a field that is `None` was not
//! measured and is an empty CSV field. Rates are tokens a second unless a field says otherwise.

mod answers;
mod build;
mod facts;
mod perplexity;
mod speed;
mod summary;
#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::record::{End, Failure, Machine, RunInfo, Warning};

pub use build::build;

/// Everything a report shows, of one run or of several merged ones.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The runs, in the order given.
    pub runs: Vec<RunInfo>,
    /// Every planned cell, in the order of the runs.
    pub cells: Vec<CellView>,
    /// `speed.csv`.
    pub speed: Vec<SpeedRow>,
    /// `memory.csv`.
    pub memory: Vec<MemoryRow>,
    /// `perplexity.csv`: one row per text and one for the whole corpus, which for a corpus of one text
    /// is the only one.
    pub perplexity: Vec<PerplexityRow>,
    /// `answers.csv`.
    pub answers: Vec<AnswerRow>,
    /// `summary.csv`: one row per cell.
    pub summary: Vec<SummaryRow>,
    /// Lines of `records.jsonl` that could not be read, and the like; one sentence each.
    pub notes: Vec<String>,
}

/// How far a cell got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Everything the suite asks was measured.
    Complete,
    /// Something failed; [`CellView::failures`] says what.
    Failed,
    /// The attempt was cut off.
    CutOff,
    /// No attempt was begun.
    NotRun,
}

impl Status {
    /// As `summary.csv` writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Failed => "failed",
            Self::CutOff => "cut_off",
            Self::NotRun => "not_run",
        }
    }
}

/// One cell of one run.
#[derive(Debug, Clone)]
pub struct CellView {
    /// Who and what: the columns that every row begins with.
    pub key: CellKey,
    /// Index of its run in [`Report::runs`].
    pub run: usize,
    /// How far it got.
    pub status: Status,
    /// Precision of the file it was derived from, where it was not measured as it is.
    pub derived_from: Option<String>,
    /// What could not be measured.
    pub failures: Vec<Failure>,
    /// What the reader must know.
    pub warnings: Vec<Warning>,
    /// How the attempt ended.
    pub end: Option<End>,
    /// Decode rates of every repetition of the headline decode test (one sequence, smallest depth), for dots in a plot.
    pub decode_samples: Vec<f64>,
    /// Prefill rates of every repetition of the headline prefill test (longest prompt at the smallest depth).
    pub prefill_samples: Vec<f64>,
    /// Times between tokens of the answers that were decoded alone, in milliseconds.
    pub inter_token_ms: Vec<f64>,
}

/// Who and what a row speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct CellKey {
    /// [`Machine::name`].
    pub machine: String,
    /// [`crate::record::ModelInfo::name`].
    pub model: String,
    /// Label of the model in the run.
    pub variant: String,
    /// Precision of the weights.
    pub precision: String,
}

/// A line of `speed.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)] // the names are llama-bench's; see METHODOLOGY.md
pub struct SpeedRow {
    pub machine: String,
    pub model: String,
    pub variant: String,
    pub precision: String,
    pub backend: String,
    pub n_threads: u32,
    /// `load`, `prefill`, `decode` or `answer`.
    pub test: String,
    pub n_prompt: Option<u32>,
    pub n_gen: Option<u32>,
    pub n_depth: Option<u32>,
    pub n_seq: Option<u32>,
    pub reps: u32,
    /// Mean over repetitions of tokens/time; `None` for load.
    pub avg_ts: Option<f64>,
    /// Sample deviation (n−1); `None` for fewer than two repetitions.
    pub stddev_ts: Option<f64>,
    pub median_ts: Option<f64>,
    /// Bootstrap 95 % interval of the median; `None` for fewer than three repetitions.
    pub ci95_low: Option<f64>,
    pub ci95_high: Option<f64>,
    /// Median time of one repetition in nanoseconds (for load: of loading; for answers: of an answer).
    pub median_ns: Option<f64>,
    /// Load: smallest share of the file in the page cache before a load.
    pub page_cache_share: Option<f64>,
    /// Answers: median time to first token.
    pub ttft_ns: Option<f64>,
    /// Answers: percentiles of the time between tokens.
    pub inter_token_p50_ns: Option<f64>,
    pub inter_token_p95_ns: Option<f64>,
    /// Answers: characters (graphemes) a second, median over answers.
    pub chars_per_s: Option<f64>,
    /// Answers: Hangul syllables a second, median over answers: what a Korean reader feels.
    pub syllables_per_s: Option<f64>,
}

/// A line of `memory.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct MemoryRow {
    pub machine: String,
    pub model: String,
    pub variant: String,
    pub precision: String,
    pub n_ctx: u32,
    pub model_bytes: Option<u64>,
    pub kv_bytes: Option<u64>,
    pub compute_bytes: Option<u64>,
    pub predicted_bytes: Option<u64>,
    pub peak_rss_bytes: Option<u64>,
    pub rss_anon_bytes: Option<u64>,
    pub rss_file_bytes: Option<u64>,
    pub gpu_bytes: Option<u64>,
    pub n_seq: u32,
}

/// A line of `perplexity.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct PerplexityRow {
    pub machine: String,
    pub model: String,
    pub variant: String,
    pub precision: String,
    /// Name of the corpus for all of it, `corpus/text` for one text of it (always so for a text of a
    /// corpus that was not scored to its end).
    pub corpus: String,
    pub n_ctx: u32,
    pub n_chunks: u32,
    pub n_scored: u64,
    pub mean_nll: f64,
    /// exp(mean_nll).
    pub ppl: f64,
    /// `ppl·sqrt((E[nll²]−E[nll]²)/(N−1))`, as llama-perplexity prints behind ±.
    pub ppl_se: Option<f64>,
    pub bits_per_byte: Option<f64>,
    pub bits_per_syllable: Option<f64>,
    /// Whether this row is a whole corpus (the one to compare by).
    pub whole: bool,
}

/// A line of `answers.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct AnswerRow {
    pub machine: String,
    pub model: String,
    pub variant: String,
    pub precision: String,
    pub question_id: String,
    pub question: String,
    pub answer: String,
    /// `eos` or `limit`.
    pub stop: String,
    pub n_tokens: u32,
    pub n_chars: u32,
    pub n_syllables: u32,
    pub n_eojeol: u32,
    pub n_sentences: u32,
    pub ttft_ns: Option<u64>,
    /// Tokens a second after the first token.
    pub decode_ts: Option<f64>,
    pub chars_per_s: Option<f64>,
    pub hangul_share: Option<f64>,
    pub latin_share: Option<f64>,
    pub han_share: Option<f64>,
    pub mixed_eojeol_share: Option<f64>,
    pub off_topic_share: Option<f64>,
    pub style: Option<String>,
    pub bullet_share: Option<f64>,
    pub rep_4: Option<f64>,
    pub coverage: Option<f64>,
    pub obedience: Option<f64>,
    pub reference_nll: Option<f64>,
    /// Hangul syllables a second, from handing over the prompt.
    pub syllables_per_s: Option<f64>,
    /// Index of the cell in [`Report::cells`]; not a CSV column.
    #[serde(skip)]
    pub cell: usize,
}

/// A line of `summary.csv`: the headline of each measure of one cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct SummaryRow {
    pub machine: String,
    pub model: String,
    pub variant: String,
    pub precision: String,
    pub status: Status,
    /// Longest prompt at the smallest depth, median and 95 % interval.
    pub prefill_ts: Option<f64>,
    pub prefill_ci95_low: Option<f64>,
    pub prefill_ci95_high: Option<f64>,
    /// One sequence at the smallest depth, median and 95 % interval.
    pub decode_ts: Option<f64>,
    pub decode_ci95_low: Option<f64>,
    pub decode_ci95_high: Option<f64>,
    /// Median over the answers decoded alone.
    pub ttft_ms: Option<f64>,
    pub chars_per_s: Option<f64>,
    pub syllables_per_s: Option<f64>,
    pub load_ms: Option<f64>,
    pub peak_rss_bytes: Option<u64>,
    pub predicted_bytes: Option<u64>,
    /// Of the first whole corpus.
    pub ppl: Option<f64>,
    pub ppl_se: Option<f64>,
    pub bits_per_byte: Option<f64>,
    pub bits_per_syllable: Option<f64>,
    /// Answers.
    pub n_answers: Option<u32>,
    pub median_tokens: Option<f64>,
    pub median_chars: Option<f64>,
    /// Share of answers cut at the limit.
    pub cut_share: Option<f64>,
    /// Mean over answers.
    pub hangul_share: Option<f64>,
    /// First failure's reason, where something failed.
    pub failure: Option<String>,
}

/// The distinct machines of a report, in order.
#[must_use]
pub fn machines(report: &Report) -> Vec<&Machine> {
    let mut seen: Vec<&Machine> = Vec::new();
    for run in &report.runs {
        if !seen.contains(&&run.machine) {
            seen.push(&run.machine);
        }
    }
    seen
}
