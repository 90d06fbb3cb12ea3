//! Rows of `texts.csv`: what a precision does to the text of answers, paired by question.

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;
use serde::Serialize;

use super::groups::{self, Pair};
use super::{AnswerRow, Beside, CellKey, Parting};
use crate::record::{Answer, RunInfo, Sampling};
use crate::stats::{
    Estimate, Followed, Lasting, Sorted, holm, lasting, mean, mean_interval, median,
    median_interval, share_interval, signed_rank,
};

/// A line of `texts.csv`: the answers of one cell beside those of its baseline to the same questions.
///
/// A question is compared where both answered it, both by greedy decoding, with as many sequences
/// decoded together, to the same prompt, and with the tokens recorded. Shares are of 1, intervals
/// those of 95 %, and places of tokens begin with 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct TextRow {
    pub machine: String,
    pub model: String,
    pub variant: String,
    pub precision: String,
    /// The baseline as `label/precision`.
    pub baseline: String,
    /// Questions compared.
    pub n_questions: u32,
    /// Questions whose answers have the same tokens.
    pub identical: u32,
    pub identical_share: Option<f64>,
    pub identical_ci95_low: Option<f64>,
    pub identical_ci95_high: Option<f64>,
    /// Of the identical, those that the limit cut: identical as far as they went.
    pub n_cut_both: u32,
    /// Questions whose answers part.
    pub n_parted: u32,
    /// The first token that differs, or that only one has: median over the questions that part.
    pub first_difference: Option<f64>,
    pub first_difference_ci95_low: Option<f64>,
    pub first_difference_ci95_high: Option<f64>,
    /// Share of the baseline's tokens before it: median over the questions that part.
    pub first_difference_share: Option<f64>,
    pub first_difference_share_ci95_low: Option<f64>,
    pub first_difference_share_ci95_high: Option<f64>,
    /// Questions of the run that are not compared: the sum of the next five.
    pub n_not_compared: u32,
    /// One of the two did not answer.
    pub n_not_answered: u32,
    /// Both answered, one of them by sampling.
    pub n_sampled: u32,
    /// Both greedy, with other numbers of sequences decoded together.
    pub n_other_parallel: u32,
    /// Likewise alike, but to prompts that differ.
    pub n_other_prompt: u32,
    /// Likewise alike, but without a record of the tokens, as hanbench once wrote it.
    pub n_no_tokens: u32,
    /// Questions compared of which one answer was cut, so that the change in length is not known.
    pub n_length_unknown: u32,
    /// Characters (graphemes), without cut answers.
    pub chars: Change,
    /// Hangul among the letters.
    pub korean: Change,
    /// Lines that are Korean.
    pub korean_line_share: Change,
    /// Key points hit.
    pub coverage: Change,
    /// Constraints met.
    pub obedience: Change,
    /// Sentences that leave the topic.
    pub off_topic: Change,
    /// Characters in a loop.
    pub loop_share: Change,
    /// The places of first differences, ascending; not a CSV column.
    #[serde(skip)]
    pub places: Vec<u32>,
    /// The share of questions whose answers are alike beyond a token, from the questions that have so
    /// many; not a CSV column.
    #[serde(skip)]
    pub alike: Vec<Lasting>,
    /// Index of the compared cell in [`super::Report::cells`]; not a CSV column.
    #[serde(skip)]
    pub cell: usize,
    /// Index of the baseline's cell in [`super::Report::cells`]; not a CSV column.
    #[serde(skip)]
    pub baseline_cell: usize,
}

/// By how much a measure of the answers is higher than with the baseline, over the questions compared
/// of which both answers have it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Change {
    /// Questions.
    pub n: u32,
    /// Mean difference, in the unit of the measure.
    pub mean: Option<f64>,
    /// Bootstrap 95 % interval over questions; `None` for fewer than three and for equal differences.
    pub ci95_low: Option<f64>,
    /// Its upper end.
    pub ci95_high: Option<f64>,
    /// Two-sided p of the signed-rank test, by Holm's correction over every change in `texts.csv`.
    pub p: Option<f64>,
    /// Whether no question's measure changed at all; not a CSV column.
    #[serde(skip)]
    pub none_changed: bool,
}

impl Change {
    fn of(pairs: &[(&AnswerRow, &AnswerRow)], value: fn(&AnswerRow) -> Option<f64>) -> Self {
        let difference =
            |(before, now): &(&AnswerRow, &AnswerRow)| Some(value(now)? - value(before)?);
        let differences: Vec<f64> = pairs.iter().filter_map(difference).collect();
        let p = signed_rank(&differences);
        let n = count(differences.len());
        let none_changed = n > 0 && differences.iter().all(|d| *d == 0.0);
        let plain = mean(&differences);
        let interval = Sorted::new(differences).as_ref().and_then(mean_interval);
        Self {
            n,
            mean: interval.map(|interval| interval.point).or(plain),
            ci95_low: interval.map(|interval| interval.low),
            ci95_high: interval.map(|interval| interval.high),
            p,
            none_changed,
        }
    }

    /// Whether a change is shown: p below 0.05, and an interval without zero.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        let apart = self.ci95_low.zip(self.ci95_high);
        let apart = apart.is_some_and(|(low, high)| low > 0.0 || high < 0.0);
        apart && self.p.is_some_and(|p| p < 0.05)
    }

    /// Half the width of the interval: a smaller change would not have been seen.
    #[must_use]
    pub fn half_width(&self) -> Option<f64> {
        let (low, high) = self.ci95_low.zip(self.ci95_high)?;
        Some((high - low) / 2.0)
    }
}

impl TextRow {
    fn changes(&mut self) -> [&mut Change; 7] {
        [
            &mut self.chars,
            &mut self.korean,
            &mut self.korean_line_share,
            &mut self.coverage,
            &mut self.obedience,
            &mut self.off_topic,
            &mut self.loop_share,
        ]
    }
}

/// What is kept of an answer until it is compared, beside its row.
pub(super) struct Transcript {
    tokens: Option<Vec<i32>>,
    is_greedy: bool,
    n_parallel: u32,
    prompt: String,
}

impl Transcript {
    /// Takes the tokens and the prompt out of `answer`.
    pub(super) fn take(answer: &mut Answer) -> Self {
        Self {
            tokens: answer.tokens.take(),
            is_greedy: answer.sampling == Sampling::Greedy,
            n_parallel: answer.n_parallel,
            prompt: std::mem::take(&mut answer.prompt),
        }
    }
}

/// The answers of one cell: each row with its transcript.
pub(super) struct Answered<'a> {
    pub(super) key: &'a CellKey,
    pub(super) rows: &'a [AnswerRow],
    pub(super) transcripts: &'a [Transcript],
}

/// What one cell's answers are beside those of its baseline.
pub(super) struct Comparison {
    pub(super) row: TextRow,
    /// Index of the compared cell in [`RunInfo::cells`].
    pub(super) cell: usize,
    /// Of each answer of it that is compared: its index among the cell's answers, and what it is.
    pub(super) answers: Vec<(usize, Beside)>,
}

/// The comparisons of a run: `cells` are those of `run`, the first of which has the index `first` in the
/// report. None where no cell answered. The p values are not yet corrected.
pub(super) fn comparisons(run: &RunInfo, first: usize, cells: &[Answered]) -> Vec<Comparison> {
    if cells.iter().all(|cell| cell.rows.is_empty()) {
        return Vec::new();
    }
    let pairs = groups::pairs(run, |cell| !cells[cell].rows.is_empty());
    let compare = |pair: &Pair| comparison(run, first, cells, *pair);
    pairs.par_iter().map(compare).collect()
}

/// Corrects the p values of all changes for being so many.
pub(super) fn correct(rows: &mut [TextRow]) {
    let mut ps: Vec<&mut f64> = rows
        .iter_mut()
        .flat_map(TextRow::changes)
        .filter_map(|change| change.p.as_mut())
        .collect();
    let corrected = holm(&ps.iter().map(|p| **p).collect::<Vec<f64>>());
    for (p, corrected) in ps.iter_mut().zip(corrected) {
        **p = corrected;
    }
}

/// An answer of a cell.
#[derive(Clone, Copy)]
struct Given<'a> {
    /// Its index among those of the cell.
    index: usize,
    row: &'a AnswerRow,
    transcript: &'a Transcript,
}

/// The answers of a cell by the ids of their questions.
fn given<'a>(cell: &Answered<'a>) -> HashMap<&'a str, Given<'a>> {
    let both = cell.rows.iter().zip(cell.transcripts).enumerate();
    let given = both.map(|(index, (row, transcript))| {
        let given = Given {
            index,
            row,
            transcript,
        };
        (row.question_id.as_str(), given)
    });
    given.collect()
}

fn comparison(run: &RunInfo, first: usize, cells: &[Answered], pair: Pair) -> Comparison {
    let (key, base) = (cells[pair.cell].key, cells[pair.baseline].key);
    let (before, now) = (given(&cells[pair.baseline]), given(&cells[pair.cell]));
    let asked = run.questions.iter().map(|question| question.id.as_str());
    let ids: BTreeSet<&str> = asked
        .chain(before.keys().chain(now.keys()).copied())
        .collect();
    let mut found = Found::default();
    for id in ids {
        found.add(before.get(id).copied(), now.get(id).copied());
    }
    let baseline = first + pair.baseline;
    let partings = std::mem::take(&mut found.partings).into_iter();
    let beside = |(index, parting)| (index, Beside { baseline, parting });
    let answers = partings.map(beside).collect();
    let mut row = found.row(key, base);
    (row.cell, row.baseline_cell) = (first + pair.cell, baseline);
    Comparison {
        row,
        cell: pair.cell,
        answers,
    }
}

/// What is found question by question.
#[derive(Default)]
struct Found<'a> {
    /// The baseline's answer, then the compared one's.
    compared: Vec<(&'a AnswerRow, &'a AnswerRow)>,
    identical: u32,
    n_cut_both: u32,
    /// Where answers part, with the share of the baseline's answer before.
    parted: Vec<(u32, Option<f64>)>,
    followed: Vec<Followed>,
    /// Of each answer compared: its index among the cell's answers, and where it parts.
    partings: Vec<(usize, Parting)>,
    n_not_answered: u32,
    n_sampled: u32,
    n_other_parallel: u32,
    n_other_prompt: u32,
    n_no_tokens: u32,
}

impl<'a> Found<'a> {
    fn add(&mut self, before: Option<Given<'a>>, now: Option<Given<'a>>) {
        let (Some(before), Some(now)) = (before, now) else {
            self.n_not_answered += 1;
            return;
        };
        let (one, other) = (before.transcript, now.transcript);
        if !(one.is_greedy && other.is_greedy) {
            self.n_sampled += 1;
        } else if one.n_parallel != other.n_parallel {
            self.n_other_parallel += 1;
        } else if one.prompt != other.prompt {
            self.n_other_prompt += 1;
        } else if let (Some(tokens), Some(other_tokens)) = (&one.tokens, &other.tokens) {
            self.compared.push((before.row, now.row));
            let parting = self.follow((before.row, tokens), (now.row, other_tokens));
            self.partings.push((now.index, parting));
        } else {
            self.n_no_tokens += 1;
        }
    }

    fn follow(&mut self, one: (&AnswerRow, &[i32]), other: (&AnswerRow, &[i32])) -> Parting {
        let alike = one
            .1
            .iter()
            .zip(other.1)
            .take_while(|(a, b)| a == b)
            .count();
        let goes_on = |answer: (&AnswerRow, &[i32])| answer.1.len() > alike;
        let was_cut = |answer: (&AnswerRow, &[i32])| !goes_on(answer) && is_cut(answer.0);
        // An answer that ended by itself chose one more token: the one that ends it.
        let next = count(alike).saturating_add(1);
        if was_cut(one) || was_cut(other) {
            self.identical += 1;
            self.n_cut_both += 1;
            self.followed.push(Followed {
                until: count(alike),
                ended: false,
            });
            Parting::CutFirst
        } else if goes_on(one) || goes_on(other) {
            let of_base = alike as f64 / one.1.len() as f64;
            self.parted
                .push((next, Some(of_base).filter(|share| share.is_finite())));
            self.followed.push(Followed {
                until: next,
                ended: true,
            });
            Parting::At(next)
        } else {
            self.identical += 1;
            self.followed.push(Followed {
                until: next,
                ended: false,
            });
            Parting::Never
        }
    }

    fn row(self, key: &CellKey, base: &CellKey) -> TextRow {
        let CellKey {
            machine,
            model,
            variant,
            precision,
        } = key.clone();
        let n_questions = count(self.compared.len());
        let identical = share_interval(self.identical, n_questions);
        let mut places: Vec<u32> = self.parted.iter().map(|(place, _)| *place).collect();
        places.sort_unstable();
        let first = Sorted::new(places.iter().map(|place| f64::from(*place)).collect());
        let interval = first.as_ref().and_then(median_interval);
        let shares = Sorted::new(self.parted.iter().filter_map(|(_, share)| *share).collect());
        let of_share = shares.as_ref().and_then(median_interval);
        let whole = |(a, b): &(&AnswerRow, &AnswerRow)| !is_cut(a) && !is_cut(b);
        let of_known_length: Vec<_> = self.compared.iter().copied().filter(whole).collect();
        let change = |value: fn(&AnswerRow) -> Option<f64>| Change::of(&self.compared, value);
        TextRow {
            machine,
            model,
            variant,
            precision,
            baseline: format!("{}/{}", base.variant, base.precision),
            n_questions,
            identical: self.identical,
            identical_share: identical.map(|Estimate { point, .. }| point),
            identical_ci95_low: identical.map(|Estimate { low, .. }| low),
            identical_ci95_high: identical.map(|Estimate { high, .. }| high),
            n_cut_both: self.n_cut_both,
            n_parted: count(places.len()),
            first_difference: first.as_ref().map(median),
            first_difference_ci95_low: interval.map(|Estimate { low, .. }| low),
            first_difference_ci95_high: interval.map(|Estimate { high, .. }| high),
            first_difference_share: shares.as_ref().map(median),
            first_difference_share_ci95_low: of_share.map(|Estimate { low, .. }| low),
            first_difference_share_ci95_high: of_share.map(|Estimate { high, .. }| high),
            n_not_compared: self.n_not_answered
                + self.n_sampled
                + self.n_other_parallel
                + self.n_other_prompt
                + self.n_no_tokens,
            n_not_answered: self.n_not_answered,
            n_sampled: self.n_sampled,
            n_other_parallel: self.n_other_parallel,
            n_other_prompt: self.n_other_prompt,
            n_no_tokens: self.n_no_tokens,
            n_length_unknown: n_questions - count(of_known_length.len()),
            chars: Change::of(&of_known_length, |row| Some(f64::from(row.n_chars))),
            korean: change(|row| row.hangul_share),
            korean_line_share: change(|row| row.korean_line_share),
            coverage: change(|row| row.coverage),
            obedience: change(|row| row.obedience),
            off_topic: change(|row| row.off_topic_share),
            loop_share: change(|row| row.loop_share),
            places,
            alike: lasting(self.followed),
            cell: 0,
            baseline_cell: 0,
        }
    }
}

fn is_cut(answer: &AnswerRow) -> bool {
    answer.stop == "limit"
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
