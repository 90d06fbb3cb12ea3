//! What a model file is, asked of a child: a hostile file may end the process that opens it.

use super::cache::Cache;
use super::plan::{self, Error};
use super::progress::Progress;
use super::protocol::{Reply, Request};
use super::source;
use super::worker::Nursery;
use crate::engine::ModelFile;
use crate::numbers::Scanned;
use serde::Serialize;
use std::path::Path;

/// A model file, looked at.
#[derive(Debug, Serialize)]
pub struct Inspected {
    /// The file.
    pub path: String,
    /// What it says of itself.
    #[serde(flatten)]
    pub file: ModelFile,
    /// Number ranges of its weights, where they were asked for.
    #[serde(flatten)]
    pub numbers: Option<Scanned>,
}

/// Looks at a model; with `numbers` also at every weight.
///
/// # Errors
/// No such model, a file that is not whole, Ctrl-C.
pub fn inspect(
    typed: &str,
    numbers: bool,
    nursery: &Nursery,
    cache: &Cache,
    engine_version: &str,
) -> Result<Inspected, Error> {
    let found = source::find(typed, nursery, cache, engine_version).map_err(plan::not_found)?;
    let file = plan::describe(nursery, &found.path)?.map_err(Error::Other)?;
    let numbers = match numbers {
        true => Some(scan(nursery, &found.path)?.map_err(Error::Other)?),
        false => None,
    };
    Ok(Inspected {
        path: found.path.to_string_lossy().into_owned(),
        file,
        numbers,
    })
}

/// Passes over the weights of a file, with progress on the terminal; the inner error is a reason to show.
fn scan(nursery: &Nursery, path: &Path) -> Result<Result<Scanned, String>, Error> {
    let progress = Progress::new();
    progress.stage(&format!("{}: reading weights", path.display()));
    let request = Request::Numbers {
        path: path.to_owned(),
    };
    plan::ask_of_file(nursery, path, &request, &mut |reply| match reply {
        Reply::Numbers { scanned } => Some(*scanned),
        Reply::Progress { done, total } => {
            progress.step(done, total);
            None
        }
        _ => None,
    })
}
