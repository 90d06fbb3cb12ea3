//! The page as a whole: what it must show, what it must never hold, and that it is well formed.

use super::page;
use crate::plot::{Chart, Charts};
use crate::record::{Compared, Fact};
use crate::run_dir::RunDir;
use crate::sample;
use crate::view::{self, Report, claims_fixture};
use std::collections::HashSet;

use crate::sample::HOSTILE;

fn chart() -> Charts {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><g id=\"a\"><text>F16</text></g></svg>";
    let chart = Chart {
        name: "speed-decode",
        title_ko: "디코드 속도".into(),
        title_en: "Decode speed".into(),
        caption_ko: format!("설명 {HOSTILE}"),
        caption_en: "caption".into(),
        finding_ko: format!("찾은 것 {HOSTILE}"),
        finding_en: "finding".into(),
        svg_ko: svg.into(),
        svg_en: svg.into(),
        png: "speed-decode.png".into(),
        png_en: "speed-decode.en.png".into(),
    };
    Charts {
        list: vec![chart.clone(), chart],
        warnings: vec!["no font has Hangul".into()],
    }
}

pub(super) fn rendered(report: &Report) -> String {
    page(report, &chart()).unwrap()
}

/// One tag of a page.
#[derive(Debug)]
pub(super) struct Tag<'a> {
    pub(super) name: &'a str,
    pub(super) closing: bool,
    /// What stands between the name and `>`.
    pub(super) attributes: &'a str,
    /// What stands between it and the next tag.
    pub(super) text: &'a str,
}

impl<'a> Tag<'a> {
    pub(super) fn attribute(&self, name: &str) -> Option<&'a str> {
        let (_, rest) = self.attributes.split_once(&format!(" {name}=\""))?;
        rest.split_once('"').map(|(value, _)| value)
    }
}

/// The tags of a page in order; the insides of `style` and `script` are skipped.
pub(super) fn tags(page: &str) -> Vec<Tag<'_>> {
    let mut out = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        let body = &rest[at + 1..];
        // No attribute of the page holds a bare `>`: askama escapes it.
        let end = body.find('>').expect("a tag ends");
        let closing = body.starts_with('/');
        let inside = body[..end].trim_start_matches('/').trim_end_matches('/');
        let name = &inside[..inside
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(inside.len())];
        assert!(
            !name.is_empty() || inside.starts_with("!DOCTYPE"),
            "a bare < before {inside:.40}"
        );
        rest = &body[end + 1..];
        let text = &rest[..rest.find('<').unwrap_or(rest.len())];
        out.push(Tag {
            name,
            closing,
            attributes: &inside[name.len()..],
            text,
        });
        if !closing && matches!(name, "style" | "script") {
            rest = &rest[rest.find("</").expect("it ends")..];
        }
    }
    out
}

/// Asserts what holds for every page: well formed, loads nothing, runs nothing but its own script.
pub(super) fn assert_sound(page: &str) {
    const VOID: [&str; 6] = ["", "meta", "input", "br", "rect", "circle"];
    let tags = tags(page);
    let mut open = Vec::new();
    let mut ids = HashSet::new();
    for tag in &tags {
        if tag.closing {
            assert_eq!(open.pop(), Some(tag.name), "wrongly nested");
        } else if !VOID.contains(&tag.name) {
            open.push(tag.name);
        }
        assert!(
            !matches!(
                tag.name,
                "img" | "link" | "iframe" | "object" | "embed" | "base" | "form"
            ),
            "{tag:?}"
        );
        for name in [
            "src", "srcset", "style", "onload", "onerror", "onclick", "action",
        ] {
            assert_eq!(tag.attribute(name), None, "{tag:?}");
        }
        if let Some(target) = tag.attribute("href") {
            assert!(target.starts_with('#'), "{tag:?}");
        }
        if let Some(id) = tag.attribute("id") {
            assert!(ids.insert(id), "the id {id} is not unique");
        }
    }
    assert!(open.is_empty(), "not closed: {open:?}");
    for tag in &tags {
        let target = tag
            .attribute("href")
            .map(|href| &href[1..])
            .or(tag.attribute("aria-labelledby"));
        assert!(
            target.is_none_or(|id| ids.contains(id)),
            "{tag:?} points nowhere"
        );
    }
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("</style").count(), 2);
    for needle in ["url(", "@import", "<img"] {
        assert!(!page.contains(needle), "{needle}");
    }
}

/// The text of a part of a page in one language, a line for each block and `|` between cells.
pub(super) fn text(part: &str, language: &str) -> String {
    let mut out = String::new();
    let mut hidden: Option<usize> = None; // depth at which the other language began
    let mut depth = 0_usize;
    for tag in tags(part) {
        depth = if tag.closing {
            depth.saturating_sub(1)
        } else {
            depth + 1
        };
        if hidden.is_some_and(|at| depth < at) {
            hidden = None;
        }
        let other = tag
            .attribute("class")
            .is_some_and(|class| class.ends_with('t'))
            && tag.attribute("lang").is_some_and(|lang| lang != language);
        if other && hidden.is_none() {
            hidden = Some(depth);
        }
        match tag.name {
            "p" | "h1" | "h2" | "h3" | "h4" | "li" | "tr" | "caption" | "summary"
                if tag.closing =>
            {
                out.push('\n')
            }
            "td" | "th" if tag.closing => out += " | ",
            "small" if !tag.closing => out.push(' '),
            _ => {}
        }
        if hidden.is_none() {
            out += tag.text.trim_matches('\n');
        }
    }
    out.lines()
        .map(|line| line.trim_end_matches([' ', '|']).to_owned() + "\n")
        .collect()
}

#[test]
fn html_of_hostile_text_is_text() {
    let page = rendered(&view::build(vec![sample::hostile_run_dir()]));
    assert_sound(&page);
    assert!(!page.contains("onerror=alert(2)>"));
    assert!(!page.contains(['\u{202e}', '\u{200b}', '\u{1b}']));
    let shown = "&#60;script&#62;alert(1)&#60;/script&#62;&#60;/style&#62;&#60;img src=x onerror=alert(2)&#62;&#34;&#39;";
    assert!(page.matches(shown).count() > 30);
    assert!(page.contains("\\u{1b}</span>[31m&#38;amp;"));
}

#[test]
fn html_shows_every_cell_question_and_answer() {
    let report = sample::report(12, 20);
    let page = rendered(&report);
    assert_sound(&page);
    for cell in &report.cells {
        let name = format!("<h4><bdi>{}/{}</bdi>", cell.key.variant, cell.key.precision);
        assert_eq!(page.matches(&name).count(), 20, "{name}");
    }
    assert_eq!(page.matches("<section class=\"answer").count(), 12 * 20);
    assert_eq!(page.matches("<article class=\"question\"").count(), 20);
    let first = page.find("id=\"q1\"").unwrap();
    assert!(page[first..].contains(report.runs[0].questions[0].question.as_str()));
    let cut = report
        .answers
        .iter()
        .filter(|row| row.stop == "limit")
        .count();
    assert_eq!(page.matches("잘림(≥ ").count(), cut);
}

#[test]
fn html_of_troubles_names_each() {
    let report = sample::troubled_report();
    let page = rendered(&report);
    assert_sound(&page);
    let table = &page[page.find("id=\"troubles\"").unwrap()..];
    for cell in &report.cells {
        for line in cell
            .failures
            .iter()
            .map(|f| &f.reason)
            .chain(cell.warnings.iter().map(|w| &w.text))
        {
            let line = line.replace('\'', "&#39;").replace('"', "&#34;");
            assert!(table.contains(&line), "{line}");
        }
    }
    for cell in &report.fidelity_cells {
        assert!(table.contains(&format!("<bdi>{}</bdi>", cell.id)));
        for failure in &cell.failures {
            assert!(table.contains(&failure.reason), "{}", failure.reason);
        }
    }
    for note in report
        .notes
        .iter()
        .map(String::as_str)
        .chain(["no font has Hangul"])
    {
        assert!(table.contains(note), "{note}");
    }
    assert!(page.contains("5개 가운데 2개가 실패했습니다"));
}

#[test]
fn html_of_almost_nothing() {
    let no_cell = {
        let mut run = sample::dead_run_dir();
        (run.info.cells, run.info.models, run.records) = (Vec::new(), Vec::new(), Vec::new());
        run
    };
    let not_begun = RunDir {
        records: Vec::new(),
        ..sample::dead_run_dir()
    };
    let mut speed_only = sample::run_dir(2, 0);
    (
        speed_only.info.suite.perplexity,
        speed_only.info.suite.answers,
    ) = (None, None);
    speed_only
        .records
        .retain(|record| !matches!(record.fact, Fact::Perplexity(_) | Fact::Answer(_)));
    let mut numbers_only = sample::run_dir(1, 0);
    numbers_only
        .records
        .retain(|record| matches!(record.fact, Fact::Numbers(_) | Fact::End(_)));
    for (run, expected) in [
        (numbers_only, "수의 범위 말고는 측정한 것이 없습니다"),
        (sample::dead_run_dir(), "아무 셀도 측정하지 못했습니다"),
        (not_begun, "아직 아무것도 측정하지 않았습니다"),
        (no_cell, "측정할 셀이 없었습니다"),
        (speed_only, "이 스위트에서는 질문하지 않았습니다"),
        (sample::run_dir(1, 1), "하나만 측정해 견줄 것이 없습니다"),
    ] {
        let page = rendered(&view::build(vec![run]));
        assert_sound(&page);
        assert!(page.contains(expected), "{expected}");
    }
    assert_sound(&page(&Report::default(), &Charts::default()).unwrap());
}

#[test]
fn html_of_merged_machines_tells_them_apart() {
    let (here, mut there) = (sample::run_dir(2, 1), sample::run_dir(2, 1));
    there.info.machine.name = "other".into();
    let page = rendered(&view::build(vec![here, there]));
    assert_sound(&page);
    for name in [
        "sample: general/F32",
        "other: general/F16",
        "실행 #2: <bdi>other",
    ] {
        assert!(page.contains(name), "{name}");
    }
    let page = rendered(&view::build(vec![
        sample::run_dir(2, 1),
        sample::run_dir(2, 1),
    ]));
    assert_sound(&page);
    assert!(page.contains("<h4><bdi>general/F16 #2</bdi>"));
}

#[test]
fn html_says_that_raising_the_precision_adds_nothing() {
    let mut run = sample::run_dir(2, 1);
    run.info.cells[0].derived_from = Some("Q4_1".into());
    let page = rendered(&view::build(vec![run]));
    let said = "<bdi>F32</bdi>는 <bdi>Q4_1</bdi> 파일에서 변환했습니다. 정밀도를 높여도 정보는 늘지 않습니다.";
    assert!(page.contains(said));
}

#[test]
fn the_answer_says_that_the_file_of_a_recommended_cell_was_quantised_before() {
    for (source, is_said) in [("Q4_1", true), ("F16", false), ("F32", false)] {
        let mut run = sample::run_dir(1, 1);
        run.info.cells[0].derived_from = Some(source.into());
        let page = rendered(&view::build(vec![run]));
        let said = format!("was made from a file in <bdi>{source}</bdi>. What that file had lost");
        assert_eq!(top(&page).contains(&said), is_said, "{source}");
    }
}

#[test]
fn html_refuses_a_chart_that_does_more_than_draw() {
    let mut charts = chart();
    charts.list[1].svg_en = "<svg><script>alert(1)</script></svg>".into();
    let error = page(&sample::report(1, 1), &charts)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("speed-decode") && error.contains("<script>"),
        "{error}"
    );
}

/// The top of the page and the table of all cells.
fn top(page: &str) -> &str {
    let start = page.find("<section class=\"headline\"").unwrap();
    &page[start..page.find("<section id=\"charts\"").unwrap()]
}

/// Two machines with two models each.
fn two_machines() -> Report {
    let (here, mut there) = (sample::run_dir(8, 20), sample::run_dir(8, 20));
    there.info.machine.name = "other".into();
    view::build(vec![here, there])
}

#[test]
fn html_headline_and_summary_read_well() {
    for (name, report) in [
        ("top", sample::report(12, 20)),
        ("top-troubled", sample::troubled_report()),
        ("top-demonstration", sample::demonstration_report(12)),
        ("top-machines", two_machines()),
        ("top-grid", sample::grid_report()),
        ("top-one", sample::report(1, 4)),
    ] {
        let page = rendered(&report);
        assert_sound(&page);
        for language in ["ko", "en"] {
            insta::assert_snapshot!(format!("{name}.{language}"), text(top(&page), language));
        }
    }
}

#[test]
fn html_recommends_nothing_without_quality_or_a_complete_cell() {
    let mut speed_only = sample::run_dir(2, 0);
    let suite = &mut speed_only.info.suite;
    (suite.perplexity, suite.answers, suite.fidelity) = (None, None, None);
    speed_only.info.fidelity.clear();
    speed_only.records.retain(|record| {
        !matches!(record.fact, Fact::Perplexity(_)) && !record.cell.ends_with("/fidelity")
    });
    let page = rendered(&view::build(vec![speed_only.clone()]));
    assert_sound(&page);
    let said = text(top(&page), "en");
    assert!(
        said.contains("general/F16 is the fastest and uses the least memory"),
        "{said}"
    );
    assert!(
        said.contains("so which is better at Korean is not known"),
        "{said}"
    );
    speed_only
        .records
        .retain(|record| !matches!(record.fact, Fact::End(_)));
    let page = rendered(&view::build(vec![speed_only]));
    let said = text(top(&page), "en");
    assert!(said.contains("so nothing is recommended yet"), "{said}");
    assert!(!page.contains("class=\"card\""));
}

#[test]
fn markdown_reads_well() {
    for (name, report) in [
        ("digest", sample::report(8, 20)),
        ("digest-troubled", sample::troubled_report()),
    ] {
        insta::assert_snapshot!(name, super::digest(&report));
    }
    assert!(super::digest(&Report::default()).starts_with("## 측정할 셀이 없었습니다\n"));
}

#[test]
fn markdown_of_hostile_text_is_text() {
    let mut run = sample::hostile_run_dir();
    run.info.machine.name = "a|b`c [x](http://e.com) @who #1 <b>".into();
    let text = super::digest(&view::build(vec![run]));
    assert!(!text.contains(['\u{202e}', '\u{200b}', '\u{1b}']));
    // Outside of code nothing is left of what others wrote.
    for line in text
        .lines()
        .filter(|line| line.contains("http:") || line.contains("<script"))
    {
        let mut outside = String::new();
        let mut rest = line;
        while let Some(at) = rest.find('`') {
            outside += &rest[..at];
            let fence = rest[at..].len() - rest[at..].trim_start_matches('`').len();
            let body = &rest[at + fence..];
            let marks = "`".repeat(fence);
            let end = body
                .match_indices(&marks)
                .map(|(i, _)| i)
                .find(|i| !body[..*i].ends_with('`') && !body[i + fence..].starts_with('`'));
            rest = &body[end.expect("the code ends") + fence..];
        }
        outside += rest;
        let outside = outside.trim_start_matches("## ");
        assert!(!outside.contains(['<', '@', '[', '#']), "{outside}");
    }
    let rows: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    let bars = |row: &&str| row.replace("\\|", "").matches('|').count();
    assert!(
        !rows.is_empty() && rows.iter().all(|row| bars(row) == 10),
        "{rows:?}"
    );
}

/// The section on the claims.
fn claims(page: &str) -> &str {
    let start = page.find("<section id=\"claims\"").unwrap();
    &page[start..start + page[start..].find("</section>").unwrap()]
}

#[test]
fn html_of_claims_reads_well() {
    let mut report = claims_fixture::report(&["F32", "F16", "Q4_K_M", "Q4_K_M+F32"]);
    // The matrix in F16, three values of which become subnormal.
    report.numbers[2].subnormal = 3;
    report.memory[1].peak_rss_bytes = report.memory[0].peak_rss_bytes;
    claims_fixture::judge(&mut report);
    let page = rendered(&report);
    assert_sound(&page);
    assert!(page.contains("<a href=\"#claims\">"));
    for language in ["ko", "en"] {
        let shown = text(claims(&page), language);
        insta::assert_snapshot!(format!("claims.{language}"), shown);
    }
}

#[test]
fn html_judges_every_claim_on_every_cell_besides_f32() {
    let page = rendered(&sample::report(12, 1));
    assert_eq!(
        claims(&page).matches("<div class=\"claim\">").count(),
        9 * 6
    );
    assert!(!claims(&page).contains("<details class=\"claims\" open>"));
    let few = rendered(&sample::report(4, 1));
    assert_eq!(
        claims(&few)
            .matches("<details class=\"claims\" open>")
            .count(),
        3
    );
    assert!(!rendered(&sample::report(1, 1)).contains("id=\"claims\""));
}

/// The section on number ranges.
fn numbers(page: &str) -> &str {
    let start = page.find("<section id=\"numbers\"").unwrap();
    &page[start..start + page[start..].find("</section>").unwrap()]
}

#[test]
fn html_of_number_ranges_reads_well() {
    for (name, report) in [
        ("numbers", sample::demonstration_report(1)),
        ("numbers-troubled", sample::troubled_report()),
    ] {
        let page = rendered(&report);
        assert_sound(&page);
        assert!(page.contains("<a href=\"#numbers\">"));
        for language in ["ko", "en"] {
            let shown = text(numbers(&page), language);
            insta::assert_snapshot!(format!("{name}.{language}"), shown);
        }
    }
}

/// The section on fidelity.
fn fidelity(page: &str) -> &str {
    let start = page.find("<section id=\"fidelity\"").unwrap();
    &page[start..start + page[start..].find("</section>").unwrap()]
}

#[test]
fn html_says_what_a_precision_costs() {
    for (name, report) in [
        ("fidelity", sample::report(3, 1)),
        ("fidelity-troubled", sample::troubled_report()),
    ] {
        let page = rendered(&report);
        assert_sound(&page);
        for language in ["ko", "en"] {
            let shown = text(fidelity(&page), language);
            insta::assert_snapshot!(format!("{name}.{language}"), shown);
        }
    }
}

#[test]
fn html_says_only_of_divergence_what_holds() {
    let said = |change: fn(&mut Report)| {
        let mut report = sample::report(2, 1);
        change(&mut report);
        let page = rendered(&report);
        assert_sound(&page);
        text(fidelity(&page), "ko")
    };
    fn noise(report: &mut Report, kld: f64) {
        let rows = report.fidelity.iter_mut();
        for row in rows.filter(|row| row.compared != Compared::Cell) {
            (row.mean_kld, row.mean_kld_se) = (kld, Some(0.0));
        }
    }
    assert!(said(|_| {}).contains("나트)의 1,000배가 넘습니다."));
    let zero = said(|report| noise(report, 0.0));
    assert!(zero.contains("기준은 다시 계산해도 똑같았으므로 잡음은 섞이지 않았습니다."));
    let high = said(|report| noise(report, 1.0));
    assert!(
        high.contains("잡음 바닥(1.00나트)과 구별되지 않습니다."),
        "{high}"
    );
    let unknown = said(|report| report.fidelity.retain(|row| row.compared == Compared::Cell));
    assert!(unknown.contains("이 차이가 잡음보다 큰지는 알 수 없습니다."));
    let same = said(|report| {
        for row in &mut report.fidelity {
            (row.mean_kld, row.max_kld, row.same_top) = (0.0, 0.0, 1.0);
        }
    });
    assert!(same.contains("어느 자리에서도 기준과 조금도 다르지 않았습니다."));
    let lost = "그 파일이 이미 잃은 것은 여기에 나타나지 않습니다.";
    let arithmetic = "차이는 잃은 가중치가 아니라 계산 방식에서 옵니다: general/F16.";
    assert!(!said(|_| {}).contains(lost));
    let raised = said(|report| {
        report.cells[0].derived_from = Some("F16".into());
        report.cells[1].derived_from = None;
    });
    assert!(
        raised.contains(lost) && raised.contains(arithmetic),
        "{raised}"
    );
    // F16 made of a quantised file rounds what its blocks stand for.
    let quantised = said(|report| {
        for cell in &mut report.cells {
            cell.derived_from = Some("Q4_1".into());
        }
    });
    assert!(
        quantised.contains(lost) && !quantised.contains("계산 방식"),
        "{quantised}"
    );
}

#[test]
fn html_compares_other_corpora_with_the_first() {
    let mut report = sample::report(2, 1);
    let mut other = report
        .fidelity
        .iter()
        .find(|row| row.whole)
        .unwrap()
        .clone();
    other.corpus = "english.txt".into();
    (other.mean_kld, other.mean_kld_se) = (other.mean_kld / 4.0, Some(0.0));
    report.fidelity.push(other);
    let page = rendered(&report);
    let shown = text(fidelity(&page), "ko");
    assert!(
        shown.contains("english.txt에서는 held-out의 0.250배(95% 구간 0.2"),
        "{shown}"
    );
    assert!(shown.contains("english.txt | "), "{shown}");
}

#[test]
fn html_without_comparisons_has_no_section_of_them() {
    let page = rendered(&sample::report(1, 1));
    assert!(!page.contains("#fidelity") && !page.contains("id=\"fidelity\""));
    assert!(page.contains("(KL 발산)는 재지 않았습니다"));
    assert!(!rendered(&sample::report(2, 1)).contains("(KL 발산)는 재지 않았습니다"));
}

#[test]
fn html_lists_ten_odd_tensors_and_counts_the_rest() {
    let mut run = sample::run_dir(1, 1);
    let page = rendered(&view::build(vec![run.clone()]));
    assert!(!numbers(&page).contains("NaN"));
    for record in &mut run.records {
        if let Fact::Numbers(tensor) = &mut record.fact {
            tensor.numbers.nan = 2;
            tensor.numbers.bf16.overflow = 1;
        }
    }
    let page = rendered(&view::build(vec![run]));
    assert_sound(&page);
    // Eleven tensors.
    let said = numbers(&page);
    let odd = "</bdi>: NaN 2개, BF16에서 넘침 1개</span>";
    assert_eq!(said.matches(odd).count(), 10);
    assert!(text(said, "ko").contains("외 1개\n") && text(said, "en").contains("and 1 more\n"));
}

#[test]
fn html_without_number_ranges_has_no_section_of_them() {
    let mut run = sample::run_dir(2, 1);
    run.info.suite.numbers = None;
    run.records
        .retain(|record| !matches!(record.fact, Fact::Numbers(_) | Fact::Activation(_)));
    let page = rendered(&view::build(vec![run]));
    assert_sound(&page);
    assert!(!page.contains("#numbers") && !page.contains("id=\"numbers\""));
}

/// The section on mixed precisions.
fn mixing(page: &str) -> &str {
    let start = page.find("<section id=\"mixing\"").unwrap();
    &page[start..start + page[start..].find("</section>").unwrap()]
}

#[test]
fn html_of_mixed_precisions_reads_well() {
    let page = rendered(&sample::grid_report());
    assert_sound(&page);
    assert!(page.contains("<a href=\"#mixing\">"));
    for language in ["ko", "en"] {
        insta::assert_snapshot!(format!("mixing.{language}"), text(mixing(&page), language));
    }
}

#[test]
fn html_marks_who_could_not_be_judged() {
    let mut report = sample::grid_report();
    let row = &mut report.grid[5];
    (row.peak_rss_bytes, row.pareto) = (None, None);
    view::compare(&mut report);
    let page = rendered(&report);
    assert_sound(&page);
    let shown = text(mixing(&page), "en");
    assert!(
        shown.contains("Not judged, since speed, memory or divergence is missing: instruct/F16.")
    );
    assert!(shown.contains("a value is missing"));
}

#[test]
fn html_of_one_precision_has_nothing_to_mix() {
    let mut report = sample::grid_report();
    report.grid.retain(|row| row.is_baseline);
    let page = rendered(&report);
    assert_sound(&page);
    assert!(!page.contains("#mixing") && !page.contains("id=\"mixing\""));
}

#[test]
fn html_shows_activations_without_weights_and_every_kind_that_is_lost() {
    let mut run = sample::run_dir(1, 1);
    run.records
        .retain(|record| !matches!(record.fact, Fact::Numbers(_)));
    let page = rendered(&view::build(vec![run.clone()]));
    assert_sound(&page);
    let rows = |page: &str| numbers(page).matches("<th scope=\"row\"").count();
    assert_eq!(rows(&page), 8);
    for record in &mut run.records {
        if let Fact::Activation(range) = &mut record.fact {
            range.overflow = 1;
        }
    }
    let page = rendered(&view::build(vec![run]));
    assert_sound(&page);
    assert_eq!(rows(&page), 12);
    assert!(text(numbers(&page), "en").contains("In 12 kinds there were values"));
}

#[test]
fn html_says_what_each_answer_is_like() {
    let page = rendered(&sample::demonstration_report(12));
    assert_sound(&page);
    let question = |n: usize| {
        let start = page.find(&format!("id=\"q{n}\"")).unwrap();
        &page[start..start + page[start..].find("</article>").unwrap()]
    };
    // Three questions about cats open the section. Of the others, by index, 6 is an instruction with a loop
    // and prose before its list, 10 one with prose after it.
    let (looped, closed) = (text(question(8), "ko"), text(question(11), "en"));
    for (head, value) in [
        ("한국어 줄", " | 75% | "),
        ("맴돈 부분", " | 37.5% | "),
        ("목록 앞에 줄글", " | 있음 | "),
    ] {
        assert!(looped.contains(head), "{head}");
        assert!(looped.matches(value).count() >= 3, "{head}");
        let has = text(question(1), "ko").contains(value);
        assert!(!has || value == " | 75% | ", "{head}");
    }
    assert!(looped.contains("목록 뒤에 줄글") && looped.contains(" | 없음 | "));
    assert_eq!(closed.matches(" | yes | yes | ").count(), 3);
    assert!(closed.contains("Caught in a loop") && !closed.contains("37.5%"));
}

#[test]
fn html_says_of_each_question_whether_it_was_learned() {
    let about = |page: &str, n: usize| {
        let start = page.find(&format!("id=\"q{n}\"")).unwrap();
        let article = &page[start..start + page[start..].find("</article>").unwrap()];
        let (head, cards) = article.split_once("<div class=\"answers\">").unwrap();
        (text(head, "ko"), text(cards, "ko"))
    };
    let mut run = sample::demonstration_run_dir(3);
    let page = rendered(&view::build(vec![run.clone()]));
    let (head, cards) = about(&page, 1);
    assert!(head.contains("시연용 모델의 학습에 쓴 질문") && !cards.contains("학습"));
    assert!(about(&page, 3).0.contains("시연용 모델의 학습에서 뺀 질문"));
    // Where they differ, each card says it, and a model that is none of hanbench's says nothing.
    run.info.models[0].demonstration = None;
    run.info.models[1]
        .demonstration
        .as_mut()
        .unwrap()
        .trained_on = Vec::new();
    let page = rendered(&view::build(vec![run]));
    assert_sound(&page);
    assert!(page.contains("(입력한 이름 <code>nabi-general</code>)"));
    assert!(page.contains("(내장 모델 <code>nabi-instruct</code>)"));
    let (head, cards) = about(&page, 1);
    assert!(!head.contains("학습"));
    for said in ["학습에 쓴 질문", "학습에서 뺀 질문"] {
        assert_eq!(cards.matches(said).count(), 1, "{said}");
    }
}

#[test]
fn html_of_no_demonstration_models_speaks_of_none() {
    let page = rendered(&sample::report(2, 2));
    for word in ["시연용", "nabi", "emonstration", "읽으면서 고친 파일"] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn html_of_demonstration_models_reads_well() {
    let page = rendered(&sample::demonstration_report(12));
    let part = |from: &str, to: &str| {
        let start = page.find(from).unwrap();
        &page[start..start + page[start..].find(to).unwrap()]
    };
    let banner = part("<p class=\"banner note\"", "<div class=\"cards\"");
    let heading = |ko: &str| format!("<h3><span class=\"t\" lang=\"ko\">{ko}");
    let scores = part(&heading("답변 점수"), &heading("나란히 본 답변"));
    let origins = part("<ul class=\"origins\"", "<h4>");
    let normalised = part("<ul class=\"normalised\"", "</article>");
    let all = |language| {
        [banner, scores, origins, normalised]
            .map(|html| text(html, language))
            .join("---\n")
    };
    insta::assert_snapshot!("demonstration.ko", all("ko"));
    insta::assert_snapshot!("demonstration.en", all("en"));
    let file =
        "<code>/cache/nabi-instruct.Q4_K_M.gguf</code> (내장 모델 <code>nabi-general</code>)";
    assert!(page.contains(file));
}

/// The section on answers at several precisions.
fn texts(page: &str) -> &str {
    let start = page.find("<section id=\"texts\"").unwrap();
    &page[start..start + page[start..].find("</section>").unwrap()]
}

#[test]
fn html_of_answers_at_several_precisions_reads_well() {
    for (name, report) in [
        ("texts", sample::report(10, 20)),
        ("texts-troubled", sample::troubled_report()),
    ] {
        let page = rendered(&report);
        assert_sound(&page);
        assert!(page.contains("<a href=\"#texts\">"));
        for language in ["ko", "en"] {
            let shown = text(texts(&page), language);
            insta::assert_snapshot!(format!("{name}.{language}"), shown);
        }
    }
}

#[test]
fn html_without_another_precision_has_no_section_on_it() {
    let page = rendered(&sample::report(1, 4));
    assert_sound(&page);
    assert!(!page.contains("#texts") && !page.contains("id=\"texts\""));
}
