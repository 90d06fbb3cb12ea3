//! What the answers of one cell beside its baseline's come to, in sentences.

use crate::josa;
use crate::view::TextRow;

use super::label::Labels;
use super::number;
use super::phrase::{Phrase, Rich};
use super::texts::{Measure, measures};

/// Places of first differences that are named one by one at most.
const FEW: usize = 3;

/// The sentences on one row of the table.
pub(super) fn said(row: &TextRow, labels: &Labels) -> Vec<Phrase> {
    let mut said = Vec::new();
    if row.n_questions > 0 {
        said.push(alike(row, labels).then(parted(row)));
        said.extend(cut(row));
        said.extend(shown(row));
        said.extend(not_shown(row));
        said.extend(unchanged(row));
        said.extend(too_few(row));
        said.extend(length_unknown(row));
    }
    said.extend(not_compared(row));
    said
}

/// How many answers are identical.
fn alike(row: &TextRow, labels: &Labels) -> Phrase {
    let baseline = labels.name(row.baseline_cell);
    let with = josa::and(baseline);
    let (k, n) = (number::count(row.identical), number::count(row.n_questions));
    let base = || Rich::default().foreign(baseline);
    let range = row.identical_ci95_low.zip(row.identical_ci95_high);
    let (ko, en) = range.map_or_else(Default::default, |(low, high)| {
        let range = format!("{}–{}", number::percent(low), number::percent(high));
        (
            format!("(95% 구간 {range})"),
            format!(" (95% interval {range})"),
        )
    });
    let (ko, en) = if row.identical == row.n_questions {
        (
            base().text(format!(
                "{with} 견준 질문 {n}개에 모두 똑같이 답했습니다{ko}."
            )),
            Rich::default()
                .text(format!(
                    "All {n} answers compared are identical to those of "
                ))
                .foreign(baseline)
                .text(format!("{en}.")),
        )
    } else if row.identical == 0 {
        (
            base().text(format!(
                "{with} 견준 질문 {n}개 가운데 똑같이 답한 것은 하나도 없습니다{ko}."
            )),
            Rich::default()
                .text(format!(
                    "None of the {n} answers compared is identical to that of "
                ))
                .foreign(baseline)
                .text(format!("{en}.")),
        )
    } else {
        (
            base().text(format!(
                "{with} 견준 질문 {n}개 가운데 {k}개에 똑같이 답했습니다{ko}."
            )),
            Rich::default()
                .text("The same answer as ")
                .foreign(baseline)
                .text(format!(" to {k} of {n} questions{en}.")),
        )
    };
    Phrase::of(ko, en)
}

/// Where the others part.
fn parted(row: &TextRow) -> Phrase {
    let places: Vec<String> = row
        .places
        .iter()
        .map(|place| number::count(*place))
        .collect();
    let n = number::count(row.n_parted);
    let [ko, en] = match (row.identical, row.n_parted) {
        (0, 1) => ["".into(), "It parts".into()],
        (0, _) => ["".into(), "They part".into()],
        (_, 1) => ["나머지 하나가 ".into(), "The other one parts".into()],
        _ => [format!("나머지 {n}개가 "), format!("The other {n} part")],
    };
    match places.as_slice() {
        [] => Phrase::default(),
        [only] => Phrase::both(
            format!(" {ko}갈라지는 곳은 {only}번째 토큰입니다."),
            format!(" {en} at token {only}."),
        ),
        [firsts @ .., last] if places.len() <= FEW => {
            let each: Vec<String> = places.iter().map(|place| format!("{place}번째")).collect();
            Phrase::both(
                format!(" {ko}갈라지는 곳은 {} 토큰입니다.", each.join(", ")),
                format!(" {en} at tokens {} and {last}.", firsts.join(", ")),
            )
        }
        [first, .., last] => {
            let median = number::place(row.first_difference.unwrap_or_default());
            let [ko_share, en_share] = through(row);
            Phrase::both(
                format!(
                    " {ko}갈라지는 곳은 중앙값으로 {median}번째 토큰{ko_share}이고, 가장 이른 것은 {first}번째, 가장 늦은 것은 {last}번째입니다."
                ),
                format!(
                    " {en} at token {median} in the median{en_share}, the earliest at {first} and the latest at {last}."
                ),
            )
        }
    }
}

/// How much of the baseline's answers has passed where they part, in brackets.
fn through(row: &TextRow) -> [String; 2] {
    let passed = row.first_difference_share.filter(|share| *share > 0.0);
    passed
        .map(number::percent)
        .map_or_else(Default::default, |share| {
            [
                format!("(기준 답의 {share}가 지난 곳)"),
                format!(" ({share} into the baseline’s answer)"),
            ]
        })
}

/// What is identical only as far as the limit.
fn cut(row: &TextRow) -> Option<Phrase> {
    let n = number::count(row.n_cut_both);
    (row.n_cut_both > 0).then(|| {
        Phrase::both(
            format!("똑같은 답 가운데 {n}개는 토큰 한도에서 잘렸으므로, 잘린 데까지만 같다고 할 수 있습니다."),
            format!("Of the identical answers {n} hit the token limit, so they are known to be identical only up to there."),
        )
    })
}

/// The measures of which `holds` is true, each as `write` puts it, with commas between them.
fn list(
    row: &TextRow,
    holds: impl Fn(&Measure) -> bool,
    write: impl Fn(&Measure) -> Phrase,
) -> Option<Phrase> {
    let kept = measures()
        .into_iter()
        .filter(|measure| holds(measure) && (measure.of)(row).n > 0);
    kept.map(|measure| write(&measure))
        .reduce(|list, next| list.then(Phrase::same(", ")).then(next))
}

/// `길이(` … `)`.
fn in_brackets(measure: &Measure, inside: Phrase) -> Phrase {
    let open = Phrase::both("(", " (");
    measure
        .name()
        .then(open)
        .then(inside)
        .then(Phrase::same(")"))
}

fn shown(row: &TextRow) -> Option<Phrase> {
    let write = |measure: &Measure| {
        let estimate = measure.estimate(row);
        let value = estimate.map_or_else(String::new, |e| e.signed_text());
        let range = estimate
            .and_then(|e| e.signed_interval_text())
            .unwrap_or_default();
        let p = (measure.of)(row).p.map_or_else(String::new, number::p);
        let inside = Phrase::same(value).then(measure.unit()).then(Phrase::both(
            format!(", 95% 구간 {range}, {p}"),
            format!(", 95% interval {range}, {p}"),
        ));
        in_brackets(measure, inside)
    };
    let list = list(row, |measure| (measure.of)(row).is_shown(), write)?;
    let before = Phrase::both("달라졌다고 할 수 있는 것: ", "A change is shown in: ");
    Some(before.then(list).then(Phrase::same(".")))
}

fn not_shown(row: &TextRow) -> Option<Phrase> {
    let holds = |measure: &Measure| {
        let change = (measure.of)(row);
        !change.is_shown() && change.half_width().is_some()
    };
    let write = |measure: &Measure| {
        let half = measure.estimate(row).and_then(|e| e.half_width_text());
        let half = Phrase::same(half.unwrap_or_default());
        in_brackets(measure, half.then(measure.unit()))
    };
    let list = list(row, holds, write)?;
    Some(
        Phrase::both("달라졌다고 할 수 없는 것: ", "No change is shown in: ")
            .then(list)
            .then(Phrase::same(".")),
    )
}

fn unchanged(row: &TextRow) -> Option<Phrase> {
    let list = list(
        row,
        |measure| (measure.of)(row).none_changed,
        |measure| measure.name(),
    )?;
    Some(
        Phrase::both(
            "견준 모든 질문에서 그대로인 것: ",
            "Unchanged in every question compared: ",
        )
        .then(list)
        .then(Phrase::same(".")),
    )
}

/// Measures that differ in some question and have no interval.
fn too_few(row: &TextRow) -> Option<Phrase> {
    let holds = |measure: &Measure| {
        let change = (measure.of)(row);
        change.half_width().is_none() && !change.none_changed
    };
    let list = list(row, holds, |measure| measure.name())?;
    Some(
        Phrase::both(
            "값이 너무 적거나 모두 같은 만큼 달라져 구간을 내지 못한 것: ",
            "Too few values, or all changed alike, so that there is no interval: ",
        )
        .then(list)
        .then(Phrase::same(".")),
    )
}

fn length_unknown(row: &TextRow) -> Option<Phrase> {
    let n = row.n_length_unknown;
    (n > 0).then(|| {
        Phrase::both(
            format!("길이의 변화에서 뺀 질문: {}개.", number::count(n)),
            format!(
                "Left out of the change in length: {}.",
                number::plural(n as usize, "question")
            ),
        )
    })
}

/// What is not compared, and why.
fn not_compared(row: &TextRow) -> Option<Phrase> {
    let why = [
        (
            row.n_not_answered,
            "둘 가운데 하나에 답이 없는 것",
            "one of the two has no answer",
        ),
        (row.n_sampled, "토큰을 무작위로 뽑은 것", "sampled"),
        (
            row.n_other_parallel,
            "동시에 답한 수가 다른 것",
            "answered at another parallelism",
        ),
        (
            row.n_other_prompt,
            "프롬프트가 다른 것",
            "asked with another prompt",
        ),
        (
            row.n_no_tokens,
            "토큰을 기록하지 않던 버전으로 잰 것",
            "measured by a version that recorded no tokens",
        ),
    ];
    let why: Vec<_> = why.into_iter().filter(|(n, ..)| *n > 0).collect();
    if why.is_empty() {
        return None;
    }
    let part = |(n, ko, en): &(u32, &str, &str)| {
        let n = number::count(*n);
        match why.len() {
            1 => ((*ko).into(), (*en).into()),
            _ => (format!("{ko} {n}개"), format!("{en}: {n}")),
        }
    };
    let (ko, en): (Vec<String>, Vec<String>) = why.iter().map(part).unzip();
    let n = row.n_not_compared;
    let said = Phrase::both(
        format!(
            "견주지 않은 질문: {}개({}).",
            number::count(n),
            ko.join(", ")
        ),
        format!(
            "Not compared: {} ({}).",
            number::plural(n as usize, "question"),
            en.join("; ")
        ),
    );
    let by_chance = Phrase::both(
        " 무작위로 뽑은 답은 정밀도가 같아도 달라질 수 있습니다.",
        " Sampled answers differ by chance at one precision too.",
    );
    Some(match row.n_sampled {
        0 => said,
        _ => said.then(by_chance),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use crate::view::Change;

    /// What is said of `general/F16` after a change to its row, in both languages.
    fn said_of(change: impl Fn(&mut TextRow)) -> String {
        let mut report = sample::report(2, 8);
        change(&mut report.texts[0]);
        let said = said(&report.texts[0], &Labels::of(&report));
        let tags = [
            "<bdi>",
            "</bdi>",
            "<span class=\"t\" lang=\"ko\">",
            "</span>",
        ];
        let plain = |phrase: &Phrase| {
            let text = phrase
                .to_string()
                .replace("<span class=\"t\" lang=\"en\">", "\n");
            tags.iter().fold(text, |text, tag| text.replace(tag, ""))
        };
        said.iter().map(plain).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn few_places_are_named_and_many_are_summed_up() {
        let first = |places: &[u32]| {
            let said = said_of(|row| {
                (row.n_questions, row.n_parted) = (8, places.len() as u32);
                row.identical = 8 - row.n_parted;
                (row.identical_ci95_low, row.identical_ci95_high) = (None, None);
                row.first_difference = Some(12.5);
                row.first_difference_share = Some(0.25);
                row.places = places.to_vec();
            });
            said.lines()
                .take(2)
                .map(|line| line.to_owned() + "\n")
                .collect::<String>()
        };
        let said = [&[][..], &[41], &[41, 97], &[3, 9, 16, 40], &[1; 8]].map(first);
        insta::assert_snapshot!(said.concat(), @"
        general/F32와 견준 질문 8개에 모두 똑같이 답했습니다.
        All 8 answers compared are identical to those of general/F32.
        general/F32와 견준 질문 8개 가운데 7개에 똑같이 답했습니다. 나머지 하나가 갈라지는 곳은 41번째 토큰입니다.
        The same answer as general/F32 to 7 of 8 questions. The other one parts at token 41.
        general/F32와 견준 질문 8개 가운데 6개에 똑같이 답했습니다. 나머지 2개가 갈라지는 곳은 41번째, 97번째 토큰입니다.
        The same answer as general/F32 to 6 of 8 questions. The other 2 part at tokens 41 and 97.
        general/F32와 견준 질문 8개 가운데 4개에 똑같이 답했습니다. 나머지 4개가 갈라지는 곳은 중앙값으로 12.5번째 토큰(기준 답의 25%가 지난 곳)이고, 가장 이른 것은 3번째, 가장 늦은 것은 40번째입니다.
        The same answer as general/F32 to 4 of 8 questions. The other 4 part at token 12.5 in the median (25% into the baseline’s answer), the earliest at 3 and the latest at 40.
        general/F32와 견준 질문 8개 가운데 똑같이 답한 것은 하나도 없습니다. 갈라지는 곳은 중앙값으로 12.5번째 토큰(기준 답의 25%가 지난 곳)이고, 가장 이른 것은 1번째, 가장 늦은 것은 1번째입니다.
        None of the 8 answers compared is identical to that of general/F32. They part at token 12.5 in the median (25% into the baseline’s answer), the earliest at 1 and the latest at 1.
        ");
    }

    #[test]
    fn changes_are_sorted_by_what_can_be_said_of_them() {
        let change = |mean, half, p| Change {
            n: 8,
            mean: Some(mean),
            ci95_low: Some(mean - half),
            ci95_high: Some(mean + half),
            p: Some(p),
            none_changed: false,
        };
        let said = said_of(|row| {
            row.chars = change(-8.25, 4.0, 0.012);
            // An interval without zero is not enough, and neither is a small p.
            row.korean = change(0.02, 0.01, 0.2);
            row.coverage = change(0.02, 0.1, 0.01);
            row.obedience = Change {
                ci95_low: None,
                ..change(0.5, 0.1, 1.0)
            };
            (row.n_cut_both, row.n_length_unknown) = (2, 1);
            (row.n_not_compared, row.n_sampled, row.n_other_prompt) = (3, 1, 2);
        });
        let said = said.lines().skip(2).collect::<Vec<_>>().join("\n");
        insta::assert_snapshot!(said, @"
        똑같은 답 가운데 2개는 토큰 한도에서 잘렸으므로, 잘린 데까지만 같다고 할 수 있습니다.
        Of the identical answers 2 hit the token limit, so they are known to be identical only up to there.
        달라졌다고 할 수 있는 것: 길이(−8.2자, 95% 구간 −12.2 … −4.2, p = 0.012).
        A change is shown in: length (−8.2 characters, 95% interval −12.2 … −4.2, p = 0.012).
        달라졌다고 할 수 없는 것: 한글 비율(±1.0%p), 핵심 내용(±10%p).
        No change is shown in: Hangul (±1.0 points), key points (±10 points).
        견준 모든 질문에서 그대로인 것: 한국어 줄, 맴돈 부분.
        Unchanged in every question compared: Korean lines, looping text.
        값이 너무 적거나 모두 같은 만큼 달라져 구간을 내지 못한 것: 지킨 조건.
        Too few values, or all changed alike, so that there is no interval: constraints met.
        길이의 변화에서 뺀 질문: 1개.
        Left out of the change in length: 1 question.
        견주지 않은 질문: 3개(토큰을 무작위로 뽑은 것 1개, 프롬프트가 다른 것 2개). 무작위로 뽑은 답은 정밀도가 같아도 달라질 수 있습니다.
        Not compared: 3 questions (sampled: 1; asked with another prompt: 2). Sampled answers differ by chance at one precision too.
        ");
    }
}
