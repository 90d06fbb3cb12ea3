//! The charts with their titles and captions.

use crate::plot::Charts;
use askama::Template;
use askama::filters::HtmlSafe;

use super::Error;
use super::foreign;
use super::phrase::{Phrase, Rich};
use super::svg::{self, Inline};

/// The section of charts.
#[derive(Template)]
#[template(path = "charts.html")]
pub(super) struct ChartSection {
    figures: Vec<Figure>,
}

// The template escapes what it shows, and the drawings are checked.
impl HtmlSafe for ChartSection {}

struct Figure {
    id: String,
    title: Phrase,
    caption: Phrase,
    /// In Korean and in English.
    drawings: [Inline; 2],
}

impl ChartSection {
    /// The section; refuses a chart that holds more than a drawing.
    pub(super) fn of(charts: &Charts) -> Result<Self, Error> {
        let figure = |(i, chart): (usize, &crate::plot::Chart)| {
            let drawing = |lang: &str, svg: &str, title: &str, finding: &str| {
                let label = format!("{title}: {}", foreign::plain(finding));
                svg::inline(svg, &format!("c{i}{lang}-"), &label).map_err(|reason| Error::Chart {
                    name: chart.name.to_string(),
                    reason,
                })
            };
            Ok(Figure {
                id: format!("chart-{i}"),
                title: both(&chart.title_ko, &chart.title_en),
                caption: both(&chart.caption_ko, &chart.caption_en),
                drawings: [
                    drawing("ko", &chart.svg_ko, &chart.title_ko, &chart.finding_ko)?,
                    drawing("en", &chart.svg_en, &chart.title_en, &chart.finding_en)?,
                ],
            })
        };
        Ok(Self {
            figures: charts
                .list
                .iter()
                .enumerate()
                .map(figure)
                .collect::<Result<_, Error>>()?,
        })
    }
}

/// What another module wrote, with names of others in it.
fn both(ko: &str, en: &str) -> Phrase {
    Phrase::of(Rich::default().foreign(ko), Rich::default().foreign(en))
}
