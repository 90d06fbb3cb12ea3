//! Whether what an answer says of a thing is that it is not so.

use super::find::Hit;
use super::fold::Folded;

/// Words between a hit and its negation at most.
const REACH: usize = 4;

/// Whether the clause denies what stands at `hit`.
///
/// A negation (아니다, 않다, 못하다) counts
///
/// - in the hit's own 어절 or the next: `체온 조절이 아니라`, `핥지 않는다`;
/// - after light words only: `체온 때문이 아니다`, `위한 것이 아닙니다`, `조절할 수 없다`, `영향을 주지 않는다`, and after the rest of a
///   compound: `체온 조절 때문이 아니다`;
/// - after the verb whose object or topic the hit is, at the end of a statement: `체온을 조절하지 않는다`, `체온은 조절할 수 없다`. Not after
///   another particle, as it is another word then that is denied: `체온이 떨어지지 않는다`;
/// - as 없다 only where it denies a link or a possibility: `체온과 관련이 없다`, `조절할 수 없다`, `상관없다`. That there is none of a
///   thing may be the very point (`경쟁이 없으니`);
/// - before the hit: 안 or 못 right before a verb (`안 핥는다`).
///
/// Not counted are purpose and condition (`않도록`, `않게`, `않으면`, `없애다`, `없이`), 뿐 아니라 and 만이 아니라, 밖에 없다, and one
/// negation of another (`않을 수 없다`). Nothing is looked for past a comma, colon or bracket.
pub(super) fn is_negated(text: &Folded, hit: Hit) -> bool {
    let first = text.word_at(hit.start);
    let last = text.word_at(hit.end - 1);
    let word = text.words[last];
    let tail = &text.text[hit.end..word.end];
    let mut count =
        usize::from(own_negation(tail)) + usize::from(is_negated_before(text, first, tail));
    let clause: Vec<&str> = clause_after(text, last).collect();
    let mut before = tail;
    // Whether a verb has been passed over, of which the hit is the object or topic.
    let mut verb = false;
    for (at, &written) in clause.iter().enumerate() {
        if is_negation(before, written) {
            let of_verb = verb && (before.ends_with('지') || before == "수");
            let counts = count > 0 || !verb || of_verb && ends_statement(written);
            count += usize::from(counts && !is_exempt(before, written));
            before = written;
            continue;
        }
        let is_compound = at == 0 && tail.is_empty();
        if !is_light(written) && !is_compound {
            let is_governed = matches!(tail, "을" | "를" | "은" | "는") && at == 0;
            if !is_governed || verb {
                break;
            }
            verb = true;
        }
        before = written;
    }
    count % 2 == 1
}

/// The words after the word `last`, up to a pause.
fn clause_after(text: &Folded, last: usize) -> impl Iterator<Item = &str> {
    let sentence = text.words[last].sentence;
    let pairs = text.words[last..].windows(2).take(REACH);
    let connected = pairs.take_while(move |pair| !pair[0].pauses && pair[1].sentence == sentence);
    connected.map(|pair| text.word(pair[1]))
}

/// Words that only carry what comes before them to what comes after.
fn is_light(word: &str) -> bool {
    const LIGHT: [&str; 25] = [
        "때문", "위한", "위해", "위하", "것", "거", "건", "게", "수", "관련", "관계", "상관",
        "이유", "목적", "영향", "효과", "역할", "하지", "하는", "되지", "주지", "있지", "있는",
        "대한", "의한",
    ];
    LIGHT.iter().any(|w| word.starts_with(w))
}

/// Whether a word or phrase speaks of a negation itself, so that one in the answer is what it looks for.
pub(super) fn is_negative(phrase: &Folded) -> bool {
    phrase.text.contains(['않', '없', '못'])
        || phrase.text.contains("아니")
        || phrase.text.contains("아닌")
}

/// A negation written without a space: 위생이아니다, 핥지않는다.
fn own_negation(tail: &str) -> bool {
    let at = ["아니", "아닌", "아닙", "않", "못하", "못한", "없"]
        .iter()
        .find_map(|n| tail.find(n));
    at.is_some_and(|at| !is_exempt(&tail[..at], &tail[at..]))
}

/// 안 or 못 before a verb.
fn is_negated_before(text: &Folded, first: usize, tail: &str) -> bool {
    let Some(before) = first.checked_sub(1).map(|i| text.words[i]) else {
        return false;
    };
    let is_verb = [
        "는다",
        "습니다",
        "고",
        "아",
        "어",
        "는",
        "지",
        "으",
        "다",
        "았",
        "었",
        "을",
        "은",
    ]
    .iter()
    .any(|ending| tail.starts_with(ending));
    before.sentence == text.words[first].sentence
        && matches!(text.word(before), "안" | "못")
        && is_verb
}

/// Whether a word is a negation by its beginning; `before` is the word before it.
fn is_negation(before: &str, word: &str) -> bool {
    const BEGINNINGS: [&str; 13] = [
        "아니",
        "아닌",
        "아닙",
        "아녜",
        "아냐",
        "않",
        "못하",
        "못한",
        "못합",
        "못해",
        "상관없",
        "관련없",
        "관계없",
    ];
    const LINKS: [&str; 9] = [
        "수", "것", "관련", "관계", "상관", "영향", "효과", "이유", "역할",
    ];
    let is_link = || LINKS.iter().any(|link| before.starts_with(link));
    BEGINNINGS.iter().any(|n| word.starts_with(n)) || word.starts_with('없') && is_link()
}

/// Whether a word that looks like a negation denies nothing; `before` is the word or ending before it.
fn is_exempt(before: &str, negation: &str) -> bool {
    const EXEMPT: [&str; 19] = [
        "않도록",
        "않게",
        "않기위",
        "않으려",
        "않고자",
        "않으면",
        "않는다면",
        "않았다면",
        "않을까",
        "못하게",
        "못하도록",
        "못하면",
        "아니면",
        "아니라면",
        "없애",
        "없앤",
        "없앱",
        "없앨",
        "없이",
    ];
    const VANISHING: [&str; 7] = [
        "없도록",
        "없게",
        "없어지",
        "없어져",
        "없어진",
        "없어집",
        "없으면",
    ];
    let only = before.ends_with("뿐") || before.ends_with("뿐만") || before.ends_with("뿐이");
    let alone = before.ends_with("만이") || before.ends_with('만');
    EXEMPT
        .iter()
        .chain(&VANISHING)
        .any(|e| negation.starts_with(e))
        || before.ends_with("밖에")
        || negation.starts_with('아') && only
        || negation.starts_with("아니라") && alone
}

/// Whether a negation ends a statement, or contrasts it: 아니다 in any form, 않는다, 못합니다, 없음.
fn ends_statement(negation: &str) -> bool {
    const ENDS: [&str; 8] = ["다", "요", "음", "까", "죠", "함", "아", "해"];
    negation.starts_with('아') || ENDS.iter().any(|end| negation.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::super::document::Document;
    use super::super::find::Phrase;
    use super::*;

    fn negated(phrase: &str, text: &str) -> bool {
        let folded = Folded::of(&Document::new(text));
        let hits = Phrase::new(phrase).find(&folded);
        assert!(!hits.is_empty(), "{phrase} is not in {text}");
        hits.iter().all(|&h| is_negated(&folded, h))
    }

    #[test]
    fn denied() {
        for (phrase, text) in [
            ("체온 조절", "체온 조절이 아니라 위생 때문이다."),
            ("체온", "체온을 조절하지 않는다."),
            ("체온", "체온 때문이 아닙니다."),
            ("체온", "체온을 위한 것이 아니다."),
            ("체온", "체온과는 관련이 없습니다."),
            ("조절", "체온을 조절할 수 없다."),
            ("핥", "고양이는 털을 핥지 않는다."),
            ("핥", "고양이는 털을 안 핥는다."),
            ("핥지", "핥지않는다."),
            ("체온", "체온에 영향을 주지 않습니다."),
            ("체온", "체온은 조절할 수 없다."),
            ("위생", "위생이아니다."),
            ("핥고", "핥고 있지 않다."),
            ("위생", "위생이 아닌 이유다."),
            ("체온", "체온과는 상관없다."),
        ] {
            assert!(negated(phrase, text), "{phrase}: {text}");
        }
    }

    #[test]
    fn not_denied() {
        for (phrase, text) in [
            ("체온", "체온을 조절한다."),
            ("위생", "체온 조절이 아니라 위생 때문이다."),
            ("위생", "위생뿐 아니라 체온도 조절한다."),
            ("위생", "위생뿐만 아니라 체온도 조절한다."),
            ("위생", "위생만이 아니라 체온도 조절한다."),
            ("체온", "체온이 떨어지지 않도록 한다."),
            ("냄새", "냄새를 없애기 위해서다."),
            ("냄새", "냄새가 없어진다."),
            ("털", "털이 엉키지 않고 깨끗해진다."),
            ("위생", "위생을 위해 핥고, 체온은 조절하지 않는다."),
            ("위생", "위생 때문이다. 체온은 아니다."),
            ("핥", "핥지 않으면 더러워진다."),
            ("핥", "핥지 않을 수 없다."),
            ("경쟁", "경쟁 상대가 없으니 값이 오른다."),
            ("위생", "방법은 위생밖에 없다."),
            ("가로줄", "가로줄을 건드려도 좀처럼 들러붙지 않습니다."),
            (
                "끓는 온도",
                "끓는 온도도 올라가서 100도가 아니라 120도에서 끓는다.",
            ),
            ("체온", "체온이 떨어지지 않습니다."),
            ("청결", "집 안 청결이 중요하다."),
        ] {
            assert!(!negated(phrase, text), "{phrase}: {text}");
        }
    }

    #[test]
    fn phrases_that_are_negative_themselves() {
        assert!(is_negative(&Folded::of_phrase("돈이 들지 않")));
        assert!(!is_negative(&Folded::of_phrase("체온")));
    }
}
