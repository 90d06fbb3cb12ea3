//! How long the answers of each cell are, those that were cut marked as lower bounds.

use super::caption;
use super::context::{Context, drawable};
use super::draft::{Draft, Scene};
use super::frame::{Frame, Key};
use super::josa;
use super::lang::{Both, Lang};
use super::number;
use super::rows::{Body, Row, RowChart, Sample, Section};
use super::thin::{limit, thin};
use crate::view::{AnswerRow, SummaryRow};

/// What lengths are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// Where all models have the same vocabulary.
    Tokens,
    /// Where a token of one model is not a token of another.
    Characters,
}

/// The answers of one cell.
struct Answers {
    cell: usize,
    lengths: Vec<Sample>,
    median: f64,
    /// Whether the median is known only to be at least this.
    at_least: bool,
}

/// The length of every answer, and the median of each cell.
pub(super) fn draft(context: &Context<'_>) -> Option<Draft> {
    let unit = if context.one_vocabulary() { Unit::Tokens } else { Unit::Characters };
    let answers = answers(context, unit);
    if answers.is_empty() {
        return None;
    }
    Some(Draft {
        name: "answer-length",
        title: Both::make(|lang| title(lang).to_owned()),
        caption: Both::make(|lang| caption(context, &answers, unit, lang)),
        scene: Both::make(|lang| Scene::Rows(chart(context, &answers, unit, lang))),
    })
}

fn title(lang: Lang) -> &'static str {
    lang.pick("답변 길이", "Answer length")
}

impl Unit {
    fn of(self, row: &AnswerRow) -> f64 {
        f64::from(match self {
            Self::Tokens => row.n_tokens,
            Self::Characters => row.n_chars,
        })
    }

    fn name(self, lang: Lang) -> &'static str {
        match self {
            Self::Tokens => lang.pick("토큰", " tokens"),
            Self::Characters => lang.pick("자", " characters"),
        }
    }
}

fn answers(context: &Context<'_>, unit: Unit) -> Vec<Answers> {
    let mut lengths: Vec<Vec<Sample>> = vec![Vec::new(); context.report.cells.len()];
    for row in &context.report.answers {
        if let Some(list) = lengths.get_mut(row.cell) {
            list.push(Sample { value: unit.of(row), at_least: row.stop == "limit" });
        }
    }
    let of = |(cell, (lengths, summary)): (usize, (Vec<Sample>, &SummaryRow))| {
        let median = match unit {
            Unit::Tokens => summary.median_tokens,
            Unit::Characters => summary.median_chars,
        };
        let median = median.and_then(drawable)?;
        (!lengths.is_empty()).then(|| Answers { cell, lengths, median, at_least: summary.length_is_at_least() })
    };
    lengths.into_iter().zip(&context.report.summary).enumerate().filter_map(of).collect()
}

fn chart(context: &Context<'_>, answers: &[Answers], unit: Unit, lang: Lang) -> RowChart {
    let any_cut = answers.iter().any(|answers| n_cut(answers) > 0);
    let mut legend = vec![
        (Key::Point, lang.pick("중앙값", "median").to_owned()),
        (Key::Sample, lang.pick("답변 하나", "one answer").to_owned()),
    ];
    if any_cut {
        let text = lang.pick("한도에서 잘린 답변(≥: 적어도 이 길이)", "cut at the limit (≥: at least this long)");
        legend.push((Key::AtLeast, text.to_owned()));
    }
    let limit = limit(answers.len());
    let row = |answers: &Answers| Row {
        name: context.name(answers.cell).clone(),
        style: context.style(answers.cell),
        body: Body::Estimate {
            point: answers.median,
            interval: None,
            samples: thin(&answers.lengths, limit, |length| length.value),
        },
        value: median_text(answers, unit, lang),
        detail: cut_text(answers, lang),
    };
    RowChart {
        frame: Frame {
            title: title(lang).to_owned(),
            subtitle: String::new(),
            legend,
            axis_title: match unit {
                Unit::Tokens => lang.pick("토큰/답변", "tokens per answer"),
                Unit::Characters => lang.pick("글자/답변", "characters per answer"),
            }
            .to_owned(),
        },
        from_zero: true,
        sections: vec![Section { heading: String::new(), rows: answers.iter().map(row).collect() }],
    }
}

fn n_cut(answers: &Answers) -> usize {
    answers.lengths.iter().filter(|length| length.at_least).count()
}

fn median_text(answers: &Answers, unit: Unit, lang: Lang) -> String {
    let bound = if answers.at_least { "≥ " } else { "" };
    let decimals = usize::from(answers.median.fract() != 0.0);
    format!("{bound}{}{}", number::fixed(answers.median, decimals), unit.name(lang))
}

fn cut_text(answers: &Answers, lang: Lang) -> String {
    match (n_cut(answers), answers.lengths.len(), lang) {
        (0, n, Lang::Ko) => format!("답변 {n}개"),
        (0, 1, Lang::En) => "1 answer".to_owned(),
        (0, n, Lang::En) => format!("{n} answers"),
        (cut, n, Lang::Ko) => format!("{n}개 중 {cut}개 잘림"),
        (cut, n, Lang::En) => format!("{cut} of {n} cut"),
    }
}

fn caption(context: &Context<'_>, answers: &[Answers], unit: Unit, lang: Lang) -> String {
    let mut text = extremes(context, answers, unit, lang);
    let (cut, all) = answers.iter().fold((0, 0), |(c, n), a| (c + n_cut(a), n + a.lengths.len()));
    if cut > 0 {
        text += &match lang {
            Lang::Ko => format!(" 답변 {all}개 가운데 {cut}개는 한도에서 잘려 실제로는 더 길 수 있습니다."),
            Lang::En => format!(" {cut} of {all} answers were cut at the limit and may be longer than shown."),
        };
    }
    let limit = limit(answers.len());
    if answers.iter().any(|answers| answers.lengths.len() > limit) {
        text += &caption::thinned(limit, lang);
    }
    text
}

/// Whose answers are shortest and longest by the median, as far as cut answers leave that open.
fn extremes(context: &Context<'_>, answers: &[Answers], unit: Unit, lang: Lang) -> String {
    let by_median = |a: &&Answers, b: &&Answers| a.median.total_cmp(&b.median);
    let (Some(low), Some(high)) = (answers.iter().min_by(by_median), answers.iter().max_by(by_median)) else {
        return String::new();
    };
    let equal_to = |median: f64| {
        let alike = answers.iter().filter(|answers| answers.median == median);
        alike.map(|answers| context.name(answers.cell).in_sentence()).collect::<Vec<_>>()
    };
    let joined = |names: &[String]| caption::list(&names.iter().map(String::as_str).collect::<Vec<_>>(), lang);
    let (lowest, low_text) = (joined(&equal_to(low.median)), median_text(low, unit, lang));
    let (highest, high_text) = (joined(&equal_to(high.median)), median_text(high, unit, lang));
    let bounds: Vec<String> = answers
        .iter()
        .filter(|answers| answers.at_least)
        .map(|answers| context.name(answers.cell).in_sentence())
        .collect();
    if low.median == high.median || low.at_least {
        return medians_alike(&lowest, &low_text, &bounds, lang);
    }
    let shortest = match lang {
        Lang::Ko => format!("답변 길이의 중앙값이 가장 짧은 것은 {} {low_text}", josa::by(&lowest)),
        Lang::En => format!("The median answer is shortest with {lowest}:{low_text}", low_text = spaced(&low_text)),
    };
    match (bounds.len(), lang) {
        (0, Lang::Ko) => format!("{shortest}이고, 가장 긴 것은 {} {high_text}입니다.", josa::by(&highest)),
        (0, Lang::En) => format!("{shortest}; longest with {highest}:{}.", spaced(&high_text)),
        (_, Lang::Ko) => format!(
            "{shortest}입니다. {} 중앙값의 하한만 알 수 있습니다.", josa::topic(&joined(&bounds))
        ),
        (_, Lang::En) => format!("{shortest}. Of {} only a lower bound of the median is known.", joined(&bounds)),
    }
}

fn spaced(text: &str) -> String {
    format!(" {text}")
}

/// What can be said where no median is below the others for certain.
fn medians_alike(names: &str, text: &str, bounds: &[String], lang: Lang) -> String {
    match (bounds.is_empty(), lang) {
        (true, Lang::Ko) => format!("{names}의 답변 길이 중앙값은 {text}입니다."),
        (true, Lang::En) => format!("The median answer of {names} has {text}."),
        (false, Lang::Ko) => format!("{names}의 답변 길이 중앙값은 {text}이며, 잘린 답변이 많아 하한만 알 수 있습니다."),
        (false, Lang::En) => format!("The median answer of {names} has {text}: so many were cut that only a lower bound is known."),
    }
}
