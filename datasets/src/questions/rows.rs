//! CSV: a header row with at least `question`, then one record a row.

use csv::{ReaderBuilder, StringRecord};

use super::{Draft, Kind, Normaliser};
use crate::{Error, names, text};

/// The columns of a file.
const COLUMNS: &[&str] = &["question", "id", "category", "kind", "reference"];

/// Reads the records of `source`, blank rows skipped.
pub(super) fn read(
    source: &str,
    file: &str,
    normaliser: &mut Normaliser,
) -> Result<Vec<Draft>, Error> {
    let broken = |line, reason| Error::BrokenCsv {
        file: file.to_owned(),
        line,
        reason,
    };
    if let Some(line) = unclosed_quote(source) {
        let reason = "a quotation mark that opens here is never closed; close it, and write a \
                      quotation mark inside a quoted cell twice";
        return Err(broken(line, reason.to_owned()));
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(source.as_bytes());
    let mut header: Option<Vec<&'static str>> = None;
    let mut drafts = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|error| broken(1, error.to_string()))?;
        let line = line_of(&row, source);
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let Some(columns) = &header else {
            header = Some(columns(&row, line, file)?);
            continue;
        };
        if row.len() != columns.len() {
            let reason = format!(
                "the row has {} cells and the header has {}; quote cells that hold a comma",
                row.len(),
                columns.len()
            );
            return Err(broken(line, reason));
        }
        drafts.push(record(columns, &row, line, file, normaliser)?);
    }
    Ok(drafts)
}

/// The columns that the header row names.
fn columns(row: &StringRecord, line: usize, file: &str) -> Result<Vec<&'static str>, Error> {
    let mut found = Vec::new();
    for cell in row {
        let cell = cell.trim();
        let Some(column) = COLUMNS.iter().find(|column| **column == cell) else {
            return Err(Error::UnknownField {
                file: file.to_owned(),
                line,
                what: "column in the first row",
                name: cell.to_owned(),
                nearest: names::nearest(cell, COLUMNS.iter().copied()),
                known: COLUMNS,
            });
        };
        if found.contains(column) {
            return Err(Error::BadValue {
                file: file.to_owned(),
                line,
                field: cell.to_owned(),
                reason: "two columns have this name; keep one".to_owned(),
            });
        }
        found.push(*column);
    }
    if !found.contains(&"question") {
        return Err(Error::MissingQuestion {
            file: file.to_owned(),
            line,
            what: "column",
            advice: "the first row names the columns",
        });
    }
    Ok(found)
}

/// One row. An empty cell is an absent value, since CSV has no other way to say so.
fn record(
    columns: &[&str],
    row: &StringRecord,
    line: usize,
    file: &str,
    normaliser: &mut Normaliser,
) -> Result<Draft, Error> {
    let mut draft = Draft {
        line,
        ..Draft::default()
    };
    for (column, cell) in columns.iter().zip(row) {
        let blank = cell.trim().is_empty();
        let value = normaliser.composed(cell.to_owned());
        match *column {
            "question" => draft.question = Some(value),
            _ if blank => {}
            "id" => draft.id = Some(value),
            "category" => draft.category = Some(value),
            "kind" => draft.kind = Some(kind(value.trim(), line, file)?),
            _ => draft.reference = Some(value),
        }
    }
    Ok(draft)
}

fn kind(cell: &str, line: usize, file: &str) -> Result<Kind, Error> {
    match cell {
        "question" => Ok(Kind::Question),
        "instruction" => Ok(Kind::Instruction),
        "free_writing" => Ok(Kind::FreeWriting),
        other => Err(Error::BadValue {
            file: file.to_owned(),
            line,
            field: "kind".to_owned(),
            reason: format!(
                "`{}` is not a kind; known: question, instruction, free_writing",
                text::shown(other, 80)
            ),
        }),
    }
}

/// The line on which a row's text starts; the reader's own count is that of the blank lines before it.
fn line_of(row: &StringRecord, source: &str) -> usize {
    let Some(position) = row.position() else {
        return 1;
    };
    let start =
        usize::try_from(position.byte()).map_or(source.len(), |byte| byte.min(source.len()));
    let blank = source.as_bytes()[start..]
        .iter()
        .take_while(|byte| matches!(byte, b'\n' | b'\r'));
    let skipped = blank.filter(|&&byte| byte == b'\n').count();
    usize::try_from(position.line()).unwrap_or(usize::MAX) + skipped
}

/// The line of a quotation mark that opens a cell and has no partner: the reader would take the rest
/// of the file for that cell.
fn unclosed_quote(source: &str) -> Option<usize> {
    let mut bytes = source.bytes().peekable();
    let (mut line, mut cell_starts, mut open) = (1, true, None);
    while let Some(byte) = bytes.next() {
        line += usize::from(byte == b'\n');
        match (byte, open) {
            (b'"', Some(_)) if bytes.peek() == Some(&b'"') => _ = bytes.next(),
            (b'"', Some(_)) => open = None,
            (b'"', None) if cell_starts => open = Some(line),
            _ => {}
        }
        cell_starts = open.is_none() && matches!(byte, b',' | b'\n' | b'\r');
    }
    open
}
