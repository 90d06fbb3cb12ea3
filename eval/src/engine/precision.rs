//! The precisions that llama.cpp's quantiser knows, by the names people use.

use llama_cpp_sys_2 as sys;

/// Name and `llama_ftype` of every precision that can be asked for.
const KNOWN: &[(&str, sys::llama_ftype)] = &[
    ("F32", sys::LLAMA_FTYPE_ALL_F32),
    ("F16", sys::LLAMA_FTYPE_MOSTLY_F16),
    ("BF16", sys::LLAMA_FTYPE_MOSTLY_BF16),
    ("Q8_0", sys::LLAMA_FTYPE_MOSTLY_Q8_0),
    ("Q6_K", sys::LLAMA_FTYPE_MOSTLY_Q6_K),
    ("Q5_K_M", sys::LLAMA_FTYPE_MOSTLY_Q5_K_M),
    ("Q5_K_S", sys::LLAMA_FTYPE_MOSTLY_Q5_K_S),
    ("Q5_1", sys::LLAMA_FTYPE_MOSTLY_Q5_1),
    ("Q5_0", sys::LLAMA_FTYPE_MOSTLY_Q5_0),
    ("Q4_K_M", sys::LLAMA_FTYPE_MOSTLY_Q4_K_M),
    ("Q4_K_S", sys::LLAMA_FTYPE_MOSTLY_Q4_K_S),
    ("Q4_1", sys::LLAMA_FTYPE_MOSTLY_Q4_1),
    ("Q4_0", sys::LLAMA_FTYPE_MOSTLY_Q4_0),
    ("IQ4_NL", sys::LLAMA_FTYPE_MOSTLY_IQ4_NL),
    ("IQ4_XS", sys::LLAMA_FTYPE_MOSTLY_IQ4_XS),
    ("MXFP4_MOE", sys::LLAMA_FTYPE_MOSTLY_MXFP4_MOE),
    ("NVFP4", sys::LLAMA_FTYPE_MOSTLY_NVFP4),
    ("Q3_K_L", sys::LLAMA_FTYPE_MOSTLY_Q3_K_L),
    ("Q3_K_M", sys::LLAMA_FTYPE_MOSTLY_Q3_K_M),
    ("Q3_K_S", sys::LLAMA_FTYPE_MOSTLY_Q3_K_S),
    ("IQ3_M", sys::LLAMA_FTYPE_MOSTLY_IQ3_M),
    ("IQ3_S", sys::LLAMA_FTYPE_MOSTLY_IQ3_S),
    ("IQ3_XS", sys::LLAMA_FTYPE_MOSTLY_IQ3_XS),
    ("IQ3_XXS", sys::LLAMA_FTYPE_MOSTLY_IQ3_XXS),
    ("Q2_K", sys::LLAMA_FTYPE_MOSTLY_Q2_K),
    ("Q2_K_S", sys::LLAMA_FTYPE_MOSTLY_Q2_K_S),
    ("IQ2_M", sys::LLAMA_FTYPE_MOSTLY_IQ2_M),
    ("IQ2_S", sys::LLAMA_FTYPE_MOSTLY_IQ2_S),
    ("IQ2_XS", sys::LLAMA_FTYPE_MOSTLY_IQ2_XS),
    ("IQ2_XXS", sys::LLAMA_FTYPE_MOSTLY_IQ2_XXS),
    ("Q2_0", sys::LLAMA_FTYPE_MOSTLY_Q2_0),
    ("IQ1_M", sys::LLAMA_FTYPE_MOSTLY_IQ1_M),
    ("IQ1_S", sys::LLAMA_FTYPE_MOSTLY_IQ1_S),
    ("Q1_0", sys::LLAMA_FTYPE_MOSTLY_Q1_0),
    ("TQ2_0", sys::LLAMA_FTYPE_MOSTLY_TQ2_0),
    ("TQ1_0", sys::LLAMA_FTYPE_MOSTLY_TQ1_0),
];

/// Every name, from the most bits to the fewest.
pub fn names() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|(name, _)| *name)
}

/// The canonical name of a precision written in any case.
#[must_use]
pub fn canonical(name: &str) -> Option<&'static str> {
    names().find(|known| known.eq_ignore_ascii_case(name))
}

/// The name of the `general.file_type` of a GGUF file.
#[must_use]
pub fn of_file_type(file_type: u32) -> Option<&'static str> {
    let file_type = file_type & !sys::LLAMA_FTYPE_GUESSED;
    KNOWN
        .iter()
        .find(|(_, ftype)| *ftype == file_type)
        .map(|(name, _)| *name)
}

/// The quantiser's number for a canonical name.
pub(super) fn file_type(name: &str) -> Option<sys::llama_ftype> {
    KNOWN
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, ftype)| *ftype)
}

/// Nominal bits per weight, to tell whether a conversion adds or removes information.
#[must_use]
pub fn bits(name: &str) -> f64 {
    match name {
        "F32" => 32.0,
        "F16" | "BF16" => 16.0,
        _ => name
            .bytes()
            .find(u8::is_ascii_digit)
            .map_or(16.0, |digit| f64::from(digit - b'0') + 0.5),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_by_number() {
        assert_eq!(canonical("q4_k_m"), Some("Q4_K_M"));
        assert_eq!(canonical("q4km"), None);
        assert_eq!(of_file_type(15), Some("Q4_K_M"));
        assert_eq!(of_file_type(1 | 1024), Some("F16"));
        assert_eq!(of_file_type(999), None);
    }

    #[test]
    fn fewer_bits_are_told_from_more() {
        assert!(bits("F32") > bits("BF16"));
        assert!(bits("F16") > bits("Q8_0"));
        assert!(bits("Q8_0") > bits("Q4_K_M"));
        assert!(bits("IQ2_XS") < bits("Q4_1"));
    }
}
