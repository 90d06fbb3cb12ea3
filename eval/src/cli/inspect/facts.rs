//! What a file is, as lines for the terminal.

use crate::engine::facts::{BaseModel, Facts, Origin, Tokenizer, TypeUse};
use crate::engine::kv::KvFacts;
use crate::facts::fertility::{Fertility, Split};
use crate::runner::inspect::{HashFrom, Inspected};

const ABSENT: &str = "–";

/// Prints what a file is.
pub fn print(inspected: &Inspected) {
    let facts = &inspected.facts;
    let file = &facts.file;
    line("name", or_absent(file.name.clone()));
    line("architecture", file.architecture.clone());
    line("weights", weights(facts));
    line("precision", precision(facts));
    line("size", size(facts));
    line("sha256", hash(inspected));
    line(
        "context",
        or_absent(file.n_ctx_train.map(|n| format!("{n} tokens"))),
    );
    for (number, text) in kv_cache(facts).into_iter().enumerate() {
        line(if number == 0 { "KV cache" } else { "" }, text);
    }
    line("vocabulary", vocabulary(file.n_vocab, &facts.tokenizer));
    for (number, text) in korean(inspected).into_iter().enumerate() {
        line(if number == 0 { "Korean" } else { "" }, text);
    }
    line("finetune", or_absent(file.finetune.clone()));
    let template = if file.has_template { "yes" } else { "none" };
    line("template", template.into());
    print_origin(&facts.origin);
    print_groups(facts);
    for warning in &facts.warnings {
        println!("  warning: {}", warning.text);
    }
}

fn line(name: &str, value: String) {
    println!("  {name:<14}{value}");
}

fn or_absent(value: Option<String>) -> String {
    value.unwrap_or_else(|| ABSENT.into())
}

/// The reason for which something is missing.
fn missing(facts: &Facts, what: &str) -> String {
    match facts.missing.get(what) {
        Some(why) => format!("{ABSENT} ({why})"),
        None => ABSENT.into(),
    }
}

fn weights(facts: &Facts) -> String {
    let millions = facts.file.n_params as f64 / 1e6;
    format!("{millions:.2} M in {} tensors", facts.n_tensors)
}

fn precision(facts: &Facts) -> String {
    match facts.bits_per_weight {
        Some(bits) => format!("{}, {bits:.2} bits per weight", facts.file.precision),
        None => facts.file.precision.clone(),
    }
}

fn size(facts: &Facts) -> String {
    let version = facts.gguf_version;
    let whole = mib(facts.file.file_bytes);
    match facts.n_files {
        1 => format!("{whole}, GGUF {version}"),
        n => format!("{whole} in {n} files, GGUF {version}"),
    }
}

fn hash(inspected: &Inspected) -> String {
    match (&inspected.sha256, inspected.sha256_from) {
        (Some(sha256), Some(HashFrom::Ollama)) => format!("{sha256} (Ollama's name of the file)"),
        (Some(sha256), _) => sha256.clone(),
        (None, _) => missing(&inspected.facts, "sha256"),
    }
}

fn kv_cache(facts: &Facts) -> Vec<String> {
    let Some(kv) = &facts.kv_cache else {
        return vec![missing(facts, "kv_cache")];
    };
    if kv.bytes_per_token_f16 == 0 {
        return vec!["none; no layer keeps keys and values".into()];
    }
    let mut lines = vec![format!(
        "{:.1} KiB per token at F16, in {} of {} layers",
        kv.bytes_per_token_f16 as f64 / 1024.0,
        kv.n_kv_layers,
        kv.n_layers
    )];
    if let Some(bytes) = kv.full_context_bytes_f16 {
        lines.push(format!("{} for the whole context", mib(bytes)));
    }
    lines.extend(window(kv));
    if kv.n_recurrent_layers > 0 {
        let n = kv.n_recurrent_layers;
        lines.push(format!("{n} layers keep a state of fixed size instead"));
    }
    lines
}

fn window(kv: &KvFacts) -> Option<String> {
    let tokens = kv.sliding_window_tokens?;
    let bytes = kv.full_context_windowed_bytes_f16;
    Some(match (kv.n_sliding_layers, bytes) {
        (Some(0), _) => return None,
        (Some(n), Some(bytes)) => format!(
            "{n} layers see {tokens} tokens only; where no more are kept of them, {} for the whole context",
            mib(bytes)
        ),
        (Some(n), None) => format!("{n} layers see {tokens} tokens only"),
        (None, _) => format!("the file names a window of {tokens} tokens, but not of which layers"),
    })
}

fn vocabulary(n_vocab: Option<u64>, tokenizer: &Tokenizer) -> String {
    let size = n_vocab.map(|n| format!("{n} tokens"));
    let model = match (&tokenizer.model, &tokenizer.pre) {
        (Some(model), Some(pre)) => Some(format!("{model} ({pre})")),
        (model, _) => model.clone(),
    };
    let token = |id: Option<u64>, text: &Option<String>| match (id, text) {
        (Some(id), Some(text)) => format!("{id} {text}"),
        (Some(id), None) => id.to_string(),
        (None, _) => ABSENT.into(),
    };
    let (bos, eos) = (
        token(tokenizer.bos_token_id, &tokenizer.bos_token),
        token(tokenizer.eos_token_id, &tokenizer.eos_token),
    );
    let added = match tokenizer.adds_bos {
        Some(true) => " (put before a text)",
        Some(false) => " (not put before a text)",
        None => "",
    };
    let behind = match tokenizer.adds_eos {
        Some(true) => " (put behind a text)",
        _ => "",
    };
    let parts = [
        size,
        model,
        Some(format!("BOS {bos}{added}")),
        Some(format!("EOS {eos}{behind}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn korean(inspected: &Inspected) -> Vec<String> {
    let Some(fertility) = &inspected.fertility else {
        return vec![missing(&inspected.facts, "fertility")];
    };
    let total = &fertility.total;
    let [lowest, highest] = range(fertility, |split| split.tokens_per_eojeol);
    let mut lines = vec![
        format!(
            "{:.2} tokens per eojeol ({lowest:.2}–{highest:.2} in {} texts), {:.3} per syllable, {:.2} characters per token",
            total.tokens_per_eojeol,
            fertility.texts.len(),
            total.tokens_per_syllable,
            total.chars_per_token
        ),
        format!(
            "n = {} tokens of {} eojeol and {} syllables ({})",
            total.n_tokens, total.n_eojeol, total.n_syllables, fertility.corpus
        ),
    ];
    if total.n_unknown > 0 {
        let share = 100.0 * total.n_unknown as f64 / total.n_tokens as f64;
        lines.push(format!(
            "{share:.1} % of the tokens are \"unknown\": text that the model cannot read"
        ));
    }
    lines
}

fn range(fertility: &Fertility, of: fn(&Split) -> f64) -> [f64; 2] {
    let values = || fertility.texts.iter().map(|text| of(&text.split));
    [
        values().fold(f64::INFINITY, f64::min),
        values().fold(f64::NEG_INFINITY, f64::max),
    ]
}

fn print_origin(origin: &Origin) {
    let Origin {
        basename,
        size_label,
        ..
    } = origin;
    let named = [basename.clone(), size_label.clone()];
    let named: Vec<String> = named.into_iter().flatten().collect();
    line(
        "base name",
        or_absent((!named.is_empty()).then(|| named.join(" "))),
    );
    let bases: Vec<String> = origin.base_models.iter().map(base).collect();
    line(
        "made of",
        or_absent((!bases.is_empty()).then(|| bases.join("; "))),
    );
    let license = [&origin.license, &origin.license_name, &origin.license_link];
    let license: Vec<&str> = license.into_iter().flatten().map(String::as_str).collect();
    line(
        "licence",
        or_absent((!license.is_empty()).then(|| license.join(", "))),
    );
    let rest = [
        (
            "author",
            origin.author.clone().or(origin.organization.clone()),
        ),
        ("quantised by", origin.quantized_by.clone()),
        (
            "languages",
            (!origin.languages.is_empty()).then(|| origin.languages.join(", ")),
        ),
        ("repository", origin.repo_url.clone()),
    ];
    for (name, value) in rest {
        if let Some(value) = value {
            line(name, value);
        }
    }
}

fn base(base: &BaseModel) -> String {
    let name = or_absent(base.name.clone());
    match (&base.repo_url, &base.organization) {
        (Some(url), _) => format!("{name} ({url})"),
        (None, Some(organization)) => format!("{name} ({organization})"),
        (None, None) => name,
    }
}

fn print_groups(facts: &Facts) {
    println!(
        "  {:<18}{:>10}{:>10}{:>9}  types",
        "part", "weights M", "size MiB", "share"
    );
    for group in &facts.groups {
        let share = 100.0 * group.n_bytes as f64 / facts.tensor_bytes.max(1) as f64;
        println!(
            "  {:<18}{:>10.2}{:>10.1}{share:>7.1} %  {}",
            group.group.to_string(),
            group.n_elements as f64 / 1e6,
            group.n_bytes as f64 / MIB,
            types(&group.types)
        );
    }
    println!(
        "  {:<18}{:>10.2}{:>10.1}{:>9}  {}",
        "all",
        facts.file.n_params as f64 / 1e6,
        facts.tensor_bytes as f64 / MIB,
        "",
        types(&facts.types)
    );
}

fn types(types: &[TypeUse]) -> String {
    let each = types
        .iter()
        .map(|of_type| format!("{} {}", of_type.n_tensors, of_type.type_name));
    each.collect::<Vec<_>>().join(", ")
}

const MIB: f64 = (1 << 20) as f64;

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / MIB)
}
