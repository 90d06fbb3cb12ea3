//! Text from models and files, made safe to show.

use std::borrow::Cow;
use std::fmt::Write;

/// `text` on one line without anything that could steer a terminal or reorder what is read: control
/// characters and [format characters](is_invisible_format) become escapes such as `\u{1b}` (`\n` and
/// `\t` in their short form).
#[must_use]
pub fn one_line(text: &str) -> Cow<'_, str> {
    escape(text, |c| c.is_control() || is_invisible_format(c))
}

/// `text` with every character that `unsafe_` holds for replaced by its escape.
pub(crate) fn escape(text: &str, unsafe_: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&unsafe_) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            c if !unsafe_(c) => shown.push(c),
            '\n' => shown.push_str("\\n"),
            '\t' => shown.push_str("\\t"),
            c => _ = write!(shown, "\\u{{{:x}}}", u32::from(c)),
        }
    }
    Cow::Owned(shown)
}

/// Characters that change the order or the breaking of the text around them and show nothing
/// themselves: bidirectional controls, line and paragraph separators, the byte order mark.
#[must_use]
pub fn is_invisible_format(c: char) -> bool {
    matches!(
        c,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_text_is_borrowed() {
        assert!(matches!(one_line("고양이 3B (F16)"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_steers_a_terminal_is_escaped() {
        assert_eq!(
            one_line("a\u{1b}[31mb\r\n\tc\u{9b}\u{202e}"),
            "a\\u{1b}[31mb\\u{d}\\n\\tc\\u{9b}\\u{202e}"
        );
    }
}
