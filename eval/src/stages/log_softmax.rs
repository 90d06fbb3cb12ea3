//! The logarithm of a softmax at one index, over vocabularies of a hundred thousand tokens.

/// Independent sums, so that the loop over a vocabulary becomes vector instructions: additions of
/// floating-point numbers may not be reordered by a compiler.
const LANES: usize = 32;

/// Elements that are summed in single precision before they join the double-precision sum: few
/// enough for a lane that its rounding stays near that of one addition.
const BLOCK: usize = 8 * LANES;

/// `ln softmax(logits)[index]` in nats: `logits[index] − max − ln Σ exp(logit − max)`.
///
/// As in llama-perplexity the maximum is subtracted in single precision and the sum is kept in
/// double precision. NaN where a logit is NaN or all are −∞.
#[must_use]
pub fn log_softmax(logits: &[f32], index: usize) -> f64 {
    let max = max(logits);
    let mut sum = 0.0f64;
    for block in logits.chunks(BLOCK) {
        let mut lanes = [0.0f32; LANES];
        let (rows, rest) = block.as_chunks::<LANES>();
        for row in rows {
            for (lane, &logit) in lanes.iter_mut().zip(row) {
                *lane += exp(logit - max);
            }
        }
        for (lane, &logit) in lanes.iter_mut().zip(rest) {
            *lane += exp(logit - max);
        }
        sum += lanes.iter().map(|&lane| f64::from(lane)).sum::<f64>();
    }
    f64::from(logits[index] - max) - sum.ln()
}

/// The largest logit; NaN are passed over, as they spoil the sum later.
fn max(logits: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (rows, rest) = logits.as_chunks::<LANES>();
    for row in rows {
        for (lane, &logit) in lanes.iter_mut().zip(row) {
            *lane = larger(*lane, logit);
        }
    }
    rest.iter()
        .chain(&lanes)
        .copied()
        .fold(f32::NEG_INFINITY, larger)
}

/// exp(x) for x ≤ 0 within 2 units in the last place; 0 below −87.3, NaN for NaN.
///
/// Written without branches so that the compiler turns the loop over a vocabulary into vector
/// instructions, which the C library's `expf` prevents. Cody–Waite reduction to |r| ≤ ln 2 / 2 and
/// the Taylor polynomial of degree 7, whose remainder there is below 2^-26.
#[inline]
fn exp(x: f32) -> f32 {
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    // Adding and subtracting 1.5·2^23 rounds to a whole number.
    const ROUND: f32 = 12_582_912.0;
    let clamped = x.max(-87.3);
    let rounded = clamped * std::f32::consts::LOG2_E + ROUND;
    let n = rounded - ROUND;
    let r = n.mul_add(-LN2_HIGH, clamped);
    let r = n.mul_add(-LN2_LOW, r);
    let mut p = 1.0 / 5040.0;
    for coefficient in [
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ] {
        p = r.mul_add(p, coefficient);
    }
    // The low bits of `rounded` are n itself, which spares a conversion that checks its range.
    let exponent = rounded.to_bits().wrapping_sub(ROUND.to_bits());
    let power = f32::from_bits(exponent.wrapping_add(127) << 23);
    let value = p * power;
    if x < -87.3 {
        0.0
    } else if x.is_nan() {
        x
    } else {
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same in double precision throughout.
    fn exact(logits: &[f32], index: usize) -> f64 {
        let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum: f64 = logits
            .iter()
            .map(|&l| (f64::from(l) - f64::from(max)).exp())
            .sum();
        f64::from(logits[index]) - f64::from(max) - sum.ln()
    }

    #[test]
    fn exp_is_within_two_units_in_the_last_place() {
        let mut worst = 0.0f64;
        for step in 0..870_000 {
            let x = -(step as f32) * 1e-4;
            let true_value = f64::from(x).exp();
            let error = (f64::from(exp(x)) - true_value).abs() / true_value;
            worst = worst.max(error);
        }
        assert!(worst < 2.0 * f64::from(f32::EPSILON), "{worst}");
        assert_eq!(exp(-200.0), 0.0);
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
    }

    #[test]
    fn known_values() {
        assert!((log_softmax(&[0.0; 8], 3) + 8f64.ln()).abs() < 1e-12);
        assert!(log_softmax(&[0.0, 200.0], 1).abs() < 1e-12);
        assert!((log_softmax(&[0.0, 200.0], 0) + 200.0).abs() < 1e-12);
    }

    #[test]
    fn what_is_not_a_distribution_is_not_a_number() {
        assert!(log_softmax(&[0.0, f32::NAN], 0).is_nan());
        assert!(log_softmax(&[f32::NEG_INFINITY; 4], 0).is_nan());
    }

    proptest! {
        #[test]
        fn agrees_with_double_precision(
            logits in prop::collection::vec(-40.0f32..40.0, 1..3000),
            pick in any::<prop::sample::Index>(),
        ) {
            let index = pick.index(logits.len());
            prop_assert!((log_softmax(&logits, index) - exact(&logits, index)).abs() < 5e-6);
        }
    }
}
