//! The embedded models: what a run without any model measures, and whether they are worth looking at.

mod common;

use common::{Place, Ran, failures, field, has_report};
use reports::record::{Answer, Fact, Record, Stop};
use std::collections::BTreeMap;

type Row = Vec<(String, String)>;

fn answers(records: &[Record]) -> impl Iterator<Item = (&str, &Answer)> {
    records.iter().filter_map(|record| match &record.fact {
        Fact::Answer(answer) => Some((record.cell.as_str(), answer.as_ref())),
        _ => None,
    })
}

/// Mean −ln p over the whole corpus, by cell, with its standard error.
fn mean_nll(place: &Place, run: &str) -> BTreeMap<String, (f64, f64)> {
    let whole = |row: &Row| field(row, "whole") == "true";
    let rows = place.csv(run, "perplexity.csv").into_iter().filter(whole);
    rows.map(|row| {
        let number = |name| field(&row, name).parse::<f64>().unwrap();
        let cell = format!("{}/{}", field(&row, "variant"), field(&row, "precision"));
        (cell, (number("mean_nll"), number("ppl_se") / number("ppl")))
    })
    .collect()
}

#[test]
fn a_run_without_a_model_compares_the_family() {
    let place = Place::new();
    place.run(&["run", "--out", "run"]).expect(0);
    assert!(has_report(&place.path("run")));
    let records = place.records("run");
    assert_eq!(failures(&records), Vec::<&str>::new());
    let cells: Vec<String> = place
        .csv("run", "summary.csv")
        .iter()
        .map(|row| format!("{}/{}", field(row, "variant"), field(row, "precision")))
        .collect();
    let expected = [
        "general/Q4_K_M",
        "general/F32",
        "instruct/F16",
        "instruct/F32",
        "text/F16",
        "text/F32",
    ];
    assert_eq!(cells, expected);

    // Four bits cost measurably, sixteen next to nothing.
    let nll = mean_nll(&place, "run");
    let cost = |cell: &str| nll[cell].0 - nll["instruct/F32"].0;
    assert!(cost("general/Q4_K_M") > 0.003, "{nll:?}");
    assert!(cost("instruct/F16").abs() < 0.0005, "{nll:?}");

    // The tuned model ends its answers, most of them on what was asked; the other does not know how to end.
    let all: Vec<_> = answers(&records).collect();
    let first = |cell: &str| all.iter().find(|(of, _)| *of == cell).unwrap().1;
    for cell in ["general/Q4_K_M", "instruct/F16", "instruct/F32"] {
        let of_cell: Vec<&Answer> = all
            .iter()
            .filter(|(of, _)| *of == cell)
            .map(|(_, a)| *a)
            .collect();
        let ended = of_cell
            .iter()
            .filter(|answer| answer.stop == Stop::Eos)
            .count();
        assert!(ended * 10 >= of_cell.len() * 9, "{cell}: {ended}");
        assert!(
            first(cell).measures.coverage.unwrap() >= 0.5,
            "{}",
            first(cell).answer
        );
        assert!(
            of_cell
                .iter()
                .all(|answer| answer.measures.reference_nll.is_some())
        );
    }

    // The report tells the questions it was trained on from the others.
    let seen = |value: &str| {
        let rows = place.csv("run", "answers.csv");
        rows.iter()
            .filter(|row| field(row, "trained_on") == value)
            .count()
    };
    assert_eq!((seen("true"), seen("false")), (6 * 16, 6 * 4));
    let page = std::fs::read_to_string(place.path("run/report.html")).unwrap();
    assert!(page.contains("같은 가중치") && page.contains("the same weights"));
}

#[test]
fn the_text_model_writes_on_without_a_loop() {
    let place = Place::new();
    let suite = "name = 't'\nprecisions = ['native']\n[answers]\nquestions = ['quick']\nmax_tokens = 200\nparallel = 4\n";
    place.write("long.toml", suite);
    place
        .run(&[
            "run",
            "text=nabi-text",
            "--suite",
            "long.toml",
            "--out",
            "run",
        ])
        .expect(0);
    let records = place.records("run");
    let all: Vec<&Answer> = answers(&records).map(|(_, answer)| answer).collect();
    let looped = all
        .iter()
        .filter(|answer| answer.measures.loop_share > Some(0.0));
    assert_eq!(looped.count(), 0);
    let hangul = all
        .iter()
        .filter(|answer| answer.measures.hangul_share > Some(0.95));
    assert!(hangul.count() * 10 >= all.len() * 9);
}

/// A text with its 어절 in another order, line by line, always the same.
fn shuffled(text: &str) -> String {
    let shuffle = |line: &str| {
        let mut words: Vec<&str> = line.split(' ').collect();
        let mut state = 1_u64;
        for i in (1..words.len()).rev() {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            words.swap(i, (state >> 33) as usize % (i + 1));
        }
        words.join(" ")
    };
    text.lines().map(shuffle).collect::<Vec<_>>().join("\n")
}

/// Puts nabi-text through `suite.toml` on the text NAME.txt, into the run directory NAME.
fn score(place: &Place, name: &str) -> Ran {
    let corpus = format!("{name}.txt");
    let suite = ["--suite", "suite.toml", "--corpus", &corpus, "--out", name];
    place
        .run(&[&["run", "nabi-text"], &suite[..]].concat())
        .expect(0)
}

#[test]
fn shuffled_text_is_far_less_likely() {
    let place = Place::new();
    let corpus = datasets::load_corpus("held-out").unwrap();
    let plain: String = corpus
        .texts
        .iter()
        .map(|text| std::str::from_utf8(&text.bytes).unwrap())
        .collect();
    place.write(
        "suite.toml",
        "name = 't'\nprecisions = ['native']\n[perplexity]\ncorpora = ['held-out']\nn_ctx = 256\n",
    );
    let mut perplexity = Vec::new();
    for (name, text) in [("plain", plain.clone()), ("mixed", shuffled(&plain))] {
        place.write(&format!("{name}.txt"), text);
        score(&place, name);
        let (nll, _) = mean_nll(&place, name)["nabi-text/F16"];
        perplexity.push(nll.exp());
    }
    assert!(perplexity[1] > 1.5 * perplexity[0], "{perplexity:?}");
}

#[test]
fn a_name_that_is_almost_right_is_answered_with_the_right_one() {
    let ran = Place::new().run(&["run", "nabi-instrct"]).expect(2);
    assert!(
        ran.stderr.contains("did you mean nabi-instruct?"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_text_typed_on_another_system_gives_the_same_figures_and_it_is_said() {
    let place = Place::new();
    let text = "고양이는 털을 핥아 몸을 깨끗하게 합니다.\n".repeat(60);
    let decomposed = text
        .replace('몸', "\u{1106}\u{1169}\u{11b7}")
        .replace('\n', "\r\n");
    place.write("plain.txt", text);
    place.write("odd.txt", format!("\u{feff}{decomposed}"));
    place.write(
        "suite.toml",
        "name = 't'\nprecisions = ['native']\n[perplexity]\ncorpora = ['held-out']\nn_ctx = 64\n",
    );
    let scored = |name: &str| {
        let said = score(&place, name).stderr;
        (mean_nll(&place, name), said)
    };
    let (plain, said) = scored("plain");
    assert!(!said.contains("CR LF"), "{said}");
    let (odd, said) = scored("odd");
    assert_eq!(plain, odd);
    let expected = "odd.txt: 1 byte order mark dropped, 60 CR LF read as LF, 60 decomposed texts or lines composed (NFC)";
    assert!(said.contains(expected), "{said}");
    let page = std::fs::read_to_string(place.path("odd/report.html")).unwrap();
    assert!(page.contains("odd.txt"));
}
