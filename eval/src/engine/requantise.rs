//! Values put through a number format and back, with llama.cpp's own quantiser.

use super::dequantise::Decoder;
use super::gguf::TensorInfo;
use llama_cpp_sys_2 as sys;

/// Values that every format has whole blocks of.
pub const ROW: usize = 256;

/// A number format that values can be put through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    name: &'static str,
    ggml_type: sys::ggml_type,
}

/// The formats that people convert models to before they convert them again.
pub const COMMON: [Format; 12] = [
    Format::of("BF16", sys::GGML_TYPE_BF16),
    Format::of("F16", sys::GGML_TYPE_F16),
    Format::of("Q8_0", sys::GGML_TYPE_Q8_0),
    Format::of("Q6_K", sys::GGML_TYPE_Q6_K),
    Format::of("Q5_K", sys::GGML_TYPE_Q5_K),
    Format::of("Q4_K", sys::GGML_TYPE_Q4_K),
    Format::of("Q3_K", sys::GGML_TYPE_Q3_K),
    Format::of("Q2_K", sys::GGML_TYPE_Q2_K),
    Format::of("Q5_1", sys::GGML_TYPE_Q5_1),
    Format::of("Q5_0", sys::GGML_TYPE_Q5_0),
    Format::of("Q4_1", sys::GGML_TYPE_Q4_1),
    Format::of("Q4_0", sys::GGML_TYPE_Q4_0),
];

impl Format {
    const fn of(name: &'static str, ggml_type: sys::ggml_type) -> Self {
        Self { name, ggml_type }
    }

    /// The format of a tensor; `None` where llama.cpp does not quantise to it.
    #[must_use]
    pub fn of_tensor(tensor: &TensorInfo) -> Option<Self> {
        let ggml_type = tensor.ggml_type;
        // The function below stops the process for a type that is not in its list.
        let is_made = matches!(
            ggml_type,
            sys::GGML_TYPE_IQ3_XXS
                | sys::GGML_TYPE_IQ3_S
                | sys::GGML_TYPE_IQ2_XXS
                | sys::GGML_TYPE_IQ2_XS
                | sys::GGML_TYPE_IQ2_S
                | sys::GGML_TYPE_IQ1_S
                | sys::GGML_TYPE_IQ1_M
        );
        is_made.then_some(Self::of("", ggml_type))
    }

    /// By ggml's name, in capitals.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.name
    }

    /// What becomes of values, rows of [`ROW`] each, all of which count alike.
    ///
    /// # Panics
    /// Where the last row is not whole.
    #[must_use]
    pub fn round_trip(self, values: &[f32]) -> Vec<f32> {
        assert!(values.len().is_multiple_of(ROW), "whole rows");
        // The quantisers take every value for a number.
        let finite = |&value: &f32| if value.is_finite() { value } else { 0.0 };
        let values: Vec<f32> = values.iter().map(finite).collect();
        let Some(decoder) = Decoder::of(self.ggml_type) else {
            return values;
        };
        let alike = [1.0_f32; ROW];
        let mut bytes = vec![0_u8; values.len() / decoder.block * decoder.block_bytes];
        // SAFETY: `values` holds whole rows of 256 values, which is a multiple of the block of every type that
        // can be in a `Format`; `bytes` has room for as many blocks; the weights are one row long, as the
        // function reads them.
        unsafe {
            sys::ggml_quantize_chunk(
                self.ggml_type,
                values.as_ptr(),
                bytes.as_mut_ptr().cast(),
                0,
                (values.len() / ROW) as i64,
                ROW as i64,
                match sys::ggml_quantize_requires_imatrix(self.ggml_type) {
                    true => alike.as_ptr(),
                    false => std::ptr::null(),
                },
            );
        }
        let mut back = vec![0.0; values.len()];
        decoder.decode(&bytes, &mut back);
        back
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_keeps_what_it_can_hold() {
        let values: Vec<f32> = (0..512)
            .map(|i| ((i * 37 % 101) as f32 - 50.0) / 64.0)
            .collect();
        for format in COMMON {
            let once = format.round_trip(&values);
            let sum = |pairs: &[f32]| -> f32 {
                let pairs = pairs.iter().zip(&values);
                pairs.map(|(a, b)| (a - b).powi(2)).sum()
            };
            let zero = vec![0.0; values.len()];
            assert!(sum(&once) < 0.2 * sum(&zero), "{}", format.name());
        }
        assert_eq!(COMMON[0].round_trip(&values), values, "64ths fit bfloat16");
    }
}
