//! Numbers in words: 셋, 세 가지, 이십오 도, 3만, three.

use super::suffix::can_follow;

/// `word` with the number that it begins with, or is, in digits; `None` where it has none, or has it in digits already.
/// `before` and `next` are the words around it.
///
/// - digits and the units after them: `3만` is `30000`, `5천만원` is `50000000원`, but 만 is the particle in `0과 1만`;
/// - native numerals from 1 to 99 before a counter in this word or the next (`세 가지`, `두마리`), and those with a form of their
///   own also alone, with particles (`셋은`, `하나`, but not `열`, heat);
/// - Sino-Korean numerals before a counter of theirs in this word or the next (`십이월`, `이십오 도`), or of three syllables
///   or more with particles at most (`삼십육`), or of two that can be nothing else (`십오`, `이십`); single ones only before 년, 월,
///   층, 개월, 퍼센트. `백일` is left as it is: it is as often 100 days as 101;
/// - English zero to twelve.
pub(super) fn in_digits(before: Option<&str>, word: &str, next: Option<&str>) -> Option<String> {
    let first = word.chars().next()?;
    if first.is_ascii_alphabetic() {
        let place = ENGLISH.iter().position(|&n| n == word)?;
        return Some(place.to_string());
    }
    if first.is_ascii_digit() {
        let is_joined = before.is_some_and(joins) && word.len() == "0만".len();
        return with_units(word).filter(|_| !is_joined || !word.ends_with('만'));
    }
    native(word, next).or_else(|| sino(word, next))
}

#[rustfmt::skip]
const ENGLISH: &[&str] = &[
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
];

/// Numerals have at most so many syllables here.
const MAX_NUMERAL: usize = 16;

/// `3만`, `5천만원`: digits with Sino-Korean units.
fn with_units(word: &str) -> Option<String> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let is_unit = |c: char| unit(c).is_some();
    if digits > 8 || !word[digits..].starts_with(is_unit) {
        return None;
    }
    let end = word
        .char_indices()
        .take(MAX_NUMERAL)
        .take_while(|&(_, c)| c.is_ascii_digit() || is_unit(c))
        .last()
        .map(|(at, c)| at + c.len_utf8())?;
    Some(format!("{}{}", value(&word[..end])?, &word[end..]))
}

/// Whether a word joins a number to the next: `0과`.
fn joins(word: &str) -> bool {
    let number = word.strip_suffix(['과', '와']);
    number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// Ten, hundred, thousand within a group of four digits; ten thousand and up between them.
fn unit(c: char) -> Option<u64> {
    Some(match c {
        '십' => 10,
        '백' => 100,
        '천' => 1000,
        '만' => 10_000,
        '억' => 100_000_000,
        '조' => 1_000_000_000_000,
        _ => return None,
    })
}

fn digit(c: char) -> Option<u64> {
    let place = "영일이삼사오육칠팔구".chars().position(|d| d == c);
    place
        .map(|p| p as u64)
        .or_else(|| c.to_digit(10).map(u64::from))
}

/// The value of a numeral such as 이천오백, 3천 or 5천만; `None` where it is none (이사, 십백) or too large.
fn value(numeral: &str) -> Option<u64> {
    // The sum of finished groups, the group of four digits in progress, and the digits before the next unit.
    let (mut total, mut group) = (0_u64, 0_u64);
    let mut count: Option<u64> = None;
    let mut least = u64::MAX;
    let mut least_in_group = u64::MAX;
    for c in numeral.chars() {
        if let Some(d) = digit(c) {
            let is_written = c.is_ascii_digit();
            count = match count {
                None => Some(d),
                Some(n) if is_written => Some(n.checked_mul(10)?.checked_add(d)?),
                Some(_) => return None,
            };
            continue;
        }
        let unit = unit(c)?;
        if unit < 10_000 {
            if unit >= least_in_group {
                return None;
            }
            least_in_group = unit;
            group = group.checked_add(count.take().unwrap_or(1).checked_mul(unit)?)?;
            continue;
        }
        let all = group.checked_add(count.take().unwrap_or(0))?.max(1);
        if unit >= least {
            return None;
        }
        (least, least_in_group, group) = (unit, u64::MAX, 0);
        total = total.checked_add(all.checked_mul(unit)?)?;
    }
    total.checked_add(group)?.checked_add(count.unwrap_or(0))
}

/// Native tens, and native ones: before a counter, and alone.
#[rustfmt::skip]
const TENS: &[(&str, u64)] = &[
    ("열", 10), ("스물", 20), ("스무", 20), ("서른", 30), ("마흔", 40), ("쉰", 50), ("예순", 60),
    ("일흔", 70), ("여든", 80), ("아흔", 90),
];
#[rustfmt::skip]
const ONES: &[(&str, u64)] = &[
    ("하나", 1), ("다섯", 5), ("여섯", 6), ("일곱", 7), ("여덟", 8), ("아홉", 9), ("둘", 2),
    ("셋", 3), ("넷", 4), ("한", 1), ("두", 2), ("세", 3), ("네", 4), ("석", 3), ("넉", 4),
];
/// Forms that stand only before a counter.
const BOUND: &[&str] = &["한", "두", "세", "네", "석", "넉", "스무", "열", "쉰"];
/// What native numerals count.
#[rustfmt::skip]
const COUNTERS: &[&str] = &[
    "가지", "개", "마리", "명", "번", "살", "시간", "시", "달", "군데", "곳", "권", "장", "잔",
    "대", "쪽", "사람", "종류", "차례", "배", "주", "켤레", "그루", "송이", "채", "벌", "병", "컵",
    "문장", "단어", "글자", "줄", "단계", "항목", "분야", "나라", "시반", "시간반",
];
/// What Sino-Korean numerals count.
#[rustfmt::skip]
const SINO_COUNTERS: &[&str] = &[
    "년", "월", "일", "분", "초", "원", "층", "도", "퍼센트", "프로", "개월", "주", "회", "배",
    "명", "개", "인", "위", "세기", "세", "미터", "킬로", "그램", "리터", "점", "쪽", "장", "번",
    "달러", "세대",
];
/// Those of them that a single numeral syllable may stand before.
const SAFE_COUNTERS: &[&str] = &["년", "월", "층", "개월", "퍼센트"];

fn native(word: &str, next: Option<&str>) -> Option<String> {
    let (tens, after_tens) = prefix(TENS, word);
    let (ones, rest) = prefix(ONES, after_tens);
    let number = tens + ones;
    if number == 0 {
        return None;
    }
    let numeral = &word[..word.len() - rest.len()];
    let counted = counts(COUNTERS, rest, next)
        || !BOUND.iter().any(|b| numeral.ends_with(b))
            && numeral
                .chars()
                .next_back()
                .is_some_and(|c| can_follow(c, rest));
    counted.then(|| format!("{number}{rest}"))
}

/// The value of the numeral that `word` begins with, 0 where there is none, and what follows it.
fn prefix<'a>(numerals: &[(&str, u64)], word: &'a str) -> (u64, &'a str) {
    let found = numerals
        .iter()
        .find_map(|&(n, value)| word.strip_prefix(n).map(|rest| (value, rest)));
    found.unwrap_or((0, word))
}

fn sino(word: &str, next: Option<&str>) -> Option<String> {
    let is_numeral = |c: char| !c.is_ascii_digit() && (digit(c).is_some() || unit(c).is_some());
    let syllables: Vec<(usize, char)> = word
        .char_indices()
        .take(MAX_NUMERAL)
        .take_while(|&(_, c)| is_numeral(c))
        .collect();
    // 십이월일: a counter may be a numeral too (일), so the longest numeral that something follows is taken.
    for n in (1..=syllables.len()).rev() {
        let (at, last) = syllables[n - 1];
        let (numeral, rest) = word.split_at(at + last.len_utf8());
        let counters = if n > 1 { SINO_COUNTERS } else { SAFE_COUNTERS };
        let is_plain = n > 2 || is_unmistakable(numeral);
        let stands = counts(counters, rest, next) || is_plain && can_follow(last, rest);
        if stands && let Some(value) = value(numeral) {
            return Some(format!("{value}{rest}"));
        }
    }
    None
}

/// Whether a numeral of two syllables is no other word: 십오 and 이십, but not 백일 (100 days), 천사 (angel) or 이천 (a city).
fn is_unmistakable(numeral: &str) -> bool {
    let mut syllables = numeral.chars();
    let (Some(first), Some(second), None) = (syllables.next(), syllables.next(), syllables.next())
    else {
        return false;
    };
    first == '십' && digit(second).is_some()
        || second == '십' && digit(first).is_some_and(|d| d > 1)
}

/// Whether a counter follows a numeral: in the same word with particles at most, or at the beginning of the next.
fn counts(counters: &[&str], rest: &str, next: Option<&str>) -> bool {
    let counter_begins = |text: &str| {
        counters.iter().any(|counter| {
            let last = counter.chars().next_back().unwrap_or(' ');
            let after = text.strip_prefix(counter);
            after.is_some_and(|after| can_follow(last, after))
        })
    };
    if rest.is_empty() {
        return next.is_some_and(counter_begins);
    }
    counter_begins(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_become_digits() {
        for (word, next, expected) in [
            ("세", Some("가지"), "3"),
            ("세가지로", None, "3가지로"),
            ("두", Some("마리가"), "2"),
            ("열두", Some("달"), "12"),
            ("스물다섯", Some("살"), "25"),
            ("셋은", None, "3은"),
            ("하나", None, "1"),
            ("다섯", None, "5"),
            ("십이월", None, "12월"),
            ("이십오", Some("도"), "25"),
            ("삼십육", None, "36"),
            ("이십은", None, "20은"),
            ("십오는", None, "15는"),
            ("여섯시반에", None, "6시반에"),
            ("천구백사십오년", None, "1945년"),
            ("삼", Some("년"), "3"),
            ("오월에", None, "5월에"),
            ("3만", None, "30000"),
            ("5천만원", None, "50000000원"),
            ("1억2천만", None, "120000000"),
            ("three", None, "3"),
            ("twelve", None, "12"),
            ("백만원", None, "1000000원"),
        ] {
            assert_eq!(
                in_digits(None, word, next).as_deref(),
                Some(expected),
                "{word} {next:?}"
            );
        }
    }

    #[test]
    fn what_only_looks_like_a_numeral() {
        for (word, next) in [
            ("열", None),
            ("열심히", None),
            ("한국", None),
            ("세상", None),
            ("네", None),
            ("사람", None),
            ("이유", None),
            ("사회", None),
            ("만일", None),
            ("천사", None),
            ("사이", None),
            ("일본", None),
            ("둘러싸고", None),
            ("하나님", None),
            ("이", Some("시간")),
            ("구름", None),
            ("오이", None),
            ("사과", None),
            ("3", None),
            ("3가지", None),
            ("", None),
            ("이사오일", None),
            ("조조", None),
            ("백일이", None),
            ("십자가", None),
            ("일십", None),
            ("threes", None),
            ("한", Some("고양이")),
            ("999999999만", None),
        ] {
            assert_eq!(in_digits(None, word, next), None, "{word} {next:?}");
        }
    }

    #[test]
    fn a_particle_is_no_unit() {
        assert_eq!(in_digits(Some("0과"), "1만", Some("쓴다")), None);
        assert_eq!(in_digits(Some("약"), "1만", None).as_deref(), Some("10000"));
        assert_eq!(
            in_digits(Some("100과"), "20만", None).as_deref(),
            Some("200000")
        );
    }

    #[test]
    fn values_that_do_not_fit_are_no_numbers() {
        assert_eq!(value("99999999조"), None);
        assert_eq!(value("십백"), None);
        assert_eq!(value("만억"), None);
        assert_eq!(value("구천구백구십구만"), Some(99_990_000));
    }
}
