//! Numbers as they stand beside a mark: enough digits to tell values apart and no more.

/// A value from which on numbers are written with an exponent, lest they outgrow their column.
const HUGE: f64 = 1e7;

/// `value` to three digits, or as many as the first digit of `width` asks for, `width` being that of
/// its interval.
pub(super) fn format(value: f64, width: Option<f64>) -> String {
    fixed(value, decimals(value, width))
}

/// `low–high` with the decimals that [`format`] gives `value`.
pub(super) fn interval(value: f64, low: f64, high: f64) -> String {
    let decimals = decimals(value, Some(high - low));
    format!("{}–{}", fixed(low, decimals), fixed(high, decimals))
}

fn decimals(value: f64, width: Option<f64>) -> usize {
    let own = match value.abs() {
        v if v >= 99.95 => 0,
        v if v >= 9.995 => 1,
        v if v >= 0.9995 || v == 0.0 => 2,
        v => (2.0 - v.log10().floor()).min(9.0) as usize,
    };
    let asked = match width {
        // Six digits are more than any measurement here has.
        Some(w) if w > 0.0 && value.abs() < 1e5 => {
            (-w.log10().floor()).clamp(0.0, own as f64 + 3.0) as usize
        }
        _ => 0,
    };
    own.max(asked)
}

/// `value` with `decimals` digits after the point and commas between thousands.
pub(super) fn fixed(value: f64, decimals: usize) -> String {
    if value.abs() >= HUGE {
        return format!("{value:.2e}");
    }
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::from(if value < 0.0 { "−" } else { "" });
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

/// A number of any size to three digits, with an exponent where it would have too many places:
/// `2.31e-6`. With a hyphen, since the minus sign is missing from some Korean fonts.
pub(super) fn magnitude(value: f64) -> String {
    if value == 0.0 {
        "0".into()
    } else if value.abs() < 1e-3 {
        format!("{value:.2e}")
    } else {
        format(value, None)
    }
}

/// The binary unit that suits the largest of some sizes: its name and its bytes.
pub(super) fn byte_unit(largest: f64) -> (&'static str, f64) {
    let gib = f64::from(1_u32 << 30);
    if largest >= gib {
        ("GiB", gib)
    } else {
        ("MiB", f64::from(1_u32 << 20))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_are_enough_without_an_interval() {
        let shown = [
            0.0, 0.001_234, 0.5, 9.999, 52.34, 123.4, 12_345.6, 1e9, -3.21,
        ]
        .map(|v| format(v, None));
        assert_eq!(
            shown,
            [
                "0.00", "0.00123", "0.500", "10.0", "52.3", "123", "12,346", "1.00e9", "−3.21"
            ]
        );
    }

    #[test]
    fn a_narrow_interval_asks_for_more() {
        assert_eq!(format(1234.56, Some(0.12)), "1,234.6");
        assert_eq!(interval(1234.56, 1234.51, 1234.63), "1,234.5–1,234.6");
        assert_eq!(interval(52.3, 51.8, 52.9), "51.8–52.9");
        assert_eq!(interval(12.0, 12.0, 12.0), "12.0–12.0");
        assert_eq!(format(5.0, Some(1e-12)), "5.00000");
    }

    #[test]
    fn small_numbers_have_exponents() {
        let shown = [0.0, 2.314e-6, 9.999e-4, 0.001, 0.036_1, 3.4].map(magnitude);
        assert_eq!(
            shown,
            ["0", "2.31e-6", "1.00e-3", "0.00100", "0.0361", "3.40"]
        );
    }

    #[test]
    fn the_unit_follows_the_largest() {
        assert_eq!(byte_unit(500e6).0, "MiB");
        assert_eq!(byte_unit(5e9).0, "GiB");
    }
}
