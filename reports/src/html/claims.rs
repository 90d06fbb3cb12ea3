//! What is claimed of lower precisions, with the verdict of the measurements on each.

use crate::view::{Claim, ClaimRow, Quantity, Report, Unit, Verdict};
use askama::Template;
use askama::filters::HtmlSafe;

use super::how;
use super::label::Labels;
use super::number::{self, Estimate};
use super::phrase::{Phrase, Rich};
use super::table::{Cell, Column, Row, Table};

/// Up to this many cells are shown unfolded.
const MOST_OPEN: usize = 3;

/// The section on the claims.
#[derive(Template)]
#[template(path = "claims.html")]
pub(super) struct ClaimsSection {
    lead: Phrase,
    overview: Table,
    cells: Vec<CellClaims>,
    /// Whether the cells are shown unfolded.
    open: bool,
}

// The template escapes what it shows.
impl HtmlSafe for ClaimsSection {}

/// All claims on one cell.
struct CellClaims {
    name: Phrase,
    claims: Vec<ClaimView>,
}

struct ClaimView {
    name: Phrase,
    verdict: VerdictView,
    quantities: Vec<QuantityView>,
    why: Phrase,
    advice: Phrase,
    expected_from: Option<Phrase>,
    /// Where the numbers come from, each place once.
    evidence: Vec<Phrase>,
}

struct VerdictView {
    class: &'static str,
    mark: &'static str,
    word: Phrase,
}

struct QuantityView {
    name: Phrase,
    value: Phrase,
    /// Interval and expectation, or why there is no value.
    notes: Vec<Phrase>,
}

impl ClaimsSection {
    /// The section; `None` where there is no cell besides F32.
    pub(super) fn of(report: &Report, labels: &Labels) -> Option<Self> {
        let cells: Vec<&[ClaimRow]> = report.claims.chunk_by(|a, b| a.cell == b.cell).collect();
        (!cells.is_empty()).then(|| Self {
            lead: lead(report),
            overview: overview(&cells, labels),
            open: cells.len() <= MOST_OPEN && report.claims.iter().any(is_judged),
            cells: cells.into_iter().map(|rows| cell(rows, labels)).collect(),
        })
    }
}

/// Where nothing could be judged, the table says all that there is to know at first.
fn is_judged(row: &ClaimRow) -> bool {
    row.verdict
        .is_some_and(|verdict| verdict != Verdict::NotMeasurable)
}

/// How the verdicts fell.
fn lead(report: &Report) -> Phrase {
    let n = |verdict| {
        let rows = report.claims.iter();
        number::count(rows.filter(|row| row.verdict == Some(verdict)).count() as u64)
    };
    let list = |word: fn(Verdict) -> &'static str| {
        let each = Verdict::ALL.map(|verdict| format!("{} {}", word(verdict), n(verdict)));
        each.join(", ")
    };
    let all = report.claims.iter().filter(|row| row.verdict.is_some());
    let all = number::count(all.count() as u64);
    Phrase::both(
        format!(
            "판정은 모두 {all}건입니다: {}.",
            list(|verdict| word(verdict).0)
        ),
        format!(
            "Verdicts: {all} in all ({}).",
            list(|verdict| word(verdict).1)
        ),
    )
}

fn overview(cells: &[&[ClaimRow]], labels: &Labels) -> Table {
    let mut columns = vec![Column::words(Phrase::both("셀", "Cell"))];
    columns.extend(Claim::ALL.map(|claim| Column::words(name(claim))));
    let line = |rows: &&[ClaimRow]| Row {
        head: Phrase::foreign(labels.name(rows[0].cell)),
        cells: rows
            .iter()
            .filter_map(|row| row.verdict)
            .map(|verdict| {
                let VerdictView { class, mark, word } = shown(verdict);
                Cell {
                    class,
                    ..Cell::words(Phrase::same(format!("{mark} ")).then(word))
                }
            })
            .collect(),
        ..Row::default()
    };
    Table {
        id: "t-claims",
        csv: "claims.csv",
        how: Some(how::claims()),
        caption: Phrase::both(
            "F32와 견준 판정. ‘맞음’은 주장이 맞다는 뜻이지 좋다는 뜻이 아닙니다",
            "Verdicts against F32. That a claim holds says it is true, not that it is good",
        ),
        columns,
        rows: cells.iter().map(line).collect(),
    }
}

fn cell(rows: &[ClaimRow], labels: &Labels) -> CellClaims {
    let own = || Rich::default().foreign(labels.name(rows[0].cell));
    let name = match &rows[0].baseline {
        Some(baseline) => Phrase::of(
            own().text(" (견준 셀: ").foreign(baseline).text(")"),
            own().text(" (against ").foreign(baseline).text(")"),
        ),
        None => Phrase::of(own(), own()),
    };
    CellClaims {
        name,
        claims: rows
            .chunk_by(|a, b| a.claim == b.claim)
            .filter_map(claim)
            .collect(),
    }
}

/// One claim from its rows, of which the first has the verdict.
fn claim(rows: &[ClaimRow]) -> Option<ClaimView> {
    let (head, quantities) = rows.split_first()?;
    let mut places: Vec<&str> = quantities
        .iter()
        .filter_map(|row| row.evidence.as_deref())
        .collect();
    places.dedup();
    Some(ClaimView {
        name: name(head.claim),
        verdict: shown(head.verdict?),
        quantities: quantities.iter().map(|row| quantity(row, head)).collect(),
        why: said(head.why_ko.as_ref(), head.why.as_ref())?,
        advice: said(head.advice_ko.as_ref(), head.advice_en.as_ref())?,
        expected_from: said(head.expected_from_ko.as_ref(), head.expected_from.as_ref()),
        evidence: places.into_iter().map(Phrase::foreign).collect(),
    })
}

/// Sentences of a row, which may hold names of others.
fn said(ko: Option<&String>, en: Option<&String>) -> Option<Phrase> {
    let (ko, en) = ko.zip(en)?;
    Some(Phrase::of(
        Rich::default().foreign(ko),
        Rich::default().foreign(en),
    ))
}

fn quantity(row: &ClaimRow, head: &ClaimRow) -> QuantityView {
    let (name, unit) = (quantity_name(row.quantity), row.unit.unwrap_or(Unit::Ratio));
    let Some(measured) = Estimate::new(row.measured, row.ci95_low, row.ci95_high) else {
        // What the verdict says already is not said again.
        let told = row.why.as_ref().zip(head.why.as_ref());
        let again = told.is_some_and(|(why, all)| all.contains(why));
        let reason = said(row.why_ko.as_ref(), row.why.as_ref());
        return QuantityView {
            name,
            value: Phrase::none(),
            notes: reason.filter(|_| !again).into_iter().collect(),
        };
    };
    if row.quantity == Quantity::PplRatio {
        return QuantityView {
            name,
            value: Phrase::same(change(measured.value)),
            notes: measured
                .interval
                .map(|(low, high)| interval(&format!("{} … {}", change(low), change(high))))
                .into_iter()
                .collect(),
        };
    }
    let notes = measured.interval.map(|(low, high)| {
        let ends = match unit {
            Unit::Ratio | Unit::Bits => measured.interval_text().unwrap_or_default(),
            _ => format!("{}–{}", digits(low, unit), digits(high, unit)),
        };
        interval(&ends)
    });
    let value = match unit {
        Unit::Ratio | Unit::Bits => measured.value_text(),
        _ => digits(measured.value, unit),
    };
    QuantityView {
        name,
        value: with_unit(&value, unit),
        notes: notes.into_iter().chain(expected(row, unit)).collect(),
    }
}

fn interval(ends: &str) -> Phrase {
    Phrase::both(format!("95% 구간 {ends}"), format!("95% interval {ends}"))
}

/// A ratio near 1 as what it is more or less, which three digits of the ratio would hide.
fn change(ratio: f64) -> String {
    let sign = if ratio > 1.0 { "+" } else { "" };
    format!("{sign}{}%", number::magnitude((ratio - 1.0) * 100.0))
}

fn expected(row: &ClaimRow, unit: Unit) -> Option<Phrase> {
    let (low, high) = row.expected_low.zip(row.expected_high)?;
    if low == 0.0 && high > 0.0 {
        let most = with_unit(&digits(high, unit), unit);
        return Some(
            Phrase::both("기대 ", "expected at most ")
                .then(most)
                .then(Phrase::both(" 이하", "")),
        );
    }
    let shown = if low == high {
        digits(low, unit)
    } else {
        format!("{}–{}", digits(low, unit), digits(high, unit))
    };
    Some(Phrase::both("기대 ", "expected ").then(with_unit(&shown, unit)))
}

/// A number in a unit, without it.
fn digits(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Ratio | Unit::Bits => number::plain(value),
        Unit::Nats => number::magnitude(value),
        Unit::Share => number::fine_percent(value),
        Unit::Values => number::count(value as u64),
    }
}

fn with_unit(digits: &str, unit: Unit) -> Phrase {
    match unit {
        Unit::Ratio => Phrase::both(format!("{digits}배"), format!("{digits}×")),
        Unit::Bits => Phrase::both(format!("{digits}비트"), format!("{digits} bits")),
        Unit::Nats => Phrase::both(format!("{digits}나트"), format!("{digits} nats")),
        Unit::Share => Phrase::same(digits),
        Unit::Values => Phrase::both(format!("{digits}개"), digits),
    }
}

/// A claim as it is made.
fn name(claim: Claim) -> Phrase {
    match claim {
        Claim::Memory => Phrase::both("메모리를 덜 쓴다", "Takes less memory"),
        Claim::Speed => Phrase::both("더 빠르다", "Is faster"),
        Claim::Energy => Phrase::both("에너지를 덜 쓴다", "Takes less energy"),
        Claim::Precision => Phrase::both("덜 정밀하다", "Is less precise"),
        Claim::Range => Phrase::both("수의 범위가 좁다", "Has a narrower range"),
        Claim::Mixed => Phrase::both("섞어 쓰면 나아진다", "Mixing is the remedy"),
    }
}

fn word(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Holds => ("맞음", "holds"),
        Verdict::Partly => ("일부 맞음", "partly"),
        Verdict::Fails => ("맞지 않음", "fails"),
        Verdict::NotMeasurable => ("판단 못 함", "not measurable here"),
    }
}

fn shown(verdict: Verdict) -> VerdictView {
    let (class, mark) = match verdict {
        Verdict::Holds => ("verdict holds", "○"),
        Verdict::Partly => ("verdict partly", "△"),
        Verdict::Fails => ("verdict fails", "×"),
        Verdict::NotMeasurable => ("verdict unknown", "–"),
    };
    let (ko, en) = word(verdict);
    VerdictView {
        class,
        mark,
        word: Phrase::both(ko, en),
    }
}

fn quantity_name(quantity: Quantity) -> Phrase {
    let (ko, en) = match quantity {
        Quantity::Verdict => ("판정", "Verdict"),
        Quantity::Weights => ("가중치 메모리", "Memory of the weights"),
        Quantity::BitsPerWeight => ("가중치 하나", "One weight"),
        Quantity::Peak => ("최대 메모리", "Peak memory"),
        Quantity::Prefill => ("프리필 속도", "Prefill rate"),
        Quantity::Decode => ("디코드 속도", "Decode rate"),
        Quantity::PrefillEnergy => ("프리필 토큰당 에너지", "Energy of a prefill token"),
        Quantity::DecodeEnergy => ("디코드 토큰당 에너지", "Energy of a decoded token"),
        Quantity::MeanKld => ("평균 KLD", "Mean KLD"),
        Quantity::NoiseFloor => ("측정 방법의 잡음", "Noise of the method"),
        Quantity::SameTop => ("가장 유력한 토큰이 같은 비율", "Same likeliest token"),
        Quantity::PplRatio => ("퍼플렉시티의 변화", "Change of perplexity"),
        Quantity::Overflow => ("무한대가 되는 가중치", "Weights that become infinite"),
        Quantity::Subnormal => ("비정규 수가 되는 가중치", "Weights that become subnormal"),
        Quantity::Vanish => ("0이 되는 가중치", "Weights that become zero"),
        Quantity::KldRatio => (
            "F32로 둔 뒤 남은 평균 KLD",
            "Mean KLD left with the ends in F32",
        ),
        Quantity::MemoryCost => (
            "F32로 둔 뒤의 가중치 메모리",
            "Memory of the weights with the ends in F32",
        ),
    };
    Phrase::both(ko, en)
}
