//! What the method itself adds: the baseline against itself.
//!
//! The first chunks are evaluated together as always, together once more, and their last tokens one at
//! a time, as an answer is generated: what differs then is chance, and the order in which the engine's
//! kernels add.

use super::divergence::Position;
use super::pass::{At, record};
use super::{Emit, Event, Group};
use crate::engine::{Error, Model, Session, SessionSpec};
use crate::stages::perplexity::{self, Chunk};
use reports::record::Compared;
use std::ops::Range;

/// Chunks that are evaluated. Their logits are kept meanwhile.
const CHUNKS: usize = 2;

/// Tokens at the end of a chunk that are evaluated one at a time.
const STEPS: usize = 64;

/// Compares the baseline with itself over the first chunks of a group.
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
    let chunks = &group.chunks[..group.chunks.len().min(CHUNKS)];
    let mut run = Run {
        model,
        session: model.session(spec)?,
        n_batch: spec.n_batch as usize,
    };
    let part = run.together(chunks)?;
    let at = |seq: usize| At {
        seq,
        chunk: &chunks[seq],
        part: &part,
    };
    let first = (0..chunks.len())
        .map(|seq| run.copy(&at(seq)))
        .collect::<Result<Vec<_>, _>>()?;
    let mut tell = |compared, seq: usize, found: Vec<Option<Position>>| {
        let (place, chunk) = group.places().nth(seq).expect("the group has this chunk");
        let found: Option<Vec<_>> = found.into_iter().collect();
        let found = found.ok_or_else(|| perplexity::not_numbers(&group.text, place))?;
        let fact = record((cell, compared, cell), &group.text, place, chunk, &found);
        emit(Event::Fact(fact));
        Ok::<(), Error>(())
    };
    run.together(chunks)?;
    for (seq, first) in first.iter().enumerate() {
        let own = at(seq).logits(run.session.as_ref())?;
        tell(Compared::Again, seq, at(seq).compare(&slices(first), &own))?;
    }
    for (seq, first) in first.iter().enumerate() {
        tell(Compared::Alone, seq, run.step_by_step(&chunks[seq], first)?)?;
    }
    Ok(())
}

fn slices(rows: &[Vec<f32>]) -> Vec<&[f32]> {
    rows.iter().map(Vec::as_slice).collect()
}

struct Run<'m> {
    model: &'m dyn Model,
    session: Box<dyn Session + 'm>,
    n_batch: usize,
}

impl Run<'_> {
    /// Evaluates chunks together; returns the part of them whose logits are there: all of it, unless a
    /// chunk is longer than a batch.
    fn together(&mut self, chunks: &[Chunk]) -> Result<Range<usize>, Error> {
        self.session.clear();
        let mut last = 0..0;
        for part in perplexity::parts(chunks, self.n_batch) {
            self.decode(chunks, &part)?;
            last = part;
        }
        Ok(last)
    }

    /// Evaluates a chunk up to its last scored positions together and those one at a time, and
    /// compares them with the last of `first`.
    fn step_by_step(
        &mut self,
        chunk: &Chunk,
        first: &[Vec<f32>],
    ) -> Result<Vec<Option<Position>>, Error> {
        let chunks = std::slice::from_ref(chunk);
        let steps = STEPS.min(first.len());
        let begin = chunk.scored().end - steps;
        self.session.clear();
        for part in perplexity::parts(chunks, self.n_batch) {
            let part = part.start.min(begin)..part.end.min(begin);
            if !part.is_empty() {
                self.decode(chunks, &part)?;
            }
        }
        let mut found = Vec::with_capacity(steps);
        for (pos, first) in (begin..).zip(&first[first.len() - steps..]) {
            let part = pos..pos + 1;
            self.decode(chunks, &part)?;
            let at = At {
                seq: 0,
                chunk,
                part: &part,
            };
            let own = at.logits(self.session.as_ref())?;
            found.extend(at.compare(&[first], &own));
        }
        Ok(found)
    }

    fn decode(&mut self, chunks: &[Chunk], part: &Range<usize>) -> Result<(), Error> {
        self.session
            .decode(&perplexity::rows(self.model, chunks, part))
    }

    fn copy(&self, at: &At<'_>) -> Result<Vec<Vec<f32>>, Error> {
        let rows = at.logits(self.session.as_ref())?;
        Ok(rows.into_iter().map(<[f32]>::to_vec).collect())
    }
}
