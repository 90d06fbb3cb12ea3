//! What a model will need in memory, told before its weights are loaded.
//!
//! llama.cpp can build a model and its contexts without allocating tensors (`no_alloc`); what that
//! leaves resident is the vocabulary, the graph and our own program. To that come the weights (the
//! whole file is mapped, and the CPU back end keeps a repacked copy of the tensors it has faster
//! kernels for), the KV cache, and the compute buffer for as many rows of logits as are asked for.

use super::kv::Kv;
use super::{Error, KvType, Prediction, SessionSpec, Setup, clock, gguf, llama, log, os};
use crate::sources::split;
use llama_cpp_sys_2 as sys;
use std::path::Path;
use std::ptr;

/// Beyond this many tokens in one context the engine's bookkeeping of them alone takes gigabytes,
/// and asking it would be the accident that the prediction is to prevent.
const MOST_TOKENS: u32 = 1 << 24;

/// Peak memory for each of `specs`, in the same order.
pub(super) fn predict(
    path: &Path,
    setup: Setup,
    specs: &[SessionSpec],
) -> Result<Vec<Prediction>, Error> {
    log::install();
    let gguf = gguf::Gguf::open(path)?;
    let file_bytes = gguf::bytes_of_parts(path)?;
    let mut tensors = Vec::new();
    for part in split::parts(path) {
        tensors.extend(gguf::Gguf::open(&part)?.tensors());
    }
    let repacked = repacked_bytes(&tensors);
    let model = EmptyModel::load(path, setup.n_gpu_layers)?;
    let offloads = setup.n_gpu_layers > 0 && !llama::accelerators().is_empty();
    let mut predictions = Vec::new();
    for spec in specs {
        let context = if spec.n_ctx > MOST_TOKENS {
            Reserved::by_arithmetic(&gguf, &tensors, spec, setup.kv)?
        } else {
            model.reserve(spec, setup)?
        };
        let resident = os::process_memory().peak_rss_bytes.unwrap_or(0);
        let (host, device) = if offloads {
            // Which buffer lands where is the back end's choice; all of the weights go to the
            // device at most, and the mapping of the file is dropped once they are there.
            (
                file_bytes,
                file_bytes + context.kv_bytes + context.compute_bytes,
            )
        } else {
            (
                file_bytes + repacked + context.kv_bytes + context.compute_bytes,
                0,
            )
        };
        predictions.push(Prediction {
            host_bytes: resident + host,
            device_bytes: device,
        });
    }
    Ok(predictions)
}

/// A model whose tensors have shapes but no memory.
struct EmptyModel(*mut sys::llama_model);

/// What a context would reserve, in bytes.
struct Reserved {
    kv_bytes: u64,
    compute_bytes: u64,
}

impl Reserved {
    /// The KV cache from the shape that the file states.
    fn by_arithmetic(
        gguf: &gguf::Gguf,
        tensors: &[gguf::TensorInfo],
        spec: &SessionSpec,
        kv: KvType,
    ) -> Result<Self, Error> {
        let shape = Kv::of(gguf, tensors).map_err(|why| {
            Error(format!(
                "the memory of a context of {} tokens cannot be told: {why}",
                spec.n_ctx
            ))
        })?;
        Ok(Self {
            kv_bytes: shape.bytes(kv, spec.n_ctx.into()) as u64,
            compute_bytes: 0,
        })
    }
}

impl EmptyModel {
    fn load(path: &Path, n_gpu_layers: u32) -> Result<Self, Error> {
        let c_path = gguf::c_path(path)?;
        log::clear();
        // SAFETY: the defaults are plain data, the path is NUL-terminated and outlives the call.
        let model = clock::inside(|| unsafe {
            let mut params = sys::llama_model_default_params();
            params.no_alloc = true;
            // llama.cpp refuses to map a file that it will not allocate tensors for.
            params.load_mode = sys::LLAMA_LOAD_MODE_NONE;
            params.n_gpu_layers = i32::try_from(n_gpu_layers).unwrap_or(i32::MAX);
            sys::llama_model_load_from_file(c_path.as_ptr(), params)
        });
        if model.is_null() {
            return Err(llama::load_error(path));
        }
        Ok(Self(model))
    }

    fn reserve(&self, spec: &SessionSpec, setup: Setup) -> Result<Reserved, Error> {
        log::clear();
        // SAFETY: the model is open for as long as `self`; the context is freed before return.
        let made = clock::inside(|| unsafe {
            let context =
                sys::llama_init_from_model(self.0, llama::raw_context_params(spec, setup));
            if context.is_null() {
                return false;
            }
            sys::llama_free(context);
            true
        });
        if !made {
            return Err(llama::context_error(spec));
        }
        let lines = log::lines();
        Ok(Reserved {
            kv_bytes: llama::kv_bytes(&lines),
            compute_bytes: log::sum_mib(&lines, "compute buffer size") + self.output_bytes(spec),
        })
    }
}

impl EmptyModel {
    /// The logits of the rows that a batch asks for beyond one a sequence: room for those is made
    /// with the context, and so is in the resident set already.
    fn output_bytes(&self, spec: &SessionSpec) -> u64 {
        // SAFETY: the model is open for as long as `self`, and its vocabulary lives as long.
        let n_vocab =
            unsafe { sys::llama_vocab_n_tokens(sys::llama_model_get_vocab(self.0.cast_const())) };
        let rows = spec.n_outputs.saturating_sub(spec.n_seq);
        u64::from(rows) * u64::from(n_vocab.unsigned_abs()) * 4
    }
}

impl Drop for EmptyModel {
    fn drop(&mut self) {
        // SAFETY: loaded once, freed once, and no context of it is left.
        unsafe { sys::llama_model_free(self.0) };
    }
}

/// Bytes of the copies that the CPU back end makes of weights in layouts of its own.
///
/// It is decided as llama.cpp decides it: a weight goes to the first of the extra buffer types that
/// says it supports the multiplication the weight is used in.
fn repacked_bytes(tensors: &[gguf::TensorInfo]) -> u64 {
    let tied = !tensors.iter().any(|tensor| tensor.name == "output.weight");
    tensors
        .iter()
        .filter(|tensor| tensor.name.ends_with(".weight") && tensor.shape[1] > 1)
        .filter(|tensor| tensor.name != "token_embd.weight" || tied)
        .filter(|tensor| is_repacked(tensor))
        .map(|tensor| tensor.n_bytes)
        .sum()
}

fn is_repacked(tensor: &gguf::TensorInfo) -> bool {
    // SAFETY: the ggml context is large enough for the four tensors and freed at the end; the
    // extra buffer types are a NULL-terminated list that lives as long as the process; the dummy
    // buffer of size 0 outlives the question and is freed.
    unsafe {
        let device = sys::ggml_backend_dev_by_type(sys::GGML_BACKEND_DEVICE_TYPE_CPU);
        let Some(mut buffer_type) = extra_buffer_types(device) else {
            return false;
        };
        let context = sys::ggml_init(sys::ggml_init_params {
            mem_size: sys::ggml_tensor_overhead() * 8,
            mem_buffer: ptr::null_mut(),
            no_alloc: true,
        });
        let operation = multiplication(context, tensor);
        let weight = (*operation).src[0];
        let mut repacked = false;
        while !repacked && !(*buffer_type).is_null() {
            let buffer = sys::ggml_backend_buft_alloc_buffer(*buffer_type, 0);
            (*weight).buffer = buffer;
            repacked = sys::ggml_backend_dev_supports_op(device, operation);
            sys::ggml_backend_buffer_free(buffer);
            buffer_type = buffer_type.add(1);
        }
        sys::ggml_free(context);
        repacked
    }
}

/// The product that a weight is used in: of experts where it is three-dimensional.
unsafe fn multiplication(
    context: *mut sys::ggml_context,
    tensor: &gguf::TensorInfo,
) -> *mut sys::ggml_tensor {
    let [columns, rows, experts] = tensor.shape;
    // SAFETY: the caller's context has room for four tensors; shapes come from a checked file.
    unsafe {
        let weight =
            sys::ggml_new_tensor_3d(context, tensor.ggml_type, columns, rows, experts.max(1));
        if experts > 1 {
            let input = sys::ggml_new_tensor_3d(context, sys::GGML_TYPE_F32, columns, 1, 512);
            let ids = sys::ggml_new_tensor_2d(context, sys::GGML_TYPE_I32, 1, 512);
            sys::ggml_mul_mat_id(context, weight, input, ids)
        } else {
            let input = sys::ggml_new_tensor_2d(context, sys::GGML_TYPE_F32, columns, 512);
            sys::ggml_mul_mat(context, weight, input)
        }
    }
}

unsafe fn extra_buffer_types(
    device: sys::ggml_backend_dev_t,
) -> Option<*mut sys::ggml_backend_buffer_type_t> {
    // SAFETY: the procedure has the type that its name stands for in ggml-backend.h.
    unsafe {
        if device.is_null() {
            return None;
        }
        let registry = sys::ggml_backend_dev_backend_reg(device);
        let address = sys::ggml_backend_reg_get_proc_address(
            registry,
            c"ggml_backend_dev_get_extra_bufts".as_ptr(),
        );
        if address.is_null() {
            return None;
        }
        let get: sys::ggml_backend_dev_get_extra_bufts_t = std::mem::transmute(address);
        let list = get?(device);
        (!list.is_null()).then_some(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{synthetic, tiny};

    /// The log tells MiB with two decimals, of full and of windowed layers apart.
    #[track_caller]
    fn check_kv(path: &Path, formats: &[KvType]) {
        log::install();
        let spec = SessionSpec {
            n_ctx: 2048,
            n_seq: 1,
            n_batch: 32,
            n_ubatch: 32,
            n_outputs: 1,
            n_threads: 1,
        };
        let gguf = gguf::Gguf::open(path).unwrap();
        let model = EmptyModel::load(path, 0).unwrap();
        for &kv in formats {
            let setup = Setup {
                kv,
                ..Setup::default()
            };
            let reserved = model.reserve(&spec, setup).unwrap();
            let told = Reserved::by_arithmetic(&gguf, &gguf.tensors(), &spec, kv).unwrap();
            let off = told.kv_bytes.abs_diff(reserved.kv_bytes);
            let (told, reserved) = (told.kv_bytes, reserved.kv_bytes);
            assert!(off <= 2 * 10_486, "{kv:?}: {told} is not {reserved}");
            assert!(told > 1 << 20, "{told} is too little to tell");
        }
    }

    #[test]
    fn the_kv_cache_by_arithmetic_is_what_the_engine_reserves() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("m.gguf");
        for (n_head, n_head_kv) in [(4, 4), (4, 2), (8, 1)] {
            let shape = tiny::Shape {
                n_head,
                n_head_kv,
                n_layer: 9,
                ..tiny::Shape::default()
            };
            tiny::write(&path, &shape).unwrap();
            check_kv(&path, &KvType::ALL);
        }
        for weights in ["nabi-instruct", "nabi-text"] {
            std::fs::write(&path, datasets::embedded_model(weights).unwrap().gguf).unwrap();
            check_kv(&path, &KvType::ALL);
        }
        // Heads of another width than embedding over heads; a window in most layers.
        for name in ["llama3.2-1b", "qwen3-0.6b", "gemma3-1b", "exaone3.5-2.4b"] {
            let plan = synthetic::Plan {
                shape: datasets::Shape {
                    n_vocab: 512,
                    ..datasets::load_shape(name).unwrap()
                },
                precision: "F16".into(),
                with_values: false,
                n_threads: 1,
            };
            synthetic::write(&path, &plan, &mut |_, _| {}).unwrap();
            // A head of 80 values has no whole blocks of 8-bit numbers.
            check_kv(&path, &[KvType::F32, KvType::F16, KvType::Bf16]);
        }
    }
}
