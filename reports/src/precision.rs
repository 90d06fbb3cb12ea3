//! The precision of a cell taken apart, and as it is shown to a reader.

use std::fmt;

/// The KV cache that is used where a precision names none.
pub const DEFAULT_KV: &str = "F16";

/// What [`crate::record::CellInfo::precision`] says: `WEIGHTS[+F32][:kv=TYPE][:fa=on|off]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Precision<'a> {
    /// Number format of the weights, for example `Q4_K_M`.
    pub weights: &'a str,
    /// Whether token embedding and output are kept in F32 while the rest is not.
    pub ends_f32: bool,
    /// Number format of the KV cache.
    pub kv: &'a str,
    /// Whether flash attention is used; `None` where that is left to the engine.
    pub flash_attention: Option<bool>,
}

impl<'a> Precision<'a> {
    /// Takes `text` apart. What is not written so, as in a damaged `run.json`, is all weights: nothing
    /// of it gets lost.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        Self::written_so(text).unwrap_or(Self::plain(text))
    }

    fn plain(weights: &'a str) -> Self {
        Self {
            weights,
            ends_f32: false,
            kv: DEFAULT_KV,
            flash_attention: None,
        }
    }

    fn written_so(text: &'a str) -> Option<Self> {
        let mut parts = text.split(':');
        let weights = parts.next()?;
        let mut precision = match weights.strip_suffix("+F32") {
            Some(weights) => Self {
                ends_f32: true,
                ..Self::plain(weights)
            },
            None => Self::plain(weights),
        };
        for part in parts {
            match part.split_once('=')? {
                ("kv", kv) if is_name(kv) => precision.kv = kv,
                ("fa", "on") => precision.flash_attention = Some(true),
                ("fa", "off") => precision.flash_attention = Some(false),
                _ => return None,
            }
        }
        is_name(precision.weights).then_some(precision)
    }

    /// Precision of the file: without what is not a weight.
    #[must_use]
    pub fn file(self) -> Self {
        Self {
            ends_f32: self.ends_f32,
            ..Self::plain(self.weights)
        }
    }

    /// Whether anything but the weights' format differs from what is used where nothing is said.
    #[must_use]
    pub fn is_mixed(self) -> bool {
        self != Self::plain(self.weights)
    }

    /// `auto`, `on` or `off`.
    #[must_use]
    pub fn flash_attention_name(self) -> &'static str {
        match self.flash_attention {
            None => "auto",
            Some(true) => "on",
            Some(false) => "off",
        }
    }

    /// Nominal bits of a weight, by the name of the format as GGUF has it (`F16`, `Q4_K_M`, `IQ3_XXS`,
    /// `MXFP4`); `None` where it names none.
    #[must_use]
    pub fn bits(self) -> Option<u32> {
        let name = self.weights.to_ascii_uppercase();
        let after = ["IQ", "TQ", "BF", "MXFP", "NVFP", "Q", "F"]
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix))?;
        let digits = after
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(after.len());
        after[..digits].parse().ok()
    }
}

/// For a reader: `Q4_K_M+F32 · KV Q8_0 · FA off`.
impl fmt::Display for Precision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.weights)?;
        if self.ends_f32 {
            f.write_str("+F32")?;
        }
        if self.kv != DEFAULT_KV {
            write!(f, " · KV {}", self.kv)?;
        }
        match self.flash_attention {
            Some(true) => f.write_str(" · FA on"),
            Some(false) => f.write_str(" · FA off"),
            None => Ok(()),
        }
    }
}

/// Whether `text` can be the name of a number format, or `native`.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_precision_is_taken_apart() {
        let parts = |text| {
            let Precision {
                weights,
                ends_f32,
                kv,
                flash_attention,
            } = Precision::parse(text);
            (weights, ends_f32, kv, flash_attention)
        };
        assert_eq!(parts("Q4_K_M"), ("Q4_K_M", false, "F16", None));
        assert_eq!(
            parts("Q4_K_M+F32:kv=Q8_0:fa=off"),
            ("Q4_K_M", true, "Q8_0", Some(false))
        );
        assert_eq!(parts("native:fa=on"), ("native", false, "F16", Some(true)));
    }

    #[test]
    fn what_is_not_a_precision_is_shown_as_it_is() {
        for text in [
            "",
            "F16:",
            "F16:kv",
            "F16:kv=",
            "F16:kv=<b>",
            "F16:fa=maybe",
            "+F32",
            "a/b=c:d",
            "고양이",
        ] {
            assert_eq!(Precision::parse(text), Precision::plain(text));
            assert_eq!(Precision::parse(text).to_string(), text);
        }
    }

    #[test]
    fn a_reader_sees_what_is_not_the_default() {
        for (text, shown) in [
            ("F16", "F16"),
            ("F16+F32", "F16+F32"),
            ("Q4_K_M+F32:kv=Q8_0:fa=off", "Q4_K_M+F32 · KV Q8_0 · FA off"),
            ("F16:fa=on", "F16 · FA on"),
        ] {
            let precision = Precision::parse(text);
            assert_eq!(precision.to_string(), shown);
            assert_eq!(precision.is_mixed(), text != "F16");
        }
        assert_eq!(
            Precision::parse("F16+F32:kv=F32").file().to_string(),
            "F16+F32"
        );
    }

    #[test]
    fn bits_are_those_of_the_weights() {
        let bits = |text| Precision::parse(text).bits();
        let known = [
            "F32",
            "f16",
            "BF16",
            "Q8_0",
            "Q4_K_M+F32:kv=F32",
            "IQ3_XXS",
            "TQ1_0",
            "MXFP4",
        ]
        .map(bits);
        assert_eq!(known, [32, 16, 16, 8, 4, 3, 1, 4].map(Some));
        assert_eq!(
            ["native", "", "Q", "모름", "F99999999999"].map(bits),
            [None; 5]
        );
    }
}
