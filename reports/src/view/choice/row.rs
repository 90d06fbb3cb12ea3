//! Lines of `choice.csv` and `variants.csv`, and the words in them.

use serde::Serialize;

/// What the rules say of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The one to run on its machine.
    Recommended,
    /// The only one of its machine that was measured to its end: there is nothing to choose between.
    Only,
    /// As good as the recommended one as far as could be shown, and not cheaper.
    Alike,
    /// Shown to lose something against the highest precision of the same weights.
    Worse,
    /// Neither a loss nor its absence could be shown.
    Unsure,
    /// Nothing compares it with the highest precision of the same weights.
    NotCompared,
    /// Other weights were chosen.
    OtherWeights,
    /// Not measured to the end.
    Incomplete,
    /// Nothing that was measured on its machine tells how good an answer is.
    NoQuality,
}

impl Standing {
    /// As `choice.csv` writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Recommended => "recommended",
            Self::Only => "only",
            Self::Alike => "alike",
            Self::Worse => "worse",
            Self::Unsure => "unsure",
            Self::NotCompared => "not_compared",
            Self::OtherWeights => "other_weights",
            Self::Incomplete => "incomplete",
            Self::NoQuality => "no_quality",
        }
    }
}

/// What the weights of the recommended cell were chosen by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// There are no others.
    Only,
    /// The others are shown to answer worse.
    Answers,
    /// The others need more bits for a syllable, by intervals that do not overlap.
    Bits,
    /// The others that are not shown to be worse carry no chat template: they complete text.
    Template,
    /// Others are not shown to be worse; of these it takes the least memory, then the least time.
    Cost,
}

impl Basis {
    /// As `choice.csv` writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Only => "only",
            Self::Answers => "answers",
            Self::Bits => "bits",
            Self::Template => "template",
            Self::Cost => "cost",
        }
    }
}

/// What the answers to the same questions are compared by, in the order in which it decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Key points hit: more is better.
    Coverage,
    /// Constraints met: more is better.
    Obedience,
    /// Lines that are Korean: more is better.
    KoreanLines,
    /// Sentences that leave the topic: fewer is better.
    OffTopic,
    /// Characters in a loop: fewer is better.
    Loops,
}

impl Measure {
    /// All, in the order in which they decide.
    pub const ALL: [Self; 5] = [
        Self::Coverage,
        Self::Obedience,
        Self::KoreanLines,
        Self::OffTopic,
        Self::Loops,
    ];

    /// As `variants.csv` writes it: the column of `answers.csv`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Coverage => "coverage",
            Self::Obedience => "obedience",
            Self::KoreanLines => "korean_line_share",
            Self::OffTopic => "off_topic_share",
            Self::Loops => "loop_share",
        }
    }

    /// Whether a higher value is the better one.
    #[must_use]
    pub fn is_better_higher(self) -> bool {
        matches!(self, Self::Coverage | Self::Obedience | Self::KoreanLines)
    }
}

/// What a precision is shown to lose, or might.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// Perplexity rises by more than is taken for none.
    Perplexity,
    /// The answers get worse by this measure.
    Answers(Measure),
}

impl Loss {
    /// As `choice.csv` writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Perplexity => "perplexity",
            Self::Answers(measure) => measure.name(),
        }
    }
}

/// A line of `choice.csv`: what speaks for and against running a cell. Intervals are those of 95 %.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct ChoiceRow {
    pub machine: String,
    pub model: String,
    pub variant: String,
    pub precision: String,
    pub standing: Standing,
    /// Of the recommended cell.
    pub basis: Option<Basis>,
    /// The highest precision of the same weights, as `label/precision`; `None` for that one itself.
    pub baseline: Option<String>,
    /// What is worse than with the baseline, or may be where the standing is `unsure`.
    pub loss: Option<Loss>,
    /// Perplexity over that of the baseline, over the first whole corpus, paired by position.
    pub ppl_ratio: Option<f64>,
    pub ppl_ratio_ci95_low: Option<f64>,
    pub ppl_ratio_ci95_high: Option<f64>,
    /// Peak of main memory and device memory together.
    pub memory_bytes: Option<u64>,
    /// `memory_bytes` over that of the recommended cell of the machine.
    pub memory_ratio: Option<f64>,
    /// Time of a token in the headline decode test over that of the recommended cell, bootstrapped over
    /// repetitions; `None` where the tests differ.
    pub time_ratio: Option<f64>,
    pub time_ratio_ci95_low: Option<f64>,
    pub time_ratio_ci95_high: Option<f64>,
    /// Index of the cell in [`super::Report::cells`]; not a CSV column.
    #[serde(skip)]
    pub cell: usize,
    /// Index of the baseline in [`super::Report::cells`]; not a CSV column.
    #[serde(skip)]
    pub baseline_cell: Option<usize>,
}

/// A line of `variants.csv`: how the answers of two sets of weights differ, each at the highest
/// precision that was measured, over the questions that both answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct VariantRow {
    pub machine: String,
    pub model: String,
    pub variant: String,
    pub precision: String,
    /// The other as `label/precision`.
    pub other: String,
    pub measure: Measure,
    /// Questions of which both answers have the measure.
    pub n: u32,
    /// Mean of this one's less the other's, of 1.
    pub mean: Option<f64>,
    /// Bootstrap 95 % interval over questions; `None` for fewer than three and for equal differences.
    pub ci95_low: Option<f64>,
    pub ci95_high: Option<f64>,
    /// Two-sided p of the signed-rank test, by Holm's correction over the comparisons of the machine.
    pub p: Option<f64>,
    /// Index of the cell in [`super::Report::cells`]; not a CSV column. Likewise the other's.
    #[serde(skip)]
    pub cell: usize,
    #[serde(skip)]
    pub other_cell: usize,
}

impl VariantRow {
    /// Whether a difference is shown: p below 0.05, and an interval without zero.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        let ends = self.ci95_low.zip(self.ci95_high);
        ends.is_some_and(|(low, high)| low > 0.0 || high < 0.0) && self.p.is_some_and(|p| p < 0.05)
    }

    /// Whether this one's answers are the better by the mean.
    #[must_use]
    pub fn is_better(&self) -> bool {
        self.mean
            .is_some_and(|mean| (mean > 0.0) == self.measure.is_better_higher() && mean != 0.0)
    }
}
