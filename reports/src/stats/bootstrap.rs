//! The bootstrap intervals of a median, of the ratio of two, and of a mean.

use super::rng::SplitMix64;
use super::{Estimate, Sorted, mean, median, percentile};

/// Resamples behind an interval. The share of resampled medians below an end of the interval is
/// then off by about √(0.025·0.975/4000) = 0.25 % of all.
pub const RESAMPLES: usize = 4000;

/// Fixed, so that the same samples give the same interval in every report.
const SEED: u64 = 0x6861_6e62_656e_6368;

/// Samples up to which a mean is resampled. Above, the expansion in [`expanded_ends`] is as close as
/// [`RESAMPLES`] draws, and its time does not grow with their number.
const MOST_RESAMPLED: usize = 50;

/// 97.5th percentile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

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

/// The median of `samples` over that of `others`, with its 95 % two-sample percentile-bootstrap interval
/// (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 8 and 13): the 2.5th and
/// 97.5th percentile of the ratio over [`RESAMPLES`] pairs of resamples, one of either. `None` for fewer
/// than three samples of either, and where one of `others` is not positive.
#[must_use]
pub fn median_ratio_interval(samples: &Sorted, others: &Sorted) -> Option<Estimate> {
    let (above, below) = (samples.as_slice(), others.as_slice());
    if above.len() < 3 || below.len() < 3 || below[0] <= 0.0 {
        return None;
    }
    let mut rng = SplitMix64::new(SEED);
    let ratios = (0..RESAMPLES)
        .map(|_| resampled_median(above, &mut rng) / resampled_median(below, &mut rng));
    let ratios = Sorted::new(ratios.collect())?;
    let point = median(samples) / median(others);
    Some(Estimate {
        point,
        low: percentile(&ratios, 2.5).min(point),
        high: percentile(&ratios, 97.5).max(point),
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

/// The mean with its 95 % percentile-bootstrap interval (Efron and Tibshirani, "An Introduction to
/// the Bootstrap", 1993, chapter 13), in the unit of the samples: the 2.5th and 97.5th percentile of
/// the means of samples of the same size, drawn with replacement. `None` for fewer than three
/// samples, for equal ones, whose resamples would only claim that nothing can vary, and for samples so
/// large that they have no mean.
///
/// Up to 50 samples these are the percentiles of [`RESAMPLES`] such means. Above that they are
/// computed from the variance and the skewness of the samples: see `expanded_ends`.
#[must_use]
pub fn mean_interval(samples: &Sorted) -> Option<Estimate> {
    let sorted = samples.as_slice();
    let (smallest, largest) = (*sorted.first()?, *sorted.last()?);
    if smallest == largest {
        return None;
    }
    let point = mean(sorted).filter(|mean| sorted.len() >= 3 && mean.is_finite())?;
    let (low, high) = if sorted.len() <= MOST_RESAMPLED {
        resampled_ends(sorted)?
    } else {
        expanded_ends(sorted, point)
    };
    // No mean lies outside the samples; rounding and the expansion can.
    let point = point.clamp(smallest, largest);
    Some(Estimate {
        point,
        low: low.clamp(smallest, point),
        high: high.clamp(point, largest),
    })
}

/// The ends of the interval of a mean, drawn.
fn resampled_ends(samples: &[f64]) -> Option<(f64, f64)> {
    let mut rng = SplitMix64::new(SEED);
    let means = (0..RESAMPLES).map(|_| resampled_mean(samples, &mut rng));
    let means = Sorted::new(means.collect())?;
    Some((percentile(&means, 2.5), percentile(&means, 97.5)))
}

fn resampled_mean(samples: &[f64], rng: &mut SplitMix64) -> f64 {
    let n = samples.len();
    // The upper half of the product of 32 random bits with n is uniform below n.
    let mut draw = || samples[(((rng.next_u64() >> 32) * n as u64) >> 32) as usize];
    (0..n).map(|_| draw()).sum::<f64>() / n as f64
}

/// The ends of the interval of a mean, computed.
///
/// A resampled mean of n samples has their mean x̄, the variance s²/n with s² = Σ(x − x̄)²/n, and the
/// skewness g/√n with g = Σ((x − x̄)/s)³/n. The expansion of Cornish and Fisher ("Moments and
/// Cumulants in the Specification of Distributions", 1938) gives a percentile of it as
/// x̄ + s/√n·(z + (z² − 1)·g/(6√n)), z being that of the normal distribution; what is left out is of
/// the order of 1/n of the interval's width.
fn expanded_ends(samples: &[f64], mean: f64) -> (f64, f64) {
    let n = samples.len() as f64;
    let deviation = (samples.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
    if deviation == 0.0 {
        return (mean, mean);
    }
    let cubes = samples.iter().map(|x| ((x - mean) / deviation).powi(3));
    let skewness = cubes.sum::<f64>() / n / n.sqrt();
    let (error, shift) = (deviation / n.sqrt(), (Z * Z - 1.0) / 6.0 * skewness);
    (mean + error * (shift - Z), mean + error * (shift + Z))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of_mean(samples: &[f64]) -> Estimate {
        mean_interval(&Sorted::new(samples.to_vec()).unwrap()).unwrap()
    }

    /// `ones` ones among `n` samples, the rest zeros.
    fn zeros_and_ones(ones: usize, n: usize) -> Vec<f64> {
        (0..n).map(|i| f64::from(i < ones)).collect()
    }

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

    fn of_ratio(above: &[f64], below: &[f64]) -> Option<Estimate> {
        let sorted = |samples: &[f64]| Sorted::new(samples.to_vec()).unwrap();
        median_ratio_interval(&sorted(above), &sorted(below))
    }

    #[test]
    fn the_ratio_of_two_medians_of_three_has_the_ends_of_the_grid() {
        // Each resampled median is 1, 2 or 4 (8 or 16 of the others) with probability 7/27, 13/27,
        // 7/27, so each corner of the grid has (7/27)² = 0.067, above 0.025 at either end.
        let found = of_ratio(&[1.0, 2.0, 4.0], &[4.0, 8.0, 16.0]).unwrap();
        assert_eq!(
            (found.low, found.point, found.high),
            (1.0 / 16.0, 0.25, 1.0)
        );
        assert_eq!(of_ratio(&[1.0, 2.0], &[4.0, 8.0, 16.0]), None);
        assert_eq!(of_ratio(&[1.0, 2.0, 4.0], &[0.0, 8.0, 16.0]), None);
    }

    #[test]
    fn the_ratio_of_many_samples_has_the_interval_of_theory() {
        // The median of n uniform samples of [1, 2] has the standard error 1/(2√n), which is a third
        // of that relative to the median of 1.5; the ratio's relative one is √2 times as large.
        let n = 10_000;
        let samples = |seed| {
            let mut rng = SplitMix64::new(seed);
            (0..n).map(|_| 1.0 + rng.unit()).collect::<Vec<_>>()
        };
        let found = of_ratio(&samples(3), &samples(4)).unwrap();
        let half = 1.96 * 2.0_f64.sqrt() / (2.0 * f64::from(n).sqrt()) / 1.5;
        assert!((found.point - 1.0).abs() < 2.0 * half, "{found:?}");
        assert!(
            ((found.high - found.low) / (2.0 * half) - 1.0).abs() < 0.15,
            "{found:?}"
        );
    }

    #[test]
    fn the_mean_of_a_few_zeros_and_ones_has_the_ends_of_the_binomial() {
        // Of n draws the ones are Binomial(n, p). n = 4, p = 1/4: P(0) = 0.32, P(≥ 3) = 0.051,
        // P(4) = 0.004. n = 10, p = 1/2: P(≤ 1) = 0.011, P(≤ 2) = 0.055.
        // n = 20, p = 1/10: P(0) = 0.12, P(≥ 5) = 0.043, P(≥ 6) = 0.011.
        for (ones, n, low, high) in [(1, 4, 0.0, 0.75), (5, 10, 0.2, 0.8), (2, 20, 0.0, 0.25)] {
            let found = of_mean(&zeros_and_ones(ones, n));
            let point = ones as f64 / n as f64;
            assert_eq!((found.low, found.point, found.high), (low, point, high));
        }
    }

    #[test]
    fn the_mean_of_fewer_than_three_has_no_interval() {
        let two = Sorted::new(vec![1.0, 2.0]).unwrap();
        assert_eq!(mean_interval(&two), None);
        // P(a resampled mean of three is the smallest or the largest sample) = 1/27 each.
        let three = of_mean(&[1.0, 2.0, 6.0]);
        assert_eq!((three.low, three.point, three.high), (1.0, 3.0, 6.0));
        let huge = Sorted::new(vec![f64::MAX; 3]).unwrap();
        assert_eq!(mean_interval(&huge), None);
    }

    #[test]
    fn the_mean_of_many_samples_has_the_interval_of_theory() {
        // For n uniform samples the mean's standard error is 1/√(12n).
        let samples: Vec<f64> = (0..10_000).map(|i| (f64::from(i) + 0.5) / 1e4).collect();
        let found = of_mean(&samples);
        let half = 1.96 / 12e4_f64.sqrt();
        assert!((found.point - 0.5).abs() < 1e-12);
        assert!((found.low - (0.5 - half)).abs() < 1e-3 * half, "{found:?}");
        assert!((found.high - (0.5 + half)).abs() < 1e-3 * half, "{found:?}");
    }

    #[test]
    fn the_expansion_has_the_ends_that_drawing_has() {
        let squares = |n: u32| (0..n).map(|i| f64::from(i).powi(2)).collect::<Vec<_>>();
        let grades = |n: u32| (0..n).map(|i| f64::from(i % 7 / 3)).collect::<Vec<_>>();
        let cases = [51, 165]
            .into_iter()
            .flat_map(|n| [(squares(n), 0.0), (grades(n), 0.5)]);
        for (samples, lattice) in cases {
            let n = samples.len() as f64;
            let mut rng = SplitMix64::new(3);
            let drawn = (0..40_000).map(|_| resampled_mean(&samples, &mut rng));
            let drawn = Sorted::new(drawn.collect()).unwrap();
            let found = of_mean(&samples);
            let error = (found.high - found.low) / (2.0 * Z);
            // Drawing 40,000 is itself off by about 0.013 standard errors at either end; means of
            // grades, which are whole numbers, lie 1/n apart.
            let allowed = 0.06 * error + lattice / n;
            assert!(
                (found.low - percentile(&drawn, 2.5)).abs() < allowed,
                "{n}: {found:?}"
            );
            assert!(
                (found.high - percentile(&drawn, 97.5)).abs() < allowed,
                "{n}: {found:?}"
            );
        }
    }

    #[test]
    fn what_is_rare_makes_the_interval_of_a_mean_lean() {
        // One of 100: a normal interval would begin below 0. Binomial(100, 0.01): P(≥ 4) = 0.018.
        let rare = of_mean(&zeros_and_ones(1, 100));
        assert_eq!(rare.low, 0.0);
        assert!((0.03..0.04).contains(&rare.high), "{rare:?}");
    }

    #[test]
    fn equal_samples_say_nothing_of_how_their_mean_could_vary() {
        for n in [3, 50, 700] {
            let equal = Sorted::new(vec![0.1; n]).unwrap();
            assert_eq!(mean_interval(&equal), None, "{n}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_mean_lies_in_its_interval_and_that_inside_the_samples(
            samples in prop::collection::vec(-1e6..1e6_f64, 3..120)
        ) {
            let found = of_mean(&samples);
            let sorted = Sorted::new(samples).unwrap();
            prop_assert!(sorted.as_slice()[0] <= found.low);
            prop_assert!(found.low <= found.point && found.point <= found.high);
            prop_assert!(found.high <= *sorted.as_slice().last().unwrap());
        }

        #[test]
        fn the_interval_of_a_mean_follows_the_unit(
            samples in prop::collection::vec(1.0..1e3_f64, 3..120)
        ) {
            let doubled: Vec<f64> = samples.iter().map(|x| 2.0 * x).collect();
            let (once, twice) = (of_mean(&samples), of_mean(&doubled));
            prop_assert_eq!((2.0 * once.low, 2.0 * once.high), (twice.low, twice.high));
        }

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
        fn a_ratio_lies_in_its_interval_and_follows_both_units(
            above in prop::collection::vec(1.0..1e3_f64, 3..12),
            below in prop::collection::vec(1.0..1e3_f64, 3..12),
        ) {
            let found = of_ratio(&above, &below).unwrap();
            prop_assert!(found.low <= found.point && found.point <= found.high);
            let doubled: Vec<f64> = above.iter().map(|x| 2.0 * x).collect();
            let twice = of_ratio(&doubled, &below).unwrap();
            prop_assert_eq!((2.0 * found.low, 2.0 * found.high), (twice.low, twice.high));
        }

        #[test]
        fn it_follows_the_unit(samples in prop::collection::vec(1.0..1e3_f64, 3..40)) {
            let doubled: Vec<f64> = samples.iter().map(|x| 2.0 * x).collect();
            let (once, twice) = (interval(&samples), interval(&doubled));
            prop_assert_eq!((2.0 * once.low, 2.0 * once.high), (twice.low, twice.high));
        }
    }
}
