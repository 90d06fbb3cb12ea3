//! The summary of a report as Markdown, for a pull request or a forum.

use crate::view::Report;

use super::headline::Headline;
use super::label::Labels;
use super::markdown;
use super::phrase::{Language, Phrase};
use super::table::{Cell, Column, Row, Table};
use super::{environment, summary};

/// Cells of a row of the table of all cells that the summary has: state, decode, prefill, memory, Korean
/// speed, bits per syllable, divergence and key points.
const CELLS: [usize; 8] = [0, 1, 2, 3, 4, 5, 7, 8];

/// What to run and why, all cells, the machines with the commands, and what is not known: in Korean, then
/// in English. What others wrote is set as code, in which nothing is markup.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let labels = Labels::of(report);
    let headline = Headline::of(report, &labels);
    let table = summary::table(report, &labels);
    let runs: Vec<Phrase> = report.runs.iter().map(environment::in_a_line).collect();
    let write = |language| {
        let reasons = table.rows.iter().filter_map(|row| reason(row, language));
        let parts = [
            format!("## {}\n", headline.title().markdown(language)),
            list(headline.said(), language),
            lines(&table, language),
            reasons.collect(),
            list(runs.iter(), language),
            list(headline.unknowns(), language),
        ];
        let parts = parts.into_iter().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join("\n")
    };
    let (korean, english) = (write(Language::Korean), write(Language::English));
    format!("{korean}\n---\n\n{english}")
}

fn list<'a>(phrases: impl Iterator<Item = &'a Phrase>, language: Language) -> String {
    let item = |phrase: &Phrase| format!("- {}\n", phrase.markdown(language));
    phrases.map(item).collect()
}

/// Why measures of a row are missing.
fn reason(row: &Row, language: Language) -> Option<String> {
    let said = row.below.as_ref()?.markdown(language);
    Some(format!("- {}: {said}\n", row.head.markdown(language)))
}

fn lines(table: &Table, language: Language) -> String {
    let head = |column: &Column| {
        let unit = column.unit.as_ref();
        let unit = unit.map_or_else(String::new, |unit| {
            format!(" ({})", unit.markdown(language))
        });
        column.head.markdown(language) + &unit
    };
    let columns: Vec<&Column> = std::iter::once(0)
        .chain(CELLS.map(|cell| cell + 1))
        .filter_map(|place| table.columns.get(place))
        .collect();
    let rule = |column: &&Column| if column.class == "n" { "--:" } else { "---" }.to_owned();
    let mut out = line(columns.iter().map(|column| head(column)));
    out += &line(columns.iter().map(rule));
    for row in &table.rows {
        let name = row.head.markdown(language);
        let name = if row.class == "pick" {
            format!("**{name}**")
        } else {
            name
        };
        let cells = CELLS.iter().filter_map(|&place| row.cells.get(place));
        out += &line(std::iter::once(name).chain(cells.map(|cell| value(cell, language))));
    }
    out
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|text| markdown::cell(&text)).collect();
    format!("| {} |\n", cells.join(" | "))
}

fn value(cell: &Cell, language: Language) -> String {
    let star = if cell.is_best { "★ " } else { "" };
    let note = cell.note.as_ref();
    let note = note.map_or_else(String::new, |note| {
        format!(" ({})", note.markdown(language))
    });
    format!("{star}{}{note}", cell.value.markdown(language))
}
