//! The three answers of the headline: fastest decode, least memory, fewest bits per syllable.

use crate::josa;
use crate::view::Report;

use super::contest::Contest;
use super::label::Labels;
use super::number;
use super::phrase::{Phrase, Rich};
use super::units;
use super::winners::{MOST_LEADERS, Winners, decode_test};

/// One answer of the headline.
pub(super) struct Card {
    pub(super) question: Phrase,
    /// `None` where no cell has a value.
    pub(super) answer: Option<Answer>,
    /// How sure that is, or why there is no answer.
    pub(super) verdict: Phrase,
    /// What to keep in mind.
    pub(super) caveat: Option<Phrase>,
}

/// The best value and whose it is.
pub(super) struct Answer {
    pub(super) cell: Phrase,
    pub(super) value: String,
    pub(super) unit: Phrase,
    pub(super) interval: Option<String>,
}

/// The three cards.
pub(super) fn cards(report: &Report, winners: &Winners, labels: &Labels) -> Vec<Card> {
    vec![
        speed_card(report, winners, labels),
        memory_card(winners, labels),
        bits_card(report, winners, labels),
    ]
}

fn speed_card(report: &Report, winners: &Winners, labels: &Labels) -> Card {
    let question = Phrase::both("답을 가장 빨리 써 내려가는 셀", "Fastest decode");
    let Some(contest) = &winners.decode else {
        return missing(
            question,
            report.runs.iter().any(|run| run.suite.speed.is_some()),
        );
    };
    let test = decode_test(report, contest.best.cell);
    let caveat = test.map(|(n_gen, depth)| {
        Phrase::both(
            format!("시퀀스 하나로 {n_gen}토큰을 만든 속도(깊이 {depth})의 중앙값입니다."),
            format!("Median rate of {n_gen} tokens in one sequence at depth {depth}."),
        )
    });
    let left_out = left_out(winners.other_tests, "다른 시험으로", "by another test");
    Card {
        question,
        answer: Some(answer(contest, units::tokens_per_second(), labels)),
        verdict: verdict(contest, labels),
        caveat: join(caveat, left_out),
    }
}

fn bits_card(report: &Report, winners: &Winners, labels: &Labels) -> Card {
    let question = Phrase::both(
        "한글 음절을 가장 적은 비트로 예측한 셀",
        "Fewest bits per Hangul syllable",
    );
    let Some(contest) = &winners.bits else {
        return missing(
            question,
            report.runs.iter().any(|run| run.suite.perplexity.is_some()),
        );
    };
    let caveat = Phrase::both(
        "글을 얼마나 잘 예측하는지 본 값이라, 대화용으로 조정한 모델에는 불리합니다.",
        "How well raw text is predicted, which puts models tuned for chat at a disadvantage.",
    );
    let left_out = left_out(winners.other_texts, "다른 글로", "on other texts");
    Card {
        question,
        answer: Some(answer(
            contest,
            Phrase::both("비트/음절", "bits/syllable"),
            labels,
        )),
        verdict: verdict(contest, labels),
        caveat: join(Some(caveat), left_out),
    }
}

fn memory_card(winners: &Winners, labels: &Labels) -> Card {
    let question = Phrase::both("메모리를 가장 적게 쓰는 셀", "Least memory");
    let Some(contest) = &winners.memory else {
        return missing(question, true);
    };
    let size = number::bytes(contest.best.estimate.value as u64);
    let (value, unit) = size.split_once(' ').unwrap_or((&size, ""));
    let verdict = match contest.next {
        None => alone(),
        Some(next) => {
            let name = labels.name(next.cell);
            let size = number::bytes(next.estimate.value as u64);
            let tell = if winners.smallest().is_some() {
                Phrase::default()
            } else {
                Phrase::both(
                    " 1% 안쪽이라 차이가 있다고 할 수 없습니다.",
                    " Within 1%: no difference can be shown.",
                )
            };
            Phrase::of(
                Rich::default()
                    .text("2위는 ")
                    .foreign(name)
                    .text(format!("({size})입니다.")),
                Rich::default()
                    .text("Next is ")
                    .foreign(name)
                    .text(format!(" at {size}.")),
            )
            .then(tell)
        }
    };
    let caveat = Phrase::both(
        "프로세스가 가장 많이 쓴 주 메모리입니다. 셀마다 한 번 재므로 구간이 없습니다.",
        "Peak resident main memory of the process, measured once per cell and so without an interval.",
    );
    Card {
        question,
        answer: Some(Answer {
            cell: Phrase::foreign(labels.name(contest.best.cell)),
            value: value.to_owned(),
            unit: Phrase::same(unit),
            interval: None,
        }),
        verdict,
        caveat: Some(caveat),
    }
}

fn answer(contest: &Contest, unit: Phrase, labels: &Labels) -> Answer {
    let best = Phrase::foreign(labels.name(contest.best.cell));
    let cell = match contest.tied.len() {
        0 => best,
        1 => best.then(Phrase::both(" 외 1개", " or 1 other")),
        n => best.then(Phrase::both(
            format!(" 외 {n}개"),
            format!(" or {n} others"),
        )),
    };
    Answer {
        cell,
        value: contest.best.estimate.value_text(),
        unit,
        interval: contest.best.estimate.interval_text(),
    }
}

fn missing(question: Phrase, asked: bool) -> Card {
    let verdict = if asked {
        Phrase::both("잰 셀이 없습니다.", "No cell has a value.")
    } else {
        Phrase::both("이 스위트에서는 재지 않습니다.", "Not part of this suite.")
    };
    Card {
        question,
        answer: None,
        verdict,
        caveat: None,
    }
}

fn alone() -> Phrase {
    Phrase::both(
        "견줄 다른 셀이 없습니다.",
        "There is no other cell to compare with.",
    )
}

/// What the intervals say of the best against the others.
fn verdict(contest: &Contest, labels: &Labels) -> Phrase {
    let Some(next) = contest.next else {
        return alone();
    };
    if contest.is_clear() {
        let name = labels.name(next.cell);
        let value = next.estimate.value_text();
        let interval = next.estimate.interval_text().unwrap_or_default();
        return Phrase::of(
            Rich::default()
                .text("2위인 ")
                .foreign(name)
                .text(format!("({value}, 95% 구간 {interval})"))
                .text(josa::and(name))
                .text(" 구간이 겹치지 않습니다."),
            Rich::default()
                .text("Its interval does not overlap that of the next, ")
                .foreign(name)
                .text(format!(" ({value}, 95% interval {interval}).")),
        );
    }
    overlapping(contest, labels).then(unjudged(contest, labels))
}

/// Cells whose intervals overlap with the best one's.
fn overlapping(contest: &Contest, labels: &Labels) -> Phrase {
    let names = || contest.tied.iter().map(|&cell| labels.name(cell));
    if contest.tied.is_empty() {
        return Phrase::default();
    }
    if contest.all_tied() && contest.tied.len() > MOST_LEADERS {
        let n = contest.tied.len() + 1;
        return Phrase::of(
            Rich::default()
                .text(format!("견준 셀 {n}개의 95% 구간이 겹쳐 "))
                .strong("차이가 있다고 할 수 없습니다")
                .text("."),
            Rich::default()
                .strong("No difference can be shown")
                .text(format!(" between the {n} cells: 95% intervals overlap.")),
        );
    }
    Phrase::of(
        Rich::default()
            .strong("차이가 있다고 할 수 없는 셀")
            .text("(95% 구간이 겹침): ")
            .list(names())
            .text(". "),
        Rich::default()
            .strong("No difference can be shown")
            .text(" from (95% intervals overlap): ")
            .list(names())
            .text(". "),
    )
}

/// Cells without an interval to compare.
fn unjudged(contest: &Contest, labels: &Labels) -> Phrase {
    let names = || contest.unjudged.iter().map(|&cell| labels.name(cell));
    if contest.unjudged.is_empty() {
        return Phrase::default();
    }
    Phrase::of(
        Rich::default()
            .text("반복이 적어 구간이 없으므로 견줄 수 없는 셀: ")
            .list(names())
            .text("."),
        Rich::default()
            .text("Too few repetitions for an interval, so no verdict on: ")
            .list(names())
            .text("."),
    )
}

/// That some cells could not be ranked with the rest.
fn left_out(n: usize, ko: &str, en: &str) -> Option<Phrase> {
    (n > 0).then(|| {
        Phrase::both(
            format!("{ko} 잰 셀 {n}개는 빼고 견주었습니다."),
            format!("Left out: {n} measured {en}."),
        )
    })
}

fn join(a: Option<Phrase>, b: Option<Phrase>) -> Option<Phrase> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.then(Phrase::same(" ")).then(b)),
        (a, b) => a.or(b),
    }
}
