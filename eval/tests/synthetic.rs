//! Models of a shape with random weights, end to end.

mod common;

use common::{Place, failures, field, has_report};
use serde_json::Value;

const SPEED: &str = "name = 'speed'\nprecisions = ['native', 'q8_0', 'q4_k_m', 'f32']\n[speed]\nn_prompt = [16]\nn_gen = [4]\nn_depth = [0]\nparallel = [1]\nrepetitions = 2\n";
const SHAPE: &str = "architecture = 'qwen3'\nn_layer = 3\nn_embd = 512\nn_ff = 1024\nn_head = 8\nn_head_kv = 2\nhead_dim = 64\nn_vocab = 4096\nn_ctx = 2048\ntied = true\n";

fn place() -> Place {
    let place = Place::new();
    place.write("speed.toml", SPEED);
    place.write("mine.toml", SHAPE);
    place
}

fn cached(place: &Place) -> Vec<String> {
    let files = std::fs::read_dir(place.path("cache/hanbench/derived")).unwrap();
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name();
    files
        .map(|entry| name(entry).into_string().unwrap())
        .collect()
}

#[test]
fn speed_and_memory_of_a_shape_are_measured_at_every_precision() {
    let place = place();
    let listed = [
        "run",
        "synthetic:mine.toml",
        "--suite",
        "speed.toml",
        "--list",
    ];
    let listed = place.run(&listed).expect(0);
    assert!(listed.stdout.contains("mine/Q4_K_M"), "{}", listed.stdout);
    assert!(cached(&place).is_empty(), "a listing leaves nothing behind");

    let arguments = [
        "run",
        "synthetic:mine.toml",
        "--suite",
        "speed.toml",
        "--out",
        "run",
    ];
    place.run(&arguments).expect(0);
    assert!(has_report(&place.path("run")));
    assert_eq!(cached(&place).len(), 4);
    assert_eq!(place.csv("run", "summary.csv").len(), 4);
    for row in place.csv("run", "memory.csv") {
        let bytes = |name: &str| field(&row, name).parse::<f64>().unwrap();
        let off = (bytes("predicted_bytes") - bytes("peak_rss_bytes")).abs();
        let small = f64::from(16 << 20);
        assert!(off < small.max(0.03 * bytes("peak_rss_bytes")), "{row:?}");
    }
    let info = std::fs::read_to_string(place.path("run/run.json")).unwrap();
    let info: Value = serde_json::from_str(&info).unwrap();
    assert_eq!(info["models"][0]["synthetic"]["n_embd"], 512);
    assert!(
        info["cells"]
            .as_array()
            .unwrap()
            .iter()
            .all(|cell| cell["native"] == true)
    );

    place.run(&["run", "--resume", "--out", "run"]).expect(0);
    assert_eq!(cached(&place).len(), 4);
}

#[test]
fn random_weights_refuse_what_only_a_trained_model_can_tell() {
    let place = place();
    let arguments = ["run", "synthetic:mine.toml", "--suite", "suite.toml"];
    place
        .run(&[&arguments[..], &["--precision", "f16,f32", "--out", "run"]].concat())
        .expect(1);
    let records = place.records("run");
    let reasons = failures(&records);
    assert_eq!(reasons.len(), 4, "{reasons:?}");
    assert!(
        reasons
            .iter()
            .all(|reason| reason.contains("random numbers")),
        "{reasons:?}"
    );
    assert!(place.csv("run", "perplexity.csv").is_empty());
    assert!(place.csv("run", "answers.csv").is_empty());
    assert!(place.csv("run", "fidelity.csv").is_empty());
    assert!(!place.csv("run", "speed.csv").is_empty());

    // The file says so itself, whatever it is called.
    let inspected = place
        .run(&["inspect", "synthetic:mine.toml", "--json"])
        .expect(0);
    let inspected: Value = serde_json::from_str(&inspected.stdout).unwrap();
    let file = inspected["path"].as_str().unwrap();
    std::fs::copy(file, place.path("innocent.gguf")).unwrap();
    place
        .run(&[
            "run",
            "innocent.gguf",
            "--suite",
            "suite.toml",
            "--precision",
            "native",
            "--out",
            "two",
        ])
        .expect(1);
    assert!(failures(&place.records("two"))[0].contains("random numbers"));
}

#[test]
fn of_the_standard_suite_a_shape_takes_the_speed_alone() {
    let place = place();
    let listed = place
        .run(&["run", "synthetic:mine.toml", "--list"])
        .expect(0);
    assert!(listed.stdout.contains("1 cells"), "{}", listed.stdout);
    let both = ["run", "synthetic:mine.toml", "nabi-text", "--list"];
    let listed = place.run(&both).expect(0);
    assert!(listed.stdout.contains("nabi-text/F16"), "{}", listed.stdout);
}

#[test]
fn what_cannot_be_made_is_said_in_one_line() {
    let place = place();
    place.write("odd.toml", SHAPE.replace("n_head_kv = 2", "n_head_kv = 3"));
    place.write(
        "huge.toml",
        SHAPE
            .replace("n_layer = 3", "n_layer = 500")
            .replace("n_ff = 1024", "n_ff = 1000000"),
    );
    for (model, status, told) in [
        ("synthetic:llama3.2-3", 2, "llama3.2-3b"),
        (
            "synthetic:odd.toml",
            2,
            "odd.toml:6: `n_head_kv`: must divide n_head (8)",
        ),
        ("synthetic:none.toml", 2, "none.toml"),
    ] {
        let ran = place.run(&["run", model, "--list"]).expect(status);
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
        assert_eq!(ran.stderr.trim_end().lines().count(), 1, "{}", ran.stderr);
    }
    place
        .run(&[
            "run",
            "synthetic:huge.toml",
            "--suite",
            "speed.toml",
            "--precision",
            "f32",
            "--out",
            "run",
        ])
        .expect(1);
    let reasons = failures(&place.records("run")).join("\n");
    assert!(reasons.contains("GiB of memory"), "{reasons}");
    assert!(cached(&place).is_empty());
}
