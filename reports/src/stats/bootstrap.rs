//! The bootstrap interval of a median.

use super::rng::SplitMix64;
use super::{Estimate, Sorted, median, percentile};

/// Resamples behind an interval. The share of resampled medians below an end of the interval is
/// then off by about √(0.025·0.975/4000) = 0.25 % of all.
pub const RESAMPLES: usize = 4000;

/// Fixed, so that the same samples give the same interval in every report.
const SEED: u64 = 0x6861_6e62_656e_6368;

/// The median with its 95 % percentile-bootstrap interval (Efron and Tibshirani, "An Introduction to
/// the Bootstrap", 1993, chapter 13): the 2.5th and 97.5th percentile of the medians of
/// [`RESAMPLES`] samples of the same size, drawn with replacement. `None` for fewer than three
/// samples, of which an interval would only repeat the range.
///
/// The time does not grow with the number of samples: see `resampled_median`.
#[must_use]
pub fn median_interval(samples: &Sorted) -> Option<Estimate> {
    if samples.as_slice().len() < 3 {
        return None;
    }
    let mut rng = SplitMix64::new(SEED);
    let medians = (0..RESAMPLES).map(|_| resampled_median(samples.as_slice(), &mut rng));
    let medians = Sorted::new(medians.collect())?;
    Some(Estimate {
        point: median(samples),
        low: percentile(&medians, 2.5),
        high: percentile(&medians, 97.5),
    })
}

/// The median of n draws with replacement from `sorted`, without drawing all n.
///
/// A draw is the sample at index ⌊n·U⌋ with U uniform, which rises with U; so the k-th smallest draw
/// is the sample at ⌊n·U₍ₖ₎⌋, and the k-th smallest of n uniforms is Beta(k, n + 1 − k). For an even
/// n the next one is the smallest of the n − k uniforms that lie above it.
fn resampled_median(sorted: &[f64], rng: &mut SplitMix64) -> f64 {
    let n = sorted.len();
    let at = |u: f64| sorted[((u * n as f64) as usize).min(n - 1)];
    let rank = n.div_ceil(2);
    let lower = rng.beta(rank as f64, (n + 1 - rank) as f64);
    if n % 2 == 1 {
        return at(lower);
    }
    let step = 1.0 - rng.unit().powf(1.0 / (n - rank) as f64);
    f64::midpoint(at(lower), at(lower + (1.0 - lower) * step))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn interval(samples: &[f64]) -> Estimate {
        median_interval(&Sorted::new(samples.to_vec()).unwrap()).unwrap()
    }

    /// The textbook way, to compare with.
    fn plain_medians(samples: &[f64], count: usize) -> Sorted {
        let mut rng = SplitMix64::new(99);
        let one = |rng: &mut SplitMix64| {
            let n = samples.len();
            let draws = (0..n).map(|_| samples[(rng.unit() * n as f64) as usize]);
            median(&Sorted::new(draws.collect()).unwrap())
        };
        Sorted::new((0..count).map(|_| one(&mut rng)).collect()).unwrap()
    }

    #[test]
    fn the_short_cut_draws_medians_of_the_same_distribution() {
        for n in [3, 4, 5, 10, 31] {
            let samples: Vec<f64> = (0..n).map(|i| f64::from(i).powi(2)).collect();
            let count = 40_000;
            let plain = plain_medians(&samples, count);
            let mut rng = SplitMix64::new(1);
            let quick = (0..count).map(|_| resampled_median(&samples, &mut rng));
            let quick = Sorted::new(quick.collect()).unwrap();
            // The largest gap between the two distributions (Kolmogorov and Smirnov); 0.0115 would
            // be passed by chance once in a hundred.
            let gap = plain.as_slice().iter().map(|x| {
                let share =
                    |s: &Sorted| s.as_slice().partition_point(|y| y <= x) as f64 / count as f64;
                (share(&plain) - share(&quick)).abs()
            });
            let gap = gap.fold(0.0, f64::max);
            assert!(gap < 0.0115, "{n} samples: {gap}");
        }
    }

    #[test]
    fn of_three_samples_the_interval_is_the_range() {
        // Each end is the median of a resample with probability 7/27.
        let three = interval(&[1.0, 2.0, 10.0]);
        assert_eq!((three.low, three.point, three.high), (1.0, 2.0, 10.0));
        assert_eq!(median_interval(&Sorted::new(vec![1.0, 2.0]).unwrap()), None);
    }

    #[test]
    fn the_interval_of_many_samples_is_that_of_theory() {
        // For n uniform samples the median's standard error is 1/(2√n).
        let mut rng = SplitMix64::new(5);
        let samples: Vec<f64> = (0..100_000).map(|_| rng.unit()).collect();
        let found = interval(&samples);
        let half = 1.96 / (2.0 * 1e5_f64.sqrt());
        assert!((found.point - 0.5).abs() < 2.0 * half);
        assert!(
            ((found.high - found.low) / (2.0 * half) - 1.0).abs() < 0.15,
            "{found:?}"
        );
    }

    #[test]
    fn equal_samples_leave_no_doubt() {
        assert_eq!(
            interval(&[4.0; 6]),
            Estimate {
                point: 4.0,
                low: 4.0,
                high: 4.0
            }
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_point_lies_inside_and_the_interval_inside_the_samples(
            samples in prop::collection::vec(-1e6..1e6_f64, 3..40)
        ) {
            let found = interval(&samples);
            let sorted = Sorted::new(samples).unwrap();
            prop_assert!(sorted.as_slice()[0] <= found.low);
            prop_assert!(found.low <= found.point && found.point <= found.high);
            prop_assert!(found.high <= *sorted.as_slice().last().unwrap());
        }

        #[test]
        fn it_follows_the_unit(samples in prop::collection::vec(1.0..1e3_f64, 3..40)) {
            let doubled: Vec<f64> = samples.iter().map(|x| 2.0 * x).collect();
            let (once, twice) = (interval(&samples), interval(&doubled));
            prop_assert_eq!((2.0 * once.low, 2.0 * once.high), (twice.low, twice.high));
        }
    }
}
