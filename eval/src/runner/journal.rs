//! Writing a run directory: one process at a time, a record a line, each whole or not there.

use reports::record::{Fact, Record, RunInfo};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The open run directory.
pub struct Journal {
    dir: PathBuf,
    records: File,
    /// Length of `records.jsonl` up to the end of its last whole line.
    length: u64,
}

/// Why a run directory cannot be written: one line that says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Error(pub String);

impl Journal {
    /// Opens or makes the directory and locks it. A line that a death cut off is removed.
    ///
    /// # Errors
    /// The directory cannot be made or written, or another hanbench is writing to it.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let shown = dir.display();
        let cannot = |error: std::io::Error| {
            Error(format!(
                "{shown}: cannot be written ({error}); choose another directory with --out"
            ))
        };
        std::fs::create_dir_all(dir).map_err(cannot)?;
        let mut records = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(dir.join("records.jsonl"))
            .map_err(cannot)?;
        match records.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error(format!(
                    "{shown}: another hanbench is writing to it; wait for it to end or choose another directory with --out"
                )));
            }
            Err(TryLockError::Error(error)) => return Err(cannot(error)),
        }
        let length = whole_lines(&mut records).map_err(cannot)?;
        records.set_len(length).map_err(cannot)?;
        records.seek(SeekFrom::Start(length)).map_err(cannot)?;
        Ok(Self {
            dir: dir.to_owned(),
            records,
            length,
        })
    }

    /// The directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether records have been written, by this run or an earlier one.
    #[must_use]
    pub fn has_records(&self) -> bool {
        self.length > 0
    }

    /// Writes `run.json`, whole or not at all.
    ///
    /// # Errors
    /// The disk is full or the directory is not writable.
    pub fn write_info(&self, info: &RunInfo) -> Result<(), Error> {
        let target = self.dir.join("run.json");
        let mut text = serde_json::to_vec_pretty(info).map_err(|error| Error(error.to_string()))?;
        text.push(b'\n');
        reports::file::replace(&target, &text)
            .map_err(|error| Error(format!("{}: cannot be written ({error})", target.display())))
    }

    /// Appends one record and hands it to the system at once.
    ///
    /// # Errors
    /// The disk is full; what was written of the line is taken back.
    pub fn append(&mut self, cell: &str, attempt: u32, fact: Fact) -> Result<(), Error> {
        let record = Record {
            cell: cell.to_owned(),
            attempt,
            fact,
        };
        let mut line = serde_json::to_vec(&record).map_err(|error| Error(error.to_string()))?;
        line.push(b'\n');
        match self.records.write_all(&line) {
            Ok(()) => {
                self.length += line.len() as u64;
                Ok(())
            }
            Err(error) => {
                // Half a line would be dropped by every reader, but would also cost the next one.
                let _ = self.records.set_len(self.length);
                let _ = self.records.seek(SeekFrom::Start(self.length));
                Err(Error(format!(
                    "{}: cannot be written ({error}); free some disk and go on with --resume",
                    self.dir.join("records.jsonl").display()
                )))
            }
        }
    }
}

/// Length of a file up to and including its last line end.
fn whole_lines(file: &mut File) -> std::io::Result<u64> {
    let mut end = file.seek(SeekFrom::End(0))?;
    let mut block = vec![0; 1 << 16];
    while end > 0 {
        let begin = end.saturating_sub(block.len() as u64);
        let part = &mut block[..(end - begin) as usize];
        file.seek(SeekFrom::Start(begin))?;
        file.read_exact(part)?;
        if let Some(last) = part.iter().rposition(|&byte| byte == b'\n') {
            return Ok(begin + last as u64 + 1);
        }
        end = begin;
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reports::record::Begin;

    fn begin() -> Fact {
        Fact::Begin(Begin {
            at: "2026-01-01T00:00:00Z".into(),
        })
    }

    #[test]
    fn a_cut_line_is_removed_and_whole_ones_stay_wherever_the_cut_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("records.jsonl");
        let mut journal = Journal::open(dir.path()).unwrap();
        for attempt in 1..=3 {
            journal.append("가/F16", attempt, begin()).unwrap();
        }
        drop(journal);
        let whole = std::fs::read(&path).unwrap();
        for cut in 0..=whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let mut journal = Journal::open(dir.path()).unwrap();
            journal.append("b", 9, begin()).unwrap();
            drop(journal);
            let kept = whole[..cut].iter().filter(|&&byte| byte == b'\n').count();
            let text = std::fs::read_to_string(&path).unwrap();
            assert_eq!(text.lines().count(), kept + 1);
            for line in text.lines() {
                serde_json::from_str::<Record>(line).unwrap();
            }
        }
    }

    #[test]
    fn a_directory_is_written_by_one_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let first = Journal::open(dir.path()).unwrap();
        let second = Journal::open(dir.path()).err().unwrap().0;
        assert!(second.contains("another hanbench"), "{second}");
        drop(first);
        assert!(Journal::open(dir.path()).is_ok());
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = Journal::open(&file.path().join("run")).err().unwrap().0;
        assert!(error.contains("--out") && error.contains("run"), "{error}");
    }
}
