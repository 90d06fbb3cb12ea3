//! Tables of speed: prefill and decode, loading, and the answers that were decoded alone.

use crate::view::{Report, SpeedRow};

use super::how;
use super::label::Labels;
use super::number::{self, Estimate};
use super::phrase::Phrase;
use super::table::{Cell, Column, Row, Table, place};
use super::units;

/// The tables that have rows.
pub(super) fn tables(report: &Report, labels: &Labels) -> Vec<Table> {
    let all = [
        bench(report, labels),
        answers(report, labels),
        load(report, labels),
    ];
    all.into_iter()
        .filter(|table| !table.rows.is_empty())
        .collect()
}

fn rows<'a>(
    report: &'a Report,
    labels: &Labels,
    tests: &[&str],
    cells: impl Fn(&'a SpeedRow) -> Vec<Cell>,
) -> Vec<Row> {
    let wanted = report
        .speed
        .iter()
        .filter(|row| tests.contains(&row.test.as_str()));
    wanted
        .map(|row| Row {
            head: Phrase::foreign(name(row, labels)),
            cells: cells(row),
            source: place(&labels.report.speed, row),
            ..Row::default()
        })
        .collect()
}

fn name(row: &SpeedRow, labels: &Labels) -> String {
    labels.of_key(&row.machine, &row.model, &row.variant, &row.precision)
}

fn bench(report: &Report, labels: &Labels) -> Table {
    Table {
        id: "t-speed",
        csv: "speed.csv",
        how: Some(how::speed()),
        caption: Phrase::both(
            "프리필과 디코드. 중앙값과 그 부트스트랩 95% 구간, 평균 ± 표본 표준편차",
            "Prefill and decode: the median with its bootstrap 95% interval, and the mean ± sample deviation",
        ),
        columns: vec![
            Column::words(Phrase::both("셀", "Cell")),
            Column::words(Phrase::both("백엔드", "Back end")),
            Column::count(Phrase::both("스레드", "Threads")),
            Column::count(Phrase::both("반복", "Repetitions")),
            Column::number(Phrase::both("중앙값", "Median"), units::tokens_per_second()),
            Column::number(Phrase::both("평균", "Mean"), units::tokens_per_second()),
            Column::number(
                Phrase::both("한 번에 걸린 시간", "Time of one"),
                Phrase::same("ms"),
            ),
        ],
        rows: by_test(report, labels),
    }
}

/// The rows under a heading for each test, so that cells stand beside what they compare with.
fn by_test(report: &Report, labels: &Labels) -> Vec<Row> {
    let mut rows: Vec<&SpeedRow> = report
        .speed
        .iter()
        .filter(|row| matches!(row.test.as_str(), "prefill" | "decode"))
        .collect();
    rows.sort_by_key(|row| Shape::of(row));
    let mut before = None;
    let mut line = |row: &SpeedRow| {
        let shape = Shape::of(row);
        let new = before.replace(shape) != Some(shape);
        Row {
            group: new.then(|| shape.name()),
            head: Phrase::foreign(name(row, labels)),
            cells: cells(row),
            source: place(&labels.report.speed, row),
            ..Row::default()
        }
    };
    rows.into_iter().map(&mut line).collect()
}

/// What tells one test from another; sorted, prefill comes before decode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shape {
    is_decode: bool,
    n_prompt: u32,
    n_gen: u32,
    n_seq: u32,
    n_depth: u32,
}

impl Shape {
    /// Of a prefill or decode test.
    pub(super) fn new(
        test: &str,
        n_prompt: Option<u32>,
        n_gen: Option<u32>,
        n_seq: Option<u32>,
        n_depth: Option<u32>,
    ) -> Self {
        Self {
            is_decode: test != "prefill",
            n_prompt: n_prompt.unwrap_or(0),
            n_gen: n_gen.unwrap_or(0),
            n_seq: n_seq.unwrap_or(1),
            n_depth: n_depth.unwrap_or(0),
        }
    }

    fn of(row: &SpeedRow) -> Self {
        Self::new(&row.test, row.n_prompt, row.n_gen, row.n_seq, row.n_depth)
    }

    /// The test in words and as llama-bench writes it (`pp128`, `tg32 @ d512`).
    pub(super) fn name(self) -> Phrase {
        let (short, mut name) = if self.is_decode {
            let n_gen = self.n_gen;
            (
                format!("tg{n_gen}"),
                Phrase::both(
                    format!("디코드 {n_gen}토큰"),
                    format!("Decode, {n_gen} tokens"),
                ),
            )
        } else {
            let n_prompt = self.n_prompt;
            (
                format!("pp{n_prompt}"),
                Phrase::both(
                    format!("프리필 {n_prompt}토큰"),
                    format!("Prefill, {n_prompt} tokens"),
                ),
            )
        };
        if let n @ 2.. = self.n_seq {
            name = name.then(Phrase::both(
                format!(", 동시 시퀀스 {n}개"),
                format!(", {n} sequences at once"),
            ));
        }
        let depth @ 1.. = self.n_depth else {
            return name.then(Phrase::same(format!(" ({short})")));
        };
        name.then(Phrase::both(
            format!(", 앞선 {depth}토큰 뒤"),
            format!(", after {depth} tokens"),
        ))
        .then(Phrase::same(format!(" ({short} @ d{depth})")))
    }
}

fn cells(row: &SpeedRow) -> Vec<Cell> {
    vec![
        Cell::words(Phrase::foreign(&row.backend)),
        Cell::number(Some(number::count(row.n_threads))),
        Cell::number(Some(number::count(row.reps))),
        Cell::estimate(Estimate::new(row.median_ts, row.ci95_low, row.ci95_high)),
        mean(row),
        Cell::number(row.median_ns.map(number::milliseconds)),
    ]
}

fn mean(row: &SpeedRow) -> Cell {
    let note = row
        .stddev_ts
        .map(|sd| Phrase::same(format!("± {}", number::plain(sd))));
    Cell::number(row.avg_ts.map(number::plain)).with_note(note)
}

fn load(report: &Report, labels: &Labels) -> Table {
    Table {
        id: "t-load",
        csv: "speed.csv",
        how: Some(how::load()),
        caption: Phrase::both(
            "모델 불러오기. 파일이 페이지 캐시에 남아 있으면 디스크를 읽지 않으므로 훨씬 빠릅니다",
            "Loading the model; much faster where the page cache still holds the file and no disk is read",
        ),
        columns: vec![
            Column::words(Phrase::both("셀", "Cell")),
            Column::count(Phrase::both("반복", "Repetitions")),
            Column::number(Phrase::both("중앙값", "Median"), Phrase::same("ms")),
            Column::count(Phrase::both(
                "불러오기 전에 캐시에 있던 비율",
                "In the page cache before",
            )),
        ],
        rows: rows(report, labels, &["load"], |row| {
            vec![
                Cell::number(Some(number::count(row.reps))),
                Cell::number(row.median_ns.map(number::milliseconds)),
                Cell::number(row.page_cache_share.map(number::percent)),
            ]
        }),
    }
}

fn answers(report: &Report, labels: &Labels) -> Table {
    Table {
        id: "t-answer-speed",
        csv: "speed.csv",
        how: Some(how::korean()),
        caption: Phrase::both(
            "한국어 질문에 하나씩 답할 때의 속도. 한글 속도는 토큰을 나누는 방식이 다른 모델끼리도 견줄 수 있습니다",
            "Speed on the Korean questions answered one at a time; Hangul syllables a second compare across tokenizers",
        ),
        columns: vec![
            Column::words(Phrase::both("셀", "Cell")),
            Column::count(Phrase::both("답변", "Answers")),
            Column::number(
                Phrase::both("첫 토큰까지", "First token"),
                Phrase::same("ms"),
            ),
            Column::number(
                Phrase::both("토큰 간격 p50", "Between tokens, p50"),
                Phrase::same("ms"),
            ),
            Column::number(
                Phrase::both("토큰 간격 p95", "Between tokens, p95"),
                Phrase::same("ms"),
            ),
            Column::number(
                Phrase::both("토큰 속도", "Tokens"),
                units::tokens_per_second(),
            ),
            Column::number(
                Phrase::both("글자 속도", "Characters"),
                units::characters_per_second(),
            ),
            Column::number(
                Phrase::both("한글 속도", "Korean"),
                units::syllables_per_second(),
            ),
        ],
        rows: rows(report, labels, &["answer"], |row| {
            vec![
                Cell::number(Some(number::count(row.reps))),
                Cell::number(row.ttft_ns.map(number::milliseconds)),
                Cell::number(row.inter_token_p50_ns.map(number::milliseconds)),
                Cell::number(row.inter_token_p95_ns.map(number::milliseconds)),
                Cell::estimate(Estimate::new(row.median_ts, row.ci95_low, row.ci95_high)),
                Cell::number(row.chars_per_s.map(number::plain)),
                Cell::number(row.syllables_per_s.map(number::plain)),
            ]
        }),
    }
}
