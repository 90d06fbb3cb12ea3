//! It is less precise: its next-token distributions differ from F32's by more than F32's from itself.

use super::finding::{Finding, Measure, Said, both, joined};
use super::pair::{Pair, group};
use super::{Quantity, Unit, Verdict, advice, remarks};
use crate::precision::Precision;
use crate::record::Compared;
use crate::stats::{Estimate, Z95};
use crate::text::one_line;
use crate::view::{FidelityRow, Report};

/// What the divergence shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Outcome {
    /// More than the noise of either kind.
    Shown,
    /// More than chance adds, and no more than evaluating one token at a time does.
    WithinBatch,
    /// More than chance adds, and no more than the settings that it has and the baseline has not.
    WithinSettings,
    /// More than nothing, where the noise was not measured.
    NoFloor,
    /// No more than chance: below this many nats.
    NotShown(f64),
    /// There is no interval.
    Unknown,
}

/// What a divergence must exceed: how far F32 is from itself at most, in nats, by kind. `None` where that
/// was not measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Floor {
    /// Evaluated once more.
    again: Option<f64>,
    /// One token at a time.
    alone: Option<f64>,
    /// With the settings of the cell (KV cache, flash attention), where the baseline has others.
    settings: Option<f64>,
}

impl Outcome {
    /// By the interval of the mean divergence.
    fn of(interval: Option<(f64, f64)>, floor: Floor) -> Self {
        let Some((low, high)) = interval else {
            return Self::Unknown;
        };
        let chance = floor.again.unwrap_or(0.0).max(0.0);
        if low <= chance {
            return Self::NotShown(high);
        }
        if floor.settings.is_some_and(|settings| low <= settings) {
            return Self::WithinSettings;
        }
        match (floor.again, floor.alone) {
            (Some(_), Some(alone)) if low > alone => Self::Shown,
            (_, Some(alone)) if low <= alone => Self::WithinBatch,
            _ => Self::NoFloor,
        }
    }

    fn verdict(self) -> Verdict {
        match self {
            Self::Shown => Verdict::Holds,
            Self::WithinBatch | Self::WithinSettings | Self::NoFloor => Verdict::Partly,
            Self::NotShown(_) => Verdict::Fails,
            Self::Unknown => Verdict::NotMeasurable,
        }
    }
}

pub(super) fn finding(pair: &Pair) -> Finding {
    let Some(row) = compared(pair, pair.cell) else {
        return Finding {
            expected_from: Some(expected_from()),
            ..Finding::not_measurable(lacks(pair))
        };
    };
    let outcome = outcome(pair.report, row);
    let why = [why(outcome, row)]
        .into_iter()
        .chain(remarks::other_settings(pair, row))
        .chain(remarks::origin(pair, row));
    Finding {
        verdict: outcome.verdict(),
        why: joined(why),
        advice: advice::precision(outcome, row, &pair.label()),
        expected_from: Some(expected_from()),
        measures: measures(pair, row),
    }
}

/// What a comparison shows.
pub(super) fn outcome(report: &Report, row: &FidelityRow) -> Outcome {
    Outcome::of(kld(row).map(|kld| (kld.low, kld.high)), floor(report, row))
}

/// The first whole corpus over which a cell was compared with weights in F32.
pub(super) fn compared<'a>(pair: &Pair<'a>, cell: usize) -> Option<&'a FidelityRow> {
    let report = pair.report;
    let f32 = |cell| report.precision(cell).weights == "F32";
    report.fidelity.iter().find(|row| {
        row.compared == Compared::Cell && row.cell == cell && row.whole && f32(row.baseline_cell)
    })
}

/// The mean divergence with its interval; `None` without a standard error.
pub(super) fn kld(row: &FidelityRow) -> Option<Estimate> {
    around(row.mean_kld, row.mean_kld_se)
}

fn around(point: f64, standard_error: Option<f64>) -> Option<Estimate> {
    let half = Z95 * standard_error?;
    Some(Estimate {
        point,
        low: point - half,
        high: point + half,
    })
}

/// The upper ends of the intervals of the baseline's divergence from itself, the largest of each kind.
fn floor(report: &Report, row: &FidelityRow) -> Floor {
    let most = |kind| {
        let noise = report
            .fidelity
            .iter()
            .filter(|noise| noise.compared == kind && noise.baseline_cell == row.baseline_cell);
        noise
            .filter_map(|noise| Some(kld(noise)?.high))
            .reduce(f64::max)
    };
    Floor {
        again: most(Compared::Again),
        alone: most(Compared::Alone),
        settings: with_settings(report, row).and_then(|row| Some(kld(row)?.high)),
    }
}

/// How the F32 cell with the settings of a compared one differs from the same baseline; `None` where
/// the baseline has these settings itself, or no such cell was compared.
pub(super) fn with_settings<'a>(report: &'a Report, row: &FidelityRow) -> Option<&'a FidelityRow> {
    let wanted = Precision {
        weights: "F32",
        ends_f32: false,
        ..report.precision(row.cell)
    };
    if report.precision(row.baseline_cell) == wanted {
        return None;
    }
    // The same file at F32 as the baseline: another one would differ by what it has lost.
    let variant = |cell: usize| &report.cells[cell].key.variant;
    report.fidelity.iter().find(|other| {
        other.compared == Compared::Cell
            && variant(other.cell) == variant(row.baseline_cell)
            && other.baseline_cell == row.baseline_cell
            && other.corpus == row.corpus
            && report.precision(other.cell) == wanted
    })
}

fn measures(pair: &Pair, row: &FidelityRow) -> Vec<Measure> {
    let evidence = evidence(pair, row);
    let measure = |quantity, unit, estimate: Option<Estimate>, point| match estimate {
        Some(estimate) => Measure::estimated(quantity, unit, estimate, evidence.clone()),
        None => Measure::exact(quantity, unit, point, evidence.clone()),
    };
    // Of equal positions the error would be 0, which claims that nothing can vary.
    let same_top_se = row.same_top_se.filter(|&se| se > 0.0);
    let same_top = around(row.same_top, same_top_se).map(|estimate| Estimate {
        low: estimate.low.max(0.0),
        high: estimate.high.min(1.0),
        ..estimate
    });
    let ratio = around(row.ln_ppl_ratio, row.ln_ppl_ratio_se).map(|ln| Estimate {
        point: ln.point.exp(),
        low: ln.low.exp(),
        high: ln.high.exp(),
    });
    vec![
        measure(Quantity::MeanKld, Unit::Nats, kld(row), row.mean_kld),
        noise(pair, row),
        measure(Quantity::SameTop, Unit::Share, same_top, row.same_top),
        measure(
            Quantity::PplRatio,
            Unit::Ratio,
            ratio,
            row.ln_ppl_ratio.exp(),
        ),
    ]
}

/// The larger of the two kinds of noise: its upper end.
fn noise(pair: &Pair, row: &FidelityRow) -> Measure {
    let (quantity, unit) = (Quantity::NoiseFloor, Unit::Nats);
    let Floor {
        again,
        alone,
        settings,
    } = floor(pair.report, row);
    let kinds = again.into_iter().chain(alone).chain(settings);
    match kinds.reduce(f64::max) {
        Some(most) => {
            let with_settings = with_settings(pair.report, row)
                .map(|row| format!(", and compared=cell of {}", pair.name(row.cell)))
                .unwrap_or_default();
            let evidence = format!(
                "fidelity.csv compared=again, alone{with_settings} baseline={}: the largest upper end of their 95% intervals",
                one_line(&row.baseline)
            );
            Measure::exact(quantity, unit, most, evidence)
        }
        None => Measure::missing(
            quantity,
            unit,
            both(
                "F32를 F32 자신과 견준 기록이 없습니다.",
                "F32 was not compared with itself.",
            ),
        ),
    }
}

pub(super) fn evidence(pair: &Pair, row: &FidelityRow) -> String {
    let rows = format!(
        "fidelity.csv compared=cell corpus={} baseline={} n_scored={}",
        one_line(&row.corpus),
        one_line(&row.baseline),
        row.n_scored
    );
    let id = group(pair.report, row.cell).map_or("fidelity", |group| &group.id);
    format!(
        "{rows}; records of kind fidelity, cell {}, of {}",
        one_line(id),
        pair.name(row.cell)
    )
}

/// Why there is no comparison with F32.
pub(super) fn lacks(pair: &Pair) -> Said {
    let Some(group) = group(pair.report, pair.cell) else {
        return both(
            "다음 토큰의 분포를 견주지 않았습니다. [fidelity] 항목이 있는 스위트로 다시 재십시오.",
            "Next-token distributions were not compared; measure again with a suite that has a [fidelity] section.",
        );
    };
    let baseline = one_line(&group.baseline);
    let other = pair
        .report
        .fidelity
        .iter()
        .any(|row| row.cell == pair.cell && row.whole);
    if other {
        return both(
            format!("F32가 아니라 {baseline} 셀을 기준으로 견주었습니다."),
            format!("The comparison was with {baseline}, not with F32."),
        );
    }
    both(
        format!(
            "{} 비교가 끝까지 이루어지지 않았습니다. 이유는 ‘실패와 경고’에 있습니다.",
            one_line(&group.id)
        ),
        format!(
            "The comparison {} was not finished; the reason is under failures.",
            one_line(&group.id)
        ),
    )
}

fn expected_from() -> Said {
    both(
        "가수가 짧아지면 값마다 반올림 오차가 생기고, 그 오차가 다음 토큰의 확률에 나타나리라는 기대입니다. 같은 F32 모델을 두 번 계산하거나, 수백 토큰을 한꺼번에 계산하지 않고 한 토큰씩 계산할 때 생기는 차이(잡음)보다 커야 차이로 봅니다.",
        "Fewer bits of mantissa round every value, which should show in the probabilities of the next token: by more than F32 differs from itself when it is evaluated again, and one token at a time instead of hundreds at once.",
    )
}

fn why(outcome: Outcome, row: &FidelityRow) -> Said {
    match outcome {
        Outcome::Shown => {
            let worse = row
                .ln_ppl_ratio_se
                .map(|se| row.ln_ppl_ratio - Z95 * se > 0.0);
            let (ko, en) = match worse {
                Some(true) => (
                    "퍼플렉시티도 구간 전체에서 F32보다 높습니다.",
                    "Perplexity is higher than F32’s over its whole interval too.",
                ),
                Some(false) => (
                    "다만 퍼플렉시티까지 높아졌다고는 할 수 없습니다.",
                    "That perplexity is higher is not shown.",
                ),
                None => ("", ""),
            };
            both(
                format!("평균 KLD의 구간이 잡음보다 위에 있습니다. {ko}"),
                format!("The interval of the mean KLD lies above the noise. {en}"),
            )
        }
        Outcome::WithinBatch => both(
            "F32와 다르기는 하지만, 그 차이가 F32를 한 토큰씩 계산할 때 생기는 차이보다 크다고는 할 수 없습니다.",
            "It differs from F32, but not by more than F32 from itself when it is evaluated one token at a time instead of hundreds at once.",
        ),
        Outcome::WithinSettings => both(
            "기준 셀과 다르기는 하지만, 그 차이가 KV 캐시 같은 설정만 바꾼 F32에서 생기는 차이보다 크다고는 할 수 없습니다.",
            "It differs from the baseline, but not by more than F32 does with the same settings (KV cache, flash attention).",
        ),
        Outcome::NoFloor => both(
            "F32와 다르기는 하지만, 잡음을 다 재지 않아 그보다 큰지 알 수 없습니다.",
            "It differs from F32, but the noise was not fully measured, so whether by more than that is not known.",
        ),
        Outcome::NotShown(_) if row.max_kld <= 0.0 => both(
            "견준 위치 모두에서 분포가 F32와 같습니다.",
            "At every position the distribution is that of F32.",
        ),
        Outcome::NotShown(below) => both(
            format!(
                "차이를 확인하지 못했습니다. 차이가 있더라도 평균 KLD는 {below:.1e}나트를 넘지 않을 것입니다."
            ),
            format!(
                "No difference is shown; if there is one, its mean KLD is likely below {below:.1e} nats."
            ),
        ),
        Outcome::Unknown => both(
            "견준 위치가 너무 적어 구간을 구할 수 없습니다.",
            "Too few positions were compared for an interval.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_divergence_is_held_against_the_noise() {
        let floor = |again, alone| Floor {
            again,
            alone,
            settings: None,
        };
        let known = floor(Some(0.0), Some(2e-6));
        for (low, high, floor, expected) in [
            (1e-5, 3e-5, known, Outcome::Shown),
            (1e-6, 3e-6, known, Outcome::WithinBatch),
            (2e-6, 3e-6, known, Outcome::WithinBatch),
            (-1e-6, 3e-5, known, Outcome::NotShown(3e-5)),
            (0.0, 0.0, known, Outcome::NotShown(0.0)),
            (
                1e-5,
                3e-5,
                floor(Some(2e-5), Some(0.0)),
                Outcome::NotShown(3e-5),
            ),
            (1e-5, 3e-5, floor(None, None), Outcome::NoFloor),
            (1e-5, 3e-5, floor(None, Some(1e-6)), Outcome::NoFloor),
            (1e-5, 3e-5, floor(Some(0.0), None), Outcome::NoFloor),
            (1e-5, 3e-5, floor(None, Some(1e-4)), Outcome::WithinBatch),
            (
                1e-5,
                3e-5,
                Floor {
                    settings: Some(2e-5),
                    ..known
                },
                Outcome::WithinSettings,
            ),
            (
                1e-5,
                3e-5,
                Floor {
                    settings: Some(5e-6),
                    ..known
                },
                Outcome::Shown,
            ),
        ] {
            assert_eq!(
                Outcome::of(Some((low, high)), floor),
                expected,
                "{low} {floor:?}"
            );
        }
        assert_eq!(Outcome::of(None, known), Outcome::Unknown);
    }
}
