//! What a precision loses against the highest one of the same weights.

use super::weights::Weights;
use super::{ChoiceRow, Loss, Measure, Standing};
use crate::record::Compared;
use crate::stats::Z95;
use crate::view::{Change, FidelityRow, Report, Status, TextRow};

/// A rise of perplexity by this share is taken for none.
pub const MOST_PPL_LOSS: f64 = 0.01;
/// Questions with which a signed-rank test can show anything at the 5 % level: 2/2⁶ < 0.05 < 2/2⁵.
pub const FEWEST_QUESTIONS: u32 = 6;

/// Writes the standing of every cell of `weights` within them.
pub(super) fn judge(report: &Report, weights: &Weights, rows: &mut [ChoiceRow]) {
    let Some(base) = weights.base else { return };
    for &cell in &weights.cells {
        if report.cells[cell].status != Status::Complete {
            continue;
        }
        let row = &mut rows[cell];
        if cell == base {
            row.standing = Standing::Alike;
            continue;
        }
        let key = &report.cells[base].key;
        row.baseline = Some(format!("{}/{}", key.variant, key.precision));
        row.baseline_cell = Some(base);
        let fidelity = compared(report, cell, base);
        if let Some((point, interval)) = fidelity.map(ppl_ratio) {
            row.ppl_ratio = Some(point);
            row.ppl_ratio_ci95_low = interval.map(|(low, _)| low);
            row.ppl_ratio_ci95_high = interval.map(|(_, high)| high);
        }
        let interval = row.ppl_ratio_ci95_low.zip(row.ppl_ratio_ci95_high);
        let texts = texts(report, cell, base);
        (row.standing, row.loss) = standing(fidelity.is_some(), interval, texts);
    }
}

/// The comparison with the baseline over the first whole corpus.
fn compared(report: &Report, cell: usize, base: usize) -> Option<&FidelityRow> {
    let mut rows = report.fidelity.iter();
    rows.find(|row| {
        row.compared == Compared::Cell && row.whole && (row.cell, row.baseline_cell) == (cell, base)
    })
}

fn ppl_ratio(row: &FidelityRow) -> (f64, Option<(f64, f64)>) {
    let ends = row.ln_ppl_ratio_se.map(|se| {
        let half = Z95 * se;
        (
            (row.ln_ppl_ratio - half).exp(),
            (row.ln_ppl_ratio + half).exp(),
        )
    });
    (row.ln_ppl_ratio.exp(), ends)
}

/// The answers beside the baseline's, where there are enough to show anything.
fn texts(report: &Report, cell: usize, base: usize) -> Option<&TextRow> {
    let mut rows = report.texts.iter();
    rows.find(|row| (row.cell, row.baseline_cell) == (cell, base))
        .filter(|row| row.n_questions >= FEWEST_QUESTIONS)
}

/// By the interval of the ratio of perplexities and by the answers.
///
/// Worse where either shows it. Alike where the interval rules out a loss of [`MOST_PPL_LOSS`]; where
/// perplexities were not compared at all, where the answers show nothing.
fn standing(
    compared: bool,
    ppl_ratio: Option<(f64, f64)>,
    texts: Option<&TextRow>,
) -> (Standing, Option<Loss>) {
    let most = 1.0 + MOST_PPL_LOSS;
    if let Some(measure) = texts.and_then(worse_answers) {
        return (Standing::Worse, Some(Loss::Answers(measure)));
    }
    match ppl_ratio {
        Some((low, _)) if low > most => (Standing::Worse, Some(Loss::Perplexity)),
        Some((_, high)) if high <= most => (Standing::Alike, None),
        Some(_) => (Standing::Unsure, Some(Loss::Perplexity)),
        None if compared => (Standing::Unsure, Some(Loss::Perplexity)),
        None if texts.is_some() => (Standing::Alike, None),
        None => (Standing::NotCompared, None),
    }
}

/// The first measure by which the answers are shown to be worse.
fn worse_answers(row: &TextRow) -> Option<Measure> {
    let is_worse = |measure: &Measure| {
        let change = change(row, *measure);
        let falls = change.mean.is_some_and(|mean| mean < 0.0);
        change.is_shown() && falls == measure.is_better_higher()
    };
    Measure::ALL.into_iter().find(is_worse)
}

/// The change of a measure.
pub(super) fn change(row: &TextRow, measure: Measure) -> &Change {
    match measure {
        Measure::Coverage => &row.coverage,
        Measure::Obedience => &row.obedience,
        Measure::KoreanLines => &row.korean_line_share,
        Measure::OffTopic => &row.off_topic,
        Measure::Loops => &row.loop_share,
    }
}

impl TextRow {
    /// The change of what answers are compared by.
    #[must_use]
    pub fn change(&self, measure: Measure) -> &Change {
        change(self, measure)
    }
}
