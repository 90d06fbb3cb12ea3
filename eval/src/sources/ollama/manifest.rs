//! What Ollama's manifests say: which blobs make up a tag.

use super::super::Error;
use super::super::read::{shown, small_file, some_of};
use crate::engine::log::escape;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};

const LIST: &str = "application/vnd.ollama.manifest.list.v2+json";
/// A manifest of one tensor a layer (another engine's) takes some hundred KiB; others about one.
const LARGEST: u64 = 4 << 20;
/// Whose variant of a tag is taken, the first that is there; `""` is one for any runner. MLX's holds
/// no GGUF.
const RUNNERS: [&str; 3] = ["llamacpp", "ollama", ""];

/// The SHA-256 by which Ollama names content: 64 hex digits in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest(String);

impl Digest {
    /// Reads `sha256:<hex>` or `sha256-<hex>`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix("sha256")?.strip_prefix([':', '-'])?;
        let whole = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        whole.then(|| Self(hex.to_ascii_lowercase()))
    }

    /// The hex digits.
    #[must_use]
    pub fn hex(&self) -> &str {
        &self.0
    }

    fn is_of(&self, bytes: &[u8]) -> bool {
        let hash = Sha256::digest(bytes);
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        hex == self.0
    }
}

/// A blob of a tag, and what it is for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Layer {
    /// What the blob is.
    pub media_type: String,
    /// Its content's hash as written; see [`Digest::parse`].
    pub digest: String,
    /// Its size in bytes.
    pub size: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    #[serde(default)]
    media_type: String,
    #[serde(default)]
    runner: String,
    /// Of a list's child that stands elsewhere.
    digest: Option<String>,
    /// Go writes an empty list as null.
    layers: Option<Vec<Layer>>,
    manifests: Option<Vec<Written>>,
}

/// The layers of the manifest in `path`; of a list, those of the child that llama.cpp can run.
/// `blob` is where the content with a digest is.
///
/// # Errors
/// Not readable, not a manifest, cut short, no child for llama.cpp.
pub fn layers(path: &Path, blob: impl Fn(&Digest) -> PathBuf) -> Result<Vec<Layer>, Error> {
    let manifest = read(path, digest_of_target(path).as_ref())?;
    if manifest.media_type != LIST {
        return Ok(manifest.layers.unwrap_or_default());
    }
    let child = choose(path, manifest.manifests.unwrap_or_default())?;
    if child.layers.is_some() {
        return layers_of_child(path, child);
    }
    let written = child.digest.unwrap_or_default();
    let digest = Digest::parse(&written).ok_or_else(|| bad_digest(path, &written))?;
    let elsewhere = blob(&digest);
    let child = read(&elsewhere, Some(&digest))?;
    layers_of_child(&elsewhere, child)
}

/// Why a digest cannot name a blob.
pub fn bad_digest(path: &Path, written: &str) -> Error {
    Error::Broken(format!(
        "{}: names content by \"{}\", which is no SHA-256 digest; pull the tag again",
        shown(path),
        escape(written)
    ))
}

fn layers_of_child(path: &Path, child: Written) -> Result<Vec<Layer>, Error> {
    if child.media_type == LIST {
        return Err(Error::Broken(format!(
            "{}: a list of manifests within another; pull the tag again",
            shown(path)
        )));
    }
    Ok(child.layers.unwrap_or_default())
}

fn choose(path: &Path, children: Vec<Written>) -> Result<Written, Error> {
    let runners: Vec<String> = children.iter().map(|child| child.runner.clone()).collect();
    let rank = |child: &Written| {
        let is_of = |runner: &&str| runner.eq_ignore_ascii_case(&child.runner);
        RUNNERS.iter().position(is_of)
    };
    let ranked = children
        .into_iter()
        .filter_map(|child| Some((rank(&child)?, child)));
    let best = ranked.min_by_key(|(rank, _)| *rank);
    best.map(|(_, child)| child).ok_or_else(|| {
        Error::Broken(format!(
            "{}: has no variant for llama.cpp (it is for: {}); pull a tag that is a GGUF",
            shown(path),
            some_of(&runners)
        ))
    })
}

fn read(path: &Path, digest: Option<&Digest>) -> Result<Written, Error> {
    let bytes = small_file(path, LARGEST)?;
    if digest.is_some_and(|digest| !digest.is_of(&bytes)) {
        return Err(Error::Broken(format!(
            "{}: its content is not what its name promises; pull the tag again",
            shown(path)
        )));
    }
    serde_json::from_slice(&bytes).map_err(|error| {
        Error::Broken(format!(
            "{}: no manifest of Ollama ({}); pull the tag again",
            shown(path),
            escape(&error.to_string())
        ))
    })
}

/// The digest that the file behind a link is named by, where it is a link to a blob.
fn digest_of_target(path: &Path) -> Option<Digest> {
    let target = std::fs::canonicalize(path).ok()?;
    Digest::parse(target.file_name()?.to_str()?)
}
