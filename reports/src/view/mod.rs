//! What the records of one or more runs say, as rows that the renderers show without computing.
//!
//! Each row type is one line of the CSV file of the same name; a field that is `None` was not
//! measured and is an empty CSV field. Rates are tokens a second unless a field says otherwise.

mod activations;
mod answers;
mod build;
mod choice;
mod claims;
mod corpora;
mod energy;
mod facts;
mod fidelity;
mod grid;
mod groups;
mod hardware;
mod latency;
mod lineage;
mod numbers;
mod overview;
mod pareto;
mod perplexity;
mod scores;
mod speed;
mod summary;
#[cfg(test)]
mod tests;
mod texts;

use datasets::Kind;
use serde::Serialize;

use crate::precision::Precision;
use crate::record::{Compared, Demonstration, End, Failure, Machine, Marks, RunInfo, Warning};

pub use activations::kinds as activation_kinds;
pub use build::build;
pub use choice::{
    Basis, ChoiceRow, FEWEST_QUESTIONS, Loss, MOST_PPL_LOSS, Measure, Standing, VariantRow,
};
#[cfg(test)]
pub(crate) use claims::fixture as claims_fixture;
pub use claims::{Claim, ClaimRow, Quantity, Unit, Verdict};
pub use energy::{NoEnergy, TOTAL};
pub use fidelity::{NoiseFloor, noise_floor};
pub(crate) use grid::compare;
pub use grid::{GridRow, SAME_MEMORY};
pub use hardware::HardwareRow;
pub use latency::Latency;
pub use lineage::LineageRow;
pub use scores::Group;
pub use texts::{Change, TextRow};

/// Everything a report shows, of one run or of several merged ones.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The runs, in the order given.
    pub runs: Vec<RunInfo>,
    /// Every planned cell, in the order of the runs.
    pub cells: Vec<CellView>,
    /// Every planned comparison of cells with a baseline, in the order of the runs.
    pub fidelity_cells: Vec<FidelityView>,
    /// `speed.csv`.
    pub speed: Vec<SpeedRow>,
    /// Times between tokens of the cells with answers that were decoded alone.
    pub latency: Vec<Latency>,
    /// `memory.csv`.
    pub memory: Vec<MemoryRow>,
    /// `energy.csv`: of each test one row per meter, and one for each kind of meter that counts nothing.
    pub energy: Vec<EnergyRow>,
    /// `perplexity.csv`: one row per text and one for the whole corpus, which for a corpus of one text
    /// is the only one.
    pub perplexity: Vec<PerplexityRow>,
    /// `fidelity.csv`: what each precision costs against its baseline, one row per text and one for
    /// the whole corpus, which for a corpus of one text is the only one; behind them, over part of a
    /// text, what the baseline differs from itself.
    pub fidelity: Vec<FidelityRow>,
    /// `grid.csv`: what each cell trades for what, one row per cell.
    pub grid: Vec<GridRow>,
    /// `choice.csv`: what to run on each machine and why not the rest, one row per cell.
    pub choices: Vec<ChoiceRow>,
    /// `variants.csv`: how the answers of different weights differ.
    pub variants: Vec<VariantRow>,
    /// `hardware.csv`: what each cell uses of its machine, one row per cell.
    pub hardware: Vec<HardwareRow>,
    /// `claims.csv`: of each cell that is not F32, each claim with its verdict and quantities.
    pub claims: Vec<ClaimRow>,
    /// `numbers.csv`: of each file that was measured as it is, two rows a tensor.
    pub numbers: Vec<NumbersRow>,
    /// The exponents of the same files' weights, one of each.
    pub exponents: Vec<Exponents>,
    /// `activations.csv`: of each file that was measured as it is, one row for each kind of activation
    /// in each layer.
    pub activations: Vec<ActivationRow>,
    /// The same kinds over all layers, those of each cell in the order of [`activation_kinds`].
    pub activation_kinds: Vec<ActivationKind>,
    /// `answers.csv`.
    pub answers: Vec<AnswerRow>,
    /// `scores.csv`: one row per cell and group of questions of which it answered any.
    pub scores: Vec<ScoreRow>,
    /// `texts.csv`: one row per cell whose answers are compared with those of a higher precision.
    pub texts: Vec<TextRow>,
    /// `lineage.csv`: how each two models of a run are related.
    pub lineage: Vec<LineageRow>,
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
    /// Something failed; the view's `failures` say what.
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
    /// What the headline decode test was.
    pub decode_test: Option<SpeedTest>,
    /// What the headline prefill test was.
    pub prefill_test: Option<SpeedTest>,
    /// Times between tokens of the answers that were decoded alone, in milliseconds.
    pub inter_token_ms: Vec<f64>,
}

impl CellView {
    /// The lower precision of the file that it was derived from; `None` where it has lost or kept what
    /// that file said, or is that file.
    #[must_use]
    pub fn raised_from(&self) -> Option<&str> {
        let source = self.derived_from.as_deref()?;
        let bits = |precision: &str| Precision::parse(precision).bits();
        let is_raised = bits(source).zip(bits(&self.key.precision));
        is_raised.filter(|(from, to)| from < to).map(|_| source)
    }
}

/// The shape of a speed test with one sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpeedTest {
    /// Tokens evaluated or generated in the timed part.
    pub n_tokens: u32,
    /// Tokens in the KV cache before.
    pub n_depth: u32,
}

/// One fidelity cell of one run: cells of the same weights, compared with one of them.
#[derive(Debug, Clone)]
pub struct FidelityView {
    /// [`crate::record::FidelityInfo::id`].
    pub id: String,
    /// Index of its run in [`Report::runs`].
    pub run: usize,
    /// How far it got.
    pub status: Status,
    /// What could not be compared.
    pub failures: Vec<Failure>,
    /// What the reader must know.
    pub warnings: Vec<Warning>,
    /// How the attempt ended.
    pub end: Option<End>,
    /// Index of the baseline in [`Report::cells`]: the planned one, or another where the records name
    /// another because that one could not be evaluated.
    pub baseline: usize,
    /// Indices of those compared with it.
    pub compared: Vec<usize>,
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
    /// [`crate::record::CellInfo::precision`]; [`crate::precision::Precision`] takes it apart.
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
    /// By which share of the median the rate changes from the first repetition to the last
    /// ([`crate::stats::drift`]) with its 95 % interval; `None` for fewer than five, and for loads and
    /// answers.
    pub drift: Option<f64>,
    pub drift_ci95_low: Option<f64>,
    pub drift_ci95_high: Option<f64>,
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
    /// Index of the cell in [`Report::cells`]; not a CSV column.
    #[serde(skip)]
    pub cell: usize,
}

/// A line of `energy.csv`: joules a token of one test by one meter, or why there are none.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct EnergyRow {
    pub machine: String,
    pub model: String,
    pub variant: String,
    pub precision: String,
    /// `prefill` or `decode`; `None`, as the shape is, where nothing of the kind counts.
    pub test: Option<String>,
    pub n_prompt: Option<u32>,
    pub n_gen: Option<u32>,
    pub n_depth: Option<u32>,
    pub n_seq: Option<u32>,
    /// The meter, [`TOTAL`] for all meters that count, or the kind that counts nothing.
    pub source: String,
    /// Repetitions that were counted, and their tokens.
    pub reps: Option<u32>,
    pub tokens: Option<u64>,
    /// Net of idle power: all joules of the repetitions, less idle power times their time, over all
    /// their tokens.
    pub joules_per_token: Option<f64>,
    /// Bootstrap 95 % interval of the mean over repetitions; `None` for fewer than three.
    pub ci95_low: Option<f64>,
    pub ci95_high: Option<f64>,
    /// The same with idle power left in.
    pub gross_joules_per_token: Option<f64>,
    /// Power in watts before the tests, with the model loaded and nothing evaluated.
    pub idle_w: Option<f64>,
    /// Power in watts during the repetitions, idle power included.
    pub mean_w: Option<f64>,
    /// Why there are no joules a token.
    pub reason: Option<NoEnergy>,
    /// Index of the cell in [`Report::cells`]; not a CSV column.
    #[serde(skip)]
    pub cell: usize,
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

/// A line of `fidelity.csv`: the next-token distributions of one cell against its baseline's, over
/// one text or corpus. The figures are llama-perplexity's `--kl-divergence`; see METHODOLOGY.md.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct FidelityRow {
    pub machine: String,
    pub model: String,
    pub variant: String,
    pub precision: String,
    /// The baseline as `label/precision`.
    pub baseline: String,
    /// Name of the corpus for all of it, `corpus/text` for one text of it.
    pub corpus: String,
    /// Positions compared.
    pub n_scored: u64,
    /// Kullback–Leibler divergence in nats.
    pub mean_kld: f64,
    /// Standard error; `None` for fewer than two positions. Likewise below.
    pub mean_kld_se: Option<f64>,
    pub median_kld: f64,
    pub p99_kld: f64,
    pub max_kld: f64,
    /// Share of 1 of the positions at which both find the same token likeliest.
    pub same_top: f64,
    pub same_top_se: Option<f64>,
    /// Root mean square of the change of the next token's probability, of 1.
    pub rms_dp: f64,
    /// Mean of −ln q + ln p, which is ln(PPL / PPL of the baseline).
    pub ln_ppl_ratio: f64,
    pub ln_ppl_ratio_se: Option<f64>,
    /// What is compared: `cell`, or the baseline with itself: `again`, `alone`.
    pub compared: Compared,
    pub n_ctx: u32,
    pub n_chunks: u32,
    pub min_kld: f64,
    pub p01_kld: f64,
    pub p1_kld: f64,
    pub p5_kld: f64,
    pub p10_kld: f64,
    pub p90_kld: f64,
    pub p95_kld: f64,
    pub p999_kld: f64,
    pub mean_dp: f64,
    pub mean_dp_se: Option<f64>,
    pub rms_dp_se: Option<f64>,
    pub min_dp: f64,
    pub p01_dp: f64,
    pub p1_dp: f64,
    pub p5_dp: f64,
    pub p10_dp: f64,
    pub p25_dp: f64,
    pub median_dp: f64,
    pub p75_dp: f64,
    pub p90_dp: f64,
    pub p95_dp: f64,
    pub p99_dp: f64,
    pub p999_dp: f64,
    pub max_dp: f64,
    pub ppl_base: f64,
    pub ppl: f64,
    pub ppl_ratio: f64,
    pub ppl_ratio_se: Option<f64>,
    pub ppl_difference: f64,
    pub ppl_difference_se: Option<f64>,
    /// Correlation of −ln q and −ln p over the positions; `None` where one of them does not vary.
    pub correlation: Option<f64>,
    /// `ln_ppl_ratio` as llama-perplexity prints it, whose 16 bits hold no −ln p that is more than 16 above
    /// that of the baseline's likeliest token.
    pub ln_ppl_ratio_clipped: f64,
    pub ln_ppl_ratio_clipped_se: Option<f64>,
    /// Whether this row is a whole corpus (the one to compare by).
    pub whole: bool,
    /// Index of the compared cell in [`Report::cells`]; not a CSV column.
    #[serde(skip)]
    pub cell: usize,
    /// Index of the baseline's cell in [`Report::cells`]; not a CSV column.
    #[serde(skip)]
    pub baseline_cell: usize,
}

/// A format that weights are cast to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// IEEE 754 binary16: up to 65,504, normal from 2^-14, 11 bits of precision.
    F16,
    /// The upper half of an F32: its range, 8 bits of precision.
    Bf16,
}

impl Format {
    /// Both, in the order of their rows.
    pub const ALL: [Self; 2] = [Self::F16, Self::Bf16];

    /// As `numbers.csv` writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
        }
    }
}

/// A line of `numbers.csv`: the values of one tensor of a file, or of all, and what a cast to one
/// format would do to them. The definitions are METHODOLOGY.md's; counts are of values, and moments
/// and casts are of the finite ones.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct NumbersRow {
    pub machine: String,
    pub model: String,
    pub variant: String,
    /// Precision of the file.
    pub precision: String,
    /// Name of the tensor, control characters escaped; `all` in the file's first two rows, which are
    /// those without a type.
    pub tensor: String,
    /// Number format of the tensor in the file by ggml's name; `None` for all tensors.
    #[serde(rename = "type")]
    pub type_name: Option<String>,
    pub format: Format,
    pub n: u64,
    pub zero: u64,
    pub nan: u64,
    pub inf: u64,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub max_abs: Option<f64>,
    pub mean: Option<f64>,
    pub deviation: Option<f64>,
    pub overflow: u64,
    pub subnormal: u64,
    pub vanish: u64,
    pub changed: u64,
    /// Of 1, over the values that are neither zero nor overflow; `None` where there is none.
    pub mean_relative_error: Option<f64>,
    pub max_relative_error: Option<f64>,
    /// Whether this row is of all tensors; not a CSV column.
    #[serde(skip)]
    pub whole: bool,
    /// Index of the cell in [`Report::cells`]; not a CSV column.
    #[serde(skip)]
    pub cell: usize,
}

/// How often each binary exponent occurs among the weights of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exponents {
    /// Index of the cell in [`Report::cells`].
    pub cell: usize,
    /// All values.
    pub n: u64,
    /// Those that are zero, which have no exponent.
    pub zero: u64,
    /// ⌊log₂|x|⌋ with the number of finite values that have it, ascending; only those that occur.
    pub counts: Vec<(i32, u64)>,
}

/// A line of `activations.csv`: the largest values of one kind of activation in one layer. The
/// definitions are METHODOLOGY.md's.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct ActivationRow {
    pub machine: String,
    pub model: String,
    pub variant: String,
    /// Precision of the file.
    pub precision: String,
    /// What llama.cpp calls it, control characters escaped.
    pub node: String,
    /// `None` for what is outside of the layers.
    pub layer: Option<u32>,
    pub n: u64,
    /// Of the finite values; `None` where there is none. Likewise `share_of_f16_max` and `survives`.
    pub max_abs: Option<f64>,
    /// Finite values that become infinite in F16.
    pub overflow: u64,
    pub nan: u64,
    pub inf: u64,
    pub n_tokens: u64,
    /// `max_abs` over 65,504; more than 1 where F16 has no place for it.
    pub share_of_f16_max: Option<f64>,
    /// Whether no finite value becomes infinite in F16.
    pub survives: Option<bool>,
    /// Index of the cell in [`Report::cells`]; not a CSV column.
    #[serde(skip)]
    pub cell: usize,
}

/// What was seen of one kind of activation over all layers.
#[derive(Debug, Clone, PartialEq)]
pub struct ActivationKind {
    /// Index of the cell in [`Report::cells`].
    pub cell: usize,
    /// What llama.cpp calls it, control characters escaped.
    pub node: String,
    /// Values.
    pub n: u64,
    /// Largest finite magnitude; `None` where no value was finite.
    pub max_abs: Option<f64>,
    /// The first layer with it; `None` for what is outside of the layers.
    pub layer: Option<u32>,
    /// log₂(65,504 / `max_abs`): powers of two below the largest number of F16; negative above it.
    pub headroom_log2: Option<f64>,
    /// Finite values that become infinite in F16.
    pub overflow: u64,
    /// Not a number.
    pub nan: u64,
    /// Infinite.
    pub inf: u64,
    /// Tokens that were evaluated.
    pub n_tokens: u64,
    /// The layers with values that become infinite in F16.
    pub lost: Vec<u32>,
    /// The layers with their largest finite magnitudes.
    pub layers: Vec<(u32, f64)>,
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
    /// [`datasets::Question::category`]; `None` where the run does not list the question.
    pub category: Option<String>,
    /// [`datasets::Question::kind`]; `None` where the run does not list the question.
    pub kind: Option<Kind>,
    /// Whether the model was trained on the question, for a demonstration model; else `None`.
    pub trained_on: Option<bool>,
    pub korean_line_share: Option<f64>,
    pub prose_before_list: Option<bool>,
    pub prose_after_list: Option<bool>,
    /// Share of the characters that belong to a loop.
    pub loop_share: Option<f64>,
    /// Tokens of the reference answer that `reference_nll` is the mean over.
    pub n_reference: Option<u32>,
    /// Where in the text key points and words in other letters stand; not a CSV column.
    #[serde(skip)]
    pub marks: Option<Marks>,
    /// What it is beside the baseline's answer, where the two are compared; not a CSV column.
    #[serde(skip)]
    pub beside: Option<Beside>,
    /// Index of the cell in [`Report::cells`]; not a CSV column.
    #[serde(skip)]
    pub cell: usize,
}

/// An answer beside the baseline's answer to the same question, as [`TextRow`] compares them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beside {
    /// Index of the baseline's cell in [`Report::cells`].
    pub baseline: usize,
    /// Where they part.
    pub parting: Parting,
}

/// Where two answers part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parting {
    /// Nowhere: both ended by themselves after the same tokens.
    Never,
    /// Not before the limit cut one of them.
    CutFirst,
    /// At this token, from 1; the end of an answer is one.
    At(u32),
}

/// A line of `scores.csv`: the answers of one cell to one group of questions.
///
/// Means and shares are taken over the answers that have the value, each question counting the same;
/// shares are of 1. The interval of a mean is the 95 % bootstrap interval over questions
/// ([`crate::stats::mean_interval`]), missing for fewer than three values: it says how much the mean
/// depends on which questions were asked, not how it would change with another sample of answers.
/// The measures of cells are means over the same questions, so they are correlated, and whether two
/// cells differ is not for these intervals to say: no cell is ranked by them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct ScoreRow {
    pub machine: String,
    pub model: String,
    pub variant: String,
    pub precision: String,
    /// Which questions.
    pub group: Group,
    /// Answers to questions of the group.
    pub n_answers: u32,
    /// Share of the answers that the limit cut.
    pub cut_share: Option<f64>,
    /// Median length in characters (graphemes).
    pub median_chars: f64,
    /// Mean share of Hangul among the letters of an answer.
    pub hangul_share: Option<f64>,
    /// Mean share of an answer's lines that are Korean.
    pub korean_line_share: Option<f64>,
    /// Share of the answers whose style is `list`, of those whose style could be judged.
    pub list_share: Option<f64>,
    /// Share of the answers that hold a loop, of whatever length.
    pub loop_share: Option<f64>,
    /// Mean share of the question's key points that an answer hits.
    pub coverage: Option<f64>,
    pub coverage_ci95_low: Option<f64>,
    pub coverage_ci95_high: Option<f64>,
    /// Answers that the mean is taken over: those to questions with key points. Likewise below.
    pub n_coverage: u32,
    /// Mean share of the question's constraints that an answer meets.
    pub obedience: Option<f64>,
    pub obedience_ci95_low: Option<f64>,
    pub obedience_ci95_high: Option<f64>,
    pub n_obedience: u32,
    /// Mean share of an answer's sentences that leave the topic.
    pub off_topic_share: Option<f64>,
    pub off_topic_ci95_low: Option<f64>,
    pub off_topic_ci95_high: Option<f64>,
    pub n_off_topic: u32,
    /// Mean over questions of the answer's mean −ln p of a reference token, in nats: a long reference
    /// counts no more than a short one. Compares only models with one tokenizer.
    pub reference_nll: Option<f64>,
    pub reference_nll_ci95_low: Option<f64>,
    pub reference_nll_ci95_high: Option<f64>,
    pub n_reference_nll: u32,
    pub hangul_share_ci95_low: Option<f64>,
    pub hangul_share_ci95_high: Option<f64>,
    /// Mean share of Latin and of Han among the letters of an answer.
    pub latin_share: Option<f64>,
    pub han_share: Option<f64>,
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
    /// Against the baseline over the first whole corpus; `None` for a baseline. Likewise below.
    pub mean_kld: Option<f64>,
    pub mean_kld_se: Option<f64>,
    pub same_top: Option<f64>,
    /// Key points hit, over all questions: [`ScoreRow::coverage`].
    pub coverage: Option<f64>,
    pub coverage_ci95_low: Option<f64>,
    pub coverage_ci95_high: Option<f64>,
    /// Whether no other cell of the machine beats this one in decode speed, memory and bits per syllable
    /// together; `None` where one of them is missing.
    pub pareto_overview: Option<bool>,
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

/// The names of the machines of a report, in the order of the cells.
#[must_use]
pub fn machine_names(report: &Report) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for cell in &report.cells {
        if !names.contains(&cell.key.machine.as_str()) {
            names.push(&cell.key.machine);
        }
    }
    names
}

/// The demonstration models of a report, each once: the label in its run and what it is.
#[must_use]
pub fn demonstrations(report: &Report) -> Vec<(&str, &Demonstration)> {
    let mut seen: Vec<(&str, &Demonstration)> = Vec::new();
    for model in report.runs.iter().flat_map(|run| &run.models) {
        let Some(demonstration) = &model.demonstration else {
            continue;
        };
        let known = |(label, other): &(&str, &Demonstration)| {
            *label == model.variant && other.weights == demonstration.weights
        };
        if !seen.iter().any(known) {
            seen.push((&model.variant, demonstration));
        }
    }
    seen
}
