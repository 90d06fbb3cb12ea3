//! The engine on llama.cpp.

use super::{
    Buffers, Engine, Error, KvType, Model, ModelFile, Prediction, Row, Session, SessionSpec, Setup,
    Token, Vocabulary, Watched, activations, chat, clock, gguf, log, precision, predict, quantize,
    synthetic, vocabulary,
};
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::{KvCacheType, LlamaContextParams};
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::{LlamaBackendDeviceType, list_llama_ggml_backend_devices};
use llama_cpp_sys_2 as sys;
use reports::record::EngineInfo;
use std::cell::Cell;
use std::ffi::CStr;
use std::num::NonZeroU32;
use std::path::Path;

/// Versions of the pinned bindings, as in the workspace's `Cargo.toml`; a test compares them.
const BINDINGS: &str = "llama-cpp-2 0.1.160, llama-cpp-sys-2 0.1.161";

/// llama.cpp, initialised. One per process.
pub struct Llama {
    backend: LlamaBackend,
}

impl Llama {
    /// Initialises llama.cpp and takes over its log.
    ///
    /// # Errors
    /// It was initialised in this process before.
    pub fn new() -> Result<Self, Error> {
        log::install();
        let backend = LlamaBackend::init()
            .map_err(|error| Error(format!("llama.cpp cannot be initialised: {error}")))?;
        Ok(Self { backend })
    }
}

impl Engine for Llama {
    fn info(&self) -> EngineInfo {
        // SAFETY: both return NUL-terminated texts that live as long as the process.
        let (version, system) = unsafe {
            (
                CStr::from_ptr(sys::llama_version()).to_string_lossy(),
                CStr::from_ptr(sys::llama_print_system_info()).to_string_lossy(),
            )
        };
        EngineInfo {
            name: "llama.cpp".into(),
            version: version.into_owned(),
            bindings: BINDINGS.into(),
            backend: accelerators()
                .first()
                .map_or_else(|| "CPU".into(), |device| device.0.clone()),
            simd: switched_on(&system),
        }
    }

    fn describe(&self, path: &Path) -> Result<ModelFile, Error> {
        gguf::describe(path)
    }

    fn predict(
        &self,
        path: &Path,
        setup: Setup,
        specs: &[SessionSpec],
    ) -> Result<Vec<Prediction>, Error> {
        predict::predict(path, setup, specs)
    }

    fn convert(
        &self,
        from: &Path,
        to: &Path,
        precision: &str,
        n_threads: u32,
    ) -> Result<u64, Error> {
        let precision = precision::Precision::parse(precision).map_err(Error)?;
        clock::inside(|| quantize::convert(from, to, &precision, n_threads))
    }

    fn generate(
        &self,
        to: &Path,
        plan: &synthetic::Plan,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<u64, Error> {
        synthetic::write(to, plan, progress)
    }

    fn load(&self, path: &Path, setup: Setup) -> Result<Box<dyn Model + '_>, Error> {
        let device_before = device_used();
        log::clear();
        let params = LlamaModelParams::default().with_n_gpu_layers(setup.n_gpu_layers);
        let model = clock::inside(|| LlamaModel::load_from_file(&self.backend, path, &params))
            .map_err(|_| load_error(path))?;
        let lines = log::lines();
        let buffers = Buffers {
            model_bytes: log::sum_mib(&lines, "model buffer size"),
            ..Buffers::default()
        };
        Ok(Box::new(Loaded {
            backend: &self.backend,
            model,
            setup,
            buffers: Cell::new(buffers),
            device_before,
        }))
    }

    fn vocabulary(&self, path: &Path) -> Result<Box<dyn Vocabulary + '_>, Error> {
        Ok(Box::new(vocabulary::Loaded::load(&self.backend, path)?))
    }

    fn watch(
        &self,
        path: &Path,
        setup: Setup,
        spec: &SessionSpec,
    ) -> Result<Box<dyn Watched + '_>, Error> {
        Ok(Box::new(activations::Watching::load(path, setup, spec)?))
    }
}

struct Loaded<'e> {
    backend: &'e LlamaBackend,
    model: LlamaModel,
    setup: Setup,
    buffers: Cell<Buffers>,
    device_before: Option<u64>,
}

impl Model for Loaded<'_> {
    fn n_vocab(&self) -> usize {
        usize::try_from(self.model.n_vocab()).unwrap_or(0)
    }

    fn n_ctx_train(&self) -> u32 {
        self.model.n_ctx_train()
    }

    fn tokenize(&self, text: &[u8], add_special: bool, parse_special: bool) -> Vec<Token> {
        let tokens = clock::inside(|| {
            self.model
                .vocab()
                .tokenize(text, add_special, parse_special)
        });
        tokens.into_iter().map(|token| token.0).collect()
    }

    fn piece(&self, token: Token, special: bool) -> Vec<u8> {
        self.model
            .vocab()
            .token_to_piece(LlamaToken(token), special, None)
    }

    fn is_end(&self, token: Token) -> bool {
        self.model.vocab().is_eog(LlamaToken(token))
    }

    fn bos_wanted(&self) -> Option<Token> {
        let vocab = self.model.vocab();
        vocab.should_add_bos().then(|| vocab.bos().0)
    }

    fn wants_eos(&self) -> bool {
        self.model.vocab().should_add_eos()
    }

    fn template(&self) -> Option<chat::Template> {
        let source = self.model.chat_template(None).ok()?.to_string().ok()?;
        let vocab = self.model.vocab();
        let text = |token: LlamaToken| {
            // A vocabulary without the token names it -1, which has no text.
            if token.0 < 0 {
                return String::new();
            }
            String::from_utf8_lossy(&vocab.token_to_piece(token, true, None)).into_owned()
        };
        Some(chat::Template {
            source,
            bos: text(vocab.bos()),
            eos: text(vocab.eos()),
        })
    }

    fn session(&self, spec: &SessionSpec) -> Result<Box<dyn Session + '_>, Error> {
        log::clear();
        let context = clock::inside(|| {
            self.model
                .new_context(self.backend, context_params(spec, self.setup))
        })
        .map_err(|_| context_error(spec))?;
        let lines = log::lines();
        let seen = self.buffers.get();
        self.buffers.set(Buffers {
            model_bytes: seen.model_bytes,
            kv_bytes: seen.kv_bytes.max(kv_bytes(&lines)),
            compute_bytes: seen.compute_bytes.max(
                log::sum_mib(&lines, "compute buffer size")
                    + log::sum_mib(&lines, "output buffer size"),
            ),
        });
        Ok(Box::new(Context {
            context,
            batch: LlamaBatch::new(spec.n_batch as usize, 1),
        }))
    }

    fn buffers(&self) -> Buffers {
        self.buffers.get()
    }

    fn device_bytes(&self) -> Option<u64> {
        Some(device_used()?.saturating_sub(self.device_before?))
    }
}

struct Context<'m> {
    context: LlamaContext<'m>,
    batch: LlamaBatch<'static>,
}

impl Session for Context<'_> {
    fn decode(&mut self, rows: &[Row]) -> Result<(), Error> {
        clock::inside(|| {
            self.batch.clear();
            for row in rows {
                let (pos, seq) = (row.pos as i32, row.seq as i32);
                self.batch
                    .add(LlamaToken(row.token), pos, &[seq], row.logits)
                    .map_err(|error| Error(format!("{} rows in one batch: {error}", rows.len())))?;
            }
            self.context
                .decode(&mut self.batch)
                .map_err(|error| Error(format!("llama.cpp could not evaluate a batch: {error}")))
        })
    }

    fn logits(&self, row: usize) -> Result<&[f32], Error> {
        // The binding panics on a row without logits; that row was this crate's choice, and
        // `decode` was told of it.
        Ok(clock::inside(|| self.context.get_logits_ith(row as i32)))
    }

    fn synchronize(&self) {
        clock::inside(|| self.context.synchronize());
    }

    fn clear(&mut self) {
        clock::inside(|| self.context.clear_kv_cache());
    }

    fn truncate(&mut self, seq: u32, from: u32) -> bool {
        clock::inside(|| {
            self.context
                .clear_kv_cache_seq(Some(seq), Some(from), None)
                .unwrap_or(false)
        })
    }
}

/// As llama-bench and llama-perplexity set a context where `setup` does not say otherwise: F16 KV
/// cache, one stream per sequence, flash attention where the back end has it.
fn context_params(spec: &SessionSpec, setup: Setup) -> LlamaContextParams {
    let n_threads = i32::try_from(spec.n_threads).unwrap_or(i32::MAX);
    LlamaContextParams::default()
        .with_n_ctx(NonZeroU32::new(spec.n_ctx))
        .with_n_seq_max(spec.n_seq)
        .with_n_batch(spec.n_batch)
        .with_n_ubatch(spec.n_ubatch)
        .with_n_threads(n_threads)
        .with_n_threads_batch(n_threads)
        .with_kv_unified(false)
        .with_type_k(kv_cache_type(setup.kv))
        .with_type_v(kv_cache_type(setup.kv))
        .with_flash_attention_policy(flash_attention(setup))
}

fn kv_cache_type(kv: KvType) -> KvCacheType {
    match kv {
        KvType::F32 => KvCacheType::F32,
        KvType::F16 => KvCacheType::F16,
        KvType::Bf16 => KvCacheType::BF16,
        KvType::Q8_0 => KvCacheType::Q8_0,
    }
}

fn flash_attention(setup: Setup) -> sys::llama_flash_attn_type {
    match setup.flash_attention {
        None => sys::LLAMA_FLASH_ATTN_TYPE_AUTO,
        Some(true) => sys::LLAMA_FLASH_ATTN_TYPE_ENABLED,
        Some(false) => sys::LLAMA_FLASH_ATTN_TYPE_DISABLED,
    }
}

/// The same for the raw interface, with the compute buffer no larger than what will be touched.
pub(super) fn raw_context_params(spec: &SessionSpec, setup: Setup) -> sys::llama_context_params {
    let n_threads = i32::try_from(spec.n_threads).unwrap_or(i32::MAX);
    // SAFETY: returns plain data.
    let mut params = unsafe { sys::llama_context_default_params() };
    params.n_ctx = spec.n_ctx;
    params.n_seq_max = spec.n_seq;
    params.n_batch = spec.n_batch;
    params.n_ubatch = spec.n_ubatch;
    params.n_threads = n_threads;
    params.n_threads_batch = n_threads;
    params.kv_unified = false;
    params.type_k = kv_cache_type(setup.kv).into();
    params.type_v = kv_cache_type(setup.kv).into();
    params.flash_attn_type = flash_attention(setup);
    params.n_outputs_max = spec.n_outputs.min(spec.n_ubatch);
    params
}

pub(super) fn load_error(path: &Path) -> Error {
    let reason = log::reason().unwrap_or_else(|| "llama.cpp gave no reason".into());
    Error(format!(
        "{}: llama.cpp cannot load it: {reason}",
        path.display()
    ))
}

pub(super) fn context_error(spec: &SessionSpec) -> Error {
    let reason = log::reason().unwrap_or_else(|| "llama.cpp gave no reason".into());
    Error(format!(
        "no context of {} tokens for {} sequences could be made: {reason}",
        spec.n_ctx, spec.n_seq
    ))
}

/// KV cache and recurrent state, as the engine reports their sizes.
pub(super) fn kv_bytes(lines: &[log::Line]) -> u64 {
    ["llama_kv_cache: size", "llama_memory_recurrent: size"]
        .iter()
        .map(|marker| log::sum_mib(lines, marker))
        .sum()
}

/// Back end and description of every device that is not the CPU.
pub fn accelerators() -> Vec<(String, String)> {
    list_llama_ggml_backend_devices()
        .into_iter()
        .filter(|device| is_accelerator(device.device_type))
        .map(|device| (device.backend, device.description))
        .collect()
}

fn is_accelerator(kind: LlamaBackendDeviceType) -> bool {
    matches!(
        kind,
        LlamaBackendDeviceType::Gpu | LlamaBackendDeviceType::IntegratedGpu
    )
}

/// Memory in use on all accelerators together, by whomever; `None` where there is none.
fn device_used() -> Option<u64> {
    let devices = list_llama_ggml_backend_devices();
    let mut gpus = devices
        .iter()
        .filter(|device| is_accelerator(device.device_type))
        .peekable();
    gpus.peek()?;
    Some(
        gpus.map(|device| device.memory_total.saturating_sub(device.memory_free) as u64)
            .sum(),
    )
}

/// The features that `llama_print_system_info` shows with `= 1`.
fn switched_on(system: &str) -> Vec<String> {
    system
        .split(['|', ':'])
        .filter_map(|part| part.trim().strip_suffix(" = 1"))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simd_features_are_the_ones_switched_on() {
        let system = "CPU : SSE3 = 1 | AVX2 = 0 | AVX512 = 1 | OPENMP = 1 | ";
        assert_eq!(switched_on(system), ["SSE3", "AVX512", "OPENMP"]);
    }

    #[test]
    fn the_named_bindings_are_the_pinned_ones() {
        let manifest = include_str!("../../../Cargo.toml");
        for binding in BINDINGS.split(", ") {
            let (name, version) = binding.split_once(' ').unwrap();
            let pin = format!("{name} = {{ version = \"={version}\"");
            assert!(
                manifest.contains(&pin),
                "{binding} is not what Cargo.toml pins"
            );
        }
    }
}
