//! In sentences: which precisions are on the Pareto front, and what each buys.

use crate::view::{GridRow, SAME_MEMORY};

use super::grid::{Group, decode, divergence};
use super::label::Labels;
use super::number;
use super::phrase::{Phrase, Rich};

/// What is said of the cells that are compared with one baseline.
pub(super) struct Said {
    /// How many there are, and how many are on the front.
    pub(super) said: Phrase,
    /// What each of these gives and takes.
    pub(super) front: Vec<Phrase>,
    /// What is to be said of the others.
    pub(super) rest: Option<Phrase>,
}

/// Sums a group up.
pub(super) fn said(group: &Group, labels: &Labels) -> Said {
    let judged: Vec<&GridRow> = group.judged().collect();
    let front: Vec<&GridRow> = judged
        .iter()
        .copied()
        .filter(|row| row.pareto == Some(true))
        .collect();
    Said {
        said: count(group, judged.len(), front.len(), labels),
        front: front
            .iter()
            .map(|row| buys(row, group.baseline, labels))
            .collect(),
        rest: rest(group, judged.len() - front.len(), labels),
    }
}

fn count(group: &Group, judged: usize, front: usize, labels: &Labels) -> Phrase {
    let baseline = labels.name(group.baseline.cell);
    let (ko, en) = if judged == front {
        let all = match judged {
            2 => "both".to_owned(),
            n => format!("all {n}"),
        };
        (
            format!(" 기준으로 견준 셀 {judged}개가 모두 파레토 경계에 있습니다."),
            format!(": {all} cells compared are on the Pareto front."),
        )
    } else {
        let are = if front == 1 { "is" } else { "are" };
        (
            format!(" 기준으로 견준 셀 {judged}개 가운데 {front}개가 파레토 경계에 있습니다."),
            format!(": of {judged} cells compared, {front} {are} on the Pareto front."),
        )
    };
    Phrase::of(
        Rich::default().foreign(baseline).text(ko),
        Rich::default().text("Against ").foreign(baseline).text(en),
    )
}

/// What a cell on the front gives and takes beside the baseline.
fn buys(row: &GridRow, baseline: &GridRow, labels: &Labels) -> Phrase {
    let name = labels.name(row.cell);
    let parts = match row.is_baseline {
        true => own(row),
        false => {
            let parts = [speed(row, baseline), memory(row, baseline), distance(row)];
            let [speed, memory, distance] = parts;
            (
                format!("{}, {}, {}.", speed.0, memory.0, distance.0),
                format!("{}, {}, and {}.", speed.1, memory.1, distance.1),
            )
        }
    };
    Phrase::of(
        Rich::default().foreign(name).text(format!(": {}", parts.0)),
        Rich::default().foreign(name).text(format!(" {}", parts.1)),
    )
}

/// Korean and English.
type Both = (String, String);

/// The baseline's own values.
fn own(row: &GridRow) -> Both {
    let (speed_ko, speed_en) = rate(row);
    let memory = row.memory_bytes().map_or_else(String::new, number::bytes);
    (
        format!(
            "기준이므로 KL 발산은 0입니다. 디코드 속도는 {speed_ko}, 최대 메모리는 {memory}입니다."
        ),
        format!(
            "is the baseline, so its divergence is 0. It decodes {speed_en} and takes {memory} of memory."
        ),
    )
}

/// The decode rate with its interval.
fn rate(row: &GridRow) -> Both {
    let Some(estimate) = decode(row) else {
        return ("알 수 없고".into(), "at an unknown rate".into());
    };
    let value = estimate.value_text();
    let (interval_ko, interval_en) = interval(estimate.interval_text());
    (
        format!("초당 {value}토큰({interval_ko})"),
        format!("{value} tokens/s ({interval_en})"),
    )
}

fn interval(text: Option<String>) -> Both {
    text.map_or_else(
        || ("구간 없음".into(), "no interval".into()),
        |text| (format!("95% 구간 {text}"), format!("95% interval {text}")),
    )
}

/// Faster or slower than the baseline, where that is shown.
fn speed(row: &GridRow, baseline: &GridRow) -> Both {
    let (ko, en) = rate(row);
    let apart = decode(row).zip(decode(baseline));
    let shown = apart.and_then(|(own, base)| {
        let overlap = own.overlaps(&base)?;
        Some((overlap, own.value > base.value))
    });
    match shown {
        Some((false, true)) => (
            format!("디코드는 {ko}으로 기준보다 빠르고"),
            format!("decodes faster than the baseline, {en}"),
        ),
        Some((false, false)) => (
            format!("디코드는 {ko}으로 기준보다 느리고"),
            format!("decodes slower than the baseline, {en}"),
        ),
        Some((true, _)) => (
            format!("디코드는 {ko}으로 기준과 차이가 있다고 할 수 없고"),
            format!("shows no difference from the baseline in decode speed, {en}"),
        ),
        None => (format!("디코드는 {ko}이고"), format!("decodes {en}")),
    }
}

/// More or less memory than the baseline, where they differ by more than can be told.
fn memory(row: &GridRow, baseline: &GridRow) -> Both {
    let Some((own, base)) = row.memory_bytes().zip(baseline.memory_bytes()) else {
        let own = row.memory_bytes().map_or_else(String::new, number::bytes);
        return (
            format!("최대 메모리는 {own}이고"),
            format!("takes {own} of memory"),
        );
    };
    let (less, more) = (own.min(base) as f64, own.max(base) as f64);
    if more <= less * (1.0 + SAME_MEMORY) {
        return (
            "메모리는 기준만큼 쓰며".into(),
            "takes as much memory".into(),
        );
    }
    let size = number::bytes(own.abs_diff(base));
    let share = number::percent((more - less) / base as f64);
    match own < base {
        true => (
            format!("메모리는 {size}({share}) 덜 쓰며"),
            format!("takes {size} ({share}) less memory"),
        ),
        false => (
            format!("메모리는 {size}({share}) 더 쓰며"),
            format!("takes {size} ({share}) more memory"),
        ),
    }
}

/// The divergence with its interval.
fn distance(row: &GridRow) -> Both {
    let Some(estimate) = divergence(row) else {
        return (
            "KL 발산은 알 수 없습니다".into(),
            "its divergence is unknown".into(),
        );
    };
    let range = estimate
        .interval
        .map(|(low, high)| format!("{}–{}", number::magnitude(low), number::magnitude(high)));
    let value = number::magnitude(estimate.value);
    let (ko, en) = interval(range);
    (
        format!("평균 KL 발산은 {value}나트({ko})입니다"),
        format!("diverges by {value} nats on average ({en})"),
    )
}

/// That something beats the others, and which cells could not be judged.
fn rest(group: &Group, beaten: usize, labels: &Labels) -> Option<Phrase> {
    let beaten = match beaten {
        0 => None,
        1 => Some(Phrase::both(
            "나머지 하나에는 더 나은 셀이 있습니다. 어느 셀인지는 표에 적었습니다.",
            "Something beats the other cell; the table says what.",
        )),
        n => Some(Phrase::both(
            format!(
                "나머지 {n}개에는 저마다 더 나은 셀이 있습니다. 어느 셀인지는 표에 적었습니다."
            ),
            format!("Something beats the other {n} cells; the table says what."),
        )),
    };
    let missing: Vec<&str> = group
        .rows
        .iter()
        .filter(|row| row.pareto.is_none())
        .map(|row| labels.name(row.cell))
        .collect();
    let names = || missing.iter().copied();
    let missing = (!missing.is_empty()).then(|| {
        Phrase::of(
            Rich::default()
                .text("속도나 메모리, KL 발산이 빠져 가리지 못한 셀: ")
                .list(names())
                .text("."),
            Rich::default()
                .text("Not judged, since speed, memory or divergence is missing: ")
                .list(names())
                .text("."),
        )
    });
    match (beaten, missing) {
        (Some(beaten), Some(missing)) => Some(beaten.then(Phrase::same(" ")).then(missing)),
        (beaten, missing) => beaten.or(missing),
    }
}
