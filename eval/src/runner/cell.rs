//! One cell while it is measured: its child, its records, what has gone wrong.

use super::attempt::Attempt;
use super::campaign;
use super::journal::Journal;
use super::prepare::{self, Prepared, Unfit};
use super::probe;
use super::progress::Progress;
use super::protocol::Request;
use super::worker::{Nursery, Trouble, Worker};
use crate::engine::{Prediction, SessionSpec};
use crate::stages::activations::Looked;
use crate::stages::speed::SpeedTest;
use reports::record::{CellInfo, Fact, Probe, RunInfo, Stage, Test, When};
use std::time::{Duration, Instant};

/// Something that ends the whole run, not only a cell.
pub type Fatal = Trouble;

/// What all cells of a run share.
pub struct Shared<'a> {
    /// The run.
    pub info: &'a RunInfo,
    /// Starts children.
    pub nursery: &'a Nursery,
    /// Where records go.
    pub journal: &'a mut Journal,
    /// What the user sees.
    pub progress: &'a Progress,
}

/// A cell under way.
pub struct Cell<'a> {
    info: &'a CellInfo,
    attempt: Attempt<'a>,
    prepared: Option<Prepared>,
    worker: Option<Worker>,
    /// The noise probe before the cell.
    before: Option<Probe>,
    /// Whether its perplexity falls out of a comparison with other cells.
    compared: bool,
}

impl<'a> Cell<'a> {
    /// Begins an attempt.
    pub fn begin(shared: &mut Shared<'_>, info: &'a CellInfo, number: u32) -> Result<Self, Fatal> {
        let groups = &shared.info.fidelity;
        let compared = groups
            .iter()
            .any(|group| group.baseline == info.id || group.compared.contains(&info.id));
        Ok(Self {
            info,
            attempt: Attempt::begin(shared, &info.id, number)?,
            prepared: None,
            worker: None,
            before: None,
            compared,
        })
    }

    /// Peak memory it needs, in bytes; 0 before it is prepared.
    pub fn need_bytes(&self) -> u64 {
        self.prepared
            .as_ref()
            .map_or(0, |prepared| prepared.need_bytes)
    }

    /// Its file is there; `spent` and `engine_ns` went into that.
    pub fn prepared(
        &mut self,
        shared: &mut Shared<'_>,
        prepared: Prepared,
        spent: Duration,
        engine_ns: u64,
    ) -> Result<(), Fatal> {
        for text in &prepared.warnings {
            self.attempt.warn(shared, Stage::Convert, text.clone())?;
        }
        self.attempt.spent += spent;
        self.attempt.engine_ns += engine_ns;
        self.prepared = Some(prepared);
        Ok(())
    }

    /// Loads the model in a child of its own and keeps the times.
    pub fn load(&mut self, shared: &mut Shared<'_>) -> Result<(), Fatal> {
        let repetitions = shared
            .info
            .suite
            .speed
            .as_ref()
            .map_or(1, |speed| speed.repetitions);
        self.start(shared, repetitions)
    }

    /// One request of the speed stage; a cell whose child is gone sits it out.
    pub fn speed(&mut self, shared: &mut Shared<'_>, request: &Request) -> Result<(), Fatal> {
        if self.worker.is_none() {
            return Ok(());
        }
        self.ask(shared, Stage::Speed, request)
    }

    /// Tells whether the cell still takes part in the speed stage.
    pub fn is_loaded(&self) -> bool {
        self.worker.is_some()
    }

    /// Everything after the speed tests, which other cells share rounds with. Memory is told after
    /// the first stage, whichever the suite has: what nothing has touched is not resident.
    pub fn finish(mut self, shared: &mut Shared<'_>) -> Result<(), Fatal> {
        let suite = &shared.info.suite;
        let has_speed = suite.speed.is_some();
        let is_random = campaign::model_of(shared.info, self.info)
            .is_some_and(|model| model.synthetic.is_some());
        let has_perplexity = suite.perplexity.is_some() && !self.compared && !is_random;
        if has_speed {
            self.memory(shared)?;
        } else if !has_perplexity {
            self.touch(shared)?;
            self.memory(shared)?;
        }
        if is_random {
            self.refuse_text(shared)?;
            return self.end(shared);
        }
        if has_perplexity {
            self.perplexity(shared)?;
        }
        if !has_speed && has_perplexity {
            self.memory(shared)?;
        }
        self.answers(shared)?;
        // Those of derived files follow from their source's.
        if suite.numbers.is_some() && self.stands_for_file(shared) {
            self.numbers(shared)?;
            self.activations(shared)?;
        }
        self.end(shared)
    }

    /// The noise probe before the cell.
    pub fn probe_before(&mut self, shared: &mut Shared<'_>) -> Result<(), Fatal> {
        let before = probe::probe(When::Before);
        self.before = Some(before.clone());
        self.attempt.keep(shared, Fact::Probe(before))
    }

    /// The noise probe after the cell, and a warning where the machine is not what it was.
    fn probe_after(&mut self, shared: &mut Shared<'_>) -> Result<(), Fatal> {
        let Some(before) = self.before.take() else {
            return Ok(());
        };
        let after = probe::probe(When::After);
        let moved = probe::moved(&before, &after);
        self.attempt.keep(shared, Fact::Probe(after))?;
        match moved {
            Some(text) => self.attempt.warn(shared, Stage::Process, text),
            None => Ok(()),
        }
    }

    /// Random weights have a speed and take memory; whatever else they are asked would be noise that
    /// looks like a result.
    fn refuse_text(&mut self, shared: &mut Shared<'_>) -> Result<(), Fatal> {
        let suite = &shared.info.suite;
        let stages = [
            (suite.perplexity.is_some(), Stage::Perplexity, "perplexity"),
            (suite.answers.is_some(), Stage::Answers, "answers"),
            (suite.numbers.is_some(), Stage::Numbers, "numbers"),
        ];
        for (_, stage, section) in stages.into_iter().filter(|(asked, ..)| *asked) {
            let reason = format!(
                "refused: the weights are random numbers, so [{section}] would tell nothing about the model; speed and memory are measured. Give the model's own file for the rest, or a suite without [{section}]"
            );
            self.fail(shared, stage, reason)?;
        }
        Ok(())
    }

    /// Records a failure; the cell goes on with its next stage.
    pub fn fail(
        &mut self,
        shared: &mut Shared<'_>,
        stage: Stage,
        reason: String,
    ) -> Result<(), Fatal> {
        self.attempt.fail(shared, stage, reason)
    }

    /// Ends the attempt.
    pub fn end(mut self, shared: &mut Shared<'_>) -> Result<(), Fatal> {
        self.release();
        self.probe_after(shared)?;
        self.attempt.end(shared)
    }

    fn memory(&mut self, shared: &mut Shared<'_>) -> Result<(), Fatal> {
        let Some((spec, prediction)) = self.memory_of() else {
            return Ok(());
        };
        let request = Request::Memory {
            spec,
            predicted_bytes: Some(prediction.host_bytes),
        };
        self.ask(shared, Stage::Memory, &request)
    }

    /// Answers make contexts as large as their prompts need, and smaller ones follow larger ones:
    /// the largest there could be is made once and one full batch evaluated in it.
    fn touch(&mut self, shared: &mut Shared<'_>) -> Result<(), Fatal> {
        let Some((spec, _)) = self.memory_of() else {
            return Ok(());
        };
        let n_prompt = spec.n_ubatch.min(spec.n_ctx / spec.n_seq);
        let test = SpeedTest {
            test: Test::Prefill,
            n_prompt,
            n_gen: 0,
            n_depth: 0,
            n_seq: spec.n_seq,
        };
        for request in [
            Request::Open { spec },
            Request::Warm { test },
            Request::Close,
        ] {
            self.ask(shared, Stage::Memory, &request)?;
        }
        Ok(())
    }

    fn memory_of(&self) -> Option<(SessionSpec, Prediction)> {
        self.prepared.as_ref().map(|prepared| prepared.memory)
    }

    fn perplexity(&mut self, shared: &mut Shared<'_>) -> Result<(), Fatal> {
        let Some(suite) = &shared.info.suite.perplexity else {
            return Ok(());
        };
        for corpus in &suite.corpora {
            if !self.revive(shared)? {
                return Ok(());
            }
            shared
                .progress
                .stage(&format!("{}: perplexity on {corpus}", self.info.id));
            let request = Request::Perplexity {
                corpus: corpus.clone(),
                n_ctx: suite.n_ctx,
                max_chunks: suite.max_chunks,
                n_threads: shared.info.n_threads,
            };
            self.ask(shared, Stage::Perplexity, &request)?;
        }
        Ok(())
    }

    fn answers(&mut self, shared: &mut Shared<'_>) -> Result<(), Fatal> {
        let Some(suite) = &shared.info.suite.answers else {
            return Ok(());
        };
        if shared.info.questions.is_empty() || !self.revive(shared)? {
            return Ok(());
        }
        let questions = shared.info.questions.clone();
        shared.progress.stage(&format!(
            "{}: answers to {} questions",
            self.info.id,
            questions.len()
        ));
        let request = Request::Answers {
            questions,
            suite: suite.clone(),
            as_ollama: campaign::model_of(shared.info, self.info)
                .and_then(|model| model.as_ollama.clone())
                .map(Box::new),
            n_threads: shared.info.n_threads,
        };
        self.ask(shared, Stage::Answers, &request)
    }

    /// Whether it is the first cell of its model that is measured as it is: others of the same file,
    /// with another KV cache say, have the same weights.
    fn stands_for_file(&self, shared: &Shared<'_>) -> bool {
        let mut cells = shared.info.cells.iter();
        cells
            .find(|cell| cell.native && cell.variant == self.info.variant)
            .is_some_and(|first| first.id == self.info.id)
    }

    /// Number ranges of the file's weights.
    fn numbers(&mut self, shared: &mut Shared<'_>) -> Result<(), Fatal> {
        let Some(prepared) = &self.prepared else {
            return Ok(());
        };
        shared
            .progress
            .stage(&format!("{}: number ranges", self.info.id));
        let request = Request::Numbers {
            path: prepared.path.clone(),
        };
        // The model is not needed any more, and a child of its own does not wait for it to go.
        self.release();
        self.worker = Some(shared.nursery.spawn()?);
        self.ask(shared, Stage::Numbers, &request)
    }

    /// The largest magnitudes of its activations, in a child of its own, which loads it once more.
    fn activations(&mut self, shared: &mut Shared<'_>) -> Result<(), Fatal> {
        let Some(Prepared { path, setup, .. }) = &self.prepared else {
            return Ok(());
        };
        let (path, setup) = (path.clone(), *setup);
        self.release();
        shared
            .progress
            .stage(&format!("{}: magnitudes of activations", self.info.id));
        let suite = shared.info.suite.perplexity.as_ref();
        let looked = Looked::of(suite, shared.info.n_threads);
        let begun = Instant::now();
        let mut engine_ns = 0;
        let request = prepare::look(&path, setup, looked, shared.nursery, &mut engine_ns);
        self.attempt.spent += begun.elapsed();
        self.attempt.engine_ns += engine_ns;
        match request {
            Ok(request) => {
                self.worker = Some(shared.nursery.spawn_patient()?);
                self.ask(shared, Stage::Numbers, &request)
            }
            Err(Unfit::Failed(_, reason)) => self.fail(shared, Stage::Numbers, reason),
            Err(Unfit::Stop(trouble)) => Err(trouble),
        }
    }

    /// Makes sure that there is a child, after an earlier stage cost the last one its life. A cell
    /// that never loaded stays down.
    fn revive(&mut self, shared: &mut Shared<'_>) -> Result<bool, Fatal> {
        if self.worker.is_none() && self.prepared.is_some() {
            self.start(shared, 0)?;
        }
        Ok(self.worker.is_some())
    }

    /// `repetitions` 0: the load is not a measurement, and its time is not kept.
    fn start(&mut self, shared: &mut Shared<'_>, repetitions: u32) -> Result<(), Fatal> {
        let Some(prepared) = &self.prepared else {
            return Ok(());
        };
        let request = Request::Load {
            path: prepared.path.clone(),
            setup: prepared.setup,
            repetitions: repetitions.max(1),
        };
        let mut worker = shared.nursery.spawn()?;
        let begun = Instant::now();
        let mut times = Vec::new();
        let asked = worker.measure(
            &request,
            &mut |fact| {
                times.push(fact);
                Ok(())
            },
            &mut |_, _| {},
        );
        self.attempt.spent += begun.elapsed();
        self.worker = Some(worker);
        if repetitions > 0 {
            for fact in times {
                self.attempt.keep(shared, fact)?;
            }
        }
        let loaded = asked.is_ok();
        self.settle(shared, Stage::Load, asked)?;
        if !loaded {
            // What cannot be loaded now cannot be loaded for the next stage either.
            self.release();
            self.prepared = None;
        }
        Ok(())
    }

    fn ask(
        &mut self,
        shared: &mut Shared<'_>,
        stage: Stage,
        request: &Request,
    ) -> Result<(), Fatal> {
        let Some(mut worker) = self.worker.take() else {
            return Ok(());
        };
        let asked = self.attempt.ask(shared, &mut worker, request);
        self.worker = Some(worker);
        self.settle(shared, stage, asked)
    }

    /// Turns what went wrong into a record, or into the end of the run.
    fn settle(
        &mut self,
        shared: &mut Shared<'_>,
        stage: Stage,
        asked: Result<(), Trouble>,
    ) -> Result<(), Fatal> {
        match asked {
            Ok(()) => Ok(()),
            Err(Trouble::Failed(reason)) => self.fail(shared, stage, reason),
            Err(Trouble::Died(reason)) => {
                self.release();
                self.fail(shared, stage, reason)
            }
            Err(fatal) => Err(fatal),
        }
    }

    fn release(&mut self) {
        if let Some(worker) = self.worker.take() {
            self.attempt.engine_ns += worker.engine_ns;
        }
    }
}
