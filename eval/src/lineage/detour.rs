//! Where two files do not agree: whether one was made from the other by way of a third format, or
//! whether they differ by no more than a codebook makes them.

use super::cells::Cells;
use super::matrix::{Matrix, Sample, Seen, Side};
use super::verdict::median;
use crate::engine::grid::Grid;
use crate::engine::requantise::{COMMON, Format};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Values of a matrix that are tried.
const TRIED: usize = 2048;
/// Matrices at a time on which every format is tried; on the others those that explained one of these.
const FIRST: usize = 8;

/// Looks for a detour that explains the matrices whose values lie beyond rounding, and puts what is
/// left beyond it in their place. Returns the formats that it found.
pub(super) fn explain(samples: &[Sample<'_>], matrices: &mut [Matrix]) -> Vec<String> {
    let is_off = |matrix: &Matrix| matrix.seen.beyond.share() > matrix.rule.limits()[0];
    let mut found = BTreeSet::new();
    // A file mixes formats, so what explains some matrices is followed by what explains others.
    loop {
        let off: Vec<usize> = (0..matrices.len())
            .filter(|&i| is_off(&matrices[i]))
            .collect();
        let stride = off.len().div_ceil(FIRST).max(1);
        let few: Vec<usize> = off.iter().copied().step_by(stride).collect();
        let new = replace(samples, matrices, &few, &COMMON);
        if new.is_empty() {
            return found.into_iter().map(str::to_owned).collect();
        }
        let rest: Vec<usize> = off.into_iter().filter(|&i| is_off(&matrices[i])).collect();
        let formats: Vec<Format> = COMMON
            .into_iter()
            .filter(|format| new.contains(format.name()))
            .collect();
        found.extend(replace(samples, matrices, &rest, &formats));
        found.extend(new);
    }
}

/// Tries formats on some of the matrices, and returns those that explained one.
fn replace(
    samples: &[Sample<'_>],
    matrices: &mut [Matrix],
    which: &[usize],
    formats: &[Format],
) -> BTreeSet<&'static str> {
    let tries: Vec<Option<Tried>> = which
        .par_iter()
        .map(|&i| nearest(&samples[i], formats))
        .collect();
    let mut found = BTreeSet::new();
    for (&i, tried) in which.iter().zip(tries) {
        let limit = matrices[i].rule.limits()[0];
        if let Some(tried) = tried.filter(|tried| tried.seen.beyond.share() <= limit) {
            // What a change before the detour would have done was not tried.
            matrices[i].seen = Seen {
                beyond: tried.seen.beyond,
                ..Seen::default()
            };
            found.insert(tried.through);
        }
    }
    found
}

/// What would be seen if there had been a format between the files.
struct Tried {
    /// Its name; [`HIDDEN`] for one that cannot be done again but left its mark in a finer file.
    through: &'static str,
    seen: Seen,
}

const HIDDEN: &str = "quantised";

/// The detour that leaves the fewest values beyond rounding.
fn nearest(sample: &Sample<'_>, formats: &[Format]) -> Option<Tried> {
    let [a, b] = sample
        .values
        .each_ref()
        .map(|values| &values[..values.len().min(TRIED)]);
    let [grid_a, grid_b] = sample.grids();
    let through = formats.iter().flat_map(|format| {
        [(a, b, grid_b), (b, a, grid_a)].map(|(from, to, grid)| {
            let passed = format.round_trip(from);
            let cells = Cells::exact(&passed);
            let passed = Side {
                values: &passed,
                cells,
            };
            Tried {
                through: format.name(),
                seen: Seen::of(&passed, &Side::of(to, grid), 1.0),
            }
        })
    });
    let [fine_a, fine_b] = sample.is_fine();
    let hidden = |values, grid, is_fine: bool| {
        let cells = Cells::hidden(values, grid).filter(|_| is_fine)?;
        Some(Side { values, cells })
    };
    // Two files that were both quantised would be told from nothing.
    let sides = match (hidden(a, grid_a, fine_a), hidden(b, grid_b, fine_b)) {
        (Some(wide), None) => Some((wide, Side::of(b, grid_b))),
        (None, Some(wide)) => Some((Side::of(a, grid_a), wide)),
        _ => None,
    };
    let hidden = sides.map(|(a, b)| Tried {
        through: HIDDEN,
        seen: Seen::of(&a, &b, 1.0),
    });
    let all = through
        .chain(hidden)
        .filter(|tried| tried.seen.beyond.of > 0);
    all.min_by(|x, y| x.seen.beyond.share().total_cmp(&y.seen.beyond.share()))
}

/// Mean square of the differences over that of quantising the finer values to the format of the
/// coarser; median over a few of the matrices in which one has a codebook and the other a
/// fine format. `None` where there are none.
pub(super) fn excess(samples: &[Sample<'_>]) -> Option<f64> {
    let coded: Vec<&Sample<'_>> = samples.iter().filter(|sample| is_judged(sample)).collect();
    let stride = coded.len().div_ceil(FIRST).max(1);
    let few: Vec<&Sample<'_>> = coded.into_iter().step_by(stride).collect();
    let ratios = few.par_iter().filter_map(|sample| ratio(sample));
    median(ratios.collect())
}

/// Whether one has a codebook, and the other's own rounding is nothing beside that.
fn is_judged(sample: &Sample<'_>) -> bool {
    let (coded, fine) = (sample.grids().map(is_coded), sample.is_fine());
    (coded[0] && fine[1]) || (coded[1] && fine[0])
}

fn is_coded(grid: Grid) -> bool {
    matches!(grid, Grid::Signs | Grid::Unknown)
}

fn ratio(sample: &Sample<'_>) -> Option<f64> {
    let coarse = usize::from(is_coded(sample.grids()[1]));
    let format = Format::of_tensor(&sample.pair.tensors[coarse].info)?;
    let [coarse, fine] =
        [coarse, 1 - coarse].map(|i| &sample.values[i][..sample.values[i].len().min(TRIED)]);
    let expected = square(fine, &format.round_trip(fine));
    (expected > 0.0).then(|| square(fine, coarse) / expected)
}

fn square(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum()
}
