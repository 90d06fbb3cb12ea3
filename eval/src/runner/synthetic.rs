//! The files of models of a shape, made when they are needed.

use super::cache::Cache;
use super::prepare::{self, Unfit};
use super::progress::Progress;
use super::protocol::{Reply, Request};
use super::worker::{Nursery, Trouble};
use crate::engine::precision::Precision;
use crate::engine::synthetic::{self, Plan};
use crate::engine::{Prediction, SessionSpec, Setup};
use crate::sources;
use datasets::Shape;
use reports::record::{ModelInfo, RunInfo, Stage};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// The shape of a model that is to be made; `None` of a file that is there, be its weights random too.
pub fn shape_of(model: &ModelInfo) -> Option<&Shape> {
    let typed = model.source.as_deref()?;
    let is_shape = typed.starts_with(sources::SYNTHETIC);
    model.synthetic.as_ref().filter(|_| is_shape)
}

/// Where the file of a shape belongs.
#[must_use]
pub fn path(shape: &Shape, precision: &str, cache: &Cache, engine_version: &str) -> PathBuf {
    let json = serde_json::to_vec(shape).expect("plain data");
    let hash: String = Sha256::digest(json)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let version = format!("{engine_version}-{}", synthetic::REVISION);
    cache.path(&hash, precision, &version)
}

/// A model of a shape at a precision.
pub struct Wanted<'a> {
    pub shape: &'a Shape,
    pub precision: Precision,
    pub engine_version: &'a str,
    pub n_threads: u32,
}

/// What a file that is not made yet will need.
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    /// Bytes of the file.
    pub n_bytes: u64,
    /// Memory for each context.
    pub predictions: Vec<Prediction>,
}

impl<'a> Wanted<'a> {
    /// Of a run.
    pub fn of(shape: &'a Shape, precision: Precision, info: &'a RunInfo) -> Self {
        Self {
            shape,
            precision,
            engine_version: &info.engine.version,
            n_threads: info.n_threads,
        }
    }

    /// Where its file belongs.
    pub fn path(&self, cache: &Cache) -> PathBuf {
        path(
            self.shape,
            &self.precision.file(),
            cache,
            self.engine_version,
        )
    }

    /// Makes the file where it is not there, if a model of its size fits into memory and on the disk.
    /// Returns how many tensors had to take another type.
    pub fn make(
        &self,
        specs: &[SessionSpec],
        setup: Setup,
        nursery: &Nursery,
        cache: &Cache,
        progress: &Progress,
    ) -> Result<u64, Unfit> {
        let target = self.path(cache);
        if target.exists() {
            return Ok(0);
        }
        let need = self.need(specs, setup, nursery, cache)?;
        let most = need
            .predictions
            .iter()
            .map(|prediction| prediction.host_bytes);
        prepare::check_memory(&target, most.max().unwrap_or(0))?;
        let mut n_fallbacks = 0;
        progress.stage(&format!(
            "making {} at {}: {:.1} GiB of random weights",
            self.shape.name,
            self.precision,
            need.n_bytes as f64 / f64::from(1 << 30)
        ));
        cache.derive(&target, need.n_bytes, |part| {
            n_fallbacks = self.write(part, true, nursery, progress)?;
            Ok::<(), Unfit>(())
        })?;
        Ok(n_fallbacks)
    }

    /// What its file and its contexts will need, told from an outline without values, which is gone
    /// afterwards.
    pub fn need(
        &self,
        specs: &[SessionSpec],
        setup: Setup,
        nursery: &Nursery,
        cache: &Cache,
    ) -> Result<Need, Unfit> {
        cache.with_scratch(&self.path(cache), |outline| {
            self.write(outline, false, nursery, &Progress::silent())?;
            let predictions = prepare::predict(outline, setup, specs, nursery, &mut 0)?;
            let metadata = std::fs::metadata(outline);
            Ok(Need {
                n_bytes: metadata.map_or(0, |metadata| metadata.len()),
                predictions,
            })
        })
    }

    fn write(
        &self,
        to: &Path,
        with_values: bool,
        nursery: &Nursery,
        progress: &Progress,
    ) -> Result<u64, Unfit> {
        let request = Request::Generate {
            to: to.to_owned(),
            plan: Plan {
                shape: self.shape.clone(),
                precision: self.precision.file(),
                with_values,
                n_threads: self.n_threads,
            },
        };
        let mut worker = nursery.spawn_patient().map_err(Unfit::Stop)?;
        let mut converted = 0;
        let asked = worker.ask(&request, &mut |reply| {
            match reply {
                Reply::Progress { done, total } => progress.step(done, total),
                Reply::Converted { n_fallbacks } => converted = n_fallbacks,
                _ => {}
            }
            Ok(())
        });
        match asked {
            Ok(()) => Ok(converted),
            Err(Trouble::Failed(reason) | Trouble::Died(reason)) => {
                Err(Unfit::Failed(Stage::Convert, reason))
            }
            Err(trouble) => Err(Unfit::Stop(trouble)),
        }
    }
}
