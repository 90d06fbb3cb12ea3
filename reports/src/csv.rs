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
use std::path::{Path, PathBuf};

use datasets::Kind;
use thiserror::Error as ThisError;

use crate::file;
use crate::text::escape;
use crate::view::{
    ActivationRow, AnswerRow, Format, Group, MemoryRow, NumbersRow, PerplexityRow, Report,
    ScoreRow, SpeedRow, Status, SummaryRow,
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

/// Writes `speed.csv`, `memory.csv`, `perplexity.csv`, `numbers.csv`, `activations.csv`, `answers.csv`, `scores.csv` and
/// `summary.csv` into `dir`, which is created where it is missing, and returns their paths. Each file
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
    let tables = [
        ("speed.csv", table(&report.speed)),
        ("memory.csv", table(&report.memory)),
        ("perplexity.csv", table(&report.perplexity)),
        ("numbers.csv", table(&report.numbers)),
        ("activations.csv", table(&report.activations)),
        ("answers.csv", table(&report.answers)),
        ("scores.csv", table(&report.scores)),
        ("summary.csv", table(&report.summary)),
    ];
    let mut paths = Vec::new();
    for (name, bytes) in tables {
        let path = dir.join(name);
        bytes
            .and_then(|bytes| file::replace(&path, &bytes))
            .map_err(failed(&path))?;
        paths.push(path);
    }
    Ok(paths)
}

/// The file that holds `rows`.
fn table<R: Row>(rows: &[R]) -> std::io::Result<Vec<u8>> {
    let mut writer = ::csv::WriterBuilder::new()
        .terminator(::csv::Terminator::Any(b'\n'))
        .from_writer(Vec::new());
    writer.write_record(R::HEADER)?;
    for row in rows {
        writer.write_record(row.fields().iter().map(|field| field.as_bytes()))?;
    }
    writer
        .into_inner()
        .map_err(::csv::IntoInnerError::into_error)
}

/// A row type with its columns.
trait Row {
    const HEADER: &'static [&'static str];
    fn fields(&self) -> Vec<Cow<'_, str>>;
}

/// Names the columns of a row type in the order of the file; each is a field of the same name, or of
/// another where that would be a word of Rust: `field as "column"`.
macro_rules! columns {
    (@name $column:ident) => { stringify!($column) };
    (@name $column:ident $name:literal) => { $name };
    ($row:ty: $($column:ident $(as $name:literal)?),+ $(,)?) => {
        impl Row for $row {
            const HEADER: &'static [&'static str] = &[$(columns!(@name $column $($name)?)),+];
            fn fields(&self) -> Vec<Cow<'_, str>> {
                vec![$(self.$column.field()),+]
            }
        }
    };
}

columns!(SpeedRow:
    machine, model, variant, precision, backend, n_threads, test, n_prompt, n_gen, n_depth, n_seq,
    reps, avg_ts, stddev_ts, median_ts, ci95_low, ci95_high,
    median_ns, page_cache_share, ttft_ns, inter_token_p50_ns, inter_token_p95_ns, chars_per_s,
    syllables_per_s,
);
columns!(MemoryRow:
    machine, model, variant, precision, n_ctx, model_bytes, kv_bytes, compute_bytes,
    predicted_bytes, peak_rss_bytes, rss_anon_bytes, rss_file_bytes, gpu_bytes,
    n_seq,
);
columns!(PerplexityRow:
    machine, model, variant, precision, corpus, n_ctx, n_chunks, n_scored, mean_nll, ppl, ppl_se,
    bits_per_byte, bits_per_syllable,
    whole,
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
);
columns!(SummaryRow:
    machine, model, variant, precision, status, prefill_ts, prefill_ci95_low, prefill_ci95_high,
    decode_ts, decode_ci95_low, decode_ci95_high, ttft_ms, chars_per_s, syllables_per_s, load_ms, peak_rss_bytes,
    predicted_bytes, ppl, ppl_se, bits_per_byte, bits_per_syllable, n_answers, median_tokens,
    median_chars, cut_share, hangul_share, failure,
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

impl Field for Status {
    fn field(&self) -> Cow<'_, str> {
        self.name().into()
    }
}

impl Field for Group {
    fn field(&self) -> Cow<'_, str> {
        self.name().into()
    }
}

impl Field for Format {
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
    use proptest::prelude::*;
    use serde::Serialize;

    use super::*;
    use crate::sample;

    /// The text of the files that `report` becomes, by name.
    fn files(report: &Report) -> [String; 8] {
        let dir = tempfile::tempdir().unwrap();
        let paths = write_all(report, &dir.path().join("csv")).unwrap();
        let texts: Vec<String> = paths
            .iter()
            .map(|path| std::fs::read_to_string(path).unwrap())
            .collect();
        texts.try_into().unwrap()
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
        let report = sample::report(1, 1);
        has_every_field(&report.speed);
        has_every_field(&report.memory);
        has_every_field(&report.perplexity);
        has_every_field(&report.numbers);
        has_every_field(&report.activations);
        has_every_field(&report.answers);
        has_every_field(&report.scores);
        has_every_field(&report.summary);
    }

    #[test]
    fn a_report_on_nothing_has_headers() {
        let files = files(&Report::default());
        assert!(
            files
                .iter()
                .all(|text| text.ends_with('\n') && text.lines().count() == 1)
        );
        let [
            speed,
            memory,
            perplexity,
            numbers,
            activations,
            answers,
            scores,
            summary,
        ] = files;
        insta::assert_snapshot!(speed, @"machine,model,variant,precision,backend,n_threads,test,n_prompt,n_gen,n_depth,n_seq,reps,avg_ts,stddev_ts,median_ts,ci95_low,ci95_high,median_ns,page_cache_share,ttft_ns,inter_token_p50_ns,inter_token_p95_ns,chars_per_s,syllables_per_s");
        insta::assert_snapshot!(memory, @"machine,model,variant,precision,n_ctx,model_bytes,kv_bytes,compute_bytes,predicted_bytes,peak_rss_bytes,rss_anon_bytes,rss_file_bytes,gpu_bytes,n_seq");
        insta::assert_snapshot!(perplexity, @"machine,model,variant,precision,corpus,n_ctx,n_chunks,n_scored,mean_nll,ppl,ppl_se,bits_per_byte,bits_per_syllable,whole");
        insta::assert_snapshot!(numbers, @"machine,model,variant,precision,tensor,type,format,n,zero,nan,inf,min,max,max_abs,mean,deviation,overflow,subnormal,vanish,changed,mean_relative_error,max_relative_error");
        insta::assert_snapshot!(activations, @"machine,model,variant,precision,node,layer,n,max_abs,overflow,nan,inf,n_tokens,share_of_f16_max,survives");
        insta::assert_snapshot!(answers, @"machine,model,variant,precision,question_id,question,answer,stop,n_tokens,n_chars,n_syllables,n_eojeol,n_sentences,ttft_ns,decode_ts,chars_per_s,hangul_share,latin_share,han_share,mixed_eojeol_share,off_topic_share,style,bullet_share,rep_4,coverage,obedience,reference_nll,syllables_per_s,category,kind,trained_on,korean_line_share,prose_before_list,prose_after_list,loop_share,n_reference");
        insta::assert_snapshot!(scores, @"machine,model,variant,precision,group,n_answers,cut_share,median_chars,hangul_share,korean_line_share,list_share,loop_share,coverage,coverage_ci95_low,coverage_ci95_high,n_coverage,obedience,obedience_ci95_low,obedience_ci95_high,n_obedience,off_topic_share,off_topic_ci95_low,off_topic_ci95_high,n_off_topic,reference_nll,reference_nll_ci95_low,reference_nll_ci95_high,n_reference_nll");
        insta::assert_snapshot!(summary, @"machine,model,variant,precision,status,prefill_ts,prefill_ci95_low,prefill_ci95_high,decode_ts,decode_ci95_low,decode_ci95_high,ttft_ms,chars_per_s,syllables_per_s,load_ms,peak_rss_bytes,predicted_bytes,ppl,ppl_se,bits_per_byte,bits_per_syllable,n_answers,median_tokens,median_chars,cut_share,hangul_share,failure");
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
        let [
            speed,
            memory,
            perplexity,
            numbers,
            activations,
            answers,
            scores,
            summary,
        ] = files(&report);
        insta::assert_snapshot!("speed.csv", speed);
        insta::assert_snapshot!("memory.csv", memory);
        insta::assert_snapshot!("perplexity.csv", perplexity);
        insta::assert_snapshot!("numbers.csv", numbers);
        insta::assert_snapshot!("activations.csv", activations);
        insta::assert_snapshot!("answers.csv", answers);
        insta::assert_snapshot!("scores.csv", scores);
        insta::assert_snapshot!("summary.csv", summary);
    }

    #[test]
    fn a_run_of_demonstration_models() {
        let [_, _, _, _, _, answers, scores, _] = files(&sample::demonstration_report(12));
        insta::assert_snapshot!("scores-demonstration.csv", scores);
        // What stands behind the columns that other runs fill too.
        let mut reader = ::csv::Reader::from_reader(answers.as_bytes());
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
            let bytes = table(&report.answers).unwrap();
            let mut reader = ::csv::Reader::from_reader(&bytes[..]);
            let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            prop_assert_eq!(rows.len(), 1);
            prop_assert_eq!(&rows[0][6], &text(&answer));
            prop_assert!(!is_formula(&rows[0][6]));
            prop_assert_eq!(rows[0][26].parse::<f64>().unwrap(), number);
        }
    }
}
