//! What a model file is, asked of a child: a hostile file may end the process that opens it.

use super::cache::Cache;
use super::machine;
use super::plan::{self, Error};
use super::prepare::{self, Unfit};
use super::progress::Progress;
use super::protocol::{Reply, Request};
use super::source;
use super::synthetic;
use super::worker::Nursery;
use crate::engine::precision::Precision;
use crate::engine::synthetic::NATIVE;
use crate::engine::{DEFAULT_GPU_LAYERS, ModelFile, Setup};
use crate::numbers::Scanned;
use crate::stages::activations::Looked;
use datasets::Shape;
use reports::record::{ActivationRange, Fact};
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
    /// The largest magnitudes of its activations over the embedded corpus, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activations: Option<Vec<ActivationRange>>,
}

/// What is looked at besides what a file says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Depth {
    /// Every weight.
    pub numbers: bool,
    /// What the model computes over the embedded corpus; this loads it.
    pub activations: bool,
}

/// Looks at a model.
///
/// # Errors
/// No such model, a file that is not whole, a model that does not fit into memory, Ctrl-C.
pub fn inspect(
    typed: &str,
    depth: Depth,
    nursery: &Nursery,
    cache: &Cache,
    engine_version: &str,
) -> Result<Inspected, Error> {
    let found = source::find(typed, nursery, cache, engine_version).map_err(plan::not_found)?;
    if let Some(shape) = &found.shape {
        make(shape, nursery, cache, engine_version)?;
    }
    let file = plan::describe(nursery, &found.path)?.map_err(Error::Other)?;
    let numbers = match depth.numbers {
        true => Some(scan(nursery, &found.path)?.map_err(Error::Other)?),
        false => None,
    };
    let activations = match depth.activations {
        true => Some(look(nursery, &found.path)?.map_err(Error::Other)?),
        false => None,
    };
    Ok(Inspected {
        path: found.path.to_string_lossy().into_owned(),
        file,
        numbers,
        activations,
    })
}

/// Makes the file of a shape, as it would be published.
fn make(
    shape: &Shape,
    nursery: &Nursery,
    cache: &Cache,
    engine_version: &str,
) -> Result<(), Error> {
    let wanted = synthetic::Wanted {
        shape,
        precision: Precision::parse(NATIVE).map_err(Error::Other)?,
        engine_version,
        n_threads: machine::physical_cores(),
    };
    let made = wanted.make(&[], Setup::default(), nursery, cache, &Progress::new());
    made.map(|_| ()).map_err(|unfit| match unfit {
        Unfit::Failed(_, reason) => Error::Other(reason),
        Unfit::Stop(trouble) => Error::Other(trouble.to_string()),
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

/// Evaluates text with a model and looks at its activations; the inner error is a reason to show.
fn look(nursery: &Nursery, path: &Path) -> Result<Result<Vec<ActivationRange>, String>, Error> {
    let progress = Progress::new();
    progress.stage(&format!("{}: looking at activations", path.display()));
    let setup = Setup {
        n_gpu_layers: DEFAULT_GPU_LAYERS,
        ..Setup::default()
    };
    let looked = Looked::of(None, machine::physical_cores());
    let request = match prepare::look(path, setup, looked, nursery, &mut 0) {
        Ok(request) => request,
        Err(Unfit::Failed(_, reason)) => return Ok(Err(reason)),
        Err(Unfit::Stop(trouble)) => return Err(Error::Other(trouble.to_string())),
    };
    let mut ranges = Vec::new();
    let asked = plan::ask_of_file(nursery, path, &request, &mut |reply| {
        match reply {
            Reply::Fact {
                fact: Fact::Activation(range),
            } => {
                ranges.push(range);
                return Some(());
            }
            Reply::Progress { done, total } => progress.step(done, total),
            _ => {}
        }
        None
    })?;
    Ok(asked.map(|()| ranges))
}
