//! The answer of the page in sentences: what to run on a machine, why, and what the rest would cost.

use crate::precision::Precision;
use crate::view::{
    Basis, ChoiceRow, Loss, MOST_PPL_LOSS, Measure, Report, Standing, TextRow, VariantRow,
};

use super::difference::{Difference, Points, change_columns, datum, farthest, measure, verb};
use super::label::Labels;
use super::number::{self, Estimate};
use super::phrase::{Datum, Made, Phrase, Rich};
use crate::josa;

/// Other weights that are spoken of one by one.
const MOST_OTHERS: usize = 2;

/// What is recommended on one machine.
pub(super) struct Advice<'a> {
    pub(super) report: &'a Report,
    pub(super) labels: &'a Labels<'a>,
    /// Index of the recommended cell, which is that of its row too.
    pub(super) cell: usize,
}

impl<'a> Advice<'a> {
    /// One for each machine with a recommended cell.
    pub(super) fn all(report: &'a Report, labels: &'a Labels<'a>) -> Vec<Self> {
        let chosen = report.choices.iter();
        chosen
            .filter(|row| matches!(row.standing, Standing::Recommended | Standing::Only))
            .map(|row| Self {
                report,
                labels,
                cell: row.cell,
            })
            .collect()
    }

    pub(super) fn row(&self) -> &'a ChoiceRow {
        &self.report.choices[self.cell]
    }

    fn basis(&self) -> Basis {
        self.row().basis.unwrap_or(Basis::Only)
    }

    /// The highest precision of the same weights.
    pub(super) fn base(&self) -> usize {
        self.row().baseline_cell.unwrap_or(self.cell)
    }

    /// The rows of the same weights besides the recommended one.
    fn rest(&self) -> impl Iterator<Item = &'a ChoiceRow> + '_ {
        let (cell, base) = (self.cell, self.base());
        let mut rows = self.report.choices.iter();
        let same = move |row: &&ChoiceRow| {
            row.cell != cell && (row.cell == base || row.baseline_cell == Some(base))
        };
        std::iter::from_fn(move || rows.find(same))
    }

    /// Whether the model is one of hanbench's own, which nobody would choose.
    pub(super) fn is_demonstration(&self) -> bool {
        let view = &self.report.cells[self.cell];
        let mut models = self.report.runs[view.run].models.iter();
        models.any(|model| model.variant == view.key.variant && model.demonstration.is_some())
    }

    /// `instruct를 F16으로`, `instruct at F16`.
    pub(super) fn what(&self) -> Phrase {
        let key = &self.report.cells[self.cell].key;
        let precision = &Precision::parse(&key.precision).to_string();
        let variant = &key.variant;
        Phrase::of(
            Rich::default()
                .foreign(variant)
                .text(format!("{} ", josa::object(variant)))
                .foreign(precision)
                .text(josa::by(precision)),
            Rich::default()
                .foreign(variant)
                .text(" at ")
                .foreign(precision),
        )
    }

    /// Why these weights, then what other precisions of them would cost.
    pub(super) fn sentences(&self) -> Vec<Phrase> {
        let why = self.why_weights();
        let precisions = [self.dearer(), self.cheaper(), self.not_compared()];
        why.into_iter()
            .chain(precisions.into_iter().flatten())
            .collect()
    }

    /// The rows that compare these weights with others, those that decide first of each.
    pub(super) fn decisive(&self) -> Vec<(usize, &'a VariantRow)> {
        let base = self.base();
        let rows = self.report.variants.iter().enumerate();
        let mut found: Vec<(usize, &VariantRow)> = Vec::new();
        for (index, row) in rows.filter(|(_, row)| row.cell == base || row.other_cell == base) {
            let pair =
                |other: &VariantRow| (other.cell, other.other_cell) == (row.cell, row.other_cell);
            match found.iter_mut().find(|(_, known)| pair(known)) {
                Some(known) if !known.1.is_shown() && row.is_shown() => *known = (index, row),
                Some(_) => {}
                None => found.push((index, row)),
            }
        }
        found
    }

    fn why_weights(&self) -> Vec<Phrase> {
        let told = match self.basis() {
            Basis::Only => return Vec::new(),
            Basis::Bits => return vec![bits()],
            Basis::Answers | Basis::Template | Basis::Cost => self.decisive(),
        };
        let n = told.len();
        let mut out: Vec<Phrase> = told
            .into_iter()
            .take(MOST_OTHERS)
            .map(|(index, row)| self.against(index, row))
            .collect();
        if n > MOST_OTHERS {
            out.push(Phrase::both(
                "나머지 모델과 견준 값은 variants.csv에 있습니다.",
                "variants.csv compares it with the other models.",
            ));
        }
        out.extend(self.tie_break(n == 0));
        out
    }

    /// What settled it where the others are not shown to be worse.
    fn tie_break(&self, nothing_compared: bool) -> Option<Phrase> {
        let (ko, en) = match self.basis() {
            Basis::Template => (
                "대화 템플릿이 없는 모델은 질문에 답하기보다 글을 이어 쓰므로, 템플릿이 있는 모델을 골랐습니다.",
                "A model without a chat template continues text rather than answers, so the one with a template was taken.",
            ),
            Basis::Cost if nothing_compared => (
                "모델들의 한국어를 견줄 만한 값이 없어, 메모리를 덜 쓰는 쪽을 골랐습니다.",
                "Nothing that was measured compares the Korean of these models, so the one that takes less memory was taken.",
            ),
            Basis::Cost => (
                "차이를 보이지 못한 모델 가운데서는 메모리를 덜 쓰는 쪽을 골랐습니다.",
                "Among models between which no difference is shown, the one that takes less memory was taken.",
            ),
            Basis::Only | Basis::Answers | Basis::Bits => return None,
        };
        Some(Phrase::both(ko, en))
    }

    /// These weights beside one other set, by the measure that decides.
    fn against(&self, index: usize, row: &VariantRow) -> Phrase {
        let is_first = row.cell == self.base();
        let other = if is_first { row.other_cell } else { row.cell };
        let name = &self.report.cells[other].key.variant;
        if row.is_shown() {
            return self.shown(index, row, is_first, name);
        }
        let (measure_ko, measure_en) = measure(row.measure);
        let n = datum(&number::count(row.n), "variants.csv", index, "n");
        let asked = || -> (Rich, Rich) {
            (
                Rich::default()
                    .text("같은 질문 ")
                    .datum(n.clone())
                    .text("개에 답하게 했을 때 "),
                Rich::default()
                    .text("Over the same ")
                    .datum(n.clone())
                    .text(format!(" {} ", number::counted(row.n as usize, "question"))),
            )
        };
        let (ko, en) = asked();
        let ko = ko
            .foreign(name)
            .text(josa::and(name))
            .text("의 차이를 보이지 못했습니다");
        let en = en
            .text("no difference from ")
            .foreign(name)
            .text(" is shown");
        match farthest(row.ci95_low, row.ci95_high) {
            Some((far, is_high)) => {
                let column = if is_high { "ci95_high" } else { "ci95_low" };
                let far = Points::of(Some(far), "variants.csv", index, column);
                Phrase::of(
                    ko.text(format!("({measure_ko}에서 "))
                        .datum(far.0)
                        .text("p까지 다를 수 있습니다)."),
                    en.text(format!(" ({measure_en} may still differ by up to "))
                        .datum(far.1)
                        .text(" points)."),
                )
            }
            None => Phrase::of(ko.text("."), en.text(".")),
        }
    }

    fn shown(&self, index: usize, row: &VariantRow, is_first: bool, other: &str) -> Phrase {
        let own_more = row.mean.is_some_and(|mean| mean > 0.0) == is_first;
        let own = &self.report.cells[self.cell].key.variant;
        let values = [row.mean, row.ci95_low, row.ci95_high];
        let columns = ["mean", "ci95_low", "ci95_high"];
        let (by_ko, by_en) = Difference::of(values, columns, "variants.csv", index).rich();
        let n = datum(&number::count(row.n), "variants.csv", index, "n");
        let ((what_ko, does_ko), does_en) = verb(row.measure, own_more);
        Phrase::of(
            Rich::default()
                .text("같은 질문 ")
                .datum(n.clone())
                .text("개에 답하게 했더니 ")
                .foreign(own)
                .text(format!("{} ", josa::subject(own)))
                .foreign(other)
                .text(format!("보다 {what_ko} "))
                .then(by_ko)
                .text(format!(" {does_ko}.")),
            Rich::default()
                .text("Asked the same ")
                .datum(n)
                .text(" questions, ")
                .foreign(own)
                .text(format!(" {does_en} "))
                .foreign(other)
                .text(" by ")
                .then(by_en)
                .text("."),
        )
    }

    /// What a higher precision takes more, and that nothing shows for it.
    fn dearer(&self) -> Option<Phrase> {
        let cell = self.dearer_cell()?;
        let name = self.short(cell);
        let (ko, en) = self.cost(&self.report.choices[cell])?;
        let (nothing_ko, nothing_en) = match self.texts(self.cell, self.base()) {
            Some(_) => (
                "답이 더 낫다고는 보이지 못했습니다",
                "no better answers that could be shown",
            ),
            None => (
                "더 낫다고 할 만한 차이가 없습니다",
                "no difference worth the name",
            ),
        };
        let (most_ko, most_en) = self.most_lost().unwrap_or_default();
        Some(Phrase::of(
            Rich::default()
                .foreign(&name)
                .text(format!("{} ", josa::topic(&name)))
                .then(ko)
                .text(format!(" 쓰지만 {nothing_ko}"))
                .then(most_ko)
                .text("."),
            Rich::default()
                .foreign(&name)
                .text(" costs ")
                .then(en)
                .text(format!(" for {nothing_en}"))
                .then(most_en)
                .text("."),
        ))
    }

    /// The higher precision that a reader thinks of first: F32 with the usual settings, else the highest.
    pub(super) fn dearer_cell(&self) -> Option<usize> {
        let usual = |row: &&ChoiceRow| row.precision == "F32" && row.standing == Standing::Alike;
        let own = &self.report.cells[self.cell].key.variant;
        let f32 = || self.rest().filter(usual);
        let best = f32()
            .find(|row| row.variant == *own)
            .or_else(|| f32().next());
        let highest = Some(self.base()).filter(|base| *base != self.cell);
        best.map(|row| row.cell).or(highest)
    }

    /// How much the recommended precision may lose against the highest, in brackets.
    fn most_lost(&self) -> Option<(Rich, Rich)> {
        let ppl = self.row().ppl_ratio_ci95_high.map(|high| {
            let text = number::fine_percent((high - 1.0).max(0.0));
            Datum {
                made: Made::LessOne,
                ..datum(&text, "choice.csv", self.cell, "ppl_ratio_ci95_high")
            }
        });
        let answers = self.texts(self.cell, self.base()).and_then(|(index, row)| {
            let change = row.change(Measure::Coverage);
            let (far, is_high) = farthest(change.ci95_low, change.ci95_high)?;
            let [_, low, high] = change_columns(Measure::Coverage);
            let column = if is_high { high } else { low };
            Some(Points::of(Some(far), "texts.csv", index, column))
        });
        let rich = Rich::default;
        let own = self.short(self.cell);
        let ppl_of = || rich().foreign(&own).text("의 퍼플렉시티는 많아야 ");
        let ppl_at = || {
            rich()
                .text("perplexity at ")
                .foreign(&own)
                .text(" at most ")
        };
        let (ko, en) = match (ppl, answers) {
            (Some(ppl), Some(far)) => (
                ppl_of()
                    .datum(ppl.clone())
                    .text(" 높고, 짚은 핵심 내용은 많아야 ")
                    .datum(far.0)
                    .text("p 다릅니다"),
                ppl_at()
                    .datum(ppl)
                    .text(" higher, key points at most ")
                    .datum(far.1)
                    .text(" points apart"),
            ),
            (Some(ppl), None) => (
                ppl_of().datum(ppl.clone()).text(" 높습니다"),
                ppl_at().datum(ppl).text(" higher"),
            ),
            (None, Some(far)) => (
                rich()
                    .text("짚은 핵심 내용은 많아야 ")
                    .datum(far.0)
                    .text("p 다릅니다"),
                rich()
                    .text("key points at most ")
                    .datum(far.1)
                    .text(" points apart"),
            ),
            (None, None) => return None,
        };
        Some((
            rich().text("(95% 구간으로 보아 ").then(ko).text(")"),
            rich().text(" (by 95% intervals: ").then(en).text(")"),
        ))
    }

    /// The smallest of those that take less memory and were not taken, and why.
    fn cheaper(&self) -> Option<Phrase> {
        let refused = |row: &&ChoiceRow| {
            matches!(row.standing, Standing::Worse | Standing::Unsure)
                && row.memory_ratio.is_some_and(|ratio| ratio < 0.99)
        };
        let smallest = self.rest().filter(refused).min_by(|a, b| {
            let ratio = |row: &ChoiceRow| row.memory_ratio.unwrap_or(f64::MAX);
            ratio(a).total_cmp(&ratio(b))
        })?;
        let name = self.short(smallest.cell);
        let ratio = self.ratio(smallest, smallest.memory_ratio?, "memory_ratio");
        let (why_ko, why_en) = self.refusal(smallest)?;
        Some(Phrase::of(
            Rich::default()
                .foreign(&name)
                .text(format!("{} 메모리를 ", josa::topic(&name)))
                .datum(ratio.clone())
                .text("배만 쓰지만 ")
                .then(why_ko),
            Rich::default()
                .foreign(&name)
                .text(" takes ")
                .datum(ratio)
                .text("× the memory, but ")
                .then(why_en),
        ))
    }

    fn refusal(&self, row: &ChoiceRow) -> Option<(Rich, Rich)> {
        match row.loss? {
            Loss::Perplexity => self.perplexity_loss(row),
            Loss::Answers(measure) => self.answer_loss(row, measure),
        }
    }

    fn perplexity_loss(&self, row: &ChoiceRow) -> Option<(Rich, Rich)> {
        let Some((low, high)) = row.ppl_ratio_ci95_low.zip(row.ppl_ratio_ci95_high) else {
            return Some((
                Rich::default().text("퍼플렉시티가 얼마나 나빠지는지 견줄 구간이 없습니다."),
                Rich::default().text("there is no interval to judge its perplexity by."),
            ));
        };
        let margin = number::percent(MOST_PPL_LOSS);
        let is_worse = row.standing == Standing::Worse;
        let of = |value: f64, column| {
            let text = if is_worse {
                number::percent(value - 1.0)
            } else {
                number::signed_percent(value - 1.0)
            };
            Datum {
                made: Made::LessOne,
                ..datum(&text, "choice.csv", row.cell, column)
            }
        };
        let point = of(row.ppl_ratio?, "ppl_ratio");
        let ends = Rich::default()
            .datum(of(low, "ppl_ratio_ci95_low"))
            .text(if is_worse { "–" } else { " … " })
            .datum(of(high, "ppl_ratio_ci95_high"));
        let (ko, en) = if is_worse {
            (
                (" ", " 높아집니다.".to_owned()),
                ("rises by ", String::new()),
            )
        } else {
            (
                (
                    " 변화가 ",
                    format!("여서 {margin} 넘게 나빠지지 않는다고는 할 수 없습니다."),
                ),
                (
                    "changes by ",
                    format!(": a loss of more than {margin} is not ruled out"),
                ),
            )
        };
        let said = |before: String, open: &str, close: &str| {
            let rich = Rich::default().text(before).datum(point.clone());
            rich.text(open).then(ends.clone()).text(close)
        };
        Some((
            said(
                format!("퍼플렉시티{}{}", if is_worse { "가" } else { "" }, ko.0),
                "(95% 구간 ",
                &format!("){}", ko.1),
            ),
            said(
                format!("its perplexity {}", en.0),
                " (95% interval ",
                &format!("){}.", en.1),
            ),
        ))
    }

    fn answer_loss(&self, row: &ChoiceRow, measure: Measure) -> Option<(Rich, Rich)> {
        let (index, texts) = self.texts(row.cell, row.baseline_cell?)?;
        let change = texts.change(measure);
        let values = [change.mean, change.ci95_low, change.ci95_high];
        let (by_ko, by_en) =
            Difference::of(values, change_columns(measure), "texts.csv", index).rich();
        let is_more = change.mean? > 0.0;
        let ((what_ko, does_ko), _) = verb(measure, is_more);
        let (_, what_en) = super::difference::measure(measure);
        let way = if is_more { "higher" } else { "lower" };
        Some((
            Rich::default()
                .text(format!("{what_ko} "))
                .then(by_ko)
                .text(format!(" {does_ko}.")),
            Rich::default()
                .text(format!("{what_en} are "))
                .then(by_en)
                .text(format!(" {way}.")),
        ))
    }

    /// That nothing compares the other precisions.
    fn not_compared(&self) -> Option<Phrase> {
        let mut rest = self.rest();
        let any = rest.any(|row| row.standing == Standing::NotCompared);
        any.then(|| {
            Phrase::both(
                "다른 정밀도에서 잃는 것이 있는지는 재지 않아 고를 수 없었습니다.",
                "What other precisions lose was not measured, so they could not be chosen.",
            )
        })
    }

    /// `메모리를 2.0배, 시간을 1.5배`; `None` where neither is known to be more.
    fn cost(&self, row: &ChoiceRow) -> Option<(Rich, Rich)> {
        let memory = row.memory_ratio.filter(|ratio| *ratio > 1.01);
        let time = row
            .time_ratio
            .filter(|_| row.time_ratio_ci95_low.is_some_and(|low| low > 1.0));
        let memory = memory.map(|ratio| self.ratio(row, ratio, "memory_ratio"));
        let time = time.map(|ratio| self.ratio(row, ratio, "time_ratio"));
        let rich = Rich::default;
        Some(match (memory, time) {
            (Some(memory), Some(time)) => (
                rich()
                    .text("메모리를 ")
                    .datum(memory.clone())
                    .text("배, 시간을 ")
                    .datum(time.clone())
                    .text("배"),
                rich()
                    .datum(memory)
                    .text("× the memory and ")
                    .datum(time)
                    .text("× the time"),
            ),
            (Some(memory), None) => (
                rich().text("메모리를 ").datum(memory.clone()).text("배"),
                rich().datum(memory).text("× the memory"),
            ),
            (None, Some(time)) => (
                rich().text("시간을 ").datum(time.clone()).text("배"),
                rich().datum(time).text("× the time"),
            ),
            (None, None) => return None,
        })
    }

    fn ratio(&self, row: &ChoiceRow, ratio: f64, column: &'static str) -> Datum {
        datum(&number::plain(ratio), "choice.csv", row.cell, column)
    }

    /// The precision, with the label where that is another.
    pub(super) fn short(&self, cell: usize) -> String {
        let (own, other) = (
            &self.report.cells[self.cell].key,
            &self.report.cells[cell].key,
        );
        if own.variant == other.variant {
            Precision::parse(&other.precision).to_string()
        } else {
            self.labels.name(cell).to_owned()
        }
    }

    /// The answers of a cell beside those of its baseline.
    pub(super) fn texts(&self, cell: usize, base: usize) -> Option<(usize, &'a TextRow)> {
        let mut rows = self.report.texts.iter().enumerate();
        rows.find(|(_, row)| (row.cell, row.baseline_cell) == (cell, base) && row.n_questions > 0)
    }
}

fn bits() -> Phrase {
    Phrase::both(
        "답변은 견주지 않았고, 한국어 글을 더 적은 비트로 예측한 모델을 골랐습니다(95% 구간이 겹치지 않습니다).",
        "Answers were not compared; the model that predicts Korean text in fewer bits was taken (95% intervals do not overlap).",
    )
}

/// The decode rate of a cell with its interval.
pub(super) fn decode(report: &Report, cell: usize) -> Option<Estimate> {
    let row = &report.summary[cell];
    Estimate::new(row.decode_ts, row.decode_ci95_low, row.decode_ci95_high)
}
