//! Which cells of a machine are beaten by none in speed, memory and quality together.

use std::collections::BTreeSet;

use super::pareto::{Measured, Trade, beaten_by};
use super::{Report, SummaryRow};
use crate::stats::Z95;

impl SummaryRow {
    /// The 95 % interval of the bits per syllable by the normal approximation. Bits are proportional to
    /// the mean −ln p, whose standard error is that of the perplexity over the perplexity.
    #[must_use]
    pub fn bits_interval(&self) -> Option<(f64, f64)> {
        let (bits, ppl, se) = (self.bits_per_syllable?, self.ppl?, self.ppl_se?);
        let half = Z95 * bits * se / ppl / ppl.ln();
        half.is_finite()
            .then(|| ((bits - half).max(0.0), bits + half))
    }
}

/// Decides for each cell whether another on its machine beats it; cells without a speed, a memory or
/// bits per syllable are not judged.
pub(super) fn judge(report: &mut Report) {
    let machines: BTreeSet<String> = report
        .summary
        .iter()
        .map(|row| row.machine.clone())
        .collect();
    for machine in machines {
        let of_machine = report.summary.iter().enumerate();
        let (cells, trades): (Vec<usize>, Vec<Trade>) = of_machine
            .filter(|(_, row)| row.machine == machine)
            .filter_map(|(cell, row)| Some((cell, trade(row, report.grid[cell].memory_bytes()?)?)))
            .unzip();
        for (cell, by) in cells.into_iter().zip(beaten_by(&trades)) {
            report.summary[cell].pareto_overview = Some(by.is_none());
        }
    }
}

fn trade(row: &SummaryRow, memory_bytes: u64) -> Option<Trade> {
    let number = |value: Option<f64>| value.filter(|value| value.is_finite());
    Some(Trade {
        speed: Measured {
            value: number(row.decode_ts)?,
            interval: row.decode_ci95_low.zip(row.decode_ci95_high),
        },
        memory_bytes,
        divergence: Measured {
            value: number(row.bits_per_syllable)?,
            interval: row.bits_interval(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn what_others_beat_is_off_the_front() {
        let mut report = sample::report(4, 1);
        let front: Vec<_> = report
            .summary
            .iter()
            .map(|row| row.pareto_overview)
            .collect();
        assert!(front.contains(&Some(true)), "{front:?}");
        // Slower, larger and worse than all others, beyond doubt.
        let row = &mut report.summary[0];
        (row.decode_ts, row.decode_ci95_low, row.decode_ci95_high) =
            (Some(0.1), Some(0.1), Some(0.1));
        row.bits_per_syllable = Some(99.0);
        report.grid[0].peak_rss_bytes = Some(u64::MAX / 2);
        report.summary[1].decode_ts = None;
        report
            .summary
            .iter_mut()
            .for_each(|row| row.pareto_overview = None);
        judge(&mut report);
        let front: Vec<_> = report
            .summary
            .iter()
            .map(|row| row.pareto_overview)
            .collect();
        assert_eq!(front[..2], [Some(false), None]);
    }

    #[test]
    fn machines_are_apart() {
        let mut report = sample::report(2, 1);
        report.summary[0].machine = "other".into();
        report.summary[0].decode_ts = Some(0.001);
        judge(&mut report);
        assert!(
            report
                .summary
                .iter()
                .all(|row| row.pareto_overview == Some(true))
        );
    }
}
