//! From run directories to a report.

use std::collections::{BTreeMap, HashMap};

use datasets::Question;
use rayon::prelude::*;

use super::facts::CellFacts;
use super::summary::Sources;
use super::{
    ActivationKind, ActivationRow, AnswerRow, CellKey, CellView, Exponents, MemoryRow, NumbersRow,
    PerplexityRow, Report, ScoreRow, SpeedRow, SummaryRow, activations, answers, numbers,
    perplexity, scores, speed, summary,
};
use crate::record::{CellInfo, Fact, Memory, ModelInfo, Record, RunInfo};
use crate::run_dir::{RunDir, attempts};
use crate::text::one_line;

/// The report on `runs`: the cells of all of them, in their order. The same cell of several runs has
/// rows of its own for each, and so has the same machine.
///
/// Of each cell the attempt named by [`attempts`] is read. A planned cell without any record is a
/// row that says so; records of a cell that the run did not plan become a note.
#[must_use]
pub fn build(runs: Vec<RunDir>) -> Report {
    let mut report = Report::default();
    for run in runs {
        add(&mut report, run);
    }
    report
}

fn add(report: &mut Report, run: RunDir) {
    let RunDir {
        path,
        info,
        records,
        notes,
    } = run;
    report.notes.extend(notes);
    let mut facts = facts_by_cell(records);
    let planned: Vec<_> = info
        .cells
        .iter()
        .enumerate()
        .map(|(index, cell)| Planned {
            info: cell,
            run: report.runs.len(),
            index: report.cells.len() + index,
            facts: facts.remove(&cell.id).unwrap_or_default(),
        })
        .collect();
    for (cell, facts) in facts {
        let (file, cell, count) = (
            path.join("records.jsonl"),
            one_line(&cell).into_owned(),
            facts.len(),
        );
        let file = file.display();
        report.notes.push(format!(
            "{file}: cell {cell} is not planned in run.json; records left out: {count}"
        ));
    }
    let questions: HashMap<&str, &Question> = info
        .questions
        .iter()
        .map(|question| (question.id.as_str(), question))
        .collect();
    let rows: Vec<CellRows> = planned
        .into_par_iter()
        .map(|cell| CellRows::new(&info, &questions, cell))
        .collect();
    for cell in rows {
        cell.append_to(report);
    }
    report.runs.push(info);
}

/// The facts of the attempt to read of each cell.
fn facts_by_cell(records: Vec<Record>) -> BTreeMap<String, Vec<Fact>> {
    let attempts: BTreeMap<String, u32> = attempts(&records)
        .into_iter()
        .map(|(cell, attempt)| (cell.to_owned(), attempt))
        .collect();
    let mut facts: BTreeMap<String, Vec<Fact>> = BTreeMap::new();
    for record in records {
        if attempts.get(&record.cell) != Some(&record.attempt) {
            continue;
        }
        match facts.get_mut(&record.cell) {
            Some(facts) => facts.push(record.fact),
            None => _ = facts.insert(record.cell, vec![record.fact]),
        }
    }
    facts
}

/// A cell of `run.json` with what was recorded of it.
struct Planned<'a> {
    info: &'a CellInfo,
    /// Index of the run in the report.
    run: usize,
    /// Index of the cell in the report.
    index: usize,
    facts: Vec<Fact>,
}

/// The rows of one cell.
struct CellRows {
    view: CellView,
    speed: Vec<SpeedRow>,
    memory: Vec<MemoryRow>,
    perplexity: Vec<PerplexityRow>,
    numbers: Vec<NumbersRow>,
    exponents: Option<Exponents>,
    activations: Vec<ActivationRow>,
    activation_kinds: Vec<ActivationKind>,
    answers: Vec<AnswerRow>,
    scores: Vec<ScoreRow>,
    summary: SummaryRow,
}

impl CellRows {
    fn new(run: &RunInfo, questions: &HashMap<&str, &Question>, cell: Planned) -> Self {
        let mut facts = CellFacts::new(cell.facts);
        let key = key(run, cell.info);
        let groups = speed::groups(&key, run, &facts.speed);
        let timed: Vec<_> = facts
            .answers
            .iter()
            .filter_map(answers::Timed::new)
            .collect();
        let answer_speed = speed::answers_row(&key, run, &timed);
        let inter_token = timed.iter().flat_map(|answer| answer.inter_token_ns);
        let inter_token_ms = inter_token.map(|ns| *ns as f64 / 1e6).collect();
        let rates = |group: Option<&speed::SpeedGroup>| {
            group.map(|group| group.rates.clone()).unwrap_or_default()
        };
        let memory: Vec<_> = facts
            .memory
            .iter()
            .map(|memory| memory_row(&key, memory))
            .collect();
        let perplexity = perplexity::rows(&key, run, &facts);
        let numbers = numbers::rows(&key, cell.index, &facts.numbers);
        let exponents = numbers::exponents(cell.index, &facts.numbers);
        let activations = activations::rows(&key, cell.index, &facts.activations);
        let activation_kinds = activations::kinds(cell.index, &facts.activations);
        let demonstration = model(run, cell.info).and_then(|model| model.demonstration.as_ref());
        let answers = answers::rows(
            &key,
            cell.index,
            &answers::Asked::new(questions, demonstration),
            std::mem::take(&mut facts.answers),
        );
        let scores = scores::rows(&key, cell.index, run, &answers);
        let view = CellView {
            run: cell.run,
            status: facts.status(),
            derived_from: cell.info.derived_from.clone(),
            failures: facts.failures,
            warnings: facts.warnings,
            end: facts.end,
            decode_samples: rates(speed::headline_decode(&groups)),
            prefill_samples: rates(speed::headline_prefill(&groups)),
            inter_token_ms,
            key,
        };
        let summary = summary::row(&Sources {
            view: &view,
            speed: &groups,
            answer_speed: answer_speed.as_ref(),
            memory: &memory,
            perplexity: &perplexity,
            answers: &answers,
        });
        let speed = groups
            .into_iter()
            .map(|group| group.row)
            .chain(answer_speed)
            .collect();
        Self {
            view,
            speed,
            memory,
            perplexity,
            numbers,
            exponents,
            activations,
            activation_kinds,
            answers,
            scores,
            summary,
        }
    }

    fn append_to(self, report: &mut Report) {
        report.cells.push(self.view);
        report.speed.extend(self.speed);
        report.memory.extend(self.memory);
        report.perplexity.extend(self.perplexity);
        report.numbers.extend(self.numbers);
        report.exponents.extend(self.exponents);
        report.activations.extend(self.activations);
        report.activation_kinds.extend(self.activation_kinds);
        report.answers.extend(self.answers);
        report.scores.extend(self.scores);
        report.summary.push(self.summary);
    }
}

/// The model of a cell; a cell without one is of a damaged run.json.
fn model<'a>(run: &'a RunInfo, cell: &CellInfo) -> Option<&'a ModelInfo> {
    run.models
        .iter()
        .find(|model| model.variant == cell.variant)
}

fn key(run: &RunInfo, cell: &CellInfo) -> CellKey {
    CellKey {
        machine: run.machine.name.clone(),
        // Without a model the label is what is left to call it by.
        model: model(run, cell)
            .map_or(&cell.variant, |model| &model.name)
            .clone(),
        variant: cell.variant.clone(),
        precision: cell.precision.clone(),
    }
}

fn memory_row(key: &CellKey, memory: &Memory) -> MemoryRow {
    let CellKey {
        machine,
        model,
        variant,
        precision,
    } = key.clone();
    MemoryRow {
        machine,
        model,
        variant,
        precision,
        n_ctx: memory.n_ctx,
        model_bytes: memory.model_bytes,
        kv_bytes: memory.kv_bytes,
        compute_bytes: memory.compute_bytes,
        predicted_bytes: memory.predicted_bytes,
        peak_rss_bytes: memory.peak_rss_bytes,
        rss_anon_bytes: memory.rss_anon_bytes,
        rss_file_bytes: memory.rss_file_bytes,
        gpu_bytes: memory.gpu_bytes,
        n_seq: memory.n_seq,
    }
}
