//! From what the matrices and vectors showed to a verdict.

use super::matrix::{Beyond, CHANGES, Matrix, Rule};
use super::pick::Picked;
use crate::engine::log::escape;
use reports::lineage::{Figures, Kinship};

/// Correlation from which a matrix counts as related. Of unrelated ones it is 0 within a few
/// hundredths, of fine-tunes it stays above one half even at 2 bits.
const RELATED: f64 = 0.25;
/// Share of matrices that must be related for the models to be: a model may have been widened by copies
/// of its layers, and a new one may have been given another's embedding.
const MOST_RELATED: f64 = 1.0 / 3.0;
/// Largest share of the weights that one file may lack, such as layers for drafting that a converter
/// leaves out.
const LACKING: f64 = 0.05;
/// Largest ratio of squared differences that a codebook chosen with other importances makes.
const EXCESS: f64 = 1.6;
/// Fewest values beyond rounding in one matrix that are no accident.
const FEWEST: u64 = 8;

/// Everything that was found.
pub(super) struct Evidence<'a> {
    pub picked: &'a Picked<'a>,
    pub matrices: &'a [Matrix],
    pub vectors_differ: &'a [bool],
    pub through: Vec<String>,
    pub excess: Option<f64>,
}

pub(super) fn figures(found: &Evidence<'_>) -> Figures {
    let matrices = found.matrices;
    let n: u64 = matrices.iter().map(|matrix| matrix.n).sum();
    let equal: u64 = matrices.iter().map(|matrix| matrix.equal).sum();
    let correlations: Vec<f64> = matrices.iter().filter_map(|m| m.correlation).collect();
    let alike = correlations.iter().filter(|&&r| r > RELATED).count();
    let beyond = total(matrices.iter());
    let worst = matrices
        .iter()
        .filter(|matrix| matrix.seen.beyond.n > 0)
        .max_by(|x, y| x.seen.beyond.share().total_cmp(&y.seen.beyond.share()));
    let [lost_a, lost_b] = found.picked.unmatched_share;
    Figures {
        matrices: found.picked.n_matrices,
        n_matrices: matrices.len() as u32,
        unmatched_share: lost_a.max(lost_b),
        n_values: n,
        alike_share: (!correlations.is_empty()).then(|| alike as f64 / correlations.len() as f64),
        correlation: median(correlations),
        relative_difference: median(matrices.iter().filter_map(|m| m.difference).collect()),
        equal_share: equal as f64 / n.max(1) as f64,
        beyond_rounding: (beyond.of > 0).then(|| beyond.share()),
        is_beyond: is_beyond(matrices),
        worst: worst.map(|matrix| (escape(&matrix.name), matrix.seen.beyond.share())),
        n_vectors: found.vectors_differ.len() as u32,
        vectors_differ: found
            .vectors_differ
            .iter()
            .filter(|&&differs| differs)
            .count() as u32,
        through: found.through.clone(),
        excess: found.excess,
        resolution: resolution(matrices),
        n_vocab: found.picked.n_vocab,
    }
}

/// What two models with these figures are to one another.
pub(super) fn decide(figures: &Figures) -> Kinship {
    if figures.alike_share.is_none_or(|share| share < MOST_RELATED) {
        return Kinship::Unrelated;
    }
    let tuned = figures.is_beyond
        || figures.vectors_differ > 0
        || figures.unmatched_share > LACKING
        || figures.excess.is_some_and(|excess| excess > EXCESS);
    match tuned {
        true => Kinship::FineTune,
        false => Kinship::SameWeights,
    }
}

fn total<'a>(matrices: impl Iterator<Item = &'a Matrix>) -> Beyond {
    matrices.fold(Beyond::default(), |sum, matrix| {
        sum.join(matrix.seen.beyond)
    })
}

/// Whether more values lie beyond rounding than the formats account for, in all matrices together or in one.
fn is_beyond(matrices: &[Matrix]) -> bool {
    let in_one = |matrix: &Matrix| {
        matrix.seen.beyond.n >= FEWEST && matrix.seen.beyond.share() > matrix.rule.limits()[1]
    };
    let together = |rule: Rule| {
        let of_rule = matrices.iter().filter(|matrix| matrix.rule == rule);
        total(of_rule).share() > rule.limits()[0]
    };
    matrices.iter().any(in_one) || Rule::ALL.into_iter().any(together)
}

/// The least of [`CHANGES`] that would have put more values beyond rounding than may be.
fn resolution(matrices: &[Matrix]) -> Option<f64> {
    let shows = |change: usize, rule: Rule| {
        let of_rule = matrices.iter().filter(|matrix| matrix.rule == rule);
        let changed = of_rule.map(|matrix| matrix.seen.changed[change]);
        changed.fold(Beyond::default(), Beyond::join).share() > rule.limits()[0]
    };
    let shown =
        (0..CHANGES.len()).find(|&change| Rule::ALL.into_iter().any(|rule| shows(change, rule)));
    shown.map(|change| CHANGES[change])
}

pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let (low, high) = (
        values.get(values.len().checked_sub(1)? / 2)?,
        values.get(values.len() / 2)?,
    );
    Some((low + high) / 2.0)
}
