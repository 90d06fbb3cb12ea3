//! The records of one attempt at a fidelity cell, sorted by what they say and of whom.

use std::collections::BTreeMap;

use crate::record::{Fact, FidelityChunk, PerplexityChunk};

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

impl FidelityFacts {
    /// Sorts `facts`, which come in the order in which they were recorded.
    pub(super) fn new(facts: Vec<Fact>) -> Self {
        let mut found = Self::default();
        let mut rest = Vec::new();
        for fact in facts {
            match fact {
                Fact::Perplexity(chunk) => {
                    let of = chunk.of.clone().unwrap_or_default();
                    found.scored.entry(of).or_default().chunks.push(chunk);
                }
                Fact::Fidelity(chunk) => found.compared.push(*chunk),
                other => rest.push(other),
            }
        }
        found.cell = CellFacts::new(rest);
        found.cell.begun |= !found.compared.is_empty() || !found.scored.is_empty();
        for scored in found.scored.values_mut() {
            scored.unfinished = unfinished(&scored.chunks);
        }
        found
    }

    /// [`crate::record::CellInfo::id`] of the baseline, where anything was compared with it.
    pub(super) fn baseline(&self) -> Option<&str> {
        self.compared.first().map(|chunk| &*chunk.baseline)
    }
}

/// The texts of which not as many chunks are there as were to be scored.
fn unfinished(chunks: &[PerplexityChunk]) -> Vec<(String, String)> {
    let mut texts: BTreeMap<(&String, &String), (u32, Option<u32>)> = BTreeMap::new();
    for chunk in chunks {
        let (scored, planned) = texts.entry((&chunk.corpus, &chunk.text)).or_default();
        *scored += 1;
        *planned = chunk.n_chunks;
    }
    texts
        .into_iter()
        .filter(|(_, (scored, planned))| Some(*scored) != *planned)
        .map(|((corpus, text), _)| (corpus.clone(), text.clone()))
        .collect()
}
