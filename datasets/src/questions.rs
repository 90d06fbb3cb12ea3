//! What is asked: question sets, embedded or from a user's JSONL or CSV file.

mod check;
mod finish;
mod jsonl;
mod rows;

use serde::{Deserialize, Serialize};

use crate::normalise::{Normalised, Normaliser};
use crate::{Error, names, text};

/// The names of the embedded question sets.
pub const QUESTION_SETS: &[&str] = &["quick", "core"];

/// One thing that a model is asked, and what is known about good answers to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Unique in its set, not empty, at most 100 characters without control characters.
    pub id: String,
    /// What it is about, for tables by category.
    pub category: String,
    /// What sort of answer it wants.
    pub kind: Kind,
    /// The text put to the model, not blank.
    pub question: String,
    /// A good answer, whose likelihood is measured.
    pub reference: Option<String>,
    /// Points that a good answer makes: each a list of alternative wordings, any one of which
    /// counts. Stems, so that particles and endings may follow; spaces do not count.
    pub key_points: Vec<Vec<String>>,
    /// What the answer's form must obey.
    pub constraints: Vec<Constraint>,
}

/// What sort of answer a question wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A fact or an explanation.
    Question,
    /// Text in a form that the question prescribes.
    Instruction,
    /// Text of the model's own making.
    FreeWriting,
}

/// A rule for an answer's form that a program can check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Constraint {
    /// Exactly so many list items.
    Items {
        /// List items, at least 1.
        count: usize,
    },
    /// So many sentences.
    Sentences {
        /// Fewest.
        min: usize,
        /// Most, at least 1 and `min`.
        max: usize,
    },
    /// A Markdown table.
    Table,
    /// No Latin letter.
    NoLatin,
    /// Every sentence in one level of speech.
    Speech {
        /// Which.
        level: Level,
    },
    /// So many characters, spaces counted.
    Length {
        /// Fewest.
        min: usize,
        /// Most, at least 1 and `min`.
        max: usize,
    },
    /// At least one of these strings.
    Include {
        /// Not empty, none blank.
        any: Vec<String>,
    },
    /// None of these strings.
    Exclude {
        /// Not empty, none blank.
        words: Vec<String>,
    },
}

/// A level of Korean speech, as sentence endings show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 높임말: -요, -니다, -까.
    Polite,
    /// 반말이나 해라체: -다, -야, -어.
    Plain,
}

/// Questions in the order in which they are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionSet {
    /// The embedded set's name, or the file's name without folder and extension.
    pub name: String,
    /// At least one question, ids unique.
    pub questions: Vec<Question>,
    /// What was changed in reading the file.
    pub normalised: Normalised,
}

/// One record as it was read: what is absent is still absent.
#[derive(Default)]
struct Draft {
    line: usize,
    id: Option<String>,
    category: Option<String>,
    kind: Option<Kind>,
    question: Option<String>,
    reference: Option<String>,
    key_points: Vec<Vec<String>>,
    constraints: Vec<Constraint>,
}

/// Loads the embedded set `quick` or `core`, or the file at a path: CSV where it ends in `.csv`, else
/// JSON Lines.
///
/// Only `question` is required of a record; ids default to `q1`, `q2`… by record, the category to
/// `user` and the kind to `question`. Blank lines are skipped. A byte order mark, CR LF and text that
/// is not in NFC are normalised and counted.
///
/// # Errors
///
/// A name that is neither, a file that cannot be read, and the first thing in it that is wrong.
pub fn load_questions(name_or_path: &str) -> Result<QuestionSet, Error> {
    match name_or_path {
        "quick" => return embedded("quick", include_str!("../questions/quick.jsonl")),
        "core" => return embedded("core", include_str!("../questions/core.jsonl")),
        _ => {}
    }
    let bytes = text::read(name_or_path, "question set", QUESTION_SETS)?;
    let source = text::utf8(bytes, name_or_path)?;
    let csv = name_or_path.to_lowercase().ends_with(".csv");
    parse(
        names::stem(name_or_path),
        &source,
        name_or_path,
        if csv { rows::read } else { jsonl::read },
    )
}

fn embedded(name: &str, source: &str) -> Result<QuestionSet, Error> {
    let file = format!("{name}.jsonl (embedded)");
    parse(name.to_owned(), source, &file, jsonl::read)
}

/// A format: normalised text and the file's name for errors in, records out.
type Read = fn(&str, &str, &mut Normaliser) -> Result<Vec<Draft>, Error>;

/// Reads a set from text; `file` is what errors call it.
fn parse(name: String, source: &str, file: &str, read: Read) -> Result<QuestionSet, Error> {
    let mut normaliser = Normaliser::default();
    let source = normaliser.source(source);
    let drafts = read(&source, file, &mut normaliser)?;
    Ok(QuestionSet {
        name,
        questions: finish::finish(drafts, file)?,
        normalised: normaliser.counts(),
    })
}

#[cfg(test)]
mod tests;
