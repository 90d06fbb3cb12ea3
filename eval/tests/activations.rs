//! `hanbench inspect --activations` and the activations of a run: what a model computes is what is
//! reported, by kind and layer.

mod common;

use common::{Place, failures, field};
use eval::engine::gguf::Gguf;
use eval::engine::tiny::Shape;
use eval::engine::{Engine, KvType, Row, SessionSpec, Setup, activations, llama::Llama};
use reports::record::{ActivationRange, Fact};
use serde_json::Value;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Multiplies every value of an F32 tensor.
fn scale(path: &str, tensor: &str, factor: f32) {
    let tensors = Gguf::open(Path::new(path)).unwrap().tensors();
    let tensor = tensors.iter().find(|t| t.name == tensor).unwrap();
    let file = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .unwrap();
    let mut bytes = vec![0; tensor.n_bytes as usize];
    file.read_exact_at(&mut bytes, tensor.begin).unwrap();
    for value in bytes.as_chunks_mut::<4>().0 {
        *value = (f32::from_le_bytes(*value) * factor).to_le_bytes();
    }
    file.write_all_at(&bytes, tensor.begin).unwrap();
}

/// The values of an F32 tensor.
fn values(path: &str, tensor: &str) -> Vec<f32> {
    let tensors = Gguf::open(Path::new(path)).unwrap().tensors();
    let tensor = tensors.iter().find(|t| t.name == tensor).unwrap();
    let mut bytes = vec![0; tensor.n_bytes as usize];
    let file = std::fs::File::open(path).unwrap();
    file.read_exact_at(&mut bytes, tensor.begin).unwrap();
    let values = bytes.as_chunks::<4>().0.iter();
    values.map(|value| f32::from_le_bytes(*value)).collect()
}

fn inspect(place: &Place, model: &str) -> Vec<ActivationRange> {
    let ran = place
        .run(&["inspect", model, "--activations", "--json"])
        .expect(0);
    let shown: Value = serde_json::from_str(&ran.stdout).unwrap();
    serde_json::from_value(shown["activations"].clone()).unwrap()
}

fn largest(values: impl IntoIterator<Item = f32>) -> f64 {
    f64::from(values.into_iter().fold(0.0, |a, b| b.abs().max(a)))
}

fn of<'r>(ranges: &'r [ActivationRange], node: &str, layer: Option<u32>) -> &'r ActivationRange {
    let found = ranges
        .iter()
        .find(|range| range.node == node && range.layer == layer);
    found.unwrap_or_else(|| panic!("no {node} in {layer:?}"))
}

#[test]
fn what_is_seen_is_what_the_model_computes() {
    let place = Place::new();
    let path = place.tiny("m.gguf", &Shape::default());
    let engine = Llama::new().unwrap();
    // As the text is looked at, so that a session of the bindings computes the same.
    let setup = activations::setup(Setup::default());
    assert_eq!(
        (setup.kv, setup.flash_attention),
        (KvType::F32, Some(false))
    );
    let n = 96;
    let spec = SessionSpec {
        n_ctx: n,
        n_seq: 1,
        n_batch: n,
        n_ubatch: n,
        n_outputs: n,
        n_threads: 1,
    };
    let mut watched = engine.watch(Path::new(&path), setup, &spec).unwrap();
    let corpus = datasets::load_corpus("held-out").unwrap();
    let mut tokens = watched.tokenize(&corpus.texts[0].bytes[..3000]);
    let model = engine.load(Path::new(&path), setup).unwrap();
    assert_eq!(
        tokens,
        model.tokenize(&corpus.texts[0].bytes[..3000], true, false)
    );
    assert_eq!(watched.bos_wanted(), model.bos_wanted());
    tokens.truncate(n as usize);
    watched.evaluate(&tokens).unwrap();
    let once = watched.seen();

    let rows: Vec<Row> = (0..n)
        .zip(&tokens)
        .map(|(pos, &token)| Row {
            token,
            pos,
            seq: 0,
            logits: true,
        })
        .collect();
    let mut session = model.session(&spec).unwrap();
    session.decode(&rows).unwrap();
    let logits = (0..n as usize).map(|row| largest(session.logits(row).unwrap().to_vec()));
    let output = of(&once, "result_output", None);
    let expected = logits.fold(0.0, f64::max);
    assert!(
        (output.max_abs.unwrap() / expected - 1.0).abs() < 1e-5,
        "{output:?} against {expected}"
    );
    assert_eq!(output.n, u64::from(n) * model.n_vocab() as u64);

    // The embedding of a token is a row of the file's matrix, and a key is a query's product with it.
    let embedding = values(&path, "token_embd.weight");
    let row = |token: &i32| &embedding[*token as usize * 256..][..256];
    let embedded = of(&once, "embd", None);
    assert_eq!(
        embedded.max_abs,
        Some(largest(tokens.iter().flat_map(row).copied()))
    );
    assert_eq!(embedded.n, u64::from(n) * 256);
    // Its norm, before the norm's weights, which are one.
    let normalised = tokens.iter().map(|token| {
        let row = row(token);
        let mean_square: f64 = row
            .iter()
            .map(|&v| f64::from(v) * f64::from(v))
            .sum::<f64>()
            / 256.0;
        largest(row.iter().copied()) / (mean_square + 1e-5).sqrt()
    });
    let expected = normalised.fold(0.0, f64::max);
    let seen = of(&once, "attn_norm", Some(0)).max_abs.unwrap();
    assert!((seen / expected - 1.0).abs() < 1e-5, "{seen}, {expected}");
    // Attention to oneself alone, at the first position.
    assert_eq!(of(&once, "kq_soft_max", Some(1)).max_abs, Some(1.0));
    assert!(once.iter().all(|range| range.nan + range.inf == 0));
    assert!(once.iter().all(|range| range.n_tokens == u64::from(n)));

    // Once more from empty memory: as many values again, and none that is larger.
    watched.evaluate(&tokens).unwrap();
    let twice = watched.seen();
    assert_eq!(once.len(), twice.len());
    for (once, twice) in once.iter().zip(&twice) {
        assert_eq!((2 * once.n, once.max_abs), (twice.n, twice.max_abs));
    }
}

#[test]
fn activations_beyond_f16_are_reported_in_their_layer_and_kind() {
    let place = Place::new();
    let model = place.tiny("m.gguf", &Shape::default());
    let before = inspect(&place, &model);
    assert!(before.iter().all(|range| range.overflow == 0));
    // Every layer sees every position: 7 texts, two chunks of each.
    assert!(before.iter().all(|range| range.n_tokens == 7 * 2 * 512));
    let up = of(&before, "ffn_up", Some(1));
    assert_eq!(up.n, up.n_tokens * 512);

    // A power of two scales exactly what is linear in it: the product with this matrix, and no other in
    // its layer before.
    let factor = (2e5 / up.max_abs.unwrap()).log2().ceil().exp2();
    scale(&model, "blk.1.ffn_up.weight", factor as f32);
    let after = inspect(&place, &model);
    let scaled = of(&after, "ffn_up", Some(1));
    assert_eq!(scaled.max_abs, up.max_abs.map(|max_abs| max_abs * factor));
    assert!((1..scaled.n).contains(&scaled.overflow), "{scaled:?}");
    for range in after.iter().filter(|range| range.layer == Some(0)) {
        assert_eq!(range, of(&before, &range.node, Some(0)));
    }
    assert_eq!(
        of(&after, "ffn_gate", Some(1)),
        of(&before, "ffn_gate", Some(1))
    );
    // The normalisation behind it brings everything back.
    assert_eq!(of(&after, "result_output", None).overflow, 0);

    let shown = place.run(&["inspect", &model, "--activations"]).expect(0);
    let lost = after.iter().filter(|range| range.overflow > 0).count();
    let line = format!(
        "in {lost} of {} kinds and layers finite values would become infinite in F16",
        after.len()
    );
    assert!(shown.stdout.contains(&line), "{shown:?}");
    // What is lost comes first, the product of gate and up above all.
    let mut kinds = shown
        .stdout
        .lines()
        .skip_while(|line| !line.contains("kind  "));
    let worst = kinds.nth(1).unwrap();
    assert!(
        worst.contains("ffn_swiglu") && worst.contains(" -"),
        "{worst}"
    );
}

#[test]
fn what_is_not_finite_is_counted_as_such() {
    let place = Place::new();
    let model = place.tiny("m.gguf", &Shape::default());
    scale(&model, "blk.1.ffn_norm.weight", f32::NAN);
    let ranges = inspect(&place, &model);
    assert_eq!(of(&ranges, "l_out", Some(0)).nan, 0);
    let broken = of(&ranges, "ffn_norm", Some(1));
    assert_eq!((broken.nan, broken.max_abs), (broken.n, None));
    let output = of(&ranges, "result_output", None);
    assert_eq!((output.nan, output.overflow), (output.n, 0));
}

const SUITE: &str = "name = 's'\nprecisions = ['native', 'bf16']\n[perplexity]\ncorpora = ['held-out']\nn_ctx = 64\nmax_chunks = 2\n[numbers]\n";

#[test]
fn a_run_keeps_activations_of_the_native_cell_and_reports_them() {
    let place = Place::new();
    let model = place.tiny("m.gguf", &Shape::default());
    place.write("s.toml", SUITE);
    place
        .run(&["run", &model, "--suite", "s.toml", "--out", "run"])
        .expect(0);
    let records = place.records("run");
    let cells: Vec<&str> = records
        .iter()
        .filter(|record| matches!(record.fact, Fact::Activation(_)))
        .map(|record| record.cell.as_str())
        .collect();
    assert!(cells.len() > 20, "{}", cells.len());
    assert!(cells.iter().all(|cell| cell.ends_with("/F32")), "{cells:?}");
    let rows = place.csv("run", "activations.csv");
    assert_eq!(rows.len(), cells.len());
    let is_logits = |row: &&Vec<(String, String)>| field(row, "node") == "result_output";
    let logits = rows.iter().find(is_logits).unwrap();
    assert_eq!(
        (field(logits, "n_tokens"), field(logits, "survives")),
        ("896", "true")
    );
    assert!(place.path("run").join("plots/activations.png").exists());
}

#[test]
fn a_text_that_is_too_short_is_a_failed_row_and_the_other_is_kept() {
    let place = Place::new();
    let model = place.tiny("m.gguf", &Shape::default());
    let short = place.write("short.txt", "짧은 글");
    let long = place.write("long.txt", "조금 더 긴 글이 여기 있습니다. ".repeat(40));
    let suite = SUITE.replace("['held-out']", &format!("['{short}', '{long}']"));
    place.write("s.toml", suite.replace(", 'bf16'", ""));
    place
        .run(&["run", &model, "--suite", "s.toml", "--out", "run"])
        .expect(1);
    let records = place.records("run");
    let said = |reason: &&str| reason.contains("activations at n_ctx 64 need at least 64");
    assert_eq!(failures(&records).iter().filter(|r| said(r)).count(), 1);
    let looked = records.iter().find_map(|record| match &record.fact {
        Fact::Activation(range) => Some(range.n_tokens),
        _ => None,
    });
    assert_eq!(looked, Some(2 * 64));
}

#[test]
fn a_model_larger_than_memory_is_not_loaded() {
    let place = Place::new();
    let huge = Shape {
        n_embd: 1 << 15,
        n_ff: 1 << 17,
        n_layer: 40,
        with_values: false,
        ..Shape::default()
    };
    let model = place.tiny("huge.gguf", &huge);
    let ran = place.run(&["inspect", &model, "--activations"]).expect(1);
    assert!(
        ran.stderr.contains("GiB of memory but") && ran.stderr.contains("not loaded"),
        "{ran:?}"
    );
}

#[test]
fn the_mock_engine_has_activations_of_its_own() {
    let place = Place::new();
    let model = place.tiny("m.gguf", &Shape::default());
    let ran = place
        .run(&[
            "inspect",
            &model,
            "--activations",
            "--json",
            "--engine",
            "mock",
        ])
        .expect(0);
    let shown: Value = serde_json::from_str(&ran.stdout).unwrap();
    let last = &shown["activations"][2];
    assert_eq!(
        (last["node"].as_str(), last["layer"].as_u64()),
        (Some("l_out"), Some(1))
    );
    // Bytes of Korean text are 128 and more, and from 7 on ten thousand times as much is too large.
    assert_eq!(last["overflow"], last["n"]);
}
