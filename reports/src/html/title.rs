//! The title of the page: the answer in one sentence.

use crate::view::{Report, Status};

use super::label::{self, Labels};
use super::number::plural;
use super::phrase::{Phrase, Rich};
use super::winners::Winners;
use crate::josa;

/// The answer in one sentence, no stronger than the intervals allow.
pub(super) fn title(report: &Report, winners: &Winners, labels: &Labels) -> Phrase {
    let measured = measured(report);
    if measured.is_empty() {
        return nothing(report);
    }
    if let [only] = measured.as_slice() {
        let name = labels.name(*only);
        return Phrase::of(
            Rich::default().foreign(name).text(" 하나를 측정했습니다"),
            Rich::default()
                .text("One cell was measured: ")
                .foreign(name),
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
