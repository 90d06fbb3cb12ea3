//! Bad input: one clear line, a failed row, the right exit status, and the other cells still run.

mod common;

use common::{Place, failures, has_report};
use eval::engine::tiny::Shape;

const QUICK: [&str; 2] = ["--suite", "small.toml"];

const SMALL: &str = "name = 'small'\nprecisions = ['native']\n[speed]\nn_prompt = [8]\nn_gen = [2]\nn_depth = [0]\nparallel = [1]\nrepetitions = 1\n";

fn place() -> Place {
    let place = Place::new();
    place.write("small.toml", SMALL);
    place
}

/// Runs a good model beside a bad one: the good one must be measured, the bad one must be a row.
#[track_caller]
fn bad_model(place: &Place, bad: &str, words: &[&str]) {
    let good = place.tiny("good.gguf", &Shape::default());
    let out = format!("run-{}", words[0].len());
    let (bad, good) = (format!("bad={bad}"), format!("good={good}"));
    let ran = place
        .run(&[&["run", &bad, &good, "--out", &out], &QUICK[..]].concat())
        .expect(1);
    let records = place.records(&out);
    let reasons = failures(&records);
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    for word in words {
        assert!(reasons[0].contains(word), "{word}: {}", reasons[0]);
    }
    known(reasons[0]);
    assert!(
        !reasons[0].contains('\n') && ran.stdout.contains(reasons[0].split(';').next().unwrap())
    );
    let rows = place.csv(&out, "summary.csv");
    let status: Vec<&str> = rows
        .iter()
        .flat_map(|row| {
            row.iter()
                .filter(|(key, _)| key == "status")
                .map(|(_, value)| value.as_str())
        })
        .collect();
    assert_eq!(status, ["failed", "complete"]);
    assert!(has_report(&place.path(&out)));
}

/// The report says it in Korean too.
#[track_caller]
fn known(reason: &str) {
    assert!(reports::reason::in_korean(reason).is_some(), "{reason}");
}

#[test]
fn a_file_that_is_not_there() {
    bad_model(
        &place(),
        "nowhere.gguf",
        &["nowhere.gguf", "no such file", "check the path"],
    );
}

#[test]
fn a_file_that_is_not_gguf() {
    let place = place();
    let page = place.write("page.gguf", "<html>not found</html>");
    bad_model(&place, &page, &["page.gguf", "not a GGUF file", "<htm"]);
    bad_model(
        &place,
        &place.write("empty.gguf", ""),
        &["empty.gguf", "0 bytes"],
    );
}

#[test]
fn a_gguf_cut_at_any_byte() {
    let place = place();
    let whole = std::fs::read(place.tiny("whole.gguf", &Shape::default())).unwrap();
    let describe = |length: usize| {
        let path = place.write("cut.gguf", &whole[..length]);
        eval::engine::log::install();
        eval::engine::gguf::describe(std::path::Path::new(&path))
    };
    assert!(describe(whole.len()).is_ok());
    // Every byte of the header's beginning, then a sample of the rest up to the very last byte.
    let cuts = (0..400)
        .chain((400..whole.len()).step_by(whole.len() / 60))
        .chain([whole.len() - 1]);
    for cut in cuts {
        let error = describe(cut).expect_err("a cut file is not whole").0;
        assert!(
            error.contains("cut.gguf") && !error.contains('\n'),
            "{cut}: {error}"
        );
    }
    place.write("cut.gguf", &whole[..whole.len() / 2]);
    bad_model(
        &place,
        "cut.gguf",
        &["cut.gguf", "cut short", "fetch the file again"],
    );
}

#[test]
fn a_vocabulary_without_weights() {
    let place = place();
    let path = place.tiny(
        "vocab.gguf",
        &Shape {
            with_tensors: false,
            ..Shape::default()
        },
    );
    bad_model(&place, &path, &["vocab.gguf", "vocabulary", "weights"]);
}

#[test]
fn an_architecture_that_the_engine_does_not_know() {
    let place = place();
    let shape = Shape {
        architecture: "gpt9".into(),
        ..Shape::default()
    };
    let path = place.tiny("odd.gguf", &shape);
    bad_model(&place, &path, &["odd.gguf", "gpt9", "architecture"]);
}

#[test]
fn a_model_that_cannot_fit_in_memory_is_not_loaded() {
    let place = place();
    let good = place.tiny("m.gguf", &Shape::default());
    // The context alone is beyond any machine: 2^31 tokens in all.
    let suite = SMALL.replace("n_depth = [0]", "n_depth = [2000000000]");
    place.write("huge.toml", suite);
    place
        .run(&["run", &good, "--suite", "huge.toml", "--out", "run"])
        .expect(1);
    let records = place.records("run");
    let reasons = failures(&records);
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    assert!(
        reasons[0].contains("m.gguf") || reasons[0].contains("context"),
        "{reasons:?}"
    );
    let loaded = records
        .iter()
        .any(|record| matches!(record.fact, reports::record::Fact::Speed(_)));
    assert!(!loaded);
}

#[test]
fn weights_larger_than_memory_are_said_before_loading() {
    let place = place();
    // 64 layers of 16,384: about 550 GB, all of it a hole in the file.
    let shape = Shape {
        n_embd: 16_384,
        n_ff: 32_768,
        n_layer: 64,
        n_head: 64,
        n_head_kv: 8,
        with_values: false,
        ..Shape::default()
    };
    let path = place.tiny("giant.gguf", &shape);
    bad_model(
        &place,
        &path,
        &["giant.gguf", "GiB of memory", "not loaded"],
    );
}

#[test]
fn a_text_too_short_for_perplexity_fails_that_stage_alone() {
    let place = Place::new();
    let model = place.tiny("m.gguf", &Shape::default());
    let text = place.write("short.txt", "짧은 글입니다.\n");
    let arguments = [
        "run",
        &model,
        "--suite",
        "suite.toml",
        "--precision",
        "native",
        "--corpus",
        &text,
        "--out",
        "run",
    ];
    place.run(&arguments).expect(1);
    let records = place.records("run");
    let reasons = failures(&records);
    assert!(
        reasons.len() == 1 && reasons[0].contains("too short"),
        "{reasons:?}"
    );
    known(reasons[0]);
    assert_eq!(place.csv("run", "answers.csv").len(), 20);
}

#[test]
fn question_files_name_the_line() {
    let place = Place::new();
    let model = place.tiny("m.gguf", &Shape::default());
    let good = "{\"question\": \"왜?\"}\n";
    let cases = [
        (format!("{good}{{\"question\": \n"), "2"),
        (format!("{good}{{\"id\": \"a\"}}\n"), "question"),
        (
            "{\"id\":\"a\",\"question\":\"b\"}\n{\"id\":\"a\",\"question\":\"c\"}\n".to_owned(),
            "a",
        ),
        (String::new(), "nothing in it"),
    ];
    for (content, word) in cases {
        let file = place.write("q.jsonl", &content);
        let ran = place
            .run(&[
                "run",
                &model,
                "--suite",
                "suite.toml",
                "--questions",
                &file,
                "--out",
                "run",
            ])
            .expect(1);
        let line = ran.stderr.trim_end();
        assert!(
            line.contains("q.jsonl") && line.contains(word),
            "{content:?}: {line}"
        );
        assert_eq!(line.lines().count(), 1, "{line}");
        std::fs::remove_dir_all(place.path("run")).unwrap();
    }
}

#[test]
fn an_output_directory_that_cannot_be_written() {
    let place = place();
    let model = place.tiny("m.gguf", &Shape::default());
    let file = place.write("file", "");
    let ran = place
        .run(&[
            "run",
            &model,
            "--suite",
            "small.toml",
            "--out",
            &format!("{file}/run"),
        ])
        .expect(1);
    assert!(
        ran.stderr.contains("--out") && ran.stderr.lines().count() == 1,
        "{}",
        ran.stderr
    );
}

#[test]
fn usage_errors_have_status_2_and_name_the_nearest() {
    let place = place();
    let model = place.tiny("m.gguf", &Shape::default());
    let cases: [(&[&str], &str); 7] = [
        (&["run", &model, "--threads", "0"], "--threads"),
        (&["run", &model, "--suite", "qick"], "quick"),
        (&["run", &model, "--precision", "q4_k_n"], "Q4_K_"),
        (&["run", &model, "--precison", "f16"], "--precision"),
        (&["run", "nabi-instrct"], "nabi-instruct"),
        (
            &["run", &format!("a={model}"), &format!("a={model}")],
            "label",
        ),
        (&["run", &model, "--resume"], "--out"),
    ];
    for (arguments, word) in cases {
        let ran = place.run(arguments).expect(2);
        assert!(ran.stderr.contains(word), "{arguments:?}: {}", ran.stderr);
    }
    assert!(!place.path("runs").join("x").exists());
}

#[test]
fn a_run_is_not_written_over() {
    let place = place();
    let model = place.tiny("m.gguf", &Shape::default());
    let arguments = ["run", &model, "--suite", "small.toml", "--out", "run"];
    place.run(&arguments).expect(0);
    let before = std::fs::read(place.path("run/records.jsonl")).unwrap();
    let ran = place.run(&arguments).expect(2);
    assert!(ran.stderr.contains("--resume"), "{}", ran.stderr);
    assert_eq!(
        std::fs::read(place.path("run/records.jsonl")).unwrap(),
        before
    );
}

#[test]
fn precisions_that_the_quantiser_cannot_make_are_failed_rows() {
    let place = place();
    let model = place.tiny("m.gguf", &Shape::default());
    let arguments = [
        "run",
        &model,
        "--precision",
        "iq2_xxs,nvfp4,q8_0",
        "--out",
        "run",
    ];
    place.run(&[&arguments[..], &QUICK].concat()).expect(1);
    let records = place.records("run");
    let reasons = failures(&records);
    assert!(
        reasons[0].contains("importance matrix") && reasons[1].contains("NVFP4"),
        "{reasons:?}"
    );
    assert_eq!(place.csv("run", "memory.csv").len(), 1);
    let left = std::fs::read_dir(place.path("cache/hanbench/derived"))
        .unwrap()
        .count();
    assert_eq!(left, 1, "a refused conversion leaves no file");
}
