//! How long an answer is.

use unicode_segmentation::UnicodeSegmentation;

use super::document::{Document, has_word};
use super::letter::is_syllable;

/// Lengths of an answer. A text has at most `u32::MAX` of each; more are counted as that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// Characters as a reader counts them: extended grapheme clusters (UAX #29) of the text in NFC
    /// without the white space around it.
    pub n_chars: u32,
    /// Hangul syllables, U+AC00–D7A3 after NFC. Lone jamo (ㅋ) are not syllables.
    pub n_syllables: u32,
    /// 어절: runs between white space that hold a letter or a digit.
    pub n_eojeol: u32,
    /// Sentences, see `Document::sentences`.
    pub n_sentences: u32,
}

/// Counts the lengths of an answer.
#[must_use]
pub fn length(document: &Document) -> Length {
    let text = document.text;
    Length {
        n_chars: clamp(text.graphemes(true).count()),
        n_syllables: clamp(text.chars().filter(|&c| is_syllable(c)).count()),
        n_eojeol: clamp(text.split_whitespace().filter(|w| has_word(w)).count()),
        n_sentences: clamp(document.sentences.len()),
    }
}

fn clamp(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::document::normalise;
    use super::*;

    fn of(text: &str) -> (u32, u32, u32, u32) {
        let text = normalise(text);
        let l = length(&Document::new(&text));
        (l.n_chars, l.n_syllables, l.n_eojeol, l.n_sentences)
    }

    #[test]
    fn nothing_has_no_length() {
        assert_eq!(of(""), (0, 0, 0, 0));
        assert_eq!(of(" \n\u{3000}\t "), (0, 0, 0, 0));
    }

    #[test]
    fn characters_are_what_a_reader_counts() {
        assert_eq!(of("  고양이는 털을 핥는다.\n"), (12, 9, 3, 1));
        assert_eq!(of("👨‍👩‍👧‍👦🇰🇷"), (2, 0, 0, 0));
        assert_eq!(of("가\r\n나"), (3, 2, 2, 2));
    }

    #[test]
    fn decomposed_hangul_counts_as_composed() {
        assert_eq!(of("\u{1112}\u{1161}\u{11AB}글 ㅋㅋ"), (5, 2, 2, 1));
    }

    #[test]
    fn an_eojeol_holds_a_letter_or_a_digit() {
        assert_eq!(of("- 사과 · 3개 !!! (배)").2, 3);
    }
}
