//! Which cells of a run are the same weights, and which of them the others are compared with.

use std::cmp::Reverse;

use crate::lineage;
use crate::precision::Precision;
use crate::record::{CellInfo, FidelityInfo, RunInfo};

/// A cell and the one it is compared with, as indices in [`RunInfo::cells`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) cell: usize,
    pub(super) baseline: usize,
}

/// The comparisons of a run: those that it lists, else each cell with the one of the same weights that
/// has the highest information among those of which `answered` is true.
///
/// A cell that was derived from a lower precision has no more information than that. Among equals the
/// higher bits decide, then embedding and output in F32, then the fewest other settings, then a file
/// measured as it is, then the order.
pub(super) fn pairs(run: &RunInfo, answered: impl Fn(usize) -> bool) -> Vec<Pair> {
    if run.fidelity.is_empty() {
        by_weights(run, answered)
    } else {
        listed(run)
    }
}

fn listed(run: &RunInfo) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for group in &run.fidelity {
        let Some(baseline) = place(run, &group.baseline) else {
            continue;
        };
        let cells = members(run, group).skip(1);
        pairs.extend(cells.map(|cell| Pair { cell, baseline }));
    }
    pairs
}

/// The cells of a group, the baseline first, as indices in [`RunInfo::cells`]; those that a damaged
/// run.json does not plan are left out.
pub(super) fn members<'a>(
    run: &'a RunInfo,
    group: &'a FidelityInfo,
) -> impl Iterator<Item = usize> + 'a {
    std::iter::once(&group.baseline)
        .chain(&group.compared)
        .filter_map(|id| place(run, id))
}

/// Where a cell stands in [`RunInfo::cells`].
pub(super) fn place(run: &RunInfo, id: &str) -> Option<usize> {
    run.cells.iter().position(|cell| cell.id == id)
}

fn by_weights(run: &RunInfo, answered: impl Fn(usize) -> bool) -> Vec<Pair> {
    let families = lineage::of_run(run);
    // A variant without a model, in a damaged run.json, is like no other.
    let same = |one: &str, other: &str| {
        let both = |family: &Vec<&str>| family.contains(&one) && family.contains(&other);
        one == other || families.iter().any(both)
    };
    let cells = || run.cells.iter().enumerate();
    let baseline = |variant: &str| {
        cells()
            .filter(|(index, cell)| same(&cell.variant, variant) && answered(*index))
            .max_by_key(|(index, cell)| (rank(cell), Reverse(*index)))
            .map(|(index, _)| index)
    };
    let pair = |(cell, info): (usize, &CellInfo)| {
        let baseline = baseline(&info.variant).filter(|baseline| *baseline != cell)?;
        Some(Pair { cell, baseline })
    };
    cells().filter_map(pair).collect()
}

/// How much a cell's weights can say, and what settles a tie.
fn rank(cell: &CellInfo) -> impl Ord + use<> {
    information(&cell.precision, cell.derived_from.as_deref())
}

/// How much weights at `precision` can say, the highest best; `source` is what they were derived from.
pub(super) fn information(precision: &str, source: Option<&str>) -> impl Ord + use<> {
    let settings = precision.matches(':').count();
    let precision = Precision::parse(precision);
    let bits = |precision: Precision| precision.bits().unwrap_or(0);
    let own = bits(precision);
    let known = source.map_or(own, |source| own.min(bits(Precision::parse(source))));
    (
        known,
        own,
        precision.ends_f32,
        Reverse(settings),
        source.is_none(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    /// The baseline that cells of one variant get, each with the precision it was derived from.
    fn baseline(cells: &[(&str, Option<&str>)]) -> String {
        let mut run = sample::run_info(1);
        let cell = |(precision, source): &(&str, Option<&str>)| CellInfo {
            id: format!("general/{precision}"),
            variant: "general".into(),
            precision: (*precision).into(),
            native: source.is_none(),
            derived_from: source.map(Into::into),
        };
        run.cells = cells.iter().map(cell).collect();
        let pairs = pairs(&run, |_| true);
        assert_eq!(pairs.len(), cells.len() - 1);
        assert!(pairs.iter().all(|pair| pair.baseline == pairs[0].baseline));
        run.cells[pairs[0].baseline].precision.clone()
    }

    #[test]
    fn the_highest_information_is_the_baseline() {
        let f16 = Some("F16");
        for (cells, expected) in [
            (&[("Q8_0", f16), ("F16", None), ("F32", f16)][..], "F32"),
            (
                &[("Q4_0", None), ("F16", Some("Q4_0")), ("F32", Some("Q4_0"))],
                "F32",
            ),
            // Raised from 4 bits it knows less than 8 bits do.
            (&[("F32", Some("Q4_0")), ("Q8_0", None)], "Q8_0"),
            (&[("F16", Some("BF16")), ("BF16", None)], "BF16"),
            (&[("F16", Some("F32")), ("F16+F32", Some("F32"))], "F16+F32"),
            (&[("F16:kv=Q8_0", f16), ("F16", f16)], "F16"),
        ] {
            assert_eq!(baseline(cells), expected, "{cells:?}");
        }
    }

    #[test]
    fn variants_are_apart_and_the_baseline_is_one_that_answered() {
        let mut run = sample::run_info(6);
        run.fidelity.clear();
        let found = pairs(&run, |cell| cell != 0 && cell != 4);
        let of = |cell, baseline| Pair { cell, baseline };
        // general/F32 and instruct/F32 have no answers.
        assert_eq!(found, [of(0, 1), of(2, 1), of(3, 1), of(4, 5)]);
        assert!(pairs(&run, |_| false).is_empty());
    }

    #[test]
    fn what_the_run_lists_goes_before() {
        let mut run = sample::run_info(6);
        run.fidelity = vec![FidelityInfo {
            id: "fidelity/weights".into(),
            baseline: "instruct/F16".into(),
            compared: vec!["general/Q4_K_M".into(), "gone/F16".into()],
        }];
        let listed = Pair {
            cell: 3,
            baseline: 5,
        };
        assert_eq!(pairs(&run, |_| true), [listed]);
    }
}
