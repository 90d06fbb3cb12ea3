//! Stores of every layout, whole and broken, built from the formats.

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

#[test]
fn the_three_tags_are_found_in_every_layout() {
    let built = Built::new();
    let tags = [
        "llama3.2:3b",
        "llama3.2:3b-instruct-fp16",
        "llama3.2:3b-text-fp16",
    ];
    built.old(tags[0], &built.manifest("general"));
    built.new_link(tags[1], &built.manifest("instruct"));
    // Where a link cannot be made Ollama copies.
    let copy = built.manifest("text").to_string();
    built.write(&format!("{NEW}/llama3.2/3b-text-fp16"), copy);
    let found = tags.map(|tag| built.content(tag));
    assert_eq!(found, ["general", "instruct", "text"]);
    let listing = built.list();
    let sources: Vec<&str> = listing.models.iter().map(|model| &*model.source).collect();
    assert_eq!(sources, tags.map(|tag| format!("ollama:{tag}")));
    assert_eq!(listing.models[0].n_bytes, 7);
    assert!(listing.problems.is_empty());
}

#[test]
fn hard_links_other_registries_and_defaults() {
    let built = Built::new();
    let digest = built.blob(built.manifest("hard").to_string().as_bytes());
    std::fs::create_dir_all(built.path(&format!("{NEW}/a"))).unwrap();
    let link = built.path(&format!("{NEW}/a/latest"));
    std::fs::hard_link(built.blob_path(&digest), link).unwrap();
    assert_eq!(built.content("a"), "hard");
    assert_eq!(built.content("ollama.com/library/a:latest"), "hard");

    let elsewhere = [
        ("manifests/ollama.com/library/b/latest", "b", "early"),
        (
            "manifests/hf.co/me/c-GGUF/Q8_0",
            "hf.co/me/c-GGUF:Q8_0",
            "hub",
        ),
        ("manifests-v2/ollama.com/me/d/latest", "me/d", "mine"),
    ];
    for (path, name, content) in elsewhere {
        built.write(path, built.manifest(content).to_string());
        assert_eq!(built.content(name), content);
    }
    assert_eq!(built.list().models.len(), 4);
}

#[test]
fn the_newer_layout_goes_first_and_a_dangling_link_of_it_last() {
    let built = Built::new();
    built.old("a:b", &built.manifest("old"));
    let link = built.new_link("a:b", &built.manifest("new"));
    assert_eq!(built.content("a:b"), "new");
    assert_eq!(built.list().models.len(), 1);

    std::fs::remove_file(std::fs::canonicalize(&link).unwrap()).unwrap();
    assert_eq!(built.content("a:b"), "old");
    assert!(built.list().problems.is_empty());

    std::fs::remove_file(built.path(&format!("{OLD}/a/b"))).unwrap();
    let expected = "STORE/manifests-v2/ollama.com/library/a/b: a link to a manifest that is not there; fetch it again with: ollama pull a:b";
    assert_eq!(built.why("a:b"), expected);
    assert_eq!(built.list().problems.len(), 1);
}

#[test]
fn of_a_list_the_variant_for_llama_cpp_is_taken() {
    let built = Built::new();
    let children = |runners: &[&str]| {
        let child = |runner: &&str| for_runner(built.manifest(runner), runner);
        list_of(runners.iter().map(child).collect())
    };
    built.new_link("a:inline", &children(&["mlx", "ollama", "LlamaCpp"]));
    assert_eq!(built.content("a:inline"), "LlamaCpp");
    built.new_link("a:second", &children(&["mlx", "ollama"]));
    assert_eq!(built.content("a:second"), "ollama");
    built.old("a:any", &children(&["mlx", ""]));
    assert_eq!(built.content("a:any"), "");

    let mlx = built.new_link("a:mlx", &children(&["mlx"]));
    let why = built.why("a:mlx");
    assert!(
        why.contains("no variant for llama.cpp (it is for: mlx)"),
        "{why}"
    );
    assert!(mlx.exists());
}

#[test]
fn a_child_may_be_named_by_its_digest() {
    let built = Built::new();
    let child = built.blob(built.manifest("child").to_string().as_bytes());
    let reference = |digest: &str| {
        list_of(vec![
            json!({"mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "digest": digest, "runner": "llamacpp", "format": "gguf"}),
        ])
    };
    built.new_link("a:b", &reference(&child));
    assert_eq!(built.content("a:b"), "child");

    let path = built.blob_path(&child);
    std::fs::write(&path, built.manifest("changed").to_string()).unwrap();
    assert!(
        built
            .why("a:b")
            .contains("its content is not what its name promises")
    );
    std::fs::remove_file(&path).unwrap();
    assert!(
        built
            .why("a:b")
            .contains("is not there; fetch the model again")
    );
    for bad in ["sha256:../../../etc/passwd", "/etc/passwd", "sha256:ab", ""] {
        built.old("a:bad", &reference(bad));
        let why = built.why("a:bad");
        assert!(
            why.contains("is no SHA-256 digest; pull the tag again"),
            "{why}"
        );
    }
    let nested = built.blob(list_of(vec![]).to_string().as_bytes());
    built.old("a:nested", &reference(&nested));
    assert!(
        built
            .why("a:nested")
            .contains("a list of manifests within another")
    );
}

#[test]
fn a_missing_or_wrong_blob_says_so() {
    let built = Built::new();
    built.old("a:b", &built.manifest("model"));
    let blob = built.find("a:b").unwrap().path;

    std::fs::write(&blob, "mod").unwrap();
    let why = built.why("a:b");
    assert!(
        why.ends_with("the model of a:b has 3 bytes where its manifest says 5; fetch it again with: ollama pull a:b"),
        "{why}"
    );
    std::fs::remove_file(&blob).unwrap();
    let why = built.why("a:b");
    assert!(
        why.starts_with("STORE/blobs/sha256-") && why.contains("is not there; fetch"),
        "{why}"
    );

    let partial = format!("{}-partial", blob.display());
    std::fs::write(partial, "mo").unwrap();
    assert!(built.why("a:b").contains("was not downloaded to its end"));
    std::fs::create_dir(&blob).unwrap();
    assert!(built.why("a:b").contains("is not a regular file"));
    assert_eq!(built.list().problems.len(), 1);
}

#[test]
fn damaged_manifests_are_told_and_the_rest_is_listed() {
    let built = Built::new();
    built.old("good:1", &built.manifest("good"));
    let digest = format!("sha256:{}", "0".repeat(64));
    let cases = [
        ("cut", "{\"layers\": [".into(), "no manifest of Ollama"),
        ("empty", String::new(), "no manifest of Ollama"),
        ("binary", "\u{1b}[2J\0".into(), "no manifest of Ollama"),
        ("deep", "[".repeat(100_000), "no manifest of Ollama"),
        ("huge", " ".repeat(10 << 20), "more than the 4096 KiB"),
        (
            "null",
            manifest(vec![]).to_string().replace("[]", "null"),
            "it holds: nothing",
        ),
        (
            "negative",
            manifest(vec![
                json!({"mediaType": MODEL, "digest": digest, "size": -1}),
            ])
            .to_string(),
            "no manifest",
        ),
        (
            "tensors",
            manifest(vec![
                built.layer("application/vnd.ollama.image.tensor\u{1b}", b"t"),
            ])
            .to_string(),
            "it holds: application/vnd.ollama.image.tensor\\u{1b}",
        ),
        (
            "twice",
            manifest(vec![built.layer(MODEL, b"1"), built.layer(MODEL, b"2")]).to_string(),
            "2 model files",
        ),
        (
            "adapted",
            manifest(vec![
                built.layer(MODEL, b"1"),
                built.layer("application/vnd.ollama.image.adapter", b"2"),
            ])
            .to_string(),
            "adapter",
        ),
        (
            "outside",
            manifest(vec![
                json!({"mediaType": MODEL, "digest": "sha256:/etc/passwd", "size": 1}),
            ])
            .to_string(),
            "no SHA-256 digest",
        ),
    ];
    for (tag, content, expected) in &cases {
        built.write(&format!("{OLD}/bad/{tag}"), content);
        let why = built.why(&format!("bad:{tag}"));
        assert!(
            why.contains(expected) && why.contains(&format!("bad/{tag}")),
            "{tag}: {why}"
        );
    }
    let listing = built.list();
    assert_eq!(listing.models.len(), 1);
    assert_eq!(listing.problems.len(), cases.len());
    assert!(
        listing
            .problems
            .iter()
            .all(|line| !line.contains(char::is_control))
    );
}

#[test]
fn an_unknown_tag_names_those_that_are_there() {
    let built = Built::new();
    assert_eq!(
        built.why("llama3.2"),
        "ollama:llama3.2:latest: no such tag in STORE; it is empty; fetch it with: ollama pull llama3.2:latest"
    );
    for tag in ["aya:8b", "llama3.2:1b", "llama3.2:3b"] {
        built.old(tag, &built.manifest(tag));
    }
    assert_eq!(
        built.why("llama3.2:3n"),
        "ollama:llama3.2:3n: no such tag in STORE; there are: llama3.2:1b, llama3.2:3b, aya:8b; did you mean ollama:llama3.2:3b? Otherwise fetch it with: ollama pull llama3.2:3n"
    );
    assert_eq!(built.content("LLAMA3.2:3B"), "llama3.2:3b");
}

#[test]
fn no_store_says_where_one_was_looked_for() {
    let dir = tempfile::tempdir().unwrap();
    let environment = Environment {
        home: Some(dir.path().join("home")),
        ollama_service: Some(dir.path().join("service")),
        ..Environment::default()
    };
    let error = find("a", &environment).unwrap_err().to_string();
    assert!(error.contains("no store of Ollama here") && error.contains("home/.ollama/models and"));

    // The service's store is looked into beside one's own.
    let built = Built::new();
    built.old("a:b", &built.manifest("service"));
    std::fs::create_dir_all(dir.path().join("home/.ollama/models")).unwrap();
    let both = Environment {
        ollama_service: built.environment().ollama_models,
        ..environment
    };
    assert_eq!(find("a:b", &both).unwrap().n_bytes, 7);
}

#[test]
fn hostile_names_in_a_store_are_passed_over_with_a_line() {
    let built = Built::new();
    built.old("good:1", &built.manifest("good"));
    built.write(&format!("{OLD}/a/b\u{1b}[31m"), "{}");
    built.write(&format!("{OLD}/-rf/b"), "{}");
    built.write(&format!("{OLD}/.DS_Store"), "");
    built.write(&format!("{OLD}/good/.manifest-1"), "");
    let bytes = std::os::unix::ffi::OsStrExt::from_bytes(b"\xff");
    std::fs::write(
        built.path(OLD).join("good").join::<&std::ffi::OsStr>(bytes),
        "",
    )
    .unwrap();
    symlink("..", built.path(OLD).join("good/loop")).unwrap();
    let listing = built.list();
    assert_eq!(listing.models.len(), 1);
    assert_eq!(listing.problems.len(), 3, "{:?}", listing.problems);
    assert!(
        listing
            .problems
            .iter()
            .all(|line| !line.contains(char::is_control))
    );
}

#[test]
fn a_link_out_of_the_store_is_no_manifest() {
    let built = Built::new();
    std::fs::create_dir_all(built.path(&format!("{OLD}/a"))).unwrap();
    symlink("/etc/passwd", built.path(&format!("{OLD}/a/b"))).unwrap();
    let why = built.why("a:b");
    assert!(
        why.contains("no manifest of Ollama") && !why.contains("root:"),
        "{why}"
    );
    symlink("/dev/zero", built.path(&format!("{OLD}/a/zero"))).unwrap();
    assert!(built.why("a:zero").contains("is not a regular file"));
}

#[test]
fn settings_are_the_tags_own() {
    let built = Built::new();
    let of_kind = |kind: &str, content: &str| {
        built.layer(
            &format!("application/vnd.ollama.image.{kind}"),
            content.as_bytes(),
        )
    };
    let parameters =
        r#"{"temperature": 0.6, "stop": ["<|eot_id|>"], "num_ctx": 4096, "mirostat": 1}"#;
    let layers = vec![
        built.layer(MODEL, b"m"),
        of_kind("system", "짧게 답하세요."),
        of_kind("params", parameters),
        of_kind("template", "{{ .Prompt }}"),
    ];
    built.old("a:b", &manifest(layers.clone()));
    let settings = built.find("a:b").unwrap().settings().unwrap();
    assert_eq!(settings.system.as_deref(), Some("짧게 답하세요."));
    assert_eq!(settings.parameters.temperature, Some(0.6));
    assert_eq!(settings.parameters.top_p, None);
    assert_eq!(settings.parameters.num_ctx, Some(4096));
    assert_eq!(settings.parameters.stop, ["<|eot_id|>"]);
    assert_eq!(settings.parameters.other["mirostat"], 1);

    built.old("plain:1", &built.manifest("m"));
    let plain = built.find("plain:1").unwrap().settings().unwrap();
    assert_eq!(plain, Settings::default());

    let bad = vec![layers[0].clone(), of_kind("params", "{\"stop\": 1}")];
    built.old("bad:1", &manifest(bad));
    let error = built
        .find("bad:1")
        .unwrap()
        .settings()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("no sampling parameters of Ollama"),
        "{error}"
    );
    std::fs::remove_file(Path::new(&built.find("a:b").unwrap().system.unwrap())).unwrap();
    let error = built
        .find("a:b")
        .unwrap()
        .settings()
        .unwrap_err()
        .to_string();
    assert!(error.contains("is not there"), "{error}");
}
