//! What the page says, in both of its languages at once.
//!
//! A [`Phrase`] is written as two sibling elements with `lang` attributes, of which the style sheet
//! hides one. It is built of pieces that know whether they are ours or foreign, so that what is
//! foreign is escaped in exactly one place.

use super::foreign::{self, Place};
use super::markdown;
use crate::reason;
use askama::filters::{Escaper, Html, HtmlSafe};
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Strong(String),
    /// Written by others.
    Foreign(String),
    /// Written by others, and read letter by letter: a path, a hash, a command line.
    Code(String),
    /// A number with the place in the CSV files where it stands.
    Datum(Datum),
}

/// A number ready to show, and where the CSV files have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Datum {
    pub(super) text: String,
    /// For example `speed.csv`.
    pub(super) file: &'static str,
    /// Index of the row, from 0 behind the header.
    pub(super) row: usize,
    /// Name of the column.
    pub(super) column: &'static str,
    /// What was done to the value of the column before it was shown.
    pub(super) made: Made,
}

/// How a number is made of the value in the CSV, but for its sign and rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    /// It is that.
    AsIs,
    /// Less one: of a ratio what it is off from no change.
    LessOne,
    /// A hundred times: of a share its percentage without the sign.
    Hundredfold,
}

impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let made = match self.made {
            Made::AsIs => "",
            Made::LessOne => "-1",
            Made::Hundredfold => "*100",
        };
        let (file, row, column) = (self.file, self.row + 1, self.column);
        write!(f, "<data value=\"{file} {row} {column}{made}\">")?;
        Html.write_escaped_str(&mut *f, &self.text)?;
        f.write_str("</data>")
    }
}

/// A run of text in one language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rich(Vec<Piece>);

impl Rich {
    /// Text of the page itself.
    pub(super) fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Text(text.into()));
        self
    }

    /// Text of the page itself, set off.
    pub(super) fn strong(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Strong(text.into()));
        self
    }

    /// Text of others, isolated from the direction of what stands around it.
    pub(super) fn foreign(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Foreign(text.into()));
        self
    }

    /// Text of others, set as code.
    pub(super) fn code(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Code(text.into()));
        self
    }

    /// A number of the CSV files.
    pub(super) fn datum(mut self, datum: Datum) -> Self {
        self.0.push(Piece::Datum(datum));
        self
    }

    /// Names of others with commas between them.
    pub(super) fn list<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        for (i, name) in names.into_iter().enumerate() {
            if i > 0 {
                self = self.text(", ");
            }
            self = self.foreign(name);
        }
        self
    }

    /// This, then `more`.
    pub(super) fn then(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }
}

impl fmt::Display for Rich {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => Html.write_escaped_str(&mut *f, text)?,
                Piece::Strong(text) => wrap(f, "strong", |f| Html.write_escaped_str(f, text))?,
                Piece::Foreign(text) => wrap(f, "bdi", |f| foreign::write(f, text, Place::Inline))?,
                Piece::Code(text) => wrap(f, "code", |f| foreign::write(f, text, Place::Inline))?,
                Piece::Datum(datum) => datum.fmt(f)?,
            }
        }
        Ok(())
    }
}

impl Rich {
    /// The same as Markdown, of which nothing that others wrote is taken for markup.
    pub(super) fn markdown(&self) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Strong(text) => format!("**{text}**"),
            Piece::Foreign(text) | Piece::Code(text) => markdown::code(text),
            Piece::Datum(datum) => datum.text.clone(),
        };
        self.0.iter().map(piece).collect()
    }
}

fn wrap(
    f: &mut fmt::Formatter<'_>,
    tag: &str,
    inside: impl FnOnce(&mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    write!(f, "<{tag}>")?;
    inside(f)?;
    write!(f, "</{tag}>")
}

/// One of the languages of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Korean,
    English,
}

/// The same thing said in Korean and in English.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Phrase {
    ko: Rich,
    en: Rich,
}

impl Phrase {
    /// A recorded reason or warning, in Korean where it is a known one.
    pub(super) fn reason(recorded: &str) -> Self {
        let korean = reason::in_korean(recorded);
        let ko = Rich::default().foreign(korean.as_deref().unwrap_or(recorded));
        Self::of(ko, Rich::default().foreign(recorded))
    }

    /// Two runs that say the same.
    pub(super) fn of(ko: Rich, en: Rich) -> Self {
        Self { ko, en }
    }

    /// Two plain texts of the page that say the same.
    pub(super) fn both(ko: impl Into<String>, en: impl Into<String>) -> Self {
        Self::of(Rich::default().text(ko), Rich::default().text(en))
    }

    /// Text of the page that reads the same in both languages: a number, a symbol.
    pub(super) fn same(text: impl Into<String>) -> Self {
        let rich = Rich::default().text(text);
        Self::of(rich.clone(), rich)
    }

    /// The same, set off.
    pub(super) fn strong(text: impl Into<String>) -> Self {
        let rich = Rich::default().strong(text);
        Self::of(rich.clone(), rich)
    }

    /// Text of others.
    pub(super) fn foreign(text: impl Into<String>) -> Self {
        let rich = Rich::default().foreign(text);
        Self::of(rich.clone(), rich)
    }

    /// Text of others, set as code.
    pub(super) fn code(text: impl Into<String>) -> Self {
        let rich = Rich::default().code(text);
        Self::of(rich.clone(), rich)
    }

    /// What stands where nothing was measured.
    pub(super) fn none() -> Self {
        Self::same("–")
    }

    /// One of the runs as Markdown.
    pub(super) fn markdown(&self, language: Language) -> String {
        match language {
            Language::Korean => self.ko.markdown(),
            Language::English => self.en.markdown(),
        }
    }

    /// This, then `more`.
    pub(super) fn then(self, more: Self) -> Self {
        Self::of(self.ko.then(more.ko), self.en.then(more.en))
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ko == self.en {
            return self.ko.fmt(f);
        }
        let Self { ko, en } = self;
        write!(
            f,
            "<span class=\"t\" lang=\"ko\">{ko}</span><span class=\"t\" lang=\"en\">{en}</span>"
        )
    }
}

// Every piece is escaped in `Rich`'s `Display`; the tags around them are constants of this file.
impl HtmlSafe for Phrase {}

/// A text of others in a block that keeps its line breaks.
#[derive(Debug, Clone)]
pub(super) struct Block<'a>(pub(super) &'a str);

impl fmt::Display for Block<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        foreign::write(f, self.0, Place::Block)
    }
}

// `foreign::write` escapes.
impl HtmlSafe for Block<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_are_siblings() {
        let phrase = Phrase::of(
            Rich::default().foreign("a<b").text("는 빠릅니다."),
            Rich::default().foreign("a<b").text(" is fast."),
        );
        assert_eq!(
            phrase.to_string(),
            "<span class=\"t\" lang=\"ko\"><bdi>a&#60;b</bdi>는 빠릅니다.</span>\
             <span class=\"t\" lang=\"en\"><bdi>a&#60;b</bdi> is fast.</span>"
        );
    }

    #[test]
    fn what_reads_the_same_is_written_once() {
        assert_eq!(Phrase::same("12.3").to_string(), "12.3");
        assert_eq!(
            Phrase::code("a\nb").to_string().matches("<code>").count(),
            1
        );
    }
}
