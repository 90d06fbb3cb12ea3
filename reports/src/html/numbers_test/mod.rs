//! Every number on the page equals that of the CSV files, rounded.
//!
//! Tables name their file and each row its line; [`expected`] says, for each table and column, which
//! values of the line stand there. A table or a column that it does not know fails. Numbers in the answer
//! at the top carry their place themselves. Numbers in sentences have to be some value of some file.

mod expected;
mod read;

use super::tests::{Tag, rendered, tags, text};
use crate::sample;
use crate::stats::Z95;
use crate::view::{self, Report};
use expected::{Expected, expected, get, of_an_answer};
use read::{Files, Line, Shown, files, numbers};

/// The text of a tag and of all that it holds, up to its end; `at` is the index of the tag.
fn inside(tags: &[Tag], at: usize) -> String {
    let mut depth = 0_i32;
    let mut html = String::new();
    for tag in &tags[at..] {
        if !matches!(tag.name, "rect" | "br") {
            depth += if tag.closing { -1 } else { 1 };
        }
        if depth == 0 {
            break;
        }
        let slash = if tag.closing { "/" } else { "" };
        html += &format!("<{slash}{}{}>{}", tag.name, tag.attributes, tag.text);
    }
    let shown = text(&html, "ko").replace("가장 좋음", " ");
    for (entity, c) in [("&#60;", "<"), ("&#62;", ">")] {
        if shown.contains(entity) {
            return shown.replace(entity, c);
        }
    }
    shown
}

fn check(shown: &str, expected: &Expected, at: &str) {
    let found = numbers(shown);
    let wrong = match expected {
        Expected::Words => false,
        Expected::Last(value) => !found.last().is_some_and(|last| last.is(*value)),
        Expected::These(values) => {
            let differ = |(found, value): (&Shown, &f64)| !found.is(*value);
            found.len() != values.len() || found.iter().zip(values).any(differ)
        }
    };
    if wrong {
        let values = match expected {
            Expected::These(values) => values.clone(),
            Expected::Last(value) => vec![*value],
            Expected::Words => Vec::new(),
        };
        panic!("{at}: the page shows {shown:?}, read as {found:?}, and the CSV has {values:?}");
    }
}

/// Compares every table of a page; returns how many numbers that were.
fn compare_tables(page: &str, files: &Files, report: &Report) -> usize {
    let tags = tags(page);
    let (mut file, mut id, mut place, mut line) = ("", "", 0, None);
    let mut columns = Vec::new();
    let mut compared = 0;
    for (at, tag) in tags.iter().enumerate().filter(|(_, tag)| !tag.closing) {
        match tag.name {
            "table" => {
                file = tag.attribute("data-csv").unwrap_or("");
                columns = tag
                    .attribute("data-columns")
                    .map(|columns| columns.split(' ').collect())
                    .unwrap_or_default();
                id = tags[at..]
                    .iter()
                    .find_map(|tag| tag.attribute("id"))
                    .unwrap();
                line = None;
            }
            "tr" => {
                place = 0;
                line = tag
                    .attribute("data-row")
                    .map(|row| row.parse::<usize>().unwrap() - 1);
                let class = tag.attribute("class").unwrap_or("");
                if matches!(class, "below" | "group") {
                    line = None;
                    place = usize::MAX;
                }
            }
            "td" if place == usize::MAX => {}
            "td" => {
                let shown = inside(&tags, at);
                let (found, here) = (
                    numbers(&shown).len(),
                    format!("{id}, row {line:?}, column {place}"),
                );
                match line {
                    Some(row) => {
                        let line = &files[file][row];
                        let expected = match columns.get(place) {
                            Some(column) => of_an_answer(line, column),
                            None => expected(id, place, line, row, files, report),
                        };
                        check(&shown, &expected, &here);
                        compared += found;
                    }
                    None => assert!(
                        matches!(id, "t-claims" | "t-lineage" | "t-troubles"),
                        "{here} names no line of a file"
                    ),
                }
                place += 1;
            }
            _ => {}
        }
    }
    compared
}

/// Compares every number that carries its own place.
fn compare_data(page: &str, files: &Files) -> usize {
    let tags = tags(page);
    let data: Vec<&Tag> = tags
        .iter()
        .filter(|tag| tag.name == "data" && !tag.closing)
        .collect();
    for tag in &data {
        let place = tag.attribute("value").unwrap();
        let [file, row, column] = place.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{place} is no place")
        };
        let line = &files[file][row.parse::<usize>().unwrap() - 1];
        let value = match column {
            _ if column.ends_with("-1") => {
                get(line, &column[..column.len() - 2]).map(|value| value - 1.0)
            }
            _ if column.ends_with("*100") => {
                get(line, &column[..column.len() - 4]).map(|value| value * 100.0)
            }
            _ => get(line, column),
        };
        let value = value.unwrap_or_else(|| panic!("{place} is empty"));
        let shown = tag.text.replace("&#60;", "<").replace("&#62;", ">");
        let [found] = numbers(&format!(" {shown}"))[..] else {
            panic!("{place}: {shown} is not one number")
        };
        // A size is shown without its sign, and a loss of less than none as none.
        let is = found.is(value)
            || found.is(value.abs())
            || (value < 0.0 && found.is(0.0))
            || found.is(-value);
        assert!(
            is,
            "{place}: the page shows {shown}, and the CSV has {value}"
        );
    }
    data.len()
}

fn reports() -> Vec<(&'static str, Report)> {
    let (here, mut there) = (sample::run_dir(8, 9), sample::run_dir(8, 9));
    there.info.machine.name = "other".into();
    vec![
        ("twelve", sample::report(12, 20)),
        ("demonstration", sample::demonstration_report(12)),
        ("grid", sample::grid_report()),
        ("troubled", sample::troubled_report()),
        ("machines", view::build(vec![here, there])),
        ("one", sample::report(1, 1)),
    ]
}

#[test]
fn every_number_of_a_table_is_that_of_its_line() {
    for (name, report) in reports() {
        let files = files(&report);
        let page = rendered(&report);
        let compared = compare_tables(&page, &files, &report);
        assert!(compared > 60, "{name}: only {compared} numbers");
    }
}

#[test]
fn every_number_of_the_answer_is_that_of_its_place() {
    for (name, report) in reports() {
        let compared = compare_data(&rendered(&report), &files(&report));
        assert!(compared > 4, "{name}: only {compared} numbers");
    }
}

/// What the page says of formats and of its own rules, wherever it says it.
const CONSTANTS: [&str; 8] = [
    "65,504",
    "0.00006",
    "0.00000003",
    "1.96",
    "0.05",
    "1,000",
    "4,000",
    "99.9999%",
];

/// The text of what is no table, answer, chart, method, or list of what was recorded.
fn prose(page: &str) -> String {
    let mut kept = String::new();
    let (mut skipped, mut depth) = (None, 0_i32);
    for tag in tags(page) {
        let leaves = matches!(tag.name, "" | "meta" | "input" | "br" | "rect" | "circle");
        let class = tag.attribute("class").unwrap_or("");
        let other = matches!(
            tag.name,
            "table" | "style" | "script" | "svg" | "data" | "code" | "bdi"
        ) || matches!(
            tag.attribute("id"),
            Some("answers" | "charts" | "environment" | "troubles" | "method")
        ) || matches!(class, "how" | "eyebrow")
            || (class == "t" && tag.attribute("lang") == Some("en"));
        if !tag.closing && !leaves {
            depth += 1;
            if other && skipped.is_none() {
                skipped = Some(depth);
            }
        }
        if tag.closing {
            if skipped == Some(depth) {
                skipped = None;
                kept.push(' ');
                kept += tag.text;
                depth -= 1;
                continue;
            }
            depth -= 1;
        }
        if skipped.is_none() {
            kept.push(' ');
            kept += tag.text;
        }
    }
    kept.replace("&#60;", "<").replace("&#62;", ">")
}

/// Every number of the files, and the ends of the intervals that follow from standard errors.
fn values(files: &Files) -> Vec<f64> {
    let mut all = Vec::new();
    for line in files.values().flatten() {
        for (column, field) in line {
            let Ok(value) = field.parse::<f64>() else {
                continue;
            };
            all.push(value);
            if let Some(error) = line
                .get(&format!("{column}_se"))
                .and_then(|se| se.parse::<f64>().ok())
            {
                all.extend([value - Z95 * error, value + Z95 * error, Z95 * error]);
            }
            if let (Some(low), Some(high)) = (line.get("ci95_low"), line.get("ci95_high")) {
                all.extend(
                    high.parse::<f64>()
                        .ok()
                        .zip(low.parse::<f64>().ok())
                        .map(|(high, low)| (high - low) / 2.0),
                );
            }
        }
    }
    all
}

/// What cells take less or more than others, in bytes and as a share: the sentences on mixing say it.
fn memory_differences(lines: &[Line]) -> Vec<f64> {
    let bytes =
        |line: &Line| Some(get(line, "peak_rss_bytes")? + get(line, "gpu_bytes").unwrap_or(0.0));
    let all: Vec<f64> = lines.iter().filter_map(bytes).collect();
    let pairs = all
        .iter()
        .flat_map(|one| all.iter().map(move |other| (one, other)));
    pairs
        .flat_map(|(one, other)| [(one - other).abs(), (one - other).abs() / other])
        .collect()
}

/// For each file of numbers.csv and each format, the share of its values in tensors of that type: a cast to it
/// leaves them as they are.
fn shares_in_a_format(lines: &[Line]) -> Vec<f64> {
    let n = |line: &Line| get(line, "n").unwrap();
    let wholes = lines.iter().filter(|line| line["tensor"] == "all");
    wholes
        .map(|whole| {
            let same = ["machine", "model", "variant", "precision", "format"];
            let held = lines.iter().filter(|line| {
                same.iter().all(|column| line[*column] == whole[*column])
                    && line["type"] == whole["format"]
            });
            held.map(n).sum::<f64>() / n(whole)
        })
        .collect()
}

/// The divergences over texts as multiples of that over the whole, with their intervals.
fn multiples(report: &Report) -> Vec<f64> {
    let wholes = report.fidelity.iter().filter(|row| row.whole);
    let of = |whole| {
        report
            .fidelity
            .iter()
            .filter_map(move |row| row.relative_to(whole))
    };
    let found = wholes.flat_map(of);
    found
        .flat_map(|found| [found.point, found.low, found.high])
        .collect()
}

#[test]
fn every_number_of_a_sentence_is_some_value_of_some_file() {
    for (name, report) in reports() {
        let files = files(&report);
        let mut known = values(&files);
        known.extend(
            report
                .runs
                .iter()
                .map(|run| run.machine.memory_bytes as f64),
        );
        known.extend(memory_differences(&files["grid.csv"]));
        known.extend(shares_in_a_format(&files["numbers.csv"]));
        // How many times as large F16's largest is.
        let shares = files["activations.csv"].iter();
        known.extend(shares.filter_map(|line| Some(get(line, "share_of_f16_max")?.recip())));
        known.extend(multiples(&report));
        // As they are, and as what is off from all, also of a thousand.
        let ways = |value: f64| [value, 1.0 - value, 1000.0 * (1.0 - value)];
        let mut text = prose(&rendered(&report));
        for constant in CONSTANTS {
            text = text.replace(constant, " ");
        }
        let (mut seen, mut unknown) = (0, Vec::new());
        for shown in numbers(&text) {
            // Small whole numbers count things; of them any would do.
            if shown.half_digit == 0.5 && shown.value.abs() < 1000.0 {
                continue;
            }
            seen += 1;
            let is = |value: &f64| {
                let found = ways(*value)
                    .iter()
                    .any(|value| shown.is(*value) || shown.is(value.abs()));
                // A share in hundredths whose sign stands elsewhere.
                found || shown.is(value.abs() * 100.0)
            };
            if !known.iter().any(is) {
                let shown = shown.value.to_string();
                let before = text.split(&shown).next().unwrap_or_default();
                let near: Vec<char> = before.chars().rev().take(60).collect();
                unknown.push((shown, near.into_iter().rev().collect::<String>()));
            }
        }
        assert!(unknown.is_empty(), "{name}: no file has {unknown:?}");
        assert!(seen > 0 || name == "one", "{name}: no numbers");
    }
}

#[test]
fn numbers_are_read_as_they_are_shown() {
    let values = |text: &str| {
        numbers(text)
            .iter()
            .map(|shown| shown.value)
            .collect::<Vec<_>>()
    };
    assert_eq!(values("1,234.5 (−0.25 … +3)"), [1234.5, -0.25, 3.0]);
    assert_eq!(values("5.00 MiB, Q4_K_M, 12.5%"), [5_242_880.0, 0.125]);
    assert_eq!(values("5.96e−8–2.50e−3"), [5.96e-8, 2.5e-3]);
    assert!(numbers("12.3")[0].is(12.349) && !numbers("12.3")[0].is(12.36));
    assert!(numbers(" < 0.0001%")[0].is(1e-9) && !numbers(" < 0.0001%")[0].is(0.0));
}

#[test]
fn a_number_that_is_not_the_one_of_the_file_is_found() {
    let report = sample::report(2, 8);
    let page = rendered(&report);
    let mut files = files(&report);
    files.get_mut("speed.csv").unwrap()[0].insert("reps".into(), "6".into());
    let compared = std::panic::catch_unwind(|| compare_tables(&page, &files, &report));
    assert!(compared.is_err());
}
