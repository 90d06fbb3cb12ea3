//! Deriving a precision with llama.cpp's own quantiser.

use super::precision::{self, Precision};
use super::{Error, gguf, log};
use llama_cpp_sys_2 as sys;
use std::path::Path;

/// Writes `to` with the weights of `from` at `precision`. Returns how many tensors had to take
/// another type than asked, because their rows do not fit its blocks.
pub(super) fn convert(
    from: &Path,
    to: &Path,
    precision: &Precision,
    n_threads: u32,
) -> Result<u64, Error> {
    let mut params = params(precision)?;
    params.nthread = i32::try_from(n_threads).unwrap_or(i32::MAX);
    quantize(from, to, precision, &params)
}

/// Lets the quantiser say in the log what type it would give each tensor of a file; nothing is
/// written, and what would need an importance matrix is planned as if it had one. Returns the same
/// as [`convert`].
pub(super) fn dry_run(from: &Path, precision: &Precision) -> Result<u64, Error> {
    let mut params = params(precision)?;
    params.dry_run = true;
    let n_fallbacks = quantize(from, from, precision, &params)?;
    let lines = log::lines();
    if !lines
        .iter()
        .any(|line| line.text.contains("will require an imatrix"))
    {
        return Ok(n_fallbacks);
    }
    let importance = [1f32];
    let matrix = [
        sys::llama_model_imatrix_data {
            name: c"none".as_ptr(),
            data: importance.as_ptr(),
            size: importance.len(),
        },
        sys::llama_model_imatrix_data {
            name: std::ptr::null(),
            data: std::ptr::null(),
            size: 0,
        },
    ];
    params.imatrix = matrix.as_ptr();
    quantize(from, from, precision, &params)
}

fn params(precision: &Precision) -> Result<sys::llama_model_quantize_params, Error> {
    let Some(file_type) = precision::file_type(precision.weights) else {
        return Err(Error(format!(
            "{}: llama.cpp's quantiser knows no such precision",
            precision.weights
        )));
    };
    // SAFETY: the defaults are plain data.
    let mut params = unsafe { sys::llama_model_quantize_default_params() };
    params.ftype = file_type;
    // A file that is quantised already can only be converted from what it has.
    params.allow_requantize = true;
    if precision.ends_f32 {
        params.output_tensor_type = sys::GGML_TYPE_F32;
        params.token_embedding_type = sys::GGML_TYPE_F32;
    }
    Ok(params)
}

fn quantize(
    from: &Path,
    to: &Path,
    precision: &Precision,
    params: &sys::llama_model_quantize_params,
) -> Result<u64, Error> {
    let (c_from, c_to) = (gguf::c_path(from)?, gguf::c_path(to)?);
    log::clear();
    // SAFETY: both paths are NUL-terminated and outlive the call, as does what `params` points to.
    let status =
        unsafe { sys::llama_model_quantize(c_from.as_ptr(), c_to.as_ptr(), &raw const *params) };
    if status != 0 {
        return Err(refusal(from, precision.weights, status));
    }
    let fallbacks = log::lines()
        .iter()
        .filter(|line| line.text.contains("-> falling back to"))
        .count();
    Ok(fallbacks as u64)
}

/// Why the quantiser refused, in one line.
fn refusal(from: &Path, precision: &str, status: u32) -> Error {
    let reason = log::reason().unwrap_or_else(|| format!("status {status}"));
    let from = from.display();
    Error(if reason.contains("importance matrix") {
        format!(
            "{from}: llama.cpp makes {precision} only with an importance matrix, which hanbench does not compute; quantise the file with one and give the result as the model"
        )
    } else if reason.contains("invalid output file type") {
        format!("{from}: llama.cpp's quantiser does not make {precision}; choose another precision")
    } else {
        format!("{from}: cannot be converted to {precision} ({reason})")
    })
}
