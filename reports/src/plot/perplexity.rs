//! Perplexity and bits per syllable over whole corpora, with their standard errors.

use super::caption::{self, Entry, Wording};
use super::context::{Context, drawable, key, the_one};
use super::draft::{Draft, Scene};
use super::frame::{Frame, Key};
use super::label::clean;
use super::lang::{Both, Lang};
use super::number;
use super::rows::{Body, Row, RowChart, Section};
use crate::stats::Z95;
use crate::view::PerplexityRow;

/// Which of the two measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Perplexity,
    BitsPerSyllable,
}

/// A value of one cell over one corpus.
struct Scored {
    cell: usize,
    value: f64,
    standard_error: Option<f64>,
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

impl Measure {
    fn draft(self, name: &'static str, context: &Context<'_>) -> Option<Draft> {
        let corpora = self.corpora(context);
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

    fn corpora<'a>(self, context: &Context<'a>) -> Vec<Corpus<'a>> {
        let whole: Vec<&PerplexityRow> = context
            .report
            .perplexity
            .iter()
            .filter(|row| row.whole)
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
                lang.pick("± 표준오차", "± standard error").to_owned(),
            ));
        }
        RowChart {
            frame: Frame {
                title: self.title(lang).to_owned(),
                subtitle: subtitle(context, corpora, lang),
                legend,
                axis_title: match self {
                    Self::Perplexity => {
                        lang.pick("퍼플렉시티 (작을수록 좋음)", "perplexity (lower is better)")
                    }
                    Self::BitsPerSyllable => lang.pick(
                        "비트/음절 (작을수록 좋음)",
                        "bits/syllable (lower is better)",
                    ),
                }
                .to_owned(),
            },
            from_zero: false,
            sections: corpora.iter().map(section).collect(),
        }
    }

    fn row(self, context: &Context<'_>, scored: &Scored, lang: Lang) -> Row {
        let (value, error) = texts(scored);
        let unit = match self {
            Self::Perplexity => "",
            Self::BitsPerSyllable => lang.pick(" 비트/음절", " bits/syllable"),
        };
        let interval = scored
            .standard_error
            .map(|error| ((scored.value - error).max(0.0), scored.value + error));
        Row {
            name: context.name(scored.cell).clone(),
            style: context.style(scored.cell),
            body: Body::Estimate {
                point: scored.value,
                interval,
                samples: Vec::new(),
            },
            value: format!("{value}{unit}"),
            detail: error.map_or_else(String::new, |error| format!("±{error}")),
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
        let half = scored.standard_error.map(|error| Z95 * error);
        Entry {
            name: context.name(scored.cell).in_sentence(),
            value: scored.value,
            interval: half.map(|half| (scored.value - half, scored.value + half)),
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
