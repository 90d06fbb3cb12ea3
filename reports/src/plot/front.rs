//! What each precision trades: decode speed against divergence, with memory beside each name.

use super::caption::list;
use super::context::{Context, drawable};
use super::draft::{Caption, Draft, Scene};
use super::lang::{Both, Lang};
use super::number;
use super::overview;
use super::scatter::{Panel, Point, Rise, Scatter};
use crate::view::GridRow;

/// The cells that are compared with one baseline.
struct Group<'a> {
    baseline: usize,
    rows: Vec<&'a GridRow>,
}

/// Decode speed over divergence from the baseline, for every baseline with which something was
/// compared.
pub(super) fn draft(context: &Context<'_>) -> Option<Draft> {
    let groups = groups(context);
    (!groups.is_empty()).then(|| Draft {
        name: "precision-front",
        title: Both::make(|lang| title(lang).to_owned()),
        caption: Both::make(|lang| caption(context, &groups, lang)),
        scene: Both::make(|lang| Scene::Scatter(chart(context, &groups, lang))),
    })
}

fn title(lang: Lang) -> &'static str {
    lang.pick("속도와 충실도", "Speed against fidelity")
}

fn groups<'a>(context: &Context<'a>) -> Vec<Group<'a>> {
    let grid = &context.report.grid;
    let of = |baseline: &'a GridRow| {
        let rows: Vec<&GridRow> = grid
            .iter()
            .filter(|row| row.group == baseline.group && is_drawable(row))
            .collect();
        // A logarithmic scale needs a value that is not 0.
        let spread = rows.len() > 1 && rows.iter().any(|row| row.mean_kld > Some(0.0));
        spread.then_some(Group {
            baseline: baseline.cell,
            rows,
        })
    };
    grid.iter()
        .filter(|row| row.is_baseline)
        .filter_map(of)
        .collect()
}

fn is_drawable(row: &GridRow) -> bool {
    let number = |value: Option<f64>| value.and_then(drawable).is_some();
    number(row.decode_ts) && number(row.mean_kld.map(above_zero))
}

/// A divergence, which only rounding can lead below 0.
fn above_zero(kld: f64) -> f64 {
    kld.max(0.0)
}

fn chart(context: &Context<'_>, groups: &[Group<'_>], lang: Lang) -> Scatter {
    let panel = |group: &Group<'_>| Panel {
        heading: heading(context, group, lang),
        points: points(context, group),
    };
    Scatter {
        frame: overview::frame(title(lang), lang),
        rise: Rise::Logarithmic,
        rise_title: lang
            .pick(
                "기준과의 평균 KL 발산, 나트 (작을수록 좋음)",
                "mean KL divergence from the baseline, nats (less is better)",
            )
            .to_owned(),
        panels: groups.iter().map(panel).collect(),
    }
}

fn heading(context: &Context<'_>, group: &Group<'_>, lang: Lang) -> String {
    let baseline = context.name(group.baseline).in_sentence();
    match lang {
        Lang::Ko => format!("기준 {baseline}"),
        Lang::En => format!("baseline {baseline}"),
    }
}

/// The points of a group, those on the front first, which therefore are labelled first.
fn points(context: &Context<'_>, group: &Group<'_>) -> Vec<Point> {
    let interval =
        |low: Option<f64>, high: Option<f64>| low.and_then(drawable).zip(high.and_then(drawable));
    let variants = || group.rows.iter().map(|row| row.variant.as_str());
    let one_variant = variants().all(|variant| variant == group.rows[0].variant);
    let largest = group.rows.iter().filter_map(|row| row.memory_bytes()).max();
    let (unit, scale) = number::byte_unit(largest.unwrap_or(0) as f64);
    let point = |row: &&GridRow| {
        let name = context.name(row.cell);
        let memory = row
            .memory_bytes()
            .map(|bytes| format!("{} {unit}", number::format(bytes as f64 / scale, None)));
        let kld = row.kld_interval();
        Point {
            name: match one_variant {
                true => name.precision.clone(),
                false => name.plain(),
            },
            note: memory.unwrap_or_default(),
            style: context.style(row.cell),
            x: row.decode_ts.unwrap_or(0.0),
            x_interval: interval(row.decode_ci95_low, row.decode_ci95_high),
            y: row.mean_kld.map_or(0.0, above_zero),
            y_interval: kld.and_then(|(low, high)| interval(Some(low), Some(high))),
            on_front: row.pareto == Some(true),
        }
    };
    let mut points: Vec<Point> = group.rows.iter().map(point).collect();
    points.sort_by_key(|point| !point.on_front);
    points
}

fn caption(context: &Context<'_>, groups: &[Group<'_>], lang: Lang) -> Caption {
    let mut reading = lang
        .pick(
            "오른쪽일수록 디코드가 빠르고, 아래일수록 기준의 확률 분포에 가깝습니다. 기준 자신은 0에 있습니다.",
            "Cells to the right decode faster; lower ones are nearer to the baseline’s distribution. The baseline itself is at 0.",
        )
        .to_owned();
    if groups
        .iter()
        .flat_map(|group| &group.rows)
        .any(|row| context.style(row.cell).open)
    {
        reading += lang.pick(
            " 속이 빈 표시는 가중치의 정밀도 말고 다른 것도 바꾼 셀입니다.",
            " Open marks are cells in which more than the weights’ precision was set.",
        );
    }
    let several = groups.len() > 1;
    let said = |group: &Group<'_>| {
        let text = front(context, group, lang);
        match several && !text.is_empty() {
            true => format!("{}: {text}", heading(context, group, lang)),
            false => text,
        }
    };
    let finding: Vec<String> = groups
        .iter()
        .map(said)
        .filter(|text| !text.is_empty())
        .collect();
    let unknown = lang.pick(
        "메모리를 재지 못해 파레토 경계를 가리지 못했습니다.",
        "Without memory the Pareto front could not be told.",
    );
    Caption {
        finding: if finding.is_empty() {
            unknown.to_owned()
        } else {
            finding.join(" ")
        },
        reading,
    }
}

/// Which cells of a group are on the front.
fn front(context: &Context<'_>, group: &Group<'_>, lang: Lang) -> String {
    let on_front = group.rows.iter().filter(|row| row.pareto == Some(true));
    let names: Vec<String> = on_front
        .map(|row| context.name(row.cell).in_sentence())
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    if names.is_empty() {
        return String::new();
    }
    let names = list(&names, lang);
    match lang {
        Lang::Ko => {
            format!("속도, 메모리, KL 발산을 함께 보아 파레토 경계에 있는 것은 {names}입니다.")
        }
        Lang::En => {
            format!("By speed, memory and divergence together, on the Pareto front: {names}.")
        }
    }
}
