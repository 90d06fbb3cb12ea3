//! Key points and constraints that no answer could meet, or every answer would.

use super::Constraint;

/// The field that is wrong, and why.
type Wrong = (String, String);

/// Fails on an empty list of wordings and on a blank wording.
pub(super) fn key_points(points: &[Vec<String>]) -> Result<(), Wrong> {
    points
        .iter()
        .enumerate()
        .try_for_each(|(index, wordings)| strings(&format!("key_points[{index}]"), wordings))
}

/// Fails on a count of 0, a minimum above its maximum and an empty list.
pub(super) fn constraints(constraints: &[Constraint]) -> Result<(), Wrong> {
    for (index, constraint) in constraints.iter().enumerate() {
        let field = |name: &str| format!("constraints[{index}].{name}");
        match constraint {
            Constraint::Items { count: 0 } => {
                return Err((field("count"), "must be at least 1, not 0".to_owned()));
            }
            Constraint::Sentences { min, max } | Constraint::Length { min, max } => {
                if *max == 0 {
                    return Err((field("max"), "must be at least 1, not 0".to_owned()));
                }
                if min > max {
                    let reason = format!("{min} is above max, {max}; swap them");
                    return Err((field("min"), reason));
                }
            }
            Constraint::Include { any } => strings(&field("any"), any)?,
            Constraint::Exclude { words } => strings(&field("words"), words)?,
            Constraint::Items { .. }
            | Constraint::Table
            | Constraint::NoLatin
            | Constraint::Speech { .. } => {}
        }
    }
    Ok(())
}

/// A blank string is found in every answer.
fn strings(field: &str, list: &[String]) -> Result<(), Wrong> {
    if list.is_empty() {
        let reason = "must not be empty; write at least one string".to_owned();
        return Err((field.to_owned(), reason));
    }
    if list.iter().any(|text| text.trim().is_empty()) {
        let reason = "must not hold an empty string; remove it".to_owned();
        return Err((field.to_owned(), reason));
    }
    Ok(())
}
