//! What distances from a baseline mean, in sentences that hold for just these numbers.

use crate::stats::{Estimate, Z95};
use crate::view::{FidelityRow, FidelityView, NoiseFloor, Report, noise_floor};

use super::label::Labels;
use super::number;
use super::phrase::{Phrase, Rich};

/// The texts of one cell, each with the whole corpus that it is part of, and its whole corpora after
/// the first, each with the first.
pub(super) struct Parts<'a>(pub(super) Vec<(&'a FidelityRow, Option<&'a FidelityRow>)>);

impl<'a> Parts<'a> {
    pub(super) fn of(report: &'a Report, cell: usize) -> Self {
        let rows = || rows(report, cell);
        let first = whole(report, cell);
        let parts = rows().filter(|row| first.is_none_or(|first| !std::ptr::eq(*row, first)));
        let against = |row: &FidelityRow| {
            if row.whole {
                first
            } else {
                rows().find(|whole| whole.whole && row.is_text_of(whole))
            }
        };
        Self(parts.map(|row| (row, against(row))).collect())
    }
}

/// What the cell is compared with its baseline by: not the noise, in which it is the baseline.
fn rows(report: &Report, cell: usize) -> impl Iterator<Item = &FidelityRow> {
    let of_cell = move |row: &&FidelityRow| row.cell == cell && row.baseline_cell != cell;
    report.fidelity.iter().filter(of_cell)
}

/// The cell over its first whole corpus.
fn whole(report: &Report, cell: usize) -> Option<&FidelityRow> {
    rows(report, cell).find(|row| row.whole)
}

/// How far the cell is from its baseline, over its first whole corpus; `None` where it has none.
pub(super) fn said(report: &Report, cell: usize) -> Option<Phrase> {
    let row = whole(report, cell)?;
    if row.max_kld == 0.0 {
        return Some(Phrase::both(
            "어느 자리에서도 기준과 조금도 다르지 않았습니다.",
            "It does not differ from the baseline at any position.",
        ));
    }
    let floor = noise_floor(report, row.baseline_cell);
    let mut sentences = vec![divergence(row, floor), top(row), perplexity(row)];
    let parts = Parts::of(report, cell);
    sentences.extend(texts(row, &parts));
    sentences.extend(corpora(row, &parts));
    sentences
        .into_iter()
        .reduce(|text, sentence| text.then(Phrase::same(" ")).then(sentence))
}

/// The mean divergence and whether it is more than noise.
fn divergence(row: &FidelityRow, floor: Option<NoiseFloor>) -> Phrase {
    let mean = number::magnitude(row.mean_kld);
    let half = row.mean_kld_se.map_or_else(String::new, |se| {
        format!(" ± {}", number::magnitude(Z95 * se))
    });
    let (ko, en) = (
        format!("KL 발산은 평균 {mean}{half}나트"),
        format!("The divergence is {mean}{half} nats on average"),
    );
    let (Some(floor), Some(stands_out)) = (floor, row.stands_out(floor)) else {
        return Phrase::both(
            format!("{ko}입니다. 잡음 바닥이 없어 이 차이가 잡음보다 큰지는 알 수 없습니다."),
            format!("{en}. Without a noise floor it is unknown whether that is more than noise."),
        );
    };
    if floor.high == 0.0 {
        return Phrase::both(
            format!("{ko}입니다. 기준은 다시 계산해도 똑같았으므로 잡음은 섞이지 않았습니다."),
            format!(
                "{en}. Evaluated again, the baseline gives the very same values: none of this is noise."
            ),
        );
    }
    let noise = number::magnitude(floor.mean_kld);
    if !stands_out {
        return Phrase::both(
            format!("{ko}로, 잡음 바닥({noise}나트)과 구별되지 않습니다."),
            format!("{en}, which cannot be told from the noise floor ({noise} nats)."),
        );
    }
    let (times_ko, times_en) = times(row.mean_kld / floor.mean_kld);
    Phrase::both(
        format!("{ko}로, 잡음 바닥({noise}나트)의 {times_ko}."),
        format!("{en}, {times_en} the noise floor ({noise} nats)."),
    )
}

/// How many times as much, in Korean as the end of a sentence.
fn times(ratio: f64) -> (String, String) {
    // No reader wants the digits of a thousandfold.
    if ratio > 1000.0 {
        return ("1,000배가 넘습니다".into(), "more than 1,000 times".into());
    }
    let ratio = number::plain(ratio);
    (format!("{ratio}배입니다"), format!("{ratio} times"))
}

/// How many of a thousand tokens change.
fn top(row: &FidelityRow) -> Phrase {
    if row.same_top == 1.0 {
        let n = number::count(row.n_scored);
        return Phrase::both(
            format!("비교한 {n}자리에서 가장 유력한 토큰은 한 번도 바뀌지 않았습니다."),
            format!("The likeliest token is the same at all {n} positions."),
        );
    }
    let changed = 1e3 * (1.0 - row.same_top);
    let half = row.same_top_se.map(|se| 1e3 * Z95 * se);
    let estimate = number::Estimate::new(
        Some(changed),
        half.map(|half| (changed - half).max(0.0)),
        half.map(|half| (changed + half).min(1e3)),
    );
    let Some(estimate) = estimate else {
        return Phrase::default();
    };
    let value = estimate.value_text();
    let (ko, en) = interval(&estimate);
    Phrase::both(
        format!("다음 토큰 1,000개 가운데 {value}개{ko}꼴로 가장 유력한 토큰이 바뀝니다."),
        format!("Of 1,000 next tokens, the likeliest changes for {value}{en}."),
    )
}

/// How much the perplexity rises, where it can be said to.
fn perplexity(row: &FidelityRow) -> Phrase {
    let half = row.ppl_ratio_se.map(|se| Z95 * se);
    let change = row.ppl_ratio - 1.0;
    if half.is_none_or(|half| change.abs() <= half) {
        let (ratio, half) = number::with_half(row.ppl_ratio, half);
        let half = half.map_or_else(String::new, |half| format!(" ± {half}"));
        return Phrase::both(
            format!("퍼플렉시티에서는 차이가 드러나지 않았습니다(기준의 {ratio}{half}배)."),
            format!("Perplexity shows no difference ({ratio}{half} times that of the baseline)."),
        );
    }
    let (ko, en) = if change > 0.0 {
        ("높습니다", "above")
    } else {
        ("낮습니다", "below")
    };
    let (value, half) = number::with_half(100.0 * change.abs(), half.map(|half| 100.0 * half));
    let (half_ko, half_en) = half.map_or_else(Default::default, |half| {
        (format!("(± {half}%p)"), format!(" (± {half} points)"))
    });
    Phrase::both(
        format!("퍼플렉시티는 기준보다 {value}% {ko}{half_ko}."),
        format!("Its perplexity is {value}% {en} the baseline’s{half_en}."),
    )
}

/// The texts of the first corpus that differ most and least, where that can be said.
fn texts(first: &FidelityRow, parts: &Parts) -> Option<Phrase> {
    let of_first = parts.0.iter().filter(|(row, _)| row.is_text_of(first));
    let known: Vec<(&str, Estimate)> = of_first
        .filter_map(|(row, _)| {
            let text = &row.corpus[first.corpus.len() + 1..];
            Some((text, row.relative_to(first)?))
        })
        .collect();
    let by_ratio = |a: &&(&str, Estimate), b: &&(&str, Estimate)| a.1.point.total_cmp(&b.1.point);
    let (least, most) = known
        .iter()
        .min_by(by_ratio)
        .zip(known.iter().max_by(by_ratio))?;
    if known.len() < 2 {
        return None;
    }
    if most.1.low <= least.1.high {
        return Some(Phrase::both(
            "글에 따라 차이가 달라진다고는 할 수 없습니다.",
            "No text can be said to suffer more than another.",
        ));
    }
    let (high, low) = (number::plain(most.1.point), number::plain(least.1.point));
    Some(Phrase::of(
        Rich::default()
            .text("글 가운데서는 ")
            .foreign(most.0)
            .text(format!("에서 가장 크고(전체의 {high}배), "))
            .foreign(least.0)
            .text(format!("에서 가장 작습니다({low}배).")),
        Rich::default()
            .text("Among the texts it is largest over ")
            .foreign(most.0)
            .text(format!(" ({high} times the whole) and smallest over "))
            .foreign(least.0)
            .text(format!(" ({low} times).")),
    ))
}

/// How the other corpora compare with the first.
fn corpora(first: &FidelityRow, parts: &Parts) -> Vec<Phrase> {
    let others = parts.0.iter().filter(|(row, _)| row.whole);
    let sentence = |row: &FidelityRow| {
        let ratio = row.relative_to(first)?;
        let estimate = number::Estimate::new(Some(ratio.point), Some(ratio.low), Some(ratio.high))?;
        let value = estimate.value_text();
        let (ko, en) = interval(&estimate);
        Some(Phrase::of(
            Rich::default()
                .foreign(&row.corpus)
                .text("에서는 ")
                .foreign(&first.corpus)
                .text(format!("의 {value}배{ko}입니다.")),
            Rich::default()
                .text("Over ")
                .foreign(&row.corpus)
                .text(format!(" it is {value} times{en} that over "))
                .foreign(&first.corpus)
                .text("."),
        ))
    };
    others.filter_map(|(row, _)| sentence(row)).collect()
}

/// An interval in brackets, in Korean and in English.
fn interval(estimate: &number::Estimate) -> (String, String) {
    match estimate.interval_text() {
        Some(text) => (
            format!("(95% 구간 {text})"),
            format!(" (95% interval {text})"),
        ),
        None => (String::new(), String::new()),
    }
}

/// Where a baseline was made from a file of a lower precision: that what the file had lost before
/// does not show, and which cells hold the same weights as it.
pub(super) fn origin(report: &Report, view: &FidelityView, labels: &Labels) -> Option<Phrase> {
    let baseline = &report.cells[view.baseline];
    let source = baseline.raised_from()?;
    let same = |cell: &&usize| holds_the_source(report, **cell, source);
    let names: Vec<&str> = view
        .compared
        .iter()
        .filter(same)
        .map(|cell| labels.name(*cell))
        .collect();
    let name = labels.name(view.baseline);
    let lost = Phrase::of(
        Rich::default()
            .text("기준인 ")
            .foreign(name)
            .text("의 가중치는 ")
            .foreign(source)
            .text(" 파일에서 왔으므로, 그 파일이 이미 잃은 것은 여기에 나타나지 않습니다."),
        Rich::default()
            .text("The weights of the baseline ")
            .foreign(name)
            .text(" come from a file in ")
            .foreign(source)
            .text(", so what that file had lost before does not show here."),
    );
    if names.is_empty() {
        return Some(lost);
    }
    Some(lost.then(Phrase::of(
        Rich::default()
            .text(" 다음 셀은 기준과 가중치가 같아, 차이는 잃은 가중치가 아니라 계산 방식에서 옵니다: ")
            .list(names.iter().copied())
            .text("."),
        Rich::default()
            .text(" These cells hold the same weights as the baseline, so their difference is one of arithmetic and not of lost weights: ")
            .list(names.iter().copied())
            .text("."),
    )))
}

/// Whether the weights of a cell are those of its source file to the last bit: it is that file, or
/// was made of it in its own floating-point format or in F32.
fn holds_the_source(report: &Report, cell: usize, source: &str) -> bool {
    let cell = &report.cells[cell];
    let precision = cell
        .key
        .precision
        .split([':', '+'])
        .next()
        .unwrap_or_default();
    match cell.derived_from.as_deref() {
        None => cell.key.precision.eq_ignore_ascii_case(source),
        Some(from) => {
            let float = ["F16", "BF16"].contains(&precision);
            from == source && (precision == "F32" || (float && precision == source))
        }
    }
}
