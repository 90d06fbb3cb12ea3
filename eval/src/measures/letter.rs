//! Characters: which script a letter is of, and what a Hangul syllable is made of.

use unicode_script::{Script, UnicodeScript};

/// The script of a letter, as far as the measures tell scripts apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Letter {
    /// Hangul syllables and jamo.
    Hangul,
    /// Latin, with accents and in full width.
    Latin,
    /// Chinese characters.
    Han,
    /// Hiragana and katakana.
    Kana,
    /// Greek.
    Greek,
    /// Any other script.
    Other,
}

/// The script of `c` where it is a letter: alphabetic, not a number (Ⅳ) and of a script of its own
/// (neither Common nor Inherited).
pub(super) fn letter(c: char) -> Option<Letter> {
    if c.is_ascii() {
        return c.is_ascii_alphabetic().then_some(Letter::Latin);
    }
    if is_syllable(c) {
        return Some(Letter::Hangul);
    }
    if !c.is_alphabetic() || c.is_numeric() {
        return None;
    }
    match c.script() {
        Script::Common | Script::Inherited | Script::Unknown => None,
        Script::Hangul => Some(Letter::Hangul),
        Script::Latin => Some(Letter::Latin),
        Script::Han => Some(Letter::Han),
        Script::Hiragana | Script::Katakana => Some(Letter::Kana),
        Script::Greek => Some(Letter::Greek),
        _ => Some(Letter::Other),
    }
}

/// Whether `c` is a precomposed Hangul syllable, U+AC00–D7A3.
pub(super) fn is_syllable(c: char) -> bool {
    ('가'..='힣').contains(&c)
}

/// Whether `c` is a compatibility jamo such as ㅋ, which in modern text stands alone only in
/// emoticons, interjections and as an enumerator.
pub(super) fn is_lone_jamo(c: char) -> bool {
    ('\u{3131}'..='\u{318E}').contains(&c)
}

/// Final consonants by their number in a syllable, for comparison with [`Syllable::last`].
pub(super) const NONE: u32 = 0;
pub(super) const NIEUN: u32 = 4;
pub(super) const RIEUL: u32 = 8;
pub(super) const MIEUM: u32 = 16;
pub(super) const BIEUP: u32 = 17;
pub(super) const SSANGSIOT: u32 = 20;

/// A Hangul syllable taken apart: `code = 0xAC00 + (first · 21 + vowel) · 28 + last`
/// (The Unicode Standard, section 3.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Syllable {
    /// Initial consonant, 0 to 18.
    pub first: u32,
    /// Vowel, 0 to 20.
    pub vowel: u32,
    /// Final consonant, 0 (none) to 27.
    pub last: u32,
}

impl Syllable {
    /// `c` taken apart, where it is a precomposed syllable.
    pub(super) fn of(c: char) -> Option<Self> {
        let code = is_syllable(c).then(|| u32::from(c) - 0xAC00)?;
        Some(Self {
            first: code / (21 * 28),
            vowel: code / 28 % 21,
            last: code % 28,
        })
    }
}

/// The final consonant of `c`; `None` where it is no Hangul syllable.
pub(super) fn final_of(c: char) -> Option<u32> {
    Syllable::of(c).map(|s| s.last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_have_scripts_of_their_own() {
        let of = |text: &str| text.chars().map(letter).collect::<Vec<_>>();
        use Letter::*;
        assert_eq!(of("가ㅋ\u{1100}"), vec![Some(Hangul); 3]);
        assert_eq!(of("aéＡ"), vec![Some(Latin); 3]);
        assert_eq!(
            of("漢あカμд"),
            [Han, Kana, Kana, Greek, Other].map(Some).to_vec()
        );
        assert_eq!(of("1!µ Ⅳ①㎞℃😀\u{301}\u{FFFD}〇"), vec![None; 12]);
    }

    #[test]
    fn syllables_come_apart() {
        assert_eq!(final_of('가'), Some(NONE));
        assert_eq!(final_of('간'), Some(NIEUN));
        assert_eq!(final_of('갈'), Some(RIEUL));
        assert_eq!(final_of('감'), Some(MIEUM));
        assert_eq!(final_of('갑'), Some(BIEUP));
        assert_eq!(final_of('갔'), Some(SSANGSIOT));
        assert_eq!(final_of('힣'), Some(27));
        assert_eq!(final_of('ㅋ'), None);
        assert_eq!(
            Syllable::of('힣'),
            Some(Syllable {
                first: 18,
                vowel: 20,
                last: 27
            })
        );
    }
}
