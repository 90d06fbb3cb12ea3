//! Largest magnitudes of the activations of a made-up model.

use crate::record::{ActivationRange, Fact, Record};

/// Layers of the model.
const N_LAYERS: u32 = 6;
/// Width of the model.
const WIDTH: u64 = 512;
/// Tokens that were evaluated.
const N_TOKENS: u64 = 3072;

/// What is computed in each layer, with its largest magnitude in the first.
const IN_LAYERS: [(&str, f64); 9] = [
    ("attn_norm", 8.5),
    ("Qcur", 24.0),
    ("Kcur", 22.5),
    ("Vcur", 3.25),
    ("kq", 610.0),
    ("kq_soft_max", 1.0),
    ("ffn_inp", 14.0),
    ("ffn_swiglu", 96.0),
    ("l_out", 15.0),
];

/// The largest magnitudes of each kind in each layer, `scale` times those of the smallest model. As in
/// real models, a few dimensions of the residual stream grow large in the middle layers.
pub(super) fn facts(scale: f64) -> Vec<Fact> {
    let mut ranges = vec![range("embd", None, 0.75 * scale)];
    for layer in 0..N_LAYERS {
        for (node, first) in IN_LAYERS {
            let grown = match (node, layer) {
                ("kq_soft_max", _) => first,
                ("ffn_inp", 3..) | ("l_out", 2..=4) => 1300.0 * first * scale,
                _ => first * scale * (1.0 + 0.25 * f64::from(layer)),
            };
            ranges.push(range(node, Some(layer), grown));
        }
    }
    ranges.push(range("result_norm", None, 40.0 * scale));
    ranges.push(range("result_output", None, 28.0 * scale));
    ranges.into_iter().map(Fact::Activation).collect()
}

fn range(node: &str, layer: Option<u32>, max_abs: f64) -> ActivationRange {
    ActivationRange {
        node: node.into(),
        layer,
        n: N_TOKENS * WIDTH,
        max_abs: Some(max_abs),
        overflow: 0,
        nan: 0,
        inf: 0,
        n_tokens: N_TOKENS,
    }
}

/// Lets the residual stream outgrow F16 in two layers, makes logits of it that are no numbers, and
/// gives a kind a name that tries to be a formula and markup.
pub(super) fn spoil(records: &mut [Record]) {
    let ranges = records
        .iter_mut()
        .filter_map(|record| match &mut record.fact {
            Fact::Activation(range) => Some(range),
            _ => None,
        });
    for range in ranges {
        match (range.node.as_str(), range.layer) {
            ("l_out", Some(layer @ 3..=4)) => {
                (range.max_abs, range.overflow) = (Some(1e5 * f64::from(layer)), 128);
            }
            ("result_output", _) => (range.max_abs, range.nan) = (None, range.n),
            ("ffn_swiglu", _) => range.node = "=SUM(A1)<b>".into(),
            _ => {}
        }
    }
}
