//! How many tokens a vocabulary makes of Korean text: what decides how much fits into a context and how
//! many characters a token a second is.

use crate::engine::{Error, Vocabulary};
use crate::measures::{Document, length, normalise};
use serde::{Deserialize, Serialize};

/// The corpus that is split.
const CORPUS: &str = "held-out";

/// What a vocabulary makes of the embedded corpus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fertility {
    /// Name of the corpus.
    pub corpus: String,
    /// All texts together.
    #[serde(flatten)]
    pub total: Split,
    /// Each text, by name.
    pub texts: Vec<TextSplit>,
}

/// A text of the corpus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextSplit {
    /// Its name.
    pub text: String,
    /// What became of it.
    #[serde(flatten)]
    pub split: Split,
}

/// A text as tokens, with the lengths that [`crate::measures::Length`] defines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// Tokens, without special ones around the text.
    pub n_tokens: u64,
    /// Of them those that stand for what the vocabulary has no token for: text that the model cannot read.
    pub n_unknown: u64,
    /// 어절.
    pub n_eojeol: u64,
    /// Hangul syllables.
    pub n_syllables: u64,
    /// Characters as a reader counts them.
    pub n_chars: u64,
    /// `n_tokens / n_eojeol`.
    pub tokens_per_eojeol: f64,
    /// `n_tokens / n_syllables`.
    pub tokens_per_syllable: f64,
    /// `n_chars / n_tokens`.
    pub chars_per_token: f64,
}

impl Split {
    fn new(counts: [u64; 5]) -> Self {
        let [n_tokens, n_unknown, n_eojeol, n_syllables, n_chars] = counts;
        let per = |a: u64, b: u64| a as f64 / b as f64;
        Self {
            n_tokens,
            n_unknown,
            n_eojeol,
            n_syllables,
            n_chars,
            tokens_per_eojeol: per(n_tokens, n_eojeol),
            tokens_per_syllable: per(n_tokens, n_syllables),
            chars_per_token: per(n_chars, n_tokens),
        }
    }

    fn counts(&self) -> [u64; 5] {
        [
            self.n_tokens,
            self.n_unknown,
            self.n_eojeol,
            self.n_syllables,
            self.n_chars,
        ]
    }
}

/// Splits the embedded corpus.
///
/// # Errors
/// A vocabulary that makes no tokens of a text.
pub fn of(vocabulary: &dyn Vocabulary) -> Result<Fertility, Error> {
    let corpus = datasets::load_corpus(CORPUS).map_err(|error| Error(error.to_string()))?;
    let mut total = [0; 5];
    let mut texts = Vec::new();
    for text in &corpus.texts {
        let split = split(vocabulary, &text.bytes).ok_or_else(|| {
            Error(format!(
                "the vocabulary makes no tokens of the text {}",
                text.name
            ))
        })?;
        for (sum, count) in total.iter_mut().zip(split.counts()) {
            *sum += count;
        }
        texts.push(TextSplit {
            text: text.name.clone(),
            split,
        });
    }
    Ok(Fertility {
        corpus: corpus.name,
        total: Split::new(total),
        texts,
    })
}

fn split(vocabulary: &dyn Vocabulary, bytes: &[u8]) -> Option<Split> {
    // As perplexity reads a text: one newline at its end is the file's and not the text's.
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let tokens = vocabulary.tokenize(bytes);
    let unknown = tokens.iter().filter(|&&token| vocabulary.is_unknown(token));
    let text = normalise(&String::from_utf8_lossy(bytes));
    let length = length(&Document::new(&text));
    let split = Split::new([
        tokens.len() as u64,
        unknown.count() as u64,
        length.n_eojeol.into(),
        length.n_syllables.into(),
        length.n_chars.into(),
    ]);
    (!tokens.is_empty()).then_some(split)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::mock::MockModel;

    #[test]
    fn a_text_is_counted_as_answers_are() {
        // The mock's tokens are bytes.
        let split = split(&MockModel, "고양이는 털을 핥는다. A1 —\n".as_bytes()).unwrap();
        assert_eq!(split.n_tokens, 9 * 3 + 3 + 6 + 3 - 2);
        assert_eq!(
            (split.n_eojeol, split.n_syllables, split.n_chars),
            (4, 9, 17)
        );
        assert!((split.tokens_per_eojeol - split.n_tokens as f64 / 4.0).abs() < 1e-12);
        assert_eq!(super::split(&MockModel, b"\n"), None);
    }

    #[test]
    fn the_corpus_is_split_text_by_text() {
        let fertility = of(&MockModel).unwrap();
        assert_eq!(fertility.texts.len(), 7);
        let sum: u64 = fertility.texts.iter().map(|text| text.split.n_tokens).sum();
        assert_eq!(fertility.total.n_tokens, sum);
        // A syllable is three bytes, a space or a mark one.
        let per_syllable = fertility.total.tokens_per_syllable;
        assert!((3.0..5.0).contains(&per_syllable), "{per_syllable}");
    }
}
