//! The main job on a real, tiny model: every stage, every file, no download.

mod common;

use common::{Place, failures, field, has_report};
use eval::engine::tiny::Shape;
use reports::record::{Fact, Sampling};

#[test]
fn a_run_measures_every_stage_at_every_precision_and_writes_the_report() {
    let place = Place::new();
    let model = place.tiny("m.gguf", &Shape::default());
    let ran = place
        .run(&[
            "run",
            &format!("instruct={model}"),
            "--suite",
            "suite.toml",
            "--out",
            "run",
        ])
        .expect(0);
    let page = place.path("run/report.html");
    assert_eq!(ran.stdout.lines().last(), Some("run/report.html"));
    assert!(has_report(&place.path("run")) && page.exists());
    let records = place.records("run");
    assert_eq!(failures(&records), Vec::<&str>::new());
    let cells: Vec<String> = place
        .csv("run", "summary.csv")
        .iter()
        .map(|row| field(row, "precision").to_owned())
        .collect();
    assert_eq!(cells, ["F32", "F16", "Q4_K_M"]);
    assert_eq!(place.csv("run", "answers.csv").len(), 3 * 20);
    // prefill and decode at two depths, decode in two sequences at two depths, load, answers
    assert_eq!(place.csv("run", "speed.csv").len(), 3 * 8);
    let whole = |name: &str| {
        let rows = place.csv("run", name);
        let whole = rows.into_iter().filter(|row| field(row, "whole") == "true");
        whole.collect::<Vec<_>>()
    };
    // Every model's perplexity falls out of the comparison, and the highest is what others are compared with.
    assert_eq!(whole("perplexity.csv").len(), 3);
    let compared = whole("fidelity.csv");
    let kld = |index: usize| field(&compared[index], "mean_kld").parse::<f64>().unwrap();
    assert!(
        compared
            .iter()
            .all(|row| field(row, "baseline") == "instruct/F32")
    );
    assert_eq!(
        (compared.len(), field(&compared[1], "precision")),
        (2, "Q4_K_M")
    );
    assert!(
        0.0 < kld(0) && 100.0 * kld(0) < kld(1),
        "{} {}",
        kld(0),
        kld(1)
    );
    assert_eq!(place.csv("run", "texts.csv").len(), 2);
    for name in [
        "speed-prefill",
        "speed-decode",
        "memory",
        "perplexity",
        "fidelity",
        "precision-front",
        "answer-length",
    ] {
        let png = std::fs::read(place.path(&format!("run/plots/{name}.png"))).unwrap();
        assert!(png.starts_with(b"\x89PNG"), "{name}");
    }
}

#[test]
fn memory_is_predicted_before_loading_within_what_is_asked() {
    let place = Place::new();
    let shape = Shape {
        n_embd: 1024,
        n_ff: 4096,
        n_layer: 8,
        n_head: 16,
        n_head_kv: 8,
        ..Shape::default()
    };
    let model = place.tiny("m.gguf", &shape);
    for (parallel, depth) in [(1, 0), (4, 512), (8, 0)] {
        let suite = format!(
            "name = 't'\nprecisions = ['native', 'q4_k_m', 'q8_0']\n[speed]\nn_prompt = [64]\nn_gen = [4]\nn_depth = [{depth}]\nparallel = [{parallel}]\nrepetitions = 1\n"
        );
        place.write("memory.toml", suite);
        let out = format!("run-{parallel}");
        place
            .run(&["run", &model, "--suite", "memory.toml", "--out", &out])
            .expect(0);
        for row in place.csv(&out, "memory.csv") {
            let number = |name| field(&row, name).parse::<f64>().unwrap();
            let (predicted, peak) = (number("predicted_bytes"), number("peak_rss_bytes"));
            let allowed = (0.03 * peak).max(16.0 * 1024.0 * 1024.0);
            assert!((predicted - peak).abs() <= allowed, "{row:?}");
            assert!(
                number("model_bytes") > 0.0 && number("kv_bytes") > 0.0,
                "{row:?}"
            );
        }
    }
}

#[test]
fn a_suite_without_speed_tests_tells_memory_too() {
    let place = Place::new();
    let model = place.tiny("m.gguf", &Shape::default());
    let sections = [
        (
            "scores",
            "[perplexity]\ncorpora = ['held-out']\nn_ctx = 256\nmax_chunks = 1\n",
        ),
        (
            "answers",
            "[answers]\nquestions = ['quick']\nmax_tokens = 8\nparallel = 2\ntimed = 1\n",
        ),
    ];
    for (out, section) in sections {
        place.write(
            "only.toml",
            format!("name = 't'\nprecisions = ['native']\n{section}"),
        );
        place
            .run(&["run", &model, "--suite", "only.toml", "--out", out])
            .expect(0);
        let rows = place.csv(out, "memory.csv");
        assert_eq!(rows.len(), 1, "{out}");
        let number = |name| field(&rows[0], name).parse::<f64>().unwrap();
        let off = (number("predicted_bytes") - number("peak_rss_bytes")).abs();
        assert!(off <= 16.0 * 1024.0 * 1024.0, "{rows:?}");
    }
}

#[test]
fn models_with_a_template_answer_greedily_and_base_models_are_sampled() {
    let place = Place::new();
    let chat = place.tiny("chat.gguf", &Shape::default());
    let base = place.tiny(
        "base.gguf",
        &Shape {
            with_template: false,
            seed: 2,
            ..Shape::default()
        },
    );
    let arguments = [
        "run",
        &format!("instruct={chat}"),
        &format!("text={base}"),
        "--suite",
        "suite.toml",
        "--precision",
        "native",
        "--out",
        "run",
    ];
    place.run(&arguments).expect(0);
    let mut seen = [0, 0];
    for record in place.records("run") {
        let Fact::Answer(answer) = record.fact else {
            continue;
        };
        if record.cell == "instruct/F32" {
            assert_eq!(
                (answer.format.as_str(), &answer.sampling),
                ("chat", &Sampling::Greedy)
            );
            assert!(
                answer.prompt.starts_with("<|im_start|>user\n")
                    && answer.prompt.ends_with("assistant\n")
            );
            seen[0] += 1;
        } else {
            assert_eq!(answer.format, "plain");
            assert!(matches!(answer.sampling, Sampling::TopP { seed: 42, .. }));
            seen[1] += 1;
        }
    }
    assert_eq!(seen, [20, 20]);
}

#[test]
fn answers_do_not_depend_on_which_questions_are_asked_beside_them() {
    let place = Place::new();
    let model = place.tiny("m.gguf", &Shape::default());
    let question = |n: usize| {
        format!(
            "{{\"id\": \"q{n}\", \"question\": \"{}\"}}\n",
            "왜 그럴까요? ".repeat(n + 1)
        )
    };
    let all: String = (0..7).map(question).collect();
    let last: String = (4..7).map(question).collect();
    let answers = |name: &str, questions: &str| {
        let file = place.write(&format!("{name}.jsonl"), questions);
        let suite = place.write(
            &format!("{name}.toml"),
            "name = 't'\nprecisions = ['native']\n[answers]\nquestions = ['quick']\nmax_tokens = 40\nparallel = 3\ntimed = 0\n",
        );
        place
            .run(&[
                "run",
                &model,
                "--suite",
                &suite,
                "--questions",
                &file,
                "--out",
                name,
            ])
            .expect(0);
        let rows = place.csv(name, "answers.csv");
        let pairs = rows
            .iter()
            .map(|row| ["question_id", "answer"].map(|name| field(row, name).to_owned()));
        pairs
            .map(|[id, answer]| (id, answer))
            .collect::<std::collections::BTreeMap<_, _>>()
    };
    let (of_all, of_last) = (answers("all", &all), answers("last", &last));
    assert_eq!(of_last.len(), 3);
    for (id, answer) in of_last {
        assert_eq!(of_all[&id], answer, "{id}");
    }
}

#[test]
fn the_list_names_cells_and_needs_and_runs_nothing() {
    let place = Place::new();
    let model = place.tiny("m.gguf", &Shape::default());
    let ran = place
        .run(&[
            "run",
            &model,
            "--suite",
            "suite.toml",
            "--list",
            "--out",
            "run",
        ])
        .expect(0);
    for cell in ["m/F32", "m/F16", "m/Q4_K_M", "m/fidelity", "4 cells"] {
        assert!(ran.stdout.contains(cell), "{}", ran.stdout);
    }
    assert!(!place.path("run").exists());
}

#[test]
fn a_report_is_rebuilt_from_records_alone_and_several_runs_merge() {
    let place = Place::new();
    let model = place.tiny("m.gguf", &Shape::default());
    for out in ["one", "two"] {
        place
            .run(&[
                "run",
                &model,
                "--suite",
                "suite.toml",
                "--precision",
                "native",
                "--out",
                out,
            ])
            .expect(0);
    }
    let files = [
        "report.html",
        "csv/speed.csv",
        "csv/answers.csv",
        "plots/memory.png",
    ];
    let read = |run: &str| files.map(|file| std::fs::read(place.path(run).join(file)).unwrap());
    let before = read("one");
    std::fs::remove_dir_all(place.path("one/csv")).unwrap();
    std::fs::remove_dir_all(place.path("one/plots")).unwrap();
    std::fs::remove_file(place.path("one/report.html")).unwrap();
    place.run(&["report", "one"]).expect(0);
    assert_eq!(before, read("one"));
    place
        .run(&["report", "one", "two", "--out", "both"])
        .expect(0);
    assert_eq!(place.csv("both", "summary.csv").len(), 2);
    place.run(&["report", "one", "two"]).expect(2);
}
