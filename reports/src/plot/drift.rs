//! Whether the decode speed drifts while it is measured: every repetition in its order.

use super::caption::list;
use super::context::{Context, drawable, key};
use super::draft::{Caption, Draft, Scene};
use super::frame::{Frame, Key};
use super::lang::{Both, Lang};
use super::number;
use super::rows::{Body, Row, RowChart, Section};
use crate::josa;
use crate::view::SpeedRow;

/// Repetitions of one row that are drawn, at most.
const MOST: usize = 200;

/// The repetitions of one cell's headline decode test.
struct Series<'a> {
    cell: usize,
    row: Option<&'a SpeedRow>,
    /// Percent above or below the median.
    deviations: Vec<f64>,
}

/// Decode speed by repetition, where some cell has three or more.
pub(super) fn draft(context: &Context<'_>) -> Option<Draft> {
    let series = series(context);
    (!series.is_empty()).then(|| Draft {
        name: "drift",
        title: Both::make(|lang| title(lang).to_owned()),
        caption: Both::make(|lang| caption(context, &series, lang)),
        scene: Both::make(|lang| Scene::Rows(chart(context, &series, lang))),
    })
}

fn title(lang: Lang) -> &'static str {
    lang.pick("재는 동안의 속도", "Speed while measuring")
}

fn series<'a>(context: &Context<'a>) -> Vec<Series<'a>> {
    let of = |(cell, view): (usize, &'a crate::view::CellView)| {
        let median = context
            .report
            .summary
            .get(cell)?
            .decode_ts
            .and_then(drawable)?;
        let samples = &view.decode_samples;
        if samples.len() < 3 || median <= 0.0 || samples.iter().any(|s| drawable(*s).is_none()) {
            return None;
        }
        let step = samples.len().div_ceil(MOST);
        let percent = |sample: &f64| 100.0 * (sample / median - 1.0);
        Some(Series {
            cell,
            row: None,
            deviations: samples.iter().step_by(step).map(percent).collect(),
        })
    };
    let cells = context.report.cells.iter().enumerate();
    let mut series: Vec<Series<'a>> = cells.filter_map(of).collect();
    for series in &mut series {
        series.row = headline(context, series.cell);
    }
    series
}

/// The row of `speed.csv` that the samples of a cell belong to.
fn headline<'a>(context: &Context<'a>, cell: usize) -> Option<&'a SpeedRow> {
    let view = &context.report.cells[cell];
    let test = view.decode_test?;
    let alike: Vec<&SpeedRow> = context
        .report
        .speed
        .iter()
        .filter(|row| {
            row.test == "decode"
                && (row.n_seq, row.n_gen, row.n_depth)
                    == (Some(1), Some(test.n_tokens), Some(test.n_depth))
        })
        .collect();
    let cells = context.cells_of(alike.iter().map(|row| key!(row)));
    let found = cells.iter().position(|found| *found == Some(cell))?;
    Some(alike[found])
}

/// How far a row reaches up and down, in percent: what holds 98 % of all repetitions, so that a single
/// hitch does not flatten all others.
fn reach(series: &[Series<'_>]) -> f64 {
    let all = series.iter().flat_map(|series| &series.deviations);
    let mut sizes: Vec<f64> = all.map(|deviation| deviation.abs()).collect();
    sizes.sort_unstable_by(f64::total_cmp);
    let held = (sizes.len() * 98).div_ceil(100).max(1) - 1;
    sizes.get(held).copied().unwrap_or(0.0).max(0.5)
}

fn chart(context: &Context<'_>, series: &[Series<'_>], lang: Lang) -> RowChart {
    let reach = reach(series);
    let row = |series: &Series<'_>| {
        let (value, detail) = change(series, lang);
        Row {
            name: context.name(series.cell).clone(),
            style: context.style(series.cell),
            body: Body::Sequence {
                values: series.deviations.clone(),
                reach,
            },
            value,
            detail,
        }
    };
    let shown = number::fixed(reach, if reach < 10.0 { 1 } else { 0 });
    RowChart {
        frame: Frame {
            title: title(lang).to_owned(),
            subtitle: match lang {
                Lang::Ko => format!("가운데 선이 셀의 중앙값, 행의 위아래 끝이 그 ±{shown}%"),
                Lang::En => {
                    format!("the line is the cell’s median, a row reaches {shown}% above and below")
                }
            },
            legend: vec![(
                Key::Sample,
                lang.pick("반복 한 번", "one repetition").to_owned(),
            )],
            axis_title: lang
                .pick("반복 순서(번째)", "repetition (number)")
                .to_owned(),
        },
        from_zero: false,
        sections: vec![Section {
            heading: String::new(),
            rows: series.iter().map(row).collect(),
        }],
    }
}

/// The change from the first repetition to the last with its interval.
fn change(series: &Series<'_>, lang: Lang) -> (String, String) {
    let signed = |share: f64| {
        let sign = if share > 0.0 { "+" } else { "" };
        format!("{sign}{}", number::fixed(100.0 * share, 1))
    };
    let found = series.row.and_then(|row| {
        let ends = (row.drift_ci95_low?, row.drift_ci95_high?);
        Some((row.drift?, ends))
    });
    match found {
        Some((drift, (low, high))) => (
            format!("{}%", signed(drift)),
            lang.pick(
                format!("{}% ~ {}%", signed(low), signed(high)),
                format!("{}% to {}%", signed(low), signed(high)),
            ),
        ),
        None => (
            String::new(),
            lang.pick("추세를 가리기에는 적음", "too few to tell")
                .to_owned(),
        ),
    }
}

fn caption(context: &Context<'_>, series: &[Series<'_>], lang: Lang) -> Caption {
    let named = |wanted: &dyn Fn(&SpeedRow) -> bool| -> Vec<String> {
        let rows = series
            .iter()
            .filter(|series| series.row.is_some_and(wanted));
        rows.map(|series| context.name(series.cell).in_sentence())
            .collect()
    };
    let slower = named(&|row| row.drift_ci95_high.is_some_and(|high| high < 0.0));
    let faster = named(&|row| row.drift_ci95_low.is_some_and(|low| low > 0.0));
    let judged = named(&|row| row.drift.is_some());
    let names = |names: &[String]| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        list(&names, lang)
    };
    let mut sentences = Vec::new();
    if judged.is_empty() {
        sentences.push(
            lang.pick(
                "반복이 다섯 번보다 적어 재는 동안 속도가 달라졌는지 가릴 수 없습니다.",
                "With fewer than five repetitions it cannot be told whether the speed changed while it was measured.",
            )
            .to_owned(),
        );
    } else if slower.is_empty() && faster.is_empty() {
        sentences.push(
            lang.pick(
                "재는 동안 디코드 속도가 한쪽으로 달라졌다고 할 만한 셀은 없습니다.",
                "No cell’s decode speed could be shown to drift while it was measured.",
            )
            .to_owned(),
        );
    }
    if !slower.is_empty() {
        sentences.push(match lang {
            Lang::Ko => format!(
                "{} 재는 동안 느려졌습니다. 열이나 전력 제한, 다른 프로그램 때문일 수 있습니다.",
                josa::with(&names(&slower), josa::topic)
            ),
            Lang::En => format!(
                "{} became slower while measured: heat, a power limit or another program may be why.",
                names(&slower)
            ),
        });
    }
    if !faster.is_empty() {
        sentences.push(match lang {
            Lang::Ko => format!(
                "{} 재는 동안 빨라졌습니다.",
                josa::with(&names(&faster), josa::topic)
            ),
            Lang::En => format!("{} became faster while measured.", names(&faster)),
        });
    }
    Caption {
        finding: sentences.join(" "),
        reading: lang
            .pick(
                "오른쪽의 수는 첫 반복에서 마지막 반복까지의 변화(테일–센 추정)와 그 95% 구간이며, 구간이 0을 품으면 변화가 있다고 할 수 없고, 셀이 많으면 스무 개에 하나꼴로는 우연히도 0을 벗어납니다. 반복마다의 시각은 기록에 없어 순서로 그렸습니다.",
                "The number at the right is the change from the first repetition to the last (the estimate of Theil and Sen) with its 95% interval; where that holds 0, no change was shown, and of many cells one in twenty may miss it by chance. Records hold the order of repetitions, not their clock.",
            )
            .to_owned(),
    }
}
