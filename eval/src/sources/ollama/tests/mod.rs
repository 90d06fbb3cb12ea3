//! Stores of every layout, whole and broken, built from the formats.

mod broken;
mod whole;

use super::*;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

const NEW: &str = "manifests-v2/ollama.com/library";
const OLD: &str = "manifests/registry.ollama.ai/library";
const MODEL: &str = "application/vnd.ollama.image.model";

struct Built {
    dir: tempfile::TempDir,
}

impl Built {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("blobs")).unwrap();
        Self { dir }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.dir.path().join(below)
    }

    fn environment(&self) -> Environment {
        Environment {
            ollama_models: Some(self.dir.path().to_owned()),
            ..Environment::default()
        }
    }

    /// Stores content; returns its digest.
    fn blob(&self, content: &[u8]) -> String {
        let hash = Sha256::digest(content);
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        std::fs::write(self.path(&format!("blobs/sha256-{hex}")), content).unwrap();
        format!("sha256:{hex}")
    }

    fn blob_path(&self, digest: &str) -> PathBuf {
        self.path(&format!("blobs/{}", digest.replace(':', "-")))
    }

    fn layer(&self, kind: &str, content: &[u8]) -> Value {
        json!({"mediaType": kind, "digest": self.blob(content), "size": content.len()})
    }

    fn manifest(&self, model: &str) -> Value {
        manifest(vec![self.layer(MODEL, model.as_bytes())])
    }

    fn write(&self, below: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(below);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// A tag of the older layout.
    fn old(&self, tag: &str, manifest: &Value) -> PathBuf {
        self.write(
            &format!("{OLD}/{}", tag.replace(':', "/")),
            manifest.to_string(),
        )
    }

    /// A tag of the newer layout: a link as Ollama makes it.
    fn new_link(&self, tag: &str, manifest: &Value) -> PathBuf {
        let digest = self.blob(manifest.to_string().as_bytes());
        let path = self.path(&format!("{NEW}/{}", tag.replace(':', "/")));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let blob = format!("../../../../blobs/{}", digest.replace(':', "-"));
        symlink(blob, &path).unwrap();
        path
    }

    fn find(&self, name: &str) -> Result<Tag, Error> {
        find(name, &self.environment())
    }

    /// The content of the model that a name leads to.
    #[track_caller]
    fn content(&self, name: &str) -> String {
        std::fs::read_to_string(self.find(name).unwrap().path).unwrap()
    }

    /// The one line that says why there is no model, with the store's folder left out.
    #[track_caller]
    fn why(&self, name: &str) -> String {
        let error = self.find(name).unwrap_err().to_string();
        assert!(
            !error.contains(char::is_control) && error.len() < 2000,
            "{error:?}"
        );
        error.replace(self.dir.path().to_str().unwrap(), "STORE")
    }

    fn list(&self) -> Listing {
        let mut listing = Listing::default();
        list(&self.environment(), &mut listing);
        listing
    }
}

fn manifest(layers: Vec<Value>) -> Value {
    json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "digest": "", "size": 0},
        "layers": layers,
    })
}

fn list_of(children: Vec<Value>) -> Value {
    json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.ollama.manifest.list.v2+json",
        "manifests": children,
    })
}

fn for_runner(mut child: Value, runner: &str) -> Value {
    child["runner"] = json!(runner);
    child
}
