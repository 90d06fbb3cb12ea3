//! A list of names and what is known under each.

use super::phrase::Phrase;
use askama::Template;
use askama::filters::HtmlSafe;

/// Facts, ready to show.
#[derive(Template)]
#[template(path = "facts.html")]
pub(super) struct Facts(pub(super) Vec<Fact>);

// The template escapes what it shows.
impl HtmlSafe for Facts {}

/// A name and what is known under it.
pub(super) struct Fact {
    pub(super) name: Phrase,
    pub(super) value: Phrase,
}

impl Fact {
    /// A fact named in Korean and in English.
    pub(super) fn new(ko: &str, en: &str, value: Phrase) -> Self {
        Self {
            name: Phrase::both(ko, en),
            value,
        }
    }
}
