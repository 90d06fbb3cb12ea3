//! The summary: one row per cell, with the headline of each measure and why a measure is missing.

use crate::view::{CellView, Report, Status, SummaryRow};

use super::label::{self, Labels};
use super::number::{self, Estimate};
use super::phrase::{Phrase, Rich};
use super::table::{Cell, Column, Row, Table};
use super::{perplexity, units};

/// The table of all cells.
pub(super) fn table(report: &Report, labels: &Labels) -> Table {
    let rows = report.summary.iter().zip(&report.cells).enumerate();
    Table {
        id: "t-summary",
        caption: Phrase::both(
            "모든 셀의 요약. 숫자 아래의 작은 범위는 95% 구간입니다",
            "All cells at a glance. The small range under a number is its 95% interval",
        ),
        columns: columns(),
        rows: rows
            .map(|(i, (row, cell))| line(labels.name(i), row, cell))
            .collect(),
    }
}

fn columns() -> Vec<Column> {
    vec![
        Column::words(Phrase::both("셀", "Cell")),
        Column::words(Phrase::both("상태", "State")),
        Column::number(Phrase::both("디코드", "Decode"), units::tokens_per_second()),
        Column::number(
            Phrase::both("프리필", "Prefill"),
            units::tokens_per_second(),
        ),
        Column::number(
            Phrase::both("첫 토큰까지", "First token"),
            Phrase::same("ms"),
        ),
        Column::number(
            Phrase::both("한글 속도", "Korean"),
            units::syllables_per_second(),
        ),
        Column::number(Phrase::both("불러오기", "Load"), Phrase::same("ms")),
        Column::count(Phrase::both("최대 메모리", "Peak memory")),
        Column::count(Phrase::both("퍼플렉시티", "Perplexity")),
        Column::number(Phrase::both("음절당", "Per syllable"), units::bits()),
        Column::count(Phrase::both("답변", "Answers")),
        Column::count(Phrase::both("한글 비율", "Hangul")),
    ]
}

fn line(name: &str, row: &SummaryRow, cell: &CellView) -> Row {
    let (state, class) = label::status(row);
    Row {
        class: if row.status == Status::Complete {
            ""
        } else {
            "broken"
        },
        head: Phrase::foreign(name),
        sub: Some(Phrase::foreign(&row.model)),
        cells: vec![
            Cell {
                class,
                ..Cell::words(state)
            },
            Cell::estimate(Estimate::new(
                row.decode_ts,
                row.decode_ci95_low,
                row.decode_ci95_high,
            )),
            Cell::estimate(Estimate::new(
                row.prefill_ts,
                row.prefill_ci95_low,
                row.prefill_ci95_high,
            )),
            Cell::number(row.ttft_ms.map(number::plain)),
            Cell::number(row.syllables_per_s.map(number::plain)),
            Cell::number(row.load_ms.map(number::plain)),
            Cell::number(row.peak_rss_bytes.map(number::bytes)),
            Cell::estimate(
                row.ppl
                    .and_then(|ppl| Estimate::from_error(ppl, row.ppl_se)),
            ),
            Cell::estimate(perplexity::bits(row.bits_per_syllable, row.ppl, row.ppl_se)),
            answers(row),
            Cell::number(row.hangul_share.map(number::percent)),
        ],
        below: reason(row, cell),
        group: None,
    }
}

/// The number of answers, and under it the share that the limit cut.
fn answers(row: &SummaryRow) -> Cell {
    let cut = row.cut_share.map(|share| {
        let share = number::percent(share);
        Phrase::both(format!("잘림 {share}"), format!("{share} cut"))
    });
    Cell::number(row.n_answers.map(number::count)).with_note(cut)
}

/// Why measures of the row are missing.
fn reason(row: &SummaryRow, cell: &CellView) -> Option<Phrase> {
    let more = cell.failures.len().saturating_sub(1);
    match (&row.failure, row.status) {
        (Some(reason), _) => {
            let (ko, en) = (
                Rich::default().foreign(reason),
                Rich::default().foreign(reason),
            );
            Some(match more {
                0 => Phrase::of(ko, en),
                _ => Phrase::of(
                    ko.text(format!(" (그 밖에 {more}건)")),
                    en.text(format!(" (and {more} more)")),
                ),
            })
        }
        (None, Status::CutOff) => Some(Phrase::both(
            "재는 도중에 끊겼습니다. hanbench run --resume으로 이어서 잴 수 있습니다.",
            "Cut off while it was being measured; hanbench run --resume measures it again.",
        )),
        (None, Status::NotRun) => Some(Phrase::both(
            "아직 시작하지 않았습니다. hanbench run --resume으로 이어서 잴 수 있습니다.",
            "Not started yet; hanbench run --resume measures it.",
        )),
        (None, _) => None,
    }
}
