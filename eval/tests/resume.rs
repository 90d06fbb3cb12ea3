//! Death at any instant: no complete record is lost, and a resumed run reports what an
//! uninterrupted one would have. The mock engine makes everything but times deterministic.

mod common;

use common::{Place, failures, has_report};
use reports::record::{Fact, Record};
use std::process::{Child, Command};
use std::time::Duration;

const MOCK: [&str; 6] = ["--suite", "suite.toml", "--engine", "mock", "--out", "run"];

fn start(place: &Place, extra: &[&str]) -> Child {
    let model = place.path("m.gguf");
    let model = format!("m={}", model.display());
    let arguments = [&["run", &model], &MOCK[..], extra].concat();
    place.command(&arguments).spawn().unwrap()
}

fn place() -> Place {
    let place = Place::new();
    place.write("m.gguf", vec![7; 4096]);
    place
}

fn signal(pid: u32, name: &str) {
    assert!(
        Command::new("kill")
            .args([name, &pid.to_string()])
            .status()
            .unwrap()
            .success()
    );
}

/// Everything in a run's CSV that is not a time.
fn facts(place: &Place, run: &str) -> Vec<String> {
    let timeless = |name: &str, columns: &[&str]| {
        let rows = place.csv(run, name);
        let keep = |row: &Vec<(String, String)>| {
            let kept = row
                .iter()
                .filter(|(key, _)| columns.contains(&key.as_str()));
            kept.map(|(_, value)| value.clone())
                .collect::<Vec<_>>()
                .join("|")
        };
        rows.iter().map(keep).collect::<Vec<_>>()
    };
    let answer = [
        "variant",
        "precision",
        "question_id",
        "answer",
        "stop",
        "n_tokens",
        "n_chars",
    ];
    let score = [
        "variant",
        "precision",
        "corpus",
        "n_chunks",
        "n_scored",
        "ppl",
        "bits_per_syllable",
    ];
    let speed = [
        "variant",
        "precision",
        "test",
        "n_prompt",
        "n_gen",
        "n_depth",
        "n_seq",
        "reps",
    ];
    let mut all = timeless("answers.csv", &answer);
    all.extend(timeless("perplexity.csv", &score));
    all.extend(timeless("speed.csv", &speed));
    let compared = ["precision", "baseline", "corpus", "n_scored", "mean_kld"];
    all.extend(timeless("fidelity.csv", &compared));
    assert!(all.len() > 10);
    all
}

#[test]
fn a_killed_run_resumes_to_the_report_of_an_uninterrupted_one() {
    let whole = place();
    assert!(start(&whole, &[]).wait().unwrap().success());
    let expected = facts(&whole, "run");
    for delay_ms in [0, 40, 90, 150, 220, 300, 400] {
        let place = place();
        let mut run = start(&place, &[]);
        std::thread::sleep(Duration::from_millis(delay_ms));
        signal(run.id(), "-KILL");
        run.wait().unwrap();
        let before = complete_lines(&place);
        let resumed = start(&place, &["--resume"]).wait_with_output().unwrap();
        assert!(
            resumed.status.success(),
            "{delay_ms}: {}",
            String::from_utf8_lossy(&resumed.stderr)
        );
        assert!(
            complete_lines(&place).starts_with(&before),
            "{delay_ms}: a record was lost"
        );
        assert_eq!(facts(&place, "run"), expected, "{delay_ms}");
    }
}

fn complete_lines(place: &Place) -> Vec<String> {
    let text = std::fs::read_to_string(place.path("run/records.jsonl")).unwrap_or_default();
    let end = text.rfind('\n').map_or(0, |at| at + 1);
    text[..end].lines().map(str::to_owned).collect()
}

#[test]
fn a_resumed_run_needs_no_more_than_its_directory_and_does_not_measure_twice() {
    let place = place();
    assert!(start(&place, &[]).wait().unwrap().success());
    let before = complete_lines(&place);
    place
        .run(&["run", "--resume", "--out", "run", "--engine", "mock"])
        .expect(0);
    assert_eq!(complete_lines(&place), before);
}

#[test]
fn a_run_of_other_things_is_not_resumed() {
    let place = place();
    assert!(start(&place, &[]).wait().unwrap().success());
    place.write("m.gguf", vec![8; 4096]);
    let output = start(&place, &["--resume"]).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("other models"));
}

#[test]
fn ctrl_c_writes_the_report_and_says_how_to_go_on() {
    let place = place();
    let run = start(&place, &[]);
    wait_for_records(&place, 3);
    signal(run.id(), "-INT");
    let output = run.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("--resume --out run"), "{stderr}");
    assert!(has_report(&place.path("run")));
    assert!(start(&place, &["--resume"]).wait().unwrap().success());
}

fn wait_for_records(place: &Place, n: usize) {
    for _ in 0..1000 {
        if complete_lines(place).len() >= n {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("no records came");
}

#[test]
fn a_model_that_kills_its_process_is_one_failed_row_and_the_others_run() {
    let place = place();
    place.write("bad.gguf", "ABORT now");
    let (bad, good) = (place.path("bad.gguf"), place.path("m.gguf"));
    let models = [
        format!("bad={}", bad.display()),
        format!("good={}", good.display()),
    ];
    let arguments = [
        &["run", &models[0], &models[1], "--precision", "native"],
        &MOCK[..],
    ]
    .concat();
    place.run(&arguments).expect(1);
    let records = place.records("run");
    let reasons = failures(&records);
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    assert!(reasons[0].contains("signal 6"), "{reasons:?}");
    assert_eq!(place.csv("run", "answers.csv").len(), 20);
}

#[test]
#[cfg(target_os = "linux")]
fn a_killed_child_is_one_failed_row_and_resuming_completes_the_run() {
    let place = Place::new();
    // A real engine, so that a child lives long enough to be found.
    let model = place.tiny("m.gguf", &eval::engine::tiny::Shape::default());
    let model = format!("m={model}");
    let arguments = [
        "run",
        &model,
        "--suite",
        "suite.toml",
        "--precision",
        "native",
        "--out",
        "run",
    ];
    let run = place.command(&arguments).spawn().unwrap();
    wait_for_records(&place, 4);
    let children =
        std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", run.id())).unwrap();
    let child: u32 = children.split_whitespace().last().unwrap().parse().unwrap();
    signal(child, "-KILL");
    let output = run.wait_with_output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let records = place.records("run");
    let reasons = failures(&records);
    assert!(
        reasons.len() == 1 && reasons[0].contains("signal 9"),
        "{reasons:?}"
    );
    place
        .run(&[&arguments[..], &["--resume"]].concat())
        .expect(0);
    let complete = |record: &Record| matches!(&record.fact, Fact::End(end) if end.complete);
    assert!(place.records("run").iter().any(complete));
}

#[test]
fn two_runs_do_not_write_to_one_directory() {
    let place = place();
    let first = start(&place, &[]);
    wait_for_records(&place, 1);
    let second = start(&place, &["--resume"]).wait_with_output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&second.stderr).contains("another hanbench"));
    assert!(first.wait_with_output().unwrap().status.success());
}
