//! Sentences that say what a chart shows, and no more than it shows.

use super::lang::Lang;
use crate::josa;

/// One value of a comparison.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The cell's name in a sentence.
    pub(super) name: String,
    pub(super) value: f64,
    /// Its 95 % interval.
    pub(super) interval: Option<(f64, f64)>,
    /// Value, unit and interval in words.
    pub(super) shown: String,
}

/// The words of a comparison.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wording {
    /// The subjects of the best and the last: `디코드가 가장 빠른 것은` and `가장 느린 것은`,
    /// `decode is fastest with` and `slowest with`.
    pub(super) clear: [&'static str; 2],
    /// The same where others may be as good: `디코드 속도의 중앙값이 가장 높은 것은` and so on.
    pub(super) unclear: [&'static str; 2],
    /// What one value is: `디코드 속도 중앙값은`, `the median decode speed`.
    pub(super) single: &'static str,
    /// Whether small values are good.
    pub(super) low_is_good: bool,
}

/// Which cell is best and which last, and whom the best cannot be told from. Empty for no entries.
pub(super) fn contest(entries: &[Entry], wording: &Wording, lang: Lang) -> String {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by(|a, b| a.value.total_cmp(&b.value));
    if !wording.low_is_good {
        sorted.reverse();
    }
    match sorted.as_slice() {
        [] => String::new(),
        [only] => single(only, wording, lang),
        [best, others @ ..] => several(best, others, wording, lang),
    }
}

fn single(only: &Entry, wording: &Wording, lang: Lang) -> String {
    let Entry { name, shown, .. } = only;
    match lang {
        Lang::Ko => format!("{name}의 {} {shown}입니다.", wording.single),
        Lang::En => format!("{} of {name} is {shown}.", capital(wording.single)),
    }
}

fn several(best: &Entry, others: &[&Entry], wording: &Wording, lang: Lang) -> String {
    let last = others[others.len() - 1];
    let unclear: Vec<&str> = others
        .iter()
        .filter(|other| overlap(best, other))
        .map(|other| other.name.as_str())
        .collect();
    let unknown = best.interval.is_none() || others.iter().any(|other| other.interval.is_none());
    let [subject, last_subject] = if unclear.is_empty() && !unknown {
        wording.clear
    } else {
        wording.unclear
    };
    let first = match lang {
        Lang::Ko => format!(
            "{subject} {} {}이며, {last_subject} {} {}입니다.",
            josa::with(&best.name, josa::by),
            best.shown,
            josa::with(&last.name, josa::by),
            last.shown
        ),
        Lang::En => format!(
            "{} {}: {}; {last_subject} {}: {}.",
            capital(subject),
            best.name,
            best.shown,
            last.name,
            last.shown
        ),
    };
    let mut text = first;
    if !unclear.is_empty() {
        text += &match lang {
            Lang::Ko => format!(
                " 다만 {} {} 95% 구간이 겹쳐 이 그림만으로는 차이가 있다고 할 수 없습니다.",
                josa::with(&list(&unclear, lang), josa::topic),
                josa::with(&best.name, josa::and)
            ),
            Lang::En => format!(
                " The 95% intervals of {} overlap that of {}, so this chart shows no difference between them.",
                list(&unclear, lang),
                best.name
            ),
        };
    }
    if unknown {
        text += lang.pick(
            " 구간이 없는 값은 차이가 있는지 가릴 수 없습니다.",
            " A value without an interval cannot be told from others.",
        );
    }
    text
}

fn overlap(a: &Entry, b: &Entry) -> bool {
    let both = a.interval.zip(b.interval);
    both.is_some_and(|((a_low, a_high), (b_low, b_high))| a_low <= b_high && b_low <= a_high)
}

/// The least and the greatest of some values that are as they are, each with the names of all cells
/// that show it. `None` for no entries.
pub(super) struct Extremes<'a> {
    pub(super) least: (String, &'a str),
    pub(super) greatest: (String, &'a str),
}

impl<'a> Extremes<'a> {
    pub(super) fn of(entries: &'a [Entry], lang: Lang) -> Option<Self> {
        let by_value = |a: &&Entry, b: &&Entry| a.value.total_cmp(&b.value);
        let named = |extreme: &'a Entry| {
            let alike = entries.iter().filter(|entry| entry.shown == extreme.shown);
            let names: Vec<&str> = alike.map(|entry| entry.name.as_str()).collect();
            (list(&names, lang), extreme.shown.as_str())
        };
        let least = named(entries.iter().min_by(by_value)?);
        Some(Self {
            least,
            greatest: named(entries.iter().max_by(by_value)?),
        })
    }

    /// Whether all entries show the same value.
    pub(super) fn are_equal(&self) -> bool {
        self.least.1 == self.greatest.1
    }
}

/// Names in a row, at most four of them.
pub(super) fn list(names: &[&str], lang: Lang) -> String {
    const MOST: usize = 4;
    let shown = &names[..names.len().min(MOST)];
    let more = names.len() - shown.len();
    match (lang, shown) {
        (Lang::Ko, _) if more > 0 => format!("{} 외 {more}개", shown.join(", ")),
        (Lang::Ko, _) => shown.join(", "),
        (Lang::En, _) if more > 0 => format!("{} and {more} more", shown.join(", ")),
        (Lang::En, [most @ .., last]) if !most.is_empty() => {
            format!("{} and {last}", most.join(", "))
        }
        (Lang::En, _) => shown.join(", "),
    }
}

/// What a reader of a thinned chart must know.
pub(super) fn thinned(limit: usize, lang: Lang) -> String {
    match lang {
        Lang::Ko => format!(
            " 표본이 {limit}개를 넘는 행은 최솟값과 최댓값을 포함해 고르게 {limit}개만 점으로 그렸습니다."
        ),
        Lang::En => format!(
            " Of rows with more than {limit} samples, {limit} evenly spaced by rank are drawn, the extremes among them."
        ),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KO: Wording = Wording {
        clear: ["디코드가 가장 빠른 것은", "가장 느린 것은"],
        unclear: ["디코드 속도의 중앙값이 가장 높은 것은", "가장 낮은 것은"],
        single: "디코드 속도는",
        low_is_good: false,
    };

    fn entry(name: &str, value: f64, half: Option<f64>) -> Entry {
        let interval = half.map(|half| (value - half, value + half));
        Entry {
            name: name.into(),
            value,
            interval,
            shown: format!("초당 {value}토큰"),
        }
    }

    #[test]
    fn a_clear_winner_is_named() {
        let entries = [
            entry("text/F32", 12.0, Some(0.5)),
            entry("instruct/Q4_K_M", 52.0, Some(1.0)),
        ];
        assert_eq!(
            contest(&entries, &KO, Lang::Ko),
            "디코드가 가장 빠른 것은 instruct/Q4_K_M으로 초당 52토큰이며, 가장 느린 것은 text/F32로 초당 12토큰입니다."
        );
    }

    #[test]
    fn overlapping_intervals_show_no_difference() {
        let entries = [
            entry("a/F16", 50.0, Some(2.0)),
            entry("a/Q8_0", 52.0, Some(1.0)),
            entry("a/F32", 12.0, Some(1.0)),
        ];
        let text = contest(&entries, &KO, Lang::Ko);
        assert!(
            text.starts_with("디코드 속도의 중앙값이 가장 높은 것은 a/Q8_0으로"),
            "{text}"
        );
        assert!(text.ends_with("다만 a/F16은 a/Q8_0과 95% 구간이 겹쳐 이 그림만으로는 차이가 있다고 할 수 없습니다."), "{text}");
    }

    #[test]
    fn without_intervals_nothing_is_called_faster() {
        let text = contest(
            &[entry("a", 5.0, None), entry("b", 4.0, None)],
            &KO,
            Lang::Ko,
        );
        assert!(
            text.contains("중앙값이 가장 높은 것은") && text.contains("구간이 없는 값"),
            "{text}"
        );
        assert_eq!(
            contest(&[entry("a", 5.0, None)], &KO, Lang::Ko),
            "a의 디코드 속도는 초당 5토큰입니다."
        );
        assert_eq!(contest(&[], &KO, Lang::Ko), "");
    }

    #[test]
    fn long_lists_are_cut() {
        let names = ["a", "b", "c", "d", "e", "f"];
        assert_eq!(list(&names, Lang::Ko), "a, b, c, d 외 2개");
        assert_eq!(list(&names[..3], Lang::En), "a, b and c");
    }
}
