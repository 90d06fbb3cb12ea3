//! Whether values drift over the order in which they were taken.

use super::{Estimate, Sorted, Z95, median};

/// Values that are looked at, at most: of more, evenly spaced ones are.
const MOST: usize = 500;
/// Values up to which the distribution of Kendall's count is summed, not taken for normal.
const EXACT: usize = 60;

/// By which share of their median `samples`, taken at even steps, change from the first to the last:
/// the median of the slopes between all pairs, times the steps, over the median, with Sen's 95 %
/// interval (Sen, "Estimates of the Regression Coefficient Based on Kendall's Tau", 1968). One outlier
/// does not move it, as it would a regression.
///
/// `None` where there are fewer than five samples, of which no order is rare enough to show anything,
/// where one is not finite, or where the median is not positive.
#[must_use]
pub fn drift(samples: &[f64]) -> Option<Estimate> {
    let step = samples.len().div_ceil(MOST).max(1);
    let samples: Vec<f64> = samples.iter().copied().step_by(step).collect();
    let n = samples.len();
    let middle = median(&Sorted::new(samples.clone())?);
    if middle <= 0.0 {
        return None;
    }
    let mut changes = Vec::with_capacity(n * n / 2);
    for (i, a) in samples.iter().enumerate() {
        for (j, b) in samples.iter().enumerate().skip(i + 1) {
            changes.push((b - a) / (j - i) as f64 * (n - 1) as f64 / middle);
        }
    }
    let changes = Sorted::new(changes)?;
    let rank = rank(n)?;
    let sorted = changes.as_slice();
    Some(Estimate {
        point: median(&changes),
        low: sorted[rank - 1],
        high: sorted[sorted.len() - rank],
    })
}

/// The rank of the slope that bounds the interval: the greatest k for which fewer than k of all pairs
/// are out of order by chance no more often than once in 40.
fn rank(n: usize) -> Option<usize> {
    let pairs = n * n.saturating_sub(1) / 2;
    let rank = if n <= EXACT {
        let mut sum = 0.0;
        let all = out_of_order(n);
        let rare = |share: &&f64| {
            sum += **share;
            sum <= 0.025
        };
        all.iter().take_while(rare).count()
    } else {
        let n = n as f64;
        let half = Z95 * (n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt() / 2.0;
        (pairs as f64 / 2.0 - half).floor() as usize
    };
    (rank > 0).then_some(rank)
}

/// How likely each number of pairs is out of order where every order of `n` is as likely.
fn out_of_order(n: usize) -> Vec<f64> {
    let mut shares = vec![1.0];
    for placed in 2..=n {
        // The next stands before 0 to `placed` − 1 of the others.
        let mut next = vec![0.0; shares.len() + placed - 1];
        for (i, share) in shares.iter().enumerate() {
            for cell in &mut next[i..i + placed] {
                *cell += share / placed as f64;
            }
        }
        shares = next;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_found_exactly() {
        let falling: Vec<f64> = (0..9).map(|i| 104.0 - f64::from(i)).collect();
        let found = drift(&falling).unwrap();
        assert!((found.point + 0.08).abs() < 1e-12 && found.high < 0.0);
    }

    #[test]
    fn one_outlier_moves_nothing() {
        let mut even: Vec<f64> = (0..9).map(|i| 100.0 + 0.1 * f64::from(i % 2)).collect();
        even[8] = 20.0;
        let found = drift(&even).unwrap();
        assert!(
            found.point.abs() < 0.01 && found.low < 0.0 && found.high > 0.0,
            "{found:?}"
        );
    }

    #[test]
    fn four_show_nothing() {
        assert_eq!(drift(&[4.0, 3.0, 2.0, 1.0]), None);
        assert_eq!(drift(&[]), None);
        assert_eq!(drift(&[1.0, f64::NAN, 1.0, 1.0, 1.0]), None);
    }

    #[test]
    fn the_ranks_are_those_of_kendalls_tables() {
        assert_eq!(
            out_of_order(4)
                .iter()
                .map(|p| (p * 24.0).round() as u32)
                .collect::<Vec<_>>(),
            [1, 3, 5, 6, 5, 3, 1]
        );
        // Of 10, Kendall's tau is significant from 0.511 on: 11 of the 45 pairs out of order.
        assert_eq!([4, 5, 6, 10].map(rank), [None, Some(1), Some(2), Some(12)]);
        // The normal distribution agrees where it takes over.
        let exact = out_of_order(EXACT);
        let tail: f64 = exact[..rank(EXACT).unwrap()].iter().sum();
        assert!((0.023..=0.025).contains(&tail), "{tail}");
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_point(samples in prop::collection::vec(0.1..1e6_f64, 0..80)) {
            if let Some(found) = drift(&samples) {
                prop_assert!(found.low <= found.point && found.point <= found.high);
            }
        }
    }
}
