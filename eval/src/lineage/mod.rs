//! How two model files are related, decided from samples of their weights.
//!
//! Nothing is loaded: [`weights`] reads a few thousand values of each matrix where they lie, [`pick`]
//! says of which, [`cells`] tells between what limits each value's original can have been, [`matrix`]
//! holds two samples of one matrix against one another, [`detour`] looks for a format between the
//! two files where they do not agree, and [`verdict`] sums up. METHODOLOGY.md, "Lineage", has the reasons.

mod cells;
mod detour;
mod matrix;
mod noise;
mod pick;
mod verdict;
mod weights;

use crate::engine::Error;
use rayon::prelude::*;
use reports::lineage::{Figures, Kinship};
use serde::{Deserialize, Serialize};
use std::path::Path;
use weights::Weights;

/// What was found out about two files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Related {
    /// What they are to one another.
    pub verdict: Kinship,
    /// Why.
    pub figures: Figures,
}

/// Compares the weights of two models, each by its file or the first of its parts.
///
/// # Errors
/// Not GGUF, cut short, or unreadable.
pub fn compare(a: &Path, b: &Path) -> Result<Related, Error> {
    let files = [Weights::open(a)?, Weights::open(b)?];
    let picked = pick::pick(&files[0], &files[1]);
    let samples: Result<Vec<matrix::Sample<'_>>, Error> = picked
        .matrices
        .par_iter()
        .map(|picked| matrix::Sample::read(&files, picked))
        .collect();
    let samples = samples?;
    let mut matrices: Vec<matrix::Matrix> =
        samples.par_iter().map(matrix::Sample::compare).collect();
    let through = detour::explain(&samples, &mut matrices);
    let vectors: Result<Vec<bool>, Error> = picked
        .vectors
        .par_iter()
        .map(|vector| matrix::differs(&files, vector))
        .collect();
    let figures = verdict::figures(&verdict::Evidence {
        picked: &picked,
        matrices: &matrices,
        vectors_differ: &vectors?,
        through,
        excess: detour::excess(&samples),
    });
    Ok(Related {
        verdict: verdict::decide(&figures),
        figures,
    })
}
