//! Where in an answer its key points and its words in other letters stand, for a reader to see.

use std::ops::Range;

use datasets::Question;
use reports::record::{Marks, PointMark};

use super::coverage::{Found, found};
use super::document::{Document, normalise};
use super::script::foreign;

/// The places of what [`coverage`](super::coverage()) and [`scripts`](super::scripts()) count, in bytes of `answer`. `None`
/// for an answer that is not in NFC, in which places of the measured text are others.
#[must_use]
pub fn marks(question: &Question, answer: &str) -> Option<Marks> {
    let text = normalise(answer);
    if answer.trim() != text {
        return None;
    }
    let before = answer.len() - answer.trim_start().len();
    let place = |at: Range<usize>| {
        let [start, end] = [at.start, at.end].map(|at| u32::try_from(before + at).ok());
        Some((start?, end?))
    };
    let document = Document::new(&text);
    let points = found(&question.question, &question.key_points, &document);
    let point = |Found { point, at }| {
        let (start, end) = place(at)?;
        let point = u32::try_from(point).ok()?;
        Some(PointMark { point, start, end })
    };
    Some(Marks {
        points: points.into_iter().filter_map(point).collect(),
        foreign: foreign(&document).into_iter().filter_map(place).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(points: &[&[&str]]) -> Question {
        let words = |words: &&[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Question {
            id: "q1".into(),
            category: "animals".into(),
            kind: datasets::Kind::Question,
            question: "고양이가 털을 핥는 이유는 무엇인가요?".into(),
            reference: None,
            key_points: points.iter().map(words).collect(),
            constraints: Vec::new(),
        }
    }

    #[test]
    fn places_are_those_of_the_answer_as_it_was_given() {
        let answer = " \n털을 grooming해 깨끗하게 하고 **체온을 조절**합니다.\n";
        let marks = marks(&question(&[&["깨끗"], &["냄새"], &["체온 조절"]]), answer).unwrap();
        let text = |start: u32, end: u32| &answer[start as usize..end as usize];
        let points = marks.points.iter().map(|p| (p.point, text(p.start, p.end)));
        let expected = [(0, "깨끗하게"), (2, "체온을 조절**합니다")];
        assert_eq!(points.collect::<Vec<_>>(), expected);
        let foreign = marks.foreign.iter().map(|&(start, end)| text(start, end));
        assert_eq!(foreign.collect::<Vec<_>>(), ["grooming"]);
    }

    #[test]
    fn decomposed_text_has_no_places() {
        use unicode_normalization::UnicodeNormalization;
        let answer: String = "체온".nfd().collect();
        assert_eq!(marks(&question(&[&["체온"]]), &answer), None);
    }

    /// Whoever counts the points that are marked gets what `coverage` says.
    #[test]
    fn every_point_that_counts_is_marked_and_no_other() {
        for name in datasets::QUESTION_SETS {
            for question in datasets::load_questions(name).unwrap().questions {
                let Some(reference) = question.reference.as_deref() else {
                    continue;
                };
                for answer in [
                    reference.to_owned(),
                    reference.replace(' ', ""),
                    question.question.clone(),
                ] {
                    let marks = marks(&question, &answer).unwrap();
                    let mut marked: Vec<u32> = marks.points.iter().map(|p| p.point).collect();
                    marked.sort_unstable();
                    marked.dedup();
                    let n = question.key_points.len();
                    let share = (n > 0).then(|| marked.len() as f64 / n as f64);
                    assert_eq!(
                        share,
                        super::super::measure(&question, &answer).coverage,
                        "{}",
                        question.id
                    );
                    for p in &marks.points {
                        assert!(!answer[p.start as usize..p.end as usize].trim().is_empty());
                    }
                }
            }
        }
    }
}
