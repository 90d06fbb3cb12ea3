//! Particles (조사) and endings (어미): what may follow a word.

use super::letter::{NONE, RIEUL, final_of};

/// Particles and forms of 이다, sorted.
#[rustfmt::skip]
const PARTICLES: &[&str] = &[
    "가", "가량", "같이", "과", "까지", "께", "께서", "끼리", "나", "는", "니까", "다", "대로",
    "도", "든", "든지", "들", "라", "라고", "라는", "라도", "라면", "라서", "란", "랑", "로",
    "로서", "로써", "를", "마다", "마저", "만", "며", "므로", "밖에", "보다", "부터", "부터는",
    "뿐", "뿐만", "씩", "에", "에게", "에게서", "에다", "에서", "여", "였", "였다", "예요", "와",
    "요", "으로", "으로서", "으로써", "은", "을", "의", "이", "이고", "이나", "이니까", "이다",
    "이든", "이라", "이라고", "이라는", "이라도", "이라면", "이라서", "이란", "이랑", "이며",
    "이면", "이므로", "이어서", "이었", "이었다", "이에요", "이죠", "이지", "이지만", "인", "인데", "인지",
    "입니다", "적", "적으로", "적인", "조차", "죠", "짜리", "째", "쯤", "처럼", "커녕", "하고",
    "한테",
];

/// Endings, and forms of 하다, 되다 and 시키다 that make a noun a verb; sorted.
#[rustfmt::skip]
const ENDINGS: &[&str] = &[
    "거나", "게", "겠", "고", "고자", "구나", "군", "군요", "기", "나", "나요", "냐", "네", "네요",
    "느냐", "느라", "는", "는다", "는데", "는지", "니", "니까", "다", "다가", "던", "도록", "돼",
    "돼요", "됐다", "되고", "되기", "되는", "되다", "되며", "되어", "되지", "된", "된다", "됨",
    "됩니다", "듯", "듯이", "러", "려고", "려면", "며", "면", "므로", "세요", "습니까", "습니다",
    "시", "시켜", "시키고", "시키는", "시킨다", "십시오", "아", "아도", "아서", "아야", "아요",
    "아지", "아진", "았", "어", "어도", "어서", "어야", "어요", "어지", "어진", "었", "여", "여서",
    "여요", "오", "요", "으니", "으니까", "으러", "으려고", "으려면", "으며", "으면", "으므로",
    "으세요", "으시", "으십시오", "은", "은데", "은지", "을", "을지", "음", "자", "자마자", "죠",
    "지", "지만", "지요", "하게", "하기", "하는", "하다", "하도록", "하려", "하며", "하면", "하여",
    "하지", "한", "한다", "함", "합니다", "해", "해서", "해요", "했", "했다", "했습니다",
];

/// Endings that another ending follows.
#[rustfmt::skip]
const PREFINAL: &[&str] = &[
    "았", "었", "겠", "시", "으시", "했", "였", "이었", "어지", "아지",
];

/// The longest entry of both, in characters.
const MAX_SUFFIX: usize = 4;
/// No chain of particles and endings is longer.
const MAX_CHAIN: usize = 10;

/// Whether `rest` can stand after a word that ends in `before`: nothing, or particles and endings, each longest first
/// (`에게는` is 에게 + 는, `았습니다` 았 + 습니다). Endings stand first or after 았, 겠, 시 and the like; 고 + 기 is no chain. Particles
/// that depend on the syllable before them (은/는, 을/를, 이/가, 과/와, 으로/로) must agree with it.
pub(super) fn can_follow(before: char, rest: &str) -> bool {
    is_chain(before, rest, true)
}

/// Whether `rest` can stand after a noun that ends in `before`: nothing, or particles.
pub(super) fn particles_follow(before: char, rest: &str) -> bool {
    is_chain(before, rest, false)
}

fn is_chain(before: char, rest: &str, may_end: bool) -> bool {
    if rest.chars().nth(MAX_CHAIN).is_some() {
        return false;
    }
    let mut before = before;
    let mut rest = rest;
    let mut may_end = may_end;
    while !rest.is_empty() {
        let Some(suffix) = longest_suffix(before, rest, may_end) else {
            return false;
        };
        may_end = PREFINAL.contains(&suffix);
        before = suffix.chars().next_back().unwrap_or(before);
        rest = &rest[suffix.len()..];
    }
    true
}

/// The longest particle, or ending where there may be one, that begins `rest` and may follow `before`.
fn longest_suffix(before: char, rest: &str, may_end: bool) -> Option<&str> {
    let mut longest = None;
    for (at, c) in rest.char_indices().take(MAX_SUFFIX) {
        let suffix = &rest[..at + c.len_utf8()];
        let is_particle = PARTICLES.binary_search(&suffix).is_ok() && agrees(before, suffix);
        if is_particle || may_end && is_ending(before, suffix) {
            longest = Some(suffix);
        }
    }
    longest
}

/// Whether `suffix` is an ending that may follow `before`: -는 and -는다 follow consonants, -은 and -을 too.
fn is_ending(before: char, suffix: &str) -> bool {
    let may_follow = match suffix {
        "는" => true,
        _ => agrees(before, suffix),
    };
    may_follow && ENDINGS.binary_search(&suffix).is_ok()
}

/// Whether `suffix` has the form that it takes after `before`.
pub(super) fn agrees(before: char, suffix: &str) -> bool {
    let Some(last) = final_of(before) else {
        return true;
    };
    match suffix {
        "은" | "을" | "이" | "과" => last != NONE,
        "를" | "가" | "와" | "는" => last == NONE,
        "로" => last == NONE || last == RIEUL,
        _ if suffix.starts_with('으') => last != NONE,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_order() {
        for table in [PARTICLES, ENDINGS] {
            assert!(table.is_sorted_by(|a, b| a < b));
            assert!(table.iter().all(|s| s.chars().count() <= MAX_SUFFIX));
        }
    }

    #[test]
    fn particles_and_endings_follow() {
        for (before, rest) in [
            ('털', ""),
            ('털', "을"),
            ('털', "이"),
            ('이', "가"),
            ('털', "에서는"),
            ('핥', "는다"),
            ('핥', "습니다"),
            ('핥', "아서"),
            ('들', "에게는"),
            ('물', "로"),
            ('물', "까지도"),
            ('핥', "았습니다"),
            ('것', "이다"),
        ] {
            assert!(can_follow(before, rest), "{before}{rest}");
        }
        for (before, rest) in [
            ('털', "갈이"),
            ('털', "를"),
            ('이', "을"),
            ('열', "심히"),
            ('손', "로"),
            ('물', "고기"),
        ] {
            assert!(!can_follow(before, rest), "{before}{rest}");
        }
    }

    #[test]
    fn nouns_take_no_endings() {
        assert!(particles_follow('것', "입니다") && particles_follow('수', "도"));
        assert!(!particles_follow('전', "기") && !particles_follow('전', "자"));
    }
}
