//! How models are related, for the terminal.

use crate::engine::log::escape;
use reports::lineage::{Kinship, Lineage};

/// A pair in one line.
pub fn line(pair: &Lineage) -> String {
    let said = match pair.verdict {
        Some(Kinship::SameWeights) => "the same weights",
        Some(Kinship::FineTune) => "fine-tunes of one base",
        Some(Kinship::Unrelated) => "unrelated",
        None => "not compared",
    };
    let (a, b) = (escape(&pair.a), escape(&pair.b));
    format!("{a} and {b}: {said} ({})", pair.evidence)
}
