//! JSON Lines: one object a line.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::{Constraint, Draft, Normaliser};
use crate::{Error, names, text};

/// The fields of a record.
const FIELDS: &[&str] = &[
    "id",
    "category",
    "kind",
    "question",
    "reference",
    "key_points",
    "constraints",
];

/// Reads the records of `source`, blank lines skipped.
pub(super) fn read(
    source: &str,
    file: &str,
    normaliser: &mut Normaliser,
) -> Result<Vec<Draft>, Error> {
    let lines = source.split('\n').zip(1..);
    lines
        .filter(|(text, _)| !text.trim().is_empty())
        .map(|(text, number)| record(text, number, file, normaliser))
        .collect()
}

/// A record's fields in the order of the line. A plain map would keep the last of two fields with one
/// name and drop the other unsaid.
struct Fields(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Record;
        impl<'de> Visitor<'de> for Record {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object such as {\"question\": \"…\"}")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Record)
    }
}

/// Reads one line.
fn record(
    text: &str,
    line: usize,
    file: &str,
    normaliser: &mut Normaliser,
) -> Result<Draft, Error> {
    let Fields(fields) =
        serde_json::from_str(text).map_err(|error| broken(&error, text, line, file))?;
    let mut draft = Draft {
        line,
        ..Draft::default()
    };
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in fields {
        let bad = |(field, reason)| Error::BadValue {
            file: file.to_owned(),
            line,
            field,
            reason,
        };
        if seen.contains(&name) {
            let reason = "is given twice; keep one".to_owned();
            return Err(bad((name, reason)));
        }
        let value = normalise(value, normaliser);
        match name.as_str() {
            "id" => draft.id = Some(typed(&name, value).map_err(bad)?),
            "category" => draft.category = Some(typed(&name, value).map_err(bad)?),
            "kind" => draft.kind = Some(typed(&name, value).map_err(bad)?),
            "question" => draft.question = Some(typed(&name, value).map_err(bad)?),
            "reference" => draft.reference = typed(&name, value).map_err(bad)?,
            "key_points" => draft.key_points = key_points(value).map_err(bad)?,
            "constraints" => draft.constraints = constraints(value).map_err(bad)?,
            _ => {
                return Err(Error::UnknownField {
                    file: file.to_owned(),
                    line,
                    what: "field",
                    nearest: names::nearest(&name, FIELDS.iter().copied()),
                    name,
                    known: FIELDS,
                });
            }
        }
        seen.push(name);
    }
    Ok(draft)
}

/// Composes every string in `value`.
fn normalise(value: Value, normaliser: &mut Normaliser) -> Value {
    match value {
        Value::String(text) => Value::String(normaliser.composed(text)),
        Value::Array(list) => list
            .into_iter()
            .map(|value| normalise(value, normaliser))
            .collect(),
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| (key, normalise(value, normaliser)))
            .collect(),
        other => other,
    }
}

/// The value of a field as its type, or the field and what is wrong with it.
fn typed<T: DeserializeOwned>(field: &str, value: Value) -> Result<T, (String, String)> {
    serde_json::from_value(value)
        .map_err(|error| (field.to_owned(), text::plain(&error.to_string())))
}

/// Key points one by one, so that an error says which.
fn key_points(value: Value) -> Result<Vec<Vec<String>>, (String, String)> {
    let list: Vec<Value> = typed("key_points", value)?;
    list.into_iter()
        .enumerate()
        .map(|(index, point)| typed(&format!("key_points[{index}]"), point))
        .collect()
}

/// Constraints one by one, so that an error says which.
fn constraints(value: Value) -> Result<Vec<Constraint>, (String, String)> {
    let list: Vec<Value> = typed("constraints", value)?;
    list.into_iter()
        .enumerate()
        .map(|(index, value)| {
            let field = format!("constraints[{index}]");
            let extra = value.as_object().and_then(|map| {
                let mut names = map.keys().filter(|key| *key != "type");
                names.next().cloned()
            });
            let constraint = typed(&field, value)?;
            // serde lets further fields pass on a variant that has none.
            match (&constraint, extra) {
                (Constraint::Table | Constraint::NoLatin, Some(name)) => Err((
                    field,
                    format!("unknown field `{name}`; this type has no fields"),
                )),
                _ => Ok(constraint),
            }
        })
        .collect()
}

/// The error for a line that is not a JSON object.
fn broken(error: &serde_json::Error, text: &str, line: usize, file: &str) -> Error {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let reason = error.to_string();
    let reason = reason.strip_suffix(&place).unwrap_or(&reason).to_owned();
    if error.is_data() {
        return Error::BadValue {
            file: file.to_owned(),
            line,
            field: "record".to_owned(),
            reason,
        };
    }
    // serde_json counts bytes; a reader counts characters.
    let before = error.column().saturating_sub(1).min(text.len());
    let column = text
        .char_indices()
        .take_while(|(start, _)| *start < before)
        .count();
    Error::BrokenJson {
        file: file.to_owned(),
        line,
        column: column + 1,
        reason,
    }
}
