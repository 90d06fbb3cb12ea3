//! What stands in each column of each table.

use super::read::{Files, Line};
use crate::html::number::Estimate;
use crate::html::perplexity;
use crate::stats::Z95;
use crate::view::Report;

/// What stands in a cell of a table.
pub(super) enum Expected {
    /// These numbers and no others, in this order.
    These(Vec<f64>),
    /// Words, in which a name may hold digits.
    Words,
    /// Words, then this number.
    Last(f64),
}

pub(super) fn get(line: &Line, column: &str) -> Option<f64> {
    let field = line
        .get(column)
        .unwrap_or_else(|| panic!("no column {column}"));
    (!field.is_empty()).then(|| {
        field
            .parse()
            .unwrap_or_else(|_| panic!("{column}: {field}"))
    })
}

fn these(values: impl IntoIterator<Item = Option<f64>>) -> Expected {
    Expected::These(values.into_iter().flatten().collect())
}

/// What stands of an answer under the head of a column of answers.csv.
pub(super) fn of_an_answer(line: &Line, column: &str) -> Expected {
    match column {
        "style" | "prose_before_list" | "prose_after_list" => Expected::Words,
        // Shown in milliseconds while less than a second, from then on in seconds.
        "ttft_ns" => {
            these([get(line, column).map(|ns| if ns < 1e9 { ns / 1e6 } else { ns / 1e9 })])
        }
        _ => these([get(line, column)]),
    }
}

/// A value with its interval, where both ends are known.
fn with_interval(value: Option<f64>, low: Option<f64>, high: Option<f64>) -> Expected {
    let ends = value.and(low.zip(high));
    these([value, ends.map(|(low, _)| low), ends.map(|(_, high)| high)])
}

fn estimate(line: &Line, [value, low, high]: [&str; 3], scale: f64) -> Expected {
    let get = |column| get(line, column).map(|value| value * scale);
    with_interval(get(value), get(low), get(high))
}

fn around(value: Option<f64>, error: Option<f64>) -> Expected {
    let half = error.map(|error| Z95 * error);
    let end = |sign: f64| value.zip(half).map(|(value, half)| value + sign * half);
    with_interval(value, end(-1.0), end(1.0))
}

fn bits(line: &Line, column: &str) -> Expected {
    let estimate = perplexity::bits(get(line, column), get(line, "ppl"), get(line, "ppl_se"));
    let ends = estimate.and_then(|estimate: Estimate| estimate.interval);
    with_interval(
        estimate.map(|estimate| estimate.value),
        ends.map(|(low, _)| low),
        ends.map(|(_, high)| high),
    )
}

/// A value and ± half the width of its interval, which nothing stands for that cannot vary.
fn plus_minus(line: &Line, value: &str, error: &str, scale: f64) -> Expected {
    let half = get(line, error)
        .map(|error| scale * Z95 * error)
        .filter(|half| *half > 0.0);
    these([get(line, value).map(|value| value * scale), half])
}

/// A share of the values, with the count where it is small.
fn counted(line: &Line, column: &str) -> Expected {
    let (count, n) = (get(line, column).unwrap(), get(line, "n").unwrap());
    let few = (1.0..10_000.0).contains(&count).then_some(count);
    these([(n > 0.0).then(|| count / n), few.filter(|_| n > 0.0)])
}

/// A mean over answers with its interval and, where that is not all, their number.
fn score(line: &Line, [mean, low, high]: [&str; 3], n: &str) -> Expected {
    let Expected::These(mut values) = estimate(line, [mean, low, high], 1.0) else {
        unreachable!()
    };
    let n = get(line, n).unwrap();
    if n > 0.0 && n != get(line, "n_answers").unwrap() {
        values.push(n);
    }
    Expected::These(values)
}

/// A change of answers with its interval, p, and the number of questions where that is not all.
fn change(line: &Line, name: &str, n: &str, scale: f64) -> Expected {
    let of = |end: &str| get(line, &format!("{name}_{end}")).map(|value| value * scale);
    let Some(mean) = of("change") else {
        return Expected::These(Vec::new());
    };
    let n = get(line, n).filter(|n| *n != get(line, "n_questions").unwrap());
    let ends = of("ci95_low").zip(of("ci95_high"));
    if mean == 0.0 && ends.is_none() {
        return these([Some(0.0), n]);
    }
    let p = get(line, &format!("{name}_p"));
    these([
        Some(mean),
        ends.map(|(low, _)| low),
        ends.map(|(_, high)| high),
        p,
        n,
    ])
}

/// What stands in a cell of the table `id`: of the column with this place behind the row's head.
pub(super) fn expected(
    id: &str,
    place: usize,
    line: &Line,
    place_of_line: usize,
    files: &Files,
    report: &Report,
) -> Expected {
    use Expected::Words;
    let one = |column: &str| these([get(line, column)]);
    let ms = |column: &str| these([get(line, column).map(|ns| ns / 1e6)]);
    let rate = |name: &str| {
        estimate(
            line,
            [
                &format!("{name}_ts"),
                &format!("{name}_ci95_low"),
                &format!("{name}_ci95_high"),
            ],
            1.0,
        )
    };
    let fidelity = || &report.fidelity[place_of_line];
    match (id, place) {
        ("t-summary", 0) => Words,
        ("t-summary", 1) => rate("decode"),
        ("t-summary", 2) => rate("prefill"),
        ("t-summary", 3) => one("peak_rss_bytes"),
        ("t-summary", 4) => one("syllables_per_s"),
        ("t-summary", 5) => bits(line, "bits_per_syllable"),
        ("t-summary", 6) | ("t-perplexity" | "t-perplexity-texts", 5) => {
            around(get(line, "ppl"), get(line, "ppl_se"))
        }
        ("t-summary", 7) => one("mean_kld"),
        ("t-summary", 8) => estimate(
            line,
            ["coverage", "coverage_ci95_low", "coverage_ci95_high"],
            1.0,
        ),
        ("t-summary", 9) => these([get(line, "n_answers"), get(line, "cut_share")]),
        ("t-summary", 10) => one("hangul_share"),
        ("t-summary", 11) => one("ttft_ms"),
        ("t-summary", 12) => one("load_ms"),

        ("t-hardware", 0) => these([get(line, "peak_rss_bytes"), get(line, "gpu_bytes")]),
        ("t-hardware", 1) => one("memory_share"),
        ("t-hardware", 2) => estimate(line, ["read_gb_s", "read_ci95_low", "read_ci95_high"], 1.0),
        ("t-hardware", 3) => one("probe_read_gb_s"),
        ("t-hardware", 4) => one("read_share"),
        ("t-hardware", 5) => estimate(
            line,
            [
                "decode_joules_per_token",
                "decode_joules_ci95_low",
                "decode_joules_ci95_high",
            ],
            1.0,
        ),

        ("t-speed", 0) => Words,
        ("t-speed", 1) => one("n_threads"),
        ("t-speed", 2) | ("t-load" | "t-answer-speed", 0) => one("reps"),
        ("t-speed", 3) | ("t-answer-speed", 4) => {
            estimate(line, ["median_ts", "ci95_low", "ci95_high"], 1.0)
        }
        ("t-speed", 4) => these([get(line, "avg_ts"), get(line, "stddev_ts")]),
        ("t-speed", 5) | ("t-load", 1) => ms("median_ns"),
        ("t-load", 2) => one("page_cache_share"),
        ("t-answer-speed", 1) => ms("ttft_ns"),
        ("t-answer-speed", 2) => ms("inter_token_p50_ns"),
        ("t-answer-speed", 3) => ms("inter_token_p95_ns"),
        ("t-answer-speed", 5) => one("chars_per_s"),
        ("t-answer-speed", 6) => one("syllables_per_s"),

        ("t-memory", 0) => these([get(line, "n_ctx"), get(line, "n_seq").filter(|n| *n > 1.0)]),
        ("t-memory", 1) => {
            let (predicted, peak) = (get(line, "predicted_bytes"), get(line, "peak_rss_bytes"));
            these([
                predicted,
                predicted
                    .zip(peak)
                    .map(|(predicted, peak)| (predicted - peak) / peak),
            ])
        }
        ("t-memory", 2) => one("peak_rss_bytes"),
        ("t-memory", 3) => one("model_bytes"),
        ("t-memory", 4) => one("kv_bytes"),
        ("t-memory", 5) => one("compute_bytes"),
        ("t-memory", 6) => one("rss_anon_bytes"),
        ("t-memory", 7) => one("rss_file_bytes"),
        ("t-memory", 8) => one("gpu_bytes"),

        ("t-energy" | "t-energy-meters", 0) => Words,
        ("t-energy" | "t-energy-meters", 1) => one("reps"),
        // Of what could not be told the note says why, in figures of the record.
        ("t-energy" | "t-energy-meters", 2) if !line["reason"].is_empty() => Words,
        ("t-energy" | "t-energy-meters", 2) => estimate(
            line,
            ["joules_per_token", "ci95_low", "ci95_high"],
            per_joule(files),
        ),
        ("t-energy" | "t-energy-meters", 3) => {
            these([get(line, "gross_joules_per_token").map(|joules| joules * per_joule(files))])
        }
        ("t-energy" | "t-energy-meters", 4) => one("idle_w"),
        ("t-energy" | "t-energy-meters", 5) => one("mean_w"),

        ("t-perplexity" | "t-perplexity-texts", 0) => Words,
        ("t-perplexity" | "t-perplexity-texts", 1) => {
            these([get(line, "n_chunks"), get(line, "n_ctx")])
        }
        ("t-perplexity" | "t-perplexity-texts", 2) | ("t-fidelity-texts", 0) => one("n_scored"),
        ("t-perplexity" | "t-perplexity-texts", 3) => bits(line, "bits_per_syllable"),
        ("t-perplexity" | "t-perplexity-texts", 4) => bits(line, "bits_per_byte"),
        ("t-perplexity" | "t-perplexity-texts", 6) => one("mean_nll"),

        ("t-fidelity", 0) => Expected::Last(get(line, "n_scored").unwrap()),
        ("t-fidelity", 1) | ("t-fidelity-texts", 1) => {
            plus_minus(line, "mean_kld", "mean_kld_se", 1.0)
        }
        ("t-fidelity", 2) => one("median_kld"),
        ("t-fidelity", 3) => one("p99_kld"),
        ("t-fidelity", 4) => one("max_kld"),
        ("t-fidelity", 5) | ("t-fidelity-texts", 3) => {
            // The half width stands in hundredths and has no sign of them.
            let half = get(line, "same_top_se")
                .map(|se| 100.0 * Z95 * se)
                .filter(|half| *half > 0.0);
            these([get(line, "same_top"), half])
        }
        ("t-fidelity", 6) | ("t-fidelity-texts", 4) => {
            plus_minus(line, "rms_dp", "rms_dp_se", 100.0)
        }
        ("t-fidelity", 7) | ("t-fidelity-texts", 5) => {
            plus_minus(line, "ppl_ratio", "ppl_ratio_se", 1.0)
        }
        ("t-fidelity-texts", 2) => {
            let row = fidelity();
            let whole = report.fidelity.iter().find(|other| {
                other.whole
                    && other.compared == row.compared
                    && (other.cell, other.baseline_cell) == (row.cell, row.baseline_cell)
            });
            let found = whole.and_then(|whole| row.relative_to(whole));
            these([
                found.map(|found| found.point),
                found.map(|found| found.low),
                found.map(|found| found.high),
            ])
        }

        ("t-mixing", 0) => Words,
        ("t-mixing", 1) => rate("decode"),
        ("t-mixing", place) => mixing(line, place, files),

        ("t-numbers", 0) | ("t-numbers-tensors", 0) => Words,
        ("t-numbers", 1) => these([get(line, "min"), get(line, "max"), get(line, "n")]),
        ("t-numbers", 2) => counted(line, "overflow"),
        ("t-numbers", 3) | ("t-numbers-tensors", 6) => counted(line, "subnormal"),
        ("t-numbers", 4) | ("t-numbers-tensors", 7) => counted(line, "vanish"),
        ("t-numbers", 5) => counted(line, "changed"),
        ("t-numbers", 6) => one("mean_relative_error"),
        ("t-numbers", 7) => one("max_relative_error"),
        ("t-numbers-tensors", 1) => one("n"),
        ("t-numbers-tensors", 2) => one("max_abs"),
        ("t-numbers-tensors", 3) => these([get(line, "min"), get(line, "max")]),
        ("t-numbers-tensors", 4) => one("mean"),
        ("t-numbers-tensors", 5) => one("deviation"),

        ("t-activations", place) => activation(line, place, &files["activations.csv"]),
        ("t-claims" | "t-lineage" | "t-troubles", _) | ("t-scores", 0) => Words,
        ("t-scores", 1) => one("n_answers"),
        ("t-scores", 2) => score(
            line,
            ["coverage", "coverage_ci95_low", "coverage_ci95_high"],
            "n_coverage",
        ),
        ("t-scores", 3) => score(
            line,
            ["obedience", "obedience_ci95_low", "obedience_ci95_high"],
            "n_obedience",
        ),
        ("t-scores", 4) => score(
            line,
            [
                "off_topic_share",
                "off_topic_ci95_low",
                "off_topic_ci95_high",
            ],
            "n_off_topic",
        ),
        ("t-scores", 5) => score(
            line,
            [
                "reference_nll",
                "reference_nll_ci95_low",
                "reference_nll_ci95_high",
            ],
            "n_reference_nll",
        ),
        ("t-scores", 6) => one("cut_share"),
        ("t-scores", 7) => one("median_chars"),

        ("t-texts", 0) => one("n_questions"),
        ("t-texts", 1) => one("n_not_compared"),
        ("t-texts", 2) => estimate(
            line,
            [
                "identical_share",
                "identical_ci95_low",
                "identical_ci95_high",
            ],
            1.0,
        ),
        ("t-texts", 3) => one("n_cut_both"),
        ("t-texts", 4) => one("n_parted"),
        ("t-texts", 5) => estimate(
            line,
            [
                "first_difference",
                "first_difference_ci95_low",
                "first_difference_ci95_high",
            ],
            1.0,
        ),
        ("t-texts", 6) => estimate(
            line,
            [
                "first_difference_share",
                "first_difference_share_ci95_low",
                "first_difference_share_ci95_high",
            ],
            1.0,
        ),
        ("t-texts-changes", 0) => change(line, "chars", "n_chars", 1.0),
        ("t-texts-changes", 1) => change(line, "korean", "n_korean", 100.0),
        ("t-texts-changes", 2) => change(line, "korean_line", "n_korean_line", 100.0),
        ("t-texts-changes", 3) => change(line, "coverage", "n_coverage", 100.0),
        ("t-texts-changes", 4) => change(line, "obedience", "n_obedience", 100.0),
        ("t-texts-changes", 5) => change(line, "off_topic", "n_off_topic", 100.0),
        ("t-texts-changes", 6) => change(line, "loop", "n_loop", 100.0),
        _ => panic!("say which numbers stand in column {place} of {id}"),
    }
}

/// What the figures of energy are multiplied by: they stand in thousandths where any is small.
fn per_joule(files: &Files) -> f64 {
    let lines = &files["energy.csv"];
    let mut figures = lines
        .iter()
        .filter_map(|line| get(line, "gross_joules_per_token"));
    if figures.any(|joules| joules < 0.1) {
        1000.0
    } else {
        1.0
    }
}

/// The columns behind the first speed, of which one is there only where some cell was tested deeper.
fn mixing(line: &Line, place: usize, files: &Files) -> Expected {
    let deep = files["grid.csv"]
        .iter()
        .any(|line| get(line, "deep_decode_ts").is_some());
    match place - usize::from(deep) {
        1 => {
            let Expected::These(mut values) = estimate(
                line,
                [
                    "deep_decode_ts",
                    "deep_decode_ci95_low",
                    "deep_decode_ci95_high",
                ],
                1.0,
            ) else {
                unreachable!()
            };
            values.extend(get(line, "deep_n_depth"));
            Expected::These(values)
        }
        2 => estimate(
            line,
            ["prefill_ts", "prefill_ci95_low", "prefill_ci95_high"],
            1.0,
        ),
        3 => {
            these([get(line, "peak_rss_bytes")
                .map(|peak| peak + get(line, "gpu_bytes").unwrap_or(0.0))])
        }
        4 => these([get(line, "model_bytes")]),
        5 => these([get(line, "kv_bytes")]),
        6 => {
            let own = format!("{}/{}", line["variant"], line["precision"]);
            if line["baseline"] == own {
                // By definition, and so without an interval.
                return these([get(line, "mean_kld")]);
            }
            let (mean, se) = (get(line, "mean_kld"), get(line, "mean_kld_se"));
            let end = |sign: f64| Some((mean? + sign * Z95 * se?).max(0.0));
            with_interval(mean, end(-1.0), end(1.0))
        }
        _ => panic!("say which numbers stand in column {place} of t-mixing"),
    }
}

/// One kind over all layers: the line is that of its largest.
fn activation(line: &Line, place: usize, lines: &[Line]) -> Expected {
    let key = ["machine", "variant", "precision", "node"];
    let all: Vec<&Line> = lines
        .iter()
        .filter(|other| key.iter().all(|column| other[*column] == line[*column]))
        .collect();
    let sum = |column: &str| all.iter().filter_map(|line| get(line, column)).sum::<f64>();
    match place {
        0 => these([get(line, "max_abs")]),
        1 => these([get(line, "layer")]),
        2 => these([get(line, "max_abs")
            .filter(|most| *most > 0.0)
            .map(|most| (65_504.0 / most).log2())]),
        3 => {
            let lost = all
                .iter()
                .filter(|line| !line["layer"].is_empty() && get(line, "overflow") > Some(0.0))
                .count();
            these([Some(sum("overflow")), (lost > 0).then_some(lost as f64)])
        }
        4 => these([Some(sum("nan") + sum("inf"))]),
        5 => these([Some(sum("n"))]),
        _ => panic!("say which numbers stand in column {place} of t-activations"),
    }
}
