//! A tiny Llama-shaped GGUF with random weights, so that tests and benchmarks have a real model
//! file without a download. Its answers mean nothing; its tensors, vocabulary and template are real.

use super::Error;
use super::header::{self, Header, TokenType};
use super::random::Random;
use llama_cpp_sys_2 as sys;
use std::ffi::CString;
use std::path::Path;

/// The shape of a tiny model.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Width; a multiple of 256, so that K-quants have whole blocks.
    pub n_embd: usize,
    /// Width of the feed-forward layers; likewise.
    pub n_ff: usize,
    /// Layers.
    pub n_layer: usize,
    /// Attention heads.
    pub n_head: usize,
    /// Heads of keys and values.
    pub n_head_kv: usize,
    /// Context length in tokens.
    pub n_ctx: u32,
    /// Whether the file gets a chat template.
    pub with_template: bool,
    /// `general.architecture`; anything but `llama` makes a file that no engine knows.
    pub architecture: String,
    /// Whether tensors are written; without them the file is a vocabulary.
    pub with_tensors: bool,
    /// Whether the tensors have values; without them the file has a hole of their size, so that a
    /// model larger than memory or disk can be made in an instant.
    pub with_values: bool,
    /// Which part of how many the file is, counted from 0; `None` for a model in one file.
    pub part: Option<[u16; 2]>,
    /// Seed of the weights.
    pub seed: u64,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            n_embd: 256,
            n_ff: 512,
            n_layer: 2,
            n_head: 4,
            n_head_kv: 2,
            n_ctx: 4096,
            with_template: true,
            architecture: "llama".into(),
            with_tensors: true,
            with_values: true,
            part: None,
            seed: 1,
        }
    }
}

/// ChatML, which most small instruct models speak.
const TEMPLATE: &str = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + \
    message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}\
    {{ '<|im_start|>assistant\\n' }}{% endif %}";

/// Writes the file, F32.
///
/// # Errors
/// The path cannot be written.
pub fn write(path: &Path, shape: &Shape) -> Result<(), Error> {
    let vocabulary = vocabulary();
    let tensors = if shape.with_tensors {
        tensors(shape, vocabulary.len())
    } else {
        Vec::new()
    };
    let n_values: usize = tensors
        .iter()
        .map(|(_, [columns, rows])| columns * rows)
        .sum();
    let held = if shape.with_values { n_values * 4 } else { 0 };
    let mut header = Header::new();
    metadata(&mut header, shape, &vocabulary);
    // SAFETY: the ggml context is made large enough for every tensor and the values it holds, every
    // pointer passed on lives for its call, and it is freed once, after the file is written.
    unsafe {
        if let Some([part, n]) = shape.part {
            sys::gguf_set_val_u16(header.context, c"split.no".as_ptr(), part);
            sys::gguf_set_val_u16(header.context, c"split.count".as_ptr(), n);
            let n_tensors = tensors.len() as i32;
            sys::gguf_set_val_i32(header.context, c"split.tensors.count".as_ptr(), n_tensors);
        }
        let context = sys::ggml_init(sys::ggml_init_params {
            mem_size: held + (tensors.len() + 1) * (sys::ggml_tensor_overhead() + 64),
            mem_buffer: std::ptr::null_mut(),
            no_alloc: !shape.with_values,
        });
        let mut random = Random(shape.seed);
        for (index, (name, size)) in tensors.iter().enumerate() {
            let tensor = new_tensor(context, name, *size);
            if shape
                .part
                .is_none_or(|[part, n]| index % usize::from(n) == usize::from(part))
            {
                sys::gguf_add_tensor(header.context, tensor);
            }
            if shape.with_values {
                fill(tensor, *size, &mut random);
            }
        }
        let written = header.write(path, !shape.with_values);
        sys::ggml_free(context);
        written?;
    }
    if !shape.with_values {
        let leave_hole = || -> std::io::Result<()> {
            let file = std::fs::OpenOptions::new().write(true).open(path)?;
            let header = file.metadata()?.len();
            // Each tensor begins at a multiple of 32 bytes.
            file.set_len(header + (n_values * 4 + tensors.len() * 32) as u64)
        };
        leave_hole()
            .map_err(|error| Error(format!("{}: cannot be written ({error})", path.display())))?;
    }
    Ok(())
}

/// Names and sizes (columns, rows) of a Llama's tensors; the output shares the embedding.
fn tensors(shape: &Shape, n_vocab: usize) -> Vec<(String, [usize; 2])> {
    let Shape { n_embd, n_ff, .. } = *shape;
    let n_kv = n_embd / shape.n_head * shape.n_head_kv;
    let mut all = vec![
        ("token_embd.weight".to_owned(), [n_embd, n_vocab]),
        ("output_norm.weight".to_owned(), [n_embd, 1]),
    ];
    for layer in 0..shape.n_layer {
        all.extend(
            [
                ("attn_norm", [n_embd, 1]),
                ("attn_q", [n_embd, n_embd]),
                ("attn_k", [n_embd, n_kv]),
                ("attn_v", [n_embd, n_kv]),
                ("attn_output", [n_embd, n_embd]),
                ("ffn_norm", [n_embd, 1]),
                ("ffn_gate", [n_embd, n_ff]),
                ("ffn_up", [n_embd, n_ff]),
                ("ffn_down", [n_ff, n_embd]),
            ]
            .map(|(name, size)| (format!("blk.{layer}.{name}.weight"), size)),
        );
    }
    all
}

unsafe fn new_tensor(
    context: *mut sys::ggml_context,
    name: &str,
    [columns, rows]: [usize; 2],
) -> *mut sys::ggml_tensor {
    let c_name = CString::new(name).expect("tensor names are ours");
    // SAFETY: the caller's context has room for the tensor.
    unsafe {
        let tensor = if rows == 1 {
            sys::ggml_new_tensor_1d(context, sys::GGML_TYPE_F32, columns as i64)
        } else {
            sys::ggml_new_tensor_2d(context, sys::GGML_TYPE_F32, columns as i64, rows as i64)
        };
        sys::ggml_set_name(tensor, c_name.as_ptr());
        tensor
    }
}

/// Ones for a norm, small random numbers for a matrix.
unsafe fn fill(tensor: *mut sys::ggml_tensor, [columns, rows]: [usize; 2], random: &mut Random) {
    // SAFETY: the caller's tensor has that many values of type f32.
    let values =
        unsafe { std::slice::from_raw_parts_mut((*tensor).data.cast::<f32>(), columns * rows) };
    let scale = 1.0 / (columns as f32).sqrt();
    for value in values {
        *value = if rows == 1 {
            1.0
        } else {
            random.uniform() * scale
        };
    }
}

fn metadata(header: &mut Header, shape: &Shape, vocabulary: &[(String, TokenType)]) {
    let arch = &shape.architecture;
    header.text("general.architecture", arch);
    header.text("general.name", "tiny");
    header.number("general.file_type", 0);
    for (key, value) in [
        ("context_length", shape.n_ctx),
        ("embedding_length", shape.n_embd as u32),
        ("feed_forward_length", shape.n_ff as u32),
        ("block_count", shape.n_layer as u32),
        ("attention.head_count", shape.n_head as u32),
        ("attention.head_count_kv", shape.n_head_kv as u32),
        ("rope.dimension_count", (shape.n_embd / shape.n_head) as u32),
    ] {
        header.number(&format!("{arch}.{key}"), value);
    }
    header.float(&format!("{arch}.attention.layer_norm_rms_epsilon"), 1e-5);
    header.vocabulary(vocabulary);
    header.number("tokenizer.ggml.bos_token_id", 1);
    header.number("tokenizer.ggml.eos_token_id", 2);
    if shape.with_template {
        header.text("tokenizer.chat_template", TEMPLATE);
    }
}

/// Control tokens, all bytes, and some syllables and words, so that Korean text has tokens of
/// every length: part of a syllable, a syllable, a word.
fn vocabulary() -> Vec<(String, TokenType)> {
    let mut all = header::first_tokens(&["<s>", "</s>", "<|im_start|>", "<|im_end|>"]);
    let words = [
        "▁고양이",
        "▁털",
        "▁이유",
        "습니다",
        "니다",
        "에서",
        "으로",
        "하는",
    ];
    all.extend(words.map(|word| (word.to_owned(), TokenType::Normal)));
    let common = "▁이다는을를의에가고하지도로서은기사대한나어시자리아라인그면만들수있것전정보일과주부제장해요원동성경안상";
    all.extend(common.chars().map(|c| (c.to_string(), TokenType::Normal)));
    all
}
