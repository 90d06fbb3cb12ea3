//! How two models are related, as it was decided from their weights.

mod evidence;
mod family;

use serde::{Deserialize, Serialize};

pub use evidence::evidence;
pub use family::{families, of_run};

/// What two models are to one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kinship {
    /// The same weights, at the same precision or at another.
    SameWeights,
    /// Weights that were trained from one another or from a common base.
    FineTune,
    /// Weights that have nothing in common.
    Unrelated,
}

impl Kinship {
    /// As JSON and CSV write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SameWeights => "same_weights",
            Self::FineTune => "fine_tune",
            Self::Unrelated => "unrelated",
        }
    }
}

/// Two models and what was found out about them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lineage {
    /// One of the two: its label in a run, else what was typed.
    pub a: String,
    /// The other.
    pub b: String,
    /// What they are to one another; `None` where it could not be found out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub verdict: Option<Kinship>,
    /// What decided it, in one English line; without a verdict, why there is none.
    pub evidence: String,
    /// The figures behind it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub figures: Option<Figures>,
}

impl Lineage {
    /// A pair with its verdict, and the evidence in words.
    #[must_use]
    pub fn decided(a: &str, b: &str, verdict: Kinship, figures: Figures) -> Self {
        Self {
            a: a.to_owned(),
            b: b.to_owned(),
            verdict: Some(verdict),
            evidence: evidence(verdict, &figures).en,
            figures: Some(figures),
        }
    }

    /// A pair that nothing could be found out about, and why.
    #[must_use]
    pub fn unknown(a: &str, b: &str, why: String) -> Self {
        Self {
            a: a.to_owned(),
            b: b.to_owned(),
            verdict: None,
            evidence: why,
            figures: None,
        }
    }

    /// Whether this is about these two, in either order.
    #[must_use]
    pub fn joins(&self, one: &str, other: &str) -> bool {
        (self.a == one && self.b == other) || (self.a == other && self.b == one)
    }
}

/// What the weights of two models showed. Shares are of 1. METHODOLOGY.md, "Lineage", defines them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Matrices that each model has.
    pub matrices: [u32; 2],
    /// Matrices of the same name and shape that were sampled in both.
    pub n_matrices: u32,
    /// Share of the weights, of the model where it is larger, in matrices that the other does not have.
    pub unmatched_share: f64,
    /// Values that were compared.
    pub n_values: u64,
    /// Median over the matrices of the correlation of their values; about 0 for unrelated weights.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub correlation: Option<f64>,
    /// Share of the matrices whose values correlate.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub alike_share: Option<f64>,
    /// Root mean square of the differences over that of the values, median over the matrices.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub relative_difference: Option<f64>,
    /// Share of the values that are equal in both.
    pub equal_share: f64,
    /// Share of the values that lie farther apart than rounding can put one weight; of those values on
    /// which the formats of the two files let that be told.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub beyond_rounding: Option<f64>,
    /// Whether these are more than a quantiser's own liberties.
    pub is_beyond: bool,
    /// The matrix with the largest such share, control characters escaped, and that share.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub worst: Option<(String, f64)>,
    /// Vectors (norms, biases) that both have.
    pub n_vectors: u32,
    /// Those of them whose values differ by more than the rounding of their formats.
    pub vectors_differ: u32,
    /// Formats through which one file was made from the other's weights, found by doing the same.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub through: Vec<String>,
    /// Where a format's codebook lets only the size of the difference be judged: mean square of the
    /// differences over what rounding the finer one to that format gives.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub excess: Option<f64>,
    /// Smallest change of all weights, root mean square relative to theirs, that would have been seen;
    /// `None` where even the largest tried would not, or where all came by way of another format.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub resolution: Option<f64>,
    /// Rows of the token embeddings, where they are not as many.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub n_vocab: Option<[u64; 2]>,
}
