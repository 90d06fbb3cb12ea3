//! Derived model files, kept by what they were made of.
//!
//! A file's name is the SHA-256 of its source, the precision and the version of the engine that
//! made it. It is written under a temporary name and renamed when whole, so whatever has its final
//! name is whole.

use std::path::{Path, PathBuf};

/// The folder of derived files.
#[derive(Debug, Clone)]
pub struct Cache {
    dir: PathBuf,
}

/// A derived file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub n_bytes: u64,
}

/// Why a derived file cannot be kept: one line that says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Error(pub String);

impl From<Error> for crate::engine::Error {
    fn from(error: Error) -> Self {
        Self(error.0)
    }
}

impl Cache {
    /// The cache of this user: `$XDG_CACHE_HOME/hanbench/derived`, else under `~/.cache`.
    ///
    /// # Errors
    /// Neither variable is set to an absolute path, or the folder cannot be made.
    pub fn of_user() -> Result<Self, Error> {
        let absolute = |name| {
            let path = PathBuf::from(std::env::var_os(name)?);
            path.is_absolute().then_some(path)
        };
        let base = absolute("XDG_CACHE_HOME")
            .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
            .ok_or_else(|| {
                Error(
                    "no place for derived files: set HOME or XDG_CACHE_HOME to an absolute path"
                        .into(),
                )
            })?;
        Self::at(base.join("hanbench").join("derived"))
    }

    /// A cache in a folder of its own.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn at(dir: PathBuf) -> Result<Self, Error> {
        std::fs::create_dir_all(&dir).map_err(|error| {
            Error(format!(
                "{}: the cache for derived files cannot be made ({error}); set XDG_CACHE_HOME to a folder that can be written",
                dir.display()
            ))
        })?;
        Ok(Self { dir })
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where the file made of the source with this hash belongs.
    #[must_use]
    pub fn path(&self, source_sha256: &str, precision: &str, engine_version: &str) -> PathBuf {
        let plain = |text: &str| -> String {
            text.chars()
                .map(|c| {
                    if c.is_ascii_alphanumeric() || "._-".contains(c) {
                        c
                    } else {
                        '-'
                    }
                })
                .collect()
        };
        let (source, version) = (plain(source_sha256), plain(engine_version));
        self.dir
            .join(format!("{source}.{}.{version}.gguf", plain(precision)))
    }

    /// Makes `target` with `make`, which writes the path it is given; does nothing where it is there.
    /// `needed_bytes` is what the file is expected to take.
    ///
    /// # Errors
    /// Too little disk, or whatever `make` says.
    pub fn derive<E: From<Error>>(
        &self,
        target: &Path,
        needed_bytes: u64,
        make: impl FnOnce(&Path) -> Result<(), E>,
    ) -> Result<(), E> {
        if target.exists() {
            return Ok(());
        }
        self.remove_abandoned();
        self.check_disk(needed_bytes)?;
        let part = target.with_extension(format!("part-{}", std::process::id()));
        let made = make(&part).and_then(|()| settle(&part, target).map_err(E::from));
        if made.is_err() {
            // It may never have been there; what counts is that it does not stay.
            let _ = std::fs::remove_file(&part);
        }
        made
    }

    /// Gives `use_it` the path of a file that is gone afterwards, beside `target`.
    ///
    /// # Errors
    /// Whatever `use_it` says.
    pub fn with_scratch<T, E>(
        &self,
        target: &Path,
        use_it: impl FnOnce(&Path) -> Result<T, E>,
    ) -> Result<T, E> {
        self.remove_abandoned();
        let scratch = target.with_extension(format!("scratch.part-{}", std::process::id()));
        let used = use_it(&scratch);
        // It may never have been there; what counts is that it does not stay.
        let _ = std::fs::remove_file(&scratch);
        used
    }

    fn check_disk(&self, needed: u64) -> Result<(), Error> {
        const SPARE: u64 = 64 << 20;
        match crate::engine::os::free_disk(&self.dir) {
            Some(free) if free < needed + SPARE => Err(Error(format!(
                "{}: {:.1} GiB are needed for the derived file but {:.1} GiB are free; free some (`hanbench cache --clean`) or set XDG_CACHE_HOME to another disk",
                self.dir.display(),
                gib(needed),
                gib(free)
            ))),
            _ => Ok(()),
        }
    }

    /// Derived files, by name.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let mut entries: Vec<Entry> = self
            .files()
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "gguf")
            })
            .filter_map(|path| {
                let n_bytes = path.metadata().ok()?.len();
                Some(Entry { path, n_bytes })
            })
            .collect();
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        entries
    }

    /// Removes every derived file and returns the bytes that were freed.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub fn clean(&self) -> Result<u64, Error> {
        self.remove_abandoned();
        let mut freed = 0;
        for entry in self.entries() {
            std::fs::remove_file(&entry.path).map_err(|error| {
                Error(format!(
                    "{}: cannot be removed ({error})",
                    entry.path.display()
                ))
            })?;
            freed += entry.n_bytes;
        }
        Ok(freed)
    }

    /// Removes what a process that is no longer there left unfinished.
    fn remove_abandoned(&self) {
        for path in self.files() {
            let writer = path.extension().and_then(|extension| {
                extension
                    .to_str()?
                    .strip_prefix("part-")?
                    .parse::<u32>()
                    .ok()
            });
            if writer.is_some_and(|pid| !crate::engine::os::is_running(pid)) {
                // Another process may have removed it at the same moment.
                let _ = std::fs::remove_file(&path);
            }
        }
    }

    fn files(&self) -> impl Iterator<Item = PathBuf> {
        let listing = std::fs::read_dir(&self.dir).into_iter().flatten();
        listing.filter_map(|entry| Some(entry.ok()?.path()))
    }
}

/// On disk first, then its final name: a power cut must not leave a name without its content.
fn settle(part: &Path, target: &Path) -> Result<(), Error> {
    let settle = || -> std::io::Result<()> {
        std::fs::File::open(part)?.sync_all()?;
        std::fs::rename(part, target)
    };
    settle().map_err(|error| Error(format!("{}: cannot be kept ({error})", target.display())))
}

fn gib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 30)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache() -> (tempfile::TempDir, Cache) {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::at(dir.path().join("derived")).unwrap();
        (dir, cache)
    }

    #[test]
    fn a_file_is_made_once_and_found_again() {
        let (_dir, cache) = cache();
        let target = cache.path("ab12", "Q4_K_M", "0.6.0-dev");
        let mut made = 0;
        for _ in 0..2 {
            cache
                .derive::<Error>(&target, 3, |part| {
                    made += 1;
                    std::fs::write(part, "abc").unwrap();
                    Ok(())
                })
                .unwrap();
        }
        assert_eq!(made, 1);
        assert_eq!(
            cache.entries(),
            [Entry {
                path: target,
                n_bytes: 3
            }]
        );
        assert_eq!(cache.clean().unwrap(), 3);
        assert!(cache.entries().is_empty());
    }

    #[test]
    fn a_full_disk_is_said_in_korean_too() {
        let (_dir, cache) = cache();
        let Error(said) = cache.check_disk(u64::MAX >> 1).unwrap_err();
        assert!(reports::reason::in_korean(&said).is_some(), "{said}");
    }

    #[test]
    fn a_failed_conversion_leaves_nothing() {
        let (_dir, cache) = cache();
        let target = cache.path("ab12", "F16", "1");
        let failed = cache.derive(&target, 3, |part| {
            std::fs::write(part, "half").unwrap();
            Err(Error("stopped".into()))
        });
        assert_eq!(failed.unwrap_err().0, "stopped");
        assert_eq!(cache.files().count(), 0);
    }

    #[test]
    fn what_a_dead_process_left_is_removed() {
        let (_dir, cache) = cache();
        std::fs::write(cache.dir().join("x.F16.1.part-4294967"), "half").unwrap();
        cache.clean().unwrap();
        assert_eq!(cache.files().count(), 0);
    }

    #[test]
    fn too_little_disk_is_said_before_anything_is_written() {
        let (_dir, cache) = cache();
        let target = cache.path("ab12", "F32", "1");
        let error = cache.derive(&target, 1 << 60, |_| -> Result<(), Error> {
            unreachable!()
        });
        assert!(error.unwrap_err().0.contains("hanbench cache --clean"));
    }

    #[test]
    fn names_cannot_leave_the_folder() {
        let (_dir, cache) = cache();
        let path = cache.path("../../etc", "F16/..", "1");
        assert_eq!(path.parent(), Some(cache.dir()));
    }
}
