//! Text folded for matching: what is left when spaces, marks, letter case and ways of writing numbers do not count.

use unicode_normalization::UnicodeNormalization;

use super::date::dates_in_words;
use super::document::Document;
use super::letter::{is_lone_jamo, is_syllable};
use super::number::in_digits;
use super::unit::{in_units, is_unit_of};

/// A word of a folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    /// Where it begins in [`Folded::text`], in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Index of its sentence.
    pub sentence: usize,
    /// A comma, colon, semicolon or bracket follows it.
    pub pauses: bool,
}

/// A text as its words alone, put together without spaces.
///
/// Letters are in lower case and compatibility characters in their plain form (`㎞`, `₂`, full width; NFKC), numbers are in
/// digits (see [`in_digits`]) without thousands separators, dates and units are in words (see [`dates_in_words`] and [`in_units`]),
/// `%` is 퍼센트, `°` and `℃` are 도. Words are split at marks as at spaces, but `COVID-19` and `U.S.` hold together. A space is left between two words only where letters or digits that are
/// not Hangul would touch; a line feed stands between sentences.
#[derive(Debug, Clone, Default)]
pub(super) struct Folded {
    /// All words.
    pub text: String,
    /// Where each is.
    pub words: Vec<Word>,
    /// The text with its marks: in lower case, without white space and emphasis (`*`, `_`, backticks), quotation marks
    /// straight. A line feed ends each sentence.
    pub marked: String,
    /// Where each sentence ends in [`Folded::marked`], and its index.
    pub marked_ends: Vec<(usize, usize)>,
    /// Whether folding dropped marks that are neither of a number nor inside a word.
    pub drops_marks: bool,
}

impl Folded {
    /// Folds the sentences of an answer, and after them its lines of code as if they were sentences.
    pub(super) fn of(document: &Document) -> Self {
        let mut folded = Self::default();
        for (index, text) in document.folded_texts().into_iter().enumerate() {
            folded.push(text, index);
        }
        folded
    }

    /// Folds a phrase as one sentence.
    pub(super) fn of_phrase(text: &str) -> Self {
        let mut folded = Self::default();
        folded.push(text, 0);
        folded
    }

    fn push(&mut self, text: &str, sentence: usize) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.push_marked(text, sentence);
        let raw = Raw::split(&dates_in_words(text));
        let begin = self.text.len();
        self.drops_marks |= raw.drops_marks;
        for (index, &(start, end, pauses)) in raw.words.iter().enumerate() {
            let word = &raw.text[start..end];
            let at = |index: usize| raw.words.get(index).map(|&(s, e, _)| &raw.text[s..e]);
            let before = index.checked_sub(1).and_then(at);
            let number = in_digits(before, word, at(index + 1));
            let word = number.as_deref().unwrap_or(word);
            let spelled = in_units(self.text.get(begin..).unwrap_or_default(), word);
            self.push_word(spelled.as_deref().unwrap_or(word), sentence, pauses);
        }
    }

    fn push_marked(&mut self, text: &str, sentence: usize) {
        let kept = text
            .chars()
            .filter(|c| !c.is_whitespace() && !"*_`".contains(*c));
        let plain = kept.map(|c| match c {
            '‘' | '’' => '\'',
            '“' | '”' => '"',
            _ => c,
        });
        self.marked.extend(plain.flat_map(char::to_lowercase));
        self.marked.push('\n');
        self.marked_ends.push((self.marked.len(), sentence));
    }

    fn push_word(&mut self, word: &str, sentence: usize, pauses: bool) {
        let joins = |c: Option<char>| c.is_some_and(|c| !is_syllable(c) && c != '\n');
        if joins(self.text.chars().next_back()) && joins(word.chars().next()) {
            self.text.push(' ');
        }
        let start = self.text.len();
        self.text.push_str(word);
        self.words.push(Word {
            start,
            end: self.text.len(),
            sentence,
            pauses,
        });
    }

    /// The text of a word.
    pub(super) fn word(&self, word: Word) -> &str {
        &self.text[word.start..word.end]
    }

    /// The words' texts.
    pub(super) fn word_texts(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|&w| self.word(w))
    }

    /// The words, sentence by sentence; a sentence without words is left out.
    pub(super) fn sentences(&self) -> impl Iterator<Item = &[Word]> {
        self.words.chunk_by(|a, b| a.sentence == b.sentence)
    }

    /// The index of the word that holds the byte `at`, which must be in a word.
    pub(super) fn word_at(&self, at: usize) -> usize {
        self.words.partition_point(|w| w.end <= at)
    }
}

/// Words before their numbers are folded: start, end and whether a pause follows.
#[derive(Default)]
struct Raw {
    text: String,
    words: Vec<(usize, usize, bool)>,
    start: usize,
    drops_marks: bool,
}

impl Raw {
    fn split(text: &str) -> Self {
        let mut raw = Self::default();
        let mut chars = text.chars().peekable();
        let mut before = ' ';
        while let Some(c) = chars.next() {
            let next = chars.peek().copied().unwrap_or(' ');
            let is_plain = is_syllable(c) || c.is_ascii_alphanumeric() || is_lone_jamo(c);
            match c {
                _ if is_plain => raw.text.push(c.to_ascii_lowercase()),
                '%' | '％' => raw.text.push_str("퍼센트"),
                '°' | '℃' => {
                    raw.text.push('도');
                    chars.next_if_eq(&'C');
                }
                _ if !c.is_ascii() && raw.push_folded(c) => {}
                _ if holds_together(before, c, next) => {
                    if c == '.' && next.is_ascii_digit() {
                        raw.text.push(c);
                    }
                }
                _ => {
                    raw.drops_marks |= !c.is_whitespace();
                    raw.end_word(",:;()，、：；（）".contains(c));
                }
            }
            before = c;
        }
        raw.end_word(false);
        raw.join_units();
        raw
    }

    /// Makes one word of a bare number and its unit.
    fn join_units(&mut self) {
        let mut joined: Vec<(usize, usize, bool)> = Vec::with_capacity(self.words.len());
        for &(start, end, pauses) in &self.words {
            let unit = &self.text[start..end];
            match joined.last_mut() {
                Some(last) if !last.2 && is_unit_of(&self.text[last.0..last.1], unit) => {
                    (last.1, last.2) = (end, pauses);
                }
                _ => joined.push((start, end, pauses)),
            }
        }
        self.words = joined;
    }

    /// Appends the plain form of a character; `false` where it holds no letter or digit.
    fn push_folded(&mut self, c: char) -> bool {
        let length = self.text.len();
        let plain = std::iter::once(c).nfkc().flat_map(char::to_lowercase);
        self.text.extend(plain.filter(|c| c.is_alphanumeric()));
        self.text.len() > length
    }

    fn end_word(&mut self, pauses: bool) {
        if self.text.len() > self.start {
            self.words.push((self.start, self.text.len(), pauses));
            self.start = self.text.len();
        } else if pauses && let Some(last) = self.words.last_mut() {
            last.2 = true;
        }
    }
}

/// Whether a mark between two characters does not part words: `1,000`, `3.5`, `covid-19`, `u.s`, `don't`.
fn holds_together(before: char, mark: char, next: char) -> bool {
    match mark {
        ',' => before.is_ascii_digit() && next.is_ascii_digit(),
        '.' | '-' | '\'' | '’' => before.is_ascii_alphanumeric() && next.is_ascii_alphanumeric(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::normalise;
    use super::*;

    fn fold(text: &str) -> String {
        Folded::of_phrase(&normalise(text)).text
    }

    #[test]
    fn what_does_not_count_is_gone() {
        assert_eq!(fold("체온 조절!"), "체온조절");
        assert_eq!(fold("**Grooming**(그루밍)은"), "grooming그루밍은");
        assert_eq!(fold("\u{1112}\u{1161}\u{11AB}글"), "한글");
        assert_eq!(fold("COVID-19와 U.S.의 H₂O"), "covid19와us의h2o");
        assert_eq!(fold("New York"), "new york");
        assert_eq!(
            fold("1,000원, 36.5℃, 36.5°C, 10%"),
            "1000원36.5도36.5도10퍼센트"
        );
        assert_eq!(fold("５㎞"), "5킬로미터");
        assert_eq!(fold("10 20"), "10 20");
        assert_eq!(fold("한-미"), "한미");
        assert_eq!(fold(""), "");
        assert_eq!(fold("…?!"), "");
    }

    #[test]
    fn marks_are_kept_aside() {
        let folded = Folded::of_phrase("**A** > ‘B’, \"C\"");
        assert_eq!(folded.marked, "a>'b',\"c\"\n");
        assert!(folded.drops_marks);
        for plain in [
            "1,500원",
            "3.5 km",
            "10%",
            "0℃",
            "40㎡",
            "체온 조절",
            "COVID-19",
        ] {
            assert!(!Folded::of_phrase(plain).drops_marks, "{plain}");
        }
    }

    #[test]
    fn code_is_folded_last() {
        let document = Document::new("가\n```\nx = 1\n```\n나");
        assert_eq!(Folded::of(&document).text, "가\n나\n\nx 1\n");
        assert_eq!(
            Folded::of(&document).words.last().map(|w| w.sentence),
            Some(3)
        );
    }

    #[test]
    fn numbers_are_digits() {
        for text in ["세 가지", "3가지", "3 가지", "세가지", "three 가지"] {
            assert_eq!(fold(text), "3가지", "{text}");
        }
    }

    #[test]
    fn dates_and_hours_are_alike() {
        for text in [
            "1945.8.15.",
            "1945. 8. 15.",
            "1945년 8월 15일",
            "1945-08-15",
        ] {
            assert_eq!(fold(text), "1945년8월15일", "{text}");
        }
        for text in ["일곱 시 반", "일곱시반", "7시 30분", "7시반", "7시 반"] {
            assert_eq!(fold(text), "7시30분", "{text}");
        }
        for text in ["1.5시간", "1.5 시간", "1.5 h", "한 시간 반", "1시간 30분"] {
            assert_eq!(fold(text), "1시간30분", "{text}");
        }
        assert_eq!(fold("2와 3만 쓴다"), "2와3만쓴다");
        assert_eq!(fold("3만 원"), "30000원");
    }

    #[test]
    fn words_know_where_they_stand() {
        let document = Document::new("털을 핥고, 쉰다. 끝");
        let folded = Folded::of(&document);
        assert_eq!(folded.text, "털을핥고쉰다\n끝");
        let words: Vec<_> = folded
            .words
            .iter()
            .map(|&w| (folded.word(w), w.sentence, w.pauses))
            .collect();
        assert_eq!(
            words,
            [
                ("털을", 0, false),
                ("핥고", 0, true),
                ("쉰다", 0, false),
                ("끝", 1, false)
            ]
        );
        assert_eq!(folded.word_at(0), 0);
        assert_eq!(folded.word_at(6), 1);
        assert_eq!(folded.sentences().count(), 2);
    }
}
