//! `ollama:NAME[:TAG]`: a tag of Ollama's local store, read in place.

mod manifest;
mod name;
mod settings;
mod store;
#[cfg(test)]
mod tests;

pub use name::Name;
pub use settings::{Parameters, Settings};
pub use store::{Store, Tag};

use super::read::{shown, some_of, unreadable};
use super::{Environment, Error, Listing, Model};
use crate::engine::log::escape;
use std::io::ErrorKind;

/// The prefix of such a source.
pub const PREFIX: &str = "ollama:";

/// The tag with this name, `ollama:` left off.
///
/// # Errors
/// No such name, store or tag; a tag that is incomplete, damaged or not readable.
pub fn find(name: &str, environment: &Environment) -> Result<Tag, Error> {
    let wanted = Name::parse(name)
        .map_err(|why| Error::Unknown(format!("{PREFIX}{}: {why}", escape(name))))?;
    let (stores, closed) = stores(environment);
    for store in &stores {
        if let Some(tag) = store.tag(&wanted)? {
            return Ok(tag);
        }
    }
    match (&stores[..], closed.into_iter().next()) {
        ([], Some(error)) => Err(error),
        ([], None) => Err(no_store(&wanted, environment)),
        (stores, closed) => Err(no_tag(&wanted, stores, closed)),
    }
}

/// Adds every tag of every store.
pub fn list(environment: &Environment, listing: &mut Listing) {
    let (stores, closed) = stores(environment);
    listing.problems.extend(closed.iter().map(Error::to_string));
    for store in stores {
        let found = store.names();
        listing.problems.extend(found.problems);
        for name in found.names {
            match store.tag(&name) {
                Ok(Some(tag)) => listing.add(Model {
                    source: format!("{PREFIX}{name}"),
                    path: tag.path,
                    n_bytes: tag.n_bytes,
                }),
                Ok(None) => {}
                Err(error) => listing.problems.push(error.to_string()),
            }
        }
    }
}

/// The stores that are there, and why others cannot be looked into.
fn stores(environment: &Environment) -> (Vec<Store>, Vec<Error>) {
    let (mut stores, mut closed) = (Vec::new(), Vec::new());
    for root in environment.ollama_roots() {
        match std::fs::metadata(&root) {
            Ok(_) => stores.push(Store { root }),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => closed.push(unreadable(&root, &error)),
        }
    }
    (stores, closed)
}

fn no_store(wanted: &Name, environment: &Environment) -> Error {
    let roots: Vec<String> = environment
        .ollama_roots()
        .iter()
        .map(|root| shown(root))
        .collect();
    Error::Unknown(format!(
        "{PREFIX}{wanted}: no store of Ollama here (looked for {}); set OLLAMA_MODELS to the folder that holds manifests and blobs, or give the path of a .gguf file",
        roots.join(" and ")
    ))
}

/// Names the nearest tag and those that are there, the same model's first.
fn no_tag(wanted: &Name, stores: &[Store], closed: Option<Error>) -> Error {
    let mut names: Vec<Name> = stores
        .iter()
        .flat_map(|store| store.names().names)
        .collect();
    names.sort_by_key(|name| name.model != wanted.model);
    let names: Vec<String> = names.iter().map(Name::to_string).collect();
    let roots: Vec<String> = stores.iter().map(|store| shown(&store.root)).collect();
    let typed = wanted.to_string();
    let there = match &names[..] {
        [] => "it is empty".into(),
        names => format!("there are: {}", some_of(names)),
    };
    let roots = roots.join(" or ");
    let mut message = format!("{PREFIX}{typed}: no such tag in {roots}; {there}; ");
    message += &match datasets::nearest(&typed, names.iter().map(String::as_str)) {
        Some(near) => {
            format!("did you mean {PREFIX}{near}? Otherwise fetch it with: ollama pull {typed}")
        }
        None => format!("fetch it with: ollama pull {typed}"),
    };
    if let Some(closed) = closed {
        message += &format!("; a store that may hold it cannot be read: {closed}");
    }
    Error::Unknown(message)
}
