//! Which type llama.cpp's quantiser gives each tensor at a precision.

use super::super::precision::Precision;
use super::super::{Error, log, quantize};
use llama_cpp_sys_2 as sys;
use std::collections::BTreeMap;
use std::ffi::CStr;
use std::path::Path;

/// The types of those tensors that do not keep theirs.
pub(super) struct Types {
    by_name: BTreeMap<String, sys::ggml_type>,
    /// Tensors that have another type than asked, because their rows do not fit its blocks.
    pub(super) n_fallbacks: u64,
}

impl Types {
    pub(super) fn of_tensor(&self, name: &str) -> Option<sys::ggml_type> {
        self.by_name.get(name).copied()
    }
}

/// Asks the quantiser in a dry run, which reads the names and sizes of the tensors alone.
///
/// Precisions that need an importance matrix are planned as if there were one: files of such are
/// published with one, and which values it has decides no type.
pub(super) fn of(outline: &Path, precision: &Precision) -> Result<Types, Error> {
    let n_fallbacks = quantize::dry_run(outline, precision)?;
    let lines = log::lines();
    let texts = || lines.iter().map(|line| line.text.as_str());
    let by_name = texts().filter_map(converted);
    let by_name = by_name.map(|(name, to)| Some((name.to_owned(), type_named(to)?)));
    let by_name: Option<BTreeMap<_, _>> = by_name.collect();
    by_name
        .map(|by_name| Types {
            by_name,
            n_fallbacks,
        })
        .ok_or_else(|| {
            Error(format!(
                "{precision}: llama.cpp names a type that it does not know"
            ))
        })
}

/// Name and new type of `[ 1/ 9] blk.0.attn_q.weight - […], type = f16, size = … -> … (q4_K)`.
fn converted(line: &str) -> Option<(&str, &str)> {
    let (head, tail) = line.split_once(" MiB -> ")?;
    let (_, named) = head.strip_prefix('[')?.split_once(']')?;
    let name = named.split_whitespace().next()?;
    let new_type = tail.rsplit_once('(')?.1.strip_suffix(')')?;
    Some((name, new_type))
}

fn type_named(name: &str) -> Option<sys::ggml_type> {
    let is_named = |candidate: &sys::ggml_type| {
        // SAFETY: the number is below the count of types, and the text is static where there is one.
        unsafe {
            let text = sys::ggml_type_name(*candidate);
            !text.is_null() && CStr::from_ptr(text).to_bytes() == name.as_bytes()
        }
    };
    (0..sys::GGML_TYPE_COUNT).find(is_named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_quantiser_are_read() {
        let line = "[  12/ 255] blk.0.attn_q.weight                  - [ 3072,  3072,     1,     1], type =    f16, size =    18.00 MiB ->     5.06 MiB (q4_K)";
        assert_eq!(converted(line), Some(("blk.0.attn_q.weight", "q4_K")));
        let kept = "[   1/ 255] output_norm.weight - [ 3072], type = f32, size = 0.012 MiB";
        assert_eq!(converted(kept), None);
        assert_eq!(type_named("q4_K"), Some(sys::GGML_TYPE_Q4_K));
        assert_eq!(type_named("q99"), None);
    }
}
