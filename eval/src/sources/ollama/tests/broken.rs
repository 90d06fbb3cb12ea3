//! Stores that are broken or hostile: one line each, and the rest is still found.

use super::*;

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
