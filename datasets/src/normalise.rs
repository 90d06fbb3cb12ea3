//! Normalising text, and counting what was changed.

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// What was changed in reading a file: the same text typed on another system is the same text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Normalised {
    /// Byte order marks dropped from the start: 0 or 1.
    pub bom: usize,
    /// Line ends that were CR LF and became LF.
    pub crlf: usize,
    /// Values of a question file, or lines of a corpus, that were not in Unicode normalisation form
    /// C, as macOS writes Hangul, and were composed.
    pub nfd: usize,
}

/// Normalises text, and counts what it changed.
#[derive(Default)]
pub(crate) struct Normaliser(Normalised);

impl Normaliser {
    /// A whole file without byte order mark, with LF for CR LF.
    pub(crate) fn source(&mut self, source: &str) -> String {
        let stripped = source.strip_prefix('\u{feff}');
        self.0.bom += usize::from(stripped.is_some());
        let source = stripped.unwrap_or(source);
        self.0.crlf += source.matches("\r\n").count();
        source.replace("\r\n", "\n")
    }

    /// One piece of text in normalisation form C.
    pub(crate) fn composed(&mut self, text: String) -> String {
        if is_nfc(&text) {
            return text;
        }
        self.0.nfd += 1;
        text.nfc().collect()
    }

    /// What was changed so far.
    pub(crate) fn counts(self) -> Normalised {
        self.0
    }
}
