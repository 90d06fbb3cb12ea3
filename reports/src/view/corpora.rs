//! Scored chunks by the text they are of, and whether the texts of a corpus make it whole.

use crate::record::RunInfo;

/// The scored chunks of one text at one chunk length.
pub(super) struct Text<'a, S> {
    pub(super) corpus: &'a str,
    pub(super) text: &'a str,
    pub(super) n_ctx: u32,
    /// What was summed over the chunks.
    pub(super) sums: S,
}

/// The texts in the order in which they were first scored, those of one corpus together. `name` tells
/// corpus, text and length of a chunk, and `add` adds it to the sums of its text.
pub(super) fn texts<'a, C: 'a, S: Default>(
    chunks: impl IntoIterator<Item = &'a C>,
    name: fn(&C) -> (&str, &str, u32),
    mut add: impl FnMut(&mut S, &'a C),
) -> Vec<Text<'a, S>> {
    let mut texts: Vec<Text<S>> = Vec::new();
    for chunk in chunks {
        let (corpus, text, n_ctx) = name(chunk);
        let known = texts
            .iter()
            .position(|t| (t.corpus, t.text, t.n_ctx) == (corpus, text, n_ctx));
        let index = known.unwrap_or_else(|| {
            texts.push(Text {
                corpus,
                text,
                n_ctx,
                sums: S::default(),
            });
            texts.len() - 1
        });
        add(&mut texts[index].sums, chunk);
    }
    let order: Vec<&str> = texts.iter().map(|text| text.corpus).collect();
    texts.sort_by_key(|text| order.iter().position(|corpus| *corpus == text.corpus));
    texts
}

/// Whether every text that the run lists for the corpus of `scored`, which is not empty, was scored to
/// its end at one chunk length; `unfinished` are the corpora and texts that were not.
pub(super) fn is_whole<S>(
    run: &RunInfo,
    unfinished: &[(String, String)],
    scored: &[Text<S>],
) -> bool {
    let corpus = scored[0].corpus;
    let planned = run.corpora.iter().filter(|text| text.corpus == corpus);
    let all = planned
        .map(|text| &text.text)
        .all(|text| scored.iter().any(|t| t.text == text));
    let one_length = scored.iter().all(|text| text.n_ctx == scored[0].n_ctx);
    all && one_length
        && !unfinished
            .iter()
            .any(|(unfinished, _)| unfinished == corpus)
}
