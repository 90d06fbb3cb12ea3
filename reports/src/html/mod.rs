//! `report.html`: one file that opens offline, in Korean and English, and loads nothing.
//!
//! Each section is a view struct of ready strings and a template that only places them. All text is
//! escaped where it is written (`phrase`); what others wrote also shows its invisible characters
//! (`foreign`).

mod activations;
mod answers;
mod assets;
mod cards;
mod casts;
mod charts;
mod claims;
mod contest;
mod demonstration;
mod distances;
mod energy;
mod environment;
mod facts;
mod fidelity;
mod foreign;
mod grid;
mod headline;
mod label;
mod lineage;
mod memory;
mod number;
mod numbers;
mod perplexity;
mod phrase;
mod scores;
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

use assets::Asset;
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
    script: Asset,
    headline: headline::Headline,
    summary: Table,
    charts: charts::ChartSection,
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

/// Renders `report.html`.
///
/// # Errors
///
/// A chart whose SVG holds more than a drawing.
pub fn page(report: &Report, charts: &Charts) -> Result<String, Error> {
    let labels = label::Labels::of(report);
    let page = Page {
        policy: assets::policy(),
        style: assets::STYLE,
        script: assets::SCRIPT,
        headline: headline::Headline::of(report, &labels),
        summary: summary::table(report, &labels),
        charts: charts::ChartSection::of(charts)?,
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
        answers: answers::AnswerSection::of(report, &labels),
        environment: environment::Environment::of(report),
        troubles: troubles::Troubles::of(report, &charts.warnings, &labels),
    };
    Ok(page.render()?)
}
