//! Reading files whole, and showing pieces of them safely.

use std::fs;
use std::io::ErrorKind;

use crate::Error;

/// The bytes of the file at `path`; `what` and `known` word the error for a file that is not there.
pub(crate) fn read(
    path: &str,
    what: &'static str,
    known: &'static [&'static str],
) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => crate::names::unknown(what, path, known),
        _ => Error::CannotRead {
            file: path.to_owned(),
            reason: reason(&error),
        },
    })
}

/// Why a file cannot be read, in words that do not differ between systems where it is a common one.
fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::IsADirectory => "it is a directory; give a file in it".to_owned(),
        ErrorKind::PermissionDenied => {
            "permission denied; make it readable, for example with chmod +r".to_owned()
        }
        _ => format!("{error}; check the path"),
    }
}

/// The bytes as text, or the line that is not UTF-8.
pub(crate) fn utf8(bytes: Vec<u8>, file: &str) -> Result<String, Error> {
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let before = &error.as_bytes()[..good];
        Error::NotUtf8 {
            file: file.to_owned(),
            line: newlines(before) + 1,
        }
    })
}

/// serde's words for what it expected, in words for someone who writes the file and no Rust.
pub(crate) fn plain(reason: &str) -> String {
    reason
        .replace("expected a sequence", "expected a list")
        .replace("expected u32", "expected a whole number, at least 0")
        .replace("expected usize", "expected a whole number, at least 0")
        .replace("expected f32", "expected a number")
}

/// How many line ends `bytes` hold.
pub(crate) fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte == b'\n').count()
}

/// Text from a file as an error message shows it: control and invisible characters escaped, the
/// middle left out where it is longer than `limit` characters.
///
/// The middle, because what a parser expected stands at the end of its message and what it found at
/// the start.
pub(crate) fn shown(text: &str, limit: usize) -> String {
    let length = text.chars().count();
    let mut out = String::new();
    for (index, c) in text.chars().enumerate() {
        if length > limit && index == limit / 2 {
            out.push('…');
        }
        if length > limit && (limit / 2..length - limit / 2).contains(&index) {
            continue;
        }
        if c.is_control() || invisible(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// Characters that would reorder, break or hide the rest of a line on a terminal.
fn invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_text_has_no_control_characters_and_is_short() {
        assert_eq!(
            shown("가\n나\u{1b}[31m\u{202e}", 20),
            "가\\n나\\u{1b}[31m\\u{202e}"
        );
        assert_eq!(shown("abcdefghij", 10), "abcdefghij");
        assert_eq!(shown("abcdefghijk", 10), "abcde…ghijk");
        assert_eq!(shown("", 0), "");
    }

    #[test]
    fn the_systems_reasons_say_what_to_do() {
        let why = |kind: ErrorKind| reason(&kind.into());
        assert_eq!(
            why(ErrorKind::PermissionDenied),
            "permission denied; make it readable, for example with chmod +r"
        );
        assert_eq!(
            why(ErrorKind::IsADirectory),
            "it is a directory; give a file in it"
        );
        assert_eq!(why(ErrorKind::TimedOut), "timed out; check the path");
    }

    #[test]
    fn the_line_that_is_not_utf8_is_named() {
        let error = utf8(b"a\nb\n\xb0\xa1".to_vec(), "x.txt").unwrap_err();
        assert!(matches!(error, Error::NotUtf8 { line: 3, .. }), "{error:?}");
    }
}
