//! How large the activations of the model with the largest get from layer to layer, beside the largest
//! number of F16.

use super::context::Context;
use super::draft::{Draft, Scene};
use super::frame::Frame;
use super::label::{CellName, clean};
use super::lang::{Both, Lang};
use super::lines::{Line, LineChart, Point, Scale};
use super::number;
use super::palette::Style;
use crate::view::ActivationKind;
use std::collections::BTreeSet;

/// The largest number of F16.
const LARGEST_F16: f64 = 65_504.0;
/// Kinds that are named, as many as there are marks; the others are drawn without a name.
const NAMED: usize = 5;

/// The largest magnitudes of one model by layer and kind.
struct Model<'a> {
    cell: usize,
    /// Kinds with layers, the largest first.
    kinds: Vec<Series<'a>>,
    /// Whether there are others.
    is_one_of_several: bool,
}

/// The largest magnitudes of one kind by layer; at least one.
struct Series<'a> {
    kind: &'a ActivationKind,
    points: Vec<Point>,
}

impl Series<'_> {
    /// The point of the largest magnitude.
    fn peak(&self) -> Point {
        let first = self.points[0];
        let larger = |a: Point, b: &Point| if b.value > a.value { *b } else { a };
        self.points.iter().fold(first, larger)
    }
}

/// The magnitudes of the file whose activations get largest, where any were looked at.
pub(super) fn draft(context: &Context<'_>) -> Option<Draft> {
    let model = largest(&context.report.activation_kinds)?;
    Some(Draft {
        name: "activations",
        title: Both::make(|lang| title(lang).to_owned()),
        caption: Both::make(|lang| caption(context, &model, lang).into()),
        scene: Both::make(|lang| Scene::Lines(chart(context, &model, lang))),
    })
}

fn title(lang: Lang) -> &'static str {
    lang.pick("활성값의 크기", "Magnitudes of activations")
}

fn largest(kinds: &[ActivationKind]) -> Option<Model<'_>> {
    let cells = kinds.chunk_by(|a, b| a.cell == b.cell);
    let models: Vec<Model> = cells.filter_map(model).collect();
    let is_one_of_several = models.len() > 1;
    let peak = |model: &Model| model.kinds[0].peak().value;
    // The first of those that are as large.
    let largest = models
        .into_iter()
        .reduce(|a, b| if peak(&b) > peak(&a) { b } else { a })?;
    Some(Model {
        is_one_of_several,
        ..largest
    })
}

fn model(kinds: &[ActivationKind]) -> Option<Model<'_>> {
    let mut series: Vec<Series> = kinds.iter().filter_map(series).collect();
    series.sort_by(|a, b| b.peak().value.total_cmp(&a.peak().value));
    (!series.is_empty()).then(|| Model {
        cell: kinds[0].cell,
        kinds: series,
        is_one_of_several: false,
    })
}

/// A logarithmic scale has no place for zero.
fn series(kind: &ActivationKind) -> Option<Series<'_>> {
    let positive = kind
        .layers
        .iter()
        .filter(|(_, max_abs)| max_abs.is_finite() && *max_abs > 0.0);
    let mut points: Vec<Point> = positive
        .map(|&(layer, max_abs)| Point {
            count: layer,
            value: max_abs,
            interval: None,
        })
        .collect();
    points.sort_by_key(|point| point.count);
    (!points.is_empty()).then_some(Series { kind, points })
}

fn chart(context: &Context<'_>, model: &Model, lang: Lang) -> LineChart {
    let line = |(rank, series): (usize, &Series)| Line {
        name: CellName {
            variant: clean(&series.kind.node),
            precision: String::new(),
            place: None,
        },
        style: Style::of_kind(rank),
        points: series.points.clone(),
        stairs: Vec::new(),
        value: number::format(series.peak().value, None),
    };
    let (named, others) = model.kinds.split_at(model.kinds.len().min(NAMED));
    let layers: BTreeSet<u32> = model
        .kinds
        .iter()
        .flat_map(|series| &series.points)
        .map(|point| point.count)
        .collect();
    let name = context.name(model.cell);
    LineChart {
        frame: Frame {
            title: title(lang).to_owned(),
            subtitle: format!(
                "{}{}",
                name.plain(),
                lang.pick(
                    " · 종류 이름 옆은 모든 층에서 가장 큰 값",
                    " · beside each kind its largest value of all layers"
                )
            ),
            legend: Vec::new(),
            axis_title: lang
                .pick(
                    "층에서 가장 큰 절댓값(단위 없음) · 로그 눈금",
                    "largest magnitude in the layer (no unit) · logarithmic scale",
                )
                .to_owned(),
        },
        count_title: lang.pick("층 번호", "number of the layer").to_owned(),
        counts: layers.into_iter().collect(),
        scale: Scale::PowersOfTwo {
            limit: LARGEST_F16,
            name: lang
                .pick("F16의 가장 큰 수 65,504", "largest number of F16, 65,504")
                .to_owned(),
        },
        lines: named.iter().enumerate().map(line).collect(),
        others: others.iter().map(|series| series.points.clone()).collect(),
    }
}

fn caption(context: &Context<'_>, model: &Model, lang: Lang) -> String {
    let mut sentences = vec![
        said_of_largest(context, model, lang),
        beside_f16(model, lang),
    ];
    if model.kinds.len() > NAMED {
        let unnamed = lang.pick(
            format!("이름이 붙은 선은 가장 큰 {NAMED}가지 종류이고, 회색 선은 나머지입니다."),
            format!("The {NAMED} largest kinds are named, and the grey lines are the others."),
        );
        sentences.push(unnamed);
    }
    if model.is_one_of_several {
        let shown = lang.pick(
            "여러 파일 가운데 활성값이 가장 큰 파일만 그렸습니다.",
            "Of several files only the one with the largest activations is drawn.",
        );
        sentences.push(shown.to_owned());
    }
    sentences.join(" ")
}

fn said_of_largest(context: &Context<'_>, model: &Model, lang: Lang) -> String {
    let name = context.name(model.cell).in_sentence();
    let first = &model.kinds[0];
    let (peak, node) = (first.peak(), clean(&first.kind.node));
    let (layer, value) = (peak.count, number::format(peak.value, None));
    match lang {
        Lang::Ko => format!(
            "{name}의 층 안에서 절댓값이 가장 큰 활성값은 {layer}번 층에서 나온 {value}입니다({node})."
        ),
        Lang::En => format!(
            "Within the layers of {name} the largest magnitude of an activation is {value}, in layer {layer} ({node})."
        ),
    }
}

fn beside_f16(model: &Model, lang: Lang) -> String {
    let lost = model
        .kinds
        .iter()
        .filter(|series| series.kind.overflow > 0)
        .count();
    let peak = model.kinds[0].peak().value;
    match (lost, lang) {
        (0, Lang::Ko) if peak > LARGEST_F16 => "F16에서 무한대가 되는 값은 없습니다.".to_owned(),
        (0, Lang::En) if peak > LARGEST_F16 => "None becomes infinite in F16.".to_owned(),
        (0, Lang::Ko) => format!(
            "F16의 한계인 65,504는 그 {}배입니다.",
            number::format(LARGEST_F16 / peak, None)
        ),
        (0, Lang::En) => format!(
            "The limit of F16, 65,504, is {} times that.",
            number::format(LARGEST_F16 / peak, None)
        ),
        (_, Lang::Ko) => format!(
            "붉은 선 위의 값은 F16에서 무한대가 되며, 그런 값이 나온 종류는 {lost}가지입니다."
        ),
        (_, Lang::En) => format!(
            "Values above the red line become infinite in F16; kinds with such values: {lost}."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use crate::view::Report;

    fn captions(report: &Report) -> (String, String) {
        let draft = draft(&Context::of(report)).unwrap();
        (draft.caption.ko.whole(), draft.caption.en.whole())
    }

    #[test]
    fn the_file_with_the_largest_is_drawn() {
        let mut report = fixture::report(&[("general", "F32"), ("text", "F32")]);
        report.activation_kinds.clear();
        report.activation_kinds.extend([
            fixture::activations(0, "l_out", &[1.0, 2.0]),
            fixture::activations(1, "kq", &[3.0, 16_376.0]),
        ]);
        let (ko, en) = captions(&report);
        assert_eq!(
            ko,
            "text/F32의 층 안에서 절댓값이 가장 큰 활성값은 1번 층에서 나온 16,376입니다(kq). F16의 한계인 65,504는 그 4.00배입니다. 여러 파일 가운데 활성값이 가장 큰 파일만 그렸습니다."
        );
        assert!(
            en.starts_with("Within the layers of text/F32 the largest magnitude of an activation is 16,376, in layer 1 (kq). The limit of F16, 65,504, is 4.00 times that."),
            "{en}"
        );
    }

    #[test]
    fn what_crosses_the_limit_is_counted() {
        let mut report = fixture::report(&[("general", "F32")]);
        let mut lost = fixture::activations(0, "l_out", &[9.0, 1e5]);
        lost.overflow = 3;
        report.activation_kinds = vec![lost, fixture::activations(0, "kq", &[1.0])];
        let (ko, _) = captions(&report);
        assert!(
            ko.contains(
                "붉은 선 위의 값은 F16에서 무한대가 되며, 그런 값이 나온 종류는 1가지입니다."
            ),
            "{ko}"
        );
    }

    #[test]
    fn many_kinds_are_drawn_and_five_named() {
        let mut report = fixture::report(&[("general", "F32")]);
        report.activation_kinds = (1..=9)
            .map(|n| fixture::activations(0, &format!("kind{n}"), &[f64::from(n), 0.0]))
            .collect();
        let context = Context::of(&report);
        let chart = chart(
            &context,
            &largest(&report.activation_kinds).unwrap(),
            Lang::En,
        );
        let named: Vec<&str> = chart.lines.iter().map(|line| &*line.name.variant).collect();
        assert_eq!(named, ["kind9", "kind8", "kind7", "kind6", "kind5"]);
        assert_eq!((chart.others.len(), &*chart.counts), (4, &[0][..]));
    }

    #[test]
    fn nothing_in_layers_is_not_drawn() {
        let mut report = fixture::report(&[("general", "F32")]);
        report.activation_kinds = vec![fixture::activations(0, "embd", &[])];
        assert!(draft(&Context::of(&report)).is_none());
    }
}
