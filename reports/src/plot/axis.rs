//! Scales and their ticks.

use super::number;

/// A scale of one chart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    kind: Kind,
    /// Where lines and numbers stand, from low to high.
    pub(super) ticks: Vec<Tick>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Linear,
    Logarithmic,
    /// Whole numbers from 1.
    Count,
}

/// One number on a scale.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: String,
}

/// Largest over smallest value from which on a scale that need not start at zero is logarithmic.
const LOGARITHMIC_FROM: f64 = 10.0;

impl Axis {
    /// From zero to the largest of `values`, which are not negative, with about `n_ticks` ticks.
    pub(super) fn from_zero(values: impl IntoIterator<Item = f64>, n_ticks: usize) -> Self {
        let high = values
            .into_iter()
            .filter(|value| value.is_finite())
            .fold(0.0, f64::max);
        Self::linear(0.0, if high > 0.0 { high } else { 1.0 }, n_ticks)
    }

    /// Around positive `values`: from zero where that wastes no more than half of the scale, else from
    /// a little below the smallest; logarithmic where they differ more than tenfold.
    pub(super) fn around(values: impl IntoIterator<Item = f64>, n_ticks: usize) -> Self {
        let (low, high) = values
            .into_iter()
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, 0.0_f64), |(low, high), v| {
                (low.min(v), high.max(v))
            });
        if low <= 0.0 || high <= 0.0 || !low.is_finite() {
            return Self::from_zero([high], n_ticks);
        }
        if high / low >= LOGARITHMIC_FROM {
            return Self::log(low, high, n_ticks);
        }
        if low < high / 2.0 {
            return Self::linear(0.0, high, n_ticks);
        }
        let margin = if high > low {
            (high - low) * 0.08
        } else {
            high * 0.05
        };
        Self::linear(low - margin, high + margin, n_ticks)
    }

    /// Over the positive ones of `values` in equal ratios, with about `n_ticks` ticks; from zero where
    /// there is none.
    pub(super) fn logarithmic(values: impl IntoIterator<Item = f64>, n_ticks: usize) -> Self {
        let positive = values
            .into_iter()
            .filter(|value| *value > 0.0 && value.is_finite());
        let (low, high) = positive.fold((f64::INFINITY, 0.0_f64), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        if high == 0.0 {
            return Self::from_zero([], n_ticks);
        }
        Self::log(low, high, n_ticks)
    }

    /// Around positive `values` that may differ by many orders of magnitude, between powers of two, at
    /// most 2^40 of them.
    pub(super) fn powers_of_two(values: impl IntoIterator<Item = f64>, n_ticks: usize) -> Self {
        const MOST: i32 = 40;
        let exponents = values.into_iter().map(f64::log2);
        let (low, high) = exponents.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), e| {
            (low.min(e), high.max(e))
        });
        let high = high.ceil() as i32;
        let low = (low.floor() as i32).clamp(high - MOST, high - 1);
        let step = (high - low)
            .unsigned_abs()
            .div_ceil(n_ticks.max(1) as u32)
            .max(1);
        let ticks = (low..=high)
            .filter(|exponent| exponent.rem_euclid(step as i32) == 0)
            .map(|exponent| Tick {
                value: f64::from(exponent).exp2(),
                label: format!("2^{exponent}"),
            })
            .collect();
        Self {
            low: f64::from(low).exp2(),
            high: f64::from(high).exp2(),
            kind: Kind::Logarithmic,
            ticks,
        }
    }

    /// From 1 to `n`, with room at both ends.
    pub(super) fn counts(n: usize, n_ticks: usize) -> Self {
        let n = n.max(1);
        let step = nice_step(n as f64 / n_ticks.max(1) as f64).max(1.0) as usize;
        let ticks = (1..=n).filter(|i| *i == 1 && step > 1 || i % step == 0);
        Self {
            low: 0.5,
            high: n as f64 + 0.5,
            kind: Kind::Count,
            ticks: ticks
                .map(|i| Tick {
                    value: i as f64,
                    label: number::fixed(i as f64, 0),
                })
                .collect(),
        }
    }

    /// Whether it counts from 1, so that nobody expects it to start at zero.
    pub(super) fn is_count(&self) -> bool {
        self.kind == Kind::Count
    }

    /// Whether the scale is linear and starts at zero, so that lengths on it can be compared.
    pub(super) fn starts_at_zero(&self) -> bool {
        self.kind == Kind::Linear && self.low == 0.0
    }

    /// Whether equal steps are equal ratios.
    pub(super) fn is_logarithmic(&self) -> bool {
        self.kind == Kind::Logarithmic
    }

    /// Where `value` stands: 0 at the low end, 1 at the high end, never beyond.
    pub(super) fn position(&self, value: f64) -> f64 {
        let (low, high, value) = match self.is_logarithmic() {
            true => (self.low.ln(), self.high.ln(), value.max(self.low).ln()),
            false => (self.low, self.high, value),
        };
        ((value - low) / (high - low)).clamp(0.0, 1.0)
    }

    fn linear(low: f64, high: f64, n_ticks: usize) -> Self {
        let n_ticks = n_ticks.max(1);
        // A single tick tells no scale.
        let ticks = (n_ticks..n_ticks + 8)
            .map(|n| ticks(low, high, n))
            .find(|ticks| ticks.len() > 1)
            .unwrap_or_default();
        Self {
            low,
            high,
            kind: Kind::Linear,
            ticks,
        }
    }

    fn log(low: f64, high: f64, n_ticks: usize) -> Self {
        let (low, high) = (low / 1.1, high * 1.1);
        let decades = low.log10().floor() as i32..=high.log10().ceil() as i32;
        let inside = |step: &[f64]| -> Vec<f64> {
            let of = |e: i32| step.iter().map(move |m| m * 10_f64.powi(e));
            decades
                .clone()
                .flat_map(of)
                .filter(|v| (low..=high).contains(v))
                .collect()
        };
        let mut values = inside(&[1.0, 2.0, 5.0]);
        if values.len() > n_ticks.max(2) {
            values = inside(&[1.0]);
        }
        let every = values.len().div_ceil(n_ticks.max(2));
        let ticks = values
            .into_iter()
            .step_by(every.max(1))
            .map(|value| Tick {
                value,
                label: log_label(value),
            })
            .collect();
        Self {
            low,
            high,
            kind: Kind::Logarithmic,
            ticks,
        }
    }
}

/// About `n` ticks at even, round steps.
fn ticks(low: f64, high: f64, n: usize) -> Vec<Tick> {
    let step = nice_step((high - low) / n as f64);
    let decimals = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
    let first = (low / step).ceil();
    let n = ((high / step - first) * (1.0 + 1e-9)).floor() as usize;
    (0..=n)
        .map(|i| (first + i as f64) * step)
        .map(|value| Tick {
            value,
            label: number::fixed(value, decimals),
        })
        .collect()
}

/// One, two or five times a power of ten; as that power, which is set raised, where it is small.
fn log_label(value: f64) -> String {
    let exponent = (value.log10() + 1e-9).floor();
    if value >= 1e-3 * (1.0 - 1e-9) {
        return number::fixed(value, (-exponent).clamp(0.0, 12.0) as usize);
    }
    match (value / 10_f64.powf(exponent)).round() {
        1.0 => format!("10^{exponent}"),
        times => format!("{times}·10^{exponent}"),
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that is not below `rough`.
fn nice_step(rough: f64) -> f64 {
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|m| m * power >= rough * (1.0 - 1e-9));
    step.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(
            labels(&Axis::from_zero([52.9, 3.0], 6)),
            ["0", "10", "20", "30", "40", "50"]
        );
        assert_eq!(
            labels(&Axis::from_zero([0.03], 3)),
            ["0.00", "0.01", "0.02", "0.03"]
        );
        assert_eq!(
            labels(&Axis::from_zero([12_000.0], 4)),
            ["0", "5,000", "10,000"]
        );
        assert_eq!(labels(&Axis::from_zero([], 2)), ["0.0", "0.5", "1.0"]);
    }

    #[test]
    fn close_values_get_a_scale_of_their_own() {
        let axis = Axis::around([12.1, 12.6], 5);
        assert!(!axis.starts_at_zero() && !axis.is_logarithmic());
        assert!(axis.position(12.1) > 0.0 && axis.position(12.6) < 1.0);
        assert_eq!(labels(&axis), ["12.2", "12.4", "12.6"]);
        assert!(Axis::around([4.0, 12.6], 5).starts_at_zero());
        // Steps of 5 would leave 10 alone.
        assert_eq!(labels(&Axis::around([6.2, 11.0], 2)), ["6", "8", "10"]);
    }

    #[test]
    fn four_orders_of_magnitude_are_logarithmic() {
        let axis = Axis::around([3.0, 30_000.0], 6);
        assert!(axis.is_logarithmic());
        assert_eq!(labels(&axis), ["10", "100", "1,000", "10,000"]);
        assert!((axis.position(300.0) - 0.5).abs() < 0.01);
    }

    #[test]
    fn small_powers_of_ten_are_written_as_such() {
        let axis = Axis::logarithmic([0.0, 3e-10, 0.02], 9);
        assert!(axis.is_logarithmic());
        assert_eq!(
            labels(&axis),
            [
                "10^-9", "10^-8", "10^-7", "10^-6", "10^-5", "10^-4", "0.001", "0.01"
            ]
        );
        assert_eq!(axis.position(0.0), 0.0);
        assert_eq!(
            labels(&Axis::logarithmic([1.5e-5, 6e-5], 5)),
            ["2·10^-5", "5·10^-5"]
        );
        assert!(Axis::logarithmic([0.0], 5).starts_at_zero());
    }

    #[test]
    fn powers_of_two_stand_at_even_steps() {
        let axis = Axis::powers_of_two([0.3, 700.0], 7);
        assert_eq!(
            labels(&axis),
            ["2^-2", "2^0", "2^2", "2^4", "2^6", "2^8", "2^10"]
        );
        assert!(axis.is_logarithmic() && axis.position(32.0) > axis.position(16.0));
        assert_eq!((axis.position(0.25), axis.position(1024.0)), (0.0, 1.0));
        let wide = Axis::powers_of_two([f64::MIN_POSITIVE, 1.0], 8);
        assert_eq!((labels(&wide)[0], wide.ticks.len()), ("2^-40", 9));
        assert_eq!(labels(&Axis::powers_of_two([1.0], 4)), ["2^-1", "2^0"]);
    }

    #[test]
    fn extremes_make_no_endless_or_empty_scale() {
        for values in [
            vec![1e-300, 1e300],
            vec![0.0],
            vec![7.0],
            vec![f64::MIN_POSITIVE],
            vec![1.0, f64::INFINITY, f64::NAN],
        ] {
            let axis = Axis::around(values.clone(), 6);
            assert!(axis.ticks.len() <= 20, "{values:?}: {}", axis.ticks.len());
            assert!(
                values
                    .iter()
                    .all(|&v| v.is_nan() || axis.position(v).is_finite()),
                "{values:?}"
            );
        }
    }
}
