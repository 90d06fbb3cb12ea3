//! Tests of paired differences, and their correction where there are several.

use statrs::distribution::{ContinuousCDF, Normal};

/// Differences other than zero up to which the distribution of the rank sum is counted out.
const MOST_COUNTED: usize = 50;
/// Two differences are equal where they are this close, relative to the larger: a share of thirds
/// minus another can miss its equal by a last digit.
const EQUAL: f64 = 1e-9;

/// The two-sided p of Wilcoxon's signed-rank test ("Individual Comparisons by Ranking Methods", 1945)
/// that paired differences lie around zero. Zeros are left out and equal magnitudes share the mean of
/// their ranks.
///
/// Up to 50 differences other than zero it is exact, ties included: the share of all choices of signs
/// whose rank sum is as far from its mean. Above, the normal approximation with that distribution's
/// variance Σr²/4 and a continuity correction of 1/2. 1 where all are zero; `None` for no differences
/// and where one is not finite.
#[must_use]
pub fn signed_rank(differences: &[f64]) -> Option<f64> {
    if differences.is_empty() || differences.iter().any(|d| !d.is_finite()) {
        return None;
    }
    let (ranks, positive) = doubled_ranks(differences);
    Some(if ranks.len() <= MOST_COUNTED {
        counted(&ranks, positive)
    } else {
        approximated(&ranks, positive)
    })
}

/// Twice the rank of each difference other than zero, which makes the mean of two ranks whole, and
/// the sum of those of the positive ones.
fn doubled_ranks(differences: &[f64]) -> (Vec<u64>, u64) {
    let mut sorted: Vec<f64> = differences.iter().copied().filter(|d| *d != 0.0).collect();
    sorted.sort_unstable_by(|a, b| a.abs().total_cmp(&b.abs()));
    let (mut ranks, mut positive) = (Vec::with_capacity(sorted.len()), 0);
    for tied in sorted.chunk_by(|a, b| b.abs() - a.abs() <= EQUAL * b.abs()) {
        let (first, last) = (ranks.len() + 1, ranks.len() + tied.len());
        let rank = (first + last) as u64;
        positive += rank * tied.iter().filter(|d| **d > 0.0).count() as u64;
        ranks.extend(std::iter::repeat_n(rank, tied.len()));
    }
    (ranks, positive)
}

fn counted(ranks: &[u64], positive: u64) -> f64 {
    let total: u64 = ranks.iter().sum();
    // Of how many choices of signs each sum is that of the positive ranks.
    let mut ways = vec![0.0_f64; total as usize + 1];
    ways[0] = 1.0;
    for &rank in ranks {
        let rank = rank as usize;
        for sum in (rank..ways.len()).rev() {
            ways[sum] += ways[sum - rank];
        }
    }
    let smaller = positive.min(total - positive) as usize;
    let as_far: f64 = ways[..=smaller].iter().sum();
    (2.0 * as_far / 2.0_f64.powi(ranks.len() as i32)).min(1.0)
}

fn approximated(ranks: &[u64], positive: u64) -> f64 {
    let rank = |doubled: u64| doubled as f64 / 2.0;
    let total: f64 = ranks.iter().map(|r| rank(*r)).sum();
    let variance = ranks.iter().map(|r| rank(*r).powi(2)).sum::<f64>() / 4.0;
    let off = ((rank(positive) - total / 2.0).abs() - 0.5).max(0.0);
    (2.0 * Normal::standard().sf(off / variance.sqrt())).min(1.0)
}

/// p values of a family of tests, corrected so that the chance of any false claim among them stays
/// below the level at which each is read (Holm, "A Simple Sequentially Rejective Multiple Test
/// Procedure", 1979): the k-th smallest of m times m + 1 − k, at most 1, and never below a smaller
/// one's. In the order given.
#[must_use]
pub fn holm(ps: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..ps.len()).collect();
    order.sort_by(|a, b| ps[*a].total_cmp(&ps[*b]));
    let mut corrected = vec![1.0; ps.len()];
    let mut least = 0.0_f64;
    for (before, index) in order.into_iter().enumerate() {
        least = least.max(ps[index] * (ps.len() - before) as f64).min(1.0);
        corrected[index] = least;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Darwin's cross- and self-fertilised plants in eighths of an inch, the textbook example.
    const PLANTS: [f64; 15] = [
        49.0, -67.0, 8.0, 16.0, 6.0, 23.0, 28.0, 41.0, 14.0, 29.0, 56.0, 24.0, 75.0, 60.0, -48.0,
    ];

    #[test]
    fn the_textbook_example() {
        // scipy.stats.wilcoxon(d): statistic 24, p 0.041259765625.
        assert_eq!(signed_rank(&PLANTS), Some(0.041_259_765_625));
        let zeros = [&PLANTS[..], &[0.0; 4]].concat();
        assert_eq!(signed_rank(&zeros), signed_rank(&PLANTS));
    }

    #[test]
    fn small_samples_by_hand() {
        // Of 32 choices of signs two have all alike.
        assert_eq!(signed_rank(&[1.0, 2.0, 3.0, 4.0, 5.0]), Some(0.0625));
        // Ranks 2, 2, 2: of 8 choices, four have at most one positive.
        assert_eq!(signed_rank(&[0.3, 0.1 + 0.2, -0.3]), Some(1.0));
        // Ranks 1.5, 1.5, 3, all positive: 2 of 8.
        assert_eq!(signed_rank(&[1.0, 1.0, 2.0]), Some(0.25));
        assert_eq!(signed_rank(&[0.0; 9]), Some(1.0));
        assert_eq!(signed_rank(&[]), None);
        assert_eq!(signed_rank(&[1.0, f64::NAN]), None);
    }

    #[test]
    fn the_approximation_is_near_what_is_counted() {
        for shift in [0.0, 4.0, 8.0, 12.0] {
            let differences: Vec<f64> = (0..50)
                .map(|i| f64::from(i * 37 % 50) - 24.5 + shift)
                .collect();
            let (ranks, positive) = doubled_ranks(&differences);
            let (exact, near) = (counted(&ranks, positive), approximated(&ranks, positive));
            assert!((exact - near).abs() < 2e-3, "{shift}: {exact} {near}");
        }
    }

    #[test]
    fn holm_by_hand() {
        // 0.01·4, 0.02·3, 0.03·2 raised to the one before, 0.5.
        let corrected = holm(&[0.03, 0.01, 0.5, 0.02]);
        let expected = [0.06, 0.04, 0.5, 0.06];
        let close = corrected.iter().zip(expected);
        assert!(
            close.clone().all(|(a, b)| (a - b).abs() < 1e-12),
            "{corrected:?}"
        );
        assert_eq!(holm(&[0.7, 0.8]), [1.0, 1.0]);
        assert_eq!(holm(&[]), [0.0; 0]);
    }

    proptest! {
        #[test]
        fn p_is_a_probability_and_forgets_the_direction(
            differences in prop::collection::vec(-3..4_i32, 1..80)
        ) {
            let differences: Vec<f64> = differences.into_iter().map(f64::from).collect();
            let turned: Vec<f64> = differences.iter().map(|d| -d).collect();
            let p = signed_rank(&differences).unwrap();
            prop_assert!(0.0 < p && p <= 1.0);
            prop_assert!((p - signed_rank(&turned).unwrap()).abs() < 1e-9);
        }

        #[test]
        fn a_correction_never_lowers_a_p_nor_changes_the_order(
            ps in prop::collection::vec(0.0..1.0_f64, 1..30)
        ) {
            let corrected = holm(&ps);
            for (i, p) in ps.iter().enumerate() {
                prop_assert!(corrected[i] >= *p && corrected[i] <= 1.0);
                for (j, q) in ps.iter().enumerate() {
                    prop_assert!(p >= q || corrected[i] <= corrected[j]);
                }
            }
        }
    }
}
