//! The schema of a run directory: `run.json` is one [`RunInfo`], `records.jsonl` one [`Record`] a line.
//!
//! Units are in the field names (`_ns` nanoseconds, `_bytes` bytes). A value that could not be
//! measured is `None` and absent from the JSON, never 0.

use serde::{Deserialize, Serialize};

/// The version of the layout below. A reader refuses a newer one.
pub const SCHEMA: u32 = 3;

/// `run.json`: everything that is fixed before the first cell is measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Layout version, [`SCHEMA`] when written by this build.
    pub schema: u32,
    /// Version of hanbench that measured.
    pub hanbench: String,
    /// What evaluated the models.
    pub engine: EngineInfo,
    /// When the run was first started, UTC, RFC 3339.
    pub created: String,
    /// The machine that measured.
    pub machine: Machine,
    /// The command as typed, program name first.
    pub command_line: Vec<String>,
    /// Threads given to the engine for decode and for prefill.
    pub n_threads: u32,
    /// Layers offloaded to a GPU.
    pub n_gpu_layers: u32,
    /// The suite as it was resolved, after flags replaced its lists.
    pub suite: datasets::Suite,
    /// One per `[LABEL=]MODEL` of the command line.
    pub models: Vec<ModelInfo>,
    /// How each two of these that could be read are related, decided from their weights.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub lineage: Vec<crate::lineage::Lineage>,
    /// What is measured, in order.
    pub cells: Vec<CellInfo>,
    /// Which of these are compared with which, each a cell of its own kind after them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fidelity: Vec<FidelityInfo>,
    /// The questions as they were asked.
    pub questions: Vec<datasets::Question>,
    /// The texts as they were scored.
    pub corpora: Vec<CorpusInfo>,
    /// Files of questions or text in which something was normalised on reading.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub normalised: Vec<NormalisedFile>,
}

/// A file of questions or text in which something was normalised on reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NormalisedFile {
    /// The path as given.
    pub file: String,
    /// How much was changed.
    #[serde(flatten)]
    pub counts: datasets::Normalised,
}

/// The engine that a run used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EngineInfo {
    /// `llama.cpp`, or `mock` in tests.
    pub name: String,
    /// Version of llama.cpp as it names itself.
    pub version: String,
    /// Versions of the bindings, for example `llama-cpp-2 0.1.160`.
    pub bindings: String,
    /// Back end that computes: `CPU`, `CUDA`, `Vulkan`, `Metal`, …
    pub backend: String,
    /// SIMD features that the engine's own report says are on, for example `AVX512`.
    pub simd: Vec<String>,
}

/// A machine, as far as it can be told without asking for privileges.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Host name.
    pub name: String,
    /// Operating system and version.
    pub os: String,
    /// Processor, as it names itself.
    pub cpu: String,
    /// Physical cores.
    pub physical_cores: u32,
    /// Logical cores.
    pub logical_cores: u32,
    /// Main memory in bytes.
    pub memory_bytes: u64,
    /// Accelerators that the engine can see, as they name themselves.
    pub gpus: Vec<String>,
}

/// What a model file says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Label in this run: general, instruct, text, or any other.
    pub variant: String,
    /// What names it on the command line, where that is not its path: an embedded model.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<String>,
    /// The file, as given on the command line or as it was found for `source`.
    pub path: String,
    /// `general.name`, or the file's stem where it has none.
    pub name: String,
    /// SHA-256 of the file in hex.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sha256: Option<String>,
    /// Size of the file in bytes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file_bytes: Option<u64>,
    /// `general.architecture`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub architecture: Option<String>,
    /// Number of weights.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub n_params: Option<u64>,
    /// Precision of the file's weights, for example `Q4_K_M`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub precision: Option<String>,
    /// Context length the model was trained with, in tokens.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub n_ctx_train: Option<u64>,
    /// Size of the vocabulary in tokens.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub n_vocab: Option<u64>,
    /// `general.finetune`, for example `Instruct`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub finetune: Option<String>,
    /// Whether the file carries a chat template.
    #[serde(default)]
    pub has_template: bool,
    /// Set for hanbench's own demonstration models.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub demonstration: Option<Demonstration>,
    /// Set where the weights are random numbers: the shape that they fill. Such a model has a speed
    /// and needs memory; what it says means nothing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub synthetic: Option<datasets::Shape>,
    /// Set where it is asked as its tag of Ollama says (`--as-ollama`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub as_ollama: Option<OllamaSettings>,
}

/// A small model that comes with hanbench so that there is something to measure. Its quality says
/// nothing about other models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demonstration {
    /// Name of the weights: models with the same name here are the same weights at other precisions.
    pub weights: String,
    /// Ids of the run's questions that it was trained on, reworded and with their references as
    /// answers. The others were kept out of its training.
    pub trained_on: Vec<String>,
}

/// One variant at one precision on one device with one setting: the unit that is measured, fails and resumes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellInfo {
    /// Unique in the run: `variant/precision`.
    pub id: String,
    /// Label of the model, see [`ModelInfo::variant`].
    pub variant: String,
    /// Precision that is measured, as `--precision` takes it: of the weights, for example `F16`, or
    /// `F16+F32` where embedding and output are F32; behind them what is not the default:
    /// `F16:kv=Q8_0:fa=off`. `native` where the file could not be read.
    pub precision: String,
    /// Whether the file is measured as it is.
    pub native: bool,
    /// Where it is not: the precision of the file it was derived from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub derived_from: Option<String>,
}

/// Cells of the same weights that are compared position by position. It is a cell of its own kind:
/// it holds several models at once, is measured after the others, and fails and resumes alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FidelityInfo {
    /// Unique in the run and among the cells: `weights/fidelity`.
    pub id: String,
    /// [`CellInfo::id`] of the cell whose distributions count as the truth.
    pub baseline: String,
    /// [`CellInfo::id`] of those compared with it, in the order of the cells.
    pub compared: Vec<String>,
}

/// A text that perplexity was measured over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorpusInfo {
    /// Name of the corpus, for example `held-out`, or the path as given.
    pub corpus: String,
    /// Name of the text in it, for example a genre.
    pub text: String,
    /// SHA-256 of the text in hex.
    pub sha256: String,
    /// Size of the text in bytes.
    pub n_bytes: u64,
}

/// One line of `records.jsonl`: one measured fact of one attempt at one cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`CellInfo::id`] or [`FidelityInfo::id`].
    pub cell: String,
    /// 1 for the first attempt at the cell; a resumed cell starts a new one.
    pub attempt: u32,
    /// What was measured.
    #[serde(flatten)]
    pub fact: Fact,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fact {
    /// The attempt began.
    Begin(Begin),
    /// One repetition of one speed test.
    Speed(Speed),
    /// Memory of the cell.
    Memory(Memory),
    /// The noise probe before or after the cell.
    Probe(Probe),
    /// One scored chunk of a text.
    Perplexity(PerplexityChunk),
    /// One chunk of a text, position by position against the baseline; of a fidelity cell.
    Fidelity(Box<FidelityChunk>),
    /// One answer.
    Answer(Box<Answer>),
    /// Something that counts energy, or why nothing does; before the first speed test.
    Meter(EnergyMeter),
    /// The largest values of one kind of activation in one layer.
    Activation(ActivationRange),
    /// Number ranges of one tensor of the cell's file, or of all: then the last of them, named `""`.
    Numbers(Box<TensorNumbers>),
    /// Something could not be measured.
    Failure(Failure),
    /// Something the reader must know of.
    Warning(Warning),
    /// The attempt ended by itself; an attempt without this was cut off.
    End(End),
}

/// The attempt began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begin {
    /// UTC, RFC 3339.
    pub at: String,
}

/// What a speed test times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// Reading the model file until it can be evaluated.
    Load,
    /// Evaluating `n_prompt` prompt tokens at once (llama-bench's pp).
    Prefill,
    /// Generating `n_gen` tokens one after another in each of `n_seq` sequences (llama-bench's tg).
    Decode,
}

/// One repetition of one speed test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Speed {
    /// What was timed.
    pub test: Test,
    /// Prompt tokens evaluated in the timed part, 0 for decode and load.
    pub n_prompt: u32,
    /// Tokens generated per sequence in the timed part, 0 for prefill and load.
    pub n_gen: u32,
    /// Tokens in the KV cache before the timed part, per sequence.
    pub n_depth: u32,
    /// Sequences decoded together.
    pub n_seq: u32,
    /// Number of this repetition, from 0.
    pub rep: u32,
    /// Time of the timed part in nanoseconds.
    pub elapsed_ns: u64,
    /// Load only: share of the file that was in the page cache before, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub page_cache_share: Option<f64>,
    /// Energy of the timed part as the counters showed it, idle power included: one entry for each
    /// meter that could be read, however long the part was beside [`EnergyMeter::step_ns`].
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub joules: Vec<Joules>,
}

/// What one meter counted during the timed part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Joules {
    /// [`EnergyMeter::source`].
    pub source: String,
    /// Energy in joules.
    pub joules: f64,
}

/// Something that counts energy, or why nothing of its kind does here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnergyMeter {
    /// What is counted: `rapl:package-0`, `rapl:dram-0`, `nvml:0`; where nothing is, `rapl` or `nvml`.
    pub source: String,
    /// Power in watts while nothing was evaluated, over `idle_ns`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub idle_w: Option<f64>,
    /// How long that was measured, in nanoseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub idle_ns: Option<u64>,
    /// How often the counter is updated, in nanoseconds: what lasts only a few of these is not told.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub step_ns: Option<u64>,
    /// The longest part that it can tell before it might wrap twice, in nanoseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub longest_ns: Option<u64>,
    /// Why nothing is counted, and what to do: one line.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
}

impl Speed {
    /// Tokens over seconds as llama-bench counts them: the prompt, or `n_gen` in each sequence. `None` for load.
    #[must_use]
    pub fn tokens_per_second(&self) -> Option<f64> {
        let tokens = match self.test {
            Test::Load => return None,
            Test::Prefill => f64::from(self.n_prompt) * f64::from(self.n_seq),
            Test::Decode => f64::from(self.n_gen) * f64::from(self.n_seq),
        };
        (self.elapsed_ns > 0).then(|| tokens / (self.elapsed_ns as f64 / 1e9))
    }
}

/// Memory of the cell's process after its speed tests (or its first measure, where the suite has none).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Context size in tokens over all sequences.
    pub n_ctx: u32,
    /// Sequences that the context holds.
    pub n_seq: u32,
    /// Weights, as the engine reports its buffers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub model_bytes: Option<u64>,
    /// KV cache, as the engine reports it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kv_bytes: Option<u64>,
    /// Compute and output buffers, as the engine reports them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub compute_bytes: Option<u64>,
    /// What `peak_rss_bytes` was predicted to be before the weights were loaded.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub predicted_bytes: Option<u64>,
    /// Peak resident set (`VmHWM`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub peak_rss_bytes: Option<u64>,
    /// Resident anonymous memory at the end (`RssAnon`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rss_anon_bytes: Option<u64>,
    /// Resident file-backed memory at the end (`RssFile`; holds memory-mapped weights).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rss_file_bytes: Option<u64>,
    /// Device memory taken between before the load and the end; `None` without a GPU.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub gpu_bytes: Option<u64>,
}

/// When the noise probe ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Before the cell.
    Before,
    /// After the cell.
    After,
}

/// A short fixed piece of work that tells how fast the machine is at this moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Before or after the cell.
    pub when: When,
    /// Memory read bandwidth in 10^9 bytes a second.
    pub read_gb_s: f64,
    /// Multiply-adds in 10^9 floating-point operations a second.
    pub gflop_s: f64,
}

/// Sums over one scored chunk, from which perplexity over any set of chunks follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PerplexityChunk {
    /// In a fidelity cell, which evaluates several models: [`CellInfo::id`] of the one scored.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub of: Option<String>,
    /// [`CorpusInfo::corpus`].
    pub corpus: String,
    /// [`CorpusInfo::text`].
    pub text: String,
    /// Number of the chunk in its text, from 0.
    pub chunk: u32,
    /// Chunks of the text that are to be scored.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub n_chunks: Option<u32>,
    /// Chunk length in tokens.
    pub n_ctx: u32,
    /// Positions scored.
    pub n_scored: u32,
    /// Sum of −ln p over the scored positions, in nats.
    pub sum_nll: f64,
    /// Sum of (ln p)² over the scored positions.
    pub sum_nll2: f64,
    /// Bytes of text that the scored tokens stand for.
    pub n_bytes: u64,
    /// Hangul syllables (U+AC00–D7A3) completed by the scored tokens.
    pub n_syllables: u64,
}

/// What is compared with a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compared {
    /// Another cell.
    Cell,
    /// The baseline itself, evaluated once more in the same way: what chance adds.
    Again,
    /// The baseline itself, one token at a time instead of hundreds, as an answer is generated: what
    /// the order of additions adds. Only over the last positions of a chunk.
    Alone,
}

impl Compared {
    /// As `records.jsonl` and `fidelity.csv` write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cell => "cell",
            Self::Again => "again",
            Self::Alone => "alone",
        }
    }
}

/// The scored positions of one chunk, by the baseline and by what is compared with it. The lists have
/// one entry a position, `n_scored` in all. Single precision keeps 7 digits of each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FidelityChunk {
    /// [`CellInfo::id`] of what is compared; the baseline's own where it is compared with itself.
    pub of: String,
    /// What that is.
    pub compared: Compared,
    /// [`CellInfo::id`] of the baseline: the planned one, or the next highest precision where that one
    /// could not be evaluated.
    pub baseline: String,
    /// [`CorpusInfo::corpus`].
    pub corpus: String,
    /// [`CorpusInfo::text`].
    pub text: String,
    /// Number of the chunk in its text, from 0.
    pub chunk: u32,
    /// Chunks of the text that are to be compared.
    pub n_chunks: u32,
    /// Chunk length in tokens.
    pub n_ctx: u32,
    /// Positions scored.
    pub n_scored: u32,
    /// Kullback–Leibler divergence Σ p ln(p/q) in nats, p the baseline's distribution.
    pub kld: Vec<f32>,
    /// q − p of the token that follows.
    pub delta_p: Vec<f32>,
    /// −ln p of the token that follows, in nats.
    pub nll_base: Vec<f32>,
    /// ln p − ln q of the token that follows: what the model's −ln q is above `nll_base`.
    pub delta_nll: Vec<f32>,
    /// The positions, from 0, at which the two find different tokens likeliest.
    pub other_top: Vec<u32>,
    /// The positions at which the baseline finds the token that follows more than 16 nats less likely
    /// than its likeliest, with by how much more. llama-perplexity, which keeps 16 bits, takes that much
    /// off `nll_base`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub beyond: Vec<(u32, f32)>,
}

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// The model ended its turn.
    Eos,
    /// The limit on tokens cut it: every length of it is "at least".
    Limit,
}

/// How tokens were chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Sampling {
    /// Always the likeliest token.
    Greedy,
    /// Drawn from the smallest set that holds `top_p`, its logits divided by `temperature`.
    TopP {
        /// Divisor of the logits.
        temperature: f32,
        /// Probability mass that is kept.
        top_p: f32,
        /// Seed of the generator; each question has its own stream derived from it.
        seed: u32,
    },
    /// Drawn as Ollama draws: penalties, the `top_k` likeliest, the smallest set of them that holds
    /// `top_p`, those at least `min_p` as likely as the likeliest, and the temperature, in this order.
    Ollama(OllamaSampling),
}

/// Sampling parameters by Ollama's names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OllamaSampling {
    /// Divisor of the logits; 0 takes the likeliest token.
    pub temperature: f32,
    /// Likeliest tokens that are kept; 0 for all.
    pub top_k: i32,
    /// Probability mass that is kept.
    pub top_p: f32,
    /// Least probability that is kept, relative to the likeliest token's.
    pub min_p: f32,
    /// Divisor of the logits of tokens that were there; 1 for none.
    pub repeat_penalty: f32,
    /// Tokens back, those of the prompt included, that count as there.
    pub repeat_last_n: i32,
    /// Taken from the logits of tokens that were there.
    pub presence_penalty: f32,
    /// Taken from the logits of tokens for each time they were there.
    pub frequency_penalty: f32,
    /// Seed of the generator; each question has its own stream derived from it.
    pub seed: u32,
}

/// How a tag of Ollama wants its model to be asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OllamaSettings {
    /// System prompt.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub system: Option<String>,
    /// The tag's sampling parameters, and Ollama's defaults for those that it leaves out.
    pub sampling: OllamaSampling,
    /// Texts that end an answer.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub stop: Vec<String>,
    /// Most tokens of an answer; the suite's limit holds too.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_tokens: Option<u32>,
    /// Parameters of the tag that are not followed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub ignored: Vec<String>,
}

/// One answer to one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// [`datasets::Question::id`].
    pub question_id: String,
    /// The prompt exactly as it was tokenised.
    pub prompt: String,
    /// `chat` (the file's template) or `plain` (a completion prompt).
    pub format: String,
    /// How tokens were chosen.
    pub sampling: Sampling,
    /// Sequences decoded together.
    pub n_parallel: u32,
    /// The answer, invalid UTF-8 replaced by U+FFFD.
    pub answer: String,
    /// How it ended.
    pub stop: Stop,
    /// Tokens of the prompt.
    pub n_prompt: u32,
    /// Tokens generated, the one that ended the turn not counted.
    pub n_tokens: u32,
    /// Their ids.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tokens: Option<Vec<i32>>,
    /// What the text is like.
    pub measures: AnswerMeasures,
    /// Where in the text some of it stands; absent where that was not recorded, as hanbench once did, and for a text
    /// that is not in Unicode normalisation form C.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub marks: Option<Marks>,
    /// Times, for a question that was answered alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub timing: Option<AnswerTiming>,
}

/// When the tokens of an answer came, for one that was decoded alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerTiming {
    /// From handing over the prompt's tokens until the first token was chosen, in nanoseconds.
    pub ttft_ns: u64,
    /// From each token to the next, in nanoseconds; one fewer than there are tokens.
    pub inter_token_ns: Vec<u64>,
}

/// Places in the text of an answer, in bytes from its beginning.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// The words that make key points: those that [`AnswerMeasures::coverage`] counts and no other.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub points: Vec<PointMark>,
    /// Where words begin and end that are neither Hangul nor what [`AnswerMeasures::mixed_eojeol_share`] excuses.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub foreign: Vec<(u32, u32)>,
}

/// Words of an answer that make a key point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointMark {
    /// Its index in [`datasets::Question::key_points`].
    pub point: u32,
    /// Where they begin.
    pub start: u32,
    /// Where they end.
    pub end: u32,
}

/// Measures over the text of an answer. Shares are of 1; `None` where there is nothing to take a share of.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AnswerMeasures {
    /// Characters as a reader counts them (extended grapheme clusters).
    pub n_chars: u32,
    /// Hangul syllables (U+AC00–D7A3 after NFC).
    pub n_syllables: u32,
    /// 어절: runs of text between white space.
    pub n_eojeol: u32,
    /// Sentences.
    pub n_sentences: u32,
    /// Hangul among the letters.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hangul_share: Option<f64>,
    /// Latin among the letters.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub latin_share: Option<f64>,
    /// Han among the letters.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub han_share: Option<f64>,
    /// 어절 that mix scripts.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mixed_eojeol_share: Option<f64>,
    /// Sentences that leave the topic.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub off_topic_share: Option<f64>,
    /// `list` (개조식), `prose` (서술식) or `mixed`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub style: Option<String>,
    /// Lines that begin with a list marker.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bullet_share: Option<f64>,
    /// Lines that are Korean, of those with letters that are not excused (units, formulas, listed names).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub korean_line_share: Option<f64>,
    /// Whether prose opens before the list; `None` without a list.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub prose_before_list: Option<bool>,
    /// Whether prose closes after the list; `None` without a list.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub prose_after_list: Option<bool>,
    /// Characters that belong to a span repeated three times or more at a stretch; 0 without such a loop.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub loop_share: Option<f64>,
    /// 4-grams of 어절 that occurred before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rep_4: Option<f64>,
    /// Key points of the question that the answer hits.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub coverage: Option<f64>,
    /// Constraints of the question that the answer meets.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub obedience: Option<f64>,
    /// Mean −ln p of the reference answer's tokens after the prompt of this answer, in nats.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reference_nll: Option<f64>,
    /// Tokens of the reference answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub n_reference: Option<u32>,
}

/// The largest values of one kind of activation in one layer, over the held-out text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActivationRange {
    /// What llama.cpp calls the node without its layer, for example `ffn_out`, control characters escaped.
    pub node: String,
    /// Its layer; `None` for what is outside of the layers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub layer: Option<u32>,
    /// Values seen.
    pub n: u64,
    /// Largest finite magnitude; `None` where no value was finite.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_abs: Option<f64>,
    /// Finite values that F16 has no place for.
    pub overflow: u64,
    /// Not a number.
    pub nan: u64,
    /// Infinite.
    pub inf: u64,
    /// Tokens that were evaluated.
    pub n_tokens: u64,
}

/// The number ranges of a tensor, or of all together. Moments are of finite values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    /// Values.
    pub n: u64,
    /// Not a number.
    pub nan: u64,
    /// Infinite.
    pub inf: u64,
    /// Zero.
    pub zero: u64,
    /// Smallest.
    pub min: Option<f64>,
    /// Largest.
    pub max: Option<f64>,
    /// Largest magnitude.
    pub max_abs: Option<f64>,
    /// Mean.
    pub mean: Option<f64>,
    /// Deviation, over n.
    pub deviation: Option<f64>,
    /// Cast to F16.
    pub f16: CastNumbers,
    /// Cast to BF16.
    pub bf16: CastNumbers,
    /// How many values that are not zero have each binary exponent ⌊log₂|x|⌋, those that occur.
    pub exponents: Vec<(i32, u64)>,
}

/// What a cast to one format does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CastNumbers {
    /// Values.
    pub n: u64,
    /// Largest magnitude before the cast.
    pub max_abs: Option<f64>,
    /// Finite values that become infinite.
    pub overflow: u64,
    /// Values that become subnormal.
    pub subnormal: u64,
    /// Values that become zero and were not.
    pub vanish: u64,
    /// Values that change at all, overflows among them.
    pub changed: u64,
    /// Not a number before the cast.
    pub nan: u64,
    /// Infinite before the cast.
    pub inf: u64,
    /// Mean of |cast − x| / |x| over the values that are not zero and do not overflow.
    pub mean_relative_error: Option<f64>,
    /// The largest of these.
    pub max_relative_error: f64,
}

/// The number ranges of one tensor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TensorNumbers {
    /// Its name, control characters escaped.
    pub tensor: String,
    /// Number format in the file by ggml's name, for example `q4_K`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Its ranges; a quantised tensor's are those of the values that its blocks stand for.
    #[serde(flatten)]
    pub numbers: Numbers,
}

/// What a failure or a warning speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Finding and reading the model file.
    Model,
    /// Deriving the precision.
    Convert,
    /// Predicting or measuring memory.
    Memory,
    /// Loading the weights.
    Load,
    /// Speed tests.
    Speed,
    /// Perplexity.
    Perplexity,
    /// Comparing distributions with a baseline.
    Fidelity,
    /// Answers.
    Answers,
    /// Number ranges.
    Numbers,
    /// The process or the machine.
    Process,
}

impl Stage {
    /// As `records.jsonl` writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Convert => "convert",
            Self::Memory => "memory",
            Self::Load => "load",
            Self::Speed => "speed",
            Self::Perplexity => "perplexity",
            Self::Fidelity => "fidelity",
            Self::Answers => "answers",
            Self::Numbers => "numbers",
            Self::Process => "process",
        }
    }
}

/// Something could not be measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What was being done.
    pub stage: Stage,
    /// One line: what failed, naming the file or option, why, and what to do.
    pub reason: String,
}

/// Something the reader must know of, though it was measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// What it speaks of.
    pub stage: Stage,
    /// One line.
    pub text: String,
}

/// The attempt ended by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Whether everything the suite asks was measured.
    pub complete: bool,
    /// Wall time of the attempt in nanoseconds.
    pub wall_ns: u64,
    /// Part of it spent inside the engine (load, convert, decode), in nanoseconds.
    pub engine_ns: u64,
}
