//! A made-up run of the demonstration models.

use std::collections::BTreeMap;

use datasets::{Constraint, Kind, Normalised, Question};

use super::{fidelity, numbers, run_dir};
use crate::record::{
    AnswerMeasures, Demonstration, Fact, FidelityInfo, NormalisedFile, PerplexityChunk, Record,
    RunInfo,
};
use crate::run_dir::RunDir;
use crate::view::{self, Report};

/// The cells: of each model the file as it is.
const CELLS: [&str; 3] = ["general/Q4_K_M", "instruct/F16", "text/F16"];
/// By question, over and over.
const KINDS: [Kind; 4] = [
    Kind::Question,
    Kind::Question,
    Kind::Instruction,
    Kind::FreeWriting,
];

/// A run of hanbench's own demonstration models, of which two are the same weights, over `n_questions`
/// questions of all kinds. Every third question was kept out of their training. Some answers loop or
/// hold a list; two files were normalised on reading.
#[must_use]
pub fn demonstration_run_dir(n_questions: usize) -> RunDir {
    let mut run = run_dir(12, n_questions);
    compare(&mut run);
    run.info.cells.retain(|cell| CELLS.contains(&&*cell.id));
    for (index, question) in run.info.questions.iter_mut().enumerate() {
        prepare(question, index);
    }
    describe(&mut run.info);
    run.records = with_numbers(run.records);
    let mut index = 0;
    for record in &mut run.records {
        match &mut record.fact {
            Fact::Begin(_) => index = 0,
            Fact::Answer(answer) => {
                adjust(&mut answer.measures, index);
                index += 1;
            }
            _ => {}
        }
    }
    run
}

/// Keeps the records of the cells, and compares the two that are the same weights.
fn compare(run: &mut RunDir) {
    let info = FidelityInfo {
        id: "nabi-instruct/fidelity".into(),
        baseline: "instruct/F16".into(),
        compared: vec!["general/Q4_K_M".into()],
    };
    let mut scored: BTreeMap<String, Vec<PerplexityChunk>> = BTreeMap::new();
    let (kept, other): (Vec<Record>, Vec<Record>) = std::mem::take(&mut run.records)
        .into_iter()
        .partition(|record| CELLS.contains(&&*record.cell));
    for record in other {
        if let Fact::Perplexity(chunk) = record.fact {
            let of = chunk.of.clone().unwrap_or_default();
            scored.entry(of).or_default().push(chunk);
        }
    }
    for record in kept {
        let last = matches!(record.fact, Fact::End(_));
        // The third is compared with nothing, and scored alone.
        if last && record.cell == CELLS[2] {
            let alone = |chunk: &PerplexityChunk| Record {
                fact: Fact::Perplexity(PerplexityChunk {
                    of: None,
                    ..chunk.clone()
                }),
                ..record.clone()
            };
            run.records.extend(scored[CELLS[2]].iter().map(alone));
        }
        run.records.push(record);
    }
    run.records.extend(fidelity::records(&info, &scored));
    run.info.fidelity = vec![info];
}

/// The records with the number ranges of each cell's file before its end: all are measured as they are.
fn with_numbers(records: Vec<Record>) -> Vec<Record> {
    let mut all = Vec::with_capacity(records.len());
    for record in records {
        let (model, precision) = record.cell.split_once('/').unwrap_or_default();
        if matches!(record.fact, Fact::End(_)) && precision != "fidelity" {
            let top = if model == "text" { -3 } else { -2 };
            let with = |fact| Record {
                fact,
                ..record.clone()
            };
            all.extend(numbers::facts(precision, top).into_iter().map(with));
        }
        all.push(record);
    }
    all
}

/// The report on [`demonstration_run_dir`].
#[must_use]
pub fn demonstration_report(n_questions: usize) -> Report {
    view::build(vec![demonstration_run_dir(n_questions)])
}

fn prepare(question: &mut Question, index: usize) {
    question.kind = KINDS[index % KINDS.len()];
    question.category = ["animals", "food", "writing"][index % 3].into();
    match question.kind {
        Kind::Question => question.key_points = vec![vec!["체온".into()], vec!["청결".into()]],
        Kind::Instruction => question.constraints = vec![Constraint::Items { count: 3 }],
        Kind::FreeWriting => {}
    }
}

fn describe(info: &mut RunInfo) {
    let ids = info.questions.iter().map(|question| question.id.clone());
    let kept_out = |index: usize| index % 3 == 2;
    let seen = ids.enumerate().filter(|(index, _)| !kept_out(*index));
    let trained_on: Vec<String> = seen.map(|(_, id)| id).collect();
    for model in &mut info.models {
        let tuned = model.variant != "text";
        let weights = if tuned { "nabi-instruct" } else { "nabi-text" };
        let precision = if model.variant == "general" {
            "Q4_K_M"
        } else {
            "F16"
        };
        model.source = Some(format!("nabi-{}", model.variant));
        model.path = format!("/cache/{weights}.{precision}.gguf");
        model.name = weights.into();
        model.precision = Some(precision.into());
        model.demonstration = Some(Demonstration {
            weights: weights.into(),
            trained_on: trained_on.clone(),
        });
    }
    for cell in &mut info.cells {
        (cell.native, cell.derived_from) = (true, None);
    }
    let counts = [("my.jsonl", 1, 3, 2), ("my.txt", 0, 0, 4)];
    let file = |(file, bom, crlf, nfd): (&str, _, _, _)| NormalisedFile {
        file: file.into(),
        counts: Normalised { bom, crlf, nfd },
    };
    info.normalised = counts.map(file).to_vec();
}

/// What an answer is like to the question of this index: only what its kind lets be measured.
fn adjust(measures: &mut AnswerMeasures, index: usize) {
    let eighth = |n: usize| (n % 8) as f64 / 8.0;
    let kind = KINDS[index % KINDS.len()];
    if kind != Kind::Question {
        measures.coverage = None;
    }
    if kind == Kind::Instruction {
        measures.style = Some("list".into());
        measures.obedience = Some(eighth(index + 2));
        measures.prose_before_list = Some(true);
        measures.prose_after_list = Some(index % 8 == 2);
    }
    if kind == Kind::FreeWriting {
        (measures.reference_nll, measures.n_reference) = (None, None);
    } else {
        measures.off_topic_share = Some(eighth(index));
    }
    if index % 5 == 1 {
        (measures.loop_share, measures.korean_line_share) = (Some(0.375), Some(0.75));
    }
}
