//! How long a reader waits for the next token: the times between tokens of each cell's answers.

use super::caption::{Entry, Extremes};
use super::context::Context;
use super::draft::{Caption, Draft, Scene};
use super::frame::{Frame, Key};
use super::lang::{Both, Lang};
use super::number;
use super::rows::{Body, Hill, Row, RowChart, Section};
use crate::josa;
use crate::view::Latency;

/// The distribution of the times of every cell with answers that were decoded alone.
pub(super) fn draft(context: &Context<'_>) -> Option<Draft> {
    let found = &context.report.latency;
    (!found.is_empty()).then(|| Draft {
        name: "latency",
        title: Both::make(|lang| title(lang).to_owned()),
        caption: Both::make(|lang| caption(context, found, lang)),
        scene: Both::make(|lang| Scene::Rows(chart(context, found, lang))),
    })
}

fn title(lang: Lang) -> &'static str {
    lang.pick("토큰 사이의 시간", "Time between tokens")
}

fn unit(lang: Lang) -> &'static str {
    lang.pick("밀리초", "ms")
}

fn chart(context: &Context<'_>, found: &[Latency], lang: Lang) -> RowChart {
    let row = |latency: &Latency| Row {
        name: context.name(latency.cell).clone(),
        style: context.style(latency.cell),
        body: Body::Hill(Hill {
            bins: latency.bins.clone(),
            median: latency.p50_ms,
            percentile: latency.p95_ms,
            largest: latency.max_ms,
        }),
        value: format!("{} {}", number::format(latency.p50_ms, None), unit(lang)),
        detail: format!("95%: {}", number::format(latency.p95_ms, None)),
    };
    let legend = [
        (Key::Hill, lang.pick("분포", "distribution")),
        (Key::Point, lang.pick("중앙값", "median")),
        (
            Key::Upright,
            lang.pick("95%가 이 안에 듦(95백분위수)", "95th percentile"),
        ),
        (Key::Sample, lang.pick("최대", "longest")),
    ];
    RowChart {
        frame: Frame {
            title: title(lang).to_owned(),
            subtitle: lang
                .pick(
                    "답 하나만 생성할 때 한 토큰에서 다음 토큰까지",
                    "from one token to the next, one answer at a time",
                )
                .to_owned(),
            legend: legend.map(|(key, text)| (key, text.to_owned())).to_vec(),
            axis_title: lang
                .pick("밀리초 (작을수록 빠름)", "milliseconds (less is faster)")
                .to_owned(),
        },
        from_zero: false,
        sections: vec![Section {
            heading: String::new(),
            rows: found.iter().map(row).collect(),
        }],
    }
}

fn caption(context: &Context<'_>, found: &[Latency], lang: Lang) -> Caption {
    let shown = |ms: f64| format!("{} {}", number::format(ms, None), unit(lang));
    let entry = |latency: &Latency| Entry {
        name: context.name(latency.cell).in_sentence(),
        value: latency.p50_ms,
        interval: None,
        shown: shown(latency.p50_ms),
    };
    let entries: Vec<Entry> = found.iter().map(entry).collect();
    let middle = Extremes::of(&entries, lang).map(|extremes| {
        let ((least, low), (most, high)) = (&extremes.least, &extremes.greatest);
        match (extremes.are_equal(), lang) {
            (true, Lang::Ko) => {
                format!("{}에서 다음 토큰까지 걸린 시간의 중앙값은 {low}입니다.", least)
            }
            (true, Lang::En) => format!("The median wait for the next token is {low} with {least}."),
            (false, Lang::Ko) => format!(
                "다음 토큰까지 걸린 시간의 중앙값은 {} {low}로 가장 짧고, {} {high}로 가장 깁니다.",
                josa::with(least, josa::subject),
                josa::with(most, josa::subject)
            ),
            (false, Lang::En) => format!(
                "The median wait for the next token is shortest with {least} ({low}) and longest with {most} ({high})."
            ),
        }
    });
    let uneven = |latency: &&Latency| latency.p95_ms / latency.p50_ms;
    let tail = found
        .iter()
        .filter(|latency| latency.p50_ms > 0.0)
        .max_by(|a, b| uneven(a).total_cmp(&uneven(b)))
        .map(|worst| {
            let name = context.name(worst.cell).in_sentence();
            let times = number::fixed(uneven(&worst), 2);
            match lang {
                Lang::Ko => format!(
                    "가장 들쭉날쭉한 것은 {}, 스무 번에 한 번은 중앙값의 {times}배인 {}보다 오래 걸렸습니다.",
                    josa::with(&name, josa::by),
                    shown(worst.p95_ms)
                ),
                Lang::En => format!(
                    "The most uneven is {name}: one wait in twenty took more than {}, {times} times its median.",
                    shown(worst.p95_ms)
                ),
            }
        });
    Caption {
        finding: middle.into_iter().chain(tail).collect::<Vec<_>>().join(" "),
        reading: basis(found, lang),
    }
}

/// What the times come from, and what they cannot show.
fn basis(found: &[Latency], lang: Lang) -> String {
    let count = |n: usize| number::fixed(n as f64, 0);
    let answers = count(found.iter().map(|latency| latency.n_answers).sum());
    let times = count(found.iter().map(|latency| latency.n_times).sum());
    match lang {
        Lang::Ko => format!(
            "답 {answers}개에서 잰 {times}번을 그대로 그린 분포이며, 이웃한 토큰의 시간은 서로 닮아 구간을 셈하지 않았습니다. 셀 사이에 차이가 있는지는 디코드 속도 그림에서 가리십시오."
        ),
        Lang::En => format!(
            "These are the {times} times of {answers} answers as they were; since neighbouring tokens take alike, no interval is computed. Whether cells differ is for the chart of decode speed to tell."
        ),
    }
}
