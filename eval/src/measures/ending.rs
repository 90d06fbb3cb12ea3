//! How a Korean sentence ends: with a predicate, and at which level of speech, or with a noun.

use super::letter::{BIEUP, MIEUM, NIEUN, RIEUL, SSANGSIOT, final_of, is_lone_jamo, is_syllable};
use super::sentence::is_terminal;

/// The end of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// 높임말: 합쇼체 (-ㅂ니다, -ㅂ니까, -ㅂ시다, -시오) and 해요체 (-요, -죠).
    Polite,
    /// 반말이나 해라체: -다, -라, -자, -냐, -어, -야, -지, -네.
    Plain,
    /// What suits either: questions to oneself (-ㄹ까, -는가) and clauses left open (-니까, -는데, -라고).
    Neutral,
    /// A predicate made a noun: -음, -함, -됨, -임, -기.
    Nominalised,
    /// A noun, or anything else that is no predicate.
    Noun,
}

impl Ending {
    /// Whether it is of 서술식.
    pub(super) fn is_predicate(self) -> bool {
        matches!(self, Self::Polite | Self::Plain | Self::Neutral)
    }
}

/// Nouns and adverbs that end like predicates or like nominalised ones, as whole words.
#[rustfmt::skip]
const NOUNS: &[&str] = &[
    "소다", "사이다", "람다", "베란다", "아젠다", "어젠다", "개요", "동요", "민요", "소요",
    "강요", "고요", "담요", "동네", "그네", "상어", "연어", "장어", "인어", "문어", "은어", "심야",
    "광야", "이해", "피해", "방해", "오해", "손해", "저해", "공해", "동해", "서해", "남해", "새해",
    "올해", "재해", "유해", "침해", "견해", "자아", "유아", "영아", "고아", "치아", "기아", "태아",
    "육아", "파워", "타워", "샤워", "책임", "모임", "담임", "취임", "크림", "명함", "결함", "도움",
    "싸움", "아침", "지침", "방침", "기침", "새봄", "올봄", "장남", "강남", "호남", "영남",
    "베트남", "튀김", "움직임",
];
/// Those that words may end in: 동해바다, 외국어, 얼음.
#[rustfmt::skip]
const NOUN_TAILS: &[&str] = &[
    "바다", "캐나다", "우간다", "르완다", "마다", "필요", "중요", "주요", "수요", "언어", "단어",
    "용어", "국어", "영어", "한어", "본어", "검색어", "표준어", "외래어", "신조어", "분야", "시야",
    "평야", "참여", "기여", "부여", "급여", "배려", "고려", "우려", "격려", "염려", "아시아",
    "러시아", "로써", "사람", "마음", "처음", "다음", "모음", "자음", "얼음", "소음", "발음",
    "녹음", "화음", "잡음", "그림", "게임", "타임", "프레임", "스크림", "잠수함",
];

/// Answers of one word that are no predicates.
#[rustfmt::skip]
const INTERJECTIONS: &[&str] = &[
    "네", "예", "응", "아니", "그래", "글쎄", "자", "야", "어", "아", "다", "해",
];

/// How a sentence ends; `None` where its last letter is not Hangul, so that nothing can be said.
///
/// Marks, emoji and emoticons after the last word are passed over, and so is a bracket at the end
/// (`…합니다(예: 그루밍).`). Endings that nouns share (-어, -지, -자 …) count as predicates only before a terminal
/// mark.
pub(super) fn ending(sentence: &str) -> Option<Ending> {
    let (text, mark) = without_tail(sentence);
    let word = text.rsplit(char::is_whitespace).next()?;
    let last = word.chars().next_back().filter(|&c| is_syllable(c))?;
    let is_noun = INTERJECTIONS.contains(&word)
        || NOUNS.contains(&word)
        || NOUN_TAILS.iter().any(|noun| word.ends_with(noun));
    if is_noun {
        return Some(Ending::Noun);
    }
    let found = polite(word)
        .or_else(|| plain(word, last))
        .or_else(|| mark.and_then(|mark| marked(word, last, mark)))
        .or_else(|| nominalised(word, last));
    Some(found.unwrap_or(Ending::Noun))
}

/// The sentence up to its last word, and the last terminal mark after it.
fn without_tail(sentence: &str) -> (&str, Option<char>) {
    let mut text = sentence;
    let mut mark = None;
    // A few rounds reach any natural tail, and keep the time linear.
    for _ in 0..4 {
        let kept = text.trim_end_matches(|c: char| {
            !c.is_alphanumeric() && !")]）」』”".contains(c) || is_lone_jamo(c)
        });
        mark = mark.or_else(|| text[kept.len()..].chars().find(|&c| is_terminal(c)));
        text = match kept.chars().next_back() {
            Some(')') => without_bracket(kept, '('),
            Some(']') => without_bracket(kept, '['),
            Some('）') => without_bracket(kept, '（'),
            Some(close) if !close.is_alphanumeric() => &kept[..kept.len() - close.len_utf8()],
            _ => return (kept, mark),
        };
    }
    (text.trim_end_matches(|c: char| !c.is_alphanumeric()), mark)
}

/// `text` without the bracket that ends it, or without its closing mark where it is all in brackets.
fn without_bracket(text: &str, open: char) -> &str {
    match text.rfind(open) {
        Some(at) if text[..at].contains(char::is_alphanumeric) => &text[..at],
        _ => text.trim_end_matches(|c: char| !c.is_alphanumeric()),
    }
}

/// The final consonant of the last syllable before `suffix`.
fn final_before(word: &str, suffix: &str) -> Option<u32> {
    let stem = word.strip_suffix(suffix)?;
    stem.chars().next_back().and_then(final_of)
}

fn polite(word: &str) -> Option<Ending> {
    let formal = ["니다", "니까", "시다"];
    let is_formal = formal.iter().any(|s| final_before(word, s) == Some(BIEUP));
    let is_polite = is_formal || word.ends_with("시오") || word.ends_with(['요', '죠']);
    is_polite.then_some(Ending::Polite)
}

/// Endings that are plain with or without a mark.
fn plain(word: &str, last: char) -> Option<Ending> {
    let suffixes = [
        "거야", "잖아", "거든", "구나", "하라", "해라", "어라", "아라", "거라", "마라", "말라",
        "니라", "여라",
    ];
    let is_plain = last == '다'
        || suffixes.iter().any(|s| word.ends_with(s))
        || final_before(word, "어") == Some(SSANGSIOT)
        || final_before(word, "네").is_some();
    if is_plain {
        return Some(Ending::Plain);
    }
    (final_before(word, "까") == Some(RIEUL)).then_some(Ending::Neutral)
}

/// Endings that count only before a terminal mark.
fn marked(word: &str, last: char, mark: char) -> Option<Ending> {
    let asks = mark == '?' || mark == '？';
    let neutral = [
        "는가", "인가", "은가", "던가", "한가", "된가", "운가", "큰가", "니까", "는데", "은데",
        "던데", "인데", "라고", "다고", "냐고",
    ];
    if neutral.iter().any(|s| word.ends_with(s)) {
        return Some(Ending::Neutral);
    }
    let suffixes = [
        "더라", "더군", "구먼", "셨나", "었나", "았나", "하자", "보자", "가자", "말자", "는군",
        "로군", "하군", "이군", "었군", "겠군", "하지", "이지", "겠지", "었지", "았지", "였지",
        "했지", "거지", "있지", "없지", "렇지", "되지", "같지",
    ];
    let after_rieul = ["게", "래", "걸"];
    let is_plain = suffixes.iter().any(|s| word.ends_with(s))
        || after_rieul
            .iter()
            .any(|s| final_before(word, s) == Some(RIEUL))
        || final_before(word, "걸") == Some(NIEUN)
        || "어아야여해돼봐줘워져쳐켜둬써려냐".contains(last)
        || asks && "니나자지".contains(last);
    is_plain.then_some(Ending::Plain)
}

fn nominalised(word: &str, last: char) -> Option<Ending> {
    let before = word.chars().rev().nth(1)?;
    let is_noun_of_verb = match last {
        '기' => "하되키리치우히이추찾먹씻닦막얻읽쓰듣있없돕".contains(before),
        _ => {
            final_of(last) == Some(MIEUM)
                && "음함됨임짐킴힘냄남줌림침움춤룸씀옴봄김뀜낌꿈끔뜸품".contains(last)
        }
    };
    is_noun_of_verb.then_some(Ending::Nominalised)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn all(expected: Ending, sentences: &[&str]) {
        for sentence in sentences {
            assert_eq!(ending(sentence), Some(expected), "{sentence}");
        }
    }

    #[test]
    fn polite_endings() {
        all(
            Ending::Polite,
            &[
                "고양이는 털을 핥습니다.",
                "왜 핥습니까?",
                "함께 갑시다.",
                "보십시오.",
                "가시오.",
                "핥아요.",
                "그렇죠?",
                "이유는 위생입니다(예: 그루밍).",
                "**그렇습니다.**",
                "좋아요 ㅎㅎ",
                "좋아요! 😊",
                "그래요~",
                "그럴까요?",
                "\"그렇습니다.\"",
                "그렇습니다.[1]",
                "다음과 같습니다:",
                "(그렇습니다.)",
                "무엇인가요?",
                "집에 가요.",
                "그렇고요.",
                "네, 맞아요.",
                "없네요.",
            ],
        );
    }

    #[test]
    fn plain_endings() {
        all(
            Ending::Plain,
            &[
                "고양이는 털을 핥는다.",
                "털을 핥는다",
                "그랬다…",
                "핥았어",
                "핥아.",
                "그런 거야",
                "하지 마라.",
                "그렇지?",
                "가 보자.",
                "놀랍구나!",
                "뭐 하니?",
                "할게.",
                "비가 오네",
                "알겠냐?",
                "운동해.",
                "정리하자.",
                "물건을 판다.",
            ],
        );
    }

    #[test]
    fn neutral_endings() {
        all(
            Ending::Neutral,
            &[
                "왜 그럴까?",
                "무엇인가?",
                "어떻게 사는가.",
                "비가 오니까.",
                "없는데…",
            ],
        );
    }

    #[test]
    fn nominal_endings() {
        all(
            Ending::Nominalised,
            &[
                "체온을 조절함",
                "냄새가 사라짐.",
                "털을 핥음",
                "위생이 유지됨",
                "원인임",
                "털 정리하기",
                "체온을 낮춤",
                "열 식힘",
                "자세히 설명함",
                "모두 연결함.",
            ],
        );
        all(
            Ending::Noun,
            &[
                "체온 조절",
                "넓은 바다",
                "관리가 필요",
                "한국어",
                "좋은 사람",
                "다음",
                "강아지",
                "고양이와 강아지.",
                "네.",
                "적극 참여.",
                "큰 이해.",
                "그러니까",
                "아닌데",
                "고기",
                "의자",
                "음",
                "**체온 조절**:",
            ],
        );
    }

    #[test]
    fn what_is_not_hangul_is_not_judged() {
        for sentence in ["", "DNA", "It is so.", "100", "...", "((((", "))))", "漢字"] {
            assert_eq!(ending(sentence), None, "{sentence}");
        }
    }
}
