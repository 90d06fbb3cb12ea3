//! Numbers with units: `5 km` and `5킬로미터`, `2시간 반`, `2.5시간` and `2시간 30분`.

use super::letter::is_syllable;
use super::suffix::can_follow;

/// Units in lower case, as Latin letters and in Hangul.
#[rustfmt::skip]
const UNITS: &[(&str, &str)] = &[
    ("km", "킬로미터"), ("m", "미터"), ("cm", "센티미터"), ("mm", "밀리미터"), ("kg", "킬로그램"),
    ("g", "그램"), ("mg", "밀리그램"), ("l", "리터"), ("ml", "밀리리터"), ("h", "시간"), ("hr", "시간"),
    ("hrs", "시간"), ("min", "분"), ("sec", "초"),
];

/// Whether a word after a bare number is its unit, so that both are one word: `5 km를`, `2.5 시간`.
pub(super) fn is_unit_of(number: &str, word: &str) -> bool {
    number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && (word.starts_with("시간") || spelled(word).is_some())
}

/// `word`, with its number in digits, with the unit in Hangul, or with half an hour in minutes; `before` is the text of the sentence
/// up to it. `None` where nothing changes.
pub(super) fn in_units(before: &str, word: &str) -> Option<String> {
    let digits = word.len() - word.trim_start_matches(is_numeric).len();
    let half = half_hour(before, word, digits);
    if digits == 0 || half.is_some() {
        return half;
    }
    let (number, rest) = word.split_at(digits);
    let (unit, rest) = spelled(rest)?;
    if unit == "시간" && number.ends_with(".5") {
        return half_hours(number, rest);
    }
    Some(format!("{number}{unit}{rest}"))
}

/// The Latin unit that a text begins with, in Hangul, and the particles after it.
fn spelled(text: &str) -> Option<(&'static str, &str)> {
    let letters = text.bytes().take_while(u8::is_ascii_lowercase).count();
    let (unit, rest) = text.split_at(letters);
    let &(_, spelled) = UNITS.iter().find(|(short, _)| *short == unit)?;
    let ends = rest.chars().next().is_none_or(is_syllable);
    ends.then_some((spelled, rest))
}

/// 반 after so many hours, or o'clock: `6시 반에`, `2시간반`.
fn half_hour(before: &str, word: &str, digits: usize) -> Option<String> {
    if digits == 0 {
        let rest = word.strip_prefix('반')?;
        let hours = before
            .strip_suffix('간')
            .unwrap_or(before)
            .strip_suffix('시')?;
        let is_half = hours.ends_with(|c: char| c.is_ascii_digit()) && can_follow('반', rest);
        return is_half.then(|| format!("30분{rest}"));
    }
    let (number, rest) = word.split_at(digits);
    if let Some(after) = rest.strip_prefix("시간").filter(|_| number.ends_with(".5")) {
        return half_hours(number, after);
    }
    ["시반", "시간반"].iter().find_map(|hours| {
        let after = rest.strip_prefix(hours).filter(|r| can_follow('반', r))?;
        let unit = hours.trim_end_matches('반');
        Some(format!("{number}{unit}30분{after}"))
    })
}

/// `2.5` hours in hours and minutes, with what follows.
fn half_hours(number: &str, rest: &str) -> Option<String> {
    let hours = number.strip_suffix(".5").filter(|h| !h.contains('.'))?;
    Some(match hours {
        "0" | "" => format!("30분{rest}"),
        _ => format!("{hours}시간30분{rest}"),
    })
}

fn is_numeric(c: char) -> bool {
    c.is_ascii_digit() || c == '.'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_numbers() {
        assert!(is_unit_of("5", "km를") && is_unit_of("2.5", "시간쯤"));
        assert!(!is_unit_of("5", "kms") && !is_unit_of("약5", "km") && !is_unit_of("5", "사과"));
    }

    #[test]
    fn units_are_spelled() {
        for (before, word, expected) in [
            ("", "5km를", "5킬로미터를"),
            ("", "1.5시간을", "1시간30분을"),
            ("", "1.5h", "1시간30분"),
            ("", "20min", "20분"),
            ("", "6시반에", "6시30분에"),
            ("", "2시간반", "2시간30분"),
            ("아침6시", "반이면", "30분이면"),
            ("3시간", "반", "30분"),
        ] {
            assert_eq!(
                in_units(before, word).as_deref(),
                Some(expected),
                "{before} {word}"
            );
        }
        for (before, word) in [
            ("", "km"),
            ("시속", "km"),
            ("약3", "h"),
            ("", "5kms"),
            ("", "5"),
            ("3시간", "반복"),
            ("우리", "반"),
            ("잠시", "반"),
            ("", ""),
        ] {
            assert_eq!(in_units(before, word), None, "{before} {word}");
        }
    }
}
