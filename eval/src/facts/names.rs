//! What the name of a model claims: a number format, a number of weights, a role.
//!
//! Names are free text. Only what is unmistakable is taken for a claim: `Q4_K_M` and `fp16`, `3B` and
//! `8x7B`, `instruct`; not `A3B` (weights in use at a time), `E2B` (effective), `128k` (context) or
//! `it` for Italian.

use crate::engine::precision;

/// What a name claims. Each list holds all that it says; one of them has to be right.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Claims {
    /// Number formats in capitals, for example `Q4_K_M` or `F16`.
    pub precisions: Vec<String>,
    /// Numbers of weights.
    pub sizes: Vec<Size>,
    /// Whether it is tuned to chat.
    pub role: Option<Role>,
    /// Whether it says that only some modules are there: what it counts may be more.
    pub is_multimodal: bool,
}

/// A number of weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Size {
    /// As it is written.
    pub text: String,
    /// Least and most weights that a file with this in its name has.
    pub range: [f64; 2],
}

/// What a model was trained for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// To answer in turns.
    Instruct,
    /// To go on with a text.
    Base,
}

/// A model rounds its size down and leaves out its embedding, or counts an image encoder that is in
/// another file.
const SMALLEST: f64 = 0.6;
const LARGEST: f64 = 1.75;

/// What a name claims: that of a file without its ending, or a tag of Ollama as `MODEL:TAG`.
#[must_use]
pub fn claims(name: &str) -> Claims {
    let name = without_escapes(&name.to_lowercase());
    let words = words(&name);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.text));
    let mut claims = Claims {
        is_multimodal: words.iter().any(|word| is_multimodal(word.text)),
        ..Claims::default()
    };
    // "17B-16E" counts the weights in use at a time.
    let counts_active = words
        .iter()
        .any(|word| number_before(word.text, "e").is_some());
    let is_of_source = has(&["unquantized", "unquantised", "dequantized", "dequantised"]);
    for at in 0..words.len() {
        if !is_of_source {
            claims.precisions.extend(precision_at(&words, at));
        }
        if !counts_active {
            claims.sizes.extend(sizes_at(&words, at));
        }
    }
    claims.role = role(&words);
    claims
}

/// What was escaped stands for one odd character: `\u{1b}` is no "1b".
fn without_escapes(name: &str) -> String {
    let mut pieces = name.split("\\u{");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        plain.push('-');
        plain.push_str(piece.split_once('}').map_or(piece, |(_, rest)| rest));
    }
    plain
}

/// A run of letters and digits, and what stands before it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Word<'n> {
    before: char,
    text: &'n str,
}

fn words(name: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut before = '-';
    for piece in name.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let text = piece.trim_end_matches(|c: char| !c.is_alphanumeric());
        if !text.is_empty() {
            words.push(Word { before, text });
        }
        if let Some(last) = piece.chars().next_back().filter(|c| !c.is_alphanumeric()) {
            before = last;
        }
    }
    words
}

fn precision_at(words: &[Word<'_>], at: usize) -> Option<String> {
    let plain = match words[at].text {
        "f32" | "fp32" | "float32" => "F32",
        "f16" | "fp16" | "float16" => "F16",
        "bf16" | "bfloat16" => "BF16",
        "mxfp4" => "MXFP4",
        "nvfp4" => "NVFP4",
        _ => return quantised_at(words, at),
    };
    Some(plain.to_owned())
}

/// `q4_k_m`, `iq2_xxs`, `q8_0`; a bare `q4` may be anything.
fn quantised_at(words: &[Word<'_>], at: usize) -> Option<String> {
    let first = words[at].text;
    let digit = first
        .strip_prefix("iq")
        .or_else(|| first.strip_prefix("tq"))
        .or_else(|| first.strip_prefix('q'))?;
    if !matches!(digit, "1" | "2" | "3" | "4" | "5" | "6" | "8") {
        return None;
    }
    let suffixes = ["0", "1", "k", "nl", "xxs", "xs", "s", "m", "l", "xl"];
    let rest = words[at + 1..]
        .iter()
        .take_while(|word| word.before == '_' && suffixes.contains(&word.text))
        .map(|word| word.text);
    let whole: Vec<&str> = std::iter::once(first).chain(rest).collect();
    (whole.len() > 1).then(|| whole.join("_").to_uppercase())
}

fn sizes_at(words: &[Word<'_>], at: usize) -> Vec<Size> {
    let Word { before, text } = words[at];
    let Some((unit, digits)) = [("b", 1e9), ("m", 1e6)]
        .into_iter()
        .find_map(|(letter, unit)| Some((unit, text.strip_suffix(letter)?)))
    else {
        return Vec::new();
    };
    let previous = at.checked_sub(1).map(|at| words[at].text);
    let mut sizes = Vec::new();
    let joined = matches!(before, '.' | '_') && is_number(digits);
    if let Some(whole) = previous.filter(|_| joined) {
        // "2.4b"; with "3_2b" either "3.2b" or "2b" is meant.
        sizes.extend(size(&format!("{whole}.{digits}"), unit));
    }
    if !(joined && before == '.' && previous.is_some_and(ends_in_digit)) {
        sizes.extend(size(digits, unit));
    }
    sizes
}

/// `3`, `0.5`, `8x7`, `16x3.8` of a unit.
fn size(text: &str, unit: f64) -> Option<Size> {
    let letter = if unit > 1e8 { "B" } else { "M" };
    let shown = format!("{text}{letter}");
    let parse = |text: &str| {
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        text.parse::<f64>()
            .ok()
            .filter(|&n| plain && n > 0.0 && n < 1e5)
    };
    let range = match text.split_once('x') {
        // Experts share what is not in them, and converters count that with each.
        Some((n, each)) => {
            let (n, each) = (parse(n)?, parse(each)? * unit);
            [SMALLEST * each, LARGEST * n * each]
        }
        None => {
            let n = parse(text)? * unit;
            [SMALLEST * n, LARGEST * n]
        }
    };
    // "1M" is a length of contexts more often than a model.
    (range[1] > 10.0 * LARGEST * 1e6).then_some(Size { text: shown, range })
}

fn role(words: &[Word<'_>]) -> Option<Role> {
    let mut base = false;
    for (at, word) in words.iter().enumerate() {
        let after_size = at > 0 && is_size_like(words[at - 1].text);
        let in_tag = word.before == ':';
        match word.text {
            "instruct" | "chat" => return Some(Role::Instruct),
            // Italian and Portuguese, too.
            "it" if after_size => return Some(Role::Instruct),
            "pt" if after_size => base = true,
            "text" if after_size || in_tag => base = true,
            "base" | "pretrained" => base = true,
            _ => {}
        }
    }
    base.then_some(Role::Base)
}

/// `3b`, `e2b`, `270m`.
fn is_size_like(text: &str) -> bool {
    let digits = text.strip_suffix(['b', 'm']).unwrap_or_default();
    ends_in_digit(digits)
}

fn is_multimodal(text: &str) -> bool {
    let marks = ["vl", "vision", "omni", "llava", "mmproj"];
    marks.iter().any(|mark| text.contains(mark))
}

fn number_before<'t>(text: &'t str, suffix: &str) -> Option<&'t str> {
    text.strip_suffix(suffix).filter(|digits| is_number(digits))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn ends_in_digit(text: &str) -> bool {
    text.ends_with(|c: char| c.is_ascii_digit())
}

/// Whether a claimed number format and that of a file, or of most of its weights where `is_type`, may be
/// two names of one thing.
#[must_use]
pub fn is_precision(claimed: &str, actual: &str, is_type: bool) -> bool {
    let actual = actual.to_uppercase();
    let is_prefix = |long: &str, short: &str| {
        let rest = long.strip_prefix(short);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    };
    if is_prefix(claimed, &actual) || is_prefix(&actual, claimed) {
        return true;
    }
    let digit = |name: &str| name.bytes().find(u8::is_ascii_digit);
    let is_quantised = |name: &str| name.contains('Q');
    // "Q4_K_L" and "Q4_K_XL" are mixtures that people make of Q4_K_M and others.
    let is_own_mixture = precision::canonical(claimed).is_none();
    is_quantised(claimed)
        && is_quantised(&actual)
        && (is_own_mixture || is_type)
        && digit(claimed) == digit(&actual)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(name: &str) -> Vec<String> {
        let sizes = claims(name).sizes.into_iter();
        sizes.map(|size| size.text).collect()
    }

    #[test]
    fn number_formats_are_read_in_every_spelling() {
        for (name, expected) in [
            ("Llama-3.2-3B-Instruct-Q4_K_M", &["Q4_K_M"][..]),
            ("gemma-3-1b-it-q4_0", &["Q4_0"]),
            ("EXAONE-3.5-2.4B-Instruct-BF16", &["BF16"]),
            ("llama3.2:3b-instruct-fp16", &["F16"]),
            ("ggml-model-f16", &["F16"]),
            ("llama-2-7b.Q5_K_S", &["Q5_K_S"]),
            ("llama-3_2-1b_q8_0", &["Q8_0"]),
            ("x-UD-IQ2_XXS", &["IQ2_XXS"]),
            ("x-Q6_K_L", &["Q6_K_L"]),
            ("gpt-oss-20b-mxfp4", &["MXFP4"]),
            ("x-f16-Q4_K_M", &["F16", "Q4_K_M"]),
            ("gemma-3-1b-it-qat-q4_0-unquantized", &[]),
            ("llama-q4", &[]),
            ("Qwen2-Q1-report", &[]),
            ("fq16_0", &[]),
        ] {
            assert_eq!(claims(name).precisions, expected, "{name}");
        }
    }

    #[test]
    fn sizes_are_read_and_look_alikes_are_not() {
        for (name, expected) in [
            ("Llama-3.2-3B-Instruct", &["3B"][..]),
            ("EXAONE-3.5-2.4B-Instruct", &["2.4B"]),
            ("qwen2.5-0.5b-instruct", &["0.5B"]),
            ("llama3.2:3b-text-fp16", &["3B"]),
            ("SmolLM2-135M", &["135M"]),
            ("Mixtral-8x7B-v0.1", &["8x7B"]),
            ("Phi-3.5-MoE-16x3.8B", &["16x3.8B"]),
            ("Qwen3-30B-A3B", &["30B"]),
            ("Qwen1.5-MoE-A2.7B", &[]),
            ("gemma-3n-E2B-it", &[]),
            ("Llama-4-Scout-17B-16E", &[]),
            ("Qwen2.5-7B-Instruct-1M", &["7B"]),
            ("LWM-Text-Chat-1M", &[]),
            ("Yarn-Mistral-7b-128k", &["7B"]),
            ("internlm2-1_8b", &["1.8B", "8B"]),
            ("c4ai-command-r7b", &[]),
            ("bge-m3", &[]),
            ("a\\u{1b}b\\u{7f}3B", &["3B"]),
            ("model", &[]),
        ] {
            assert_eq!(sizes(name), expected, "{name}");
        }
    }

    #[test]
    fn a_role_is_read_where_it_is_unmistakable() {
        use Role::*;
        for (name, expected) in [
            ("Llama-3.2-3B-Instruct-Q4_K_M", Some(Instruct)),
            ("llama-2-7b-chat", Some(Instruct)),
            ("gemma-3-1b-it-q4_0", Some(Instruct)),
            ("Gemma 3n E2B It", Some(Instruct)),
            ("opus-mt-en-it", None),
            ("llama3.2:3b-text-fp16", Some(Base)),
            ("llama2:text", Some(Base)),
            ("gemma-3-1b-pt", Some(Base)),
            ("Qwen3-0.6B-Base", Some(Base)),
            ("MiniMax-Text-01", None),
            ("HyperCLOVAX-SEED-Text-Instruct-0.5B", Some(Instruct)),
            ("firebase-llama", None),
        ] {
            assert_eq!(claims(name).role, expected, "{name}");
        }
    }

    #[test]
    fn two_names_of_one_format_agree() {
        for (claimed, actual) in [
            ("Q4_K", "Q4_K_M"),
            ("Q4_K_XL", "Q4_K_M"),
            ("Q6_K_L", "Q6_K"),
            ("Q8_K_XL", "Q8_0"),
            ("MXFP4", "MXFP4_MOE"),
            ("F16", "F16"),
        ] {
            assert!(is_precision(claimed, actual, false), "{claimed} {actual}");
        }
        for (claimed, actual) in [
            ("F16", "Q4_K_M"),
            ("F16", "BF16"),
            ("F32", "F16"),
            ("Q4_K_M", "Q4_K_S"),
            ("Q4_K_M", "F16"),
            ("Q8_0", "Q4_K_M"),
        ] {
            assert!(!is_precision(claimed, actual, false), "{claimed} {actual}");
        }
        assert!(is_precision("Q4_K_M", "Q4_0", true));
    }
}
