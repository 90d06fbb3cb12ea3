//! Logits that do not fit in memory: written in order once, and read in the same order again.

use crate::engine::Error;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A temporary file of rows of logits. It has no name, so nothing of it stays, whatever ends the process.
pub(super) struct Spilled {
    dir: PathBuf,
    writer: BufWriter<File>,
    reader: BufReader<File>,
    /// Logits in a row.
    width: usize,
}

impl Spilled {
    pub(super) fn in_dir(dir: &Path) -> Result<Self, Error> {
        let open = || {
            let file = tempfile::tempfile_in(dir)?;
            // Both ends share one position in the file; only one is used at a time.
            let reader = BufReader::new(file.try_clone()?);
            Ok((BufWriter::with_capacity(1 << 20, file), reader))
        };
        let (writer, reader) = open().map_err(|error| cannot(dir, &error))?;
        Ok(Self {
            dir: dir.to_owned(),
            writer,
            reader,
            width: 0,
        })
    }

    /// Appends rows, all of one length.
    pub(super) fn write(&mut self, rows: &[&[f32]]) -> Result<(), Error> {
        for row in rows {
            self.width = row.len();
            let mut bytes = Vec::with_capacity(size_of_val(*row));
            bytes.extend(row.iter().flat_map(|logit| logit.to_ne_bytes()));
            let written = self.writer.write_all(&bytes);
            written.map_err(|error| cannot(&self.dir, &error))?;
        }
        Ok(())
    }

    /// Back to the first row.
    pub(super) fn rewind(&mut self) -> Result<(), Error> {
        let rewound = self
            .writer
            .flush()
            .and_then(|()| self.reader.seek(SeekFrom::Start(0)));
        rewound
            .map(|_| ())
            .map_err(|error| cannot(&self.dir, &error))
    }

    /// The next `n` rows.
    pub(super) fn read(&mut self, n: usize) -> Result<Vec<Vec<f32>>, Error> {
        let mut bytes = vec![0; self.width * size_of::<f32>()];
        let mut rows = Vec::with_capacity(n);
        for _ in 0..n {
            self.reader
                .read_exact(&mut bytes)
                .map_err(|error| cannot(&self.dir, &error))?;
            let (floats, _) = bytes.as_chunks::<4>();
            rows.push(floats.iter().map(|b| f32::from_ne_bytes(*b)).collect());
        }
        Ok(rows)
    }
}

fn cannot(dir: &Path, error: &std::io::Error) -> Error {
    Error(format!(
        "{}: a temporary file for distributions cannot be written or read ({error}); free some disk, or set XDG_CACHE_HOME to another one",
        dir.display()
    ))
}
