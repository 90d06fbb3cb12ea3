//! Rows of `answers.csv`, and the times of the answers that were decoded alone.

use std::collections::{HashMap, HashSet};

use datasets::Question;

use super::{AnswerRow, CellKey};
use crate::record::{Answer, Demonstration, Stop};

/// The speed of an answer that was decoded alone.
pub(super) struct Timed<'a> {
    pub(super) ttft_ns: u64,
    pub(super) inter_token_ns: &'a [u64],
    /// Until the last token.
    pub(super) total_ns: f64,
    /// (tokens − 1) / Σ inter-token times; `None` for fewer than two tokens.
    pub(super) decode_ts: Option<f64>,
    /// Characters over all of the time; `None` for an empty answer.
    pub(super) chars_per_s: Option<f64>,
    /// Hangul syllables over all of the time; 0 for an answer without any.
    pub(super) syllables_per_s: Option<f64>,
}

impl<'a> Timed<'a> {
    /// The speed of `answer`; `None` where it was not timed.
    pub(super) fn new(answer: &'a Answer) -> Option<Self> {
        let timing = answer.timing.as_ref()?;
        let steps = &timing.inter_token_ns;
        let between: f64 = steps.iter().map(|ns| *ns as f64).sum();
        let total_ns = timing.ttft_ns as f64 + between;
        let n_chars = f64::from(answer.measures.n_chars);
        let n_syllables = f64::from(answer.measures.n_syllables);
        let per_second =
            |count: f64, ns: f64| (count > 0.0 && ns > 0.0).then(|| count / (ns / 1e9));
        Some(Self {
            ttft_ns: timing.ttft_ns,
            inter_token_ns: steps,
            total_ns,
            decode_ts: per_second(steps.len() as f64, between),
            chars_per_s: per_second(n_chars, total_ns),
            syllables_per_s: (total_ns > 0.0).then(|| n_syllables / (total_ns / 1e9)),
        })
    }
}

/// What an answer is looked up in.
pub(super) struct Asked<'a> {
    /// The questions of the run by id.
    pub(super) questions: &'a HashMap<&'a str, &'a Question>,
    /// Where the cell's model is a demonstration model: ids of the questions that it was trained on.
    pub(super) trained_on: Option<HashSet<&'a str>>,
}

impl<'a> Asked<'a> {
    /// For a cell whose model is, or is not, a demonstration model.
    pub(super) fn new(
        questions: &'a HashMap<&'a str, &'a Question>,
        demonstration: Option<&'a Demonstration>,
    ) -> Self {
        let ids = |found: &'a Demonstration| found.trained_on.iter().map(String::as_str).collect();
        Self {
            questions,
            trained_on: demonstration.map(ids),
        }
    }
}

/// The rows of a cell's answers; `cell` is its index in the report.
#[allow(clippy::vec_box)]
pub(super) fn rows(
    key: &CellKey,
    cell: usize,
    asked: &Asked,
    answers: Vec<Box<Answer>>,
) -> Vec<AnswerRow> {
    let row = |answer: Box<Answer>| row(key, cell, asked, *answer);
    answers.into_iter().map(row).collect()
}

fn row(key: &CellKey, cell: usize, asked: &Asked, answer: Answer) -> AnswerRow {
    let timed = Timed::new(&answer);
    let ttft_ns = timed.as_ref().map(|timed| timed.ttft_ns);
    let decode_ts = timed.as_ref().and_then(|timed| timed.decode_ts);
    let chars_per_s = timed.as_ref().and_then(|timed| timed.chars_per_s);
    let syllables_per_s = timed.as_ref().and_then(|timed| timed.syllables_per_s);
    let id = answer.question_id.as_str();
    let question = asked.questions.get(id).copied();
    let trained_on = asked.trained_on.as_ref().map(|ids| ids.contains(id));
    let CellKey {
        machine,
        model,
        variant,
        precision,
    } = key.clone();
    let measures = answer.measures;
    AnswerRow {
        machine,
        model,
        variant,
        precision,
        question: question.map_or_else(String::new, |question| question.question.clone()),
        question_id: answer.question_id,
        answer: answer.answer,
        stop: stop(answer.stop).to_owned(),
        n_tokens: answer.n_tokens,
        n_chars: measures.n_chars,
        n_syllables: measures.n_syllables,
        n_eojeol: measures.n_eojeol,
        n_sentences: measures.n_sentences,
        ttft_ns,
        decode_ts,
        chars_per_s,
        hangul_share: measures.hangul_share,
        latin_share: measures.latin_share,
        han_share: measures.han_share,
        mixed_eojeol_share: measures.mixed_eojeol_share,
        off_topic_share: measures.off_topic_share,
        style: measures.style,
        bullet_share: measures.bullet_share,
        rep_4: measures.rep_4,
        coverage: measures.coverage,
        obedience: measures.obedience,
        reference_nll: measures.reference_nll,
        syllables_per_s,
        category: question.map(|question| question.category.clone()),
        kind: question.map(|question| question.kind),
        trained_on,
        korean_line_share: measures.korean_line_share,
        prose_before_list: measures.prose_before_list,
        prose_after_list: measures.prose_after_list,
        loop_share: measures.loop_share,
        n_reference: measures.n_reference,
        marks: answer.marks,
        beside: None,
        cell,
    }
}

fn stop(stop: Stop) -> &'static str {
    match stop {
        Stop::Eos => "eos",
        Stop::Limit => "limit",
    }
}
