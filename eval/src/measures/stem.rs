//! What a word is about, whatever its particles and endings.

use super::letter::{final_of, is_syllable};
use super::suffix::{agrees, can_follow, particles_follow};

/// Endings and particles after which a one-syllable stem is not a guess: 가을 is no 가 + 을, but 사고 could be 사 + 고.
#[rustfmt::skip]
const AMBIGUOUS: &[&str] = &[
    "고", "기", "게", "나", "니", "다", "라", "며", "면", "자", "지", "도", "만", "가", "과", "의",
    "로", "인", "든", "들",
];

/// Final consonants that Sino-Korean syllables have, by their number: ㄱ ㄴ ㄹ ㅁ ㅂ ㅇ, and none.
const SINO_FINALS: [u32; 7] = [0, 1, 4, 8, 16, 17, 21];

/// What a word is about, as keys that inflected forms of it share: its first two syllables (`고양이는` and `고양이가` share
/// 고양), and its first syllable where the rest can only be particles and endings (`털을`, `핥는다`). A word that is not
/// Hangul is its own key. Function words and bare numbers below 100 have none.
pub(super) fn content_keys(word: &str) -> impl Iterator<Item = &str> {
    let keys = if is_content(word) {
        keys(word)
    } else {
        [None, None]
    };
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
#[rustfmt::skip]
const FUNCTION_WORDS: &[&str] = &[
    "가끔", "가능", "가장", "가지", "각각", "각종", "같", "거기", "거의", "결국", "경우", "계속",
    "관련", "관하", "관한", "관해", "그것", "그때", "그래도", "그래서", "그러", "그런", "그렇",
    "그를", "그리고", "나타", "너무", "넷째", "누구", "다르", "다른", "다시", "다양", "다음",
    "다음과", "답변", "당신", "대답", "대략", "대부분", "대체로", "대하", "대한", "대해", "더욱",
    "도와", "도움", "동안", "돼", "되", "된", "됩", "됩니다", "둘째", "따라서", "때로", "때문",
    "또는", "또한", "마지막", "만약", "만일", "많", "말씀", "말하", "말한", "말할", "말해", "매우",
    "먼저", "모두", "모든", "무슨", "무엇", "물론", "바로", "방법", "보이", "보통", "비록", "사실",
    "사용", "생각", "서로", "설명", "셋째", "스스로", "싶", "아니", "아래", "아주", "아직", "않",
    "알고", "알려", "알아", "압니", "약간", "어느", "어디", "어떤", "어떻", "언제", "얼마", "없",
    "여기", "여러", "여러분", "역시", "예를", "예컨대", "오늘", "외에", "요약", "우리", "우선",
    "위와", "위하", "위한", "위해", "의하", "의한", "의해", "이것", "이때", "이러", "이런", "이렇",
    "이를", "이미", "이상", "이와", "이외", "이용", "이유", "이전", "이하", "이후", "일반적",
    "입니다", "있", "자신", "자주", "저것", "저런", "저렇", "저희", "정도", "정리하", "정말",
    "조금", "좋", "주로", "중요", "지금", "질문", "첫째", "통하", "통한", "통해", "특히", "필요",
    "하고", "하기", "하는", "하면", "하여", "하지", "하지만", "할수", "함께", "합니다", "항상",
    "해서", "했", "현재", "혹은",
];

/// Function words that are so only as a whole, with particles.
#[rustfmt::skip]
const FUNCTION_NOUNS: &[&str] = &[
    "것", "거", "게", "수", "때", "등", "점", "번", "곳", "더", "덜", "꼭", "또", "및", "즉", "왜",
    "안", "못", "잘", "좀", "뿐", "이", "그", "저", "나", "너", "네", "예", "내", "제", "한", "두",
    "세", "큰", "할", "하", "한다", "위", "중", "후", "전", "간", "말", "일", "데", "바", "줄",
    "채", "듯", "만", "약", "각", "총", "본", "이것", "그것", "여기", "거기", "저기",
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
            word.strip_prefix(noun)
                .is_some_and(|rest| particles_follow(last, rest))
        });
    !is_function
}

/// Particles that a word is safely freed of.
#[rustfmt::skip]
const STRIPPED: &[&str] = &[
    "에서는", "에서", "에는", "으로", "은", "는", "을", "를", "의", "에", "로", "와", "과", "하다",
    "되다", "시키다",
];

/// `word` without a particle, or without what makes a noun a verb, where at least a syllable is left that cannot be
/// part of it.
pub(super) fn without_particle(word: &str) -> Option<&str> {
    let (stem, suffix) = STRIPPED
        .iter()
        .find_map(|s| word.strip_suffix(s).map(|stem| (stem, *s)))?;
    let before = stem.chars().next_back().filter(|&c| is_syllable(c))?;
    let is_long = stem.chars().nth(1).is_some();
    (agrees(before, suffix) && (is_long || matches!(suffix, "은" | "는" | "을" | "를" | "의")))
        .then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys_of(word: &str) -> Vec<&str> {
        content_keys(word).collect()
    }

    #[test]
    fn inflected_words_share_a_key() {
        for (a, b) in [
            ("고양이", "고양이가"),
            ("털을", "털이"),
            ("핥는다", "핥았습니다"),
            ("먹이", "먹이를"),
            ("체온", "체온조절을"),
            ("털", "털에서"),
            ("grooming", "grooming"),
            ("1443년에", "1443년에"),
            ("씻다", "씻어"),
        ] {
            assert!(keys_of(a).iter().any(|k| keys_of(b).contains(k)), "{a} {b}");
        }
        for (a, b) in [
            ("가을", "가지"),
            ("사고", "사자"),
            ("나이", "나라"),
            ("털을", "털갈이"),
            ("유지", "유기"),
        ] {
            assert!(
                !keys_of(a).iter().any(|k| keys_of(b).contains(k)),
                "{a} {b}"
            );
        }
    }

    #[test]
    fn function_words_have_no_keys() {
        for word in [
            "그리고",
            "것은",
            "있습니다",
            "때문에",
            "무엇인가요",
            "수",
            "12",
            "",
            "이유는",
            "합니다",
            "위해",
        ] {
            assert!(keys_of(word).is_empty(), "{word}");
        }
        for word in ["고양이", "위생", "전자", "전기를", "하늘", "말라리아"] {
            assert!(!keys_of(word).is_empty(), "{word}");
        }
    }

    #[test]
    fn particles_come_off() {
        for (word, stem) in [
            ("털을", "털"),
            ("체온의", "체온"),
            ("고양이는", "고양이"),
            ("조절하다", "조절"),
            ("집에서", "집"),
        ] {
            let expected = (word != "집에서").then_some(stem);
            assert_eq!(without_particle(word), expected, "{word}");
        }
        for word in ["가을", "먹이", "고양이", "는", "핥는", "DNA", ""] {
            assert_eq!(without_particle(word), None, "{word}");
        }
    }
}
