//! Which tensors of two models are held against one another, and where they are sampled.

use super::noise::Noise;
use super::weights::{Tensor, Weights};
use crate::engine::requantise::ROW;

/// The matrix of which each row is the vector of a token.
pub(super) const EMBEDDING: &str = "token_embd.weight";
/// The matrix of which each row yields the logit of a token.
pub(super) const OUTPUT: &str = "output.weight";

/// Most matrices that are sampled.
const MOST_MATRICES: usize = 512;
/// Values that are sampled in all, where no matrix gets its least or most.
const VALUES: usize = 1 << 21;
/// Fewest and most values of a matrix that has so many.
const OF_MATRIX: [usize; 2] = [2048, 8192];
/// Values that are read at once.
const PIECE: usize = 1024;
/// Most vectors, and values of one.
const MOST_VECTORS: usize = 256;
const OF_VECTOR: u64 = 8192;

/// A tensor that both models have.
pub(super) struct Pair<'a> {
    pub name: &'a str,
    pub tensors: [&'a Tensor; 2],
    /// Where pieces begin, and how long each is, in values.
    pub pieces: Vec<u64>,
    pub piece: usize,
}

/// What is compared.
pub(super) struct Picked<'a> {
    pub matrices: Vec<Pair<'a>>,
    pub vectors: Vec<Pair<'a>>,
    /// Matrices of each model.
    pub n_matrices: [u32; 2],
    /// Share of each model's weights in matrices that the other has not.
    pub unmatched_share: [f64; 2],
    /// Rows of the token embeddings, where they are not as many.
    pub n_vocab: Option<[u64; 2]>,
}

pub(super) fn pick<'a>(a: &'a Weights, b: &'a Weights) -> Picked<'a> {
    let (matched, lost_a) = matched(a, b);
    let lost_b = self::matched(b, a).1;
    let (matrices, vectors): (Vec<_>, Vec<_>) =
        matched.into_iter().partition(|(_, [a, _])| a.is_matrix());
    let chosen = spread(matrices, MOST_MATRICES);
    let n_values = (VALUES / chosen.len().max(1)).clamp(OF_MATRIX[0], OF_MATRIX[1]);
    let matrix = |(name, tensors)| sampled(name, tensors, n_values);
    // Tables of rotary frequencies are constants of the architecture.
    let vectors = vectors
        .into_iter()
        .filter(|(name, _)| !name.starts_with("rope_"));
    let vectors = spread(vectors.collect(), MOST_VECTORS);
    let count = |weights: &Weights| weights.tensors().filter(|t| t.is_matrix()).count() as u32;
    Picked {
        matrices: chosen.into_iter().filter_map(matrix).collect(),
        vectors: vectors
            .into_iter()
            .map(|(name, pair)| whole(name, pair))
            .collect(),
        n_matrices: [count(a), count(b)],
        unmatched_share: [lost_a, lost_b],
        n_vocab: vocabularies(a, b),
    }
}

type Match<'a> = (&'a str, [&'a Tensor; 2]);

/// The tensors of `a` that `b` has too, and the share of the weights of `a` in other matrices.
fn matched<'a>(a: &'a Weights, b: &'a Weights) -> (Vec<Match<'a>>, f64) {
    let (mut all, mut lost) = (0, 0);
    let mut found = Vec::new();
    for (name, tensor) in named(a, b) {
        let n = if tensor.is_matrix() {
            tensor.info.n_elements
        } else {
            0
        };
        all += n;
        match b.find(name).filter(|other| is_alike(name, tensor, other)) {
            Some(other) => found.push((name, [tensor, other])),
            None => lost += n,
        }
    }
    (found, lost as f64 / all.max(1) as f64)
}

/// The tensors of `a` by name; where only `b` has an output matrix, the embedding of `a` does for one.
fn named<'a>(a: &'a Weights, b: &Weights) -> impl Iterator<Item = (&'a str, &'a Tensor)> {
    let has = |weights: &Weights| {
        let output = weights.find(OUTPUT);
        output.is_some_and(|tensor| tensor.info.name == OUTPUT)
    };
    let tied = (!has(a) && has(b)).then(|| Some((OUTPUT, a.find(OUTPUT)?)));
    let own = a
        .tensors()
        .map(|tensor| (tensor.info.name.as_str(), tensor));
    own.chain(tied.flatten())
}

/// Whether two tensors have one shape; those with a row for each token may have more of them.
fn is_alike(name: &str, a: &Tensor, b: &Tensor) -> bool {
    let by_token = name == EMBEDDING || name == OUTPUT;
    a.row() == b.row() && a.is_matrix() == b.is_matrix() && (by_token || a.rows() == b.rows())
}

fn vocabularies(a: &Weights, b: &Weights) -> Option<[u64; 2]> {
    let rows = [a.find(EMBEDDING)?.rows(), b.find(EMBEDDING)?.rows()];
    (rows[0] != rows[1]).then_some(rows)
}

/// At most so many, evenly over kinds of tensor and over layers.
fn spread(mut all: Vec<Match<'_>>, most: usize) -> Vec<Match<'_>> {
    all.sort_by_cached_key(|(name, _)| kind_and_layer(name));
    let n = all.len();
    if n <= most {
        return all;
    }
    (0..most).map(|i| all[i * n / most]).collect()
}

/// `blk.7.attn_q.weight` is layer 7 of kind `blk..attn_q.weight`.
fn kind_and_layer(name: &str) -> (String, u64) {
    let kind = name.replace(|c: char| c.is_ascii_digit(), "");
    let digits: String = name
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    (kind, digits.parse().unwrap_or(0))
}

/// About `n` values in pieces from everywhere in what both tensors have; `None` where that is less
/// than a row of blocks.
fn sampled<'a>(name: &'a str, tensors: [&'a Tensor; 2], n: usize) -> Option<Pair<'a>> {
    let row = ROW as u64;
    let common = tensors[0].info.n_elements.min(tensors[1].info.n_elements) / row * row;
    if common == 0 {
        return None;
    }
    let piece = common.min(PIECE as u64);
    let n_pieces = (n as u64 / piece).min(common / piece).max(1);
    let stretch = common / n_pieces;
    let mut noise = Noise::of(name);
    let pieces = (0..n_pieces).map(|i| {
        let free = stretch - piece;
        (i * stretch + noise.next() % (free + 1)) / row * row
    });
    Some(Pair {
        name,
        tensors,
        pieces: pieces.collect(),
        piece: piece as usize,
    })
}

/// A vector from its beginning.
fn whole<'a>(name: &'a str, tensors: [&'a Tensor; 2]) -> Pair<'a> {
    let n = tensors.map(|tensor| tensor.info.n_elements);
    Pair {
        name,
        tensors,
        pieces: vec![0],
        piece: n[0].min(n[1]).min(OF_VECTOR) as usize,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_stand_together_and_layers_in_order() {
        let mut names = [
            "blk.10.ffn_up.weight",
            "blk.9.ffn_up.weight",
            "blk.2.attn_q.weight",
        ];
        names.sort_by_cached_key(|name| kind_and_layer(name));
        assert_eq!(
            names,
            [
                "blk.2.attn_q.weight",
                "blk.9.ffn_up.weight",
                "blk.10.ffn_up.weight"
            ]
        );
    }
}
