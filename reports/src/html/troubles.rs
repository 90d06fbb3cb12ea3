//! Every failure and every warning.

use crate::record::{Failure, Stage, Warning};
use crate::view::{Report, Status};
use askama::Template;
use askama::filters::HtmlSafe;

use super::label::{self, Labels};
use super::phrase::Phrase;
use super::table::{Cell, Column, Row, Table};

/// The section on failures and warnings.
#[derive(Template)]
#[template(path = "troubles.html")]
pub(super) struct Troubles {
    /// `None` where no cell has any.
    table: Option<Table>,
    /// What concerns no single cell.
    notes: Vec<Phrase>,
}

// The template escapes what it shows.
impl HtmlSafe for Troubles {}

impl Troubles {
    /// Collects them from the cells, the reading of the records and the drawing of the charts.
    pub(super) fn of(report: &Report, chart_warnings: &[String], labels: &Labels) -> Self {
        let cells = report.cells.iter().enumerate();
        let cells = cells.map(|(i, cell)| Trouble {
            name: labels.name(i),
            status: cell.status,
            failures: &cell.failures,
            warnings: &cell.warnings,
        });
        let names = label::comparisons(report);
        let comparisons = report.fidelity_cells.iter().zip(&names);
        let comparisons = comparisons.map(|(cell, name)| Trouble {
            name,
            status: cell.status,
            failures: &cell.failures,
            warnings: &cell.warnings,
        });
        let rows: Vec<Row> = cells
            .chain(comparisons)
            .flat_map(|cell| lines(&cell))
            .collect();
        let notes = report
            .notes
            .iter()
            .chain(chart_warnings)
            .map(Phrase::foreign)
            .collect();
        Self {
            table: (!rows.is_empty()).then(|| table(rows)),
            notes,
        }
    }
}

/// What is told of a cell, of whichever kind.
struct Trouble<'a> {
    name: &'a str,
    status: Status,
    failures: &'a [Failure],
    warnings: &'a [Warning],
}

fn table(rows: Vec<Row>) -> Table {
    Table {
        id: "t-troubles",
        csv: "",
        how: None,
        caption: Phrase::both(
            "셀마다 실패한 것과 알아 두어야 할 것",
            "What failed in each cell, and what to know of it",
        ),
        columns: vec![
            Column::words(Phrase::both("셀", "Cell")),
            Column::words(Phrase::both("종류", "Kind")),
            Column::words(Phrase::both("단계", "Stage")),
            Column::words(Phrase::both("내용", "What happened")),
        ],
        rows,
    }
}

fn lines(cell: &Trouble) -> Vec<Row> {
    let line = |class, kind: Phrase, stage: Phrase, text: Phrase| Row {
        class: "trouble",
        head: Phrase::foreign(cell.name),
        cells: vec![
            Cell {
                class,
                ..Cell::words(kind)
            },
            Cell::words(stage),
            Cell {
                class: "prose",
                ..Cell::words(text)
            },
        ],
        ..Row::default()
    };
    let failure = || Phrase::both("실패", "failure");
    let warning = || Phrase::both("경고", "warning");
    let mut rows: Vec<Row> = cell
        .failures
        .iter()
        .map(|f| line("bad", failure(), stage(f.stage), Phrase::reason(&f.reason)))
        .collect();
    if let Some(text) = unfinished(cell) {
        rows.push(line(
            "warn",
            Phrase::both("미완", "unfinished"),
            stage(Stage::Process),
            text,
        ));
    }
    rows.extend(
        cell.warnings
            .iter()
            .map(|w| line("warn", warning(), stage(w.stage), Phrase::reason(&w.text))),
    );
    rows
}

/// What a cell without a failure of its own lacks.
fn unfinished(cell: &Trouble) -> Option<Phrase> {
    match cell.status {
        Status::CutOff => Some(Phrase::both(
            "재는 도중에 끊겨 남은 측정이 없습니다. 같은 명령에 --resume을 붙여 이어서 재십시오.",
            "Cut off while it was being measured. Run the same command with --resume to measure it again.",
        )),
        Status::NotRun => Some(Phrase::both(
            "시작하지 않았습니다. 같은 명령에 --resume을 붙여 이어서 재십시오.",
            "Not started. Run the same command with --resume to measure it.",
        )),
        Status::Failed if cell.failures.is_empty() => Some(Phrase::both(
            "이유가 기록되지 않았습니다.",
            "No reason was recorded.",
        )),
        Status::Complete | Status::Failed => None,
    }
}

fn stage(stage: Stage) -> Phrase {
    let (ko, en) = match stage {
        Stage::Model => ("모델 파일", "model file"),
        Stage::Convert => ("변환", "conversion"),
        Stage::Memory => ("메모리", "memory"),
        Stage::Load => ("불러오기", "loading"),
        Stage::Speed => ("속도", "speed"),
        Stage::Perplexity => ("퍼플렉시티", "perplexity"),
        Stage::Fidelity => ("충실도", "fidelity"),
        Stage::Answers => ("답변", "answers"),
        Stage::Numbers => ("수의 범위", "number ranges"),
        Stage::Process => ("프로세스", "process"),
    };
    Phrase::both(ko, en)
}
