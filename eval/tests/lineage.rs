//! How models are related, decided from their weights: `hanbench inspect A B` and `hanbench run`.

mod common;

use common::{Place, field};
use eval::engine::Engine;
use eval::engine::gguf::Gguf;
use eval::engine::llama::Llama;
use eval::engine::tiny::Shape;
use serde_json::Value;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Mutex, OnceLock};

/// llama.cpp's quantiser, of which a process has one.
fn convert(from: &str, to: &str, precision: &str) {
    static ENGINE: OnceLock<Mutex<Llama>> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| Mutex::new(Llama::new().unwrap()));
    let (from, to) = (Path::new(from), Path::new(to));
    let engine = engine.lock().unwrap();
    engine.convert(from, to, precision, 1).unwrap();
}

/// Knuth's MMIX generator.
struct Random(u64);

impl Random {
    /// A number from −1 to 1.
    fn uniform(&mut self) -> f32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }
}

impl Place {
    /// A model at another precision, beside it.
    fn at(&self, model: &str, precision: &str) -> String {
        let to = format!("{}.{precision}.gguf", model.trim_end_matches(".gguf"));
        convert(model, &to, precision);
        to
    }

    fn lineage(&self, models: &[&str]) -> Vec<Value> {
        let arguments = [&["inspect", "--json"], models].concat();
        let ran = self.run(&arguments).expect(0);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(report["models"].as_array().unwrap().len(), models.len());
        report["lineage"].as_array().unwrap().clone()
    }

    #[track_caller]
    fn verdict(&self, a: &str, b: &str) -> String {
        let pairs = self.lineage(&[a, b]);
        assert_eq!((&pairs[0]["a"], &pairs[0]["b"]), (&a.into(), &b.into()));
        assert!(!pairs[0]["evidence"].as_str().unwrap().is_empty());
        pairs[0]["verdict"].as_str().unwrap().to_owned()
    }
}

/// Changes the F32 tensors whose names `which` picks by so much of the root mean square of their values.
fn change(path: &str, by: f32, which: impl Fn(&str) -> bool) {
    let mut options = std::fs::OpenOptions::new();
    let file = options.read(true).write(true).open(path).unwrap();
    let mut random = Random(9);
    for tensor in Gguf::open(Path::new(path)).unwrap().tensors() {
        if !which(&tensor.name) {
            continue;
        }
        let mut bytes = vec![0; tensor.n_bytes as usize];
        file.read_exact_at(&mut bytes, tensor.begin).unwrap();
        let (values, _) = bytes.as_chunks::<4>();
        let values: Vec<f32> = values.iter().map(|b| f32::from_le_bytes(*b)).collect();
        let square: f32 = values.iter().map(|v| v * v).sum();
        let size = (square / values.len() as f32).sqrt();
        // A uniform number has a deviation of 1/√3.
        let changed = values
            .iter()
            .map(|value| value + by * size * 3.0_f32.sqrt() * random.uniform());
        let bytes: Vec<u8> = changed.flat_map(f32::to_le_bytes).collect();
        file.write_all_at(&bytes, tensor.begin).unwrap();
    }
}

fn is_matrix(name: &str) -> bool {
    !name.contains("norm")
}

#[test]
fn one_model_is_the_same_at_every_precision() {
    let place = Place::new();
    let f32 = place.tiny("m.gguf", &Shape::default());
    let mut models = vec![f32.clone()];
    for precision in [
        "F16", "BF16", "Q8_0", "Q6_K", "Q4_K_M", "Q4_0", "Q2_K", "IQ4_XS",
    ] {
        models.push(place.at(&f32, precision));
    }
    let names: Vec<&str> = models.iter().map(String::as_str).collect();
    let pairs = place.lineage(&names);
    assert_eq!(pairs.len(), 36);
    for pair in pairs {
        assert_eq!(pair["verdict"], "same_weights", "{pair:#}");
        assert_eq!(pair["figures"]["vectors_differ"], 0, "{pair:#}");
    }
}

#[test]
fn a_slight_fine_tune_is_one_at_every_precision() {
    let place = Place::new();
    let base = place.tiny("base.gguf", &Shape::default());
    let tuned = place.tiny("tuned.gguf", &Shape::default());
    change(&tuned, 0.01, is_matrix);
    for precision in ["F16", "BF16", "Q8_0", "Q4_K_M", "Q2_K"] {
        let tuned = place.at(&tuned, precision);
        assert_eq!(place.verdict(&base, &tuned), "fine_tune", "{precision}");
    }
    // Where only some matrices were touched, as by a low-rank adapter merged into the attention.
    let adapted = place.tiny("adapted.gguf", &Shape::default());
    change(&adapted, 0.01, |name| {
        name.contains("attn_q") || name.contains("attn_v")
    });
    let q4 = place.at(&adapted, "Q4_K_M");
    let pairs = place.lineage(&[&q4, &base]);
    assert_eq!(pairs[0]["verdict"], "fine_tune");
    let worst = pairs[0]["figures"]["worst"][0].as_str().unwrap();
    assert!(worst.contains("attn_"), "{worst}");
}

#[test]
fn a_norm_that_differs_is_a_fine_tune_and_equal_ones_prove_nothing() {
    let place = Place::new();
    let base = place.tiny("base.gguf", &Shape::default());
    let q2 = place.at(&base, "Q2_K");
    let tuned = place.tiny("tuned.gguf", &Shape::default());
    change(&tuned, 0.01, |name| name == "blk.1.ffn_norm.weight");
    let pairs = place.lineage(&[&tuned, &q2]);
    assert_eq!(pairs[0]["verdict"], "fine_tune");
    assert_eq!(pairs[0]["figures"]["vectors_differ"], 1);
}

#[test]
fn other_weights_are_unrelated_whatever_their_shape() {
    let place = Place::new();
    let one = place.tiny("one.gguf", &Shape::default());
    let other = place.tiny(
        "other.gguf",
        &Shape {
            seed: 2,
            ..Shape::default()
        },
    );
    let wide = place.tiny(
        "wide.gguf",
        &Shape {
            n_embd: 512,
            ..Shape::default()
        },
    );
    // Their norms are all ones, and so equal.
    assert_eq!(place.verdict(&one, &other), "unrelated");
    assert_eq!(place.verdict(&one, &wide), "unrelated");
    assert_eq!(place.verdict(&one, &place.at(&other, "Q2_K")), "unrelated");
}

#[test]
fn a_file_made_from_a_quantised_one_is_still_the_same() {
    let place = Place::new();
    let f32 = place.tiny("m.gguf", &Shape::default());
    let (q8, q4) = (place.at(&f32, "Q8_0"), place.at(&f32, "Q4_K_M"));
    for made in [
        place.at(&q8, "Q4_K_M"),
        place.at(&q4, "F16"),
        place.at(&q4, "Q8_0"),
    ] {
        let pair = &place.lineage(&[&f32, &made])[0];
        assert_eq!(pair["verdict"], "same_weights", "{pair:#}");
        assert!(!pair["figures"]["through"].as_array().unwrap().is_empty());
    }
}

#[test]
fn a_split_model_is_compared_as_one() {
    let place = Place::new();
    let whole = place.tiny("whole.gguf", &Shape::default());
    for part in 0..2_u16 {
        let name = format!("split-{:05}-of-00002.gguf", part + 1);
        place.tiny(
            &name,
            &Shape {
                part: Some([part, 2]),
                ..Shape::default()
            },
        );
    }
    let split = place.path("split-00001-of-00002.gguf");
    let q8 = place.at(&whole, "Q8_0");
    assert_eq!(place.verdict(split.to_str().unwrap(), &q8), "same_weights");
}

/// A GGUF file of F32 tensors, each given by name, row length and values.
fn gguf(path: &Path, tensors: &[(&str, u64, Vec<f32>)]) {
    fn text(out: &mut Vec<u8>, text: &str) {
        out.extend((text.len() as u64).to_le_bytes());
        out.extend(text.as_bytes());
    }
    let mut out = b"GGUF\x03\0\0\0".to_vec();
    out.extend((tensors.len() as u64).to_le_bytes());
    out.extend(1_u64.to_le_bytes());
    text(&mut out, "general.architecture");
    out.extend(8_u32.to_le_bytes()); // a string
    text(&mut out, "llama");
    let mut offset = 0_u64;
    for (name, row, values) in tensors {
        text(&mut out, name);
        out.extend(2_u32.to_le_bytes());
        out.extend(row.to_le_bytes());
        out.extend((values.len() as u64 / row).to_le_bytes());
        out.extend(0_u32.to_le_bytes()); // F32
        out.extend(offset.to_le_bytes());
        offset += values.len() as u64 * 4;
    }
    out.resize(out.len().next_multiple_of(32), 0);
    for (_, _, values) in tensors {
        out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }
    std::fs::write(path, out).unwrap();
}

fn values(seed: u64, n: usize) -> Vec<f32> {
    let mut random = Random(seed);
    (0..n).map(|_| random.uniform() / 16.0).collect()
}

#[test]
fn order_vocabulary_and_tied_outputs_do_not_matter() {
    let place = Place::new();
    let write = |name: &str, tensors: &[(&str, u64, Vec<f32>)]| {
        gguf(&place.path(name), tensors);
        place.path(name).to_str().unwrap().to_owned()
    };
    let embedding = values(1, 256 * 100);
    let (up, down) = (values(2, 256 * 512), values(3, 256 * 512));
    let of = |rows: usize| ("token_embd.weight", 256, embedding[..256 * rows].to_vec());
    let up = ("blk.0.ffn_up.weight", 256, up);
    let down = ("blk.0.ffn_down.weight", 512, down);
    let output = ("output.weight", 256, embedding.clone());
    let all = write("all.gguf", &[of(100), up.clone(), down.clone()]);
    let other_order = write("order.gguf", &[down.clone(), of(100), up.clone()]);
    assert_eq!(place.verdict(&all, &other_order), "same_weights");
    let fewer_tokens = write("fewer.gguf", &[of(90), up.clone(), down.clone()]);
    let pair = &place.lineage(&[&all, &fewer_tokens])[0];
    assert_eq!(pair["verdict"], "same_weights", "{pair:#}");
    assert_eq!(pair["figures"]["n_vocab"], serde_json::json!([100, 90]));
    let untied = write("untied.gguf", &[of(100), up.clone(), down.clone(), output]);
    assert_eq!(place.verdict(&all, &untied), "same_weights");
    assert_eq!(place.verdict(&untied, &all), "same_weights");
    let other_output = ("output.weight", 256, values(7, 256 * 100));
    let retrained = write("retrained.gguf", &[of(100), up.clone(), down, other_output]);
    assert_eq!(place.verdict(&all, &retrained), "fine_tune");
    let pruned = write("pruned.gguf", &[of(100), up]);
    assert_eq!(place.verdict(&all, &pruned), "fine_tune");
}

#[test]
fn a_file_that_cannot_be_read_leaves_the_others() {
    let place = Place::new();
    let one = place.tiny("one.gguf", &Shape::default());
    let two = place.at(&one, "F16");
    let whole = std::fs::read(&one).unwrap();
    let cut = place.write("cut.gguf", &whole[..whole.len() / 2]);
    let ran = place.run(&["inspect", &one, &cut, &two]).expect(1);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("cut short"), "{}", ran.stderr);
    let said: Vec<&str> = ran
        .stdout
        .lines()
        .filter(|l| l.contains(": the same weights ("))
        .collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with(&format!("{one} and {two}: the same weights (")));
}

const SUITE: &str = r#"
name = "test"
precisions = ["native"]
[perplexity]
corpora = ["held-out"]
n_ctx = 128
max_chunks = 2
[fidelity]
"#;

#[test]
fn a_run_compares_what_is_the_same_and_keeps_the_verdicts() {
    let place = Place::new();
    place.write("related.toml", SUITE);
    let instruct = place.tiny("instruct.gguf", &Shape::default());
    let general = format!("general={}", place.at(&instruct, "Q4_K_M"));
    let text = place.tiny("text.gguf", &Shape::default());
    change(&text, 0.05, is_matrix);
    let (instruct, text) = (format!("instruct={instruct}"), format!("text={text}"));
    let models = [&*general, &*instruct, &*text];
    let rest = ["--suite", "related.toml", "--out", "run"];
    place
        .run(&[&["run"], &models[..], &rest].concat())
        .expect(0);
    let info = std::fs::read_to_string(place.path("run").join("run.json")).unwrap();
    let info: Value = serde_json::from_str(&info).unwrap();
    let pairs = info["lineage"].as_array().unwrap();
    let said = |pair: &Value| {
        ["a", "b", "verdict"]
            .map(|name| pair[name].as_str().unwrap().to_owned())
            .join(" ")
    };
    let said: Vec<String> = pairs.iter().map(said).collect();
    assert_eq!(
        said,
        [
            "general instruct same_weights",
            "general text fine_tune",
            "instruct text fine_tune"
        ]
    );
    let fidelity = info["fidelity"].as_array().unwrap();
    assert_eq!(fidelity.len(), 1);
    assert_eq!(fidelity[0]["baseline"], "instruct/F32");
    assert_eq!(
        fidelity[0]["compared"],
        serde_json::json!(["general/Q4_K_M"])
    );
    let rows = place.csv("run", "lineage.csv");
    assert_eq!(rows.len(), 3);
    assert_eq!(field(&rows[0], "verdict"), "same_weights");
    assert!(field(&rows[0], "evidence").contains("norm and bias vectors are equal"));
    let compared = place.csv("run", "fidelity.csv");
    assert!(
        compared
            .iter()
            .any(|row| field(row, "variant") == "general")
    );
    let page = std::fs::read_to_string(place.path("run").join("report.html")).unwrap();
    assert!(page.contains("<bdi>instruct</bdi>는 같은 가중치입니다."));
}

#[test]
fn the_demonstration_models_are_what_they_are_said_to_be() {
    let place = Place::new();
    let pairs = place.lineage(&["nabi-general", "nabi-instruct", "nabi-text"]);
    let verdicts: Vec<&str> = pairs
        .iter()
        .map(|p| p["verdict"].as_str().unwrap())
        .collect();
    assert_eq!(verdicts, ["same_weights", "fine_tune", "fine_tune"]);
}
