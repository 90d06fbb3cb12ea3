//! The two languages of a report.

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lang {
    /// Korean.
    Ko,
    /// English.
    En,
}

impl Lang {
    /// `ko` or `en`.
    pub(super) fn pick<T>(self, ko: T, en: T) -> T {
        match self {
            Self::Ko => ko,
            Self::En => en,
        }
    }
}

/// The same thing in both languages.
#[derive(Debug, Clone)]
pub(super) struct Both<T> {
    pub(super) ko: T,
    pub(super) en: T,
}

impl<T> Both<T> {
    /// What `make` makes of each language.
    pub(super) fn make(make: impl Fn(Lang) -> T) -> Self {
        Self {
            ko: make(Lang::Ko),
            en: make(Lang::En),
        }
    }

    /// What it is in `lang`.
    pub(super) fn get(&self, lang: Lang) -> &T {
        lang.pick(&self.ko, &self.en)
    }
}
