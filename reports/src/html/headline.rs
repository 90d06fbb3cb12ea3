//! The top of the page: what was measured and where, the answer, and what the answer leaves open.

use crate::view::{Report, Status, machines};
use askama::Template;
use askama::filters::HtmlSafe;

use super::label::Labels;
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
    let measured = report.cells.len() - failed_outright(report);
    if measured == 0 {
        return nothing(report);
    }
    if let [only] = report.cells.as_slice() {
        let name = format!("{}/{}", only.key.variant, only.key.precision);
        return Phrase::of(
            Rich::default().foreign(&name).text(" 하나를 측정했습니다"),
            Rich::default().text("One cell was measured: ").foreign(name),
        );
    }
    let fastest = winners.fastest().map(|cell| labels.name(cell));
    let smallest = winners.smallest().map(|cell| labels.name(cell));
    let ties = winners.decode.as_ref().is_some_and(|contest| !contest.tied.is_empty());
    match (fastest, smallest) {
        (Some(x), Some(y)) if x == y => Phrase::of(
            Rich::default().foreign(x).text(josa::subject(x)).text(" 가장 빠르고 메모리도 가장 적게 씁니다"),
            Rich::default().foreign(x).text(" is the fastest and uses the least memory"),
        ),
        (Some(x), Some(y)) => Phrase::of(
            Rich::default()
                .foreign(x)
                .text(josa::subject(x))
                .text(" 가장 빠르고, ")
                .foreign(y)
                .text(josa::subject(y))
                .text(" 메모리를 가장 적게 씁니다"),
            Rich::default().foreign(x).text(" is the fastest, ").foreign(y).text(" uses the least memory"),
        ),
        (Some(x), None) => Phrase::of(
            Rich::default().foreign(x).text(josa::subject(x)).text(" 가장 빠릅니다"),
            Rich::default().foreign(x).text(" is the fastest"),
        ),
        (None, Some(y)) if ties => Phrase::of(
            Rich::default()
                .text("속도로는 하나를 가릴 수 없고, 메모리는 ")
                .foreign(y)
                .text(josa::subject(y))
                .text(" 가장 적게 씁니다"),
            Rich::default().text("No single fastest cell; ").foreign(y).text(" uses the least memory"),
        ),
        (None, Some(y)) => Phrase::of(
            Rich::default().foreign(y).text(josa::subject(y)).text(" 메모리를 가장 적게 씁니다"),
            Rich::default().foreign(y).text(" uses the least memory"),
        ),
        (None, None) if ties => Phrase::both("속도의 차이를 보일 수 없습니다", "No difference in speed can be shown"),
        (None, None) => Phrase::both(
            format!("셀 {measured}개를 측정했습니다"),
            format!("{measured} {} measured", if measured == 1 { "cell was" } else { "cells were" }),
        ),
    }
}

fn nothing(report: &Report) -> Phrase {
    if report.cells.is_empty() {
        return Phrase::both("측정할 셀이 없었습니다", "There was no cell to measure");
    }
    if report.cells.iter().all(|cell| cell.status == Status::NotRun) {
        return Phrase::both("아직 아무것도 측정하지 않았습니다", "Nothing has been measured yet");
    }
    Phrase::both("아무 셀도 측정하지 못했습니다", "No cell could be measured")
}

/// Cells of which nothing was measured.
fn failed_outright(report: &Report) -> usize {
    let nothing = |row: &&crate::view::SummaryRow| {
        row.status != Status::Complete
            && row.decode_ts.or(row.prefill_ts).or(row.ppl).is_none()
            && row.n_answers.unwrap_or(0) == 0
    };
    report.summary.iter().filter(nothing).count()
}

/// Machine, models, engine and suite in two sentences.
fn lede(report: &Report) -> Phrase {
    let [run] = report.runs.as_slice() else {
        return lede_of_many(report);
    };
    let (machine, engine) = (&run.machine, &run.engine);
    let memory = number::bytes(machine.memory_bytes);
    let (models, cells) = (run.models.len(), run.cells.len());
    Phrase::of(
        Rich::default()
            .foreign(&machine.name)
            .text("(")
            .foreign(&machine.cpu)
            .text(format!(", 물리 코어 {}개, 메모리 {memory})에서 ", machine.physical_cores))
            .text(format!("모델 {models}개, 셀 {cells}개를 "))
            .foreign(format!("{} {}", engine.name, engine.version))
            .text("(")
            .foreign(&engine.backend)
            .text(format!(", 스레드 {}개)로 측정했습니다. 스위트는 ", run.n_threads))
            .foreign(&run.suite.name)
            .text("입니다."),
        Rich::default()
            .text(format!("{}, {} on ", plural(models, "model"), plural(cells, "cell")))
            .foreign(&machine.name)
            .text(" (")
            .foreign(&machine.cpu)
            .text(format!(", {}, {memory} of memory), measured with ", plural(machine.physical_cores as usize, "physical core")))
            .foreign(format!("{} {}", engine.name, engine.version))
            .text(" (")
            .foreign(&engine.backend)
            .text(format!(", {}) under the suite ", plural(run.n_threads as usize, "thread")))
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
            .text(format!(")에서 {runs}번 실행해 잰 셀 {cells}개를 합친 보고서입니다.")),
        Rich::default()
            .text(format!("{} of {} on {} (", plural(cells, "cell"), plural(runs, "run"), plural(machines.len(), "machine")))
            .list(names())
            .text("), merged."),
    )
}

/// A count with its noun in English.
fn plural(n: usize, noun: &str) -> String {
    format!("{} {noun}{}", number::count(n as u64), if n == 1 { "" } else { "s" })
}

/// What failed or was cut off, by cell.
fn banners(report: &Report, labels: &Labels) -> Vec<Banner> {
    let total = report.cells.len();
    let of = |status: Status| -> Vec<&str> {
        let cells = report.cells.iter().enumerate().filter(|(_, cell)| cell.status == status);
        cells.map(|(i, _)| labels.name(i)).collect()
    };
    let mut banners = Vec::new();
    let mut add = |class, names: Vec<&str>, ko: &str, en: &str| {
        if names.is_empty() {
            return;
        }
        let n = names.len();
        let (ko, en) = (format!("셀 {total}개 가운데 {n}개{ko}"), format!("{n} of {}{en}", plural(total, "cell")));
        let text = Phrase::of(
            Rich::default().strong(ko).text(" ").list(names.iter().copied()),
            Rich::default().strong(en).text(" ").list(names.iter().copied()),
        );
        banners.push(Banner { class, text });
    };
    add("bad", of(Status::Failed), "가 실패했습니다:", " failed:");
    add("warn", of(Status::CutOff), "가 재는 도중에 끊겼습니다:", " cut off while being measured:");
    add("warn", of(Status::NotRun), "는 시작하지 않았습니다:", " not started:");
    banners
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_counts() {
        assert_eq!((plural(1, "cell"), plural(1200, "run")), ("1 cell".into(), "1,200 runs".into()));
    }
}
