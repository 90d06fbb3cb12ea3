//! Mean, deviation, median and percentiles.

/// At least one sample, all finite, in ascending order: what a percentile may be read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Sorted(Vec<f64>);

impl Sorted {
    /// Sorts `samples`; `None` where there is none or one of them is not finite.
    #[must_use]
    pub fn new(mut samples: Vec<f64>) -> Option<Self> {
        if samples.is_empty() || samples.iter().any(|x| !x.is_finite()) {
            return None;
        }
        samples.sort_unstable_by(f64::total_cmp);
        Some(Self(samples))
    }

    /// The samples, smallest first; never empty.
    #[must_use]
    pub fn as_slice(&self) -> &[f64] {
        &self.0
    }
}

/// Σx / n; `None` for no samples.
#[must_use]
pub fn mean(samples: &[f64]) -> Option<f64> {
    (!samples.is_empty()).then(|| samples.iter().sum::<f64>() / samples.len() as f64)
}

/// Sample standard deviation √(Σ(x − mean)² / (n − 1)); `None` for fewer than two samples.
#[must_use]
pub fn sample_deviation(samples: &[f64]) -> Option<f64> {
    let mean = mean(samples).filter(|_| samples.len() > 1)?;
    let squares: f64 = samples.iter().map(|x| (x - mean).powi(2)).sum();
    Some((squares / (samples.len() - 1) as f64).sqrt())
}

/// The middle sample, or the mean of the two middle ones: the 50th percentile.
#[must_use]
pub fn median(samples: &Sorted) -> f64 {
    percentile(samples, 50.0)
}

/// The `p`th percentile, `p` from 0 to 100 (clamped to that), by linear interpolation at position
/// (n − 1)·p/100 (definition 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996;
/// what NumPy does by default).
///
/// Never outside the samples, and never falls as `p` rises.
#[must_use]
pub fn percentile(samples: &Sorted, p: f64) -> f64 {
    let samples = samples.as_slice();
    let position = (samples.len() - 1) as f64 * p.clamp(0.0, 100.0) / 100.0;
    let (below, above) = (
        samples[position.floor() as usize],
        samples[position.ceil() as usize],
    );
    let share = position.fract();
    // Rounding can leave the two neighbours by a last digit.
    (below * (1.0 - share) + above * share).clamp(below, above)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sorted(samples: &[f64]) -> Sorted {
        Sorted::new(samples.to_vec()).unwrap()
    }

    fn samples() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(-1e6..1e6_f64, 1..60)
    }

    #[test]
    fn known_answers() {
        let samples = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        assert_eq!(mean(&samples), Some(5.0));
        assert_eq!(sample_deviation(&samples), Some((32.0_f64 / 7.0).sqrt()));
        assert_eq!(median(&sorted(&samples)), 4.5);
        assert_eq!(median(&sorted(&[3.0, 1.0, 2.0])), 2.0);
        // numpy.percentile([15, 20, 35, 40, 50], [0, 5, 30, 40, 95, 100])
        let five = sorted(&[50.0, 15.0, 35.0, 20.0, 40.0]);
        let ps = [0.0, 5.0, 30.0, 40.0, 95.0, 100.0].map(|p| percentile(&five, p));
        let numpy = [15.0, 16.0, 23.0, 29.0, 48.0, 50.0];
        assert!(
            ps.iter().zip(numpy).all(|(a, b)| (a - b).abs() < 1e-12),
            "{ps:?}"
        );
    }

    #[test]
    fn too_few_samples_have_no_answer() {
        assert_eq!(mean(&[]), None);
        assert_eq!(sample_deviation(&[1.0]), None);
        assert_eq!(Sorted::new(vec![]), None);
        assert_eq!(Sorted::new(vec![1.0, f64::NAN]), None);
        assert_eq!(Sorted::new(vec![f64::INFINITY]), None);
    }

    proptest! {
        #[test]
        fn percentiles_stay_inside_and_rise(samples in samples(), p in 0.0..100.0_f64, q in 0.0..100.0_f64) {
            let sorted = Sorted::new(samples).unwrap();
            let (low, high) = (percentile(&sorted, p.min(q)), percentile(&sorted, p.max(q)));
            prop_assert!(low <= high);
            prop_assert!(sorted.as_slice()[0] <= low && high <= *sorted.as_slice().last().unwrap());
        }

        #[test]
        fn half_of_the_samples_lie_on_each_side_of_the_median(samples in samples()) {
            let middle = median(&Sorted::new(samples.clone()).unwrap());
            prop_assert!(2 * samples.iter().filter(|x| **x <= middle).count() >= samples.len());
            prop_assert!(2 * samples.iter().filter(|x| **x >= middle).count() >= samples.len());
        }

        #[test]
        fn order_does_not_matter(samples in samples()) {
            let backwards = samples.iter().rev().copied().collect();
            prop_assert_eq!(Sorted::new(samples), Sorted::new(backwards));
        }

        #[test]
        fn a_shift_moves_the_mean_and_leaves_the_deviation(samples in samples(), by in -1e3..1e3_f64) {
            let moved: Vec<f64> = samples.iter().map(|x| x + by).collect();
            let (before, after) = (mean(&samples).unwrap(), mean(&moved).unwrap());
            prop_assert!((before + by - after).abs() < 1e-6);
            if let Some(deviation) = sample_deviation(&samples) {
                prop_assert!(deviation >= 0.0);
                prop_assert!((deviation - sample_deviation(&moved).unwrap()).abs() < 1e-6);
            }
        }
    }
}
