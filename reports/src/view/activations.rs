//! Rows of `activations.csv`, and what is said and drawn of each kind of activation.

use super::{ActivationKind, ActivationRow, CellKey};
use crate::record::ActivationRange;

/// The largest number of F16.
const LARGEST_F16: f64 = 65_504.0;

/// One row for each kind of activation in each layer, as they were recorded.
pub(super) fn rows(key: &CellKey, cell: usize, found: &[ActivationRange]) -> Vec<ActivationRow> {
    found.iter().map(|range| row(key, cell, range)).collect()
}

fn row(key: &CellKey, cell: usize, range: &ActivationRange) -> ActivationRow {
    let CellKey {
        machine,
        model,
        variant,
        precision,
    } = key.clone();
    ActivationRow {
        machine,
        model,
        variant,
        precision,
        node: range.node.clone(),
        layer: range.layer,
        n: range.n,
        max_abs: range.max_abs,
        overflow: range.overflow,
        nan: range.nan,
        inf: range.inf,
        n_tokens: range.n_tokens,
        share_of_f16_max: range.max_abs.map(|max_abs| max_abs / LARGEST_F16),
        survives: range.max_abs.map(|_| range.overflow == 0),
        cell,
    }
}

/// What was seen of each kind over all layers: first those that F16 could not hold, then by their
/// largest magnitude, as if that of a kind of which nothing was finite were infinite. `cell` is the
/// index of the cell in [`super::Report::cells`].
#[must_use]
pub fn kinds(cell: usize, found: &[ActivationRange]) -> Vec<ActivationKind> {
    let mut kinds: Vec<ActivationKind> = Vec::new();
    for range in found {
        let known = kinds.iter().position(|kind| kind.node == range.node);
        let index = known.unwrap_or_else(|| {
            kinds.push(ActivationKind::new(cell, &range.node));
            kinds.len() - 1
        });
        kinds[index].add(range);
    }
    let order = |kind: &ActivationKind| {
        let largest = kind.max_abs.unwrap_or(f64::INFINITY);
        (kind.overflow > 0, largest)
    };
    kinds.sort_by(|a, b| {
        let ((a_lost, a_largest), (b_lost, b_largest)) = (order(a), order(b));
        b_lost.cmp(&a_lost).then(b_largest.total_cmp(&a_largest))
    });
    kinds
}

impl ActivationKind {
    fn new(cell: usize, node: &str) -> Self {
        Self {
            cell,
            node: node.to_owned(),
            n: 0,
            max_abs: None,
            layer: None,
            headroom_log2: None,
            overflow: 0,
            nan: 0,
            inf: 0,
            n_tokens: 0,
            lost: Vec::new(),
            layers: Vec::new(),
        }
    }

    fn add(&mut self, range: &ActivationRange) {
        self.n = self.n.saturating_add(range.n);
        self.overflow = self.overflow.saturating_add(range.overflow);
        self.nan = self.nan.saturating_add(range.nan);
        self.inf = self.inf.saturating_add(range.inf);
        self.n_tokens = self.n_tokens.max(range.n_tokens);
        if range.overflow > 0 {
            self.lost.extend(range.layer);
        }
        let Some(max_abs) = range.max_abs else {
            return;
        };
        self.layers
            .extend(range.layer.map(|layer| (layer, max_abs)));
        if self.max_abs.is_none_or(|largest| max_abs > largest) {
            self.max_abs = Some(max_abs);
            self.layer = range.layer;
            self.headroom_log2 = (max_abs > 0.0).then(|| (LARGEST_F16 / max_abs).log2());
        }
    }
}
