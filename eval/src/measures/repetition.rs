//! Repetition: n-grams of 어절 that came before, and answers that end in a loop.

use std::collections::HashMap;

/// A loop at the end of an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loop {
    /// Characters of the shortest span that repeats.
    pub span: usize,
    /// How often it stands there, the last time perhaps in part: at least 3.
    pub times: f64,
    /// Share of the text's characters that the repeats take. Characters are those that the loop was found in, see
    /// [`find_loop`].
    pub share: f64,
}

/// rep-n (Welleck et al., 2020, "Neural Text Generation with Unlikelihood Training"): the share of the text's n-grams
/// of 어절 that occurred before in it, `1 − distinct / all`.
///
/// 어절 are compared without the marks around them (`핥는다.` is `핥는다`), and those without a letter or digit are
/// passed over. `None` where the text has fewer than `n` 어절 or `n` is 0. Exact, in time linear in the text times `n`.
#[must_use]
pub fn rep_n(text: &str, n: usize) -> Option<f64> {
    let mut ids = HashMap::new();
    let words: Vec<u32> = text
        .split_whitespace()
        .map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|w| !w.is_empty())
        .map(|w| number(&mut ids, w))
        .collect();
    if n == 0 || words.len() < n {
        return None;
    }
    // An n-gram is a shorter one and a word: numbering those pairs numbers the n-grams.
    let mut grams = words.clone();
    let mut distinct = ids.len();
    for k in 1..n {
        let mut ids = HashMap::new();
        let pairs = grams.iter().zip(&words[k..]);
        grams = pairs.map(|(&g, &w)| number(&mut ids, (g, w))).collect();
        distinct = ids.len();
    }
    Some(1.0 - distinct as f64 / grams.len() as f64)
}

/// The number of `key`, a new one where it has none.
fn number<K: std::hash::Hash + Eq>(ids: &mut HashMap<K, u32>, key: K) -> u32 {
    let next = ids.len() as u32;
    *ids.entry(key).or_insert(next)
}

/// A span stands at least so often in a loop.
const MIN_TIMES: usize = 3;
/// Repeats of letters take at least so many characters: 하하하 and 빨리 빨리 빨리 are no loops.
const MIN_LETTERS: usize = 16;
/// Repeats that are not of letters take at least so many: rules and table borders are no loops.
const MIN_CHARS: usize = 64;

/// The loop that the text ends in: the same span three times or more, cut anywhere.
///
/// Looked for among the letters alone, so that neither spaces nor marks nor a counter (`1. 가 2. 가 3. 가`) hide it and text
/// without spaces is no different, and then among all characters but white space. `None` where there is none. Linear
/// time: the Z-algorithm over the reversed text (Gusfield 1997, section 1.4).
#[must_use]
pub fn find_loop(text: &str) -> Option<Loop> {
    let reversed = text.chars().rev();
    let letters: Vec<char> = reversed.clone().filter(|c| c.is_alphabetic()).collect();
    find_in(&letters, MIN_LETTERS).or_else(|| {
        let chars: Vec<char> = reversed.filter(|c| !c.is_whitespace()).collect();
        find_in(&chars, MIN_CHARS)
    })
}

/// The loop at the beginning of `reversed` that takes the most characters, and of those the one of the shortest span.
fn find_in(reversed: &[char], min_chars: usize) -> Option<Loop> {
    let prefixes = z_array(reversed);
    let mut best: Option<(usize, usize)> = None;
    for (span, &common) in prefixes.iter().enumerate().skip(1) {
        let taken = span + common as usize;
        let is_loop = taken >= MIN_TIMES * span && taken >= min_chars;
        if is_loop && best.is_none_or(|(longest, _)| taken > longest) {
            best = Some((taken, span));
        }
    }
    best.map(|(taken, span)| Loop {
        span,
        times: taken as f64 / span as f64,
        share: taken as f64 / reversed.len() as f64,
    })
}

/// For each position but the first, how many characters from there on agree with the beginning.
fn z_array(text: &[char]) -> Vec<u32> {
    let mut z = vec![0_u32; text.len()];
    // The stretch `left..right` agrees with the beginning and reaches furthest.
    let (mut left, mut right) = (0, 0);
    for i in 1..text.len() {
        let mut n = if i < right {
            (z[i - left] as usize).min(right - i)
        } else {
            0
        };
        while i + n < text.len() && text[n] == text[i + n] {
            n += 1;
        }
        z[i] = n as u32;
        if i + n > right {
            (left, right) = (i, i + n);
        }
    }
    z
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rep_n_counts_what_came_before() {
        assert_eq!(rep_n("가 나 다 라", 4), Some(0.0));
        assert_eq!(rep_n("가 나 다", 4), None);
        assert_eq!(rep_n("", 4), None);
        assert_eq!(rep_n("가 나", 0), None);
        // Of the five 4-grams the fifth is the first again.
        assert_eq!(rep_n("가 나 다 라 가 나 다 라", 4), Some(1.0 - 4.0 / 5.0));
        assert_eq!(rep_n("가 가 가 가", 1), Some(0.75));
        assert_eq!(rep_n("(가) - 가, 가! 가.", 1), Some(0.75));
    }

    #[test]
    fn loops_are_found_at_the_end() {
        let sentence = "고양이는 털을 핥는다. ";
        let found = find_loop(&format!("처음에는 다른 말을. {}", sentence.repeat(4))).unwrap();
        assert_eq!((found.span, found.times), (9, 4.0));
        assert!((found.share - 36.0 / 44.0).abs() < 1e-12);
        // Cut within the span, without spaces, with a counter.
        assert_eq!(
            find_loop(&format!("{}고양이는 털", sentence.repeat(3)))
                .unwrap()
                .span,
            9
        );
        assert_eq!(find_loop(&"고양이털".repeat(5)).unwrap().span, 4);
        assert_eq!(
            find_loop("1. 고양이 털 2. 고양이 털 3. 고양이 털 4. 고양이 털")
                .unwrap()
                .times,
            4.0
        );
        assert_eq!(find_loop(&"하".repeat(40)).unwrap().span, 1);
        assert_eq!(
            find_loop(&format!("1/3은 0.{}", "3".repeat(80)))
                .unwrap()
                .span,
            1
        );
    }

    #[test]
    fn what_only_looks_like_a_loop() {
        for text in [
            "",
            "하하하",
            "정말 정말 정말",
            "고양이 고양이",
            "끝.\n----------------",
            "고양이는 털을 핥는다. 고양이는 털을 핥는다.",
        ] {
            assert_eq!(find_loop(text), None, "{text}");
        }
        // A loop that the answer got out of.
        assert_eq!(
            find_loop(&format!("{} 그리고 끝났다.", "고양이털 ".repeat(9))),
            None
        );
    }

    proptest! {
        #[test]
        fn rep_n_is_the_naive_count(words in prop::collection::vec("[가나]", 0..30), n in 1_usize..6) {
            let grams: Vec<_> = words.windows(n).collect();
            let distinct: std::collections::HashSet<_> = grams.iter().collect();
            let naive = (!grams.is_empty()).then(|| 1.0 - distinct.len() as f64 / grams.len() as f64);
            prop_assert_eq!(rep_n(&words.join(" "), n), naive);
        }

        #[test]
        fn z_is_the_naive_count(text in "[가나]{0,40}") {
            let text: Vec<char> = text.chars().collect();
            for (i, &z) in z_array(&text).iter().enumerate().skip(1) {
                let naive = text[i..].iter().zip(&text).take_while(|(a, b)| a == b).count();
                prop_assert_eq!(z as usize, naive);
            }
        }
    }
}
