//! What a precision does to the text of answers.

use crate::view::{Change, Report, TextRow};
use askama::Template;
use askama::filters::HtmlSafe;

use super::how;
use super::label::Labels;
use super::number::{self, Estimate};
use super::phrase::Phrase;
use super::table::{Cell, Column, Row, Table, place};
use super::textsaid;

/// The section on answers at several precisions.
#[derive(Template)]
#[template(path = "texts.html")]
pub(super) struct TextSection {
    intro: Phrase,
    /// How to read what is said of the cells.
    reading: Phrase,
    cells: Vec<CellSaid>,
    /// Where the answers part, and how they change; none where no question could be compared.
    tables: Vec<Table>,
}

// The template escapes what it shows.
impl HtmlSafe for TextSection {}

/// What is said of one cell.
struct CellSaid {
    name: Phrase,
    said: Vec<Phrase>,
}

/// A measure of answers whose change is shown.
pub(super) struct Measure {
    ko: &'static str,
    en: &'static str,
    pub(super) of: fn(&TextRow) -> &Change,
    /// How many of its unit are 1 of what was measured: 100 for shares.
    pub(super) scale: f64,
    /// The unit in Korean and in English.
    unit: [&'static str; 2],
}

/// The measures, in the order of their columns.
pub(super) fn measures() -> [Measure; 7] {
    let share = |ko, en, of: fn(&TextRow) -> &Change| Measure {
        ko,
        en,
        of,
        scale: 100.0,
        unit: ["%p", "points"],
    };
    [
        Measure {
            ko: "길이",
            en: "Length",
            of: |row| &row.chars,
            scale: 1.0,
            unit: ["자", "characters"],
        },
        share("한글 비율", "Hangul", |row| &row.korean),
        share("한국어 줄", "Korean lines", |row| {
            &row.korean_line_share
        }),
        share("핵심 내용", "Key points", |row| &row.coverage),
        share("지킨 조건", "Constraints met", |row| &row.obedience),
        share("주제를 벗어난 문장", "Off topic", |row| {
            &row.off_topic
        }),
        share("맴돈 부분", "Looping text", |row| &row.loop_share),
    ]
}

impl Measure {
    /// Its name in a sentence; none but Hangul and Korean is written with a capital there.
    pub(super) fn name(&self) -> Phrase {
        let en = match self.en {
            proper if proper.starts_with("Hangul") || proper.starts_with("Korean") => proper.into(),
            other => other.to_lowercase(),
        };
        Phrase::both(self.ko, en)
    }

    /// Its unit, behind a number.
    pub(super) fn unit(&self) -> Phrase {
        let [ko, en] = self.unit;
        Phrase::both(ko, format!(" {en}"))
    }

    /// A change in the unit that is shown; `None` where no question has the measure.
    pub(super) fn estimate(&self, row: &TextRow) -> Option<Estimate> {
        let change = (self.of)(row);
        let scaled = |value: Option<f64>| value.map(|value| self.scale * value);
        Estimate::new(
            scaled(change.mean),
            scaled(change.ci95_low),
            scaled(change.ci95_high),
        )
    }
}

impl TextSection {
    /// The section; `None` where there is nothing to compare with anything.
    pub(super) fn of(report: &Report, labels: &Labels) -> Option<Self> {
        let cell = |row: &TextRow| CellSaid {
            name: Phrase::foreign(labels.name(row.cell)),
            said: textsaid::said(row, labels),
        };
        (!report.texts.is_empty()).then(|| Self {
            intro: intro(),
            reading: reading(),
            cells: report.texts.iter().map(cell).collect(),
            tables: tables(report, labels),
        })
    }
}

fn intro() -> Phrase {
    Phrase::both(
        "한 모델에 정밀도만 바꾸어 같은 질문을 했을 때 답이 어떻게 달라지는지 질문마다 짝지어 보았습니다. 항상 가장 그럴듯한 토큰을 골라 쓴(그리디) 답만, 동시에 답하는 수가 같은 것끼리 견주었습니다. 토큰 하나가 달라지면 그 뒤가 통째로 바뀔 수 있으므로, 답이 갈라졌다고 해서 나빠진 것은 아닙니다. 나빠졌는지는 길이와 점수의 변화로 보아야 합니다.",
        "How the answers of the same weights to the same questions change with the precision, question by question. Only answers that always took the likeliest token (greedy decoding) are compared, and only at equal parallelism. One other token can change all that follows, so an answer that parts is not a worse one; whether it is worse, the changes in length and scores have to tell.",
    )
}

fn reading() -> Phrase {
    Phrase::both(
        "달라졌다고 하는 것은 보정한 p가 0.05보다 작고 95% 구간에 0이 들어 있지 않을 때뿐입니다. ‘달라졌다고 할 수 없는 것’의 괄호 안은 그 구간의 반폭입니다. 그보다 작은 변화는 실제로 있더라도 이만한 수의 질문으로는 알아볼 수 없습니다. 한도에서 잘린 답은 얼마나 더 길어졌을지 알 수 없으므로 길이의 변화에서 뺍니다.",
        "A change is claimed only where the corrected p is below 0.05 and the 95% interval leaves out zero. Behind what shows no change stands half the width of that interval: a smaller change, real or not, would not be seen with this many questions. How long an answer cut at the limit would have become is not known, so it is left out of the change in length.",
    )
}

fn tables(report: &Report, labels: &Labels) -> Vec<Table> {
    let compared = report.texts.iter().filter(|row| row.n_questions > 0);
    let compared: Vec<&TextRow> = compared.collect();
    if compared.is_empty() {
        return Vec::new();
    }
    vec![
        partings(&compared, labels),
        changes(&compared, n_tests(report), labels),
    ]
}

fn partings(compared: &[&TextRow], labels: &Labels) -> Table {
    let cells = |row: &TextRow| {
        vec![
            Cell::number(Some(number::count(row.n_questions))),
            Cell::number(Some(number::count(row.n_not_compared))),
            share([
                row.identical_share,
                row.identical_ci95_low,
                row.identical_ci95_high,
            ]),
            Cell::number(Some(number::count(row.n_cut_both))),
            Cell::number(Some(number::count(row.n_parted))),
            parting(row),
            share([
                row.first_difference_share,
                row.first_difference_share_ci95_low,
                row.first_difference_share_ci95_high,
            ]),
        ]
    };
    Table {
        id: "t-texts",
        csv: "texts.csv",
        how: Some(how::texts()),
        caption: Phrase::both(
            "기준 정밀도와 똑같은 답과 갈라지는 답. 숫자 아래의 범위는 95% 구간입니다",
            "Answers that are those of the baseline and answers that part, with 95% intervals",
        ),
        columns: vec![
            Column::words(Phrase::both("셀", "Cell")),
            Column::count(Phrase::both("견준 질문", "Compared")),
            Column::count(Phrase::both("견주지 않음", "Not compared")),
            Column::count(Phrase::both("똑같은 답", "Identical")),
            Column::count(Phrase::both("그중 잘림", "Of these cut")),
            Column::count(Phrase::both("갈라지는 답", "Part")),
            Column::number(
                Phrase::both("갈라지는 곳", "Part at"),
                Phrase::both("몇 번째 토큰, 중앙값", "token, median"),
            ),
            Column::number(
                Phrase::both("그때까지", "By then"),
                Phrase::both("기준 답에서", "of the baseline’s answer"),
            ),
        ],
        rows: lines(compared, labels, cells),
    }
}

fn changes(compared: &[&TextRow], n_tests: usize, labels: &Labels) -> Table {
    let column = |measure: Measure| {
        let [ko, en] = measure.unit;
        Column::number(Phrase::both(measure.ko, measure.en), Phrase::both(ko, en))
    };
    let cell = Column::words(Phrase::both("셀", "Cell"));
    let cells = |row: &TextRow| {
        let change = |measure: Measure| change(&measure, row);
        measures().map(change).into()
    };
    Table {
        id: "t-texts-changes",
        csv: "texts.csv",
        how: None,
        caption: Phrase::both(
            format!(
                "기준에 견준 답의 변화. 질문마다 낸 차이의 평균이고, 아래는 그 95% 구간과, 변화 {n_tests}개를 함께 따져 보정한(홀름) p입니다"
            ),
            format!(
                "How answers change from the baseline’s: mean difference over questions, below it its 95% interval and p, corrected for all {n_tests} changes (Holm)"
            ),
        ),
        columns: std::iter::once(cell)
            .chain(measures().map(column))
            .collect(),
        rows: lines(compared, labels, cells),
    }
}

fn lines(
    compared: &[&TextRow],
    labels: &Labels,
    cells: impl Fn(&TextRow) -> Vec<Cell>,
) -> Vec<Row> {
    let against = || Phrase::both("기준 ", "against ");
    let line = |row: &&TextRow| Row {
        head: Phrase::foreign(labels.name(row.cell)),
        sub: Some(against().then(Phrase::foreign(labels.name(row.baseline_cell)))),
        cells: cells(row),
        source: place(&labels.report.texts, *row),
        ..Row::default()
    };
    compared.iter().map(line).collect()
}

/// How many changes were tested.
fn n_tests(report: &Report) -> usize {
    let tested = |row: &TextRow| {
        let changes = measures().map(|measure| (measure.of)(row).p);
        changes.into_iter().flatten().count()
    };
    report.texts.iter().map(tested).sum()
}

/// A share with the ends of its interval under it.
fn share([share, low, high]: [Option<f64>; 3]) -> Cell {
    if share.is_none() {
        return Cell::none();
    }
    let range = low.zip(high).map_or_else(no_interval, |(low, high)| {
        Phrase::same(format!(
            "{}–{}",
            number::percent(low),
            number::percent(high)
        ))
    });
    Cell::number(share.map(number::percent)).with_note(Some(range))
}

fn parting(row: &TextRow) -> Cell {
    let Some(median) = row.first_difference else {
        return Cell::none();
    };
    let ends = row
        .first_difference_ci95_low
        .zip(row.first_difference_ci95_high);
    let range = match ends {
        Some((low, high)) => {
            Phrase::same(format!("{}–{}", number::place(low), number::place(high)))
        }
        None => no_interval(),
    };
    Cell::number(Some(number::place(median))).with_note(Some(range))
}

fn no_interval() -> Phrase {
    Phrase::both("구간 없음", "no interval")
}

fn change(measure: &Measure, row: &TextRow) -> Cell {
    let Some(estimate) = measure.estimate(row) else {
        return Cell::none();
    };
    let change = (measure.of)(row);
    if change.none_changed {
        let note = Phrase::both("그대로", "unchanged");
        return Cell::number(Some("0".into())).with_note(Some(note.then(of_some(change, row))));
    }
    let range = match estimate.signed_interval_text() {
        Some(range) => Phrase::same(range),
        None => no_interval(),
    };
    let p = change.p.map_or_else(Phrase::default, |p| {
        Phrase::same(format!("; {}", number::p(p)))
    });
    let note = range.then(p).then(of_some(change, row));
    let value = estimate.signed_text();
    let mut cell = Cell::number(Some(value.clone())).with_note(Some(note));
    if change.is_shown() {
        cell.value = Phrase::strong(value);
    }
    cell
}

/// The number of questions that a change is of, where that is not all.
fn of_some(change: &Change, row: &TextRow) -> Phrase {
    if change.n == row.n_questions {
        return Phrase::default();
    }
    let n = number::count(change.n);
    Phrase::both(format!(" ({n}개)"), format!(" (n = {n})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_change_that_is_shown_stands_out_and_others_do_not() {
        let mut report = sample::report(2, 12);
        report.texts[0].chars = Change {
            n: 12,
            mean: Some(-8.25),
            ci95_low: Some(-12.5),
            ci95_high: Some(-3.0),
            p: Some(0.0004),
            none_changed: false,
        };
        report.texts[0].coverage = Change {
            n: 9,
            mean: Some(0.02),
            ci95_low: Some(-0.05),
            ci95_high: Some(0.1),
            p: Some(1.0),
            none_changed: false,
        };
        let tables = tables(&report, &Labels::of(&report));
        let cells = &tables[1].rows[0].cells;
        assert_eq!(cells[0].value, Phrase::strong("−8.2"));
        assert_eq!(
            cells[0].note,
            Some(Phrase::same("−12.5 … −3.0").then(Phrase::same("; p < 0.001")))
        );
        assert_eq!(cells[3].value, Phrase::same("+2"));
        let note = Phrase::same("−5 … +10").then(Phrase::same("; p = 1.00"));
        assert_eq!(
            cells[3].note,
            Some(note.then(Phrase::both(" (9개)", " (n = 9)")))
        );
        for table in &tables {
            assert_eq!(table.columns.len(), table.rows[0].cells.len() + 1);
        }
    }

    #[test]
    fn without_a_comparison_there_is_no_section_and_without_a_question_no_table() {
        let report = sample::report(1, 4);
        assert!(TextSection::of(&report, &Labels::of(&report)).is_none());
        let mut sampled = sample::report(10, 4);
        sampled.texts.retain(|row| row.n_sampled > 0);
        let section = TextSection::of(&sampled, &Labels::of(&sampled)).unwrap();
        assert!(section.tables.is_empty() && section.cells.len() == 1);
    }
}
