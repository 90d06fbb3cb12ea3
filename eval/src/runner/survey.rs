//! What the models on this machine are, each asked of a child: `hanbench models`.

use super::cache::Cache;
use super::machine;
use super::plan::{self, Error};
use super::protocol::{Reply, Request};
use super::source;
use super::worker::Nursery;
use crate::engine::{DEFAULT_GPU_LAYERS, ModelFile, Prediction, SessionSpec, Setup};
use crate::sources::Model;
use serde::Serialize;
use std::path::Path;

/// Context that memory is told for, in tokens, or the model's own where that is shorter.
pub const N_CTX: u32 = 4096;

/// A model, looked at.
#[derive(Debug, Serialize)]
pub struct Surveyed {
    /// What to type for it.
    pub source: String,
    /// Its file, of a split model the first.
    pub path: String,
    /// Bytes of all of its files.
    pub n_bytes: u64,
    /// What it says of itself; `None` where `problem` says why not.
    #[serde(flatten)]
    pub file: Option<ModelFile>,
    /// Predicted peak memory of a process that uses it with a context of [`N_CTX`], in bytes.
    pub predicted_bytes: Option<u64>,
    /// Whether that much is available now.
    pub fits: Option<bool>,
    /// Why something is missing.
    pub problem: Option<String>,
}

/// Looks at one model.
///
/// # Errors
/// No child can be started, Ctrl-C.
pub fn look(model: &Model, nursery: &Nursery) -> Result<Surveyed, Error> {
    let mut surveyed = Surveyed {
        source: model.source.clone(),
        path: model.path.to_string_lossy().into_owned(),
        n_bytes: model.n_bytes,
        file: None,
        predicted_bytes: None,
        fits: None,
        problem: None,
    };
    let file = match plan::describe(nursery, &model.path)? {
        Ok(file) => file,
        Err(problem) => {
            surveyed.problem = Some(problem);
            return Ok(surveyed);
        }
    };
    match predict(&model.path, &file, nursery)? {
        Ok(prediction) => {
            surveyed.predicted_bytes = Some(prediction.host_bytes);
            surveyed.fits = Some(prediction.host_bytes <= machine::available_memory());
        }
        Err(problem) => surveyed.problem = Some(problem),
    }
    surveyed.file = Some(file);
    Ok(surveyed)
}

/// An embedded model by its name; its file is put into the cache.
///
/// # Errors
/// The cache cannot be written.
pub fn embedded(
    name: &str,
    nursery: &Nursery,
    cache: &Cache,
    engine_version: &str,
) -> Result<Model, Error> {
    let found = source::find(name, nursery, cache, engine_version).map_err(plan::not_found)?;
    let n_bytes = std::fs::metadata(&found.path).map_or(0, |metadata| metadata.len());
    Ok(Model {
        source: name.to_owned(),
        path: found.path,
        n_bytes,
    })
}

fn predict(
    path: &Path,
    file: &ModelFile,
    nursery: &Nursery,
) -> Result<Result<Prediction, String>, Error> {
    let own = file.n_ctx_train.and_then(|n| u32::try_from(n).ok());
    let n_ctx = own.map_or(N_CTX, |own| own.clamp(1, N_CTX));
    let n_batch = n_ctx.min(512);
    let request = Request::Predict {
        path: path.to_owned(),
        setup: Setup {
            n_gpu_layers: DEFAULT_GPU_LAYERS,
            ..Setup::default()
        },
        specs: vec![SessionSpec {
            n_ctx,
            n_seq: 1,
            n_batch,
            n_ubatch: n_batch,
            n_outputs: 1,
            n_threads: machine::physical_cores(),
        }],
    };
    plan::ask_of_file(nursery, path, &request, &mut |reply| match reply {
        Reply::Predicted { predictions } => predictions.first().copied(),
        _ => None,
    })
}
