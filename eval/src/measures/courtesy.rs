//! Sentences that speak to the asker and not about what was asked.

/// What courtesies and refusals hold, without spaces. Each is too long to be a part of ordinary words.
#[rustfmt::skip]
const PHRASES: &[&str] = &[
    // Greetings, thanks and wishes.
    "안녕하세요", "안녕하십니까", "반갑습니다", "감사합니다", "감사드립니다", "고맙습니다", "고마워",
    "부탁드립니다", "부탁드려요", "좋은하루", "즐거운하루", "행운을빌", "응원합니다", "응원할게",
    "수고하세요", "수고하십시오",
    // Offers and closings.
    "도움이되었", "도움이됐", "도움이되셨", "도움이되길", "도움이되기를", "도움이되면좋", "도움이필요하",
    "궁금한점", "궁금하신", "궁금한게", "궁금한것", "더알고싶", "추가질문", "질문해주", "질문이있으",
    "물어보세요", "물어보십시오", "물어봐", "문의해", "문의하", "말씀해주", "말씀해보", "알려주시면",
    "도와드리", "도와드릴", "알려드리", "알려드릴", "설명해드리", "설명해드릴", "정리해드리", "정리해드릴",
    "답변해드리", "답변해드릴", "답변드리", "답변드릴", "좋은질문", "기꺼이",
    // Refusals.
    "모르겠", "알수없습니다", "알수없어요", "드릴수없", "답할수없", "답변할수없", "대답할수없", "죄송하지만",
    "죄송합니다만", "언어모델", "인공지능모델", "전문가와상담", "전문가에게", "전문가의도움", "정보가부족",
];

/// Whether a sentence is a greeting, thanks, a wish, an offer of more help, an announcement of the answer, or a refusal.
pub(super) fn is_courtesy(sentence: &str) -> bool {
    let letters: String = sentence.chars().filter(|c| c.is_alphanumeric()).collect();
    PHRASES.iter().any(|phrase| letters.contains(phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn courtesies_and_refusals() {
        for sentence in [
            "도움이 되셨기를 바랍니다!",
            "더 궁금하신 점은 언제든지 물어보세요.",
            "네, 차례대로 설명해 드릴게요.",
            "읽어 주셔서 감사합니다 😊",
            "저는 언어 모델이라 그 일은 알 수 없습니다.",
            "그건 잘 모르겠어요.",
        ] {
            assert!(is_courtesy(sentence), "{sentence}");
        }
    }

    #[test]
    fn statements() {
        for sentence in [
            "비타민은 뼈에 도움이 됩니다.",
            "질문은 배움의 시작이다.",
            "전문가들은 물을 권한다.",
            "",
        ] {
            assert!(!is_courtesy(sentence), "{sentence}");
        }
    }
}
