//! How perplexity is computed, written out a second time in the plainest way: one chunk at a time,
//! double precision throughout. The suite's own path (several chunks in a batch, vectorised
//! log-softmax, sums in records) must give the same number.

use eval::engine::{Engine, Model, Row, SessionSpec, Setup, Token, llama::Llama, tiny};
use eval::stages::perplexity::{Scored, score, session_spec};
use reports::record::PerplexityChunk;

const N_CTX: u32 = 128;

/// As llama-perplexity: PPL and its standard error over all chunks.
fn plainly(model: &dyn Model, text: &[u8]) -> (f64, f64) {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let mut tokens = model.tokenize(text, true, false);
    let n_ctx = N_CTX as usize;
    let (mut n, mut nll, mut nll2) = (0.0, 0.0, 0.0);
    for chunk in tokens.chunks_exact_mut(n_ctx) {
        let last = chunk.to_vec();
        chunk[0] = model.bos_wanted().unwrap_or(chunk[0]);
        let logits = evaluate(model, chunk);
        for i in n_ctx / 2..n_ctx - 1 {
            let value = -ln_softmax(&logits[i], last[i + 1]);
            n += 1.0;
            nll += value;
            nll2 += value * value;
        }
    }
    let (mean, mean2) = (nll / n, nll2 / n);
    let ppl = mean.exp();
    (ppl, ppl * ((mean2 - mean * mean) / (n - 1.0)).sqrt())
}

fn evaluate(model: &dyn Model, tokens: &[Token]) -> Vec<Vec<f32>> {
    let n = tokens.len() as u32;
    let spec = SessionSpec {
        n_ctx: n,
        n_seq: 1,
        n_batch: n,
        n_ubatch: n,
        n_outputs: n,
        n_threads: 1,
    };
    let mut session = model.session(&spec).unwrap();
    let rows: Vec<Row> = (0..n)
        .zip(tokens)
        .map(|(pos, &token)| Row {
            token,
            pos,
            seq: 0,
            logits: true,
        })
        .collect();
    session.decode(&rows).unwrap();
    (0..tokens.len())
        .map(|row| session.logits(row).unwrap().to_vec())
        .collect()
}

fn ln_softmax(logits: &[f32], token: Token) -> f64 {
    let max = logits
        .iter()
        .copied()
        .map(f64::from)
        .fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logits
        .iter()
        .map(|&logit| (f64::from(logit) - max).exp())
        .sum();
    f64::from(logits[token as usize]) - max - sum.ln()
}

fn as_measured(model: &dyn Model, bytes: &[u8]) -> Vec<PerplexityChunk> {
    let spec = session_spec(N_CTX, None, 1);
    let mut session = model.session(&spec).unwrap();
    let text = Scored {
        corpus: "c",
        text: "t",
        bytes,
        max_chunks: None,
    };
    let mut chunks = Vec::new();
    score(model, session.as_mut(), &text, &spec, &mut |chunk, _| {
        chunks.push(chunk)
    })
    .unwrap();
    chunks
}

#[test]
fn the_number_is_the_one_that_the_definition_gives() {
    let dir = tempfile::tempdir().unwrap();
    let source = dir.path().join("f32.gguf");
    tiny::write(&source, &tiny::Shape::default()).unwrap();
    let engine = Llama::new().unwrap();
    let corpus = datasets::load_corpus("held-out").unwrap();
    // A real text, with a line end, a mark of byte order and Windows line ends: scored as it is.
    let text = [b"\xef\xbb\xbf", &corpus.texts[0].bytes[..6000], b"\r\n\n"].concat();
    // Quantised kernels round differently for one chunk than for sixteen in a batch.
    for (precision, tolerance) in [("F32", 1e-4), ("F16", 1e-4), ("Q4_K_M", 1e-3)] {
        let path = dir.path().join(format!("{precision}.gguf"));
        engine.convert(&source, &path, precision, 1).unwrap();
        let model = engine.load(&path, Setup::default()).unwrap();
        let (ppl, se) = plainly(model.as_ref(), &text);
        let chunks = as_measured(model.as_ref(), &text);
        let sum = |of: fn(&PerplexityChunk) -> f64| chunks.iter().map(of).sum::<f64>();
        let n = sum(|chunk| f64::from(chunk.n_scored));
        let (mean, mean2) = (
            sum(|chunk| chunk.sum_nll) / n,
            sum(|chunk| chunk.sum_nll2) / n,
        );
        let measured = mean.exp();
        let measured_se = measured * ((mean2 - mean * mean) / (n - 1.0)).sqrt();
        assert!(chunks.len() > 10);
        assert!(
            (measured / ppl - 1.0).abs() < tolerance,
            "{precision}: {measured} against {ppl}"
        );
        assert!(
            (measured_se / se - 1.0).abs() < 10.0 * tolerance,
            "{precision}: {measured_se} against {se}"
        );
    }
}
