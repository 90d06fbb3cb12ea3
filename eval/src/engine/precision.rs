//! The precisions that llama.cpp's quantiser knows, by the names people use.

use super::{KvType, Setup};
use llama_cpp_sys_2 as sys;
use std::fmt;

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

/// A precision as it is asked for: of the weights, and of what is not a weight.
///
/// Written `WEIGHTS[+F32][:kv=TYPE][:fa=on|off]` in any case, for example `q4_k_m+f32:kv=q8_0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Precision {
    /// Canonical name; `native` for what the file has.
    pub weights: &'static str,
    /// Whether token embedding and output, the ends of the model, are kept in F32.
    pub ends_f32: bool,
    /// Number format of the KV cache.
    pub kv: KvType,
    /// Whether flash attention is used; `None` leaves it to the engine.
    pub flash_attention: Option<bool>,
}

impl Precision {
    /// The name of what a file already has.
    pub const NATIVE: &str = "native";

    /// Reads a precision.
    ///
    /// # Errors
    /// Something in it is unknown: one line that names it and the nearest that is known.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = text.split(':');
        let weights = parts.next().unwrap_or_default().trim();
        let (name, ends_f32) = match weights.to_ascii_uppercase().strip_suffix("+F32") {
            Some(name) => (name.to_owned(), true),
            None => (weights.to_owned(), false),
        };
        let mut precision = Self {
            weights: known(&name)?,
            ends_f32: false,
            kv: KvType::default(),
            flash_attention: None,
        };
        // Of a file in F32 the ends are F32 anyway.
        precision.ends_f32 = ends_f32 && precision.weights != "F32";
        for part in parts {
            precision.set(part.trim())?;
        }
        Ok(precision)
    }

    fn set(&mut self, part: &str) -> Result<(), String> {
        let lower = part.to_ascii_lowercase();
        match lower.split_once('=') {
            Some(("kv", value)) => {
                let named = |kv: &KvType| kv.name().eq_ignore_ascii_case(value);
                self.kv = KvType::ALL.into_iter().find(named).ok_or_else(|| {
                    format!("{part}: no such KV cache; known are f32, f16, bf16, q8_0")
                })?;
            }
            Some(("fa", "on")) => self.flash_attention = Some(true),
            Some(("fa", "off")) => self.flash_attention = Some(false),
            _ => {
                return Err(format!(
                    "{part}: no such setting; behind a precision there may be :kv=f32, f16, bf16 or q8_0 (the KV cache) and :fa=on or off (flash attention)"
                ));
            }
        }
        Ok(())
    }

    /// The same with weights that are known, for `native`.
    #[must_use]
    pub fn of(self, weights: &str) -> String {
        let mut text = weights.to_owned();
        if self.ends_f32 && weights != "F32" {
            text.push_str("+F32");
        }
        if self.kv != KvType::default() {
            text.push_str(":kv=");
            text.push_str(self.kv.name());
        }
        match self.flash_attention {
            Some(true) => text.push_str(":fa=on"),
            Some(false) => text.push_str(":fa=off"),
            None => {}
        }
        text
    }

    /// What the file of a cell at this precision is called: without what is not a weight.
    #[must_use]
    pub fn file(self) -> String {
        let plain = Self {
            kv: KvType::default(),
            flash_attention: None,
            ..self
        };
        plain.to_string()
    }

    /// How its models are set up, with `n_gpu_layers` offloaded.
    #[must_use]
    pub fn setup(self, n_gpu_layers: u32) -> Setup {
        Setup {
            n_gpu_layers,
            kv: self.kv,
            flash_attention: self.flash_attention,
        }
    }
}

/// The canonical form.
impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.of(self.weights))
    }
}

/// The canonical name of weights' precision, or [`Precision::NATIVE`].
fn known(name: &str) -> Result<&'static str, String> {
    if name.eq_ignore_ascii_case(Precision::NATIVE) {
        return Ok(Precision::NATIVE);
    }
    canonical(name).ok_or_else(|| {
        let all = names().chain([Precision::NATIVE]);
        let hint = match datasets::nearest(&name.to_uppercase(), all) {
            Some(near) => format!("did you mean {near}?"),
            None => format!(
                "known are native, {}",
                names().collect::<Vec<_>>().join(", ")
            ),
        };
        format!("{name}: no such precision; {hint}")
    })
}

/// Nominal bits per weight of a precision in canonical form, to tell whether a conversion adds or removes information.
#[must_use]
pub fn bits(name: &str) -> f64 {
    let weights = name.split(['+', ':']).next().unwrap_or(name);
    match weights {
        "F32" => 32.0,
        "F16" | "BF16" => 16.0,
        _ => weights
            .bytes()
            .find(u8::is_ascii_digit)
            .map_or(16.0, |digit| f64::from(digit - b'0') + 0.5),
    }
}

/// Whether weights of whose layers most have the type `commonest` (by ggml's name), with so many bits per
/// weight over all of them, may be those of a file of this precision. Number formats of 16 and 32 bits
/// are not mixed within layers; quantised ones are, so their bits decide: a quarter to a third more than
/// nominal is what the quantiser's own mixtures reach.
#[must_use]
pub fn mixes(name: &str, commonest: &str, bits_per_weight: f64) -> bool {
    const MOST_ABOVE: f64 = 1.0 / 3.0;
    const ALWAYS: f64 = 0.75;
    if commonest.eq_ignore_ascii_case(name) {
        return true;
    }
    let is_plain = |name: &str| ["F32", "F16", "BF16"].contains(&name.to_uppercase().as_str());
    let nominal = bits(name);
    let off = (bits_per_weight - nominal).abs();
    !is_plain(name) && !is_plain(commonest) && off <= (nominal * MOST_ABOVE).max(ALWAYS)
}

/// Values in a block of the format that most weights at this precision have; rows that are no multiple
/// of it get another format.
#[must_use]
pub fn block(name: &str) -> u64 {
    match name {
        "F32" | "F16" | "BF16" => 1,
        "Q8_0" | "Q5_1" | "Q5_0" | "Q4_1" | "Q4_0" | "IQ4_NL" | "MXFP4_MOE" => 32,
        _ => 256,
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
    fn a_precision_is_read_in_any_case_and_written_in_one() {
        let canonical = |text: &str| Precision::parse(text).map(|precision| precision.to_string());
        for (typed, written) in [
            ("q4_k_m", "Q4_K_M"),
            ("F16+f32", "F16+F32"),
            ("f32+f32", "F32"),
            ("f16:KV=q8_0:fa=OFF", "F16:kv=Q8_0:fa=off"),
            ("native:fa=on:kv=f16", "native:fa=on"),
        ] {
            assert_eq!(canonical(typed).as_deref(), Ok(written));
            assert_eq!(canonical(written).as_deref(), Ok(written));
        }
        assert_eq!(
            Precision::parse("f16+f32:kv=f32").unwrap().file(),
            "F16+F32"
        );
    }

    #[test]
    fn what_is_unknown_in_a_precision_is_named() {
        let wrong = |text| Precision::parse(text).unwrap_err();
        assert!(wrong("q4_k_n").contains("did you mean Q4_K_M"));
        assert!(wrong("f16+q8_0").contains("F16+Q8_0") || wrong("f16+q8_0").contains("f16+q8_0"));
        assert!(wrong("f16:kv=q3").contains("kv=q3"));
        assert!(wrong("f16:flash").contains("flash"));
    }

    #[test]
    fn a_quantised_file_is_a_mixture_and_another_is_not() {
        for (name, commonest, bits) in [
            ("F16", "f16", 16.0),
            ("Q4_K_M", "q4_K", 4.9),
            ("Q3_K_L", "q3_K", 4.3),
            ("Q2_K", "q2_K", 3.1),
            ("Q2_K", "q3_K", 3.2),
            ("IQ3_XS", "iq3_xxs", 3.2),
            ("IQ1_M", "iq2_xxs", 2.1),
            ("MXFP4_MOE", "mxfp4", 4.4),
        ] {
            assert!(mixes(name, commonest, bits), "{name} of {commonest}");
        }
        for (name, commonest, bits) in [
            ("F16", "q4_K", 4.9),
            ("F16", "bf16", 16.0),
            ("F16", "mxfp4", 5.0),
            ("Q4_K_M", "f16", 16.0),
            ("Q4_K_M", "q8_0", 8.5),
            ("Q8_0", "q4_0", 4.5),
        ] {
            assert!(!mixes(name, commonest, bits), "{name} of {commonest}");
        }
    }

    #[test]
    fn fewer_bits_are_told_from_more() {
        assert!(bits("F32") > bits("BF16"));
        assert!(bits("F16") > bits("Q8_0"));
        assert!(bits("Q8_0") > bits("Q4_K_M"));
        assert!(bits("IQ2_XS") < bits("Q4_1"));
        assert_eq!(bits("Q4_K_M+F32:kv=Q8_0"), bits("Q4_K_M"));
    }
}
