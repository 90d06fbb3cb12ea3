//! A short fixed piece of work before and after each cell. Where it moved, something else was
//! running or the machine changed its clock, and the cell's speeds are not to be trusted.

use rayon::prelude::*;
use reports::record::{Probe, When};
use std::hint::black_box;
use std::time::Instant;

/// Larger than the caches of desktop processors, small enough to read in milliseconds.
const BYTES: usize = 64 << 20;
const ROUNDS: usize = 3;
const LANES: usize = 32;
const STEPS: usize = 200_000;

/// Change between two probes that a quiet machine shows too.
const STEADY: f64 = 0.15;

/// Runs the probe on all threads of the pool; about 50 ms.
#[must_use]
pub fn probe(when: When) -> Probe {
    let data = vec![1u64; BYTES / 8];
    Probe {
        when,
        read_gb_s: best(|| BYTES as f64 / read(&data)) / 1e9,
        gflop_s: best(|| {
            let threads = rayon::current_num_threads();
            (2 * LANES * STEPS * threads) as f64 / multiply_add(threads)
        }) / 1e9,
    }
}

/// The best of a few rounds: a probe is about what the machine can do now, not about its hiccups.
fn best(round: impl Fn() -> f64) -> f64 {
    (0..ROUNDS).map(|_| round()).fold(0.0, f64::max)
}

/// Seconds to read all of `data` once.
fn read(data: &[u64]) -> f64 {
    let start = Instant::now();
    let part = data.len().div_ceil(rayon::current_num_threads());
    let sum: u64 = data
        .par_chunks(part)
        .map(|part| {
            part.iter()
                .fold(0u64, |sum, &value| sum.wrapping_add(value))
        })
        .sum();
    black_box(sum);
    start.elapsed().as_secs_f64()
}

/// Seconds for every thread to do `STEPS` multiply-adds in each of `LANES` independent lanes.
fn multiply_add(threads: usize) -> f64 {
    let start = Instant::now();
    let sum: f32 = (0..threads)
        .into_par_iter()
        .map(|_| {
            let mut lanes = black_box([1.0f32; LANES]);
            let (factor, term) = (black_box(0.999_f32), black_box(0.001_f32));
            for _ in 0..STEPS {
                for lane in &mut lanes {
                    *lane = lane.mul_add(factor, term);
                }
            }
            lanes.iter().sum::<f32>()
        })
        .sum();
    black_box(sum);
    start.elapsed().as_secs_f64()
}

/// What to tell of a machine that became slower or faster while a cell was measured; `None` where
/// it stayed within [`STEADY`].
#[must_use]
pub fn moved(before: &Probe, after: &Probe) -> Option<String> {
    let change = |before: f64, after: f64| after / before - 1.0;
    let bandwidth = change(before.read_gb_s, after.read_gb_s);
    let arithmetic = change(before.gflop_s, after.gflop_s);
    (bandwidth.abs().max(arithmetic.abs()) > STEADY).then(|| {
        format!(
            "the machine changed while this was measured: memory bandwidth by {:+.0} %, arithmetic by {:+.0} %; something else was running, or the clock moved. Do not trust small differences of speed",
            100.0 * bandwidth,
            100.0 * arithmetic
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_that_moved_is_told_of() {
        let probe = |read_gb_s, gflop_s| Probe {
            when: When::Before,
            read_gb_s,
            gflop_s,
        };
        assert_eq!(moved(&probe(20.0, 50.0), &probe(19.0, 52.0)), None);
        let text = moved(&probe(20.0, 50.0), &probe(20.0, 25.0)).unwrap();
        assert!(text.contains("arithmetic by -50 %"), "{text}");
        assert!(reports::reason::in_korean(&text).is_some(), "{text}");
    }

    #[test]
    fn a_probe_measures_something() {
        let probe = probe(When::Before);
        assert!(probe.read_gb_s > 0.0 && probe.gflop_s > 0.0);
    }
}
