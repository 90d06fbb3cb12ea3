//! Tags that are found, and their settings.

use super::*;

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
