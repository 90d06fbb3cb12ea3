//! The dimensions of models that can be measured before they are there: shapes, as TOML.

use serde::{Deserialize, Serialize};
use toml::de::DeTable;

use crate::{Error, names, text};

/// The names of the embedded shapes.
pub const SHAPES: &[&str] = &[
    "llama3.2-1b",
    "llama3.2-3b",
    "llama3.1-8b",
    "llama3.1-70b",
    "llama2-7b",
    "mistral-7b",
    "qwen3-0.6b",
    "qwen3-4b",
    "gemma3-1b",
    "exaone3.5-2.4b",
];

/// Their files, in the same order.
const FILES: &[&str] = &[
    include_str!("../shapes/llama3.2-1b.toml"),
    include_str!("../shapes/llama3.2-3b.toml"),
    include_str!("../shapes/llama3.1-8b.toml"),
    include_str!("../shapes/llama3.1-70b.toml"),
    include_str!("../shapes/llama2-7b.toml"),
    include_str!("../shapes/mistral-7b.toml"),
    include_str!("../shapes/qwen3-0.6b.toml"),
    include_str!("../shapes/qwen3-4b.toml"),
    include_str!("../shapes/gemma3-1b.toml"),
    include_str!("../shapes/exaone3.5-2.4b.toml"),
];

/// Larger than any dimension of a model that there is; products of three stay below 2⁶⁴.
const MOST: u32 = 1 << 20;

/// The dimensions of a model: what its tensors are, without their values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// What reports call it: the embedded name, or the file's stem.
    #[serde(default)]
    pub name: String,
    /// Where the dimensions come from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Which tensors a layer has, and how they are used.
    pub architecture: Architecture,
    /// Layers.
    pub n_layer: u32,
    /// Width of the embedding.
    pub n_embd: u32,
    /// Width of the feed-forward network.
    pub n_ff: u32,
    /// Attention heads.
    pub n_head: u32,
    /// Heads of keys and values; divides `n_head`.
    pub n_head_kv: u32,
    /// Width of a head, even.
    pub head_dim: u32,
    /// Tokens in the vocabulary.
    pub n_vocab: u32,
    /// Context length in tokens.
    pub n_ctx: u32,
    /// Whether the output uses the weights of the token embedding.
    pub tied: bool,
    /// Whether the file has a tensor of factors for the rotary embedding, as Llama 3.1 has.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rope_factors: bool,
    /// Tokens that a layer with a sliding window looks back; only Gemma 3 has such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sliding_window: Option<u32>,
}

/// The architectures that shapes can have, by llama.cpp's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Architecture {
    /// Llama, and what is built alike: Mistral, SmolLM2.
    Llama,
    /// Qwen 3: keys and queries are normalised.
    Qwen3,
    /// Gemma 3: the same, norms also behind attention and feed-forward network, sliding windows.
    Gemma3,
    /// EXAONE 3 and 3.5.
    Exaone,
}

impl Architecture {
    /// As llama.cpp writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Llama => "llama",
            Self::Qwen3 => "qwen3",
            Self::Gemma3 => "gemma3",
            Self::Exaone => "exaone",
        }
    }
}

/// Loads an embedded shape, or the TOML file at a path, which ends in `.toml` or holds a separator.
///
/// # Errors
///
/// An unknown name, a file that cannot be read or is not TOML, an unknown or missing key, and a value
/// of the wrong type or out of range.
pub fn load_shape(name_or_path: &str) -> Result<Shape, Error> {
    let embedded = SHAPES.iter().zip(FILES);
    if let Some((name, source)) = embedded
        .into_iter()
        .find(|(name, _)| **name == name_or_path)
    {
        let mut shape = parse(source, &format!("{name}.toml (embedded)"))?;
        shape.name = (*name).to_owned();
        return Ok(shape);
    }
    if !name_or_path.ends_with(".toml") && !name_or_path.contains(std::path::is_separator) {
        return Err(Error::UnknownName {
            what: "shape",
            name: name_or_path.to_owned(),
            nearest: names::nearest(name_or_path, SHAPES.iter().copied()),
            known: SHAPES,
        });
    }
    let bytes = text::read(name_or_path, "shape", SHAPES)?;
    let mut shape = parse(&text::utf8(bytes, name_or_path)?, name_or_path)?;
    if shape.name.is_empty() {
        shape.name = names::stem(name_or_path);
    }
    Ok(shape)
}

fn parse(source: &str, file: &str) -> Result<Shape, Error> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let line = |span: Option<std::ops::Range<usize>>| {
        let start = span.map_or(0, |span| span.start.min(source.len()));
        text::newlines(&source.as_bytes()[..start]) + 1
    };
    let table = DeTable::parse(source).map_err(|error| Error::BrokenToml {
        file: file.to_owned(),
        line: line(error.span()),
        reason: error.message().to_owned(),
    })?;
    let shape: Shape = toml::from_str(source).map_err(|error| Error::BadValue {
        file: file.to_owned(),
        line: line(error.span()),
        field: "shape".to_owned(),
        reason: text::plain(error.message()),
    })?;
    match shape.nonsense() {
        None => Ok(shape),
        Some((field, reason)) => Err(Error::BadValue {
            file: file.to_owned(),
            line: line(table.get_ref().get(field).map(|value| value.span())),
            field: field.to_owned(),
            reason,
        }),
    }
}

impl Shape {
    /// The first field that makes no sense, and why.
    fn nonsense(&self) -> Option<(&'static str, String)> {
        let counts = [
            ("n_layer", self.n_layer),
            ("n_embd", self.n_embd),
            ("n_ff", self.n_ff),
            ("n_head", self.n_head),
            ("n_head_kv", self.n_head_kv),
            ("head_dim", self.head_dim),
            ("n_vocab", self.n_vocab),
            ("n_ctx", self.n_ctx),
        ];
        let odd = counts.iter().find(|(_, n)| !(1..=MOST).contains(n));
        if let Some((field, n)) = odd {
            return Some((field, format!("must be 1 to {MOST}, not {n}")));
        }
        if self.n_layer > 512 {
            return Some((
                "n_layer",
                format!(
                    "must be at most 512, as llama.cpp's layers are, not {}",
                    self.n_layer
                ),
            ));
        }
        if !self.n_head.is_multiple_of(self.n_head_kv) {
            return Some(("n_head_kv", format!("must divide n_head ({})", self.n_head)));
        }
        if !self.head_dim.is_multiple_of(2) {
            return Some((
                "head_dim",
                "must be even, as rotary embeddings pair values".into(),
            ));
        }
        // Two special tokens, the unknown one and all bytes.
        if self.n_vocab < 300 {
            return Some((
                "n_vocab",
                "must be at least 300, since every byte is a token".into(),
            ));
        }
        if self.name.chars().any(char::is_control) || self.source.chars().any(char::is_control) {
            return Some(("name", "must be one line".into()));
        }
        match (self.sliding_window, self.architecture) {
            (Some(0), _) => Some(("sliding_window", "must be at least 1".into())),
            (Some(_), Architecture::Gemma3) | (None, _) => None,
            (Some(_), _) => Some(("sliding_window", "is known of gemma3 alone".into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_shape_is_sound_and_says_where_it_is_from() {
        for name in SHAPES {
            let shape = load_shape(name).unwrap();
            assert_eq!(shape.name, *name);
            assert!(shape.source.starts_with("https://"), "{name}");
        }
        assert_eq!(SHAPES.len(), FILES.len());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let wrong = |text: &str| parse(text, "my.toml").unwrap_err().to_string();
        let good = include_str!("../shapes/llama3.2-1b.toml");
        for (from, to, told) in [
            (
                "n_layer = 16",
                "n_layer = 0",
                "my.toml:3: `n_layer`: must be 1",
            ),
            (
                "n_head_kv = 8",
                "n_head_kv = 7",
                "`n_head_kv`: must divide n_head (32)",
            ),
            ("head_dim = 64", "head_dim = 63", "`head_dim`: must be even"),
            ("n_vocab = 128256", "n_vocab = 10", "at least 300"),
            ("n_ff = 8192", "n_feed = 8192", "unknown field `n_feed`"),
            ("n_ff = 8192", "", "missing field `n_ff`"),
            ("\"llama\"", "\"gpt5\"", "gpt5"),
            (
                "tied = true",
                "tied = true\nsliding_window = 4",
                "gemma3 alone",
            ),
            ("tied = true", "tied =", "my.toml:11: broken TOML"),
        ] {
            let text = good.replace(from, to);
            assert_ne!(text, good, "{from}");
            let error = wrong(&text);
            assert!(error.contains(told), "{error}");
        }
    }

    #[test]
    fn the_readmes_example_names_every_key() {
        let (_, section) = include_str!("../README.md")
            .split_once("## Shapes")
            .unwrap();
        let lines = section.lines().filter_map(|line| line.strip_prefix("    "));
        let example: String = lines.map(|line| format!("{line}\n")).collect();
        // A window belongs to one architecture alone.
        let example = example.replace("\"llama\"", "\"gemma3\"");
        let shape = parse(&example, "README.md").unwrap();
        assert_eq!((shape.n_layer, shape.sliding_window), (28, Some(512)));
        assert_eq!(shape.name, "my-3b");
    }

    #[test]
    fn an_unknown_name_tells_the_nearest() {
        let error = load_shape("llama3.2-3").unwrap_err().to_string();
        assert!(error.contains("llama3.2-3b"), "{error}");
        assert!(load_shape("./nothing.toml").is_err());
    }
}
