//! What a precision costs: the next-token distributions of each cell against its baseline's.

use crate::record::Compared;
use crate::stats::Z95;
use crate::view::{FidelityRow, FidelityView, Report};
use askama::Template;
use askama::filters::HtmlSafe;

use super::distances;
use super::how;
use super::label::Labels;
use super::number;
use super::phrase::{Phrase, Rich};
use super::table::{Cell, Column, Row, Table, place};
use super::units;

/// The section on fidelity.
#[derive(Template)]
#[template(path = "fidelity.html")]
pub(super) struct FidelitySection {
    intro: Phrase,
    /// Where baselines come from.
    origins: Vec<Phrase>,
    cells: Vec<CellSaid>,
    /// `None` where no corpus was compared to its end.
    whole: Option<Table>,
    /// The single texts and the corpora after the first; `None` where there is neither.
    parts: Option<Table>,
}

// The template escapes what it shows.
impl HtmlSafe for FidelitySection {}

struct CellSaid {
    name: Phrase,
    /// What the numbers mean.
    said: Phrase,
}

impl FidelitySection {
    /// The section; `None` where nothing was compared.
    pub(super) fn of(report: &Report, labels: &Labels) -> Option<Self> {
        let said = |cell: usize| {
            Some(CellSaid {
                name: Phrase::foreign(labels.name(cell)),
                said: distances::said(report, cell)?,
            })
        };
        let compared = report.fidelity_cells.iter().flat_map(|view| &view.compared);
        (!report.fidelity.is_empty()).then(|| Self {
            intro: intro(),
            origins: report
                .fidelity_cells
                .iter()
                .filter_map(|view| distances::origin(report, view, labels))
                .collect(),
            cells: compared.filter_map(|&cell| said(cell)).collect(),
            whole: whole(report, labels),
            parts: parts(report, labels),
        })
    }
}

fn intro() -> Phrase {
    Phrase::both(
        "정밀도를 낮추면 모델이 다음 토큰에 매기는 확률이 얼마나 달라지는지 쟀습니다. 말뭉치의 같은 자리에서 기준 정밀도와 하나하나 견준 것입니다. KL 발산은 두 확률 분포가 떨어진 정도, ‘1순위 일치’는 가장 유력하게 본 토큰이 같은 자리의 비율, Δp는 실제로 이어진 토큰의 확률이 달라진 폭입니다. 작은 글씨의 ±는 95% 구간(표준오차 × 1.96)입니다.",
        "How far a lower precision moves the probabilities that a model gives to the next token, compared with the baseline position by position over the corpora. KL divergence says how far apart the two distributions are, same top is the share of positions at which both find the same token likeliest, and Δp is the change in the probability of the token that really follows. The ± in small print is a 95% interval (1.96 standard errors).",
    )
}

/// The rows of one comparison that are of cells, or of the noise.
fn rows_of<'a>(
    report: &'a Report,
    view: &'a FidelityView,
) -> impl Iterator<Item = &'a FidelityRow> {
    let of_view = |row: &&FidelityRow| row.baseline_cell == view.baseline;
    report.fidelity.iter().filter(of_view)
}

/// Rows under the name of their baseline.
fn under_baseline(view: &FidelityView, labels: &Labels, mut rows: Vec<Row>) -> Vec<Row> {
    let baseline = labels.name(view.baseline);
    if let Some(first) = rows.first_mut() {
        first.group = Some(Phrase::of(
            Rich::default().text("기준: ").foreign(baseline),
            Rich::default().text("Baseline: ").foreign(baseline),
        ));
    }
    rows
}

/// The table of whole corpora, by which cells are compared, with the noise floor under them.
fn whole(report: &Report, labels: &Labels) -> Option<Table> {
    let wanted = |row: &&FidelityRow| row.whole || row.compared != Compared::Cell;
    if !report.fidelity.iter().any(|row| row.whole) {
        return None;
    }
    let of_view = |view: &FidelityView| {
        let rows = rows_of(report, view).filter(wanted);
        under_baseline(
            view,
            labels,
            rows.map(|row| whole_line(row, labels)).collect(),
        )
    };
    Some(Table {
        id: "t-fidelity",
        csv: "fidelity.csv",
        how: Some(how::fidelity()),
        caption: Phrase::both(
            "말뭉치 전체에서 기준과 얼마나 다른지. KL 발산은 작을수록, 1순위 일치는 클수록 기준에 가깝습니다",
            "How far each cell is from its baseline over whole corpora: the smaller the divergence and the larger the same top, the nearer",
        ),
        columns: vec![
            Column::words(Phrase::both("셀", "Cell")),
            Column::words(Phrase::both("글", "Text")),
            Column::number(Phrase::both("평균 KL 발산", "Mean KLD"), units::nats()),
            Column::number(Phrase::both("중앙값", "Median"), units::nats()),
            Column::number(Phrase::both("99백분위수", "99th percentile"), units::nats()),
            Column::number(Phrase::both("최대", "Largest"), units::nats()),
            Column::count(Phrase::both("1순위 일치", "Same top")),
            Column::number(Phrase::both("Δp의 RMS", "RMS Δp"), percentage_points()),
            Column::number(
                Phrase::both("퍼플렉시티", "Perplexity"),
                Phrase::both("기준의 몇 배", "× baseline"),
            ),
        ],
        rows: report.fidelity_cells.iter().flat_map(of_view).collect(),
    })
}

fn percentage_points() -> Phrase {
    Phrase::both("%p", "% points")
}

fn whole_line(row: &FidelityRow, labels: &Labels) -> Row {
    let positions = number::count(row.n_scored);
    let positions = Phrase::both(format!("{positions}자리"), format!("{positions} positions"));
    Row {
        head: match row.compared {
            Compared::Cell => Phrase::foreign(labels.name(row.cell)),
            Compared::Again => Phrase::both("잡음: 기준을 다시 계산", "Noise: baseline again"),
            Compared::Alone => Phrase::both(
                "잡음: 기준을 한 토큰씩 계산",
                "Noise: baseline, one token at a time",
            ),
        },
        cells: vec![
            Cell::words(Phrase::foreign(&row.corpus)).with_note(Some(positions)),
            divergence(row),
            Cell::number(Some(number::magnitude(row.median_kld))),
            Cell::number(Some(number::magnitude(row.p99_kld))),
            Cell::number(Some(number::magnitude(row.max_kld))),
            same_top(row),
            rms(row),
            ratio(row),
        ],
        source: place(&labels.report.fidelity, row),
        ..Row::default()
    }
}

/// The table of single texts and of the corpora after the first.
fn parts(report: &Report, labels: &Labels) -> Option<Table> {
    let rows: Vec<Row> = report
        .fidelity_cells
        .iter()
        .flat_map(|view| &view.compared)
        .flat_map(|&cell| parts_of(report, cell, labels))
        .collect();
    (!rows.is_empty()).then(|| Table {
        id: "t-fidelity-texts",
        csv: "fidelity.csv",
        how: None,
        caption: Phrase::both(
            "글마다, 말뭉치마다 따로 본 차이. ‘전체의 몇 배’는 글이면 그 말뭉치 전체와, 둘째 말뭉치부터는 첫 말뭉치와 견준 것입니다",
            "Text by text and corpus by corpus. “× whole” is against the whole corpus of a text, and against the first corpus for the others",
        ),
        columns: vec![
            Column::words(Phrase::both("글", "Text")),
            Column::count(Phrase::both("비교한 자리", "Positions")),
            Column::number(Phrase::both("평균 KL 발산", "Mean KLD"), units::nats()),
            Column::count(Phrase::both("전체의 몇 배", "× whole")),
            Column::count(Phrase::both("1순위 일치", "Same top")),
            Column::number(Phrase::both("Δp의 RMS", "RMS Δp"), percentage_points()),
            Column::number(
                Phrase::both("퍼플렉시티", "Perplexity"),
                Phrase::both("기준의 몇 배", "× baseline"),
            ),
        ],
        rows,
    })
}

/// The texts of one cell, and its corpora after the first, under its name.
fn parts_of(report: &Report, cell: usize, labels: &Labels) -> Vec<Row> {
    let parts = distances::Parts::of(report, cell);
    let line = |(index, (row, whole)): (usize, (&FidelityRow, Option<&FidelityRow>))| Row {
        group: (index == 0).then(|| Phrase::foreign(labels.name(cell))),
        head: Phrase::foreign(&row.corpus),
        cells: vec![
            Cell::number(Some(number::count(row.n_scored))),
            divergence(row),
            multiple(row, whole),
            same_top(row),
            rms(row),
            ratio(row),
        ],
        source: place(&labels.report.fidelity, row),
        ..Row::default()
    };
    parts.0.into_iter().enumerate().map(line).collect()
}

/// A divergence as a multiple of that over `whole`.
fn multiple(row: &FidelityRow, whole: Option<&FidelityRow>) -> Cell {
    let estimate = whole.and_then(|whole| row.relative_to(whole));
    Cell::estimate(estimate.and_then(|found| {
        number::Estimate::new(Some(found.point), Some(found.low), Some(found.high))
    }))
}

fn divergence(row: &FidelityRow) -> Cell {
    let half = row.mean_kld_se.map(|se| Z95 * se);
    let shown = half.filter(|half| *half > 0.0).map(number::magnitude);
    with_half((number::magnitude(row.mean_kld), shown), half)
}

fn same_top(row: &FidelityRow) -> Cell {
    // Of positions that all agree, the formula knows no error.
    let half = row.same_top_se.map(|se| 100.0 * Z95 * se);
    let (value, shown) = number::with_half(100.0 * row.same_top, half);
    let value = if shown.is_some() {
        value + "%"
    } else {
        number::fine_percent(row.same_top)
    };
    with_half((value, shown), half)
}

fn rms(row: &FidelityRow) -> Cell {
    let half = row.rms_dp_se.map(|se| 100.0 * Z95 * se);
    let half = half.or((row.rms_dp == 0.0).then_some(0.0));
    with_half(number::with_half(100.0 * row.rms_dp, half), half)
}

fn ratio(row: &FidelityRow) -> Cell {
    let half = row.ppl_ratio_se.map(|se| Z95 * se);
    with_half(number::with_half(row.ppl_ratio, half), half)
}

/// A value with ± half the width of its interval; nothing under a value that cannot vary.
fn with_half((value, shown): (String, Option<String>), half: Option<f64>) -> Cell {
    let note = match (shown, half) {
        (Some(half), _) => Some(Phrase::same(format!("± {half}"))),
        (None, Some(_)) => None,
        (None, None) => Some(Phrase::both("구간 없음", "no interval")),
    };
    Cell::number(Some(value)).with_note(note)
}
