//! LM Studio's folder: `OWNER/REPO/FILE.gguf`, named as on the Hugging Face Hub.

use super::hf::{self, HubFile};
use super::read::entries;
use super::split;
use super::{Environment, Listing};
use std::path::PathBuf;

/// Where LM Studio would keep a file of the Hub.
pub fn candidates(wanted: &HubFile, environment: &Environment) -> Vec<PathBuf> {
    let below = |root: PathBuf| {
        root.join(&wanted.owner)
            .join(&wanted.repo)
            .join(&wanted.file)
    };
    environment
        .lm_studio_roots()
        .into_iter()
        .map(below)
        .collect()
}

/// Adds every model in LM Studio's folders.
pub fn list(environment: &Environment, listing: &mut Listing) {
    for root in environment.lm_studio_roots() {
        for owner in listing.add_problem(entries(&root)) {
            for repo in listing.add_problem(entries(&owner)) {
                let files = hf::files_below(&repo, 1, listing);
                for path in split::models(files) {
                    let name = path
                        .strip_prefix(&root)
                        .ok()
                        .and_then(|below| below.to_str());
                    let named = name.and_then(|name| HubFile::parse(name).ok());
                    listing.add_file(&path, named.map(|file| file.to_string()));
                }
            }
        }
    }
}
