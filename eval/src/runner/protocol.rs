//! What the parent asks of a child and what it answers: one JSON object a line.

use crate::engine::facts::Facts;
use crate::engine::{ModelFile, Prediction, SessionSpec, Setup, synthetic};
use crate::facts::fertility::Fertility;
use crate::lineage::Related;
use crate::numbers::Scanned;
use crate::stages::activations::Looked;
use crate::stages::fidelity::Comparison;
use crate::stages::speed::SpeedTest;
use datasets::{AnswersSuite, Question};
use reports::record::{EngineInfo, Fact, OllamaSettings};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A request. Each is answered by any number of facts and one [`Reply::Done`] or [`Reply::Failed`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Request {
    /// What engine is this? Answered with [`Reply::Engine`] first.
    Info,
    /// Read what a file says of itself. Answered with [`Reply::Described`] first.
    Describe {
        /// The model file.
        path: PathBuf,
    },
    /// Read everything that a file says of itself. Answered with [`Reply::Facts`] first.
    Facts {
        /// The model file.
        path: PathBuf,
    },
    /// Split Korean text with a file's vocabulary. Answered with [`Reply::Fertility`] first.
    Fertility {
        /// The model file.
        path: PathBuf,
    },
    /// Hash a file. Answered with [`Reply::Progress`] and [`Reply::Hashed`].
    Hash {
        /// The file.
        path: PathBuf,
    },
    /// Pass over all weights of a file. Answered with [`Reply::Progress`] and [`Reply::Numbers`].
    Numbers {
        /// The model file.
        path: PathBuf,
    },
    /// Compare samples of the weights of two files. Answered with [`Reply::Related`] first.
    Lineage {
        /// One model file.
        a: PathBuf,
        /// The other.
        b: PathBuf,
    },
    /// Load a model and look at its activations over texts. Answered with [`Reply::Progress`] and, last,
    /// one [`Reply::Fact`] for each kind of activation in each layer.
    Activations {
        /// The model file.
        path: PathBuf,
        /// How it is set up, see [`crate::engine::activations::setup`].
        setup: Setup,
        /// Over what.
        looked: Looked,
    },
    /// Tell the memory needed. Answered with [`Reply::Predicted`] first.
    Predict {
        /// The model file.
        path: PathBuf,
        /// How it is set up.
        setup: Setup,
        /// Contexts.
        specs: Vec<SessionSpec>,
    },
    /// Derive a precision. Answered with [`Reply::Converted`] first.
    Convert {
        /// The source.
        from: PathBuf,
        /// The file to write.
        to: PathBuf,
        /// Canonical name.
        precision: String,
        /// Threads.
        n_threads: u32,
    },
    /// Write a model of a shape. Answered with [`Reply::Progress`] in MiB and [`Reply::Converted`].
    Generate {
        /// The file to write.
        to: PathBuf,
        /// What to write.
        plan: synthetic::Plan,
    },
    /// Load a model, several times where that is quick, and keep the last.
    Load {
        /// The model file.
        path: PathBuf,
        /// How it is set up.
        setup: Setup,
        /// Most loads to time.
        repetitions: u32,
    },
    /// Find what counts energy, for the speed tests to read, and measure the power that is drawn with
    /// the model loaded and nothing evaluated.
    Meters {
        /// Where the system shows RAPL.
        powercap: PathBuf,
    },
    /// Make a context for speed tests; the one before is dropped.
    Open {
        /// Its shape.
        spec: SessionSpec,
    },
    /// Evaluate the shape of a test once, untimed.
    Warm {
        /// The test.
        test: SpeedTest,
    },
    /// Time one repetition.
    Repeat {
        /// The test.
        test: SpeedTest,
        /// Its number.
        rep: u32,
    },
    /// Drop the context of the speed tests.
    Close,
    /// Tell the memory of this process.
    Memory {
        /// The context it is reported for.
        spec: SessionSpec,
        /// What was predicted.
        predicted_bytes: Option<u64>,
    },
    /// Score a corpus.
    Perplexity {
        /// Name or path of the corpus.
        corpus: String,
        /// Chunk length in tokens.
        n_ctx: u32,
        /// Most chunks of each text.
        max_chunks: Option<u32>,
        /// Threads.
        n_threads: u32,
    },
    /// Compare models over corpora. Asked of a child without a model.
    Fidelity {
        /// Which, over what.
        comparison: Comparison,
    },
    /// Ask questions.
    Answers {
        /// The questions, in order.
        questions: Vec<Question>,
        /// How.
        suite: AnswersSuite,
        /// How the tag of Ollama wants it, which decides first.
        as_ollama: Option<Box<OllamaSettings>>,
        /// Threads.
        n_threads: u32,
    },
}

/// One line from a child.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub enum Reply {
    /// The engine.
    Engine {
        /// Name, versions and features.
        info: EngineInfo,
        /// Accelerators it can see, as they describe themselves.
        accelerators: Vec<String>,
    },
    /// What a file says of itself.
    Described {
        /// Its facts.
        file: ModelFile,
    },
    /// Everything that a file says of itself.
    Facts {
        /// Its facts.
        facts: Box<Facts>,
    },
    /// How a vocabulary splits Korean text.
    Fertility {
        /// What was counted.
        fertility: Fertility,
        /// Whether the vocabulary puts a beginning-of-text token before a text.
        adds_bos: bool,
        /// Whether it puts an end-of-text token behind one.
        adds_eos: bool,
    },
    /// The content of a file.
    Hashed {
        /// SHA-256 in hex.
        sha256: String,
    },
    /// Number ranges of a file.
    Numbers {
        /// What was counted.
        scanned: Box<Scanned>,
    },
    /// How two models are related.
    Related {
        /// The verdict and its figures.
        related: Box<Related>,
    },
    /// Memory needed.
    Predicted {
        /// One for each context.
        predictions: Vec<Prediction>,
    },
    /// A precision was derived.
    Converted {
        /// Tensors that had to take another type than asked.
        n_fallbacks: u64,
    },
    /// Something was measured.
    Fact {
        /// The record's content.
        fact: Fact,
    },
    /// How far a long request is.
    Progress {
        /// Steps done.
        done: u32,
        /// Steps in all.
        total: u32,
    },
    /// The request is done.
    Done {
        /// Time it spent inside the engine, in nanoseconds.
        engine_ns: u64,
    },
    /// The request failed; the child goes on.
    Failed {
        /// One line.
        reason: String,
        /// Time it spent inside the engine, in nanoseconds.
        engine_ns: u64,
    },
}
