//! Whether an answer has the form that its question asks for.

use datasets::{Constraint, Level};

use super::document::{Document, Kind, Line, has_table, normalise};
use super::ending::{Ending, ending};
use super::find::Phrase;
use super::fold::Folded;
use super::length::length;
use super::marker::Marker;
use super::script::has_latin;
use super::sentence::is_terminal;

/// The share of the constraints that the answer meets; `None` where the question has none. An empty answer meets none.
///
/// - `Items`: as many list items as `n_items` counts;
/// - `Sentences`: as many as `n_full_sentences` counts within the bounds, ends included;
/// - `Length`: [`super::length::Length::n_chars`] within the bounds, ends included;
/// - `Table`: a Markdown table with a header, a delimiter row and a row below;
/// - `NoLatin`: no Latin letter anywhere, units and names not excepted;
/// - `Speech`: at least one sentence ends in a predicate of the level, and none in one of the other. Sentences that end in nouns
///   or in a question to oneself (-ㄹ까, -는가) are of neither;
/// - `Include`, `Exclude`: a string is in the answer where it is written in it as one, whatever the spaces and letter case, at the
///   beginnings and ends of words that `Phrase::find` names.
#[must_use]
pub fn obedience(constraints: &[Constraint], answer: &Document) -> Option<f64> {
    if constraints.is_empty() {
        return None;
    }
    if answer.text.is_empty() {
        return Some(0.0);
    }
    let n_met = constraints.iter().filter(|c| is_met(c, answer)).count();
    Some(n_met as f64 / constraints.len() as f64)
}

fn is_met(constraint: &Constraint, answer: &Document) -> bool {
    match constraint {
        Constraint::Items { count } => n_items(answer) == *count,
        Constraint::Sentences { min, max } => (*min..=*max).contains(&n_full_sentences(answer)),
        Constraint::Length { min, max } => {
            (*min..=*max).contains(&(length(answer).n_chars as usize))
        }
        Constraint::Table => has_table(answer),
        Constraint::NoLatin => !has_latin(answer.text),
        Constraint::Speech { level } => speaks(answer, *level),
        Constraint::Include { any } => holds_any(answer, any),
        Constraint::Exclude { words } => !holds_any(answer, words),
    }
}

fn holds_any(answer: &Document, words: &[String]) -> bool {
    let folded = Folded::of(answer);
    words
        .iter()
        .any(|w| Phrase::new(&normalise(w)).is_in(&folded))
}

/// Sentences as a teacher counts them: with a predicate, and with an end. A heading, a bare noun or a noun phrase is none, with a
/// full stop or without (`서울`, `가로수의 역할.`), and neither is one broken off. Where the ending is a nominalised predicate
/// (`조절함.`), a clause left open or not in Hangul, a terminal mark is needed.
fn n_full_sentences(answer: &Document) -> usize {
    let is_marked = |text: &str| text.contains(is_terminal);
    let is_full = |text: &str| match ending(text) {
        Some(Ending::Polite | Ending::Plain) => true,
        Some(Ending::Neutral | Ending::Nominalised) | None => is_marked(text),
        Some(Ending::Noun) => false,
    };
    answer.sentences.iter().filter(|s| is_full(s.text)).count()
}

fn speaks(answer: &Document, level: Level) -> bool {
    let (asked, other) = match level {
        Level::Polite => (Ending::Polite, Ending::Plain),
        Level::Plain => (Ending::Plain, Ending::Polite),
    };
    let mut endings = answer.sentences.iter().filter_map(|s| ending(s.text));
    let mut is_spoken = false;
    let is_kept = endings.all(|found| {
        is_spoken |= found == asked;
        found != other
    });
    is_kept && is_spoken
}

/// List items, by the first of these that the answer has:
///
/// 1. numbered lines, those of the least indent;
/// 2. lines with bullets, those of the least indent;
/// 3. sentences that begin with 첫째, 둘째, 첫 번째 and so on;
/// 4. headings;
/// 5. bare lines: two or more, none of which ends in a predicate, a first one that ends in a colon not counted;
/// 6. in a single line without a predicate, what commas part.
fn n_items(answer: &Document) -> usize {
    let lines: Vec<&Line> = answer
        .lines
        .iter()
        .filter(|l| l.kind == Kind::Text)
        .collect();
    for marker in [Marker::Number, Marker::Bullet] {
        let marked = || lines.iter().filter(|l| l.marker == Some(marker));
        if let Some(least) = marked().map(|l| l.indent).min() {
            return marked().filter(|l| l.indent == least).count();
        }
    }
    let n_ordinals = answer
        .sentences
        .iter()
        .filter(|s| is_ordinal(s.text))
        .count();
    let n_headings = lines
        .iter()
        .filter(|l| l.marker == Some(Marker::Heading))
        .count();
    if n_ordinals > 0 {
        return n_ordinals;
    }
    if n_headings > 0 {
        return n_headings;
    }
    n_bare_items(answer, &lines)
}

fn n_bare_items(answer: &Document, lines: &[&Line]) -> usize {
    let lines = match lines {
        [first, rest @ ..] if first.text.trim_end().ends_with([':', '：']) && !rest.is_empty() => {
            rest
        }
        _ => lines,
    };
    let skipped = answer.lines.len() - lines.len();
    let mut sentences = answer.sentences.iter().filter(|s| s.line >= skipped);
    if sentences.any(|s| ending(s.text).is_some_and(Ending::is_predicate)) {
        return 0;
    }
    match lines {
        [line] => line
            .body
            .split([',', '，', '、'])
            .filter(|i| !i.trim().is_empty())
            .count(),
        _ => lines.len(),
    }
}

/// Whether a sentence begins with 첫째, 둘째, 첫 번째 and so on.
pub(super) fn is_ordinal(sentence: &str) -> bool {
    const WORDS: [&str; 10] = [
        "첫째",
        "둘째",
        "셋째",
        "넷째",
        "다섯째",
        "여섯째",
        "일곱째",
        "여덟째",
        "아홉째",
        "열째",
    ];
    const COUNTS: [&str; 10] = [
        "첫", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열",
    ];
    let sentence = sentence.trim_start_matches(|c: char| !c.is_alphanumeric());
    let is_nth = |rest: &str| rest.trim_start().starts_with("번째");
    WORDS.iter().any(|w| sentence.starts_with(w))
        || COUNTS
            .iter()
            .any(|c| sentence.strip_prefix(c).is_some_and(is_nth))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(constraint: &Constraint, answer: &str) -> bool {
        let answer = normalise(answer);
        let share = obedience(std::slice::from_ref(constraint), &Document::new(&answer));
        share == Some(1.0)
    }

    #[test]
    fn shares_are_of_the_constraints() {
        let constraints = [Constraint::NoLatin, Constraint::Table];
        assert_eq!(obedience(&constraints, &Document::new("가")), Some(0.5));
        assert_eq!(obedience(&constraints, &Document::new("")), Some(0.0));
        assert_eq!(obedience(&[], &Document::new("가")), None);
    }

    #[test]
    fn items() {
        for answer in [
            "1. 사과\n2. 배\n3. 감",
            "추천합니다.\n- 사과\n  - 붉다\n- 배\n- 감\n맛있게 드세요.",
            "1. 사과\n- 붉다\n2. 배\n3. 감",
            "첫째, 사과가 있다. 둘째, 배가 있다. 셋째, 감이 있다.",
            "첫 번째는 사과다. 두 번째는 배다. 세 번째로 감이 있다.",
            "**사과**\n붉다.\n**배**\n희다.\n**감**\n달다.",
            "사과\n배\n감",
            "과일:\n사과\n배\n감",
            "사과, 배, 감",
            "### 1. 사과\n붉다.\n### 2. 배\n희다.\n### 3. 감\n달다.",
        ] {
            assert!(met(&Constraint::Items { count: 3 }, answer), "{answer}");
            assert!(!met(&Constraint::Items { count: 2 }, answer), "{answer}");
        }
        assert!(!met(&Constraint::Items { count: 1 }, "사과가 있습니다."));
    }

    #[test]
    fn sentences_and_length_include_their_ends() {
        let sentences = Constraint::Sentences { min: 2, max: 3 };
        assert!(!met(&sentences, "하나다."));
        assert!(met(&sentences, "하나다. 둘이다."));
        assert!(met(&sentences, "하나다. 둘이다. 셋이다."));
        assert!(!met(&sentences, "하나다. 둘이다. 셋이다. 넷이다."));
        let length = Constraint::Length { min: 3, max: 4 };
        assert!(!met(&length, "가나"));
        assert!(met(&length, "가 나"));
        assert!(met(&length, " 가나다라 "));
        assert!(!met(&length, "가나다라마"));
    }

    #[test]
    fn only_full_sentences_count() {
        let one = Constraint::Sentences { min: 1, max: 1 };
        for answer in [
            "고양이는 털을 핥는다.",
            "고양이는 털을 핥아요",
            "## 고양이\n고양이는 털을 핥는다.",
            "The cat licks its fur.",
            "털을 깨끗이 함.",
            "고양이는 털을 핥는다. 그리고 나서",
            "고양이는 털을 핥는다. 그러면 털이 깨끗해진다고",
        ] {
            assert!(met(&one, answer), "{answer}");
        }
        for answer in [
            "고양이",
            "고양이의 긴 털.",
            "털을 깨끗이 함",
            "안녕!",
            "1. 고양이",
        ] {
            assert!(!met(&one, answer), "{answer}");
        }
    }

    #[test]
    fn tables_and_latin() {
        assert!(met(&Constraint::Table, "| 가 | 나 |\n|---|---|\n| 1 | 2 |"));
        assert!(!met(&Constraint::Table, "가, 나"));
        assert!(met(&Constraint::NoLatin, "에이아이 3.5 漢 α"));
        assert!(!met(&Constraint::NoLatin, "5km"));
        assert!(!met(&Constraint::NoLatin, "Ａ형"));
    }

    #[test]
    fn speech() {
        let polite = Constraint::Speech {
            level: Level::Polite,
        };
        let plain = Constraint::Speech {
            level: Level::Plain,
        };
        let both = ["고양이다. 귀엽습니다.", "고양이", ""];
        for answer in ["고양이입니다. 귀여워요. 왜 그럴까?", "- 고양이\n귀엽지요."]
        {
            assert!(met(&polite, answer) && !met(&plain, answer), "{answer}");
        }
        for answer in ["고양이다. 귀여워. 왜 그럴까?", "고양이야!"] {
            assert!(met(&plain, answer) && !met(&polite, answer), "{answer}");
        }
        assert!(both.iter().all(|a| !met(&plain, a) && !met(&polite, a)));
    }

    #[test]
    fn strings() {
        let words = |words: &[&str]| words.iter().map(|&w| w.to_owned()).collect::<Vec<_>>();
        let include = Constraint::Include {
            any: words(&["사과", "배"]),
        };
        let exclude = Constraint::Exclude {
            words: words(&["사과", "배"]),
        };
        for (answer, holds) in [
            ("사과를 먹는다.", true),
            ("배는 달다", true),
            ("감을 먹는다", false),
            ("배달을 한다", false),
        ] {
            assert_eq!(met(&include, answer), holds, "{answer}");
            assert_eq!(met(&exclude, answer), !holds, "{answer}");
        }
    }
}
