//! What questions are about, in words.

use super::foreign;

/// The categories of hanbench's own question sets, as they are recorded, in Korean and in English.
const KNOWN: [(&str, &str, &str); 16] = [
    ("animals", "동물", "animals"),
    ("nature", "자연", "nature"),
    ("science", "과학", "science"),
    ("health", "건강", "health"),
    ("history", "역사", "history"),
    ("korean_culture", "한국 문화", "Korean culture"),
    ("korean_language", "한국어", "Korean language"),
    ("society", "사회", "society"),
    ("economy", "경제", "economy"),
    ("technology", "기술", "technology"),
    ("arithmetic", "산수", "arithmetic"),
    ("reasoning", "추론", "reasoning"),
    ("writing", "글쓰기", "writing"),
    ("summarising", "요약", "summarising"),
    ("instructions", "지시 따르기", "instructions"),
    ("conversation", "대화", "conversation"),
];

/// A category in both languages; one of a person's own questions as it was written.
pub(super) struct Category {
    pub(super) ko: String,
    pub(super) en: String,
}

impl Category {
    pub(super) fn of(recorded: &str) -> Self {
        let (ko, en) = match KNOWN.iter().find(|(name, _, _)| *name == recorded) {
            Some((_, ko, en)) => (*ko, *en),
            None => (recorded, recorded),
        };
        Self {
            ko: foreign::plain(ko),
            en: foreign::plain(en),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datasets::{QUESTION_SETS, load_questions};

    #[test]
    fn categories_of_own_questions_are_known() {
        for set in QUESTION_SETS {
            for question in load_questions(set).unwrap().questions {
                let category = Category::of(&question.category);
                assert_ne!(category.ko, question.category);
                assert!(!category.en.contains('_'));
            }
        }
    }

    #[test]
    fn categories_of_others_stay_as_they_are() {
        let category = Category::of("우리\u{202e}회사");
        assert_eq!(category.ko, r"우리\u{202e}회사");
        assert_eq!(category.ko, category.en);
    }
}
