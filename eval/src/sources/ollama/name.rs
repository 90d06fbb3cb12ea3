//! The name of a tag in Ollama: `[HOST/][NAMESPACE/]MODEL[:TAG]`.

use crate::engine::log::escape;

const DEFAULT_HOST: &str = "registry.ollama.ai";
/// The same registry, as newer stores name its folder.
pub const NEW_HOST: &str = "ollama.com";
const DEFAULT_NAMESPACE: &str = "library";
const DEFAULT_TAG: &str = "latest";
/// Longest part of a name in bytes; Ollama allows 80, and 350 for a host.
const LONGEST: usize = 80;
const LONGEST_HOST: usize = 350;

/// A name whose parts are safe as names of folders and files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// Folder of the registry; `registry.ollama.ai` also where `ollama.com` was written.
    pub host: String,
    /// Whose model.
    pub namespace: String,
    /// Which model.
    pub model: String,
    /// Which of its variants.
    pub tag: String,
}

impl Name {
    /// Reads what stands behind `ollama:`, with Ollama's defaults for what is left out.
    ///
    /// # Errors
    /// A part that Ollama does not allow: a phrase that says which.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST_HOST + 3 * LONGEST + 3 {
            return Err(format!(
                "the name has {} characters; no tag of Ollama has",
                text.len()
            ));
        }
        let (before, last) = text.rsplit_once('/').map_or(("", text), |(a, b)| (a, b));
        let (model, tag) = last.split_once(':').unwrap_or((last, DEFAULT_TAG));
        let (host, namespace) = match before.rsplit_once('/') {
            Some((host, namespace)) => (host, namespace),
            None if text.contains('/') => (DEFAULT_HOST, before),
            None => (DEFAULT_HOST, DEFAULT_NAMESPACE),
        };
        Self::of_parts([host, namespace, model, tag])
    }

    /// A name from its parts.
    ///
    /// # Errors
    /// As [`Name::parse`].
    pub fn of_parts([host, namespace, model, tag]: [&str; 4]) -> Result<Self, String> {
        for (what, part) in [
            ("host", host),
            ("namespace", namespace),
            ("model", model),
            ("tag", tag),
        ] {
            if !is_plain(part, what == "host") {
                return Err(format!(
                    "\"{}\" is no {what} of Ollama; a tag is written MODEL:TAG or NAMESPACE/MODEL:TAG",
                    escape(part)
                ));
            }
        }
        let host = if host.eq_ignore_ascii_case(NEW_HOST) {
            DEFAULT_HOST
        } else {
            host
        };
        Ok(Self {
            host: host.to_owned(),
            namespace: namespace.to_owned(),
            model: model.to_owned(),
            tag: tag.to_owned(),
        })
    }

    /// Whether it is of Ollama's own registry.
    #[must_use]
    pub fn is_of_ollama(&self) -> bool {
        self.host.eq_ignore_ascii_case(DEFAULT_HOST)
    }

    /// Whether both name the same tag for Ollama, which looks at letters, not at their case.
    #[must_use]
    pub fn is_alike(&self, other: &Self) -> bool {
        self.to_string().eq_ignore_ascii_case(&other.to_string())
    }
}

impl std::fmt::Display for Name {
    /// As Ollama lists it: without what is the default, but with the tag.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            host,
            namespace,
            model,
            tag,
        } = self;
        if !self.is_of_ollama() {
            write!(f, "{host}/{namespace}/{model}:{tag}")
        } else if namespace == DEFAULT_NAMESPACE {
            write!(f, "{model}:{tag}")
        } else {
            write!(f, "{namespace}/{model}:{tag}")
        }
    }
}

/// Begins with a letter, digit or `_`, so that it is no `..`, no hidden file and no option of a
/// command; a host may have a port.
fn is_plain(part: &str, is_host: bool) -> bool {
    let longest = if is_host { LONGEST_HOST } else { LONGEST };
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    part.len() <= longest
        && part.starts_with(word)
        && part
            .chars()
            .all(|c| word(c) || "-.".contains(c) || (is_host && c == ':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_ollamas_default() {
        for (typed, expected) in [
            (
                "llama3.2",
                ["registry.ollama.ai", "library", "llama3.2", "latest"],
            ),
            (
                "llama3.2:3b-text-fp16",
                ["registry.ollama.ai", "library", "llama3.2", "3b-text-fp16"],
            ),
            (
                "me/mine:q4_K_M",
                ["registry.ollama.ai", "me", "mine", "q4_K_M"],
            ),
            (
                "ollama.com/library/a:b",
                ["registry.ollama.ai", "library", "a", "b"],
            ),
            (
                "hf.co/bartowski/x-GGUF:Q8_0",
                ["hf.co", "bartowski", "x-GGUF", "Q8_0"],
            ),
            ("localhost:5000/a/b", ["localhost:5000", "a", "b", "latest"]),
        ] {
            let name = Name::parse(typed).unwrap();
            assert_eq!(
                [&*name.host, &name.namespace, &name.model, &name.tag],
                expected
            );
        }
    }

    #[test]
    fn a_name_is_shown_as_ollama_lists_it_and_read_again() {
        for shown in ["llama3.2:3b", "me/mine:latest", "hf.co/a/b:Q8_0"] {
            assert_eq!(Name::parse(shown).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn names_that_would_leave_the_store_are_refused() {
        let huge = "x".repeat(10 << 20);
        for typed in [
            "",
            ":",
            "a:",
            "/a",
            "//a",
            "..",
            "../../etc/passwd",
            "a/../b",
            "a:..",
            "/etc/passwd",
            "a b",
            "a\u{1b}[2J",
            "a\0",
            "a:b:c",
            "a/b/c/d/e",
            "-rf",
            "한글",
            "a\\b",
            &huge,
        ] {
            let error = Name::parse(typed).expect_err(typed);
            assert!(
                error.len() < 700 && !error.contains(char::is_control),
                "{error}"
            );
        }
    }
}
