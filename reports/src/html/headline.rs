//! The top of the page: what was measured and where, the answer, and what the answer leaves open.

use crate::view::{Report, Status, machines};
use askama::Template;
use askama::filters::HtmlSafe;

use super::label::{self, Labels};
use super::number;
use super::phrase::{Phrase, Rich};
use super::winners::{self, Card, Winners};
use super::{josa, unknowns};

/// The top of the page.
#[derive(Template)]
#[template(path = "headline.html")]
pub(super) struct Headline {
    eyebrow: Phrase,
    title: Phrase,
    lede: Phrase,
    banners: Vec<Banner>,
    cards: Vec<Card>,
    unknowns: Vec<Phrase>,
}

// The template escapes what it shows.
impl HtmlSafe for Headline {}

/// Something that went wrong, said before any number.
struct Banner {
    class: &'static str,
    text: Phrase,
}

impl Headline {
    /// Sums `report` up.
    pub(super) fn of(report: &Report, labels: &Labels) -> Self {
        let winners = Winners::of(report);
        Self {
            eyebrow: eyebrow(report),
            title: title(report, &winners, labels),
            lede: lede(report),
            banners: banners(report, labels),
            cards: winners::cards(report, &winners, labels),
            unknowns: unknowns::list(report),
        }
    }
}

fn eyebrow(report: &Report) -> Phrase {
    let name = Phrase::both("hanbench 측정 보고서", "hanbench report");
    match report.runs.iter().map(|run| run.created.as_str()).max() {
        Some(latest) => name.then(Phrase::same(" · ")).then(number::date(latest)),
        None => name,
    }
}

/// The answer in one sentence, no stronger than the intervals allow.
fn title(report: &Report, winners: &Winners, labels: &Labels) -> Phrase {
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
    let (ko, en) = claim(measured.len(), winners, labels);
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
fn claim(measured: usize, winners: &Winners, labels: &Labels) -> (Rich, Rich) {
    let rich = Rich::default;
    let leaders = winners.fastest(measured);
    let smallest = winners.smallest();
    let subject = |cell: usize| {
        rich()
            .foreign(labels.name(cell))
            .text(josa::subject(labels.name(cell)))
    };
    let fast = || fastest(&leaders, labels);
    match (leaders.as_slice(), smallest) {
        ([], None) if winners.no_difference(measured) => (
            rich().text("속도의 차이를 보일 수 없습니다"),
            rich().text("No difference in speed can be shown"),
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
    Phrase::both("아무 셀도 측정하지 못했습니다", "No cell could be measured")
}

/// Cells of which anything was measured.
fn measured(report: &Report) -> Vec<usize> {
    let rows = report.summary.iter().enumerate();
    rows.filter(|(_, row)| label::measured_anything(row))
        .map(|(i, _)| i)
        .collect()
}

/// Machine, models, engine and suite in two sentences.
fn lede(report: &Report) -> Phrase {
    let [run] = report.runs.as_slice() else {
        return lede_of_many(report);
    };
    let (machine, engine) = (&run.machine, &run.engine);
    let memory = number::bytes(machine.memory_bytes);
    let (models, cells) = (run.models.len(), run.cells.len());
    let (cores, threads) = (machine.physical_cores, run.n_threads);
    let engine_name = format!("{} {}", engine.name, engine.version);
    Phrase::of(
        Rich::default()
            .foreign(&machine.name)
            .text("(")
            .foreign(&machine.cpu)
            .text(format!(
                ", 물리 코어 {cores}개, 메모리 {memory})에서 모델 {models}개, 셀 {cells}개를 다룬 보고서입니다. 엔진은 "
            ))
            .foreign(&engine_name)
            .text("(")
            .foreign(&engine.backend)
            .text(format!(", 스레드 {threads}개), 스위트는 "))
            .foreign(&run.suite.name)
            .text("입니다."),
        Rich::default()
            .text(format!("{}, {} on ", plural(models, "model"), plural(cells, "cell")))
            .foreign(&machine.name)
            .text(" (")
            .foreign(&machine.cpu)
            .text(format!(", {}, {memory} of memory). Engine: ", plural(cores as usize, "physical core")))
            .foreign(&engine_name)
            .text(" (")
            .foreign(&engine.backend)
            .text(format!(", {}); suite: ", plural(threads as usize, "thread")))
            .foreign(&run.suite.name)
            .text("."),
    )
}

fn lede_of_many(report: &Report) -> Phrase {
    let machines = machines(report);
    let names = || machines.iter().map(|machine| machine.name.as_str());
    let (runs, cells) = (report.runs.len(), report.cells.len());
    Phrase::of(
        Rich::default()
            .text(format!("기계 {}대(", machines.len()))
            .list(names())
            .text(format!(
                ")에서 {runs}번 실행해 잰 셀 {cells}개를 합친 보고서입니다."
            )),
        Rich::default()
            .text(format!(
                "{} of {} on {} (",
                plural(cells, "cell"),
                plural(runs, "run"),
                plural(machines.len(), "machine")
            ))
            .list(names())
            .text("), merged."),
    )
}

/// A count with its noun in English.
fn plural(n: usize, noun: &str) -> String {
    format!(
        "{} {noun}{}",
        number::count(n as u64),
        if n == 1 { "" } else { "s" }
    )
}

/// What failed or was cut off, by cell.
fn banners(report: &Report, labels: &Labels) -> Vec<Banner> {
    [
        (Status::Failed, "bad", "가 실패했습니다:", "failed:"),
        (
            Status::CutOff,
            "warn",
            "가 재는 도중에 끊겼습니다:",
            "cut off while being measured:",
        ),
        (
            Status::NotRun,
            "warn",
            "는 시작하지 않았습니다:",
            "not started:",
        ),
    ]
    .into_iter()
    .filter_map(|(status, class, ko, en)| banner(report, labels, status, class, [ko, en]))
    .collect()
}

/// The cells of one status, where there are any; `ko` and `en` end the sentence.
fn banner(
    report: &Report,
    labels: &Labels,
    status: Status,
    class: &'static str,
    [ko, en]: [&str; 2],
) -> Option<Banner> {
    let cells = report.cells.iter().enumerate();
    let of_status = cells.filter(|(_, cell)| cell.status == status);
    let names: Vec<&str> = of_status.map(|(i, _)| labels.name(i)).collect();
    let (n, total) = (names.len(), report.cells.len());
    let list = |lead: String| {
        Rich::default()
            .strong(lead)
            .text(" ")
            .list(names.iter().copied())
    };
    (n > 0).then(|| Banner {
        class,
        text: Phrase::of(
            list(format!("셀 {total}개 가운데 {n}개{ko}")),
            list(format!("{n} of {} {en}", plural(total, "cell"))),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_counts() {
        assert_eq!(
            (plural(1, "cell"), plural(1200, "run")),
            ("1 cell".into(), "1,200 runs".into())
        );
    }
}
