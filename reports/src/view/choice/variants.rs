//! Which weights answer better: pairs of answers to the same questions.

use std::collections::HashMap;

use super::weights::Weights;
use super::{Basis, ChoiceRow, Measure, Standing, VariantRow, cost};
use crate::record::ModelInfo;
use crate::stats::{Sorted, Z95, holm, mean, mean_interval, signed_rank};
use crate::view::{AnswerRow, CellKey, PerplexityRow, Report};

/// The cell to run, and why its weights.
pub(super) struct Chosen<'a> {
    pub(super) weights: &'a Weights,
    pub(super) cell: usize,
    pub(super) basis: Basis,
}

/// Every two sets of weights that were asked the same, by every measure that both have.
pub(super) fn rows(report: &Report, all: &[&Weights]) -> Vec<VariantRow> {
    let bases: Vec<usize> = all.iter().filter_map(|weights| weights.base).collect();
    let answers: Vec<Given> = bases.iter().map(|&cell| given(report, cell)).collect();
    let mut rows = Vec::new();
    for (i, &one) in bases.iter().enumerate() {
        for (j, &other) in bases.iter().enumerate().skip(i + 1) {
            if asked_alike(report, one, other) {
                let row = |measure| row(report, (one, &answers[i]), (other, &answers[j]), measure);
                rows.extend(Measure::ALL.into_iter().filter_map(row));
            }
        }
    }
    rows
}

/// Corrects the p values for being so many.
pub(super) fn correct(rows: &mut [VariantRow]) {
    let mut ps: Vec<&mut f64> = rows.iter_mut().filter_map(|row| row.p.as_mut()).collect();
    let corrected = holm(&ps.iter().map(|p| **p).collect::<Vec<f64>>());
    for (p, corrected) in ps.iter_mut().zip(corrected) {
        **p = corrected;
    }
}

type Given<'a> = HashMap<(&'a str, &'a str), &'a AnswerRow>;

/// The answers of a cell by question, as it was asked.
fn given(report: &Report, cell: usize) -> Given<'_> {
    let rows = report.answers.iter().filter(|row| row.cell == cell);
    rows.map(|row| ((row.question_id.as_str(), row.question.as_str()), row))
        .collect()
}

/// Whether two cells were asked in the same way: limits on length bend every measure.
fn asked_alike(report: &Report, one: usize, other: usize) -> bool {
    let suite = |cell: usize| &report.runs[report.cells[cell].run].suite.answers;
    suite(one).is_some() && suite(one) == suite(other)
}

/// `None` where no question has the measure of both.
fn row(
    report: &Report,
    (cell, own): (usize, &Given),
    (other_cell, others): (usize, &Given),
    measure: Measure,
) -> Option<VariantRow> {
    let mut ids: Vec<_> = own.keys().filter(|id| others.contains_key(*id)).collect();
    ids.sort_unstable();
    let difference =
        |id: &&(&str, &str)| Some(value(own[*id], measure)? - value(others[*id], measure)?);
    let differences: Vec<f64> = ids.iter().filter_map(difference).collect();
    let p = signed_rank(&differences)?;
    let plain = mean(&differences);
    let n = u32::try_from(differences.len()).unwrap_or(u32::MAX);
    let interval = Sorted::new(differences).as_ref().and_then(mean_interval);
    let CellKey {
        machine,
        model,
        variant,
        precision,
    } = report.cells[cell].key.clone();
    let other = &report.cells[other_cell].key;
    Some(VariantRow {
        machine,
        model,
        variant,
        precision,
        other: format!("{}/{}", other.variant, other.precision),
        measure,
        n,
        mean: interval.map(|interval| interval.point).or(plain),
        ci95_low: interval.map(|interval| interval.low),
        ci95_high: interval.map(|interval| interval.high),
        p: Some(p),
        cell,
        other_cell,
    })
}

fn value(row: &AnswerRow, measure: Measure) -> Option<f64> {
    match measure {
        Measure::Coverage => row.coverage,
        Measure::Obedience => row.obedience,
        Measure::KoreanLines => row.korean_line_share,
        Measure::OffTopic => row.off_topic_share,
        Measure::Loops => row.loop_share,
    }
}

/// Chooses the weights and their cell, passing over those of which nothing was measured that tells how good
/// an answer is: their standing says so. `None` where that leaves none.
pub(super) fn choose<'a>(
    report: &Report,
    all: &[&'a Weights],
    compared: &[VariantRow],
    rows: &mut [ChoiceRow],
) -> Option<Chosen<'a>> {
    let (all, rest): (Vec<&Weights>, Vec<&Weights>) =
        all.iter().partition(|weights| has_quality(report, weights));
    for &cell in rest.iter().flat_map(|weights| &weights.cells) {
        if rows[cell].standing != Standing::Incomplete {
            rows[cell].standing = Standing::NoQuality;
        }
    }
    if all.is_empty() {
        return None;
    }
    let best = |weights: &Weights| {
        let alike = |cell: &usize| rows[*cell].standing == Standing::Alike;
        let cells: Vec<usize> = weights.cells.iter().copied().filter(alike).collect();
        cost::cheapest(report, &cells)
    };
    let (left, basis) = unbeaten(report, &all, compared);
    let cells: Vec<usize> = left.iter().filter_map(|weights| best(weights)).collect();
    let cell = cost::cheapest(report, &cells)?;
    let weights = left
        .into_iter()
        .find(|weights| weights.cells.contains(&cell))?;
    Some(Chosen {
        weights,
        cell,
        basis,
    })
}

/// Whether answers or perplexity tell of the weights, which random ones have neither of.
fn has_quality(report: &Report, weights: &Weights) -> bool {
    let tells = |&cell: &usize| {
        let summary = &report.summary[cell];
        summary.n_answers.is_some_and(|n| n > 0) || summary.ppl.is_some()
    };
    let is_random = weights.base.and_then(|cell| model(report, cell));
    let is_random = is_random.is_some_and(|model| model.synthetic.is_some());
    !is_random && weights.cells.iter().any(tells)
}

/// The weights that no others are shown to be better than, and what the last choice among them rests on.
fn unbeaten<'a>(
    report: &Report,
    all: &[&'a Weights],
    compared: &[VariantRow],
) -> (Vec<&'a Weights>, Basis) {
    if all.len() == 1 {
        return (all.to_vec(), Basis::Only);
    }
    let (beats, by): (Box<dyn Fn(usize, usize) -> bool>, Basis) = if compared.is_empty() {
        (Box::new(|a, b| fewer_bits(report, a, b)), Basis::Bits)
    } else {
        (
            Box::new(|a, b| answers_better(compared, a, b)),
            Basis::Answers,
        )
    };
    let base = |weights: &Weights| weights.base.unwrap_or(usize::MAX);
    let is_beaten = |weights: &&Weights| {
        all.iter()
            .any(|other| base(other) != base(weights) && beats(base(other), base(weights)))
    };
    let mut left: Vec<&Weights> = all.iter().copied().filter(|w| !is_beaten(w)).collect();
    if left.is_empty() {
        // Each is beaten by another, in a circle.
        left = all.to_vec();
    }
    if left.len() == 1 {
        return (left, by);
    }
    let chat: Vec<&Weights> = left
        .iter()
        .copied()
        .filter(|weights| has_template(report, base(weights)))
        .collect();
    match chat.len() {
        0 => (left, Basis::Cost),
        1 => (chat, Basis::Template),
        _ => (chat, Basis::Cost),
    }
}

/// Whether the first measure by which a difference is shown is in favour of `a`.
fn answers_better(compared: &[VariantRow], a: usize, b: usize) -> bool {
    let pair = |row: &&VariantRow| {
        [(a, b), (b, a)].contains(&(row.cell, row.other_cell)) && row.is_shown()
    };
    // The rows of a pair stand in the order in which measures decide.
    let first = compared.iter().find(pair);
    first.is_some_and(|row| row.is_better() == (row.cell == a))
}

/// Whether `a` needs fewer bits for a syllable of the same text, by intervals that do not overlap. A model
/// tuned for chat is not judged by raw text against one that is not.
fn fewer_bits(report: &Report, a: usize, b: usize) -> bool {
    let bits = |cell| bits(report, cell);
    let Some(((corpus, _, high), (other, low, _))) = bits(a).zip(bits(b)) else {
        return false;
    };
    corpus == other && has_template(report, a) == has_template(report, b) && high < low
}

/// Corpus and chunk length, and the interval of the bits.
fn bits(report: &Report, cell: usize) -> Option<((&str, u32), f64, f64)> {
    let key = &report.cells[cell].key;
    let own = |row: &&PerplexityRow| {
        row.whole
            && (&row.machine, &row.model, &row.variant, &row.precision)
                == (&key.machine, &key.model, &key.variant, &key.precision)
    };
    let row = report.perplexity.iter().find(own)?;
    let (bits, se) = (row.bits_per_syllable?, row.ppl_se?);
    // The bits are the mean of −ln p times a constant, so their relative error is that of the mean.
    let half = Z95 * bits * se / row.ppl / row.mean_nll;
    Some(((&row.corpus, row.n_ctx), bits - half, bits + half))
}

/// Whether the model of a cell carries a chat template.
pub(super) fn has_template(report: &Report, cell: usize) -> bool {
    model(report, cell).is_some_and(|model| model.has_template)
}

/// The model of a cell.
fn model(report: &Report, cell: usize) -> Option<&ModelInfo> {
    let view = &report.cells[cell];
    let mut models = report.runs[view.run].models.iter();
    models.find(|model| model.variant == view.key.variant)
}
