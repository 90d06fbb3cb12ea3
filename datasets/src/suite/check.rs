//! Values of a suite that have the right type and make no sense.

use std::fmt::Display;
use std::ops::RangeInclusive;

use super::keys::Keys;
use super::{AnswersSuite, PerplexitySuite, SpeedSuite, Suite};
use crate::Error;

/// llama.cpp counts tokens, sequences and positions in 32-bit signed integers.
const MOST: u32 = i32::MAX as u32;

/// Fails on the first value that is out of range.
pub(super) fn check(suite: &Suite, keys: &Keys<'_>) -> Result<(), Error> {
    one_line(keys, "name", &suite.name)?;
    if suite.name.trim().is_empty() {
        return Err(keys.out_of_range("name", "must not be empty".to_owned()));
    }
    one_line(keys, "description", &suite.description)?;
    names(keys, "precisions", &suite.precisions)?;
    suite.speed.iter().try_for_each(|part| speed(part, keys))?;
    suite
        .perplexity
        .iter()
        .try_for_each(|part| perplexity(part, keys))?;
    suite
        .answers
        .iter()
        .try_for_each(|part| answers(part, keys))?;
    if let Some(fidelity) = &suite.fidelity {
        if let Some(baseline) = &fidelity.baseline {
            names(keys, "fidelity.baseline", std::slice::from_ref(baseline))?;
        }
        if suite.perplexity.is_none() {
            let reason = "compares over the texts of [perplexity]; add that section";
            return Err(keys.out_of_range("fidelity", reason.to_owned()));
        }
    }
    if suite.speed.is_none()
        && suite.perplexity.is_none()
        && suite.answers.is_none()
        && suite.numbers.is_none()
    {
        let reason = "nothing to run; add a section: speed, perplexity, answers or numbers";
        return Err(keys.out_of_range("suite", reason.to_owned()));
    }
    Ok(())
}

fn speed(part: &SpeedSuite, keys: &Keys<'_>) -> Result<(), Error> {
    counts(keys, "speed.n_prompt", &part.n_prompt, 1..=MOST)?;
    counts(keys, "speed.n_gen", &part.n_gen, 1..=MOST)?;
    counts(keys, "speed.n_depth", &part.n_depth, 0..=MOST)?;
    counts(keys, "speed.parallel", &part.parallel, 1..=MOST)?;
    within(keys, "speed.repetitions", part.repetitions, 1..=MOST)
}

fn perplexity(part: &PerplexitySuite, keys: &Keys<'_>) -> Result<(), Error> {
    names(keys, "perplexity.corpora", &part.corpora)?;
    within(keys, "perplexity.n_ctx", part.n_ctx, 2..=MOST)?;
    part.max_chunks
        .iter()
        .try_for_each(|&most| within(keys, "perplexity.max_chunks", most, 1..=MOST))
}

fn answers(part: &AnswersSuite, keys: &Keys<'_>) -> Result<(), Error> {
    names(keys, "answers.questions", &part.questions)?;
    within(keys, "answers.max_tokens", part.max_tokens, 1..=MOST)?;
    within(keys, "answers.parallel", part.parallel, 1..=MOST)?;
    within(keys, "answers.timed", part.timed, 0..=MOST)?;
    if let Some(temperature) = part.temperature
        && !(temperature.is_finite() && temperature >= 0.0)
    {
        let reason = format!("must be 0 (greedy) or a number above it, not {temperature}");
        return Err(keys.out_of_range("answers.temperature", reason));
    }
    if let Some(top_p) = part.top_p
        && !(top_p > 0.0 && top_p <= 1.0)
    {
        let reason = format!("must be above 0 and at most 1, not {top_p}");
        return Err(keys.out_of_range("answers.top_p", reason));
    }
    Ok(())
}

/// A list of counts: not empty, each in range, none twice.
fn counts(
    keys: &Keys<'_>,
    path: &str,
    list: &[u32],
    range: RangeInclusive<u32>,
) -> Result<(), Error> {
    list.iter()
        .try_for_each(|&value| within(keys, path, value, range.clone()))?;
    distinct(keys, path, list)
}

/// A list of names: not empty, none blank, none twice.
fn names(keys: &Keys<'_>, path: &str, list: &[String]) -> Result<(), Error> {
    for name in list {
        one_line(keys, path, name)?;
        if name.trim().is_empty() {
            return Err(keys.out_of_range(path, "must not hold an empty name".to_owned()));
        }
    }
    distinct(keys, path, list)
}

/// What is listed twice would be measured twice and counted once.
fn distinct<T: PartialEq + Display>(keys: &Keys<'_>, path: &str, list: &[T]) -> Result<(), Error> {
    if list.is_empty() {
        let reason = "must list at least one value";
        return Err(keys.out_of_range(path, reason.to_owned()));
    }
    let twice = (1..list.len()).find(|&index| list[..index].contains(&list[index]));
    match twice {
        Some(index) => Err(keys.out_of_range(path, format!("lists {} twice", list[index]))),
        None => Ok(()),
    }
}

fn within(
    keys: &Keys<'_>,
    path: &str,
    value: u32,
    range: RangeInclusive<u32>,
) -> Result<(), Error> {
    if range.contains(&value) {
        return Ok(());
    }
    let bound = if value < *range.start() {
        format!("at least {}", range.start())
    } else {
        format!("at most {}", range.end())
    };
    Err(keys.out_of_range(path, format!("must be {bound}, not {value}")))
}

/// Names and descriptions go into one line of a terminal and a table.
fn one_line(keys: &Keys<'_>, path: &str, value: &str) -> Result<(), Error> {
    if value.chars().any(char::is_control) {
        let reason = "must be one line without control characters";
        return Err(keys.out_of_range(path, reason.to_owned()));
    }
    Ok(())
}
