//! How large a model's activations get, beside what F16 holds.

use crate::view::{ActivationKind, Report};
use askama::Template;
use askama::filters::HtmlSafe;

use super::casts::counted;
use super::label::Labels;
use super::number;
use super::phrase::Phrase;
use super::table::{Cell, Column, Row, Table};

/// Kinds of one file that are listed at most, besides those that F16 could not hold.
const MOST: usize = 8;
/// Kinds that a sentence names at most.
const NAMED: usize = 4;

/// The part on activations.
#[derive(Template)]
#[template(path = "activations.html")]
pub(super) struct Activations {
    intro: Phrase,
    files: Vec<FileView>,
    table: Table,
}

// The template escapes what it shows.
impl HtmlSafe for Activations {}

struct FileView {
    name: Phrase,
    said: Phrase,
}

impl Activations {
    /// The part; `None` where no model's activations were looked at.
    pub(super) fn of(report: &Report, labels: &Labels) -> Option<Self> {
        let kinds = &report.activation_kinds;
        let files: Vec<&[ActivationKind]> = kinds.chunk_by(|a, b| a.cell == b.cell).collect();
        let view = |kinds: &&[ActivationKind]| FileView {
            name: Phrase::foreign(labels.name(kinds[0].cell)),
            said: said(kinds),
        };
        (!files.is_empty()).then(|| Self {
            intro: intro(),
            files: files.iter().map(view).collect(),
            table: table(&files, labels),
        })
    }
}

fn intro() -> Phrase {
    Phrase::both(
        "활성값은 모델이 글을 읽으며 계산하는 중간 결과입니다. 중간 결과를 F32로 두고 글의 앞부분을 평가하면서, 종류마다 층마다 절댓값이 가장 큰 수를 찾았습니다. 가중치가 모두 F16에 들어가더라도, 65,504를 넘는 활성값을 F16으로 계산하면 무한대가 됩니다. 종류의 이름은 llama.cpp에서 쓰는 대로이고, 층은 0부터 셉니다.",
        "Activations are what a model computes on the way while it reads text. With these kept in F32, the beginning of each text was evaluated and the largest magnitude of each kind was found in each layer. Even where F16 holds all weights, an activation above 65,504 becomes infinite when it is computed in F16. The kinds are named as llama.cpp names them, and layers are counted from 0.",
    )
}

/// What the magnitudes of one model mean. Its kinds are in the order of [`crate::view::activation_kinds`].
fn said(kinds: &[ActivationKind]) -> Phrase {
    let n_tokens = number::count(kinds[0].n_tokens);
    let opening = Phrase::both(
        format!("{n_tokens}토큰을 평가했습니다. "),
        format!("{n_tokens} tokens were evaluated. "),
    );
    let largest = kinds
        .iter()
        .filter_map(|kind| Some((kind, kind.max_abs?)))
        .max_by(|(_, a), (_, b)| a.total_cmp(b));
    let Some((kind, max_abs)) = largest else {
        return opening.then(Phrase::both(
            "유한한 활성값이 하나도 없었습니다.",
            "No activation was finite.",
        ));
    };
    opening
        .then(said_of_largest(kind, max_abs))
        .then(said_of_overflow(kinds))
        .then(said_of_infinite(kinds))
}

fn said_of_largest(kind: &ActivationKind, max_abs: f64) -> Phrase {
    let shown = number::magnitude(max_abs);
    let (ko, en) = kind.layer.map_or_else(Default::default, |layer| {
        (format!("{layer}번 층의 "), format!(" in layer {layer}"))
    });
    Phrase::both(
        format!("절댓값이 가장 컸던 활성값은 {ko}"),
        "The largest magnitude was that of ",
    )
    .then(Phrase::foreign(&kind.node))
    .then(Phrase::both(
        format!("에서 나온 {shown}입니다. "),
        format!("{en}: {shown}. "),
    ))
}

fn said_of_overflow(kinds: &[ActivationKind]) -> Phrase {
    let lost: Vec<&ActivationKind> = kinds.iter().filter(|kind| kind.overflow > 0).collect();
    if lost.is_empty() {
        let headrooms = kinds.iter().filter_map(|kind| kind.headroom_log2);
        let times = headrooms
            .reduce(f64::min)
            .map(|headroom| number::magnitude(headroom.exp2()));
        // Up to 65,520 a number is rounded down to the largest of F16.
        let Some(times) = times.filter(|_| kinds.iter().all(within)) else {
            return Phrase::both(
                "F16에서 무한대가 될 활성값은 없었습니다.",
                "None of them would become infinite in F16.",
            );
        };
        return Phrase::both(
            format!(
                "F16의 가장 큰 수 65,504는 그 {times}배이므로, F16에서 무한대가 될 활성값은 없었습니다."
            ),
            format!(
                "The largest number of F16, 65,504, is {times} times that, so none of them would become infinite in F16."
            ),
        );
    }
    let n = number::count(lost.len() as u64);
    let more = lost.len().saturating_sub(NAMED);
    let mut names = Phrase::default();
    for (i, kind) in lost.iter().take(NAMED).enumerate() {
        if i > 0 {
            names = names.then(Phrase::same(", "));
        }
        names = names.then(Phrase::foreign(&kind.node));
    }
    let rest = match more {
        0 => Phrase::default(),
        _ => Phrase::both(format!(" 외 {more}가지"), format!(" and {more} more")),
    };
    let kinds = number::plural(lost.len(), "kind");
    Phrase::both(
        format!("F16에서 살아남지 못할 활성값이 {n}가지 종류에서 나왔습니다: "),
        format!("In {kinds} there were values that would not survive F16 but become infinite: "),
    )
    .then(names)
    .then(rest)
    .then(Phrase::same("."))
}

fn within(kind: &ActivationKind) -> bool {
    kind.headroom_log2.is_none_or(|headroom| headroom >= 0.0)
}

/// What was not finite in F32 already.
fn said_of_infinite(kinds: &[ActivationKind]) -> Phrase {
    let sum = |of: fn(&ActivationKind) -> u64| {
        kinds
            .iter()
            .fold(0_u64, |sum, kind| sum.saturating_add(of(kind)))
    };
    let found = [
        (sum(|kind| kind.nan), "NaN", "NaN"),
        (sum(|kind| kind.inf), "무한대", "infinite"),
    ];
    counted(&found).map_or_else(Phrase::default, |(ko, en)| {
        Phrase::both(
            format!(" F32에서 이미 유한하지 않은 값도 있었습니다({ko})."),
            format!(" Some values were not finite in F32 already ({en})."),
        )
    })
}

fn table(files: &[&[ActivationKind]], labels: &Labels) -> Table {
    Table {
        id: "t-activations",
        csv: "activations.csv",
        how: None,
        caption: Phrase::both(
            format!(
                "파일마다 절댓값이 큰 활성값의 종류: F16에 담을 수 없는 것 모두와 그 밖의 {MOST}가지까지"
            ),
            format!(
                "The kinds of activations with the largest magnitudes of each file: all that F16 cannot hold, and up to {MOST} others"
            ),
        ),
        columns: vec![
            Column::words(Phrase::both("종류", "Kind")),
            Column::count(Phrase::both("절댓값 최대", "Largest magnitude")),
            Column::count(Phrase::both("그 값이 나온 층", "In layer")),
            Column::number(
                Phrase::both("65,504까지의 여유", "Headroom to 65,504"),
                Phrase::both("2의 거듭제곱", "powers of two"),
            ),
            Column::count(Phrase::both("F16에서 넘침", "Overflow in F16")),
            Column::count(Phrase::both("유한하지 않음", "Not finite")),
            Column::count(Phrase::both("값", "Values")),
        ],
        rows: files.iter().flat_map(|kinds| rows(kinds, labels)).collect(),
    }
}

/// The rows of one file under its name.
fn rows(kinds: &[ActivationKind], labels: &Labels) -> Vec<Row> {
    let lost = kinds.iter().take_while(|kind| kind.overflow > 0).count();
    let shown = kinds.iter().take(lost + MOST).enumerate();
    let row = |(index, kind): (usize, &ActivationKind)| Row {
        group: (index == 0).then(|| Phrase::foreign(labels.name(kind.cell))),
        head: Phrase::foreign(&kind.node),
        sub: meaning(&kind.node),
        cells: cells(kind),
        source: largest(kind, labels),
        ..Row::default()
    };
    shown.map(row).collect()
}

/// The row of the layer that a kind is largest in.
fn largest(kind: &ActivationKind, labels: &Labels) -> Option<usize> {
    let mut rows = labels.report.activations.iter();
    rows.position(|row| (row.cell, &row.node, row.layer) == (kind.cell, &kind.node, kind.layer))
}

fn cells(kind: &ActivationKind) -> Vec<Cell> {
    let count = |n: u64| Cell::number(Some(number::count(n)));
    vec![
        Cell::number(kind.max_abs.map(number::magnitude)),
        Cell::number(kind.layer.map(number::count)),
        Cell::number(kind.headroom_log2.map(number::plain)),
        count(kind.overflow).with_note(layers(&kind.lost)),
        count(kind.nan.saturating_add(kind.inf)),
        count(kind.n),
    ]
}

/// In how many layers; nothing where it is none.
fn layers(lost: &[u32]) -> Option<Phrase> {
    let n = number::count(lost.len() as u64);
    let english = number::plural(lost.len(), "layer");
    (!lost.is_empty()).then(|| Phrase::both(format!("층 {n}개에서"), format!("in {english}")))
}

/// What the commonest names of llama.cpp stand for.
fn meaning(node: &str) -> Option<Phrase> {
    let (ko, en) = match node {
        "embd" | "inp_embd" => ("토큰 임베딩", "token embeddings"),
        "l_out" => (
            "층의 출력(잔차 흐름)",
            "output of the layer (residual stream)",
        ),
        "ffn_inp" => ("어텐션을 더한 잔차 흐름", "residual stream after attention"),
        "ffn_out" => ("피드포워드의 출력", "output of the feed-forward network"),
        "ffn_moe_out" => (
            "전문가들의 출력을 합한 것",
            "combined output of the experts",
        ),
        "ffn_up" => (
            "피드포워드의 up 행렬을 곱한 값",
            "feed-forward network: product with up",
        ),
        "ffn_gate" => (
            "피드포워드의 gate 행렬을 곱한 값",
            "feed-forward network: product with gate",
        ),
        "ffn_swiglu" | "ffn_geglu" | "ffn_gate_par" => (
            "피드포워드의 gate와 up을 곱한 값",
            "feed-forward network: gate times up",
        ),
        "norm" => (
            "정규화한 값, 가중치를 곱하기 전",
            "normalised, before its weights",
        ),
        "attn_norm" => (
            "어텐션에 들어가는 정규화된 값",
            "normalised input of attention",
        ),
        "ffn_norm" => (
            "피드포워드에 들어가는 정규화된 값",
            "normalised input of the feed-forward network",
        ),
        "Qcur" => ("어텐션의 쿼리(Q)", "queries of attention"),
        "Kcur" => ("어텐션의 키(K)", "keys of attention"),
        "Vcur" => ("어텐션의 밸류(V)", "values of attention"),
        "kq" => (
            "소프트맥스 전의 어텐션 점수",
            "attention scores before softmax",
        ),
        "kq_soft_max" => (
            "소프트맥스를 거친 어텐션 비중",
            "attention weights after softmax",
        ),
        "kqv" | "kqv_out" => (
            "밸류를 어텐션 비중으로 더한 값",
            "values summed by attention weight",
        ),
        "attn_out" => ("어텐션의 출력", "output of attention"),
        "result_norm" => ("마지막 정규화의 결과", "result of the last normalisation"),
        "result_output" => ("로짓", "logits"),
        "GET_ROWS" => (
            "이름 없는 노드: 골라낸 행",
            "nodes without a name: rows picked out",
        ),
        _ => return None,
    };
    Some(Phrase::both(ko, en))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::ActivationRange;
    use crate::view::activation_kinds;

    fn range(node: &str, layer: Option<u32>, max_abs: Option<f64>) -> ActivationRange {
        ActivationRange {
            node: node.into(),
            layer,
            n: 1000,
            max_abs,
            overflow: u64::from(max_abs.is_some_and(|max| max >= 65_520.0)),
            nan: if max_abs.is_none() { 1000 } else { 0 },
            inf: 0,
            n_tokens: 1024,
        }
    }

    /// What is said, in Korean and in English.
    fn said_of(ranges: &[ActivationRange]) -> (String, String) {
        let html = said(&activation_kinds(0, ranges)).to_string();
        let plain = |language: &str| {
            let begin = format!("<span class=\"t\" lang=\"{language}\">");
            let text = html.split(&begin).nth(1).unwrap();
            let text = text.split("</span>").next().unwrap();
            text.replace("<bdi>", "").replace("</bdi>", "")
        };
        (plain("ko"), plain("en"))
    }

    #[test]
    fn headroom_is_said_where_everything_survives() {
        let (ko, en) = said_of(&[
            range("l_out", Some(3), Some(16_376.0)),
            range("embd", None, Some(0.5)),
        ]);
        assert_eq!(
            ko,
            "1,024토큰을 평가했습니다. 절댓값이 가장 컸던 활성값은 3번 층의 l_out에서 나온 16,376입니다. F16의 가장 큰 수 65,504는 그 4.00배이므로, F16에서 무한대가 될 활성값은 없었습니다."
        );
        assert_eq!(
            en,
            "1,024 tokens were evaluated. The largest magnitude was that of l_out in layer 3: 16,376. The largest number of F16, 65,504, is 4.00 times that, so none of them would become infinite in F16."
        );
    }

    #[test]
    fn what_would_not_survive_is_named() {
        let mut ranges: Vec<ActivationRange> = ["a", "b", "c", "d", "e"]
            .map(|node| range(node, Some(1), Some(1e5)))
            .into();
        ranges.push(range("broken", None, None));
        let (ko, en) = said_of(&ranges);
        assert!(
            ko.ends_with("F16에서 살아남지 못할 활성값이 5가지 종류에서 나왔습니다: a, b, c, d 외 1가지. F32에서 이미 유한하지 않은 값도 있었습니다(NaN 1,000개)."),
            "{ko}"
        );
        assert!(
            en.ends_with("In 5 kinds there were values that would not survive F16 but become infinite: a, b, c, d and 1 more. Some values were not finite in F32 already (1,000 NaN)."),
            "{en}"
        );
    }

    #[test]
    fn nothing_is_said_of_room_that_is_not_there() {
        // Rounded down to 65,504.
        let (ko, _) = said_of(&[range("l_out", Some(0), Some(65_510.0))]);
        assert!(
            ko.ends_with("65,510입니다. F16에서 무한대가 될 활성값은 없었습니다."),
            "{ko}"
        );
        let (ko, en) = said_of(&[range("l_out", Some(0), None)]);
        assert!(ko.ends_with("유한한 활성값이 하나도 없었습니다."), "{ko}");
        assert!(en.ends_with("No activation was finite."), "{en}");
    }
}
