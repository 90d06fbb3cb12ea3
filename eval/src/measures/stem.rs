//! Particles (조사) and endings (어미): what may follow a word, and what a word is about.

use super::letter::{NONE, RIEUL, final_of, is_syllable};

/// Particles and endings that follow a noun or a stem, sorted.
const SUFFIXES: &[&str] = &[
    "가", "같이", "거나", "게", "겠", "겠다", "고", "고자", "과", "구나", "군", "군요", "기", "까지",
    "께", "께서", "나", "나요", "냐", "네", "네요", "느냐", "느라", "는", "는다", "는데", "는지", "니",
    "니까", "니다", "다", "다가", "대로", "던", "도", "도록", "돼", "돼요", "됐다", "되고", "되기", "되는",
    "되다", "되며", "되어", "되지", "된", "된다", "됨", "됩니다", "든", "든지", "들", "듯", "듯이", "라",
    "라고", "라는", "라도", "라면", "란", "랑", "러", "려고", "려면", "로", "로서", "로써", "를", "마다",
    "마저", "만", "며", "면", "므로", "밖에", "보다", "부터", "뿐", "뿐만", "세요", "습니까", "습니다", "시",
    "시켜", "시키고", "시키는", "시킨다", "십시오", "아", "아도", "아서", "아야", "아요", "아지", "아진", "았",
    "았고", "았다", "았던", "았으", "았지", "어", "어도", "어서", "어야", "어요", "어지", "어진", "어질",
    "었", "었고", "었다", "었던", "었으", "었지", "에", "에게", "에게서", "에서", "여", "여서", "여요", "였",
    "였다", "예요", "오", "와", "요", "으니", "으니까", "으러", "으려고", "으려면", "으로", "으로서", "으로써",
    "으며", "으면", "으므로", "으세요", "으시", "으십시오", "은", "은데", "은지", "을", "을지", "음", "의",
    "이", "이고", "이나", "이니까", "이다", "이든", "이라", "이라고", "이라는", "이라면", "이란", "이랑", "이며",
    "이므로", "이어서", "이었다", "이에요", "이죠", "이지", "이지만", "인", "입니다", "자", "자마자", "적",
    "적으로", "적인", "조차", "죠", "지", "지만", "지요", "처럼", "커녕", "하게", "하고", "하기", "하는",
    "하다", "하도록", "하려", "하며", "하면", "하여", "하지", "한", "한다", "한테", "함", "합니다", "해",
    "해서", "해요", "했", "했다", "했습니다",
];

/// The longest entry of [`SUFFIXES`], in characters.
const MAX_SUFFIX: usize = 4;
/// No chain of particles and endings is longer.
const MAX_CHAIN: usize = 10;

/// Whether `rest` can stand after a word that ends in `before`: nothing, or particles and endings one after another,
/// each longest first (`에게는` is 에게 + 는). Particles that depend on the syllable before them (은/는, 을/를, 이/가, 과/와, 으로/로)
/// must agree with it.
pub(super) fn can_follow(before: char, rest: &str) -> bool {
    if rest.chars().nth(MAX_CHAIN).is_some() {
        return false;
    }
    let mut before = before;
    let mut rest = rest;
    while let Some(first) = rest.chars().next() {
        let Some(end) = suffix_end(rest) else {
            return false;
        };
        let suffix = &rest[..end];
        if !agrees(before, first, suffix) {
            return false;
        }
        before = suffix.chars().next_back().unwrap_or(first);
        rest = &rest[end..];
    }
    true
}

/// Where the longest suffix that begins `rest` ends.
fn suffix_end(rest: &str) -> Option<usize> {
    let ends = rest.char_indices().map(|(i, c)| i + c.len_utf8());
    let ends: Vec<usize> = ends.take(MAX_SUFFIX).collect();
    let is_suffix = |end: &usize| SUFFIXES.binary_search(&&rest[..*end]).is_ok();
    ends.into_iter().rev().find(is_suffix)
}

fn agrees(before: char, first: char, suffix: &str) -> bool {
    let Some(last) = final_of(before) else {
        return true;
    };
    match suffix {
        "은" | "을" | "이" | "과" => last != NONE,
        "를" | "가" | "와" => last == NONE,
        "로" => last == NONE || last == RIEUL,
        _ if first == '으' => last != NONE,
        _ => true,
    }
}

/// Endings and particles after which a one-syllable stem is not a guess: 가을 is no 가 + 을, but 사고 could be 사 + 고.
const AMBIGUOUS: &[&str] = &[
    "고", "기", "게", "나", "니", "다", "라", "며", "면", "자", "지", "이", "도", "만", "가", "과", "의", "로", "인", "든", "들",
];

/// Final consonants that Sino-Korean syllables have, by their number: ㄱ ㄴ ㄹ ㅁ ㅂ ㅇ, and none.
const SINO_FINALS: [u32; 7] = [0, 1, 4, 8, 16, 17, 21];

/// What a word is about, as keys that inflected forms of it share: its first two syllables (`고양이는` and `고양이가` share
/// 고양), and its first syllable where the rest can only be particles and endings (`털을`, `핥는다`). A word that is not
/// Hangul is its own key. Function words and bare numbers below 100 have none.
pub(super) fn content_keys(word: &str) -> impl Iterator<Item = &str> {
    let keys = if is_content(word) { keys(word) } else { [None, None] };
    keys.into_iter().flatten()
}

fn keys(word: &str) -> [Option<&str>; 2] {
    let mut syllables = word.chars();
    let Some(first) = syllables.next().filter(|&c| is_syllable(c)) else {
        return [Some(word), None];
    };
    let head = &word[..first.len_utf8()];
    let rest = &word[head.len()..];
    let Some(second) = syllables.next() else {
        return [Some(head), None];
    };
    let two = &word[..head.len() + second.len_utf8()];
    let is_native = final_of(first).is_some_and(|last| !SINO_FINALS.contains(&last));
    let is_stem = can_follow(first, rest) && (is_native || !AMBIGUOUS.contains(&rest));
    [Some(two), is_stem.then_some(head)]
}

/// Beginnings of words that say nothing about the topic.
const FUNCTION_WORDS: &[&str] = &[
    "가끔", "가능", "가장", "가지", "각각", "각종", "같", "거기", "거의", "결국", "경우", "계속", "관련",
    "관하", "관한", "관해", "그것", "그때", "그래도", "그래서", "그러", "그런", "그렇", "그를", "그리고", "나타",
    "너무", "넷째", "누구", "다르", "다른", "다시", "다양", "다음", "다음과", "답변", "당신", "대답", "대략",
    "대부분", "대체로", "대하", "대한", "대해", "더욱", "도와", "도움", "동안", "돼", "되", "된", "됩",
    "됩니다", "둘째", "따라서", "때로", "때문", "또는", "또한", "마지막", "만약", "만일", "많", "말씀", "말하",
    "말한", "말할", "말해", "매우", "먼저", "모두", "모든", "무슨", "무엇", "물론", "바로", "방법", "보이",
    "보통", "비록", "사실", "사용", "생각", "서로", "설명", "셋째", "스스로", "싶", "아니", "아래", "아주",
    "아직", "않", "알고", "알려", "알아", "압니", "약간", "어느", "어디", "어떤", "어떻", "언제", "얼마",
    "없", "여기", "여러", "여러분", "역시", "예를", "예컨대", "오늘", "외에", "요약", "우리", "우선", "위와",
    "위하", "위한", "위해", "의하", "의한", "의해", "이것", "이때", "이러", "이런", "이렇", "이를", "이미",
    "이상", "이와", "이외", "이용", "이유", "이전", "이하", "이후", "일반적", "입니다", "있", "자신", "자주",
    "저것", "저런", "저렇", "저희", "정도", "정리하", "정말", "조금", "좋", "주로", "중요", "지금", "질문",
    "첫째", "통하", "통한", "통해", "특히", "필요", "하고", "하기", "하는", "하면", "하여", "하지", "하지만",
    "할수", "함께", "합니다", "항상", "해서", "했", "현재", "혹은",
];

/// Function words that are so only as a whole, with particles.
const FUNCTION_NOUNS: &[&str] = &[
    "것", "거", "게", "수", "때", "등", "점", "번", "곳", "더", "덜", "꼭", "또", "및", "즉", "왜", "안", "못", "잘", "좀", "뿐",
    "이", "그", "저", "나", "너", "네", "예", "내", "제", "한", "두", "세", "큰", "할", "하", "한다", "위", "중", "후", "전",
    "간", "말", "일", "데", "바", "줄", "채", "듯", "만", "약", "각", "총", "본", "이것", "그것", "여기", "거기", "저기",
];

fn is_content(word: &str) -> bool {
    let Some(first) = word.chars().next() else {
        return false;
    };
    if !is_syllable(first) {
        return !first.is_ascii_digit() || word.len() > 2;
    }
    let is_function = FUNCTION_WORDS.iter().any(|w| word.starts_with(w))
        || FUNCTION_NOUNS.iter().any(|noun| {
            let last = noun.chars().next_back().unwrap_or(first);
            word.strip_prefix(noun).is_some_and(|rest| can_follow(last, rest))
        });
    !is_function
}

/// Particles that a word is safely freed of.
const STRIPPED: &[&str] = &[
    "에서는", "에서", "에는", "으로", "은", "는", "을", "를", "의", "에", "로", "와", "과", "하다", "되다", "시키다",
];

/// `word` without a particle, or without what makes a noun a verb, where at least a syllable is left that cannot be
/// part of it.
pub(super) fn without_particle(word: &str) -> Option<&str> {
    let (stem, suffix) = STRIPPED
        .iter()
        .find_map(|s| word.strip_suffix(s).map(|stem| (stem, *s)))?;
    let before = stem.chars().next_back().filter(|&c| is_syllable(c))?;
    let first = suffix.chars().next()?;
    let is_long = stem.chars().nth(1).is_some();
    let agrees = agrees(before, first, suffix) && (suffix != "는" || final_of(before) == Some(NONE));
    (agrees && (is_long || matches!(suffix, "은" | "는" | "을" | "를" | "의"))).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_order() {
        assert!(SUFFIXES.is_sorted_by(|a, b| a < b));
        assert!(SUFFIXES.iter().all(|s| s.chars().count() <= MAX_SUFFIX));
    }

    #[test]
    fn particles_and_endings_follow() {
        for (before, rest) in [
            ('털', ""), ('털', "을"), ('털', "이"), ('이', "가"), ('털', "에서는"), ('핥', "는다"), ('핥', "습니다"), ('핥', "아서"),
            ('들', "에게는"), ('물', "로"), ('물', "까지도"), ('핥', "았습니다"), ('것', "이다"),
        ] {
            assert!(can_follow(before, rest), "{before}{rest}");
        }
        for (before, rest) in [('털', "갈이"), ('털', "를"), ('이', "을"), ('열', "심히"), ('손', "로"), ('물', "고기")] {
            assert!(!can_follow(before, rest), "{before}{rest}");
        }
    }

    fn keys_of(word: &str) -> Vec<&str> {
        content_keys(word).collect()
    }

    #[test]
    fn inflected_words_share_a_key() {
        for (a, b) in [
            ("고양이", "고양이가"), ("털을", "털이"), ("핥는다", "핥았습니다"), ("먹이", "먹이를"), ("체온", "체온조절을"),
            ("털", "털에서"), ("grooming", "grooming"), ("1443년에", "1443년에"), ("씻다", "씻어"),
        ] {
            assert!(keys_of(a).iter().any(|k| keys_of(b).contains(k)), "{a} {b}");
        }
        for (a, b) in [("가을", "가지"), ("사고", "사자"), ("나이", "나라"), ("털을", "털갈이"), ("유지", "유기")] {
            assert!(!keys_of(a).iter().any(|k| keys_of(b).contains(k)), "{a} {b}");
        }
    }

    #[test]
    fn function_words_have_no_keys() {
        for word in ["그리고", "것은", "있습니다", "때문에", "무엇인가요", "수", "12", "", "이유는", "합니다", "위해"] {
            assert!(keys_of(word).is_empty(), "{word}");
        }
        for word in ["고양이", "위생", "수도", "전기", "하늘", "말라리아"] {
            assert!(!keys_of(word).is_empty(), "{word}");
        }
    }

    #[test]
    fn particles_come_off() {
        for (word, stem) in [("털을", "털"), ("체온의", "체온"), ("고양이는", "고양이"), ("조절하다", "조절"), ("집에서", "집")] {
            let expected = (word != "집에서").then_some(stem);
            assert_eq!(without_particle(word), expected, "{word}");
        }
        for word in ["가을", "먹이", "고양이", "는", "핥는", "DNA", ""] {
            assert_eq!(without_particle(word), None, "{word}");
        }
    }
}
