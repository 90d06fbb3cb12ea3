//! Hashes of model files, remembered, so that a large file is read for its hash once.
//!
//! A hash is believed only of the very files it was taken of: same path, size, time of change to the
//! nanosecond and number in the file system. The memory is one JSON object a line, in `hashes.jsonl`
//! beside the derived files; a line that cannot be read is passed over, the oldest lines are dropped, and
//! the file is replaced as a whole, so whatever has its name is whole.

use super::cache::Cache;
use super::protocol::{Reply, Request};
use super::worker::{Nursery, Trouble};
use crate::sources::split;
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Models that are remembered.
const MOST_LINES: usize = 1000;

/// Parts of a split model beyond which it is not remembered.
const MOST_PARTS: usize = 512;

/// Bytes of the memory beyond which it is begun anew.
const MOST_BYTES: u64 = 16 << 20;

/// A file that was written a moment ago may be written again within the same tick of the clock.
const SETTLED: Duration = Duration::from_secs(2);

/// The hashes of this user's model files.
#[derive(Debug, Clone)]
pub struct Hashes {
    file: PathBuf,
}

/// A line of the memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    files: Vec<Stamp>,
    sha256: String,
}

/// What tells one state of a file from another without reading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    path: PathBuf,
    n_bytes: u64,
    modified_s: i64,
    modified_ns: i64,
    device: u64,
    inode: u64,
}

impl Hashes {
    /// The memory beside a cache.
    #[must_use]
    pub fn beside(cache: &Cache) -> Self {
        let folder = cache.dir().parent().unwrap_or(cache.dir());
        Self {
            file: folder.join("hashes.jsonl"),
        }
    }

    /// The hash of a model's files as they are now, where it was taken before.
    #[must_use]
    pub fn recall(&self, path: &Path) -> Option<String> {
        let files = stamps(path)?;
        let lines = self.lines().into_iter().rev();
        lines
            .filter(|line| line.files == files)
            .map(|line| line.sha256)
            .find(|sha256| is_sha256(sha256))
    }

    /// The hash of a model's files: remembered, or taken now by a child and remembered. `progress` hears
    /// of MiB read, of how many.
    ///
    /// # Errors
    /// A file cannot be read, Ctrl-C.
    pub fn take(
        &self,
        path: &Path,
        nursery: &Nursery,
        progress: &mut dyn FnMut(u32, u32),
    ) -> Result<String, Trouble> {
        if let Some(sha256) = self.recall(path) {
            return Ok(sha256);
        }
        let before = stamps(path);
        let request = Request::Hash {
            path: path.to_owned(),
        };
        let mut found = None;
        nursery.spawn()?.ask(&request, &mut |reply| {
            match reply {
                Reply::Hashed { sha256 } => found = Some(sha256),
                Reply::Progress { done, total } => progress(done, total),
                _ => {}
            }
            Ok(())
        })?;
        let Some(sha256) = found else {
            return Err(Trouble::Failed(format!(
                "{}: the engine did not answer",
                path.display()
            )));
        };
        if let Some(files) = before.filter(|files| Some(files) == stamps(path).as_ref()) {
            self.remember(Line {
                files,
                sha256: sha256.clone(),
            });
        }
        Ok(sha256)
    }

    /// That it cannot be kept only costs time, the next time.
    fn remember(&self, line: Line) {
        if line.files.len() > MOST_PARTS || line.files.iter().any(is_fresh) {
            return;
        }
        if let Err(error) = self.replace(line) {
            tracing::warn!("{}: cannot be written ({error})", self.file.display());
        }
    }

    fn replace(&self, line: Line) -> std::io::Result<()> {
        let mut lines = self.lines();
        let is_older =
            |known: &Line| known.files.first().map(|f| &f.path) == Some(&line.files[0].path);
        lines.retain(|known| !is_older(known));
        lines.push(line);
        let kept = &lines[lines.len().saturating_sub(MOST_LINES)..];
        let folder = self.file.parent().unwrap_or(Path::new("."));
        let mut part = tempfile::NamedTempFile::new_in(folder)?;
        for line in kept {
            let mut text = serde_json::to_vec(line)?;
            text.push(b'\n');
            part.write_all(&text)?;
        }
        part.as_file().sync_all()?;
        part.persist(&self.file)?;
        Ok(())
    }

    fn lines(&self) -> Vec<Line> {
        let mut text = Vec::new();
        let read = std::fs::File::open(&self.file)
            .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut text));
        if read.is_err() || text.len() as u64 > MOST_BYTES {
            return Vec::new();
        }
        text.split(|&byte| byte == b'\n')
            .filter_map(|line| serde_json::from_slice(line).ok())
            .filter(|line: &Line| !line.files.is_empty())
            .collect()
    }
}

/// All files of a model; `None` where one cannot be looked at.
fn stamps(path: &Path) -> Option<Vec<Stamp>> {
    split::parts(path).iter().map(|part| stamp(part)).collect()
}

/// Links are followed, so that a file that several tags share is hashed once.
fn stamp(path: &Path) -> Option<Stamp> {
    let path = std::fs::canonicalize(path).ok()?;
    let metadata = std::fs::metadata(&path).ok()?;
    Some(Stamp {
        n_bytes: metadata.len(),
        modified_s: metadata.mtime(),
        modified_ns: metadata.mtime_nsec(),
        device: metadata.dev(),
        inode: metadata.ino(),
        path,
    })
}

fn is_fresh(stamp: &Stamp) -> bool {
    let since = Duration::from_secs(stamp.modified_s.unsigned_abs());
    let age = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH + since);
    age.is_ok_and(|age| age < SETTLED)
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Place {
        dir: tempfile::TempDir,
        hashes: Hashes,
    }

    impl Place {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let cache = Cache::at(dir.path().join("cache/derived")).unwrap();
            let hashes = Hashes::beside(&cache);
            Self { dir, hashes }
        }

        /// A file of an hour ago.
        fn file(&self, name: &str, content: &str) -> PathBuf {
            let path = self.dir.path().join(name);
            std::fs::write(&path, content).unwrap();
            age(&path, 3600);
            path
        }

        fn remember(&self, path: &Path, sha256: &str) {
            let files = stamps(path).unwrap();
            let sha256 = sha256.to_owned();
            self.hashes.remember(Line { files, sha256 });
        }
    }

    fn age(path: &Path, seconds: u64) {
        let file = std::fs::File::options().write(true).open(path).unwrap();
        let time = SystemTime::now() - Duration::from_secs(seconds);
        file.set_modified(time).unwrap();
    }

    fn hash(digit: char) -> String {
        digit.to_string().repeat(64)
    }

    #[test]
    fn a_hash_is_remembered_until_the_file_changes() {
        let place = Place::new();
        let path = place.file("m.gguf", "abc");
        assert_eq!(place.hashes.recall(&path), None);
        place.remember(&path, &hash('a'));
        assert_eq!(place.hashes.recall(&path), Some(hash('a')));

        let moved = place.dir.path().join("n.gguf");
        std::fs::rename(&path, &moved).unwrap();
        assert_eq!(place.hashes.recall(&moved), None, "another path");
        std::fs::rename(&moved, &path).unwrap();
        assert_eq!(place.hashes.recall(&path), Some(hash('a')));

        age(&path, 3600);
        assert_eq!(place.hashes.recall(&path), None, "another time");
        place.remember(&path, &hash('b'));
        let copy = place.file("copy", "abd");
        let time = std::fs::metadata(&path).unwrap().modified().unwrap();
        let file = std::fs::File::options().write(true).open(&copy).unwrap();
        file.set_modified(time).unwrap();
        std::fs::rename(&copy, &path).unwrap();
        assert_eq!(
            place.hashes.recall(&path),
            None,
            "another file of that time"
        );
    }

    #[test]
    fn a_file_written_just_now_is_not_remembered() {
        let place = Place::new();
        let path = place.file("m.gguf", "abc");
        age(&path, 0);
        place.remember(&path, &hash('a'));
        assert_eq!(place.hashes.recall(&path), None);
    }

    #[test]
    fn all_parts_of_a_split_count() {
        let place = Place::new();
        let first = place.file("m-00001-of-00002.gguf", "abc");
        let second = place.file("m-00002-of-00002.gguf", "def");
        place.remember(&first, &hash('a'));
        assert_eq!(place.hashes.recall(&first), Some(hash('a')));
        age(&second, 10);
        assert_eq!(place.hashes.recall(&first), None);
    }

    #[test]
    fn damaged_lines_are_passed_over_and_the_memory_is_bounded() {
        let place = Place::new();
        let path = place.file("m.gguf", "abc");
        place.remember(&path, &hash('a'));
        let mut text = std::fs::read(&place.hashes.file).unwrap();
        text.extend(
            b"{\"files\":[]}\nnonsense \xff\n{\"files\":[],\"sha256\":\"x\"}\n{\"files\":[{",
        );
        std::fs::write(&place.hashes.file, text).unwrap();
        assert_eq!(place.hashes.recall(&path), Some(hash('a')));

        let other = place.file("n.gguf", "abc");
        place.remember(&other, "../../not a hash");
        assert_eq!(place.hashes.recall(&other), None);
        assert_eq!(place.hashes.recall(&path), Some(hash('a')));

        let mut lines = place.hashes.lines();
        let line = lines.remove(0);
        let many: Vec<u8> = (0..MOST_LINES + 5)
            .flat_map(|n| {
                let mut line = line.clone();
                line.files[0].inode = n as u64;
                let mut text = serde_json::to_vec(&line).unwrap();
                text.push(b'\n');
                text
            })
            .collect();
        std::fs::write(&place.hashes.file, many).unwrap();
        place.remember(&other, &hash('c'));
        assert!(place.hashes.lines().len() <= MOST_LINES);
        assert_eq!(place.hashes.recall(&other), Some(hash('c')));
    }

    #[test]
    fn a_memory_that_grew_out_of_bounds_is_begun_anew() {
        let place = Place::new();
        let path = place.file("m.gguf", "abc");
        std::fs::write(&place.hashes.file, vec![b' '; MOST_BYTES as usize + 1]).unwrap();
        assert_eq!(place.hashes.recall(&path), None);
        place.remember(&path, &hash('a'));
        assert_eq!(place.hashes.recall(&path), Some(hash('a')));
    }
}
