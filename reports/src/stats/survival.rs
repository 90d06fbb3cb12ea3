//! How long something lasts, where not all of it was followed to the end.

use super::Estimate;
use super::share::wilson;

/// One subject: how far it was followed, from 1 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Followed {
    /// The last place that was looked at.
    pub until: u32,
    /// Whether it ended there; else it was only not followed further.
    pub ended: bool,
}

/// The share of subjects that last beyond a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lasting {
    /// The place, from 1 on.
    pub beyond: u32,
    /// The share of 1, with its 95 % interval.
    pub share: Estimate,
}

/// The share that lasts beyond each place at which one ended, ascending, and beyond the last place of
/// the curve. Before the first it is 1. Empty for no subjects.
///
/// The share is that of Kaplan and Meier ("Nonparametric Estimation from Incomplete Observations",
/// 1958): S = Π (1 − d/n) over the places, d of the n followed so far ending there. Its interval is
/// Wilson's for n/S' subjects, S' being the share before the place, which is how many subjects
/// followed throughout would leave n (the effective number of Peto et al., "Design and Analysis of
/// Randomized Clinical Trials", 1977). The curve ends where that falls below a quarter of all: too few
/// were followed so far to tell.
#[must_use]
pub fn lasting(mut subjects: Vec<Followed>) -> Vec<Lasting> {
    subjects.sort_unstable();
    let all = subjects.len() as f64;
    let (mut left, mut share, mut curve) = (all, 1.0, Vec::new());
    let mut last = None;
    for here in subjects.chunk_by(|a, b| a.until == b.until) {
        let effective = left / share;
        if effective < all / 4.0 {
            break;
        }
        let ended = here.iter().filter(|subject| subject.ended).count() as f64;
        share *= 1.0 - ended / left;
        left -= here.len() as f64;
        let step = Lasting {
            beyond: here[0].until,
            share: wilson(share, effective),
        };
        last = Some(step);
        if ended > 0.0 {
            curve.push(step);
        }
        if share == 0.0 {
            break;
        }
    }
    // Where the last ones were only not followed further.
    curve.extend(last.filter(|last| curve.last() != Some(last)));
    curve
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn followed(subjects: &[(u32, bool)]) -> Vec<Followed> {
        let one = |&(until, ended): &(u32, bool)| Followed { until, ended };
        subjects.iter().map(one).collect()
    }

    fn shares(curve: &[Lasting]) -> Vec<(u32, f64)> {
        let shown = |step: &Lasting| (step.beyond, (step.share.point * 1e6).round() / 1e6);
        curve.iter().map(shown).collect()
    }

    #[test]
    fn the_textbook_example() {
        // Freireich et al. (1963), 6-mercaptopurine: weeks of remission of 21 patients.
        let ended = [6, 6, 6, 7, 10, 13, 16, 22, 23].map(|week| (week, true));
        let still = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(|week| (week, false));
        let curve = lasting(followed(&[&ended[..], &still[..]].concat()));
        let published = [
            (6, 0.857_143),
            (7, 0.806_723),
            (10, 0.752_941),
            (13, 0.690_196),
            (16, 0.627_451),
            (22, 0.537_815),
            (23, 0.448_179),
        ];
        assert_eq!(shares(&curve)[..7], published);
        // 5 left at 32 stand for 11 of 21, 2 at 34 for 4.5, which is too few.
        assert_eq!(shares(&curve)[7..], [(32, 0.448_179)]);
    }

    #[test]
    fn followed_throughout_it_is_a_plain_share() {
        let curve = lasting(followed(&[(1, true), (3, true), (8, false), (8, false)]));
        assert_eq!(shares(&curve), [(1, 0.75), (3, 0.5), (8, 0.5)]);
        let plain = super::super::share_interval(2, 4).unwrap();
        assert!((curve[1].share.low - plain.low).abs() < 1e-12);
        assert!((curve[2].share.high - plain.high).abs() < 1e-12);
    }

    #[test]
    fn all_and_none() {
        assert_eq!(
            shares(&lasting(followed(&[(5, false), (5, false)]))),
            [(5, 1.0)]
        );
        assert_eq!(
            shares(&lasting(followed(&[(2, true), (2, true)]))),
            [(2, 0.0)]
        );
        assert!(lasting(Vec::new()).is_empty());
    }

    proptest! {
        #[test]
        fn the_curve_falls_from_one_and_its_places_rise(
            subjects in prop::collection::vec((1..40_u32, any::<bool>()), 1..60)
        ) {
            let curve = lasting(followed(&subjects));
            prop_assert!(!curve.is_empty());
            for step in &curve {
                let Estimate { point, low, high } = step.share;
                prop_assert!(0.0 <= low && low <= point && point <= high && high <= 1.0);
            }
            for pair in curve.windows(2) {
                prop_assert!(pair[0].beyond < pair[1].beyond);
                prop_assert!(pair[0].share.point >= pair[1].share.point);
            }
        }
    }
}
