//! The records of one attempt at one cell, sorted by what they say.

use crate::record::{
    ActivationRange, Answer, End, EnergyMeter, Fact, Failure, Memory, PerplexityChunk, Probe,
    Speed, Stage, TensorNumbers, Warning,
};

use super::Status;

/// What the attempt to read of a cell recorded.
#[derive(Debug, Default)]
pub(super) struct CellFacts {
    /// Whether there is any record of the cell.
    pub(super) begun: bool,
    pub(super) speed: Vec<Speed>,
    pub(super) meters: Vec<EnergyMeter>,
    pub(super) memory: Vec<Memory>,
    pub(super) probes: Vec<Probe>,
    pub(super) chunks: Vec<PerplexityChunk>,
    /// Texts (corpus and text) whose scoring was cut off or failed after their last chunk.
    pub(super) unfinished: Vec<(String, String)>,
    /// Boxed as they were read, so that each is freed as its row is made.
    #[allow(clippy::vec_box)]
    pub(super) answers: Vec<Box<Answer>>,
    pub(super) numbers: Vec<TensorNumbers>,
    pub(super) activations: Vec<ActivationRange>,
    pub(super) failures: Vec<Failure>,
    pub(super) warnings: Vec<Warning>,
    pub(super) end: Option<End>,
}

impl CellFacts {
    /// Sorts `facts`, which come in the order in which they were recorded.
    pub(super) fn new(facts: impl IntoIterator<Item = Fact>) -> Self {
        let mut cell = Self::default();
        // The text whose chunk was the record before: whether it was finished shows in the next.
        let mut scoring: Option<(String, String)> = None;
        for fact in facts {
            cell.begun = true;
            let before = scoring.take();
            match fact {
                Fact::Begin(_) => {}
                Fact::Probe(probe) => cell.probes.push(probe),
                Fact::Speed(speed) => cell.speed.push(speed),
                Fact::Memory(memory) => cell.memory.push(memory),
                Fact::Perplexity(chunk) => {
                    scoring = Some((chunk.corpus.clone(), chunk.text.clone()));
                    cell.chunks.push(chunk);
                }
                Fact::Fidelity(_) => {} // of fidelity cells
                Fact::Meter(meter) => cell.meters.push(meter),
                Fact::Activation(range) => cell.activations.push(range),
                Fact::Answer(answer) => cell.answers.push(answer),
                Fact::Numbers(numbers) => cell.numbers.push(*numbers),
                Fact::Failure(failure) => {
                    if matches!(failure.stage, Stage::Perplexity | Stage::Process) {
                        cell.unfinished.extend(before);
                    }
                    cell.failures.push(failure);
                }
                Fact::Warning(warning) => cell.warnings.push(warning),
                Fact::End(end) => cell.end = Some(end),
            }
        }
        cell.unfinished.extend(scoring);
        cell
    }

    /// How far the attempt got. One that says it is complete and names a failure is a failed one.
    pub(super) fn status(&self) -> Status {
        match &self.end {
            _ if !self.begun => Status::NotRun,
            None => Status::CutOff,
            Some(end) if end.complete && self.failures.is_empty() => Status::Complete,
            Some(_) => Status::Failed,
        }
    }
}
