//! What rows of `fidelity.csv` say about one another: how far a difference stands out from the noise
//! floor, and how much more one text differs than all.

use super::super::{FidelityRow, Report};
use crate::record::Compared;
use crate::stats::{Estimate, Z95};

/// What the baseline differs from itself, by evaluating it again and by evaluating it otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoiseFloor {
    /// The larger of the mean divergences, in nats; 0 where nothing differed.
    pub mean_kld: f64,
    /// The larger upper end of their 95 % intervals, in nats.
    pub high: f64,
}

/// The noise floor of the comparisons with the cell `baseline`; `None` where it was not measured.
#[must_use]
pub fn noise_floor(report: &Report, baseline: usize) -> Option<NoiseFloor> {
    let rows = report.fidelity.iter().filter(|row| {
        row.compared != Compared::Cell && row.baseline_cell == baseline && row.cell == baseline
    });
    rows.map(|row| NoiseFloor {
        mean_kld: row.mean_kld,
        high: row.kld_interval().map_or(row.mean_kld, |(_, high)| high),
    })
    .reduce(|a, b| NoiseFloor {
        mean_kld: a.mean_kld.max(b.mean_kld),
        high: a.high.max(b.high),
    })
}

impl FidelityRow {
    /// 95 % interval of the mean divergence in nats, mean ± 1.96 standard errors, cut at 0; `None`
    /// without a standard error.
    #[must_use]
    pub fn kld_interval(&self) -> Option<(f64, f64)> {
        let half = Z95 * self.mean_kld_se?;
        Some(((self.mean_kld - half).max(0.0), self.mean_kld + half))
    }

    /// Whether the mean divergence stands out from the noise floor: its interval lies above that of
    /// the floor. `None` where either is unknown.
    #[must_use]
    pub fn stands_out(&self, floor: Option<NoiseFloor>) -> Option<bool> {
        let ((low, _), floor) = self.kld_interval().zip(floor)?;
        Some(low > floor.high)
    }

    /// The mean divergence as a multiple m/M of that of `whole`, the same cell's over a whole corpus,
    /// with its 95 % interval by error propagation. Where this row is a text of that corpus and holds
    /// the share w of its positions, m is part of M and their covariance is w·σ²(m), else 0. `None`
    /// where nothing differs, or a standard error is missing.
    #[must_use]
    pub fn relative_to(&self, whole: &Self) -> Option<Estimate> {
        let (m, all) = (self.mean_kld, whole.mean_kld);
        let (se, se_all) = self.mean_kld_se.zip(whole.mean_kld_se)?;
        if m <= 0.0 || all <= 0.0 {
            return None;
        }
        let share = if self.is_text_of(whole) {
            self.n_scored as f64 / whole.n_scored as f64
        } else {
            0.0
        };
        let variance =
            (se / m).powi(2) + (se_all / all).powi(2) - 2.0 * share * se * se / (m * all);
        let ratio = m / all;
        let half = Z95 * ratio * variance.max(0.0).sqrt();
        Some(Estimate {
            point: ratio,
            low: (ratio - half).max(0.0),
            high: ratio + half,
        })
    }

    /// Whether this row is of one text of the corpus that `whole` is of.
    #[must_use]
    pub fn is_text_of(&self, whole: &Self) -> bool {
        let text = self.corpus.strip_prefix(&whole.corpus);
        !self.whole && text.is_some_and(|text| text.starts_with('/'))
    }
}
