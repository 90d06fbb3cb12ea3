//! Tests of the suite loader.

use std::fs;

use proptest::prelude::*;

use super::*;

/// A valid suite with every key, one a line.
const WHOLE: &str = r#"name = "mine"
description = "Mine"
precisions = ["native", "f16"]
[speed]
n_prompt = [128]
n_gen = [32]
n_depth = [0]
parallel = [1]
repetitions = 5
[perplexity]
corpora = ["held-out"]
n_ctx = 512
max_chunks = 8
[answers]
questions = ["quick"]
max_tokens = 256
parallel = 4
timed = 2
temperature = 0.7
top_p = 0.9
seed = 42
[numbers]
[fidelity]
baseline = "f32"
"#;

/// The message for [`WHOLE`] with one line replaced.
fn message(line: &str, replacement: &str) -> String {
    assert!(WHOLE.contains(line), "{line}");
    let source = WHOLE.replacen(line, replacement, 1);
    parse(&source, "my.toml")
        .expect_err(replacement)
        .to_string()
}

#[test]
fn every_key_is_read_and_written_back() {
    let suite = parse(WHOLE, "my.toml").unwrap();
    let json = serde_json::to_string(&suite).unwrap();
    assert_eq!(serde_json::from_str::<Suite>(&json).unwrap(), suite);
    insta::assert_snapshot!(json, @r#"{"name":"mine","description":"Mine","precisions":["native","f16"],"speed":{"n_prompt":[128],"n_gen":[32],"n_depth":[0],"parallel":[1],"repetitions":5},"perplexity":{"corpora":["held-out"],"n_ctx":512,"max_chunks":8},"answers":{"questions":["quick"],"max_tokens":256,"parallel":4,"timed":2,"temperature":0.7,"top_p":0.9,"seed":42},"numbers":{},"fidelity":{"baseline":"f32"}}"#);
}

#[test]
fn absent_sections_and_options_stay_absent() {
    let source = "name = \"a\"\nprecisions = [\"native\"]\n[answers]\nquestions = [\"quick\"]\nmax_tokens = 1\nparallel = 1\n";
    let suite = parse(source, "my.toml").unwrap();
    assert_eq!(suite.description, "");
    assert!(suite.speed.is_none() && suite.perplexity.is_none() && suite.fidelity.is_none());
    let answers = suite.answers.unwrap();
    assert_eq!(answers.timed, 3);
    assert_eq!(
        (answers.temperature, answers.top_p, answers.seed),
        (None, None, None)
    );
    assert_eq!(
        parse(
            &format!("\u{feff}{}", source.replace('\n', "\r\n")),
            "my.toml"
        )
        .unwrap()
        .name,
        "a"
    );
}

#[test]
fn the_embedded_suites_load_and_name_what_exists() {
    for name in SUITES {
        let suite = load_suite(name).unwrap();
        assert_eq!(suite.name, *name);
        assert!(!suite.description.is_empty(), "{name}");
        for corpus in &suite.perplexity.unwrap().corpora {
            crate::load_corpus(corpus).unwrap();
        }
        for questions in suite.answers.iter().flat_map(|answers| &answers.questions) {
            crate::load_questions(questions).unwrap();
        }
    }
}

#[test]
fn the_precision_grid_compares_settings_and_asks_nothing() {
    let suite = load_suite("precision-grid").unwrap();
    // The highest of all comes first: the others are compared with it.
    assert_eq!(suite.precisions[0], "f32:kv=f32:fa=off");
    assert_eq!(suite.fidelity, Some(FidelitySuite { baseline: None }));
    // Claims of ranges need the numbers of the file.
    assert!(suite.answers.is_none() && suite.numbers.is_some());
    let speed = suite.speed.unwrap();
    // Intervals need repetitions, and what a KV cache costs shows only where it is filled.
    assert!(speed.repetitions >= 5 && speed.n_depth.iter().any(|&depth| depth >= 512));
    for part in ["+f32", ":kv=f32", ":kv=bf16", ":kv=q8_0", ":fa=off"] {
        // Beside the same without it, so that the two show what it does.
        let pair = suite.precisions.iter().any(|name| {
            name.strip_suffix(part)
                .is_some_and(|rest| suite.precisions.iter().any(|other| other == rest))
        });
        assert!(pair, "{part}");
    }
}

#[test]
fn what_is_wrong_with_a_suite_is_said() {
    let mut found = Vec::new();
    for (line, replacement) in [
        ("name = \"mine\"", "name = mine"),
        ("name = \"mine\"", "name = \"a\"\nname = \"b\""),
        ("name = \"mine\"\n", ""),
        ("name = \"mine\"", "name = \" \""),
        ("name = \"mine\"", "name = 3"),
        ("description = \"Mine\"", "description = \"a\\nb\""),
        ("description = \"Mine\"", "descripton = \"a\""),
        ("precisions = [\"native\", \"f16\"]", "precisions = []"),
        ("precisions = [\"native\", \"f16\"]", "precisions = \"f16\""),
        (
            "precisions = [\"native\", \"f16\"]",
            "precisions = [\"f16\", \"f16\"]",
        ),
        ("precisions = [\"native\", \"f16\"]", "precisions = [\"\"]"),
        ("[speed]", "[sped]"),
        ("n_prompt = [128]", "n_promt = [128]"),
        ("n_prompt = [128]\n", ""),
        ("n_prompt = [128]", "n_prompt = 128"),
        ("n_prompt = [128]", "n_prompt = []"),
        ("n_prompt = [128]", "n_prompt = [128, 0]"),
        ("n_prompt = [128]", "n_prompt = [-1]"),
        ("n_prompt = [128]", "n_prompt = [4000000000]"),
        ("n_gen = [32]", "n_gen = [0]"),
        ("n_depth = [0]", "n_depth = []"),
        ("parallel = [1]", "parallel = [0]"),
        ("parallel = [1]", "parallel = [4, 1, 4]"),
        ("repetitions = 5", "repetitions = 0"),
        ("repetitions = 5", "repetitions = 2.5"),
        ("corpora = [\"held-out\"]", "corpora = []"),
        ("n_ctx = 512", "n_ctx = 1"),
        ("max_chunks = 8", "max_chunks = 0"),
        ("questions = [\"quick\"]", "questions = []"),
        ("max_tokens = 256", "max_tokens = 0"),
        ("parallel = 4", "parallel = 0"),
        ("timed = 2", "timed = -2"),
        ("temperature = 0.7", "temperature = -0.1"),
        ("temperature = 0.7", "temperature = nan"),
        ("top_p = 0.9", "top_p = 0"),
        ("top_p = 0.9", "top_p = 1.5"),
        ("seed = 42", "seed = -1"),
        ("seed = 42", "sead = 1"),
        ("baseline = \"f32\"", "baseline = \"\""),
        ("baseline = \"f32\"", "\"base\\u001bline\" = 1"),
    ] {
        found.push(message(line, replacement));
    }
    for source in [
        "",
        " \n",
        "name = \"a\"\nprecisions = [\"f32\"]\n",
        "speed = 3\n",
    ] {
        found.push(parse(source, "my.toml").expect_err(source).to_string());
    }
    insta::assert_snapshot!(found.join("\n"), @r#"
    my.toml:1: broken TOML: string values must be quoted, expected literal string
    my.toml:2: broken TOML: duplicate key
    my.toml:1: `suite`: missing field `name`
    my.toml:1: `name`: must not be empty
    my.toml:1: `name`: invalid type: integer `3`, expected a string
    my.toml:2: `description`: must be one line without control characters
    my.toml:2: unknown suite key `descripton` (did you mean `description`?); known: name, description, precisions, speed, perplexity, answers, numbers, fidelity
    my.toml:3: `precisions`: must list at least one value
    my.toml:3: `precisions`: invalid type: string "f16", expected a list
    my.toml:3: `precisions`: lists f16 twice
    my.toml:3: `precisions`: must not hold an empty name
    my.toml:4: unknown suite key `sped` (did you mean `speed`?); known: name, description, precisions, speed, perplexity, answers, numbers, fidelity
    my.toml:5: unknown suite key `n_promt` (did you mean `n_prompt`?); known: n_prompt, n_gen, n_depth, parallel, repetitions
    my.toml:4: `speed`: missing field `n_prompt`
    my.toml:5: `speed.n_prompt`: invalid type: integer `128`, expected a list
    my.toml:5: `speed.n_prompt`: must list at least one value
    my.toml:5: `speed.n_prompt`: must be at least 1, not 0
    my.toml:5: `speed.n_prompt`: invalid value: integer `-1`, expected a whole number, at least 0
    my.toml:5: `speed.n_prompt`: must be at most 2147483647, not 4000000000
    my.toml:6: `speed.n_gen`: must be at least 1, not 0
    my.toml:7: `speed.n_depth`: must list at least one value
    my.toml:8: `speed.parallel`: must be at least 1, not 0
    my.toml:8: `speed.parallel`: lists 4 twice
    my.toml:9: `speed.repetitions`: must be at least 1, not 0
    my.toml:9: `speed.repetitions`: invalid type: floating point `2.5`, expected a whole number, at least 0
    my.toml:11: `perplexity.corpora`: must list at least one value
    my.toml:12: `perplexity.n_ctx`: must be at least 2, not 1
    my.toml:13: `perplexity.max_chunks`: must be at least 1, not 0
    my.toml:15: `answers.questions`: must list at least one value
    my.toml:16: `answers.max_tokens`: must be at least 1, not 0
    my.toml:17: `answers.parallel`: must be at least 1, not 0
    my.toml:18: `answers.timed`: invalid value: integer `-2`, expected a whole number, at least 0
    my.toml:19: `answers.temperature`: must be 0 (greedy) or a number above it, not -0.1
    my.toml:19: `answers.temperature`: must be 0 (greedy) or a number above it, not NaN
    my.toml:20: `answers.top_p`: must be above 0 and at most 1, not 0
    my.toml:20: `answers.top_p`: must be above 0 and at most 1, not 1.5
    my.toml:21: `answers.seed`: invalid value: integer `-1`, expected a whole number, at least 0
    my.toml:21: unknown suite key `sead` (did you mean `seed`?); known: questions, max_tokens, parallel, timed, temperature, top_p, seed
    my.toml:24: `fidelity.baseline`: must not hold an empty name
    my.toml:24: unknown suite key `base\u{1b}line` (did you mean `baseline`?); known: baseline
    my.toml: nothing in it; a suite has at least a name, precisions and one section
    my.toml: nothing in it; a suite has at least a name, precisions and one section
    my.toml:1: `suite`: nothing to run; add a section: speed, perplexity, answers or numbers
    my.toml:1: `speed`: must be a section; write [speed] on a line of its own
    "#);
}

#[test]
fn what_is_wrong_with_a_suite_file_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let place = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    fs::write(place("cp949.toml"), b"name = \"\n\xb0\xa1\"").unwrap();
    let mut found = Vec::new();
    for name in ["cp949.toml", "none.toml", "", "none"] {
        found.push(load_suite(&place(name)).unwrap_err().to_string());
    }
    for name in ["standart", "모음", "my.yaml", "my.toml"] {
        found.push(load_suite(name).unwrap_err().to_string());
    }
    let root = format!("{}/", dir.path().display());
    insta::assert_snapshot!(found.join("\n").replace(&root, "DIR/"), @r#"
    DIR/cp949.toml:2: not UTF-8; save the file as UTF-8 (Korean Windows programs often save CP949)
    DIR/none.toml: no such file; check the path, or name an embedded suite: quick, standard, full, precision-grid
    DIR/: cannot be read: it is a directory; give a file in it
    DIR/none: no such file; check the path, or name an embedded suite: quick, standard, full, precision-grid
    unknown suite `standart` (did you mean `standard`?); known: quick, standard, full, precision-grid; for a file, give its path
    unknown suite `모음`; known: quick, standard, full, precision-grid; for a file, give its path
    unknown suite `my.yaml`; known: quick, standard, full, precision-grid; for a file, give its path
    my.toml: no such file; check the path, or name an embedded suite: quick, standard, full, precision-grid
    "#);
    fs::write(place("mine.toml"), WHOLE).unwrap();
    assert_eq!(load_suite(&place("mine.toml")).unwrap().name, "mine");
}

proptest! {
    #[test]
    fn no_bytes_panic_and_every_error_is_one_line(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        from in 0..WHOLE.len(),
        length in 0_usize..40,
        insert in "[\\[\\]={}\"'a-f0-9.,\\n\u{1b}가]{0,8}",
    ) {
        let mut near_miss = WHOLE.to_owned();
        near_miss.replace_range(from..(from + length).min(WHOLE.len()), &insert);
        for source in [String::from_utf8_lossy(&bytes).into_owned(), near_miss] {
            if let Err(error) = parse(&source, "my.toml") {
                let message = error.to_string();
                prop_assert!(!message.chars().any(char::is_control), "{message:?}");
            }
        }
    }
}

#[test]
fn the_readmes_example_loads() {
    let (_, section) = include_str!("../../README.md")
        .split_once("## Suites")
        .unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let example: String = section
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .map(|line| format!("{line}\n"))
        .collect();
    let suite = parse(&example, "README.md").unwrap();
    assert!(suite.speed.is_some() && suite.perplexity.is_some());
    assert!(suite.answers.is_some() && suite.fidelity.is_some());
}
