//! The engine: the only place that touches llama.cpp, and the only place with `unsafe`.
//!
//! The rest of the crate talks to the three small traits here. [`llama`] implements them with
//! llama.cpp; [`mock`] implements them deterministically, so that the runner, the records and the
//! reports are tested without a model.

pub mod activations;
pub mod chat;
pub mod clock;
pub mod dequantise;
pub mod facts;
pub mod gguf;
pub mod grid;
pub mod group;
mod header;
pub mod kv;
pub mod llama;
pub mod log;
pub mod mock;
pub mod os;
pub mod precision;
mod predict;
mod quantize;
pub(crate) mod random;
pub mod requantise;
pub mod sample;
mod sha256;
pub mod synthetic;
pub mod tiny;
pub mod vocabulary;

pub use sha256::sha256;

use reports::record::{ActivationRange, EngineInfo};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Layers to offload where nobody says how many: all, where the build has a GPU back end.
pub const DEFAULT_GPU_LAYERS: u32 = if cfg!(any(
    feature = "cuda",
    feature = "vulkan",
    feature = "metal",
    feature = "rocm"
)) {
    999
} else {
    0
};

/// A token id of a model's vocabulary.
pub type Token = i32;

/// Why the engine could not do something: one line that names the file or the value.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct Error(pub String);

/// The size and shape of a context. Rows and tokens are counted as llama.cpp does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSpec {
    /// Tokens that the KV cache holds, over all sequences; each sequence gets `n_ctx / n_seq`.
    pub n_ctx: u32,
    /// Sequences.
    pub n_seq: u32,
    /// Most tokens in one call of [`Session::decode`].
    pub n_batch: u32,
    /// Most tokens that the engine evaluates at once.
    pub n_ubatch: u32,
    /// Most rows of logits that are asked for in one call of [`Session::decode`]. Only the memory
    /// prediction uses it.
    pub n_outputs: u32,
    /// Threads, for one token and for many alike.
    pub n_threads: u32,
}

/// One token of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The token.
    pub token: Token,
    /// Its position in its sequence.
    pub pos: u32,
    /// Its sequence.
    pub seq: u32,
    /// Whether the next token's logits are wanted.
    pub logits: bool,
}

/// Number format of the KV cache.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KvType {
    /// 32 bits a value.
    F32,
    /// 16 bits a value, llama.cpp's default.
    #[default]
    F16,
    /// 16 bits a value with F32's range.
    Bf16,
    /// 8 bits a value and a scale for each 32.
    Q8_0,
}

impl KvType {
    /// All of them, from the most bits to the fewest.
    pub const ALL: [Self; 4] = [Self::F32, Self::F16, Self::Bf16, Self::Q8_0];

    /// As ggml names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "F32",
            Self::F16 => "F16",
            Self::Bf16 => "BF16",
            Self::Q8_0 => "Q8_0",
        }
    }
}

/// How a model is set up, whatever its file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    /// Layers to offload.
    pub n_gpu_layers: u32,
    /// Number format of keys and values.
    #[serde(default)]
    pub kv: KvType,
    /// Whether flash attention is used; `None` leaves it to llama.cpp.
    #[serde(default)]
    pub flash_attention: Option<bool>,
}

/// What the engine reserved, in bytes, as it reports it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buffers {
    /// Weights, in every form that is kept of them.
    pub model_bytes: u64,
    /// KV cache.
    pub kv_bytes: u64,
    /// Compute and output buffers.
    pub compute_bytes: u64,
}

/// What a cell will need, told before its weights are loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prediction {
    /// Peak resident set of the process in bytes.
    pub host_bytes: u64,
    /// Memory on devices other than the CPU in bytes.
    pub device_bytes: u64,
}

/// What a model file says of itself, read without loading it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelFile {
    /// `general.name`, control characters escaped; `None` where the file has none.
    pub name: Option<String>,
    /// Size of the file in bytes.
    pub file_bytes: u64,
    /// `general.architecture`.
    pub architecture: String,
    /// Number of weights.
    pub n_params: u64,
    /// Precision of the weights by llama.cpp's name, for example `Q4_K_M`.
    pub precision: String,
    /// Context length the model was trained with, in tokens.
    pub n_ctx_train: Option<u64>,
    /// Size of the vocabulary in tokens.
    pub n_vocab: Option<u64>,
    /// `general.finetune`.
    pub finetune: Option<String>,
    /// Whether the file carries a chat template.
    pub has_template: bool,
    /// The shape that it was made of, where its weights are random.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub synthetic: Option<datasets::Shape>,
}

/// Something that evaluates model files.
pub trait Engine {
    /// Name, versions and features, for the report.
    fn info(&self) -> EngineInfo;

    /// Reads what the file says of itself, and checks that it is whole.
    ///
    /// # Errors
    /// Not a file, not GGUF, cut short, no weights.
    fn describe(&self, path: &Path) -> Result<ModelFile, Error>;

    /// Tells the memory that each of `specs` will need, without loading weights.
    ///
    /// # Errors
    /// The engine cannot read the model or make the context.
    fn predict(
        &self,
        path: &Path,
        setup: Setup,
        specs: &[SessionSpec],
    ) -> Result<Vec<Prediction>, Error>;

    /// Writes `to` with the weights of `from` at `precision`, with or without `+F32` behind its name. Returns how many tensors had to take another type than asked (rows that do not fit its blocks).
    ///
    /// # Errors
    /// An unknown precision, an unreadable source, a full disk.
    fn convert(
        &self,
        from: &Path,
        to: &Path,
        precision: &str,
        n_threads: u32,
    ) -> Result<u64, Error>;

    /// Writes a model of a shape with random weights; `progress` hears of bytes written, of how many.
    /// Returns the same as [`Engine::convert`].
    ///
    /// # Errors
    /// An unknown precision, a full disk.
    fn generate(
        &self,
        to: &Path,
        plan: &synthetic::Plan,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<u64, Error>;

    /// Loads the weights.
    ///
    /// # Errors
    /// The file is damaged or unknown to the engine; the reason is the engine's own.
    fn load(&self, path: &Path, setup: Setup) -> Result<Box<dyn Model + '_>, Error>;

    /// Loads the vocabulary and nothing else.
    ///
    /// # Errors
    /// The file has none, or one that the engine does not know.
    fn vocabulary(&self, path: &Path) -> Result<Box<dyn Vocabulary + '_>, Error>;

    /// Loads the weights with a context of one sequence in which every value that is computed is
    /// looked at; see [`activations::setup`] for what that needs.
    ///
    /// # Errors
    /// As [`Engine::load`] and [`Model::session`].
    fn watch(
        &self,
        path: &Path,
        setup: Setup,
        spec: &SessionSpec,
    ) -> Result<Box<dyn Watched + '_>, Error>;
}

/// The vocabulary of a model.
pub trait Vocabulary {
    /// Tokens of a text, without the special tokens that the vocabulary wants around it; special
    /// tokens that the text spells are text.
    fn tokenize(&self, text: &[u8]) -> Vec<Token>;
    /// Whether the token stands for what the vocabulary has no token for.
    fn is_unknown(&self, token: Token) -> bool;
    /// Whether the vocabulary wants a beginning-of-text token before a text.
    fn adds_bos(&self) -> bool;
    /// Whether it wants an end-of-text token behind a text.
    fn adds_eos(&self) -> bool;
}

/// A loaded model whose activations are looked at while it evaluates text.
pub trait Watched {
    /// Tokens of a text, with the special tokens that the vocabulary wants around it.
    fn tokenize(&self, text: &[u8]) -> Vec<Token>;
    /// The beginning-of-text token, where the vocabulary wants one before a text.
    fn bos_wanted(&self) -> Option<Token>;
    /// Evaluates tokens, at most as many as the context holds, after forgetting those before.
    ///
    /// # Errors
    /// A failure of the engine or on the device.
    fn evaluate(&mut self, tokens: &[Token]) -> Result<(), Error>;
    /// What was seen so far of each kind of activation in each layer, in the order of computation.
    fn seen(&self) -> Vec<ActivationRange>;
}

/// A loaded model.
pub trait Model {
    /// Size of the vocabulary.
    fn n_vocab(&self) -> usize;
    /// Context length the model was trained with, in tokens.
    fn n_ctx_train(&self) -> u32;
    /// Tokens of a text, as llama.cpp's `llama_tokenize`.
    fn tokenize(&self, text: &[u8], add_special: bool, parse_special: bool) -> Vec<Token>;
    /// The bytes a token stands for; control tokens are empty unless `special`.
    fn piece(&self, token: Token, special: bool) -> Vec<u8>;
    /// Whether the token ends a turn or a text.
    fn is_end(&self, token: Token) -> bool;
    /// The beginning-of-text token, where the vocabulary wants one before a text.
    fn bos_wanted(&self) -> Option<Token>;
    /// Whether the vocabulary wants an end-of-text token behind every text.
    fn wants_eos(&self) -> bool;
    /// The chat template of the file with the texts of its BOS and EOS tokens.
    fn template(&self) -> Option<chat::Template>;
    /// Makes a context.
    ///
    /// # Errors
    /// Not enough memory, or a shape that the model does not allow.
    fn session(&self, spec: &SessionSpec) -> Result<Box<dyn Session + '_>, Error>;
    /// What has been reserved so far by the model and the sessions made of it: the largest of each.
    fn buffers(&self) -> Buffers;
    /// Memory in use on devices other than the CPU, in bytes; `None` where there is none.
    fn device_bytes(&self) -> Option<u64>;
}

/// A context: a KV cache and what is needed to evaluate tokens with it.
pub trait Session {
    /// Evaluates the rows. Returns when the engine has accepted them; see [`Session::synchronize`].
    ///
    /// # Errors
    /// More rows than `n_batch`, a full KV cache, a failure on the device.
    fn decode(&mut self, rows: &[Row]) -> Result<(), Error>;
    /// Logits (length `n_vocab`) of row `row` of the last batch, which must have asked for them.
    ///
    /// # Errors
    /// They were not asked for.
    fn logits(&self, row: usize) -> Result<&[f32], Error>;
    /// Waits until everything is computed.
    fn synchronize(&self);
    /// Forgets every sequence.
    fn clear(&mut self);
    /// Forgets what is at position `from` and later of a sequence. `false` where the model's memory
    /// cannot forget a part (recurrent models): nothing is changed then.
    fn truncate(&mut self, seq: u32, from: u32) -> bool;
}
