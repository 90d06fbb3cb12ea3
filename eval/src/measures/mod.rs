//! What an answer's text is like: length, script, style, repetition, coverage, obedience and topic.
//!
//! Pure functions of the text, in linear or nearly linear time, that never panic. All read the answer in Unicode
//! normalisation form C without the white space around it, so that a model that writes decomposed Hangul is measured
//! alike. A share is `None` where there is nothing to take a share of.

mod courtesy;
mod coverage;
mod date;
mod document;
mod ending;
mod find;
mod fold;
mod latin;
mod layout;
mod length;
mod letter;
mod marker;
mod marks;
mod names;
mod negation;
mod number;
mod obedience;
mod pairs;
mod refutation;
mod repetition;
mod script;
mod sentence;
mod stem;
mod style;
mod suffix;
mod topic;
mod turn;
mod unit;

pub use coverage::coverage;
pub use document::{Document, normalise};
pub use length::{Length, length};
pub use marks::marks;
pub use obedience::obedience;
pub use repetition::{Loop, find_loop, rep_n};
pub use script::{Scripts, scripts};
pub use style::{Form, Style, style};
pub use topic::off_topic_share;

use datasets::{Kind, Question};
use reports::record::AnswerMeasures;

/// Everything that the text of an answer shows. The likelihood of the reference is left to the engine. Of free writing it is not
/// asked whether it leaves the topic: its words are the writer's to choose.
#[must_use]
pub fn measure(question: &Question, answer: &str) -> AnswerMeasures {
    let text = normalise(answer);
    let document = Document::new(&text);
    let length = length(&document);
    let scripts = scripts(&document);
    let style = style(&document);
    let points = &question.key_points;
    AnswerMeasures {
        n_chars: length.n_chars,
        n_syllables: length.n_syllables,
        n_eojeol: length.n_eojeol,
        n_sentences: length.n_sentences,
        hangul_share: scripts.hangul_share,
        latin_share: scripts.latin_share,
        han_share: scripts.han_share,
        mixed_eojeol_share: scripts.mixed_eojeol_share,
        off_topic_share: (question.kind != Kind::FreeWriting)
            .then(|| {
                let reference = question.reference.as_deref();
                off_topic_share(&question.question, reference, points, &document)
            })
            .flatten(),
        style: style.form.map(|form| form.name().to_owned()),
        bullet_share: style.bullet_share,
        korean_line_share: scripts.korean_line_share,
        prose_before_list: style.prose_before_list,
        prose_after_list: style.prose_after_list,
        loop_share: (length.n_chars > 0).then(|| find_loop(&text).map_or(0.0, |found| found.share)),
        rep_4: rep_n(&text, 4),
        coverage: coverage(&question.question, points, &document),
        obedience: obedience(&question.constraints, &document),
        reference_nll: None,
        n_reference: None,
    }
}

#[cfg(test)]
mod tests;
