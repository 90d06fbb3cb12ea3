//! Decode throughput over the sequences that are decoded together.

use super::context::{Context, drawable, key};
use super::draft::{Draft, Scene};
use super::frame::{Frame, Key};
use super::lang::{Both, Lang};
use super::lines::{Line, LineChart, Point, Scale};
use super::number;
use crate::josa;
use crate::view::SpeedRow;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// The throughput of one cell.
struct Series {
    cell: usize,
    points: Vec<Point>,
}

/// Total tokens a second of each cell by number of sequences, where some cell decoded several.
pub(super) fn draft(context: &Context<'_>) -> Option<Draft> {
    let series = series(context);
    if !series.iter().any(|series| series.points.len() > 1) {
        return None;
    }
    Some(Draft {
        name: "speed-parallel",
        title: Both::make(|lang| title(lang).to_owned()),
        caption: Both::make(|lang| caption(context, &series, lang).into()),
        scene: Both::make(|lang| Scene::Lines(chart(context, &series, lang))),
    })
}

fn title(lang: Lang) -> &'static str {
    lang.pick("동시 디코드 처리량", "Parallel decode throughput")
}

fn series(context: &Context<'_>) -> Vec<Series> {
    let rows: Vec<&SpeedRow> = context
        .report
        .speed
        .iter()
        .filter(|row| row.test == "decode")
        .collect();
    let mut by_cell: Vec<Vec<&SpeedRow>> = vec![Vec::new(); context.report.cells.len()];
    // Rows of one test only: cells of equal keys are told apart by the order of their rows.
    let shapes: BTreeSet<_> = rows
        .iter()
        .map(|row| (row.n_depth, row.n_gen, row.n_seq))
        .collect();
    for shape in shapes {
        let alike: Vec<&SpeedRow> = rows
            .iter()
            .copied()
            .filter(|row| (row.n_depth, row.n_gen, row.n_seq) == shape)
            .collect();
        let cells = context.cells_of(alike.iter().map(|row| key!(row)));
        for (row, cell) in alike.iter().zip(cells) {
            if let Some(cell) = cell {
                by_cell[cell].push(row);
            }
        }
    }
    let of = |(cell, rows): (usize, &Vec<&SpeedRow>)| {
        let points = points(rows);
        (!points.is_empty()).then_some(Series { cell, points })
    };
    by_cell.iter().enumerate().filter_map(of).collect()
}

/// The points of the smallest depth and there of the longest generation, as in the cell's headline.
fn points(rows: &[&SpeedRow]) -> Vec<Point> {
    let shape = |row: &SpeedRow| (row.n_depth, Reverse(row.n_gen));
    let headline = rows.iter().map(|row| shape(row)).min();
    let point = |row: &&SpeedRow| {
        let interval = row
            .ci95_low
            .and_then(drawable)
            .zip(row.ci95_high.and_then(drawable));
        Some(Point {
            count: row.n_seq?,
            value: row.median_ts.and_then(drawable)?,
            interval,
        })
    };
    let mut points: Vec<Point> = rows
        .iter()
        .filter(|row| Some(shape(row)) == headline)
        .filter_map(point)
        .collect();
    points.sort_by_key(|point| point.count);
    points
}

fn chart(context: &Context<'_>, series: &[Series], lang: Lang) -> LineChart {
    let unit = lang.pick("토큰/초", "tokens/s");
    let line = |series: &Series| {
        let last = series.points[series.points.len() - 1];
        Line {
            name: context.name(series.cell).clone(),
            style: context.style(series.cell),
            points: series.points.clone(),
            stairs: Vec::new(),
            value: format!("{} {unit}", show(&last)),
        }
    };
    let counts: BTreeSet<u32> = series
        .iter()
        .flat_map(|s| &s.points)
        .map(|point| point.count)
        .collect();
    let mut legend = vec![(Key::Point, lang.pick("중앙값", "median").to_owned())];
    if series
        .iter()
        .flat_map(|s| &s.points)
        .any(|point| point.interval.is_some())
    {
        legend.push((
            Key::Interval,
            lang.pick("95% 구간", "95% interval").to_owned(),
        ));
    }
    LineChart {
        frame: Frame {
            title: title(lang).to_owned(),
            subtitle: lang
                .pick("모든 시퀀스를 합한 속도", "all sequences together")
                .to_owned(),
            legend,
            axis_title: unit.to_owned(),
        },
        count_title: lang
            .pick("함께 디코드한 시퀀스 수", "sequences decoded together")
            .to_owned(),
        counts: counts.into_iter().collect(),
        scale: Scale::FromZero,
        lines: series.iter().map(line).collect(),
        others: Vec::new(),
    }
}

fn show(point: &Point) -> String {
    number::format(point.value, point.interval.map(|(low, high)| high - low))
}

fn caption(context: &Context<'_>, series: &[Series], lang: Lang) -> String {
    let gain =
        |series: &Series| series.points[series.points.len() - 1].value / series.points[0].value;
    let several = series
        .iter()
        .filter(|s| s.points.len() > 1 && s.points[0].value > 0.0);
    let best = several
        .max_by(|a, b| gain(a).total_cmp(&gain(b)))
        .filter(|best| gain(best) > 1.0);
    let Some(best) = best else {
        return lang
            .pick(
                "시퀀스를 늘려도 처리량의 중앙값이 커진 셀은 없습니다.",
                "With more sequences the median throughput of no cell grows.",
            )
            .to_owned();
    };
    let (first, last) = (best.points[0], best.points[best.points.len() - 1]);
    let (name, times) = (
        context.name(best.cell).in_sentence(),
        number::fixed(gain(best), 2),
    );
    let (from, to) = (show(&first), show(&last));
    match lang {
        Lang::Ko => format!(
            "함께 디코드하는 시퀀스를 {}개에서 {}개로 늘릴 때 처리량의 중앙값이 가장 큰 비율로 늘어난 것은 {}, 초당 {from}토큰에서 {to}토큰이 되었습니다({times}배).",
            first.count,
            last.count,
            josa::with(&name, josa::by)
        ),
        Lang::En => format!(
            "From {} to {} sequences decoded together, the median throughput grows by the largest factor with {name}: from {from} to {to} tokens/s ({times} times).",
            first.count, last.count
        ),
    }
}
