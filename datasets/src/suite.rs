//! What each cell is put through: suites, as TOML.

mod check;
mod keys;

use serde::{Deserialize, Serialize};

use crate::{Error, names, text};

/// The names of the embedded suites.
pub const SUITES: &[&str] = &["quick", "standard", "full", "precision-grid"];

/// What each cell is put through. A section that is absent is not run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// What reports call it.
    pub name: String,
    /// One line of English for lists of suites; empty where the file has none.
    #[serde(default)]
    pub description: String,
    /// At least one precision, in the order in which they are measured. Only that they are there is
    /// checked here: which exist is the engine's to say.
    pub precisions: Vec<String>,
    /// Prefill and decode speed.
    pub speed: Option<SpeedSuite>,
    /// Perplexity on corpora.
    pub perplexity: Option<PerplexitySuite>,
    /// Answers to questions.
    pub answers: Option<AnswersSuite>,
    /// Number ranges of the weights.
    pub numbers: Option<NumbersSuite>,
    /// What each precision costs against a baseline.
    pub fidelity: Option<FidelitySuite>,
}

/// Which speeds are measured; token counts are at least 1, depths may be 0, no list is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpeedSuite {
    /// Prompt lengths for prefill, in tokens.
    pub n_prompt: Vec<u32>,
    /// Lengths for decode, in tokens.
    pub n_gen: Vec<u32>,
    /// Tokens already in the KV cache before the clock starts.
    pub n_depth: Vec<u32>,
    /// Sequences decoded at once.
    pub parallel: Vec<u32>,
    /// How often each is measured, at least once.
    pub repetitions: u32,
}

/// What perplexity is measured on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerplexitySuite {
    /// Names or paths for [`load_corpus`](crate::load_corpus), at least one.
    pub corpora: Vec<String>,
    /// Tokens in a chunk, at least 2.
    pub n_ctx: u32,
    /// Chunks taken from each text, at least 1; `None` for all.
    pub max_chunks: Option<u32>,
}

/// Which questions are answered, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswersSuite {
    /// Names or paths for [`load_questions`](crate::load_questions), at least one.
    pub questions: Vec<String>,
    /// Tokens after which an answer is cut, at least 1.
    pub max_tokens: u32,
    /// Questions answered at once, at least 1; the same for every precision.
    pub parallel: u32,
    /// How many of the first questions are answered alone, with their time to the first token and
    /// between tokens; 0 for none, 3 where the file does not say.
    #[serde(default = "three")]
    pub timed: u32,
    /// Sampling temperature, at least 0 (0 is greedy); where absent, greedy for files with a chat
    /// template and 0.7 for base models.
    pub temperature: Option<f32>,
    /// Share of probability sampled from, above 0 and at most 1; where absent, 0.9 for base models.
    pub top_p: Option<f32>,
    /// Seed of the sampler; where absent, 42.
    pub seed: Option<u32>,
}

/// Whose number ranges are told. A section without keys asks for the weights of each model's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumbersSuite {}

/// What the precisions are compared with, over the texts, chunks and chunk length of `perplexity`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FidelitySuite {
    /// The precision whose distributions count as the truth, or one cell (`label/precision`) for all
    /// models; where absent, the highest precision of the same weights.
    pub baseline: Option<String>,
}

fn three() -> u32 {
    3
}

/// Loads the embedded suite `quick`, `standard`, `full` or `precision-grid`, or the TOML file at a path,
/// which ends in `.toml` or holds a separator.
///
/// # Errors
///
/// An unknown name, a file that cannot be read or is not TOML, an unknown or missing key, and a value
/// of the wrong type or out of range.
pub fn load_suite(name_or_path: &str) -> Result<Suite, Error> {
    match name_or_path {
        "quick" => {
            return parse(
                include_str!("../suites/quick.toml"),
                "quick.toml (embedded)",
            );
        }
        "standard" => {
            return parse(
                include_str!("../suites/standard.toml"),
                "standard.toml (embedded)",
            );
        }
        "full" => return parse(include_str!("../suites/full.toml"), "full.toml (embedded)"),
        "precision-grid" => {
            return parse(
                include_str!("../suites/precision-grid.toml"),
                "precision-grid.toml (embedded)",
            );
        }
        _ => {}
    }
    if !name_or_path.ends_with(".toml") && !name_or_path.contains(std::path::is_separator) {
        return Err(Error::UnknownName {
            what: "suite",
            name: name_or_path.to_owned(),
            nearest: names::nearest(name_or_path, SUITES.iter().copied()),
            known: SUITES,
        });
    }
    let bytes = text::read(name_or_path, "suite", SUITES)?;
    parse(&text::utf8(bytes, name_or_path)?, name_or_path)
}

/// Reads a suite from TOML; `file` is what errors call it.
pub(crate) fn parse(source: &str, file: &str) -> Result<Suite, Error> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    if source.trim().is_empty() {
        return Err(Error::Nothing {
            file: file.to_owned(),
            advice: "a suite has at least a name, precisions and one section",
        });
    }
    let keys = keys::Keys::parse(source, file)?;
    keys.all_known()?;
    let suite: Suite = toml::from_str(source).map_err(|error| keys.bad_value(&error))?;
    check::check(&suite, &keys)?;
    Ok(suite)
}

#[cfg(test)]
mod tests;
