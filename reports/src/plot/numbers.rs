//! How large the weights of each file are, beside what F16 and BF16 hold.

use super::caption;
use super::context::Context;
use super::draft::{Draft, Scene};
use super::frame::Frame;
use super::histogram::{BandPart, Fate, FormatBand, Histogram, Outline};
use super::lang::{Both, Lang};
use super::number;
use crate::josa;
use crate::view::Exponents;
use std::ops::Range;

/// Exponents of the subnormal and of the normal numbers of F16.
const F16_SUBNORMAL: Range<i32> = -24..-14;
const F16_NORMAL: Range<i32> = -14..16;
/// Exponents that are always shown: those of F16 and a little around them.
const SHOWN: Range<i32> = -28..21;
/// Exponents that are shown at most.
const SHOWN_AT_MOST: Range<i32> = -64..40;

/// Files of the same distribution, which is drawn once.
struct Group<'a> {
    /// At least one.
    cells: Vec<usize>,
    exponents: &'a Exponents,
}

impl Group<'_> {
    /// Weights whose exponents are in `range`.
    fn within(&self, range: Range<i32>) -> u64 {
        let counts = self.exponents.counts.iter();
        let inside = counts.filter(|(exponent, _)| range.contains(exponent));
        inside.fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// Weights that are not zero and no normal numbers of F16.
    fn outside(&self) -> u64 {
        self.within(i32::MIN..i32::MAX) - self.within(F16_NORMAL)
    }

    /// A count in percent of all weights.
    fn percent(&self, count: u64) -> f64 {
        // A damaged record may count more values by exponent than it says there are.
        let n = self.exponents.n.max(self.within(i32::MIN..i32::MAX));
        count as f64 * 100.0 / n as f64
    }
}

/// The binary exponents of each file's weights, where they were counted.
pub(super) fn draft(context: &Context<'_>) -> Option<Draft> {
    let groups = groups(&context.report.exponents);
    if groups.is_empty() {
        return None;
    }
    Some(Draft {
        name: "numbers",
        title: Both::make(|lang| title(lang).to_owned()),
        caption: Both::make(|lang| caption(context, &groups, lang).into()),
        scene: Both::make(|lang| Scene::Histogram(chart(context, &groups, lang))),
    })
}

fn title(lang: Lang) -> &'static str {
    lang.pick("수의 범위", "Number ranges")
}

/// The files that hold anything but zeros. The same file under two labels, or on two machines, has the
/// same distribution.
fn groups(found: &[Exponents]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group> = Vec::new();
    for exponents in found.iter().filter(|found| !found.counts.is_empty()) {
        let same = |group: &&mut Group| {
            (group.exponents.n, &group.exponents.counts) == (exponents.n, &exponents.counts)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.cells.push(exponents.cell),
            None => groups.push(Group {
                cells: vec![exponents.cell],
                exponents,
            }),
        }
    }
    groups
}

/// The exponents to show, with one more on each side of those that occur.
fn shown(groups: &[Group]) -> Range<i32> {
    let occurring = groups.iter().flat_map(|group| &group.exponents.counts);
    let (low, high) = occurring.fold((SHOWN.start, SHOWN.end), |(low, high), &(exponent, _)| {
        (
            low.min(exponent.saturating_sub(1)),
            high.max(exponent.saturating_add(2)),
        )
    });
    low.max(SHOWN_AT_MOST.start)..high.min(SHOWN_AT_MOST.end)
}

fn chart(context: &Context<'_>, groups: &[Group], lang: Lang) -> Histogram {
    let exponents = shown(groups);
    Histogram {
        frame: Frame {
            title: title(lang).to_owned(),
            subtitle: lang
                .pick(
                    "가중치의 절댓값을 2의 거듭제곱 구간마다 센 분포",
                    "magnitudes of the weights, counted for each power of two",
                )
                .to_owned(),
            legend: Vec::new(),
            axis_title: lang
                .pick(
                    "전체 가중치에서 차지하는 비율(%) · 로그 눈금",
                    "share of all weights (%) · logarithmic scale",
                )
                .to_owned(),
        },
        exponent_title: lang
            .pick(
                "가중치의 절댓값(단위 없음) · 아래의 띠는 형식이 담는 범위",
                "magnitude of a weight (no unit) · the bands are what the formats hold",
            )
            .to_owned(),
        formats: vec![f16(&exponents, lang), bf16(&exponents, lang)],
        exponents,
        outlines: groups
            .iter()
            .map(|group| outline(context, group, lang))
            .collect(),
    }
}

fn part(exponents: Range<i32>, fate: Fate, words: &[&str]) -> BandPart {
    BandPart {
        exponents,
        fate,
        words: words.iter().map(|&words| words.to_owned()).collect(),
    }
}

fn f16(exponents: &Range<i32>, lang: Lang) -> FormatBand {
    let words = |ko: &[&'static str], en: &[&'static str]| lang.pick(ko.to_vec(), en.to_vec());
    let (too_small, subnormal, normal, too_large) = (
        words(&["너무 작음", "작음"], &["too small", "small"]),
        words(
            &["비정규 수 2^-24…2^-15", "비정규 수", "비정규"],
            &["subnormal 2^-24…2^-15", "subnormal", "subn."],
        ),
        words(
            &["정규 수 2^-14…2^15", "정규 수"],
            &["normal 2^-14…2^15", "normal"],
        ),
        words(&["넘침"], &["overflow", "over"]),
    );
    FormatBand {
        name: "F16".into(),
        parts: vec![
            part(
                exponents.start..F16_SUBNORMAL.start,
                Fate::Outside,
                &too_small,
            ),
            part(F16_SUBNORMAL, Fate::Subnormal, &subnormal),
            part(F16_NORMAL, Fate::Normal, &normal),
            part(F16_NORMAL.end..exponents.end, Fate::Outside, &too_large),
        ],
    }
}

/// The range of BF16 and F32 is wider than what is shown.
fn bf16(exponents: &Range<i32>, lang: Lang) -> FormatBand {
    let words = lang.pick(
        ["← 정규 수 2^-126…2^127 (그림보다 넓음) →", "← 정규 수 →"],
        ["← normal 2^-126…2^127 (wider than shown) →", "← normal →"],
    );
    FormatBand {
        name: "BF16·F32".into(),
        parts: vec![part(exponents.clone(), Fate::Normal, &words)],
    }
}

fn outline(context: &Context<'_>, group: &Group, lang: Lang) -> Outline {
    let cell = group.cells[0];
    let name = context.name(cell).clone();
    let mut notes: Vec<String> = name.place.clone().into_iter().collect();
    let more = group.cells.len() - 1;
    if more > 0 {
        notes.push(lang.pick(format!("외 {more}개"), format!("+{more}")));
    }
    let whole = context
        .report
        .numbers
        .iter()
        .find(|row| row.whole && row.cell == cell);
    if let Some(largest) = whole.and_then(|row| row.max_abs) {
        let largest = number::format(largest, None);
        notes.push(lang.pick(
            format!("절댓값 최대 {largest}"),
            format!("at most ±{largest}"),
        ));
    }
    let share = |&(exponent, count): &(i32, u64)| (exponent, group.percent(count));
    Outline {
        name,
        note: notes.join(" · "),
        style: context.style(cell),
        shares: group.exponents.counts.iter().map(share).collect(),
    }
}

fn caption(context: &Context<'_>, groups: &[Group], lang: Lang) -> String {
    let mut sentences = vec![within_f16(context, groups, lang), meaning(lang).to_owned()];
    if groups.iter().any(|group| group.exponents.zero > 0) {
        let drawn = lang.pick(
            "0인 가중치는 지수가 없어 그리지 않았습니다.",
            "Weights that are zero have no exponent and are not drawn.",
        );
        sentences.push(drawn.to_owned());
    }
    let shown = shown(groups);
    let hidden = |group: &Group| group.within(i32::MIN..i32::MAX) - group.within(shown.clone());
    if groups.iter().any(|group| hidden(group) > 0) {
        sentences.push(clipped(&shown, lang));
    }
    let alike = groups.iter().filter(|group| group.cells.len() > 1);
    sentences.extend(alike.map(|group| drawn_once(context, group, lang)));
    sentences.join(" ")
}

/// How much of the weights F16 holds as normal numbers.
fn within_f16(context: &Context<'_>, groups: &[Group], lang: Lang) -> String {
    let share = |group: &Group| group.percent(group.outside());
    let most = groups.iter().max_by(|a, b| share(a).total_cmp(&share(b)));
    let Some(most) = most.filter(|group| group.outside() > 0) else {
        return lang
            .pick(
                "0이 아닌 가중치는 모두 F16의 정규 수 범위 안에 있습니다.",
                "All weights that are not zero lie in the range of normal F16 numbers.",
            )
            .to_owned();
    };
    let name = context.name(most.cells[0]).in_sentence();
    let parts = parts_outside(most, lang).join(", ");
    let total = number::format(share(most), None);
    match (groups.len(), lang) {
        (1, Lang::Ko) => format!(
            "{} 가중치의 {total}%가 F16의 정규 수 범위를 벗어납니다({parts}).",
            josa::with(&name, josa::topic)
        ),
        (1, Lang::En) => {
            format!(
                "Of {name}, {total}% of the weights lie outside the normal range of F16 ({parts})."
            )
        }
        (_, Lang::Ko) => format!(
            "F16의 정규 수 범위를 벗어나는 가중치가 가장 많은 파일은 {}, 전체의 {total}%입니다({parts}).",
            josa::with(&name, josa::by)
        ),
        (_, Lang::En) => format!(
            "The file with the most weights outside the normal range of F16 is {name}, with {total}% ({parts})."
        ),
    }
}

/// Where the weights are that are no normal numbers of F16.
fn parts_outside(group: &Group, lang: Lang) -> Vec<String> {
    let parts = [
        (F16_SUBNORMAL, "비정규 수 범위", "in the subnormal range"),
        (
            i32::MIN..F16_SUBNORMAL.start,
            "비정규 수보다 작은 값",
            "below the subnormal range",
        ),
        (F16_NORMAL.end..i32::MAX, "65,536 이상", "of 65,536 or more"),
    ];
    let found: Vec<_> = parts
        .into_iter()
        .map(|(range, ko, en)| (group.within(range), ko, en))
        .filter(|(count, ..)| *count > 0)
        .collect();
    if let [(_, ko, en)] = found.as_slice() {
        return vec![lang.pick(format!("모두 {ko}"), format!("all {en}"))];
    }
    let part = |(count, ko, en): (u64, &str, &str)| {
        let share = number::format(group.percent(count), None);
        lang.pick(format!("{ko} {share}%"), format!("{share}% {en}"))
    };
    found.into_iter().map(part).collect()
}

fn meaning(lang: Lang) -> &'static str {
    lang.pick(
        "F16은 노란 구간(비정규 수)의 값을 더 적은 자릿수로 담습니다. 그 왼쪽의 값은 0이나 F16의 가장 작은 수가 되고, 오른쪽 끝 붉은 구간의 값은 무한대가 됩니다.",
        "F16 holds values in the yellow part (subnormal) with fewer digits. Those to its left become zero or its smallest number, and those in the red part at the right end become infinite.",
    )
}

fn clipped(shown: &Range<i32>, lang: Lang) -> String {
    let (low, high) = (shown.start, shown.end);
    match lang {
        Lang::Ko => {
            format!("2의 {low}제곱보다 작거나 2의 {high}제곱 이상인 값은 그림 밖에 있습니다.")
        }
        Lang::En => format!(
            "Values below 2 to the power of {low} or from 2 to the power of {high} on are not shown."
        ),
    }
}

fn drawn_once(context: &Context<'_>, group: &Group, lang: Lang) -> String {
    let names: Vec<String> = group
        .cells
        .iter()
        .map(|&cell| context.name(cell).in_sentence())
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let list = caption::list(&names, lang);
    match lang {
        Lang::Ko => format!(
            "{} 분포가 같아 한 번만 그렸습니다.",
            josa::with(&list, josa::topic)
        ),
        Lang::En => format!("The distributions of {list} are the same and drawn once."),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use crate::view::Report;

    /// A report on one file for each list of exponents and counts.
    fn report(files: &[&[(i32, u64)]]) -> Report {
        let cells: Vec<(&str, &str)> = ["general", "instruct", "text"]
            .into_iter()
            .zip(["F32"; 3])
            .take(files.len())
            .collect();
        let mut report = fixture::report(&cells);
        let exponents = |(cell, counts): (usize, &&[(i32, u64)])| Exponents {
            cell,
            n: 1000,
            zero: 1000 - counts.iter().map(|(_, count)| count).sum::<u64>(),
            counts: counts.to_vec(),
        };
        report.exponents = files.iter().enumerate().map(exponents).collect();
        report
    }

    fn captions(files: &[&[(i32, u64)]]) -> (String, String) {
        let report = report(files);
        let draft = draft(&Context::of(&report)).unwrap();
        (draft.caption.ko.whole(), draft.caption.en.whole())
    }

    #[test]
    fn what_f16_cuts_is_said_by_part() {
        let (ko, en) = captions(&[&[(-30, 1), (-20, 10), (-14, 500), (15, 479), (16, 10)]]);
        let expected = "general/F32는 가중치의 2.10%가 F16의 정규 수 범위를 벗어납니다(비정규 수 범위 1.00%, 비정규 수보다 작은 값 0.100%, 65,536 이상 1.00%).";
        assert!(ko.starts_with(expected), "{ko}");
        assert!(!ko.contains("0인 가중치"), "{ko}");
        assert!(
            en.contains("(1.00% in the subnormal range, 0.100% below the subnormal range, 1.00% of 65,536 or more)"),
            "{en}"
        );
        let (ko, _) = captions(&[&[(-14, 500), (15, 499)]]);
        assert!(
            ko.starts_with("0이 아닌 가중치는 모두 F16의 정규 수"),
            "{ko}"
        );
        assert!(ko.contains("0인 가중치는 지수가 없어"), "{ko}");
    }

    #[test]
    fn the_same_distribution_is_drawn_once() {
        let (a, b): (&[_], &[_]) = (&[(-6, 1000)], &[(-6, 900), (-20, 100)]);
        let report = report(&[a, b, a]);
        let context = Context::of(&report);
        let groups = groups(&report.exponents);
        assert_eq!(chart(&context, &groups, Lang::Ko).outlines.len(), 2);
        let said = caption(&context, &groups, Lang::Ko);
        assert!(
            said.contains(
                "가장 많은 파일은 instruct/F32로, 전체의 10.0%입니다(모두 비정규 수 범위)"
            ),
            "{said}"
        );
        assert!(
            said.ends_with("general/F32, text/F32는 분포가 같아 한 번만 그렸습니다."),
            "{said}"
        );
    }

    #[test]
    fn the_scale_holds_f16_and_says_what_it_leaves_out() {
        let report_of = |counts: &[(i32, u64)]| report(&[counts]);
        let range = |counts: &[(i32, u64)]| shown(&groups(&report_of(counts).exponents));
        assert_eq!(range(&[(-3, 1)]), SHOWN);
        assert_eq!(range(&[(-40, 1), (22, 1)]), -41..24);
        assert_eq!(range(&[(-149, 1), (127, 1)]), SHOWN_AT_MOST);
        assert_eq!(range(&[(i32::MIN, 1), (i32::MAX, 1)]), SHOWN_AT_MOST);
        let (ko, _) = captions(&[&[(-149, 1), (0, 9)]]);
        assert!(ko.contains("2의 -64제곱보다 작거나"), "{ko}");
    }

    #[test]
    fn counts_that_cannot_be_are_drawn_all_the_same() {
        let mut report = report(&[&[(-3, 9)]]);
        report.exponents[0].n = 0;
        report.exponents[0].counts = vec![(-3, u64::MAX), (-2, u64::MAX)];
        let context = Context::of(&report);
        let chart = chart(&context, &groups(&report.exponents), Lang::Ko);
        assert_eq!(chart.outlines[0].shares[0], (-3, 100.0));
    }

    #[test]
    fn a_file_of_zeros_is_not_drawn() {
        let report = report(&[&[]]);
        assert!(draft(&Context::of(&report)).is_none());
    }
}
