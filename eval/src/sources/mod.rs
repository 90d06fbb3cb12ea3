//! Where people keep models on this machine, and how they are named on the command line.
//!
//! [`find`] turns what was typed into a file, [`all`] lists what can be typed. Manifests, names of
//! files and folders and what was typed are other people's text: a name becomes part of a path only
//! where every part of it was checked, content is named by 64 hex digits or not at all, files are read
//! up to a bound, and everything is escaped where it is shown. Nothing here writes or uses the network.

mod environment;
mod hf;
mod llama_cpp;
mod lm_studio;
pub mod ollama;
mod path;
mod read;
pub mod split;
#[cfg(test)]
mod tests;

pub use environment::Environment;

use crate::engine::log::escape;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The prefix of the shape of a model that is made, not found: its values would be random.
pub const SYNTHETIC: &str = "synthetic:";

/// Why there is no file: one line that names what was looked at and says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// What was typed names nothing that is here.
    #[error("{0}")]
    Unknown(String),
    /// It names something that is incomplete, damaged or may not be read.
    #[error("{0}")]
    Broken(String),
}

/// A model's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The file, of a split model the first.
    pub path: PathBuf,
    /// Its SHA-256 in hex where a store claims one; nothing was hashed.
    pub sha256: Option<String>,
}

/// A model that is kept here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// What to type for it. Not escaped.
    pub source: String,
    /// Its file, of a split model the first.
    pub path: PathBuf,
    /// Bytes of all of its files.
    pub n_bytes: u64,
}

/// The models that are kept here.
#[derive(Debug, Default)]
pub struct Listing {
    /// By where they are kept, then by name.
    pub models: Vec<Model>,
    /// What is kept but cannot be used: a line each, ready to be shown.
    pub problems: Vec<String>,
    sources: HashSet<String>,
}

impl Listing {
    /// Adds a model; one whose name leads to another file is named by its path.
    fn add(&mut self, mut model: Model) {
        if self.sources.contains(&model.source) {
            model.source = model.path.to_string_lossy().into_owned();
        }
        if self.sources.insert(model.source.clone()) {
            self.models.push(model);
        }
    }

    /// Adds the model that a file is or is a part of, by its path or another name.
    fn add_file(&mut self, path: &Path, source: Option<String>) {
        let Some(own) = path.to_str() else {
            self.problems.push(format!(
                "{}: its name is not UTF-8, so it cannot be typed; rename it",
                read::shown(path)
            ));
            return;
        };
        match split::whole(path) {
            Ok(whole) => self.add(Model {
                source: source.unwrap_or_else(|| own.to_owned()),
                path: whole.path,
                n_bytes: whole.n_bytes,
            }),
            Err(error) => self.problems.push(error.to_string()),
        }
    }

    fn add_problem<T: Default>(&mut self, found: Result<T, Error>) -> T {
        found.unwrap_or_else(|error| {
            self.problems.push(error.to_string());
            T::default()
        })
    }
}

/// The file of a model that is named by a prefix, or a path that is returned as it is where nothing
/// is there.
///
/// # Errors
/// See [`Error`].
pub fn find(typed: &str, environment: &Environment) -> Result<Found, Error> {
    if let Some(name) = typed.strip_prefix(ollama::PREFIX) {
        let tag = ollama::find(name, environment)?;
        return Ok(Found {
            path: tag.path,
            sha256: Some(tag.sha256),
        });
    }
    let path = match typed.strip_prefix(hf::PREFIX) {
        Some(name) => hf::find(name, environment)?,
        None => {
            check_prefix(typed, environment)?;
            path::find(typed)?
        }
    };
    Ok(Found { path, sha256: None })
}

/// Everything that is kept in the stores and caches of other programs.
#[must_use]
pub fn all(environment: &Environment) -> Listing {
    let mut listing = Listing::default();
    ollama::list(environment, &mut listing);
    hf::list(environment, &mut listing);
    lm_studio::list(environment, &mut listing);
    llama_cpp::list(environment, &mut listing);
    listing
}

/// A short name for what was typed: the model and tag of Ollama's, else the file's stem.
#[must_use]
pub fn short_name(typed: &str) -> String {
    if let Some(name) = typed.strip_prefix(ollama::PREFIX) {
        return name.rsplit('/').next().unwrap_or(name).to_owned();
    }
    if let Some(name) = typed.strip_prefix(SYNTHETIC) {
        let file = name
            .rsplit(std::path::MAIN_SEPARATOR)
            .next()
            .unwrap_or(name);
        return file.strip_suffix(".toml").unwrap_or(file).to_owned();
    }
    let stem = Path::new(typed).file_stem();
    stem.map_or_else(
        || typed.to_owned(),
        |stem| stem.to_string_lossy().into_owned(),
    )
}

/// `llama3.2:3b` and `olama:llama3.2` are no paths: what was meant is said.
fn check_prefix(typed: &str, environment: &Environment) -> Result<(), Error> {
    let is_path = typed.to_lowercase().ends_with(".gguf") || Path::new(typed).exists();
    if is_path || !typed.contains(':') {
        return Ok(());
    }
    let shown = escape(typed);
    let meant = match ollama::find(typed, environment) {
        Ok(_) => format!("did you mean {}{shown}?", ollama::PREFIX),
        Err(_) => "a tag of Ollama is written ollama:MODEL:TAG, a file of the Hugging Face Hub hf:OWNER/REPO/FILE.gguf".into(),
    };
    Err(Error::Unknown(format!("{shown}: no such file; {meant}")))
}
