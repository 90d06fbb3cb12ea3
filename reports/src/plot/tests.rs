//! Whole charts: which are drawn, what they say, and that no label breaks them.

use super::*;
use crate::record::Compared;
use crate::sample;
use crate::view::{MemoryRow, Status};
use proptest::prelude::*;

const FOUR: [(&str, &str); 4] = [
    ("instruct", "F32"),
    ("instruct", "Q4_K_M"),
    ("text", "F32"),
    ("text", "Q4_K_M"),
];
const HOSTILE: [&str; 6] = [
    "</text><script>alert(1)</script>",
    "\"quotes\" & 'amps' <!-- ]]>",
    "a\0b\u{1b}[31m\u{202e}c\u{200b}\u{fffe}",
    "",
    "\n\r\t",
    "模型😀ไทย",
];

fn charts(report: &Report) -> (tempfile::TempDir, Vec<Chart>) {
    let dir = tempfile::tempdir().unwrap();
    let charts = write_all(report, dir.path()).unwrap();
    (dir, charts.list)
}

fn names(charts: &[Chart]) -> Vec<&str> {
    charts.iter().map(|chart| chart.name).collect()
}

fn chart<'a>(charts: &'a [Chart], name: &str) -> &'a Chart {
    charts.iter().find(|chart| chart.name == name).unwrap()
}

/// The texts of an SVG, unescaped; panics where tags do not nest or a stray `<` or `&` stands.
fn texts(svg: &str) -> Vec<String> {
    let mut open = Vec::new();
    let mut texts = Vec::new();
    for piece in svg.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').expect("a tag ends");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if tag.ends_with('/') => {}
            None => open.push(tag.split_once(' ').map_or(tag, |(name, _)| name)),
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        if open.last() == Some(&"text") {
            texts.push(unescape(text.trim()));
        }
    }
    assert!(open.is_empty(), "{open:?}");
    texts
}

fn unescape(text: &str) -> String {
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ];
    let bare = entities.iter().fold(text.to_owned(), |text, (entity, _)| {
        text.replace(entity, "")
    });
    assert!(!bare.contains('&') && !bare.contains('>'), "{text}");
    assert!(
        bare.chars().all(|c| !c.is_control() && c != '\u{fffe}'),
        "{text:?}"
    );
    entities
        .iter()
        .fold(text.to_owned(), |text, (entity, plain)| {
            text.replace(entity, plain)
        })
}

#[test]
fn a_full_report_gives_every_chart_as_png_and_svg() {
    let (_dir, charts) = charts(&sample::report(6, 4));
    let all: Vec<&str> = CHARTS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names(&charts), all);
    for chart in &charts {
        let png = fs::read(&chart.png).unwrap();
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n", "{}", chart.name);
        assert!(chart.svg_ko.starts_with("<svg ") && !texts(&chart.svg_ko).is_empty());
        for caption in [&chart.caption_ko, &chart.caption_en] {
            assert!(
                caption.ends_with('.') && !caption.contains("  "),
                "{caption}"
            );
        }
    }
}

#[test]
fn every_scale_has_its_unit_in_both_languages() {
    const KO: [&str; 14] = [
        "토큰/초",
        "밀리초",
        "번째",
        "MiB",
        "GiB",
        "선택지",
        "비트/음절",
        "나트",
        "%",
        "단위 없음",
        "시퀀스 수",
        "토큰 수",
        "토큰/답변",
        "번호",
    ];
    const EN: [&str; 13] = [
        "tokens/s",
        "milliseconds",
        "number",
        "MiB",
        "GiB",
        "choices",
        "bits/syllable",
        "nats",
        "%",
        "no unit",
        "sequences",
        "tokens of",
        "tokens per",
    ];
    let report = sample::report(6, 8);
    let context = Context::of(&report);
    for (name, make) in CHARTS {
        let draft = make(&context).unwrap_or_else(|| panic!("{name} is not drawn"));
        let titles = |lang| draft.scene.get(lang).scale_titles();
        for (title, units) in titles(Lang::Ko)
            .into_iter()
            .map(|title| (title, &KO[..]))
            .chain(titles(Lang::En).into_iter().map(|title| (title, &EN[..])))
        {
            assert!(
                units.iter().any(|unit| title.contains(unit)),
                "{name}: {title}"
            );
        }
    }
}

#[test]
fn each_language_has_a_drawing_in_that_language_alone() {
    let is_hangul = |c: char| ('\u{ac00}'..='\u{d7a3}').contains(&c);
    let mut run = sample::run_dir(6, 8);
    for model in &mut run.info.models {
        model.name = "model".into();
    }
    let (_dir, charts) = charts(&crate::view::build(vec![run]));
    for chart in charts {
        assert!(
            chart.svg_ko.contains("class=\"chart t\" lang=\"ko\""),
            "{}",
            chart.name
        );
        assert!(
            chart.svg_en.contains("class=\"chart t\" lang=\"en\""),
            "{}",
            chart.name
        );
        let english = texts(&chart.svg_en).join(" ");
        assert!(!english.contains(is_hangul), "{}: {english}", chart.name);
        assert!(
            texts(&chart.svg_ko).join(" ").contains(is_hangul),
            "{}",
            chart.name
        );
        for text in [&chart.caption_en, &chart.finding_en, &chart.title_en] {
            assert!(!text.is_empty() && !text.contains(is_hangul), "{text}");
        }
        assert!(chart.caption_ko.starts_with(&chart.finding_ko));
        assert!(chart.png.is_file() && chart.png_en.is_file());
    }
}

#[test]
fn colours_are_left_to_the_page() {
    for chart in charts(&sample::report(6, 8)).1 {
        assert!(
            !chart.svg_ko.contains("fill=") && !chart.svg_ko.contains('#'),
            "{}",
            chart.name
        );
        // Each class has a colour in the style sheet.
        let (sheet, _) = palette::style_sheet();
        for piece in chart.svg_ko.split("class=\"").skip(2) {
            let class = piece.split('"').next().unwrap();
            assert!(sheet.contains(&format!(".{class}{{")), "{class}");
        }
    }
}

#[test]
fn captions_read_well() {
    let said = |report: &Report| {
        let said = |chart: &Chart| {
            format!(
                "{}\n{}\n{}\n",
                chart.name, chart.caption_ko, chart.caption_en
            )
        };
        charts(report)
            .1
            .iter()
            .map(said)
            .collect::<Vec<_>>()
            .join("\n")
    };
    insta::assert_snapshot!("captions of six cells", said(&sample::report(6, 8)));
    insta::assert_snapshot!("captions of one cell", said(&sample::report(1, 8)));
    insta::assert_snapshot!("captions of a grid", said(&sample::grid_report()));
    insta::assert_snapshot!(
        "captions of a troubled run",
        said(&sample::troubled_report())
    );
}

#[test]
fn labels_of_many_points_meet_neither_one_another_nor_intervals() {
    let report = sample::grid_report();
    let (_dir, charts) = charts(&report);
    let front = chart(&charts, "precision-front");
    let shown = texts(&front.svg_ko);
    // Numbered at the marks, and named below.
    let n = report
        .grid
        .iter()
        .filter(|row| row.variant == "instruct")
        .count();
    assert!(n > 9 && shown.contains(&n.to_string()), "{shown:?}");
}

#[test]
fn a_drift_is_said_where_its_interval_leaves_zero_out() {
    let mut run = sample::run_dir(2, 1);
    for record in &mut run.records {
        let crate::record::Fact::Speed(speed) = &mut record.fact else {
            continue;
        };
        if speed.test == crate::record::Test::Decode {
            let slower = if record.cell.ends_with("F16") {
                30_000_000
            } else {
                0
            };
            speed.elapsed_ns = 1_000_000_000 + u64::from(speed.rep) * slower;
        }
    }
    let (_dir, charts) = charts(&crate::view::build(vec![run]));
    let drift = chart(&charts, "drift");
    assert!(
        drift
            .finding_ko
            .starts_with("general/F16은 재는 동안 느려졌습니다."),
        "{}",
        drift.finding_ko
    );
    assert!(
        drift.finding_en.starts_with("general/F16 became slower"),
        "{}",
        drift.finding_en
    );
    assert!(
        texts(&drift.svg_ko).contains(&"−11.3%".into()),
        "{:?}",
        texts(&drift.svg_ko)
    );
}

#[test]
fn a_chart_of_a_run_in_which_all_failed_is_none() {
    let mut run = sample::run_dir(3, 2);
    run.records
        .retain(|record| matches!(record.fact, crate::record::Fact::Begin(_)));
    let (_dir, charts) = charts(&crate::view::build(vec![run]));
    assert!(charts.is_empty(), "{:?}", names(&charts));
}

#[test]
fn mixed_precisions_are_named_beside_their_points() {
    let report = sample::grid_report();
    let (_dir, charts) = charts(&report);
    let front = chart(&charts, "precision-front");
    let shown = texts(&front.svg_ko);
    for row in &report.grid {
        let name = crate::precision::Precision::parse(&row.precision).to_string();
        assert!(shown.contains(&name), "{name} is not in {shown:?}");
    }
    assert!(shown.contains(&"기준 instruct/F32 · KV F32".into()));
    assert!(front.caption_en.contains("on the Pareto front: "));
    assert!(front.caption_ko.ends_with('.') && !front.caption_ko.contains("  "));
}

#[test]
fn a_front_without_divergences_is_not_drawn() {
    let mut report = sample::grid_report();
    for row in &mut report.grid {
        row.mean_kld = None;
    }
    let (_dir, charts) = charts(&report);
    assert!(!names(&charts).contains(&"precision-front"));
}

#[test]
fn no_data_draws_nothing_and_removes_what_was_drawn() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("memory.png"), "old").unwrap();
    fs::write(dir.path().join("mine.png"), "kept").unwrap();
    let charts = write_all(&Report::default(), dir.path()).unwrap();
    assert!(charts.list.is_empty() && charts.warnings.is_empty());
    assert!(!dir.path().join("memory.png").exists());
    assert!(dir.path().join("mine.png").exists());
}

#[test]
fn a_chart_without_data_is_left_out() {
    let mut report = fixture::report(&FOUR);
    report.memory.clear();
    report.speed.retain(|row| row.n_seq == Some(1));
    report
        .perplexity
        .iter_mut()
        .for_each(|row| row.bits_per_syllable = None);
    let (_dir, charts) = charts(&report);
    assert_eq!(
        names(&charts),
        [
            "speed-decode",
            "speed-prefill",
            "drift",
            "perplexity",
            "numbers",
            "activations",
            "answer-length"
        ]
    );
}

#[test]
fn failed_cells_are_rows_of_the_decode_chart_alone() {
    let mut report = fixture::report(&FOUR);
    for (cell, status) in [
        (1, Status::Failed),
        (2, Status::NotRun),
        (3, Status::Complete),
    ] {
        report.cells[cell].status = status;
        report.summary[cell].decode_ts = None;
    }
    let (_dir, charts) = charts(&report);
    let decode = texts(&chart(&charts, "speed-decode").svg_ko);
    assert!(
        decode.contains(&"측정 실패".into()) && decode.contains(&"실행 안 함".into()),
        "{decode:?}"
    );
    assert!(!decode.contains(&"text Q4_K_M".into()), "{decode:?}");
    assert!(!texts(&chart(&charts, "memory").svg_ko).contains(&"측정 실패".into()));
}

#[test]
fn hostile_labels_are_text_and_nothing_else() {
    let report = fixture::report(&HOSTILE.map(|label| (label, "F16")));
    for chart in charts(&report).1 {
        assert!(!chart.svg_ko.contains("<script"), "{}", chart.name);
        assert!(
            texts(&chart.svg_ko)
                .iter()
                .any(|text| text.starts_with("</text><script>")),
            "{}",
            chart.name
        );
    }
    let swapped = fixture::report(&HOSTILE.map(|label| ("instruct", label)));
    charts(&swapped)
        .1
        .iter()
        .for_each(|chart| drop(texts(&chart.svg_ko)));
}

#[test]
fn values_that_no_scale_can_hold_are_left_out() {
    let mut report = fixture::report(&FOUR);
    report.summary[0].decode_ts = Some(f64::NAN);
    report.summary[1].decode_ts = Some(f64::INFINITY);
    report.cells[2].decode_samples = vec![f64::NAN, -1.0, 1e299, 0.0];
    report.perplexity[0].ppl = f64::INFINITY;
    report.perplexity[1].ppl = 1e200;
    let (_dir, charts) = charts(&report);
    for chart in &charts {
        assert!(
            !texts(&chart.svg_ko)
                .iter()
                .any(|text| text.contains("NaN") || text.contains("inf"))
        );
    }
}

#[test]
fn a_machine_is_named_only_where_there_are_several() {
    let mut report = fixture::report(&FOUR[..2]);
    let one = chart(&charts(&report).1, "speed-decode").svg_ko.clone();
    assert!(!one.contains("sample"));
    report.cells[1].key.machine = "노트북".into();
    let two = texts(&chart(&charts(&report).1, "speed-decode").svg_ko);
    assert!(
        two.contains(&"sample".into()) && two.contains(&"노트북".into()),
        "{two:?}"
    );
}

#[test]
fn very_many_samples_are_thinned_and_the_caption_says_so() {
    let mut report = fixture::report(&FOUR[..1]);
    report.cells[0].decode_samples = (0..100_000)
        .map(|i| 40.0 + f64::from(i % 997) / 100.0)
        .collect();
    let (_dir, charts) = charts(&report);
    let decode = chart(&charts, "speed-decode");
    assert_eq!(
        decode.svg_ko.matches("<circle ").count(),
        // Those of the legend are the mark and the sample; the row's mark is a square.
        thin::limit(1) + 2
    );
    assert!(
        decode.caption_ko.contains("400개만"),
        "{}",
        decode.caption_ko
    );
    assert!(
        !chart(&charts, "speed-prefill")
            .caption_ko
            .contains("400개만")
    );
}

#[test]
fn a_median_among_cut_answers_is_a_lower_bound() {
    let mut report = fixture::report(&FOUR[..2]);
    report.summary[1].cut_share = Some(0.75);
    report.summary[1].median_tokens = Some(220.0);
    let (_dir, charts) = charts(&report);
    let length = chart(&charts, "answer-length");
    assert!(texts(&length.svg_ko).contains(&"≥ 220토큰".into()));
    assert!(
        length
            .caption_ko
            .contains("instruct/Q4_K_M은 절반 이상이 잘려"),
        "{}",
        length.caption_ko
    );
}

#[test]
fn equal_memory_names_all_who_share_it() {
    let mut report = fixture::report(&FOUR);
    let least = report.memory[3].clone();
    report.memory[2] = MemoryRow {
        variant: "text".into(),
        precision: "F32".into(),
        ..least
    };
    report.memory[0].predicted_bytes = report.memory[0].peak_rss_bytes.map(|bytes| bytes * 11 / 10);
    let (_dir, charts) = charts(&report);
    let caption = &chart(&charts, "memory").caption_ko;
    assert!(
        caption.starts_with("메모리를 가장 적게 쓴 것은 text/F32, text/Q4_K_M으로 1.58 GiB이며,"),
        "{caption}"
    );
    assert!(caption.contains("최대 10.0% 달랐습니다"), "{caption}");
}

#[test]
fn answers_that_stay_alike_are_drawn_for_every_cell_that_was_compared() {
    let (_dir, drawn) = charts(&sample::report(10, 20));
    let part = chart(&drawn, "answers-part");
    let shown = texts(&part.svg_ko);
    for name in ["general F16", "general Q8_0", "instruct Q4_K_M", "256"] {
        assert!(shown.contains(&name.into()), "{name}: {shown:?}");
    }
    // The baseline and what was sampled have no curve.
    assert!(!shown.contains(&"general F32".into()) && !shown.contains(&"text F16".into()));
    insta::assert_snapshot!(part.caption_ko, @"기준과 답이 같은 질문의 비율은 곡선의 끝에서 general/F16이 200번째 토큰까지 84%(95% 구간 44–97%)로 가장 높고, general/Q4_K_M이 16번째 토큰까지 0%(95% 구간 0–16%)로 가장 낮습니다. 같은 채로 끝난 답은 끝난 곳까지만 세었고(카플란–마이어 추정), 그만큼 긴 답이 너무 적어지는 곳에서 곡선을 끊었습니다.");
    insta::assert_snapshot!(part.caption_en, @"At the end of its curve the share of questions with the baseline’s answer is highest for general/F16: 84% up to token 200 (95% interval 44–97%); and lowest for general/Q4_K_M: 0% up to token 16 (95% interval 0–16%). An answer that ended alike counts up to its end (the estimate of Kaplan and Meier), and a curve stops where too few answers are that long.");
    let (_dir, one) = charts(&sample::report(2, 20));
    let one = chart(&one, "answers-part");
    insta::assert_snapshot!(one.caption_ko, @"general/F16에서 기준과 답이 같은 질문의 비율은 200번째 토큰까지 84%(95% 구간 44–97%)입니다. 같은 채로 끝난 답은 끝난 곳까지만 세었고(카플란–마이어 추정), 그만큼 긴 답이 너무 적어지는 곳에서 곡선을 끊었습니다.");
    insta::assert_snapshot!(one.caption_en, @"The share of questions to which general/F16 has the baseline’s answer is 84% up to token 200 (95% interval 44–97%). An answer that ended alike counts up to its end (the estimate of Kaplan and Meier), and a curve stops where too few answers are that long.");
}

#[test]
fn tokens_of_different_vocabularies_are_not_compared() {
    let mut report = sample::report(5, 4);
    report.runs[0].models[1].n_vocab = Some(128_256);
    let (_dir, charts) = charts(&report);
    assert!(
        chart(&charts, "perplexity")
            .caption_ko
            .contains("음절당 비트로 비교")
    );
    assert!(texts(&chart(&charts, "answer-length").svg_ko).contains(&"글자/답변".into()));
}

#[test]
fn divergence_is_drawn_beside_the_noise() {
    let mut report = sample::report(3, 1);
    let drawn = |report: &Report| chart(&charts(report).1, "fidelity").clone();
    let with_noise = drawn(&report);
    let shown = texts(&with_noise.svg_ko);
    assert!(shown.contains(&"잡음 바닥".into()) && shown.contains(&"general Q8_0".into()));
    // The baseline has no row of its own.
    assert!(!shown.contains(&"general F32".into()), "{shown:?}");
    assert!(
        with_noise
            .caption_en
            .starts_with("Nearest to the baseline is general/F16: 2.31e-6 nats")
    );
    for row in &mut report.fidelity {
        if row.compared != Compared::Cell {
            (row.mean_kld, row.mean_kld_se) = (0.0, Some(0.0));
        }
    }
    let exact = drawn(&report);
    assert!(
        exact.caption_ko.contains("잡음은 0"),
        "{}",
        exact.caption_ko
    );
    assert!(!texts(&exact.svg_ko).contains(&"잡음 바닥".into()));
    report.fidelity.retain(|row| row.compared == Compared::Cell);
    assert!(
        drawn(&report)
            .caption_ko
            .contains("잡음 바닥은 재지 않았습니다")
    );
}

#[test]
fn texts_are_drawn_side_by_side_where_there_are_several() {
    let mut report = sample::report(3, 1);
    let shown = texts(&chart(&charts(&report).1, "fidelity-genres").svg_ko);
    for text in ["held-out/essay", "held-out/news", "held-out/dialogue"] {
        assert!(shown.contains(&text.into()), "{shown:?}");
    }
    report.fidelity.retain(|row| row.corpus.ends_with("news"));
    assert_eq!(
        charts(&report)
            .1
            .iter()
            .filter(|chart| chart.name.starts_with("fidelity"))
            .count(),
        0
    );
}

#[test]
fn divergence_of_any_name_and_value_makes_a_chart() {
    let values = [0.0, -1e-9, f64::NAN, f64::INFINITY, 1e-300, 1e299];
    let mut report = sample::report(4, 1);
    for (cell, label) in report.cells.iter_mut().zip(HOSTILE) {
        cell.key.variant = label.into();
    }
    for (index, row) in report.fidelity.iter_mut().enumerate() {
        row.corpus += HOSTILE[index % HOSTILE.len()];
        row.mean_kld = values[index % values.len()];
        row.mean_kld_se = (index % 4 > 0).then(|| values[index / 2 % values.len()]);
        row.max_kld = values[index / 3 % values.len()];
    }
    for chart in charts(&report).1 {
        let shown = texts(&chart.svg_ko);
        assert!(
            !shown
                .iter()
                .any(|text| text.contains("NaN") || text.contains("inf "))
        );
    }
}

#[test]
fn without_fonts_the_png_is_drawn_in_english_and_a_warning_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let fonts = Fonts::of(&fontdb::Database::new());
    let charts = write_with(&fonts, &fixture::report(&FOUR), dir.path()).unwrap();
    assert_eq!(charts.warnings.len(), 1);
    assert!(
        charts
            .list
            .iter()
            .all(|chart| chart.png.exists() && chart.svg_ko.contains("instruct F32"))
    );
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file/plots");
    fs::write(dir.path().join("file"), "").unwrap();
    let error = write_all(&fixture::report(&FOUR), &path)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("file/plots") && error.contains("permissions"),
        "{error}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_label_and_value_make_a_chart(
        variant in "\\PC{0,40}|[\\x00-\\x20<>&\"']{1,20}",
        speed in prop_oneof![any::<f64>(), 1e-9..1e9],
    ) {
        let mut report = fixture::report(&[(variant.as_str(), "F16"), ("text", "F16")]);
        report.summary[0].decode_ts = Some(speed);
        report.perplexity[0].ppl = speed;
        let context = Context::of(&report);
        for (_, make) in CHARTS {
            if let Some(draft) = make(&context) {
                texts(&surface::svg(&draft.scene.ko, Lang::Ko, Fonts::system()).unwrap());
            }
        }
    }
}
