//! `hf:OWNER/REPO/FILE.gguf`: a file of the Hugging Face Hub that was downloaded before.
//!
//! The Hub's cache keeps `models--OWNER--REPO/snapshots/<commit>/FILE`, links to its `blobs`, and in
//! `refs/main` the commit that was the newest at the last download. LM Studio and llama.cpp keep the
//! same files in folders of their own, which are looked into after it.

use super::read::{dangles, entries, shown, small_file, some_of};
use super::split::{self, file_name};
use super::{Environment, Error, Listing, llama_cpp, lm_studio};
use crate::engine::log::escape;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The prefix of such a source.
pub const PREFIX: &str = "hf:";
/// Folders within a repository that files may be in.
const DEEPEST: u32 = 4;

/// A file of the Hub, every part of its name safe as the name of a folder or file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubFile {
    /// User or organisation.
    pub owner: String,
    /// Repository.
    pub repo: String,
    /// Path in it.
    pub file: String,
}

impl HubFile {
    /// Reads `OWNER/REPO/FILE.gguf`; the file may be in a folder.
    ///
    /// # Errors
    /// Not such a name: a phrase that says why.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = text.splitn(3, '/');
        let (Some(owner), Some(repo), Some(file)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err("is not written hf:OWNER/REPO/FILE.gguf".into());
        };
        for part in [owner, repo] {
            if !is_plain(part) {
                return Err(format!("\"{}\" is no name on the Hub", escape(part)));
            }
        }
        if !file.to_lowercase().ends_with(".gguf") {
            return Err("names no .gguf file; hanbench measures those only".into());
        }
        if file.len() > 1024 || !file.split('/').all(is_file_name) {
            return Err(format!("\"{}\" is no file of a repository", escape(file)));
        }
        Ok(Self {
            owner: owner.to_owned(),
            repo: repo.to_owned(),
            file: file.to_owned(),
        })
    }

    fn folder(&self) -> String {
        format!("models--{}--{}", self.owner, self.repo)
    }

    /// What downloads it, ready for a shell.
    fn download(&self) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-/+=@".contains(c);
        let file = match self.file.chars().all(plain) {
            true => self.file.clone(),
            false => format!("'{}'", self.file.replace('\'', "'\\''")),
        };
        format!("hf download {}/{} {file}", self.owner, self.repo)
    }
}

impl std::fmt::Display for HubFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{PREFIX}{}/{}/{}", self.owner, self.repo, self.file)
    }
}

/// The file with this name, `hf:` left off.
///
/// # Errors
/// No such name; not downloaded; a link that leads to nothing; parts that are missing.
pub fn find(name: &str, environment: &Environment) -> Result<PathBuf, Error> {
    let wanted = HubFile::parse(name)
        .map_err(|why| Error::Unknown(format!("{PREFIX}{}: {why}", escape(name))))?;
    let mut dangling = None;
    for path in candidates(&wanted, environment)? {
        if dangles(&path) {
            dangling = dangling.or(Some(path));
        } else if path.symlink_metadata().is_ok() {
            return split::whole(&path).map(|whole| whole.path);
        }
    }
    match dangling {
        None => Err(not_there(&wanted, environment)),
        Some(path) => Err(link_to_nothing(
            &path,
            &format!("fetch it again with: {}", wanted.download()),
        )),
    }
}

/// Adds every model of the Hub's caches.
pub fn list(environment: &Environment, listing: &mut Listing) {
    for root in environment.hf_roots() {
        let repos = listing.add_problem(entries(&root));
        for repo in repos
            .iter()
            .filter(|path| file_name(path).starts_with("models--"))
        {
            list_repo(repo, listing);
        }
    }
}

fn list_repo(repo: &Path, listing: &mut Listing) {
    let mut seen = Vec::new();
    let mut dangling = Vec::new();
    for snapshot in listing.add_problem(snapshots(repo)) {
        let files = files_below(&snapshot, DEEPEST, listing);
        for path in split::models(files) {
            let Ok(below) = path.strip_prefix(&snapshot).map(Path::to_owned) else {
                continue;
            };
            if dangles(&path) {
                dangling.push((below, path));
            } else if !seen.contains(&below) {
                listing.add_file(&path, source(repo, &below));
                seen.push(below);
            }
        }
    }
    for (below, path) in dangling {
        if !seen.contains(&below) {
            let again = "fetch it again with hf download";
            listing
                .problems
                .push(link_to_nothing(&path, again).to_string());
            seen.push(below);
        }
    }
}

/// The name to type for a file, where it has one.
fn source(repo: &Path, file: &Path) -> Option<String> {
    let (owner, name) = repo
        .file_name()?
        .to_str()?
        .strip_prefix("models--")?
        .split_once("--")?;
    let file = HubFile::parse(&format!("{owner}/{name}/{}", file.to_str()?)).ok()?;
    Some(file.to_string())
}

/// Where a file may be, the first that counts first.
fn candidates(wanted: &HubFile, environment: &Environment) -> Result<Vec<PathBuf>, Error> {
    let mut candidates = Vec::new();
    for root in environment.hf_roots() {
        let snapshots = snapshots(&root.join(wanted.folder()))?;
        candidates.extend(snapshots.iter().map(|snapshot| snapshot.join(&wanted.file)));
    }
    candidates.extend(lm_studio::candidates(wanted, environment));
    candidates.extend(llama_cpp::candidate(wanted, environment));
    Ok(candidates)
}

/// The snapshots of a repository: `refs/main`'s first, then the others from the newest.
fn snapshots(repo: &Path) -> Result<Vec<PathBuf>, Error> {
    let main = repo.join("refs/main");
    let main = match main.exists() {
        true => String::from_utf8(small_file(&main, 4096)?).unwrap_or_default(),
        false => String::new(),
    };
    let mut found = entries(&repo.join("snapshots"))?;
    let age = |path: &PathBuf| path.metadata().and_then(|data| data.modified()).ok();
    found.sort_by_key(|path| {
        let is_main = file_name(path) == main.trim();
        let newest_first = age(path).unwrap_or(SystemTime::UNIX_EPOCH);
        (!is_main, std::cmp::Reverse(newest_first))
    });
    Ok(found)
}

/// Files in a folder and those below it; what cannot be looked into is told in the listing.
pub fn files_below(folder: &Path, depth: u32, listing: &mut Listing) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in listing.add_problem(entries(folder)) {
        if !path.is_dir() {
            files.push(path);
        } else if depth > 0 {
            files.extend(files_below(&path, depth - 1, listing));
        }
    }
    files
}

fn link_to_nothing(path: &Path, again: &str) -> Error {
    Error::Broken(format!(
        "{}: a link to content that is not there; {again}",
        shown(path)
    ))
}

fn not_there(wanted: &HubFile, environment: &Environment) -> Error {
    let start = format!("{PREFIX}{}/{}/", wanted.owner, wanted.repo);
    let mut listing = Listing::default();
    list(environment, &mut listing);
    lm_studio::list(environment, &mut listing);
    let sources = listing.models.iter().map(|model| &model.source);
    let files: Vec<&str> = sources
        .filter_map(|source| source.strip_prefix(&start))
        .collect();
    let mut message = format!("{wanted}: not on this machine; ");
    if !files.is_empty() {
        message += &format!("of that repository there are: {}; ", some_of(&files));
    }
    let download = wanted.download();
    message += &match datasets::nearest(&wanted.file, files.iter().copied()) {
        Some(near) => format!("did you mean {start}{near}? Otherwise download it with: {download}"),
        None => format!("download it with: {download}"),
    };
    Error::Unknown(message)
}

fn is_plain(part: &str) -> bool {
    part.len() <= 96
        && part.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && !part.contains("--")
        && part
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

/// No way out of the folder, no hidden file, no option of a command, nothing that a terminal obeys.
fn is_file_name(part: &str) -> bool {
    !part.is_empty()
        && part.len() <= 255
        && !part.starts_with(['.', '-'])
        && !part.contains('\\')
        && escape(part) == part
}
