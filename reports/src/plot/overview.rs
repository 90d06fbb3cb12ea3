//! Speed, memory and quality of all cells at one glance: what is on the front, and what is beaten.

use super::caption::list;
use super::context::{Context, drawable};
use super::draft::{Caption, Draft, Scene};
use super::frame::{Frame, Key};
use super::label::clean;
use super::lang::{Both, Lang};
use super::number;
use super::scatter::{Panel, Point, Rise, Scatter};
use crate::josa;
use crate::view::SummaryRow;

/// The cells of one machine.
struct Group<'a> {
    machine: &'a str,
    /// Each with its index, those on the front first.
    rows: Vec<(usize, &'a SummaryRow)>,
}

/// Decode speed over bits per syllable, for every machine on which two cells or more have both.
pub(super) fn draft(context: &Context<'_>) -> Option<Draft> {
    let groups = groups(context);
    (!groups.is_empty()).then(|| Draft {
        name: "overview",
        title: Both::make(|lang| title(lang).to_owned()),
        caption: Both::make(|lang| caption(context, &groups, lang)),
        scene: Both::make(|lang| Scene::Scatter(chart(context, &groups, lang))),
    })
}

fn title(lang: Lang) -> &'static str {
    lang.pick(
        "속도, 메모리, 한국어 예측",
        "Speed, memory and Korean prediction",
    )
}

fn groups<'a>(context: &Context<'a>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group> = Vec::new();
    for (cell, row) in context.report.summary.iter().enumerate() {
        let is_number = |value: Option<f64>| value.and_then(drawable).is_some();
        if !(is_number(row.decode_ts) && is_number(row.bits_per_syllable)) {
            continue;
        }
        match groups.iter_mut().find(|group| group.machine == row.machine) {
            Some(group) => group.rows.push((cell, row)),
            None => groups.push(Group {
                machine: &row.machine,
                rows: vec![(cell, row)],
            }),
        }
    }
    groups.retain(|group| group.rows.len() > 1);
    for group in &mut groups {
        group
            .rows
            .sort_by_key(|(_, row)| row.pareto_overview != Some(true));
    }
    groups
}

fn chart(context: &Context<'_>, groups: &[Group<'_>], lang: Lang) -> Scatter {
    let heading = |group: &Group<'_>| match groups {
        [_] => String::new(),
        _ => clean(group.machine),
    };
    Scatter {
        frame: frame(title(lang), lang),
        rise: Rise::Around,
        rise_title: lang
            .pick(
                "음절당 비트, 비트/음절 (작을수록 좋음)",
                "bits per syllable, bits/syllable (less is better)",
            )
            .to_owned(),
        panels: groups
            .iter()
            .map(|group| Panel {
                heading: heading(group),
                points: points(context, group),
            })
            .collect(),
    }
}

/// What stands around cells of which decode speed runs to the right and memory is beside the names.
pub(super) fn frame(title: &str, lang: Lang) -> Frame {
    let legend = [
        (Key::Point, lang.pick("셀", "cell")),
        (Key::Interval, lang.pick("95% 구간", "95% interval")),
        (
            Key::Ring,
            lang.pick("파레토 경계(굵은 이름)", "Pareto front (names in bold)"),
        ),
    ];
    Frame {
        title: title.to_owned(),
        subtitle: lang
            .pick(
                "이름에 붙은 것은 최대 메모리",
                "beside each name its peak memory",
            )
            .to_owned(),
        legend: legend.map(|(key, text)| (key, text.to_owned())).to_vec(),
        axis_title: lang
            .pick(
                "디코드 속도, 토큰/초 (클수록 좋음)",
                "decode speed, tokens/s (more is better)",
            )
            .to_owned(),
    }
}

fn points(context: &Context<'_>, group: &Group<'_>) -> Vec<Point> {
    let memory = |cell: usize| {
        context
            .report
            .grid
            .get(cell)
            .and_then(|row| row.memory_bytes())
    };
    let largest = group
        .rows
        .iter()
        .filter_map(|(cell, _)| memory(*cell))
        .max();
    let (unit, scale) = number::byte_unit(largest.unwrap_or(0) as f64);
    let ends = |(low, high): (f64, f64)| drawable(low).zip(drawable(high));
    let point = |&(cell, row): &(usize, &SummaryRow)| Point {
        name: context.name(cell).plain(),
        note: memory(cell).map_or_else(String::new, |bytes| {
            format!("{} {unit}", number::format(bytes as f64 / scale, None))
        }),
        style: context.style(cell),
        x: row.decode_ts.unwrap_or(0.0),
        x_interval: row.decode_ci95_low.zip(row.decode_ci95_high).and_then(ends),
        y: row.bits_per_syllable.unwrap_or(0.0),
        y_interval: row.bits_interval().and_then(ends),
        on_front: row.pareto_overview == Some(true),
    };
    group.rows.iter().map(point).collect()
}

fn caption(context: &Context<'_>, groups: &[Group<'_>], lang: Lang) -> Caption {
    let finding = groups.iter().map(|group| {
        let of = |front: bool| -> Vec<String> {
            let wanted = |(_, row): &&(usize, &SummaryRow)| row.pareto_overview == Some(front);
            let rows = group.rows.iter().filter(wanted);
            rows.map(|(cell, _)| context.name(*cell).in_sentence()).collect()
        };
        let (front, beaten) = (of(true), of(false));
        let names = |names: &[String]| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            list(&names, lang)
        };
        let before = match groups {
            [_] => String::new(),
            _ => format!("{}: ", clean(group.machine)),
        };
        let text = match (front.is_empty(), beaten.is_empty(), lang) {
            (true, _, Lang::Ko) => "메모리를 재지 못해 파레토 경계를 가리지 못했습니다.".to_owned(),
            (true, _, Lang::En) => "Without memory the Pareto front could not be told.".to_owned(),
            (_, true, Lang::Ko) => "속도, 메모리, 음절당 비트를 함께 보면 어느 셀도 다른 셀보다 못하다고 할 수 없습니다.".to_owned(),
            (_, true, Lang::En) => "By speed, memory and bits per syllable together, no cell could be shown to be beaten by another.".to_owned(),
            (_, _, Lang::Ko) => format!(
                "속도, 메모리, 음절당 비트를 함께 볼 때 다른 셀에 밀리지 않는 것은 {}이고, {} 어느 면에서도 낫다고 할 수 없으면서 한 가지 이상 뚜렷이 뒤집니다.",
                names(&front),
                josa::with(&names(&beaten), josa::topic)
            ),
            (_, _, Lang::En) => format!(
                "By speed, memory and bits per syllable together, nothing beats {}; {} gain nothing and are clearly behind in at least one of the three.",
                names(&front),
                names(&beaten)
            ),
        };
        before + &text
    });
    Caption {
        finding: finding.collect::<Vec<_>>().join(" "),
        reading: lang
            .pick(
                "오른쪽 아래가 좋습니다. 음절당 비트는 글의 다음 글자를 맞히는 능력이어서, 지시에 맞춰 다듬은 모델은 답을 잘해도 불리할 수 있습니다.",
                "Right and low is good. Bits per syllable measure how well text is predicted, which can be against models tuned to follow instructions, however well they answer.",
            )
            .to_owned(),
    }
}
