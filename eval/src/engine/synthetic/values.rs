//! Values like those of trained weights, as fast as a disk takes them.
//!
//! A row of a matrix with n columns has a standard deviation near 1/√n, which keeps what passes
//! through it as large as it was; rows differ in it by a fifth, and the values follow a logistic
//! distribution, whose tails (kurtosis 4.2) are heavier than the normal distribution's, as those of trained weights
//! are. None is zero, and none so small that F16 has to store it as a subnormal number: arithmetic
//! on such can be faster or slower than on what a trained model holds.

use super::super::random::Random;
use super::tensors::Values;

/// The smallest normal number of F16.
const SMALLEST: f32 = 6.103_515_6e-5;

/// Quantiles of the standardised logistic distribution, and with them rows of weights.
pub struct Source {
    quantiles: Vec<f32>,
}

impl Source {
    /// 65,536 quantiles, so that four values come of one random number.
    #[must_use]
    pub fn new() -> Self {
        let n = 1u32 << 16;
        let deviation = std::f64::consts::PI / 3f64.sqrt();
        let quantile = |index: u32| {
            let share = (f64::from(index) + 0.5) / f64::from(n);
            ((share / (1.0 - share)).ln() / deviation) as f32
        };
        Self {
            quantiles: (0..n).map(quantile).collect(),
        }
    }

    /// Fills whole rows of `columns` values; the same seed gives the same values.
    pub fn fill(&self, kind: Values, columns: usize, seed: u64, values: &mut [f32]) {
        let mut random = Random(seed);
        for row in values.chunks_mut(columns) {
            match kind {
                Values::Ones => row.fill(1.0),
                Values::Norm => self.row(row, 0.1, &mut random, |value| (1.0 + value).max(0.01)),
                Values::Weights => {
                    let scale = (0.2 * self.one(&mut random)).exp() / (columns as f32).sqrt();
                    self.row(row, scale, &mut random, |value| {
                        value.abs().max(SMALLEST).copysign(value)
                    });
                }
            }
        }
    }

    fn row(&self, row: &mut [f32], scale: f32, random: &mut Random, bound: impl Fn(f32) -> f32) {
        for four in row.chunks_mut(4) {
            let mut bits = random.next();
            for value in four {
                *value = bound(scale * self.quantiles[(bits & 0xffff) as usize]);
                bits >>= 16;
            }
        }
    }

    fn one(&self, random: &mut Random) -> f32 {
        self.quantiles[(random.next() & 0xffff) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_spread_like_trained_ones() {
        let columns = 1024;
        let mut values = vec![0.0; columns * 512];
        Source::new().fill(Values::Weights, columns, 7, &mut values);
        let n = values.len() as f64;
        let moment = |power: i32| {
            let sum: f64 = values.iter().map(|v| f64::from(*v).powi(power)).sum();
            sum / n
        };
        let deviation = moment(2).sqrt() * (columns as f64).sqrt();
        assert!((1.0..1.1).contains(&deviation), "{deviation}");
        assert!(moment(1).abs() < 1e-3);
        let kurtosis = moment(4) / moment(2).powi(2);
        assert!((4.0..6.0).contains(&kurtosis), "{kurtosis}");
        assert!(values.iter().all(|value| value.abs() >= SMALLEST));
    }

    #[test]
    fn a_seed_decides_the_values() {
        let fill = |seed| {
            let mut values = vec![0.0; 64];
            Source::new().fill(Values::Weights, 32, seed, &mut values);
            values
        };
        assert_eq!(fill(1), fill(1));
        assert_ne!(fill(1), fill(2));
    }
}
