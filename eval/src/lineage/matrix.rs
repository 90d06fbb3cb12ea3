//! Samples of one tensor of two models, held against one another.

use super::cells::Cells;
use super::noise::Noise;
use super::pick::Pair;
use super::weights::{Tensor, Weights};
use crate::engine::Error;
use crate::engine::grid::Grid;

/// Changes of a matrix, root mean square relative to its values', of which it is tried whether they
/// would show.
pub(super) const CHANGES: [f64; 10] = [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1];

/// How sure a value can be said to lie beyond rounding, which decides how many may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Both files are in floating point: none can.
    Exact,
    /// A quantiser chose the nearest values: hardly any.
    Nearest,
    /// A quantiser fitted its scales behind, or both files have steps that may have been chosen from
    /// values rounded otherwise: some.
    Fitted,
}

impl Rule {
    pub const ALL: [Self; 3] = [Self::Exact, Self::Nearest, Self::Fitted];

    /// The largest share of values beyond rounding in weights that are the same: over all matrices, and
    /// in one alone.
    pub fn limits(self) -> [f64; 2] {
        match self {
            Self::Exact => [1e-4, 1e-3],
            Self::Nearest => [1e-3, 5e-3],
            Self::Fitted => [0.06, 0.06],
        }
    }
}

/// Values of one matrix from the same places of both files.
pub(super) struct Sample<'a> {
    pub pair: &'a Pair<'a>,
    pub values: [Vec<f32>; 2],
}

/// What a matrix showed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Matrix {
    pub name: String,
    pub rule: Rule,
    /// Values compared.
    pub n: u64,
    pub equal: u64,
    pub correlation: Option<f64>,
    /// Root mean square of the differences over that of the values.
    pub difference: Option<f64>,
    pub seen: Seen,
}

/// How many values of a matrix lie beyond rounding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub beyond: Beyond,
    /// The same had one of the files been changed by each of [`CHANGES`].
    pub changed: [Beyond; CHANGES.len()],
}

/// How many values lie beyond rounding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Beyond {
    /// Of so many on which it can be told.
    pub of: u64,
    pub n: u64,
}

impl Beyond {
    pub fn share(self) -> f64 {
        self.n as f64 / self.of.max(1) as f64
    }

    pub fn join(self, other: Self) -> Self {
        Self {
            of: self.of + other.of,
            n: self.n + other.n,
        }
    }
}

impl<'a> Sample<'a> {
    pub fn read(files: &[Weights; 2], pair: &'a Pair<'a>) -> Result<Self, Error> {
        let read = |which: usize| -> Result<Vec<f32>, Error> {
            let mut values = Vec::with_capacity(pair.pieces.len() * pair.piece);
            for &begin in &pair.pieces {
                values.extend(files[which].read(pair.tensors[which], begin, pair.piece)?);
            }
            Ok(values)
        };
        Ok(Self {
            pair,
            values: [read(0)?, read(1)?],
        })
    }

    pub fn grids(&self) -> [Grid; 2] {
        self.pair.tensors.map(|tensor| tensor.grid)
    }

    /// Both are in 8-bit blocks, which are made in one way only.
    fn is_q8(&self) -> bool {
        self.pair.tensors.iter().all(|tensor| tensor.is_q8())
    }

    /// Whether each has a format so fine that few of its values are equal by themselves.
    pub fn is_fine(&self) -> [bool; 2] {
        let fine = |tensor: &Tensor| matches!(tensor.grid, Grid::Float(_)) || tensor.is_q8();
        self.pair.tensors.map(fine)
    }

    fn rule(&self) -> Rule {
        let refitted = |grid| matches!(grid, Grid::Steps { refitted: true, .. });
        match self.grids() {
            [Grid::Float(_), Grid::Float(_)] => Rule::Exact,
            grids if grids.into_iter().any(refitted) || self.is_q8() => Rule::Fitted,
            _ => Rule::Nearest,
        }
    }

    pub fn compare(&self) -> Matrix {
        let [a, b] = &self.values;
        let [grid_a, grid_b] = self.grids();
        let sums = Sums::of(a, b);
        let sides = [Side::of(a, grid_a), Side::of(b, grid_b)];
        // Of one weight no two 8-bit blocks differ by a step.
        let room = if self.is_q8() { 0.5 } else { 1.0 };
        Matrix {
            name: self.pair.name.to_owned(),
            rule: self.rule(),
            n: a.len() as u64,
            equal: a.iter().zip(b).filter(|(a, b)| a == b).count() as u64,
            correlation: sums.correlation(),
            difference: sums.difference(),
            seen: Seen::of(&sides[0], &sides[1], room),
        }
    }
}

/// Values of one file with what their originals can have been.
pub(super) struct Side<'a> {
    pub values: &'a [f32],
    pub cells: Cells,
}

impl<'a> Side<'a> {
    /// As they are in their own format.
    pub fn of(values: &'a [f32], grid: Grid) -> Self {
        let cells = Cells::of(values, grid);
        Self { values, cells }
    }
}

impl Seen {
    /// Holds values against one another; cells may be apart by `room` of their width.
    pub fn of(a: &Side<'_>, b: &Side<'_>, room: f32) -> Self {
        let mut seen = Self::default();
        let mut noise = Noise::of("changes");
        let size = Sums::of(a.values, b.values).size();
        for i in 0..a.values.len() {
            let limits = [
                room * (a.cells.down[i] + b.cells.up[i]),
                room * (a.cells.up[i] + b.cells.down[i]),
            ];
            let difference = a.values[i] - b.values[i];
            seen.beyond.add(difference, limits);
            let change = f64::from(noise.normal()) * size;
            for (changed, by) in seen.changed.iter_mut().zip(CHANGES) {
                changed.add(difference + (by * change) as f32, limits);
            }
        }
        seen
    }
}

impl Beyond {
    /// Counts a difference that may reach from minus the second limit to the first.
    fn add(&mut self, difference: f32, [above, below]: [f32; 2]) {
        if !difference.is_finite() || (above.is_infinite() && below.is_infinite()) {
            return;
        }
        self.of += 1;
        // Neighbours touch: what differs by as much as both can differ is not the same.
        self.n += u64::from(difference != 0.0 && (difference >= above || -difference >= below));
    }
}

/// Whether the values of a vector differ by more than rounding.
pub(super) fn differs(files: &[Weights; 2], pair: &Pair<'_>) -> Result<bool, Error> {
    let sample = Sample::read(files, pair)?;
    let [a, b] = &sample.values;
    // A vector of whole blocks may be quantised, and is no sharp evidence then.
    let [grid_a, grid_b] = sample.grids();
    let (Grid::Float(_), Grid::Float(_)) = (grid_a, grid_b) else {
        return Ok(false);
    };
    let seen = Seen::of(&Side::of(a, grid_a), &Side::of(b, grid_b), 1.0);
    Ok(seen.beyond.share() > 0.01)
}

/// Sums over the pairs that are finite.
#[derive(Default)]
struct Sums {
    n: f64,
    a: f64,
    b: f64,
    aa: f64,
    bb: f64,
    ab: f64,
    dd: f64,
}

impl Sums {
    fn of(a: &[f32], b: &[f32]) -> Self {
        let mut sums = Self::default();
        for (&a, &b) in a.iter().zip(b) {
            let (a, b) = (f64::from(a), f64::from(b));
            if a.is_finite() && b.is_finite() {
                sums.n += 1.0;
                sums.a += a;
                sums.b += b;
                sums.aa += a * a;
                sums.bb += b * b;
                sums.ab += a * b;
                sums.dd += (a - b) * (a - b);
            }
        }
        sums
    }

    /// Root mean square of the values.
    fn size(&self) -> f64 {
        (0.5 * (self.aa + self.bb) / self.n.max(1.0)).sqrt()
    }

    fn difference(&self) -> Option<f64> {
        let size = self.size();
        (size > 0.0).then(|| (self.dd / self.n).sqrt() / size)
    }

    /// Pearson's, about the means; `None` where one of them is constant.
    fn correlation(&self) -> Option<f64> {
        let about = |product: f64, a: f64, b: f64| product - a * b / self.n;
        let variances = about(self.aa, self.a, self.a) * about(self.bb, self.b, self.b);
        (variances > 0.0).then(|| about(self.ab, self.a, self.b) / variances.sqrt())
    }
}
