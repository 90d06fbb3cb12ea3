//! Models from where other programs keep them, end to end.

mod common;

use common::{Place, Ran, failures, has_report};
use eval::engine::tiny::Shape;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

const SMALL: &str = "name = 'small'\nprecisions = ['native']\n[speed]\nn_prompt = [8]\nn_gen = [2]\nn_depth = [0]\nparallel = [1]\nrepetitions = 1\n";
const MODEL: &str = "application/vnd.ollama.image.model";

/// A place whose home has a store of Ollama.
struct Home(Place);

impl Home {
    fn new() -> Self {
        let place = Place::new();
        place.write("small.toml", SMALL);
        let home = Self(place);
        std::fs::create_dir_all(home.store("blobs")).unwrap();
        home
    }

    fn store(&self, below: &str) -> PathBuf {
        self.0.path("home/.ollama/models").join(below)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.0.command(arguments);
        for name in [
            "OLLAMA_MODELS",
            "HF_HOME",
            "HF_HUB_CACHE",
            "HUGGINGFACE_HUB_CACHE",
            "LLAMA_CACHE",
        ] {
            command.env_remove(name);
        }
        command.env("HOME", self.0.path("home"));
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.run(arguments).expect(0).stdout).unwrap()
    }

    fn blob(&self, content: &[u8]) -> String {
        let hash = Sha256::digest(content);
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        std::fs::write(self.store("blobs").join(format!("sha256-{hex}")), content).unwrap();
        hex
    }

    /// Stores a model; returns its manifest.
    fn manifest(&self, gguf: &[u8]) -> Value {
        let digest = format!("sha256:{}", self.blob(gguf));
        json!({"schemaVersion": 2, "layers": [{"mediaType": MODEL, "digest": digest, "size": gguf.len()}]})
    }

    fn old(&self, tag: &str, manifest: &Value) {
        let folder = self.store("manifests/registry.ollama.ai/library/llama3.2");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(tag), manifest.to_string()).unwrap();
    }

    fn new_link(&self, tag: &str, manifest: &Value) {
        let folder = self.store("manifests-v2/ollama.com/library/llama3.2");
        std::fs::create_dir_all(&folder).unwrap();
        let hex = self.blob(manifest.to_string().as_bytes());
        symlink(format!("../../../../blobs/sha256-{hex}"), folder.join(tag)).unwrap();
    }

    fn tiny(&self, seed: u64) -> Vec<u8> {
        let shape = Shape {
            seed,
            ..Shape::default()
        };
        std::fs::read(self.0.tiny("tiny.gguf", &shape)).unwrap()
    }
}

#[test]
fn the_three_tags_of_the_write_up_are_measured_from_a_store() {
    let home = Home::new();
    let general = home.json(&["inspect", "nabi-general", "--json"]);
    let general = std::fs::read(general["path"].as_str().unwrap()).unwrap();
    let [instruct, text] =
        ["nabi-instruct", "nabi-text"].map(|name| datasets::embedded_model(name).unwrap());
    // One of each kind: the older layout, a link of the newer, a list of which one child is ours.
    home.old("3b", &home.manifest(&general));
    home.new_link("3b-instruct-fp16", &home.manifest(instruct.gguf));
    let mut child = home.manifest(text.gguf);
    child["runner"] = json!("llamacpp");
    let list = json!({"mediaType": "application/vnd.ollama.manifest.list.v2+json",
        "manifests": [{"runner": "mlx", "layers": []}, child]});
    home.new_link("3b-text-fp16", &list);

    let arguments = [
        "run",
        "general=ollama:llama3.2:3b",
        "instruct=ollama:llama3.2:3b-instruct-fp16",
        "text=ollama:llama3.2:3b-text-fp16",
        "--suite",
        "small.toml",
        "--out",
        "run",
    ];
    home.run(&arguments).expect(0);
    let info = std::fs::read_to_string(home.0.path("run/run.json")).unwrap();
    let info: Value = serde_json::from_str(&info).unwrap();
    let of = |key: &str| -> Vec<&str> {
        let models = info["models"].as_array().unwrap();
        models
            .iter()
            .map(|model| model[key].as_str().unwrap())
            .collect()
    };
    assert_eq!(of("precision"), ["Q4_K_M", "F16", "F16"]);
    assert_eq!(of("source")[2], "ollama:llama3.2:3b-text-fp16");
    assert_eq!(of("sha256")[1..], [instruct.sha256(), text.sha256()]);
    let status = home.0.csv("run", "summary.csv").len();
    assert_eq!(status, 3);
    assert!(has_report(&home.0.path("run")));

    // What was typed is enough to go on.
    home.run(&["run", "--resume", "--out", "run"]).expect(0);
}

#[test]
fn a_tag_that_is_not_whole_is_a_row_and_one_that_is_not_there_a_usage_error() {
    let home = Home::new();
    home.old("good", &home.manifest(&home.tiny(1)));
    let broken = home.manifest(&home.tiny(2));
    home.old("broken", &broken);
    let digest = broken["layers"][0]["digest"].as_str().unwrap();
    std::fs::remove_file(home.store("blobs").join(digest.replace(':', "-"))).unwrap();

    let (bad, good) = ("ollama:llama3.2:broken", "ollama:llama3.2:good");
    home.run(&["run", bad, good, "--suite", "small.toml", "--out", "run"])
        .expect(1);
    let records = home.0.records("run");
    let reasons = failures(&records);
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    assert!(
        reasons[0].contains("ollama pull llama3.2:broken"),
        "{reasons:?}"
    );
    assert_eq!(home.0.csv("run", "memory.csv").len(), 1);

    let ran = home.run(&["run", "ollama:llama3.2:goof", good]).expect(2);
    assert!(
        ran.stderr.contains("did you mean ollama:llama3.2:good?"),
        "{}",
        ran.stderr
    );
    let ran = home.run(&["run", "llama3.2:good"]).expect(2);
    assert!(
        ran.stderr.contains("did you mean ollama:llama3.2:good?"),
        "{}",
        ran.stderr
    );
    let ran = home.run(&["inspect", "hf:me/repo/x.gguf"]).expect(2);
    assert!(
        ran.stderr.contains("hf download me/repo x.gguf"),
        "{}",
        ran.stderr
    );
    for ran in [ran, home.run(&["inspect", bad]).expect(1)] {
        assert_eq!(ran.stderr.trim_end().lines().count(), 1, "{}", ran.stderr);
    }
}

#[test]
fn a_tag_is_asked_as_ollama_asks_where_that_is_wanted() {
    let home = Home::new();
    let mut manifest = home.manifest(&home.tiny(1));
    let mut layer = |kind: &str, content: &[u8]| {
        let digest = format!("sha256:{}", home.blob(content));
        let layer = json!({"mediaType": format!("application/vnd.ollama.image.{kind}"),
            "digest": digest, "size": content.len()});
        manifest["layers"].as_array_mut().unwrap().push(layer);
    };
    layer("system", "짧게 답해.".as_bytes());
    layer(
        "params",
        br#"{"temperature": 0.25, "stop": ["<|im_start|>"], "num_predict": 5, "mirostat": 1}"#,
    );
    home.old("3b", &manifest);
    home.0.write(
        "ask.toml",
        "name = 'ask'\nprecisions = ['native']\n[answers]\nquestions = ['quick']\nmax_tokens = 8\nparallel = 4\n",
    );
    let plain = ["run", "ollama:llama3.2:3b", "--suite", "ask.toml", "--out"];
    home.run(&[&plain[..], &["plain"]].concat()).expect(0);
    home.run(&[&plain[..], &["own", "--as-ollama"]].concat())
        .expect(0);
    home.run(&["run", "--resume", "--out", "own"]).expect(0);

    let answers = |run: &str| -> Vec<Value> {
        let text = std::fs::read_to_string(home.0.path(run).join("records.jsonl")).unwrap();
        let records = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        records
            .filter(|record| record["kind"] == "answer")
            .collect()
    };
    for answer in answers("plain") {
        assert_eq!(answer["sampling"]["method"], "greedy");
        assert!(!answer["prompt"].as_str().unwrap().contains("짧게"));
    }
    let own = answers("own");
    assert_eq!(own.len(), 20);
    for answer in own {
        assert!(
            answer["prompt"]
                .as_str()
                .unwrap()
                .starts_with("<|im_start|>system\n짧게 답해.")
        );
        let sampling = &answer["sampling"];
        assert_eq!(
            (&sampling["method"], &sampling["temperature"]),
            (&json!("ollama"), &json!(0.25))
        );
        assert_eq!(
            (&sampling["top_k"], &sampling["top_p"]),
            (&json!(40), &json!(0.9))
        );
        assert!(answer["n_tokens"].as_u64().unwrap() <= 5);
    }
    let page = std::fs::read_to_string(home.0.path("own/report.html")).unwrap();
    assert!(page.contains("asked as Ollama asks (temperature 0.25") && page.contains("mirostat"));

    let path = home.0.tiny("own.gguf", &Shape::default());
    let ran = home.run(&["run", &path, "--as-ollama"]).expect(2);
    assert!(
        ran.stderr.contains("--as-ollama: no model is a tag"),
        "{}",
        ran.stderr
    );
}

#[test]
fn without_permission_it_is_said_who_may_read() {
    let home = Home::new();
    home.old("good", &home.manifest(&home.tiny(1)));
    let open = |path: PathBuf, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let binary = home.0.path("hanbench");
    std::fs::copy(env!("CARGO_BIN_EXE_hanbench"), &binary).unwrap();
    open(binary.clone(), 0o755);
    open(home.0.path(""), 0o755);
    std::fs::create_dir(home.0.path("cache")).unwrap();
    open(home.0.path("cache"), 0o777);
    let closed_to_all = home.0.path("closed");
    std::fs::write(&closed_to_all, "").unwrap();
    open(closed_to_all.clone(), 0o000);
    let nobody = |arguments: &[&str]| {
        let mut command = Command::new(&binary);
        command
            .args(arguments)
            .env("HOME", home.0.path("home"))
            .env("XDG_CACHE_HOME", home.0.path("cache"))
            .env_remove("OLLAMA_MODELS");
        // Nothing is closed to root, who runs the tests in many containers.
        if std::fs::File::open(&closed_to_all).is_ok() {
            command.uid(65534).gid(65534);
        }
        Ran::of(command.output().unwrap())
    };
    let inspect = ["inspect", "ollama:llama3.2:good"];
    nobody(&inspect).expect(0);
    for closed in ["manifests/registry.ollama.ai", "blobs", ""] {
        open(home.store(closed), 0o000);
        let ran = nobody(&inspect);
        let listed = nobody(&["models", "--json"]);
        open(home.store(closed), 0o755);
        let ran = ran.expect(1);
        assert!(
            ran.stderr.contains("no permission to read it"),
            "{closed}: {}",
            ran.stderr
        );
        assert_eq!(ran.stderr.trim_end().lines().count(), 1, "{}", ran.stderr);
        let listed: Value = serde_json::from_str(&listed.expect(0).stdout).unwrap();
        assert!(
            listed["problems"].to_string().contains("no permission"),
            "{closed}: {listed}"
        );
    }
}

#[test]
fn a_split_model_is_seen_whole() {
    let home = Home::new();
    let whole = home.0.tiny("whole.gguf", &Shape::default());
    let split = |name: &str, n: u16, seed: u64| {
        for part in 0..n {
            let shape = Shape {
                part: Some([part, n]),
                seed,
                ..Shape::default()
            };
            home.0
                .tiny(&format!("{name}-{:05}-of-{n:05}.gguf", part + 1), &shape);
        }
    };
    split("m", 3, 1);
    std::fs::create_dir(home.0.path("folder")).unwrap();
    split("folder/f", 2, 2);

    let numbers = |path: &str| home.json(&["inspect", path, "--numbers", "--json"]);
    let (one, three) = (numbers(&whole), numbers("m-00003-of-00003.gguf"));
    assert_eq!(three["n_params"], one["n_params"]);
    assert_eq!(three["totals"]["max"], one["totals"]["max"]);
    assert_eq!(three["totals"]["n"], one["totals"]["n"]);
    let parts = (1..=3).map(|n| home.0.path(&format!("m-0000{n}-of-00003.gguf")));
    let n_bytes: u64 = parts.map(|part| part.metadata().unwrap().len()).sum();
    assert_eq!(three["file_bytes"], n_bytes);

    let arguments = [
        "run",
        "whole.gguf",
        "m-00001-of-00003.gguf",
        "folder",
        "--suite",
        "small.toml",
    ];
    let precisions = ["--precision", "native,q8_0", "--out", "run"];
    home.run(&[&arguments[..], &precisions].concat()).expect(0);
    let info = std::fs::read_to_string(home.0.path("run/run.json")).unwrap();
    let info: Value = serde_json::from_str(&info).unwrap();
    let models = info["models"].as_array().unwrap();
    assert_eq!(models[2]["source"], "folder");
    assert_ne!(models[1]["sha256"], models[2]["sha256"]);
    let memory = home.0.csv("run", "memory.csv");
    let model_bytes = |row: usize| -> f64 {
        let (_, value) = memory[row]
            .iter()
            .find(|(key, _)| key == "model_bytes")
            .unwrap();
        value.parse().unwrap()
    };
    // Parts are padded and repeat the vocabulary; the weights are the same.
    assert!((model_bytes(2) / model_bytes(0) - 1.0).abs() < 0.02);

    std::fs::remove_file(home.0.path("m-00002-of-00003.gguf")).unwrap();
    let ran = home.run(&["inspect", "m-00001-of-00003.gguf"]).expect(1);
    assert!(
        ran.stderr
            .contains("1 of its 3 parts are missing (m-00002-of-00003.gguf)"),
        "{}",
        ran.stderr
    );
}

#[test]
fn models_lists_what_is_kept_and_what_cannot_be_used() {
    let home = Home::new();
    home.old("1b", &home.manifest(&home.tiny(1)));
    home.old("page", &home.manifest(b"<html>\x1b[2J</html>"));
    home.old("cut", &json!({"layers": 7}));
    let snapshot = home
        .0
        .path("cache/huggingface/hub/models--me--repo/snapshots/0123");
    std::fs::create_dir_all(&snapshot).unwrap();
    std::fs::write(snapshot.join("m.gguf"), home.tiny(2)).unwrap();
    symlink("../../blobs/gone", snapshot.join("gone.gguf")).unwrap();
    let odd = snapshot.join("odd\u{1b}[2J.gguf");
    std::fs::write(&odd, "GGUF").unwrap();

    let listed = home.json(&["models", "--json"]);
    let models = listed["models"].as_array().unwrap();
    let sources: Vec<&str> = models
        .iter()
        .map(|model| model["source"].as_str().unwrap())
        .collect();
    let expected = [
        "ollama:llama3.2:1b",
        "ollama:llama3.2:page",
        "hf:me/repo/m.gguf",
        odd.to_str().unwrap(),
    ];
    assert_eq!(sources, [&expected[..], datasets::MODELS].concat());
    assert_eq!(models[0]["precision"], "F32");
    assert_eq!(models[0]["fits"], true);
    assert!(models[0]["predicted_bytes"].as_u64() > models[0]["n_bytes"].as_u64());
    assert_eq!(models[1]["fits"], Value::Null);
    assert!(
        models[1]["problem"]
            .as_str()
            .unwrap()
            .contains("not a GGUF file")
    );
    assert_eq!(models[4]["precision"], "Q4_K_M");
    assert_eq!(listed["problems"].as_array().unwrap().len(), 2, "{listed}");

    let table = home.run(&["models"]).expect(0);
    assert_eq!(table.stdout.lines().count(), 8, "{}", table.stdout);
    assert_eq!(table.stderr.lines().count(), 4, "{}", table.stderr);
    assert!(!table.stdout.contains('\u{1b}') && !table.stderr.contains('\u{1b}'));
    // Whatever is listed can be typed.
    home.run(&["inspect", "hf:me/repo/m.gguf"]).expect(0);
}
