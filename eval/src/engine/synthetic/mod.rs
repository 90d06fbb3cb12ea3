//! Models of a shape whose weights are random numbers, so that speed and memory can be measured
//! before a model is there.
//!
//! llama.cpp's quantiser says (in a dry run over a file that holds no values) which type each tensor
//! has at a precision; the values are then made, quantised and written a few rows at a time.

mod stream;
mod tensors;
mod types;
mod values;

pub use tensors::{Tensor, Values, tensors};

use super::header::{self, Header, TokenType};
use super::precision::{self, Precision};
use super::{Error, ModelFile};
use datasets::{Architecture, Shape};
use llama_cpp_sys_2 as sys;
use std::ffi::CString;
use std::fs::OpenOptions;
use std::path::Path;

/// The metadata key under which a file says that its weights are random; its value is the shape in
/// JSON.
pub const KEY: &str = "hanbench.synthetic";

/// Changes whenever the files change that are made of a shape.
pub const REVISION: &str = "1";

/// The precision that a shape has where none is asked for: that of published weights.
pub const NATIVE: &str = "F16";

/// Where tensors begin in a file: at multiples of this many bytes.
const ALIGNMENT: u64 = 32;

/// ggml's version of the layouts of quantised blocks (`GGML_QNT_VERSION`).
const QUANTISATION: u32 = 2;

/// A tensor with its type in the file.
struct Placed {
    tensor: Tensor,
    ggml_type: sys::ggml_type,
}

/// How a shape is written.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Plan {
    /// The shape.
    pub shape: Shape,
    /// The precision, in canonical form.
    pub precision: String,
    /// Whether the file gets values. Without them it has a hole of their size: enough to tell what
    /// memory the model will need.
    pub with_values: bool,
    /// Threads.
    pub n_threads: u32,
}

/// Writes a model of a shape; `progress` hears of bytes written, of how many. Returns how many
/// tensors have another type than asked, because their rows do not fit its blocks.
///
/// # Errors
/// A precision that llama.cpp's quantiser does not make, a full disk.
pub fn write(to: &Path, plan: &Plan, progress: &mut dyn FnMut(u64, u64)) -> Result<u64, Error> {
    let Plan { shape, .. } = plan;
    let asked = Precision::parse(&plan.precision).map_err(Error)?;
    let vocabulary = vocabulary(shape);
    let plain = |tensor: Tensor| Placed {
        ggml_type: match tensor.values {
            Values::Weights => sys::GGML_TYPE_F16,
            Values::Norm | Values::Ones => sys::GGML_TYPE_F32,
        },
        tensor,
    };
    let mut placed: Vec<Placed> = tensors(shape).into_iter().map(plain).collect();
    let n_fallbacks = {
        outline(to, shape, NATIVE, &vocabulary, &placed)?;
        let types = types::of(to, &asked)?;
        for one in &mut placed {
            if let Some(ggml_type) = types.of_tensor(&one.tensor.name) {
                one.ggml_type = ggml_type;
            }
        }
        types.n_fallbacks
    };
    outline(to, shape, asked.weights, &vocabulary, &placed)?;
    if plan.with_values {
        stream::fill(to, &placed, plan.n_threads, progress)?;
    }
    Ok(n_fallbacks)
}

/// What the file of a shape will say of itself at [`NATIVE`], without the file.
#[must_use]
pub fn describe(shape: &Shape) -> ModelFile {
    let all = tensors(shape);
    let bytes = |tensor: &Tensor| {
        let size = if tensor.values == Values::Weights {
            2
        } else {
            4
        };
        (tensor.columns * tensor.rows * size).next_multiple_of(ALIGNMENT)
    };
    ModelFile {
        name: Some(shape.name.clone()),
        // The header is left out: some megabytes, mostly of vocabulary.
        file_bytes: all.iter().map(bytes).sum(),
        architecture: shape.architecture.name().into(),
        n_params: all.iter().map(|tensor| tensor.columns * tensor.rows).sum(),
        precision: NATIVE.into(),
        n_ctx_train: Some(shape.n_ctx.into()),
        n_vocab: Some(shape.n_vocab.into()),
        finetune: None,
        has_template: false,
        synthetic: Some(shape.clone()),
    }
}

/// Writes the header and leaves a hole for the values.
fn outline(
    to: &Path,
    shape: &Shape,
    weights: &str,
    vocabulary: &[(String, TokenType)],
    placed: &[Placed],
) -> Result<(), Error> {
    let mut header = Header::new();
    metadata(&mut header, shape, weights);
    header.vocabulary(vocabulary);
    header.number("tokenizer.ggml.bos_token_id", 1);
    header.number("tokenizer.ggml.eos_token_id", 2);
    // SAFETY: the ggml context has room for every tensor, allocates none, and is freed once, after
    // the header that points into it is written.
    unsafe {
        let context = sys::ggml_init(sys::ggml_init_params {
            mem_size: (placed.len() + 1) * (sys::ggml_tensor_overhead() + 64),
            mem_buffer: std::ptr::null_mut(),
            no_alloc: true,
        });
        for Placed { tensor, ggml_type } in placed {
            let name = CString::new(tensor.name.as_str()).expect("tensor names are ours");
            let (columns, rows) = (tensor.columns as i64, tensor.rows as i64);
            let made = match tensor.values {
                Values::Weights => sys::ggml_new_tensor_2d(context, *ggml_type, columns, rows),
                Values::Norm | Values::Ones => {
                    sys::ggml_new_tensor_1d(context, *ggml_type, columns)
                }
            };
            sys::ggml_set_name(made, name.as_ptr());
            sys::gguf_add_tensor(header.context, made);
        }
        let written = header.write(to, true);
        sys::ggml_free(context);
        written?;
    }
    let leave_hole = || -> std::io::Result<()> {
        let file = OpenOptions::new().write(true).open(to)?;
        let begin = file.metadata()?.len();
        file.set_len(begin + placed.iter().map(Placed::n_bytes).sum::<u64>())
    };
    leave_hole().map_err(|error| Error(format!("{}: cannot be written ({error})", to.display())))
}

impl Placed {
    /// Bytes in the file, up to where the next tensor begins.
    fn n_bytes(&self) -> u64 {
        (self.row_bytes() as u64 * self.tensor.rows).next_multiple_of(ALIGNMENT)
    }

    fn row_bytes(&self) -> usize {
        // SAFETY: the type is one that ggml itself gave, and rows are whole blocks of it.
        unsafe { sys::ggml_row_size(self.ggml_type, self.tensor.columns as i64) }
    }
}

fn metadata(header: &mut Header, shape: &Shape, weights: &str) {
    let arch = shape.architecture.name();
    header.text("general.architecture", arch);
    header.text("general.name", &shape.name);
    let json = serde_json::to_string(shape).expect("plain data");
    header.text(KEY, &json);
    if let Some(file_type) = precision::file_type(weights) {
        header.number("general.file_type", file_type);
    }
    header.number("general.quantization_version", QUANTISATION);
    for (key, value) in [
        ("context_length", shape.n_ctx),
        ("embedding_length", shape.n_embd),
        ("feed_forward_length", shape.n_ff),
        ("block_count", shape.n_layer),
        ("attention.head_count", shape.n_head),
        ("attention.head_count_kv", shape.n_head_kv),
        ("attention.key_length", shape.head_dim),
        ("attention.value_length", shape.head_dim),
        ("rope.dimension_count", shape.head_dim),
    ] {
        header.number(&format!("{arch}.{key}"), value);
    }
    if let Some(window) = shape.sliding_window {
        header.number(&format!("{arch}.attention.sliding_window"), window);
    }
    header.float(&format!("{arch}.attention.layer_norm_rms_epsilon"), 1e-5);
    header.float(
        &format!("{arch}.rope.freq_base"),
        rope_base(shape.architecture),
    );
}

/// Any would cost the same; these are of the models that the architectures are known for.
fn rope_base(architecture: Architecture) -> f32 {
    match architecture {
        Architecture::Llama => 500_000.0,
        Architecture::Qwen3 | Architecture::Gemma3 | Architecture::Exaone => 1_000_000.0,
    }
}

/// As many tokens as the model has; what they stand for is made up.
fn vocabulary(shape: &Shape) -> Vec<(String, TokenType)> {
    let mut all = header::first_tokens(&["<s>", "</s>"]);
    let more = shape.n_vocab as usize - all.len();
    all.extend((0..more).map(|id| (format!("▁w{id}"), TokenType::Normal)));
    all
}

#[cfg(test)]
mod tests;
