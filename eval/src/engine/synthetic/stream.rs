//! Values of tensors, made, quantised and written a few rows at a time.

use super::super::gguf::Gguf;
use super::values::Source;
use super::{Error, Placed, Values};
use llama_cpp_sys_2 as sys;
use rayon::prelude::*;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// About this many values are made at once by a thread.
const CHUNK: u64 = 1 << 20;

/// Some rows of a tensor.
struct Piece<'a> {
    placed: &'a Placed,
    /// First byte in the file.
    begin: u64,
    rows: u64,
    seed: u64,
}

/// Fills the hole of an outline with the values of its tensors.
pub(super) fn fill(
    to: &Path,
    placed: &[Placed],
    n_threads: u32,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), Error> {
    let fail =
        |why: &dyn std::fmt::Display| Error(format!("{}: cannot be written ({why})", to.display()));
    let pieces = pieces(placed, &Gguf::open(to)?);
    let file = OpenOptions::new().write(true).open(to);
    let file = file.map_err(|error| fail(&error))?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads as usize);
    let pool = pool.build().map_err(|error| fail(&error))?;
    let source = Source::new();
    let total = placed.iter().map(Placed::n_bytes).sum();
    let mut done = 0;
    for some in pieces.chunks(8 * n_threads.max(1) as usize) {
        let written: Result<Vec<u64>, std::io::Error> = pool.install(|| {
            let each = some.par_iter();
            each.map(|piece| piece.write(&source, &file)).collect()
        });
        done += written.map_err(|error| fail(&error))?.iter().sum::<u64>();
        progress(done, total);
    }
    Ok(())
}

/// Whole rows, in the order of the file.
fn pieces<'a>(placed: &'a [Placed], gguf: &Gguf) -> Vec<Piece<'a>> {
    let directory = gguf.tensors();
    let mut all = Vec::new();
    for (placed, info) in placed.iter().zip(&directory) {
        debug_assert_eq!(placed.tensor.name, info.name);
        let rows_each = (CHUNK / placed.tensor.columns).max(1);
        let mut row = 0;
        while row < placed.tensor.rows {
            all.push(Piece {
                placed,
                begin: info.begin + row * placed.row_bytes() as u64,
                rows: rows_each.min(placed.tensor.rows - row),
                seed: all.len() as u64,
            });
            row += rows_each;
        }
    }
    all
}

impl Piece<'_> {
    /// Returns the bytes written.
    fn write(&self, source: &Source, file: &File) -> std::io::Result<u64> {
        let columns = self.placed.tensor.columns as usize;
        let mut values = vec![0.0; columns * self.rows as usize];
        source.fill(self.placed.tensor.values, columns, self.seed, &mut values);
        let bytes = self.quantised(&values);
        file.write_all_at(&bytes, self.begin)?;
        Ok(bytes.len() as u64)
    }

    fn quantised(&self, values: &[f32]) -> Vec<u8> {
        let Placed { tensor, ggml_type } = self.placed;
        let mut bytes = vec![0u8; self.placed.row_bytes() * self.rows as usize];
        // SAFETY: there are `rows` rows of `columns` values, room for as many rows of the type, whose
        // blocks divide a row, and where one is needed an importance for each column.
        unsafe {
            let weighs =
                tensor.values == Values::Weights && sys::ggml_quantize_requires_imatrix(*ggml_type);
            let importance = vec![1f32; if weighs { tensor.columns as usize } else { 0 }];
            sys::ggml_quantize_chunk(
                *ggml_type,
                values.as_ptr(),
                bytes.as_mut_ptr().cast(),
                0,
                self.rows as i64,
                tensor.columns as i64,
                match weighs {
                    true => importance.as_ptr(),
                    false => std::ptr::null(),
                },
            );
        }
        bytes
    }
}
