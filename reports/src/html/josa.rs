//! Korean particles, whose form follows the sound that the word before them ends with.
//!
//! The words are names of cells (`text/Q4_1`), precisions and machines, so Latin letters and digits
//! are read as a Korean reader says them: `F32` ends in 이, `Q4_K_M` in 엠.

/// Whether the last sound of a word is a consonant.
fn ends_in_consonant(word: &str) -> bool {
    let last = word.chars().rev().find(|c| c.is_alphanumeric());
    match last.map(|c| c.to_ascii_uppercase()) {
        Some('0' | '1' | '3' | '6' | '7' | '8' | 'L' | 'M' | 'N' | 'R') => true,
        Some(c @ '가'..='힣') => !(u32::from(c) - u32::from('가')).is_multiple_of(28),
        _ => false,
    }
}

/// 은 or 는.
pub(super) fn topic(word: &str) -> &'static str {
    if ends_in_consonant(word) {
        "은"
    } else {
        "는"
    }
}

/// 이 or 가.
pub(super) fn subject(word: &str) -> &'static str {
    if ends_in_consonant(word) {
        "이"
    } else {
        "가"
    }
}

/// 과 or 와.
pub(super) fn and(word: &str) -> &'static str {
    if ends_in_consonant(word) {
        "과"
    } else {
        "와"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precisions_read_aloud() {
        for (word, expected) in [
            ("F32", "F32는"),
            ("F16", "F16은"),
            ("Q4_1", "Q4_1은"),
            ("Q4_K_M", "Q4_K_M은"),
            ("Q5_K_S", "Q5_K_S는"),
            ("Q8_0", "Q8_0은"),
            ("일반", "일반은"),
            ("서버", "서버는"),
        ] {
            assert_eq!(format!("{word}{}", topic(word)), expected);
        }
        assert_eq!((subject("F32"), subject("F16")), ("가", "이"));
        assert_eq!((and("F32"), and("Q4_K_M")), ("와", "과"));
    }
}
