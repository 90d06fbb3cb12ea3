//! The answers: for each question, those of all cells side by side.

use crate::record::{ModelInfo, Stage};
use crate::view::{AnswerRow, CellView, Report, Status};
use askama::Template;
use askama::filters::HtmlSafe;
use std::collections::HashMap;

use super::label::Labels;
use super::number;
use super::phrase::{Block, Phrase};
use super::scores::Scores;
use super::units;

/// The section of answers.
#[derive(Template)]
#[template(path = "answers.html")]
pub(super) struct AnswerSection<'a> {
    scores: Option<Scores>,
    questions: Vec<QuestionView<'a>>,
}

// The template escapes what it shows.
impl HtmlSafe for AnswerSection<'_> {}

struct QuestionView<'a> {
    /// Unique on the page.
    anchor: String,
    number: usize,
    text: Block<'a>,
    id: Phrase,
    /// What is to be said of all answers to it.
    notes: Vec<Phrase>,
    cards: Vec<AnswerCard<'a>>,
}

struct AnswerCard<'a> {
    cell: Phrase,
    model: Phrase,
    /// `None` where there is no answer, and `missing` says why.
    answer: Option<AnswerView<'a>>,
    missing: Phrase,
}

struct AnswerView<'a> {
    stop: Phrase,
    cut: bool,
    prompt: Phrase,
    /// Whether the model was trained on the question; `None` where it is no demonstration model, and
    /// where that is said of all such models above the answers.
    training: Option<Phrase>,
    /// `None` where the model said nothing.
    text: Option<Block<'a>>,
    /// Length, times and measures, a line each; a line without parts is not shown.
    facts: [Vec<Phrase>; 3],
    timed: bool,
}

/// A question as it was asked: its id and its text.
type Asked<'a> = (&'a str, &'a str);

impl<'a> AnswerSection<'a> {
    /// Sets the answers of `report` side by side.
    pub(super) fn of(report: &'a Report, labels: &Labels) -> Self {
        let given: HashMap<_, _> = report
            .answers
            .iter()
            .map(|row| {
                (
                    (row.cell, row.question_id.as_str(), row.question.as_str()),
                    row,
                )
            })
            .collect();
        let view = |(i, (id, text)): (usize, Asked<'a>)| {
            let asked: Vec<_> = report
                .cells
                .iter()
                .enumerate()
                .filter(|(_, cell)| was_asked(report, cell, (id, text)))
                .collect();
            // Where nobody answered, the reasons are the cells' own and stand once, with the failures.
            let asked = if asked
                .iter()
                .any(|(n, _)| given.contains_key(&(*n, id, text)))
            {
                asked
            } else {
                Vec::new()
            };
            let rows: Vec<_> = asked
                .into_iter()
                .map(|(n, cell)| (n, cell, given.get(&(n, id, text)).copied()))
                .collect();
            let training = common_training(rows.iter().filter_map(|(_, _, row)| *row));
            let cards: Vec<_> = rows
                .into_iter()
                .map(|(n, cell, row)| card(report, labels, n, cell, row, training.is_none()))
                .collect();
            QuestionView {
                anchor: format!("q{}", i + 1),
                number: i + 1,
                text: Block(text),
                id: Phrase::code(id),
                notes: training
                    .map(trained_on_it)
                    .into_iter()
                    .chain(note(&cards))
                    .collect(),
                cards,
            }
        };
        Self {
            scores: Scores::of(report, labels),
            questions: questions(report)
                .into_iter()
                .enumerate()
                .map(view)
                .collect(),
        }
    }
}

/// Every question of every run once, in the order in which they were asked.
fn questions(report: &Report) -> Vec<Asked<'_>> {
    let planned = report
        .runs
        .iter()
        .filter(|run| run.suite.answers.is_some())
        .flat_map(|run| &run.questions);
    let planned = planned.map(|question| (question.id.as_str(), question.question.as_str()));
    let answered = report
        .answers
        .iter()
        .map(|row| (row.question_id.as_str(), row.question.as_str()));
    let mut seen = std::collections::HashSet::new();
    planned
        .chain(answered)
        .filter(|asked| seen.insert(*asked))
        .collect()
}

/// Whether the cell's run puts this question to it.
fn was_asked(report: &Report, cell: &CellView, (id, text): Asked) -> bool {
    let questions = report
        .runs
        .get(cell.run)
        .map_or(&[][..], |run| &run.questions);
    questions
        .iter()
        .any(|question| question.id == id && question.question == text)
}

/// Whether the demonstration models were trained on a question, where that is the same for all that
/// answered it.
fn common_training<'a>(answers: impl IntoIterator<Item = &'a AnswerRow>) -> Option<bool> {
    let mut known = answers.into_iter().filter_map(|row| row.trained_on);
    let first = known.next()?;
    known.all(|trained_on| trained_on == first).then_some(first)
}

/// Said once for the question.
fn trained_on_it(trained_on: bool) -> Phrase {
    if trained_on {
        Phrase::both(
            "시연용 모델의 학습에 쓴 질문",
            "the demonstration models were trained on it",
        )
    } else {
        Phrase::both(
            "시연용 모델의 학습에서 뺀 질문",
            "kept out of the demonstration models’ training",
        )
    }
}

/// Said on the card of a model.
fn training(trained_on: bool) -> Phrase {
    if trained_on {
        Phrase::both("학습에 쓴 질문", "trained on it")
    } else {
        Phrase::both("학습에서 뺀 질문", "kept out of training")
    }
}

/// Said once for the question rather than on every card.
fn note(cards: &[AnswerCard]) -> Option<Phrase> {
    let answers: Vec<_> = cards
        .iter()
        .filter_map(|card| card.answer.as_ref())
        .collect();
    if answers.is_empty() {
        return Some(Phrase::both(
            "답한 셀이 없습니다. 이유는 ‘실패와 경고’에 있습니다.",
            "No cell answered; “Failures and warnings” says why.",
        ));
    }
    answers.iter().all(|answer| !answer.timed).then(|| {
        Phrase::both(
            "다른 질문과 함께 답하게 했으므로 시간은 재지 않았습니다.",
            "Answered together with other questions, so no times were taken.",
        )
    })
}

fn card<'a>(
    report: &'a Report,
    labels: &Labels,
    index: usize,
    cell: &'a CellView,
    row: Option<&'a AnswerRow>,
    says_training: bool,
) -> AnswerCard<'a> {
    let models = report.runs.get(cell.run).map_or(&[][..], |run| &run.models);
    let model = models
        .iter()
        .find(|model| model.variant == cell.key.variant);
    AnswerCard {
        cell: Phrase::foreign(labels.name(index)),
        model: Phrase::foreign(&cell.key.model),
        answer: row.map(|row| AnswerView {
            training: row.trained_on.filter(|_| says_training).map(training),
            ..answer(row, model)
        }),
        missing: why_missing(cell),
    }
}

fn answer<'a>(row: &'a AnswerRow, model: Option<&ModelInfo>) -> AnswerView<'a> {
    let cut = row.stop == "limit";
    let tokens = number::count(row.n_tokens);
    let stop = if cut {
        Phrase::both(
            format!("잘림(≥ {tokens}토큰)"),
            format!("cut (≥ {tokens} tokens)"),
        )
    } else {
        Phrase::both("스스로 끝냄", "ended by itself")
    };
    let prompt = match model {
        Some(model) if model.has_template => Phrase::both("대화 템플릿", "chat template"),
        Some(_) => Phrase::both("템플릿 없이 이어 쓰기", "plain completion"),
        None => Phrase::default(),
    };
    AnswerView {
        stop,
        cut,
        prompt,
        training: None,
        text: (!row.answer.trim().is_empty()).then_some(Block(&row.answer)),
        facts: [length(row, cut), time(row), measures(row)],
        timed: row.ttft_ns.is_some(),
    }
}

/// The length in every unit; "at least" where the limit cut the answer.
fn length(row: &AnswerRow, cut: bool) -> Vec<Phrase> {
    let least = if cut { "≥ " } else { "" };
    let part = |n: u32, before: &str, ko: &str, en: &str| {
        let n = number::count(n);
        Phrase::both(
            format!("{before}{least}{n}{ko}"),
            format!("{least}{n} {en}"),
        )
    };
    vec![
        part(row.n_tokens, "", "토큰", "tokens"),
        part(row.n_chars, "", "자", "characters"),
        part(row.n_syllables, "한글 ", "음절", "Hangul syllables"),
        part(row.n_eojeol, "", "어절", "eojeol"),
        part(row.n_sentences, "", "문장", "sentences"),
    ]
}

/// Times, for an answer that was decoded alone.
fn time(row: &AnswerRow) -> Vec<Phrase> {
    let first = row.ttft_ns.map(|ns| {
        let time = number::duration(ns as f64);
        Phrase::both("첫 토큰까지 ", "first token after ").then(time)
    });
    let rate = |rate: Option<f64>, unit: Phrase| {
        rate.map(|rate| Phrase::same(format!("{} ", number::plain(rate))).then(unit))
    };
    let parts = [
        first,
        rate(row.decode_ts, units::tokens_per_second()),
        rate(row.syllables_per_s, units::syllables_per_second()),
    ];
    parts.into_iter().flatten().collect()
}

/// What the text is like, as far as it was judged.
fn measures(row: &AnswerRow) -> Vec<Phrase> {
    let share = |ko: &str, en: &str, share: Option<f64>| {
        share
            .map(number::percent)
            .map(|text| Phrase::both(format!("{ko} {text}"), format!("{en} {text}")))
    };
    let style = row.style.as_deref().map(|style| match style {
        "list" => Phrase::both("개조식", "list style"),
        "prose" => Phrase::both("서술식", "prose style"),
        "mixed" => Phrase::both("개조식과 서술식이 섞임", "mixed style"),
        other => Phrase::foreign(other),
    });
    let there = |ko: &str, en: &str, there: Option<bool>| {
        there.filter(|there| *there).map(|_| Phrase::both(ko, en))
    };
    let likelihood = row.reference_nll.map(|nll| {
        let nll = number::plain(nll);
        Phrase::both(
            format!("모범 답안의 −ln p {nll}"),
            format!("reference answer's −ln p {nll}"),
        )
    });
    [
        share("한글", "Hangul", row.hangul_share),
        share(
            "로마자",
            "Latin",
            row.latin_share.filter(|&share| share > 0.0),
        ),
        share("한자", "Han", row.han_share.filter(|&share| share > 0.0)),
        share(
            "문자를 섞은 어절",
            "eojeol mixing scripts",
            row.mixed_eojeol_share.filter(|&share| share > 0.0),
        ),
        share(
            "한국어 줄",
            "Korean lines",
            row.korean_line_share.filter(|&share| share < 1.0),
        ),
        share("되풀이된 4어절", "repeated 4-grams", row.rep_4),
        share(
            "같은 말을 맴돈 부분",
            "caught in a loop",
            row.loop_share.filter(|&share| share > 0.0),
        ),
        share(
            "주제를 벗어난 문장",
            "sentences off topic",
            row.off_topic_share,
        ),
        share("목록 줄", "list lines", row.bullet_share),
        style,
        there(
            "목록 앞에 줄글",
            "prose before the list",
            row.prose_before_list,
        ),
        there(
            "목록 뒤에 줄글",
            "prose after the list",
            row.prose_after_list,
        ),
        share("핵심 내용", "key points", row.coverage),
        share("지킨 조건", "constraints met", row.obedience),
        likelihood,
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Why a cell gave no answer.
fn why_missing(cell: &CellView) -> Phrase {
    let lead = Phrase::both("답이 없습니다. ", "No answer. ");
    let failure = cell
        .failures
        .iter()
        .find(|failure| failure.stage == Stage::Answers)
        .or(cell.failures.first());
    match (failure, cell.status) {
        (Some(failure), _) => lead.then(Phrase::foreign(&failure.reason)),
        (None, Status::CutOff) => lead.then(Phrase::both(
            "답하기 전에 끊겼습니다.",
            "Cut off before it was asked.",
        )),
        (None, Status::NotRun) => lead.then(Phrase::both(
            "셀을 시작하지 않았습니다.",
            "The cell was not started.",
        )),
        (None, _) => lead.then(Phrase::both(
            "기록이 없습니다.",
            "There is no record of one.",
        )),
    }
}
