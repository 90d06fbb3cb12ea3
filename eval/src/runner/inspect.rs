//! What a model file is, asked of a child: a hostile file may end the process that opens it.

use super::cache::Cache;
use super::hashes::Hashes;
use super::machine;
use super::plan::{self, Error};
use super::prepare::{self, Unfit};
use super::progress::Progress;
use super::protocol::{Reply, Request};
use super::source::{self, Found};
use super::synthetic;
use super::worker::{Nursery, Trouble};
use crate::engine::facts::Facts;
use crate::engine::log::escape;
use crate::engine::precision::Precision;
use crate::engine::synthetic::NATIVE;
use crate::engine::{DEFAULT_GPU_LAYERS, Setup};
use crate::facts::fertility::Fertility;
use crate::facts::judge::{Name, judge};
use crate::facts::{Kind, Warning};
use crate::numbers::Scanned;
use crate::sources;
use crate::stages::activations::Looked;
use datasets::Shape;
use reports::record::{ActivationRange, Fact};
use serde::Serialize;
use std::path::Path;

/// Bytes up to which a file is hashed without being asked to: read in half a second.
const SMALL: u64 = 64 << 20;

/// A model file, looked at.
#[derive(Debug, Serialize)]
pub struct Inspected {
    /// The file.
    pub path: String,
    /// What was typed, where that is not the path.
    pub source: Option<String>,
    /// What it says of itself.
    #[serde(flatten)]
    pub facts: Facts,
    /// How its vocabulary splits Korean text.
    pub fertility: Option<Fertility>,
    /// SHA-256 in hex; of a split model that of all its parts, one behind the other.
    pub sha256: Option<String>,
    /// Where that is from.
    pub sha256_from: Option<HashFrom>,
    /// Number ranges of its weights, where they were asked for.
    #[serde(flatten)]
    pub numbers: Option<Scanned>,
    /// The largest magnitudes of its activations over the embedded corpus, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activations: Option<Vec<ActivationRange>>,
}

/// Where a hash is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HashFrom {
    /// Ollama's name of the file; the content was not read.
    Ollama,
    /// The content, now or when the file had the same size and time.
    Content,
}

/// What is looked at besides what a file says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Depth {
    /// Every byte, for the hash.
    pub hash: bool,
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
    let mut facts = read(nursery, &found.path)?.map_err(Error::Other)?;
    let fertility = fertility(nursery, &found.path, &mut facts)?;
    let hash = hash(&found, depth.hash, nursery, cache, &mut facts)?;
    facts.warnings.extend(judge(&names(typed, &found), &facts));
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
        source: found.source,
        facts,
        fertility,
        sha256: hash.as_ref().map(|(sha256, _)| sha256.clone()),
        sha256_from: hash.map(|(_, from)| from),
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

/// The inner error is a reason to show.
fn read(nursery: &Nursery, path: &Path) -> Result<Result<Facts, String>, Error> {
    let request = Request::Facts {
        path: path.to_owned(),
    };
    plan::ask_of_file(nursery, path, &request, &mut |reply| match reply {
        Reply::Facts { facts } => Some(*facts),
        _ => None,
    })
}

/// Splits Korean text with the file's vocabulary, and notes what the engine does with it.
fn fertility(
    nursery: &Nursery,
    path: &Path,
    facts: &mut Facts,
) -> Result<Option<Fertility>, Error> {
    let mut missing = |why: String| {
        facts.missing.insert("fertility".into(), why);
        Ok(None)
    };
    if facts.file.synthetic.is_some() {
        return missing("the vocabulary of a synthetic model is made up".into());
    }
    let request = Request::Fertility {
        path: path.to_owned(),
    };
    // A child of its own: an odd vocabulary may end it.
    let asked = plan::ask_of_file(nursery, path, &request, &mut |reply| match reply {
        Reply::Fertility {
            fertility,
            adds_bos,
            adds_eos,
        } => Some((fertility, adds_bos, adds_eos)),
        _ => None,
    })?;
    match asked {
        Ok((fertility, adds_bos, adds_eos)) => {
            facts.tokenizer.adds_bos = Some(adds_bos);
            facts.tokenizer.adds_eos = Some(adds_eos);
            Ok(Some(fertility))
        }
        Err(why) => missing(why),
    }
}

/// The hash: as a store claims it, as it was taken before, or taken now where the file is small or that
/// was asked for.
fn hash(
    found: &Found,
    asked: bool,
    nursery: &Nursery,
    cache: &Cache,
    facts: &mut Facts,
) -> Result<Option<(String, HashFrom)>, Error> {
    let hashes = Hashes::beside(cache);
    let own = |sha256: String| Some((sha256, HashFrom::Content));
    if !asked {
        if let Some(claimed) = &found.sha256 {
            return Ok(Some((claimed.clone(), HashFrom::Ollama)));
        }
        if facts.file.file_bytes > SMALL {
            let remembered = hashes.recall(&found.path);
            if remembered.is_none() {
                let why = "a large file is read for its hash only with --hash".into();
                facts.missing.insert("sha256".into(), why);
            }
            return Ok(remembered.and_then(own));
        }
    }
    let progress = Progress::new();
    if facts.file.file_bytes > SMALL {
        let shown = escape(&found.path.to_string_lossy());
        progress.stage(&format!("{shown}: hashing"));
    }
    let taken = hashes.take(&found.path, nursery, &mut |done, total| {
        progress.step(done, total);
    });
    match (taken, &found.sha256) {
        (Ok(sha256), claimed) => {
            if let Some(claimed) = claimed.as_ref().filter(|claimed| **claimed != sha256) {
                facts.warnings.push(Warning {
                    kind: Kind::Sha256,
                    text: format!(
                        "the store names the file by the hash {}, but its content has {sha256}: it is damaged or was changed; fetch it again",
                        escape(claimed)
                    ),
                });
            }
            Ok(own(sha256))
        }
        (Err(trouble @ Trouble::Interrupted), _) => Err(Error::Other(trouble.to_string())),
        (Err(trouble), _) => {
            facts.missing.insert("sha256".into(), trouble.to_string());
            Ok(None)
        }
    }
}

/// The names under which a person knows the file. That of a blob or of a file in our cache is a hash and
/// says nothing.
fn names(typed: &str, found: &Found) -> Vec<Name> {
    let text = sources::short_name(typed);
    if typed.starts_with(sources::ollama::PREFIX) {
        return vec![Name {
            what: "the tag",
            text,
        }];
    }
    if found.weights.is_some() || found.shape.is_some() {
        return Vec::new();
    }
    // A folder stands for the model in it.
    let stem = sources::short_name(&found.path.to_string_lossy());
    let is_hash = stem.len() >= 64 && stem.bytes().rev().take(64).all(|b| b.is_ascii_hexdigit());
    match is_hash {
        true => Vec::new(),
        false => vec![Name {
            what: "the file name",
            text: stem,
        }],
    }
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
