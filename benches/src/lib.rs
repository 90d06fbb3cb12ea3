//! Which model files `cargo bench` evaluates.
//!
//! `HANBENCH_MODELS` names them as on the command line of `hanbench run`, separated by commas:
//! `instruct=a.gguf,text=b.gguf`; `HANBENCH_PRECISIONS` adds precisions: `native,f16,q8_0`. Without
//! it the embedded nabi-instruct is taken.

use eval::engine::{Engine, Error, precision, sha256};
use eval::runner::cache::Cache;
use eval::runner::source::unpack;
use std::path::{Path, PathBuf};

/// A model file with the name of its benchmarks: `label/precision`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Benched {
    /// `label/precision`.
    pub name: String,
    /// The file.
    pub path: PathBuf,
}

/// A variant to evaluate.
struct Source {
    label: String,
    path: PathBuf,
    /// The precision that stands for `native`, where that is not the file's own.
    precision: Option<&'static str>,
}

/// Every variant at every precision that is asked for; derives what is missing.
///
/// # Errors
/// A file that is not there or cannot be converted, an unknown precision, no place for the cache.
pub fn models(engine: &dyn Engine) -> Result<Vec<Benched>, Error> {
    let cache = Cache::of_user()?;
    let named =
        std::env::var("HANBENCH_MODELS").unwrap_or_else(|_| "instruct=nabi-instruct".into());
    let precisions = std::env::var("HANBENCH_PRECISIONS").unwrap_or_else(|_| "native".into());
    let mut all = Vec::new();
    for argument in named.split(',') {
        let source = source(argument, &cache)?;
        for asked in precisions.split(',') {
            all.push(at_precision(engine, &cache, &source, asked.trim())?);
        }
    }
    Ok(all)
}

fn source(argument: &str, cache: &Cache) -> Result<Source, Error> {
    let (label, name) = match argument.split_once('=') {
        Some((label, name)) => (Some(label), name),
        None => (None, argument),
    };
    let embedded = datasets::embedded_model(name);
    let path = match &embedded {
        Some(model) => unpack(model, cache)?,
        None => from_root(name),
    };
    let stem = Path::new(name).file_stem().unwrap_or_default();
    Ok(Source {
        label: label.map_or_else(|| stem.to_string_lossy().into_owned(), str::to_owned),
        path,
        precision: embedded.and_then(|model| model.precision),
    })
}

/// `cargo bench` runs in this crate's folder, but its user types paths in the workspace's.
fn from_root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn at_precision(
    engine: &dyn Engine,
    cache: &Cache,
    source: &Source,
    asked: &str,
) -> Result<Benched, Error> {
    let path = &source.path;
    let file = engine.describe(path)?;
    let asked = match source.precision {
        Some(precision) if asked.eq_ignore_ascii_case("native") => precision,
        _ => asked,
    };
    let native = asked.eq_ignore_ascii_case("native");
    let name = match precision::canonical(asked) {
        _ if native => file.precision.as_str(),
        Some(name) => name,
        None => {
            return Err(Error(format!(
                "HANBENCH_PRECISIONS: {asked}: no such precision"
            )));
        }
    };
    let benched = |path: PathBuf| Benched {
        name: format!("{}/{name}", source.label),
        path,
    };
    if native || name == file.precision {
        return Ok(benched(path.clone()));
    }
    let target = cache.path(&sha256(path, &mut |_, _| {})?, name, &engine.info().version);
    let needed = (file.n_params as f64 * precision::bits(name) / 8.0) as u64;
    cache.derive(&target, needed, |part| {
        engine.convert(path, part, name, 0).map(|_| ())
    })?;
    Ok(benched(target))
}
