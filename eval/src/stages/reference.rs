//! How likely the model finds a question's reference answer, put after the very prompt that the
//! question is asked with. Unlike perplexity on raw text this meets an instruct model where it was
//! tuned to be.

use super::log_softmax::log_softmax;
use crate::engine::{Error, Row, Session, SessionSpec, Token};

/// Rows of logits asked for at once: few, since one row of a large vocabulary takes half a megabyte.
const ROWS: u32 = 64;

/// The likelihood of one reference answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likelihood {
    /// Mean −ln p over its tokens, in nats.
    pub mean_nll: f64,
    /// Its tokens.
    pub n_tokens: u32,
}

/// The context for scoring a prompt and a reference of `n_tokens` together.
#[must_use]
pub fn session_spec(n_tokens: u32, n_threads: u32) -> SessionSpec {
    let n_ctx = n_tokens.next_multiple_of(256);
    SessionSpec {
        n_ctx,
        n_seq: 1,
        n_batch: ROWS,
        n_ubatch: ROWS,
        n_outputs: ROWS,
        n_threads,
    }
}

/// Scores `reference` after `prompt`, neither of them empty. `None` where the model's logits are not
/// numbers.
///
/// Every batch has the same number of rows wherever the prompt ends, but for the last, so that the
/// figures of all precisions come from the same kernels.
///
/// # Errors
/// An engine failure.
pub fn score(
    session: &mut dyn Session,
    prompt: &[Token],
    reference: &[Token],
) -> Result<Option<Likelihood>, Error> {
    session.clear();
    // The last token of the reference predicts nothing that is asked for.
    let tokens: Vec<Token> = [prompt, &reference[..reference.len() - 1]].concat();
    let first = prompt.len() - 1;
    let mut nll = 0.0;
    for (part, chunk) in tokens.chunks(ROWS as usize).enumerate() {
        let begin = part * ROWS as usize;
        let row = |(i, &token): (usize, &Token)| Row {
            token,
            pos: (begin + i) as u32,
            seq: 0,
            logits: begin + i >= first,
        };
        let rows: Vec<Row> = chunk.iter().enumerate().map(row).collect();
        session.decode(&rows)?;
        for pos in begin.max(first)..begin + chunk.len() {
            let logits = session.logits(pos - begin)?;
            nll -= log_softmax(logits, reference[pos - first] as usize);
        }
    }
    let mean_nll = nll / reference.len() as f64;
    Ok(mean_nll.is_finite().then_some(Likelihood {
        mean_nll,
        n_tokens: reference.len() as u32,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine, Model, Setup, mock::Mock};

    fn with_mock<T>(test: impl FnOnce(&dyn Model) -> T) -> T {
        let file = tempfile::NamedTempFile::new().unwrap();
        test(Mock.load(file.path(), Setup::default()).unwrap().as_ref())
    }

    fn scored(model: &dyn Model, prompt: &[Token], reference: &[Token]) -> Likelihood {
        let n_tokens = (prompt.len() + reference.len()) as u32;
        let mut session = model.session(&session_spec(n_tokens, 1)).unwrap();
        score(session.as_mut(), prompt, reference).unwrap().unwrap()
    }

    /// One token after another, each with its own logits.
    fn one_by_one(model: &dyn Model, prompt: &[Token], reference: &[Token]) -> f64 {
        let n_tokens = (prompt.len() + reference.len()) as u32;
        let mut session = model.session(&session_spec(n_tokens, 1)).unwrap();
        let all = [prompt, reference].concat();
        let mut nll = 0.0;
        for (pos, &token) in all[..all.len() - 1].iter().enumerate() {
            let row = Row {
                token,
                pos: pos as u32,
                seq: 0,
                logits: pos + 1 >= prompt.len(),
            };
            session.decode(&[row]).unwrap();
            if row.logits {
                let logits = session.logits(0).unwrap();
                nll -= log_softmax(logits, all[pos + 1] as usize);
            }
        }
        nll / reference.len() as f64
    }

    #[test]
    fn batches_of_rows_give_what_single_tokens_give() {
        with_mock(|model| {
            for (n_prompt, n_reference) in [(1, 1), (1, 64), (63, 2), (64, 65), (100, 130)] {
                let token = |i: usize| (i * 7 % model.n_vocab()) as Token;
                let prompt: Vec<Token> = (0..n_prompt).map(token).collect();
                let reference: Vec<Token> = (0..n_reference).map(|i| token(i + 3)).collect();
                let found = scored(model, &prompt, &reference);
                let expected = one_by_one(model, &prompt, &reference);
                assert!(
                    (found.mean_nll - expected).abs() < 1e-9,
                    "{n_prompt}+{n_reference}"
                );
                assert_eq!(found.n_tokens, n_reference as u32);
            }
        });
    }
}
