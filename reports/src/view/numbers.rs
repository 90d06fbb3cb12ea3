//! Rows of `numbers.csv`, and the exponents that are drawn.

use super::{CellKey, Exponents, Format, NumbersRow};
use crate::record::{CastNumbers, TensorNumbers};

/// The name of what is said of all tensors together.
const ALL: &str = "all";

/// Two rows for each tensor, one a format: first those of all tensors, then each in the file's order.
pub(super) fn rows(key: &CellKey, cell: usize, found: &[TensorNumbers]) -> Vec<NumbersRow> {
    let (whole, tensors): (Vec<_>, Vec<_>) = found.iter().partition(|numbers| is_whole(numbers));
    let sorted = whole.into_iter().chain(tensors);
    sorted
        .flat_map(|numbers| Format::ALL.map(|format| row(key, cell, numbers, format)))
        .collect()
}

/// How often each binary exponent occurs in the file, where that was recorded to its end.
pub(super) fn exponents(cell: usize, found: &[TensorNumbers]) -> Option<Exponents> {
    let whole = &found.iter().find(|numbers| is_whole(numbers))?.numbers;
    Some(Exponents {
        cell,
        n: whole.n,
        zero: whole.zero,
        counts: whole.exponents.clone(),
    })
}

fn is_whole(numbers: &TensorNumbers) -> bool {
    numbers.tensor.is_empty()
}

fn row(key: &CellKey, cell: usize, found: &TensorNumbers, format: Format) -> NumbersRow {
    let CellKey {
        machine,
        model,
        variant,
        precision,
    } = key.clone();
    let (numbers, whole) = (&found.numbers, is_whole(found));
    let cast = match format {
        Format::F16 => &numbers.f16,
        Format::Bf16 => &numbers.bf16,
    };
    NumbersRow {
        machine,
        model,
        variant,
        precision,
        tensor: if whole { ALL } else { &found.tensor }.into(),
        type_name: (!whole).then(|| found.type_name.clone()),
        format,
        n: numbers.n,
        zero: numbers.zero,
        nan: numbers.nan,
        inf: numbers.inf,
        min: numbers.min,
        max: numbers.max,
        max_abs: numbers.max_abs,
        mean: numbers.mean,
        deviation: numbers.deviation,
        overflow: cast.overflow,
        subnormal: cast.subnormal,
        vanish: cast.vanish,
        changed: cast.changed,
        mean_relative_error: cast.mean_relative_error,
        max_relative_error: largest_error(cast),
        whole,
        cell,
    }
}

/// The largest relative error, which is none where no value was compared.
fn largest_error(cast: &CastNumbers) -> Option<f64> {
    cast.mean_relative_error.map(|_| cast.max_relative_error)
}
