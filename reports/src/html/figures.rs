//! What was measured of the answers to one question, a line for each cell.

use super::label::Labels;
use super::number;
use super::phrase::Phrase;
use crate::view::{AnswerRow, Report};

/// A table of the answers' figures.
pub(super) struct Figures {
    /// Unique on the page.
    pub(super) id: String,
    /// The column of answers.csv in which each stands, separated by spaces.
    pub(super) columns: String,
    pub(super) heads: Vec<Phrase>,
    pub(super) rows: Vec<Line>,
}

pub(super) struct Line {
    /// The cell's index in the report, by which lines are chosen as cards are.
    pub(super) index: usize,
    /// Its line in answers.csv, from 1 beneath the header.
    pub(super) row: usize,
    pub(super) cell: Phrase,
    pub(super) values: Vec<Phrase>,
}

/// A figure: its column in answers.csv, what it is called, and what an answer has of it.
type Figure = (&'static str, Phrase, fn(&AnswerRow) -> Option<Phrase>);

impl Figures {
    /// The figures that any of the answers has; `None` where there is no answer.
    pub(super) fn of(
        report: &Report,
        labels: &Labels,
        question: usize,
        rows: &[(usize, Option<&AnswerRow>)],
    ) -> Option<Self> {
        let answers: Vec<_> = rows
            .iter()
            .filter_map(|(index, row)| Some((*index, (*row)?)))
            .collect();
        if answers.is_empty() {
            return None;
        }
        let there = |(_, _, value): &Figure| answers.iter().any(|(_, row)| value(row).is_some());
        let figures: Vec<Figure> = figures().into_iter().filter(there).collect();
        let line = |&(index, row): &(usize, &AnswerRow)| Line {
            index,
            row: report.answers.element_offset(row).map_or(0, |at| at + 1),
            cell: Phrase::foreign(labels.name(index)),
            values: figures
                .iter()
                .map(|(_, _, value)| value(row).unwrap_or_else(Phrase::none))
                .collect(),
        };
        Some(Self {
            id: format!("f{question}"),
            columns: figures
                .iter()
                .map(|(column, ..)| *column)
                .collect::<Vec<_>>()
                .join(" "),
            rows: answers.iter().map(line).collect(),
            heads: figures.into_iter().map(|(_, head, _)| head).collect(),
        })
    }
}

fn least(row: &AnswerRow, n: u32) -> Option<Phrase> {
    let least = if row.stop == "limit" { "≥ " } else { "" };
    Some(Phrase::same(format!("{least}{}", number::count(n))))
}

fn percent(share: Option<f64>) -> Option<Phrase> {
    share.map(number::percent).map(Phrase::same)
}

fn plain(value: Option<f64>) -> Option<Phrase> {
    value.map(number::plain).map(Phrase::same)
}

fn there(there: Option<bool>) -> Option<Phrase> {
    there.map(|there| {
        if there {
            Phrase::both("있음", "yes")
        } else {
            Phrase::both("없음", "no")
        }
    })
}

fn style(style: &str) -> Phrase {
    match style {
        "list" => Phrase::both("개조식", "list"),
        "prose" => Phrase::both("서술식", "prose"),
        "mixed" => Phrase::both("섞임", "mixed"),
        other => Phrase::foreign(other),
    }
}

fn figures() -> Vec<Figure> {
    vec![
        ("n_tokens", Phrase::both("토큰", "Tokens"), |row| {
            least(row, row.n_tokens)
        }),
        ("n_chars", Phrase::both("글자", "Characters"), |row| {
            least(row, row.n_chars)
        }),
        (
            "n_syllables",
            Phrase::both("한글 음절", "Hangul syllables"),
            |row| least(row, row.n_syllables),
        ),
        ("n_eojeol", Phrase::both("어절", "Eojeol"), |row| {
            least(row, row.n_eojeol)
        }),
        ("n_sentences", Phrase::both("문장", "Sentences"), |row| {
            least(row, row.n_sentences)
        }),
        (
            "ttft_ns",
            Phrase::both("첫 토큰까지", "First token after"),
            |row| row.ttft_ns.map(|ns| number::duration(ns as f64)),
        ),
        ("decode_ts", Phrase::both("토큰/초", "Tokens/s"), |row| {
            plain(row.decode_ts)
        }),
        (
            "syllables_per_s",
            Phrase::both("음절/초", "Syllables/s"),
            |row| plain(row.syllables_per_s),
        ),
        ("hangul_share", Phrase::both("한글", "Hangul"), |row| {
            percent(row.hangul_share)
        }),
        ("latin_share", Phrase::both("로마자", "Latin"), |row| {
            percent(row.latin_share)
        }),
        ("han_share", Phrase::both("한자", "Han"), |row| {
            percent(row.han_share)
        }),
        (
            "mixed_eojeol_share",
            Phrase::both("문자를 섞은 어절", "Eojeol mixing scripts"),
            |row| percent(row.mixed_eojeol_share),
        ),
        (
            "korean_line_share",
            Phrase::both("한국어 줄", "Korean lines"),
            |row| percent(row.korean_line_share),
        ),
        (
            "rep_4",
            Phrase::both("되풀이된 4어절", "Repeated 4-grams"),
            |row| percent(row.rep_4),
        ),
        (
            "loop_share",
            Phrase::both("맴돈 부분", "Caught in a loop"),
            |row| percent(row.loop_share),
        ),
        (
            "off_topic_share",
            Phrase::both("주제를 벗어난 문장", "Off topic"),
            |row| percent(row.off_topic_share),
        ),
        ("style", Phrase::both("문체", "Style"), |row| {
            row.style.as_deref().map(style)
        }),
        (
            "bullet_share",
            Phrase::both("목록 줄", "List lines"),
            |row| percent(row.bullet_share),
        ),
        (
            "prose_before_list",
            Phrase::both("목록 앞에 줄글", "Prose before the list"),
            |row| there(row.prose_before_list),
        ),
        (
            "prose_after_list",
            Phrase::both("목록 뒤에 줄글", "Prose after the list"),
            |row| there(row.prose_after_list),
        ),
        (
            "coverage",
            Phrase::both("핵심 내용", "Key points"),
            |row| percent(row.coverage),
        ),
        (
            "obedience",
            Phrase::both("지킨 조건", "Constraints met"),
            |row| percent(row.obedience),
        ),
        (
            "reference_nll",
            Phrase::both(
                "모범 답안의 −ln p(나트/토큰)",
                "Reference’s −ln p (nats/token)",
            ),
            |row| plain(row.reference_nll),
        ),
    ]
}
