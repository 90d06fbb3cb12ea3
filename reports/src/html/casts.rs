//! What a file's number ranges mean, in sentences that hold for just these numbers.

use crate::view::NumbersRow;

use super::number;
use super::numbers::File;
use super::phrase::Phrase;

/// The largest number of F16.
const LARGEST_F16: f64 = 65_504.0;
/// From this count on a share says more than the count.
const MANY: u64 = 10_000;

/// The same sentence in Korean and in English.
pub(super) type Said = (String, String);

/// What casts to F16 and BF16 would do to the weights of a file.
pub(super) fn said(file: &File) -> Phrase {
    let [f16, bf16] = file.all;
    let mut sentences: Vec<Said> = not_finite(f16).into_iter().collect();
    if f16.max_abs.is_none() {
        sentences.push(both("유한한 값이 없습니다.", "No value is finite."));
    } else {
        sentences.extend(quantised(file));
        sentences.extend(to_f16(f16, &Held::of(file, "f16", 0)));
        sentences.extend(to_bf16(bf16, f16, &Held::of(file, "bf16", 1)));
    }
    let (ko, en): (Vec<_>, Vec<_>) = sentences.into_iter().unzip();
    Phrase::both(ko.join(" "), en.join(" "))
}

/// What of a file is in a format already, which a cast to it cannot change.
struct Held {
    /// Values.
    n: u64,
    /// Those that are subnormal in it.
    subnormal: u64,
}

impl Held {
    /// By the tensors of ggml type `name`; `format` is the place of their row.
    fn of(file: &File, name: &str, format: usize) -> Self {
        let rows = file.tensors.iter().map(|rows| &rows[format]);
        let held = rows.filter(|row| row.type_name.as_deref() == Some(name));
        let (n, subnormal) = held.fold((0_u64, 0_u64), |(n, subnormal), row| {
            (
                n.saturating_add(row.n),
                subnormal.saturating_add(row.subnormal),
            )
        });
        Self { n, subnormal }
    }
}

fn both(ko: impl Into<String>, en: impl Into<String>) -> Said {
    (ko.into(), en.into())
}

/// So many of `n` values: counted where they are few, as a share where they are many.
fn amount(count: u64, n: u64) -> Said {
    let share = count as f64 / n as f64;
    if count < MANY || share < 1e-6 {
        let shown = number::count(count);
        let noun = if count == 1 { "value" } else { "values" };
        return both(format!("값 {shown}개"), format!("{shown} {noun}"));
    }
    let share = number::fine_percent(share);
    both(format!("전체의 {share}"), format!("{share} of the values"))
}

/// A mean error in words.
fn error(share: f64) -> Said {
    let shown = number::fine_percent(share);
    match shown.strip_prefix("< ") {
        Some(bound) => both(format!("{bound} 미만"), format!("less than {bound}")),
        None => both(shown.clone(), shown),
    }
}

/// An English verb for so many subjects.
fn verb<'a>(count: u64, one: &'a str, several: &'a str) -> &'a str {
    if count == 1 { one } else { several }
}

fn not_finite(row: &NumbersRow) -> Option<Said> {
    let (ko, en) = counted(&[(row.nan, "NaN", "NaN"), (row.inf, "무한대", "infinite")])?;
    Some(both(
        format!("유한한 수가 아닌 값이 있습니다({ko})."),
        format!("Some values are not finite numbers ({en})."),
    ))
}

/// How many there are of each kind, by its Korean and its English name; `None` where there is nothing.
pub(super) fn counted(kinds: &[(u64, &str, &str)]) -> Option<Said> {
    let found = kinds.iter().filter(|(count, ..)| *count > 0);
    let (ko, en): (Vec<_>, Vec<_>) = found
        .map(|&(count, ko, en)| {
            let n = number::count(count);
            (format!("{ko} {n}개"), format!("{n} {en}"))
        })
        .unzip();
    (!ko.is_empty()).then(|| (ko.join(", "), en.join(", ")))
}

fn quantised(file: &File) -> Option<Said> {
    let plain = |name: &str| matches!(name, "f32" | "f16" | "bf16");
    let types = file
        .tensors
        .iter()
        .filter_map(|[row, _]| row.type_name.as_deref());
    types.into_iter().any(|name| !plain(name)).then(|| {
        both(
            "양자화한 텐서에서는 블록이 나타내는 값을 보았습니다.",
            "Values of quantised tensors are those that their blocks stand for.",
        )
    })
}

fn to_f16(row: &NumbersRow, held: &Held) -> Vec<Said> {
    if row.changed == 0 {
        return unchanged("F16", row, held);
    }
    let mut sentences: Vec<Said> = kept("F16", row, held).into_iter().collect();
    sentences.push(overflow_of_f16(row));
    sentences.push(small("F16", row, held));
    sentences.extend(subnormal_already("F16", row, held));
    sentences
}

fn overflow_of_f16(row: &NumbersRow) -> Said {
    if row.overflow > 0 {
        let (ko, en) = amount(row.overflow, row.n);
        let become_ = verb(row.overflow, "becomes", "become");
        return both(
            format!(
                "{ko}는 절댓값이 F16의 가장 큰 수인 65,504를 넘어, F16으로 바꾸면 무한대가 됩니다."
            ),
            format!("In F16, {en} {become_} infinite: the largest number that it holds is 65,504."),
        );
    }
    if row.max_abs.is_some_and(|max_abs| max_abs < LARGEST_F16) {
        return both(
            "절댓값이 가장 큰 값도 65,504보다 작아 F16으로 바꾸어도 넘치는 값이 없습니다.",
            "Even the largest magnitude is below 65,504, so nothing overflows in F16.",
        );
    }
    // Up to 65,520 a number is rounded down to the largest.
    both(
        "F16으로 바꾸어도 넘치는 값은 없습니다.",
        "Nothing overflows in F16.",
    )
}

/// What becomes subnormal or zero. Values that the file holds as subnormals already do not become so.
fn small(format: &str, row: &NumbersRow, held: &Held) -> Said {
    let subnormal = row.subnormal.saturating_sub(held.subnormal);
    let (but_ko, but_en) = match row.overflow {
        0 => ("다만", "However,"),
        _ => ("또", "Also,"),
    };
    let (s_ko, s_en) = amount(subnormal, row.n);
    let (v_ko, v_en) = amount(row.vanish, row.n);
    let s_verb = verb(subnormal, "becomes subnormal", "become subnormal");
    let v_verb = verb(row.vanish, "becomes", "become");
    match (subnormal, row.vanish) {
        (0, 0) => both(
            format!("{format}의 비정규 수가 되거나 0이 되는 값은 없습니다."),
            format!("No value becomes subnormal or zero in {format}."),
        ),
        (_, 0) => both(
            format!(
                "{but_ko} {s_ko}는 비정규 수가 되어 담을 수 있는 자릿수가 줄어듭니다. 0이 되는 값은 없습니다."
            ),
            format!("{but_en} {s_en} {s_verb}, which leaves fewer digits. No value becomes zero."),
        ),
        (0, _) => both(
            format!("{but_ko} {v_ko}는 0이 됩니다."),
            format!("{but_en} {v_en} {v_verb} zero."),
        ),
        _ => both(
            format!(
                "{but_ko} {s_ko}는 비정규 수가 되어 담을 수 있는 자릿수가 줄고, {v_ko}는 0이 됩니다."
            ),
            format!(
                "{but_en} {s_en} {s_verb}, which leaves fewer digits, and {v_en} {v_verb} zero."
            ),
        ),
    }
}

/// What the file holds as subnormals already.
fn subnormal_already(format: &str, row: &NumbersRow, held: &Held) -> Option<Said> {
    let (ko, en) = amount(held.subnormal, row.n);
    let are = verb(held.subnormal, "is", "are");
    (held.subnormal > 0).then(|| {
        both(
            format!("{ko}는 파일에 이미 {format}의 비정규 수로 들어 있습니다."),
            format!("{en} {are} stored as subnormal {format} numbers already."),
        )
    })
}

fn to_bf16(row: &NumbersRow, f16: &NumbersRow, held: &Held) -> Vec<Said> {
    if row.changed == 0 {
        return unchanged("BF16", row, held);
    }
    let mut sentences: Vec<Said> = kept("BF16", row, held).into_iter().collect();
    let subnormal = row.subnormal.saturating_sub(held.subnormal);
    if row.overflow > 0 {
        let (ko, en) = amount(row.overflow, row.n);
        let become_ = verb(row.overflow, "becomes", "become");
        sentences.push(both(
            format!("BF16으로 바꾸면 {ko}가 무한대가 됩니다."),
            format!("In BF16, {en} {become_} infinite."),
        ));
    } else if row.vanish == 0 && subnormal == 0 {
        sentences.push(both(
            "BF16은 F32와 범위가 같아 넘치거나 0이 되는 값이 없습니다.",
            "BF16 has the range of F32, so nothing overflows or becomes zero.",
        ));
    } else {
        sentences.push(both(
            "BF16으로 바꾸어도 넘치는 값은 없습니다.",
            "Nothing overflows in BF16.",
        ));
    }
    if row.vanish > 0 || subnormal > 0 {
        sentences.push(small("BF16", row, held));
    }
    sentences.extend(subnormal_already("BF16", row, held));
    sentences.extend(coarseness(row, f16));
    sentences
}

/// How coarsely BF16 rounds, beside F16.
fn coarseness(bf16: &NumbersRow, f16: &NumbersRow) -> Option<Said> {
    let (own, other) = bf16.mean_relative_error.zip(f16.mean_relative_error)?;
    let [(ko, en), (other_ko, other_en)] = [own, other].map(error);
    Some(if own > other {
        both(
            format!("반올림은 더 거칠어 상대 오차가 평균 {ko}로, F16({other_ko})보다 큽니다."),
            format!(
                "Its rounding is coarser: the mean relative error is {en}, with F16 {other_en}."
            ),
        )
    } else {
        both(
            format!("상대 오차는 평균 {ko}이며, F16에서는 {other_ko}입니다."),
            format!("The mean relative error is {en}, with F16 {other_en}."),
        )
    })
}

/// That a cast changes nothing, and why where the file tells.
fn unchanged(format: &str, row: &NumbersRow, held: &Held) -> Vec<Said> {
    let mut sentences = vec![if held.n == row.n {
        both(
            format!(
                "값이 이미 모두 {format}이므로 {format}으로 바꾸어도 아무것도 달라지지 않습니다."
            ),
            format!("All values are {format} already, so a cast to {format} changes nothing."),
        )
    } else {
        both(
            format!("{format}으로 바꾸어도 달라지는 값이 하나도 없습니다."),
            format!("A cast to {format} changes no value at all."),
        )
    }];
    if row.subnormal > 0 {
        let (ko, en) = amount(row.subnormal, row.n);
        let is = verb(row.subnormal, "is", "are");
        let its = verb(row.subnormal, "its value", "their values");
        sentences.push(both(
            format!("{ko}는 {format}의 비정규 수이지만 값은 그대로입니다."),
            format!(
                "{en} {is} subnormal in {format} but {} {its}.",
                verb(row.subnormal, "keeps", "keep")
            ),
        ));
    }
    sentences
}

/// That a part of the file is in the format already and only the rest can change.
fn kept(format: &str, row: &NumbersRow, held: &Held) -> Option<Said> {
    if held.n == 0 {
        return None;
    }
    let share = number::fine_percent(held.n as f64 / row.n as f64);
    let (ko, en) = amount(row.changed, row.n);
    Some(both(
        format!(
            "값의 {share}는 이미 {format}이라 그대로이고, {format}으로 바꾸어 달라지는 것은 다른 형식으로 담긴 {ko}뿐입니다."
        ),
        format!(
            "{share} of the values are {format} already and stay as they are; a cast to {format} changes {en} among the rest."
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::numbers::File;
    use crate::record::{CastNumbers, Numbers, TensorNumbers};
    use crate::view::{self, Report};
    use crate::{record::Fact, sample};

    /// A cast of `n` values that does to as many as the numbers say: overflow, subnormal, vanish, changed.
    fn cast(n: u64, [overflow, subnormal, vanish, changed]: [u64; 4], error: f64) -> CastNumbers {
        CastNumbers {
            n,
            max_abs: None,
            overflow,
            subnormal,
            vanish,
            changed,
            nan: 0,
            inf: 0,
            mean_relative_error: Some(error),
            max_relative_error: error,
        }
    }

    /// A tensor of a million values up to `max_abs`.
    fn tensor(type_name: &str, max_abs: f64, f16: [u64; 4], bf16: [u64; 4]) -> TensorNumbers {
        let n = 1_000_000;
        TensorNumbers {
            tensor: "t".into(),
            type_name: type_name.into(),
            numbers: Numbers {
                n,
                nan: 0,
                inf: 0,
                zero: 0,
                min: Some(-max_abs),
                max: Some(max_abs),
                max_abs: Some(max_abs),
                mean: Some(0.0),
                deviation: Some(0.0),
                f16: cast(n, f16, 0.000_18),
                bf16: cast(n, bf16, 0.001_4),
                exponents: vec![(0, n)],
            },
        }
    }

    fn report(tensors: Vec<TensorNumbers>) -> Report {
        let mut run = sample::run_dir(1, 0);
        run.records.truncate(1);
        for numbers in tensors {
            let mut record = run.records[0].clone();
            record.fact = Fact::Numbers(Box::new(numbers));
            run.records.push(record);
        }
        view::build(vec![run])
    }

    /// What is said of a file of one tensor, in Korean and in English.
    fn said_of(tensor: TensorNumbers) -> (String, String) {
        let all = TensorNumbers {
            tensor: String::new(),
            ..tensor.clone()
        };
        let report = report(vec![tensor, all]);
        let file = File::of(&report.numbers).unwrap();
        let html = said(&file).to_string();
        let html = html.replace("<span class=\"t\" lang=\"ko\">", "");
        let (ko, en) = html
            .split_once("</span><span class=\"t\" lang=\"en\">")
            .unwrap();
        (ko.into(), en.replace("</span>", ""))
    }

    #[test]
    fn a_wide_file_loses_at_the_low_end_of_f16() {
        let (ko, en) = said_of(tensor(
            "f32",
            9.0,
            [0, 40_000, 100, 1_000_000],
            [0, 0, 0, 9],
        ));
        assert_eq!(
            ko,
            "절댓값이 가장 큰 값도 65,504보다 작아 F16으로 바꾸어도 넘치는 값이 없습니다. 다만 전체의 4.0%는 비정규 수가 되어 담을 수 있는 자릿수가 줄고, 값 100개는 0이 됩니다. BF16은 F32와 범위가 같아 넘치거나 0이 되는 값이 없습니다. 반올림은 더 거칠어 상대 오차가 평균 0.14%로, F16(0.018%)보다 큽니다."
        );
        assert_eq!(
            en,
            "Even the largest magnitude is below 65,504, so nothing overflows in F16. However, 4.0% of the values become subnormal, which leaves fewer digits, and 100 values become zero. BF16 has the range of F32, so nothing overflows or becomes zero. Its rounding is coarser: the mean relative error is 0.14%, with F16 0.018%."
        );
    }

    #[test]
    fn one_value_that_overflows_is_one() {
        let (ko, en) = said_of(tensor("bf16", 1e5, [1, 0, 0, 1], [0; 4]));
        assert_eq!(
            ko,
            "값 1개는 절댓값이 F16의 가장 큰 수인 65,504를 넘어, F16으로 바꾸면 무한대가 됩니다. F16의 비정규 수가 되거나 0이 되는 값은 없습니다. 값이 이미 모두 BF16이므로 BF16으로 바꾸어도 아무것도 달라지지 않습니다."
        );
        assert!(en.starts_with("In F16, 1 value becomes infinite: "), "{en}");
    }

    #[test]
    fn a_file_of_f16_stays_as_it_is() {
        let (ko, en) = said_of(tensor("f16", 9.0, [0, 5, 0, 0], [0, 0, 0, 9]));
        assert!(
            ko.starts_with("값이 이미 모두 F16이므로 F16으로 바꾸어도 아무것도 달라지지 않습니다. 값 5개는 F16의 비정규 수이지만 값은 그대로입니다."),
            "{ko}"
        );
        assert!(
            en.contains("5 values are subnormal in F16 but keep their values."),
            "{en}"
        );
    }

    #[test]
    fn a_quantised_file_says_whose_values_they_are() {
        let (ko, _) = said_of(tensor("q4_K", 9.0, [0, 0, 3, 9], [2, 0, 0, 9]));
        assert!(
            ko.starts_with("양자화한 텐서에서는 블록이 나타내는 값을 보았습니다."),
            "{ko}"
        );
        assert!(
            ko.contains("다만 값 3개는 0이 됩니다. BF16으로 바꾸면 값 2개가 무한대가 됩니다."),
            "{ko}"
        );
        let (ko, _) = said_of(tensor("f32", 9.0, [0; 4], [0; 4]));
        assert!(
            ko.starts_with("F16으로 바꾸어도 달라지는 값이 하나도 없습니다. BF16으로"),
            "{ko}"
        );
    }

    #[test]
    fn what_is_no_number_is_said_first() {
        let mut broken = tensor("f32", 9.0, [0; 4], [0; 4]);
        (broken.numbers.nan, broken.numbers.max_abs) = (1_000_000, None);
        let (ko, en) = said_of(broken);
        assert_eq!(
            ko,
            "유한한 수가 아닌 값이 있습니다(NaN 1,000,000개). 유한한 값이 없습니다."
        );
        assert_eq!(
            en,
            "Some values are not finite numbers (1,000,000 NaN). No value is finite."
        );
    }

    #[test]
    fn numbers_that_f16_rounds_down_are_not_called_smaller() {
        let (ko, _) = said_of(tensor("f32", 65_510.0, [0, 0, 0, 9], [0; 4]));
        assert!(
            ko.starts_with("F16으로 바꾸어도 넘치는 값은 없습니다."),
            "{ko}"
        );
    }
}
