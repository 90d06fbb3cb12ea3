//! The interval of a share.

use super::Estimate;

/// 97.5th percentile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// The share `count / n` of 1 with its 95 % interval (Wilson, "Probable Inference, the Law of
/// Succession, and Statistical Inference", 1927), which is neither empty nor outside of 0 to 1 where
/// none or all are counted. `None` for `n` = 0 and for a count above it.
#[must_use]
pub fn share_interval(count: u32, n: u32) -> Option<Estimate> {
    (0 < n && count <= n).then(|| wilson(f64::from(count) / f64::from(n), f64::from(n)))
}

/// Wilson's interval of `share` of 1, as of `n > 0` trials, which need not be whole.
pub(super) fn wilson(share: f64, n: f64) -> Estimate {
    let shrink = 1.0 + Z * Z / n;
    let middle = (share + Z * Z / (2.0 * n)) / shrink;
    let half = Z / shrink * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    Estimate {
        point: share,
        // Rounding can leave the point or the range by a last digit.
        low: (middle - half).clamp(0.0, share),
        high: (middle + half).clamp(share, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_answers() {
        // statsmodels.stats.proportion.proportion_confint(k, n, method="wilson")
        for (count, n, low, high) in [
            (28, 30, 0.786_765, 0.981_522),
            (0, 10, 0.0, 0.277_533),
            (10, 10, 0.722_467, 1.0),
            (1, 2, 0.094_531, 0.905_469),
        ] {
            let found = share_interval(count, n).unwrap();
            assert!((found.low - low).abs() < 1e-6, "{found:?}");
            assert!((found.high - high).abs() < 1e-6, "{found:?}");
        }
        assert_eq!(share_interval(0, 0), None);
        assert_eq!(share_interval(2, 1), None);
    }

    proptest! {
        #[test]
        fn the_share_lies_in_an_interval_that_is_never_empty(n in 1..5000_u32, part in 0.0..1.0_f64) {
            let count = (part * f64::from(n)).round() as u32;
            let found = share_interval(count, n).unwrap();
            prop_assert!(0.0 <= found.low && found.low <= found.point);
            prop_assert!(found.point <= found.high && found.high <= 1.0);
            prop_assert!(found.low < found.high);
        }
    }
}
