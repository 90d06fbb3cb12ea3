//! What JSONL and CSV share: defaults and the checks of whole records.

use std::collections::HashMap;

use super::{Draft, Kind, Question, check};
use crate::Error;

/// Characters of an id, which must fit a table's column and a file's name.
const ID_LENGTH: usize = 100;

/// Checks the records and fills in what they leave out.
pub(super) fn finish(drafts: Vec<Draft>, file: &str) -> Result<Vec<Question>, Error> {
    if drafts.is_empty() {
        return Err(Error::Nothing {
            file: file.to_owned(),
            advice: "write at least one question",
        });
    }
    let mut lines: HashMap<String, usize> = HashMap::new();
    let mut questions = Vec::with_capacity(drafts.len());
    for (index, draft) in drafts.into_iter().enumerate() {
        let line = draft.line;
        let question = complete(draft, index + 1, file)?;
        if let Some(first) = lines.insert(question.id.clone(), line) {
            return Err(Error::DuplicateId {
                file: file.to_owned(),
                line,
                id: question.id,
                first,
            });
        }
        questions.push(question);
    }
    Ok(questions)
}

/// The `number`th record with its defaults.
fn complete(draft: Draft, number: usize, file: &str) -> Result<Question, Error> {
    let bad = |field: String, reason: String| Error::BadValue {
        file: file.to_owned(),
        line: draft.line,
        field,
        reason,
    };
    let Some(question) = draft.question else {
        return Err(Error::MissingQuestion {
            file: file.to_owned(),
            line: draft.line,
            what: "field",
            advice: "each record needs one",
        });
    };
    if question.trim().is_empty() {
        return Err(Error::EmptyQuestion {
            file: file.to_owned(),
            line: draft.line,
        });
    }
    let id = draft.id.unwrap_or_else(|| format!("q{number}"));
    label(&id).map_err(|reason| bad("id".to_owned(), reason))?;
    let category = draft.category.unwrap_or_else(|| "user".to_owned());
    label(&category).map_err(|reason| bad("category".to_owned(), reason))?;
    check::key_points(&draft.key_points).map_err(|(field, reason)| bad(field, reason))?;
    check::constraints(&draft.constraints).map_err(|(field, reason)| bad(field, reason))?;
    Ok(Question {
        id,
        category,
        kind: draft.kind.unwrap_or(Kind::Question),
        question,
        reference: draft.reference,
        key_points: draft.key_points,
        constraints: draft.constraints,
    })
}

/// Ids and categories stand in tables and in the names of things.
fn label(text: &str) -> Result<(), String> {
    let length = text.chars().count();
    if text.trim().is_empty() {
        return Err("must not be empty; leave the field out for the default".to_owned());
    }
    if text.chars().any(char::is_control) {
        return Err(format!("`{text}` holds control characters; remove them"));
    }
    if length > ID_LENGTH {
        return Err(format!(
            "is {length} characters long; shorten it to at most {ID_LENGTH}"
        ));
    }
    Ok(())
}
