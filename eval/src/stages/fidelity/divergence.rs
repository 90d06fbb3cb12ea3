//! How far one next-token distribution is from another, over vocabularies of a hundred thousand tokens.
//!
//! All in double precision: what separates F16 from F32 is near 1e-6 nats, and logits in single
//! precision with exponentials in double resolve it.

/// What two models say of one position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// −ln p of the token that follows, by the model, in nats.
    pub nll: f64,
    /// The same by the baseline.
    pub nll_base: f64,
    /// Σ p ln(p / q) over the vocabulary, p the baseline's and q the model's distribution, in nats.
    pub kld: f64,
    /// q − p of the token that follows.
    pub delta_p: f64,
    /// Whether both find the same token likeliest (the lowest id among equals).
    pub same_top: bool,
    /// How far `nll_base` is beyond what llama-perplexity keeps, in nats: nothing more than [`KEPT`]
    /// below the likeliest token.
    pub beyond: f64,
}

/// llama-perplexity stores the baseline's logits down to this many nats below the largest.
const KEPT: f64 = 16.0;

/// Independent sums, so that the loop over a vocabulary becomes vector instructions.
const LANES: usize = 16;

/// Compares the logits of a model with the baseline's; `token` is the one that follows. `None` where
/// a logit is not a number or a distribution is all −∞.
#[must_use]
pub fn compare(base: &[f32], model: &[f32], token: usize) -> Option<Position> {
    let (top_base, top) = (argmax(base), argmax(model));
    let (max_base, max) = (f64::from(base[top_base]), f64::from(model[top]));
    let sums = sums(base, model, max_base, max);
    let (ln_base, ln) = (max_base + sums.base.ln(), max + sums.model.ln());
    // Σ p (b − q) − ln Z_base + ln Z, since ln p = b − ln Z_base and ln q = q − ln Z.
    let kld = sums.weighted / sums.base - ln_base + ln;
    let nll = ln - f64::from(model[token]);
    let nll_base = ln_base - f64::from(base[token]);
    let sound = kld.is_finite() && !nll.is_nan() && !nll_base.is_nan();
    sound.then(|| Position {
        nll,
        nll_base,
        // Rounding may leave a zero a little below.
        kld: kld.max(0.0),
        delta_p: (-nll).exp() - (-nll_base).exp(),
        same_top: top_base == top,
        beyond: (max_base - KEPT - f64::from(base[token])).max(0.0),
    })
}

struct Sums {
    /// Σ exp(b − max b).
    base: f64,
    /// Σ exp(q − max q).
    model: f64,
    /// Σ exp(b − max b)·(b − q).
    weighted: f64,
}

fn sums(base: &[f32], model: &[f32], max_base: f64, max: f64) -> Sums {
    let (mut sum_base, mut sum, mut weighted) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
    let mut one = |lane: usize, b: f32, q: f32| {
        let (b, q) = (f64::from(b), f64::from(q));
        let weight = exp(b - max_base);
        sum_base[lane] += weight;
        sum[lane] += exp(q - max);
        // A token that the baseline excludes weighs nothing, however far the model is from that.
        let apart = if weight > 0.0 { b - q } else { 0.0 };
        weighted[lane] += weight * apart;
    };
    let (blocks, rest) = base.as_chunks::<LANES>();
    let (others, rest_of_others) = model.as_chunks::<LANES>();
    for (block, other) in blocks.iter().zip(others) {
        for lane in 0..LANES {
            one(lane, block[lane], other[lane]);
        }
    }
    for (lane, (&b, &q)) in rest.iter().zip(rest_of_others).enumerate() {
        one(lane, b, q);
    }
    Sums {
        base: sum_base.iter().sum(),
        model: sum.iter().sum(),
        weighted: weighted.iter().sum(),
    }
}

/// The first index of the largest value; NaN are passed over.
fn argmax(values: &[f32]) -> usize {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let mut lanes = [f32::NEG_INFINITY; 2 * LANES];
    let (rows, rest) = values.as_chunks::<{ 2 * LANES }>();
    for row in rows {
        for (lane, &value) in lanes.iter_mut().zip(row) {
            *lane = larger(*lane, value);
        }
    }
    let all = rest.iter().chain(&lanes).copied();
    let max = all.fold(f32::NEG_INFINITY, larger);
    values.iter().position(|&value| value == max).unwrap_or(0)
}

/// exp(x) for x ≤ 0 within 2 units in the last place; 0 below −708, NaN for NaN.
///
/// Without branches, so that the compiler turns the loop into vector instructions. Cody–Waite
/// reduction to |r| ≤ ln 2 / 2 and the Taylor polynomial of degree 13, whose remainder there is below
/// 2^-57.
#[inline]
fn exp(x: f64) -> f64 {
    const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    // Adding and subtracting 1.5·2^52 rounds to a whole number.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    const COEFFICIENTS: [f64; 14] = [
        1.0 / 6_227_020_800.0,
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ];
    let clamped = if x < -708.0 { -708.0 } else { x };
    let shifted = clamped.mul_add(std::f64::consts::LOG2_E, ROUND);
    let k = shifted - ROUND;
    let r = k.mul_add(-LN2_HIGH, clamped);
    let r = k.mul_add(-LN2_LOW, r);
    let mut polynomial = COEFFICIENTS[0];
    for coefficient in &COEFFICIENTS[1..] {
        polynomial = polynomial.mul_add(r, *coefficient);
    }
    // The low bits of `shifted` hold k: in the exponent's place they are 2^k.
    let power = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    if x < -708.0 { 0.0 } else { polynomial * power }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the definitions say, with sums that do not lose small terms among large ones.
    fn plainly(base: &[f32], model: &[f32], token: usize) -> Position {
        let distribution = |logits: &[f32]| -> Vec<f64> {
            let max = logits
                .iter()
                .fold(f64::NEG_INFINITY, |a, &b| a.max(f64::from(b)));
            let mut exps: Vec<f64> = logits.iter().map(|&l| (f64::from(l) - max).exp()).collect();
            exps.sort_by(f64::total_cmp);
            let ln_sum = max + exps.iter().sum::<f64>().ln();
            logits.iter().map(|&l| f64::from(l) - ln_sum).collect()
        };
        let (p, q) = (distribution(base), distribution(model));
        // Σ p (δ + e^−δ − 1) is the same, since both sum to 1, and has no terms of different signs.
        let terms = p
            .iter()
            .zip(&q)
            .map(|(p, q)| p.exp() * ((p - q) + (q - p).exp_m1()));
        let mut terms: Vec<f64> = terms.collect();
        terms.sort_by(f64::total_cmp);
        Position {
            nll: -q[token],
            nll_base: -p[token],
            kld: terms.iter().sum(),
            delta_p: q[token].exp() - p[token].exp(),
            same_top: false,
            beyond: 0.0,
        }
    }

    fn noise(seed: u64, n: usize, scale: f32) -> Vec<f32> {
        let mut state = seed;
        (0..n)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                ((state >> 40) as f32 / (1 << 24) as f32 - 0.5) * scale
            })
            .collect()
    }

    #[test]
    fn agrees_with_the_definition_from_f16_to_four_bits() {
        for n in [1, 2, 15, 16, 17, 1000, 128_256] {
            let base = noise(1, n, 20.0);
            for apart in [1e-3, 1e-2, 0.3, 5.0] {
                let model: Vec<f32> = base
                    .iter()
                    .zip(noise(2, n, apart))
                    .map(|(b, d)| b + d)
                    .collect();
                let token = n / 3;
                let (found, expected) = (
                    compare(&base, &model, token).unwrap(),
                    plainly(&base, &model, token),
                );
                let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs() + 1e-15;
                assert!(close(found.nll, expected.nll) && close(found.nll_base, expected.nll_base));
                assert!(
                    (found.kld - expected.kld).abs() <= 1e-8 * expected.kld + 2e-15,
                    "{n} {apart}: {found:?} {expected:?}"
                );
                assert!(
                    (found.delta_p - expected.delta_p).abs()
                        <= 1e-9 * expected.delta_p.abs() + 1e-15
                );
            }
        }
    }

    #[test]
    fn a_model_against_itself_is_no_distance_away() {
        let base = noise(7, 32_000, 30.0);
        let found = compare(&base, &base, 5).unwrap();
        assert_eq!((found.kld, found.delta_p, found.same_top), (0.0, 0.0, true));
    }

    #[test]
    fn what_is_excluded_weighs_nothing_and_what_is_no_number_is_said() {
        let base = [0.0, f32::NEG_INFINITY, 0.0];
        let found = compare(&base, &[0.0, 1.0, 0.0], 0).unwrap();
        // ln(1/2) − ln(1/(2 + e)), twice a half.
        let expected = ((2.0 + std::f64::consts::E) / 2.0).ln();
        assert!((found.kld - expected).abs() < 1e-14, "{found:?}");
        assert_eq!(compare(&[f32::NAN, 0.0], &[0.0, 0.0], 0), None);
        assert_eq!(compare(&[0.0, 0.0], &[0.0, f32::NAN], 0), None);
        assert_eq!(compare(&[f32::NEG_INFINITY; 2], &[0.0, 0.0], 0), None);
    }

    #[test]
    fn what_llama_perplexity_does_not_keep_is_told() {
        let base = [0.0, -15.0, -18.5];
        let beyond = [0, 1, 2].map(|token| compare(&base, &base, token).unwrap().beyond);
        assert_eq!(beyond, [0.0, 0.0, 2.5]);
    }

    #[test]
    fn the_top_is_the_first_of_equals() {
        let found = compare(&[1.0, 3.0, 3.0], &[0.0, 1.0, 2.0], 0).unwrap();
        assert!(!found.same_top);
        let found = compare(&[1.0, 3.0, 3.0], &[0.0, 2.0, 2.0], 0).unwrap();
        assert!(found.same_top);
    }

    #[test]
    fn the_exponential_is_as_good_as_the_librarys() {
        for i in 0..100_000 {
            let x = -7.2e-3 * f64::from(i);
            let (found, expected) = (exp(x), x.exp());
            let allowed = if x < -708.0 {
                1e-300
            } else {
                4.5e-16 * expected
            };
            assert!(
                (found - expected).abs() <= allowed,
                "{x}: {found:e} {expected:e}"
            );
        }
        assert!(exp(f64::NAN).is_nan());
        assert_eq!((exp(0.0), exp(f64::NEG_INFINITY)), (1.0, 0.0));
    }
}
