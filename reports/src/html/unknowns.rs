//! What a report does not know, said beside its answer.

use crate::josa;
use crate::precision::Precision;
use crate::view::{EnergyRow, Report, Standing, machines};

use super::advice::Advice;
use super::number;
use super::phrase::{Phrase, Rich};

/// One sentence for each thing that a reader may expect here and that was not measured or cannot be.
pub(super) fn list(report: &Report, advice: &[Advice]) -> Vec<Phrase> {
    let mut out = Vec::new();
    out.extend(no_quality(report));
    out.extend(lost_before(advice));
    out.extend(cut(report, advice));
    out.extend(not_in_suite(report));
    out.extend(few_repetitions(report));
    if !report.answers.is_empty() {
        out.push(Phrase::both(
            "답변이 사실에 맞는지는 채점하지 않았습니다. 보고서의 ‘답변’에 나란히 실었으니 직접 읽고 판단하십시오.",
            "Whether the answers are true was not scored. They stand side by side under “Answers”: read and judge.",
        ));
    }
    if report.fidelity.is_empty() {
        out.push(Phrase::both(
            "정밀도를 낮추면 다음 토큰의 확률 분포가 얼마나 달라지는지(KL 발산)는 재지 않았습니다.",
            "How far a lower precision moves the next-token distribution (KL divergence) was not measured.",
        ));
    }
    out.extend(energy(report));
    if let ([machine], false) = (machines(report).as_slice(), report.speed.is_empty()) {
        out.push(Phrase::of(
            Rich::default()
                .text("속도는 ")
                .foreign(&machine.name)
                .text(" 한 대에서 잰 것입니다. 다른 기계에서는 순서가 달라질 수 있습니다."),
            Rich::default()
                .text("The speeds are those of ")
                .foreign(&machine.name)
                .text(" alone; another machine may rank the cells differently."),
        ));
    }
    out
}

/// That nothing tells how good the answers are, so that nothing is recommended.
fn no_quality(report: &Report) -> Option<Phrase> {
    let any = report
        .choices
        .iter()
        .any(|row| row.standing == Standing::NoQuality);
    any.then(|| {
        Phrase::both(
            "답변도 퍼플렉시티도 재지 않아 어느 것이 한국어를 더 잘하는지 알 수 없으므로 아무것도 권하지 않습니다.",
            "Neither answers nor perplexity were measured, so which is better at Korean is not known and nothing is recommended.",
        )
    })
}

/// That a recommended cell was made from a quantised file, which had lost something before.
fn lost_before(advice: &[Advice]) -> Vec<Phrase> {
    let said = |advice: &Advice| {
        let source = advice.report.cells[advice.cell].raised_from()?;
        Precision::parse(source).bits().filter(|bits| *bits < 16)?;
        let name = advice.labels.name(advice.cell);
        Some(Phrase::of(
            Rich::default()
                .foreign(name)
                .text(format!("{} ", josa::topic(name)))
                .foreign(source)
                .text(" 파일에서 만든 것입니다. 그 파일이 이미 잃은 것은 되돌아오지 않으며, 얼마나 잃었는지는 원본 파일을 재어야 알 수 있습니다."),
            Rich::default()
                .foreign(name)
                .text(" was made from a file in ")
                .foreign(source)
                .text(". What that file had lost before does not come back; how much that is, only measuring the original file can tell."),
        ))
    };
    advice.iter().filter_map(said).collect()
}

/// That many answers of a recommended cell were cut: what they would have said further is not scored.
fn cut(report: &Report, advice: &[Advice]) -> Option<Phrase> {
    let share = |advice: &Advice| report.summary[advice.cell].cut_share;
    let most = advice.iter().filter_map(share).reduce(f64::max)?;
    (most >= 0.25).then(|| {
        let share = number::percent(most);
        Phrase::both(
            format!("권한 셀의 답 가운데 {share}가 토큰 한도에서 잘렸습니다. 점수는 잘리기 전까지 쓴 것만 본 값입니다."),
            format!("{share} of the answers of the recommended cell were cut at the token limit; scores are of what was written before."),
        )
    })
}

/// Measures that no suite of the report asks for.
fn not_in_suite(report: &Report) -> Option<Phrase> {
    let lacks = |has: fn(&datasets::Suite) -> bool| {
        !report.runs.is_empty() && !report.runs.iter().any(|run| has(&run.suite))
    };
    let missing: Vec<(&str, &str)> = [
        (lacks(|suite| suite.speed.is_some()), ("속도", "speed")),
        (
            lacks(|suite| suite.perplexity.is_some()),
            ("퍼플렉시티", "perplexity"),
        ),
        (lacks(|suite| suite.answers.is_some()), ("답변", "answers")),
    ]
    .into_iter()
    .filter_map(|(lacking, names)| lacking.then_some(names))
    .collect();
    let (ko, en): (Vec<_>, Vec<_>) = missing.into_iter().unzip();
    (!ko.is_empty()).then(|| {
        Phrase::both(
            format!("이 스위트에는 다음 측정이 없습니다: {}.", ko.join(", ")),
            format!("The suite does not measure: {}.", en.join(", ")),
        )
    })
}

/// Energy that no meter told.
fn energy(report: &Report) -> Option<Phrase> {
    let known = |row: &EnergyRow| row.joules_per_token.is_some();
    if report.speed.is_empty() || report.energy.iter().any(known) {
        return None;
    }
    Some(match report.energy.is_empty() {
        true => Phrase::both(
            "토큰 하나에 에너지가 얼마나 드는지는 재지 않았습니다.",
            "The energy of a token was not measured.",
        ),
        false => Phrase::both(
            "토큰 하나에 에너지가 얼마나 드는지는 재지 못했습니다. 이유와 방법은 보고서의 ‘에너지’에 적었습니다.",
            "The energy of a token could not be measured; “Energy” says why and what to do.",
        ),
    })
}

/// Intervals from few repetitions are rough.
fn few_repetitions(report: &Report) -> Option<Phrase> {
    let tests = report
        .speed
        .iter()
        .filter(|row| row.test == "prefill" || row.test == "decode");
    let fewest = tests.map(|row| row.reps).min().filter(|&reps| reps < 10)?;
    let reps = number::count(fewest);
    Some(Phrase::both(
        format!("{reps}번만 되풀이한 속도 시험이 있어 95% 구간은 어림값입니다."),
        format!(
            "Some speed tests were repeated only {reps} times, so their 95% intervals are rough."
        ),
    ))
}
