//! llama.cpp's own downloads as they were until March 2026: one folder, `OWNER_REPO_FILE.gguf`. Later
//! ones are laid out as the Hugging Face Hub's and found with them.

use super::hf::HubFile;
use super::read::entries;
use super::split;
use super::{Environment, Listing};
use std::path::PathBuf;

/// Where llama.cpp would keep a file of the Hub.
pub fn candidate(wanted: &HubFile, environment: &Environment) -> Option<PathBuf> {
    let HubFile { owner, repo, file } = wanted;
    let name = format!("{owner}_{repo}_{}", file.replace('/', "_"));
    Some(environment.llama_cpp_root()?.join(name))
}

/// Adds every model in llama.cpp's folder, by its path: where in its name the owner ends and the
/// repository begins cannot be told.
pub fn list(environment: &Environment, listing: &mut Listing) {
    let Some(root) = environment.llama_cpp_root() else {
        return;
    };
    for path in split::models(listing.add_problem(entries(&root))) {
        listing.add_file(&path, None);
    }
}
