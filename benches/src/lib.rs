//! Which model files `cargo bench` evaluates.
//!
//! `HANBENCH_MODELS` names them as on the command line of `hanbench run`, separated by commas:
//! `instruct=a.gguf,text=b.gguf`; `HANBENCH_PRECISIONS` adds precisions: `native,f16,q8_0`. Without
//! it the real model that `make real-model` keeps is taken, and where that is not there either, a
//! tiny generated one.

use eval::engine::{Engine, Error, gguf, precision, tiny};
use eval::runner::cache::Cache;
use std::path::{Path, PathBuf};

/// A model file with the name of its benchmarks: `label/precision`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Benched {
    /// `label/precision`.
    pub name: String,
    /// The file.
    pub path: PathBuf,
}

/// Every variant at every precision that is asked for; derives what is missing.
///
/// # Errors
/// A file that is not there or cannot be converted, an unknown precision, no place for the cache.
pub fn models(engine: &dyn Engine) -> Result<Vec<Benched>, Error> {
    let cache = Cache::of_user()?;
    let named = std::env::var("HANBENCH_MODELS").unwrap_or_default();
    let sources = match named.is_empty() {
        true => vec![default_model(&cache)?],
        false => named.split(',').map(split_label).collect(),
    };
    let precisions = std::env::var("HANBENCH_PRECISIONS").unwrap_or_else(|_| "native".into());
    let mut all = Vec::new();
    for (label, path) in &sources {
        for asked in precisions.split(',') {
            all.push(at_precision(engine, &cache, label, path, asked.trim())?);
        }
    }
    Ok(all)
}

fn split_label(argument: &str) -> (String, PathBuf) {
    match argument.split_once('=') {
        Some((label, path)) => (label.to_owned(), from_root(path)),
        None => {
            let path = from_root(argument);
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            (stem.into_owned(), path)
        }
    }
}

/// `cargo bench` runs in this crate's folder, but its user types paths in the workspace's.
fn from_root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The real model where it has been fetched, else a tiny one.
fn default_model(cache: &Cache) -> Result<(String, PathBuf), Error> {
    let models = cache.dir().with_file_name("models");
    let fetched = std::fs::read_dir(models).into_iter().flatten().flatten();
    let mut fetched: Vec<PathBuf> = fetched
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "gguf")
        })
        .collect();
    fetched.sort();
    if let Some(path) = fetched.into_iter().next() {
        return Ok(("default".into(), path));
    }
    let path = cache.dir().join("tiny.gguf");
    eprintln!(
        "no model given (HANBENCH_MODELS) and none fetched (make real-model): the engine groups run on a tiny generated model, {}",
        path.display()
    );
    tiny::write(&path, &tiny::Shape::default())?;
    Ok(("tiny".into(), path))
}

fn at_precision(
    engine: &dyn Engine,
    cache: &Cache,
    label: &str,
    source: &Path,
    asked: &str,
) -> Result<Benched, Error> {
    let file = engine.describe(source)?;
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
        name: format!("{label}/{name}"),
        path,
    };
    if native || name == file.precision {
        return Ok(benched(source.to_owned()));
    }
    let target = cache.path(&gguf::sha256(source)?, name, &engine.info().version);
    let needed = (file.n_params as f64 * precision::bits(name) / 8.0) as u64;
    cache.derive(&target, needed, |part| {
        engine.convert(source, part, name, 0).map(|_| ())
    })?;
    Ok(benched(target))
}
