//! A row of `fidelity.csv`.

use crate::record::Compared;
use crate::stats::Positions;

use super::super::{CellKey, FidelityRow};

/// What a row speaks of.
pub(super) struct Of<'a> {
    pub(super) key: &'a CellKey,
    /// Index in the report.
    pub(super) cell: usize,
    pub(super) baseline: &'a CellKey,
    /// Index in the report.
    pub(super) baseline_cell: usize,
    pub(super) compared: Compared,
}

/// `None` where no position was compared.
pub(super) fn row(
    of: &Of,
    corpus: String,
    n_ctx: u32,
    positions: &Positions,
    whole: bool,
) -> Option<FidelityRow> {
    let found = positions.fidelity()?;
    let (kld, dp) = (|p| found.kld_at(p), |p| found.delta_p_at(p));
    let CellKey {
        machine,
        model,
        variant,
        precision,
    } = of.key.clone();
    Some(FidelityRow {
        machine,
        model,
        variant,
        precision,
        baseline: format!("{}/{}", of.baseline.variant, of.baseline.precision),
        corpus,
        n_scored: found.n_scored,
        mean_kld: found.kld.mean,
        mean_kld_se: found.kld.se,
        median_kld: kld(50.0),
        p99_kld: kld(99.0),
        max_kld: kld(100.0),
        same_top: found.same_top.mean,
        same_top_se: found.same_top.se,
        rms_dp: found.rms_delta_p.mean,
        ln_ppl_ratio: found.ln_ppl_ratio.mean,
        ln_ppl_ratio_se: found.ln_ppl_ratio.se,
        compared: of.compared,
        n_ctx,
        n_chunks: positions.n_chunks,
        min_kld: kld(0.0),
        p01_kld: kld(0.1),
        p1_kld: kld(1.0),
        p5_kld: kld(5.0),
        p10_kld: kld(10.0),
        p90_kld: kld(90.0),
        p95_kld: kld(95.0),
        p999_kld: kld(99.9),
        mean_dp: found.delta_p.mean,
        mean_dp_se: found.delta_p.se,
        rms_dp_se: found.rms_delta_p.se,
        min_dp: dp(0.0),
        p01_dp: dp(0.1),
        p1_dp: dp(1.0),
        p5_dp: dp(5.0),
        p10_dp: dp(10.0),
        p25_dp: dp(25.0),
        median_dp: dp(50.0),
        p75_dp: dp(75.0),
        p90_dp: dp(90.0),
        p95_dp: dp(95.0),
        p99_dp: dp(99.0),
        p999_dp: dp(99.9),
        max_dp: dp(100.0),
        ppl_base: found.ppl_base,
        ppl: found.ppl,
        ppl_ratio: found.ppl_ratio.mean,
        ppl_ratio_se: found.ppl_ratio.se,
        ppl_difference: found.ppl_difference.mean,
        ppl_difference_se: found.ppl_difference.se,
        correlation: found.correlation,
        ln_ppl_ratio_clipped: found.ln_ppl_ratio_clipped.mean,
        ln_ppl_ratio_clipped_se: found.ln_ppl_ratio_clipped.se,
        whole,
        cell: of.cell,
        baseline_cell: of.baseline_cell,
    })
}
