//! `hanbench inspect`, end to end.

mod common;

use common::gguf::{BF16, F16, F32, Gguf, Q4_K, Q6_K, Q8_0};
use common::{Place, Ran};
use eval::engine::tiny::Shape;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::time::{Duration, SystemTime};

fn json(place: &Place, arguments: &[&str]) -> Value {
    let ran = place.run(&[&["inspect", "--json"], arguments].concat());
    serde_json::from_str(&ran.expect(0).stdout).unwrap()
}

fn made(place: &Place, name: &str, gguf: &Gguf) -> String {
    place.write(name, gguf.bytes())
}

fn kinds(inspected: &Value) -> Vec<&str> {
    let warnings = inspected["warnings"].as_array().unwrap().iter();
    warnings
        .map(|warning| warning["kind"].as_str().unwrap())
        .collect()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Sets the time of change back, as that of a file that was not written just now.
fn age(path: &str, seconds: u64) {
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(seconds))
        .unwrap();
}

#[test]
fn what_a_model_is_is_told_in_lines() {
    let place = Place::new();
    let shown = place.run(&["inspect", "nabi-instruct"]).expect(0).stdout;
    let (_, facts) = shown.split_once('\n').unwrap();
    insta::assert_snapshot!("embedded", facts);
}

#[test]
fn the_fields_of_the_json_are_pinned() {
    let place = Place::new();
    let model = place.tiny("tiny-instruct.gguf", &Shape::default());
    let mut inspected = json(&place, &[&model]);
    assert_eq!(inspected["path"], json!(model));
    inspected["path"] = json!("PATH");
    inspected["sha256"] = json!("HASH");
    inspected["fertility"]["texts"]
        .as_array_mut()
        .unwrap()
        .truncate(1);
    insta::assert_snapshot!(
        "tiny.json",
        serde_json::to_string_pretty(&inspected).unwrap()
    );
}

#[test]
fn the_groups_are_the_parts_of_a_mixture() {
    let place = Place::new();
    let model = Gguf::small_model("llama")
        .number("general.file_type", 15)
        .tensor("output.weight", Q6_K, &[256, 10])
        .tensor("blk.0.attn_q.weight", Q4_K, &[256, 256])
        .tensor("blk.0.attn_v.weight", Q6_K, &[256, 256])
        .tensor("blk.0.attn_q.bias", F32, &[256])
        .tensor("blk.0.attn_norm.weight", F32, &[256])
        .tensor("blk.0.ffn_up_exps.weight", Q4_K, &[256, 256, 4])
        .tensor("blk.0.ffn_gate_inp.weight", F32, &[256, 4])
        .tensor("blk.1.ssm_in.weight", Q8_0, &[256, 256])
        .tensor("rope_freqs.weight", F32, &[16]);
    let inspected = json(&place, &[&made(&place, "m.gguf", &model)]);
    let groups: Vec<(&str, u64, u64)> = inspected["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            let number = |name: &str| group[name].as_u64().unwrap();
            (
                group["group"].as_str().unwrap(),
                number("n_tensors"),
                number("n_bytes"),
            )
        })
        .collect();
    let block = 256;
    assert_eq!(
        groups,
        [
            ("token_embedding", 1, 2560 * 2),
            ("output", 1, 10 * 210),
            ("attention", 2, block * (144 + 210)),
            ("experts", 2, block * 4 * 144 + 1024 * 4),
            ("recurrent", 1, 65536 / 32 * 34),
            ("norms", 1, 1024),
            ("biases", 1, 1024),
            ("other", 1, 64),
        ]
    );
    let experts = &inspected["groups"][3]["types"];
    assert_eq!(
        (&experts[0]["type"], &experts[1]["type"]),
        (&json!("q4_K"), &json!("f32"))
    );
    assert_eq!(inspected["precision"], "Q4_K_M");
    assert_eq!(kinds(&inspected), [""; 0]);
}

#[test]
fn names_that_mislead_are_warned_of_and_true_ones_are_not() {
    let place = Place::new();
    let f16 = Gguf::small_model("llama")
        .number("general.file_type", 1)
        .tensor("blk.0.ffn_up.weight", F16, &[256, 256]);
    let told = |name: &str, model: &Gguf| {
        let inspected = json(&place, &[&made(&place, name, model)]);
        kinds(&inspected).join(" ")
    };
    assert_eq!(told("model-F16.gguf", &f16), "");
    assert_eq!(told("model-Q4_K_M.gguf", &f16), "precision");
    assert_eq!(told("llama-3.2-3B-instruct-fp16.gguf", &f16), "size role");
    assert_eq!(told("model-Q4_K_M-00001-of-00001.gguf", &f16), "precision");
    let hash = "0".repeat(64);
    assert_eq!(told(&format!("sha256-{hash}"), &f16), "");
    let with_name = f16
        .clone()
        .text("general.name", "Llama 3.2 3B Instruct Q8_0");
    assert_eq!(
        told(&format!("sha256-{hash}"), &with_name),
        "precision size role"
    );
    let other = Gguf::small_model("llama")
        .number("general.file_type", 1)
        .tensor("blk.0.ffn_up.weight", BF16, &[256, 256]);
    assert_eq!(told("model.gguf", &other), "file_type");
    // Rows of 96 have no whole blocks of 256, so the quantiser takes another type for them.
    let fallback = Gguf::small_model("llama")
        .number("general.file_type", 15)
        .tensor("blk.0.ffn_up.weight", Q8_0, &[96, 256]);
    assert_eq!(told("model-q4_k_m.gguf", &fallback), "");

    let shown = place
        .run(&["inspect", &made(&place, "x-Q4_K_M.gguf", &f16)])
        .expect(0)
        .stdout;
    let line = "  warning: the file name \"x-Q4_K_M\" says Q4_K_M, but the weights are F16\n";
    assert!(shown.contains(line), "{shown}");
}

fn kv(place: &Place, model: &Gguf) -> Value {
    let inspected = json(place, &[&made(place, "kv.gguf", model)]);
    match &inspected["kv_cache"] {
        Value::Null => inspected["missing"]["kv_cache"].clone(),
        kv => kv.clone(),
    }
}

#[test]
fn the_kv_cache_is_told_for_every_kind_of_attention() {
    let place = Place::new();
    let per_token = |model: &Gguf| kv(&place, model)["bytes_per_token_f16"].as_u64();
    let plain = Gguf::small_model("llama");
    // Keys and values of 4 layers, 8 heads of 32 values of 2 bytes.
    assert_eq!(per_token(&plain), Some(2 * 4 * 8 * 32 * 2));
    let grouped = plain.clone().number("llama.attention.head_count_kv", 2);
    assert_eq!(per_token(&grouped), Some(2 * 4 * 2 * 32 * 2));
    let told = kv(&place, &grouped);
    assert_eq!(told["full_context_bytes_f16"], 1000 * 2 * 4 * 2 * 32 * 2);
    let by_layer = plain
        .clone()
        .numbers("llama.attention.head_count_kv", &[8, 0, 2, 1]);
    assert_eq!(per_token(&by_layer), Some(2 * 11 * 32 * 2));
    assert_eq!(kv(&place, &by_layer)["n_kv_layers"], 3);
    let wide = plain
        .clone()
        .number("llama.attention.key_length", 48)
        .number("llama.attention.value_length", 16);
    assert_eq!(per_token(&wide), Some(4 * 8 * (48 + 16) * 2));
    let by_layer = plain
        .clone()
        .numbers("llama.attention.key_length", &[32, 32, 64, 0]);
    assert_eq!(per_token(&by_layer), Some(8 * (128 + 4 * 32) * 2));

    // Keys and values compressed into one (MLA).
    let compressed = Gguf::small_model("deepseek2")
        .number("deepseek2.attention.head_count_kv", 1)
        .number("deepseek2.attention.kv_lora_rank", 512)
        .number("deepseek2.attention.key_length", 576)
        .number("deepseek2.attention.value_length", 512)
        .number("deepseek2.attention.key_length_mla", 192)
        .number("deepseek2.attention.value_length_mla", 128);
    assert_eq!(per_token(&compressed), Some(4 * 576 * 2));

    // A window in every layer but the last of six, or as the file says.
    let window = Gguf::small_model("gemma3").number("gemma3.attention.sliding_window", 100);
    let told = kv(&place, &window);
    assert_eq!(
        (&told["n_sliding_layers"], &told["sliding_window_tokens"]),
        (&json!(4), &json!(100))
    );
    assert_eq!(
        told["full_context_windowed_bytes_f16"],
        100 * 2 * 4 * 8 * 32 * 2
    );
    let named = window.flags(
        "gemma3.attention.sliding_window_pattern",
        &[true, false, true, true],
    );
    let told = kv(&place, &named);
    assert_eq!(told["n_sliding_layers"], 3);
    assert_eq!(
        told["full_context_windowed_bytes_f16"],
        (3 * 100 + 1000) * 2 * 8 * 32 * 2
    );
    assert_eq!(told["full_context_bytes_f16"], 4000 * 2 * 8 * 32 * 2);

    // Recurrent layers, and layers that use the keys and values of others.
    let hybrid = Gguf::small_model("qwen3next")
        .tensor("blk.0.attn_qkv.weight", F16, &[256, 8])
        .tensor("blk.0.ssm_out.weight", F16, &[256, 8])
        .tensor("blk.1.ssm_out.weight", F16, &[256, 8])
        .tensor("blk.3.attn_k.weight", F16, &[256, 8]);
    let told = kv(&place, &hybrid);
    assert_eq!(
        (&told["n_recurrent_layers"], &told["n_kv_layers"]),
        (&json!(2), &json!(2))
    );
    let shared = plain.clone().number("llama.attention.shared_kv_layers", 3);
    assert_eq!(per_token(&shared), Some(2 * 8 * 32 * 2));
    let encoder = Gguf::small_model("bert").flag("bert.attention.causal", false);
    assert_eq!(per_token(&encoder), Some(0));
}

#[test]
fn a_kv_cache_that_cannot_be_told_says_why() {
    let place = Place::new();
    let why = |model: &Gguf| kv(&place, model).as_str().unwrap().to_owned();
    let plain = Gguf::small_model("llama");
    for (model, said) in [
        (
            Gguf::of("llama").tensor("token_embd.weight", F16, &[256, 10]),
            "the file has no llama.block_count",
        ),
        (
            Gguf::of("llama").text("llama.block_count", "four").tensor(
                "token_embd.weight",
                F16,
                &[256, 10],
            ),
            "the file has no llama.block_count",
        ),
        (
            Gguf::of("llama")
                .number("llama.block_count", u32::MAX)
                .tensor("token_embd.weight", F16, &[256, 10]),
            "the file claims 4294967295 layers",
        ),
        (
            plain
                .clone()
                .numbers("llama.attention.head_count_kv", &[1, 2]),
            "an array of 2 that is not one whole number for each of 4 layers",
        ),
        (
            plain
                .clone()
                .texts("llama.attention.head_count_kv", &["1", "2", "3", "4"]),
            "an array of 4 that is not one whole number",
        ),
        (
            plain.clone().text("llama.attention.key_length", "64"),
            "llama.attention.key_length is no number",
        ),
        (
            Gguf::small_model("deepseek4").number("deepseek4.attention.indexer.key_length", 128),
            "keeps an index",
        ),
    ] {
        let why = why(&model);
        assert!(why.contains(said), "{why}");
    }
}

#[test]
fn hostile_metadata_is_escaped_and_bounded() {
    let place = Place::new();
    let long = format!("\u{1b}[31m{}", "한".repeat(3_500_000));
    let mut model = Gguf::small_model("llama")
        .text("general.name", &long)
        .text("general.finetune", &long)
        .text("general.license", "\u{202e}GPL\r\nMIT")
        .text("tokenizer.ggml.model", &long)
        .number("tokenizer.ggml.bos_token_id", u32::MAX)
        .number("tokenizer.ggml.eos_token_id", 1)
        .texts("tokenizer.ggml.tokens", &["a", &long])
        .numbers("general.size_label", &[1, 2, 3])
        .number("general.basename", 7)
        .number("general.base_model.count", u32::MAX)
        .flag("general.file_type", true)
        .tensor("\u{1b}]0;title\u{7}", F32, &[8]);
    for n in 0..100 {
        model = model.text(
            &format!("general.base_model.{n}.name"),
            &long[..5 + 3 * 1500],
        );
    }
    let languages = vec![&long[..8]; 5000];
    model = model.texts("general.languages", &languages);
    let path = made(&place, "hostile.gguf", &model);

    let ran = place.run(&["inspect", "--json", &path]).expect(0);
    assert!(ran.stdout.len() < 64 << 10, "{}", ran.stdout.len());
    let inspected: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(
        inspected["name"]
            .as_str()
            .unwrap()
            .starts_with("\\u{1b}[31m한")
    );
    assert_eq!(inspected["license"], "\\u{202e}GPL\\r\\nMIT");
    assert_eq!(inspected["size_label"], Value::Null);
    assert_eq!(inspected["file_type"], Value::Null);
    assert_eq!(inspected["base_models"].as_array().unwrap().len(), 16);
    assert_eq!(inspected["languages"].as_array().unwrap().len(), 64);
    assert_eq!(inspected["fertility"], Value::Null);
    assert!(inspected["missing"]["fertility"].is_string());

    let ran = place.run(&["inspect", &path]).expect(0);
    let odd = |c: char| c.is_control() && c != '\n';
    assert!(
        !ran.stdout.contains(odd) && ran.stdout.len() < 32 << 10,
        "{}",
        ran.stdout
    );
}

#[test]
fn broken_files_are_a_line_each_and_the_others_go_on() {
    let place = Place::new();
    let whole = Gguf::small_model("llama").bytes();
    let cut = place.write("cut.gguf", &whole[..whole.len() - 3000]);
    let header = place.write("header.gguf", &whole[..60]);
    let none = place.write("none.gguf", "");
    let vocabulary = made(&place, "vocabulary.gguf", &Gguf::of("llama"));
    let nameless = made(
        &place,
        "nameless.gguf",
        &Gguf::default().tensor("a", F32, &[8]),
    );
    let mut many = whole.clone();
    many[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
    let many = place.write("many.gguf", many);
    let good = place.write("good.gguf", &whole);
    let bad = [&cut, &header, &none, &vocabulary, &nameless, &many];
    let mut arguments = vec!["inspect", "--json"];
    arguments.extend(bad.map(String::as_str));
    arguments.push(&good);
    let ran = place.run(&arguments).expect(1);
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(lines.len(), bad.len(), "{}", ran.stderr);
    for (line, path) in lines.iter().zip(bad) {
        assert!(line.contains(path), "{line}");
    }
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(found["models"][0]["path"], json!(good));
}

#[test]
fn a_split_model_is_told_as_a_whole() {
    let place = Place::new();
    let part = |number| Shape {
        part: Some([number, 2]),
        ..Shape::default()
    };
    place.tiny("m-00001-of-00002.gguf", &part(0));
    let second = place.tiny("m-00002-of-00002.gguf", &part(1));
    let whole = json(&place, &[&place.tiny("whole.gguf", &Shape::default())]);
    let split = json(&place, &[&second]);
    assert_eq!(split["n_files"], 2);
    for field in [
        "n_params",
        "n_tensors",
        "types",
        "groups",
        "kv_cache",
        "bits_per_weight",
    ] {
        assert_eq!(split[field], whole[field], "{field}");
    }
    let parts = ["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"];
    let bytes = parts
        .map(|part| std::fs::read(place.path(part)).unwrap())
        .concat();
    assert_eq!(split["sha256"], json!(sha256(&bytes)));
    assert_eq!(kinds(&split), [""; 0]);

    std::fs::copy(place.path(parts[1]), place.path("renamed.gguf")).unwrap();
    let lone = json(&place, &[place.path("renamed.gguf").to_str().unwrap()]);
    assert_eq!((kinds(&lone), &lone["n_files"]), (vec!["split"], &json!(1)));
}

#[test]
fn a_large_file_is_hashed_when_asked_to_and_once() {
    let place = Place::new();
    let shape = Shape {
        n_layer: 60,
        n_ff: 1024,
        with_values: false,
        ..Shape::default()
    };
    let model = place.tiny("large.gguf", &shape);
    let bytes = std::fs::read(&model).unwrap();
    assert!(bytes.len() > 65 << 20, "{}", bytes.len());
    age(&model, 100);
    let hash = |arguments: &[&str]| json(&place, arguments)["sha256"].clone();
    let missing = json(&place, &[&model]);
    assert_eq!(missing["sha256"], Value::Null);
    assert!(
        missing["missing"]["sha256"]
            .as_str()
            .unwrap()
            .contains("--hash")
    );
    let right = json!(sha256(&bytes));
    assert_eq!(hash(&["--hash", &model]), right);
    assert_eq!(hash(&[&model]), right);
    age(&model, 50);
    assert_eq!(hash(&[&model]), Value::Null);
}

#[test]
fn a_run_and_inspect_remember_for_each_other() {
    let place = Place::new();
    let model = place.tiny("m.gguf", &Shape::default());
    age(&model, 100);
    let memory = place.path("cache/hanbench/hashes.jsonl");
    let list = ["run", &model, "--suite", "suite.toml", "--list"];
    place.run(&list).expect(0);
    let right = sha256(&std::fs::read(&model).unwrap());
    let text = std::fs::read_to_string(&memory).unwrap();
    assert!(text.contains(&right), "{text}");
    // What is remembered is believed, so that the content is not read again...
    let other = "a".repeat(64);
    std::fs::write(&memory, text.replace(&right, &other)).unwrap();
    assert_eq!(json(&place, &[&model])["sha256"], json!(other));
    // ...but not of a file that changed.
    age(&model, 90);
    assert_eq!(json(&place, &[&model])["sha256"], json!(right));
    place.run(&list).expect(0);
    assert!(!std::fs::read_to_string(&memory).unwrap().contains(&other));
}

#[test]
fn a_vocabulary_that_the_engine_does_not_know_is_missing() {
    let place = Place::new();
    let shape = Shape {
        architecture: "unheard-of".into(),
        ..Shape::default()
    };
    let inspected = json(&place, &[&place.tiny("m.gguf", &shape)]);
    assert_eq!(inspected["fertility"], Value::Null);
    let why = inspected["missing"]["fertility"].as_str().unwrap();
    assert!(why.contains("unheard-of"), "{why}");
    assert_eq!(inspected["kv_cache"]["n_layers"], 2);
    assert_eq!(inspected["tokenizer"]["bos_token"], "<s>");
}

/// A store of Ollama with one tag.
fn store(place: &Place, tag: &str, digest: &str, content: &[u8]) {
    let root = place.path("store");
    let manifests = root.join("manifests/registry.ollama.ai/library/llama3.2");
    std::fs::create_dir_all(&manifests).unwrap();
    std::fs::create_dir_all(root.join("blobs")).unwrap();
    std::fs::write(root.join(format!("blobs/sha256-{digest}")), content).unwrap();
    let manifest = json!({"schemaVersion": 2, "layers": [{
        "mediaType": "application/vnd.ollama.image.model",
        "digest": format!("sha256:{digest}"), "size": content.len()}]});
    std::fs::write(manifests.join(tag), manifest.to_string()).unwrap();
}

fn from_store(place: &Place, arguments: &[&str]) -> Value {
    let mut command = place.command(&[&["inspect", "--json"], arguments].concat());
    command.env("OLLAMA_MODELS", place.path("store"));
    let ran = Ran::of(command.output().unwrap()).expect(0);
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn a_tag_is_judged_and_its_digest_is_the_hash() {
    let place = Place::new();
    let model = place.tiny("m.gguf", &Shape::default());
    let content = std::fs::read(Path::new(&model)).unwrap();
    let digest = sha256(&content);
    store(&place, "tiny-instruct-fp32", &digest, &content);
    let good = from_store(&place, &["ollama:llama3.2:tiny-instruct-fp32"]);
    assert_eq!(
        (&good["sha256"], &good["sha256_from"]),
        (&json!(digest), &json!("ollama"))
    );
    assert_eq!(good["source"], "ollama:llama3.2:tiny-instruct-fp32");
    assert_eq!(kinds(&good), [""; 0]);

    let wrong = "b".repeat(64);
    store(&place, "3b-text-fp16", &wrong, &content);
    let bad = from_store(&place, &["ollama:llama3.2:3b-text-fp16"]);
    assert_eq!(
        (&bad["sha256"], kinds(&bad)),
        (&json!(wrong), vec!["precision", "size", "role"])
    );
    let bad = from_store(&place, &["--hash", "ollama:llama3.2:3b-text-fp16"]);
    assert_eq!((&bad["sha256"], kinds(&bad)[0]), (&json!(digest), "sha256"));
}
