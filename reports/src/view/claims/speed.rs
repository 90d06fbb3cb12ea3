//! It is faster: at decode, which reads every weight for each token, and at prefill.

use super::finding::{Finding, Measure, Said, both, joined};
use super::pair::Pair;
use super::{Quantity, Unit, Verdict, advice};
use crate::record::Stage;
use crate::stats::{Estimate, Sorted, median_ratio_interval};
use crate::view::{CellView, SpeedTest};

/// What the interval of a ratio says of a change for the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// The whole interval lies on the better side of 1.
    Better,
    /// The interval holds 1: no difference is shown.
    Unclear,
    /// The whole interval lies on the worse side of 1.
    Worse,
    /// There is no interval.
    Unknown,
}

impl Change {
    /// Of a ratio that is better the larger it is.
    pub(super) fn upwards(ratio: Option<(f64, f64)>) -> Self {
        match ratio {
            None => Self::Unknown,
            Some((low, _)) if low > 1.0 => Self::Better,
            Some((_, high)) if high < 1.0 => Self::Worse,
            Some(_) => Self::Unclear,
        }
    }

    /// Of a ratio that is better the smaller it is.
    pub(super) fn downwards(ratio: Option<(f64, f64)>) -> Self {
        Self::upwards(ratio.map(|(low, high)| (1.0 / high, 1.0 / low)))
    }
}

/// Holds where both are better, fails where neither is, partly where one is. What is not known can
/// still be partly better, and nothing else.
pub(super) fn verdict(decode: Change, prefill: Change) -> Verdict {
    let both = [decode, prefill];
    match both
        .iter()
        .filter(|&&change| change == Change::Better)
        .count()
    {
        2 => Verdict::Holds,
        1 => Verdict::Partly,
        _ if both.contains(&Change::Unknown) => Verdict::NotMeasurable,
        _ => Verdict::Fails,
    }
}

/// The headline test of one kind.
struct Test {
    quantity: Quantity,
    name: (&'static str, &'static str),
    rows: &'static str,
    samples: fn(&CellView) -> &[f64],
    shape: fn(&CellView) -> Option<SpeedTest>,
}

const DECODE: Test = Test {
    quantity: Quantity::Decode,
    name: ("디코드 속도", "Decode"),
    rows: "decode n_gen",
    samples: |cell| &cell.decode_samples,
    shape: |cell| cell.decode_test,
};

const PREFILL: Test = Test {
    quantity: Quantity::Prefill,
    name: ("프리필 속도", "Prefill"),
    rows: "prefill n_prompt",
    samples: |cell| &cell.prefill_samples,
    shape: |cell| cell.prefill_test,
};

pub(super) fn finding(pair: &Pair) -> Finding {
    let mut decode = measure(pair, &DECODE);
    let prefill = measure(pair, &PREFILL);
    let smaller = weights_ratio(pair).filter(|ratio| *ratio > 1.0);
    if let Some(ratio) = smaller {
        decode = decode.expecting(1.0, ratio);
    }
    let changes = [&decode, &prefill].map(|measure| Change::upwards(measure.interval));
    let [of_decode, of_prefill] = changes;
    let verdict = verdict(of_decode, of_prefill);
    let mut reasons = vec![decode.missing.clone(), prefill.missing.clone()];
    reasons.dedup();
    let why = said(of_decode, of_prefill, &RATES)
        .into_iter()
        .chain(reasons.into_iter().flatten())
        .chain(pair.without_gpu());
    Finding {
        verdict,
        why: joined(why),
        advice: advice::speed(verdict, of_decode, of_prefill, &pair.label()),
        expected_from: Some(expected_from(smaller)),
        measures: vec![decode, prefill],
    }
}

/// How many times as large F32's weights are.
fn weights_ratio(pair: &Pair) -> Option<f64> {
    let bytes = |cell| pair.memory(cell)?.model_bytes.filter(|&bytes| bytes > 0);
    Some(bytes(pair.base)? as f64 / bytes(pair.cell)? as f64)
}

fn measure(pair: &Pair, test: &Test) -> Measure {
    let missing = |why| Measure::missing(test.quantity, Unit::Ratio, why);
    let [own, base] = [pair.cell, pair.base].map(|cell| &pair.report.cells[cell]);
    let Some(((estimate, shape), same)) = ratio(own, base, test)
        .zip((test.shape)(own))
        .zip(Some((test.shape)(own) == (test.shape)(base)))
    else {
        return missing(lacks(pair, test));
    };
    if !same {
        return missing(both(
            format!("{}를 잰 시험이 두 셀에서 서로 다릅니다.", test.name.0),
            format!(
                "{} was measured by different tests in the two cells.",
                test.name.1
            ),
        ));
    }
    let rows = format!(
        "speed.csv {}={} n_depth={} n_seq=1, {} repetitions over {}",
        test.rows,
        shape.n_tokens,
        shape.n_depth,
        (test.samples)(own).len(),
        (test.samples)(base).len(),
    );
    let evidence = pair.evidence(&rows, "speed", &[pair.cell, pair.base]);
    Measure::estimated(test.quantity, Unit::Ratio, estimate, evidence)
}

/// The ratio of the medians; `None` where either has fewer than three repetitions.
fn ratio(own: &CellView, base: &CellView, test: &Test) -> Option<Estimate> {
    let sorted = |cell| Sorted::new((test.samples)(cell).to_vec());
    median_ratio_interval(&sorted(own)?, &sorted(base)?)
}

fn lacks(pair: &Pair, test: &Test) -> Said {
    if pair.run.suite.speed.is_none() {
        return both(
            "이 스위트에는 속도 시험이 없습니다.",
            "The suite has no speed tests.",
        );
    }
    let short = |cell: &usize| (test.samples)(&pair.report.cells[*cell]).len() < 3;
    let cells: Vec<usize> = [pair.cell, pair.base].into_iter().filter(short).collect();
    pair.lacks(test.name, &cells, Stage::Speed)
}

/// How changes are told: of what, and what it is when it is better and when it is worse.
pub(super) struct Words {
    pub(super) of: Wording,
    pub(super) better: Wording,
    pub(super) worse: Wording,
}

/// A piece of a sentence in Korean and in English.
type Wording = (&'static str, &'static str);

const RATES: Words = Words {
    of: ("속도 비", "ratio of rates"),
    better: ("1보다 큽니다", "is above 1"),
    worse: ("1보다 작아 오히려 느립니다", "is below 1, so it is slower"),
};

/// What the two intervals show, in one sentence where it is the same; of what is not known the reason
/// says more.
pub(super) fn said(decode: Change, prefill: Change, words: &Words) -> Vec<Said> {
    let one = |name: Wording, change: Change| {
        let ((of_ko, of_en), (name_ko, name_en)) = (words.of, name);
        let whole = |(ko, en): Wording| {
            both(
                format!("{name_ko} {of_ko}의 구간은 전체가 {ko}."),
                format!("{name_en}: the whole interval of the {of_en} {en}."),
            )
        };
        Some(match change {
            Change::Better => whole(words.better),
            Change::Worse => whole(words.worse),
            Change::Unclear => both(
                format!("{name_ko} {of_ko}의 구간은 1을 품고 있어 차이가 있다고 할 수 없습니다."),
                format!(
                    "{name_en}: the interval of the {of_en} holds 1, so no difference is shown."
                ),
            ),
            Change::Unknown => return None,
        })
    };
    let told = if decode == prefill {
        vec![one(("디코드와 프리필 모두", "Decode and prefill"), decode)]
    } else {
        vec![
            one(("디코드", "Decode"), decode),
            one(("프리필", "Prefill"), prefill),
        ]
    };
    told.into_iter().flatten().collect()
}

fn expected_from(smaller: Option<f64>) -> Said {
    let (ko, en) = match smaller {
        Some(_) => (
            "디코드는 토큰마다 가중치를 모두 읽으므로, 메모리 대역폭이 한계라면 가중치가 작아진 배수까지 빨라질 수 있습니다.",
            "Decode reads all weights for every token: where memory bandwidth is the limit it can be as many times as fast as the weights are smaller.",
        ),
        None => (
            "가중치 크기가 F32보다 작다고 확인되지 않아 디코드가 몇 배까지 빨라질지 기대할 수 없습니다.",
            "The weights are not known to be smaller than F32’s, so nothing is expected of decode.",
        ),
    };
    both(
        format!(
            "{ko} 프리필은 계산이 한계여서, 그 형식으로 바로 계산하는 장치가 없으면 바이트가 준다고 빨라지지 않습니다."
        ),
        format!(
            "{en} Prefill is bound by computation: fewer bytes promise nothing where the processor has no arithmetic for the format."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::Change::{Better, Unclear, Unknown, Worse};
    use super::*;

    #[test]
    fn an_interval_that_holds_one_shows_nothing() {
        let upwards = |low, high| Change::upwards(Some((low, high)));
        assert_eq!(upwards(1.001, 1.5), Better);
        assert_eq!(upwards(1.0, 1.5), Unclear);
        assert_eq!(upwards(0.9, 1.0), Unclear);
        assert_eq!(upwards(0.5, 0.999), Worse);
        assert_eq!(Change::upwards(None), Unknown);
        assert_eq!(Change::downwards(Some((0.5, 0.9))), Better);
        assert_eq!(Change::downwards(Some((0.5, 1.1))), Unclear);
        assert_eq!(Change::downwards(Some((1.1, 1.2))), Worse);
    }

    #[test]
    fn what_is_unknown_decides_nothing() {
        for (decode, prefill, expected) in [
            (Better, Better, Verdict::Holds),
            (Better, Worse, Verdict::Partly),
            (Unclear, Better, Verdict::Partly),
            (Better, Unknown, Verdict::Partly),
            (Unclear, Worse, Verdict::Fails),
            (Unclear, Unknown, Verdict::NotMeasurable),
            (Unknown, Worse, Verdict::NotMeasurable),
        ] {
            assert_eq!(verdict(decode, prefill), expected, "{decode:?} {prefill:?}");
        }
    }
}
