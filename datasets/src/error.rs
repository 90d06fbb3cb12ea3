//! Everything that can be wrong with a question set, a corpus or a suite.

use thiserror::Error as ThisError;

use crate::text::shown;

/// Characters of a file's own text that a message shows.
const EXCERPT: usize = 80;
/// Characters of a parser's reason that a message shows; it may quote the file too.
const REASON: usize = 240;
/// Characters of a path that a message shows: all of any real one.
const PATH: usize = 4096;

/// Why a question set, a corpus or a suite could not be loaded.
///
/// Each message is one line that names the file, the line (from 1), the field, the reason and what
/// to do. Text that comes from a file is shown with control characters escaped, and shortened.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
pub enum Error {
    /// The path names nothing.
    #[error("{}: no such file; check the path, or name an embedded {what}: {}", path(file), known.join(", "))]
    NoSuchFile {
        /// The path as it was given.
        file: String,
        /// What was to be loaded.
        what: &'static str,
        /// The embedded names.
        known: &'static [&'static str],
    },
    /// The file is there and cannot be read.
    #[error("{}: cannot be read: {}", path(file), why(reason))]
    CannotRead {
        /// The path as it was given.
        file: String,
        /// The system's reason and what to do.
        reason: String,
    },
    /// A name that is no embedded set, and no file's either.
    #[error("unknown {what} `{}`{}; known: {}; for a file, give its path", shown(name, EXCERPT), did_you_mean(*nearest), known.join(", "))]
    UnknownName {
        /// What was to be loaded.
        what: &'static str,
        /// The name as it was given.
        name: String,
        /// The embedded name most like it.
        nearest: Option<&'static str>,
        /// The embedded names.
        known: &'static [&'static str],
    },
    /// Bytes that are not UTF-8.
    #[error(
        "{}:{line}: not UTF-8; save the file as UTF-8 (Korean Windows programs often save CP949)",
        path(file)
    )]
    NotUtf8 {
        /// The file.
        file: String,
        /// The line of the first bad byte.
        line: usize,
    },
    /// A file without a single record, or without a byte.
    #[error("{}: nothing in it; {advice}", path(file))]
    Nothing {
        /// The file.
        file: String,
        /// What it should hold.
        advice: &'static str,
    },
    /// A line that is not JSON.
    #[error(
        "{}:{line}:{column}: broken JSON: {}; each line must be one whole JSON object",
        path(file),
        why(reason)
    )]
    BrokenJson {
        /// The file.
        file: String,
        /// The line.
        line: usize,
        /// The character in the line, from 1.
        column: usize,
        /// The parser's reason.
        reason: String,
    },
    /// Rows that are not CSV.
    #[error("{}:{line}: broken CSV: {}", path(file), why(reason))]
    BrokenCsv {
        /// The file.
        file: String,
        /// The line on which the row starts.
        line: usize,
        /// The reason and what to do.
        reason: String,
    },
    /// A file that is not TOML.
    #[error("{}:{line}: broken TOML: {}", path(file), why(reason))]
    BrokenToml {
        /// The file.
        file: String,
        /// The line.
        line: usize,
        /// The parser's reason.
        reason: String,
    },
    /// A field, column, section or key that means nothing here.
    #[error("{}:{line}: unknown {what} `{}`{}; known: {}", path(file), shown(name, EXCERPT), did_you_mean(*nearest), known.join(", "))]
    UnknownField {
        /// The file.
        file: String,
        /// The line.
        line: usize,
        /// What it is: a field, a column, a section or a key.
        what: &'static str,
        /// Its name.
        name: String,
        /// The known name most like it.
        nearest: Option<&'static str>,
        /// The known names.
        known: &'static [&'static str],
    },
    /// A record without a question, or a header without that column.
    #[error("{}:{line}: {what} `question` is missing; {advice}", path(file))]
    MissingQuestion {
        /// The file.
        file: String,
        /// The line.
        line: usize,
        /// A field or a column.
        what: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// A record whose question is empty or blank.
    #[error(
        "{}:{line}: field `question` is empty; write the question or remove the record",
        path(file)
    )]
    EmptyQuestion {
        /// The file.
        file: String,
        /// The line.
        line: usize,
    },
    /// A value of the wrong type or out of range.
    #[error("{}:{line}: `{}`: {}", path(file), shown(field, EXCERPT), why(reason))]
    BadValue {
        /// The file.
        file: String,
        /// The line.
        line: usize,
        /// The field, as a path where it is inside another.
        field: String,
        /// What it must be, and what it is.
        reason: String,
    },
    /// An id that another record has.
    #[error(
        "{}:{line}: id `{}` is already used on line {first}; give each question its own id",
        path(file),
        shown(id, EXCERPT)
    )]
    DuplicateId {
        /// The file.
        file: String,
        /// The line of the second record.
        line: usize,
        /// The id.
        id: String,
        /// The line of the first record.
        first: usize,
    },
}

/// A path as a message shows it.
fn path(file: &str) -> String {
    shown(file, PATH)
}

/// A reason as a message shows it.
fn why(reason: &str) -> String {
    shown(reason, REASON)
}

/// The suggestion, where there is one.
fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(" (did you mean `{name}`?)"))
}
