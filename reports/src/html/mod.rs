//! `report.html`: one file that opens offline, in Korean and English, and loads nothing.
//!
//! Each section is a view struct of ready strings and a template that only places them. All text is
//! escaped where it is written (`phrase`); what others wrote also shows its invisible characters
//! (`foreign`).

mod activations;
mod advice;
mod answers;
mod assets;
mod casts;
mod category;
mod charts;
mod claims;
mod contest;
mod demonstration;
mod difference;
mod digest;
mod distances;
mod energy;
mod environment;
mod facts;
mod fidelity;
mod figures;
mod foreign;
mod grid;
mod hardware;
mod headline;
mod how;
mod label;
mod lineage;
mod markdown;
mod marked;
mod memory;
mod number;
mod numbers;
#[cfg(test)]
mod numbers_test;
mod perplexity;
mod phrase;
mod question;
mod reasons;
mod scores;
mod sides;
mod speed;
mod suite;
mod summary;
mod svg;
mod synthetic;
mod table;
#[cfg(test)]
mod tests;
mod texts;
mod textsaid;
mod title;
mod trade;
mod troubles;
mod units;
mod unknowns;
mod winners;

use crate::plot::Charts;
use crate::view::Report;
use askama::Template;

pub use digest::markdown as digest;

use assets::Asset;
use phrase::Phrase;
use table::Table;

/// Why a page could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A chart is not fit to stand in the page.
    #[error(
        "the chart `{name}` cannot be set into report.html: {reason}; this is a bug in hanbench, the other outputs are not affected"
    )]
    Chart {
        /// [`crate::plot::Chart::name`].
        name: String,
        /// What is wrong with its SVG.
        reason: String,
    },
    /// A template could not be rendered.
    #[error("report.html cannot be rendered: {0}")]
    Template(#[from] askama::Error),
}

/// The whole page.
#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    policy: String,
    style: Asset,
    media: Asset,
    script: Asset,
    headline: headline::Headline,
    summary: Table,
    charts: charts::ChartSection,
    /// The sections of the chapter on precision; none where there is nothing to say of it.
    chapter: Vec<Part>,
    hardware: hardware::Hardware,
    /// Only where there is a cell besides F32.
    claims: Option<claims::ClaimsSection>,
    speed: Vec<Table>,
    memory: Table,
    /// Only where a cell looked for meters.
    energy: Option<energy::EnergySection>,
    perplexity: Table,
    /// The single texts of the corpora.
    perplexity_texts: Table,
    /// Only where anything was compared.
    fidelity: Option<fidelity::FidelitySection>,
    /// Only where cells were compared with a baseline.
    grid: Option<grid::GridSection>,
    /// Only where there are any.
    numbers: Option<numbers::NumbersSection>,
    /// Only where there is something to compare.
    texts: Option<texts::TextSection>,
    answers: answers::AnswerSection<'a>,
    environment: environment::Environment,
    troubles: troubles::Troubles,
}

/// A section of a chapter.
struct Part {
    id: &'static str,
    name: Phrase,
}

impl Page<'_> {
    /// Those sections of the chapter on precision that the report has, in their order.
    fn precision(&self) -> Vec<Part> {
        let part = |there: bool, id, ko: &str, en: &str| {
            there.then(|| Part {
                id,
                name: Phrase::both(ko, en),
            })
        };
        let parts = [
            part(self.claims.is_some(), "claims", "주장과 판정", "Claims"),
            part(
                self.fidelity.is_some(),
                "fidelity",
                "낮은 정밀도의 대가",
                "What a precision costs",
            ),
            part(
                self.grid.is_some(),
                "mixing",
                "정밀도를 섞으면",
                "Mixing precisions",
            ),
            part(
                self.texts.is_some(),
                "texts",
                "정밀도와 답",
                "Precision and answers",
            ),
            part(
                self.numbers.is_some(),
                "numbers",
                "수의 범위",
                "Number ranges",
            ),
        ];
        parts.into_iter().flatten().collect()
    }
}

/// Renders `report.html`.
///
/// # Errors
///
/// A chart whose SVG holds more than a drawing.
pub fn page(report: &Report, charts: &Charts) -> Result<String, Error> {
    let labels = label::Labels::of(report);
    let mut page = Page {
        policy: assets::policy(),
        style: assets::STYLE,
        media: assets::MEDIA,
        script: assets::SCRIPT,
        headline: headline::Headline::of(report, &labels),
        summary: summary::table(report, &labels),
        charts: charts::ChartSection::of(charts)?,
        chapter: Vec::new(),
        hardware: hardware::Hardware::of(report, &labels),
        claims: claims::ClaimsSection::of(report, &labels),
        speed: speed::tables(report, &labels),
        memory: memory::table(report, &labels),
        energy: energy::EnergySection::of(report, &labels),
        perplexity: perplexity::whole(report, &labels),
        perplexity_texts: perplexity::texts(report, &labels),
        fidelity: fidelity::FidelitySection::of(report, &labels),
        grid: grid::GridSection::of(report, &labels),
        numbers: numbers::NumbersSection::of(report, &labels),
        texts: texts::TextSection::of(report, &labels),
        answers: answers::AnswerSection::of(report, &labels)?,
        environment: environment::Environment::of(report),
        troubles: troubles::Troubles::of(report, &charts.warnings, &labels),
    };
    page.chapter = page.precision();
    Ok(page.render()?)
}
