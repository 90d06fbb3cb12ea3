//! The table of all cells: one row per cell, with the headline of each measure, the best of a column
//! marked, and why a measure is missing.

use crate::view::{CellView, Report, Standing, Status, SummaryRow, machine_names};

use super::label::{self, Labels};
use super::number::{self, Estimate};
use super::phrase::{Phrase, Rich};
use super::table::{Cell, Column, Row, Table};
use super::winners::{Winners, leaders};
use super::{how, perplexity, units};

/// The table of all cells, those of one machine together.
pub(super) fn table(report: &Report, labels: &Labels) -> Table {
    let machines = machine_names(report);
    let several = machines.len() > 1;
    let longest = Longest::of(report);
    let mut rows = Vec::new();
    for machine in machines {
        let cells: Vec<usize> = (0..report.summary.len())
            .filter(|&cell| report.cells[cell].key.machine == machine)
            .collect();
        let best = Best::of(report, &cells);
        for &cell in &cells {
            rows.push(Row {
                group: (several && cells[0] == cell).then(|| Phrase::foreign(machine)),
                ..line(report, cell, labels, &best, &longest)
            });
        }
    }
    Table {
        id: "t-summary",
        csv: "summary.csv",
        how: Some(how::summary()),
        caption: Phrase::both(
            "모든 셀. ★는 그 열에서 가장 좋은 값과 그것과 가릴 수 없는 값, 작은 범위는 95% 구간, 막대는 그 열의 가장 큰 값에 대한 길이입니다",
            "All cells. ★ marks the best of a column and what cannot be told from it; small ranges are 95% intervals; bars are lengths beside the largest value of the column",
        ),
        columns: columns(),
        rows,
    }
}

fn columns() -> Vec<Column> {
    vec![
        Column::words(Phrase::both("셀", "Cell")),
        Column::words(Phrase::both("상태", "State")),
        Column::number(Phrase::both("디코드", "Decode"), units::tokens_per_second()),
        Column::number(
            Phrase::both("프리필", "Prefill"),
            units::tokens_per_second(),
        ),
        Column::count(Phrase::both("최대 메모리", "Peak memory")),
        Column::number(
            Phrase::both("한글 속도", "Korean"),
            units::syllables_per_second(),
        ),
        Column::number(Phrase::both("음절당", "Per syllable"), units::bits()),
        Column::count(Phrase::both("퍼플렉시티", "Perplexity")),
        Column::number(Phrase::both("KL 발산", "KL divergence"), units::nats()),
        Column::count(Phrase::both("핵심 내용", "Key points")),
        Column::count(Phrase::both("답변", "Answers")),
        Column::count(Phrase::both("한글 비율", "Hangul")),
        Column::number(
            Phrase::both("첫 토큰까지", "First token"),
            Phrase::same("ms"),
        ),
        Column::number(Phrase::both("불러오기", "Load"), Phrase::same("ms")),
    ]
}

/// The cells of one machine that are marked, by column.
struct Best {
    decode: Vec<usize>,
    prefill: Vec<usize>,
    memory: Vec<usize>,
    bits: Vec<usize>,
}

impl Best {
    fn of(report: &Report, cells: &[usize]) -> Self {
        let winners = Winners::of(report, cells);
        Self {
            decode: leaders(winners.decode.as_ref()),
            prefill: leaders(winners.prefill.as_ref()),
            memory: winners.least_memory(),
            bits: leaders(winners.bits.as_ref()),
        }
    }
}

/// The largest value of each column with bars.
struct Longest {
    decode: f64,
    prefill: f64,
    memory: f64,
    syllables: f64,
    bits: f64,
}

impl Longest {
    fn of(report: &Report) -> Self {
        let most = |value: fn(&SummaryRow) -> Option<f64>| {
            let values = report.summary.iter().filter_map(value);
            values.fold(0.0, f64::max)
        };
        Self {
            decode: most(|row| row.decode_ts),
            prefill: most(|row| row.prefill_ts),
            memory: most(|row| row.peak_rss_bytes.map(|n| n as f64)),
            syllables: most(|row| row.syllables_per_s),
            bits: most(|row| row.bits_per_syllable),
        }
    }
}

/// The length of a bar in hundredths, at least one so that it can be seen.
fn bar(value: Option<f64>, longest: f64) -> Option<u32> {
    let share = value.filter(|value| *value > 0.0)? / longest;
    (share.is_finite()).then(|| ((share * 100.0).round() as u32).clamp(1, 100))
}

fn line(report: &Report, cell: usize, labels: &Labels, best: &Best, longest: &Longest) -> Row {
    let row = &report.summary[cell];
    let (state, class) = label::status(row);
    let recommended = report
        .choices
        .get(cell)
        .is_some_and(|row| row.standing == Standing::Recommended);
    let model = Phrase::foreign(&row.model);
    let drawn = |shown: Cell, value: Option<f64>, longest: f64, best: &[usize]| Cell {
        bar: bar(value, longest),
        is_best: best.contains(&cell),
        ..shown
    };
    let decode = Estimate::new(row.decode_ts, row.decode_ci95_low, row.decode_ci95_high);
    let prefill = Estimate::new(row.prefill_ts, row.prefill_ci95_low, row.prefill_ci95_high);
    let bytes = row.peak_rss_bytes.map(|n| n as f64);
    let bits = perplexity::bits(row.bits_per_syllable, row.ppl, row.ppl_se);
    Row {
        class: match row.status {
            Status::Complete if recommended => "pick",
            Status::Complete => "",
            _ => "broken",
        },
        head: Phrase::foreign(labels.name(cell)),
        sub: Some(if recommended {
            Phrase::of(
                Rich::default().strong("권함"),
                Rich::default().strong("recommended"),
            )
            .then(Phrase::same(" · "))
            .then(model)
        } else {
            model
        }),
        cells: vec![
            Cell {
                class,
                ..Cell::words(state)
            },
            drawn(
                Cell::estimate(decode),
                row.decode_ts,
                longest.decode,
                &best.decode,
            ),
            drawn(
                Cell::estimate(prefill),
                row.prefill_ts,
                longest.prefill,
                &best.prefill,
            ),
            drawn(
                Cell::number(row.peak_rss_bytes.map(number::bytes)),
                bytes,
                longest.memory,
                &best.memory,
            ),
            drawn(
                Cell::number(row.syllables_per_s.map(number::plain)),
                row.syllables_per_s,
                longest.syllables,
                &[],
            ),
            drawn(
                Cell::estimate(bits),
                row.bits_per_syllable,
                longest.bits,
                &best.bits,
            ),
            Cell::estimate(
                row.ppl
                    .and_then(|ppl| Estimate::from_error(ppl, row.ppl_se)),
            ),
            Cell::number(row.mean_kld.map(number::magnitude)),
            key_points(row),
            answers(row),
            Cell::number(row.hangul_share.map(number::percent)),
            Cell::number(row.ttft_ms.map(number::plain)),
            Cell::number(row.load_ms.map(number::plain)),
        ],
        below: reason(row, &report.cells[cell]),
        source: Some(cell),
        group: None,
    }
}

/// The key points made over all questions, with the interval of that mean.
fn key_points(row: &SummaryRow) -> Cell {
    let ends = row.coverage_ci95_low.zip(row.coverage_ci95_high);
    let range = ends.map(|(low, high)| {
        Phrase::same(format!(
            "{}–{}",
            number::percent(low),
            number::percent(high)
        ))
    });
    Cell::number(row.coverage.map(number::percent)).with_note(range)
}

/// The number of answers, and under it the share that the limit cut.
fn answers(row: &SummaryRow) -> Cell {
    let cut = row.cut_share.map(|share| {
        let share = number::percent(share);
        Phrase::both(format!("잘림 {share}"), format!("{share} cut"))
    });
    Cell::number(row.n_answers.map(number::count)).with_note(cut)
}

/// Why measures of the row are missing.
fn reason(row: &SummaryRow, cell: &CellView) -> Option<Phrase> {
    let more = cell.failures.len().saturating_sub(1);
    match (&row.failure, row.status) {
        (Some(reason), _) => {
            let said = Phrase::reason(reason);
            Some(match more {
                0 => said,
                _ => said.then(Phrase::both(
                    format!(" (그 밖에 {more}건)"),
                    format!(" (and {more} more)"),
                )),
            })
        }
        (None, Status::CutOff) => Some(Phrase::both(
            "재는 도중에 끊겼습니다. hanbench run --resume으로 이어서 잴 수 있습니다.",
            "Cut off while it was being measured; hanbench run --resume measures it again.",
        )),
        (None, Status::NotRun) => Some(Phrase::both(
            "아직 시작하지 않았습니다. hanbench run --resume으로 이어서 잴 수 있습니다.",
            "Not started yet; hanbench run --resume measures it.",
        )),
        (None, _) => None,
    }
}
