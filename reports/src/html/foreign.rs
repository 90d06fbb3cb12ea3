//! Text that others wrote (answers, questions, names, paths, reasons), shown as it is and harmlessly.
//!
//! Markup is escaped, and a character that a reader could not see, or that would change how its
//! neighbours are read, is shown by a visible stand-in: a code (`\u{1b}`, `\n`), set apart in a muted
//! span. Codes rather than control pictures (`␛`), for which many systems have no glyph.

use askama::filters::{Escaper, Html};
use std::fmt;

/// Where foreign text stands, which decides what a line break in it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a sentence or a table: a line break or a tab is shown by a stand-in.
    Inline,
    /// In a block that keeps white space: line breaks and tabs do their work.
    Block,
}

/// Writes `text` as HTML in which every character of it is visible or white space.
pub(super) fn write(out: &mut impl fmt::Write, text: &str, place: Place) -> fmt::Result {
    let mut plain = 0; // start of the stretch that needs no stand-in
    let mut before = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = chars.peek().map(|&(_, next)| next);
        if needs_stand_in(c, before, after, place) {
            Html.write_escaped_str(&mut *out, &text[plain..at])?;
            write_stand_in(out, c)?;
            plain = at + c.len_utf8();
        }
        before = Some(c);
    }
    Html.write_escaped_str(out, &text[plain..])
}

/// `text` without markup, its invisible characters as codes: for places that hold no element, such as the
/// options of a list. It still has to be escaped.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut before = None;
    while let Some(c) = chars.next() {
        match needs_stand_in(c, before, chars.peek().copied(), Place::Inline) {
            true => out += &code(c),
            false => out.push(c),
        }
        before = Some(c);
    }
    out
}

fn needs_stand_in(c: char, before: Option<char>, after: Option<char>, place: Place) -> bool {
    match c {
        '\n' | '\t' => place == Place::Inline,
        // A carriage return before a line feed is how some models end a line.
        '\r' => place == Place::Inline || after != Some('\n'),
        // Joins the parts of one emoji: 👩 and 🌾 would stand apart without it.
        '\u{200d}' => !(before.is_some_and(is_pictograph) && after.is_some_and(is_pictograph)),
        _ => c.is_control() || is_invisible(c),
    }
}

/// Characters that show nothing or reorder their neighbours: Unicode's default-ignorable code
/// points other than variation selectors, the bidirectional controls, the separators of lines and
/// paragraphs, the blank Hangul fillers, and the replacement character, which tells of broken UTF-8.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffd}'
        | '\u{e0000}'..='\u{e007f}')
}

/// Whether `c` can stand beside a joiner in an emoji; the variation selector and skin tones included.
fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
}

fn write_stand_in(out: &mut impl fmt::Write, c: char) -> fmt::Result {
    write!(
        out,
        "<span class=\"ctl\" title=\"U+{:04X}\">{}</span>",
        u32::from(c),
        code(c)
    )
}

/// What stands for a character that shows nothing.
fn code(c: char) -> String {
    match c {
        '\u{fffd}' => c.to_string(),
        '\n' => "\\n".into(),
        '\r' => "\\r".into(),
        '\t' => "\\t".into(),
        _ => format!("\\u{{{:x}}}", u32::from(c)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str, place: Place) -> String {
        let mut out = String::new();
        write(&mut out, text, place).unwrap();
        out
    }

    #[test]
    fn markup_is_text() {
        assert_eq!(
            shown("<script>\"&'</style>", Place::Inline),
            "&#60;script&#62;&#34;&#38;&#39;&#60;/style&#62;"
        );
    }

    #[test]
    fn controls_are_visible() {
        assert_eq!(
            shown("a\u{1b}[31m\u{85}", Place::Block),
            "a<span class=\"ctl\" title=\"U+001B\">\\u{1b}</span>[31m<span class=\"ctl\" title=\"U+0085\">\\u{85}</span>"
        );
    }

    #[test]
    fn zero_width_and_bidi_are_visible() {
        assert_eq!(
            shown("가\u{200b}나\u{202e}다\u{fffd}", Place::Block),
            "가<span class=\"ctl\" title=\"U+200B\">\\u{200b}</span>나<span class=\"ctl\" title=\"U+202E\">\\u{202e}</span>다<span class=\"ctl\" title=\"U+FFFD\">\u{fffd}</span>"
        );
    }

    #[test]
    fn without_markup_it_stays_text() {
        assert_eq!(plain("<b>\n\u{202e}가"), "<b>\\n\\u{202e}가");
    }

    #[test]
    fn line_breaks_depend_on_the_place() {
        assert_eq!(shown("a\r\nb\tc", Place::Block), "a\r\nb\tc");
        assert_eq!(
            shown("a\nb", Place::Inline),
            "a<span class=\"ctl\" title=\"U+000A\">\\n</span>b"
        );
        assert!(shown("a\rb", Place::Block).contains("\\r"));
    }

    #[test]
    fn emoji_stay_whole() {
        for emoji in ["👩\u{200d}🌾", "❤\u{fe0f}\u{200d}🔥"] {
            assert_eq!(shown(emoji, Place::Block), emoji);
        }
        assert!(shown("가\u{200d}나", Place::Block).contains("200d"));
    }

    proptest! {
        #[test]
        fn nothing_of_the_text_opens_a_tag(text in any::<String>()) {
            let html = shown(&text, Place::Inline);
            let rest = html.replace("<span class=\"ctl\" title=\"U+", "").replace("</span>", "");
            prop_assert!(!rest.contains('<'));
            prop_assert!(!html.chars().any(|c| c.is_control()));
        }
    }
}
