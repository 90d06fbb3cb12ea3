//! Statements that an answer quotes in order to call them wrong: `체온이 내려간다는 것은 사실이 아니다`.

use super::fold::Folded;

/// No quoted statement or comment on it is longer, in words.
const REACH: usize = 8;

/// What a quoted statement is called, before the comment on it.
#[rustfmt::skip]
const STATEMENTS: &[&str] = &[
    "것", "건", "게", "말", "주장", "이야기", "얘기", "생각", "설", "속설", "소문", "믿음", "상식", "통념", "의견", "견해",
];

/// Whether the sentence quotes what the word `last` belongs to and calls it wrong: 사실이 아니다, 틀렸다, 거짓이다, 오해다, 근거가 없다.
///
/// The quotation ends in -다는 or -라는 before a word for a statement (것, 말, 주장 …), or in -다고 or -라고; the comment follows in the
/// same clause, or after 지만 and -는데 in the next (`…고 알려져 있지만 사실이 아니다`).
pub(super) fn is_refuted(text: &Folded, last: usize) -> bool {
    let sentence = text.words[last].sentence;
    let words = text.words[last..]
        .iter()
        .take_while(|w| w.sentence == sentence);
    let words: Vec<(&str, bool)> = words
        .take(2 * REACH)
        .map(|&w| (text.word(w), w.pauses))
        .collect();
    let quoted = words
        .iter()
        .take(REACH)
        .position(|&(word, pauses)| pauses || quotes(word));
    let Some(end) = quoted.filter(|&at| quotes(words[at].0)) else {
        return false;
    };
    let comment = &words[end + 1..];
    let is_named = || {
        comment
            .first()
            .is_some_and(|(w, _)| STATEMENTS.iter().any(|s| w.starts_with(s)))
    };
    if words[end].0 != "는" && words[end].0.ends_with('는') && !is_named() {
        return false;
    }
    let goes_on = |word: &str| {
        ["지만", "는데", "으나", "은", "는"]
            .iter()
            .any(|e| word.ends_with(e))
    };
    let stop = comment
        .iter()
        .position(|&(w, pauses)| pauses && !goes_on(w));
    let comment = &comment[..stop.map_or(comment.len(), |at| at + 1)];
    let comment: Vec<&str> = comment.iter().map(|&(word, _)| word).collect();
    (0..comment.len()).any(|at| is_wrong(&comment[at..]))
}

/// -다는, -라는, -다고, -라고, and 는 by itself after a quotation mark.
fn quotes(word: &str) -> bool {
    ["다는", "라는", "다고", "라고"]
        .iter()
        .any(|q| word.ends_with(q))
        || word == "는"
}

/// Whether words begin with calling something wrong: 사실이 아니다, 틀렸다; but 틀린 말은 아니다 does not.
fn is_wrong(words: &[&str]) -> bool {
    const WRONG: [&str; 9] = [
        "틀렸",
        "틀린",
        "틀리",
        "거짓",
        "잘못",
        "오해",
        "미신",
        "엉터리",
        "헛소문",
    ];
    const NOT_SO: [&str; 5] = ["아니", "아닙", "아녜", "아냐", "않"];
    let begins = |word: &str, with: &[&str]| with.iter().any(|w| word.starts_with(w));
    let denies = |next: &str| begins(next, &NOT_SO);
    let [word, rest @ ..] = words else {
        return false;
    };
    let next = rest.first().copied().unwrap_or_default();
    let is_untrue = match *word {
        "사실이" | "사실은" | "사실도" => denies(next),
        "사실과" => begins(next, &["다르", "다른", "다릅", "달라"]),
        "맞지" | "옳지" | "그렇지" => denies(next),
        _ => false,
    };
    let is_groundless = word.starts_with("근거") && next.starts_with('없');
    let is_called = begins(word, &WRONG) && !rest.iter().take(2).any(|w| denies(w));
    is_untrue || is_groundless || is_called
}

#[cfg(test)]
mod tests {
    use super::super::document::Document;
    use super::*;

    fn refuted(text: &str) -> bool {
        is_refuted(&Folded::of(&Document::new(text)), 0)
    }

    #[test]
    fn called_wrong() {
        for text in [
            "고래가 물고기라는 것은 사실이 아니다.",
            "고래가 물고기라는 말은 틀렸다.",
            "고래는 물고기라고 알려져 있지만, 사실과 다르다.",
            "고래가 알을 낳는다고 생각하는 것은 오해입니다.",
            "고래가 알을 낳는다는 주장은 근거가 없다.",
            "'고래는 물고기다'는 틀린 말이다.",
        ] {
            assert!(refuted(text), "{text}");
        }
    }

    #[test]
    fn not_called_wrong() {
        for text in [
            "고래가 젖을 먹인다는 것은 사실이다.",
            "고래라는 동물은 물고기와 다르다.",
            "고래가 젖을 먹인다는 것은 사실이고, 알을 낳는다는 말은 틀렸다.",
            "고래는 젖을 먹인다. 물고기라는 말은 틀렸다.",
            "고래는 젖을 먹인다고 하는데, 사실 다른 동물도 그렇다.",
            "고래가 젖먹이라는 말은 틀리지 않다.",
            "고래가 새끼를 낳는다고 해도 틀린 말은 아니다.",
        ] {
            assert!(!refuted(text), "{text}");
        }
    }
}
