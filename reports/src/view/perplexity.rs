//! Rows of `perplexity.csv`.

use super::facts::CellFacts;
use super::{CellKey, PerplexityRow};
use crate::record::RunInfo;
use crate::stats::NllSums;

/// The scored chunks of one text.
struct Text<'a> {
    corpus: &'a str,
    text: &'a str,
    n_ctx: u32,
    sums: NllSums,
}

/// One row per text and one per whole corpus, which is left out where a text of it is missing or was
/// not scored to its end: the perplexity of a part compares with nothing. A corpus of one text has
/// one row, that of the whole.
pub(super) fn rows(key: &CellKey, run: &RunInfo, facts: &CellFacts) -> Vec<PerplexityRow> {
    let texts = texts(facts);
    let mut corpora: Vec<&str> = texts.iter().map(|text| text.corpus).collect();
    corpora.dedup();
    let mut rows = Vec::new();
    for corpus in corpora {
        let of_corpus: Vec<&Text> = texts.iter().filter(|text| text.corpus == corpus).collect();
        let whole = is_whole(run, facts, corpus, &of_corpus);
        if of_corpus.len() > 1 || !whole {
            let part = |text: &&Text| {
                row(
                    key,
                    format!("{corpus}/{}", text.text),
                    text.n_ctx,
                    &text.sums,
                    false,
                )
            };
            rows.extend(of_corpus.iter().filter_map(part));
        }
        if whole {
            let mut sums = NllSums::default();
            of_corpus.iter().for_each(|text| sums += &text.sums);
            rows.extend(row(key, corpus.to_owned(), of_corpus[0].n_ctx, &sums, true));
        }
    }
    rows
}

/// The texts in the order in which they were first scored, those of one corpus together.
fn texts(facts: &CellFacts) -> Vec<Text<'_>> {
    let mut texts: Vec<Text> = Vec::new();
    for chunk in &facts.chunks {
        let (corpus, text, n_ctx) = (chunk.corpus.as_str(), chunk.text.as_str(), chunk.n_ctx);
        let known = texts
            .iter()
            .position(|t| t.corpus == corpus && t.text == text && t.n_ctx == n_ctx);
        let index = known.unwrap_or_else(|| {
            texts.push(Text {
                corpus,
                text,
                n_ctx,
                sums: NllSums::default(),
            });
            texts.len() - 1
        });
        texts[index].sums += chunk;
    }
    let order: Vec<&str> = texts.iter().map(|text| text.corpus).collect();
    texts.sort_by_key(|text| order.iter().position(|corpus| *corpus == text.corpus));
    texts
}

/// Whether every text that the run lists for `corpus` was scored to its end, at one chunk length.
fn is_whole(run: &RunInfo, facts: &CellFacts, corpus: &str, scored: &[&Text]) -> bool {
    let planned = run.corpora.iter().filter(|text| text.corpus == corpus);
    let all = planned
        .map(|text| &text.text)
        .all(|text| scored.iter().any(|t| t.text == text));
    let one_length = scored.iter().all(|text| text.n_ctx == scored[0].n_ctx);
    all && one_length
        && !facts
            .unfinished
            .iter()
            .any(|(unfinished, _)| unfinished == corpus)
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
