//! Korean particles, whose form follows the sound that the word before them ends with.
//!
//! Latin letters and digits are read by their Korean names, since the words are mostly precisions:
//! `F32` ends in 이, `F16` in 육, `Q4_K_M` in 엠.

/// `word` with 으로 or 로.
pub(super) fn by(word: &str) -> String {
    let form = match ending(word) {
        Ending::Consonant => "으로",
        Ending::Vowel | Ending::Rieul => "로",
    };
    format!("{word}{form}")
}

/// `word` with 은 or 는.
pub(super) fn topic(word: &str) -> String {
    format!(
        "{word}{}",
        if ending(word) == Ending::Vowel {
            "는"
        } else {
            "은"
        }
    )
}

/// `word` with 과 or 와.
pub(super) fn and(word: &str) -> String {
    format!(
        "{word}{}",
        if ending(word) == Ending::Vowel {
            "와"
        } else {
            "과"
        }
    )
}

#[derive(PartialEq)]
enum Ending {
    Vowel,
    Rieul,
    Consonant,
}

fn ending(word: &str) -> Ending {
    let last = word
        .chars()
        .rev()
        .find(|c| c.is_alphanumeric())
        .unwrap_or('a');
    match last.to_ascii_uppercase() {
        '1' | '7' | '8' | 'L' | 'R' => Ending::Rieul,
        '0' | '3' | '6' | 'M' | 'N' => Ending::Consonant,
        c @ '가'..='힣' => match (u32::from(c) - u32::from('가')) % 28 {
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
            ["F32", "F16", "Q8_0", "Q4_K_M", "Q4_1"].map(by),
            ["F32로", "F16으로", "Q8_0으로", "Q4_K_M으로", "Q4_1로"]
        );
        assert_eq!(
            ["F32", "BF16", "서울"].map(topic),
            ["F32는", "BF16은", "서울은"]
        );
        assert_eq!(["F32", "F16", ""].map(and), ["F32와", "F16과", "와"]);
    }
}
