//! The CSV files of a report: UTF-8, RFC 4180 with line feeds, a header row always, a missing value
//! an empty field, and numbers in the shortest form that reads back as the same value.
//!
//! A model writes what it likes, and a spreadsheet runs what looks like a formula. So every *text*
//! field (an answer, a question, a model's name, a label) is written like this, and a numeric one is
//! never touched:
//!
//! - Where it begins with `=`, `+`, `-`, `@` (or one of their full-width forms, which spreadsheets
//!   take for the same), a tab or a carriage return, also behind white space, control characters or a
//!   byte order mark, an apostrophe `'` is put before it. An answer that begins with a list marker
//!   `-` gets one too.
//! - Control characters other than line feed and tab are written as their escapes, for example
//!   `\u{1b}`, or `\u{d}` for a carriage return.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use datasets::Kind;
use thiserror::Error as ThisError;

use crate::file;
use crate::lineage::Kinship;
use crate::record::Compared;
use crate::text::escape;
use crate::view::{
    ActivationRow, AnswerRow, Basis, ChoiceRow, Claim, ClaimRow, EnergyRow, FidelityRow, Format,
    GridRow, Group, HardwareRow, LineageRow, Loss, Measure, MemoryRow, NoEnergy, NumbersRow,
    PerplexityRow, Quantity, Report, ScoreRow, SpeedRow, Standing, Status, SummaryRow, TextRow,
    Unit, VariantRow, Verdict,
};

/// Why a CSV file could not be written.
#[derive(Debug, ThisError)]
#[error("{}: cannot be written: {source}; check that the disk has room and that the directory may be written to", path.display())]
pub struct Error {
    /// The file, or the directory that was to hold it.
    pub path: PathBuf,
    /// The system's reason.
    pub source: std::io::Error,
}

/// Writes the files, one for each table of the report (`speed.csv` and so on), into `dir`, which is
/// created where it is missing, and returns their paths. Each file
/// is replaced whole.
///
/// # Errors
///
/// The first file that cannot be written.
pub fn write_all(report: &Report, dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error { path, source }
    };
    std::fs::create_dir_all(dir).map_err(failed(dir))?;
    let tables: [(&str, Write); 17] = [
        ("speed.csv", &|out| table(&report.speed, out)),
        ("memory.csv", &|out| table(&report.memory, out)),
        ("energy.csv", &|out| table(&report.energy, out)),
        ("perplexity.csv", &|out| table(&report.perplexity, out)),
        ("claims.csv", &|out| table(&report.claims, out)),
        ("fidelity.csv", &|out| table(&report.fidelity, out)),
        ("numbers.csv", &|out| table(&report.numbers, out)),
        ("activations.csv", &|out| table(&report.activations, out)),
        ("answers.csv", &|out| table(&report.answers, out)),
        ("scores.csv", &|out| table(&report.scores, out)),
        ("texts.csv", &|out| table(&report.texts, out)),
        ("summary.csv", &|out| table(&report.summary, out)),
        ("grid.csv", &|out| table(&report.grid, out)),
        ("lineage.csv", &|out| table(&report.lineage, out)),
        ("hardware.csv", &|out| table(&report.hardware, out)),
        ("choice.csv", &|out| table(&report.choices, out)),
        ("variants.csv", &|out| table(&report.variants, out)),
    ];
    let mut paths = Vec::new();
    for (name, write) in tables {
        let path = dir.join(name);
        file::replace_with(&path, |out| write(out)).map_err(failed(&path))?;
        paths.push(path);
    }
    Ok(paths)
}

/// Writes a table to its file.
type Write<'a> = &'a dyn Fn(&mut BufWriter<File>) -> io::Result<()>;

/// Writes `rows` as a file of their own.
fn table<R: Row>(rows: &[R], out: impl io::Write) -> io::Result<()> {
    let mut writer = ::csv::WriterBuilder::new()
        .terminator(::csv::Terminator::Any(b'\n'))
        .from_writer(out);
    writer.write_record(R::HEADER)?;
    for row in rows {
        writer.write_record(row.fields().iter().map(|field| field.as_bytes()))?;
    }
    writer.flush()
}

/// A row type with its columns.
trait Row {
    const HEADER: &'static [&'static str];
    fn fields(&self) -> Vec<Cow<'_, str>>;
}

/// Names the columns of a row type in the order of the file; each is a field of the same name, or of
/// another where that would be a word of Rust or is a field of a field: `field as "column"`.
macro_rules! columns {
    (@name $column:ident) => { stringify!($column) };
    (@name $($column:ident).+ $name:literal) => { $name };
    ($row:ty: $($($column:ident).+ $(as $name:literal)?),+ $(,)?) => {
        impl Row for $row {
            const HEADER: &'static [&'static str] = &[$(columns!(@name $($column).+ $($name)?)),+];
            fn fields(&self) -> Vec<Cow<'_, str>> {
                vec![$(self.$($column).+.field()),+]
            }
        }
    };
}

columns!(SpeedRow:
    machine, model, variant, precision, backend, n_threads, test, n_prompt, n_gen, n_depth, n_seq,
    reps, avg_ts, stddev_ts, median_ts, ci95_low, ci95_high,
    median_ns, page_cache_share, ttft_ns, inter_token_p50_ns, inter_token_p95_ns, chars_per_s,
    syllables_per_s,
    drift, drift_ci95_low, drift_ci95_high,
);
columns!(MemoryRow:
    machine, model, variant, precision, n_ctx, model_bytes, kv_bytes, compute_bytes,
    predicted_bytes, peak_rss_bytes, rss_anon_bytes, rss_file_bytes, gpu_bytes,
    n_seq,
);
columns!(EnergyRow:
    machine, model, variant, precision, test, n_prompt, n_gen, n_depth, n_seq, source, reps, tokens,
    joules_per_token, ci95_low, ci95_high, gross_joules_per_token, idle_w, mean_w, reason,
);
columns!(PerplexityRow:
    machine, model, variant, precision, corpus, n_ctx, n_chunks, n_scored, mean_nll, ppl, ppl_se,
    bits_per_byte, bits_per_syllable,
    whole,
);
columns!(ClaimRow:
    machine, model, variant, precision, baseline, claim, quantity, expected_low, expected_high,
    expected_from, measured, ci95_low, ci95_high, unit, verdict, why, advice_ko, advice_en, evidence,
    expected_from_ko, why_ko,
);
columns!(FidelityRow:
    machine, model, variant, precision, baseline, corpus, n_scored, mean_kld, mean_kld_se,
    median_kld, p99_kld, max_kld, same_top, same_top_se, rms_dp, ln_ppl_ratio, ln_ppl_ratio_se,
    compared, n_ctx, n_chunks, min_kld, p01_kld, p1_kld, p5_kld, p10_kld, p90_kld, p95_kld, p999_kld,
    mean_dp, mean_dp_se, rms_dp_se, min_dp, p01_dp, p1_dp, p5_dp, p10_dp, p25_dp, median_dp, p75_dp,
    p90_dp, p95_dp, p99_dp, p999_dp, max_dp, ppl_base, ppl, ppl_ratio, ppl_ratio_se,
    ppl_difference, ppl_difference_se, correlation, whole, ln_ppl_ratio_clipped,
    ln_ppl_ratio_clipped_se,
);
columns!(NumbersRow:
    machine, model, variant, precision, tensor, type_name as "type", format, n, zero, nan, inf, min,
    max, max_abs, mean, deviation, overflow, subnormal, vanish, changed, mean_relative_error,
    max_relative_error,
);
columns!(ActivationRow:
    machine, model, variant, precision, node, layer, n, max_abs, overflow, nan, inf, n_tokens,
    share_of_f16_max, survives,
);
columns!(AnswerRow:
    machine, model, variant, precision, question_id, question, answer, stop, n_tokens, n_chars,
    n_syllables, n_eojeol, n_sentences, ttft_ns, decode_ts, chars_per_s, hangul_share, latin_share,
    han_share, mixed_eojeol_share, off_topic_share, style, bullet_share, rep_4, coverage, obedience,
    reference_nll, syllables_per_s,
    category, kind, trained_on, korean_line_share, prose_before_list, prose_after_list, loop_share,
    n_reference,
);
columns!(ScoreRow:
    machine, model, variant, precision, group, n_answers, cut_share, median_chars, hangul_share,
    korean_line_share, list_share, loop_share,
    coverage, coverage_ci95_low, coverage_ci95_high, n_coverage,
    obedience, obedience_ci95_low, obedience_ci95_high, n_obedience,
    off_topic_share, off_topic_ci95_low, off_topic_ci95_high, n_off_topic,
    reference_nll, reference_nll_ci95_low, reference_nll_ci95_high, n_reference_nll,
    hangul_share_ci95_low, hangul_share_ci95_high, latin_share, han_share,
);
columns!(TextRow:
    machine, model, variant, precision, baseline, n_questions, identical, identical_share,
    identical_ci95_low, identical_ci95_high, n_cut_both, n_parted, first_difference,
    first_difference_ci95_low, first_difference_ci95_high, first_difference_share,
    first_difference_share_ci95_low, first_difference_share_ci95_high,
    n_not_compared, n_not_answered, n_sampled, n_other_parallel, n_other_prompt, n_no_tokens,
    n_length_unknown,
    chars.mean as "chars_change", chars.ci95_low as "chars_ci95_low",
    chars.ci95_high as "chars_ci95_high", chars.p as "chars_p", chars.n as "n_chars",
    korean.mean as "korean_change", korean.ci95_low as "korean_ci95_low",
    korean.ci95_high as "korean_ci95_high", korean.p as "korean_p", korean.n as "n_korean",
    korean_line_share.mean as "korean_line_change", korean_line_share.ci95_low as "korean_line_ci95_low",
    korean_line_share.ci95_high as "korean_line_ci95_high", korean_line_share.p as "korean_line_p", korean_line_share.n as "n_korean_line",
    coverage.mean as "coverage_change", coverage.ci95_low as "coverage_ci95_low",
    coverage.ci95_high as "coverage_ci95_high", coverage.p as "coverage_p", coverage.n as "n_coverage",
    obedience.mean as "obedience_change", obedience.ci95_low as "obedience_ci95_low",
    obedience.ci95_high as "obedience_ci95_high", obedience.p as "obedience_p", obedience.n as "n_obedience",
    off_topic.mean as "off_topic_change", off_topic.ci95_low as "off_topic_ci95_low",
    off_topic.ci95_high as "off_topic_ci95_high", off_topic.p as "off_topic_p", off_topic.n as "n_off_topic",
    loop_share.mean as "loop_change", loop_share.ci95_low as "loop_ci95_low",
    loop_share.ci95_high as "loop_ci95_high", loop_share.p as "loop_p", loop_share.n as "n_loop",
);
columns!(SummaryRow:
    machine, model, variant, precision, status, prefill_ts, prefill_ci95_low, prefill_ci95_high,
    decode_ts, decode_ci95_low, decode_ci95_high, ttft_ms, chars_per_s, syllables_per_s, load_ms, peak_rss_bytes,
    predicted_bytes, ppl, ppl_se, bits_per_byte, bits_per_syllable, n_answers, median_tokens,
    median_chars, cut_share, hangul_share, failure,
    mean_kld, mean_kld_se, same_top, coverage, coverage_ci95_low, coverage_ci95_high, pareto_overview,
);

columns!(GridRow:
    machine, model, variant, precision, weights, ends_f32, kv, flash_attention,
    decode_ts, decode_ci95_low, decode_ci95_high, prefill_ts, prefill_ci95_low, prefill_ci95_high,
    deep_n_depth, deep_decode_ts, deep_decode_ci95_low, deep_decode_ci95_high,
    peak_rss_bytes, gpu_bytes, model_bytes, kv_bytes, baseline, corpus, mean_kld, mean_kld_se, pareto,
);

columns!(LineageRow:
    machine, a, b, verdict, evidence, evidence_ko, n_matrices, n_values, correlation,
    relative_difference, beyond_rounding, n_vectors, vectors_differ, resolution,
);
columns!(HardwareRow:
    machine, model, variant, precision, memory_bytes, peak_rss_bytes, memory_share, gpu_bytes,
    probe_read_gb_s, probe_gflop_s, read_gb_s, read_ci95_low, read_ci95_high, read_share,
    decode_joules_per_token, decode_joules_ci95_low, decode_joules_ci95_high,
);
columns!(ChoiceRow:
    machine, model, variant, precision, standing, basis, baseline, loss,
    ppl_ratio, ppl_ratio_ci95_low, ppl_ratio_ci95_high,
    memory_bytes, memory_ratio, time_ratio, time_ratio_ci95_low, time_ratio_ci95_high,
);
columns!(VariantRow:
    machine, model, variant, precision, other, measure, n, mean, ci95_low, ci95_high, p,
);

/// A value as a field of the file.
trait Field {
    fn field(&self) -> Cow<'_, str>;
}

impl Field for String {
    fn field(&self) -> Cow<'_, str> {
        text(self)
    }
}

impl Field for NoEnergy {
    fn field(&self) -> Cow<'_, str> {
        text(&self.to_string()).into_owned().into()
    }
}

/// Words of hanbench's own, which have a name.
macro_rules! named {
    ($($type:ty),+) => {
        $(impl Field for $type {
            fn field(&self) -> Cow<'_, str> {
                self.name().into()
            }
        })+
    };
}

named!(
    Status, Group, Format, Claim, Quantity, Unit, Verdict, Kinship, Standing, Basis, Loss, Measure
);

impl Field for Compared {
    fn field(&self) -> Cow<'_, str> {
        self.name().into()
    }
}

impl Field for Kind {
    fn field(&self) -> Cow<'_, str> {
        // Written as the question files write it.
        match self {
            Self::Question => "question",
            Self::Instruction => "instruction",
            Self::FreeWriting => "free_writing",
        }
        .into()
    }
}

impl<T: Field> Field for Option<T> {
    fn field(&self) -> Cow<'_, str> {
        self.as_ref().map_or(Cow::Borrowed(""), Field::field)
    }
}

/// Types whose `Display` is the shortest form that reads back.
macro_rules! displayed {
    ($($type:ty),+) => {
        $(impl Field for $type {
            fn field(&self) -> Cow<'_, str> {
                self.to_string().into()
            }
        })+
    };
}

displayed!(bool, u32, u64, f64);

/// A text field that no spreadsheet takes for a formula and no terminal for an order.
fn text(text: &str) -> Cow<'_, str> {
    let shown = escape(text, |c| c.is_control() && c != '\n' && c != '\t');
    if is_formula(text) {
        format!("'{shown}").into()
    } else {
        shown
    }
}

/// Whether a spreadsheet could take `text` for a formula.
fn is_formula(text: &str) -> bool {
    let passed_over = |c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}';
    text.starts_with(['\t', '\r'])
        || text
            .trim_start_matches(passed_over)
            .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use proptest::prelude::*;
    use serde::Serialize;

    use super::*;
    use crate::sample;
    use crate::view::claims_fixture;

    /// The text of the files that `report` becomes, by name.
    fn files(report: &Report) -> BTreeMap<String, String> {
        let dir = tempfile::tempdir().unwrap();
        let paths = write_all(report, &dir.path().join("csv")).unwrap();
        let read = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_str().unwrap();
            (name.to_owned(), std::fs::read_to_string(path).unwrap())
        };
        paths.iter().map(read).collect()
    }

    fn fields_of<R: Row + Serialize>(row: &R) -> Vec<String> {
        let serde_json::Value::Object(fields) = serde_json::to_value(row).unwrap() else {
            unreachable!()
        };
        let mut names: Vec<String> = fields.into_iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names
    }

    fn has_every_field<R: Row + Serialize>(rows: &[R]) {
        let mut header: Vec<&str> = R::HEADER.to_vec();
        header.sort_unstable();
        assert_eq!(fields_of(&rows[0]), header);
    }

    #[test]
    fn no_field_of_a_row_is_forgotten() {
        let report = sample::report(2, 1);
        has_every_field(&report.speed);
        has_every_field(&report.memory);
        has_every_field(&report.energy);
        has_every_field(&report.perplexity);
        has_every_field(&report.claims);
        has_every_field(&report.fidelity);
        has_every_field(&report.numbers);
        has_every_field(&report.activations);
        has_every_field(&report.answers);
        has_every_field(&report.scores);
        has_every_field(&report.summary);
        has_every_field(&report.grid);
        has_every_field(&report.hardware);
        has_every_field(&report.choices);
        has_every_field(&sample::report(5, 8).variants);
        let report = sample::report(2, 1);
        let row = serde_json::to_value(&report.texts[0]).unwrap();
        assert_eq!(leaves(&row), TextRow::HEADER.len());
        let names: HashSet<&&str> = TextRow::HEADER.iter().collect();
        assert_eq!(names.len(), TextRow::HEADER.len());
    }

    /// The fields of a row and of what it holds.
    fn leaves(value: &serde_json::Value) -> usize {
        value
            .as_object()
            .map_or(1, |fields| fields.values().map(leaves).sum())
    }

    #[test]
    fn a_report_on_nothing_has_headers() {
        let files = files(&Report::default());
        let headers = files.iter().map(|(name, text)| format!("{name}\n{text}"));
        insta::assert_snapshot!("headers", headers.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn a_run_with_troubles() {
        let mut report = sample::troubled_report();
        // The last digit of an exponential is the platform's.
        let round = |value: &mut f64| *value = (*value * 1e6).round() / 1e6;
        for row in &mut report.perplexity {
            round(&mut row.ppl);
            row.ppl_se.iter_mut().for_each(round);
        }
        for row in &mut report.summary {
            row.ppl.iter_mut().chain(&mut row.ppl_se).for_each(round);
        }
        for row in &mut report.fidelity {
            let errors = [&mut row.ppl_ratio_se, &mut row.ppl_difference_se];
            [&mut row.ppl, &mut row.ppl_base, &mut row.ppl_ratio]
                .into_iter()
                .chain([&mut row.ppl_difference])
                .chain(errors.into_iter().flatten())
                .for_each(round);
        }
        for (name, text) in files(&report) {
            insta::assert_snapshot!(name, text);
        }
    }

    #[test]
    fn claims_on_cells_that_were_all_measured() {
        let mut report =
            claims_fixture::report(&["F32", "F16", "BF16", "Q8_0", "Q4_K_M", "Q4_K_M+F32"]);
        // The last digits of an exponential are the platform's.
        for row in &mut report.claims {
            let numbers = [&mut row.measured, &mut row.ci95_low, &mut row.ci95_high];
            for value in numbers.into_iter().flatten() {
                let scale = 10.0_f64.powi(9 - value.abs().max(1e-30).log10().floor() as i32);
                *value = (*value * scale).round() / scale;
            }
        }
        insta::assert_snapshot!("claims-measured.csv", files(&report)["claims.csv"]);
    }

    #[test]
    fn a_run_of_demonstration_models() {
        let files = files(&sample::demonstration_report(12));
        insta::assert_snapshot!("scores-demonstration.csv", files["scores.csv"]);
        // What stands behind the columns that other runs fill too.
        let mut reader = ::csv::Reader::from_reader(files["answers.csv"].as_bytes());
        let rows = reader.records().take(4).map(Result::unwrap);
        let ends: Vec<String> = rows
            .map(|row| {
                [&row[4]]
                    .into_iter()
                    .chain(row.iter().skip(28))
                    .collect::<Vec<_>>()
                    .join(",")
            })
            .collect();
        insta::assert_snapshot!(ends.join("\n"), @"
        q1,animals,question,true,1,,,0,80
        q2,food,question,true,0.75,,,0.375,80
        q3,writing,instruction,false,1,true,true,0,80
        q4,animals,free_writing,true,1,,,0,
        ");
    }

    #[test]
    fn a_run_of_mixed_precisions() {
        let files = files(&sample::grid_report());
        insta::assert_snapshot!("grid-mixed.csv", files["grid.csv"]);
    }

    #[test]
    fn what_a_spreadsheet_would_run_begins_with_an_apostrophe() {
        for (raw, written) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =1", "'  =1"),
            ("\n\t=1", "'\n\t=1"),
            ("\u{0}=1", "'\\u{0}=1"),
            ("\u{feff}=1", "'\u{feff}=1"),
            ("\u{3000}＝1", "'\u{3000}＝1"),
            ("\ttab", "'\ttab"),
            ("\rreturn", "'\\u{d}return"),
            ("", ""),
            ("고양이는 a=b", "고양이는 a=b"),
            ("'=1", "'=1"),
            (
                "첫째\r\n둘째\u{1b}[0m\u{85}",
                "첫째\\u{d}\n둘째\\u{1b}[0m\\u{85}",
            ),
        ] {
            assert_eq!(text(raw), written, "{raw:?}");
        }
    }

    #[test]
    fn numbers_keep_their_sign_and_their_value() {
        assert_eq!((-0.25_f64).field(), "-0.25");
        assert_eq!(0.1_f64.field(), "0.1");
        assert_eq!(Some(u64::MAX).field(), "18446744073709551615");
        assert_eq!(None::<f64>.field(), "");
    }

    #[test]
    fn an_error_names_the_file() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("memory.csv/in the way")).unwrap();
        let error = write_all(&sample::report(1, 1), dir.path()).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("memory.csv: cannot be written: "),
            "{error}"
        );
    }

    proptest! {
        #[test]
        fn any_answer_reads_back_as_one_field(answer in ".*", number in proptest::num::f64::NORMAL) {
            let mut report = sample::report(1, 1);
            report.answers[0].answer.clone_from(&answer);
            report.answers[0].reference_nll = Some(number);
            let mut bytes = Vec::new();
            table(&report.answers, &mut bytes).unwrap();
            let mut reader = ::csv::Reader::from_reader(&bytes[..]);
            let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            prop_assert_eq!(rows.len(), 1);
            prop_assert_eq!(&rows[0][6], &text(&answer));
            prop_assert!(!is_formula(&rows[0][6]));
            prop_assert_eq!(rows[0][26].parse::<f64>().unwrap(), number);
        }
    }
}
