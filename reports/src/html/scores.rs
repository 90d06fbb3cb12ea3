//! The scores of the answers: each cell's means over groups of questions, beside their intervals.

use crate::view::{Group, Report, ScoreRow};
use askama::Template;
use askama::filters::HtmlSafe;

use super::demonstration;
use super::how;
use super::label::Labels;
use super::number::{self, Estimate};
use super::phrase::Phrase;
use super::table::{Cell, Column, Row, Table, place};

/// The scores, before the answers that they are of.
#[derive(Template)]
#[template(path = "scores.html")]
pub(super) struct Scores {
    /// What the numbers and the groups are.
    intro: Phrase,
    /// What is to be said of demonstration models, where there are any.
    demonstration: Option<Phrase>,
    table: Table,
}

// The template escapes what it shows.
impl HtmlSafe for Scores {}

impl Scores {
    /// The scores of `report`; `None` where there is no answer.
    pub(super) fn of(report: &Report, labels: &Labels) -> Option<Self> {
        let said = demonstration::disclaimer(report)
            .map(|said| said.then(Phrase::same(" ")).then(demonstration::training()));
        (!report.scores.is_empty()).then(|| Self {
            intro: intro(report),
            demonstration: said,
            table: table(report, labels),
        })
    }
}

fn intro(report: &Report) -> Phrase {
    let any = |wanted: fn(Group) -> bool| report.scores.iter().any(|row| wanted(row.group));
    let mut intro = Phrase::both(
        "답마다 잰 값을 질문 묶음별로 평균했습니다. 숫자 아래의 범위는 그 평균의 95% 구간이고, 값이 있는 답이 일부뿐이면 그 수를 함께 적었습니다.",
        "What was measured of each answer, averaged over groups of questions. The range under a number is the 95% interval of that mean; where only some answers have the value, their number stands beside it.",
    );
    let more = |intro: Phrase, ko: &str, en: &str| intro.then(Phrase::both(ko, en));
    if any(|group| group.kind().is_some()) {
        intro = more(
            intro,
            " 모든 질문의 점수 아래에, 사실이나 설명을 묻는 질문, 형식을 정해 준 지시, 자유 글쓰기로 나눈 점수를 실었습니다.",
            " Below the scores over all questions stand those over questions for a fact or an explanation, over instructions that prescribe a form, and over free writing.",
        );
    }
    if any(Group::is_by_training) {
        intro = more(
            intro,
            " 시연용 모델의 점수는 학습에 쓴 질문과 학습에서 뺀 질문으로도 나누었습니다.",
            " Those of demonstration models are also split into questions they were trained on and questions kept out of their training.",
        );
    }
    more(
        intro,
        " 이 점수로는 내용이 사실인지 알 수 없으므로, 셀의 순위를 매기는 데 쓰지 않습니다.",
        " None of these scores can tell whether an answer is true, so no cell is ranked by them.",
    )
}

fn table(report: &Report, labels: &Labels) -> Table {
    Table {
        id: "t-scores",
        csv: "scores.csv",
        how: Some(how::scores()),
        caption: Phrase::both(
            "답변 점수. 질문 묶음별 평균과 그 부트스트랩 95% 구간",
            "Answer scores: the mean over each group of questions with its bootstrap 95% interval",
        ),
        columns: columns(),
        rows: rows(report, labels),
    }
}

fn columns() -> Vec<Column> {
    vec![
        Column::words(Phrase::both("셀", "Cell")),
        Column::words(Phrase::both("질문", "Group")),
        Column::count(Phrase::both("답변", "Answers")),
        Column::count(Phrase::both("핵심 내용", "Key points")),
        Column::count(Phrase::both("지킨 조건", "Constraints met")),
        Column::count(Phrase::both("주제를 벗어난 문장", "Off topic")),
        Column::number(
            Phrase::both("모범 답안의 −ln p", "Reference’s −ln p"),
            Phrase::both("나트/토큰", "nats/token"),
        ),
        Column::count(Phrase::both("잘림", "Cut")),
        Column::number(
            Phrase::both("길이 중앙값", "Median length"),
            Phrase::both("자", "characters"),
        ),
    ]
}

/// The rows of all cells group by group, under headings where there are several groups.
fn rows(report: &Report, labels: &Labels) -> Vec<Row> {
    let mut rows: Vec<&ScoreRow> = report.scores.iter().collect();
    rows.sort_by_key(|row| row.group);
    let several = rows.iter().any(|row| row.group != Group::All);
    let mut before = None;
    let line = |row: &ScoreRow| {
        let new = before.replace(row.group) != Some(row.group);
        Row {
            group: (several && new).then(|| heading(row.group)),
            head: Phrase::foreign(labels.name(row.cell)),
            cells: cells(row),
            source: place(&labels.report.scores, row),
            ..Row::default()
        }
    };
    rows.into_iter().map(line).collect()
}

fn cells(row: &ScoreRow) -> Vec<Cell> {
    let at_least = if row.length_is_at_least() { "≥ " } else { "" };
    let (coverage, obedience) = (
        [row.coverage, row.coverage_ci95_low, row.coverage_ci95_high],
        [
            row.obedience,
            row.obedience_ci95_low,
            row.obedience_ci95_high,
        ],
    );
    let off_topic = [
        row.off_topic_share,
        row.off_topic_ci95_low,
        row.off_topic_ci95_high,
    ];
    vec![
        Cell::words(name(row.group)),
        Cell::number(Some(number::count(row.n_answers))),
        share(coverage, row.n_coverage, row),
        share(obedience, row.n_obedience, row),
        share(off_topic, row.n_off_topic, row),
        likelihood(row),
        Cell::number(row.cut_share.map(number::percent)),
        Cell::number(Some(format!(
            "{at_least}{}",
            number::plain(row.median_chars)
        ))),
    ]
}

/// A mean of shares with the ends of its interval; `n` answers of the row have one.
fn share([mean, low, high]: [Option<f64>; 3], n: u32, row: &ScoreRow) -> Cell {
    let range = low
        .zip(high)
        .map(|(low, high)| format!("{}–{}", number::percent(low), number::percent(high)));
    with_range(Cell::number(mean.map(number::percent)), range, n, row)
}

fn likelihood(row: &ScoreRow) -> Cell {
    let estimate = Estimate::new(
        row.reference_nll,
        row.reference_nll_ci95_low,
        row.reference_nll_ci95_high,
    );
    let value = Cell::number(estimate.map(|estimate| estimate.value_text()));
    let range = estimate.and_then(|estimate| estimate.interval_text());
    with_range(value, range, row.n_reference_nll, row)
}

/// A mean with its interval under it, and with the number of answers where that is not all.
fn with_range(mean: Cell, range: Option<String>, n: u32, row: &ScoreRow) -> Cell {
    if n == 0 {
        return mean;
    }
    let range = range.map_or_else(|| Phrase::both("구간 없음", "no interval"), Phrase::same);
    let note = if n == row.n_answers {
        range
    } else {
        let n = number::count(n);
        range.then(Phrase::both(format!(" ({n}개)"), format!(" (n = {n})")))
    };
    mean.with_note(Some(note))
}

/// What stands above the rows of a group.
fn heading(group: Group) -> Phrase {
    match group {
        Group::All => Phrase::both("모든 질문", "All questions"),
        Group::Question => Phrase::both(
            "사실이나 설명을 묻는 질문",
            "Questions for a fact or an explanation",
        ),
        Group::Instruction => {
            Phrase::both("형식을 정해 준 지시", "Instructions that prescribe a form")
        }
        Group::FreeWriting => Phrase::both("자유 글쓰기", "Free writing"),
        Group::TrainedOn => Phrase::both(
            "시연용 모델의 학습에 쓴 질문",
            "Questions that the demonstration model was trained on",
        ),
        Group::KeptOut => Phrase::both(
            "시연용 모델의 학습에서 뺀 질문",
            "Questions kept out of the demonstration model’s training",
        ),
    }
}

/// A group in a word or two.
fn name(group: Group) -> Phrase {
    match group {
        Group::All => Phrase::both("전체", "all"),
        Group::Question => Phrase::both("물음", "question"),
        Group::Instruction => Phrase::both("지시", "instruction"),
        Group::FreeWriting => Phrase::both("글쓰기", "free writing"),
        Group::TrainedOn => Phrase::both("학습에 씀", "trained on"),
        Group::KeptOut => Phrase::both("학습에서 뺌", "kept out"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    /// The cells of the only line of a table whose row was changed.
    fn first_line(change: fn(&mut ScoreRow)) -> Vec<Cell> {
        let mut report = sample::report(1, 4);
        change(&mut report.scores[0]);
        let table = table(&report, &Labels::of(&report));
        table.rows.into_iter().next().unwrap().cells
    }

    #[test]
    fn the_number_of_answers_stands_beside_a_mean_of_some() {
        let cells = first_line(|row| {
            (row.coverage, row.n_coverage) = (Some(0.5), 4);
            (row.coverage_ci95_low, row.coverage_ci95_high) = (Some(0.25), Some(0.625));
            (row.obedience, row.n_obedience) = (Some(1.0), 2);
            (row.off_topic_share, row.n_off_topic) = (None, 0);
        });
        assert_eq!(cells[2].value, Phrase::same("50%"));
        assert_eq!(cells[2].note, Some(Phrase::same("25%–62.5%")));
        assert_eq!(
            cells[3].note,
            Some(Phrase::both("구간 없음", "no interval").then(Phrase::both(" (2개)", " (n = 2)")))
        );
        assert_eq!(
            (cells[4].value.clone(), cells[4].note.clone()),
            (Phrase::none(), None)
        );
    }

    #[test]
    fn a_median_of_mostly_cut_answers_is_a_lower_bound() {
        let cut = first_line(|row| (row.cut_share, row.median_chars) = (Some(0.5), 120.0));
        assert_eq!(cut[7].value, Phrase::same("≥ 120"));
        let most_ended = first_line(|row| (row.cut_share, row.median_chars) = (Some(0.25), 120.0));
        assert_eq!(most_ended[7].value, Phrase::same("120"));
    }

    #[test]
    fn cells_stand_together_under_each_group() {
        let report = sample::demonstration_report(12);
        let table = table(&report, &Labels::of(&report));
        let headings: Vec<bool> = table.rows.iter().map(|row| row.group.is_some()).collect();
        assert_eq!(headings, [true, false, false].repeat(6));
        let plain = sample::report(2, 4);
        let rows = rows(&plain, &Labels::of(&plain));
        assert!(rows.iter().all(|row| row.group.is_none()));
    }

    #[test]
    fn without_answers_there_are_no_scores() {
        let report = sample::report(1, 0);
        assert!(Scores::of(&report, &Labels::of(&report)).is_none());
    }
}
