//! It takes less energy: joules a token, net of what the machine takes idle.

use super::finding::{Finding, Measure, Said, both, joined};
use super::pair::Pair;
use super::speed::{Change, Words, said, verdict};
use super::{Quantity, Unit, advice};
use crate::stats::Estimate;
use crate::view::{EnergyRow, NoEnergy, TOTAL};

const ENERGIES: Words = Words {
    of: ("에너지 비", "ratio of energies"),
    better: ("1보다 작습니다", "is below 1"),
    worse: ("1보다 커 오히려 더 듭니다", "is above 1, so it takes more"),
};

pub(super) fn finding(pair: &Pair) -> Finding {
    let decode = measure(pair, "decode", Quantity::DecodeEnergy);
    let prefill = measure(pair, "prefill", Quantity::PrefillEnergy);
    let [of_decode, of_prefill] =
        [&decode, &prefill].map(|measure| Change::downwards(measure.interval));
    let mut why = said(of_decode, of_prefill, &ENERGIES);
    let mut reasons: Vec<Said> = [&decode, &prefill]
        .into_iter()
        .filter_map(|measure| measure.missing.clone())
        .collect();
    reasons.dedup();
    why.extend(reasons);
    why.extend(pair.without_gpu());
    let verdict = verdict(of_decode, of_prefill);
    Finding {
        verdict,
        why: joined(why),
        advice: advice::energy(verdict, &pair.label()),
        expected_from: Some(both(
            "메모리에서 읽는 바이트와 걸리는 시간이 줄면 에너지도 줄리라는 기대입니다. 얼마나 줄지는 정해져 있지 않습니다.",
            "Fewer bytes to read and less time should take less energy; how much less is not promised.",
        )),
        measures: vec![decode, prefill],
    }
}

/// Joules of a token in one test, net of idle, with their 95 % interval, over all meters that count.
///
/// # Errors
/// They were not counted: why.
fn joules_per_token(pair: &Pair, cell: usize, test: &str) -> Result<Estimate, Said> {
    let row = row(pair, cell, test)?;
    let interval = row.ci95_low.zip(row.ci95_high);
    match (row.joules_per_token.zip(interval), &row.reason) {
        (Some((point, (low, high))), _) => Ok(Estimate { point, low, high }),
        (None, Some(reason)) => Err(not_counted(reason)),
        (None, None) => Err(both(
            "반복이 적어 에너지의 구간을 구할 수 없습니다.",
            "There are too few repetitions for an interval of the energy.",
        )),
    }
}

/// The row that holds them, or why there is none.
fn row<'a>(pair: &Pair<'a>, cell: usize, test: &str) -> Result<&'a EnergyRow, Said> {
    let of_cell = || pair.report.energy.iter().filter(|row| row.cell == cell);
    let view = &pair.report.cells[cell];
    let shape = match test {
        "decode" => view.decode_test,
        _ => view.prefill_test,
    };
    let is_headline = |row: &&EnergyRow| {
        let n_tokens = if test == "decode" {
            row.n_gen
        } else {
            row.n_prompt
        };
        row.test.as_deref() == Some(test)
            && row.n_seq == Some(1)
            && shape.is_some_and(|shape| {
                (n_tokens, row.n_depth) == (Some(shape.n_tokens), Some(shape.n_depth))
            })
    };
    let counted = || of_cell().filter(is_headline);
    // Where several meters count there is a row over all of them.
    let found = counted()
        .find(|row| row.source == TOTAL)
        .or_else(|| counted().next());
    found.ok_or_else(|| match of_cell().find_map(|row| row.reason.as_ref()) {
        Some(reason) => not_counted(reason),
        None => both("에너지를 잰 계측기가 없습니다.", "No meter counted energy."),
    })
}

fn not_counted(reason: &NoEnergy) -> Said {
    both(
        format!("에너지를 잴 수 없었습니다: {}.", reason.in_korean()),
        format!("Energy could not be counted: {reason}."),
    )
}

fn measure(pair: &Pair, test: &str, quantity: Quantity) -> Measure {
    let of = |cell| joules_per_token(pair, cell, test);
    match of(pair.cell).and_then(|own| Ok((own, of(pair.base)?))) {
        Err(why) => Measure::missing(quantity, Unit::Ratio, why),
        Ok((own, base)) => match ratio(own, base) {
            Some(ratio) => {
                let source = row(pair, pair.cell, test).map_or("", |row| &row.source);
                let rows = format!("energy.csv test={test} n_seq=1 source={source}");
                let evidence = pair.evidence(&rows, "speed", &[pair.cell, pair.base]);
                Measure::estimated(quantity, Unit::Ratio, ratio, evidence)
            }
            None => Measure::missing(
                quantity,
                Unit::Ratio,
                both(
                    "대기 전력을 뺀 에너지가 0보다 크다고 확인되지 않아 비를 구할 수 없습니다.",
                    "Net of idle the energy is not shown to be above 0, so there is no ratio.",
                ),
            ),
        },
    }
}

/// The ratio of two estimates. Its interval has the ratios of opposite ends, which is wider than that of
/// the ratio itself: it errs towards no difference. `None` where one of the two may be 0.
fn ratio(own: Estimate, base: Estimate) -> Option<Estimate> {
    (own.low > 0.0 && base.low > 0.0).then(|| Estimate {
        point: own.point / base.point,
        low: own.low / base.high,
        high: own.high / base.low,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_of_energies_spans_opposite_ends() {
        let at = |low, point, high| Estimate { point, low, high };
        let half = ratio(at(0.9, 1.0, 1.2), at(1.8, 2.0, 2.4)).unwrap();
        assert_eq!(
            (half.low, half.point, half.high),
            (0.9 / 2.4, 0.5, 1.2 / 1.8)
        );
        assert_eq!(ratio(at(0.0, 1.0, 1.2), at(1.8, 2.0, 2.4)), None);
        assert_eq!(ratio(at(0.9, 1.0, 1.2), at(-0.1, 2.0, 2.4)), None);
    }
}
