//! The top of the page: what was measured and where, the answer, and what the answer leaves open.

use crate::view::{Report, Status, machines};
use askama::Template;
use askama::filters::HtmlSafe;

use super::cards::{self, Card};
use super::label::{self, Labels};
use super::number::{self, plural};
use super::phrase::{Phrase, Rich};
use super::winners::Winners;
use super::{demonstration, lineage, synthetic, title, unknowns};

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

/// Something that a reader must know before any number.
struct Banner {
    class: &'static str,
    text: Phrase,
    /// Whether “Failures and warnings” says more of it.
    trouble: bool,
}

impl Headline {
    /// Sums `report` up.
    pub(super) fn of(report: &Report, labels: &Labels) -> Self {
        let winners = Winners::of(report);
        Self {
            eyebrow: eyebrow(report),
            title: title::title(report, &winners, labels),
            lede: lede(report),
            banners: banners(report, labels)
                .into_iter()
                .chain(comparisons(report))
                .chain(demonstrations(report))
                .chain(random(report))
                .chain(related(report))
                .collect(),
            cards: cards::cards(report, &winners, labels),
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
        trouble: true,
    })
}

/// Which comparisons with a baseline were not made to their end.
fn comparisons(report: &Report) -> Option<Banner> {
    let names = label::comparisons(report);
    let cells = report.fidelity_cells.iter().zip(&names);
    let names: Vec<&str> = cells
        .filter(|(cell, _)| cell.status != Status::Complete)
        .map(|(_, name)| name.as_str())
        .collect();
    let list = |lead: &str| {
        Rich::default()
            .strong(lead)
            .text(" ")
            .list(names.iter().copied())
    };
    (!names.is_empty()).then(|| Banner {
        class: "warn",
        text: Phrase::of(
            list("기준 정밀도와 비교하는 일을 끝내지 못했습니다:"),
            list("Not compared with the baseline to the end:"),
        ),
        trouble: true,
    })
}

/// Which models are the same weights.
fn related(report: &Report) -> Option<Banner> {
    Some(Banner {
        class: "note",
        text: lineage::same_weights(report)?,
        trouble: false,
    })
}

/// That weights are random numbers.
fn random(report: &Report) -> Option<Banner> {
    Some(Banner {
        class: "warn",
        text: synthetic::disclaimer(&report.runs)?,
        trouble: false,
    })
}

/// That models are hanbench's own, and which of them are the same weights.
fn demonstrations(report: &Report) -> Option<Banner> {
    let said = demonstration::disclaimer(report)?;
    let same = demonstration::same_weights(&report.runs);
    let text = same.into_iter().fold(said, |text, sentence| {
        text.then(Phrase::same(" ")).then(sentence)
    });
    Some(Banner {
        class: "note",
        text,
        trouble: false,
    })
}
