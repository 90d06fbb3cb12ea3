//! `hanbench inspect --numbers`: what is in the weights is what is reported, tensor by tensor.

mod common;

use common::{Place, failures};
use eval::engine::gguf::{Gguf, TensorInfo};
use eval::engine::tiny::Shape;
use reports::record::{Fact, Record};
use serde_json::Value;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Puts `values` at the beginning of an F32 tensor.
fn overwrite(path: &Path, tensor: &TensorInfo, values: &[f32]) {
    let bytes: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    file.write_all_at(&bytes, tensor.begin).unwrap();
}

fn inspect(place: &Place, model: &str) -> Value {
    let ran = place
        .run(&["inspect", model, "--numbers", "--json"])
        .expect(0);
    serde_json::from_str(&ran.stdout).unwrap()
}

fn counts(cast: &Value) -> [u64; 6] {
    ["overflow", "subnormal", "vanish", "changed", "nan", "inf"]
        .map(|name| cast[name].as_u64().unwrap())
}

#[test]
fn odd_weights_are_reported_in_their_tensor() {
    let place = Place::new();
    let model = place.tiny("m.gguf", &Shape::default());
    let tensors = Gguf::open(Path::new(&model)).unwrap().tensors();
    let before = inspect(&place, &model);
    let tensor = tensors
        .iter()
        .find(|t| t.name == "blk.0.ffn_up.weight")
        .unwrap();
    assert_eq!(tensor.type_name, "f32");
    let odd = [
        70_000.0,
        -1e30,
        2e-6,
        -1e-9,
        f32::NAN,
        f32::NEG_INFINITY,
        1e-40,
        0.0,
    ];
    overwrite(Path::new(&model), tensor, &odd);
    let after = inspect(&place, &model);
    let of = |report: &Value| {
        let tensors = report["tensors"].as_array().unwrap();
        tensors
            .iter()
            .find(|t| t["tensor"] == "blk.0.ffn_up.weight")
            .unwrap()
            .clone()
    };
    let found = of(&after);
    // 70,000 and −1e30 overflow, 2e-6 is subnormal, −1e-9 and 1e-40 vanish.
    let [overflow, subnormal, vanish, _, nan, inf] = counts(&found["f16"]);
    let [_, subnormal_before, ..] = counts(&of(&before)["f16"]);
    assert_eq!((overflow, vanish, nan, inf), (2, 2, 1, 1));
    assert!(subnormal.abs_diff(subnormal_before + 1) <= 8);
    // bfloat16 has the range of f32: only 1e-40 is subnormal there.
    let [overflow, subnormal, vanish, ..] = counts(&found["bf16"]);
    assert_eq!((overflow, subnormal, vanish), (0, 1, 0));
    assert_eq!(found["max_abs"].as_f64().unwrap(), f64::from(1e30_f32));
    let totals = &after["totals"];
    assert_eq!(totals["n"], before["totals"]["n"]);
    assert_eq!(
        (totals["nan"].as_u64(), totals["inf"].as_u64()),
        (Some(1), Some(1))
    );
    assert_eq!(totals["f16"]["overflow"], 2);

    let shown = place
        .run(&["inspect", &model, "--numbers"])
        .expect(0)
        .stdout;
    let line = "blk.0.ffn_up.weight: 1 not a number, 1 infinite, 2 too large for F16, 0 for BF16";
    assert!(shown.contains(line), "{shown}");
}

#[test]
fn a_cast_that_would_lose_weights_is_not_made_and_says_which() {
    let place = Place::new();
    let model = place.tiny("m.gguf", &Shape::default());
    let tensors = Gguf::open(Path::new(&model)).unwrap().tensors();
    let tensor = tensors
        .iter()
        .find(|t| t.name == "blk.1.attn_q.weight")
        .unwrap();
    overwrite(Path::new(&model), tensor, &[1e6, -2e6]);
    place.write("s.toml", "name = 's'\nprecisions = ['native', 'f16', 'bf16']\n[speed]\nn_prompt = [8]\nn_gen = [2]\nn_depth = [0]\nparallel = [1]\nrepetitions = 1\n");
    place
        .run(&["run", &model, "--suite", "s.toml", "--out", "run"])
        .expect(1);
    let records = place.records("run");
    let [reason] = failures(&records)[..] else {
        panic!("{:?}", failures(&records))
    };
    let said = "2 weights in 1 tensors (the first is blk.1.attn_q.weight) are larger than 65,504";
    assert!(reason.contains(said), "{reason}");
    let done = |record: &&Record| matches!(&record.fact, Fact::End(end) if end.complete);
    assert_eq!(records.iter().filter(done).count(), 2);
}

#[test]
fn what_was_cast_already_does_not_change_again() {
    let place = Place::new();
    let seen = inspect(&place, "nabi-text");
    let tensors = seen["tensors"].as_array().unwrap();
    let matrices = tensors.iter().filter(|tensor| tensor["type"] == "f16");
    for tensor in matrices {
        assert_eq!(tensor["f16"]["changed"], 0, "{}", tensor["tensor"]);
        assert!(
            tensor["bf16"]["changed"].as_u64() > Some(0),
            "{}",
            tensor["tensor"]
        );
    }
    let sum: u64 = tensors
        .iter()
        .map(|tensor| tensor["n"].as_u64().unwrap())
        .sum();
    assert_eq!(seen["totals"]["n"].as_u64(), Some(sum));
    let exponents = seen["totals"]["exponents"].as_array().unwrap();
    let counted: u64 = exponents.iter().map(|pair| pair[1].as_u64().unwrap()).sum();
    assert_eq!(counted + seen["totals"]["zero"].as_u64().unwrap(), sum);
}

#[test]
fn a_file_that_is_none_is_said_and_the_others_are_shown() {
    let place = Place::new();
    let good = place.tiny("m.gguf", &Shape::default());
    let bad = place.write("bad.gguf", "GGUFnonsense");
    let ran = place.run(&["inspect", &bad, &good]).expect(1);
    assert!(
        ran.stderr.contains("bad.gguf") && ran.stdout.contains("architecture"),
        "{ran:?}"
    );
}
