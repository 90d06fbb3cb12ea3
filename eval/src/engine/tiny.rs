//! A tiny Llama-shaped GGUF with random weights, so that tests and benchmarks have a real model
//! file without a download. Its answers mean nothing; its tensors, vocabulary and template are real.

use super::{Error, gguf::c_path};
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

const CONTROL: i32 = 3;
const BYTE: i32 = 6;
const NORMAL: i32 = 1;

/// Writes the file, F32.
///
/// # Errors
/// The path cannot be written.
pub fn write(path: &Path, shape: &Shape) -> Result<(), Error> {
    let c_path = c_path(path)?;
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
    // SAFETY: the ggml context is made large enough for every tensor and the values it holds, every
    // pointer passed on lives for its call, and both contexts are freed once, after the file is written.
    let written = unsafe {
        let gguf = sys::gguf_init_empty();
        set_metadata(gguf, shape, &vocabulary);
        if let Some([part, n]) = shape.part {
            sys::gguf_set_val_u16(gguf, c"split.no".as_ptr(), part);
            sys::gguf_set_val_u16(gguf, c"split.count".as_ptr(), n);
            let n_tensors = tensors.len() as i32;
            sys::gguf_set_val_i32(gguf, c"split.tensors.count".as_ptr(), n_tensors);
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
                sys::gguf_add_tensor(gguf, tensor);
            }
            if shape.with_values {
                fill(tensor, *size, &mut random);
            }
        }
        let written = sys::gguf_write_to_file(gguf, c_path.as_ptr(), !shape.with_values);
        sys::ggml_free(context);
        sys::gguf_free(gguf);
        written
    };
    let cannot = || Error(format!("{}: cannot be written", path.display()));
    if !written {
        return Err(cannot());
    }
    if !shape.with_values {
        let leave_hole = || -> std::io::Result<()> {
            let file = std::fs::OpenOptions::new().write(true).open(path)?;
            let header = file.metadata()?.len();
            // Each tensor begins at a multiple of 32 bytes.
            file.set_len(header + (n_values * 4 + tensors.len() * 32) as u64)
        };
        leave_hole().map_err(|_| cannot())?;
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

unsafe fn set_metadata(gguf: *mut sys::gguf_context, shape: &Shape, vocabulary: &[(String, i32)]) {
    let arch = &shape.architecture;
    let text = |key: &str, value: &str| {
        let (key, value) = (CString::new(key).unwrap(), CString::new(value).unwrap());
        // SAFETY: gguf copies both texts; the caller's context is open.
        unsafe { sys::gguf_set_val_str(gguf, key.as_ptr(), value.as_ptr()) };
    };
    let number = |key: &str, value: u32| {
        let key = CString::new(key).unwrap();
        // SAFETY: gguf copies the key; the caller's context is open.
        unsafe { sys::gguf_set_val_u32(gguf, key.as_ptr(), value) };
    };
    text("general.architecture", arch);
    text("general.name", "tiny");
    number("general.file_type", 0);
    number(&format!("{arch}.context_length"), shape.n_ctx);
    number(&format!("{arch}.embedding_length"), shape.n_embd as u32);
    number(&format!("{arch}.feed_forward_length"), shape.n_ff as u32);
    number(&format!("{arch}.block_count"), shape.n_layer as u32);
    number(&format!("{arch}.attention.head_count"), shape.n_head as u32);
    number(
        &format!("{arch}.attention.head_count_kv"),
        shape.n_head_kv as u32,
    );
    number(
        &format!("{arch}.rope.dimension_count"),
        (shape.n_embd / shape.n_head) as u32,
    );
    let epsilon = CString::new(format!("{arch}.attention.layer_norm_rms_epsilon")).unwrap();
    // SAFETY: gguf copies the key; the caller's context is open.
    unsafe { sys::gguf_set_val_f32(gguf, epsilon.as_ptr(), 1e-5) };
    text("tokenizer.ggml.model", "llama");
    number("tokenizer.ggml.bos_token_id", 1);
    number("tokenizer.ggml.eos_token_id", 2);
    if shape.with_template {
        text("tokenizer.chat_template", TEMPLATE);
    }
    // SAFETY: the caller's context is open.
    unsafe { set_vocabulary(gguf, vocabulary) };
}

unsafe fn set_vocabulary(gguf: *mut sys::gguf_context, vocabulary: &[(String, i32)]) {
    let texts: Vec<CString> = vocabulary
        .iter()
        .map(|(text, _)| CString::new(text.as_str()).expect("tokens are ours"))
        .collect();
    let mut pointers: Vec<_> = texts.iter().map(|text| text.as_ptr()).collect();
    let scores: Vec<f32> = (0..vocabulary.len()).map(|id| -(id as f32)).collect();
    let types: Vec<i32> = vocabulary.iter().map(|(_, kind)| *kind).collect();
    let n = vocabulary.len();
    // SAFETY: the arrays have `n` elements of the stated types, and gguf copies them.
    unsafe {
        sys::gguf_set_arr_str(
            gguf,
            c"tokenizer.ggml.tokens".as_ptr(),
            pointers.as_mut_ptr(),
            n,
        );
        sys::gguf_set_arr_data(
            gguf,
            c"tokenizer.ggml.scores".as_ptr(),
            sys::GGUF_TYPE_FLOAT32,
            scores.as_ptr().cast(),
            n,
        );
        sys::gguf_set_arr_data(
            gguf,
            c"tokenizer.ggml.token_type".as_ptr(),
            sys::GGUF_TYPE_INT32,
            types.as_ptr().cast(),
            n,
        );
    }
}

/// Control tokens, all bytes, and some syllables and words, so that Korean text has tokens of
/// every length: part of a syllable, a syllable, a word.
fn vocabulary() -> Vec<(String, i32)> {
    let mut all: Vec<(String, i32)> = ["<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>"]
        .map(|text| (text.to_owned(), CONTROL))
        .into();
    all[0].1 = 2; // "unknown" is a type of its own
    all.extend((0..=255u8).map(|byte| (format!("<0x{byte:02X}>"), BYTE)));
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
    all.extend(words.map(|word| (word.to_owned(), NORMAL)));
    let common = "▁이다는을를의에가고하지도로서은기사대한나어시자리아라인그면만들수있것전정보일과주부제장해요원동성경안상";
    all.extend(common.chars().map(|c| (c.to_string(), NORMAL)));
    all
}

/// SplitMix64: enough for weights that are neither zero nor alike.
struct Random(u64);

impl Random {
    /// A number from −1 to 1.
    fn uniform(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        (z >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }
}
