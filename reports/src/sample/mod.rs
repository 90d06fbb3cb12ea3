//! Made-up runs for tests and benchmarks: the same every time, of any size, shaped like real ones.

mod activations;
mod answers;
mod demonstration;
mod energy;
mod facts;
mod fidelity;
mod grid;
mod hostile;
mod numbers;
mod pages;
mod plan;

use std::path::PathBuf;

pub use demonstration::{demonstration_report, demonstration_run_dir};
pub use facts::records;
pub use grid::{grid_report, grid_run_dir};
pub use hostile::{HOSTILE, dead_run_dir, hostile_run_dir};
pub use pages::{PAGES, answered};
pub use plan::run_info;

use crate::record::{Begin, End, Fact, Failure, Record, Stage, Warning};
use crate::run_dir::RunDir;
use crate::view::{self, Report};

/// A run in which all of `n_cells` cells were measured, with `n_answers` answers each.
#[must_use]
pub fn run_dir(n_cells: usize, n_answers: usize) -> RunDir {
    let mut info = run_info(n_cells);
    info.questions = plan::questions(n_answers);
    RunDir {
        path: PathBuf::from("runs/20260102T030405Z-sample"),
        info,
        records: records(n_cells, n_answers),
        notes: Vec::new(),
    }
}

/// The report on [`run_dir`].
#[must_use]
pub fn report(n_cells: usize, n_answers: usize) -> Report {
    view::build(vec![run_dir(n_cells, n_answers)])
}

/// A run of five cells in which much went wrong: `general/F32` was measured, with a warning, a
/// hostile answer and a broken tensor; `general/F16` failed to load; `general/Q8_0` was ended in its answers;
/// `general/Q4_K_M` has not begun; `instruct/F32` failed in its answers after the other measures. The
/// comparison of the first four was made without the second and the fourth.
#[must_use]
pub fn troubled_run_dir() -> RunDir {
    let mut run = run_dir(5, 4);
    run.notes
        .push("runs/sample/records.jsonl:17: not a record, left out: expected value".into());
    let cell = |index: usize| plan::cells(5)[index].id.clone();
    let of = |id: &str, records: Vec<Record>| {
        records
            .into_iter()
            .filter(|r| r.cell == id)
            .collect::<Vec<_>>()
    };
    let all = std::mem::take(&mut run.records);

    let mut measured = of(&cell(0), all.clone());
    make_hostile(&mut measured);
    run.records.extend(measured);

    run.records.extend(failed_to_load(&cell(1)));

    let mut cut_off = of(&cell(2), all.clone());
    cut_off.truncate(cut_off.len() - 3);
    run.records.extend(cut_off);

    let mut half = of(&cell(4), all.clone());
    half.retain(|r| !matches!(r.fact, Fact::Answer(_) | Fact::End(_)));
    half.extend(ending_in(&cell(4), Stage::Answers, "the process measuring it was killed (signal 9); if nobody did it, the system ran out of memory: free some, or take a smaller model or precision"));
    run.records.extend(half);

    let comparison = run.info.fidelity[0].id.clone();
    run.records
        .extend(partly_compared(of(&comparison, all), &[cell(1), cell(3)]));
    run
}

/// A comparison without the cells `missing`.
fn partly_compared(mut records: Vec<Record>, missing: &[String]) -> Vec<Record> {
    records.retain(|record| match &record.fact {
        Fact::Fidelity(chunk) => !missing.contains(&chunk.of),
        Fact::Perplexity(chunk) => !chunk.of.as_ref().is_some_and(|of| missing.contains(of)),
        _ => true,
    });
    let end = records.pop();
    let failures = missing.iter().map(|id| Record {
        fact: Fact::Failure(Failure {
            stage: Stage::Fidelity,
            reason: format!("{id}: left out of the comparison, since its file could not be made"),
        }),
        ..records[0].clone()
    });
    records.splice(1..1, failures.collect::<Vec<_>>());
    records.extend(end.map(|mut end| {
        if let Fact::End(end) = &mut end.fact {
            end.complete = false;
        }
        end
    }));
    records
}

/// The report on [`troubled_run_dir`].
#[must_use]
pub fn troubled_report() -> Report {
    view::build(vec![troubled_run_dir()])
}

fn failed_to_load(cell: &str) -> Vec<Record> {
    let begin = Fact::Begin(Begin {
        at: "2026-01-02T03:09:00Z".into(),
    });
    let begin = Record {
        cell: cell.into(),
        attempt: 1,
        fact: begin,
    };
    let reason = "/models/나쁜.gguf: cut short: tensor blk.0.attn_q.weight ends at byte 9216 but the file has 8192; fetch the file again";
    std::iter::once(begin)
        .chain(ending_in(cell, Stage::Load, reason))
        .collect()
}

fn ending_in(cell: &str, stage: Stage, reason: &str) -> [Record; 2] {
    let record = |fact| Record {
        cell: cell.into(),
        attempt: 1,
        fact,
    };
    let end = End {
        complete: false,
        wall_ns: 2_000_000_000,
        engine_ns: 1_500_000_000,
    };
    [
        record(Fact::Failure(Failure {
            stage,
            reason: reason.into(),
        })),
        record(Fact::End(end)),
    ]
}

/// Adds a warning, weights that are no numbers, activations that outgrow F16, and answers that try to be a formula, markup, and orders to a terminal.
fn make_hostile(records: &mut Vec<Record>) {
    let text =
        "memory bandwidth fell by 31 % during the cell; close other programs and run it again"
            .into();
    let first = records[0].clone();
    records.insert(
        1,
        Record {
            fact: Fact::Warning(Warning {
                stage: Stage::Speed,
                text,
            }),
            ..first
        },
    );
    numbers::spoil(records);
    activations::spoil(records);
    let hostile = [
        "=HYPERLINK(\"http://example.com\",\"클릭\")",
        "<script>alert('고양이')</script> & \"따옴표\" \u{1b}[31m빨강\u{7}",
        "- 첫째, 털을 고른다.\n- 둘째, \"체온\"을 조절한다.\r\n",
    ];
    let answers = records
        .iter_mut()
        .filter_map(|record| match &mut record.fact {
            Fact::Answer(answer) => Some(answer),
            _ => None,
        });
    for (answer, text) in answers.zip(hostile) {
        answer.answer = text.into();
    }
}
