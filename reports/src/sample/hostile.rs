//! Made-up runs of which all went wrong, or of which every text was written to do harm.

use datasets::Normalised;

use super::run_dir;
use crate::record::{Begin, Demonstration, End, Fact, Failure, NormalisedFile, Record, Stage};
use crate::run_dir::RunDir;

/// A text that ends elements, runs scripts, reorders and hides its neighbours where nothing stops it.
pub const HOSTILE: &str = "<script>alert(1)</script></style><img src=x onerror=alert(2)>\"'\n\u{202e}\u{200b}\u{1b}[31m&amp;";

/// A run in which everything that others wrote is [`HOSTILE`].
#[must_use]
pub fn hostile_run_dir() -> RunDir {
    let mut run = run_dir(3, 2);
    let bad = || HOSTILE.to_owned();
    run.info.machine.name = bad();
    run.info.machine.cpu = bad();
    run.info.machine.gpus = vec![bad()];
    run.info.engine.simd = vec![bad()];
    run.info.suite.name = bad();
    run.info.created = bad();
    run.info.command_line.push(bad());
    for model in &mut run.info.models {
        (model.name, model.path, model.sha256) = (bad(), bad(), Some(bad()));
        (model.finetune, model.precision) = (Some(bad()), Some(bad()));
        (model.source, model.variant) = (Some(bad()), model.variant.clone() + HOSTILE);
        model.demonstration = Some(Demonstration {
            weights: bad(),
            trained_on: vec![bad()],
        });
    }
    // Two variants of the same weights.
    run.info.models.push(run.info.models[0].clone());
    run.info.normalised = vec![NormalisedFile {
        file: bad(),
        counts: Normalised {
            bom: 1,
            ..Normalised::default()
        },
    }];
    for cell in &mut run.info.cells {
        cell.variant += HOSTILE;
        cell.derived_from = Some(bad());
    }
    for corpus in &mut run.info.corpora {
        corpus.text += HOSTILE;
    }
    for comparison in &mut run.info.fidelity {
        comparison.id += HOSTILE;
    }
    for record in &mut run.records {
        if record.cell.ends_with("/fidelity") {
            record.cell += HOSTILE;
        }
    }
    for question in &mut run.info.questions {
        (question.question, question.id) = (
            question.question.clone() + HOSTILE,
            question.id.clone() + HOSTILE,
        );
        question.category = bad();
    }
    for record in &mut run.records {
        match &mut record.fact {
            Fact::Answer(answer) => {
                (answer.answer, answer.question_id) = (bad(), answer.question_id.clone() + HOSTILE)
            }
            Fact::Perplexity(chunk) => chunk.text += HOSTILE,
            Fact::Meter(meter) => {
                meter.source = bad();
                meter.reason.iter_mut().for_each(|reason| *reason = bad());
            }
            Fact::Fidelity(chunk) => chunk.text += HOSTILE,
            Fact::Numbers(tensor) if !tensor.tensor.is_empty() => {
                (tensor.tensor, tensor.type_name) = (bad(), bad());
                tensor.numbers.nan = 1;
            }
            Fact::Activation(range) => (range.node, range.overflow) = (bad(), 1),
            _ => {}
        }
    }
    let failure = Failure {
        stage: Stage::Answers,
        reason: bad(),
    };
    run.records.insert(
        1,
        Record {
            cell: run.info.cells[0].id.clone(),
            attempt: 1,
            fact: Fact::Failure(failure),
        },
    );
    run.notes.push(bad());
    run
}

/// A run of which every cell failed to load.
#[must_use]
pub fn dead_run_dir() -> RunDir {
    let mut run = run_dir(4, 3);
    let facts = |_| {
        let reason =
            "/models/a.gguf: needs 25.0 GiB of memory but 16.0 GiB are available; not loaded. Take a smaller precision or model, or a suite with less context".to_owned();
        [
            Fact::Begin(Begin {
                at: "2026-01-02T03:04:05Z".into(),
            }),
            Fact::Failure(Failure {
                stage: Stage::Load,
                reason,
            }),
            Fact::End(End {
                complete: false,
                wall_ns: 1,
                engine_ns: 0,
            }),
        ]
    };
    let records = run.info.cells.iter().flat_map(|cell| {
        facts(()).map(|fact| Record {
            cell: cell.id.clone(),
            attempt: 1,
            fact,
        })
    });
    run.records = records.collect();
    run
}
