//! Which of several trades nothing beats.

use super::SAME_MEMORY;

/// A value with its 95 % interval, where it has one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    pub(super) value: f64,
    pub(super) interval: Option<(f64, f64)>,
}

impl Measured {
    /// Whether this is shown to be the greater: the intervals have no point in common.
    fn is_shown_above(&self, other: &Self) -> bool {
        let both = self.interval.zip(other.interval);
        both.is_some_and(|((low, _), (_, high))| low > high)
    }

    /// Whether this is shown to be the greater, or has to be taken for it where an interval is missing.
    fn passes_for_above(&self, other: &Self) -> bool {
        match self.interval.zip(other.interval) {
            Some(_) => self.is_shown_above(other),
            None => self.value > other.value,
        }
    }
}

/// What one cell gives and takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Trade {
    /// Decode speed: more is better.
    pub(super) speed: Measured,
    /// Peak memory in bytes: less is better. Measured once, so without an interval.
    pub(super) memory_bytes: u64,
    /// Mean divergence from the baseline: less is better.
    pub(super) divergence: Measured,
}

impl Trade {
    /// Whether this is as good in all three, in that nothing shows it to be worse, and shown to be
    /// better in one.
    fn beats(&self, other: &Self) -> bool {
        let worse = other.speed.passes_for_above(&self.speed)
            || other.is_smaller(self)
            || self.divergence.passes_for_above(&other.divergence);
        let better = self.speed.is_shown_above(&other.speed)
            || self.is_smaller(other)
            || other.divergence.is_shown_above(&self.divergence);
        better && !worse
    }

    /// Whether it takes less memory by more than can be told.
    fn is_smaller(&self, other: &Self) -> bool {
        self.memory_bytes as f64 * (1.0 + SAME_MEMORY) < other.memory_bytes as f64
    }
}

/// Of each trade one that beats it, `None` for those on the Pareto front. Where several do, the first
/// that is on the front itself, or else the first.
///
/// Where intervals overlap, trades can beat one another in a circle. Within a circle nobody counts as
/// beaten, so that the front is never empty.
pub(super) fn beaten_by(trades: &[Trade]) -> Vec<Option<usize>> {
    let n = trades.len();
    let beats = |a: usize, b: usize| trades[a].beats(&trades[b]);
    let mut leads: Vec<Vec<bool>> = (0..n)
        .map(|a| (0..n).map(|b| beats(a, b)).collect())
        .collect();
    // Whether one beats the other over any number of steps (Warshall, 1962).
    for via in 0..n {
        let onward = leads[via].clone();
        for from in leads.iter_mut().filter(|from| from[via]) {
            for (to, on) in from.iter_mut().zip(&onward) {
                *to |= on;
            }
        }
    }
    let beaters: Vec<Vec<usize>> = (0..n)
        .map(|b| (0..n).filter(|&a| beats(a, b) && !leads[b][a]).collect())
        .collect();
    let named = |all: &Vec<usize>| {
        let on_front = all.iter().find(|&&a| beaters[a].is_empty());
        on_front.or(all.first()).copied()
    };
    beaters.iter().map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn measured(value: f64, half: f64) -> Measured {
        Measured {
            value,
            interval: Some((value - half, value + half)),
        }
    }

    fn trade(speed: f64, memory_bytes: u64, divergence: f64) -> Trade {
        Trade {
            speed: measured(speed, 1.0),
            memory_bytes,
            divergence: measured(divergence, divergence / 10.0),
        }
    }

    #[test]
    fn what_is_better_in_nothing_is_off_the_front() {
        let slow = trade(10.0, 1000, 0.0);
        let small = trade(20.0, 500, 0.5);
        let worse = trade(19.0, 600, 0.6);
        assert_eq!(beaten_by(&[slow, worse, small]), [None, Some(2), None]);
    }

    #[test]
    fn a_difference_that_is_not_shown_neither_beats_nor_saves() {
        let a = trade(20.0, 1000, 0.5);
        // A little faster and a little smaller, each too little to be told.
        assert_eq!(beaten_by(&[a, trade(20.5, 995, 0.5)]), [None, None]);
        // Shown to be better in one, and not to be worse in the others.
        assert_eq!(beaten_by(&[a, trade(30.0, 1005, 0.5)]), [Some(1), None]);
        assert_eq!(beaten_by(&[a, trade(19.5, 900, 0.5)]), [Some(1), None]);
        assert_eq!(beaten_by(&[a, trade(20.0, 1000, 0.1)]), [Some(1), None]);
        // Better in one and worse in another: a trade.
        assert_eq!(beaten_by(&[a, trade(30.0, 1020, 0.5)]), [None, None]);
        assert_eq!(beaten_by(&[a, trade(15.0, 1000, 0.1)]), [None, None]);
    }

    #[test]
    fn in_a_circle_nobody_is_beaten() {
        // Each is shown to be better than the next in one, and the wide intervals tell no more.
        let at = |speed: f64, wide: f64, divergence: f64, broad: f64| Trade {
            speed: measured(speed, wide),
            memory_bytes: 1000,
            divergence: measured(divergence, broad),
        };
        let circle = [
            at(10.0, 1.0, 1.0, 0.1),
            at(20.0, 15.0, 2.0, 0.1),
            at(30.0, 1.0, 3.0, 0.1),
            at(20.0, 1.0, 2.0, 1.5),
        ];
        for (index, trade) in circle.iter().enumerate() {
            assert!(trade.beats(&circle[(index + 1) % 4]), "{index}");
        }
        assert_eq!(beaten_by(&circle), [None; 4]);
    }

    #[test]
    fn without_an_interval_no_speed_is_shown_to_be_better() {
        let a = trade(20.0, 1000, 0.5);
        let mut b = trade(30.0, 1000, 0.5);
        b.speed.interval = None;
        assert_eq!(beaten_by(&[a, b]), [None, None]);
        // Nor does the slower one pass for as fast.
        let small = trade(20.0, 500, 0.5);
        assert_eq!(beaten_by(&[small, b]), [None, None]);
    }

    proptest! {
        #[test]
        fn the_front_is_never_empty_and_all_off_it_are_beaten(
            values in prop::collection::vec((1.0..50.0_f64, 0.1..20.0_f64, 900_u64..1100, 0.0..1.0_f64), 1..20)
        ) {
            let trades: Vec<Trade> = values.iter().map(|&(speed, wide, memory, divergence)| {
                let speed = measured(speed, wide);
                Trade { speed, ..trade(0.0, memory, divergence) }
            }).collect();
            let beaten = beaten_by(&trades);
            prop_assert!(beaten.iter().any(Option::is_none));
            for (index, by) in beaten.iter().enumerate() {
                if let Some(by) = by {
                    prop_assert!(trades[*by].beats(&trades[index]));
                    prop_assert!(!trades[index].beats(&trades[*by]));
                }
            }
        }
    }
}
