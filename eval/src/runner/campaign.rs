//! A run from its plan to its last record.

use super::cache::Cache;
use super::cell::{Cell, Shared};
use super::fidelity;
use super::journal::Journal;
use super::machine;
use super::plan::Plan;
use super::prepare::{self, Source, Unfit};
use super::progress::Progress;
use super::protocol::Request;
use super::worker::{Nursery, Trouble};
use crate::energy;
use crate::engine::ModelFile;
use crate::stages::speed::{self, SpeedTest};
use reports::record::{CellInfo, Fact, ModelInfo, RunInfo, Stage, Test};
use reports::run_dir;
use std::collections::BTreeMap;
use std::time::Instant;

/// Share of the available memory that cells measured in rounds may take together.
pub(super) const SHARE_OF_MEMORY: f64 = 0.8;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    /// Every cell had its turn, well or not.
    All,
    /// Ctrl-C.
    Interrupted,
}

/// Why a run could not go on: one line that says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Halt(pub String);

/// Measures every cell of the plan that has no complete attempt in the journal.
///
/// # Errors
/// The journal cannot be written.
pub fn run(
    plan: &Plan,
    journal: &mut Journal,
    nursery: &Nursery,
    cache: &Cache,
) -> Result<Finished, Halt> {
    let attempts = attempts_so_far(journal)?;
    let progress = Progress::new();
    let mut shared = Shared {
        info: &plan.info,
        nursery,
        journal,
        progress: &progress,
    };
    match measure_all(plan, &mut shared, cache, &attempts) {
        Ok(()) => Ok(Finished::All),
        Err(Trouble::Interrupted) => Ok(Finished::Interrupted),
        Err(trouble) => Err(Halt(trouble.to_string())),
    }
}

/// For each cell the number of its last attempt, and whether one was complete.
struct Attempts {
    last: BTreeMap<String, u32>,
    complete: Vec<String>,
}

impl Attempts {
    /// The number of the attempt to begin; `None` where one was complete.
    fn next(&self, id: &str) -> Option<u32> {
        let complete = self.complete.iter().any(|done| done == id);
        (!complete).then(|| self.last.get(id).map_or(1, |last| last + 1))
    }
}

fn attempts_so_far(journal: &Journal) -> Result<Attempts, Halt> {
    let mut attempts = Attempts {
        last: BTreeMap::new(),
        complete: Vec::new(),
    };
    if !journal.has_records() {
        return Ok(attempts);
    }
    let run = run_dir::read(journal.dir()).map_err(|error| Halt(error.to_string()))?;
    for record in run.records {
        if let Fact::End(end) = &record.fact
            && end.complete
        {
            attempts.complete.push(record.cell.clone());
        }
        let last = attempts.last.entry(record.cell).or_default();
        *last = record.attempt.max(*last);
    }
    Ok(attempts)
}

fn measure_all(
    plan: &Plan,
    shared: &mut Shared<'_>,
    cache: &Cache,
    attempts: &Attempts,
) -> Result<(), Trouble> {
    let budget = (machine::available_memory() as f64 * SHARE_OF_MEMORY) as u64;
    let mut round: Vec<Cell<'_>> = Vec::new();
    for (info, source) in plan.info.cells.iter().zip(&plan.sources) {
        let Some(attempt) = attempts.next(&info.id) else {
            shared
                .progress
                .say(&format!("{}: measured already", info.id));
            continue;
        };
        let Some(cell) = begin(plan, info, source, attempt, shared, cache)? else {
            continue;
        };
        let together: u64 = round.iter().map(Cell::need_bytes).sum();
        if together + cell.need_bytes() > budget {
            measure_round(std::mem::take(&mut round), shared)?;
        }
        round.push(cell);
    }
    measure_round(round, shared)?;
    for group in &plan.info.fidelity {
        match attempts.next(&group.id) {
            Some(number) => fidelity::measure(plan, group, number, shared, cache)?,
            None => shared
                .progress
                .say(&format!("{}: measured already", group.id)),
        }
    }
    Ok(())
}

/// Begins an attempt at a cell; `None` where it cannot be loaded, which is then on record.
fn begin<'a>(
    plan: &'a Plan,
    info: &'a CellInfo,
    source: &Result<ModelFile, String>,
    attempt: u32,
    shared: &mut Shared<'_>,
    cache: &Cache,
) -> Result<Option<Cell<'a>>, Trouble> {
    let mut cell = Cell::begin(shared, info, attempt)?;
    let begun = Instant::now();
    let mut engine_ns = 0;
    let prepared = match (source, model_of(&plan.info, info)) {
        (Ok(file), Some(model)) => {
            shared.progress.stage(&format!("{}: preparing", info.id));
            let source = Source {
                info: &plan.info,
                cell: info,
                model,
                file,
            };
            let progress = shared.progress;
            prepare::prepare(source, shared.nursery, cache, progress, &mut engine_ns)
        }
        (Err(reason), _) => Err(Unfit::Failed(Stage::Model, reason.clone())),
        (_, None) => Err(Unfit::Failed(
            Stage::Model,
            "the run lists no such model".into(),
        )),
    };
    match prepared {
        Ok(prepared) => {
            cell.prepared(shared, prepared, begun.elapsed(), engine_ns)?;
            Ok(Some(cell))
        }
        Err(Unfit::Failed(stage, reason)) => {
            cell.fail(shared, stage, reason)?;
            cell.end(shared)?;
            Ok(None)
        }
        Err(Unfit::Stop(trouble)) => Err(trouble),
    }
}

/// The model that a cell measures.
pub(super) fn model_of<'a>(info: &'a RunInfo, cell: &CellInfo) -> Option<&'a ModelInfo> {
    info.models
        .iter()
        .find(|model| model.variant == cell.variant)
}

/// Measures cells that fit in memory together: their speeds repetition by repetition in turn, so
/// that whatever the machine does meanwhile falls on all of them, the rest one after another.
fn measure_round(mut cells: Vec<Cell<'_>>, shared: &mut Shared<'_>) -> Result<(), Trouble> {
    if cells.is_empty() {
        return Ok(());
    }
    for cell in &mut cells {
        cell.probe_before(shared)?;
        cell.load(shared)?;
    }
    measure_speed(&mut cells, shared)?;
    for cell in cells {
        cell.finish(shared)?;
    }
    Ok(())
}

fn measure_speed(cells: &mut [Cell<'_>], shared: &mut Shared<'_>) -> Result<(), Trouble> {
    let Some(suite) = &shared.info.suite.speed else {
        return Ok(());
    };
    let powercap = energy::POWERCAP.into();
    shared.progress.stage("looking for energy meters");
    each(cells, shared, &Request::Meters { powercap })?;
    for group in speed::plan(suite, shared.info.n_threads) {
        each(cells, shared, &Request::Open { spec: group.spec })?;
        for test in group.tests {
            shared.progress.stage(&describe(&test, cells));
            each(cells, shared, &Request::Warm { test })?;
            for rep in 0..suite.repetitions {
                each(cells, shared, &Request::Repeat { test, rep })?;
                shared.progress.step(rep + 1, suite.repetitions);
            }
        }
        each(cells, shared, &Request::Close)?;
    }
    Ok(())
}

fn each(cells: &mut [Cell<'_>], shared: &mut Shared<'_>, request: &Request) -> Result<(), Trouble> {
    cells
        .iter_mut()
        .try_for_each(|cell| cell.speed(shared, request))
}

fn describe(test: &SpeedTest, cells: &[Cell<'_>]) -> String {
    let cells = cells.iter().filter(|cell| cell.is_loaded()).count();
    let what = match test.test {
        Test::Decode => format!("decode {} tokens", test.n_gen),
        Test::Prefill | Test::Load => format!("prefill {} tokens", test.n_prompt),
    };
    let depth = match test.n_depth {
        0 => String::new(),
        depth => format!(" at depth {depth}"),
    };
    let parallel = match test.n_seq {
        1 => String::new(),
        n => format!(" in {n} sequences"),
    };
    format!("speed of {cells} cells: {what}{depth}{parallel}")
}
