//! An answer read once: its lines and sentences, which the measures share.

use unicode_normalization::UnicodeNormalization;

use super::letter::{Letter, letter};
use super::marker::{Marked, Marker};
use super::sentence;

/// Where a line ends.
const BREAKS: [char; 7] = [
    '\n', '\r', '\u{B}', '\u{C}', '\u{85}', '\u{2028}', '\u{2029}',
];

/// `answer` in NFC without the white space around it: the text that every measure is taken over.
#[must_use]
pub fn normalise(answer: &str) -> String {
    answer.trim().nfc().collect()
}

/// Whether `text` holds a letter or a digit of any script.
pub(super) fn has_word(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// What sort of line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Running text, a list item or a heading.
    Text,
    /// A fence or a line between fences, unless the letters between them are mostly Hangul.
    Code,
    /// A row of a Markdown table.
    Table,
}

/// A line that is not blank.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    /// The whole line.
    pub text: &'a str,
    /// Columns of white space before it.
    pub indent: usize,
    /// The list marker or heading mark that begins it, never one of a [`Kind::Code`] or
    /// [`Kind::Table`] line.
    pub marker: Option<Marker>,
    /// What follows the marker.
    pub body: &'a str,
    /// What sort of line it is.
    pub kind: Kind,
}

/// A sentence and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sentence<'a> {
    /// Without list marker and without white space around it.
    pub text: &'a str,
    /// Index of its line.
    pub line: usize,
}

/// An answer in NFC, with its lines and sentences.
#[derive(Debug, Clone)]
pub struct Document<'a> {
    /// The text as [`normalise`] returns it.
    pub text: &'a str,
    pub(super) lines: Vec<Line<'a>>,
    /// A line without a terminal mark counts as a sentence, and so does a list item, a heading or a
    /// table row that holds a word. Code is no sentence, and neither is a line of emoticons.
    pub(super) sentences: Vec<Sentence<'a>>,
}

impl<'a> Document<'a> {
    /// Reads a text that [`normalise`] has returned.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let mut lines: Vec<Line> = text
            .split(BREAKS)
            .filter(|line| !line.trim().is_empty())
            .map(read_line)
            .collect();
        mark_code(&mut lines);
        mark_tables(&mut lines);
        let sentences = lines
            .iter()
            .enumerate()
            .flat_map(|(index, line)| {
                line_sentences(line)
                    .into_iter()
                    .map(move |text| Sentence { text, line: index })
            })
            .collect();
        Self {
            text,
            lines,
            sentences,
        }
    }
}

impl<'a> Document<'a> {
    /// The sentences, and after them the lines of code: what is folded, in the order of [`Word::sentence`](super::fold::Word).
    pub(super) fn folded_texts(&self) -> Vec<&'a str> {
        let code = self.lines.iter().filter(|line| line.kind == Kind::Code);
        let sentences = self.sentences.iter().map(|sentence| sentence.text);
        sentences.chain(code.map(|line| line.text)).collect()
    }
}

fn read_line(text: &str) -> Line<'_> {
    let Marked {
        indent,
        marker,
        body,
    } = Marked::read(text);
    Line {
        text,
        indent,
        marker,
        body,
        kind: Kind::Text,
    }
}

fn line_sentences<'a>(line: &Line<'a>) -> Vec<&'a str> {
    match line.kind {
        Kind::Text => sentence::split(line.body),
        Kind::Table if has_word(line.text) => vec![line.text.trim()],
        Kind::Table | Kind::Code => Vec::new(),
    }
}

/// Marks fenced blocks. A fence that is never closed holds all that follows, as in `CommonMark`.
fn mark_code(lines: &mut [Line]) {
    let mut open = None;
    for index in 0..lines.len() {
        if !is_fence(lines[index].text) {
            continue;
        }
        match open.take() {
            None => open = Some(index),
            Some(start) => mark_block(&mut lines[start..=index]),
        }
    }
    if let Some(start) = open {
        mark_block(&mut lines[start..]);
    }
}

/// Marks one block from its opening fence to its closing one, where it has one. Korean prose that a
/// model put between fences stays text.
fn mark_block(block: &mut [Line]) {
    let (mut hangul, mut letters) = (0_usize, 0_usize);
    for found in block[1..].iter().flat_map(|l| l.text.chars()).map(letter) {
        letters += usize::from(found.is_some());
        hangul += usize::from(found == Some(Letter::Hangul));
    }
    let is_prose = hangul * 2 > letters;
    for line in block {
        if !is_prose || is_fence(line.text) {
            set_kind(line, Kind::Code);
        }
    }
}

fn is_fence(line: &str) -> bool {
    line.trim_start()
        .strip_prefix("```")
        .is_some_and(|info| !info.trim_start_matches('`').contains("```"))
}

/// Marks the rows of tables: lines that begin with `|`, and the lines around a delimiter row.
fn mark_tables(lines: &mut [Line]) {
    let mut in_table = false;
    for index in 0..lines.len() {
        if lines[index].kind != Kind::Text {
            in_table = false;
            continue;
        }
        if is_delimiter_row(lines[index].text) && index > 0 && is_row(&lines[index - 1]) {
            in_table = true;
            set_kind(&mut lines[index - 1], Kind::Table);
        }
        in_table &= lines[index].text.contains('|');
        if in_table || lines[index].text.trim_start().starts_with('|') {
            set_kind(&mut lines[index], Kind::Table);
        }
    }
}

fn set_kind(line: &mut Line, kind: Kind) {
    line.kind = kind;
    line.marker = None;
    line.body = line.text;
}

fn is_row(line: &Line) -> bool {
    line.kind != Kind::Code && line.text.contains('|')
}

/// Whether the text holds a Markdown table (GitHub Flavored Markdown): a header row, a delimiter row
/// of as many cells, and at least one row below.
pub(super) fn has_table(document: &Document) -> bool {
    document.lines.windows(3).any(|rows| {
        rows.iter().all(is_row)
            && is_delimiter_row(rows[1].text)
            && n_cells(rows[0].text) == n_cells(rows[1].text)
            && !is_delimiter_row(rows[2].text)
    })
}

/// Whether a line parts the header of a Markdown table from its rows.
pub(super) fn is_delimiter_row(line: &str) -> bool {
    line.contains('|')
        && cells(line).all(|cell| {
            let cell = cell.trim();
            let dashes = cell.strip_prefix(':').unwrap_or(cell);
            let dashes = dashes.strip_suffix(':').unwrap_or(dashes);
            !dashes.is_empty() && dashes.bytes().all(|b| b == b'-')
        })
}

fn n_cells(line: &str) -> usize {
    cells(line).count()
}

fn cells(line: &str) -> impl Iterator<Item = &str> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    line.strip_suffix('|').unwrap_or(line).split('|')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        Document::new(text).lines.iter().map(|l| l.kind).collect()
    }

    #[test]
    fn fences_hold_code_unless_it_is_korean() {
        use Kind::*;
        assert_eq!(
            kinds("보기:\n```python\nprint(1)\n```\n끝"),
            [Text, Code, Code, Code, Text]
        );
        assert_eq!(kinds("```\n고양이는 털을 핥는다.\n```"), [Code, Text, Code]);
        assert_eq!(kinds("```\nlet x = 1;"), [Code, Code]);
        assert_eq!(kinds("```x``` 는 코드다"), [Text]);
    }

    #[test]
    fn tables_are_found() {
        use Kind::*;
        let table = "이름 | 값\n---|:--:\n가 | 1\n끝";
        assert_eq!(kinds(table), [Table, Table, Table, Text]);
        assert!(has_table(&Document::new(table)));
        assert!(has_table(&Document::new(
            "| 가 | 나 |\n|---|---|\n| 1 | 2 |"
        )));
        for broken in [
            "| 가 | 나 |\n| 1 | 2 |",
            "| 가 | 나 |\n|---|---|",
            "| 가 | 나 |\n|---|\n| 1 | 2 |",
            "```\na | b\n---|---\n1 | 2\n```",
            "",
        ] {
            assert!(!has_table(&Document::new(broken)), "{broken}");
        }
    }

    #[test]
    fn a_table_row_is_one_sentence_and_its_delimiter_none() {
        let document = Document::new("| 뜻이다. | 값이다. |\n|---|---|\n| 1 | 2 |");
        assert_eq!(document.sentences.len(), 2);
    }

    #[test]
    fn sentences_know_their_lines() {
        let document = Document::new("첫째다. 둘째다.\n\n- 셋째");
        let found: Vec<_> = document
            .sentences
            .iter()
            .map(|s| (s.text, s.line))
            .collect();
        assert_eq!(found, [("첫째다.", 0), ("둘째다.", 0), ("셋째", 1)]);
    }
}
