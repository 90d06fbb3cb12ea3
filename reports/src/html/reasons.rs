//! The figures behind the answer: what the chosen weights answer like, memory, speed, and what the
//! lower precision costs here.

use crate::josa;
use crate::view::{ClaimRow, Group, Quantity, Report, VariantRow, machines};

use super::advice::{Advice, decode};
use super::difference::{datum, measure};
use super::number::{self, Estimate};
use super::perplexity;
use super::phrase::{Datum, Made, Phrase, Rich};
use super::units;

/// One figure.
pub(super) struct Reason {
    pub(super) question: Phrase,
    pub(super) value: Phrase,
    pub(super) unit: Phrase,
    /// Its 95 % interval.
    pub(super) interval: Option<Phrase>,
    /// What else is to be known of it.
    pub(super) notes: Vec<Phrase>,
    /// Where more of it stands on the page.
    pub(super) more: &'static str,
}

/// The figures that there are values for.
pub(super) fn reasons(advice: &Advice) -> Vec<Reason> {
    let korean = difference(advice)
        .or_else(|| coverage(advice))
        .or_else(|| bits(advice));
    [korean, memory(advice), speed(advice), precision(advice)]
        .into_iter()
        .flatten()
        .collect()
}

fn same(datum: Datum) -> Phrase {
    let rich = Rich::default().datum(datum);
    Phrase::of(rich.clone(), rich)
}

/// The ends of an interval that stand in two columns.
fn interval(ends: Option<[Datum; 2]>) -> Option<Phrase> {
    let [low, high] = ends?;
    let rich = Rich::default().datum(low).text("–").datum(high);
    Some(Phrase::of(rich.clone(), rich))
}

/// By how much the answers differ from those of the other weights that come nearest.
fn difference(advice: &Advice) -> Option<Reason> {
    let decisive = advice.decisive();
    let size = |row: &VariantRow| row.mean.map_or(0.0, f64::abs);
    let (index, row) = decisive
        .into_iter()
        .min_by(|(_, a), (_, b)| size(a).total_cmp(&size(b)))?;
    let is_first = row.cell == advice.base();
    let other = if is_first { row.other_cell } else { row.cell };
    let name = &advice.report.cells[other].key.variant;
    let (ko, en) = measure(row.measure);
    let question = Phrase::of(
        Rich::default()
            .foreign(name)
            .text(format!("{} 견준 답: {ko}", josa::and(name))),
        Rich::default()
            .text("Answers against ")
            .foreign(name)
            .text(format!(": {en}")),
    );
    let signed = |value: f64, column| {
        let text = number::signed_percent(if is_first { value } else { -value });
        let plain = Datum {
            made: Made::Hundredfold,
            ..datum(text.trim_end_matches('%'), "variants.csv", index, column)
        };
        let with_unit = datum(&text, "variants.csv", index, column);
        Phrase::of(
            Rich::default().datum(with_unit).text("p"),
            Rich::default().datum(plain),
        )
    };
    let ends = row.ci95_low.zip(row.ci95_high).map(|(low, high)| {
        let ends = [signed(low, "ci95_low"), signed(high, "ci95_high")];
        let [low, high] = if is_first {
            ends
        } else {
            let [a, b] = ends;
            [b, a]
        };
        low.then(Phrase::same(" … ")).then(high)
    });
    let n = datum(&number::count(row.n), "variants.csv", index, "n");
    let verdict = if row.is_shown() {
        Phrase::both("차이가 드러났습니다", "a difference is shown")
    } else {
        Phrase::both("차이를 보이지 못했습니다", "no difference is shown")
    };
    let paired = Phrase::of(
        Rich::default()
            .text("같은 질문 ")
            .datum(n.clone())
            .text("개의 답을 짝지어 견주었습니다: "),
        Rich::default()
            .text("Answers to the same ")
            .datum(n)
            .text(format!(
                " {}, paired: ",
                number::counted(row.n as usize, "question")
            )),
    );
    Some(Reason {
        question,
        value: signed(row.mean?, "mean"),
        unit: Phrase::both("", "points"),
        interval: ends,
        notes: vec![paired.then(verdict).then(Phrase::same("."))],
        more: "answers",
    })
}

/// How many of the key points the answers make.
fn coverage(advice: &Advice) -> Option<Reason> {
    let mut rows = advice.report.scores.iter().enumerate();
    let (index, row) = rows.find(|(_, row)| row.cell == advice.cell && row.group == Group::All)?;
    let of = |value: f64, column| datum(&number::percent(value), "scores.csv", index, column);
    let ends = row.coverage_ci95_low.zip(row.coverage_ci95_high);
    let n = datum(
        &number::count(row.n_coverage),
        "scores.csv",
        index,
        "n_coverage",
    );
    Some(Reason {
        question: Phrase::both("답이 짚은 핵심 내용", "Key points that the answers make"),
        value: same(of(row.coverage?, "coverage")),
        unit: Phrase::default(),
        interval: interval(
            ends.map(|(low, high)| [of(low, "coverage_ci95_low"), of(high, "coverage_ci95_high")]),
        ),
        notes: vec![match row.n_coverage {
            1 => Phrase::both(
                "질문 하나의 값입니다. 사실에 맞는지는 채점하지 않았습니다.",
                "From one question; whether the answer is true was not scored.",
            ),
            _ => Phrase::of(
                Rich::default()
                    .text("질문 ")
                    .datum(n.clone())
                    .text("개의 평균입니다. 사실에 맞는지는 채점하지 않았습니다."),
                Rich::default()
                    .text("Mean over ")
                    .datum(n)
                    .text(" questions; whether they are true was not scored."),
            ),
        }],
        more: "answers",
    })
}

/// Bits per syllable, where there are no answers.
fn bits(advice: &Advice) -> Option<Reason> {
    let row = &advice.report.summary[advice.cell];
    let bits = perplexity::bits(row.bits_per_syllable, row.ppl, row.ppl_se)?;
    Some(Reason {
        question: Phrase::both(
            "한글 음절을 예측하는 데 드는 비트",
            "Bits to predict a Hangul syllable",
        ),
        value: same(datum(
            &bits.value_text(),
            "summary.csv",
            advice.cell,
            "bits_per_syllable",
        )),
        unit: Phrase::both("비트/음절", "bits/syllable"),
        interval: bits.interval_text().map(Phrase::same),
        notes: vec![Phrase::both(
            "글을 얼마나 잘 예측하는지 본 값이라, 대화용으로 조정한 모델에는 불리합니다.",
            "How well raw text is predicted, which puts models tuned for chat at a disadvantage.",
        )],
        more: "perplexity",
    })
}

fn memory(advice: &Advice) -> Option<Reason> {
    let row = advice.row();
    let bytes = row.memory_bytes?;
    let size = datum(
        &number::bytes(bytes),
        "choice.csv",
        row.cell,
        "memory_bytes",
    );
    let machine = machines(advice.report)
        .into_iter()
        .find(|machine| machine.name == row.machine)?;
    let ram = number::bytes(machine.memory_bytes);
    let mut notes = vec![Phrase::both(
        format!("이 기계의 메모리는 {ram}입니다."),
        format!("This machine has {ram}."),
    )];
    let dearer = advice
        .dearer_cell()
        .map(|cell| &advice.report.choices[cell]);
    if let Some((row, ratio)) = dearer.and_then(|row| Some((row, row.memory_ratio?))) {
        let name = advice.short(row.cell);
        let ratio = datum(
            &number::plain(ratio),
            "choice.csv",
            row.cell,
            "memory_ratio",
        );
        notes.push(Phrase::of(
            Rich::default()
                .foreign(&name)
                .text(format!("{} 이것의 ", josa::topic(&name)))
                .datum(ratio.clone())
                .text("배를 씁니다."),
            Rich::default()
                .foreign(&name)
                .text(" takes ")
                .datum(ratio)
                .text("× as much."),
        ));
    }
    Some(Reason {
        question: Phrase::both("쓰는 메모리", "Memory it takes"),
        value: same(size),
        unit: Phrase::default(),
        interval: None,
        notes,
        more: "memory",
    })
}

fn speed(advice: &Advice) -> Option<Reason> {
    let rate = decode(advice.report, advice.cell)?;
    let row = &advice.report.summary[advice.cell];
    let of = |text: String, column| datum(&text, "summary.csv", advice.cell, column);
    let ends = rate.interval_text().and_then(|text| {
        let (low, high) = text.split_once('–')?;
        Some([
            of(low.into(), "decode_ci95_low"),
            of(high.into(), "decode_ci95_high"),
        ])
    });
    let syllables = row.syllables_per_s.map(|rate| {
        let rate = of(number::plain(rate), "syllables_per_s");
        Phrase::of(
            Rich::default()
                .text("한국어로 답할 때는 초당 한글 ")
                .datum(rate.clone())
                .text("음절입니다."),
            Rich::default()
                .text("In Korean answers: ")
                .datum(rate)
                .text(" Hangul syllables a second."),
        )
    });
    Some(Reason {
        question: Phrase::both("답을 써 내려가는 속도", "How fast it writes"),
        value: same(of(rate.value_text(), "decode_ts")),
        unit: units::tokens_per_second(),
        interval: interval(ends),
        notes: syllables.into_iter().collect(),
        more: "speed",
    })
}

/// What F16 costs here against F32, or, without that pair, the recommended precision against the
/// highest.
fn precision(advice: &Advice) -> Option<Reason> {
    f16(advice).or_else(|| own_precision(advice))
}

/// F16 of the chosen weights, as the claims have it.
fn f16(advice: &Advice) -> Option<Reason> {
    let report = advice.report;
    let base = advice.base();
    let same_weights =
        |cell: usize| cell == base || report.choices[cell].baseline_cell == Some(base);
    let is_f16 = |row: &&ClaimRow| {
        row.precision == "F16" && same_weights(row.cell) && row.baseline.is_some()
    };
    let variant = &report.cells[advice.cell].key.variant;
    let of_variant = |row: &&ClaimRow| is_f16(row) && row.variant == *variant;
    let cell = report
        .claims
        .iter()
        .find(of_variant)
        .or_else(|| report.claims.iter().find(is_f16))?
        .cell;
    let top = quantity(report, cell, Quantity::SameTop)?;
    let (index, row) = top;
    let value = datum(
        &number::fine_percent(row.measured?),
        "claims.csv",
        index,
        "measured",
    );
    let notes = [
        ratio(report, cell, Quantity::Peak, ("메모리", "memory")),
        ratio(
            report,
            cell,
            Quantity::Decode,
            ("답을 쓰는 속도", "decode speed"),
        ),
    ];
    Some(Reason {
        question: Phrase::both(
            "F16은 여기서 F32와 얼마나 같은가",
            "What F16 costs here, against F32",
        ),
        value: same(value),
        unit: Phrase::both("같은 다음 토큰", "same next token"),
        interval: interval(row.ci95_low.zip(row.ci95_high).map(|(low, high)| {
            let end = |value: f64, column| {
                datum(&number::fine_percent(value), "claims.csv", index, column)
            };
            [end(low, "ci95_low"), end(high, "ci95_high")]
        })),
        notes: notes.into_iter().flatten().collect(),
        more: "claims",
    })
}

fn quantity(report: &Report, cell: usize, wanted: Quantity) -> Option<(usize, &ClaimRow)> {
    let mut rows = report.claims.iter().enumerate();
    rows.find(|(_, row)| row.cell == cell && row.quantity == wanted && row.measured.is_some())
}

/// `메모리는 F32의 0.55배`.
fn ratio(report: &Report, cell: usize, wanted: Quantity, (ko, en): (&str, &str)) -> Option<Phrase> {
    let (index, row) = quantity(report, cell, wanted)?;
    let estimate = Estimate::new(row.measured, row.ci95_low, row.ci95_high)?;
    let value = datum(&estimate.value_text(), "claims.csv", index, "measured");
    let ends = estimate.interval_text().and_then(|text| {
        let (low, high) = text.split_once('–')?;
        let end = |text: &str, column| datum(text, "claims.csv", index, column);
        let ends = Rich::default().datum(end(low, "ci95_low")).text("–");
        Some(ends.datum(end(high, "ci95_high")))
    });
    let close = |open: &str| match &ends {
        Some(ends) => Rich::default().text(open).then(ends.clone()).text(")"),
        None => Rich::default(),
    };
    let topic = josa::topic(ko);
    Some(Phrase::of(
        Rich::default()
            .text(format!("{ko}{topic} F32의 "))
            .datum(value.clone())
            .text("배")
            .then(close("(95% 구간 "))
            .text("입니다."),
        Rich::default()
            .datum(value)
            .text(format!("× F32’s {en}"))
            .then(close(" (95% interval "))
            .text("."),
    ))
}

/// The change of perplexity against the highest precision.
fn own_precision(advice: &Advice) -> Option<Reason> {
    let row = advice.row();
    let of = |value: f64, column| Datum {
        made: Made::LessOne,
        ..datum(
            &number::signed_percent(value - 1.0),
            "choice.csv",
            row.cell,
            column,
        )
    };
    let name = advice.short(advice.base());
    let ends = row.ppl_ratio_ci95_low.zip(row.ppl_ratio_ci95_high);
    Some(Reason {
        question: Phrase::of(
            Rich::default()
                .text("퍼플렉시티 변화, ")
                .foreign(&name)
                .text(" 대비"),
            Rich::default()
                .text("Change of perplexity, against ")
                .foreign(&name),
        ),
        value: same(of(row.ppl_ratio?, "ppl_ratio")),
        unit: Phrase::default(),
        interval: ends.map(|(low, high)| {
            let low = of(low, "ppl_ratio_ci95_low");
            let rich = Rich::default()
                .datum(low)
                .text(" … ")
                .datum(of(high, "ppl_ratio_ci95_high"));
            Phrase::of(rich.clone(), rich)
        }),
        notes: Vec::new(),
        more: "fidelity",
    })
}
