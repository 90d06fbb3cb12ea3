//! Reading a run directory back.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Deserialize;
use thiserror::Error as ThisError;

use crate::record::{Fact, Record, RunInfo, SCHEMA};
use crate::text::one_line;

/// Lines parsed at a time: enough to keep every core busy, few enough that a large file's text is
/// never in memory whole.
const BLOCK_LINES: usize = 4096;
/// Notes on single broken lines; a file of another kind would otherwise fill the report with them.
const MOST_NOTES: usize = 20;

/// A run directory as it lies on disk.
#[derive(Debug, Clone)]
pub struct RunDir {
    /// The directory.
    pub path: PathBuf,
    /// `run.json`.
    pub info: RunInfo,
    /// `records.jsonl`, in its order, all attempts.
    pub records: Vec<Record>,
    /// Lines that could not be read; one sentence each.
    pub notes: Vec<String>,
}

/// Why a run directory could not be read.
#[derive(Debug, ThisError)]
pub enum Error {
    /// No `run.json`.
    #[error("{}: no run directory, there is no run.json in it; give a directory that `hanbench run` wrote", .0.display())]
    NotARun(PathBuf),
    /// A file that is there and cannot be read.
    #[error("{}: cannot be read: {source}; check its permissions", path.display())]
    CannotRead {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A `run.json` that is no [`RunInfo`].
    #[error("{}: {source}; the file is damaged, run the suite again into a new directory", path.display())]
    BadRunJson {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        source: serde_json::Error,
    },
    /// Written by a later hanbench.
    #[error("{}: its layout is version {found}, this hanbench reads up to version {SCHEMA}; use the hanbench that wrote it, or a later one", path.display())]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
    },
}

/// Reads `run.json` and `records.jsonl` of the run directory at `path`.
///
/// A run without `records.jsonl` has no records yet. A last line that was cut off, as a run that was
/// ended in the middle of a write leaves it, is not a record and is passed over silently; any other
/// line that is no [`Record`] becomes one of [`RunDir::notes`], and the rest is kept.
///
/// # Errors
///
/// No or a damaged `run.json`, a [newer layout](Error::NewerSchema), and a file that cannot be read.
pub fn read(path: &Path) -> Result<RunDir, Error> {
    let info = read_info(path)?;
    let mut run = RunDir {
        path: path.to_owned(),
        info,
        records: Vec::new(),
        notes: Vec::new(),
    };
    let file = path.join("records.jsonl");
    match File::open(&file) {
        Ok(open) => read_records(&mut BufReader::new(open), &file, &mut run)?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(source) => return Err(Error::CannotRead { path: file, source }),
    }
    Ok(run)
}

/// The version alone, which every layout has.
#[derive(Deserialize)]
struct Version {
    schema: u64,
}

fn read_info(dir: &Path) -> Result<RunInfo, Error> {
    let path = dir.join("run.json");
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Err(Error::NotARun(dir.to_owned()));
        }
        Err(source) => return Err(Error::CannotRead { path, source }),
    };
    // Before the rest, since a newer layout may not parse as this one.
    let version = serde_json::from_slice(&text).map(|Version { schema }| schema);
    if let Ok(found) = version
        && found > u64::from(SCHEMA)
    {
        return Err(Error::NewerSchema { path, found });
    }
    serde_json::from_slice(&text).map_err(|source| Error::BadRunJson { path, source })
}

/// One line of the file with its number, from 1.
struct Line {
    number: usize,
    text: Vec<u8>,
}

fn read_records(from: &mut impl BufRead, file: &Path, run: &mut RunDir) -> Result<(), Error> {
    let mut number = 0;
    let mut broken = 0;
    loop {
        let block = read_block(from, &mut number).map_err(|source| Error::CannotRead {
            path: file.to_owned(),
            source,
        })?;
        if block.is_empty() {
            break;
        }
        let parsed: Vec<_> = block.par_iter().map(parse).collect();
        for result in parsed.into_iter().flatten() {
            match result {
                Ok(record) => run.records.push(record),
                Err(_) if broken >= MOST_NOTES => broken += 1,
                Err(why) => {
                    broken += 1;
                    run.notes.push(format!("{}{why}", file.display()));
                }
            }
        }
    }
    if broken > MOST_NOTES {
        let more = broken - MOST_NOTES;
        run.notes.push(format!(
            "{}: {more} more lines could not be read",
            file.display()
        ));
    }
    Ok(())
}

fn read_block(from: &mut impl BufRead, number: &mut usize) -> std::io::Result<Vec<Line>> {
    let mut block = Vec::new();
    while block.len() < BLOCK_LINES {
        let mut text = Vec::new();
        if from.read_until(b'\n', &mut text)? == 0 {
            break;
        }
        *number += 1;
        block.push(Line {
            number: *number,
            text,
        });
    }
    Ok(block)
}

/// The record in a line, or what is wrong with it; `None` for a blank line and for one that was cut
/// off before its end.
fn parse(line: &Line) -> Option<Result<Record, String>> {
    let text = line.text.trim_ascii();
    if text.is_empty() {
        return None;
    }
    match serde_json::from_slice(text) {
        Ok(record) => Some(Ok(record)),
        // Only the last line of a file can lack its end. One that lacks nothing else is a record.
        Err(_) if !line.text.ends_with(b"\n") => None,
        Err(error) => Some(Err(format!(
            ":{}: not a record, left out: {}",
            line.number,
            one_line(&reason(&error))
        ))),
    }
}

/// The parser's reason, with the place in the one line that it saw only where it tells something.
fn reason(error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "the line is cut off".into();
    }
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = error.to_string();
    text.strip_suffix(&place).map_or(text.clone(), |why| {
        format!("{why} (column {})", error.column())
    })
}

/// The attempt to read of each cell that `records` speak of: the last one that ended complete; where
/// none did, the last that ended; where none ended, the last.
#[must_use]
pub fn attempts(records: &[Record]) -> BTreeMap<&str, u32> {
    // How far an attempt got decides before its number does.
    let mut best: BTreeMap<&str, (u8, u32)> = BTreeMap::new();
    for record in records {
        let got = match &record.fact {
            Fact::End(end) if end.complete => 2,
            Fact::End(_) => 1,
            _ => 0,
        };
        let rank = (got, record.attempt);
        let best = best.entry(&record.cell).or_insert(rank);
        *best = rank.max(*best);
    }
    best.into_iter()
        .map(|(cell, (_, attempt))| (cell, attempt))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;
    use crate::record::{Begin, End};
    use crate::sample;

    fn on_disk(records: &[u8]) -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        let info = serde_json::to_vec_pretty(&sample::run_info(2)).unwrap();
        fs::write(dir.path().join("run.json"), info).unwrap();
        fs::write(dir.path().join("records.jsonl"), records).unwrap();
        dir
    }

    fn lines(records: &[Record]) -> Vec<u8> {
        let line = |r: &Record| serde_json::to_string(r).unwrap() + "\n";
        records.iter().map(line).collect::<String>().into_bytes()
    }

    #[test]
    fn what_was_written_is_read() {
        let records = sample::records(2, 3);
        let run = read(on_disk(&lines(&records)).path()).unwrap();
        assert_eq!(run.info, sample::run_info(2));
        assert!(run.records == records, "records changed");
        assert!(run.notes.is_empty());
    }

    /// Records without what schema 3 brought: energy, and how many chunks a text has.
    fn before_fidelity(mut records: Vec<Record>) -> Vec<Record> {
        records.retain(|record| !matches!(record.fact, Fact::Meter(_)));
        for record in &mut records {
            match &mut record.fact {
                Fact::Speed(speed) => speed.joules.clear(),
                Fact::Perplexity(chunk) => chunk.n_chunks = None,
                _ => {}
            }
        }
        let text = String::from_utf8(lines(&records)).unwrap();
        let new = ["\"of\":", "\"joules\":", "\"n_chunks\":", "\"fidelity\""];
        assert!(!new.iter().any(|name| text.contains(name)));
        records
    }

    #[test]
    fn a_run_of_an_earlier_schema_is_read() {
        for schema in [1, 2] {
            let records = before_fidelity(sample::records(1, 1));
            let dir = on_disk(&lines(&records));
            let file = dir.path().join("run.json");
            let mut info = serde_json::to_value(sample::run_info(1)).unwrap();
            info["schema"] = schema.into();
            assert_eq!(info.get("fidelity"), None);
            let suite = info["suite"].as_object_mut().unwrap();
            if schema == 1 {
                // It had neither of these sections.
                assert!(suite.remove("numbers").is_some() && suite.remove("fidelity").is_some());
            }
            fs::write(&file, info.to_string()).unwrap();
            let run = read(dir.path()).unwrap();
            assert_eq!(run.info.schema, schema);
            assert_eq!(run.info.suite.numbers.is_none(), schema == 1);
            assert!(run.info.fidelity.is_empty() && run.records == records);
            let report = crate::view::build(vec![run]);
            assert!(report.fidelity_cells.is_empty() && report.summary[0].ppl.is_some());
            assert!(report.notes.is_empty(), "{:?}", report.notes);
        }
    }

    #[test]
    fn a_run_cut_off_at_any_byte_keeps_every_complete_line() {
        let mut records = sample::records(1, 2);
        // One record of each kind and length is enough for every byte of it to be a cut.
        records.dedup_by_key(|record| std::mem::discriminant(&record.fact));
        let whole = lines(&records);
        let dir = on_disk(b"");
        let file = dir.path().join("records.jsonl");
        for cut in 0..=whole.len() {
            fs::write(&file, &whole[..cut]).unwrap();
            let run = read(dir.path()).unwrap();
            // A line that lacks nothing but its line break is complete.
            let next_ends = whole.get(cut) == Some(&b'\n');
            let complete =
                whole[..cut].iter().filter(|&&b| b == b'\n').count() + usize::from(next_ends);
            assert!(run.records == records[..complete], "cut at byte {cut}");
            assert!(run.notes.is_empty(), "cut at byte {cut}: {:?}", run.notes);
        }
    }

    #[test]
    fn a_broken_line_is_noted_and_the_rest_is_kept() {
        let records = sample::records(1, 1);
        let mut text = lines(&records[..1]);
        text.extend(
            b"{\"cell\":\"a\",\"att\n\n{\"cell\":\"a\",\"attempt\":1,\"kind\":\"dream\"}\n\xff\n",
        );
        text.extend(lines(&records[1..]));
        let dir = on_disk(&text);
        let run = read(dir.path()).unwrap();
        assert!(run.records == records, "records changed");
        let notes = run
            .notes
            .join("\n")
            .replace(&dir.path().display().to_string(), "DIR");
        insta::assert_snapshot!(notes, @"
        DIR/records.jsonl:2: not a record, left out: the line is cut off
        DIR/records.jsonl:4: not a record, left out: unknown variant `dream`, expected one of `begin`, `speed`, `memory`, `probe`, `perplexity`, `fidelity`, `answer`, `meter`, `activation`, `numbers`, `failure`, `warning`, `end` (column 39)
        DIR/records.jsonl:5: not a record, left out: expected value (column 1)
        ");
    }

    #[test]
    fn a_file_of_another_kind_makes_few_notes() {
        let run = read(on_disk("nonsense\n".repeat(10_000).as_bytes()).path()).unwrap();
        assert_eq!(run.notes.len(), MOST_NOTES + 1);
        assert!(
            run.notes
                .last()
                .unwrap()
                .ends_with("9980 more lines could not be read")
        );
    }

    #[test]
    fn no_records_yet_is_no_error_and_no_run_is() {
        let dir = on_disk(b"");
        fs::remove_file(dir.path().join("records.jsonl")).unwrap();
        assert!(read(dir.path()).unwrap().records.is_empty());
        fs::remove_file(dir.path().join("run.json")).unwrap();
        assert!(matches!(read(dir.path()), Err(Error::NotARun(_))));
        assert!(matches!(
            read(Path::new("/no/such/place")),
            Err(Error::NotARun(_))
        ));
    }

    #[test]
    fn a_newer_layout_is_refused_even_where_it_would_not_parse() {
        let dir = on_disk(b"");
        let file = dir.path().join("run.json");
        fs::write(&file, r#"{"schema": 7, "everything": "new"}"#).unwrap();
        let error = read(dir.path()).unwrap_err().to_string();
        assert!(
            error.contains("run.json: its layout is version 7"),
            "{error}"
        );
        fs::write(&file, r#"{"schema": 1, "hanbench": 3}"#).unwrap();
        let error = read(dir.path()).unwrap_err().to_string();
        assert!(
            error.contains("run.json: invalid type: integer `3`"),
            "{error}"
        );
    }

    #[test]
    fn the_attempt_to_read_is_the_last_that_got_furthest() {
        let record = |cell: &str, attempt, fact| Record {
            cell: cell.into(),
            attempt,
            fact,
        };
        let begin = || Fact::Begin(Begin { at: String::new() });
        let end = |complete| {
            Fact::End(End {
                complete,
                wall_ns: 1,
                engine_ns: 1,
            })
        };
        let records = [
            record("complete", 1, end(true)),
            record("complete", 2, end(true)),
            record("complete", 3, end(false)),
            record("complete", 4, begin()),
            record("ended", 1, end(false)),
            record("ended", 2, end(false)),
            record("ended", 3, begin()),
            record("cut off", 1, begin()),
            record("cut off", 2, begin()),
        ];
        let expected = BTreeMap::from([("complete", 2), ("ended", 2), ("cut off", 2)]);
        assert_eq!(attempts(&records), expected);
    }
}
