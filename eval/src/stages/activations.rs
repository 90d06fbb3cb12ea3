//! The largest magnitudes of a model's activations over a text, of its first chunks as perplexity cuts
//! them: chunks of `n_ctx` tokens without overlap, the tail dropped; where the vocabulary wants a BOS
//! it replaces the first token of a chunk.

use super::perplexity;
use crate::engine::{Error, SessionSpec, Watched};
use datasets::{PerplexitySuite, Text};
use serde::{Deserialize, Serialize};

/// Chunks of a text that are looked at at most: a largest magnitude hardly grows with more text, and
/// every value of every layer is read.
const MOST_CHUNKS: u32 = 4;

/// Most tokens that are evaluated at once.
const N_BATCH: u32 = 512;

/// Over what a model's activations are looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// Names or paths of the corpora.
    pub corpora: Vec<String>,
    /// Chunk length in tokens.
    pub n_ctx: u32,
    /// Most chunks of each text.
    pub max_chunks: u32,
    /// Threads.
    pub n_threads: u32,
}

impl Looked {
    /// Over the texts of `suite`, at most a handful of chunks of each; without one over two chunks of
    /// 512 tokens of each text of the embedded corpus.
    #[must_use]
    pub fn of(suite: Option<&PerplexitySuite>, n_threads: u32) -> Self {
        let Some(suite) = suite else {
            return Self {
                corpora: vec!["held-out".into()],
                n_ctx: 512,
                max_chunks: 2,
                n_threads,
            };
        };
        Self {
            corpora: suite.corpora.clone(),
            n_ctx: suite.n_ctx,
            max_chunks: suite
                .max_chunks
                .map_or(MOST_CHUNKS, |max| max.min(MOST_CHUNKS)),
            n_threads,
        }
    }

    /// The context that it needs: one sequence, logits at every position.
    #[must_use]
    pub fn spec(&self) -> SessionSpec {
        let n_batch = N_BATCH.min(self.n_ctx);
        SessionSpec {
            n_ctx: self.n_ctx,
            n_seq: 1,
            n_batch,
            n_ubatch: n_batch,
            n_outputs: n_batch,
            n_threads: self.n_threads,
        }
    }
}

/// Evaluates the first chunks of a text with all values looked at; `progress` gets chunks done and
/// chunks in all.
///
/// # Errors
/// A text shorter than one chunk, an engine failure.
pub fn look(
    model: &mut dyn Watched,
    text: &Text,
    looked: &Looked,
    progress: &mut dyn FnMut(u32, u32),
) -> Result<(), Error> {
    let n_ctx = looked.n_ctx as usize;
    let tokens = model.tokenize(perplexity::without_last_newline(&text.bytes));
    let n_chunks = (tokens.len() / n_ctx).min(looked.max_chunks as usize);
    if n_chunks == 0 {
        return Err(Error(format!(
            "{}: too short: {} tokens, but activations at n_ctx {n_ctx} need at least {n_ctx}; give a longer text or a smaller n_ctx",
            text.name,
            tokens.len()
        )));
    }
    for (done, chunk) in (1..).zip(tokens.chunks_exact(n_ctx).take(n_chunks)) {
        let mut chunk = chunk.to_vec();
        chunk[0] = model.bos_wanted().unwrap_or(chunk[0]);
        model.evaluate(&chunk)?;
        progress(done, n_chunks as u32);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine, Setup, mock::Mock};

    fn suite(max_chunks: Option<u32>) -> PerplexitySuite {
        PerplexitySuite {
            corpora: vec!["c".into()],
            n_ctx: 64,
            max_chunks,
        }
    }

    fn tokens_of(bytes: &[u8], max_chunks: Option<u32>) -> Result<u64, Error> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let corpus = datasets::load_corpus(file.path().to_str().unwrap()).unwrap();
        let looked = Looked::of(Some(&suite(max_chunks)), 1);
        let mut model = Mock.watch(file.path(), Setup::default(), &looked.spec())?;
        look(model.as_mut(), &corpus.texts[0], &looked, &mut |_, _| {})?;
        Ok(model.seen()[0].n_tokens)
    }

    #[test]
    fn whole_chunks_are_looked_at_and_no_more_than_a_handful() {
        assert_eq!(tokens_of(&[b'a'; 200], Some(2)).unwrap(), 2 * 64);
        assert_eq!(tokens_of(&[b'a'; 100], Some(2)).unwrap(), 64);
        for many in [None, Some(100)] {
            let all = u64::from(MOST_CHUNKS) * 64;
            assert_eq!(tokens_of(&[b'a'; 10_000], many).unwrap(), all);
        }
    }

    #[test]
    fn a_text_shorter_than_a_chunk_is_refused_with_its_length() {
        // 64 bytes, of which the last is dropped.
        let text = [b"a".repeat(63), b"\n".to_vec()].concat();
        let error = tokens_of(&text, None).unwrap_err().0;
        assert!(error.contains("too short: 63 tokens"), "{error}");
    }

    #[test]
    fn a_suite_without_texts_looks_at_the_embedded_ones() {
        let looked = Looked::of(None, 1);
        assert!(datasets::load_corpus(&looked.corpora[0]).is_ok());
        assert_eq!((looked.n_ctx, looked.max_chunks), (512, 2));
    }
}
