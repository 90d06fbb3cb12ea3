//! Rows of `hardware.csv`: what a cell uses of its machine.

use serde::Serialize;

use super::{EnergyRow, GridRow, SummaryRow, TOTAL};
use crate::record::{Probe, RunInfo};

/// A line of `hardware.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct HardwareRow {
    pub machine: String,
    pub model: String,
    pub variant: String,
    pub precision: String,
    /// Main memory of the machine.
    pub memory_bytes: u64,
    pub peak_rss_bytes: Option<u64>,
    /// `peak_rss_bytes` of `memory_bytes`.
    pub memory_share: Option<f64>,
    pub gpu_bytes: Option<u64>,
    /// The highest of the probes before and after the cell, in 10⁹ bytes a second.
    pub probe_read_gb_s: Option<f64>,
    /// Likewise, in 10⁹ floating-point operations a second.
    pub probe_gflop_s: Option<f64>,
    /// Bytes of the weights times the headline decode rate, in 10⁹ bytes a second: what is read if every
    /// token reads all weights. With the 95 % interval of the rate.
    pub read_gb_s: Option<f64>,
    pub read_ci95_low: Option<f64>,
    pub read_ci95_high: Option<f64>,
    /// `read_gb_s` of `probe_read_gb_s`; `None` where layers are on a GPU, which the probe does not know.
    pub read_share: Option<f64>,
    /// Joules a token of the headline decode test by all meters together, net of idle power.
    pub decode_joules_per_token: Option<f64>,
    pub decode_joules_ci95_low: Option<f64>,
    pub decode_joules_ci95_high: Option<f64>,
}

/// The row of a cell.
pub(super) fn row(
    run: &RunInfo,
    probes: &[Probe],
    summary: &SummaryRow,
    grid: &GridRow,
    energy: &[EnergyRow],
) -> HardwareRow {
    let memory_bytes = run.machine.memory_bytes;
    let most = |value: fn(&Probe) -> f64| {
        let values = probes.iter().map(value).filter(|value| *value > 0.0);
        values.reduce(f64::max)
    };
    let gigabytes = grid.model_bytes.map(|bytes| bytes as f64 / 1e9);
    let read = |rate: Option<f64>| Some(gigabytes? * rate?);
    let (probe_read_gb_s, read_gb_s) = (most(|probe| probe.read_gb_s), read(summary.decode_ts));
    let on_cpu = run.n_gpu_layers == 0;
    let read_share = read_gb_s
        .zip(probe_read_gb_s)
        .filter(|_| on_cpu)
        .map(|(read, probe)| read / probe);
    let joules = decode_energy(energy);
    HardwareRow {
        machine: summary.machine.clone(),
        model: summary.model.clone(),
        variant: summary.variant.clone(),
        precision: summary.precision.clone(),
        memory_bytes,
        peak_rss_bytes: summary.peak_rss_bytes,
        memory_share: summary
            .peak_rss_bytes
            .filter(|_| memory_bytes > 0)
            .map(|peak| peak as f64 / memory_bytes as f64),
        gpu_bytes: grid.gpu_bytes,
        probe_read_gb_s,
        probe_gflop_s: most(|probe| probe.gflop_s),
        read_gb_s,
        read_ci95_low: read(summary.decode_ci95_low),
        read_ci95_high: read(summary.decode_ci95_high),
        read_share,
        decode_joules_per_token: joules.and_then(|row| row.joules_per_token),
        decode_joules_ci95_low: joules.and_then(|row| row.ci95_low),
        decode_joules_ci95_high: joules.and_then(|row| row.ci95_high),
    }
}

/// Of the decode tests with one sequence the one at the smallest depth with the longest generation, by
/// all meters that count: the total, or the only one.
fn decode_energy(rows: &[EnergyRow]) -> Option<&EnergyRow> {
    let total = rows.iter().any(|row| row.source == TOTAL);
    let wanted = |row: &&EnergyRow| {
        row.test.as_deref() == Some("decode")
            && row.n_seq == Some(1)
            && row.joules_per_token.is_some()
            && (row.source == TOTAL || !total)
    };
    let rows = rows.iter().filter(wanted);
    rows.min_by_key(|row| (row.n_depth, std::cmp::Reverse(row.n_gen)))
}

#[cfg(test)]
mod tests {
    use crate::sample;
    use crate::view;

    #[test]
    fn shares_are_of_the_machine() {
        let report = sample::report(2, 1);
        let (row, memory) = (&report.hardware[1], &report.memory[1]);
        let share = memory.peak_rss_bytes.unwrap() as f64 / (32_u64 << 30) as f64;
        assert_eq!(row.memory_share, Some(share));
        let rate = report.summary[1].decode_ts.unwrap();
        let read = memory.model_bytes.unwrap() as f64 / 1e9 * rate;
        assert_eq!(row.read_gb_s, Some(read));
        assert_eq!(row.read_share, Some(read / row.probe_read_gb_s.unwrap()));
    }

    #[test]
    fn the_probe_of_the_processor_says_nothing_of_a_gpu() {
        let mut run = sample::run_dir(1, 1);
        run.info.n_gpu_layers = 12;
        let report = view::build(vec![run]);
        assert_eq!(report.hardware[0].read_share, None);
        assert!(report.hardware[0].read_gb_s.is_some());
    }
}
