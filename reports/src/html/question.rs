//! One question with the answers to it.

use askama::Template;
use datasets::{Kind, Question};

use super::figures::Figures;
use super::label::Labels;
use super::marked::{Marked, Parts, first_difference};
use super::number;
use super::phrase::{Block, Phrase, Rich};
use crate::josa;
use crate::record::{ModelInfo, Stage};
use crate::view::{AnswerRow, Beside, CellView, Parting, Report, Status};

/// Wordings of a key point that are named.
const MOST_WORDINGS: usize = 6;

/// What is known of a question and who answered it.
pub(super) struct Given<'a> {
    /// Its place on the page, from 0.
    pub(super) place: usize,
    pub(super) id: &'a str,
    pub(super) text: &'a str,
    /// `None` where no run lists it.
    pub(super) question: Option<&'a Question>,
    /// Its category's place among those of the page.
    pub(super) category: Option<usize>,
    /// The cells that were asked, each with its answer.
    pub(super) rows: Vec<(usize, Option<&'a AnswerRow>)>,
}

/// A question and the answers to it.
#[derive(Template)]
#[template(path = "question.html")]
pub(super) struct QuestionView<'a> {
    /// Unique on the page.
    pub(super) anchor: String,
    number: usize,
    text: Block<'a>,
    id: Phrase,
    category: Option<usize>,
    kind: Option<&'static str>,
    /// What is to be said of all answers to it.
    notes: Vec<Phrase>,
    /// Its key points, some wordings of each.
    points: Vec<Phrase>,
    cards: Vec<AnswerCard<'a>>,
    figures: Option<Figures>,
}

struct AnswerCard<'a> {
    /// Its index in the report, by which cards are chosen.
    index: usize,
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
    /// What it is beside the baseline's answer.
    beside: Option<Phrase>,
    parts_here: bool,
    /// `None` where the model said nothing.
    text: Option<Shown<'a>>,
    /// Its length and what it scored.
    facts: Vec<Phrase>,
    timed: bool,
}

struct Shown<'a> {
    open: Marked<'a>,
    folded: Option<Folded<'a>>,
    left_out: Option<Phrase>,
}

struct Folded<'a> {
    summary: Phrase,
    text: Marked<'a>,
}

impl<'a> QuestionView<'a> {
    /// The question with the answers of all cells that were asked.
    pub(super) fn of(report: &'a Report, labels: &Labels, given: Given<'a>) -> Self {
        let answers = || given.rows.iter().filter_map(|(_, row)| *row);
        let training = common_training(answers());
        let card = |&(index, row): &(usize, Option<&'a AnswerRow>)| {
            let answer = row.map(|row| AnswerView {
                training: row
                    .trained_on
                    .filter(|_| training.is_none())
                    .map(training_of),
                ..answer(report, labels, row, baseline(row, &given.rows))
            });
            card(report, labels, index, answer)
        };
        let cards: Vec<_> = given.rows.iter().map(card).collect();
        let number = given.place + 1;
        Self {
            anchor: format!("q{number}"),
            number,
            text: Block(given.text),
            id: Phrase::code(given.id),
            category: given.category,
            kind: given.question.map(|question| kind_name(question.kind)),
            notes: training
                .map(trained_on_it)
                .into_iter()
                .chain(note(&cards))
                .collect(),
            points: given.question.map(points).unwrap_or_default(),
            figures: Figures::of(report, labels, number, &given.rows),
            cards,
        }
    }
}

/// As `run.json` writes it.
pub(super) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Question => "question",
        Kind::Instruction => "instruction",
        Kind::FreeWriting => "free_writing",
    }
}

/// The key points of a question, some wordings of each.
fn points(question: &Question) -> Vec<Phrase> {
    let point = |wordings: &Vec<String>| {
        let named = Rich::default().list(wordings.iter().take(MOST_WORDINGS).map(String::as_str));
        let named = Phrase::of(named.clone(), named);
        match wordings.len().saturating_sub(MOST_WORDINGS) {
            0 => named,
            more => named.then(Phrase::both(
                format!(" 외 {more}가지"),
                format!(" and {more} more"),
            )),
        }
    };
    question.key_points.iter().map(point).collect()
}

/// The baseline's answer, where `row` is compared with one.
fn baseline<'a>(row: &AnswerRow, rows: &[(usize, Option<&'a AnswerRow>)]) -> Option<&'a AnswerRow> {
    let baseline = row.beside?.baseline;
    rows.iter()
        .find(|(cell, _)| *cell == baseline)
        .and_then(|(_, row)| *row)
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
fn training_of(trained_on: bool) -> Phrase {
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
    answer: Option<AnswerView<'a>>,
) -> AnswerCard<'a> {
    let cell = &report.cells[index];
    AnswerCard {
        index,
        cell: Phrase::foreign(labels.name(index)),
        model: Phrase::foreign(&cell.key.model),
        answer,
        missing: why_missing(cell),
    }
}

/// The model of a cell, where the run names it.
fn model<'a>(report: &'a Report, cell: &CellView) -> Option<&'a ModelInfo> {
    let models = &report.runs.get(cell.run)?.models;
    models
        .iter()
        .find(|model| model.variant == cell.key.variant)
}

fn answer<'a>(
    report: &'a Report,
    labels: &Labels,
    row: &'a AnswerRow,
    baseline: Option<&'a AnswerRow>,
) -> AnswerView<'a> {
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
    let prompt = match model(report, &report.cells[row.cell]) {
        Some(model) if model.has_template => Phrase::both("대화 템플릿", "chat template"),
        Some(_) => Phrase::both("템플릿 없이 이어 쓰기", "plain completion"),
        None => Phrase::default(),
    };
    AnswerView {
        stop,
        cut,
        prompt,
        training: None,
        beside: row.beside.map(|beside| beside_phrase(beside, labels)),
        parts_here: parting(row).is_some(),
        text: (!row.answer.trim().is_empty()).then(|| shown(row, baseline)),
        facts: facts(row, cut),
        timed: row.ttft_ns.is_some(),
    }
}

/// The token at which the answer parts from its baseline's.
fn parting(row: &AnswerRow) -> Option<u32> {
    match row.beside?.parting {
        Parting::At(token) => Some(token),
        Parting::Never | Parting::CutFirst => None,
    }
}

fn shown<'a>(row: &'a AnswerRow, baseline: Option<&AnswerRow>) -> Shown<'a> {
    let at = parting(row).zip(baseline);
    let at = at.map(|(token, baseline)| (first_difference(&row.answer, &baseline.answer), token));
    let Parts {
        open,
        folded,
        n_folded,
        n_left_out,
    } = Parts::of(&row.answer, row.marks.as_ref(), at);
    let (more, out) = (
        number::count(n_folded as u64),
        number::count(n_left_out as u64),
    );
    Shown {
        open,
        folded: folded.map(|text| Folded {
            summary: Phrase::both(format!("이어지는 {more}자"), format!("{more} more characters")),
            text,
        }),
        left_out: (n_left_out > 0).then(|| Phrase::both(
            format!("뒤의 {out}자는 페이지에 싣지 않았습니다. 전문은 csv/answers.csv에 있습니다."),
            format!("The last {out} characters are not on the page; csv/answers.csv has the whole answer."),
        )),
    }
}

/// What the answer is beside the baseline's.
fn beside_phrase(beside: Beside, labels: &Labels) -> Phrase {
    let name = labels.name(beside.baseline);
    let with = josa::and(name);
    let base = || Rich::default().foreign(name);
    match beside.parting {
        Parting::Never => Phrase::of(
            base().text(format!("{with} 같음")),
            Rich::default().text("same as ").foreign(name),
        ),
        Parting::CutFirst => Phrase::of(
            base().text(format!("{with} 잘린 데까지 같음")),
            Rich::default()
                .text("same as ")
                .foreign(name)
                .text(" as far as it goes"),
        ),
        Parting::At(token) => {
            let token = number::count(token);
            Phrase::of(
                base().text(format!("{with} {token}번째 토큰에서 갈라짐")),
                Rich::default()
                    .text("parts from ")
                    .foreign(name)
                    .text(format!(" at token {token}")),
            )
        }
    }
}

/// The length, "at least" where the limit cut the answer, and the scores.
fn facts(row: &AnswerRow, cut: bool) -> Vec<Phrase> {
    let least = if cut { "≥ " } else { "" };
    let part = |n: u32, ko: &str, en: &str| {
        let n = number::count(n);
        Phrase::both(format!("{least}{n}{ko}"), format!("{least}{n} {en}"))
    };
    let share = |ko: &str, en: &str, share: Option<f64>| {
        let text = share.map(number::percent);
        text.map(|text| Phrase::both(format!("{ko} {text}"), format!("{en} {text}")))
    };
    let length = [
        part(row.n_tokens, "토큰", "tokens"),
        part(row.n_chars, "자", "characters"),
    ];
    let scores = [
        share("핵심 내용", "key points", row.coverage),
        share("지킨 조건", "constraints met", row.obedience),
    ];
    length
        .into_iter()
        .chain(scores.into_iter().flatten())
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
