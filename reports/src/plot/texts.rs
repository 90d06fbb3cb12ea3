//! How long the answers of each precision stay those of its baseline.

use super::caption::{Entry, Extremes};
use super::context::Context;
use super::draft::{Draft, Scene};
use super::frame::{Frame, Key};
use super::lang::{Both, Lang};
use super::lines::{Line, LineChart, Point, Scale};
use super::number;
use crate::josa;
use crate::stats::Lasting;
use crate::view::TextRow;

/// The share of questions whose answers are still alike, token by token, where any were compared.
pub(super) fn draft(context: &Context<'_>) -> Option<Draft> {
    let rows = &context.report.texts;
    let compared: Vec<(&TextRow, &Lasting)> = rows
        .iter()
        .filter_map(|row| Some((row, row.alike.last()?)))
        .collect();
    if compared.is_empty() {
        return None;
    }
    Some(Draft {
        name: "answers-part",
        title: Both::make(|lang| title(lang).to_owned()),
        caption: Both::make(|lang| caption(context, &compared, lang).into()),
        scene: Both::make(|lang| Scene::Lines(chart(context, &compared, lang))),
    })
}

fn title(lang: Lang) -> &'static str {
    lang.pick("답이 어디까지 같은가", "How long the answers stay the same")
}

fn chart(context: &Context<'_>, compared: &[(&TextRow, &Lasting)], lang: Lang) -> LineChart {
    let line = |(row, last): &(&TextRow, &Lasting)| Line {
        name: context.name(row.cell).clone(),
        style: context.style(row.cell),
        points: vec![point(last)],
        stairs: std::iter::once((0, 100.0))
            .chain(
                row.alike
                    .iter()
                    .map(|step| (step.beyond, percent(step.share.point))),
            )
            .collect(),
        value: show(last),
    };
    let longest = compared.iter().map(|(_, last)| last.beyond).max();
    LineChart {
        frame: Frame {
            title: title(lang).to_owned(),
            subtitle: lang
                .pick(
                    "기준 정밀도의 답과 처음부터 같은 질문",
                    "questions whose answer is that of the baseline so far",
                )
                .to_owned(),
            legend: vec![
                (
                    Key::Point,
                    lang.pick("곡선의 끝", "end of the curve").to_owned(),
                ),
                (
                    Key::Interval,
                    lang.pick("그 95% 구간", "its 95% interval").to_owned(),
                ),
            ],
            axis_title: lang.pick("질문의 %", "% of questions").to_owned(),
        },
        count_title: lang
            .pick(
                "답의 토큰 수 · 로그 눈금",
                "tokens of the answer · logarithmic scale",
            )
            .to_owned(),
        counts: powers_up_to(longest.unwrap_or(1)),
        scale: Scale::FromZero,
        lines: compared.iter().map(line).collect(),
        others: Vec::new(),
    }
}

/// The powers of two of which the last is the nearest to `longest` on their scale.
fn powers_up_to(longest: u32) -> Vec<u32> {
    let last = f64::from(longest.max(1)).log2().round() as u32;
    (0..=last.min(31)).map(|power| 1 << power).collect()
}

fn point(step: &Lasting) -> Point {
    let share = step.share;
    Point {
        count: step.beyond,
        value: percent(share.point),
        interval: Some((percent(share.low), percent(share.high))),
    }
}

fn percent(share: f64) -> f64 {
    100.0 * share
}

fn show(step: &Lasting) -> String {
    format!("{}%", number::fixed(percent(step.share.point), 0))
}

fn caption(context: &Context<'_>, compared: &[(&TextRow, &Lasting)], lang: Lang) -> String {
    let entry = |(row, last): &(&TextRow, &Lasting)| Entry {
        name: context.name(row.cell).in_sentence(),
        value: last.share.point,
        interval: Some((last.share.low, last.share.high)),
        shown: end_of(last, lang),
    };
    let entries: Vec<Entry> = compared.iter().map(entry).collect();
    let found = match entries.as_slice() {
        [only] => one(only, lang),
        _ => several(&entries, lang),
    };
    found
        + lang.pick(
            " 같은 채로 끝난 답은 끝난 곳까지만 세었고(카플란–마이어 추정), 그만큼 긴 답이 너무 적어지는 곳에서 곡선을 끊었습니다.",
            " An answer that ended alike counts up to its end (the estimate of Kaplan and Meier), and a curve stops where too few answers are that long.",
        )
}

/// The share at the end of a curve, with its interval and its place.
fn end_of(last: &Lasting, lang: Lang) -> String {
    let (share, place) = (last.share, last.beyond);
    let interval = number::interval(100.0, percent(share.low), percent(share.high));
    let shown = show(last);
    match lang {
        Lang::Ko => format!("{place}번째 토큰까지 {shown}(95% 구간 {interval}%)"),
        Lang::En => format!("{shown} up to token {place} (95% interval {interval}%)"),
    }
}

fn one(only: &Entry, lang: Lang) -> String {
    let Entry { name, shown, .. } = only;
    match lang {
        Lang::Ko => format!("{name}에서 기준과 답이 같은 질문의 비율은 {shown}입니다."),
        Lang::En => {
            format!("The share of questions to which {name} has the baseline’s answer is {shown}.")
        }
    }
}

fn several(entries: &[Entry], lang: Lang) -> String {
    let Some(Extremes { least, greatest }) = Extremes::of(entries, lang) else {
        return String::new();
    };
    let ((last, low), (first, high)) = (least, greatest);
    if first == last {
        return match lang {
            Lang::Ko => format!("모든 셀에서 기준과 답이 같은 질문은 {high}입니다."),
            Lang::En => format!("In all cells the answers that are the baseline’s are {high}."),
        };
    }
    match lang {
        Lang::Ko => format!(
            "기준과 답이 같은 질문의 비율은 곡선의 끝에서 {} {high}로 가장 높고, {} {low}로 가장 낮습니다.",
            josa::with(&first, josa::subject),
            josa::with(&last, josa::subject)
        ),
        Lang::En => format!(
            "At the end of its curve the share of questions with the baseline’s answer is highest for {first}: {high}; and lowest for {last}: {low}."
        ),
    }
}
