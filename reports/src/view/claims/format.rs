//! What the name of a number format promises of its size.

/// Bits of a weight in Q6_K, in which llama.cpp's quantiser keeps the output, and in mixtures other
/// tensors too, of files that are otherwise of fewer bits.
const Q6_K: f64 = 6.5625;

/// The least and the most bits that a weight takes in a file of this precision, by the blocks of ggml
/// (`ggml-common.h`: bytes of a block · 8 / weights in it). Plain formats have one size. In quantised
/// files below Q6_K some tensors are kept in up to Q6_K. `None` for a format that is not known here.
pub(super) fn bits(weights: &str) -> Option<(f64, f64)> {
    let exact = |bits: f64| Some((bits, bits));
    let mixture = |bits: f64| Some((bits, Q6_K));
    match weights {
        "F32" => exact(32.0),
        "F16" | "BF16" => exact(16.0),
        "Q8_0" => exact(8.5),
        "Q6_K" => exact(Q6_K),
        "Q5_1" => mixture(6.0),
        "Q5_0" | "Q5_K_M" | "Q5_K_S" => mixture(5.5),
        "Q4_1" => mixture(5.0),
        "Q4_0" | "Q4_K_M" | "Q4_K_S" | "IQ4_NL" => mixture(4.5),
        "IQ4_XS" => mixture(4.25),
        "Q3_K_L" | "Q3_K_M" | "Q3_K_S" | "IQ3_M" | "IQ3_S" => mixture(3.4375),
        "IQ3_XS" | "IQ3_XXS" => mixture(3.0625),
        "Q2_K" | "Q2_K_S" => mixture(2.625),
        "IQ2_M" | "IQ2_S" => mixture(2.5625),
        "IQ2_XS" => mixture(2.3125),
        "IQ2_XXS" => mixture(2.0625),
        _ => None,
    }
}

/// Whether weights are stored as small integers with a scale for each block.
pub(super) fn is_quantised(weights: &str) -> bool {
    !matches!(weights, "F32" | "F16" | "BF16")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_formats_have_one_size_and_mixtures_a_range() {
        assert_eq!(bits("F16"), Some((16.0, 16.0)));
        assert_eq!(bits("Q8_0"), Some((8.5, 8.5)));
        assert_eq!(bits("Q4_K_M"), Some((4.5, 6.5625)));
        assert_eq!(bits("native"), None);
    }

    #[test]
    fn no_mixture_promises_less_than_its_blocks() {
        let all = [
            "Q5_1", "Q5_K_M", "Q4_1", "Q4_0", "IQ4_XS", "Q3_K_S", "IQ3_XXS", "Q2_K", "IQ2_XXS",
        ];
        let sizes = all.map(|name| bits(name).unwrap());
        assert!(sizes.is_sorted_by(|(a, _), (b, _)| a > b));
        assert!(sizes.iter().all(|(low, high)| low < high));
    }
}
