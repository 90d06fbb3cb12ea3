//! The hash of a model's files.

use super::{Error, gguf};
use crate::sources::split;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// SHA-256 of a file in hex; of a split model that of all its parts, one behind the other. `progress`
/// hears of bytes read, of how many.
///
/// # Errors
/// A file cannot be read.
pub fn sha256(path: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<String, Error> {
    const STEP: u64 = 64 << 20;
    let total = gguf::bytes_of_parts(path)?;
    let mut done = 0;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    for part in split::parts(path) {
        let mut read = || -> std::io::Result<()> {
            let mut file = File::open(&part)?;
            loop {
                match file.read(&mut buffer)? {
                    0 => return Ok(()),
                    n => {
                        hash.update(&buffer[..n]);
                        if (done + n as u64) / STEP > done / STEP {
                            progress(done + n as u64, total);
                        }
                        done += n as u64;
                    }
                }
            }
        };
        read().map_err(|error| Error(format!("{}: cannot be read ({error})", part.display())))?;
    }
    let bytes = hash.finalize();
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
