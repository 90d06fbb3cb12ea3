//! Whether what an answer says of a thing is that it is not so.

use super::find::Hit;
use super::fold::Folded;
use super::letter::{RIEUL, final_of};
use super::refutation::is_refuted;

/// Words between a hit and its negation at most.
const REACH: usize = 8;
/// Nouns that a hit may be joined with or make a compound with, at most.
const MAX_NOUNS: usize = 2;

/// Whether the clause denies what stands at `hit`.
///
/// A negation (아니다, 않다, 못하다) counts
///
/// - in the hit's own 어절 or the next: `체온 조절이 아니라`, `핥지 않는다`;
/// - after light words only: `체온 때문이 아니다`, `위한 것이 아닙니다`, `조절할 수 없다`, `영향을 주지 않는다`, `아무 상관이 없다`, and after the
///   rest of a compound and nouns joined with it: `체온 조절 때문이 아니다`, `위생이나 체온과는 관계가 없다`;
/// - after the verb whose object or topic the hit is, at the end of a statement: `체온을 조절하지 않는다`, `체온은 조절할 수 없다`, `체온을
///   조절하는 것은 아니다`. Not after another particle, as it is another word then that is denied: `체온이 떨어지지 않는다`;
/// - after any verb where it says that there is no need: `병원에 갈 필요가 없다`, `가지 않아도 된다`, `안 가도 된다`;
/// - as 없다 only where it denies a link, a need or a possibility: `체온과 관련이 없다`, `조절할 수 없다`, `상관없다`, and of a topic at the
///   end of its clause: `체온은 털의 빛깔과 관계가 없다`. That there is none of a thing may be the very point (`경쟁이 없으니`);
/// - before the hit: 안 or 못 right before a verb (`안 핥는다`);
/// - behind a statement that is called wrong: see `is_refuted`.
///
/// Not counted are purpose and condition (`않도록`, `않게`, `않으면`, `없애다`, `없이`), 뿐 아니라 and 만이 아니라, 밖에 없다, and one
/// negation of another (`않을 수 없다`). But for statements called wrong nothing is looked for past a comma, colon or bracket.
pub(super) fn is_negated(text: &Folded, hit: Hit) -> bool {
    let first = text.word_at(hit.start);
    let last = text.word_at(hit.end - 1);
    let word = text.words[last];
    let tail = &text.text[hit.end..word.end];
    let clause: Vec<&str> = clause_after(text, last)
        .filter(|w| !ADVERBS.contains(w))
        .collect();
    let own = usize::from(own_negation(tail)) + usize::from(is_negated_before(text, first, tail));
    let count = own + n_after(own, tail, &clause);
    count % 2 == 1 || is_unrelated(tail, &clause) || is_refuted(text, last)
}

/// How many negations in the words of the clause after a hit are about it, of which there are `own` up to them; `tail` is what
/// follows it in its own 어절.
fn n_after(own: usize, tail: &str, clause: &[&str]) -> usize {
    let mut count = 0;
    let mut before = tail;
    // The particle of the noun that the hit is or belongs to, while the clause is still at its nouns.
    let mut particle = Some(tail);
    let mut n_nouns = 0;
    // Whether a verb has been passed over, of which the hit is the object or topic.
    let mut verb = false;
    let mut at = 0;
    while let Some(&written) = clause.get(at) {
        let rest = &clause[at + 1..];
        if is_negation(before, written) {
            let counts = own + count > 0 || !verb || denies_verb(before, written, rest);
            count += usize::from(counts && !is_exempt(before, written));
        } else if is_light(written) {
            particle = None;
        } else if let Some(p) = particle
            .filter(|p| n_nouns < MAX_NOUNS && (p.is_empty() || joins(p)))
            .filter(|_| !is_negated_verb(written, rest))
        {
            let of_compound = particle_of(written);
            // Of nouns joined together only the object is safely denied with its verb: 물과 기름은 섞이지 않는다.
            let is_topic = joins(p) && matches!(of_compound, "은" | "는");
            particle = (!is_topic).then_some(of_compound);
            n_nouns += 1;
        } else if verb {
            break;
        } else if waives(written, rest) || before.starts_with("때문") && is_no_fact(rest) {
            return count + 1;
        } else if particle.is_some_and(|p| matches!(p, "을" | "를" | "은" | "는")) {
            particle = None;
            verb = true;
        } else {
            break;
        }
        before = written;
        at += 1;
    }
    count
}

/// Whether a negation after a verb denies what the verb is about, and so its object too.
fn denies_verb(before: &str, negation: &str, rest: &[&str]) -> bool {
    if ["것", "건", "게"].iter().any(|w| before.starts_with(w)) {
        return is_no_fact(&[before, negation]);
    }
    let is_verb = before.ends_with('지') || before == "수" || is_link(before);
    is_verb
        && (ends_statement(negation)
            || negation == "않아도" && rest.first().is_some_and(|w| permits(w)))
}

/// 하는 것이 아니다, as a statement: 하는 것이 아니라 goes on to say what else it does.
fn is_no_fact(words: &[&str]) -> bool {
    let [fact, negation, ..] = words else {
        return false;
    };
    ["것", "건", "게"].iter().any(|w| fact.starts_with(w))
        && negation.starts_with('아')
        && negation.ends_with(['다', '요', '야', '죠', '음'])
}

/// 하지 않는다, 하지 못한다.
fn is_negated_verb(written: &str, rest: &[&str]) -> bool {
    written.ends_with('지') && rest.first().is_some_and(|next| is_negation(written, next))
}

/// Whether the verb `written` and what follows it say that there is no need, or no such case: 갈 필요가 없다, 가지 않아도 된다,
/// 안 가도 된다, 생기거나 커질 걱정은 없다, 생기는 일은 없다.
fn waives(written: &str, rest: &[&str]) -> bool {
    let (verb, rest) = match rest {
        [second, rest @ ..] if written.ends_with("거나") => (*second, rest),
        _ => (written, rest),
    };
    let is_need = |w: &str| {
        ["필요", "걱정", "염려", "우려", "이유"]
            .iter()
            .any(|n| w.starts_with(n))
    };
    match rest {
        [need, no, ..] if is_need(need) && ends_in_rieul(verb) && no.starts_with('없') => true,
        [need, ha, no, ok, ..] if is_need(need) && ends_in_rieul(verb) && *ha == "하지" => {
            ends_statement(no) && no.starts_with('않') || *no == "않아도" && permits(ok)
        }
        [case, no, ..] if ["일은", "일이", "일도", "경우는", "법은"].contains(case) => {
            no.starts_with('없') && ends_statement(no)
        }
        ["않아도", ok, ..] => verb.ends_with('지') && permits(ok),
        [may, ok, ..] => matches!(verb, "안" | "못") && may.ends_with('도') && permits(ok),
        _ => false,
    }
}

fn ends_in_rieul(word: &str) -> bool {
    word.chars().next_back().and_then(final_of) == Some(RIEUL)
}

/// 된다, 괜찮다.
fn permits(word: &str) -> bool {
    ["되", "돼", "된", "됩", "됐", "괜찮"]
        .iter()
        .any(|w| word.starts_with(w))
}

/// Whether it is a topic that the clause ends by calling unrelated: `은 … 관계가 없다`.
fn is_unrelated(tail: &str, clause: &[&str]) -> bool {
    const RELATIONS: [&str; 4] = ["관계", "관련", "상관", "연관"];
    let is_none = |w: &str| w.starts_with('없') && ends_statement(w);
    let relates = |w: &str| RELATIONS.iter().any(|r| w.starts_with(r));
    let apart = || clause.windows(2).any(|w| relates(w[0]) && is_none(w[1]));
    let together = || {
        let after = clause
            .iter()
            .filter_map(|w| w.get("관계".len()..).filter(|_| relates(w)));
        after.into_iter().any(is_none)
    };
    matches!(tail, "은" | "는") && (apart() || together())
}

/// The words after the word `last`, up to a pause.
fn clause_after(text: &Folded, last: usize) -> impl Iterator<Item = &str> {
    let sentence = text.words[last].sentence;
    let pairs = text.words[last..].windows(2).take(REACH);
    let connected = pairs.take_while(move |pair| !pair[0].pauses && pair[1].sentence == sentence);
    connected.map(|pair| text.word(pair[1]))
}

/// Particles that join one noun to the next, or make it the next one's.
fn joins(particle: &str) -> bool {
    matches!(
        particle,
        "과" | "와" | "이나" | "나" | "이랑" | "랑" | "하고"
    )
}

/// The particle at the end of a noun, as far as it matters here.
fn particle_of(noun: &str) -> &'static str {
    const PARTICLES: [&str; 13] = [
        "이나", "이랑", "하고", "은", "는", "을", "를", "과", "와", "나", "랑", "이", "가",
    ];
    let found = PARTICLES.iter().find(|p| noun.ends_with(**p));
    found.copied().unwrap_or_default()
}

/// Adverbs that a negation may follow, and which say nothing of what it denies.
#[rustfmt::skip]
const ADVERBS: &[&str] = &[
    "아무", "아무런", "별", "별로", "별다른", "전혀", "결코", "딱히", "그다지", "직접", "직접적인", "데",
];

/// Words that only carry what comes before them to what comes after.
fn is_light(word: &str) -> bool {
    #[rustfmt::skip]
    const LIGHT: [&str; 38] = [
        "때문", "위한", "위해", "위하", "것", "거", "건", "게", "수", "관련", "관계", "상관", "연관",
        "이유", "목적", "영향", "효과", "역할", "하지", "하는", "되지", "주지", "있지", "있는",
        "대한", "의한", "걱정", "염려", "우려", "필요", "도움", "소용", "데에", "데는",
        "받지", "미치지", "끼치지", "보기",
    ];
    matches!(word, "할" | "볼") || LIGHT.iter().any(|w| word.starts_with(w))
}

/// Whether a word or phrase speaks of a negation itself, so that one in the answer is what it looks for. 아닌 inside a word (as in
/// many names of substances) and 못 (연못) are none.
pub(super) fn is_negative(phrase: &Folded) -> bool {
    let begins = |word: &str| {
        ["아니", "아닌", "아닙", "못"]
            .iter()
            .any(|n| word.starts_with(n))
    };
    phrase.text.contains(['않', '없']) || phrase.word_texts().any(begins)
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
    const BEGINNINGS: [&str; 14] = [
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
        "무관하",
    ];
    BEGINNINGS.iter().any(|n| word.starts_with(n))
        || word.starts_with('없') && is_link(before)
        || word.starts_with("어렵") && before.starts_with("보기")
}

/// Words of a link, a need or a possibility, that 없다 denies.
fn is_link(word: &str) -> bool {
    #[rustfmt::skip]
    const LINKS: [&str; 16] = [
        "수", "것", "관련", "관계", "상관", "연관", "영향", "효과", "이유", "역할", "필요", "걱정", "염려",
        "우려", "도움", "소용",
    ];
    LINKS.iter().any(|link| word.starts_with(link))
}

/// Whether a word that looks like a negation denies nothing; `before` is the word or ending before it.
fn is_exempt(before: &str, negation: &str) -> bool {
    const EXEMPT: [&str; 20] = [
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
        "무관하게",
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
            ("위생", "위생이나 체온 조절과는 아무 상관이 없다."),
            ("체온", "위생이나 체온 조절과는 전혀 관계가 없습니다."),
            (
                "위생",
                "위생이나 체온 조절을 돕는 데에는 별 도움이 되지 않는다.",
            ),
            ("체온", "체온은 털빛이 달라지는 것과 관계가 없습니다."),
            ("수의사", "수의사에게 갈 필요가 없다."),
            ("수의사", "수의사와 상의할 필요도 없어요."),
            ("수의사", "수의사에게는 안 가도 돼."),
            ("수의사", "수의사에게 가지 않아도 괜찮다."),
            (
                "진드기",
                "진드기가 생기거나 늘어날 걱정은 하지 않아도 된다.",
            ),
            ("체온", "체온을 조절하는 것은 아니다."),
            ("체온", "체온 때문에 핥는 것이 아닙니다."),
            ("체온", "체온의 영향을 받지 않는다."),
            ("체온", "체온과 무관하다."),
            ("체온", "체온 때문이라고 보기는 어렵다."),
            ("체온", "체온이 내려가는 일은 없다."),
            ("수의사", "수의사를 부를 필요는 전혀 없습니다."),
            ("체온", "체온이 내려간다는 것은 사실이 아니다."),
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
            ("물", "물과 기름은 섞이지 않는다."),
            ("위생", "위생 때문이고 체온은 아니다."),
            ("체온", "체온은 날씨와 관계없이 지켜진다."),
            ("수의사", "수의사에게 가면 걱정할 필요가 없다."),
            ("진드기", "진드기가 생기거나 털이 엉키지 않는다."),
            ("체온", "체온을 낮추는 것이 아니라 높인다."),
            ("수의사", "수의사와 상의하지 않고 먹이면 위험하다."),
            ("날씨", "날씨와 무관하게 핥는다."),
            ("체온", "체온을 낮추고 아무 걱정 없이 쉰다."),
        ] {
            assert!(!negated(phrase, text), "{phrase}: {text}");
        }
    }

    #[test]
    fn phrases_that_are_negative_themselves() {
        assert!(is_negative(&Folded::of_phrase("돈이 들지 않")));
        assert!(is_negative(&Folded::of_phrase("물이 아니")));
        for phrase in ["체온", "연못", "시아닌 염료"] {
            assert!(!is_negative(&Folded::of_phrase(phrase)), "{phrase}");
        }
    }
}
