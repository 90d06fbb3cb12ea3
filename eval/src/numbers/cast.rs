//! What a cast to a narrower float does to values.

use super::Cast;

/// A format that values are cast to.
pub trait Format {
    /// Bits of the magnitude, as f32, that `magnitude` (the bits of a finite |x|) is rounded to, to
    /// nearest and ties to even; infinity where it overflows.
    fn round(magnitude: u32) -> u32;
    /// Bits of the smallest normal magnitude, as f32.
    const SMALLEST_NORMAL: u32;
}

/// IEEE 754 binary16: 5 bits of exponent, 10 of fraction, up to 65,504.
pub struct F16;

/// bfloat16: the upper half of an f32.
pub struct Bf16;

const INFINITY: u32 = 0x7f80_0000;

impl Format for F16 {
    const SMALLEST_NORMAL: u32 = 0x3880_0000; // 2^-14

    #[inline]
    fn round(magnitude: u32) -> u32 {
        let normal = (magnitude + 0xfff + (magnitude >> 13 & 1)) & !0x1fff;
        // Subnormals are multiples of 2^-24, which is the spacing of f32 between 0.5 and 1.
        let subnormal = ((f32::from_bits(magnitude) + 0.5) - 0.5).to_bits();
        let rounded = if magnitude < Self::SMALLEST_NORMAL {
            subnormal
        } else {
            normal
        };
        // 2^16 is the first power of two without a place.
        if rounded >= 0x4780_0000 {
            INFINITY
        } else {
            rounded
        }
    }
}

impl Format for Bf16 {
    const SMALLEST_NORMAL: u32 = 0x0080_0000; // 2^-126, as f32's

    #[inline]
    fn round(magnitude: u32) -> u32 {
        (magnitude + 0x7fff + (magnitude >> 16 & 1)) & 0xffff_0000
    }
}

/// Values in a block: few enough for counts in 32 bits and sums in single lanes to stay exact enough,
/// many enough to hide the loop's cost.
const LANES: usize = 16;

/// Adds what casting `values` to a format does to `cast`. NaN and infinities are passed over.
pub fn add<F: Format>(cast: &mut Cast, values: &[f32]) {
    let mut sums = [0.0_f64; LANES];
    let mut max = [0.0_f32; LANES];
    let (blocks, rest) = values.as_chunks::<LANES>();
    for part in blocks.chunks(1 << 16) {
        // 32 bits a lane, so that a whole vector is counted at once.
        let mut counts = [[0_u32; LANES]; 5];
        for block in part {
            for (lane, &value) in block.iter().enumerate() {
                one::<F>(value, lane, &mut counts, &mut sums, &mut max);
            }
        }
        settle(cast, &counts);
    }
    let mut counts = [[0_u32; LANES]; 5];
    for (lane, &value) in rest.iter().enumerate() {
        one::<F>(value, lane, &mut counts, &mut sums, &mut max);
    }
    settle(cast, &counts);
    cast.sum_relative_error += sums.iter().sum::<f64>();
    let max = max.iter().fold(0.0_f32, |a, &b| a.max(b));
    cast.max_relative_error = cast.max_relative_error.max(f64::from(max));
}

#[inline]
fn one<F: Format>(
    value: f32,
    lane: usize,
    counts: &mut [[u32; LANES]; 5],
    sums: &mut [f64; LANES],
    max: &mut [f32; LANES],
) {
    let magnitude = value.to_bits() & 0x7fff_ffff;
    let finite = magnitude < INFINITY;
    // Whatever is not finite takes part as a zero, which no cast changes.
    let magnitude = if finite { magnitude } else { 0 };
    let rounded = F::round(magnitude);
    let overflow = rounded >= INFINITY;
    let vanish = rounded == 0 && magnitude != 0;
    let subnormal = rounded != 0 && rounded < F::SMALLEST_NORMAL;
    let compared = magnitude != 0 && !overflow;
    counts[0][lane] += u32::from(overflow);
    counts[1][lane] += u32::from(subnormal);
    counts[2][lane] += u32::from(vanish);
    counts[3][lane] += u32::from(rounded != magnitude);
    counts[4][lane] += u32::from(compared);
    let (exact, cast) = (f32::from_bits(magnitude), f32::from_bits(rounded));
    let error = if compared {
        (cast - exact).abs() / exact
    } else {
        0.0
    };
    sums[lane] += f64::from(error);
    max[lane] = max[lane].max(error);
}

fn settle(cast: &mut Cast, counts: &[[u32; LANES]; 5]) {
    let total = |lanes: &[u32; LANES]| lanes.iter().map(|&n| u64::from(n)).sum::<u64>();
    cast.overflow += total(&counts[0]);
    cast.subnormal += total(&counts[1]);
    cast.vanish += total(&counts[2]);
    cast.changed += total(&counts[3]);
    cast.n_compared += total(&counts[4]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn f16(value: f32) -> f32 {
        f32::from_bits(F16::round(value.to_bits()))
    }

    fn bf16(value: f32) -> f32 {
        f32::from_bits(Bf16::round(value.to_bits()))
    }

    /// The value of a half-precision pattern, from the definition.
    fn half(pattern: u16) -> f64 {
        let (exponent, fraction) = (i32::from(pattern >> 10 & 31), f64::from(pattern & 1023));
        match exponent {
            0 => fraction * 2f64.powi(-24),
            31 => f64::INFINITY,
            _ => (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
        }
    }

    #[test]
    fn every_half_stays_and_every_middle_goes_to_the_even_one() {
        for pattern in 0..0x7c00_u16 {
            let (here, next) = (half(pattern), half(pattern + 1));
            assert_eq!(f64::from(f16(here as f32)), here, "{pattern:#x}");
            let middle = (here + next.min(65536.0)) / 2.0;
            let even = if pattern % 2 == 0 { here } else { next };
            assert_eq!(f64::from(f16(middle as f32)), even, "{pattern:#x}");
            let below = f32::from_bits((middle as f32).to_bits() - 1);
            assert_eq!(f64::from(f16(below)), here, "{pattern:#x}");
            let above = f32::from_bits((middle as f32).to_bits() + 1);
            assert_eq!(f64::from(f16(above)), next, "{pattern:#x}");
        }
    }

    #[test]
    fn the_edges_of_bfloat16() {
        assert_eq!(bf16(1.0), 1.0);
        assert_eq!(bf16(1.0 + 2f32.powi(-8)), 1.0);
        assert_eq!(bf16(1.0 + 3.0 * 2f32.powi(-8)), 1.0 + 2f32.powi(-6));
        assert_eq!(bf16(f32::MAX), f32::INFINITY);
        assert_eq!(
            bf16(f32::from_bits(0x7f7f_7fff)),
            f32::from_bits(0x7f7f_0000)
        );
        assert_eq!(bf16(f32::from_bits(0x8000)), 0.0);
        assert_eq!(bf16(f32::from_bits(0x8001)), f32::from_bits(0x1_0000));
    }

    #[test]
    fn counts_and_errors() {
        let values = [
            0.0,
            -0.0,
            1.0,
            65504.0,
            65520.0,
            -70000.0,
            2e-6,
            -1e-8,
            0.1,
            f32::NAN,
            f32::INFINITY,
        ];
        let mut cast = Cast::default();
        add::<F16>(&mut cast, &values);
        assert_eq!((cast.overflow, cast.subnormal, cast.vanish), (2, 1, 1));
        // Both overflows, 2e-6, 1e-8 and 0.1.
        assert_eq!((cast.changed, cast.n_compared), (5, 5));
        assert_eq!(cast.max_relative_error, 1.0);
        let mut cast = Cast::default();
        add::<Bf16>(&mut cast, &values);
        assert_eq!((cast.overflow, cast.subnormal, cast.vanish), (0, 0, 0));
        assert_eq!(cast.changed, 6);
    }

    #[test]
    fn blocks_and_rests_count_alike() {
        let values: Vec<f32> = (1..1000).map(|i| 1e-8 * 1.03f32.powi(i)).collect();
        let (mut whole, mut parts) = (Cast::default(), Cast::default());
        add::<F16>(&mut whole, &values);
        for part in values.chunks(7) {
            add::<F16>(&mut parts, part);
        }
        assert_eq!(whole.changed, parts.changed);
        assert_eq!(whole.max_relative_error, parts.max_relative_error);
        assert!((whole.sum_relative_error - parts.sum_relative_error).abs() < 1e-12);
    }
}
