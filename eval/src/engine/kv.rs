//! What a model keeps of every token that it has seen: keys and values, by arithmetic from metadata.

use super::gguf::{Gguf, TensorInfo};
use super::group::Place;
use super::{KvType, log};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// As many layers as llama.cpp allows a model.
const MOST_LAYERS: u64 = 512;

/// Architectures in which most layers see a window of the text, for files that do not say which: every
/// `period`th layer sees all of it, the first or the last of them. From the architectures' sources in
/// llama.cpp.
const WINDOWED: &[(&str, u64, Full)] = &[
    ("gemma2", 2, Full::Last),
    ("gemma3", 6, Full::Last),
    ("gemma3n", 5, Full::Last),
    ("cohere2", 4, Full::Last),
    ("cohere2moe", 4, Full::First),
    ("gpt-oss", 2, Full::Last),
    ("olmo2", 4, Full::Last),
    ("exaone4", 4, Full::Last),
    ("exaone-moe", 4, Full::Last),
    ("plamo3", 8, Full::Last),
    ("smallthinker", 4, Full::First),
    ("afmoe", 4, Full::Last),
    ("mellum", 4, Full::Last),
];

/// Which layer of a period sees all of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Full {
    First,
    Last,
}

/// What one layer keeps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Layer {
    /// Values of one token, keys and values together.
    n_values: u64,
    /// Whether it sees only the last tokens.
    is_windowed: bool,
}

/// What all layers keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kv {
    layers: Vec<Layer>,
    n_recurrent: u64,
    window: Option<u64>,
    knows_windowed: bool,
}

/// The KV cache that a model needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KvFacts {
    /// Bytes of one token at F16, over all layers, as the engine reserves them here: windowed layers
    /// keep every token too.
    pub bytes_per_token_f16: u64,
    /// Layers of the model.
    pub n_layers: u64,
    /// Layers that keep keys and values.
    pub n_kv_layers: u64,
    /// Layers that keep a state of fixed size instead.
    pub n_recurrent_layers: u64,
    /// The window of layers that see only the last tokens, in tokens.
    pub sliding_window_tokens: Option<u64>,
    /// How many layers that are; `None` where there is a window but not said of which.
    pub n_sliding_layers: Option<u64>,
    /// Bytes at F16 for the context that the model was trained with.
    pub full_context_bytes_f16: Option<u64>,
    /// The same where windowed layers keep their window only, as other programs may have it.
    pub full_context_windowed_bytes_f16: Option<u64>,
}

impl Kv {
    /// Reads the shape of the KV cache; the error says what is missing in a few words.
    pub(super) fn of(gguf: &Gguf, tensors: &[TensorInfo]) -> Result<Self, String> {
        let shape = Shape::of(gguf)?;
        shape.check_known()?;
        let recurrent = recurrent_layers(&shape, tensors)?;
        let windowed = shape.windowed_layers()?;
        let mut layers = Vec::new();
        for layer in 0..shape.n_layers {
            let is_windowed = windowed
                .as_ref()
                .is_some_and(|windowed| windowed[layer as usize]);
            let keeps = !recurrent.contains(&layer) && shape.has_kv(layer);
            layers.push(Layer {
                n_values: if keeps {
                    shape.n_values(layer, is_windowed)?
                } else {
                    0
                },
                is_windowed,
            });
        }
        Ok(Self {
            layers,
            n_recurrent: recurrent.len() as u64,
            window: shape.window,
            knows_windowed: windowed.is_some(),
        })
    }

    /// Bytes for as many tokens where every layer keeps all of them.
    pub(super) fn bytes(&self, kv: KvType, n_tokens: u64) -> f64 {
        let n_values: u64 = self.layers.iter().map(|layer| layer.n_values).sum();
        n_values as f64 * bytes_of(kv) * n_tokens as f64
    }

    fn windowed_bytes(&self, kv: KvType, n_tokens: u64) -> f64 {
        let kept = |layer: &Layer| match self.window {
            Some(window) if layer.is_windowed => n_tokens.min(window),
            _ => n_tokens,
        };
        let of = |layer: &Layer| layer.n_values as f64 * kept(layer) as f64;
        self.layers.iter().map(of).sum::<f64>() * bytes_of(kv)
    }

    /// To be shown; `n_ctx_train` is the context that the model was trained with.
    pub(super) fn facts(&self, n_ctx_train: Option<u64>) -> KvFacts {
        let keeps = self.layers.iter().filter(|layer| layer.n_values > 0);
        let windowed = keeps.clone().filter(|layer| layer.is_windowed).count() as u64;
        let has_window = self.window.is_some();
        KvFacts {
            bytes_per_token_f16: self.bytes(KvType::F16, 1) as u64,
            n_layers: self.layers.len() as u64,
            n_kv_layers: keeps.count() as u64,
            n_recurrent_layers: self.n_recurrent,
            sliding_window_tokens: self.window,
            n_sliding_layers: (has_window && self.knows_windowed).then_some(windowed),
            full_context_bytes_f16: n_ctx_train.map(|n| self.bytes(KvType::F16, n) as u64),
            full_context_windowed_bytes_f16: n_ctx_train
                .filter(|_| windowed > 0)
                .map(|n| self.windowed_bytes(KvType::F16, n) as u64),
        }
    }
}

/// Bytes of one value.
fn bytes_of(kv: KvType) -> f64 {
    match kv {
        KvType::F32 => 4.0,
        KvType::F16 | KvType::Bf16 => 2.0,
        KvType::Q8_0 => 34.0 / 32.0,
    }
}

/// What the metadata say of the layers.
struct Shape<'g> {
    gguf: &'g Gguf,
    arch: String,
    n_layers: u64,
    /// Layers at the end that the engine leaves out when it evaluates a text (they predict further tokens).
    n_extra: u64,
    /// Layers before `n_extra` that use the keys and values of earlier ones.
    n_shared: u64,
    heads_kv: Vec<u64>,
    key_lengths: Vec<u64>,
    value_lengths: Vec<u64>,
    window: Option<u64>,
}

impl<'g> Shape<'g> {
    fn of(gguf: &'g Gguf) -> Result<Self, String> {
        let arch = gguf.text("general.architecture").unwrap_or_default();
        let key = |name: &str| format!("{arch}.{name}");
        let number = |name: &str| gguf.number(&key(name));
        let needed = |name: &str| {
            number(name).ok_or_else(|| format!("the file has no {}", log::escape(&key(name))))
        };
        let n_layers = needed("block_count")?;
        if n_layers > MOST_LAYERS {
            return Err(format!("the file claims {n_layers} layers"));
        }
        let heads = per_layer(gguf, &key("attention.head_count"), n_layers)?;
        let heads_kv = per_layer(gguf, &key("attention.head_count_kv"), n_layers)?;
        let first_heads = heads.as_ref().and_then(|heads| heads.first().copied());
        let default_length = match first_heads {
            Some(heads) if heads > 0 => Some(needed("embedding_length")? / heads),
            _ => None,
        };
        let lengths = |name: &str| {
            let stated = per_layer(gguf, &key(name), n_layers)?;
            let default = || vec![default_length.unwrap_or(0); n_layers as usize];
            Ok::<_, String>(stated.unwrap_or_else(default))
        };
        Ok(Self {
            gguf,
            n_layers,
            n_extra: number("nextn_predict_layers").unwrap_or(0),
            n_shared: number("attention.shared_kv_layers").unwrap_or(0),
            heads_kv: heads_kv
                .or(heads)
                .unwrap_or_else(|| vec![0; n_layers as usize]),
            key_lengths: lengths("attention.key_length")?,
            value_lengths: lengths("attention.value_length")?,
            window: number("attention.sliding_window").filter(|&window| window > 0),
            arch,
        })
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.gguf.number(&format!("{}.{name}", self.arch))
    }

    /// What is kept besides keys and values is the engine's own affair.
    fn check_known(&self) -> Result<(), String> {
        let index = self.number("attention.indexer.key_length").unwrap_or(0) > 0;
        let ratios = format!("{}.attention.compress_ratios", self.arch);
        if index || self.gguf.array_length(&ratios).is_some() {
            return Err(
                "this architecture keeps an index or a digest of the text beside keys and values, whose size is not in the metadata".into(),
            );
        }
        Ok(())
    }

    fn has_kv(&self, layer: u64) -> bool {
        let causal = format!("{}.attention.causal", self.arch);
        // An encoder sees the whole text at once and keeps nothing.
        let keeps = self.gguf.flag(&causal) != Some(false);
        let trunk = match self.n_layers.saturating_sub(self.n_extra) {
            0 => self.n_layers,
            trunk => trunk,
        };
        keeps && layer < trunk && layer < self.n_layers.saturating_sub(self.n_shared)
    }

    /// Keys and values of one token in a layer. Where both are kept compressed (MLA), values are made of
    /// what is kept as keys.
    fn n_values(&self, layer: u64, is_windowed: bool) -> Result<u64, String> {
        let is_set = |name| self.number(name).is_some_and(|n| n > 0);
        let is_compressed =
            is_set("attention.key_length_mla") && is_set("attention.value_length_mla");
        let layer = layer as usize;
        let length = |name, lengths: &[u64]| match is_windowed {
            true => self.number(name).unwrap_or(lengths[layer]),
            false => lengths[layer],
        };
        let key = length("attention.key_length_swa", &self.key_lengths);
        let value = match is_compressed {
            true => 0,
            false => length("attention.value_length_swa", &self.value_lengths),
        };
        let heads = self.heads_kv[layer];
        // Sizes that no model has, and whose product would not fit a number.
        let most = u64::from(u32::MAX);
        match heads.max(key).max(value) > most {
            true => Err("the file claims heads of an impossible size".into()),
            false => Ok(heads.saturating_mul(key + value)),
        }
    }

    /// Which layers see a window only; `None` where there is none or it is not known of which.
    fn windowed_layers(&self) -> Result<Option<Vec<bool>>, String> {
        if self.window.is_none() {
            return Ok(None);
        }
        let key = format!("{}.attention.sliding_window_pattern", self.arch);
        if self.gguf.array_length(&key).is_some() {
            let pattern = per_layer(self.gguf, &key, self.n_layers)?.unwrap_or_default();
            return Ok(Some(pattern.into_iter().map(|flag| flag != 0).collect()));
        }
        let known = WINDOWED.iter().find(|(arch, ..)| *arch == self.arch);
        let Some(&(_, period, full)) = known else {
            let differs = self.number("attention.key_length_swa").is_some();
            return match differs {
                true => Err("the file does not say which layers see a window only".into()),
                false => Ok(None),
            };
        };
        // Of EXAONE 4 only the 32B has windows.
        if self.arch == "exaone4" && self.n_layers != 64 {
            return Ok(None);
        }
        let period = self.gguf.number(&key).unwrap_or(period);
        let is_windowed = |layer: u64| match (period, full) {
            (0, _) => true,
            (_, Full::First) => !layer.is_multiple_of(period),
            (_, Full::Last) => layer % period < period - 1,
        };
        Ok(Some((0..self.n_layers).map(is_windowed).collect()))
    }
}

/// A value for each layer: one for all, or an array.
fn per_layer(gguf: &Gguf, key: &str, n_layers: u64) -> Result<Option<Vec<u64>>, String> {
    if let Some(number) = gguf.number(key) {
        return Ok(Some(vec![number; n_layers as usize]));
    }
    let Some(length) = gguf.array_length(key) else {
        return match gguf.has(key) {
            true => Err(format!("{} is no number", log::escape(key))),
            false => Ok(None),
        };
    };
    let values = gguf.numbers(key, n_layers as usize);
    match values {
        Some(values) if values.len() as u64 == n_layers => Ok(Some(values)),
        _ => Err(format!(
            "{} is an array of {length} that is not one whole number for each of {n_layers} layers",
            log::escape(key)
        )),
    }
}

/// Layers that keep a state instead of keys and values: named, or by their tensors. Where a layer has
/// both (Falcon-H1), it keeps both.
fn recurrent_layers(shape: &Shape<'_>, tensors: &[TensorInfo]) -> Result<HashSet<u64>, String> {
    let key = format!("{}.attention.recurrent_layers", shape.arch);
    if let Some(named) = per_layer(shape.gguf, &key, shape.n_layers)? {
        let layers = (0..shape.n_layers).zip(named);
        return Ok(layers
            .filter(|(_, is)| *is != 0)
            .map(|(layer, _)| layer)
            .collect());
    }
    let mut with_state = HashSet::new();
    let mut with_keys = HashSet::new();
    for tensor in tensors {
        let Some(Place { layer, rest }) = Place::of(&tensor.name) else {
            continue;
        };
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| rest.starts_with(prefix));
        if starts(&["ssm_", "time_mix", "shortconv"]) {
            with_state.insert(layer);
        }
        if starts(&["attn_k.", "attn_kv", "attn_k_b"]) && shape.heads_of(layer) > 0 {
            with_keys.insert(layer);
        }
    }
    Ok(&with_state - &with_keys)
}

impl Shape<'_> {
    fn heads_of(&self, layer: u64) -> u64 {
        let index = usize::try_from(layer).ok();
        index
            .and_then(|index| self.heads_kv.get(index))
            .copied()
            .unwrap_or(0)
    }
}
