//! Deriving a precision with llama.cpp's own quantiser.

use super::{Error, gguf, log, precision};
use llama_cpp_sys_2 as sys;
use std::path::Path;

/// Writes `to` with the weights of `from` at `precision`. Returns how many tensors had to take
/// another type than asked, because their rows do not fit its blocks.
pub(super) fn convert(
    from: &Path,
    to: &Path,
    precision: &str,
    n_threads: u32,
) -> Result<u64, Error> {
    let Some(file_type) = precision::file_type(precision) else {
        return Err(Error(format!(
            "{precision}: llama.cpp's quantiser knows no such precision"
        )));
    };
    let (c_from, c_to) = (gguf::c_path(from)?, gguf::c_path(to)?);
    log::clear();
    // SAFETY: the defaults are plain data; both paths are NUL-terminated and outlive the call.
    let status = unsafe {
        let mut params = sys::llama_model_quantize_default_params();
        params.ftype = file_type;
        params.nthread = i32::try_from(n_threads).unwrap_or(i32::MAX);
        // A file that is quantised already can only be converted from what it has.
        params.allow_requantize = true;
        sys::llama_model_quantize(c_from.as_ptr(), c_to.as_ptr(), &raw const params)
    };
    if status != 0 {
        let reason = log::reason().unwrap_or_else(|| format!("status {status}"));
        return Err(Error(format!(
            "{}: cannot be converted to {precision} ({reason})",
            from.display()
        )));
    }
    let fallbacks = log::lines()
        .iter()
        .filter(|line| line.text.contains("-> falling back to"))
        .count();
    Ok(fallbacks as u64)
}
