//! Mixing is the remedy: token embedding and output in F32 take back a part of the divergence.

use super::finding::{Finding, Measure, Said, both};
use super::pair::{Pair, cells_of};
use super::precision::{self, Outcome};
use super::{Quantity, Unit, Verdict, advice};
use crate::precision::Precision;
use crate::stats::{Estimate, Z95};
use crate::text::one_line;
use crate::view::FidelityRow;

/// The remedy holds where at least this share of the divergence is gone.
const REMEDIED: f64 = 0.5;

pub(super) fn finding(pair: &Pair) -> Finding {
    let expected_from = Some(both(
        "중요한 부분인 임베딩과 출력 텐서를 F32로 두면 잃은 정밀도를 되찾는다는 주장입니다. 평균 KLD의 절반 이상이 없어지면 맞는 것으로 봅니다.",
        "What matters most, embedding and output, in F32 is said to bring precision back; it holds where at least half of the mean KLD is gone.",
    ));
    let (plain, mixed) = match cells(pair) {
        Ok(cells) => cells,
        Err(why) => {
            return Finding {
                expected_from,
                ..Finding::not_measurable(why)
            };
        }
    };
    let cost = cost(pair, plain, mixed);
    match reduction(pair, plain, mixed) {
        Ok(ratio) => {
            let verdict = verdict(ratio);
            let evidence = evidence(pair, plain, mixed);
            let advice = advice::mixed(verdict, cost.measured);
            let kld = Measure::estimated(Quantity::KldRatio, Unit::Ratio, ratio, evidence);
            Finding {
                verdict,
                why: why(verdict),
                advice,
                expected_from,
                measures: vec![kld.expecting(0.0, REMEDIED), cost],
            }
        }
        Err(why) => {
            let kld = Measure::missing(Quantity::KldRatio, Unit::Ratio, why.clone());
            Finding {
                expected_from,
                measures: vec![kld, cost],
                ..Finding::not_measurable(why)
            }
        }
    }
}

/// By the interval of the divergence that is left.
fn verdict(left: Estimate) -> Verdict {
    match left.high {
        high if high <= REMEDIED => Verdict::Holds,
        high if high < 1.0 => Verdict::Partly,
        _ => Verdict::Fails,
    }
}

/// The cell without and the one with its ends in F32.
fn cells(pair: &Pair) -> Result<(usize, usize), Said> {
    let own = pair.precision();
    let wanted = Precision {
        ends_f32: !own.ends_f32,
        ..own
    };
    let key = &pair.report.cells[pair.cell].key;
    let other = cells_of(pair.report, pair.report.cells[pair.cell].run).find(|&cell| {
        pair.report.cells[cell].key.variant == key.variant && pair.report.precision(cell) == wanted
    });
    match (other, own.ends_f32) {
        (Some(other), false) => Ok((pair.cell, other)),
        (Some(other), true) => Ok((other, pair.cell)),
        (None, false) => Err(both(
            format!(
                "임베딩과 출력을 F32로 둔 {}+F32 셀을 재지 않았습니다. 스위트 precision-grid로 다시 재십시오.",
                one_line(own.weights)
            ),
            format!(
                "No cell {}+F32, with embedding and output in F32, was measured; the suite precision-grid has them.",
                one_line(own.weights)
            ),
        )),
        (None, true) => Err(both(
            format!(
                "견줄 {} 셀을 재지 않았습니다. 스위트 precision-grid로 다시 재십시오.",
                one_line(own.weights)
            ),
            format!(
                "The cell {} to compare with was not measured; the suite precision-grid has both.",
                one_line(own.weights)
            ),
        )),
    }
}

/// What is left of the divergence, of 1.
///
/// # Errors
/// It was not measured, or there was none to take back.
fn reduction(pair: &Pair, plain: usize, mixed: usize) -> Result<Estimate, Said> {
    let row = |cell| {
        precision::compared(pair, cell).ok_or_else(|| precision::lacks(&Pair { cell, ..*pair }))
    };
    let (before, after) = (row(plain)?, row(mixed)?);
    let over = |row: &FidelityRow| (row.baseline_cell, row.corpus.clone(), row.n_scored);
    if over(before) != over(after) {
        return Err(both(
            "두 셀을 서로 다른 기준이나 글에서 견주었습니다.",
            "The two cells were compared with different baselines or over different texts.",
        ));
    }
    if precision::outcome(pair.report, before) != Outcome::Shown {
        return Err(both(
            "F32와의 차이가 잡음보다 크다고 확인되지 않아 되찾을 것이 없습니다.",
            "No difference from F32 above the noise is shown, so there is nothing to take back.",
        ));
    }
    ratio(before, after).ok_or_else(|| {
        both(
            "평균 KLD의 구간을 구할 수 없습니다.",
            "There is no interval of the mean KLD.",
        )
    })
}

/// The ratio of two means, with ± 1.96 standard errors of its logarithm, √((s₁/m₁)² + (s₂/m₂)²): that of
/// independent means. These are of the same positions, which rise and fall together, so it is wider than
/// it need be. `None` without errors, and where a mean is not positive.
fn ratio(before: &FidelityRow, after: &FidelityRow) -> Option<Estimate> {
    if before.mean_kld <= 0.0 {
        return None;
    }
    let point = after.mean_kld / before.mean_kld;
    if after.max_kld <= 0.0 {
        // The same distribution everywhere: all of it is gone.
        return Some(Estimate {
            point: 0.0,
            low: 0.0,
            high: 0.0,
        });
    }
    if point <= 0.0 {
        return None;
    }
    let relative = |row: &FidelityRow| Some(row.mean_kld_se? / row.mean_kld);
    let error = relative(before)?.hypot(relative(after)?);
    Some(Estimate {
        point,
        low: point * (-Z95 * error).exp(),
        high: point * (Z95 * error).exp(),
    })
}

/// The memory that the remedy takes.
fn cost(pair: &Pair, plain: usize, mixed: usize) -> Measure {
    let (quantity, unit) = (Quantity::MemoryCost, Unit::Ratio);
    let bytes = |cell| pair.memory(cell)?.model_bytes.filter(|&bytes| bytes > 0);
    match bytes(mixed).zip(bytes(plain)) {
        Some((mixed_bytes, plain_bytes)) => {
            let evidence = pair.evidence("memory.csv model_bytes", "memory", &[mixed, plain]);
            Measure::exact(
                quantity,
                unit,
                mixed_bytes as f64 / plain_bytes as f64,
                evidence,
            )
        }
        None => Measure::missing(
            quantity,
            unit,
            both(
                "두 셀 가운데 가중치 메모리를 재지 못한 것이 있습니다.",
                "The memory of the weights was not measured in both cells.",
            ),
        ),
    }
}

fn evidence(pair: &Pair, plain: usize, mixed: usize) -> String {
    let of = |cell| {
        precision::compared(pair, cell)
            .map_or_else(String::new, |row| precision::evidence(pair, row))
    };
    format!("{} over {}", of(mixed), of(plain))
}

fn why(verdict: Verdict) -> Said {
    match verdict {
        Verdict::Holds => both(
            "임베딩과 출력을 F32로 두면 평균 KLD가 구간 전체에서 절반 이하로 줄어듭니다.",
            "With embedding and output in F32 the mean KLD falls to half or less over the whole interval.",
        ),
        Verdict::Partly => both(
            "평균 KLD가 줄어들지만, 절반 이하로 줄었다고는 할 수 없습니다.",
            "The mean KLD falls, but that it falls to half is not shown.",
        ),
        _ => both(
            "평균 KLD가 줄었다고 할 수 없습니다.",
            "That the mean KLD falls is not shown.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_divergence_must_be_gone() {
        let left = |low, high| Estimate {
            point: f64::midpoint(low, high),
            low,
            high,
        };
        assert_eq!(verdict(left(0.1, 0.5)), Verdict::Holds);
        assert_eq!(verdict(left(0.1, 0.51)), Verdict::Partly);
        assert_eq!(verdict(left(0.6, 0.99)), Verdict::Partly);
        assert_eq!(verdict(left(0.6, 1.0)), Verdict::Fails);
        assert_eq!(verdict(left(1.1, 1.4)), Verdict::Fails);
    }
}
