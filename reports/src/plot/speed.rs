//! Prefill and decode speed: median, interval and every repetition of each cell.

use super::caption::{self, Entry, Wording};
use super::context::{Context, drawable, key, the_one};
use super::draft::{Draft, Scene};
use super::frame::{Frame, Key};
use super::lang::{Both, Lang};
use super::number;
use super::rows::{Body, Row, RowChart, Sample, Section};
use super::thin::{limit, thin};
use crate::view::{CellView, Status, SummaryRow};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Which of the two speeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speed {
    Prefill,
    Decode,
}

/// What one cell's row is made of.
struct Measured<'a> {
    cell: usize,
    median: f64,
    interval: Option<(f64, f64)>,
    samples: &'a [f64],
}

/// Prefill speed of each cell.
pub(super) fn prefill(context: &Context<'_>) -> Option<Draft> {
    Speed::Prefill.draft("speed-prefill", context)
}

/// Decode speed of each cell, and which cells failed.
pub(super) fn decode(context: &Context<'_>) -> Option<Draft> {
    Speed::Decode.draft("speed-decode", context)
}

impl Speed {
    fn draft(self, name: &'static str, context: &Context<'_>) -> Option<Draft> {
        let measured = self.measured(context);
        if measured.is_empty() {
            return None;
        }
        Some(Draft {
            name,
            title: Both::make(|lang| self.title(lang).to_owned()),
            caption: Both::make(|lang| self.caption(context, &measured, lang).into()),
            scene: Both::make(|lang| Scene::Rows(self.chart(context, &measured, lang))),
        })
    }

    fn title(self, lang: Lang) -> &'static str {
        match self {
            Self::Prefill => lang.pick("프리필 속도", "Prefill speed"),
            Self::Decode => lang.pick("디코드 속도", "Decode speed"),
        }
    }

    fn measured<'a>(self, context: &Context<'a>) -> Vec<Measured<'a>> {
        let report = context.report;
        let of = |(cell, (view, summary)): (usize, (&'a CellView, &SummaryRow))| {
            let (median, low, high, samples) = match self {
                Self::Prefill => (
                    summary.prefill_ts,
                    summary.prefill_ci95_low,
                    summary.prefill_ci95_high,
                    &view.prefill_samples,
                ),
                Self::Decode => (
                    summary.decode_ts,
                    summary.decode_ci95_low,
                    summary.decode_ci95_high,
                    &view.decode_samples,
                ),
            };
            let interval = low.and_then(drawable).zip(high.and_then(drawable));
            Some(Measured {
                cell,
                median: median.and_then(drawable)?,
                interval,
                samples,
            })
        };
        report
            .cells
            .iter()
            .zip(&report.summary)
            .enumerate()
            .filter_map(of)
            .collect()
    }

    fn chart(self, context: &Context<'_>, measured: &[Measured<'_>], lang: Lang) -> RowChart {
        let limit = limit(measured.len());
        let row = |cell: usize, view: &CellView| match measured.iter().find(|m| m.cell == cell) {
            Some(measured) => Some(self.row(context, measured, limit, lang)),
            None if self == Self::Decode => unmeasured(context, cell, view.status, lang),
            None => None,
        };
        let rows = context
            .report
            .cells
            .iter()
            .enumerate()
            .filter_map(|(cell, view)| row(cell, view))
            .collect();
        let mut legend = vec![(Key::Point, lang.pick("중앙값", "median").to_owned())];
        if measured.iter().any(|m| m.interval.is_some()) {
            legend.push((
                Key::Interval,
                lang.pick("95% 구간", "95% interval").to_owned(),
            ));
        }
        if measured.iter().any(|m| !m.samples.is_empty()) {
            legend.push((
                Key::Sample,
                lang.pick("반복 한 번", "one repetition").to_owned(),
            ));
        }
        RowChart {
            frame: Frame {
                title: self.title(lang).to_owned(),
                subtitle: self.subtitle(context, lang),
                legend,
                axis_title: lang
                    .pick("토큰/초 (클수록 빠름)", "tokens/s (higher is faster)")
                    .to_owned(),
            },
            from_zero: true,
            sections: vec![Section {
                heading: String::new(),
                rows,
            }],
        }
    }

    /// The shape of the headline test, where it is the same for all cells.
    fn subtitle(self, context: &Context<'_>, lang: Lang) -> String {
        let mut shapes: BTreeMap<_, (Option<u32>, Reverse<u32>)> = BTreeMap::new();
        for row in context
            .report
            .speed
            .iter()
            .filter(|row| row.test == self.test() && row.n_seq == Some(1))
        {
            let n = match self {
                Self::Prefill => row.n_prompt,
                Self::Decode => row.n_gen,
            };
            let shape = (row.n_depth, Reverse(n.unwrap_or(0)));
            shapes
                .entry(key!(row))
                .and_modify(|least| *least = shape.min(*least))
                .or_insert(shape);
        }
        let Some((_, Reverse(n))) = the_one(shapes.into_values()) else {
            return String::new();
        };
        match (self, lang) {
            (Self::Prefill, Lang::Ko) => format!("프롬프트 {n}토큰"),
            (Self::Prefill, Lang::En) => format!("prompt of {n} tokens"),
            (Self::Decode, Lang::Ko) => format!("시퀀스 하나로 {n}토큰 생성"),
            (Self::Decode, Lang::En) => format!("{n} tokens generated in one sequence"),
        }
    }

    fn test(self) -> &'static str {
        match self {
            Self::Prefill => "prefill",
            Self::Decode => "decode",
        }
    }

    fn row(self, context: &Context<'_>, measured: &Measured<'_>, limit: usize, lang: Lang) -> Row {
        let samples: Vec<f64> = measured
            .samples
            .iter()
            .copied()
            .filter_map(drawable)
            .collect();
        let samples = thin(&samples, limit, |&value| value);
        let (value, detail) = estimate_text(measured, lang);
        Row {
            name: context.name(measured.cell).clone(),
            style: context.style(measured.cell),
            body: Body::Estimate {
                point: measured.median,
                interval: measured.interval,
                samples: samples
                    .into_iter()
                    .map(|value| Sample {
                        value,
                        at_least: false,
                    })
                    .collect(),
            },
            value: format!("{value} {}", lang.pick("토큰/초", "tokens/s")),
            detail,
        }
    }

    fn caption(self, context: &Context<'_>, measured: &[Measured<'_>], lang: Lang) -> String {
        let entry = |measured: &Measured<'_>| {
            let (value, detail) = estimate_text(measured, lang);
            let interval = if measured.interval.is_some() {
                lang.pick("95% 구간 ", "95% interval ")
            } else {
                ""
            };
            Entry {
                name: context.name(measured.cell).in_sentence(),
                value: measured.median,
                interval: measured.interval,
                shown: match lang {
                    Lang::Ko => format!("초당 {value}토큰({interval}{detail})"),
                    Lang::En => format!("{value} tokens/s ({interval}{detail})"),
                },
            }
        };
        let entries: Vec<Entry> = measured.iter().map(entry).collect();
        let mut text = caption::contest(&entries, &self.wording(lang), lang);
        let limit = limit(measured.len());
        if measured.iter().any(|m| m.samples.len() > limit) {
            text += &caption::thinned(limit, lang);
        }
        text
    }

    fn wording(self, lang: Lang) -> Wording {
        let slowest = lang.pick("가장 느린 것은", "slowest with");
        let lowest = lang.pick("가장 낮은 것은", "lowest with");
        match self {
            Self::Prefill => Wording {
                clear: [
                    lang.pick("프리필이 가장 빠른 것은", "prefill is fastest with"),
                    slowest,
                ],
                unclear: [
                    lang.pick(
                        "프리필 속도의 중앙값이 가장 높은 것은",
                        "the median prefill speed is highest with",
                    ),
                    lowest,
                ],
                single: lang.pick("프리필 속도 중앙값은", "the median prefill speed"),
                low_is_good: false,
            },
            Self::Decode => Wording {
                clear: [
                    lang.pick("디코드가 가장 빠른 것은", "decode is fastest with"),
                    slowest,
                ],
                unclear: [
                    lang.pick(
                        "디코드 속도의 중앙값이 가장 높은 것은",
                        "the median decode speed is highest with",
                    ),
                    lowest,
                ],
                single: lang.pick("디코드 속도 중앙값은", "the median decode speed"),
                low_is_good: false,
            },
        }
    }
}

/// The median, and its interval or why there is none.
fn estimate_text(measured: &Measured<'_>, lang: Lang) -> (String, String) {
    let Measured {
        median,
        interval,
        samples,
        ..
    } = measured;
    let value = number::format(*median, interval.map(|(low, high)| high - low));
    let detail = match interval {
        Some((low, high)) => number::interval(*median, *low, *high),
        None => match (lang, samples.len()) {
            (Lang::Ko, n) => format!("반복 {n}회, 구간 없음"),
            (Lang::En, 1) => "1 run, no interval".to_owned(),
            (Lang::En, n) => format!("{n} runs, no interval"),
        },
    };
    (value, detail)
}

/// The row of a cell without a speed, unless its suite asked for none.
fn unmeasured(context: &Context<'_>, cell: usize, status: Status, lang: Lang) -> Option<Row> {
    let value = match status {
        Status::Complete => return None,
        Status::Failed => lang.pick("측정 실패", "failed"),
        Status::CutOff => lang.pick("중단됨", "cut off"),
        Status::NotRun => lang.pick("실행 안 함", "not run"),
    };
    Some(Row {
        name: context.name(cell).clone(),
        style: context.style(cell),
        body: Body::Nothing,
        value: value.to_owned(),
        detail: String::new(),
    })
}
