//! From run directories to a report.

use std::collections::{BTreeMap, HashMap};

use datasets::Question;
use rayon::prelude::*;

use super::facts::CellFacts;
use super::fidelity::{Comparisons, Members, Scored};
use super::summary::Sources;
use super::{
    ActivationKind, ActivationRow, AnswerRow, CellKey, CellView, EnergyRow, Exponents, FidelityRow,
    GridRow, HardwareRow, Latency, MemoryRow, NumbersRow, PerplexityRow, Report, ScoreRow,
    SpeedRow, SummaryRow, activations, answers, choice, claims, energy, grid, hardware, latency,
    lineage, numbers, overview, perplexity, scores, speed, summary, texts,
};
use crate::record::{CellInfo, Fact, Memory, ModelInfo, Record, RunInfo};
use crate::run_dir::{RunDir, attempts};
use crate::text::one_line;

/// Cells whose rows are made at a time, on as many cores.
const AT_ONCE: usize = 4;

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
    texts::correct(&mut report.texts);
    grid::compare(&mut report);
    overview::judge(&mut report);
    report.claims = claims::rows(&report);
    (report.choices, report.variants) = choice::rows(&report);
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
    let keys: Vec<CellKey> = info.cells.iter().map(|cell| key(&info, cell)).collect();
    let members = Members {
        run: &info,
        run_index: report.runs.len(),
        keys: &keys,
        first: report.cells.len(),
    };
    let mut comparisons = Comparisons::of(&members, &mut facts);
    let planned: Vec<_> = info
        .cells
        .iter()
        .zip(&keys)
        .enumerate()
        .map(|(index, (cell, key))| Planned {
            info: cell,
            key,
            run: report.runs.len(),
            index: report.cells.len() + index,
            facts: facts.remove(&cell.id).unwrap_or_default(),
            scored: comparisons.scored.remove(&cell.id).unwrap_or_default(),
            fidelity: headline(&comparisons.rows, report.cells.len() + index),
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
    let first = report.cells.len();
    let given = append(report, planned, |cell| {
        CellRows::new(&info, &questions, cell)
    });
    for comparison in compare(report, first, &info, &given) {
        report.texts.push(comparison.row);
        let begin = given[comparison.cell].begin;
        for (index, beside) in comparison.answers {
            report.answers[begin + index].beside.get_or_insert(beside);
        }
    }
    report
        .lineage
        .extend(lineage::rows(&info, report.runs.len()));
    report.fidelity_cells.extend(comparisons.views);
    report.fidelity.extend(comparisons.rows);
    report.notes.extend(comparisons.notes);
    report.runs.push(info);
}

/// The answers of a cell among those of the report.
struct Given {
    begin: usize,
    transcripts: Vec<texts::Transcript>,
}

/// Makes the rows of the cells and appends them, few cells at a time: the rows of a large run do not
/// stand in memory twice.
fn append<'a>(
    report: &mut Report,
    planned: Vec<Planned<'a>>,
    rows: impl Fn(Planned<'a>) -> CellRows + Sync,
) -> Vec<Given> {
    let facts = planned.iter().flat_map(|cell| &cell.facts);
    let n_answers = facts.filter(|fact| matches!(fact, Fact::Answer(_))).count();
    report.answers.reserve_exact(n_answers);
    let mut given = Vec::with_capacity(planned.len());
    let mut planned = planned.into_iter().peekable();
    while planned.peek().is_some() {
        let some: Vec<_> = planned.by_ref().take(AT_ONCE).collect();
        let made: Vec<CellRows> = some.into_par_iter().map(&rows).collect();
        for cell in made {
            let begin = report.answers.len();
            let transcripts = cell.append_to(report);
            given.push(Given { begin, transcripts });
        }
    }
    given
}

/// The comparisons of the answers of a run, whose first cell has the index `first` in the report.
fn compare(
    report: &Report,
    first: usize,
    info: &RunInfo,
    given: &[Given],
) -> Vec<texts::Comparison> {
    let cells = report.cells[first..].iter().zip(given);
    let answered: Vec<_> = cells
        .map(|(view, Given { begin, transcripts })| texts::Answered {
            key: &view.key,
            rows: &report.answers[*begin..begin + transcripts.len()],
            transcripts,
        })
        .collect();
    texts::comparisons(info, first, &answered)
}

/// The row of the cell against its baseline over the first whole corpus.
fn headline(rows: &[FidelityRow], cell: usize) -> Option<&FidelityRow> {
    rows.iter().find(|row| row.whole && row.cell == cell)
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
    key: &'a CellKey,
    /// Index of the run in the report.
    run: usize,
    /// Index of the cell in the report.
    index: usize,
    facts: Vec<Fact>,
    /// What a fidelity cell scored of it.
    scored: Scored,
    /// Against its baseline.
    fidelity: Option<&'a FidelityRow>,
}

/// The rows of one cell.
struct CellRows {
    view: CellView,
    speed: Vec<SpeedRow>,
    latency: Option<Latency>,
    memory: Vec<MemoryRow>,
    energy: Vec<EnergyRow>,
    perplexity: Vec<PerplexityRow>,
    numbers: Vec<NumbersRow>,
    exponents: Option<Exponents>,
    activations: Vec<ActivationRow>,
    activation_kinds: Vec<ActivationKind>,
    answers: Vec<AnswerRow>,
    /// Of the answers, in their order.
    transcripts: Vec<texts::Transcript>,
    scores: Vec<ScoreRow>,
    summary: SummaryRow,
    grid: GridRow,
    hardware: HardwareRow,
}

impl CellRows {
    fn new(run: &RunInfo, questions: &HashMap<&str, &Question>, cell: Planned) -> Self {
        let mut facts = CellFacts::new(cell.facts);
        // The perplexity of a member falls out of the comparison, and is not measured again.
        if facts.chunks.is_empty() {
            facts.chunks = cell.scored.chunks;
            facts.unfinished = cell.scored.unfinished;
        }
        let key = cell.key.clone();
        let groups = speed::groups(&key, run, &facts.speed);
        let timed: Vec<_> = facts
            .answers
            .iter()
            .filter_map(|answer| answers::Timed::new(answer))
            .collect();
        let answer_speed = speed::answers_row(&key, run, &timed);
        let latency = latency::row(cell.index, &timed);
        let inter_token = timed.iter().flat_map(|answer| answer.inter_token_ns);
        let inter_token_ms = inter_token.map(|ns| *ns as f64 / 1e6).collect();
        let rates = |group: Option<&speed::SpeedGroup>| {
            group.map(|group| group.rates.clone()).unwrap_or_default()
        };
        let memory: Vec<_> = facts
            .memory
            .iter()
            .map(|memory| memory_row(&key, cell.index, memory))
            .collect();
        let energy = energy::rows(&key, cell.index, &facts.meters, &facts.speed);
        let perplexity = perplexity::rows(&key, run, &facts);
        let numbers = numbers::rows(&key, cell.index, &facts.numbers);
        let exponents = numbers::exponents(cell.index, &facts.numbers);
        let activations = activations::rows(&key, cell.index, &facts.activations);
        let activation_kinds = activations::kinds(cell.index, &facts.activations);
        let demonstration = model(run, cell.info).and_then(|model| model.demonstration.as_ref());
        let transcripts = facts
            .answers
            .iter_mut()
            .map(|answer| texts::Transcript::take(answer))
            .collect();
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
            decode_test: speed::headline_decode(&groups).and_then(speed::SpeedGroup::shape),
            prefill_test: speed::headline_prefill(&groups).and_then(speed::SpeedGroup::shape),
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
            scores: &scores,
            fidelity: cell.fidelity,
        });
        let grid = grid::row(cell.index, &summary, &groups, &memory);
        let hardware = hardware::row(run, &facts.probes, &summary, &grid, &energy);
        let speed = groups
            .into_iter()
            .map(|group| group.row)
            .chain(answer_speed)
            .collect();
        Self {
            view,
            speed,
            latency,
            memory,
            energy,
            perplexity,
            numbers,
            exponents,
            activations,
            activation_kinds,
            answers,
            transcripts,
            scores,
            summary,
            grid,
            hardware,
        }
    }

    /// Returns the transcripts of the answers appended.
    fn append_to(self, report: &mut Report) -> Vec<texts::Transcript> {
        report.cells.push(self.view);
        report.speed.extend(self.speed);
        report.latency.extend(self.latency);
        report.memory.extend(self.memory);
        report.energy.extend(self.energy);
        report.perplexity.extend(self.perplexity);
        report.numbers.extend(self.numbers);
        report.exponents.extend(self.exponents);
        report.activations.extend(self.activations);
        report.activation_kinds.extend(self.activation_kinds);
        report.answers.extend(self.answers);
        report.scores.extend(self.scores);
        report.summary.push(self.summary);
        report.grid.push(self.grid);
        report.hardware.push(self.hardware);
        self.transcripts
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

fn memory_row(key: &CellKey, cell: usize, memory: &Memory) -> MemoryRow {
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
        cell,
    }
}
