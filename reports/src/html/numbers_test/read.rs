//! Numbers as they are read from the page, and the lines of the CSV files.

use std::collections::{BTreeMap, HashMap};

use crate::csv;
use crate::view::Report;

/// A line of a CSV file by its columns.
pub(super) type Line = HashMap<String, String>;
/// The files of a report.
pub(super) type Files = BTreeMap<String, Vec<Line>>;

pub(super) fn files(report: &Report) -> Files {
    let dir = tempfile::tempdir().unwrap();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut reader = ::csv::Reader::from_path(path).unwrap();
        (name, reader.deserialize().map(Result::unwrap).collect())
    };
    let paths = csv::write_all(report, dir.path()).unwrap();
    paths.iter().map(read).collect()
}

/// A number as it is shown: its value, how far off rounding may put it, and whether it is a bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shown {
    pub(super) value: f64,
    pub(super) half_digit: f64,
    pub(super) bound: Option<char>,
}

impl Shown {
    pub(super) fn is(&self, expected: f64) -> bool {
        match self.bound {
            Some('<') => expected > 0.0 && expected < self.value,
            Some(_) => expected < 1.0 && expected > self.value,
            None => {
                let slack = self.half_digit * (1.0 + 1e-9) + expected.abs() * 1e-12;
                (self.value - expected).abs() <= slack
            }
        }
    }
}

/// The numbers of a text in their order. `%` and units of bytes scale what stands before them.
pub(super) fn numbers(text: &str) -> Vec<Shown> {
    let mut out = Vec::new();
    let chars: Vec<char> = text.chars().collect();
    let mut i = 0;
    while i < chars.len() {
        let word = i > 0 && (chars[i - 1].is_alphanumeric() || chars[i - 1] == '_');
        if !chars[i].is_ascii_digit() || word {
            i += 1;
            continue;
        }
        let start = i;
        let mut digits = String::new();
        let mut decimals = None;
        while i < chars.len() {
            match chars[i] {
                c if c.is_ascii_digit() => digits.push(c),
                ',' if chars.get(i + 1).is_some_and(char::is_ascii_digit) => {}
                '.' if decimals.is_none() && chars.get(i + 1).is_some_and(char::is_ascii_digit) => {
                    digits.push('.');
                    decimals = Some(digits.len());
                }
                _ => break,
            }
            i += 1;
        }
        let mut half_digit =
            0.5 * 10_f64.powi(-(decimals.map_or(0, |at| digits.len() - at) as i32));
        let mut value: f64 = digits.parse().unwrap();
        if chars.get(i) == Some(&'e') {
            let rest: String = chars[i + 1..]
                .iter()
                .take_while(|c| c.is_ascii_digit() || **c == '−')
                .collect();
            i += 1 + rest.chars().count();
            let scale = 10_f64.powi(rest.replace('−', "-").parse().unwrap());
            (value, half_digit) = (value * scale, half_digit * scale);
        }
        let rest: String = chars[i..].iter().take(5).collect();
        let units = [
            ("%", 0.01),
            (" B", 1.0),
            (" KiB", 1024.0),
            (" MiB", 1_048_576.0),
            (" GiB", 1_073_741_824.0),
        ];
        if let Some((_, scale)) = units.iter().find(|(unit, _)| rest.starts_with(unit)) {
            (value, half_digit) = (value * scale, half_digit * scale);
        }
        let before: String = chars[..start].iter().rev().take(2).collect();
        if before.starts_with('−') {
            value = -value;
        }
        let bound = (before.starts_with(" <") || before.starts_with(" >"))
            .then(|| before.chars().nth(1).unwrap());
        out.push(Shown {
            value,
            half_digit,
            bound,
        });
    }
    out
}
