//! What values a number format can hold, as far as it matters for telling whether a value is the
//! rounding of another.

use super::gguf::TensorInfo;
use llama_cpp_sys_2 as sys;

/// A binary floating-point format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Float {
    /// 24 bits of significand.
    F32,
    /// 11 bits of significand, subnormal below 2^-14.
    F16,
    /// 8 bits of significand.
    Bf16,
}

/// How the values that a tensor can hold lie about one of its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grid {
    /// Each value for itself.
    Float(Float),
    /// In runs of so many values, all are whole multiples of one step behind an offset, and each is the
    /// nearest to what was quantised. Where `refitted`, llama.cpp may fit the scale once more after it
    /// chose the multiples (it does with an importance matrix), and some are not the nearest then.
    Steps {
        /// Values that share step and offset.
        run: usize,
        /// Whether the scale may have been fitted behind.
        refitted: bool,
    },
    /// In runs of so many values, all are among a few levels of uneven distance, and each is the nearest.
    Levels {
        /// Values that share the levels.
        run: usize,
    },
    /// Several values are chosen together from a codebook, so that single ones need not be the nearest,
    /// but each has the sign of what was quantised.
    Signs,
    /// Several are chosen together and nothing is certain of a single one, or the format is not known.
    Unknown,
}

impl TensorInfo {
    /// How the tensor's values lie, by its number format. That llama.cpp's quantiser makes them so was
    /// tried for each (METHODOLOGY.md, "Lineage").
    #[must_use]
    pub fn grid(&self) -> Grid {
        let steps = |run, refitted| Grid::Steps { run, refitted };
        match self.ggml_type {
            sys::GGML_TYPE_F32 => Grid::Float(Float::F32),
            sys::GGML_TYPE_F16 => Grid::Float(Float::F16),
            sys::GGML_TYPE_BF16 => Grid::Float(Float::Bf16),
            sys::GGML_TYPE_Q8_0 | sys::GGML_TYPE_Q5_K | sys::GGML_TYPE_Q4_K => steps(32, false),
            sys::GGML_TYPE_Q6_K | sys::GGML_TYPE_Q3_K | sys::GGML_TYPE_Q2_K => steps(16, false),
            sys::GGML_TYPE_Q5_0
            | sys::GGML_TYPE_Q5_1
            | sys::GGML_TYPE_Q4_0
            | sys::GGML_TYPE_Q4_1 => steps(32, true),
            sys::GGML_TYPE_IQ4_NL | sys::GGML_TYPE_IQ4_XS | sys::GGML_TYPE_MXFP4 => {
                Grid::Levels { run: 32 }
            }
            sys::GGML_TYPE_NVFP4 => Grid::Levels { run: 16 },
            sys::GGML_TYPE_Q2_0 => Grid::Levels { run: 64 },
            sys::GGML_TYPE_Q1_0 => Grid::Levels { run: 128 },
            sys::GGML_TYPE_TQ1_0 | sys::GGML_TYPE_TQ2_0 => Grid::Levels { run: 256 },
            sys::GGML_TYPE_IQ3_S | sys::GGML_TYPE_IQ2_S => Grid::Signs,
            _ => Grid::Unknown,
        }
    }
}
