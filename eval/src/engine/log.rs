//! What llama.cpp says while it works: kept, so that a failure has the engine's own reason and the
//! buffers that it reports can be read.

use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_void};
use std::sync::Once;

/// Enough for the longest load log of one model; older lines are dropped.
const KEPT_LINES: usize = 4096;

thread_local! {
    // The engine speaks in the thread that asked it, so what others ask meanwhile is not mixed in.
    static LOG: RefCell<Log> = const { RefCell::new(Log {
        lines: Vec::new(),
        partial: String::new(),
        partial_is_error: false,
    }) };
}

struct Log {
    lines: Vec<Line>,
    partial: String,
    partial_is_error: bool,
}

/// One line of the engine's log.
#[derive(Debug, Clone)]
pub struct Line {
    /// Whether the engine called it an error.
    pub is_error: bool,
    /// The text without its line end.
    pub text: String,
}

/// Sends llama.cpp's log here instead of to stderr. Later calls do nothing.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: `receive` has the signature that llama.cpp asks for, lives as long as the
        // process and ignores its user data.
        unsafe { llama_cpp_sys_2::llama_log_set(Some(receive), std::ptr::null_mut()) };
    });
}

/// Forgets what was logged, so that the next [`lines`] speak of what follows.
pub fn clear() {
    LOG.with_borrow_mut(|log| log.lines.clear());
}

/// Everything logged since [`clear`].
#[must_use]
pub fn lines() -> Vec<Line> {
    LOG.with_borrow(|log| log.lines.clone())
}

/// The engine's own reason for a failure: its last error that is more than an echo of another.
#[must_use]
pub fn reason() -> Option<String> {
    let lines = lines();
    let errors = || lines.iter().filter(|line| line.is_error);
    let cause = errors()
        .filter_map(|line| line.text.split_once("error loading model: "))
        .map(|(_, cause)| cause)
        .next_back();
    cause
        .or_else(|| errors().next().map(|line| without_function(&line.text)))
        .map(escape)
}

/// The sum of the sizes in MiB that the lines with `marker` name, in bytes.
#[must_use]
pub fn sum_mib(lines: &[Line], marker: &str) -> u64 {
    lines
        .iter()
        .filter_map(|line| mib_after(&line.text, marker))
        .sum()
}

/// The size in bytes of `… marker = 45.00 MiB …`.
fn mib_after(text: &str, marker: &str) -> Option<u64> {
    let (_, rest) = text.split_once(marker)?;
    let rest = rest.trim_start().strip_prefix('=')?;
    let (number, unit) = rest.trim_start().split_once(' ')?;
    let number: f64 = number.parse().ok()?;
    unit.trim_start()
        .starts_with("MiB")
        .then_some((number * 1024.0 * 1024.0) as u64)
}

/// `llama_model_load: cannot open` without the name of the C++ function.
fn without_function(text: &str) -> &str {
    match text.split_once(": ") {
        Some((function, rest)) if !function.contains(' ') => rest,
        _ => text,
    }
}

/// Text of a file or the engine made safe to show: control characters escaped, length bounded.
#[must_use]
pub fn escape(text: &str) -> String {
    const LONGEST: usize = 400;
    let mut shown = String::new();
    for c in text.trim().chars() {
        if shown.len() > LONGEST {
            shown.push('…');
            break;
        }
        if c.is_control() || is_unseen(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Characters that show nothing and turn or join what stands around them.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

unsafe extern "C" fn receive(
    level: llama_cpp_sys_2::ggml_log_level,
    text: *const c_char,
    _: *mut c_void,
) {
    if text.is_null() {
        return;
    }
    // SAFETY: llama.cpp passes a NUL-terminated string that lives for the call.
    let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
    // A thread that ends has nobody left who would read its lines.
    let _ = LOG.try_with(|log| log.borrow_mut().receive(level, &text));
}

impl Log {
    fn receive(&mut self, level: llama_cpp_sys_2::ggml_log_level, text: &str) {
        if level != llama_cpp_sys_2::GGML_LOG_LEVEL_CONT {
            self.partial_is_error = level == llama_cpp_sys_2::GGML_LOG_LEVEL_ERROR;
        }
        self.partial.push_str(text);
        if text.ends_with('\n') {
            let line = Line {
                is_error: self.partial_is_error,
                text: std::mem::take(&mut self.partial).trim_end().to_owned(),
            };
            if self.lines.len() == KEPT_LINES {
                self.lines.remove(0);
            }
            self.lines.push(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sizes_as_llama_cpp_prints_them() {
        let line = "load_tensors:   CPU_Mapped model buffer size =    92.10 MiB";
        assert_eq!(mib_after(line, "model buffer size"), Some(96_573_849));
        let line =
            "llama_kv_cache: size =   45.00 MiB (   512 cells,  30 layers), K (f16):   22.50 MiB";
        assert_eq!(mib_after(line, "llama_kv_cache: size"), Some(45 << 20));
        assert_eq!(
            mib_after("compute buffer size = many MiB", "compute buffer size"),
            None
        );
    }

    #[test]
    fn escapes_what_a_terminal_would_obey() {
        assert_eq!(escape("a\u{1b}[31mb\u{202e}c\n"), "a\\u{1b}[31mb\\u{202e}c");
        assert_eq!(escape("a\u{200b}b\u{2028}c"), "a\\u{200b}b\\u{2028}c");
        assert!(escape(&"x".repeat(10_000)).len() < 500);
    }
}
