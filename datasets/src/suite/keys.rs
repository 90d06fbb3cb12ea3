//! Where each key of a suite stands, so that errors can name it and its line.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::{Error, names, text};

/// Keys of the file itself.
const TOP: &[&str] = &[
    "name",
    "description",
    "precisions",
    "speed",
    "perplexity",
    "answers",
    "numbers",
    "fidelity",
];

/// Keys of each section.
const SECTIONS: &[(&str, &[&str])] = &[
    (
        "speed",
        &["n_prompt", "n_gen", "n_depth", "parallel", "repetitions"],
    ),
    ("perplexity", &["corpora", "n_ctx", "max_chunks"]),
    (
        "answers",
        &[
            "questions",
            "max_tokens",
            "parallel",
            "timed",
            "temperature",
            "top_p",
            "seed",
        ],
    ),
    ("numbers", &[]),
    ("fidelity", &["baseline"]),
];

/// The keys of one suite file with their places.
pub(super) struct Keys<'a> {
    source: &'a str,
    file: &'a str,
    table: DeTable<'a>,
}

impl<'a> Keys<'a> {
    /// Reads the keys of `source`.
    pub(super) fn parse(source: &'a str, file: &'a str) -> Result<Self, Error> {
        match DeTable::parse(source) {
            Ok(table) => Ok(Self {
                source,
                file,
                table: table.into_inner(),
            }),
            Err(error) => Err(Error::BrokenToml {
                file: file.to_owned(),
                line: line(source, error.span()),
                reason: error.message().to_owned(),
            }),
        }
    }

    /// Fails on the first key that a suite does not have.
    pub(super) fn all_known(&self) -> Result<(), Error> {
        self.known(&self.table, TOP)?;
        for (section, known) in SECTIONS {
            match self.table.get(*section).map(|value| value.get_ref()) {
                Some(DeValue::Table(table)) => self.known(table, known)?,
                Some(_) => {
                    let reason =
                        format!("must be a section; write [{section}] on a line of its own");
                    return Err(self.out_of_range(section, reason));
                }
                None => {}
            }
        }
        Ok(())
    }

    fn known(&self, table: &DeTable<'_>, known: &'static [&'static str]) -> Result<(), Error> {
        let wrong = table
            .keys()
            .filter(|key| !known.contains(&key.get_ref().as_ref()))
            .min_by_key(|key| key.span().start);
        let Some(key) = wrong else { return Ok(()) };
        Err(Error::UnknownField {
            file: self.file.to_owned(),
            line: line(self.source, Some(key.span())),
            what: "suite key",
            name: key.get_ref().to_string(),
            nearest: names::nearest(key.get_ref(), known.iter().copied()),
            known,
        })
    }

    /// The error for a value that has the wrong type, or a key that is missing.
    pub(super) fn bad_value(&self, error: &toml::de::Error) -> Error {
        let offset = error.span().map_or(0, |span| span.start);
        Error::BadValue {
            file: self.file.to_owned(),
            line: line(self.source, error.span()),
            field: self.at(offset).unwrap_or_else(|| "suite".to_owned()),
            reason: text::plain(error.message()),
        }
    }

    /// The error for the value at `path`, which is out of range.
    pub(super) fn out_of_range(&self, path: &str, reason: String) -> Error {
        Error::BadValue {
            file: self.file.to_owned(),
            line: line(self.source, self.span(path)),
            field: path.to_owned(),
            reason,
        }
    }

    /// The dotted key whose value covers byte `offset`.
    fn at(&self, offset: usize) -> Option<String> {
        for (key, value) in self.table.iter() {
            if let DeValue::Table(section) = value.get_ref() {
                for (inner, value) in section.iter() {
                    if value.span().contains(&offset) {
                        return Some(format!("{}.{}", key.get_ref(), inner.get_ref()));
                    }
                }
            }
            if value.span().contains(&offset) {
                return Some(key.get_ref().to_string());
            }
        }
        None
    }

    /// Where the value of a dotted key stands.
    fn span(&self, path: &str) -> Option<Range<usize>> {
        let Some((section, key)) = path.split_once('.') else {
            return self.table.get(path).map(|value| value.span());
        };
        match self.table.get(section)?.get_ref() {
            DeValue::Table(table) => table.get(key).map(|value| value.span()),
            _ => None,
        }
    }
}

/// The line on which a span starts, from 1.
fn line(source: &str, span: Option<Range<usize>>) -> usize {
    let start = span.map_or(0, |span| span.start.min(source.len()));
    text::newlines(&source.as_bytes()[..start]) + 1
}
