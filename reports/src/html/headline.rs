//! The top of the page: what was measured and where, the answer, and what the answer leaves open.

use crate::view::{FEWEST_QUESTIONS, MOST_PPL_LOSS, Report, Status, machine_names, machines};
use askama::Template;
use askama::filters::HtmlSafe;

use super::advice::Advice;
use super::label::{self, Labels};
use super::number::{self, plural};
use super::phrase::{Phrase, Rich};
use super::reasons::{self, Reason};
use super::winners::Winners;
use super::{demonstration, lineage, synthetic, title, unknowns};

/// The top of the page.
#[derive(Template)]
#[template(path = "headline.html")]
pub(super) struct Headline {
    eyebrow: Phrase,
    title: Phrase,
    machines: Vec<MachineAdvice>,
    banners: Vec<Banner>,
    lede: Phrase,
    /// The rules behind the advice.
    rules: Vec<Phrase>,
    unknowns: Vec<Phrase>,
}

// The template escapes what it shows.
impl HtmlSafe for Headline {}

/// What is said of one machine.
struct MachineAdvice {
    /// The machine and what is recommended on it, where there are several.
    heading: Option<Phrase>,
    sentences: Vec<Phrase>,
    reasons: Vec<Reason>,
}

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
        let advice = Advice::all(report, labels);
        let all: Vec<usize> = (0..report.summary.len()).collect();
        let winners = Winners::of(report, &all);
        Self {
            eyebrow: eyebrow(report),
            title: title::title(report, &winners, labels, &advice),
            machines: advised(report, &advice),
            lede: lede(report),
            rules: rules(),
            banners: banners(report, labels)
                .into_iter()
                .chain(comparisons(report))
                .chain(demonstrations(report))
                .chain(random(report))
                .chain(related(report))
                .collect(),
            unknowns: unknowns::list(report, &advice),
        }
    }
}

impl Headline {
    pub(super) fn title(&self) -> &Phrase {
        &self.title
    }

    /// What failed, then what is recommended and why.
    pub(super) fn said(&self) -> impl Iterator<Item = &Phrase> {
        let banners = self.banners.iter().map(|banner| &banner.text);
        let advice = self.machines.iter();
        banners.chain(advice.flat_map(|machine| machine.heading.iter().chain(&machine.sentences)))
    }

    pub(super) fn unknowns(&self) -> impl Iterator<Item = &Phrase> {
        self.unknowns.iter()
    }
}

/// The advice of every machine.
fn advised(report: &Report, all: &[Advice]) -> Vec<MachineAdvice> {
    let several = machine_names(report).len() > 1;
    let of = |advice: &Advice| MachineAdvice {
        heading: several.then(|| {
            Phrase::foreign(&advice.row().machine)
                .then(Phrase::same(": "))
                .then(advice.what())
        }),
        sentences: advice.sentences(),
        reasons: reasons::reasons(advice),
    };
    all.iter().map(of).collect()
}

fn eyebrow(report: &Report) -> Phrase {
    let name = Phrase::both("hanbench 측정 보고서", "hanbench report");
    match report.runs.iter().map(|run| run.created.as_str()).max() {
        Some(latest) => name.then(Phrase::same(" · ")).then(number::date(latest)),
        None => name,
    }
}

/// The rules of `view::choice`, as METHODOLOGY.md has them.
fn rules() -> Vec<Phrase> {
    let margin = number::percent(MOST_PPL_LOSS);
    let n = FEWEST_QUESTIONS;
    vec![
        Phrase::both(
            "끝까지 잰 셀만 봅니다. 먼저 모델(가중치)을 고르고, 다음으로 그 정밀도를 정합니다.",
            "Only cells measured to their end count. The model (the weights) is chosen first, then its precision.",
        ),
        Phrase::both(
            "모델은 가장 높은 정밀도로 쓴 답을 같은 질문끼리 짝지어 견줍니다. 짚은 핵심 내용, 지킨 조건, 한국어로 쓴 줄, 주제를 벗어난 문장, 같은 말을 맴돈 부분의 차례로 보아, 처음으로 차이가 드러난 것이 둘의 앞뒤를 정합니다. 홀름의 방법으로 보정한 윌콕슨 p가 0.05보다 작고 95% 구간에 0이 없을 때 차이가 드러났다고 합니다.",
            "Models are compared by the answers of their highest precision, paired by question: by key points made, constraints met, lines in Korean, off-topic sentences and looping text, in this order. The first measure in which a difference is shown decides between two: Wilcoxon’s p, corrected by Holm’s method, is below 0.05 and the 95% interval holds no zero.",
        ),
        Phrase::both(
            "답변을 견줄 수 없으면 한글 음절당 비트의 95% 구간이 겹치지 않는지를 봅니다. 이때 대화 템플릿이 있는 모델과 없는 모델은 서로 견주지 않습니다.",
            "Where no answers compare, bits per Hangul syllable decide if their 95% intervals do not overlap; models with and without a chat template are then not compared.",
        ),
        Phrase::both(
            format!(
                "정밀도는 가장 높은 것에 견주어 답이 나빠졌다고 드러나지 않고, 퍼플렉시티가 {margin} 넘게 나빠질 가능성을 95% 구간이 배제하는 것만 남깁니다. 퍼플렉시티를 자리마다 견주지 않았다면 질문 {n}개 이상에 답한 것 가운데 나빠졌다고 드러나지 않은 것을 남깁니다."
            ),
            format!(
                "Of the precisions those are kept whose answers are not shown to be worse than the highest one’s, and whose 95% interval rules out that perplexity rises by more than {margin}. Where perplexities were not compared position by position, those whose answers to {n} questions or more show no loss."
            ),
        ),
        Phrase::both(
            "남은 것끼리는 메모리를 덜 쓰는 것, 메모리가 1% 안쪽으로 같으면 더 빠른 것을 고릅니다. 대화 템플릿이 있는 모델이 없는 모델에 앞섭니다.",
            "Between what is left, the one that takes less memory is taken, or within 1% of memory the faster one; models with a chat template go before those without.",
        ),
        Phrase::both(
            "차이를 보이지 못했다는 것은 차이가 없다는 뜻이 아니므로, 얼마까지 다를 수 있는지를 함께 적습니다. 셀마다의 판정은 choice.csv에, 모델끼리 견준 값은 variants.csv에 있습니다.",
            "A difference that is not shown may still be there, so how large it can be stands beside it. The verdict on every cell is in choice.csv, the comparisons of models in variants.csv.",
        ),
    ]
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
