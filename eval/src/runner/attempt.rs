//! One attempt at a cell, of whatever kind: its records from the first to the last.

use super::cell::{Fatal, Shared};
use super::protocol::Request;
use super::worker::{Trouble, Worker};
use reports::record::{Begin, End, Fact, Failure, Stage, Warning};
use std::time::{Duration, Instant};

/// An attempt under way.
pub struct Attempt<'a> {
    id: &'a str,
    number: u32,
    failed: bool,
    /// Wall time so far.
    pub spent: Duration,
    /// Time inside the engine so far, in nanoseconds.
    pub engine_ns: u64,
}

impl<'a> Attempt<'a> {
    /// Begins the attempt.
    pub fn begin(shared: &mut Shared<'_>, id: &'a str, number: u32) -> Result<Self, Fatal> {
        let attempt = Self {
            id,
            number,
            failed: false,
            spent: Duration::ZERO,
            engine_ns: 0,
        };
        let at = jiff::Timestamp::now()
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string();
        attempt.keep(shared, Fact::Begin(Begin { at }))?;
        Ok(attempt)
    }

    /// Writes a record.
    pub fn keep(&self, shared: &mut Shared<'_>, fact: Fact) -> Result<(), Fatal> {
        shared
            .journal
            .append(self.id, self.number, fact)
            .map_err(|error| Trouble::NotKept(error.0))
    }

    /// Records something the reader must know.
    pub fn warn(&self, shared: &mut Shared<'_>, stage: Stage, text: String) -> Result<(), Fatal> {
        self.keep(shared, Fact::Warning(Warning { stage, text }))
    }

    /// Records a failure; the cell goes on with what is left.
    pub fn fail(
        &mut self,
        shared: &mut Shared<'_>,
        stage: Stage,
        reason: String,
    ) -> Result<(), Fatal> {
        self.failed = true;
        shared
            .progress
            .say(&format!("{}: failed: {reason}", self.id));
        self.keep(shared, Fact::Failure(Failure { stage, reason }))
    }

    /// Sends a request and keeps every fact that comes back.
    pub fn ask(
        &mut self,
        shared: &mut Shared<'_>,
        worker: &mut Worker,
        request: &Request,
    ) -> Result<(), Trouble> {
        let begun = Instant::now();
        let progress = shared.progress;
        let (id, number, journal) = (self.id, self.number, &mut *shared.journal);
        let mut failed = false;
        let asked = worker.measure(
            request,
            &mut |fact| {
                if let Fact::Failure(failure) = &fact {
                    failed = true;
                    progress.say(&format!("{id}: failed: {}", failure.reason));
                }
                journal
                    .append(id, number, fact)
                    .map_err(|error| Trouble::NotKept(error.0))
            },
            &mut |done, total| progress.step(done, total),
        );
        self.failed |= failed;
        self.spent += begun.elapsed();
        asked
    }

    /// Ends the attempt.
    pub fn end(self, shared: &mut Shared<'_>) -> Result<(), Fatal> {
        let end = End {
            complete: !self.failed,
            wall_ns: self.spent.as_nanos() as u64,
            engine_ns: self.engine_ns,
        };
        self.keep(shared, Fact::End(end))
    }
}
