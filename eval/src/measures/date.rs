//! Dates in digits: `1945.8.15.`, `1945. 8. 15.` and `1945-08-15` are 1945년 8월 15일.

use std::borrow::Cow;

/// `text` with its dates in words. A year of four digits, a month and a day are parted by full stops, hyphens or slashes, the same
/// ones; white space may follow a full stop.
pub(super) fn dates_in_words(text: &str) -> Cow<'_, str> {
    let mut written = String::new();
    let mut done = 0;
    let mut at = 0;
    while let Some(digits) = text[at..].find(|c: char| c.is_ascii_digit()) {
        let start = at + digits;
        let found = date(&text[start..]).filter(|_| starts_apart(&text[..start]));
        at = match found {
            Some((date, length)) => {
                written.push_str(&text[done..start]);
                written.push_str(&date);
                done = start + length;
                done
            }
            None => {
                let rest = text[start..].find(|c: char| !c.is_ascii_digit());
                rest.map_or(text.len(), |length| start + length)
            }
        };
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    written.push_str(&text[done..]);
    Cow::Owned(written)
}

/// The date that `text` begins with, in words, and its length in bytes.
fn date(text: &str) -> Option<(String, usize)> {
    let (year, rest) = number(text, 4..=4)?;
    let mark = rest.chars().next().filter(|c| ".-/".contains(*c))?;
    let (month, rest) = number(after(rest, mark)?, 1..=2)?;
    let (day, rest) = number(after(rest, mark)?, 1..=2)?;
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    let is_date = (1..=12).contains(&month) && (1..=31).contains(&day);
    let goes_on = rest.starts_with(|c: char| c.is_ascii_digit() || c == mark);
    let length = text.len() - rest.len();
    (is_date && !goes_on).then(|| (format!("{year}년 {month}월 {day}일"), length))
}

fn after(text: &str, mark: char) -> Option<&str> {
    let rest = text.strip_prefix(mark)?;
    Some(if mark == '.' {
        rest.trim_start_matches(' ')
    } else {
        rest
    })
}

/// A number of so many digits, and what follows it.
fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<(u32, &str)> {
    let n = text.bytes().take(5).take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(n);
    digits
        .contains(&n)
        .then(|| number.parse().ok().map(|n| (n, rest)))?
}

fn starts_apart(before: &str) -> bool {
    !before.ends_with(|c: char| c.is_ascii_alphanumeric() || ".-/".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (text, expected) in [
            ("1945.8.15. 광복", "1945년 8월 15일 광복"),
            ("1945. 8. 15.에", "1945년 8월 15일에"),
            ("그날은 1945-08-15였다", "그날은 1945년 8월 15일였다"),
            ("1945/8/15", "1945년 8월 15일"),
            ("(2002.5.31~2002.6.30)", "(2002년 5월 31일~2002년 6월 30일)"),
        ] {
            assert_eq!(dates_in_words(text), expected);
        }
        for text in [
            "",
            "1945",
            "1945.8",
            "3.14.15",
            "1945.13.1",
            "1945.8-15",
            "1.2.3.4",
            "12345.1.1",
            "1945.8.155",
        ] {
            assert_eq!(dates_in_words(text), text);
        }
    }
}
