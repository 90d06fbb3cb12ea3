//! Reading what other programs left: never more than expected, and an error that says what to do.

use super::Error;
use crate::engine::log::escape;
use std::fs::{DirEntry, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// A path as it may be shown.
pub fn shown(path: &Path) -> String {
    escape(&path.to_string_lossy())
}

/// Why something that should be there cannot be read.
pub fn unreadable(path: &Path, error: &io::Error) -> Error {
    let shown = shown(path);
    Error::Broken(match error.kind() {
        ErrorKind::PermissionDenied => format!(
            "{shown}: no permission to read it; join the group that owns it (for Ollama's service: sudo usermod -aG ollama $USER, and log in again), or copy the model to a folder of your own"
        ),
        ErrorKind::NotFound => format!("{shown}: is not there; fetch the model again"),
        _ => format!("{shown}: cannot be read ({error}); check the disk it is on"),
    })
}

/// The size in bytes of a regular file that may be read; links are followed.
///
/// # Errors
/// It is not there, is no regular file or may not be opened.
pub fn file_size(path: &Path) -> Result<u64, Error> {
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    // A pipe or device would be waited for.
    if !metadata.is_file() {
        return Err(Error::Broken(format!(
            "{}: is not a regular file; fetch the model again",
            shown(path)
        )));
    }
    File::open(path).map_err(|error| unreadable(path, &error))?;
    Ok(metadata.len())
}

/// A file of at most `most` bytes.
///
/// # Errors
/// As [`file_size`]; larger.
pub fn small_file(path: &Path, most: u64) -> Result<Vec<u8>, Error> {
    file_size(path)?;
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(path, &error))?;
    if bytes.len() as u64 > most {
        return Err(Error::Broken(format!(
            "{}: has more than the {} KiB that such a file ever takes; fetch the model again",
            shown(path),
            most >> 10
        )));
    }
    Ok(bytes)
}

/// What a folder holds, by name; nothing where it is not there.
///
/// # Errors
/// It may not be read.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let listing = match std::fs::read_dir(folder) {
        Ok(listing) => listing,
        // A file where a folder may be is of no concern, for example macOS's .DS_Store.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(unreadable(folder, &error)),
    };
    let found: io::Result<Vec<DirEntry>> = listing.collect();
    let found = found.map_err(|error| unreadable(folder, &error))?;
    let mut found: Vec<PathBuf> = found.iter().map(DirEntry::path).collect();
    found.sort();
    Ok(found)
}

/// Whether a link is there that leads to nothing.
pub fn dangles(path: &Path) -> bool {
    path.is_symlink() && std::fs::metadata(path).is_err_and(|e| e.kind() == ErrorKind::NotFound)
}

/// The first few of `names`, and how many more there are.
pub fn some_of<S: AsRef<str>>(names: &[S]) -> String {
    const MOST: usize = 8;
    let first: Vec<String> = names
        .iter()
        .take(MOST)
        .map(|name| escape(name.as_ref()))
        .collect();
    let more = names.len().saturating_sub(MOST);
    match more {
        0 => first.join(", "),
        _ => format!("{} and {more} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_only_up_to_its_bound() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("manifest");
        std::fs::write(&path, vec![b'x'; 2048]).unwrap();
        assert_eq!(small_file(&path, 2048).unwrap().len(), 2048);
        let error = small_file(&path, 2047).unwrap_err().to_string();
        assert!(error.contains("manifest: has more than"), "{error}");
    }

    #[test]
    fn what_is_no_file_is_not_opened() {
        let dir = tempfile::tempdir().unwrap();
        let error = file_size(dir.path()).unwrap_err().to_string();
        assert!(error.contains("not a regular file"), "{error}");
    }

    #[test]
    fn missing_permission_says_what_to_do() {
        let error = unreadable(Path::new("/m\u{1b}"), &ErrorKind::PermissionDenied.into());
        let error = error.to_string();
        assert!(error.starts_with("/m\\u{1b}: no permission") && error.contains("usermod"));
    }
}
