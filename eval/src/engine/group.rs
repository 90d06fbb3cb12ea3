//! What part of a model a tensor is, by the names that llama.cpp gives tensors in every architecture.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A part of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Vectors of tokens and positions.
    TokenEmbedding,
    /// From the last layer to the logits; absent where the token embedding serves for both.
    Output,
    /// Queries, keys, values and what joins them, compressed (MLA) or not.
    Attention,
    /// Dense feed-forward layers.
    FeedForward,
    /// Experts, shared experts and what chooses among them.
    Experts,
    /// State-space, linear-attention and convolution layers.
    Recurrent,
    /// Normalisation, with its biases.
    Norms,
    /// Biases of everything else.
    Biases,
    /// What is none of these, for example the frequencies of position encodings or an image encoder.
    Other,
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TokenEmbedding => "token embedding",
            Self::Output => "output",
            Self::Attention => "attention",
            Self::FeedForward => "feed-forward",
            Self::Experts => "experts",
            Self::Recurrent => "recurrent",
            Self::Norms => "norms",
            Self::Biases => "biases",
            Self::Other => "other",
        })
    }
}

impl Group {
    /// The group of the tensor with this name.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let name = name.strip_prefix("enc.").unwrap_or(name);
        let own = Place::of(name).map_or(name, |place| place.rest);
        let own = own.strip_prefix("dec.").unwrap_or(own);
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| own.starts_with(prefix));
        if starts(&["v.", "a.", "mm.", "resampler."]) {
            Self::Other
        } else if own.split('.').any(is_norm) {
            Self::Norms
        } else if own.ends_with(".bias") || starts(&["exp_probs_b"]) {
            Self::Biases
        } else if starts(&[
            "token_embd",
            "position_embd",
            "token_types",
            "per_layer_token_embd",
        ]) {
            Self::TokenEmbedding
        } else if starts(&["output.", "cls.", "cls_out"]) {
            Self::Output
        } else if starts(&["ffn_"]) && is_expert(own) {
            Self::Experts
        } else if starts(&["ffn_", "channel_mix"]) {
            Self::FeedForward
        } else if starts(&["ssm_", "time_mix", "shortconv", "linear_attn"]) {
            Self::Recurrent
        } else if starts(&["attn_", "cross_attn_", "indexer"]) {
            Self::Attention
        } else {
            Self::Other
        }
    }
}

/// Where in the stack of layers a tensor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place<'a> {
    /// Counted from 0.
    pub layer: u64,
    /// The name within the layer, for example `attn_q.weight`.
    pub rest: &'a str,
}

impl<'a> Place<'a> {
    /// `None` for a tensor outside the layers, or in those of an encoder.
    pub(super) fn of(name: &'a str) -> Option<Self> {
        let name = name.strip_prefix("dec.").unwrap_or(name);
        let (layer, rest) = name.strip_prefix("blk.")?.split_once('.')?;
        let layer = layer.parse().ok()?;
        Some(Self { layer, rest })
    }
}

fn is_norm(part: &str) -> bool {
    part.ends_with("norm") || part.contains("norm_") || part.ends_with("_ln") || part == "ln"
}

/// `ffn_up_exps.weight` of today, `ffn_up.3.weight` of the first files with experts.
fn is_expert(own: &str) -> bool {
    let mut parts = own.split('.');
    let first = parts.next().unwrap_or_default();
    let numbered = parts.any(|part| part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty());
    let stem_says = ["exps", "_exp", "shexp", "chexp", "gate_inp", "gate_tid2eid"]
        .iter()
        .any(|mark| first.contains(mark));
    numbered || stem_says
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_architecture_names_its_parts_alike() {
        use Group::*;
        for (group, names) in [
            (
                TokenEmbedding,
                "token_embd.weight position_embd.weight token_types.weight per_layer_token_embd.weight",
            ),
            (Output, "output.weight cls.output.weight"),
            (
                Attention,
                "blk.0.attn_q.weight blk.11.attn_qkv.weight blk.2.attn_kv_a_mqa.weight blk.2.attn_k_b.weight blk.1.attn_sinks.weight blk.3.attn_output.weight dec.blk.0.cross_attn_q.weight enc.blk.1.attn_k.weight blk.0.indexer.attn_k.weight",
            ),
            (
                FeedForward,
                "blk.0.ffn_up.weight blk.3.ffn_gate.weight blk.0.channel_mix_key.weight enc.blk.0.ffn_down.weight blk.0.ffn_down.scale",
            ),
            (
                Experts,
                "blk.0.ffn_up_exps.weight blk.0.ffn_gate.7.weight blk.0.ffn_gate_inp.weight blk.0.ffn_down_shexp.weight blk.0.ffn_gate_inp_shexp.weight blk.0.ffn_gate_up_exps.weight",
            ),
            (
                Recurrent,
                "blk.0.ssm_in.weight blk.0.ssm_a blk.0.ssm_conv1d.weight blk.0.time_mix_key.weight blk.3.shortconv.conv.weight",
            ),
            (
                Norms,
                "output_norm.weight blk.0.attn_norm.weight blk.0.attn_norm.bias blk.0.ffn_norm.weight blk.0.attn_q_norm.weight blk.0.attn_kv_a_norm.weight blk.0.ssm_norm.weight blk.0.post_ffw_norm.weight token_embd_norm.weight enc.output_norm.weight blk.1.time_mix_ln.weight blk.0.attn_norm_2.weight blk.0.ffn_norm_exps.weight blk.0.layer_output_norm.bias per_layer_proj_norm.weight",
            ),
            (
                Biases,
                "blk.0.attn_q.bias blk.0.ffn_up.bias output.bias blk.3.exp_probs_b.bias blk.0.ssm_dt.bias blk.0.ffn_up_exps.bias",
            ),
            (
                Other,
                "rope_freqs.weight v.blk.0.attn_q.weight mm.0.weight blk.0.altup_router.weight anything",
            ),
        ] {
            for name in names.split(' ') {
                assert_eq!(Group::of(name), group, "{name}");
            }
        }
    }
}
