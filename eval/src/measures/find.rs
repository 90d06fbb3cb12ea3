//! Finding a word or phrase in folded text, with particles, endings and spaces as they may be.

use super::fold::Folded;
use super::letter::{BIEUP, MIEUM, NIEUN, NONE, RIEUL, SSANGSIOT, Syllable, is_syllable};
use super::stem::without_particle;
use super::suffix::can_follow;

/// Where a phrase stands in a folded text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    /// Where its first word begins.
    pub start: usize,
    /// Where its last word ends, particles and endings not included.
    pub end: usize,
}

/// A word or phrase to look for.
#[derive(Debug, Clone)]
pub(super) struct Phrase {
    /// The phrase as it is and with each word freed of its particle, without spaces.
    whole: Vec<String>,
    /// Each word of a phrase of several, as it is and freed of its particle.
    words: Vec<Vec<String>>,
    /// The phrase with its marks, where it has any that mean something: `1/6`, `‘나’에`, `물:`.
    marked: Option<String>,
}

/// Words of the text that may stand between two words of a phrase.
const MAX_BETWEEN: usize = 2;

impl Phrase {
    /// Prepares a phrase in NFC; an empty one is never found.
    pub(super) fn new(phrase: &str) -> Self {
        let folded = Folded::of_phrase(phrase);
        let marked = folded.marked.trim_end();
        if folded.drops_marks && !marked.is_empty() {
            return Self {
                whole: Vec::new(),
                words: Vec::new(),
                marked: Some(marked.to_owned()),
            };
        }
        let words: Vec<Vec<String>> = folded.word_texts().map(forms).collect();
        let mut whole = vec![folded.text];
        let stems: String = words
            .iter()
            .filter_map(|forms| forms.last().cloned())
            .collect();
        if !whole.contains(&stems) && words.iter().flatten().all(|w| w.chars().all(is_syllable)) {
            whole.push(stems);
        }
        Self {
            whole,
            words: if words.len() > 1 { words } else { Vec::new() },
            marked: None,
        }
    }

    /// Where a phrase without marks stands in `text`, in no particular order.
    ///
    /// It is found as a whole, wherever its own spaces or those of the text are (`체온조절` in `체온 조절을`), and a phrase of
    /// several words also with up to two other words between its own within a sentence (`털을 정리` in `털을 깨끗이 정리한다`).
    /// Particles and endings may follow each word. A match that goes on past the end of an 어절 begins at the beginning of
    /// one. A word of one syllable is found only where nothing but particles and endings follow it in its 어절 (`털` in `털을`,
    /// not in `털갈이`); digits and Latin letters only where no more of them follow or precede (`3` is not in `13`). After
    /// 비-, 불-, 무- and 미- at the beginning of an 어절 nothing is found (`위생` in `비위생적`).
    pub(super) fn find(&self, text: &Folded) -> Vec<Hit> {
        let mut hits: Vec<Hit> = self
            .whole
            .iter()
            .flat_map(|w| occurrences(text, w))
            .collect();
        hits.extend(self.find_apart(text));
        hits
    }

    /// The sentences in which a phrase with marks stands, character by character but for what [`Folded::marked`] drops;
    /// digits and Latin letters at its ends do not go on.
    pub(super) fn find_marked(&self, text: &Folded) -> impl Iterator<Item = usize> {
        let marked = self.marked.iter();
        let found = marked.flat_map(|m| text.marked.match_indices(m.as_str()));
        let is_whole = |&(at, phrase): &(usize, &str)| {
            let before = text.marked[..at].chars().next_back();
            let after = text.marked[at + phrase.len()..].chars().next();
            !goes_on(before, phrase.chars().next()) && !goes_on(phrase.chars().next_back(), after)
        };
        found.filter(is_whole).filter_map(|(at, _)| {
            let index = text.marked_ends.partition_point(|&(end, _)| end <= at);
            text.marked_ends.get(index).map(|&(_, sentence)| sentence)
        })
    }

    /// Whether it is written in `text` as it is, its words together.
    pub(super) fn is_in(&self, text: &Folded) -> bool {
        let mut whole = self.whole.iter().take(1);
        whole.any(|w| !occurrences(text, w).is_empty()) || self.find_marked(text).next().is_some()
    }

    /// Whether it stands in a stretch of text taken by itself.
    pub(super) fn is_said(&self, stretch: &str) -> bool {
        let text = Folded::of_phrase(stretch);
        !self.find(&text).is_empty() || self.find_marked(&text).next().is_some()
    }

    /// Finds the words of a phrase one after another, with words between.
    fn find_apart(&self, text: &Folded) -> Vec<Hit> {
        let mut chains: Option<Vec<Hit>> = None;
        for forms in &self.words {
            let mut hits: Vec<Hit> = forms.iter().flat_map(|f| occurrences(text, f)).collect();
            hits.sort_unstable();
            let chained = match chains {
                None => hits,
                Some(before) => chain(text, &before, &hits),
            };
            if chained.is_empty() {
                return chained;
            }
            chains = Some(chained);
        }
        chains.unwrap_or_default()
    }
}

/// A word as it is, and without its particle.
fn forms(word: &str) -> Vec<String> {
    let stem = without_particle(word).map(str::to_owned);
    std::iter::once(word.to_owned()).chain(stem).collect()
}

/// Extends each of `before` by the `next` hits near enough after it. Of two beginnings the later is as good as the
/// earlier, so that one pass over both sorted lists suffices.
fn chain(text: &Folded, before: &[Hit], next: &[Hit]) -> Vec<Hit> {
    let mut chained = Vec::new();
    let mut at = 0;
    let mut latest: Option<Hit> = None;
    for hit in next {
        while let Some(earlier) = before.get(at).filter(|b| b.start < hit.start) {
            if earlier.end <= hit.start {
                latest = Some(*earlier);
            }
            at += 1;
        }
        if let Some(earlier) = latest.filter(|b| is_near(text, *b, *hit)) {
            chained.push(Hit {
                start: earlier.start,
                end: hit.end,
            });
        }
    }
    chained
}

fn is_near(text: &Folded, before: Hit, hit: Hit) -> bool {
    let from = text.word_at(before.end - 1);
    let to = text.word_at(hit.start);
    text.words[from].sentence == text.words[to].sentence && to - from <= MAX_BETWEEN + 1
}

/// Where `needle` stands in `text`.
fn occurrences(text: &Folded, needle: &str) -> Vec<Hit> {
    let Some(last) = needle.chars().next_back() else {
        return Vec::new();
    };
    let head = &needle[..needle.len() - last.len_utf8()];
    if head.is_empty() && is_syllable(last) {
        return one_syllable(text, last);
    }
    if head.is_empty() {
        let found = text.text.match_indices(needle);
        let hits = found.map(|(start, _)| Hit {
            start,
            end: start + needle.len(),
        });
        return hits.filter(|h| stands(text, *h)).collect();
    }
    text.text
        .match_indices(head)
        .filter_map(|(start, _)| {
            let end = start + head.len();
            let c = text.text[end..].chars().next()?;
            inflects(last, c).then(|| Hit {
                start,
                end: end + c.len_utf8(),
            })
        })
        .filter(|h| stands(text, *h))
        .collect()
}

/// Where a word of one syllable stands: at the beginning of a word with particles and endings at most.
fn one_syllable(text: &Folded, syllable: char) -> Vec<Hit> {
    let found = text.words.iter().filter_map(|&word| {
        let written = text.word(word);
        let c = written.chars().next().filter(|&c| inflects(syllable, c))?;
        let end = c.len_utf8();
        can_follow(c, &written[end..]).then(|| Hit {
            start: word.start,
            end: word.start + end,
        })
    });
    found.collect()
}

/// Syllables that end verb stems more often than nouns.
const VERBAL: &str = "이히리기하되나지치키시주두오가내우추서르쓰크뜨보쏘싸타피끼꾸마";

/// Whether `c` is `last`, or `last` run together with the beginning of an ending: 줄이 in 줄인다, 줄입니다, 줄여, 줄였다.
fn inflects(last: char, c: char) -> bool {
    if last == c {
        return true;
    }
    let (Some(stem), Some(found)) = (Syllable::of(last), Syllable::of(c)) else {
        return false;
    };
    if stem.last != NONE || stem.first != found.first || !VERBAL.contains(last) {
        return false;
    }
    if stem.vowel == found.vowel {
        return matches!(found.last, NIEUN | RIEUL | MIEUM | BIEUP | SSANGSIOT);
    }
    let contracts =
        CONTRACTIONS.contains(&(stem.vowel, found.vowel)) || last == '하' && found.vowel == AE;
    contracts && matches!(found.last, NONE | SSANGSIOT)
}

/// The vowel ㅐ, as in 하 + 여 = 해.
const AE: u32 = 1;
/// ㅣ + ㅓ = ㅕ, ㅗ + ㅏ = ㅘ, ㅜ + ㅓ = ㅝ, ㅡ + ㅓ = ㅓ, ㅡ + ㅏ = ㅏ, ㅚ + ㅓ = ㅙ.
const CONTRACTIONS: [(u32, u32); 6] = [(20, 6), (8, 9), (13, 14), (18, 4), (18, 0), (11, 10)];

/// Whether a match is a word and not a stretch of letters that happens to agree.
fn stands(text: &Folded, hit: Hit) -> bool {
    let Some(&word) = text.words.get(text.word_at(hit.start)) else {
        return false;
    };
    let found = &text.text[hit.start..hit.end];
    let before = text.text[word.start.min(hit.start)..hit.start]
        .chars()
        .next_back();
    let after = text.text[hit.end..].chars().next();
    let is_cut = goes_on(before, found.chars().next()) || goes_on(found.chars().next_back(), after);
    let is_negated = before.is_some_and(|b| "비불무미".contains(b))
        && hit.start == word.start + '비'.len_utf8()
        && found.starts_with(is_syllable);
    let is_across = hit.end > word.end && hit.start != word.start;
    !is_cut && !is_negated && !is_across
}

/// Whether two neighbours are of one number or one Latin word.
fn goes_on(before: Option<char>, after: Option<char>) -> bool {
    let (Some(a), Some(b)) = (before, after) else {
        return false;
    };
    let is_digit = |c: char| c.is_ascii_digit() || c == '.';
    let is_latin = |c: char| c.is_alphabetic() && !is_syllable(c);
    is_digit(a) && is_digit(b) || is_latin(a) && is_latin(b)
}

#[cfg(test)]
mod tests {
    use super::super::document::{Document, normalise};
    use super::*;

    fn is_in(phrase: &str, text: &str) -> bool {
        let text = normalise(text);
        let text = Folded::of(&Document::new(&text));
        let phrase = Phrase::new(&normalise(phrase));
        !phrase.find(&text).is_empty() || phrase.find_marked(&text).next().is_some()
    }

    #[test]
    fn found() {
        for (phrase, text) in [
            ("체온", "체온을 조절한다"),
            ("체온 조절", "체온조절을 한다"),
            ("체온조절", "체온 조절을 한다"),
            ("털을 정리", "털 정리"),
            ("털을 정리", "털정리를 한다"),
            ("털 정리", "털을 깨끗하게 정리한다"),
            ("마음이 가라앉", "마음이 조금 가라앉는다"),
            ("털", "털은 길다"),
            ("핥", "혀로 핥습니다"),
            ("핥다", "혀로 핥다"),
            ("줄이", "스트레스를 줄여 준다"),
            ("줄이", "스트레스를 줄입니다"),
            ("줄이", "스트레스를 줄일 수 있다"),
            ("조절하다", "체온을 조절한다"),
            ("조절하", "체온을 조절했다"),
            ("나누", "일을 나누어 한다"),
            ("Grooming", "고양이의 GROOMING은"),
            ("세 가지", "이유는 3가지다"),
            ("3", "이유는 세 가지다"),
            ("3", "이유는 3 가지다"),
            ("셋", "3이다"),
            ("36.5도", "36.5℃이다"),
            ("한글", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}은"),
            ("고양이", "새끼고양이가"),
            ("AI", "AI는"),
            ("covid19", "COVID-19가"),
            ("1000", "1,000원"),
            ("뉴욕", "**뉴욕**이다"),
            ("두 번", "하루에 두 번씩 먹는다"),
            ("1/6", "확률은 1 / 6이다"),
            ("‘나’에", "선물은 '나'에 있다"),
            ("“", "“가자” 하고 말했다"),
            ("하늘, 민수", "**하늘**, **민수**이다"),
            ("print", "```\nprint(1)\n```"),
        ] {
            assert!(is_in(phrase, text), "{phrase} in {text}");
        }
    }

    #[test]
    fn written_together() {
        let text = Folded::of(&Document::new("이보다 조금 더 크다. 조사 중에있다."));
        assert!(Phrase::new("중에 있").is_in(&text));
        assert!(!Phrase::new("보다 더").is_in(&text));
        assert!(!Phrase::new("보다 더").find(&text).is_empty());
    }

    #[test]
    fn not_found() {
        for (phrase, text) in [
            ("털", "털갈이를 한다"),
            ("열", "열심히 한다"),
            ("3", "13개다"),
            ("3", "3.5다"),
            ("5", "3.5다"),
            ("AI", "MAIN이다"),
            ("위생", "비위생적이다"),
            ("안정", "불안정하다"),
            ("온도", "온돌"),
            ("조절", "강조 절반"),
            ("체온 조절", "체온이 높다. 조절한다."),
            ("체온 조절", "체온을 하나 둘 셋 넷 조절한다"),
            ("조절 체온", "체온 조절"),
            ("", "무엇이든"),
            ("…", "무엇이든"),
            ("1/6", "확률은 1/60이다"),
            ("1/6", "11/6"),
            ("물:", "물은"),
            ("고양이", ""),
        ] {
            assert!(!is_in(phrase, text), "{phrase} in {text}");
        }
    }
}
