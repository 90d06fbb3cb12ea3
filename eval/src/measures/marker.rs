//! List markers and heading marks at the beginning of a line.

use super::letter::is_syllable;

/// What a line begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    /// `-`, `*`, `•`, `·`, `▪`, …
    Bullet,
    /// `1.`, `1)`, `(1)`, `①`, `1️⃣`, `가.`, `(가)`, `ㄱ.`, `a)`, …
    Number,
    /// `#`, a line all in bold, `[제목]` or `【제목】`.
    Heading,
}

/// A line without what marks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marked<'a> {
    /// Columns of white space before the line's first character, a tab being four; those after a
    /// block quote's `>` count too.
    pub indent: usize,
    /// What it begins with.
    pub marker: Option<Marker>,
    /// What follows the marker, without white space around it.
    pub body: &'a str,
}

/// Bullets that need white space after them, as they have other uses.
const SPACED_BULLETS: &str = "-*+–—→>";
/// Bullets that need none.
const BULLETS: &str = "•·‣▪▫■□●○◦◆◇▶►▷★☆※✔✓✅➜ㆍ・∙⁃❖➤";
/// Enumerators of the kind 가. 나. 다.
const HANGUL_NUMBERS: &str = "가나다라마바사아자차카타파하";
/// The longest number that is an enumerator: years (2024.) are not.
const MAX_DIGITS: usize = 3;

impl<'a> Marked<'a> {
    /// Reads the beginning of a line.
    pub(super) fn read(line: &'a str) -> Self {
        let mut rest = line;
        while let Some(quoted) = rest.trim_start().strip_prefix('>') {
            rest = quoted;
        }
        let content = rest.trim_start();
        let indent = columns(&rest[..rest.len() - content.len()]);
        let (marker, body) = read_marker(content.trim_end());
        Self {
            indent,
            marker,
            body,
        }
    }
}

fn columns(white: &str) -> usize {
    white.chars().map(|c| if c == '\t' { 4 } else { 1 }).sum()
}

fn read_marker(line: &str) -> (Option<Marker>, &str) {
    if let Some(body) = heading(line) {
        // "### 1. 제목" counts among the numbered lines.
        return match number(unquoted(body)) {
            Some(rest) => (Some(Marker::Number), rest.trim_start()),
            None => (Some(Marker::Heading), body),
        };
    }
    if let Some(rest) = bullet(line) {
        return (Some(Marker::Bullet), without_checkbox(rest.trim_start()));
    }
    match number(unquoted(line)) {
        Some(rest) => (Some(Marker::Number), rest.trim_start()),
        None => (None, line),
    }
}

/// `line` without the `**` that may stand before a number.
fn unquoted(line: &str) -> &str {
    line.strip_prefix("**").unwrap_or(line)
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let depth = line.len() - text.len();
    if (1..=6).contains(&depth) && text.starts_with(char::is_whitespace) {
        return Some(text.trim());
    }
    let whole = [("**", "**"), ("__", "__"), ("[", "]"), ("【", "】")];
    let bare = line.trim_end_matches([':', '：']);
    whole.iter().find_map(|(open, close)| {
        let inner = bare.strip_prefix(open)?.strip_suffix(close)?;
        let inner = inner.trim_end_matches([':', '：']);
        (!inner.trim().is_empty() && !inner.contains(open) && !inner.contains(close))
            .then_some(inner)
    })
}

fn bullet(line: &str) -> Option<&str> {
    let first = line.chars().next()?;
    let rest = &line[first.len_utf8()..];
    let rest = rest.strip_prefix('\u{FE0F}').unwrap_or(rest);
    let follows = rest.chars().next();
    if BULLETS.contains(first) {
        // "····" is a leader, not a list.
        return (follows != Some(first)).then_some(rest);
    }
    let spaced = SPACED_BULLETS.contains(first) && follows.is_some_and(char::is_whitespace);
    let tight = first == '-' && follows.is_some_and(is_syllable);
    (spaced || tight).then_some(rest)
}

fn without_checkbox(rest: &str) -> &str {
    ["[ ]", "[x]", "[X]"]
        .iter()
        .find_map(|b| rest.strip_prefix(b))
        .unwrap_or(rest)
        .trim_start()
}

/// What follows an enumerator.
fn number(line: &str) -> Option<&str> {
    let first = line.chars().next()?;
    if is_enclosed_number(first) {
        return Some(&line[first.len_utf8()..]);
    }
    if let Some(inner) = line.strip_prefix('(') {
        let (label, rest) = label(inner)?;
        let rest = rest.strip_prefix(')')?;
        // "(가)" begins an item, "(A)는" a sentence about (A).
        let is_item = label.starts_with(|c: char| c.is_ascii_digit()) || starts_apart(rest);
        return is_item.then_some(rest);
    }
    let (label, rest) = label(line)?;
    if label.starts_with(|c: char| c.is_ascii_digit()) {
        return after_digits(rest);
    }
    let rest = rest.strip_prefix(['.', ')'])?;
    (starts_apart(rest) && !is_initial(rest.trim_start())).then_some(rest)
}

/// ①, ⑴, ⒈, ❶, ㉠, ㉮, ㈎ and their like.
fn is_enclosed_number(c: char) -> bool {
    matches!(c, '\u{2460}'..='\u{24FF}' | '\u{2776}'..='\u{2793}' | '\u{3200}'..='\u{321C}' | '\u{3260}'..='\u{327B}')
}

/// An enumerator's label: one to three digits, one of 가나다…, a lone consonant, or a Latin letter.
fn label(line: &str) -> Option<(&str, &str)> {
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits > 0 {
        return (digits <= MAX_DIGITS).then(|| line.split_at(digits));
    }
    let first = line.chars().next()?;
    let is_label = HANGUL_NUMBERS.contains(first)
        || ('ㄱ'..='ㅎ').contains(&first)
        || first.is_ascii_alphabetic();
    is_label.then(|| line.split_at(first.len_utf8()))
}

fn after_digits(rest: &str) -> Option<&str> {
    if let Some(rest) = rest.strip_prefix(')') {
        return Some(rest);
    }
    if let Some(rest) = rest.strip_prefix("\u{FE0F}\u{20E3}") {
        return Some(rest);
    }
    let mut rest = rest.strip_prefix(['.', '．', '、'])?;
    // "1.2. 제목" is numbered, "3.14는" is not.
    while rest.starts_with(|c: char| c.is_ascii_digit()) {
        rest = label(rest)?.1.strip_prefix('.')?;
    }
    Some(rest)
}

fn starts_apart(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(char::is_whitespace)
}

/// "K. 롤링", so that "J." before it is an initial too.
fn is_initial(rest: &str) -> bool {
    let mut chars = rest.chars();
    chars.next().is_some_and(|c| c.is_ascii_uppercase()) && chars.next() == Some('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> (Option<Marker>, &str) {
        let marked = Marked::read(line);
        (marked.marker, marked.body)
    }

    #[test]
    fn bullets() {
        for line in [
            "- 사과",
            "* 사과",
            "+ 사과",
            "• 사과",
            "•사과",
            "·사과",
            "▪ 사과",
            "-사과",
            "- [x] 사과",
            "  – 사과",
            "✔️ 사과",
            "> - 사과",
            "ㆍ사과",
        ] {
            assert_eq!(read(line), (Some(Marker::Bullet), "사과"), "{line}");
        }
    }

    #[test]
    fn numbers() {
        for line in [
            "1. 사과",
            "1) 사과",
            "1.사과",
            "(1) 사과",
            "(1)사과",
            "① 사과",
            "①사과",
            "가. 사과",
            "가) 사과",
            "(가) 사과",
            "ㄱ. 사과",
            "a. 사과",
            "B) 사과",
            "1️⃣ 사과",
            "12. 사과",
            "1.2. 사과",
            "### 1. 사과",
            "⑴ 사과",
            "㉠ 사과",
            "❶ 사과",
        ] {
            assert_eq!(read(line), (Some(Marker::Number), "사과"), "{line}");
        }
        assert_eq!(
            read("**1. 위생**: 닦는다"),
            (Some(Marker::Number), "위생**: 닦는다")
        );
    }

    #[test]
    fn headings() {
        for line in [
            "# 제목",
            "### 제목",
            "**제목**",
            "**제목**:",
            "**제목:**",
            "[제목]",
            "【제목】",
        ] {
            assert_eq!(read(line), (Some(Marker::Heading), "제목"), "{line}");
        }
    }

    #[test]
    fn what_only_looks_like_a_marker() {
        for line in [
            "-5도까지 내려간다",
            "*강조*한 말",
            "**강조**한 말이다",
            "3.14는 원주율이다",
            "2024. 1. 5.에 갔다",
            "2024년",
            "#태그",
            "가나다",
            "가.나.다",
            "(A)는 참이다",
            "J. K. 롤링",
            "……",
            "····",
            "**가** 와 **나**",
            "",
            "-",
            "100%",
        ] {
            assert_eq!(read(line), (None, line), "{line}");
        }
    }

    #[test]
    fn indents_are_columns() {
        assert_eq!(Marked::read("  - 가").indent, 2);
        assert_eq!(Marked::read("\t- 가").indent, 4);
        assert_eq!(Marked::read("- 가").indent, 0);
    }
}
