//! Whether an answer stays with what was asked.

use std::collections::HashSet;

use super::document::{Document, normalise};
use super::fold::Folded;
use super::letter::is_syllable;
use super::stem::content_keys;

/// A sentence may be linked to the topic through at most so many others.
const MAX_LINKS: usize = 2;

/// The share of sentences that leave the topic; `None` where the question has neither a reference nor key points, or where no
/// sentence can be judged.
///
/// A lexical rule: the topic is the content words of the question, the reference and the key points, by the keys that inflected
/// forms share (see `content_keys`). A sentence is on the topic where it shares a key with it, or with the sentence before it
/// that is on the topic itself, at most two such links away from a sentence that shares a key with the topic. A sentence
/// without a Hangul content word (`네, 그렇습니다.`, English) cannot be judged; it is not counted and breaks no link.
///
/// It sees words and not meaning: a right thought in wholly other words counts as leaving the topic, so it is for comparing
/// answers to the same question.
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
    let n_sentences = answer.sentences.len();
    let answer = Folded::of(answer);
    let (mut judged, mut off) = (0_usize, 0_usize);
    // The keys of the sentence before, and its links to the topic where it is on it.
    let mut before: HashSet<&str> = HashSet::new();
    let mut links = None;
    for words in answer.sentences().filter(|w| w[0].sentence < n_sentences) {
        let keys: HashSet<&str> = words
            .iter()
            .flat_map(|&w| content_keys(answer.word(w)))
            .collect();
        if !keys.iter().any(|k| k.starts_with(is_syllable)) {
            continue;
        }
        links = if keys.iter().any(|k| topic.contains(k)) {
            Some(0)
        } else {
            links
                .filter(|&n| n < MAX_LINKS && keys.iter().any(|k| before.contains(k)))
                .map(|n| n + 1)
        };
        judged += 1;
        off += usize::from(links.is_none());
        before = keys;
    }
    (judged > 0).then(|| off as f64 / judged as f64)
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
        assert_eq!(of("주식 시장이 올랐다. 고양이는 털을 핥는다."), Some(0.5));
    }

    #[test]
    fn links_hold_two_sentences_far() {
        let chain = "고양이 혀에는 돌기가 있다. 돌기는 갈고리 모양이다. 갈고리는 먼지를 모은다. 먼지는 바람에 날린다. 바람은 산에서 분다.";
        assert_eq!(of(chain), Some(0.4));
    }

    #[test]
    fn what_cannot_be_judged_is_not_counted() {
        assert_eq!(
            of("네, 그렇습니다. It is a cat. 고양이는 털을 핥는다."),
            Some(0.0)
        );
        assert_eq!(of("It is a cat."), None);
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
