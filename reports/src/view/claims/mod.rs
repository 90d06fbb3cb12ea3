//! What is commonly claimed of a lower precision, put to the test: each cell against F32.
//!
//! The rules and their thresholds stand in METHODOLOGY.md, "The claims". Each claim has a module that
//! turns what was measured into a [`finding::Finding`]; here these become rows.

mod advice;
mod energy;
mod finding;
#[cfg(test)]
pub(crate) mod fixture;
mod format;
mod memory;
mod mixed;
mod pair;
mod precision;
mod range;
mod remarks;
mod row;
mod speed;
#[cfg(test)]
mod tests;

use super::{CellKey, Report};
use crate::precision::Precision;
use finding::{Finding, Measure};
use pair::Pair;

pub use row::{Claim, ClaimRow, Quantity, Unit, Verdict};

/// The rows of every cell whose weights are not F32: for each claim first its verdict, then the
/// quantities that it rests on.
pub(super) fn rows(report: &Report) -> Vec<ClaimRow> {
    let mut rows = Vec::new();
    for cell in 0..report.cells.len() {
        if Precision::parse(&report.cells[cell].key.precision).weights == "F32" {
            continue;
        }
        let pair = Pair::of(report, cell);
        for claim in Claim::ALL {
            let finding = match &pair {
                Ok(pair) => judged(claim, pair),
                Err(why) => Finding::not_measurable(why.clone()),
            };
            let blank = ClaimRow {
                baseline: pair.as_ref().ok().map(|pair| pair.name(pair.base)),
                ..blank(&report.cells[cell].key, claim, cell)
            };
            append(&mut rows, &blank, finding);
        }
    }
    rows
}

fn judged(claim: Claim, pair: &Pair) -> Finding {
    match claim {
        Claim::Memory => memory::finding(pair),
        Claim::Speed => speed::finding(pair),
        Claim::Energy => energy::finding(pair),
        Claim::Precision => precision::finding(pair),
        Claim::Range => range::finding(pair),
        Claim::Mixed => mixed::finding(pair),
    }
}

/// A row that says nothing yet.
fn blank(key: &CellKey, claim: Claim, cell: usize) -> ClaimRow {
    let CellKey {
        machine,
        model,
        variant,
        precision,
    } = key.clone();
    ClaimRow {
        machine,
        model,
        variant,
        precision,
        baseline: None,
        claim,
        quantity: Quantity::Verdict,
        expected_low: None,
        expected_high: None,
        expected_from: None,
        measured: None,
        ci95_low: None,
        ci95_high: None,
        unit: None,
        verdict: None,
        why: None,
        advice_ko: None,
        advice_en: None,
        evidence: None,
        expected_from_ko: None,
        why_ko: None,
        cell,
    }
}

fn append(rows: &mut Vec<ClaimRow>, blank: &ClaimRow, finding: Finding) {
    let (why_ko, why) = finding.why;
    let (advice_ko, advice_en) = finding.advice;
    let (expected_from_ko, expected_from) = finding.expected_from.unzip();
    rows.push(ClaimRow {
        verdict: Some(finding.verdict),
        why: Some(why),
        why_ko: Some(why_ko),
        advice_ko: Some(advice_ko),
        advice_en: Some(advice_en),
        expected_from,
        expected_from_ko,
        ..blank.clone()
    });
    rows.extend(
        finding
            .measures
            .into_iter()
            .map(|measure| quantity(blank, measure)),
    );
}

fn quantity(blank: &ClaimRow, measure: Measure) -> ClaimRow {
    let (expected_low, expected_high) = measure.expected.unzip();
    let (ci95_low, ci95_high) = measure.interval.unzip();
    let (why_ko, why) = measure.missing.unzip();
    ClaimRow {
        quantity: measure.quantity,
        expected_low,
        expected_high,
        measured: measure.measured,
        ci95_low,
        ci95_high,
        unit: Some(measure.unit),
        why,
        why_ko,
        evidence: measure.evidence,
        ..blank.clone()
    }
}
