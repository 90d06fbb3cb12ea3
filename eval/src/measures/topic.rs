//! Whether an answer stays with what was asked.

use std::collections::HashSet;

use super::courtesy::is_courtesy;
use super::coverage::copies;
use super::document::{Document, normalise};
use super::fold::{Folded, Word};
use super::letter::is_syllable;
use super::stem::content_keys;
use super::turn::turns;

/// A sentence with fewer content words than this says too little to leave the topic: a heading, a list item, an aside.
const MIN_WORDS: usize = 3;
/// So many sentences that share nothing with the topic must follow one another before they leave it.
const MIN_RUN: usize = 2;

/// The share of sentences that leave the topic; `None` where the question has neither a reference nor key points, or where no
/// sentence can be judged.
///
/// The topic is the content words of the question, the reference and the key points, by the keys that inflected forms share (see
/// `content_keys`). A sentence is on it where it shares such a key, or shares one with the sentence before that is on it by itself:
/// for the length of a sentence the topic grows with what is said of it. Sentences leave the topic
///
/// - where two or more in a row share nothing with it. One alone may say the right thing in other words: a lone sentence between
///   two others that agree goes with them, on the topic or off it;
/// - where they repeat what the question asks (see `copies`);
/// - from the point where the answer makes up another turn of a dialogue (`질문: …`, a chat template's user turn) to its end.
///
/// Not judged, so that they neither count nor part a row: sentences without a Hangul content word (`네, 그렇습니다.`, English),
/// courtesies and refusals (`도움이 되었기를 바랍니다.`), reasoning between `<think>` marks, and sentences of fewer than three content
/// words that share nothing with the topic (`2. 딸기`). Neither is a single sentence that shares nothing with it.
///
/// It sees words and not meaning: right thoughts in wholly other words count as leaving the topic, and other thoughts in the same
/// words as staying, so it is for comparing answers to the same question. In free writing the words are the writer's to
/// choose, so `measure` does not ask for it there.
#[must_use]
pub fn off_topic_share(
    question: &str,
    reference: Option<&str>,
    key_points: &[Vec<String>],
    answer: &Document,
) -> Option<f64> {
    if reference.is_none() && key_points.is_empty() {
        return None;
    }
    let wordings = key_points.iter().flatten().map(String::as_str);
    let sources = std::iter::once(question).chain(reference).chain(wordings);
    let folded: Vec<Folded> = sources.map(|s| Folded::of_phrase(&normalise(s))).collect();
    let topic: HashSet<&str> = folded
        .iter()
        .flat_map(|f| f.word_texts().flat_map(content_keys))
        .collect();
    let places = places(question, &topic, answer);
    if matches!(places[..], [] | [Place::Apart]) {
        return None;
    }
    let n_off = leaving(&places).filter(|&is_off| is_off).count();
    Some(n_off as f64 / places.len() as f64)
}

/// Where a sentence that can be judged stands to the topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It shares a word with the topic.
    On,
    /// It shares none.
    Apart,
    /// It copies the question, or belongs to a turn that the answer made up.
    Left,
}

/// The place of each sentence that can be judged.
fn places(question: &str, topic: &HashSet<&str>, answer: &Document) -> Vec<Place> {
    let folded = Folded::of(answer);
    let copied = copies(question, &folded);
    let turns = turns(answer, &copied);
    let is_left = |at: usize| copied[at] || turns.invented.is_some_and(|first| at >= first);
    let is_talk =
        |at: usize| turns.thoughts.contains(&at) || is_courtesy(answer.sentences[at].text);
    let mut places = Vec::new();
    let mut before: HashSet<&str> = HashSet::new();
    for words in folded
        .sentences()
        .filter(|w| w[0].sentence < answer.sentences.len())
    {
        let at = words[0].sentence;
        let (keys, n_words) = keys_of(&folded, words);
        let shares = |other: &HashSet<&str>| keys.iter().any(|k| other.contains(k));
        let (is_on, is_linked) = (shares(topic), shares(&before));
        if is_left(at) {
            places.push(Place::Left);
        } else if is_talk(at) || !keys.iter().any(|k| k.starts_with(is_syllable)) {
            continue;
        } else if is_on || is_linked {
            places.push(Place::On);
        } else if n_words >= MIN_WORDS {
            places.push(Place::Apart);
        }
        before = if is_on { keys } else { HashSet::new() };
    }
    places
}

/// What a sentence of the answer is about, and how many of its words say so.
fn keys_of<'a>(answer: &'a Folded, words: &[Word]) -> (HashSet<&'a str>, usize) {
    let mut keys = HashSet::new();
    let mut n_words = 0;
    for &word in words {
        let n_keys = keys.len();
        keys.extend(content_keys(answer.word(word)));
        n_words += usize::from(keys.len() > n_keys);
    }
    (keys, n_words)
}

/// For each place, whether it leaves the topic.
fn leaving(places: &[Place]) -> impl Iterator<Item = bool> {
    let smooth = smoothed(places);
    let runs: Vec<(Place, usize)> = smooth
        .chunk_by(|a, b| a == b)
        .map(|run| (run[0], run.len()))
        .collect();
    runs.into_iter().flat_map(|(place, length)| {
        let leaves = match place {
            Place::On => false,
            Place::Apart => length >= MIN_RUN,
            Place::Left => true,
        };
        std::iter::repeat_n(leaves, length)
    })
}

/// The places where a lone sentence between two others that agree goes with them.
fn smoothed(places: &[Place]) -> Vec<Place> {
    let mut smooth = places.to_vec();
    for (at, around) in places.windows(3).enumerate() {
        if around[0] == around[2] && around[0] != Place::Left && around[1] != Place::Left {
            smooth[at + 1] = around[0];
        }
    }
    smooth
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTION: &str = "고양이가 털을 핥는 이유는 무엇인가요?";
    const REFERENCE: &str = "고양이는 몸을 깨끗하게 하려고 털을 핥습니다. 체온도 낮춥니다.";

    fn of(answer: &str) -> Option<f64> {
        off_topic_share(QUESTION, Some(REFERENCE), &[], &Document::new(answer))
    }

    #[test]
    fn sentences_that_share_a_word_stay() {
        assert_eq!(
            of("고양이는 깨끗한 동물이다. 털이 길다. 체온이 내려간다."),
            Some(0.0)
        );
    }

    #[test]
    fn two_sentences_in_a_row_leave() {
        let aside = "주식 시장이 크게 올랐다.";
        let more = "환율도 덩달아 오르내린다.";
        let on = "고양이는 털을 핥는다.";
        assert_eq!(of(&format!("{on} {aside} {more} {on}")), Some(0.5));
        assert_eq!(of(&format!("{on} {aside} {on}")), Some(0.0));
        assert_eq!(of(&format!("{on} {aside}")), Some(0.0));
        assert_eq!(of(&format!("{aside} {on} {more}")), Some(1.0));
        assert_eq!(of(&format!("{aside} {more}")), Some(1.0));
        assert_eq!(of(aside), None);
    }

    #[test]
    fn a_link_holds_for_one_sentence() {
        let chain = "고양이 혀에는 뾰족한 돌기가 있다. 돌기는 마치 갈고리 모양이다. 갈고리는 작은 먼지를 모은다. 먼지는 센 바람에 날린다.";
        assert_eq!(of(chain), Some(0.5));
    }

    #[test]
    fn copies_and_invented_turns_leave() {
        assert_eq!(of(QUESTION), Some(1.0));
        assert_eq!(of(&format!("{QUESTION} 고양이는 깨끗하다.")), Some(0.5));
        let invented =
            "고양이는 깨끗하다.\n질문: 고양이 털은 왜 긴가요?\n답변: 고양이 털은 체온을 지킨다.";
        assert_eq!(of(invented), Some(2.0 / 3.0));
    }

    #[test]
    fn what_cannot_be_judged_is_not_counted() {
        for other in [
            "네, 그렇습니다.",
            "It is a cat.",
            "읽어 주셔서 정말 감사합니다. 더 궁금한 점은 댓글로 알려 주세요.",
            "<think>\n사용자가 이유를 궁금해한다. 짧게 답해야겠다.\n</think>",
            "1. 딸기\n2. 수박\n3. 참외",
        ] {
            assert_eq!(
                of(&format!("{other}\n고양이는 털을 핥는다.")),
                Some(0.0),
                "{other}"
            );
            assert_eq!(of(other), None, "{other}");
        }
        assert_eq!(of(""), None);
    }

    #[test]
    fn without_a_reference_there_is_no_topic() {
        let answer = Document::new("고양이는 털을 핥는다.");
        assert_eq!(off_topic_share(QUESTION, None, &[], &answer), None);
        let points = vec![vec!["털".to_owned()]];
        assert_eq!(off_topic_share(QUESTION, None, &points, &answer), Some(0.0));
    }
}
