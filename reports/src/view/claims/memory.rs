//! It takes less memory: F16 half of what F32 takes, other formats what their blocks promise.

use super::finding::{Finding, Measure, Said, both};
use super::pair::Pair;
use super::{Quantity, Unit, Verdict, advice, format};
use crate::record::Stage;
use crate::view::MemoryRow;

/// The weights may be this share off what is expected of them.
const OFF: f64 = 0.05;
/// The peak must fall by at least this share of the fall of the weights.
const SHARE_OF_FALL: f64 = 0.5;

/// What the sizes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The weights are as expected, and the peak falls with them.
    Falls,
    /// The weights are as expected, and the peak falls by less than half of that.
    PeakStays,
    /// The weights are as expected, and the peak was not measured.
    NoPeak,
    /// The weights are smaller than F32's, and not as expected.
    Otherwise,
    /// The weights are not smaller.
    Stays,
}

impl Outcome {
    /// By the weights and the peak, both of F32's, and what is expected of the weights.
    fn of(weights: f64, (low, high): (f64, f64), peak: Option<f64>) -> Self {
        if weights >= 1.0 {
            return Self::Stays;
        }
        if !(low * (1.0 - OFF)..=high * (1.0 + OFF)).contains(&weights) {
            return Self::Otherwise;
        }
        match peak {
            None => Self::NoPeak,
            Some(peak) if 1.0 - peak >= SHARE_OF_FALL * (1.0 - weights) => Self::Falls,
            Some(_) => Self::PeakStays,
        }
    }

    fn verdict(self) -> Verdict {
        match self {
            Self::Falls => Verdict::Holds,
            Self::PeakStays | Self::NoPeak | Self::Otherwise => Verdict::Partly,
            Self::Stays => Verdict::Fails,
        }
    }
}

pub(super) fn finding(pair: &Pair) -> Finding {
    let precision = pair.precision();
    let rows = (pair.memory(pair.cell), pair.memory(pair.base));
    let expected = format::bits(precision.weights).map(|(low, high)| (low / 32.0, high / 32.0));
    let weights = ratio(rows, &weights_of);
    let peak = ratio(rows, &peak_of).filter(|_| same_context(rows));
    let measures = vec![
        weights_measure(pair, weights, expected),
        bits_measure(pair, rows.0),
        peak_measure(pair, weights, peak),
    ];
    let Some((weights, expected)) = weights.zip(expected) else {
        let why = match weights {
            None => measures[0].missing.clone().unwrap_or_default(),
            Some(_) => both(
                "이 형식이 가중치 하나에 몇 비트를 쓰는지 hanbench가 알지 못합니다.",
                "hanbench does not know how many bits this format promises to take.",
            ),
        };
        return Finding {
            measures,
            ..Finding::not_measurable(why)
        };
    };
    let outcome = Outcome::of(weights, expected, peak);
    Finding {
        verdict: outcome.verdict(),
        why: why(outcome, precision.ends_f32),
        advice: advice::memory(outcome, &pair.label()),
        expected_from: Some(expected_from(pair)),
        measures,
    }
}

type Rows<'a> = (Option<&'a MemoryRow>, Option<&'a MemoryRow>);

/// A size of the cell, of F32's; `None` where one of them is missing.
fn ratio(rows: Rows, of: &dyn Fn(&MemoryRow) -> Option<u64>) -> Option<f64> {
    let (own, base) = (of(rows.0?)?, of(rows.1?).filter(|&bytes| bytes > 0)?);
    Some(own as f64 / base as f64)
}

fn weights_of(row: &MemoryRow) -> Option<u64> {
    row.model_bytes
}

/// Main memory and, where a GPU holds a part, the GPU's.
fn peak_of(row: &MemoryRow) -> Option<u64> {
    row.peak_rss_bytes?.checked_add(row.gpu_bytes.unwrap_or(0))
}

/// Peaks compare only in the same context, and with the GPU's part of both or of none.
fn same_context(rows: Rows) -> bool {
    let context = |row: &MemoryRow| (row.n_ctx, row.n_seq, row.gpu_bytes.is_some());
    rows.0.map(context) == rows.1.map(context)
}

fn weights_measure(pair: &Pair, ratio: Option<f64>, expected: Option<(f64, f64)>) -> Measure {
    let (quantity, unit) = (Quantity::Weights, Unit::Ratio);
    let Some(ratio) = ratio else {
        let why = lacks(
            pair,
            ("가중치 메모리", "The memory of the weights"),
            &weights_of,
        );
        return Measure::missing(quantity, unit, why);
    };
    let evidence = evidence(pair, "memory.csv model_bytes");
    let measure = Measure::exact(quantity, unit, ratio, evidence);
    match expected {
        Some((low, high)) => measure.expecting(low, high),
        None => measure,
    }
}

/// What a weight really takes.
fn bits_measure(pair: &Pair, row: Option<&MemoryRow>) -> Measure {
    let (quantity, unit) = (Quantity::BitsPerWeight, Unit::Bits);
    let variant = &pair.report.cells[pair.cell].key.variant;
    let mut models = pair.run.models.iter();
    let n_params = models
        .find(|model| model.variant == *variant)
        .and_then(|model| model.n_params)
        .filter(|&n| n > 0);
    let Some((bytes, n)) = row.and_then(weights_of).zip(n_params) else {
        let why = both(
            "가중치의 메모리나 개수를 알지 못합니다.",
            "The memory of the weights or their number is not known.",
        );
        return Measure::missing(quantity, unit, why);
    };
    let bits = bytes as f64 * 8.0 / n as f64;
    let evidence = pair.evidence(
        "memory.csv model_bytes, run.json n_params",
        "memory",
        &[pair.cell],
    );
    let measure = Measure::exact(quantity, unit, bits, evidence);
    match format::bits(pair.precision().weights) {
        Some((low, high)) => measure.expecting(low, high),
        None => measure,
    }
}

fn peak_measure(pair: &Pair, weights: Option<f64>, peak: Option<f64>) -> Measure {
    let (quantity, unit) = (Quantity::Peak, Unit::Ratio);
    let Some(peak) = peak else {
        let why = match ratio((pair.memory(pair.cell), pair.memory(pair.base)), &peak_of) {
            Some(_) => both(
                "두 셀의 문맥 길이나 GPU 사용이 달라 견줄 수 없습니다.",
                "The two cells differ in context or in the use of a GPU.",
            ),
            None => lacks(pair, ("최대 메모리", "The peak"), &peak_of),
        };
        return Measure::missing(quantity, unit, why);
    };
    let evidence = evidence(pair, "memory.csv peak_rss_bytes + gpu_bytes");
    let measure = Measure::exact(quantity, unit, peak, evidence);
    match weights.filter(|weights| *weights < 1.0) {
        Some(weights) => measure.expecting(weights, 1.0 - SHARE_OF_FALL * (1.0 - weights)),
        None => measure,
    }
}

fn evidence(pair: &Pair, columns: &str) -> String {
    pair.evidence(columns, "memory", &[pair.cell, pair.base])
}

fn lacks(pair: &Pair, what: (&str, &str), of: &dyn Fn(&MemoryRow) -> Option<u64>) -> Said {
    let cells: Vec<usize> = [pair.cell, pair.base]
        .into_iter()
        .filter(|&cell| {
            pair.memory(cell)
                .and_then(of)
                .is_none_or(|bytes| bytes == 0)
        })
        .collect();
    pair.lacks(what, &cells, Stage::Memory)
}

fn expected_from(pair: &Pair) -> Said {
    let weights = pair.weights();
    let ends = pair.precision().ends_f32;
    let (ends_ko, ends_en) = if ends {
        (
            " 임베딩과 출력 텐서를 F32로 두는 데 드는 몫은 넣지 않았습니다.",
            " What embedding and output take in F32 is left out of it.",
        )
    } else {
        ("", "")
    };
    let (form_ko, form_en) = if format::is_quantised(pair.precision().weights) {
        (
            "블록 구조에서 나오는 가중치당 비트 수",
            "bits per weight by the blocks of its format",
        )
    } else {
        ("가중치당 비트 수", "bits per weight")
    };
    both(
        format!(
            "{weights}의 {form_ko}를 F32의 32비트로 나눈 값입니다. 최대 메모리는 가중치가 줄어든 몫의 절반 이상 줄어야 합니다.{ends_ko}"
        ),
        format!(
            "{weights}: {form_en}, over the 32 of F32. The peak should fall by at least half of what the weights do.{ends_en}"
        ),
    )
}

fn why(outcome: Outcome, ends_f32: bool) -> Said {
    match outcome {
        Outcome::Otherwise if ends_f32 => both(
            "가중치가 F32보다 작지만 형식에서 기대한 크기와 5% 넘게 다릅니다. 임베딩과 출력 텐서는 F32로 남아 있습니다.",
            "The weights are smaller than F32’s, but more than 5% off what the format promises: embedding and output are still F32.",
        ),
        Outcome::Falls => both(
            "가중치가 형식에서 기대한 만큼 줄었고 최대 메모리도 따라 줄었습니다.",
            "The weights are as small as the format promises, and the peak falls with them.",
        ),
        Outcome::PeakStays => both(
            "가중치는 형식에서 기대한 만큼 줄었지만, 최대 메모리는 그 절반만큼도 줄지 않았습니다. KV 캐시와 계산 버퍼, 프로그램 자체가 쓰는 메모리는 가중치의 정밀도를 낮추어도 그대로입니다.",
            "The weights are as small as the format promises, but the peak falls by less than half of that: KV cache, compute buffers and the program itself stay what they are when the weights shrink.",
        ),
        Outcome::NoPeak => both(
            "가중치는 형식에서 기대한 만큼 줄었지만 최대 메모리는 견줄 수 없었습니다.",
            "The weights are as small as the format promises, but there are no peaks to compare.",
        ),
        Outcome::Otherwise => both(
            "가중치가 F32보다 작지만 형식에서 기대한 크기와 5% 넘게 다릅니다. 일부 텐서가 다른 형식으로 들어 있거나 엔진이 더 빠른 배열로 사본을 만들면 이렇게 됩니다.",
            "The weights are smaller than F32’s, but more than 5% off what the format promises, as they are where some tensors have another format or the engine keeps copies in a faster layout.",
        ),
        Outcome::Stays => both(
            "가중치가 F32보다 작지 않습니다.",
            "The weights are no smaller than F32’s.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_judged_by_what_was_promised() {
        let half = (0.5, 0.5);
        for (weights, expected, peak, outcome) in [
            (0.5, half, Some(0.6), Outcome::Falls),
            (0.524, half, Some(0.75), Outcome::Falls),
            (0.526, half, Some(0.6), Outcome::Otherwise),
            (0.47, half, Some(0.6), Outcome::Otherwise),
            // The weights fall by a half, so the peak must by a quarter.
            (0.5, half, Some(0.75), Outcome::Falls),
            (0.5, half, Some(0.76), Outcome::PeakStays),
            (0.5, half, Some(1.2), Outcome::PeakStays),
            (0.5, half, None, Outcome::NoPeak),
            (0.18, (4.5 / 32.0, 6.5625 / 32.0), Some(0.3), Outcome::Falls),
            (1.0, half, Some(0.5), Outcome::Stays),
        ] {
            assert_eq!(
                Outcome::of(weights, expected, peak),
                outcome,
                "{weights} {peak:?}"
            );
        }
    }
}
