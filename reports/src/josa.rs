//! Korean particles, whose form follows the sound that the word before them ends with.
//!
//! The words are names of cells (`text/Q4_1`), precisions and machines, so Latin letters and digits
//! are read as a Korean reader says them: `F32` ends in 이, `F16` in 육, `Q4_K_M` in 엠.

/// 은 or 는.
pub(crate) fn topic(word: &str) -> &'static str {
    match ending(word) {
        Ending::Vowel => "는",
        _ => "은",
    }
}

/// 이 or 가.
pub(crate) fn subject(word: &str) -> &'static str {
    match ending(word) {
        Ending::Vowel => "가",
        _ => "이",
    }
}

/// 을 or 를.
pub(crate) fn object(word: &str) -> &'static str {
    match ending(word) {
        Ending::Vowel => "를",
        _ => "을",
    }
}

/// 과 or 와.
pub(crate) fn and(word: &str) -> &'static str {
    match ending(word) {
        Ending::Vowel => "와",
        _ => "과",
    }
}

/// 으로 or 로.
pub(crate) fn by(word: &str) -> &'static str {
    match ending(word) {
        Ending::Consonant => "으로",
        Ending::Vowel | Ending::Rieul => "로",
    }
}

/// The word with its particle.
pub(crate) fn with(word: &str, particle: fn(&str) -> &'static str) -> String {
    format!("{word}{}", particle(word))
}

enum Ending {
    Vowel,
    Rieul,
    Consonant,
}

fn ending(word: &str) -> Ending {
    let last = word.chars().rev().find(|c| c.is_alphanumeric());
    match last.map(|c| c.to_ascii_uppercase()) {
        Some('1' | '7' | '8' | 'L' | 'R') => Ending::Rieul,
        Some('0' | '3' | '6' | 'M' | 'N') => Ending::Consonant,
        Some(c @ '가'..='힣') => match (u32::from(c) - u32::from('가')) % 28 {
            0 => Ending::Vowel,
            8 => Ending::Rieul,
            _ => Ending::Consonant,
        },
        _ => Ending::Vowel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precisions_are_read_aloud() {
        assert_eq!(
            ["F32", "F16", "Q8_0", "Q4_K_M", "Q4_1"].map(|word| with(word, by)),
            ["F32로", "F16으로", "Q8_0으로", "Q4_K_M으로", "Q4_1로"]
        );
        assert_eq!(
            ["F32", "BF16", "Q4_1", "Q5_K_S", "일반", "서버", "서울"].map(|word| with(word, topic)),
            [
                "F32는",
                "BF16은",
                "Q4_1은",
                "Q5_K_S는",
                "일반은",
                "서버는",
                "서울은"
            ]
        );
        assert_eq!(
            ["F32", "F16"].map(|word| with(word, subject)),
            ["F32가", "F16이"]
        );
        assert_eq!(
            ["F16", "Q8_0", "IQ4_XS"].map(|word| with(word, object)),
            ["F16을", "Q8_0을", "IQ4_XS를"]
        );
        assert_eq!(
            ["F32", "Q4_K_M", ""].map(|word| with(word, and)),
            ["F32와", "Q4_K_M과", "와"]
        );
    }
}
