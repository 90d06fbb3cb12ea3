//! What was found of one claim on one cell.

use super::{Quantity, Unit, Verdict};

/// The same said in Korean and in English.
pub(super) type Said = (String, String);

pub(super) fn both(ko: impl Into<String>, en: impl Into<String>) -> Said {
    (ko.into(), en.into())
}

/// Sentences after each other.
pub(super) fn joined(sentences: impl IntoIterator<Item = Said>) -> Said {
    let (ko, en): (Vec<_>, Vec<_>) = sentences.into_iter().unzip();
    (ko.join(" "), en.join(" "))
}

/// A verdict with all that it takes to follow it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Finding {
    pub(super) verdict: Verdict,
    /// What the verdict rests on, or what it would take.
    pub(super) why: Said,
    /// One sentence for who must choose.
    pub(super) advice: Said,
    /// What the claim lets expect, and from what.
    pub(super) expected_from: Option<Said>,
    pub(super) measures: Vec<Measure>,
}

impl Finding {
    /// Nothing can be said, for this reason.
    pub(super) fn not_measurable(why: Said) -> Self {
        Self {
            verdict: Verdict::NotMeasurable,
            why,
            advice: undecided(),
            expected_from: None,
            measures: Vec::new(),
        }
    }
}

/// The advice where nothing was decided.
pub(super) fn undecided() -> Said {
    both(
        "이번 측정으로는 판단할 수 없으니 이 주장을 선택의 근거로 삼지 마십시오.",
        "These measurements do not decide it, so do not choose by this claim.",
    )
}

/// One quantity behind a verdict.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measure {
    pub(super) quantity: Quantity,
    pub(super) unit: Unit,
    /// Lowest and highest value that the claim lets expect.
    pub(super) expected: Option<(f64, f64)>,
    pub(super) measured: Option<f64>,
    /// 95 % interval.
    pub(super) interval: Option<(f64, f64)>,
    /// Why there is no number.
    pub(super) missing: Option<Said>,
    /// Where its rows and records are.
    pub(super) evidence: Option<String>,
}

impl Measure {
    /// A quantity without a number, for this reason.
    pub(super) fn missing(quantity: Quantity, unit: Unit, why: Said) -> Self {
        Self {
            quantity,
            unit,
            expected: None,
            measured: None,
            interval: None,
            missing: Some(why),
            evidence: None,
        }
    }

    /// A number that is exact.
    pub(super) fn exact(quantity: Quantity, unit: Unit, value: f64, evidence: String) -> Self {
        Self {
            measured: Some(value),
            missing: None,
            evidence: Some(evidence),
            ..Self::missing(quantity, unit, Said::default())
        }
    }

    /// An estimate with the ends of its 95 % interval.
    pub(super) fn estimated(
        quantity: Quantity,
        unit: Unit,
        estimate: crate::stats::Estimate,
        evidence: String,
    ) -> Self {
        Self {
            interval: Some((estimate.low, estimate.high)),
            ..Self::exact(quantity, unit, estimate.point, evidence)
        }
    }

    /// The same with what the claim lets expect.
    pub(super) fn expecting(self, low: f64, high: f64) -> Self {
        Self {
            expected: Some((low, high)),
            ..self
        }
    }
}
