//! How long the answers of each cell are, those that were cut marked as lower bounds.

use super::caption::{self, Entry, Extremes};
use super::context::{Context, drawable};
use super::draft::{Draft, Scene};
use super::frame::{Frame, Key};
use super::lang::{Both, Lang};
use super::number;
use super::rows::{Body, Row, RowChart, Sample, Section};
use super::thin::{limit, thin};
use crate::josa;
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
    let unit = if context.one_vocabulary() {
        Unit::Tokens
    } else {
        Unit::Characters
    };
    let answers = answers(context, unit);
    if answers.is_empty() {
        return None;
    }
    Some(Draft {
        name: "answer-length",
        title: Both::make(|lang| title(lang).to_owned()),
        caption: Both::make(|lang| caption(context, &answers, unit, lang).into()),
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
            list.push(Sample {
                value: unit.of(row),
                at_least: row.stop == "limit",
            });
        }
    }
    let of = |(cell, (lengths, summary)): (usize, (Vec<Sample>, &SummaryRow))| {
        let median = match unit {
            Unit::Tokens => summary.median_tokens,
            Unit::Characters => summary.median_chars,
        };
        let median = median.and_then(drawable)?;
        (!lengths.is_empty()).then(|| Answers {
            cell,
            lengths,
            median,
            at_least: summary.length_is_at_least(),
        })
    };
    lengths
        .into_iter()
        .zip(&context.report.summary)
        .enumerate()
        .filter_map(of)
        .collect()
}

fn chart(context: &Context<'_>, answers: &[Answers], unit: Unit, lang: Lang) -> RowChart {
    let any_cut = answers.iter().any(|answers| n_cut(answers) > 0);
    let mut legend = vec![
        (Key::Point, lang.pick("중앙값", "median").to_owned()),
        (Key::Sample, lang.pick("답변 하나", "one answer").to_owned()),
    ];
    if any_cut {
        let text = lang.pick(
            "한도에서 잘린 답변(≥: 적어도 이 길이)",
            "cut at the limit (≥: at least this long)",
        );
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
        sections: vec![Section {
            heading: String::new(),
            rows: answers.iter().map(row).collect(),
        }],
    }
}

fn n_cut(answers: &Answers) -> usize {
    answers
        .lengths
        .iter()
        .filter(|length| length.at_least)
        .count()
}

fn median_text(answers: &Answers, unit: Unit, lang: Lang) -> String {
    let bound = if answers.at_least { "≥ " } else { "" };
    let decimals = usize::from(answers.median.fract() != 0.0);
    format!(
        "{bound}{}{}",
        number::fixed(answers.median, decimals),
        unit.name(lang)
    )
}

fn cut_text(answers: &Answers, lang: Lang) -> String {
    let count = |n: usize| number::fixed(n as f64, 0);
    let (cut, n) = (n_cut(answers), answers.lengths.len());
    match (cut, n, lang) {
        (0, _, Lang::Ko) => format!("답변 {}개", count(n)),
        (0, 1, Lang::En) => "1 answer".to_owned(),
        (0, _, Lang::En) => format!("{} answers", count(n)),
        (_, _, Lang::Ko) => format!("{}개 중 {}개 잘림", count(n), count(cut)),
        (_, _, Lang::En) => format!("{} of {} cut", count(cut), count(n)),
    }
}

fn caption(context: &Context<'_>, answers: &[Answers], unit: Unit, lang: Lang) -> String {
    let mut text = medians(context, answers, unit, lang);
    let (cut, all) = answers
        .iter()
        .fold((0, 0), |(c, n), a| (c + n_cut(a), n + a.lengths.len()));
    if cut > 0 {
        let (cut, all) = (number::fixed(cut as f64, 0), number::fixed(all as f64, 0));
        text += &match lang {
            Lang::Ko => {
                format!(" 답변 {all}개 가운데 {cut}개는 한도에서 잘려 실제로는 더 길 수 있습니다.")
            }
            Lang::En => format!(
                " {cut} of {all} answers were cut at the limit and may be longer than shown."
            ),
        };
    }
    let limit = limit(answers.len());
    if answers.iter().any(|answers| answers.lengths.len() > limit) {
        text += &caption::thinned(limit, lang);
    }
    text
}

/// Whose answers are shortest and longest by the median, as far as cut answers leave that open.
fn medians(context: &Context<'_>, answers: &[Answers], unit: Unit, lang: Lang) -> String {
    let name = |answers: &Answers| context.name(answers.cell).in_sentence();
    let entry = |answers: &Answers| {
        let shown = median_text(answers, unit, lang);
        Entry {
            name: name(answers),
            value: answers.median,
            interval: None,
            shown,
        }
    };
    let known: Vec<Entry> = answers
        .iter()
        .filter(|answers| !answers.at_least)
        .map(entry)
        .collect();
    let bounds: Vec<String> = answers
        .iter()
        .filter(|answers| answers.at_least)
        .map(name)
        .collect();
    let bounds: Vec<&str> = bounds.iter().map(String::as_str).collect();
    let unknown = match (bounds.is_empty(), lang) {
        (true, _) => String::new(),
        (false, Lang::Ko) => format!(
            "{} 절반 이상이 잘려 중앙값의 하한만 알 수 있습니다.",
            josa::with(&caption::list(&bounds, lang), josa::topic)
        ),
        (false, Lang::En) => format!(
            "Of {} half or more were cut, so only a lower bound of the median is known.",
            caption::list(&bounds, lang)
        ),
    };
    let Some(extremes) = Extremes::of(&known, lang) else {
        return unknown;
    };
    let ((shortest, low), (longest, high)) = (&extremes.least, &extremes.greatest);
    let known = match (extremes.are_equal(), lang) {
        (true, Lang::Ko) => format!("{shortest}의 답변 길이 중앙값은 {low}입니다."),
        (true, Lang::En) => format!("The median answer of {shortest} has {low}."),
        (false, Lang::Ko) => format!(
            "답변 길이의 중앙값이 가장 작은 것은 {} {low}이고, 가장 큰 것은 {} {high}입니다.",
            josa::with(shortest, josa::by),
            josa::with(longest, josa::by)
        ),
        (false, Lang::En) => format!(
            "The median answer is shortest with {shortest} ({low}) and longest with {longest} ({high})."
        ),
    };
    match (bounds.is_empty(), lang) {
        (true, _) => known,
        (false, Lang::Ko) => format!("중앙값을 알 수 있는 셀 가운데 {known} {unknown}"),
        (false, Lang::En) => format!("Among cells whose median is known: {known} {unknown}"),
    }
}
