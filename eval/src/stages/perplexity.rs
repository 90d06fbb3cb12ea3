//! Perplexity exactly as llama-perplexity computes it by default, chunk by chunk.
//!
//! Chunks of `n_ctx` tokens without overlap, the tail dropped; where the vocabulary wants a BOS it
//! replaces the first token of a chunk; position i scores token i+1 for i in n_ctx/2 ..= n_ctx−2.
//! Several chunks are evaluated at once as sequences of one batch, as llama-perplexity does, since
//! that decides which kernels run.

use super::log_softmax::log_softmax;
use crate::engine::{Error, Model, Row, Session, SessionSpec, Token};
use rayon::prelude::*;
use reports::record::PerplexityChunk;
use std::ops::Range;

/// llama.cpp's defaults, which decide how chunks share batches.
const N_BATCH: u32 = 2048;
const N_UBATCH: u32 = 512;

/// A text to score.
#[derive(Debug, Clone, Copy)]
pub struct Scored<'a> {
    /// Name of its corpus.
    pub corpus: &'a str,
    /// Name of the text.
    pub text: &'a str,
    /// The text as it lies on disk.
    pub bytes: &'a [u8],
    /// Most chunks to score; `None` for all.
    pub max_chunks: Option<u32>,
}

/// The context that scoring chunks of `n_ctx` tokens, at most `max_chunks` of a text, needs.
#[must_use]
pub fn session_spec(n_ctx: u32, max_chunks: Option<u32>, n_threads: u32) -> SessionSpec {
    let n_seq = (N_BATCH / n_ctx).max(1);
    let together = max_chunks.map_or(n_seq, |max| max.clamp(1, n_seq));
    SessionSpec {
        n_ctx: n_ctx * n_seq,
        n_seq,
        n_batch: N_BATCH.min(n_ctx * n_seq),
        n_ubatch: N_UBATCH.min(n_ctx * n_seq),
        // Every position from the middle of its chunk on.
        n_outputs: N_BATCH.min((n_ctx - n_ctx / 2) * together),
        n_threads,
    }
}

/// Tokens that are evaluated together from an empty context.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chunk {
    pub(super) tokens: Vec<Token>,
    /// Bytes that its scored tokens stand for.
    pub(super) n_bytes: u64,
    /// Hangul syllables that they complete.
    pub(super) n_syllables: u64,
}

impl Chunk {
    /// The positions whose next token is scored.
    pub(super) fn scored(&self) -> Range<usize> {
        self.tokens.len() / 2..self.tokens.len() - 1
    }

    /// The record of a chunk whose next tokens had these −ln p; `None` where one is not a number.
    pub(super) fn record(
        &self,
        text: &Scored<'_>,
        place: Place,
        nll: &[f64],
    ) -> Option<PerplexityChunk> {
        let sum_nll: f64 = nll.iter().sum();
        let sum_nll2: f64 = nll.iter().map(|value| value * value).sum();
        (sum_nll.is_finite() && sum_nll2.is_finite()).then(|| PerplexityChunk {
            of: None,
            corpus: text.corpus.to_owned(),
            text: text.text.to_owned(),
            chunk: place.number,
            n_chunks: Some(place.of),
            n_ctx: self.tokens.len() as u32,
            n_scored: nll.len() as u32,
            sum_nll,
            sum_nll2,
            n_bytes: self.n_bytes,
            n_syllables: self.n_syllables,
        })
    }
}

/// Where a chunk stands in its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Its number, from 0.
    pub(super) number: u32,
    /// How many there are.
    pub(super) of: u32,
}

/// Scores one text; `emit` gets each chunk as soon as it is known, and the number of chunks to come.
///
/// # Errors
/// A text of fewer than two chunks, a vocabulary that wants an EOS behind every text (llama-perplexity
/// refuses it too), logits that are not numbers, an engine failure.
pub fn score(
    model: &dyn Model,
    session: &mut dyn Session,
    text: &Scored<'_>,
    spec: &SessionSpec,
    emit: &mut dyn FnMut(PerplexityChunk, u32),
) -> Result<(), Error> {
    let chunks = chunks(model, text, (spec.n_ctx / spec.n_seq) as usize)?;
    let mut place = Place {
        number: 0,
        of: chunks.len() as u32,
    };
    for group in chunks.chunks(spec.n_seq as usize) {
        session.clear();
        let nlls = score_group(model, session, group, spec.n_batch as usize)?;
        for (chunk, nll) in group.iter().zip(nlls) {
            let record = chunk.record(text, place, &nll);
            emit(record.ok_or_else(|| not_numbers(text, place))?, place.of);
            place.number += 1;
        }
    }
    Ok(())
}

/// What of a text is tokenised: all but one trailing newline.
pub(super) fn without_last_newline(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\n").unwrap_or(bytes)
}

pub(super) fn not_numbers(text: &Scored<'_>, place: Place) -> Error {
    Error(format!(
        "{}, chunk {}: the model's logits are not numbers (NaN); its weights or this precision are broken",
        text.text, place.number
    ))
}

/// Tokenises a text and cuts it into chunks of `n_ctx` tokens.
pub(super) fn chunks(
    model: &dyn Model,
    text: &Scored<'_>,
    n_ctx: usize,
) -> Result<Vec<Chunk>, Error> {
    if model.wants_eos() {
        return Err(Error(format!(
            "{}: this vocabulary wants an end-of-text token behind every text, for which llama-perplexity defines no perplexity",
            text.text
        )));
    }
    let tokens = model.tokenize(without_last_newline(text.bytes), true, false);
    if tokens.len() < 2 * n_ctx {
        return Err(Error(format!(
            "{}: too short: {} tokens, but perplexity at n_ctx {n_ctx} needs at least {}; give a longer text or a smaller n_ctx",
            text.text,
            tokens.len(),
            2 * n_ctx
        )));
    }
    let most = text.max_chunks.map_or(usize::MAX, |max| max as usize);
    let chunks = tokens.chunks_exact(n_ctx).take(most).map(|tokens| {
        let (n_bytes, n_syllables) = text_scored(model, tokens);
        Chunk {
            tokens: tokens.to_vec(),
            n_bytes,
            n_syllables,
        }
    });
    Ok(chunks.collect())
}

/// Evaluates up to `n_seq` chunks together and returns the −ln p of each chunk's scored tokens.
fn score_group(
    model: &dyn Model,
    session: &mut dyn Session,
    group: &[Chunk],
    n_batch: usize,
) -> Result<Vec<Vec<f64>>, Error> {
    let mut nlls: Vec<Vec<f64>> = vec![Vec::new(); group.len()];
    for part in parts(group, n_batch) {
        session.decode(&rows(model, group, &part))?;
        for (seq, chunk) in group.iter().enumerate() {
            let scored = scored_in(chunk, &part);
            let logits = logits(session, seq, scored.clone(), &part)?;
            let nll: Vec<f64> = logits
                .par_iter()
                .zip(scored)
                .map(|(logits, pos)| -log_softmax(logits, chunk.tokens[pos + 1] as usize))
                .collect();
            nlls[seq].extend(nll);
        }
    }
    Ok(nlls)
}

/// The positions that are evaluated in one batch: all of them, unless a chunk is longer than a batch;
/// it is alone in its group then and evaluated in several parts.
pub(super) fn parts(group: &[Chunk], n_batch: usize) -> impl Iterator<Item = Range<usize>> {
    let n_ctx = group[0].tokens.len();
    let step = n_batch.min(n_ctx);
    (0..n_ctx)
        .step_by(step)
        .map(move |begin| begin..(begin + step).min(n_ctx))
}

/// The scored positions of a chunk that lie in a part.
pub(super) fn scored_in(chunk: &Chunk, part: &Range<usize>) -> Range<usize> {
    let scored = chunk.scored();
    scored.start.max(part.start)..scored.end.min(part.end)
}

/// The logits after the positions of sequence `seq` in the part evaluated last.
pub(super) fn logits<'s>(
    session: &'s dyn Session,
    seq: usize,
    positions: Range<usize>,
    part: &Range<usize>,
) -> Result<Vec<&'s [f32]>, Error> {
    positions
        .map(|pos| session.logits(seq * part.len() + pos - part.start))
        .collect()
}

/// The rows that evaluate a part of each chunk of a group.
pub(super) fn rows(model: &dyn Model, group: &[Chunk], part: &Range<usize>) -> Vec<Row> {
    let bos = model.bos_wanted();
    let mut rows = Vec::with_capacity(group.len() * part.len());
    for (seq, chunk) in group.iter().enumerate() {
        for pos in part.clone() {
            let token = bos.filter(|_| pos == 0).unwrap_or(chunk.tokens[pos]);
            rows.push(Row {
                token,
                pos: pos as u32,
                seq: seq as u32,
                logits: pos >= chunk.scored().start,
            });
        }
    }
    rows
}

/// Bytes that the scored tokens of a chunk stand for, and Hangul syllables that they complete: a
/// syllable whose first bytes lie in an unscored token counts where its last byte is scored.
fn text_scored(model: &dyn Model, chunk: &[Token]) -> (u64, u64) {
    let first_scored = chunk.len() / 2 + 1;
    let mut n_bytes = 0u64;
    let mut n_syllables = 0u64;
    let mut last = [0u8; 3];
    for (position, &token) in chunk.iter().enumerate() {
        for byte in model.piece(token, true) {
            last = [last[1], last[2], byte];
            if position >= first_scored {
                n_bytes += 1;
                n_syllables += u64::from(is_syllable(last));
            }
        }
    }
    (n_bytes, n_syllables)
}

/// Whether three bytes are the UTF-8 of a character from U+AC00 to U+D7A3.
fn is_syllable(bytes: [u8; 3]) -> bool {
    std::str::from_utf8(&bytes)
        .ok()
        .and_then(|text| text.chars().next())
        .is_some_and(|c| ('\u{ac00}'..='\u{d7a3}').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine, Setup, mock::Mock};

    fn scored(bytes: &[u8], n_ctx: u32, max: Option<u32>) -> Result<Vec<PerplexityChunk>, Error> {
        let file = tempfile::NamedTempFile::new().unwrap();
        let model = Mock.load(file.path(), Setup::default()).unwrap();
        let spec = session_spec(n_ctx, None, 1);
        let mut session = model.session(&spec).unwrap();
        let text = Scored {
            corpus: "c",
            text: "t",
            bytes,
            max_chunks: max,
        };
        let mut chunks = Vec::new();
        score(
            model.as_ref(),
            session.as_mut(),
            &text,
            &spec,
            &mut |chunk, _| chunks.push(chunk),
        )?;
        Ok(chunks)
    }

    #[test]
    fn broken_weights_are_said_in_korean_too() {
        let text = Scored {
            corpus: "c",
            text: "t",
            bytes: b"",
            max_chunks: None,
        };
        let Error(said) = not_numbers(&text, Place { number: 3, of: 9 });
        assert!(reports::reason::in_korean(&said).is_some(), "{said}");
    }

    #[test]
    fn chunks_share_a_batch_as_in_llama_perplexity() {
        assert_eq!(session_spec(512, None, 2).n_seq, 4);
        assert_eq!(session_spec(2048, None, 2).n_seq, 1);
        let long = session_spec(4096, None, 2);
        assert_eq!((long.n_seq, long.n_batch, long.n_ctx), (1, 2048, 4096));
    }

    #[test]
    fn the_second_half_of_each_chunk_is_scored() {
        let chunks = scored(&[b'a'; 1000], 64, None).unwrap();
        assert_eq!(chunks.len(), 15);
        assert!(
            chunks
                .iter()
                .all(|chunk| chunk.n_scored == 31 && chunk.n_bytes == 31)
        );
        assert_eq!(scored(&[b'a'; 1000], 64, Some(2)).unwrap().len(), 2);
    }

    #[test]
    fn one_trailing_newline_is_dropped_and_no_more() {
        let text = [b"a".repeat(127), b"\n".to_vec()].concat();
        assert!(scored(&text, 64, None).is_err());
        let text = [b"a".repeat(127), b"\n\n".to_vec()].concat();
        assert_eq!(scored(&text, 64, None).unwrap().len(), 2);
    }

    #[test]
    fn a_text_of_fewer_than_two_chunks_is_refused_with_its_length() {
        let error = scored(b"short", 64, None).unwrap_err().0;
        assert!(
            error.contains("5 tokens") && error.contains("128"),
            "{error}"
        );
    }

    #[test]
    fn syllables_count_where_their_last_byte_is_scored() {
        // 64 bytes a chunk: position 33 is the first scored token, a byte of the mock's vocabulary.
        let text = "가".repeat(100);
        let chunks = scored(text.as_bytes(), 64, Some(1)).unwrap();
        let expected = (33..64).filter(|byte| byte % 3 == 2).count();
        assert_eq!(chunks[0].n_syllables, expected as u64);
    }

    #[test]
    fn a_chunk_longer_than_a_batch_is_evaluated_in_parts() {
        let chunks = scored(&[b'a'; 9000], 4096, None).unwrap();
        assert_eq!(chunks.len(), 2);
        assert_eq!(chunks[0].n_scored, 2047);
    }
}
