//! How an answer is laid out: what of it stands as items of a list, and what runs on.

use super::document::{Document, Kind, Line, Sentence, has_word, is_delimiter_row};
use super::ending::{Ending, ending};
use super::marker::{Marked, Marker};
use super::obedience::is_ordinal;

/// What a piece of an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Running text.
    Prose,
    /// An item of a list, by its marker or by how its line opens.
    Item,
    /// A row of a table.
    Row,
    /// A heading.
    Heading,
}

/// A line, or a sentence of a line that counts its sentences (`… 1. 씻는다. 2. 썬다.`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub layout: Layout,
    /// Its sentences.
    pub sentences: &'a [Sentence<'a>],
    /// Columns of white space before it.
    pub indent: usize,
}

/// The pieces of an answer that hold a word, in order; code and the delimiter rows of tables are none.
///
/// Beside lines with a marker, items are
///
/// - lines that open with 첫째, 둘째, 첫 번째 … or with a label and a colon (`장점: 값이 싸다`), where two lines or more do so and each is a
///   single sentence; after a label it must not be in polite speech, as a dialogue is no list;
/// - the numbered sentences of a line that has two or more of them.
pub(super) fn pieces<'a>(document: &'a Document) -> Vec<Piece<'a>> {
    let openings: Vec<bool> = lines(document)
        .map(|(line, sentences)| opens_item(line, sentences))
        .collect();
    let are_items = openings.iter().filter(|&&o| o).count() > 1;
    let mut pieces = Vec::new();
    for ((line, sentences), opens) in lines(document).zip(openings) {
        if line.kind == Kind::Code || !has_word(line.body) || is_delimiter_row(line.text) {
            continue;
        }
        let layout = match (line.kind, line.marker) {
            (Kind::Table, _) => Layout::Row,
            (_, Some(Marker::Heading)) => Layout::Heading,
            (_, Some(_)) => Layout::Item,
            (_, None) if opens && are_items => Layout::Item,
            (_, None) => Layout::Prose,
        };
        let indent = line.indent;
        let piece = |layout, sentences| Piece {
            layout,
            sentences,
            indent,
        };
        let n_counted = sentences.iter().filter(|s| is_counted(s)).count();
        if layout == Layout::Prose && n_counted > 1 {
            let layout_of = |s: &Sentence| {
                if is_counted(s) {
                    Layout::Item
                } else {
                    Layout::Prose
                }
            };
            pieces.extend(sentences.chunks(1).map(|s| piece(layout_of(&s[0]), s)));
        } else {
            pieces.push(piece(layout, sentences));
        }
    }
    pieces
}

/// Each line with its sentences.
fn lines<'a>(document: &'a Document) -> impl Iterator<Item = (&'a Line<'a>, &'a [Sentence<'a>])> {
    let first = |line: usize| document.sentences.partition_point(|s| s.line < line);
    let lines = document.lines.iter().enumerate();
    lines.map(move |(at, line)| (line, &document.sentences[first(at)..first(at + 1)]))
}

/// Whether a number begins a sentence within its line.
fn is_counted(sentence: &Sentence) -> bool {
    let starts = sentence
        .text
        .starts_with(|c: char| c.is_ascii_digit() || c == '(' || !c.is_alphanumeric());
    starts && Marked::read(sentence.text).marker == Some(Marker::Number)
}

/// Whether an unmarked line opens as an item may: with an ordinal, or with a label.
fn opens_item(line: &Line, sentences: &[Sentence]) -> bool {
    let [sentence] = sentences else {
        return false;
    };
    if line.kind != Kind::Text || line.marker.is_some() {
        return false;
    }
    is_ordinal(sentence.text)
        || has_label(sentence.text)
            && !matches!(
                ending(sentence.text),
                Some(Ending::Polite | Ending::Neutral)
            )
}

/// No label is longer, in characters.
const MAX_LABEL: usize = 12;

/// Whether a text begins with a label of a few words and a colon, and goes on.
fn has_label(text: &str) -> bool {
    let colon = text
        .char_indices()
        .take(MAX_LABEL + 1)
        .find(|(_, c)| ":：".contains(*c));
    colon.is_some_and(|(at, c)| {
        let (label, rest) = (&text[..at], &text[at + c.len_utf8()..]);
        let is_label = has_word(label) && !label.contains(['.', ',', '?', '!', '"']);
        is_label && !label.ends_with(|c: char| c.is_ascii_digit()) && has_word(rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Layout::{Heading, Item, Prose, Row};

    #[track_caller]
    fn check(text: &str, expected: &[Layout]) {
        let document = Document::new(text);
        let layouts: Vec<_> = pieces(&document).iter().map(|p| p.layout).collect();
        assert_eq!(layouts, expected, "{text}");
    }

    #[test]
    fn markers_and_tables() {
        check(
            "# 봄\n- 꽃\n꽃이 핀다.\n```\nx = 1\n```",
            &[Heading, Item, Prose],
        );
        check("| 봄 | 꽃 |\n|---|---|\n| 가을 | 잎 |", &[Row, Row]);
    }

    #[test]
    fn openings() {
        check("첫째, 씻기\n둘째, 썰기", &[Item, Item]);
        check("장점: 값이 싸다\n단점: 무겁다", &[Item, Item]);
        check("제목: 봄 이야기", &[Prose]);
        check("첫째, 씻는다.", &[Prose]);
        check(
            "첫째, 씻는다. 깨끗해진다.\n둘째, 썬다. 얇게 썬다.",
            &[Prose, Prose],
        );
        check("민호: 안녕하세요.\n수지: 어디 가세요?", &[Prose, Prose]);
        check("9:30에 떠난다\n9:50에 닿는다", &[Prose, Prose]);
    }

    #[test]
    fn numbers_in_a_line() {
        check("순서입니다. 1. 씻는다. 2. 썬다.", &[Prose, Item, Item]);
        check("1권을 읽었다. 2권은 아직이다.", &[Prose]);
    }
}
