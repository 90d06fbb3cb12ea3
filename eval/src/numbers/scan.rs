//! One pass over the weights of a file, in parallel and in constant memory.

use super::{Cast, Tally};
use crate::engine::Error;
use crate::engine::dequantise::Decoder;
use crate::engine::gguf::{Gguf, TensorInfo};
use rayon::prelude::*;
use reports::record::{CastNumbers, Fact, Numbers, TensorNumbers};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Bytes that one thread reads and decodes at a time.
const PIECE: usize = 1 << 20;

/// The number ranges of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scanned {
    /// Over all tensors.
    pub totals: Numbers,
    /// Each tensor, in the order of the file.
    pub tensors: Vec<TensorNumbers>,
    /// Tensors that hold no floating-point values and were passed over.
    pub skipped: Vec<String>,
    /// Wall time of the pass in nanoseconds.
    pub elapsed_ns: u64,
    /// Bytes read.
    pub n_bytes: u64,
    /// Time that threads spent reading, summed over threads, in nanoseconds.
    pub reading_ns: u64,
    /// Time that they spent decoding and counting.
    pub counting_ns: u64,
}

impl Scanned {
    /// As records: each tensor, and the totals as one without a name.
    pub fn into_facts(self) -> impl Iterator<Item = Fact> {
        let totals = TensorNumbers {
            tensor: String::new(),
            type_name: String::new(),
            numbers: self.totals,
        };
        let all = self.tensors.into_iter().chain([totals]);
        all.map(|numbers| Fact::Numbers(Box::new(numbers)))
    }
}

/// Passes over every weight of a GGUF file; `progress` gets bytes done and bytes in all.
///
/// # Errors
/// Not GGUF, cut short, or unreadable.
pub fn scan(path: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Scanned, Error> {
    let begun = Instant::now();
    let mut tensors = Vec::new();
    for (part, gguf) in Gguf::open_parts(path)? {
        let file = Rc::new(File::open(&part).map_err(|error| unreadable(&part, &error))?);
        let of_part = gguf.tensors().into_iter();
        tensors.extend(of_part.map(|tensor| (Rc::clone(&file), tensor)));
    }
    let all: u64 = tensors.iter().map(|(_, tensor)| tensor.n_bytes).sum();
    let (mut found, mut skipped) = (Vec::new(), Vec::new());
    let (mut total, mut n_bytes) = (Piece::default(), 0);
    for (file, tensor) in &tensors {
        let name = crate::engine::log::escape(&tensor.name);
        let Some(decoder) = tensor.decoder() else {
            skipped.push(name);
            continue;
        };
        let piece = tally(file, tensor, decoder).map_err(|error| unreadable(path, &error))?;
        total = total.join(&piece);
        n_bytes += tensor.n_bytes;
        found.push(TensorNumbers {
            tensor: name,
            type_name: tensor.type_name.clone(),
            numbers: numbers(&piece.tally),
        });
        progress(n_bytes, all);
    }
    Ok(Scanned {
        totals: numbers(&total.tally),
        tensors: found,
        skipped,
        elapsed_ns: begun.elapsed().as_nanos() as u64,
        n_bytes,
        reading_ns: total.reading.as_nanos() as u64,
        counting_ns: total.counting.as_nanos() as u64,
    })
}

/// What was counted in some bytes, and how long it took.
#[derive(Default)]
struct Piece {
    tally: Tally,
    reading: Duration,
    counting: Duration,
}

impl Piece {
    fn join(mut self, other: &Self) -> Self {
        self.tally.merge(&other.tally);
        self.reading += other.reading;
        self.counting += other.counting;
        self
    }
}

/// Counts one tensor in pieces, and joins them in their order, so that sums come out the same every time.
fn tally(file: &File, tensor: &TensorInfo, decoder: Decoder) -> std::io::Result<Piece> {
    let blocks = (PIECE / decoder.block_bytes).max(1) * decoder.block_bytes;
    let n_bytes = tensor.n_bytes as usize;
    let begins: Vec<usize> = (0..n_bytes).step_by(blocks).collect();
    let one = |&begin: &usize| {
        let length = blocks.min(n_bytes - begin);
        count(file, tensor.begin + begin as u64, length, decoder)
    };
    // A bounded number of pieces at a time: their counts take more than their sums.
    let mut all = Piece::default();
    for group in begins.chunks(256) {
        let pieces: std::io::Result<Vec<Piece>> = group.par_iter().map(one).collect();
        all = pieces?.iter().fold(all, Piece::join);
    }
    Ok(all)
}

fn count(file: &File, begin: u64, length: usize, decoder: Decoder) -> std::io::Result<Piece> {
    let start = Instant::now();
    let mut bytes = vec![0; length];
    file.read_exact_at(&mut bytes, begin)?;
    let read = Instant::now();
    let mut values = vec![0.0; length / decoder.block_bytes * decoder.block];
    decoder.decode(&bytes, &mut values);
    let mut tally = Tally::default();
    tally.add(&values);
    Ok(Piece {
        tally,
        reading: read - start,
        counting: read.elapsed(),
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error(format!("{}: cannot be read ({error})", path.display()))
}

fn numbers(tally: &Tally) -> Numbers {
    let max_abs = tally.max_abs().map(f64::from);
    let cast = |cast: &Cast| CastNumbers {
        n: tally.n,
        max_abs,
        overflow: cast.overflow,
        subnormal: cast.subnormal,
        vanish: cast.vanish,
        changed: cast.changed,
        nan: tally.nan,
        inf: tally.inf,
        mean_relative_error: cast.mean_relative_error(),
        max_relative_error: cast.max_relative_error,
    };
    Numbers {
        n: tally.n,
        nan: tally.nan,
        inf: tally.inf,
        zero: tally.zero,
        min: tally.range.map(|(min, _)| f64::from(min)),
        max: tally.range.map(|(_, max)| f64::from(max)),
        max_abs,
        mean: tally.mean(),
        deviation: tally.deviation(),
        f16: cast(&tally.f16),
        bf16: cast(&tally.bf16),
        exponents: tally.exponents(),
    }
}
