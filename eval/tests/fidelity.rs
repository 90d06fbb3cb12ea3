//! What a precision costs, written out a second time in the plainest way: the same logits, double
//! precision throughout, no vector instructions, no shared sums.

use eval::engine::{Engine, Model, Row, Setup, Token, llama::Llama, tiny};
use eval::stages::fidelity::{Comparison, Event, Member, Spill, run};
use eval::stages::perplexity::session_spec;
use reports::record::{Compared, Fact, FidelityChunk};
use std::path::{Path, PathBuf};

const N_CTX: u32 = 128;
const MAX_CHUNKS: u32 = 6;

struct Place {
    dir: tempfile::TempDir,
    engine: Llama,
    text: PathBuf,
}

impl Place {
    /// A tiny model at three precisions, one without numbers, one with another vocabulary, and a text.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let engine = Llama::new().unwrap();
        let path = |name: &str| dir.path().join(name);
        tiny::write(&path("f32.gguf"), &tiny::Shape::default()).unwrap();
        for precision in ["f16", "q4_k_m"] {
            let to = path(&format!("{precision}.gguf"));
            engine
                .convert(&path("f32.gguf"), &to, precision, 1)
                .unwrap();
        }
        let nabi = datasets::embedded_model("nabi-text").unwrap();
        std::fs::write(path("other.gguf"), nabi.gguf).unwrap();
        let mut broken = std::fs::read(path("f32.gguf")).unwrap();
        let end = broken.len();
        broken[end - 4096..].fill(0xff);
        std::fs::write(path("nan.gguf"), broken).unwrap();
        let corpus = datasets::load_corpus("held-out").unwrap();
        let text = path("text.txt");
        std::fs::write(&text, &corpus.texts[0].bytes[..6000]).unwrap();
        std::fs::create_dir(path("spill")).unwrap();
        Self { dir, engine, text }
    }

    fn comparison(&self, members: &[&str], sets: &[&[usize]]) -> Comparison {
        let member = |name: &&str| Member {
            cell: (*name).to_owned(),
            path: self.dir.path().join(format!("{name}.gguf")),
            setup: Setup::default(),
        };
        Comparison {
            members: members.iter().map(member).collect(),
            sets: sets.iter().map(|set| set.to_vec()).collect(),
            corpora: vec![self.text.display().to_string()],
            n_ctx: N_CTX,
            max_chunks: Some(MAX_CHUNKS),
            n_threads: 1,
            spill: Spill {
                dir: self.dir.path().join("spill"),
                max_bytes: 3 << 19,
            },
        }
    }

    fn run(&self, comparison: &Comparison) -> Vec<Fact> {
        let mut facts = Vec::new();
        run(&self.engine, comparison, &mut |event| {
            if let Event::Fact(fact) = event {
                facts.push(fact);
            }
        })
        .unwrap();
        facts
    }

    /// The logits of the scored positions, chunk after chunk, evaluated in the batches that the
    /// measure uses; and the tokens that follow.
    fn logits(&self, name: &str) -> Vec<(Vec<f32>, Token)> {
        let path: &Path = &self.dir.path().join(format!("{name}.gguf"));
        let model = self.engine.load(path, Setup::default()).unwrap();
        let spec = session_spec(N_CTX, Some(MAX_CHUNKS), 1);
        let mut session = model.session(&spec).unwrap();
        let tokens = tokens(model.as_ref(), &std::fs::read(&self.text).unwrap());
        let chunks: Vec<&[Token]> = tokens
            .chunks_exact(N_CTX as usize)
            .take(MAX_CHUNKS as usize)
            .collect();
        let mut all = Vec::new();
        for group in chunks.chunks(spec.n_seq as usize) {
            session.clear();
            let rows: Vec<Row> = (0u32..)
                .zip(group)
                .flat_map(|(seq, chunk)| rows(model.as_ref(), seq, chunk))
                .collect();
            session.decode(&rows).unwrap();
            for (index, row) in rows.iter().enumerate() {
                if row.logits && row.pos + 1 < N_CTX {
                    let next = group[row.seq as usize][row.pos as usize + 1];
                    all.push((session.logits(index).unwrap().to_vec(), next));
                }
            }
        }
        all
    }
}

fn tokens(model: &dyn Model, text: &[u8]) -> Vec<Token> {
    model.tokenize(text.strip_suffix(b"\n").unwrap_or(text), true, false)
}

fn rows(model: &dyn Model, seq: u32, chunk: &[Token]) -> Vec<Row> {
    let row = |(pos, &token)| Row {
        token: model.bos_wanted().filter(|_| pos == 0).unwrap_or(token),
        pos,
        seq,
        logits: pos >= N_CTX / 2,
    };
    (0..).zip(chunk).map(row).collect()
}

fn ln_softmax(logits: &[f32]) -> Vec<f64> {
    let logits: Vec<f64> = logits.iter().copied().map(f64::from).collect();
    let max = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logits.iter().map(|logit| (logit - max).exp()).sum();
    logits.iter().map(|logit| logit - max - sum.ln()).collect()
}

fn top(ln_p: &[f64]) -> usize {
    let max = ln_p.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    ln_p.iter().position(|&p| p == max).unwrap()
}

fn of<'f>(facts: &'f [Fact], name: &str) -> Vec<&'f FidelityChunk> {
    let chunks = facts.iter().filter_map(|fact| match fact {
        Fact::Fidelity(chunk) if chunk.compared == Compared::Cell && chunk.of == name => {
            Some(chunk.as_ref())
        }
        _ => None,
    });
    chunks.collect()
}

fn close(found: f32, expected: f64) -> bool {
    (f64::from(found) - expected).abs() <= 1e-6 * expected.abs() + 1e-12
}

fn every_position_is_what_the_definition_gives(place: &Place) {
    let facts = place.run(&place.comparison(&["f32", "f16", "q4_k_m"], &[&[0, 1, 2]]));
    let base = place.logits("f32");
    for name in ["f16", "q4_k_m"] {
        let model = place.logits(name);
        let chunks = of(&facts, name);
        assert_eq!(chunks.len(), MAX_CHUNKS as usize);
        let positions = chunks
            .iter()
            .flat_map(|chunk| (0..chunk.n_scored as usize).map(move |position| (*chunk, position)));
        let mut n = 0;
        for (((chunk, i), (base, token)), (model, _)) in positions.zip(&base).zip(&model) {
            let (p, q) = (ln_softmax(base), ln_softmax(model));
            let token = *token as usize;
            let kld: f64 = p.iter().zip(&q).map(|(p, q)| p.exp() * (p - q)).sum();
            // What is left of a sum of terms of both signs has about this much rounding in it.
            assert!(
                (f64::from(chunk.kld[i]) - kld).abs() <= 1e-6 * kld + 1e-14,
                "{name}: {} against {kld}",
                chunk.kld[i]
            );
            assert!(close(chunk.delta_p[i], q[token].exp() - p[token].exp()));
            assert!(close(chunk.nll_base[i], -p[token]));
            assert!(close(chunk.delta_nll[i], p[token] - q[token]));
            assert_eq!(chunk.other_top.contains(&(i as u32)), top(&p) != top(&q));
            n += 1;
        }
        assert_eq!(n, base.len());
    }
}

/// A model against itself once more differs in nothing here; what it is worth is that this is measured.
fn the_baseline_is_compared_with_itself(place: &Place) {
    let facts = place.run(&place.comparison(&["f32", "f16"], &[&[0, 1]]));
    let noise = |kind| {
        let chunks = facts.iter().filter_map(move |fact| match fact {
            Fact::Fidelity(chunk) if chunk.compared == kind => Some(chunk),
            _ => None,
        });
        chunks.collect::<Vec<_>>()
    };
    let (again, alone) = (noise(Compared::Again), noise(Compared::Alone));
    assert_eq!((again.len(), alone.len()), (1, 1));
    assert!(
        again
            .iter()
            .all(|chunk| chunk.of == "f32" && chunk.n_scored == 63)
    );
    assert!(
        again
            .iter()
            .flat_map(|chunk| &chunk.kld)
            .all(|&kld| kld < 1e-9)
    );
    assert!(
        alone
            .iter()
            .flat_map(|chunk| &chunk.kld)
            .all(|&kld| kld < 1e-3)
    );
}

fn a_file_between_changes_nothing_and_leaves_nothing(place: &Place) {
    let key = |fact: &Fact| serde_json::to_string(fact).unwrap();
    let sorted = |comparison: &Comparison| {
        let mut facts: Vec<String> = place.run(comparison).iter().map(key).collect();
        facts.sort();
        facts
    };
    let members = ["f32", "f16", "q4_k_m"];
    let together = place.comparison(&members, &[&[0, 1, 2]]);
    let mut apart = place.comparison(&members, &[&[0, 2], &[1]]);
    assert_eq!(sorted(&apart), sorted(&together));
    // A window of a single group.
    apart.sets = vec![vec![0], vec![1], vec![2]];
    apart.max_chunks = Some(40);
    let mut all = place.comparison(&members, &[&[0, 1, 2]]);
    all.max_chunks = Some(40);
    assert_eq!(sorted(&apart), sorted(&all));
    assert_eq!(std::fs::read_dir(&apart.spill.dir).unwrap().count(), 0);
    apart.spill.max_bytes = 1000;
    let refused = run(&place.engine, &apart, &mut |_| {}).unwrap_err();
    assert!(refused.0.contains("GiB"), "{refused}");
}

fn what_cannot_be_compared_is_left_out_and_said(place: &Place) {
    let members = ["f32", "nan", "other", "missing", "f16"];
    let facts = place.run(&place.comparison(&members, &[&[0, 1, 2, 3, 4]]));
    let reasons: Vec<&str> = facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Failure(failure) => Some(failure.reason.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(reasons.len(), 3, "{reasons:?}");
    for (name, why) in [("missing", ""), ("other", "other tokens"), ("nan", "NaN")] {
        let said = |reason: &&&str| reason.starts_with(name) && reason.contains(why);
        assert!(reasons.iter().any(|reason| said(&reason)), "{reasons:?}");
    }
    assert_eq!(of(&facts, "f16").len(), MAX_CHUNKS as usize);
    assert!(of(&facts, "nan").is_empty());
    let broken = place.comparison(&["nan", "f16"], &[&[0, 1]]);
    let error = run(&place.engine, &broken, &mut |_| {}).unwrap_err();
    assert!(error.0.contains("NaN"), "{error}");
}

/// llama.cpp is initialised once per process, so this is one test.
#[test]
fn fidelity() {
    let place = Place::new();
    every_position_is_what_the_definition_gives(&place);
    the_baseline_is_compared_with_itself(&place);
    a_file_between_changes_nothing_and_leaves_nothing(&place);
    what_cannot_be_compared_is_left_out_and_said(&place);
}
