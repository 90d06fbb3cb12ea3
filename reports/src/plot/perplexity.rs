//! Perplexity and bits per syllable over whole corpora, with their standard errors.

use super::caption::{self, Entry, Wording};
use super::columns::{ColumnChart, ColumnRow};
use super::context::{Context, drawable, key, the_one};
use super::draft::{Caption, Draft, Scene};
use super::frame::{Frame, Key};
use super::label::clean;
use super::lang::{Both, Lang};
use super::number;
use super::rows::{Body, Row, RowChart, Section};
use crate::josa;
use crate::stats::Z95;
use crate::view::PerplexityRow;
use std::collections::BTreeSet;

/// Which of the two measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Perplexity,
    BitsPerSyllable,
}

/// A value of one cell over one corpus.
#[derive(Debug, Clone, Copy)]
struct Scored {
    cell: usize,
    value: f64,
    standard_error: Option<f64>,
}

impl Scored {
    /// The 95 % interval by the normal approximation.
    fn interval(&self) -> Option<(f64, f64)> {
        let half = Z95 * self.standard_error?;
        Some(((self.value - half).max(0.0), self.value + half))
    }
}

/// The values over one corpus, in the order of the cells.
struct Corpus<'a> {
    name: &'a str,
    scored: Vec<Scored>,
}

/// Perplexity of each cell; comparable between precisions of one model.
pub(super) fn perplexity(context: &Context<'_>) -> Option<Draft> {
    Measure::Perplexity.draft("perplexity", context)
}

/// Bits per Hangul syllable of each cell; comparable between all models.
pub(super) fn bits_per_syllable(context: &Context<'_>) -> Option<Draft> {
    Measure::BitsPerSyllable.draft("bits-per-syllable", context)
}

/// Perplexity on each text.
pub(super) fn perplexity_texts(context: &Context<'_>) -> Option<Draft> {
    Measure::Perplexity.texts("perplexity-genres", context)
}

/// Bits per syllable on each text.
pub(super) fn bits_texts(context: &Context<'_>) -> Option<Draft> {
    Measure::BitsPerSyllable.texts("bits-per-syllable-genres", context)
}

impl Measure {
    /// The texts side by side, where there are several.
    fn texts(self, name: &'static str, context: &Context<'_>) -> Option<Draft> {
        let texts = self.corpora(context, false);
        if texts.len() < 2 {
            return None;
        }
        Some(Draft {
            name,
            title: Both::make(|lang| self.texts_title(lang).to_owned()),
            caption: Both::make(|lang| self.texts_caption(context, &texts, lang)),
            scene: Both::make(|lang| Scene::Columns(self.columns(context, &texts, lang))),
        })
    }

    fn texts_title(self, lang: Lang) -> &'static str {
        match self {
            Self::Perplexity => lang.pick("글마다 본 퍼플렉시티", "Perplexity text by text"),
            Self::BitsPerSyllable => {
                lang.pick("글마다 본 음절당 비트", "Bits per syllable text by text")
            }
        }
    }

    fn columns(self, context: &Context<'_>, texts: &[Corpus<'_>], lang: Lang) -> ColumnChart {
        let of = |text: &Corpus<'_>, cell: usize| {
            let scored = text.scored.iter().find(|scored| scored.cell == cell)?;
            Some((scored.value, scored.interval()))
        };
        let row = |cell: usize| ColumnRow {
            name: context.name(cell).clone(),
            style: context.style(cell),
            values: texts.iter().map(|text| of(text, cell)).collect(),
            floor: None,
        };
        let cells: BTreeSet<usize> = texts
            .iter()
            .flat_map(|text| &text.scored)
            .map(|scored| scored.cell)
            .collect();
        ColumnChart {
            frame: Frame {
                title: self.texts_title(lang).to_owned(),
                subtitle: String::new(),
                legend: vec![
                    (Key::Point, lang.pick("글 하나의 값", "one text").to_owned()),
                    (
                        Key::Interval,
                        lang.pick("95% 구간", "95% interval").to_owned(),
                    ),
                ],
                axis_title: self.axis_title(lang).to_owned(),
            },
            logarithmic: false,
            columns: texts.iter().map(|text| clean(text.name)).collect(),
            rows: cells.into_iter().map(row).collect(),
        }
    }

    /// Which texts are easy and which hard, as far as all cells agree on it.
    fn texts_caption(self, context: &Context<'_>, texts: &[Corpus<'_>], lang: Lang) -> Caption {
        // The easiest and the hardest text of each cell, and whether their intervals are apart.
        let cells: BTreeSet<usize> = texts
            .iter()
            .flat_map(|text| &text.scored)
            .map(|scored| scored.cell)
            .collect();
        let ends = |cell: &usize| {
            let of = |text: &Corpus<'_>| {
                text.scored
                    .iter()
                    .find(|scored| scored.cell == *cell)
                    .copied()
            };
            let mut values: Vec<(&str, Scored)> = texts
                .iter()
                .filter_map(|text| Some((text.name, of(text)?)))
                .collect();
            values.sort_by(|a, b| a.1.value.total_cmp(&b.1.value));
            let (easy, hard) = (values.first()?, values.last()?);
            let both = easy.1.interval().zip(hard.1.interval());
            let apart = both.is_some_and(|((_, high), (low, _))| high < low);
            Some((easy.0, hard.0, apart))
        };
        let found: Vec<(&str, &str, bool)> = cells.iter().filter_map(ends).collect();
        let agreed = |end: &dyn Fn(&(&str, &str, bool)) -> String| the_one(found.iter().map(end));
        let easy = agreed(&|found| clean(found.0));
        let hard = agreed(&|found| clean(found.1));
        let all_apart = found.iter().all(|(.., apart)| *apart);
        let finding = match (easy, hard, lang) {
            _ if found.iter().all(|(.., apart)| !apart) => lang
                .pick(
                    "구간이 겹쳐, 어느 셀에서도 글에 따른 차이가 있다고 할 수 없습니다.",
                    "The intervals overlap: for no cell could a difference between texts be shown.",
                )
                .to_owned(),
            (Some(easy), Some(hard), Lang::Ko) if all_apart => {
                format!("모든 셀에서 {} 가장 쉽고 {} 가장 어렵습니다.", josa::with(&easy, josa::subject), josa::with(&hard, josa::subject))
            }
            (Some(easy), Some(hard), Lang::En) if all_apart => {
                format!("To every cell {easy} is the easiest text and {hard} the hardest.")
            }
            (_, Some(hard), Lang::Ko) => format!(
                "모든 셀에서 값이 가장 큰 글은 {hard}입니다. 다만 구간이 겹치는 글끼리는 차이가 있다고 할 수 없습니다."
            ),
            (_, Some(hard), Lang::En) => format!(
                "The highest value of every cell is on {hard}; texts whose intervals overlap could not be told apart."
            ),
            (_, None, Lang::Ko) => "가장 어려운 글은 셀마다 다르며, 구간이 겹치는 글끼리는 차이가 있다고 할 수 없습니다.".to_owned(),
            (_, None, Lang::En) => "Which text is hardest depends on the cell; texts whose intervals overlap could not be told apart.".to_owned(),
        };
        let reading = match (self, context.one_vocabulary()) {
            (Self::Perplexity, false) => lang.pick(
                "토크나이저가 다른 모델끼리는 이 그림으로 비교할 수 없습니다.",
                "Models with different tokenizers cannot be compared here.",
            ),
            _ => lang.pick(
                "세로로 읽으면 한 글에서 셀끼리, 가로로 읽으면 한 셀에서 글끼리 비교됩니다.",
                "Read down a column to compare cells on one text, along a row to compare texts.",
            ),
        };
        Caption {
            finding,
            reading: reading.to_owned(),
        }
    }

    fn draft(self, name: &'static str, context: &Context<'_>) -> Option<Draft> {
        let corpora = self.corpora(context, true);
        if corpora.is_empty() {
            return None;
        }
        Some(Draft {
            name,
            title: Both::make(|lang| self.title(lang).to_owned()),
            caption: Both::make(|lang| self.caption(context, &corpora, lang).into()),
            scene: Both::make(|lang| Scene::Rows(self.chart(context, &corpora, lang))),
        })
    }

    fn title(self, lang: Lang) -> &'static str {
        match self {
            Self::Perplexity => lang.pick("퍼플렉시티", "Perplexity"),
            Self::BitsPerSyllable => lang.pick("음절당 비트", "Bits per syllable"),
        }
    }

    /// The whole corpora, or the texts.
    fn corpora<'a>(self, context: &Context<'a>, whole: bool) -> Vec<Corpus<'a>> {
        let whole: Vec<&PerplexityRow> = context
            .report
            .perplexity
            .iter()
            .filter(|row| row.whole == whole)
            .collect();
        let mut names: Vec<&str> = Vec::new();
        for row in &whole {
            if !names.contains(&row.corpus.as_str()) {
                names.push(&row.corpus);
            }
        }
        let corpus = |name| {
            let rows = || whole.iter().filter(|row| row.corpus == name);
            let cells = context.cells_of(rows().map(|row| key!(row)));
            let scored: Vec<Scored> = rows()
                .zip(cells)
                .filter_map(|(row, cell)| self.scored(cell?, row))
                .collect();
            (!scored.is_empty()).then_some(Corpus { name, scored })
        };
        names.into_iter().filter_map(corpus).collect()
    }

    fn scored(self, cell: usize, row: &PerplexityRow) -> Option<Scored> {
        let error = row.ppl_se.and_then(drawable);
        let (value, standard_error) = match self {
            Self::Perplexity => (row.ppl, error),
            Self::BitsPerSyllable => {
                let bits = row.bits_per_syllable?;
                // Bits are proportional to the mean nll, whose standard error is that of the
                // perplexity over the perplexity.
                (
                    bits,
                    error.map(|error| bits * error / row.ppl / row.mean_nll),
                )
            }
        };
        Some(Scored {
            cell,
            value: drawable(value)?,
            standard_error: standard_error.and_then(drawable),
        })
    }

    fn chart(self, context: &Context<'_>, corpora: &[Corpus<'_>], lang: Lang) -> RowChart {
        let section = |corpus: &Corpus<'_>| Section {
            heading: if corpora.len() > 1 {
                clean(corpus.name)
            } else {
                String::new()
            },
            rows: corpus
                .scored
                .iter()
                .map(|scored| self.row(context, scored, lang))
                .collect(),
        };
        let mut legend = vec![(
            Key::Point,
            lang.pick("말뭉치 전체의 값", "whole corpus").to_owned(),
        )];
        if corpora
            .iter()
            .flat_map(|corpus| &corpus.scored)
            .any(|scored| scored.standard_error.is_some())
        {
            legend.push((
                Key::Interval,
                lang.pick("95% 구간", "95% interval").to_owned(),
            ));
        }
        RowChart {
            frame: Frame {
                title: self.title(lang).to_owned(),
                subtitle: subtitle(context, corpora, lang),
                legend,
                axis_title: self.axis_title(lang).to_owned(),
            },
            from_zero: false,
            sections: corpora.iter().map(section).collect(),
        }
    }

    fn axis_title(self, lang: Lang) -> &'static str {
        match self {
            Self::Perplexity => lang.pick(
                "퍼플렉시티, 토큰마다의 선택지 수 (작을수록 좋음)",
                "perplexity, choices per token (lower is better)",
            ),
            Self::BitsPerSyllable => lang.pick(
                "비트/음절 (작을수록 좋음)",
                "bits/syllable (lower is better)",
            ),
        }
    }

    fn row(self, context: &Context<'_>, scored: &Scored, lang: Lang) -> Row {
        let (value, _) = texts(scored);
        let unit = match self {
            Self::Perplexity => "",
            Self::BitsPerSyllable => lang.pick(" 비트/음절", " bits/syllable"),
        };
        Row {
            name: context.name(scored.cell).clone(),
            style: context.style(scored.cell),
            body: Body::Estimate {
                point: scored.value,
                interval: scored.interval(),
                samples: Vec::new(),
            },
            value: format!("{value}{unit}"),
            detail: scored.interval().map_or_else(String::new, |(low, high)| {
                number::interval(scored.value, low, high)
            }),
        }
    }

    fn caption(self, context: &Context<'_>, corpora: &[Corpus<'_>], lang: Lang) -> String {
        if self == Self::Perplexity && !context.one_vocabulary() {
            return lang
                .pick(
                    "토크나이저가 다른 모델이 섞여 있으므로 같은 모델의 정밀도끼리만 비교할 수 있습니다. 모델끼리는 음절당 비트로 비교하십시오.",
                    "The models have different tokenizers, so only precisions of one model can be compared here; compare models by bits per syllable.",
                )
                .to_owned();
        }
        let sentence = |corpus: &Corpus<'_>| {
            let entries: Vec<Entry> = corpus
                .scored
                .iter()
                .map(|scored| self.entry(context, scored, lang))
                .collect();
            let text = caption::contest(&entries, &self.wording(lang), lang);
            if corpora.len() > 1 {
                format!("{}: {text}", clean(corpus.name))
            } else {
                text
            }
        };
        corpora.iter().map(sentence).collect::<Vec<_>>().join(" ")
    }

    fn entry(self, context: &Context<'_>, scored: &Scored, lang: Lang) -> Entry {
        let (value, error) = texts(scored);
        let error = error.map_or_else(String::new, |error| match lang {
            Lang::Ko => format!("(표준오차 {error})"),
            Lang::En => format!(" (standard error {error})"),
        });
        let unit = match self {
            Self::Perplexity => "",
            Self::BitsPerSyllable => lang.pick("비트", " bits"),
        };
        Entry {
            name: context.name(scored.cell).in_sentence(),
            value: scored.value,
            interval: scored.interval(),
            shown: format!("{value}{unit}{error}"),
        }
    }

    fn wording(self, lang: Lang) -> Wording {
        let highest = lang.pick("가장 높은 것은", "highest with");
        let lowest = match self {
            Self::Perplexity => {
                lang.pick("퍼플렉시티가 가장 낮은 것은", "perplexity is lowest with")
            }
            Self::BitsPerSyllable => lang.pick(
                "음절당 비트가 가장 적은 것은",
                "bits per syllable are fewest with",
            ),
        };
        let most = match self {
            Self::Perplexity => highest,
            Self::BitsPerSyllable => lang.pick("가장 많은 것은", "most with"),
        };
        let single = match self {
            Self::Perplexity => lang.pick("퍼플렉시티는", "the perplexity"),
            Self::BitsPerSyllable => lang.pick("음절당 비트는", "the number of bits per syllable"),
        };
        Wording {
            clear: [lowest, most],
            unclear: [lowest, most],
            single,
            low_is_good: true,
        }
    }
}

/// The value, and its standard error to two digits.
fn texts(scored: &Scored) -> (String, Option<String>) {
    let error = scored.standard_error.filter(|&error| error > 0.0);
    let value = number::format(scored.value, error.map(|error| error / 10.0));
    let decimals = value
        .split_once('.')
        .map_or(0, |(_, decimals)| decimals.len());
    (value, error.map(|error| number::fixed(error, decimals)))
}

/// The corpus and the length of its chunks, where they are the same for all rows.
fn subtitle(context: &Context<'_>, corpora: &[Corpus<'_>], lang: Lang) -> String {
    let n_ctx = the_one(
        context
            .report
            .perplexity
            .iter()
            .filter(|row| row.whole)
            .map(|row| row.n_ctx),
    );
    let chunk = n_ctx.map(|n| match lang {
        Lang::Ko => format!("{n}토큰씩 채점"),
        Lang::En => format!("chunks of {n} tokens"),
    });
    let name = the_one(corpora.iter().map(|corpus| clean(corpus.name)));
    name.into_iter().chain(chunk).collect::<Vec<_>>().join(", ")
}
