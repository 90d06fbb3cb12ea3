//! What meters of a made-up machine counted.

use crate::record::{EnergyMeter, Fact, Joules, Test};
use crate::stats::rng::SplitMix64;

/// The meters with their power in watts at idle, at prefill and at decode.
const METERS: [(&str, f64, f64, f64); 2] = [
    ("rapl:package-0", 8.0, 54.0, 46.0),
    ("rapl:dram-0", 1.5, 3.0, 5.5),
];

/// A processor with its memory, and no GPU.
pub(super) fn meters() -> Vec<Fact> {
    let counting = METERS.map(|(source, idle_w, ..)| EnergyMeter {
        source: source.into(),
        idle_w: Some(idle_w),
        idle_ns: Some(1_000_000_000),
        step_ns: Some(1_000_000),
        longest_ns: Some(65_532_610_987),
        reason: None,
    });
    let absent = EnergyMeter {
        source: "nvml".into(),
        idle_w: None,
        idle_ns: None,
        step_ns: None,
        longest_ns: None,
        reason: Some("no NVIDIA driver here (libnvidia-ml.so.1); needed only to measure an NVIDIA GPU: install or load its driver".into()),
    };
    counting
        .into_iter()
        .chain([absent])
        .map(Fact::Meter)
        .collect()
}

/// What they counted during a repetition: their power within 2 % over its time, idle power included.
pub(super) fn joules(test: Test, elapsed_ns: u64, rng: &mut SplitMix64) -> Vec<Joules> {
    let seconds = elapsed_ns as f64 / 1e9;
    let count = |(source, _, prefill_w, decode_w): (&str, f64, f64, f64)| {
        let watts = if test == Test::Prefill {
            prefill_w
        } else {
            decode_w
        };
        Joules {
            source: source.into(),
            joules: watts * (0.98 + 0.04 * rng.unit()) * seconds,
        }
    };
    METERS.map(count).into()
}
