//! What must be known before a cell is loaded: its file, and whether it fits in memory.

use super::cache::{self, Cache};
use super::machine;
use super::protocol::{Reply, Request};
use super::worker::{Nursery, Trouble};
use crate::engine::{ModelFile, Prediction, SessionSpec, precision};
use crate::stages::{answers, perplexity, speed};
use reports::record::{CellInfo, ModelInfo, RunInfo, Stage};
use std::path::{Path, PathBuf};

/// A cell that can be loaded.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The file to load.
    pub path: PathBuf,
    /// Predicted peak memory of its process over all stages, in bytes.
    pub need_bytes: u64,
    /// The context that memory is reported for, and its prediction.
    pub memory: (SessionSpec, Prediction),
    /// Tensors that took another type than asked, where it was derived now.
    pub n_fallbacks: u64,
}

/// Why a cell cannot be loaded.
#[derive(Debug)]
pub enum Unfit {
    /// A failed row.
    Failed(Stage, String),
    /// The run stops.
    Stop(Trouble),
}

impl From<cache::Error> for Unfit {
    fn from(error: cache::Error) -> Self {
        Self::Failed(Stage::Convert, error.0)
    }
}

/// Derives the cell's file where it is not there, and predicts its memory.
pub fn prepare(
    info: &RunInfo,
    cell: &CellInfo,
    model: &ModelInfo,
    file: &ModelFile,
    nursery: &Nursery,
    cache: &Cache,
    engine_ns: &mut u64,
) -> Result<Prepared, Unfit> {
    let mut n_fallbacks = 0;
    let source = Path::new(&model.path);
    let path = if cell.native {
        source.to_owned()
    } else {
        let sha256 = model.sha256.as_deref().unwrap_or_default();
        let target = cache.path(sha256, &cell.precision, &info.engine.version);
        let needed = (file.n_params as f64 * precision::bits(&cell.precision) / 8.0 * 1.05) as u64;
        check_memory(&target, needed)?;
        cache.derive(&target, needed, |part| {
            let request = Request::Convert {
                from: source.to_owned(),
                to: part.to_owned(),
                precision: cell.precision.clone(),
                n_threads: info.n_threads,
            };
            let reply = ask(nursery, &request, Stage::Convert, engine_ns)?;
            if let Some(Reply::Converted { n_fallbacks: n }) = reply {
                n_fallbacks = n;
            }
            Ok::<(), Unfit>(())
        })?;
        target
    };
    let specs = specs(info);
    let predictions = predict(info, &path, &specs, nursery, engine_ns)?;
    let need_bytes = predictions
        .iter()
        .map(|prediction| prediction.host_bytes)
        .max()
        .unwrap_or(0);
    check_memory(&path, need_bytes)?;
    let memory = memory_of(&specs, &predictions, info)
        .ok_or_else(|| Unfit::Failed(Stage::Memory, "the suite measures nothing".into()))?;
    Ok(Prepared {
        path,
        need_bytes,
        memory,
        n_fallbacks,
    })
}

/// Every context that the suite makes: those of the speed tests first.
pub fn specs(info: &RunInfo) -> Vec<SessionSpec> {
    let suite = &info.suite;
    let speed = suite
        .speed
        .iter()
        .flat_map(|speed| speed::plan(speed, info.n_threads));
    let mut specs: Vec<SessionSpec> = speed.map(|group| group.spec).collect();
    if let Some(perplexity) = &suite.perplexity {
        specs.push(perplexity::session_spec(
            perplexity.n_ctx,
            perplexity.max_chunks,
            info.n_threads,
        ));
    }
    if let Some(suite) = &suite.answers {
        specs.push(answers::largest_session(
            &info.questions,
            suite,
            info.n_threads,
        ));
    }
    specs
}

/// The context whose memory is reported: of the speed tests the largest, else the first there is.
fn memory_of(
    specs: &[SessionSpec],
    predictions: &[Prediction],
    info: &RunInfo,
) -> Option<(SessionSpec, Prediction)> {
    let n_speed = info
        .suite
        .speed
        .as_ref()
        .map_or(1, |speed| speed::plan(speed, info.n_threads).len());
    let all = specs.iter().copied().zip(predictions.iter().copied());
    all.take(n_speed)
        .max_by_key(|(_, prediction)| prediction.host_bytes)
}

/// Memory that each context needs, asked of a child that is gone afterwards.
pub fn predict(
    info: &RunInfo,
    path: &Path,
    specs: &[SessionSpec],
    nursery: &Nursery,
    engine_ns: &mut u64,
) -> Result<Vec<Prediction>, Unfit> {
    let request = Request::Predict {
        path: path.to_owned(),
        n_gpu_layers: info.n_gpu_layers,
        specs: specs.to_vec(),
    };
    match ask(nursery, &request, Stage::Load, engine_ns)? {
        Some(Reply::Predicted { predictions }) => Ok(predictions),
        _ => Err(Unfit::Failed(
            Stage::Memory,
            "the engine made no prediction".into(),
        )),
    }
}

fn check_memory(path: &Path, need_bytes: u64) -> Result<(), Unfit> {
    let available = machine::available_memory();
    if need_bytes <= available {
        return Ok(());
    }
    let gib = |bytes: u64| bytes as f64 / f64::from(1 << 30);
    Err(Unfit::Failed(
        Stage::Memory,
        format!(
            "{}: needs {:.1} GiB of memory but {:.1} GiB are available; not loaded. Take a smaller precision or model, or a suite with less context",
            path.display(),
            gib(need_bytes),
            gib(available)
        ),
    ))
}

fn ask(
    nursery: &Nursery,
    request: &Request,
    stage: Stage,
    engine_ns: &mut u64,
) -> Result<Option<Reply>, Unfit> {
    let mut worker = nursery.spawn().map_err(Unfit::Stop)?;
    let mut answer = None;
    let asked = worker.ask(request, &mut |reply| {
        answer = Some(reply);
        Ok(())
    });
    *engine_ns += worker.engine_ns;
    match asked {
        Ok(()) => Ok(answer),
        Err(Trouble::Failed(reason) | Trouble::Died(reason)) => Err(Unfit::Failed(stage, reason)),
        Err(trouble) => Err(Unfit::Stop(trouble)),
    }
}
