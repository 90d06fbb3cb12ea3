//! Units that more than one table names.

use super::phrase::Phrase;

/// Tokens a second.
pub(super) fn tokens_per_second() -> Phrase {
    Phrase::both("토큰/초", "tokens/s")
}

/// Characters (graphemes) a second.
pub(super) fn characters_per_second() -> Phrase {
    Phrase::both("글자/초", "characters/s")
}

/// Hangul syllables a second.
pub(super) fn syllables_per_second() -> Phrase {
    Phrase::both("음절/초", "syllables/s")
}

/// Bits.
pub(super) fn bits() -> Phrase {
    Phrase::both("비트", "bits")
}

/// Nats.
pub(super) fn nats() -> Phrase {
    Phrase::both("나트", "nats")
}
