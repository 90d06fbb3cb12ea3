//! What must be known before a cell is loaded: its file, and whether it fits in memory.

use super::cache::{self, Cache};
use super::machine;
use super::progress::Progress;
use super::protocol::{Reply, Request};
use super::synthetic;
use super::worker::{Nursery, Trouble};
use crate::engine::precision::{self, Precision};
use crate::engine::{ModelFile, Prediction, SessionSpec, Setup, activations};
use crate::stages::activations::Looked;
use crate::stages::{answers, perplexity, speed};
use reports::record::{CellInfo, ModelInfo, RunInfo, Stage, TensorNumbers};
use std::path::{Path, PathBuf};

/// A cell that can be loaded.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The file to load.
    pub path: PathBuf,
    /// How it is set up.
    pub setup: Setup,
    /// Predicted peak memory of its process over all stages, in bytes.
    pub need_bytes: u64,
    /// The context that memory is reported for, and its prediction.
    pub memory: (SessionSpec, Prediction),
    /// What the reader must know of how it was derived.
    pub warnings: Vec<String>,
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

/// A cell's file.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// Where it is.
    pub path: PathBuf,
    /// How it is set up.
    pub setup: Setup,
    /// What the reader must know of how it was derived.
    pub warnings: Vec<String>,
}

/// A cell with what is known of its model.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The run.
    pub info: &'a RunInfo,
    /// The cell.
    pub cell: &'a CellInfo,
    /// Its model.
    pub model: &'a ModelInfo,
    /// What the model's file says of itself.
    pub file: &'a ModelFile,
}

/// Derives the cell's file where it is not there, and predicts its memory.
pub fn prepare(
    source: Source<'_>,
    nursery: &Nursery,
    cache: &Cache,
    progress: &Progress,
    engine_ns: &mut u64,
) -> Result<Prepared, Unfit> {
    let info = source.info;
    let File {
        path,
        setup,
        warnings,
    } = file(source, nursery, cache, progress, engine_ns)?;
    let specs = specs(info);
    let predictions = predict(&path, setup, &specs, nursery, engine_ns)?;
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
        setup,
        need_bytes,
        memory,
        warnings,
    })
}

/// The cell's file, derived where it is not there.
pub fn file(
    source: Source<'_>,
    nursery: &Nursery,
    cache: &Cache,
    progress: &Progress,
    engine_ns: &mut u64,
) -> Result<File, Unfit> {
    let Source {
        info,
        cell,
        model,
        file,
    } = source;
    let asked = precision_of(cell)?;
    let mut warnings = Vec::new();
    let mut path = PathBuf::from(&model.path);
    let setup = asked.setup(info.n_gpu_layers);
    if let Some(shape) = synthetic::shape_of(model) {
        let wanted = synthetic::Wanted::of(shape, asked, info);
        let n_fallbacks = wanted.make(&specs(info), setup, nursery, cache, progress)?;
        warnings.extend(fallbacks(n_fallbacks, &cell.precision));
        path = wanted.path(cache);
    } else if !cell.native {
        let sha256 = model.sha256.as_deref().unwrap_or_default();
        let target = cache.path(sha256, &asked.file(), &info.engine.version);
        let needed = (file.n_params as f64 * precision::bits(&cell.precision) / 8.0 * 1.05) as u64;
        check_memory(&target, needed)?;
        cache.derive(&target, needed, |part| {
            let n_fallbacks = convert(source, asked, part, nursery, engine_ns)?;
            warnings.extend(fallbacks(n_fallbacks, &cell.precision));
            Ok::<(), Unfit>(())
        })?;
        path = target;
    }
    Ok(File {
        path,
        setup,
        warnings,
    })
}

/// Writes the file of a cell; returns how many tensors had to take another type.
fn convert(
    source: Source<'_>,
    asked: Precision,
    to: &Path,
    nursery: &Nursery,
    engine_ns: &mut u64,
) -> Result<u64, Unfit> {
    let from = Path::new(&source.model.path);
    let request = Request::Convert {
        from: from.to_owned(),
        to: to.to_owned(),
        precision: asked.file(),
        n_threads: source.info.n_threads,
    };
    let reply = match ask(nursery, &request, Stage::Convert, engine_ns) {
        // llama.cpp refuses to write infinities, and does not say whose.
        Err(Unfit::Failed(stage, reason)) if asked.weights == "F16" => {
            let lost = overflow(from, source.file, nursery, engine_ns)?;
            Err(Unfit::Failed(stage, lost.unwrap_or(reason)))
        }
        reply => reply,
    };
    match reply? {
        Some(Reply::Converted { n_fallbacks }) => Ok(n_fallbacks),
        _ => Ok(0),
    }
}

/// What a cell's precision says.
pub fn precision_of(cell: &CellInfo) -> Result<Precision, Unfit> {
    Precision::parse(&cell.precision).map_err(|why| Unfit::Failed(Stage::Convert, why))
}

fn fallbacks(n: u64, precision: &str) -> Option<String> {
    (n > 0).then(|| {
        format!(
            "{n} tensors have rows that {precision} cannot divide into blocks; llama.cpp gave them other types, so this file is larger and better than its name says"
        )
    })
}

/// What to say of weights that F16 has no place for.
fn overflow(
    source: &Path,
    file: &ModelFile,
    nursery: &Nursery,
    engine_ns: &mut u64,
) -> Result<Option<String>, Unfit> {
    // Only these formats reach beyond F16's range.
    if !matches!(file.precision.as_str(), "F32" | "BF16") {
        return Ok(None);
    }
    let request = Request::Numbers {
        path: source.to_owned(),
    };
    let Some(Reply::Numbers { scanned }) = ask(nursery, &request, Stage::Convert, engine_ns)?
    else {
        return Ok(None);
    };
    let odd = scanned.tensors.iter();
    let odd: Vec<&TensorNumbers> = odd.filter(|t| t.numbers.f16.overflow > 0).collect();
    let Some(first) = odd.first() else {
        return Ok(None);
    };
    let n: u64 = odd.iter().map(|t| t.numbers.f16.overflow).sum();
    Ok(Some(format!(
        "{}: {n} weights in {} tensors (the first is {}) are larger than 65,504, the largest number of F16, so it cannot be converted; measure BF16 or F32 instead. hanbench inspect --numbers names them all",
        source.display(),
        odd.len(),
        first.tensor
    )))
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
        let settings = info
            .models
            .iter()
            .filter_map(|model| model.as_ollama.as_ref());
        let system = settings.filter_map(|settings| settings.system.as_ref());
        specs.extend(answers::largest_sessions(
            &info.questions,
            suite,
            system.map(String::len).max().unwrap_or(0),
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
    path: &Path,
    setup: Setup,
    specs: &[SessionSpec],
    nursery: &Nursery,
    engine_ns: &mut u64,
) -> Result<Vec<Prediction>, Unfit> {
    let request = Request::Predict {
        path: path.to_owned(),
        setup,
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

/// The request to look at a model's activations, if it fits into the memory that is available now.
pub fn look(
    path: &Path,
    setup: Setup,
    looked: Looked,
    nursery: &Nursery,
    engine_ns: &mut u64,
) -> Result<Request, Unfit> {
    let setup = activations::setup(setup);
    let predictions = predict(path, setup, &[looked.spec()], nursery, engine_ns)?;
    let need_bytes = predictions.iter().map(|prediction| prediction.host_bytes);
    check_memory(path, need_bytes.max().unwrap_or(0))?;
    Ok(Request::Activations {
        path: path.to_owned(),
        setup,
        looked,
    })
}

pub fn check_memory(path: &Path, need_bytes: u64) -> Result<(), Unfit> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tensors_of_other_types_are_said_in_korean_too() {
        assert_eq!(fallbacks(0, "Q4_K_M"), None);
        let said = fallbacks(2, "Q4_K_M").unwrap();
        assert!(reports::reason::in_korean(&said).is_some(), "{said}");
    }
}
