//! Latin words in Korean text: which of them careful text keeps as they are.

use unicode_normalization::UnicodeNormalization;

use super::letter::{Letter, letter};
use super::names::{is_chemical, is_name, is_unit};

/// Whether `c` can be part of a Latin word, number, formula or address.
pub(super) fn is_run(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || "-&+#.@/:%?=_^\\$°₀₁₂₃₄₅₆₇₈₉²³Ωμµ".contains(c)
        || letter(c) == Some(Letter::Latin)
}

/// Latin letters of a run that nothing excuses.
pub(super) fn unexcused(run: &str, after_number: bool) -> usize {
    if is_code(run) {
        return 0;
    }
    let mut after_number = after_number;
    let mut count = 0;
    let whole = trimmed(run);
    if is_excused(whole, after_number) {
        return 0;
    }
    for part in whole.split(['/', '-', '&', '+', ':']) {
        if !is_excused(trimmed(part), after_number) {
            count += part
                .chars()
                .filter(|&c| letter(c) == Some(Letter::Latin))
                .count();
        }
        after_number = part.ends_with(|c: char| c.is_ascii_digit());
    }
    count
}

/// `run` without the marks around it, save those that names end in.
fn trimmed(run: &str) -> &str {
    let is_mark = |c: char| !c.is_alphanumeric() && c != '°';
    let start = run.trim_start_matches(is_mark);
    start.trim_end_matches(|c| is_mark(c) && c != '+' && c != '#' && c != '°')
}

fn is_code(run: &str) -> bool {
    let inner = run.trim_matches(['.', ':', '?', '%', '-']);
    inner.contains("://")
        || inner.starts_with("www.")
        || inner.contains(['@', '_', '=', '^', '\\'])
        || inner
            .split('.')
            .skip(1)
            .any(|part| part.starts_with(|c: char| c.is_ascii_alphabetic()))
            && inner.contains('.')
            && !inner.starts_with('.')
            && !is_dotted_number(inner)
}

/// "3.5kg" has a period, but is a number with a unit.
fn is_dotted_number(run: &str) -> bool {
    let whole = run.split('.').next().unwrap_or_default();
    whole.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a word may stay, in full width or half.
fn is_excused(word: &str, after_number: bool) -> bool {
    let plain: String;
    let word = if word.contains(|c: char| ('！'..='～').contains(&c)) {
        plain = word.nfkc().collect();
        &plain
    } else {
        word
    };
    let n_letters = word
        .chars()
        .filter(|&c| letter(c) == Some(Letter::Latin))
        .count();
    // HTML5 and WPA3 are names as HTML and WPA are.
    let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
    if n_letters <= 1 || is_name(word) || is_name(stem) || is_chemical(word) {
        return true;
    }
    let bare = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let has_number = bare.len() < word.len() || after_number;
    let unit = bare.trim_end_matches(['2', '3', '²', '³']);
    has_number && is_unit(unit) || word.bytes().all(|b| b"IVX".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_excused_part_by_part() {
        for (run, after_number, letters) in [
            ("apple", false, 5),
            ("DNA", false, 0),
            ("DNA-test", false, 4),
            ("km", true, 0),
            ("km", false, 2),
            ("5km", false, 0),
            ("a", false, 0),
            ("HTML5", false, 0),
            ("read.me", false, 0),
            ("3.5kg", false, 0),
            ("XVI", false, 0),
            ("café", false, 4),
            ("ＬＥＤ", false, 0),
            ("ｃａｔ", false, 3),
            ("", false, 0),
            ("--", false, 0),
        ] {
            assert_eq!(unexcused(run, after_number), letters, "{run}");
        }
    }
}
