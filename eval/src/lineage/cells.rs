//! Between what limits the original of a value can have been, given the format that it was rounded to.

use crate::engine::grid::{Float, Grid};

/// How far above and below each value its original can have been. Infinite where nothing is known: for
/// the ends of a quantised run, beyond which values are clipped, and where a run has one value alone.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cells {
    pub up: Vec<f32>,
    pub down: Vec<f32>,
}

/// llama.cpp keeps some scales in F16 after it rounded by them in F32, which moves a value by this much
/// of the largest in its run.
const SCALE_ERROR: f32 = 1.01 / 2048.0;
/// Difference in the last bits of F32 that the order of arithmetic makes.
const F32_ERROR: f32 = 1.0 / (1 << 20) as f32;
/// Values of quantised runs in floating point are looked for in runs of this many: every quantised
/// format shares its scale over a multiple of it.
const HIDDEN_RUN: usize = 16;
/// Share of values with an equal in their run above which values in floating point are taken for
/// dequantised ones. Of normal weights it is 3 % in bfloat16, and 25 % and more of 6 bits and fewer.
const HIDDEN_SHARE: f64 = 0.2;

impl Cells {
    /// What a value's own format says.
    pub fn of(values: &[f32], grid: Grid) -> Self {
        match grid {
            Grid::Float(float) => Self::of_floats(values, float),
            Grid::Steps { run, .. } => Self::of_runs(values, run, by_steps),
            Grid::Levels { run } => Self::of_runs(values, run, by_levels),
            Grid::Signs => Self::of_runs(values, 1, by_sign),
            Grid::Unknown => Self::of_runs(values, 1, |_, _, _| {}),
        }
    }

    /// Of values that were not rounded.
    pub fn exact(values: &[f32]) -> Self {
        Self::of_floats(values, Float::F32)
    }

    /// Of values that were quantised and then put into a finer format, which shows in equal values close
    /// by; `None` where they were not.
    pub fn hidden(values: &[f32], grid: Grid) -> Option<Self> {
        let runs = || values.chunks_exact(HIDDEN_RUN);
        let equal: usize = runs().map(equal_to_another).sum();
        let varied: usize = runs()
            .filter(|run| run.iter().any(|v| *v != run[0]))
            .count();
        let n = varied * HIDDEN_RUN;
        if n == 0 || (equal as f64) < HIDDEN_SHARE * n as f64 {
            return None;
        }
        let mut cells = Self::of_runs(values, HIDDEN_RUN, by_levels);
        let own = Self::of(values, grid);
        for (wide, own) in [(&mut cells.up, &own.up), (&mut cells.down, &own.down)] {
            for (wide, own) in wide.iter_mut().zip(own) {
                *wide += own;
            }
        }
        Some(cells)
    }

    fn of_floats(values: &[f32], float: Float) -> Self {
        // Values may have been in a coarser float before, and be roundings to that.
        let all = |holds: fn(f32) -> bool| values.iter().all(|&value| holds(value));
        let f16 = float == Float::F16 || all(in_f16);
        let bf16 = float == Float::Bf16 || all(in_bf16);
        let half = |&value: &f32| -> f32 {
            let mut half = value.abs() * F32_ERROR;
            if f16 {
                half = half.max(half_step(value, 11, -14));
            }
            if bf16 {
                half = half.max(half_step(value, 8, -126));
            }
            half
        };
        let up: Vec<f32> = values.iter().map(half).collect();
        Self {
            down: up.clone(),
            up,
        }
    }

    fn of_runs(values: &[f32], run: usize, limits: fn(&[f32], &mut [f32], &mut [f32])) -> Self {
        let mut cells = Self {
            up: vec![f32::INFINITY; values.len()],
            down: vec![f32::INFINITY; values.len()],
        };
        let each = cells.up.chunks_mut(run).zip(cells.down.chunks_mut(run));
        for (values, (up, down)) in values.chunks(run).zip(each) {
            if values.iter().all(|value| value.is_finite()) {
                limits(values, up, down);
            }
        }
        cells
    }
}

/// The distinct values, from the least.
fn levels(values: &[f32]) -> Vec<f32> {
    let mut levels = values.to_vec();
    levels.sort_unstable_by(f32::total_cmp);
    levels.dedup();
    levels
}

/// What rounding of scales may have moved a value of the run.
fn slack(levels: &[f32]) -> f32 {
    let ends = [levels.first(), levels.last()].into_iter().flatten();
    ends.fold(0.0_f32, |most, end| most.max(end.abs())) * SCALE_ERROR
}

fn by_steps(values: &[f32], up: &mut [f32], down: &mut [f32]) {
    let levels = levels(values);
    let [least, .., most] = levels[..] else {
        return;
    };
    let half = step(&levels) / 2.0 + slack(&levels);
    for ((value, up), down) in values.iter().zip(up).zip(down) {
        if *value < most {
            *up = half;
        }
        if *value > least {
            *down = half;
        }
    }
}

fn by_levels(values: &[f32], up: &mut [f32], down: &mut [f32]) {
    let levels = levels(values);
    let slack = slack(&levels);
    for ((value, up), down) in values.iter().zip(up).zip(down) {
        let at = levels.partition_point(|level| level < value);
        if let Some(next) = levels.get(at + 1) {
            *up = (next - value) / 2.0 + slack;
        }
        if at > 0 {
            *down = (value - levels[at - 1]) / 2.0 + slack;
        }
    }
}

fn by_sign(values: &[f32], up: &mut [f32], down: &mut [f32]) {
    if values[0] > 0.0 {
        down[0] = values[0];
    }
    if values[0] < 0.0 {
        up[0] = -values[0];
    }
}

/// The step of which all distances are whole multiples (Euclid's algorithm), where only some of the
/// multiples occur that one or more times: never less than the format's own.
fn step(levels: &[f32]) -> f32 {
    let [least, .., most] = levels else {
        return 0.0;
    };
    // Far below a step of 256 in the range, and far above the errors of decoding.
    let nothing = (most - least) * 1e-4;
    let distances = levels.windows(2).map(|pair| pair[1] - pair[0]);
    distances.fold(0.0, |step, distance| {
        let (mut greater, mut lesser) = (step.max(distance), step.min(distance));
        while lesser > nothing {
            let rest = (greater - lesser * (greater / lesser).round()).abs();
            (greater, lesser) = (lesser, rest);
        }
        greater
    })
}

fn in_bf16(value: f32) -> bool {
    value.to_bits() & 0xffff == 0
}

fn in_f16(value: f32) -> bool {
    let steps = value / (2.0 * half_step(value, 11, -14));
    value.abs() < 65_520.0 && steps == steps.trunc()
}

/// Half the distance to the next value in a binary format with so many bits of significand, of which the
/// least normal number is 2 to the power `least`.
fn half_step(value: f32, bits: i32, least: i32) -> f32 {
    let exponent = (value.to_bits() >> 23 & 0xff) as i32 - 127;
    // Below 2^-126 the result is 0, and so is what can be told.
    2.0_f32.powi(exponent.max(least) - bits)
}

fn equal_to_another(run: &[f32]) -> usize {
    if run.iter().all(|value| *value == run[0]) {
        return 0;
    }
    // Zeros are equal for other reasons.
    let mut nonzero: Vec<f32> = run.iter().copied().filter(|value| *value != 0.0).collect();
    nonzero.sort_unstable_by(f32::total_cmp);
    let chunks = nonzero.chunk_by(|a, b| a == b);
    chunks
        .map(|equal| if equal.len() > 1 { equal.len() } else { 0 })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_has_half_a_step_on_either_side() {
        let float = |value: f32, float| Cells::of(&[value, 0.1], Grid::Float(float)).up[0];
        assert_eq!(float(1.0, Float::F16), 2.0_f32.powi(-11));
        assert_eq!(float(-1.5, Float::Bf16), 2.0_f32.powi(-8));
        assert_eq!(float(2.0_f32.powi(-20), Float::F16), 2.0_f32.powi(-25));
        // 0.1 is in neither of the coarse formats, so nothing else was rounded to one of them.
        assert_eq!(float(1.0, Float::F32), F32_ERROR);
        let rounded = Cells::of(&[1.0, 0.5], Grid::Float(Float::F32));
        assert_eq!(rounded.up[0], 2.0_f32.powi(-8));
    }

    #[test]
    fn the_step_is_found_where_not_every_multiple_occurs() {
        let levels = [-7.0, -3.0, 2.0, 11.0].map(|n| 0.3 + n * 0.017);
        assert!((step(&levels) - 0.017).abs() < 1e-6);
        let even = [-4.0, 2.0, 8.0].map(|n| n * 0.5);
        assert_eq!(step(&even), 3.0);
    }

    #[test]
    fn ends_of_a_run_are_open() {
        let values: Vec<f32> = (0..32).map(|i| (i % 4) as f32).collect();
        let grid = Grid::Steps {
            run: 32,
            refitted: false,
        };
        let cells = Cells::of(&values, grid);
        assert!(cells.down[0].is_infinite() && cells.up[3].is_infinite());
        assert!((cells.up[0] - 0.5).abs() < 0.01 && (cells.down[3] - 0.5).abs() < 0.01);
        let levels = Cells::of(&[0.0, 1.0, 4.0, 4.0], Grid::Levels { run: 4 });
        assert!((levels.up[1] - 1.5).abs() < 0.01 && (levels.down[1] - 0.5).abs() < 0.01);
        let alike = Cells::of(&[2.0; 32], grid);
        assert!(
            alike
                .up
                .iter()
                .chain(&alike.down)
                .all(|limit| limit.is_infinite())
        );
    }

    #[test]
    fn dequantised_values_are_told_from_others() {
        let smooth: Vec<f32> = (0..64).map(|i| (i as f32 * 0.7).sin()).collect();
        let float = Grid::Float(Float::F32);
        assert_eq!(Cells::hidden(&smooth, float), None);
        let coarse: Vec<f32> = smooth.iter().map(|v| (v * 4.0).round() / 3.0).collect();
        assert!(Cells::hidden(&coarse, float).is_some());
    }
}
