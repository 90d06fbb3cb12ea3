//! Rows of `scores.csv`: what the answers of a cell are like, averaged over groups of questions.

use datasets::Kind;
use serde::Serialize;

use super::{AnswerRow, CellKey, ScoreRow};
use crate::record::RunInfo;
use crate::stats::{Sorted, mean, mean_interval, median};

/// The questions that a [`ScoreRow`] averages over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Every question.
    All,
    /// Those of [`Kind::Question`].
    Question,
    /// Those of [`Kind::Instruction`].
    Instruction,
    /// Those of [`Kind::FreeWriting`].
    FreeWriting,
    /// Those that a demonstration model was trained on, reworded and with their references.
    TrainedOn,
    /// Those that were kept out of a demonstration model's training.
    KeptOut,
}

impl Group {
    /// In the order of the rows of a cell.
    const EVERY: [Self; 6] = [
        Self::All,
        Self::Question,
        Self::Instruction,
        Self::FreeWriting,
        Self::TrainedOn,
        Self::KeptOut,
    ];

    /// As `scores.csv` writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Question => "question",
            Self::Instruction => "instruction",
            Self::FreeWriting => "free_writing",
            Self::TrainedOn => "trained_on",
            Self::KeptOut => "kept_out",
        }
    }

    /// The kind of its questions, for a group by kind.
    #[must_use]
    pub fn kind(self) -> Option<Kind> {
        match self {
            Self::Question => Some(Kind::Question),
            Self::Instruction => Some(Kind::Instruction),
            Self::FreeWriting => Some(Kind::FreeWriting),
            Self::All | Self::TrainedOn | Self::KeptOut => None,
        }
    }

    /// Whether its questions are set apart by a demonstration model's training.
    #[must_use]
    pub fn is_by_training(self) -> bool {
        matches!(self, Self::TrainedOn | Self::KeptOut)
    }

    fn holds(self, answer: &AnswerRow) -> bool {
        match self {
            Self::All => true,
            Self::TrainedOn => answer.trained_on == Some(true),
            Self::KeptOut => answer.trained_on == Some(false),
            Self::Question | Self::Instruction | Self::FreeWriting => answer.kind == self.kind(),
        }
    }
}

/// The rows of a cell, whose index in the report is `cell`: one a group that it answered a question
/// of. Groups by kind only where the run asks questions of more than one.
pub(super) fn rows(
    key: &CellKey,
    cell: usize,
    run: &RunInfo,
    answers: &[AnswerRow],
) -> Vec<ScoreRow> {
    let several_kinds = run.questions.windows(2).any(|q| q[0].kind != q[1].kind);
    let wanted = |group: &Group| several_kinds || group.kind().is_none();
    let row = |group: Group| {
        let answers: Vec<_> = answers.iter().filter(|row| group.holds(row)).collect();
        row(key, cell, group, &answers)
    };
    Group::EVERY
        .into_iter()
        .filter(wanted)
        .filter_map(row)
        .collect()
}

/// `None` where there is no answer.
fn row(key: &CellKey, cell: usize, group: Group, answers: &[&AnswerRow]) -> Option<ScoreRow> {
    let lengths = answers.iter().map(|row| f64::from(row.n_chars));
    let lengths = Sorted::new(lengths.collect())?;
    let coverage = Score::of(answers, |row| row.coverage);
    let obedience = Score::of(answers, |row| row.obedience);
    let off_topic = Score::of(answers, |row| row.off_topic_share);
    let hangul = Score::of(answers, |row| row.hangul_share);
    let reference = Score::of(answers, |row| row.reference_nll);
    let CellKey {
        machine,
        model,
        variant,
        precision,
    } = key.clone();
    Some(ScoreRow {
        machine,
        model,
        variant,
        precision,
        group,
        n_answers: count(answers.len()),
        cut_share: share(answers, |row| Some(row.stop == "limit")),
        median_chars: median(&lengths),
        hangul_share: hangul.mean,
        korean_line_share: mean_of(answers, |row| row.korean_line_share),
        list_share: share(answers, |row| {
            row.style.as_ref().map(|style| style == "list")
        }),
        loop_share: share(answers, |row| row.loop_share.map(|share| share > 0.0)),
        coverage: coverage.mean,
        coverage_ci95_low: coverage.low,
        coverage_ci95_high: coverage.high,
        n_coverage: coverage.n,
        obedience: obedience.mean,
        obedience_ci95_low: obedience.low,
        obedience_ci95_high: obedience.high,
        n_obedience: obedience.n,
        off_topic_share: off_topic.mean,
        off_topic_ci95_low: off_topic.low,
        off_topic_ci95_high: off_topic.high,
        n_off_topic: off_topic.n,
        reference_nll: reference.mean,
        reference_nll_ci95_low: reference.low,
        reference_nll_ci95_high: reference.high,
        n_reference_nll: reference.n,
        hangul_share_ci95_low: hangul.low,
        hangul_share_ci95_high: hangul.high,
        latin_share: mean_of(answers, |row| row.latin_share),
        han_share: mean_of(answers, |row| row.han_share),
        cell,
    })
}

/// The mean of a measure over the answers that have it.
struct Score {
    mean: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    n: u32,
}

impl Score {
    fn of(answers: &[&AnswerRow], value: fn(&AnswerRow) -> Option<f64>) -> Self {
        let values: Vec<f64> = answers.iter().filter_map(|row| value(row)).collect();
        let n = count(values.len());
        let values = Sorted::new(values);
        let interval = values.as_ref().and_then(mean_interval);
        Self {
            mean: match interval {
                Some(interval) => Some(interval.point),
                None => values.and_then(|values| mean(values.as_slice())),
            },
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
            n,
        }
    }
}

fn mean_of(answers: &[&AnswerRow], value: fn(&AnswerRow) -> Option<f64>) -> Option<f64> {
    let values: Vec<f64> = answers.iter().filter_map(|row| value(row)).collect();
    mean(&values)
}

/// The share of the answers that `holds` is true of, among those that it can be told of.
fn share(answers: &[&AnswerRow], holds: fn(&AnswerRow) -> Option<bool>) -> Option<f64> {
    let told: Vec<f64> = answers
        .iter()
        .filter_map(|row| holds(row).map(f64::from))
        .collect();
    mean(&told)
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl ScoreRow {
    /// Whether half of the answers or more were cut at the limit, so that the median length only says
    /// "at least".
    #[must_use]
    pub fn length_is_at_least(&self) -> bool {
        self.cut_share.is_some_and(|share| share >= 0.5)
    }
}
