use super::*;
use crate::engine::ModelFile;
use crate::engine::facts::{Origin, Tokenizer};

fn facts(precision: &str, n_params: f64, has_template: bool) -> Facts {
    Facts {
        file: ModelFile {
            name: None,
            file_bytes: 0,
            architecture: "llama".into(),
            n_params: n_params as u64,
            precision: precision.into(),
            n_ctx_train: None,
            n_vocab: None,
            finetune: None,
            has_template,
            synthetic: None,
        },
        gguf_version: 3,
        n_files: 1,
        n_tensors: 1,
        tensor_bytes: 1,
        bits_per_weight: None,
        file_type: None,
        types: Vec::new(),
        groups: Vec::new(),
        tokenizer: Tokenizer::default(),
        kv_cache: None,
        origin: Origin::default(),
        warnings: Vec::new(),
        missing: std::collections::BTreeMap::new(),
    }
}

/// Warnings for a file or tag `typed` whose `general.name` is `own`.
fn judged(typed: &str, own: &str, mut facts: Facts) -> Vec<Warning> {
    let typed = Name {
        what: "the file name",
        text: typed.into(),
    };
    facts.file.name = (!own.is_empty()).then(|| own.to_owned());
    let typed: Vec<Name> = Some(typed)
        .filter(|name| !name.text.is_empty())
        .into_iter()
        .collect();
    judge(&typed, &facts)
}

#[test]
fn files_as_they_are_published_raise_no_alarm() {
    // As on the Hugging Face Hub and in Ollama's library: name, general.name, content.
    for (typed, own, precision, n_params, template) in [
        (
            "Llama-3.2-3B-Instruct-Q4_K_M",
            "Llama 3.2 3B Instruct",
            "Q4_K_M",
            3.21e9,
            true,
        ),
        (
            "gemma-3-1b-it-q4_0",
            "Gemma 3 1b It Qat",
            "Q4_0",
            1.0e9,
            true,
        ),
        (
            "EXAONE-3.5-2.4B-Instruct-BF16",
            "EXAONE 3.5 2.4B Instruct",
            "BF16",
            2.41e9,
            true,
        ),
        (
            "qwen2.5-0.5b-instruct-q8_0",
            "qwen2.5-0.5b-instruct",
            "Q8_0",
            6.3e8,
            true,
        ),
        (
            "qwen2.5-0.5b-instruct-q4_k_m",
            "qwen2.5-0.5b-instruct",
            "Q4_K_M",
            6.3e8,
            true,
        ),
        ("ggml-model-f16", "LLaMA v2", "F16", 6.74e9, false),
        ("", "Llama 3.2 3B", "F16", 3.21e9, false),
        (
            "llama3.2:3b",
            "Llama 3.2 3B Instruct",
            "Q4_K_M",
            3.21e9,
            true,
        ),
        (
            "llama3.2:3b-text-fp16",
            "Llama 3.2 3B",
            "F16",
            3.21e9,
            false,
        ),
        ("llama3.2:latest", "", "Q4_K_M", 3.21e9, true),
        (
            "mixtral-8x7b-instruct-v0.1.Q4_K_M",
            "mistralai_mixtral-8x7b-instruct-v0.1",
            "Q4_K_M",
            46.7e9,
            true,
        ),
        (
            "gemma-3n-E2B-it-Q8_0",
            "Gemma 3n E2B It",
            "Q8_0",
            4.46e9,
            true,
        ),
        (
            "Qwen3-30B-A3B-Q4_K_M",
            "Qwen3 30B A3B",
            "Q4_K_M",
            30.5e9,
            true,
        ),
        (
            "SmolLM2-135M-Instruct.Q4_1",
            "Smollm2 135M 8k Lc100K Mix1 Ep2",
            "Q4_1",
            1.345e8,
            true,
        ),
        ("gemma-7b-it", "gemma-7b-it", "F16", 8.54e9, true),
        (
            "gemma-2-2b-it-Q6_K_L",
            "Gemma 2 2b It",
            "Q6_K",
            2.61e9,
            true,
        ),
        ("Falcon3-1B-Instruct-q8_0", "", "Q8_0", 1.67e9, true),
        (
            "Llama-4-Scout-17B-16E-Instruct-Q4_K_M",
            "",
            "Q4_K_M",
            107.8e9,
            true,
        ),
        (
            "SmolVLM-256M-Instruct-Q8_0",
            "SmolVLM 256M Instruct",
            "Q8_0",
            1.345e8,
            true,
        ),
        ("InternVL2-1B-Q8_0", "", "Q8_0", 4.94e8, true),
        (
            "gpt-oss-20b-mxfp4",
            "Gpt Oss 20b",
            "MXFP4_MOE",
            20.9e9,
            true,
        ),
        (
            "Phi-3.5-mini-instruct-Q4_K_M",
            "Phi 3.5 Mini Instruct",
            "Q4_K_M",
            3.82e9,
            true,
        ),
        ("internlm2-chat-1_8b-q4_0", "InternLM", "Q4_0", 1.89e9, true),
        (
            "Qwen2.5-7B-Instruct-1M-Q4_K_M",
            "Qwen2.5 7B Instruct 1M",
            "Q4_K_M",
            7.6e9,
            true,
        ),
        (
            "Llama-3.2-3B-Instruct-UD-Q4_K_XL",
            "Llama-3.2-3B-Instruct",
            "Q4_K_M",
            3.21e9,
            true,
        ),
        (
            "Llama-3.2-3B-Instruct-Q4_K_M",
            "Llama 3.2 3B Instruct Bf16",
            "Q4_K_M",
            3.21e9,
            true,
        ),
        (
            "gemma-3-1b-it-qat-q4_0-unquantized-BF16",
            "Gemma 3 1b It Qat Q4_0 Unquantized",
            "BF16",
            1.0e9,
            true,
        ),
        (
            "MiniMax-Text-01-Q2_K",
            "MiniMax Text 01",
            "Q2_K",
            456e9,
            true,
        ),
        (
            "HyperCLOVAX-SEED-Text-Instruct-0.5B-F16",
            "",
            "F16",
            5.7e8,
            true,
        ),
        (
            "kanana-nano-2.1b-base-Q8_0",
            "Kanana Nano 2.1b Base",
            "Q8_0",
            2.09e9,
            false,
        ),
        (
            "tinyllama-1.1b-intermediate-step-1431k-3t.Q4_0",
            "",
            "Q4_0",
            1.1e9,
            false,
        ),
        ("model", "model", "F32", 2.5e8, false),
    ] {
        let found = judged(typed, own, facts(precision, n_params, template));
        assert_eq!(found, [], "{typed}, {own}");
    }
}

#[test]
fn names_that_mislead_are_told() {
    for (typed, own, precision, n_params, template, kinds) in [
        (
            "Llama-3.2-3B-Instruct-F16",
            "",
            "Q4_K_M",
            3.21e9,
            true,
            &[Kind::Precision][..],
        ),
        (
            "Llama-3.2-3B-F16",
            "Llama 3.2 1B",
            "F16",
            1.24e9,
            false,
            &[Kind::Size],
        ),
        (
            "llama3.2:3b-text-fp16",
            "",
            "F16",
            3.21e9,
            true,
            &[Kind::Role],
        ),
        (
            "llama3.2:3b-instruct-fp16",
            "",
            "F16",
            3.21e9,
            false,
            &[Kind::Role],
        ),
        ("gemma-3-1b-it", "", "Q8_0", 1.0e9, false, &[Kind::Role]),
        ("llama-2-7b", "", "Q8_0", 13.0e9, false, &[Kind::Size]),
        (
            "model",
            "Llama 3.2 3B Instruct Q8_0",
            "F16",
            3.21e9,
            true,
            &[Kind::Precision],
        ),
        ("", "Llama 7B", "F16", 1.1e9, false, &[Kind::Size]),
        ("x-Q4_K_M", "", "Q4_K_S", 1.0, false, &[Kind::Precision]),
        ("x-fp32", "", "F16", 1.0, false, &[Kind::Precision]),
        (
            "x-8x7B-chat-Q8_0",
            "",
            "Q4_0",
            3.0e9,
            false,
            &[Kind::Precision, Kind::Size, Kind::Role],
        ),
    ] {
        let found = judged(typed, own, facts(precision, n_params, template));
        let found_kinds: Vec<Kind> = found.iter().map(|warning| warning.kind).collect();
        assert_eq!(found_kinds, kinds, "{typed}, {own}: {found:?}");
    }
}

#[test]
fn what_belongs_to_a_model_is_not_judged_by_its_name() {
    let mut projector = facts("F16", 4.2e8, false);
    projector.origin.general_type = Some("mmproj".into());
    assert_eq!(judged("gemma-3-4b-it-mmproj-Q8_0", "", projector), []);
}

#[test]
fn what_a_warning_quotes_is_escaped_and_bounded() {
    let name = format!("\u{1b}[31m-Q8_0-{}", "x".repeat(100_000));
    let found = judged(&name, "", facts("F16", 1.0, false));
    assert!(found[0].text.len() < 1000);
    assert!(found[0].text.contains("\\u{1b}[31m-Q8_0"), "{found:?}");
}
