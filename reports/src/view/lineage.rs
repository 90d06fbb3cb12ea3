//! How the models of a run are related.

use serde::Serialize;

use crate::lineage::{Figures, Kinship, evidence};
use crate::record::RunInfo;

/// `lineage.csv`: two models of a run, and what their weights say of them. Shares are of 1.
#[derive(Debug, Clone, Serialize)]
pub struct LineageRow {
    /// Host name.
    pub machine: String,
    /// Label of one model.
    pub a: String,
    /// Label of the other.
    pub b: String,
    /// What they are to one another; `None` where it could not be found out.
    pub verdict: Option<Kinship>,
    /// What decided it, in English; without a verdict, why there is none.
    pub evidence: String,
    /// The same in Korean; `None` without a verdict.
    pub evidence_ko: Option<String>,
    /// Matrices of the same name and shape that were sampled.
    pub n_matrices: Option<u32>,
    /// Values that were compared.
    pub n_values: Option<u64>,
    /// Median correlation over the matrices.
    pub correlation: Option<f64>,
    /// Median root mean square of the differences over that of the values.
    pub relative_difference: Option<f64>,
    /// Share of the values that lie farther apart than rounding puts one weight.
    pub beyond_rounding: Option<f64>,
    /// Norm and bias vectors that both have.
    pub n_vectors: Option<u32>,
    /// Those of them that differ.
    pub vectors_differ: Option<u32>,
    /// Smallest relative change of all weights that would have been seen.
    pub resolution: Option<f64>,
    /// Index of the run in `Report::runs`.
    #[serde(skip)]
    pub run: usize,
}

/// The pairs of a run, which is number `run` of the report.
pub(super) fn rows(info: &RunInfo, run: usize) -> impl Iterator<Item = LineageRow> {
    info.lineage.iter().map(move |pair| {
        let figures = pair.figures.as_ref();
        let of = |figure: fn(&Figures) -> Option<f64>| figures.and_then(figure);
        let said = figures.zip(pair.verdict);
        LineageRow {
            machine: info.machine.name.clone(),
            a: pair.a.clone(),
            b: pair.b.clone(),
            verdict: pair.verdict,
            evidence: pair.evidence.clone(),
            evidence_ko: said.map(|(figures, verdict)| evidence(verdict, figures).ko),
            n_matrices: figures.map(|figures| figures.n_matrices),
            n_values: figures.map(|figures| figures.n_values),
            correlation: of(|figures| figures.correlation),
            relative_difference: of(|figures| figures.relative_difference),
            beyond_rounding: of(|figures| figures.beyond_rounding),
            n_vectors: figures.map(|figures| figures.n_vectors),
            vectors_differ: figures.map(|figures| figures.vectors_differ),
            resolution: of(|figures| figures.resolution),
            run,
        }
    })
}
