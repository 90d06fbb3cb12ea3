//! Which cell is best by one measure, and against which others that can be shown.

use super::number::Estimate;

/// Which end of the scale is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Better {
    Higher,
    Lower,
}

/// One cell's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Entry {
    /// Index of the cell in the report.
    pub(super) cell: usize,
    /// What it reached.
    pub(super) estimate: Estimate,
}

/// The best of several entries, and how sure that is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Contest {
    pub(super) best: Entry,
    /// The second best.
    pub(super) next: Option<Entry>,
    /// All entries, the best first.
    pub(super) entries: Vec<Entry>,
    /// Cells whose 95 % interval overlaps the best one's: no difference can be shown.
    pub(super) tied: Vec<usize>,
    /// Cells that cannot be judged, since their interval or the best one's is missing.
    pub(super) unjudged: Vec<usize>,
}

impl Contest {
    /// Ranks the entries; `None` where there are none.
    ///
    /// Two intervals that overlap may still differ by a test of the difference (the rule is
    /// conservative); two that do not overlap differ at the 5 % level.
    pub(super) fn of(mut entries: Vec<Entry>, better: Better) -> Option<Self> {
        entries.sort_by(|a, b| {
            let ascending = a.estimate.value.total_cmp(&b.estimate.value);
            if better == Better::Higher {
                ascending.reverse()
            } else {
                ascending
            }
        });
        let (&best, rest) = entries.split_first()?;
        let next = rest.first().copied();
        let having = |overlap: Option<bool>| {
            rest.iter()
                .filter(|entry| best.estimate.overlaps(&entry.estimate) == overlap)
                .map(|entry| entry.cell)
                .collect()
        };
        let (tied, unjudged) = (having(Some(true)), having(None));
        Some(Self {
            best,
            next,
            tied,
            unjudged,
            entries,
        })
    }

    /// Whether no other entry can be told from the best one.
    pub(super) fn all_tied(&self) -> bool {
        self.next.is_some() && self.tied.len() + 1 == self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(cell: usize, value: f64, half: Option<f64>) -> Entry {
        let (low, high) = (half.map(|h| value - h), half.map(|h| value + h));
        Entry {
            cell,
            estimate: Estimate::new(Some(value), low, high).unwrap(),
        }
    }

    #[test]
    fn apart_is_clear() {
        let entries = vec![entry(0, 10.0, Some(0.5)), entry(1, 12.0, Some(0.5))];
        let contest = Contest::of(entries.clone(), Better::Higher).unwrap();
        assert_eq!((contest.best.cell, contest.next.unwrap().cell), (1, 0));
        assert!(contest.tied.is_empty() && contest.unjudged.is_empty());
        assert_eq!(Contest::of(entries, Better::Lower).unwrap().best.cell, 0);
    }

    #[test]
    fn overlap_is_a_tie_and_a_missing_interval_is_no_verdict() {
        let entries = vec![
            entry(0, 10.0, Some(1.0)),
            entry(1, 10.5, Some(1.0)),
            entry(2, 9.0, None),
            entry(3, 2.0, Some(0.1)),
        ];
        let contest = Contest::of(entries, Better::Higher).unwrap();
        assert_eq!(
            (contest.tied.clone(), contest.unjudged.clone()),
            (vec![0], vec![2])
        );
        assert!(!contest.all_tied());
    }

    #[test]
    fn one_alone_is_no_contest() {
        let contest = Contest::of(vec![entry(7, 1.0, Some(0.1))], Better::Higher).unwrap();
        assert!(contest.next.is_none() && !contest.all_tied());
        assert_eq!(Contest::of(Vec::new(), Better::Lower), None);
    }
}
