//! The title of the page: the answer in one line.

use crate::view::{Report, Standing, Status, machine_names};

use super::advice::Advice;
use super::label::{self, Labels};
use super::number::plural;
use super::phrase::{Phrase, Rich};
use super::winners::Winners;
use crate::josa;

/// The answer in one sentence: what to run, or, where nothing is recommended, what can be said.
pub(super) fn title(
    report: &Report,
    winners: &Winners,
    labels: &Labels,
    advice: &[Advice],
) -> Phrase {
    let measured = measured(report);
    if measured.is_empty() {
        return nothing(report);
    }
    if let [only] = measured.as_slice() {
        let name = labels.name(*only);
        return Phrase::of(
            Rich::default()
                .foreign(name)
                .text(" 하나만 측정해 견줄 것이 없습니다"),
            Rich::default()
                .text("Only ")
                .foreign(name)
                .text(" was measured, so there is nothing to compare"),
        );
    }
    if let Some(only) = only_complete(report, labels) {
        return only;
    }
    if let Some(recommended) = recommended(report, advice) {
        return recommended;
    }
    if report
        .cells
        .iter()
        .all(|cell| cell.status != Status::Complete)
    {
        return Phrase::both(
            "끝까지 잰 셀이 없어 아직 권할 것이 없습니다",
            "No cell was measured to its end, so nothing is recommended yet",
        );
    }
    let (ko, en) = claim(winners, labels);
    if measured.len() == report.cells.len() {
        return Phrase::of(ko, en);
    }
    Phrase::of(
        Rich::default()
            .text(format!("측정한 셀 {}개 가운데 ", measured.len()))
            .then(ko),
        en.text(format!(" (of {} measured)", plural(measured.len(), "cell"))),
    )
}

/// That one cell of several was measured to its end, which leaves nothing to choose between.
fn only_complete(report: &Report, labels: &Labels) -> Option<Phrase> {
    let rows = report.choices.iter();
    let mut complete = rows.filter(|row| row.standing != Standing::Incomplete);
    let (only, None) = (complete.next()?, complete.next()) else {
        return None;
    };
    let name = labels.name(only.cell);
    Some(Phrase::of(
        Rich::default()
            .text("끝까지 잰 것은 ")
            .foreign(name)
            .text(" 하나뿐이라 아직 고를 것이 없습니다"),
        Rich::default()
            .text("Only ")
            .foreign(name)
            .text(" was measured to its end, so there is nothing to choose between yet"),
    ))
}

/// The recommendation; of several machines the one that they share, or that they differ.
fn recommended(report: &Report, advice: &[Advice]) -> Option<Phrase> {
    let first = advice.first()?;
    let n = machine_names(report).len();
    let what = first.what();
    let agree = advice.iter().all(|advice| advice.what() == what);
    let lead = match (n, agree && advice.len() == n) {
        _ if first.is_demonstration() => Phrase::both(
            "시연용 모델 가운데 고르자면 ",
            "Of these demonstration models: ",
        ),
        (1, _) => Phrase::both("한국어라면 이 기계에서는 ", "For Korean on this machine: "),
        (_, true) => Phrase::both(
            format!("한국어라면 기계 {n}대 모두에서 "),
            format!("For Korean on each of the {n} machines: "),
        ),
        (_, false) => {
            return Some(Phrase::both(
                "한국어에 알맞은 것은 기계마다 다릅니다",
                "What to run for Korean depends on the machine",
            ));
        }
    };
    Some(lead.then(what))
}

/// Who is fastest and who takes the least memory, as far as that can be said.
fn claim(winners: &Winners, labels: &Labels) -> (Rich, Rich) {
    let rich = Rich::default;
    let leaders = winners.fastest();
    let smallest = winners.smallest();
    let subject = |cell: usize| {
        rich()
            .foreign(labels.name(cell))
            .text(josa::subject(labels.name(cell)))
    };
    let fast = || fastest(&leaders, labels);
    match (leaders.as_slice(), smallest) {
        ([], None) if winners.no_difference() => (
            rich().text("속도의 차이를 보일 수 없습니다"),
            rich().text("No difference in speed can be shown"),
        ),
        ([], None) if winners.decode.is_none() => (
            rich().text("속도를 잰 셀이 없습니다"),
            rich().text("The speed of no cell was measured"),
        ),
        ([], None) => (
            rich().text("가장 빠른 셀을 하나로 가릴 수 없습니다"),
            rich().text("No single cell can be called the fastest"),
        ),
        ([], Some(y)) => (
            subject(y).text(" 메모리를 가장 적게 씁니다"),
            rich()
                .foreign(labels.name(y))
                .text(" uses the least memory"),
        ),
        ([x], Some(y)) if *x == y => (
            fast().0.text(" 가장 빠르고 메모리도 가장 적게 씁니다"),
            fast().1.text(" is the fastest and uses the least memory"),
        ),
        (_, Some(y)) => (
            fast()
                .0
                .text(" 가장 빠르고, ")
                .then(subject(y))
                .text(" 메모리를 가장 적게 씁니다"),
            fast()
                .1
                .text(" is the fastest; ")
                .foreign(labels.name(y))
                .text(" uses the least memory"),
        ),
        (_, None) => (
            fast().0.text(" 가장 빠릅니다"),
            fast().1.text(" is the fastest"),
        ),
    }
}

/// The leaders as the subject of a sentence, in both languages.
fn fastest(leaders: &[usize], labels: &Labels) -> (Rich, Rich) {
    let names: Vec<&str> = leaders.iter().map(|&cell| labels.name(cell)).collect();
    let (last, before) = names
        .split_last()
        .map_or(("", &[][..]), |(last, before)| (*last, before));
    if before.is_empty() {
        return (
            Rich::default().foreign(last).text(josa::subject(last)),
            Rich::default().foreign(last),
        );
    }
    (
        Rich::default()
            .list(names.iter().copied())
            .text(" 가운데 하나가"),
        Rich::default()
            .list(before.iter().copied())
            .text(" or ")
            .foreign(last),
    )
}

fn nothing(report: &Report) -> Phrase {
    if report.cells.is_empty() {
        return Phrase::both("측정할 셀이 없었습니다", "There was no cell to measure");
    }
    if report
        .cells
        .iter()
        .all(|cell| cell.status == Status::NotRun)
    {
        return Phrase::both(
            "아직 아무것도 측정하지 않았습니다",
            "Nothing has been measured yet",
        );
    }
    if report.numbers.iter().any(|row| row.whole) || !report.activations.is_empty() {
        return Phrase::both(
            "수의 범위 말고는 측정한 것이 없습니다",
            "Nothing but number ranges was measured",
        );
    }
    Phrase::both("아무 셀도 측정하지 못했습니다", "No cell could be measured")
}

/// Cells of which anything was measured.
fn measured(report: &Report) -> Vec<usize> {
    let rows = report.summary.iter().enumerate();
    rows.filter(|(_, row)| label::measured_anything(row))
        .map(|(i, _)| i)
        .collect()
}
