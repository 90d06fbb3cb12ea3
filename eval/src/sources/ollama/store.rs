//! Ollama's store on disk: manifests by name, content by digest, in both layouts that there are.
//!
//! Newer versions keep `manifests-v2/ollama.com/<namespace>/<model>/<tag>`, a link to (or copy of) a
//! blob; older ones `manifests/registry.ollama.ai/<namespace>/<model>/<tag>`. The content is in
//! `blobs/sha256-<hex>`. Nothing is written.

use super::super::Error;
use super::super::read::{dangles, entries, file_size, shown, some_of, unreadable};
use super::manifest::{self, Digest, Layer};
use super::name::{NEW_HOST, Name};
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

const NEW: &str = "manifests-v2";
const OLD: &str = "manifests";
const MODEL: &str = "application/vnd.ollama.image.model";
const ADAPTER: &str = "application/vnd.ollama.image.adapter";
const SYSTEM: &str = "application/vnd.ollama.image.system";
const PARAMETERS: &str = "application/vnd.ollama.image.params";

/// A store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    /// Its folder.
    pub root: PathBuf,
}

/// A tag whose model is there and as large as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// As it is in the store.
    pub name: Name,
    /// The GGUF file.
    pub path: PathBuf,
    /// Its SHA-256 as the manifest gives it, in hex; nothing was hashed.
    pub sha256: String,
    /// Its size.
    pub n_bytes: u64,
    /// Where its system prompt is.
    pub(super) system: Option<PathBuf>,
    /// Where its sampling parameters are.
    pub(super) parameters: Option<PathBuf>,
}

/// The names in a store, and what is no name.
#[derive(Debug, Default)]
pub struct Names {
    /// Sorted.
    pub names: BTreeSet<Name>,
    /// A line each.
    pub problems: Vec<String>,
}

impl Store {
    /// The tag of this name; `None` where there is none. Names that differ in case only are the same,
    /// as for Ollama, unless both are there.
    ///
    /// # Errors
    /// The tag is there and something of it is missing, damaged or not readable.
    pub fn tag(&self, wanted: &Name) -> Result<Option<Tag>, Error> {
        if let Some(manifest) = self.manifest(wanted)? {
            return self.open(wanted, &manifest).map(Some);
        }
        let names = self.names().names;
        let Some(alike) = names.into_iter().find(|name| name.is_alike(wanted)) else {
            return Ok(None);
        };
        match self.manifest(&alike)? {
            Some(manifest) => self.open(&alike, &manifest).map(Some),
            None => Ok(None),
        }
    }

    /// Every name that has a manifest or a link to one.
    #[must_use]
    pub fn names(&self) -> Names {
        let mut found = Names::default();
        for layout in [NEW, OLD] {
            found.walk(&self.root.join(layout), &mut Vec::new());
        }
        found
    }

    /// The manifest of a name: the newer layout's first, the older's where a newer link dangles.
    fn manifest(&self, name: &Name) -> Result<Option<PathBuf>, Error> {
        let hosts: &[&str] = if name.is_of_ollama() {
            &[NEW_HOST, &name.host]
        } else {
            &[&name.host]
        };
        let below = |layout: &str, host: &str| {
            let folder = self.root.join(layout).join(host);
            folder
                .join(&name.namespace)
                .join(&name.model)
                .join(&name.tag)
        };
        let newer = hosts.iter().map(|host| below(NEW, host));
        let older = hosts.iter().rev().map(|host| below(OLD, host));
        let mut dangling = None;
        for path in newer.chain(older) {
            match std::fs::symlink_metadata(&path) {
                Ok(_) if dangles(&path) => dangling = dangling.or(Some(path)),
                Ok(metadata) if metadata.is_dir() => {}
                Ok(_) => return Ok(Some(path)),
                Err(error)
                    if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
                Err(error) => return Err(unreadable(&path, &error)),
            }
        }
        match dangling {
            None => Ok(None),
            Some(path) => Err(Error::Broken(format!(
                "{}: a link to a manifest that is not there; fetch it again with: ollama pull {name}",
                shown(&path)
            ))),
        }
    }

    fn open(&self, name: &Name, manifest: &Path) -> Result<Tag, Error> {
        let layers = manifest::layers(manifest, |digest| self.blob(digest))?;
        let layer = only_model(manifest, &layers)?;
        let (digest, path) = self.content(manifest, layer)?;
        let n_bytes = check(name, &path, layer.size)?;
        let of_kind = |kind: &str| layers.iter().rfind(|layer| layer.media_type == kind);
        let optional = |kind| match of_kind(kind) {
            Some(layer) => self.content(manifest, layer).map(|(_, path)| Some(path)),
            None => Ok(None),
        };
        Ok(Tag {
            name: name.clone(),
            path,
            sha256: digest.hex().to_owned(),
            n_bytes,
            system: optional(SYSTEM)?,
            parameters: optional(PARAMETERS)?,
        })
    }

    fn content(&self, manifest: &Path, layer: &Layer) -> Result<(Digest, PathBuf), Error> {
        let digest = Digest::parse(&layer.digest)
            .ok_or_else(|| manifest::bad_digest(manifest, &layer.digest))?;
        let path = self.blob(&digest);
        Ok((digest, path))
    }

    fn blob(&self, digest: &Digest) -> PathBuf {
        self.root
            .join("blobs")
            .join(format!("sha256-{}", digest.hex()))
    }
}

impl Names {
    /// Manifests are four folders deep: host, namespace, model, tag.
    fn walk(&mut self, folder: &Path, above: &mut Vec<String>) {
        let found = match entries(folder) {
            Ok(found) => found,
            Err(error) => return self.problems.push(error.to_string()),
        };
        for path in found {
            let name = path.file_name().and_then(|name| name.to_str());
            // What a desktop or an unfinished copy leaves.
            if name.is_some_and(|name| name.starts_with('.')) {
                continue;
            }
            above.push(name.unwrap_or_default().to_owned());
            if above.len() < 4 {
                self.walk(&path, above);
            } else if !path.is_dir() {
                self.add(&path, above);
            }
            above.pop();
        }
    }

    fn add(&mut self, path: &Path, parts: &[String]) {
        let [host, namespace, model, tag] = parts else {
            return;
        };
        match Name::of_parts([host, namespace, model, tag]) {
            Ok(name) => {
                self.names.insert(name);
            }
            Err(_) => self.problems.push(format!(
                "{}: has no name that Ollama gives; passed over, rename or remove it",
                shown(path)
            )),
        }
    }
}

fn only_model<'a>(manifest: &Path, layers: &'a [Layer]) -> Result<&'a Layer, Error> {
    let of_kind = |kind: &'static str| layers.iter().filter(move |layer| layer.media_type == kind);
    let shown = shown(manifest);
    if of_kind(ADAPTER).next().is_some() {
        return Err(Error::Broken(format!(
            "{shown}: the tag is a model with an adapter, which hanbench does not apply; merge the two into one GGUF and measure that"
        )));
    }
    let models: Vec<&Layer> = of_kind(MODEL).collect();
    match models[..] {
        [one] => Ok(one),
        [] => {
            let kinds: BTreeSet<&str> = layers.iter().map(|layer| &*layer.media_type).collect();
            let kinds: Vec<&str> = kinds.into_iter().collect();
            Err(Error::Broken(format!(
                "{shown}: the tag holds no GGUF (it holds: {}), so it runs in the cloud or on another engine; pull a tag that is a GGUF",
                if kinds.is_empty() {
                    "nothing".into()
                } else {
                    some_of(&kinds)
                }
            )))
        }
        _ => Err(Error::Broken(format!(
            "{shown}: the tag holds {} model files where one is expected; give the path of the one to measure",
            models.len()
        ))),
    }
}

/// The size of a tag's blob, which must be what its manifest says.
fn check(name: &Name, path: &Path, expected: u64) -> Result<u64, Error> {
    let pull = format!("fetch it again with: ollama pull {name}");
    let name_of = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    if dangles(path)
        || std::fs::symlink_metadata(path).is_err_and(|e| e.kind() == ErrorKind::NotFound)
    {
        let why = if name_of("-partial").exists() {
            "was not downloaded to its end"
        } else {
            "is not there"
        };
        return Err(Error::Broken(format!(
            "{}: the model of {name} {why}; {pull}",
            shown(path)
        )));
    }
    let n_bytes = file_size(path)?;
    if n_bytes != expected {
        return Err(Error::Broken(format!(
            "{}: the model of {name} has {n_bytes} bytes where its manifest says {expected}; {pull}",
            shown(path)
        )));
    }
    Ok(n_bytes)
}
