//! Counts over values.

use super::cast::{self, Bf16, F16};

/// The exponent of the smallest f32, 2^-149.
const LOWEST: i32 = -149;
/// One place for each exponent from [`LOWEST`] to 127.
const N_EXPONENTS: usize = 277;

/// What a cast to one format does to values. Counts are of finite values; NaN and infinities stay
/// what they are and are counted in [`Tally`].
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cast {
    /// Become infinite.
    pub overflow: u64,
    /// Become subnormal: representable, with fewer bits of fraction.
    pub subnormal: u64,
    /// Become zero and were not.
    pub vanish: u64,
    /// Change at all.
    pub changed: u64,
    /// Values that are not zero and do not overflow: those that a relative error is taken of.
    pub n_compared: u64,
    /// Sum of |cast − x| / |x| over them; 1 for a value that vanishes.
    pub sum_relative_error: f64,
    /// The largest of these.
    pub max_relative_error: f64,
}

impl Cast {
    /// Mean relative rounding error; `None` where nothing was compared.
    #[must_use]
    pub fn mean_relative_error(&self) -> Option<f64> {
        (self.n_compared > 0).then(|| self.sum_relative_error / self.n_compared as f64)
    }

    fn merge(&mut self, other: &Self) {
        self.overflow += other.overflow;
        self.subnormal += other.subnormal;
        self.vanish += other.vanish;
        self.changed += other.changed;
        self.n_compared += other.n_compared;
        self.sum_relative_error += other.sum_relative_error;
        self.max_relative_error = self.max_relative_error.max(other.max_relative_error);
    }
}

/// What values are like.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// Values.
    pub n: u64,
    /// Not a number.
    pub nan: u64,
    /// Infinite.
    pub inf: u64,
    /// Zero, of either sign.
    pub zero: u64,
    /// Smallest and largest finite value; `None` where none is finite.
    pub range: Option<(f32, f32)>,
    /// Sum of the finite values.
    pub sum: f64,
    /// Sum of their squares.
    pub sum_squares: f64,
    exponents: [u64; N_EXPONENTS],
    /// Cast to F16.
    pub f16: Cast,
    /// Cast to BF16.
    pub bf16: Cast,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            n: 0,
            nan: 0,
            inf: 0,
            zero: 0,
            range: None,
            sum: 0.0,
            sum_squares: 0.0,
            exponents: [0; N_EXPONENTS],
            f16: Cast::default(),
            bf16: Cast::default(),
        }
    }
}

impl Tally {
    /// Counts `values` in.
    pub fn add(&mut self, values: &[f32]) {
        self.n += values.len() as u64;
        self.add_moments(values);
        self.add_exponents(values);
        cast::add::<F16>(&mut self.f16, values);
        cast::add::<Bf16>(&mut self.bf16, values);
    }

    /// Counts in what another tally counted.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.nan += other.nan;
        self.inf += other.inf;
        self.zero += other.zero;
        self.range = match (self.range, other.range) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        self.sum += other.sum;
        self.sum_squares += other.sum_squares;
        for (mine, more) in self.exponents.iter_mut().zip(&other.exponents) {
            *mine += more;
        }
        self.f16.merge(&other.f16);
        self.bf16.merge(&other.bf16);
    }

    /// Finite values.
    #[must_use]
    pub fn n_finite(&self) -> u64 {
        self.n - self.nan - self.inf
    }

    /// Mean of the finite values.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.n_finite() > 0).then(|| self.sum / self.n_finite() as f64)
    }

    /// Their deviation (of the population: over n).
    #[must_use]
    pub fn deviation(&self) -> Option<f64> {
        let mean = self.mean()?;
        let variance = self.sum_squares / self.n_finite() as f64 - mean * mean;
        Some(variance.max(0.0).sqrt())
    }

    /// The largest magnitude of a finite value.
    #[must_use]
    pub fn max_abs(&self) -> Option<f32> {
        self.range.map(|(min, max)| min.abs().max(max.abs()))
    }

    /// How many finite values that are not zero have each binary exponent ⌊log₂|x|⌋, those that occur.
    #[must_use]
    pub fn exponents(&self) -> Vec<(i32, u64)> {
        let all = (LOWEST..).zip(self.exponents);
        all.filter(|(_, count)| *count > 0).collect()
    }

    fn add_moments(&mut self, values: &[f32]) {
        const LANES: usize = 8;
        let (mut sums, mut squares) = ([0.0_f64; LANES], [0.0_f64; LANES]);
        let (mut min, mut max) = ([f32::INFINITY; LANES], [f32::NEG_INFINITY; LANES]);
        let mut one = |lane: usize, value: f32| {
            let finite = value.is_finite();
            let exact = f64::from(if finite { value } else { 0.0 });
            sums[lane] += exact;
            squares[lane] += exact * exact;
            min[lane] = min[lane].min(if finite { value } else { f32::INFINITY });
            max[lane] = max[lane].max(if finite { value } else { f32::NEG_INFINITY });
        };
        let (blocks, rest) = values.as_chunks::<LANES>();
        for block in blocks {
            for (lane, &value) in block.iter().enumerate() {
                one(lane, value);
            }
        }
        for (lane, &value) in rest.iter().enumerate() {
            one(lane, value);
        }
        self.sum += sums.iter().sum::<f64>();
        self.sum_squares += squares.iter().sum::<f64>();
        let min = min.iter().fold(f32::INFINITY, |a, &b| a.min(b));
        let max = max.iter().fold(f32::NEG_INFINITY, |a, &b| a.max(b));
        if min <= max {
            let (low, high) = self.range.unwrap_or((min, max));
            self.range = Some((low.min(min), high.max(max)));
        }
    }

    fn add_exponents(&mut self, values: &[f32]) {
        // Two histograms in turn: equal exponents stand beside each other, and a count that was just
        // written is slow to read again.
        let mut counts = [[0_u64; 256]; 2];
        for (i, value) in values.iter().enumerate() {
            let exponent = (value.to_bits() >> 23 & 0xff) as usize;
            counts[i % 2][exponent] += 1;
            if exponent == 0 {
                self.add_tiny(*value);
            } else if exponent == 255 {
                self.nan += u64::from(value.is_nan());
                self.inf += u64::from(value.is_infinite());
            }
        }
        // Biased exponents 1 to 254 are those of 2^-126 to 2^127.
        let places = &mut self.exponents[(-126 - LOWEST) as usize..];
        for histogram in &counts {
            for (place, count) in places.iter_mut().zip(&histogram[1..255]) {
                *place += count;
            }
        }
    }

    /// Counts a zero or an f32 that is itself subnormal.
    fn add_tiny(&mut self, value: f32) {
        let fraction = value.to_bits() & 0x7f_ffff;
        match fraction.checked_ilog2() {
            None => self.zero += 1,
            Some(exponent) => self.exponents[exponent as usize] += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[f32]) -> Tally {
        let mut tally = Tally::default();
        tally.add(values);
        tally
    }

    #[test]
    fn values_are_counted_by_kind() {
        let tally = of(&[
            0.0,
            -0.0,
            3.0,
            -1.5,
            f32::NAN,
            f32::INFINITY,
            f32::NEG_INFINITY,
            1e-45,
        ]);
        assert_eq!((tally.n, tally.nan, tally.inf, tally.zero), (8, 1, 2, 2));
        assert_eq!(tally.range, Some((-1.5, 3.0)));
        assert_eq!(tally.max_abs(), Some(3.0));
        assert_eq!(tally.exponents(), [(-149, 1), (0, 1), (1, 1)]);
        assert!((tally.mean().unwrap() - 0.3).abs() < 1e-12);
    }

    #[test]
    fn nothing_finite_has_no_range() {
        let tally = of(&[f32::NAN, f32::INFINITY]);
        assert_eq!(
            (tally.range, tally.mean(), tally.deviation()),
            (None, None, None)
        );
        assert_eq!(of(&[]), Tally::default());
    }

    proptest! {
        #[test]
        fn any_values_agree_with_the_plain_way(values in prop::collection::vec(any::<f32>(), 0..200)) {
            let tally = of(&values);
            let finite: Vec<f64> = values.iter().filter(|v| v.is_finite()).map(|&v| f64::from(v)).collect();
            prop_assert_eq!(tally.n_finite(), finite.len() as u64);
            let nonzero = finite.iter().filter(|v| **v != 0.0);
            let mut exponents = std::collections::BTreeMap::new();
            for value in nonzero {
                *exponents.entry(value.abs().log2().floor() as i32).or_insert(0_u64) += 1;
            }
            prop_assert_eq!(tally.exponents(), exponents.into_iter().collect::<Vec<_>>());
            let largest = finite.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
            prop_assert_eq!(tally.max_abs().map_or(0.0, f64::from), largest);
        }

        #[test]
        fn parts_merge_to_the_whole(values in prop::collection::vec(any::<f32>(), 0..200), at in 0..200_usize) {
            let (a, b) = values.split_at(at.min(values.len()));
            let mut merged = of(a);
            merged.merge(&of(b));
            let whole = of(&values);
            prop_assert_eq!(merged.exponents(), whole.exponents());
            prop_assert_eq!(merged.range, whole.range);
            prop_assert_eq!(merged.f16.changed, whole.f16.changed);
            prop_assert_eq!(merged.bf16.changed, whole.bf16.changed);
        }
    }
}
