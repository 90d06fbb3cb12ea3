//! Whether an answer makes the points that a good answer makes.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::document::{Document, normalise};
use super::find::Phrase;
use super::fold::Folded;
use super::negation::{is_negated, is_negative};
use super::script::offset;

/// The share of the key points that the answer hits; `None` where the question has none.
///
/// A point is a list of alternative wordings, and any one hits it. A wording is found whatever the spaces, the particles
/// and endings after it, letter case, Unicode form and way of writing numbers (`세 가지`, `3가지`): see `Phrase::find`
/// and `Folded`. It does not count where the clause denies it (`체온 조절이 아니라`): see `is_negated`; a wording that holds a
/// negation itself is spared that. One with marks that mean something (`1/6`, `‘나’에`) is looked for with them. Nor does it count in a sentence that only copies the question: see `copies`.
#[must_use]
pub fn coverage(question: &str, key_points: &[Vec<String>], answer: &Document) -> Option<f64> {
    if key_points.is_empty() {
        return None;
    }
    let text = Folded::of(answer);
    let copied = copies(question, &text);
    let says = |wording: &String| {
        Wording::new(wording)
            .sentences(&text, &copied)
            .next()
            .is_some()
    };
    let is_hit = |point: &&Vec<String>| point.iter().any(says);
    let n_hit = key_points.iter().filter(is_hit).count();
    Some(n_hit as f64 / key_points.len() as f64)
}

/// A wording of a key point.
struct Wording {
    phrase: Phrase,
    /// It holds a negation itself, so that one around it is none of it.
    spared: bool,
}

impl Wording {
    fn new(wording: &str) -> Self {
        let wording = normalise(wording);
        Self {
            spared: is_negative(&Folded::of_phrase(&wording)),
            phrase: Phrase::new(&wording),
        }
    }

    /// The sentences that say it, neither denied nor copied, by their index in `text`: one after another as they are asked
    /// for, since a clause takes long to judge.
    fn sentences<'a>(
        &'a self,
        text: &'a Folded,
        copied: &'a [bool],
    ) -> impl Iterator<Item = usize> + 'a {
        let is_new = |sentence: &usize| !copied.get(*sentence).is_some_and(|&c| c);
        let mut known = HashSet::new();
        let said = self.phrase.find(text).into_iter().filter_map(move |hit| {
            let sentence = text.words[text.word_at(hit.start)].sentence;
            let says = !known.contains(&sentence)
                && is_new(&sentence)
                && (self.spared || !is_negated(text, hit));
            says.then(|| {
                known.insert(sentence);
                sentence
            })
        });
        said.chain(self.phrase.find_marked(text).filter(is_new))
    }
}

/// A place where an answer makes a key point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Index of the point.
    pub point: usize,
    /// Bytes of the document's text.
    pub at: Range<usize>,
}

/// Where the points that [`coverage`] counts stand: in each sentence that says a wording, the fewest 어절 in which the
/// wording is found by themselves, the whole sentence where it takes more than these. In the order of points, then of the text;
/// overlapping places of one point are one.
#[must_use]
pub fn found(question: &str, key_points: &[Vec<String>], answer: &Document) -> Vec<Found> {
    let text = Folded::of(answer);
    let copied = copies(question, &text);
    let sentences = answer.folded_texts();
    let mut all = Vec::new();
    for (point, wordings) in key_points.iter().enumerate() {
        let mut places = Vec::new();
        for wording in wordings {
            let wording = Wording::new(wording);
            for index in wording.sentences(&text, &copied) {
                let Some(sentence) = sentences.get(index) else {
                    continue;
                };
                let begin = offset(answer.text, sentence);
                let windows = windows(sentence, &wording.phrase).into_iter();
                places.extend(windows.map(|at| begin + at.start..begin + at.end));
            }
        }
        let merged = merged(places).into_iter();
        all.extend(merged.map(|at| Found { point, at }));
    }
    all
}

/// 어절 that a wording is looked for in together.
const MOST_EOJEOLS: usize = 12;

/// The shortest runs of 어절 of a sentence in which the phrase is found, in bytes of it and without the marks around them.
fn windows(sentence: &str, phrase: &Phrase) -> Vec<Range<usize>> {
    let eojeols: Vec<Range<usize>> = sentence
        .split_whitespace()
        .map(|word| {
            let start = offset(sentence, word);
            start..start + word.len()
        })
        .collect();
    let holds =
        |from: usize, to: usize| phrase.is_said(&sentence[eojeols[from].start..eojeols[to].end]);
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut from = 0;
    while from < eojeols.len() {
        // Most of a long sentence holds nothing: passed over in steps.
        let far = eojeols.len().min(from + 2 * MOST_EOJEOLS);
        if !holds(from, far - 1) {
            from += MOST_EOJEOLS;
            continue;
        }
        let last = eojeols.len().min(from + MOST_EOJEOLS);
        let Some(to) = (from..last).find(|&to| holds(from, to)) else {
            from += 1;
            continue;
        };
        let from_last = (from..=to).rev().find(|&start| holds(start, to));
        found.push(eojeols[from_last.unwrap_or(from)].start..eojeols[to].end);
        from = to + 1;
    }
    if found.is_empty() {
        found.push(0..sentence.len());
    }
    found
        .into_iter()
        .map(|at| without_marks(sentence, at))
        .collect()
}

/// The range without punctuation at its ends; as it is where it holds nothing else.
fn without_marks(text: &str, at: Range<usize>) -> Range<usize> {
    let is_mark = |c: char| !c.is_alphanumeric();
    let part = &text[at.clone()];
    let inner = part.trim_matches(is_mark);
    match inner.is_empty() {
        true => at,
        false => {
            let start = offset(text, inner);
            start..start + inner.len()
        }
    }
}

/// The ranges in order, those that overlap as one.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|at| (at.start, at.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for at in ranges {
        match merged.last_mut() {
            Some(last) if at.start < last.end => last.end = last.end.max(at.end),
            _ => merged.push(at),
        }
    }
    merged
}

/// A sentence copies another where they share at least this much of both.
const COPIED: f64 = 0.8;

/// For each sentence of the answer, whether it only copies what the question asks.
///
/// A sentence is a copy of one of the question's where at least four fifths of the different words of each are in the
/// other and it has no number that the question has not. Copies of what the question asks (see `asking`) never count as an answer.
/// Copies of the rest, a text to work on perhaps, count unless the answer copies every sentence of the question.
pub(super) fn copies(question: &str, answer: &Folded) -> Vec<bool> {
    let question = normalise(question);
    let document = Document::new(&question);
    let asked = Folded::of(&document);
    let n_asked = document.sentences.len();
    let n_answer = answer.words.last().map_or(0, |w| w.sentence + 1);
    let mut source = vec![None; n_answer];
    let index = Index::new(&asked, n_asked);
    for words in answer.sentences() {
        source[words[0].sentence] = index.copied_by(words.iter().map(|&w| answer.word(w)));
    }
    let asks = asking(&document);
    let is_parrot = (0..n_asked).all(|sentence| source.contains(&Some(sentence)));
    let is_copy = |s: Option<usize>| s.is_some_and(|at| is_parrot || asks[at]);
    source.into_iter().map(is_copy).collect()
}

/// For each sentence of the question, whether it is what is asked: it ends in a question mark or a request. Where the first line
/// asks, the lines after it are a text to work on. The last sentence asks where none seems to.
fn asking(question: &Document) -> Vec<bool> {
    let sentences = &question.sentences;
    let mut asks: Vec<bool> = sentences.iter().map(|s| is_request(s.text)).collect();
    let n_first = sentences.partition_point(|s| s.line == 0);
    if asks[..n_first].contains(&true) {
        asks[n_first..].fill(false);
    }
    if !asks.contains(&true)
        && let Some(last) = asks.last_mut()
    {
        *last = true;
    }
    asks
}

/// Whether a sentence asks: 무엇인가요?, 써 주세요, 구하시오, 알려 줘.
fn is_request(sentence: &str) -> bool {
    const REQUESTS: [&str; 12] = [
        "세요",
        "십시오",
        "시오",
        "줘",
        "줘요",
        "줄래",
        "봐",
        "보라",
        "하라",
        "써라",
        "바랍니다",
        "려요",
    ];
    let words = sentence.trim_end_matches(|c: char| !c.is_alphanumeric());
    sentence.contains(['?', '？']) || REQUESTS.iter().any(|r| words.ends_with(r))
}

/// The question's sentences by their words.
struct Index<'a> {
    /// The sentences that hold each word.
    holders: HashMap<&'a str, Vec<usize>>,
    /// How many different words each sentence has.
    sizes: Vec<usize>,
}

impl<'a> Index<'a> {
    fn new(question: &'a Folded, n_sentences: usize) -> Self {
        let mut holders: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut sizes = vec![0; n_sentences];
        for &word in &question.words {
            let held = holders.entry(question.word(word)).or_default();
            if held.last() != Some(&word.sentence) {
                held.push(word.sentence);
                sizes[word.sentence] += 1;
            }
        }
        Self { holders, sizes }
    }

    /// The sentence of the question that a sentence of these words copies.
    fn copied_by<'b>(&self, words: impl Iterator<Item = &'b str>) -> Option<usize> {
        let mut words: Vec<&str> = words.collect();
        words.sort_unstable();
        words.dedup();
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for &sentence in words.iter().filter_map(|&w| self.holders.get(w)).flatten() {
            *shared.entry(sentence).or_default() += 1;
        }
        // A number of its own is what was asked for: "모두 얼마입니까?", "모두 35입니다."
        let has_digit = |w: &&&str| w.contains(|c: char| c.is_ascii_digit());
        let mut numbers = words.iter().filter(has_digit);
        if numbers.any(|w| !self.holders.contains_key(w)) {
            return None;
        }
        let is_copy = |&(&sentence, &n): &(&usize, &usize)| {
            let larger = words.len().max(self.sizes[sentence]);
            n as f64 >= COPIED * larger as f64
        };
        shared.iter().filter(is_copy).map(|(&s, _)| s).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTION: &str = "고양이가 털을 핥는 이유는 무엇인가요?";

    fn points(points: &[&[&str]]) -> Vec<Vec<String>> {
        points
            .iter()
            .map(|p| p.iter().map(|&w| w.to_owned()).collect())
            .collect()
    }

    fn of(question: &str, key_points: &[&[&str]], answer: &str) -> Option<f64> {
        coverage(question, &points(key_points), &Document::new(answer))
    }

    #[test]
    fn any_wording_hits_its_point() {
        let key_points: &[&[&str]] = &[
            &["깨끗", "청결", "위생"],
            &["체온"],
            &["냄새", "체취"],
            &["마음이 가라앉", "안정"],
        ];
        let answer =
            "털을 깨끗하게 하고 체온을 낮춥니다. 마음도 가라앉지요. 마음이 조금 가라앉습니다.";
        assert_eq!(of(QUESTION, key_points, answer), Some(0.75));
        assert_eq!(of(QUESTION, key_points, ""), Some(0.0));
        assert_eq!(of(QUESTION, &[], answer), None);
        assert_eq!(of(QUESTION, &[&[]], answer), Some(0.0));
    }

    #[test]
    fn what_is_denied_is_not_said() {
        assert_eq!(
            of(QUESTION, &[&["체온"]], "체온 조절 때문이 아니다."),
            Some(0.0)
        );
        assert_eq!(
            of(
                QUESTION,
                &[&["체온"]],
                "체온 조절 때문이 아니다. 아니, 체온 때문이다."
            ),
            Some(1.0)
        );
        assert_eq!(
            of(
                QUESTION,
                &[&["돈이 들지 않"]],
                "핥는 데에는 돈이 들지 않는다."
            ),
            Some(1.0)
        );
    }

    #[test]
    fn a_copy_of_the_question_says_nothing() {
        let key_points: &[&[&str]] = &[&["털"], &["핥"]];
        assert_eq!(of(QUESTION, key_points, QUESTION), Some(0.0));
        assert_eq!(
            of(
                QUESTION,
                key_points,
                &format!("질문: {QUESTION} {QUESTION}")
            ),
            Some(0.0)
        );
        let answer = "고양이가 털을 핥는 이유는 몸을 깨끗하게 하려는 데 있습니다.";
        assert_eq!(of(QUESTION, key_points, answer), Some(1.0));
        assert_eq!(
            of(
                "수도는 서울인가요, 부산인가요?",
                &[&["서울"]],
                "서울입니다."
            ),
            Some(1.0)
        );
    }

    #[test]
    fn a_text_to_work_on_may_be_quoted_but_not_parroted() {
        let question = "세종은 1443년에 한글을 만들었다. 그는 조선의 왕이었다. 언제 만들었나요?";
        let key_points: &[&[&str]] = &[&["1443년"]];
        assert_eq!(
            of(question, key_points, "세종은 1443년에 한글을 만들었다."),
            Some(1.0)
        );
        assert_eq!(of(question, key_points, question), Some(0.0));
    }

    #[test]
    fn what_is_asked_may_stand_before_the_text() {
        let question =
            "다음 글을 줄여 주세요.\n\n제비는 봄에 온다. 제비는 가을에 남쪽으로 떠난다. 언제 올까?";
        let key_points: &[&[&str]] = &[&["남쪽"]];
        let copied = "제비는 가을에 남쪽으로 떠난다.";
        assert_eq!(of(question, key_points, copied), Some(1.0));
        assert_eq!(
            of(question, &[&["글"]], "다음 글을 줄여 주세요."),
            Some(0.0)
        );
    }

    #[test]
    fn a_number_of_its_own_makes_an_answer() {
        let question = "사과 세 개와 배 두 개를 사면 과일은 모두 몇 개입니까?";
        let answer = "사과 세 개와 배 두 개를 사면 과일은 모두 5개입니다.";
        assert_eq!(of(question, &[&["5개"]], answer), Some(1.0));
        assert_eq!(of(question, &[&["과일"]], question), Some(0.0));
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (wording, answer) in [
            ("1945", "1945.8.15. 광복을 맞았다."),
            ("8월 15일", "1945. 8. 15.에 맞았다."),
            ("2와 3", "2와 3만 쓴다."),
            ("1시간 30분", "1.5 h"),
            ("일곱 시 반", "일곱시반에 만난다."),
        ] {
            assert_eq!(of(QUESTION, &[&[wording]], answer), Some(1.0), "{answer}");
        }
    }
}
