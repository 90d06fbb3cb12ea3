//! What the method itself adds: the baseline against itself.
//!
//! The beginning of the first chunk is evaluated, evaluated once more, and its last tokens one at a
//! time, as an answer is generated: what differs then is chance, and the order in which the engine's
//! kernels add. So few tokens are enough to tell how large that is, and cost little beside the
//! comparison.

use super::divergence::Position;
use super::pass::{At, record};
use super::{Emit, Event, Group};
use crate::engine::{Error, Model, Session, SessionSpec};
use crate::stages::perplexity::{self, Chunk};
use reports::record::Compared;
use std::ops::Range;

/// Tokens that are evaluated.
const TOKENS: usize = 128;
/// Tokens at the end of these that are evaluated one at a time.
const STEPS: usize = 24;

/// Compares the baseline with itself over the first chunk of a group.
///
/// # Errors
/// It cannot be evaluated, or its logits are not numbers.
pub(super) fn measure(
    model: &dyn Model,
    cell: &str,
    spec: &SessionSpec,
    group: &Group<'_>,
    emit: Emit<'_>,
) -> Result<(), Error> {
    let Some((place, chunk)) = group.places().next() else {
        return Ok(());
    };
    let chunk = &Chunk {
        tokens: chunk.tokens[..chunk.tokens.len().min(TOKENS)].to_vec(),
        ..*chunk
    };
    let mut run = Run {
        model,
        session: model.session(spec)?,
        n_batch: spec.n_batch as usize,
        chunk,
    };
    let part = run.together()?;
    let at = At {
        seq: 0,
        chunk,
        part: &part,
    };
    let first: Vec<Vec<f32>> = at
        .logits(run.session.as_ref())?
        .into_iter()
        .map(<[f32]>::to_vec)
        .collect();
    let first: Vec<&[f32]> = first.iter().map(Vec::as_slice).collect();
    run.together()?;
    let again = at.compare(&first, &at.logits(run.session.as_ref())?);
    let alone = run.step_by_step(&first)?;
    for (compared, found) in [(Compared::Again, again), (Compared::Alone, alone)] {
        let found: Option<Vec<_>> = found.into_iter().collect();
        let found = found.ok_or_else(|| perplexity::not_numbers(&group.text, place))?;
        let fact = record((cell, compared, cell), &group.text, place, chunk, &found);
        emit(Event::Fact(fact));
    }
    Ok(())
}

struct Run<'m> {
    model: &'m dyn Model,
    session: Box<dyn Session + 'm>,
    n_batch: usize,
    chunk: &'m Chunk,
}

impl Run<'_> {
    /// Evaluates the chunk; returns the part of it whose logits are there: all of it, unless it is
    /// longer than a batch.
    fn together(&mut self) -> Result<Range<usize>, Error> {
        self.up_to(self.chunk.tokens.len())
    }

    /// Evaluates the chunk from nothing up to a position.
    fn up_to(&mut self, end: usize) -> Result<Range<usize>, Error> {
        self.session.clear();
        let mut last = 0..0;
        for part in perplexity::parts(std::slice::from_ref(self.chunk), self.n_batch) {
            let part = part.start..part.end.min(end);
            if !part.is_empty() {
                self.decode(&part)?;
                last = part;
            }
        }
        Ok(last)
    }

    /// Evaluates the last scored positions once more, one at a time, and compares them with the last
    /// of `first`.
    fn step_by_step(&mut self, first: &[&[f32]]) -> Result<Vec<Option<Position>>, Error> {
        let steps = STEPS.min(first.len());
        let begin = self.chunk.scored().end - steps;
        if !self.session.truncate(0, begin as u32) {
            self.up_to(begin)?;
        }
        let mut found = Vec::with_capacity(steps);
        for (pos, first) in (begin..).zip(&first[first.len() - steps..]) {
            let part = pos..pos + 1;
            self.decode(&part)?;
            let at = At {
                seq: 0,
                chunk: self.chunk,
                part: &part,
            };
            let own = at.logits(self.session.as_ref())?;
            found.extend(at.compare(&[first], &own));
        }
        Ok(found)
    }

    fn decode(&mut self, part: &Range<usize>) -> Result<(), Error> {
        let chunk = std::slice::from_ref(self.chunk);
        self.session
            .decode(&perplexity::rows(self.model, chunk, part))
    }
}
