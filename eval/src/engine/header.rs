//! Writing the header of a GGUF file: metadata, vocabulary and the directory of tensors.

use super::{Error, gguf::c_path};
use llama_cpp_sys_2 as sys;
use std::ffi::CString;
use std::path::Path;

/// A token's type, as GGUF numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub(super) enum TokenType {
    Normal = 1,
    Unknown = 2,
    Control = 3,
    Byte = 6,
}

/// A header under construction.
pub(super) struct Header {
    pub(super) context: *mut sys::gguf_context,
}

impl Header {
    pub(super) fn new() -> Self {
        // SAFETY: nothing is asked of the caller; the context is freed once, when this is dropped.
        let context = unsafe { sys::gguf_init_empty() };
        Self { context }
    }

    pub(super) fn text(&mut self, key: &str, value: &str) {
        let (key, value) = (c_text(key), c_text(value));
        // SAFETY: the context is open, and gguf copies both texts.
        unsafe { sys::gguf_set_val_str(self.context, key.as_ptr(), value.as_ptr()) };
    }

    pub(super) fn number(&mut self, key: &str, value: u32) {
        let key = c_text(key);
        // SAFETY: the context is open, and gguf copies the key.
        unsafe { sys::gguf_set_val_u32(self.context, key.as_ptr(), value) };
    }

    pub(super) fn float(&mut self, key: &str, value: f32) {
        let key = c_text(key);
        // SAFETY: the context is open, and gguf copies the key.
        unsafe { sys::gguf_set_val_f32(self.context, key.as_ptr(), value) };
    }

    /// The vocabulary of a tokenizer of SentencePiece's kind, likelier tokens first.
    pub(super) fn vocabulary(&mut self, tokens: &[(String, TokenType)]) {
        let texts: Vec<CString> = tokens.iter().map(|(text, _)| c_text(text)).collect();
        let mut pointers: Vec<_> = texts.iter().map(|text| text.as_ptr()).collect();
        let scores: Vec<f32> = (0..tokens.len()).map(|id| -(id as f32)).collect();
        let types: Vec<i32> = tokens.iter().map(|(_, kind)| *kind as i32).collect();
        let n = tokens.len();
        // SAFETY: the context is open, the arrays have `n` elements of the stated types, and gguf
        // copies them.
        unsafe {
            sys::gguf_set_arr_str(
                self.context,
                c"tokenizer.ggml.tokens".as_ptr(),
                pointers.as_mut_ptr(),
                n,
            );
            sys::gguf_set_arr_data(
                self.context,
                c"tokenizer.ggml.scores".as_ptr(),
                sys::GGUF_TYPE_FLOAT32,
                scores.as_ptr().cast(),
                n,
            );
            sys::gguf_set_arr_data(
                self.context,
                c"tokenizer.ggml.token_type".as_ptr(),
                sys::GGUF_TYPE_INT32,
                types.as_ptr().cast(),
                n,
            );
        }
        self.text("tokenizer.ggml.model", "llama");
    }

    /// Writes the header, and of the tensors their place alone where `only_header`.
    pub(super) fn write(&self, path: &Path, only_header: bool) -> Result<(), Error> {
        let c_path = c_path(path)?;
        // SAFETY: the context is open, its tensors' memory is the caller's to keep, and the path is
        // NUL-terminated.
        let written =
            unsafe { sys::gguf_write_to_file(self.context, c_path.as_ptr(), only_header) };
        match written {
            true => Ok(()),
            false => Err(Error(format!("{}: cannot be written", path.display()))),
        }
    }
}

impl Drop for Header {
    fn drop(&mut self) {
        // SAFETY: the context came from gguf_init_empty and is freed once.
        unsafe { sys::gguf_free(self.context) };
    }
}

/// The special tokens and all bytes, which every vocabulary begins with.
pub(super) fn first_tokens(special: &[&str]) -> Vec<(String, TokenType)> {
    let mut all = vec![("<unk>".to_owned(), TokenType::Unknown)];
    all.extend(
        special
            .iter()
            .map(|text| ((*text).to_owned(), TokenType::Control)),
    );
    all.extend((0..=255u8).map(|byte| (format!("<0x{byte:02X}>"), TokenType::Byte)));
    all
}

/// Keys, names and tokens are ours, but a shape's name is its file's.
fn c_text(text: &str) -> CString {
    CString::new(text.replace('\0', "")).expect("without NUL")
}
