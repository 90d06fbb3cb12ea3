//! What the tests of the binary share: a place of its own for each test, and a way to run hanbench there.

// Each test file compiles this module for itself and uses a part of it.
#![allow(dead_code)]

pub mod gguf;

use eval::engine::tiny;
use reports::record::{Fact, Record};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A small suite that runs every stage.
pub const SUITE: &str = r#"
name = "test"
precisions = ["native", "f16", "q4_k_m"]
[speed]
n_prompt = [32]
n_gen = [8]
n_depth = [0, 16]
parallel = [1, 2]
repetitions = 3
[perplexity]
corpora = ["held-out"]
n_ctx = 128
max_chunks = 2
[fidelity]
[answers]
questions = ["quick"]
max_tokens = 12
parallel = 4
timed = 2
"#;

/// A folder that a test has to itself, with a cache of its own.
pub struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        let place = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        std::fs::write(place.path("suite.toml"), SUITE).unwrap();
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file and returns its path as an argument.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// A tiny model with real tensors.
    pub fn tiny(&self, name: &str, shape: &tiny::Shape) -> String {
        let path = self.path(name);
        tiny::write(&path, shape).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hanbench"));
        command.args(arguments);
        // Tests run side by side; two spinning threads each would fight over the cores.
        if arguments[0] == "run" && !arguments.contains(&"--threads") {
            command.args(["--threads", "1"]);
        }
        command
            .current_dir(self.dir.path())
            .env("XDG_CACHE_HOME", self.path("cache"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    pub fn records(&self, run: &str) -> Vec<Record> {
        let text = std::fs::read_to_string(self.path(run).join("records.jsonl")).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// A CSV file of a run as rows of named fields.
    pub fn csv(&self, run: &str, name: &str) -> Vec<Vec<(String, String)>> {
        let mut reader = csv::Reader::from_path(self.path(run).join("csv").join(name)).unwrap();
        let header = reader.headers().unwrap().clone();
        let named = |row: csv::StringRecord| {
            header
                .iter()
                .zip(&row)
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
                .collect()
        };
        reader.records().map(|row| named(row.unwrap())).collect()
    }
}

/// A finished command.
#[derive(Debug)]
pub struct Ran {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{self:#?}");
        self
    }
}

/// The field of a CSV row in a named column.
#[track_caller]
pub fn field<'r>(row: &'r [(String, String)], name: &str) -> &'r str {
    let found = row.iter().find(|(key, _)| key == name);
    &found.unwrap_or_else(|| panic!("no column {name}")).1
}

/// Reasons of the failures among records.
pub fn failures(records: &[Record]) -> Vec<&str> {
    records
        .iter()
        .filter_map(|record| match &record.fact {
            Fact::Failure(failure) => Some(failure.reason.as_str()),
            _ => None,
        })
        .collect()
}

/// Whether a report with its page, tables and plots is there.
pub fn has_report(run: &Path) -> bool {
    run.join("report.html").exists() && run.join("csv/summary.csv").exists()
}
