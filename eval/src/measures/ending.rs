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
    "베트남", "튀김", "움직임", "인대", "난대", "안대", "혀",
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

/// Words that are no predicates.
#[rustfmt::skip]
const INTERJECTIONS: &[&str] = &[
    "네", "예", "응", "아니", "그래", "글쎄", "야", "어", "아", "다",
];
/// Verbs of one syllable in 반말, which before a terminal mark are no nouns where another word stands before them: 얼른 가.
const SHORT_VERBS: &str = "가와자사봐써해돼줘꺼켜타서놔대마";
/// Verbs in 반말 whose end nouns share, before a terminal mark.
#[rustfmt::skip]
const PLAIN_VERBS: &[&str] = &[
    "나가", "들어가", "올라가", "내려가", "돌아가", "다녀와", "나와", "들어와", "돌아와", "가져와", "보내", "지내",
    "꺼내", "끝내", "힘내", "어때", "그래", "이래", "저래", "빼", "깨", "잘자", "만나", "일어나", "떠나", "참아",
    "앉아", "건네", "써내", "달라", "몰라", "골라", "빨라", "눌러", "불러", "들러", "서둘러",
];
/// Endings of 반말 and 해라체 that nouns share, so that they count only before a terminal mark.
#[rustfmt::skip]
const MARKED_PLAIN: &[&str] = &[
    "더라", "더군", "구먼", "셨나", "었나", "았나", "하자", "보자", "가자", "말자", "먹자", "읽자", "놀자", "앉자",
    "찾자", "있자", "걷자", "들자", "만나자", "는군", "로군", "하군", "이군", "었군", "겠군", "하지", "이지", "겠지",
    "었지", "았지", "였지", "했지", "거지", "있지", "없지", "렇지", "되지", "같지", "내자", "러자", "하렴", "으렴",
    "보렴", "려무나", "게나", "내라", "워라", "겨라", "켜라", "봐라", "와라", "가라", "쳐라", "춰라", "둬라", "줘라",
    "놔라",
];
/// Verbs that -ㄴ대 (it is said that) ends in, which nouns such as 반대 and 군대 share.
const HEARSAY: &str = "간온한된본준산탄쓴든난진뜬큰틴킨친린힌빈긴낀낸";

/// How a sentence ends; `None` where its last letter is not Hangul, so that nothing can be said.
///
/// Marks, emoji and emoticons after the last word are passed over, and so is a bracket at the end
/// (`…합니다(예: 그루밍).`). Endings that nouns share (-어, -지, -자 …) count as predicates only before a terminal
/// mark, or what writers of messages put in its place: ㅋㅋ, ㅎㅎ, ㅠㅠ, ^^, ~ and emoji. A clause left open (`높아지고,`) is a predicate
/// where three words or more stand in it.
pub(super) fn ending(sentence: &str) -> Option<Ending> {
    let (text, mark) = without_tail(sentence);
    let mut words = text.rsplit(char::is_whitespace).filter(|w| !w.is_empty());
    let word = words.next()?;
    let last = word.chars().next_back().filter(|&c| is_syllable(c))?;
    let is_noun = INTERJECTIONS.contains(&word)
        && !(word == "그래" && words.clone().next().is_some())
        || NOUNS.contains(&word)
        || NOUN_TAILS.iter().any(|noun| word.ends_with(noun));
    if is_noun {
        return Some(Ending::Noun);
    }
    let found = polite(word)
        .or_else(|| plain(word, last))
        .or_else(|| mark.and_then(|mark| marked(word, last, mark)))
        .or_else(|| mark.and_then(|_| short(word, words.clone().next().is_some())))
        .or_else(|| words.nth(1).and_then(|_| left_open(word)))
        .or_else(|| nominalised(word, last));
    Some(found.unwrap_or(Ending::Noun))
}

/// Verbs in 반말 that are whole words.
fn short(word: &str, follows: bool) -> Option<Ending> {
    let is_one = word.chars().nth(1).is_none();
    let is_verb = is_one && follows && SHORT_VERBS.contains(word) || PLAIN_VERBS.contains(&word);
    is_verb.then_some(Ending::Plain)
}

/// Connective endings that no noun has.
fn left_open(word: &str) -> Option<Ending> {
    #[rustfmt::skip]
    const CONNECTIVE: &[&str] = &[
        "하고", "되고", "지고", "이고", "있고", "없고", "같고", "았고", "었고", "했고", "였고", "겠고", "지만", "으며",
        "하며", "되며", "이며", "면서", "려고", "라고", "다고", "냐고", "자고", "으니", "므로", "어서", "아서", "해서",
        "여서", "니까", "는데", "은데", "인데", "한데", "던데", "거나", "도록", "지는", "으면", "하면", "되면",
    ];
    CONNECTIVE
        .iter()
        .any(|c| word.ends_with(c))
        .then_some(Ending::Neutral)
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
        mark = mark.or_else(|| mark_in(&text[kept.len()..]));
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

/// The terminal mark in what follows the last word, or a full stop for what stands in its place in messages.
fn mark_in(tail: &str) -> Option<char> {
    let is_emoticon = |c: char| {
        is_lone_jamo(c) || "~～^♡♥".contains(c) || c >= '\u{1F000}' || ('☀'..='➿').contains(&c)
    };
    let stands_for = || tail.contains(is_emoticon).then_some('.');
    tail.chars().find(|&c| is_terminal(c)).or_else(stands_for)
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
        || ["어", "대"]
            .iter()
            .any(|s| final_before(word, s) == Some(SSANGSIOT))
        || ["는대", "없대", "있대", "같대", "좋대", "싶대"]
            .iter()
            .any(|s| word.ends_with(s))
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
    // 하오체 and 하게체 are of neither level: 됐소, 아니오, 때문일세.
    let is_dated = final_before(word, "소") == Some(SSANGSIOT)
        || ["있소", "없소", "이오", "아니오", "일세", "네만"]
            .iter()
            .any(|s| word.ends_with(s));
    let is_open = final_before(word, "데") == Some(NIEUN) && !word.ends_with("가운데");
    if is_dated || is_open || neutral.iter().any(|s| word.ends_with(s)) {
        return Some(Ending::Neutral);
    }
    let after_rieul = ["게", "래", "걸"];
    let is_plain = MARKED_PLAIN.iter().any(|s| word.ends_with(s))
        || after_rieul
            .iter()
            .any(|s| final_before(word, s) == Some(RIEUL))
        || final_before(word, "걸") == Some(NIEUN)
        || is_hearsay(word)
        || ["지", "니"]
            .iter()
            .any(|s| final_before(word, s) == Some(SSANGSIOT))
        || "어아야여해돼봐줘워져쳐켜둬써려냐혀겨펴껴셔놔꿔춰".contains(last)
        || asks && "니나자지".contains(last);
    is_plain.then_some(Ending::Plain)
}

/// -ㄴ대: 간대, 온대.
fn is_hearsay(word: &str) -> bool {
    let stem = word.strip_suffix('대');
    stem.is_some_and(|s| s.ends_with(|c| HEARSAY.contains(c)))
}

fn nominalised(word: &str, last: char) -> Option<Ending> {
    if matches!(word, "함" | "됨") {
        return Some(Ending::Nominalised);
    }
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
                "찬물로 식혀.",
                "내일 온대!",
                "그걸로 버틴대.",
                "벌써 갔대",
                "문을 당겨!",
                "어서 와.",
                "그럼 잘 지내!",
                "요즘은 어때?",
                "큰일이야 ㅋㅋ",
                "먼저 갈게~ ㅠㅠ",
                "같이 먹자 ^^",
                "나도 좋아해 😊",
                "그렇게 해.",
                "나도 그래.",
                "한번 해 보렴.",
                "걱정하지 마.",
                "다 먹었지.",
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
                "이제 다 됐소.",
                "물을 마시면 혈압이 낮아지고,",
                "그것이 자기 도끼라고",
            ],
        );
    }

    #[test]
    fn nominal_endings() {
        all(
            Ending::Nominalised,
            &[
                "체온을 조절함",
                "털을 깨끗이 함.",
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
                "최고 ㅋㅋ",
                "다음 주 광고",
                "체온 조절 😊",
                "군대.",
                "큰 기대.",
                "무릎 인대.",
                "개의 긴 혀.",
                "반대",
                "해",
                "그래.",
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
