//! Looking at every value that llama.cpp computes: a model and a context of their own through its raw
//! interface, since the bindings do not offer the scheduler's evaluation callback.

use super::dequantise::Decoder;
use super::{Error, KvType, SessionSpec, Setup, Token, Watched, clock, gguf, llama, log};
use llama_cpp_sys_2 as sys;
use reports::record::ActivationRange;
use std::collections::HashMap;
use std::ffi::{CStr, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Bytes that are copied and looked at at a time.
const PIECE: usize = 1 << 20;

/// The bits of 65,520: from this magnitude on a cast to F16, whose largest number is 65,504, rounds to
/// infinity.
const OVERFLOWS: u32 = 0x477f_f000;
const INFINITY: u32 = 0x7f80_0000;

/// How a model is set up to be looked at. Flash attention would keep the scores of attention to itself.
/// A KV cache of 16 bits would cut keys and values off before they are used, and llama.cpp takes no
/// quantised one without flash attention.
#[must_use]
pub fn setup(setup: Setup) -> Setup {
    Setup {
        kv: KvType::F32,
        flash_attention: Some(false),
        ..setup
    }
}

/// A model and a context whose values are looked at.
pub(super) struct Watching {
    // Freed before the model that it is of, and before what its callback writes to.
    context: RawContext,
    model: RawModel,
    seen: Arc<Mutex<Seen>>,
    n_batch: usize,
}

impl Watching {
    /// Loads the weights and makes the context, set up as `setup` says.
    pub(super) fn load(path: &Path, setup: Setup, spec: &SessionSpec) -> Result<Self, Error> {
        log::install();
        let model = RawModel::load(path, setup.n_gpu_layers)?;
        let seen = Arc::new(Mutex::new(Seen::default()));
        let context = RawContext::new(&model, spec, setup, &seen)?;
        Ok(Self {
            context,
            model,
            seen,
            n_batch: spec.n_batch as usize,
        })
    }
}

impl Watched for Watching {
    fn tokenize(&self, text: &[u8]) -> Vec<Token> {
        clock::inside(|| self.model.tokenize(text))
    }

    fn bos_wanted(&self) -> Option<Token> {
        let vocab = self.model.vocab();
        // SAFETY: the vocabulary lives as long as the model.
        unsafe { sys::llama_vocab_get_add_bos(vocab).then(|| sys::llama_vocab_bos(vocab)) }
    }

    fn evaluate(&mut self, tokens: &[Token]) -> Result<(), Error> {
        clock::inside(|| {
            self.context.forget();
            for part in tokens.chunks(self.n_batch) {
                self.context.decode(part)?;
            }
            Ok::<(), Error>(())
        })?;
        // A panic in the callback ends the looking but not the evaluation; it poisons the lock.
        let mut seen = self.seen.lock().map_err(|_| {
            Error("a value of the model could not be looked at; this is a bug in hanbench".into())
        })?;
        seen.n_tokens += tokens.len() as u64;
        Ok(())
    }

    fn seen(&self) -> Vec<ActivationRange> {
        let Ok(seen) = self.seen.lock() else {
            return Vec::new();
        };
        seen.tallies
            .iter()
            .map(|t| t.range(seen.n_tokens))
            .collect()
    }
}

/// A loaded model.
struct RawModel(*mut sys::llama_model);

impl RawModel {
    fn load(path: &Path, n_gpu_layers: u32) -> Result<Self, Error> {
        let c_path = gguf::c_path(path)?;
        log::clear();
        // SAFETY: the defaults are plain data, the path is NUL-terminated and outlives the call.
        let model = clock::inside(|| unsafe {
            let mut params = sys::llama_model_default_params();
            params.n_gpu_layers = i32::try_from(n_gpu_layers).unwrap_or(i32::MAX);
            sys::llama_model_load_from_file(c_path.as_ptr(), params)
        });
        match model.is_null() {
            true => Err(llama::load_error(path)),
            false => Ok(Self(model)),
        }
    }

    fn vocab(&self) -> *const sys::llama_vocab {
        // SAFETY: the model is open for as long as `self`.
        unsafe { sys::llama_model_get_vocab(self.0) }
    }

    fn tokenize(&self, text: &[u8]) -> Vec<Token> {
        // No token is shorter than a byte, but a space and special tokens may be added.
        let mut tokens = vec![0; text.len() + 16];
        loop {
            // SAFETY: text and tokens are as long as is said.
            let n = unsafe {
                sys::llama_tokenize(
                    self.vocab(),
                    text.as_ptr().cast(),
                    i32::try_from(text.len()).unwrap_or(i32::MAX),
                    tokens.as_mut_ptr(),
                    i32::try_from(tokens.len()).unwrap_or(i32::MAX),
                    true,
                    false,
                )
            };
            match usize::try_from(n) {
                Ok(n) => {
                    tokens.truncate(n);
                    return tokens;
                }
                // Too little room: the negative of what it takes.
                Err(_) => tokens.resize(n.unsigned_abs() as usize, 0),
            }
        }
    }
}

impl Drop for RawModel {
    fn drop(&mut self) {
        // SAFETY: loaded once, freed once; the context was dropped before.
        unsafe { sys::llama_model_free(self.0) };
    }
}

/// A context that shows each value that it computes to a [`Seen`].
struct RawContext(*mut sys::llama_context);

impl RawContext {
    fn new(
        model: &RawModel,
        spec: &SessionSpec,
        setup: Setup,
        seen: &Arc<Mutex<Seen>>,
    ) -> Result<Self, Error> {
        let mut params = llama::raw_context_params(spec, setup);
        params.cb_eval = Some(look);
        params.cb_eval_user_data = Arc::as_ptr(seen).cast_mut().cast();
        log::clear();
        // SAFETY: model and `seen` are kept by the owner of the context for longer than the context.
        let context = clock::inside(|| unsafe { sys::llama_init_from_model(model.0, params) });
        match context.is_null() {
            true => Err(llama::context_error(spec)),
            false => Ok(Self(context)),
        }
    }

    fn forget(&mut self) {
        // SAFETY: the context is open for as long as `self`. A model without memory has a null
        // pointer there, which llama.cpp passes over.
        unsafe { sys::llama_memory_clear(sys::llama_get_memory(self.0), true) };
    }

    /// Evaluates tokens behind those before. Every position is asked for logits: of the others
    /// llama.cpp leaves out the end of the last layer.
    fn decode(&mut self, tokens: &[Token]) -> Result<(), Error> {
        let mut tokens = tokens.to_vec();
        let mut logits = vec![1_i8; tokens.len()];
        let batch = sys::llama_batch {
            n_tokens: i32::try_from(tokens.len()).unwrap_or(i32::MAX),
            token: tokens.as_mut_ptr(),
            embd: std::ptr::null_mut(),
            // Null: one sequence, each token behind the last.
            pos: std::ptr::null_mut(),
            n_seq_id: std::ptr::null_mut(),
            seq_id: std::ptr::null_mut(),
            logits: logits.as_mut_ptr().cast(),
        };
        log::clear();
        // SAFETY: both arrays have `n_tokens` elements and outlive the calls.
        let status = unsafe {
            let status = sys::llama_decode(self.0, batch);
            sys::llama_synchronize(self.0);
            status
        };
        if status == 0 {
            return Ok(());
        }
        let reason = log::reason().unwrap_or_else(|| format!("status {status}"));
        Err(Error(format!(
            "llama.cpp could not evaluate a batch: {reason}"
        )))
    }
}

impl Drop for RawContext {
    fn drop(&mut self) {
        // SAFETY: made once, freed once.
        unsafe { sys::llama_free(self.0) };
    }
}

/// What llama.cpp asks (`wants` true) before it computes a node, and then calls with the node computed.
unsafe extern "C" fn look(node: *mut sys::ggml_tensor, wants: bool, seen: *mut c_void) -> bool {
    // SAFETY: `seen` is the mutex that the context was made with, which outlives it; the node lives
    // for the call.
    let looked = catch_unwind(AssertUnwindSafe(|| unsafe {
        let node = &*node;
        if wants {
            return is_computed(node);
        }
        let seen = &*seen.cast_const().cast::<Mutex<Seen>>();
        match seen.lock() {
            Ok(mut seen) => {
                seen.add(node);
                true
            }
            Err(_) => false,
        }
    }));
    looked.unwrap_or(false)
}

/// Whether a node holds values that were computed for it: views show those of others, a store into the
/// KV cache is a view of all of the cache, and the branches of a graph that were not selected stand in it
/// without being computed.
fn is_computed(node: &sys::ggml_tensor) -> bool {
    let is_selected = node.flags & sys::GGML_TENSOR_FLAG_COMPUTE as i32 != 0;
    let is_float = matches!(
        node.type_,
        sys::GGML_TYPE_F32 | sys::GGML_TYPE_F16 | sys::GGML_TYPE_BF16
    );
    let is_view = matches!(
        node.op,
        sys::GGML_OP_NONE
            | sys::GGML_OP_VIEW
            | sys::GGML_OP_RESHAPE
            | sys::GGML_OP_PERMUTE
            | sys::GGML_OP_TRANSPOSE
    );
    let is_store =
        matches!(node.op, sys::GGML_OP_SET_ROWS | sys::GGML_OP_CPY) && !node.view_src.is_null();
    is_selected && is_float && !is_view && !is_store
}

/// What was seen of each kind of node in each layer, in the order in which they were computed first.
#[derive(Default)]
struct Seen {
    tallies: Vec<Tally>,
    /// The tally of a node by the names of node and operation.
    places: HashMap<(Vec<u8>, sys::ggml_op), usize>,
    n_tokens: u64,
    bytes: Vec<u8>,
    values: Vec<f32>,
}

impl Seen {
    /// Counts the values of a computed node.
    ///
    /// # Safety
    /// The node's data is there.
    unsafe fn add(&mut self, node: &sys::ggml_tensor) {
        let Some(decoder) = Decoder::of(node.type_) else {
            return;
        };
        // SAFETY: as the caller says.
        let index = unsafe { self.place(node) };
        let (bytes, values) = (&mut self.bytes, &mut self.values);
        let tally = &mut self.tallies[index];
        for run in Runs::of(node) {
            for begin in (run.begin..run.end).step_by(PIECE) {
                let n_bytes = PIECE.min(run.end - begin);
                bytes.resize(n_bytes, 0);
                values.resize(n_bytes / decoder.block_bytes, 0.0);
                // SAFETY: the piece lies within the node's data; the buffer is as long. It copies
                // from whatever device the data is on.
                unsafe {
                    sys::ggml_backend_tensor_get(node, bytes.as_mut_ptr().cast(), begin, n_bytes);
                }
                decoder.decode(bytes, values);
                tally.add(values);
            }
        }
    }

    /// # Safety
    /// The node is whole.
    unsafe fn place(&mut self, node: &sys::ggml_tensor) -> usize {
        // SAFETY: both are NUL-terminated and live as long as the node.
        let (name, operation) =
            unsafe { (CStr::from_ptr(node.name.as_ptr()), sys::ggml_op_desc(node)) };
        let key = (name.to_bytes().to_vec(), node.op);
        if let Some(&index) = self.places.get(&key) {
            return index;
        }
        // SAFETY: a static text.
        let operation = unsafe { CStr::from_ptr(operation) }.to_string_lossy();
        let (node, layer) = kind(&name.to_string_lossy(), &operation);
        let known = |tally: &Tally| (&tally.node, tally.layer) == (&node, layer);
        let index = self.tallies.iter().position(known).unwrap_or_else(|| {
            self.tallies.push(Tally {
                node: node.clone(),
                layer,
                ..Tally::default()
            });
            self.tallies.len() - 1
        });
        self.places.insert(key, index);
        index
    }
}

/// What kind of node a name stands for, and in which layer: `ffn_out-3` is `ffn_out` in layer 3. What
/// ggml makes of it by itself has a word behind it, `ffn_out-3 (copy)`. A node that nobody named is
/// called by its operation; which layer it is of cannot be told.
fn kind(name: &str, operation: &str) -> (String, Option<u32>) {
    let name = name.split(" (").next().unwrap_or_default();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if name.is_empty() || name.strip_prefix("node_").is_some_and(is_number) {
        return (log::escape(operation), None);
    }
    match name.rsplit_once('-') {
        Some((node, layer)) if !node.is_empty() && is_number(layer) => {
            (log::escape(node), layer.parse().ok())
        }
        _ => (log::escape(name), None),
    }
}

/// The bytes of a node's values as they lie: in one run where it is contiguous, else in one for each
/// row, or for each value where rows have gaps too.
struct Runs {
    sizes: [usize; 4],
    strides: [usize; 4],
    /// Values in a run.
    length: usize,
    n_values: usize,
    value_bytes: usize,
    next: usize,
}

/// From the first byte of a run to the one behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    begin: usize,
    end: usize,
}

impl Runs {
    fn of(node: &sys::ggml_tensor) -> Self {
        let sizes = node.ne.map(|n| usize::try_from(n).unwrap_or(0));
        let n_values = sizes.iter().product();
        // SAFETY: the node's type is one of ggml's.
        let value_bytes = unsafe { sys::ggml_type_size(node.type_) };
        // SAFETY: only shape and strides are read.
        let length = if unsafe { sys::ggml_is_contiguous(node) } {
            n_values
        } else if node.nb[0] == value_bytes {
            sizes[0]
        } else {
            1
        };
        Self {
            sizes,
            strides: node.nb,
            length,
            n_values,
            value_bytes,
            next: 0,
        }
    }
}

impl Iterator for Runs {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        if self.next >= self.n_values {
            return None;
        }
        let (mut rest, mut begin) = (self.next, 0);
        for (size, stride) in self.sizes.iter().zip(self.strides) {
            begin += rest % size * stride;
            rest /= size;
        }
        self.next += self.length;
        let end = begin + self.length * self.value_bytes;
        Some(Run { begin, end })
    }
}

/// What was seen of one kind of node in one layer.
#[derive(Default)]
struct Tally {
    node: String,
    layer: Option<u32>,
    n: u64,
    /// The bits of the largest finite magnitude: magnitudes are ordered as their bits are.
    largest: u32,
    overflow: u64,
    nan: u64,
    inf: u64,
}

impl Tally {
    fn add(&mut self, values: &[f32]) {
        self.n += values.len() as u64;
        // Counts of a piece fit 32 bits, and without branches the loop takes many values at once.
        let (mut largest, mut overflow, mut nan, mut inf) = (0_u32, 0_u32, 0_u32, 0_u32);
        for value in values {
            let bits = value.abs().to_bits();
            let finite = bits < INFINITY;
            largest = largest.max(if finite { bits } else { 0 });
            overflow += u32::from(finite & (bits >= OVERFLOWS));
            inf += u32::from(bits == INFINITY);
            nan += u32::from(bits > INFINITY);
        }
        self.largest = self.largest.max(largest);
        self.overflow += u64::from(overflow);
        self.nan += u64::from(nan);
        self.inf += u64::from(inf);
    }

    fn range(&self, n_tokens: u64) -> ActivationRange {
        let has_finite = self.n > self.nan + self.inf;
        ActivationRange {
            node: self.node.clone(),
            layer: self.layer,
            n: self.n,
            max_abs: has_finite.then(|| f64::from(f32::from_bits(self.largest))),
            overflow: self.overflow,
            nan: self.nan,
            inf: self.inf,
            n_tokens,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers;

    #[test]
    fn names_are_kind_and_layer() {
        let of = |name| kind(name, "MUL_MAT");
        assert_eq!(of("ffn_out-3"), ("ffn_out".into(), Some(3)));
        assert_eq!(of("kqv_out-12 (cont)"), ("kqv_out".into(), Some(12)));
        assert_eq!(of("result_output"), ("result_output".into(), None));
        assert_eq!(of("node_17"), ("MUL_MAT".into(), None));
        assert_eq!(of(""), ("MUL_MAT".into(), None));
        assert_eq!(of("node_x-1"), ("node_x".into(), Some(1)));
        assert_eq!(of("odd-"), ("odd-".into(), None));
    }

    #[test]
    fn values_are_counted_as_the_weights_are() {
        let values = [
            0.0,
            -65_519.99,
            65_519.99,
            65_520.0,
            -1e30,
            f32::NAN,
            -f32::NAN,
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::MIN_POSITIVE,
        ];
        let (mut tally, mut weights) = (Tally::default(), numbers::Tally::default());
        tally.add(&values);
        weights.add(&values);
        let range = tally.range(7);
        assert_eq!((range.overflow, range.nan, range.inf), (2, 2, 2));
        assert_eq!(range.overflow, weights.f16.overflow);
        assert_eq!(range.max_abs, weights.max_abs().map(f64::from));
        assert_eq!((range.n, range.n_tokens), (10, 7));
        let mut none = Tally::default();
        none.add(&[f32::NAN, f32::INFINITY]);
        assert_eq!(none.range(1).max_abs, None);
    }

    /// Runs of 2 × 3 values of `type_` with these strides.
    fn runs(type_: sys::ggml_type, strides: [usize; 2]) -> Vec<(usize, usize)> {
        // SAFETY: a tensor is plain data, and only shape, type and strides are read.
        let mut node: sys::ggml_tensor = unsafe { std::mem::zeroed() };
        node.type_ = type_;
        node.ne = [2, 3, 1, 1];
        let all = 3 * strides[1];
        node.nb = [strides[0], strides[1], all, all];
        Runs::of(&node).map(|run| (run.begin, run.end)).collect()
    }

    #[test]
    fn gaps_between_values_are_not_read() {
        assert_eq!(runs(sys::GGML_TYPE_F32, [4, 8]), [(0, 24)]);
        assert_eq!(
            runs(sys::GGML_TYPE_F32, [4, 20]),
            [(0, 8), (20, 28), (40, 48)]
        );
        assert_eq!(
            runs(sys::GGML_TYPE_F16, [6, 2]),
            [(0, 2), (6, 8), (2, 4), (8, 10), (4, 6), (10, 12)]
        );
    }
}
