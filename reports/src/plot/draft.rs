//! A chart before it is drawn.

use super::canvas::{Canvas, Drawn};
use super::columns::ColumnChart;
use super::font::Fonts;
use super::histogram::Histogram;
use super::lang::{Both, Lang};
use super::lines::LineChart;
use super::rows::RowChart;
use super::scatter::Scatter;
use plotters::prelude::DrawingBackend;

/// A chart with its words in both languages.
pub(super) struct Draft {
    /// Stem of its file.
    pub(super) name: &'static str,
    pub(super) title: Both<String>,
    pub(super) caption: Both<Caption>,
    pub(super) scene: Both<Scene>,
}

/// What stands under a chart.
pub(super) struct Caption {
    /// What it shows, in a sentence or a few: for those who cannot see it, instead of it.
    pub(super) finding: String,
    /// How it is to be read; may be empty.
    pub(super) reading: String,
}

impl Caption {
    /// Both together.
    pub(super) fn whole(&self) -> String {
        let Self { finding, reading } = self;
        [finding.trim(), reading.trim()]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl From<String> for Caption {
    fn from(finding: String) -> Self {
        Self {
            finding,
            reading: String::new(),
        }
    }
}

/// What is drawn, in one language.
#[derive(Clone)]
pub(super) enum Scene {
    Rows(RowChart),
    Lines(LineChart),
    Histogram(Histogram),
    Scatter(Scatter),
    Columns(ColumnChart),
}

impl Scene {
    /// The same without its title, which the page says itself.
    pub(super) fn untitled(&self) -> Self {
        let mut scene = self.clone();
        let frame = match &mut scene {
            Self::Rows(chart) => &mut chart.frame,
            Self::Lines(chart) => &mut chart.frame,
            Self::Histogram(chart) => &mut chart.frame,
            Self::Scatter(chart) => &mut chart.frame,
            Self::Columns(chart) => &mut chart.frame,
        };
        frame.title.clear();
        scene
    }

    /// What its scales show.
    #[cfg(test)]
    pub(super) fn scale_titles(&self) -> Vec<&str> {
        match self {
            Self::Rows(chart) => vec![&chart.frame.axis_title],
            Self::Lines(chart) => vec![&chart.frame.axis_title, &chart.count_title],
            Self::Histogram(chart) => vec![&chart.frame.axis_title, &chart.exponent_title],
            Self::Scatter(chart) => vec![&chart.frame.axis_title, &chart.rise_title],
            Self::Columns(chart) => vec![&chart.frame.axis_title],
        }
    }

    /// Height in logical pixels; the width is [`super::frame::WIDTH`].
    pub(super) fn height(&self, fonts: &Fonts) -> f64 {
        match self {
            Self::Rows(chart) => chart.height(fonts),
            Self::Lines(chart) => chart.height(fonts),
            Self::Histogram(chart) => chart.height(fonts),
            Self::Scatter(chart) => chart.height(fonts),
            Self::Columns(chart) => chart.height(fonts),
        }
    }

    /// Draws onto a canvas of that size.
    pub(super) fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>, lang: Lang) -> Drawn {
        match self {
            Self::Rows(chart) => chart.draw(canvas, lang),
            Self::Lines(chart) => chart.draw(canvas),
            Self::Histogram(chart) => chart.draw(canvas),
            Self::Scatter(chart) => chart.draw(canvas, lang),
            Self::Columns(chart) => chart.draw(canvas, lang),
        }
    }
}
