//! The records of one attempt at a fidelity cell, sorted by what they say and of whom.

use std::collections::BTreeMap;

use crate::record::{Compared, Fact, FidelityChunk, PerplexityChunk, Stage};

use super::super::facts::CellFacts;

/// What was scored of one member: its perplexity, which falls out of the comparison.
#[derive(Debug, Default)]
pub(in crate::view) struct Scored {
    pub(in crate::view) chunks: Vec<PerplexityChunk>,
    /// Texts (corpus and text) that were not scored to their end.
    pub(in crate::view) unfinished: Vec<(String, String)>,
}

/// What the attempt to read of a fidelity cell recorded.
#[derive(Debug, Default)]
pub(super) struct FidelityFacts {
    /// Failures, warnings and the end.
    pub(super) cell: CellFacts,
    pub(super) compared: Vec<FidelityChunk>,
    /// By [`crate::record::CellInfo::id`].
    pub(super) scored: BTreeMap<String, Scored>,
}

/// How far the scoring of one member has got.
#[derive(Default)]
struct Progress {
    /// The text of its last chunk, where that may not have been the text's last.
    scoring: Option<(String, String)>,
    /// Whether something failed since then.
    stopped: bool,
}

impl FidelityFacts {
    /// Sorts `facts`, which come in the order in which they were recorded.
    ///
    /// The members go through the texts side by side, or some of them after others have ended. So a
    /// member has ended its text where a chunk of another text follows, and has not where something
    /// failed after its last chunk, or the attempt was cut off there. Where a failure does not say
    /// whose it is, every text that was being scored counts as unfinished.
    pub(super) fn new(facts: Vec<Fact>) -> Self {
        let mut found = Self::default();
        let mut progress: BTreeMap<String, Progress> = BTreeMap::new();
        let mut rest = Vec::new();
        for fact in facts {
            match fact {
                Fact::Perplexity(chunk) => {
                    let of = chunk.of.clone().unwrap_or_default();
                    go_on(&mut progress, &of, (&chunk.corpus, &chunk.text));
                    found.scored.entry(of).or_default().chunks.push(chunk);
                }
                Fact::Fidelity(chunk) => {
                    // The noise floor is taken over a part of a text.
                    if chunk.compared == Compared::Cell {
                        go_on(&mut progress, &chunk.of, (&chunk.corpus, &chunk.text));
                    }
                    found.compared.push(*chunk);
                }
                other => {
                    let stops = matches!(&other, Fact::Failure(failure) if matches!(
                        failure.stage,
                        Stage::Fidelity | Stage::Perplexity | Stage::Process
                    ));
                    progress
                        .values_mut()
                        .for_each(|member| member.stopped |= stops);
                    rest.push(other);
                }
            }
        }
        found.cell = CellFacts::new(rest);
        found.cell.begun |= !found.compared.is_empty() || !found.scored.is_empty();
        for (of, member) in progress {
            let stopped = member.stopped || found.cell.end.is_none();
            let unfinished = member.scoring.filter(|_| stopped);
            found
                .scored
                .entry(of)
                .or_default()
                .unfinished
                .extend(unfinished);
        }
        found
    }
}

/// A chunk of `text` was scored by the member `of`.
fn go_on(progress: &mut BTreeMap<String, Progress>, of: &str, text: (&String, &String)) {
    let is_this = |scoring: &(String, String)| (&scoring.0, &scoring.1) == text;
    for member in progress.values_mut().filter(|member| !member.stopped) {
        member.scoring = member.scoring.take().filter(is_this);
    }
    let member = progress.entry(of.to_owned()).or_default();
    member.scoring = Some((text.0.clone(), text.1.clone()));
    member.stopped = false;
}
