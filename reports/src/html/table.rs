//! A table whose cells are ready to show.

use super::phrase::Phrase;
use askama::Template;
use askama::filters::HtmlSafe;

/// A table with a caption, column heads with units, and a head on each row.
#[derive(Template)]
#[template(path = "table.html")]
pub(super) struct Table {
    /// Unique on the page.
    pub(super) id: &'static str,
    pub(super) caption: Phrase,
    /// The CSV file that has its numbers.
    pub(super) csv: &'static str,
    /// How the numbers were made.
    pub(super) how: Option<Phrase>,
    /// The first heads the row heads.
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
}

// The template escapes what it shows.
impl HtmlSafe for Table {}

/// The head of a column.
pub(super) struct Column {
    pub(super) head: Phrase,
    pub(super) unit: Option<Phrase>,
    pub(super) class: &'static str,
}

impl Column {
    /// A column of numbers in `unit`.
    pub(super) fn number(head: Phrase, unit: Phrase) -> Self {
        Self {
            head,
            unit: Some(unit),
            class: "n",
        }
    }

    /// A column of counts or ratios, which have no unit.
    pub(super) fn count(head: Phrase) -> Self {
        Self {
            head,
            unit: None,
            class: "n",
        }
    }

    /// A column of words.
    pub(super) fn words(head: Phrase) -> Self {
        Self {
            head,
            unit: None,
            class: "",
        }
    }
}

/// A line of a table.
#[derive(Default)]
pub(super) struct Row {
    /// A heading above the row, for it and those that follow.
    pub(super) group: Option<Phrase>,
    pub(super) class: &'static str,
    pub(super) head: Phrase,
    /// A smaller line under the head.
    pub(super) sub: Option<Phrase>,
    pub(super) cells: Vec<Cell>,
    /// A line under the row, over its whole width.
    pub(super) below: Option<Phrase>,
    /// Index of the row in the table's CSV file, from 0 behind the header.
    pub(super) source: Option<usize>,
}

impl Row {
    /// The line of the CSV file counted as a reader does, from 1 behind the header.
    fn number(&self) -> Option<usize> {
        self.source.map(|index| index + 1)
    }
}

/// The place of a row among those of its CSV file.
pub(super) fn place<T>(rows: &[T], row: &T) -> Option<usize> {
    rows.iter().position(|other| std::ptr::eq(other, row))
}

/// What stands in one place of a table.
#[derive(Default)]
pub(super) struct Cell {
    pub(super) class: &'static str,
    pub(super) value: Phrase,
    /// A smaller line under the value: an interval, a count, why there is none.
    pub(super) note: Option<Phrase>,
    /// How long a bar under it is, in hundredths of the longest of its column.
    pub(super) bar: Option<u32>,
    /// Whether it is the best of its column, or cannot be told from that.
    pub(super) is_best: bool,
}

impl Cell {
    /// A number, which is the same in both languages; `–` where there is none.
    pub(super) fn number(text: Option<String>) -> Self {
        text.map_or_else(Self::none, |text| Self {
            class: "n",
            value: Phrase::same(text),
            ..Self::default()
        })
    }

    /// Words.
    pub(super) fn words(value: Phrase) -> Self {
        Self {
            value,
            ..Self::default()
        }
    }

    /// Nothing was measured.
    pub(super) fn none() -> Self {
        Self {
            class: "n none",
            value: Phrase::none(),
            ..Self::default()
        }
    }

    /// An estimate with its interval under it, and why there is none where there is none.
    pub(super) fn estimate(estimate: Option<super::number::Estimate>) -> Self {
        let Some(estimate) = estimate else {
            return Self::none();
        };
        let note = match estimate.interval_text() {
            Some(interval) => Phrase::same(interval),
            None => Phrase::both("구간 없음", "no interval"),
        };
        Self::number(Some(estimate.value_text())).with_note(Some(note))
    }

    /// The same with a line under it.
    pub(super) fn with_note(self, note: Option<Phrase>) -> Self {
        Self { note, ..self }
    }
}
