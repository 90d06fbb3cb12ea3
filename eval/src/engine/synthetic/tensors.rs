//! Which tensors a model of a shape has, by llama.cpp's names.

use datasets::{Architecture, Shape};

/// A tensor of a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    /// Name, for example `blk.0.attn_q.weight`.
    pub name: String,
    /// Values in a row.
    pub columns: u64,
    /// Rows; 1 for what is a vector.
    pub rows: u64,
    /// What its values are.
    pub values: Values,
}

/// What the values of a tensor are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Weights of a matrix, at the precision that is asked for.
    Weights,
    /// Factors around 1, in F32 at every precision.
    Norm,
    /// Ones in F32: factors of the rotary embedding.
    Ones,
}

/// All tensors of a model of this shape, those of the ends first.
#[must_use]
pub fn tensors(shape: &Shape) -> Vec<Tensor> {
    let (n_embd, n_vocab) = (u64::from(shape.n_embd), u64::from(shape.n_vocab));
    let mut all = vec![
        matrix("token_embd", n_embd, n_vocab),
        norm("output_norm", n_embd),
    ];
    if !shape.tied {
        all.push(matrix("output", n_embd, n_vocab));
    }
    if shape.rope_factors {
        all.push(Tensor {
            values: Values::Ones,
            ..norm("rope_freqs", u64::from(shape.head_dim) / 2)
        });
    }
    for layer in 0..shape.n_layer {
        all.extend(layer_of(shape).into_iter().map(|tensor| Tensor {
            name: format!("blk.{layer}.{}", tensor.name),
            ..tensor
        }));
    }
    all
}

fn layer_of(shape: &Shape) -> Vec<Tensor> {
    let (n_embd, n_ff) = (u64::from(shape.n_embd), u64::from(shape.n_ff));
    let head_dim = u64::from(shape.head_dim);
    let n_q = head_dim * u64::from(shape.n_head);
    let n_kv = head_dim * u64::from(shape.n_head_kv);
    let mut layer = vec![
        norm("attn_norm", n_embd),
        matrix("attn_q", n_embd, n_q),
        matrix("attn_k", n_embd, n_kv),
        matrix("attn_v", n_embd, n_kv),
        matrix("attn_output", n_q, n_embd),
        norm("ffn_norm", n_embd),
        matrix("ffn_gate", n_embd, n_ff),
        matrix("ffn_up", n_embd, n_ff),
        matrix("ffn_down", n_ff, n_embd),
    ];
    if matches!(
        shape.architecture,
        Architecture::Qwen3 | Architecture::Gemma3
    ) {
        layer.extend(["attn_q_norm", "attn_k_norm"].map(|name| norm(name, head_dim)));
    }
    if shape.architecture == Architecture::Gemma3 {
        layer.extend(["post_attention_norm", "post_ffw_norm"].map(|name| norm(name, n_embd)));
    }
    layer
}

fn matrix(name: &str, columns: u64, rows: u64) -> Tensor {
    Tensor {
        name: format!("{name}.weight"),
        columns,
        rows,
        values: Values::Weights,
    }
}

fn norm(name: &str, columns: u64) -> Tensor {
    Tensor {
        values: Values::Norm,
        ..matrix(name, columns, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of weights that the models' own pages state (safetensors), and in GGUF the factors
    /// of the rotary embedding besides.
    #[test]
    fn shapes_have_as_many_weights_as_the_models() {
        for (name, n_params) in [
            ("llama3.2-1b", 1_235_814_400),
            ("llama3.2-3b", 3_212_749_824),
            ("llama3.1-8b", 8_030_261_248),
            ("llama3.1-70b", 70_553_706_496),
            ("llama2-7b", 6_738_415_616),
            ("mistral-7b", 7_248_023_552),
            ("qwen3-0.6b", 596_049_920),
            ("qwen3-4b", 4_022_468_096),
            ("gemma3-1b", 999_885_952),
            ("exaone3.5-2.4b", 2_405_327_360),
        ] {
            let shape = datasets::load_shape(name).unwrap();
            let all = tensors(&shape);
            let own = all.iter().filter(|tensor| tensor.values != Values::Ones);
            let n: u64 = own.map(|tensor| tensor.columns * tensor.rows).sum();
            assert_eq!(n, n_params, "{name}");
        }
    }
}
