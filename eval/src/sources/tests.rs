//! The Hugging Face cache, LM Studio's folder, llama.cpp's, and all of them together.

use super::*;
use std::os::unix::fs::symlink;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

struct Home {
    dir: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.dir.path().join(below)
    }

    fn environment(&self) -> Environment {
        Environment {
            home: Some(self.dir.path().to_owned()),
            ..Environment::default()
        }
    }

    fn write(&self, below: &str, content: &str) -> PathBuf {
        let path = self.path(below);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// A file of `me/repo` in the Hub's cache, a link to a blob as its client makes it.
    fn cached(&self, commit: &str, file: &str, content: &str) -> PathBuf {
        let repo = ".cache/huggingface/hub/models--me--repo";
        let blob = self.write(
            &format!("{repo}/blobs/{commit}-{}", file.replace('/', "-")),
            content,
        );
        let path = self.path(&format!("{repo}/snapshots/{commit}/{file}"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(blob, &path).unwrap();
        path
    }

    fn main_is(&self, commit: &str) {
        self.write(".cache/huggingface/hub/models--me--repo/refs/main", commit);
    }

    fn find(&self, typed: &str) -> Result<Found, Error> {
        find(typed, &self.environment())
    }

    #[track_caller]
    fn content(&self, typed: &str) -> String {
        std::fs::read_to_string(self.find(typed).unwrap().path).unwrap()
    }

    #[track_caller]
    fn why(&self, typed: &str) -> String {
        let error = self.find(typed).unwrap_err().to_string();
        assert!(
            !error.contains(char::is_control) && error.len() < 2000,
            "{error:?}"
        );
        error.replace(self.dir.path().to_str().unwrap(), "HOME")
    }
}

#[test]
fn the_newest_snapshot_is_the_one_of_main() {
    let home = Home::new();
    home.cached(COMMIT, "m.gguf", "main");
    home.cached("fedcba", "m.gguf", "other");
    home.cached("fedcba", "only-here.gguf", "older");
    home.main_is(COMMIT);
    assert_eq!(home.content("hf:me/repo/m.gguf"), "main");
    assert_eq!(home.content("hf:me/repo/only-here.gguf"), "older");
    home.main_is("fedcba\n");
    assert_eq!(home.content("hf:me/repo/m.gguf"), "other");
    let listing = all(&home.environment());
    let sources: Vec<&str> = listing.models.iter().map(|model| &*model.source).collect();
    assert_eq!(sources, ["hf:me/repo/m.gguf", "hf:me/repo/only-here.gguf"]);
}

#[test]
fn what_is_not_there_comes_with_the_command_that_downloads_it() {
    let home = Home::new();
    assert_eq!(
        home.why("hf:me/repo/m-Q4_K_M.gguf"),
        "hf:me/repo/m-Q4_K_M.gguf: not on this machine; download it with: hf download me/repo m-Q4_K_M.gguf"
    );
    home.cached(COMMIT, "m-Q8_0.gguf", "x");
    assert_eq!(
        home.why("hf:me/repo/m-Q4_K_M.gguf"),
        "hf:me/repo/m-Q4_K_M.gguf: not on this machine; of that repository there are: m-Q8_0.gguf; did you mean hf:me/repo/m-Q8_0.gguf? Otherwise download it with: hf download me/repo m-Q4_K_M.gguf"
    );
    let quoted = home.why("hf:me/repo/a '$(rm).gguf");
    assert!(
        quoted.ends_with(r"hf download me/repo 'a '\''$(rm).gguf'"),
        "{quoted}"
    );
}

#[test]
fn a_link_of_the_cache_that_leads_to_nothing_is_told() {
    let home = Home::new();
    let link = home.cached(COMMIT, "m.gguf", "x");
    home.main_is(COMMIT);
    std::fs::remove_file(std::fs::read_link(&link).unwrap()).unwrap();
    let why = home.why("hf:me/repo/m.gguf");
    let expected = "m.gguf: a link to content that is not there; fetch it again with: hf download me/repo m.gguf";
    assert!(why.ends_with(expected), "{why}");
    assert_eq!(all(&home.environment()).problems.len(), 1);
    home.cached("fedcba", "m.gguf", "whole");
    assert_eq!(home.content("hf:me/repo/m.gguf"), "whole");
    assert!(all(&home.environment()).problems.is_empty());
}

#[test]
fn a_split_in_a_folder_of_a_repository() {
    let home = Home::new();
    home.cached(COMMIT, "Q8_0/m-00001-of-00002.gguf", "one");
    let name = "hf:me/repo/Q8_0/m-00001-of-00002.gguf";
    assert!(
        home.why(name)
            .contains("1 of its 2 parts are missing (m-00002-of-00002.gguf)")
    );
    assert_eq!(all(&home.environment()).problems.len(), 1);
    home.cached(COMMIT, "Q8_0/m-00002-of-00002.gguf", "three");
    assert_eq!(home.content("hf:me/repo/Q8_0/m-00002-of-00002.gguf"), "one");
    let listing = all(&home.environment());
    assert_eq!(listing.models.len(), 1);
    assert_eq!(
        (&*listing.models[0].source, listing.models[0].n_bytes),
        (name, 8)
    );
}

#[test]
fn lm_studio_and_llama_cpp_keep_files_of_the_hub_too() {
    let home = Home::new();
    home.write(".lmstudio/models/me/repo/studio.gguf", "studio");
    home.write(".lmstudio/models/me/repo/mmproj-studio.gguf", "projector");
    home.write(".cache/lm-studio/models/me/old/old.gguf", "old");
    let flat = home.write(".cache/llama.cpp/me_repo_flat.gguf", "flat");
    home.write(".cache/llama.cpp/me_repo_flat.gguf.etag", "etag");
    assert_eq!(home.content("hf:me/repo/studio.gguf"), "studio");
    assert_eq!(home.content("hf:me/old/old.gguf"), "old");
    // llama.cpp's own folder on other systems than Linux is another.
    if cfg!(target_os = "linux") {
        assert_eq!(home.content("hf:me/repo/flat.gguf"), "flat");
        let listing = all(&home.environment());
        let sources: Vec<&str> = listing.models.iter().map(|model| &*model.source).collect();
        let flat = flat.to_str().unwrap();
        assert_eq!(
            sources,
            ["hf:me/repo/studio.gguf", "hf:me/old/old.gguf", flat]
        );
        for model in &listing.models {
            assert_eq!(home.find(&model.source).unwrap().path, model.path);
        }
    }
}

#[test]
fn a_file_that_two_programs_keep_is_named_by_its_path_the_second_time() {
    let home = Home::new();
    home.cached(COMMIT, "m.gguf", "hub");
    let studio = home.write(".lmstudio/models/me/repo/m.gguf", "studio");
    let listing = all(&home.environment());
    assert_eq!(listing.models[0].source, "hf:me/repo/m.gguf");
    assert_eq!(listing.models[1].source, studio.to_str().unwrap());
    for model in &listing.models {
        assert_eq!(home.find(&model.source).unwrap().path, model.path);
    }
}

#[test]
fn names_that_would_leave_the_cache_are_refused() {
    let home = Home::new();
    let huge = format!("me/repo/{}.gguf", "x".repeat(10 << 20));
    for name in [
        "",
        "me",
        "me/repo",
        "me/repo/",
        "me/repo/m.bin",
        "../repo/m.gguf",
        "me/../m.gguf",
        "me/repo/../../m.gguf",
        "me/repo//etc/m.gguf",
        "/etc/passwd/m.gguf",
        "me/repo/a\u{1b}[2J.gguf",
        "me/repo/a\u{202e}.gguf",
        "me/repo/-o.gguf",
        "me--x/repo/m.gguf",
        &huge,
    ] {
        let error = find(&format!("hf:{name}"), &home.environment()).unwrap_err();
        let error = error.to_string();
        assert!(error.starts_with("hf:") && error.len() < 2000, "{error}");
        assert!(
            !error.contains(char::is_control) && !error.contains("download it"),
            "{error}"
        );
    }
}

#[test]
fn hostile_files_in_a_cache_do_not_end_the_listing() {
    use std::os::unix::ffi::OsStrExt;
    let home = Home::new();
    home.cached(COMMIT, "good.gguf", "good");
    home.cached(COMMIT, "b\u{1b}[2J.gguf", "odd name");
    let bytes = std::ffi::OsStr::from_bytes(b"\xff.gguf");
    let folder = home.path(".lmstudio/models/me/repo");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(bytes), "x").unwrap();
    symlink("loop.gguf", folder.join("loop.gguf")).unwrap();
    symlink("..", folder.join("up")).unwrap();
    home.write(
        ".cache/huggingface/hub/models--me--repo/refs/main",
        &"x".repeat(5000),
    );
    let listing = all(&home.environment());
    assert!(
        listing
            .problems
            .iter()
            .all(|line| !line.contains(char::is_control))
    );
    let problems = listing.problems.join("\n");
    for expected in [
        "refs/main: has more than",
        "not UTF-8",
        "loop.gguf: cannot be read",
    ] {
        assert!(problems.contains(expected), "{expected}: {problems}");
    }
}

#[test]
fn what_was_meant_is_said() {
    let home = Home::new();
    let why = home.why("olama:llama3.2");
    assert!(
        why.contains("a tag of Ollama is written ollama:MODEL:TAG"),
        "{why}"
    );
    let manifest = home.path(".ollama/models/manifests/registry.ollama.ai/library/a/b");
    std::fs::create_dir_all(manifest.parent().unwrap()).unwrap();
    let digest = format!("sha256:{}", "0".repeat(64));
    let layer = format!(
        r#"{{"mediaType":"application/vnd.ollama.image.model","digest":"{digest}","size":1}}"#
    );
    std::fs::write(manifest, format!(r#"{{"layers":[{layer}]}}"#)).unwrap();
    home.write(
        &format!(".ollama/models/blobs/{}", digest.replace(':', "-")),
        "m",
    );
    assert_eq!(
        home.why("a:b"),
        "a:b: no such file; did you mean ollama:a:b?"
    );
    let found = home.find("ollama:a:b").unwrap();
    assert_eq!(found.sha256.as_deref(), digest.strip_prefix("sha256:"));
    // A path is left to its cells, whatever is there.
    assert_eq!(
        home.find("no:such.gguf").unwrap().path,
        Path::new("no:such.gguf")
    );
    assert_eq!(home.find("nowhere").unwrap().path, Path::new("nowhere"));
}
