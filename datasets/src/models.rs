//! The embedded demonstration models: small, so that there is something to measure without a
//! download. Their quality says nothing about other models.

use crate::Question;

/// The names of the embedded models.
pub const MODELS: &[&str] = &["nabi-general", "nabi-instruct", "nabi-text"];

/// What is measured where no model is named: labels and names. As with Ollama's tags of a model,
/// `general` and `instruct` are the same weights at another precision, and `text` is the model
/// before it was tuned.
pub const FAMILY: [(&str, &str); 3] = [
    ("general", "nabi-general"),
    ("instruct", "nabi-instruct"),
    ("text", "nabi-text"),
];

/// Lines of `sha256sum`, pinned so that a changed model is noticed.
const SHA256SUMS: &str = include_str!("../models/SHA256SUMS");

/// Ids of the questions of `core` that the models were not trained on.
const KEPT_OUT: &str = include_str!("../models/kept_out.json");

/// An embedded model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmbeddedModel {
    /// Name of its weights: `nabi-instruct` or `nabi-text`.
    pub weights: &'static str,
    /// What its weights are to be quantised to; `None` where the file is taken as it is (F16).
    pub precision: Option<&'static str>,
    /// The GGUF file.
    pub gguf: &'static [u8],
}

impl EmbeddedModel {
    /// SHA-256 of the file, 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> &'static str {
        let file = format!("  {}.gguf", self.weights);
        let line = SHA256SUMS.lines().find(|line| line.ends_with(&file));
        line.and_then(|line| line.split(' ').next())
            .expect("a test compares the sums with the files")
    }
}

/// The embedded model of this name; `None` where there is none.
#[must_use]
pub fn embedded_model(name: &str) -> Option<EmbeddedModel> {
    let (weights, precision) = match name {
        "nabi-general" => ("nabi-instruct", Some("Q4_K_M")),
        "nabi-instruct" => ("nabi-instruct", None),
        "nabi-text" => ("nabi-text", None),
        _ => return None,
    };
    let gguf: &[u8] = match weights {
        "nabi-text" => include_bytes!("../models/nabi-text.gguf"),
        _ => include_bytes!("../models/nabi-instruct.gguf"),
    };
    Some(EmbeddedModel {
        weights,
        precision,
        gguf,
    })
}

/// Ids of those of `questions` that the embedded models were trained on: reworded, with their
/// references as answers. All of `core` but 26 that were kept out; a question of the user's own is not
/// among them, whatever its id.
#[must_use]
pub fn trained_on(questions: &[Question]) -> Vec<String> {
    let core = crate::load_questions("core").expect("a test loads it");
    let kept_out: Vec<String> = serde_json::from_str(KEPT_OUT).expect("a test reads it");
    let seen = |question: &&Question| {
        let known = core
            .questions
            .iter()
            .find(|known| known.question == question.question);
        known.is_some_and(|known| !kept_out.contains(&known.id))
    };
    let seen = questions.iter().filter(seen);
    seen.map(|question| question.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn every_model_is_small_whole_and_as_pinned() {
        for name in MODELS {
            let model = embedded_model(name).unwrap();
            let hash = Sha256::digest(model.gguf);
            let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(model.sha256(), hash, "{name}");
            assert!(model.gguf.len() <= 16 << 20, "{name}");
            assert!(model.gguf.starts_with(b"GGUF"), "{name}");
        }
        assert!(FAMILY.iter().all(|(_, name)| MODELS.contains(name)));
        assert_eq!(embedded_model("nabi"), None);
    }

    #[test]
    fn general_and_instruct_are_the_same_weights() {
        let [general, instruct] = ["nabi-general", "nabi-instruct"].map(embedded_model);
        assert_eq!(general.unwrap().weights, instruct.unwrap().weights);
    }

    #[test]
    fn what_was_kept_out_are_questions_of_core_and_the_rest_was_trained_on() {
        let core = crate::load_questions("core").unwrap().questions;
        let kept_out: Vec<String> = serde_json::from_str(KEPT_OUT).unwrap();
        assert!(kept_out.len() >= 20);
        for id in &kept_out {
            assert!(core.iter().any(|question| question.id == *id), "{id}");
        }
        let seen = trained_on(&core);
        assert_eq!(seen.len() + kept_out.len(), core.len());
        assert!(kept_out.iter().all(|id| !seen.contains(id)));
        let quick = crate::load_questions("quick").unwrap().questions;
        let seen = trained_on(&quick).len();
        assert!((1..quick.len()).contains(&seen), "quick holds both: {seen}");
    }

    #[test]
    fn a_question_of_ones_own_was_not_trained_on() {
        let mut question = crate::load_questions("core").unwrap().questions.remove(0);
        let seen = |question: &Question| trained_on(std::slice::from_ref(question));
        assert_eq!(seen(&question).len(), 1);
        question.question.push('?');
        assert!(seen(&question).is_empty());
    }
}
