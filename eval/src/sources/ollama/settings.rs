//! What a tag of Ollama asks for besides its weights: a system prompt and sampling parameters.

use super::super::Error;
use super::super::read::{shown, small_file};
use super::store::Tag;
use crate::engine::log::escape;
use reports::record::{OllamaSampling, OllamaSettings};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Longer than any system prompt.
const LARGEST: u64 = 1 << 20;

/// Longer than any prompt and answer of ours.
const WHOLE_CONTEXT: i32 = 1 << 15;

/// A tag's own settings. Its template is not among them: the GGUF's own is always used.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// System prompt.
    pub system: Option<String>,
    /// Sampling parameters.
    pub parameters: Parameters,
}

/// Sampling parameters by Ollama's names; what is absent is left to the default.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Parameters {
    /// Divides the logits.
    pub temperature: Option<f64>,
    /// Most likely tokens that are kept.
    pub top_k: Option<i64>,
    /// Probability mass that is kept.
    pub top_p: Option<f64>,
    /// Least probability that is kept, relative to the most likely token's.
    pub min_p: Option<f64>,
    /// Penalty of repeated tokens.
    pub repeat_penalty: Option<f64>,
    /// Tokens back that count as repeated.
    pub repeat_last_n: Option<i64>,
    /// Penalty of tokens that were there.
    pub presence_penalty: Option<f64>,
    /// Penalty of tokens by how often they were there.
    pub frequency_penalty: Option<f64>,
    /// Seed.
    pub seed: Option<i64>,
    /// Most tokens of an answer.
    pub num_predict: Option<i64>,
    /// Context in tokens.
    pub num_ctx: Option<u64>,
    /// Texts that end an answer.
    #[serde(default)]
    pub stop: Vec<String>,
    /// Whatever else the tag sets.
    #[serde(flatten)]
    pub other: BTreeMap<String, serde_json::Value>,
}

impl From<Settings> for OllamaSettings {
    /// With Ollama's defaults (`DefaultOptions` of its API) for what the tag leaves out. The seed is one
    /// of ours: Ollama draws another one each time.
    fn from(Settings { system, parameters }: Settings) -> Self {
        let number = |value: Option<f64>, default: f32| value.map_or(default, |value| value as f32);
        let count = |value: Option<i64>, default: i32| {
            value.map_or(default, |value| value.clamp(-1, i32::MAX.into()) as i32)
        };
        let repeat_last_n = match count(parameters.repeat_last_n, 64) {
            // The whole context.
            -1 => parameters
                .num_ctx
                .map_or(WHOLE_CONTEXT, |n| n.min(i32::MAX as u64) as i32),
            n => n,
        };
        Self {
            system,
            sampling: OllamaSampling {
                temperature: number(parameters.temperature, 0.8),
                top_k: count(parameters.top_k, 40),
                top_p: number(parameters.top_p, 0.9),
                min_p: number(parameters.min_p, 0.0),
                repeat_penalty: number(parameters.repeat_penalty, 1.1),
                repeat_last_n,
                presence_penalty: number(parameters.presence_penalty, 0.0),
                frequency_penalty: number(parameters.frequency_penalty, 0.0),
                seed: parameters.seed.map_or(42, |seed| seed as u32),
            },
            stop: parameters.stop,
            max_tokens: parameters
                .num_predict
                .and_then(|n| u32::try_from(n).ok())
                .filter(|n| *n > 0),
            ignored: parameters.other.into_keys().collect(),
        }
    }
}

impl Tag {
    /// Reads the tag's settings.
    ///
    /// # Errors
    /// A blob that is missing, too large, not text or not parameters.
    pub fn settings(&self) -> Result<Settings, Error> {
        let bad = |path: &std::path::Path, why: String| {
            Error::Broken(format!(
                "{}: {why}; fetch it again with: ollama pull {}",
                shown(path),
                self.name
            ))
        };
        let mut settings = Settings::default();
        if let Some(path) = &self.system {
            let text = String::from_utf8(small_file(path, LARGEST)?);
            let text = text.map_err(|_| bad(path, "the system prompt is not UTF-8".into()))?;
            settings.system = Some(text);
        }
        if let Some(path) = &self.parameters {
            let bytes = small_file(path, LARGEST)?;
            settings.parameters = serde_json::from_slice(&bytes).map_err(|error| {
                let error = escape(&error.to_string());
                bad(path, format!("no sampling parameters of Ollama ({error})"))
            })?;
        }
        Ok(settings)
    }
}
