//! How the models of a run or of `inspect` are related, each two asked of a child of their own.

use super::plan::{self, Error};
use super::protocol::{Reply, Request};
use super::worker::Nursery;
use reports::lineage::Lineage;
use std::path::PathBuf;

/// Compares each model, by what it is called and where it lies, with every one behind it. What cannot be
/// found out is a pair without a verdict.
///
/// # Errors
/// A child cannot be started, Ctrl-C.
pub fn lineage(nursery: &Nursery, models: &[(String, PathBuf)]) -> Result<Vec<Lineage>, Error> {
    let mut pairs = Vec::new();
    for (i, a) in models.iter().enumerate() {
        for b in &models[i + 1..] {
            pairs.push(pair(nursery, a, b)?);
        }
    }
    Ok(pairs)
}

fn pair(
    nursery: &Nursery,
    (a, path_a): &(String, PathBuf),
    (b, path_b): &(String, PathBuf),
) -> Result<Lineage, Error> {
    let request = Request::Lineage {
        a: path_a.clone(),
        b: path_b.clone(),
    };
    let related = plan::ask_of_file(nursery, path_a, &request, &mut |reply| match reply {
        Reply::Related { related } => Some(*related),
        _ => None,
    })?;
    Ok(match related {
        Ok(related) => Lineage::decided(a, b, related.verdict, related.figures),
        Err(reason) => Lineage::unknown(a, b, reason),
    })
}
