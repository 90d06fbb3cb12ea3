//! Numbers as a reader wants them: enough digits to tell values apart and no more, with units.

use super::phrase::Phrase;
use crate::stats::Z95;

/// A value with the bounds of its 95 % interval, in the same unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Estimate {
    /// The estimate itself.
    pub(super) value: f64,
    /// Lower and upper bound; `None` where there were too few samples for an interval.
    pub(super) interval: Option<(f64, f64)>,
}

impl Estimate {
    /// From a value and bounds that may be missing; `None` where the value is missing or no number.
    pub(super) fn new(value: Option<f64>, low: Option<f64>, high: Option<f64>) -> Option<Self> {
        let value = value.filter(|v| v.is_finite())?;
        let interval = low
            .zip(high)
            .filter(|(l, h)| l.is_finite() && h.is_finite());
        Some(Self { value, interval })
    }

    /// From a value and its standard error, by the normal approximation.
    pub(super) fn from_error(value: f64, standard_error: Option<f64>) -> Option<Self> {
        let half = standard_error.map(|se| Z95 * se);
        Self::new(
            Some(value),
            half.map(|h| value - h),
            half.map(|h| value + h),
        )
    }

    /// Whether the intervals have a point in common; `None` where one of the two is missing.
    pub(super) fn overlaps(&self, other: &Self) -> Option<bool> {
        let ((a_low, a_high), (b_low, b_high)) = self.interval.zip(other.interval)?;
        Some(a_low <= b_high && b_low <= a_high)
    }

    /// Decimals that show three digits of the value, and the first digit of the interval's width.
    fn decimals(&self) -> usize {
        let width = self.interval.map_or(0.0, |(low, high)| high - low);
        let for_width = if width > 0.0 {
            (-width.log10().floor()).clamp(0.0, 4.0) as usize
        } else {
            0
        };
        decimals(self.value).max(for_width)
    }

    /// The value alone.
    pub(super) fn value_text(&self) -> String {
        fixed(self.value, self.decimals())
    }

    /// `12.1–12.9`, or nothing where there is no interval.
    pub(super) fn interval_text(&self) -> Option<String> {
        let (low, high) = self.interval?;
        Some(format!(
            "{}–{}",
            fixed(low, self.decimals()),
            fixed(high, self.decimals())
        ))
    }

    /// Decimals that show two digits of the interval's width: those of a difference say nothing more.
    fn signed_decimals(&self) -> usize {
        let width = self.interval.map_or(0.0, |(low, high)| high - low);
        if width > 0.0 {
            (1.0 - width.log10().floor()).clamp(0.0, 4.0) as usize
        } else {
            decimals(self.value)
        }
    }

    /// The value alone, of a difference: with its sign.
    pub(super) fn signed_text(&self) -> String {
        signed(self.value, self.signed_decimals())
    }

    /// Half the width of the interval: `±12.1`.
    pub(super) fn half_width_text(&self) -> Option<String> {
        let (low, high) = self.interval?;
        let half = fixed((high - low) / 2.0, self.signed_decimals());
        Some(format!("±{half}"))
    }

    /// `−12.1 … +12.9`, or nothing where there is no interval.
    pub(super) fn signed_interval_text(&self) -> Option<String> {
        let (low, high) = self.interval?;
        Some(format!(
            "{} … {}",
            signed(low, self.signed_decimals()),
            signed(high, self.signed_decimals())
        ))
    }
}

/// `value` with its sign, which what is written as zero has none of.
fn signed(value: f64, decimals: usize) -> String {
    let size = fixed(value.abs(), decimals);
    match value {
        _ if !size.contains(|c| ('1'..='9').contains(&c)) => size,
        v if v < 0.0 => format!("−{size}"),
        _ => format!("+{size}"),
    }
}

/// A place in a sequence, or a median of places, which may lie half-way.
pub(super) fn place(place: f64) -> String {
    fixed(place, usize::from(place.fract() != 0.0))
}

/// A p value to two digits: `p = 0.032`.
pub(super) fn p(p: f64) -> String {
    match p {
        p if p < 0.001 => "p < 0.001".into(),
        p if p < 0.01 => format!("p = {}", fixed(p, 4)),
        p if p < 0.1 => format!("p = {}", fixed(p, 3)),
        _ => format!("p = {}", fixed(p, 2)),
    }
}

/// Decimals that show three digits of a positive number, at most 4.
fn decimals(value: f64) -> usize {
    match value.abs() {
        v if v >= 99.95 => 0,
        v if v >= 9.995 => 1,
        v if v >= 0.995 || v == 0.0 => 2,
        v if v >= 0.0995 => 3,
        _ => 4,
    }
}

/// `value` with `decimals` digits after the point and commas between thousands.
fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let (sign, digits) = whole
        .strip_prefix('-')
        .map_or(("", whole), |digits| ("−", digits));
    format!("{sign}{}{rest}", thousands(digits))
}

fn thousands(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A whole number with commas between thousands.
pub(super) fn count(n: impl Into<u64>) -> String {
    thousands(&n.into().to_string())
}

/// A count with its noun in English.
pub(super) fn plural(n: usize, noun: &str) -> String {
    format!("{} {}", count(n as u64), counted(n, noun))
}

/// The English noun behind a count.
pub(super) fn counted(n: usize, noun: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{noun}{ending}")
}

/// A number to three digits.
pub(super) fn plain(value: f64) -> String {
    fixed(value, decimals(value))
}

/// A share of 1 as a percentage.
pub(super) fn percent(share: f64) -> String {
    let value = share * 100.0;
    let whole = value.fract() == 0.0 || value.abs() >= 99.95;
    fixed(value, usize::from(!whole)) + "%"
}

/// A share of 1 as a percentage to about two digits, however near to none or all it is; only exactly
/// none is 0, and only exactly all is 100%.
pub(super) fn fine_percent(share: f64) -> String {
    const FINEST: f64 = 1e-4;
    let value = share * 100.0;
    if value == 0.0 {
        return "0".into();
    }
    if value < FINEST {
        return "< 0.0001%".into();
    }
    let rest = 100.0 - value;
    if rest > 0.0 && rest < FINEST {
        return "> 99.9999%".into();
    }
    // As many decimals as it takes to tell it from 100 as well as from 0.
    let near = if rest > 0.0 { value.min(rest) } else { value };
    // A hair more, lest 100 − 99.9 is taken for less than 0.1.
    let near = near * (1.0 + 1e-9);
    let decimals = match near {
        v if v >= 1.0 => usize::from(rest > 0.0),
        v => (1.0 - v.log10().floor()).min(4.0) as usize,
    };
    fixed(value, decimals) + "%"
}

/// A number of any size to three digits, with an exponent where it would have too many places:
/// `5.96e−8`. Raised digits are too small to read in some Korean fonts.
pub(super) fn magnitude(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".into();
    }
    if (1e-3..1e7).contains(&size) {
        let decimals = (2.0 - size.log10().floor()).clamp(0.0, 5.0) as usize;
        return fixed(value, decimals);
    }
    format!("{value:.2e}").replace('-', "−")
}

/// A value and half the width of its interval, both with the decimals that show two digits of that
/// half, at most six, behind which the half has an exponent; without an interval, or where it has no
/// width, to three digits.
pub(super) fn with_half(value: f64, half: Option<f64>) -> (String, Option<String>) {
    const FINEST: f64 = 1e-6;
    let Some(half) = half.filter(|half| *half > 0.0) else {
        return (magnitude(value), None);
    };
    let decimals = (1.0 - half.log10().floor()).clamp(0.0, 6.0) as usize;
    let shown = if half < FINEST {
        magnitude(half)
    } else {
        fixed(half, decimals)
    };
    (fixed(value, decimals), Some(shown))
}

/// A share of 1 as a percentage with its sign.
pub(super) fn signed_percent(share: f64) -> String {
    let text = percent(share);
    if share > 0.0 {
        format!("+{text}")
    } else {
        text
    }
}

/// Bytes in binary units.
pub(super) fn bytes(n: u64) -> String {
    let (scale, unit) = match n {
        0..1024 => return format!("{n} B"),
        0x400..0x10_0000 => (10, "KiB"),
        0x10_0000..0x4000_0000 => (20, "MiB"),
        _ => (30, "GiB"),
    };
    format!("{} {unit}", plain(n as f64 / f64::from(1_u32 << scale)))
}

/// A number of weights, as model cards give it: 1.24 B.
pub(super) fn parameters(n: u64) -> Phrase {
    let english = match n {
        0..1_000 => count(n),
        1_000..1_000_000 => plain(n as f64 / 1e3) + " K",
        1_000_000..1_000_000_000 => plain(n as f64 / 1e6) + " M",
        _ => plain(n as f64 / 1e9) + " B",
    };
    let korean = match n {
        0..10_000 => count(n),
        10_000..100_000_000 => plain(n as f64 / 1e4) + "만",
        _ => plain(n as f64 / 1e8) + "억",
    };
    Phrase::both(korean + " 개", english)
}

/// A time in milliseconds as a number, the unit standing in the head of the column.
pub(super) fn milliseconds(ns: f64) -> String {
    plain(ns / 1e6)
}

/// A time with the unit that suits it.
pub(super) fn duration(ns: f64) -> Phrase {
    let seconds = ns / 1e9;
    if seconds < 1.0 {
        return Phrase::same(format!("{} ms", plain(ns / 1e6)));
    }
    if seconds < 99.5 {
        return Phrase::both(plain(seconds) + "초", plain(seconds) + " s");
    }
    let (minutes, seconds) = ((seconds.round() / 60.0).floor(), seconds.round() % 60.0);
    Phrase::both(
        format!("{}분 {seconds}초", fixed(minutes, 0)),
        format!("{} min {seconds} s", fixed(minutes, 0)),
    )
}

/// A time stamp (RFC 3339, UTC) as a date and a time; as it is where it cannot be read.
pub(super) fn date(stamp: &str) -> Phrase {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let Ok(at) = stamp.parse::<jiff::Timestamp>() else {
        return Phrase::foreign(stamp);
    };
    let at = jiff::tz::Offset::UTC.to_datetime(at);
    let (year, month, day) = (at.year(), at.month(), at.day());
    let time = format!("{:02}:{:02}", at.hour(), at.minute());
    let name = MONTHS[usize::from(month.unsigned_abs()).saturating_sub(1).min(11)];
    Phrase::both(
        format!("{year}년 {month}월 {day}일 {time} (UTC)"),
        format!("{day} {name} {year}, {time} UTC"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_are_enough() {
        let shown = [0.0, 0.012_34, 0.123_4, 9.999, 12.34, 1234.6, -3.21].map(plain);
        assert_eq!(
            shown,
            ["0.00", "0.0123", "0.123", "10.0", "12.3", "1,235", "−3.21"]
        );
    }

    #[test]
    fn a_narrow_interval_asks_for_more_digits() {
        let estimate = Estimate::new(Some(1234.56), Some(1234.51), Some(1234.63)).unwrap();
        assert_eq!(estimate.value_text(), "1,234.6");
        assert_eq!(estimate.interval_text().unwrap(), "1,234.5–1,234.6");
        let equal = Estimate::new(Some(12.0), Some(12.0), Some(12.0)).unwrap();
        assert_eq!(equal.interval_text().unwrap(), "12.0–12.0");
    }

    #[test]
    fn no_number_is_no_estimate() {
        assert_eq!(Estimate::new(None, Some(1.0), Some(2.0)), None);
        assert_eq!(Estimate::new(Some(f64::NAN), None, None), None);
        assert_eq!(
            Estimate::new(Some(1.0), Some(0.5), None).unwrap().interval,
            None
        );
    }

    #[test]
    fn intervals_that_touch_overlap() {
        let at = |low, high| Estimate::new(Some(low), Some(low), Some(high)).unwrap();
        assert_eq!(at(1.0, 2.0).overlaps(&at(2.0, 3.0)), Some(true));
        assert_eq!(at(1.0, 2.0).overlaps(&at(2.1, 3.0)), Some(false));
        assert_eq!(
            at(1.0, 2.0).overlaps(&Estimate::new(Some(1.5), None, None).unwrap()),
            None
        );
    }

    #[test]
    fn units_suit_the_size() {
        assert_eq!(
            [512, 2048, 5 << 20, 3 << 30].map(bytes),
            ["512 B", "2.00 KiB", "5.00 MiB", "3.00 GiB"]
        );
        assert_eq!(
            [0.0, 0.5, 0.123_4, 1.0].map(percent),
            ["0%", "50%", "12.3%", "100%"]
        );
        assert_eq!(signed_percent(-0.012), "−1.2%");
        assert_eq!(duration(1.5e6).to_string(), "1.50 ms");
        assert_eq!(duration(125e9), Phrase::both("2분 5초", "2 min 5 s"));
        assert_eq!(
            parameters(1_235_814_432),
            Phrase::both("12.4억 개", "1.24 B")
        );
    }

    #[test]
    fn only_none_is_nothing_and_only_all_is_everything() {
        let shown = [
            0.0,
            1e-9,
            0.000_031,
            0.004,
            0.123_4,
            0.999,
            0.999_97,
            0.999_999_9,
            1.0,
        ]
        .map(fine_percent);
        assert_eq!(
            shown,
            [
                "0",
                "< 0.0001%",
                "0.0031%",
                "0.40%",
                "12.3%",
                "99.90%",
                "99.9970%",
                "> 99.9999%",
                "100%"
            ]
        );
    }

    #[test]
    fn numbers_of_any_size_are_short() {
        let shown = [0.0, 1.0, -0.512_34, 0.001_234, 65_504.0, -3.4e38, 5.96e-8].map(magnitude);
        assert_eq!(
            shown,
            [
                "0",
                "1.00",
                "−0.512",
                "0.00123",
                "65,504",
                "−3.40e38",
                "5.96e−8"
            ]
        );
    }

    #[test]
    fn a_value_shows_what_its_interval_lets_be_seen() {
        let shown = |value, half| {
            let (value, half) = with_half(value, half);
            half.map_or(value.clone(), |half| format!("{value} ± {half}"))
        };
        assert_eq!(shown(1.000_87, Some(0.000_44)), "1.00087 ± 0.00044");
        assert_eq!(shown(98.741, Some(0.279)), "98.74 ± 0.28");
        assert_eq!(shown(1.0, Some(1e-9)), "1.000000 ± 1.00e−9");
        assert_eq!(shown(1.0, Some(0.0)), "1.00");
        assert_eq!(shown(1.234_5, None), "1.23");
    }

    #[test]
    fn a_difference_has_its_sign() {
        let estimate = Estimate::new(Some(-1.25), Some(-3.5), Some(0.004)).unwrap();
        assert_eq!(estimate.signed_text(), "−1.2");
        assert_eq!(estimate.signed_interval_text().unwrap(), "−3.5 … 0.0");
        assert_eq!(estimate.half_width_text().unwrap(), "±1.8");
        let rise = Estimate::new(Some(12.3), Some(1.0), Some(1234.0)).unwrap();
        assert_eq!(rise.signed_text(), "+12");
        assert_eq!(rise.signed_interval_text().unwrap(), "+1 … +1,234");
        assert_eq!([1.0, 43.5, 1200.0].map(place), ["1", "43.5", "1,200"]);
        let alone = Estimate::new(Some(12.34), None, None).unwrap();
        assert_eq!(alone.signed_text(), "+12.3");
        assert_eq!(alone.half_width_text(), None);
        assert_eq!(
            [0.000_2, 0.004_5, 0.049_6, 0.5, 1.0].map(p),
            [
                "p < 0.001",
                "p = 0.0045",
                "p = 0.050",
                "p = 0.50",
                "p = 1.00"
            ]
        );
    }

    #[test]
    fn english_counts() {
        assert_eq!(
            [plural(1, "cell"), plural(1200, "run")],
            ["1 cell", "1,200 runs"]
        );
    }

    #[test]
    fn dates_read_right_in_both_languages() {
        assert_eq!(
            date("2025-11-03T09:07:05Z"),
            Phrase::both("2025년 11월 3일 09:07 (UTC)", "3 November 2025, 09:07 UTC")
        );
        assert_eq!(date("어제"), Phrase::foreign("어제"));
    }
}
