//! Which models of a run are the same weights, all with all.

use super::{Kinship, Lineage};
use crate::precision::Precision;
use crate::record::{ModelInfo, RunInfo};
use std::cmp::Reverse;

/// Sets of variants that are the same weights, each in the order of the run's models, the sets in
/// that of their first. A variant that is like no other is a set of its own.
///
/// A coarse file can be a rounding of two models that are not the same: it goes to the one that it
/// is nearest to, and so no set holds two variants that were told apart.
#[must_use]
pub fn families<'a>(models: &'a [ModelInfo], lineage: &[Lineage]) -> Vec<Vec<&'a str>> {
    // The finest first: what it is to the others is known best.
    let mut order: Vec<usize> = (0..models.len()).collect();
    order.sort_by_key(|&index| (Reverse(bits(&models[index])), index));
    let mut sets: Vec<Vec<usize>> = Vec::new();
    for index in order {
        let distance = |set: &[usize]| {
            let mut of_each = set
                .iter()
                .map(|&other| apart(models, lineage, index, other));
            of_each.try_fold(f64::INFINITY, |least, apart| Some(least.min(apart?)))
        };
        let known = sets.iter().enumerate();
        let known = known.filter_map(|(i, set)| Some((i, distance(set)?)));
        let nearest = known.reduce(|best, next| if next.1 < best.1 { next } else { best });
        match nearest {
            Some((i, _)) => sets[i].push(index),
            None => sets.push(vec![index]),
        }
    }
    for set in &mut sets {
        set.sort_unstable();
    }
    sets.sort_unstable();
    let names = |set: &Vec<usize>| set.iter().map(|&i| models[i].variant.as_str()).collect();
    sets.iter().map(names).collect()
}

/// The families of a run.
#[must_use]
pub fn of_run(run: &RunInfo) -> Vec<Vec<&str>> {
    families(&run.models, &run.lineage)
}

fn bits(model: &ModelInfo) -> u32 {
    let precision = model.precision.as_deref().map(Precision::parse);
    precision
        .and_then(|precision| precision.bits())
        .unwrap_or(0)
}

/// How far two variants of the same weights are apart; `None` where they are not the same weights,
/// or cannot be compared token by token.
fn apart(models: &[ModelInfo], lineage: &[Lineage], one: usize, other: usize) -> Option<f64> {
    let (one, other) = (&models[one], &models[other]);
    let pair = lineage
        .iter()
        .find(|pair| pair.joins(&one.variant, &other.variant));
    match pair.and_then(|pair| Some((pair.verdict?, pair.figures.as_ref()))) {
        Some((Kinship::SameWeights, figures)) => {
            let difference = figures.and_then(|figures| figures.relative_difference);
            (one.n_vocab == other.n_vocab).then_some(difference.unwrap_or(0.0))
        }
        Some(_) => None,
        // Not compared, as in runs before there was a comparison: what the models claim.
        None => {
            let claimed = |model: &ModelInfo| Some(model.demonstration.as_ref()?.weights.clone());
            (claimed(one)? == claimed(other)?).then_some(0.0)
        }
    }
}
