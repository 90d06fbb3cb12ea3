//! Fidelity cells, and the rows of `fidelity.csv`.

mod compare;
mod facts;
mod row;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::record::{Compared, Fact, FidelityChunk, FidelityInfo, RunInfo};
use crate::stats::Positions;
use crate::text::one_line;

use super::corpora::{Text, is_whole, texts};
use super::{CellKey, FidelityRow, FidelityView};
pub use compare::{NoiseFloor, noise_floor};
use facts::FidelityFacts;
pub(super) use facts::Scored;

/// What the fidelity cells of one run say.
#[derive(Default)]
pub(super) struct Comparisons {
    pub(super) views: Vec<FidelityView>,
    pub(super) rows: Vec<FidelityRow>,
    /// What was scored of each member, by [`crate::record::CellInfo::id`].
    pub(super) scored: BTreeMap<String, Scored>,
    /// Records that could not be used; one sentence each.
    pub(super) notes: Vec<String>,
}

/// The cells of a run: their keys, and where they begin in the report.
pub(super) struct Members<'a> {
    pub(super) run: &'a RunInfo,
    /// Index of the run in the report.
    pub(super) run_index: usize,
    /// Of each cell of the run.
    pub(super) keys: &'a [CellKey],
    /// Index in the report of the first of them.
    pub(super) first: usize,
}

impl Members<'_> {
    /// Place of the cell `id` in the run.
    fn place(&self, id: &str) -> Option<usize> {
        self.run.cells.iter().position(|cell| cell.id == id)
    }
}

impl Comparisons {
    /// Takes the records of the planned fidelity cells out of `facts`. A fidelity cell that names a
    /// cell which the run does not have is of a damaged run.json: it becomes a note.
    pub(super) fn of(members: &Members, facts: &mut BTreeMap<String, Vec<Fact>>) -> Self {
        let mut all = Self::default();
        for info in &members.run.fidelity {
            let facts = FidelityFacts::new(facts.remove(&info.id).unwrap_or_default());
            all.add(members, info, facts);
        }
        all
    }

    fn add(&mut self, members: &Members, info: &FidelityInfo, facts: FidelityFacts) {
        // Another than the planned one, where that could not be evaluated.
        let baseline = facts.baseline().unwrap_or(&info.baseline);
        let planned = std::iter::once(&info.baseline).chain(&info.compared);
        let others = planned.filter(|id| *id != baseline);
        let others: Option<Vec<usize>> = others.map(|id| members.place(id)).collect();
        let (Some(baseline), Some(compared)) = (members.place(baseline), others) else {
            let id = one_line(&info.id);
            self.notes.push(format!(
                "fidelity cell {id}: it names a cell that is not planned in run.json; left out"
            ));
            return;
        };
        let comparison = Comparison {
            members,
            baseline,
            facts: &facts,
        };
        for &cell in &compared {
            self.append(info, comparison.rows(cell, Compared::Cell));
        }
        for kind in [Compared::Again, Compared::Alone] {
            self.append(info, comparison.rows(baseline, kind));
        }
        self.views.push(FidelityView {
            id: info.id.clone(),
            run: members.run_index,
            status: facts.cell.status(),
            failures: facts.cell.failures,
            warnings: facts.cell.warnings,
            end: facts.cell.end,
            baseline: members.first + baseline,
            compared: compared.iter().map(|cell| members.first + cell).collect(),
        });
        for (of, scored) in facts.scored {
            self.scored.entry(of).or_insert(scored);
        }
    }

    fn append(&mut self, info: &FidelityInfo, (rows, broken): (Vec<FidelityRow>, Vec<String>)) {
        self.rows.extend(rows);
        let id = one_line(&info.id);
        let note = |chunk| format!("fidelity cell {id}: {chunk}");
        self.notes.extend(broken.into_iter().map(note));
    }
}

/// A fidelity cell.
struct Comparison<'a> {
    members: &'a Members<'a>,
    /// Place of the baseline in the run.
    baseline: usize,
    facts: &'a FidelityFacts,
}

/// The chunks of one text.
#[derive(Default)]
struct Sums {
    positions: Positions,
    /// Chunks that were to be compared.
    planned: u32,
    /// What is wrong with chunks.
    broken: Vec<String>,
}

impl Comparison<'_> {
    /// One row per text and one per whole corpus, as in `perplexity.csv`, of what is compared; and
    /// what is wrong with its chunks. The noise floor is taken over part of a text, so it has no
    /// whole corpus.
    fn rows(&self, cell: usize, compared: Compared) -> (Vec<FidelityRow>, Vec<String>) {
        let id = &self.members.run.cells[cell].id;
        let baseline = &self.members.run.cells[self.baseline].id;
        let wanted = |chunk: &&FidelityChunk| chunk.compared == compared && chunk.of == *id;
        let chunks = self.facts.compared.iter().filter(wanted);
        let texts = texts(chunks, text_of, |sums: &mut Sums, chunk| {
            sums.add(chunk, baseline);
        });
        let unfinished: Vec<(String, String)> = texts
            .iter()
            .filter(|text| text.sums.positions.n_chunks != text.sums.planned)
            .map(|text| (text.corpus.to_owned(), text.text.to_owned()))
            .collect();
        let row = |corpus: String, n_ctx: u32, sums: &Positions, whole: bool| {
            let of = row::Of {
                key: &self.members.keys[cell],
                cell: self.members.first + cell,
                baseline: &self.members.keys[self.baseline],
                baseline_cell: self.members.first + self.baseline,
                compared,
            };
            row::row(&of, corpus, n_ctx, sums, whole)
        };
        let mut rows = Vec::new();
        for corpus in texts.chunk_by(|a, b| a.corpus == b.corpus) {
            let (name, n_ctx) = (corpus[0].corpus, corpus[0].n_ctx);
            let whole =
                compared == Compared::Cell && is_whole(self.members.run, &unfinished, corpus);
            if corpus.len() > 1 || !whole {
                rows.extend(corpus.iter().filter_map(|text| {
                    let name = format!("{name}/{}", text.text);
                    row(name, text.n_ctx, &text.sums.positions, false)
                }));
            }
            if whole {
                rows.extend(row(name.to_owned(), n_ctx, &all(corpus), true));
            }
        }
        let broken = texts.into_iter().flat_map(|text| text.sums.broken);
        (rows, broken.collect())
    }
}

impl Sums {
    fn add(&mut self, chunk: &FidelityChunk, baseline: &str) {
        self.planned = chunk.n_chunks;
        let reason = if chunk.baseline == baseline {
            let Err(reason) = self.positions.add(chunk) else {
                return;
            };
            reason.to_string()
        } else {
            "it has another baseline than the chunks before".into()
        };
        let (of, text) = (one_line(&chunk.of), one_line(&chunk.text));
        let number = chunk.chunk;
        self.broken
            .push(format!("{of}, {text}, chunk {number}: left out, {reason}"));
    }
}

fn all(corpus: &[Text<Sums>]) -> Positions {
    let mut sums = Positions::default();
    corpus
        .iter()
        .for_each(|text| sums.extend(&text.sums.positions));
    sums
}

fn text_of(chunk: &FidelityChunk) -> (&str, &str, u32) {
    (&chunk.corpus, &chunk.text, chunk.n_ctx)
}
