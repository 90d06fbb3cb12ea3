//! A chart before it is drawn.

use super::canvas::{Canvas, Drawn};
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
    pub(super) caption: Both<String>,
    pub(super) scene: Both<Scene>,
}

/// What is drawn, in one language.
pub(super) enum Scene {
    Rows(RowChart),
    Lines(LineChart),
    Histogram(Histogram),
    Scatter(Scatter),
}

impl Scene {
    /// Height in logical pixels; the width is [`super::frame::WIDTH`].
    pub(super) fn height(&self, fonts: &Fonts) -> f64 {
        match self {
            Self::Rows(chart) => chart.height(fonts),
            Self::Lines(chart) => chart.height(fonts),
            Self::Histogram(chart) => chart.height(fonts),
            Self::Scatter(chart) => chart.height(fonts),
        }
    }

    /// Draws onto a canvas of that size.
    pub(super) fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>, lang: Lang) -> Drawn {
        match self {
            Self::Rows(chart) => chart.draw(canvas, lang),
            Self::Lines(chart) => chart.draw(canvas),
            Self::Histogram(chart) => chart.draw(canvas),
            Self::Scatter(chart) => chart.draw(canvas),
        }
    }
}
