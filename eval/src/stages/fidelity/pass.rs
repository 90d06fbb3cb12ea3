//! The models side by side, group after group of chunks.

use super::divergence::{Position, compare};
use super::spill::Spilled;
use super::{Comparison, Emit, Event, Group, failure, load};
use crate::engine::{Engine, Error, Model, Session, SessionSpec};
use crate::stages::log_softmax::log_softmax;
use crate::stages::perplexity::{self, Chunk, Place, Scored};
use rayon::prelude::*;
use reports::record::{Compared, Fact, FidelityChunk};
use std::ops::Range;

/// A comparison under way.
pub(super) struct Pass<'c, 'e> {
    pub(super) comparison: &'c Comparison,
    spec: SessionSpec,
    /// Members that were left out.
    out: Vec<usize>,
    done: u32,
    total: u32,
    emit: Emit<'e>,
}

/// Where the baseline's logits come from.
pub(super) enum Base<'s> {
    /// The first of the models, which is the baseline.
    Live,
    /// The same, and they are kept for the sets that follow.
    Kept(&'s mut Spilled),
    /// An earlier set kept them.
    Read(&'s mut Spilled),
}

/// A loaded member with its context, and what it says of the group at hand.
struct Seat<'m> {
    member: usize,
    model: &'m dyn Model,
    session: Box<dyn Session + 'm>,
    /// For each chunk its positions; `None` for logits that are not numbers. The baseline has none.
    found: Vec<Vec<Option<Position>>>,
}

impl<'c, 'e> Pass<'c, 'e> {
    pub(super) fn new(
        comparison: &'c Comparison,
        spec: SessionSpec,
        n_groups: usize,
        emit: Emit<'e>,
    ) -> Self {
        Self {
            comparison,
            spec,
            out: Vec::new(),
            done: 0,
            total: (n_groups * comparison.sets.len()) as u32,
            emit,
        }
    }

    /// Loads members; those that cannot be are left out from here on.
    pub(super) fn load<'m>(
        &mut self,
        engine: &'m dyn Engine,
        set: &[usize],
    ) -> Vec<(usize, Box<dyn Model + 'm>)> {
        let mut models = Vec::new();
        for &member in set {
            if self.out.contains(&member) {
                continue;
            }
            match load(engine, &self.comparison.members[member]) {
                Ok(model) => models.push((member, model)),
                Err(error) => self.leave_out(member, error),
            }
        }
        models
    }

    fn leave_out(&mut self, member: usize, error: Error) {
        self.out.push(member);
        (self.emit)(failure(error));
    }

    /// Evaluates groups of chunks with a set of loaded models.
    pub(super) fn evaluate(
        &mut self,
        models: &[(usize, Box<dyn Model + '_>)],
        groups: &[Group<'_>],
        base: &mut Base<'_>,
    ) -> Result<(), Error> {
        let mut seats = Vec::new();
        for (member, model) in models {
            match self.seat(*member, model.as_ref(), groups) {
                Ok(seat) => seats.push(seat),
                Err(error) if *member == 0 => return Err(error),
                Err(error) => self.leave_out(*member, error),
            }
        }
        for group in groups {
            self.group(&mut seats, group, base)?;
            self.done += 1;
            (self.emit)(Event::Progress(self.done, self.total));
        }
        Ok(())
    }

    /// A member with a context, where its tokens are the baseline's.
    fn seat<'m>(
        &self,
        member: usize,
        model: &'m dyn Model,
        groups: &[Group<'_>],
    ) -> Result<Seat<'m>, Error> {
        let cell = &self.comparison.members[member].cell;
        let mut begins = groups.iter().filter(|group| group.first.number == 0);
        let alike = member == 0
            || begins.all(|group| {
                perplexity::chunks(model, &group.text, self.comparison.n_ctx as usize)
                    .is_ok_and(|own| own.starts_with(&group.chunks))
            });
        if !alike {
            return Err(Error(format!(
                "{cell}: divides the texts into other tokens than {}, so their distributions cannot be compared",
                self.comparison.members[0].cell
            )));
        }
        let session = model
            .session(&self.spec)
            .map_err(|Error(reason)| Error(format!("{cell}: {reason}")))?;
        Ok(Seat {
            member,
            model,
            session,
            found: Vec::new(),
        })
    }

    /// Evaluates one group with every model of the set and compares what they say.
    fn group(
        &mut self,
        seats: &mut Vec<Seat<'_>>,
        group: &Group<'_>,
        base: &mut Base<'_>,
    ) -> Result<(), Error> {
        let n_chunks = group.chunks.len();
        let mut base_nlls = vec![Vec::new(); n_chunks];
        for seat in seats.iter_mut() {
            seat.session.clear();
            seat.found = vec![Vec::new(); n_chunks];
        }
        for part in perplexity::parts(&group.chunks, self.spec.n_batch as usize) {
            self.decode(seats, &group.chunks, &part)?;
            for (seq, chunk) in group.chunks.iter().enumerate() {
                let at = At {
                    seq,
                    chunk,
                    part: &part,
                };
                let nlls = compare_chunk(seats, &at, base)?;
                base_nlls[seq].extend(nlls);
            }
        }
        if !matches!(base, Base::Read(_)) {
            self.tell_baseline(group, &base_nlls)?;
        }
        self.tell_compared(seats, group);
        Ok(())
    }

    /// Evaluates a part of a group; a model that cannot is left out, unless it is the baseline.
    fn decode(
        &mut self,
        seats: &mut Vec<Seat<'_>>,
        chunks: &[Chunk],
        part: &Range<usize>,
    ) -> Result<(), Error> {
        let mut index = 0;
        while let Some(seat) = seats.get_mut(index) {
            let rows = perplexity::rows(seat.model, chunks, part);
            let member = seat.member;
            match seat.session.decode(&rows) {
                Ok(()) => index += 1,
                Err(Error(reason)) => {
                    let cell = &self.comparison.members[member].cell;
                    let error = Error(format!("{cell}: {reason}"));
                    if member == 0 {
                        return Err(error);
                    }
                    seats.remove(index);
                    self.leave_out(member, error);
                }
            }
        }
        Ok(())
    }

    fn tell_baseline(&mut self, group: &Group<'_>, nlls: &[Vec<f64>]) -> Result<(), Error> {
        let cell = &self.comparison.members[0].cell;
        for ((place, chunk), nll) in group.places().zip(nlls) {
            self.tell_perplexity(cell, &group.text, place, chunk, nll)?;
        }
        Ok(())
    }

    /// Hands out what the compared models say; one whose logits are not numbers is left out.
    fn tell_compared(&mut self, seats: &mut Vec<Seat<'_>>, group: &Group<'_>) {
        let mut index = 0;
        while let Some(seat) = seats.get_mut(index) {
            let (member, found) = (seat.member, std::mem::take(&mut seat.found));
            if member == 0 {
                index += 1;
                continue;
            }
            let cell = &self.comparison.members[member].cell;
            match self.tell_member(cell, group, found) {
                Ok(()) => index += 1,
                Err(error) => {
                    seats.remove(index);
                    self.leave_out(member, error);
                }
            }
        }
    }

    fn tell_member(
        &mut self,
        cell: &str,
        group: &Group<'_>,
        found: Vec<Vec<Option<Position>>>,
    ) -> Result<(), Error> {
        for ((place, chunk), found) in group.places().zip(found) {
            let found: Option<Vec<Position>> = found.into_iter().collect();
            let found = found.ok_or_else(|| broken(cell, &group.text, place))?;
            let nll: Vec<f64> = found.iter().map(|position| position.nll).collect();
            self.tell_perplexity(cell, &group.text, place, chunk, &nll)?;
            let baseline = &self.comparison.members[0].cell;
            let what = (cell, Compared::Cell, baseline.as_str());
            let fact = record(what, &group.text, place, chunk, &found);
            (self.emit)(Event::Fact(fact));
        }
        Ok(())
    }

    fn tell_perplexity(
        &mut self,
        cell: &str,
        text: &Scored<'_>,
        place: Place,
        chunk: &Chunk,
        nll: &[f64],
    ) -> Result<(), Error> {
        let mut record = chunk
            .record(text, place, nll)
            .ok_or_else(|| broken(cell, text, place))?;
        record.of = Some(cell.to_owned());
        (self.emit)(Event::Fact(Fact::Perplexity(record)));
        Ok(())
    }
}

fn broken(cell: &str, text: &Scored<'_>, place: Place) -> Error {
    let Error(reason) = perplexity::not_numbers(text, place);
    Error(format!("{cell}: {reason}"))
}

/// A chunk of a group within the part that was evaluated last.
pub(super) struct At<'g> {
    pub(super) seq: usize,
    pub(super) chunk: &'g Chunk,
    pub(super) part: &'g Range<usize>,
}

impl At<'_> {
    fn positions(&self) -> Range<usize> {
        perplexity::scored_in(self.chunk, self.part)
    }

    /// The logits that a session has for its scored positions.
    pub(super) fn logits<'s>(&self, session: &'s dyn Session) -> Result<Vec<&'s [f32]>, Error> {
        perplexity::logits(session, self.seq, self.positions(), self.part)
    }

    /// The tokens that follow them.
    fn tokens(&self) -> impl Iterator<Item = usize> {
        let positions = self.positions();
        positions.map(|pos| self.chunk.tokens[pos + 1] as usize)
    }

    /// Position by position.
    pub(super) fn compare(&self, base: &[&[f32]], model: &[&[f32]]) -> Vec<Option<Position>> {
        let tokens: Vec<usize> = self.tokens().collect();
        base.par_iter()
            .zip(model)
            .zip(tokens)
            .map(|((base, model), token)| compare(base, model, token))
            .collect()
    }

    fn nlls(&self, rows: &[&[f32]]) -> Vec<f64> {
        let tokens: Vec<usize> = self.tokens().collect();
        rows.par_iter()
            .zip(tokens)
            .map(|(logits, token)| -log_softmax(logits, token))
            .collect()
    }
}

/// Compares every model of the set with the baseline, and returns the baseline's −ln p where it is in
/// the set.
fn compare_chunk(
    seats: &mut [Seat<'_>],
    at: &At<'_>,
    base: &mut Base<'_>,
) -> Result<Vec<f64>, Error> {
    let (stored, others, live);
    let rows: Vec<&[f32]> = match base {
        Base::Read(spilled) => {
            stored = spilled.read(at.positions().len())?;
            others = seats;
            stored.iter().map(Vec::as_slice).collect()
        }
        Base::Live | Base::Kept(_) => {
            (live, others) = seats
                .split_first_mut()
                .ok_or_else(|| Error("the baseline is not loaded".into()))?;
            at.logits(live.session.as_ref())?
        }
    };
    for seat in others {
        let own = at.logits(seat.session.as_ref())?;
        seat.found[at.seq].extend(at.compare(&rows, &own));
    }
    match base {
        Base::Read(_) => Ok(Vec::new()),
        Base::Live => Ok(at.nlls(&rows)),
        Base::Kept(spilled) => {
            spilled.write(&rows)?;
            Ok(at.nlls(&rows))
        }
    }
}

/// What was found in a chunk, as it is kept: `what` is the cell, what it is, and its baseline.
pub(super) fn record(
    (of, compared, baseline): (&str, Compared, &str),
    text: &Scored<'_>,
    place: Place,
    chunk: &Chunk,
    found: &[Position],
) -> Fact {
    let list = |value: fn(&Position) -> f64| found.iter().map(|p| value(p) as f32).collect();
    Fact::Fidelity(Box::new(FidelityChunk {
        of: of.to_owned(),
        compared,
        baseline: baseline.to_owned(),
        corpus: text.corpus.to_owned(),
        text: text.text.to_owned(),
        chunk: place.number,
        n_chunks: place.of,
        n_ctx: chunk.tokens.len() as u32,
        n_scored: found.len() as u32,
        kld: list(|position| position.kld),
        delta_p: list(|position| position.delta_p),
        nll_base: list(|position| position.nll_base),
        delta_nll: list(|position| position.nll - position.nll_base),
        beyond: (0..)
            .zip(found)
            .filter(|(_, position)| position.beyond > 0.0)
            .map(|(index, position)| (index, position.beyond as f32))
            .collect(),
        other_top: (0..)
            .zip(found)
            .filter(|(_, position)| !position.same_top)
            .map(|(index, _)| index)
            .collect(),
    }))
}
