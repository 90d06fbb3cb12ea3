//! A line of `claims.csv` and the words in it.

use serde::Serialize;

/// What is claimed of a precision lower than F32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// It takes less memory: F16 takes half.
    Memory,
    /// It is faster.
    Speed,
    /// It takes less energy.
    Energy,
    /// It is less precise.
    Precision,
    /// Its range is narrower: very large and very small numbers are lost.
    Range,
    /// Keeping what matters most in F32 remedies the loss.
    Mixed,
}

impl Claim {
    /// All, in the order of their rows.
    pub const ALL: [Self; 6] = [
        Self::Memory,
        Self::Speed,
        Self::Energy,
        Self::Precision,
        Self::Range,
        Self::Mixed,
    ];

    /// As `claims.csv` writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Speed => "speed",
            Self::Energy => "energy",
            Self::Precision => "precision",
            Self::Range => "range",
            Self::Mixed => "mixed",
        }
    }
}

/// What the measurements say of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Verdict {
    /// It holds on this machine for this model.
    #[serde(rename = "holds")]
    Holds,
    /// A part of it holds.
    #[serde(rename = "partly")]
    Partly,
    /// It could not be confirmed, or the contrary holds.
    #[serde(rename = "fails")]
    Fails,
    /// What it takes to judge was not measured.
    #[serde(rename = "not measurable here")]
    NotMeasurable,
}

impl Verdict {
    /// All, best first.
    pub const ALL: [Self; 4] = [Self::Holds, Self::Partly, Self::Fails, Self::NotMeasurable];

    /// As `claims.csv` writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Partly => "partly",
            Self::Fails => "fails",
            Self::NotMeasurable => "not measurable here",
        }
    }
}

/// What a row speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// The claim as a whole: the row that has the verdict.
    Verdict,
    /// Memory of the weights, of F32's.
    Weights,
    /// What a weight takes.
    BitsPerWeight,
    /// Peak memory of the process (and of the GPU), of F32's.
    Peak,
    /// Rate of prefill, of F32's.
    Prefill,
    /// Rate of decode, of F32's.
    Decode,
    /// Energy of a token in prefill, of F32's.
    PrefillEnergy,
    /// Energy of a token in decode, of F32's.
    DecodeEnergy,
    /// Mean Kullback–Leibler divergence from F32.
    MeanKld,
    /// That of F32 from itself: the most of what was measured.
    NoiseFloor,
    /// Positions at which F32 finds the same token likeliest.
    SameTop,
    /// Perplexity, of F32's.
    PplRatio,
    /// Finite weights that become infinite.
    Overflow,
    /// Weights that become subnormal.
    Subnormal,
    /// Weights that become zero and were not.
    Vanish,
    /// Mean divergence with embedding and output in F32, of that without.
    KldRatio,
    /// Memory of the weights with embedding and output in F32, of that without.
    MemoryCost,
}

impl Quantity {
    /// As `claims.csv` writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::Weights => "weights",
            Self::BitsPerWeight => "bits_per_weight",
            Self::Peak => "peak",
            Self::Prefill => "prefill",
            Self::Decode => "decode",
            Self::PrefillEnergy => "prefill_energy",
            Self::DecodeEnergy => "decode_energy",
            Self::MeanKld => "mean_kld",
            Self::NoiseFloor => "noise_floor",
            Self::SameTop => "same_top",
            Self::PplRatio => "ppl_ratio",
            Self::Overflow => "overflow",
            Self::Subnormal => "subnormal",
            Self::Vanish => "vanish",
            Self::KldRatio => "kld_ratio",
            Self::MemoryCost => "memory_cost",
        }
    }
}

/// What a quantity is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A multiple of what it is compared with: 1 is no change.
    Ratio,
    /// Bits.
    Bits,
    /// Nats.
    Nats,
    /// A share of 1.
    Share,
    /// Weights, counted.
    Values,
}

impl Unit {
    /// As `claims.csv` writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ratio => "ratio",
            Self::Bits => "bits",
            Self::Nats => "nats",
            Self::Share => "share",
            Self::Values => "values",
        }
    }
}

/// A line of `claims.csv`: one claim on one cell, or one quantity that the verdict on it rests on.
///
/// The row with the verdict ([`Quantity::Verdict`]) comes first and has verdict, reason, advice and
/// what the expectation comes from; the rows behind it have the numbers and where to find their records.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)] // as in the other files, or said in METHODOLOGY.md
pub struct ClaimRow {
    pub machine: String,
    pub model: String,
    pub variant: String,
    pub precision: String,
    /// The F32 cell that it is compared with, `label/precision`; `None` where there is none.
    pub baseline: Option<String>,
    pub claim: Claim,
    pub quantity: Quantity,
    /// What the claim lets expect of the quantity, in its unit; `None` where it names no number.
    pub expected_low: Option<f64>,
    pub expected_high: Option<f64>,
    /// What the expectation comes from, in English.
    pub expected_from: Option<String>,
    pub measured: Option<f64>,
    /// 95 % interval; `None` for counts and sizes, which are exact.
    pub ci95_low: Option<f64>,
    pub ci95_high: Option<f64>,
    pub unit: Option<Unit>,
    pub verdict: Option<Verdict>,
    /// Of a verdict what it rests on, of a quantity why it is missing; in English.
    pub why: Option<String>,
    /// One sentence for who must choose.
    pub advice_ko: Option<String>,
    pub advice_en: Option<String>,
    /// Files with the rows and cells with the records that the number comes from.
    pub evidence: Option<String>,
    pub expected_from_ko: Option<String>,
    pub why_ko: Option<String>,
    /// Index of the cell in [`crate::view::Report::cells`]; not a CSV column.
    #[serde(skip)]
    pub cell: usize,
}
