//! Differences of shares, and numbers that name their place in the CSV files, for sentences.

use super::number;
use super::phrase::{Datum, Made, Rich};
use crate::view::Measure;

/// A number of a CSV file.
pub(super) fn datum(text: &str, file: &'static str, row: usize, column: &'static str) -> Datum {
    Datum {
        text: text.into(),
        file,
        row,
        column,
        made: Made::AsIs,
    }
}

/// The size of a difference of shares, in Korean (`12.3%` before a `p`) and in English (`12.3`).
pub(super) struct Points(pub(super) Datum, pub(super) Datum);

impl Points {
    pub(super) fn of(
        value: Option<f64>,
        file: &'static str,
        row: usize,
        column: &'static str,
    ) -> Self {
        let text = number::percent(value.unwrap_or(0.0).abs());
        let plain = text.trim_end_matches('%');
        Self(
            datum(&text, file, row, column),
            Datum {
                made: Made::Hundredfold,
                ..datum(plain, file, row, column)
            },
        )
    }
}

/// A difference of shares with its interval, by its size.
pub(super) struct Difference {
    mean: Points,
    low: Points,
    high: Points,
}

impl Difference {
    /// From mean and ends of the interval, which are turned round where the difference is negative.
    pub(super) fn of(
        [mean, low, high]: [Option<f64>; 3],
        columns: [&'static str; 3],
        file: &'static str,
        row: usize,
    ) -> Self {
        let is_fall = mean.is_some_and(|mean| mean < 0.0);
        let ends = [(low, columns[1]), (high, columns[2])];
        let [low, high] = if is_fall { [ends[1], ends[0]] } else { ends };
        let points = |(value, column)| Points::of(value, file, row, column);
        Self {
            mean: points((mean, columns[0])),
            low: points(low),
            high: points(high),
        }
    }

    /// `12.3%p(95% 구간 5.1%–19.2%p)`, `12.3 points (95% interval 5.1–19.2)`.
    pub(super) fn rich(&self) -> (Rich, Rich) {
        let Self { mean, low, high } = self;
        let part = |rich: Rich, datum: &Datum| rich.datum(datum.clone());
        let ko = part(Rich::default(), &mean.0).text("p(95% 구간 ");
        let ko = part(part(ko, &low.0).text("p–"), &high.0).text("p)");
        let en = part(Rich::default(), &mean.1).text(" points (95% interval ");
        let en = part(part(en, &low.1).text("–"), &high.1).text(")");
        (ko, en)
    }
}

/// The end of an interval that is farther from zero, and whether it is the upper one.
pub(super) fn farthest(low: Option<f64>, high: Option<f64>) -> Option<(f64, bool)> {
    let (low, high) = low.zip(high)?;
    Some(if high.abs() >= low.abs() {
        (high, true)
    } else {
        (low, false)
    })
}

/// What a measure is called.
pub(super) fn measure(measure: Measure) -> (&'static str, &'static str) {
    match measure {
        Measure::Coverage => ("짚은 핵심 내용", "key points made"),
        Measure::Obedience => ("지킨 조건", "constraints met"),
        Measure::KoreanLines => ("한국어로 쓴 줄", "lines in Korean"),
        Measure::OffTopic => ("주제를 벗어난 문장", "off-topic sentences"),
        Measure::Loops => ("같은 말을 맴돈 부분", "looping text"),
    }
}

/// Object and verb of a difference in Korean, subject and verb of it in English.
pub(super) fn verb(measure: Measure, more: bool) -> ((&'static str, &'static str), &'static str) {
    match (measure, more) {
        (Measure::Coverage, true) => (
            ("핵심 내용을", "더 짚었습니다"),
            "made more of the key points than",
        ),
        (Measure::Coverage, false) => (
            ("핵심 내용을", "덜 짚었습니다"),
            "made fewer of the key points than",
        ),
        (Measure::Obedience, true) => (
            ("조건을", "더 지켰습니다"),
            "met more of the constraints than",
        ),
        (Measure::Obedience, false) => (
            ("조건을", "덜 지켰습니다"),
            "met fewer of the constraints than",
        ),
        (Measure::KoreanLines, true) => (
            ("한국어로 쓴 줄이", "많았습니다"),
            "wrote more lines in Korean than",
        ),
        (Measure::KoreanLines, false) => (
            ("한국어로 쓴 줄이", "적었습니다"),
            "wrote fewer lines in Korean than",
        ),
        (Measure::OffTopic, true) => (
            ("주제를 벗어난 문장이", "많았습니다"),
            "strayed from the topic more than",
        ),
        (Measure::OffTopic, false) => (
            ("주제를 벗어난 문장이", "적었습니다"),
            "strayed from the topic less than",
        ),
        (Measure::Loops, true) => (("같은 말을 맴돈 부분이", "많았습니다"), "looped more than"),
        (Measure::Loops, false) => (("같은 말을 맴돈 부분이", "적었습니다"), "looped less than"),
    }
}

/// The columns of a change in `texts.csv`: the mean and the ends of its interval.
pub(super) fn change_columns(measure: Measure) -> [&'static str; 3] {
    match measure {
        Measure::Coverage => ["coverage_change", "coverage_ci95_low", "coverage_ci95_high"],
        Measure::Obedience => [
            "obedience_change",
            "obedience_ci95_low",
            "obedience_ci95_high",
        ],
        Measure::KoreanLines => [
            "korean_line_change",
            "korean_line_ci95_low",
            "korean_line_ci95_high",
        ],
        Measure::OffTopic => [
            "off_topic_change",
            "off_topic_ci95_low",
            "off_topic_ci95_high",
        ],
        Measure::Loops => ["loop_change", "loop_ci95_low", "loop_ci95_high"],
    }
}
