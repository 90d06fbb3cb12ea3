//! Rows of `perplexity.csv`.

use super::corpora::{is_whole, texts};
use super::facts::CellFacts;
use super::{CellKey, PerplexityRow};
use crate::record::{PerplexityChunk, RunInfo};
use crate::stats::NllSums;

/// One row per text and one per whole corpus, which is left out where a text of it is missing or was
/// not scored to its end: the perplexity of a part compares with nothing. A corpus of one text has
/// one row, that of the whole.
pub(super) fn rows(key: &CellKey, run: &RunInfo, facts: &CellFacts) -> Vec<PerplexityRow> {
    let texts = texts(&facts.chunks, text_of, |sums: &mut NllSums, chunk| {
        *sums += chunk;
    });
    let mut rows = Vec::new();
    for corpus in texts.chunk_by(|a, b| a.corpus == b.corpus) {
        let whole = is_whole(run, &facts.unfinished, corpus);
        let (name, n_ctx) = (corpus[0].corpus, corpus[0].n_ctx);
        if corpus.len() > 1 || !whole {
            rows.extend(corpus.iter().filter_map(|text| {
                let name = format!("{name}/{}", text.text);
                row(key, name, text.n_ctx, &text.sums, false)
            }));
        }
        if whole {
            let mut sums = NllSums::default();
            corpus.iter().for_each(|text| sums += &text.sums);
            rows.extend(row(key, name.to_owned(), n_ctx, &sums, true));
        }
    }
    rows
}

fn text_of(chunk: &PerplexityChunk) -> (&str, &str, u32) {
    (&chunk.corpus, &chunk.text, chunk.n_ctx)
}

/// `None` where no position was scored.
fn row(
    key: &CellKey,
    corpus: String,
    n_ctx: u32,
    sums: &NllSums,
    whole: bool,
) -> Option<PerplexityRow> {
    let found = sums.perplexity()?;
    let CellKey {
        machine,
        model,
        variant,
        precision,
    } = key.clone();
    Some(PerplexityRow {
        machine,
        model,
        variant,
        precision,
        corpus,
        n_ctx,
        n_chunks: sums.n_chunks,
        n_scored: sums.n_scored,
        mean_nll: found.mean_nll,
        ppl: found.ppl,
        ppl_se: found.ppl_se,
        bits_per_byte: found.bits_per_byte,
        bits_per_syllable: found.bits_per_syllable,
        whole,
    })
}
