//! From what names a model on the command line to its file: an embedded model, or one of the sources
//! in [`crate::sources`].

use super::cache::{self, Cache};
use super::protocol::Request;
use super::synthetic;
use super::worker::{Nursery, Trouble};
use crate::engine::precision;
use crate::engine::synthetic::NATIVE;
use crate::sources::{self, Environment};
use datasets::{EmbeddedModel, Shape};
use std::path::{Path, PathBuf};

/// A model's file, and how it was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The file.
    pub path: PathBuf,
    /// What was typed, where that is not the path.
    pub source: Option<String>,
    /// For embedded models: the name of their weights.
    pub weights: Option<&'static str>,
    /// SHA-256 in hex, where a store claims one; nothing was hashed.
    pub sha256: Option<String>,
    /// For `synthetic:` the shape; the file is made when a cell needs it.
    pub shape: Option<Shape>,
}

impl Found {
    /// What stands for a model that cannot be measured, by what was typed.
    #[must_use]
    pub fn unusable(typed: &str) -> Self {
        Self {
            path: typed.into(),
            source: None,
            weights: None,
            sha256: None,
            shape: None,
        }
    }
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A name that looks like that of an embedded model and is none.
    #[error("{0}")]
    Unknown(String),
    /// What was typed leads to nothing, or to something that is not whole.
    #[error(transparent)]
    Source(#[from] sources::Error),
    /// A shape that is not known or makes no sense.
    #[error(transparent)]
    Shape(#[from] datasets::Error),
    /// The file cannot be kept.
    #[error(transparent)]
    Cache(#[from] cache::Error),
    /// The precision cannot be derived.
    #[error("{0}")]
    Derive(#[from] Trouble),
}

/// Finds the file: an embedded model is put into the cache first, anything else is where it is kept.
///
/// # Errors
/// See [`Error`]. That a path leads to nothing is not told here but by its cells.
pub fn find(
    typed: &str,
    nursery: &Nursery,
    cache: &Cache,
    engine_version: &str,
) -> Result<Found, Error> {
    if let Some(name) = typed.strip_prefix(sources::SYNTHETIC) {
        let shape = datasets::load_shape(name)?;
        return Ok(Found {
            path: synthetic::path(&shape, NATIVE, cache, engine_version),
            source: Some(typed.to_owned()),
            weights: None,
            sha256: None,
            shape: Some(shape),
        });
    }
    let Some(model) = datasets::embedded_model(typed) else {
        check_spelling(typed)?;
        let sources::Found { path, sha256 } = sources::find(typed, &Environment::of_process())?;
        return Ok(Found {
            source: (path != Path::new(typed)).then(|| typed.to_owned()),
            path,
            weights: None,
            sha256,
            shape: None,
        });
    };
    let mut path = unpack(&model, cache)?;
    if let Some(precision) = model.precision {
        path = quantise(&model, &path, precision, nursery, cache, engine_version)?;
    }
    Ok(Found {
        path,
        source: Some(typed.to_owned()),
        weights: Some(model.weights),
        sha256: None,
        shape: None,
    })
}

/// Puts an embedded file into the cache, since the engine reads files; returns its path.
///
/// # Errors
/// The file cannot be written.
pub fn unpack(model: &EmbeddedModel, cache: &Cache) -> Result<PathBuf, cache::Error> {
    let target = cache.path(model.sha256(), model.weights, "embedded");
    cache.derive(&target, model.gguf.len() as u64, |part| {
        std::fs::write(part, model.gguf).map_err(|error| {
            cache::Error(format!("{}: cannot be written ({error})", part.display()))
        })
    })?;
    Ok(target)
}

fn quantise(
    model: &EmbeddedModel,
    from: &Path,
    precision: &str,
    nursery: &Nursery,
    cache: &Cache,
    engine_version: &str,
) -> Result<PathBuf, Error> {
    let target = cache.path(model.sha256(), precision, engine_version);
    let needed = model.gguf.len() as f64 * precision::bits(precision) / 16.0 * 1.05;
    cache.derive(&target, needed as u64, |part| {
        let request = Request::Convert {
            from: from.to_owned(),
            to: part.to_owned(),
            precision: precision.to_owned(),
            n_threads: 0,
        };
        Ok::<(), Error>(nursery.spawn()?.ask(&request, &mut |_| Ok(()))?)
    })?;
    Ok(target)
}

/// A bare word that is no file was meant as a name.
fn check_spelling(typed: &str) -> Result<(), Error> {
    let path = Path::new(typed);
    let bare = path.extension().is_none() && !typed.contains([':', std::path::MAIN_SEPARATOR]);
    if !bare || path.exists() {
        return Ok(());
    }
    match datasets::nearest(typed, datasets::MODELS.iter().copied()) {
        Some(near) => Err(Error::Unknown(format!(
            "{typed}: no such file or embedded model; did you mean {near}?"
        ))),
        None => Ok(()),
    }
}
