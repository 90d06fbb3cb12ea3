//! The summary of a report as plain text, for the end of a run.

use unicode_width::UnicodeWidthStr;

use crate::record::{Demonstration, Failure};
use crate::text::one_line;
use crate::view::{Report, Status, SummaryRow, demonstrations, machines};

/// What stands for a value that was not measured.
const MISSING: &str = "–";
const MIB: f64 = 1_048_576.0;

/// A table with one row per cell, aligned for a terminal in which Hangul takes two columns, and
/// under it a line on demonstration models, and one line per failure and per note. Intervals are 95 %, ± is a standard error.
///
/// Names come from model files and failures from anywhere, so nothing in them can steer a terminal.
#[must_use]
pub fn summary_table(report: &Report) -> String {
    let several_machines = machines(report).len() > 1;
    let mut rows = vec![HEADER.map(String::from).to_vec()];
    rows.extend(report.summary.iter().map(|row| cells(row).to_vec()));
    if !several_machines {
        rows.iter_mut().for_each(|row| _ = row.remove(0));
    }
    // The machine, the variant, the precision and the status are text, the rest numbers.
    let n_names = 2 + usize::from(several_machines);
    let mut shown = aligned(&rows, n_names);
    for line in demonstration(report).into_iter().chain(troubles(report)) {
        shown.push_str(&line);
        shown.push('\n');
    }
    shown
}

const HEADER: [&str; 11] = [
    "machine",
    "variant",
    "precision",
    "prefill t/s",
    "decode t/s",
    "TTFT ms",
    "memory MiB",
    "PPL",
    "bits/syllable",
    "median tokens",
    "status",
];

fn cells(row: &SummaryRow) -> [String; 11] {
    [
        one_line(&row.machine).into_owned(),
        one_line(&row.variant).into_owned(),
        one_line(&row.precision).into_owned(),
        with_interval(row.prefill_ts, row.prefill_ci95_low, row.prefill_ci95_high),
        with_interval(row.decode_ts, row.decode_ci95_low, row.decode_ci95_high),
        or_missing(row.ttft_ms.map(number)),
        or_missing(
            row.peak_rss_bytes
                .map(|bytes| format!("{:.0}", bytes as f64 / MIB)),
        ),
        with_error(row.ppl, row.ppl_se),
        or_missing(row.bits_per_syllable.map(|bits| format!("{bits:.3}"))),
        length(row),
        row.status.name().replace('_', " "),
    ]
}

fn or_missing(value: Option<String>) -> String {
    value.unwrap_or_else(|| MISSING.into())
}

/// Three significant digits, or all digits before the point.
fn number(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 99.95 => 0,
        size if size >= 9.995 => 1,
        _ => 2,
    };
    format!("{value:.decimals$}")
}

fn with_interval(value: Option<f64>, low: Option<f64>, high: Option<f64>) -> String {
    match (value, low, high) {
        (Some(value), Some(low), Some(high)) => {
            format!("{} [{}, {}]", number(value), number(low), number(high))
        }
        (Some(value), ..) => number(value),
        (None, ..) => MISSING.into(),
    }
}

fn with_error(value: Option<f64>, error: Option<f64>) -> String {
    match (value, error) {
        (Some(value), Some(error)) => format!("{value:.3} ± {error:.3}"),
        (Some(value), None) => format!("{value:.3}"),
        (None, _) => MISSING.into(),
    }
}

/// The median answer in tokens, which is where the limit cuts.
fn length(row: &SummaryRow) -> String {
    let Some(tokens) = row.median_tokens else {
        return MISSING.into();
    };
    let at_least = if row.length_is_at_least() { "≥ " } else { "" };
    format!("{at_least}{tokens}")
}

/// `rows`, the first of which is the header, with columns padded to the same width: the first
/// `n_names` and the last to the left, the others to the right.
fn aligned(rows: &[Vec<String>], n_names: usize) -> String {
    let n_columns = rows[0].len();
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].width())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..n_columns).map(width).collect();
    let mut shown = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let padding = " ".repeat(width - cell.width());
            let left = column < n_names || column == n_columns - 1;
            let (before, after) = if left {
                ("", &*padding)
            } else {
                (&*padding, "")
            };
            let gap = if column == 0 { "" } else { "  " };
            line += &format!("{gap}{before}{cell}{after}");
        }
        shown += line.trim_end();
        shown.push('\n');
    }
    shown
}

/// That models are hanbench's own, where any is.
fn demonstration(report: &Report) -> Option<String> {
    let name = |(label, model): (&str, &Demonstration)| {
        format!("{} ({})", one_line(label), one_line(&model.weights))
    };
    let names: Vec<String> = demonstrations(report).into_iter().map(name).collect();
    (!names.is_empty()).then(|| {
        format!(
            "note: demonstration models of hanbench's own: {}; their quality says nothing about other models, the numbers show how hanbench works",
            names.join(", ")
        )
    })
}

/// One line per failure, per cell that ended without saying why, and per note; and one per comparison
/// that is not in the table and was not made.
fn troubles(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for cell in &report.cells {
        let name = format!(
            "{}/{}",
            one_line(&cell.key.variant),
            one_line(&cell.key.precision)
        );
        lines.extend(failed(&name, cell.status, &cell.failures));
    }
    for cell in &report.fidelity_cells {
        let name = one_line(&cell.id);
        lines.extend(failed(&name, cell.status, &cell.failures));
        if matches!(cell.status, Status::CutOff | Status::NotRun) {
            let status = cell.status.name().replace('_', " ");
            lines.push(format!("{status}: {name}"));
        }
    }
    lines.extend(
        report
            .notes
            .iter()
            .map(|note| format!("note: {}", one_line(note))),
    );
    lines
}

/// What failed in one cell.
fn failed(name: &str, status: Status, failures: &[Failure]) -> Vec<String> {
    let line = |failure: &Failure| {
        let (stage, reason) = (failure.stage.name(), one_line(&failure.reason));
        format!("failed: {name}: {stage}: {reason}")
    };
    if status == Status::Failed && failures.is_empty() {
        return vec![format!(
            "failed: {name}: it ended incomplete and no reason was recorded"
        )];
    }
    failures.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_run_with_troubles() {
        insta::assert_snapshot!(summary_table(&sample::troubled_report()), @"
        variant   precision        prefill t/s         decode t/s  TTFT ms  memory MiB             PPL  bits/syllable  median tokens  status
        general   F32           373 [370, 387]  41.8 [40.8, 42.9]     81.7         629  21.924 ± 0.632          3.341          133.5  complete
        general   F16                        –                  –        –           –               –              –              –  failed
        general   Q8_0       1402 [1391, 1448]     156 [152, 158]     21.6         293  21.943 ± 0.632          3.342            148  cut off
        general   Q4_K_M                     –                  –        –           –               –              –              –  not run
        instruct  F32           370 [364, 386]  41.7 [39.9, 42.4]        –         629  22.772 ± 0.656          3.382              –  failed
        failed: general/F16: load: /models/나쁜.gguf: cut short: tensor blk.0.attn_q.weight ends at byte 9216 but the file has 8192; fetch the file again
        failed: instruct/F32: answers: the process measuring it was killed (signal 9); if nobody did it, the system ran out of memory: free some, or take a smaller model or precision
        failed: general/fidelity: fidelity: general/F16: left out of the comparison, since its file could not be made
        failed: general/fidelity: fidelity: general/Q4_K_M: left out of the comparison, since its file could not be made
        note: runs/sample/records.jsonl:17: not a record, left out: expected value
        ");
    }

    #[test]
    fn columns_stay_aligned_in_korean_and_nothing_steers_the_terminal() {
        let mut report = sample::report(2, 1);
        report.summary[0].variant = "한글 모델".into();
        report.summary[1].variant = "\u{1b}[2Jx\n".into();
        insta::assert_snapshot!(summary_table(&report), @r#"
        variant       precision     prefill t/s         decode t/s  TTFT ms  memory MiB             PPL  bits/syllable  median tokens  status
        한글 모델     F32        373 [370, 387]  41.8 [40.8, 42.9]     81.7         629  21.924 ± 0.632          3.341            221  complete
        \u{1b}[2Jx\n  F16        737 [731, 749]  82.1 [81.8, 82.4]     41.5         400  21.924 ± 0.632          3.341            221  complete
        "#);
    }

    #[test]
    fn several_machines_are_told_apart() {
        let mut other = sample::run_dir(1, 1);
        other.info.machine.name = "다른 기계".into();
        let report = crate::view::build(vec![sample::run_dir(1, 1), other]);
        insta::assert_snapshot!(summary_table(&report), @"
        machine    variant  precision     prefill t/s         decode t/s  TTFT ms  memory MiB             PPL  bits/syllable  median tokens  status
        sample     general  F32        373 [370, 387]  41.8 [40.8, 42.9]     81.7         629  21.924 ± 0.632          3.341            221  complete
        다른 기계  general  F32        373 [370, 387]  41.8 [40.8, 42.9]     81.7         629  21.924 ± 0.632          3.341            221  complete
        ");
    }

    #[test]
    fn demonstration_models_are_called_that() {
        let mut report = sample::demonstration_report(2);
        let shown = summary_table(&report);
        insta::assert_snapshot!(shown.lines().last().unwrap(), @"note: demonstration models of hanbench's own: general (nabi-instruct), instruct (nabi-instruct), text (nabi-text); their quality says nothing about other models, the numbers show how hanbench works");
        report.runs[0].models[0].variant = "\u{1b}[2J".into();
        assert!(!summary_table(&report).contains('\u{1b}'));
        assert!(!summary_table(&sample::report(1, 1)).contains("demonstration"));
    }

    #[test]
    fn a_median_of_answers_that_were_mostly_cut_is_a_lower_bound() {
        let mut report = sample::report(1, 4);
        let row = &mut report.summary[0];
        (row.median_tokens, row.cut_share) = (Some(256.0), Some(0.5));
        assert_eq!(length(row), "≥ 256");
        row.cut_share = Some(0.25);
        assert_eq!(length(row), "256");
        row.median_tokens = None;
        assert_eq!(length(row), "–");
    }

    #[test]
    fn numbers_have_three_digits_or_more() {
        assert_eq!(
            [1234.5, 99.96, 99.94, 9.996, 9.99, 0.5].map(number),
            ["1234", "100", "99.9", "10.0", "9.99", "0.50"]
        );
    }
}
