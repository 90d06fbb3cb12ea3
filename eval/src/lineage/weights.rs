//! The tensors of a model, read in pieces.

use crate::engine::Error;
use crate::engine::dequantise::Decoder;
use crate::engine::gguf::{Gguf, TensorInfo};
use crate::engine::grid::Grid;
use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// The tensors of all files of a model, by name.
pub(super) struct Weights {
    files: Vec<(PathBuf, File)>,
    tensors: BTreeMap<String, Tensor>,
}

/// A tensor with values in floating point.
pub(super) struct Tensor {
    /// Which of the files it is in.
    file: usize,
    pub info: TensorInfo,
    decoder: Decoder,
    pub grid: Grid,
}

impl Tensor {
    /// Values in a row.
    pub fn row(&self) -> u64 {
        self.info.shape[0].unsigned_abs().max(1)
    }

    pub fn rows(&self) -> u64 {
        self.info.n_elements / self.row()
    }

    /// In 8-bit blocks.
    pub fn is_q8(&self) -> bool {
        self.info.type_name == "q8_0"
    }

    pub fn is_matrix(&self) -> bool {
        self.rows() > 1
    }
}

impl Weights {
    /// Reads the directories of a model's files.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let (mut files, mut tensors) = (Vec::new(), BTreeMap::new());
        for (part, gguf) in Gguf::open_parts(path)? {
            for info in gguf.tensors() {
                // A tensor of integers says nothing of weights.
                if let Some(decoder) = info.decoder() {
                    let tensor = Tensor {
                        file: files.len(),
                        grid: info.grid(),
                        decoder,
                        info,
                    };
                    tensors.insert(tensor.info.name.clone(), tensor);
                }
            }
            let file = File::open(&part).map_err(|error| unreadable(&part, &error))?;
            files.push((part, file));
        }
        Ok(Self { files, tensors })
    }

    /// All of them, by name.
    pub fn tensors(&self) -> impl Iterator<Item = &Tensor> {
        self.tensors.values()
    }

    /// The tensor that does the work of this name: a model without an output matrix uses its token
    /// embedding for it.
    pub fn find(&self, name: &str) -> Option<&Tensor> {
        let tied =
            || (name == super::pick::OUTPUT).then(|| self.tensors.get(super::pick::EMBEDDING));
        self.tensors.get(name).or_else(|| tied().flatten())
    }

    /// Values of a tensor, counted from `begin`, both whole blocks.
    pub fn read(&self, tensor: &Tensor, begin: u64, n: usize) -> Result<Vec<f32>, Error> {
        let Decoder {
            block, block_bytes, ..
        } = tensor.decoder;
        let at = tensor.info.begin + begin / block as u64 * block_bytes as u64;
        let mut bytes = vec![0; n / block * block_bytes];
        let (path, file) = &self.files[tensor.file];
        file.read_exact_at(&mut bytes, at)
            .map_err(|error| unreadable(path, &error))?;
        let mut values = vec![0.0; n / block * block];
        tensor.decoder.decode(&bytes, &mut values);
        Ok(values)
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error(format!("{}: cannot be read ({error})", path.display()))
}
