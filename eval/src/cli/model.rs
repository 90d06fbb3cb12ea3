//! `[LABEL=]MODEL` on the command line.

use super::Failure;
use crate::sources;
use std::collections::HashSet;
use std::path::Path;

const LONGEST_LABEL: usize = 60;

/// Labels and paths, each label once.
pub fn parse(arguments: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let mut seen = HashSet::new();
    arguments
        .iter()
        .map(|argument| {
            let (label, path) = split(argument);
            let label = match label {
                Some(label) => {
                    check(label, argument)?;
                    if !seen.insert(label.to_owned()) {
                        return Err(Failure::Usage(format!(
                            "{argument}: the label {label} is taken; give each model a label of its own"
                        )));
                    }
                    label.to_owned()
                }
                None => free_label(path, &mut seen),
            };
            Ok((label, path.to_owned()))
        })
        .collect()
}

/// A file may have `=` in its name: an argument that is a file as a whole has no label.
fn split(argument: &str) -> (Option<&str>, &str) {
    match argument.split_once('=') {
        Some((label, path)) if !label.contains('/') && !Path::new(argument).exists() => {
            (Some(label), path)
        }
        _ => (None, argument),
    }
}

fn check(label: &str, argument: &str) -> Result<(), Failure> {
    let wrong = if label.trim().is_empty() {
        "the label is empty"
    } else if label.chars().count() > LONGEST_LABEL {
        "the label is too long"
    } else if label.chars().any(char::is_control) {
        "the label holds control characters"
    } else {
        return Ok(());
    };
    let shown = crate::engine::log::escape(argument);
    Err(Failure::Usage(format!(
        "{shown}: {wrong}; write LABEL=MODEL, for example instruct=model.gguf"
    )))
}

/// The file's stem or the tag, with a number where another model has it.
fn free_label(path: &str, seen: &mut HashSet<String>) -> String {
    let stem: String = sources::short_name(path)
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_LABEL)
        .collect();
    let numbered = (2..).map(|number| format!("{stem}-{number}"));
    let label = std::iter::once(stem.clone())
        .chain(numbered)
        .find(|label| !seen.contains(label))
        .unwrap_or(stem);
    seen.insert(label.clone());
    label
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(arguments: &[&str]) -> Vec<(String, String)> {
        let arguments: Vec<String> = arguments.iter().map(|&a| a.to_owned()).collect();
        parse(&arguments).unwrap_or_else(|_| panic!("{arguments:?}"))
    }

    #[test]
    fn labels_are_split_off_and_made_up_where_missing() {
        let found = labels(&[
            "text=dir/a.gguf",
            "dir/b.gguf",
            "other/b.gguf",
            "x/y=z.gguf",
            "ollama:llama3.2:3b",
            "ollama:me/llama3.2:3b",
            "fp16=ollama:llama3.2:3b-instruct-fp16",
            "hf:owner/repo/sub/c-Q8_0.gguf",
            "synthetic:llama3.2-3b",
            "synthetic:dir/my.shape.toml",
        ]);
        let expected = [
            ("text", "dir/a.gguf"),
            ("b", "dir/b.gguf"),
            ("b-2", "other/b.gguf"),
            ("y=z", "x/y=z.gguf"),
            ("llama3.2:3b", "ollama:llama3.2:3b"),
            ("llama3.2:3b-2", "ollama:me/llama3.2:3b"),
            ("fp16", "ollama:llama3.2:3b-instruct-fp16"),
            ("c-Q8_0", "hf:owner/repo/sub/c-Q8_0.gguf"),
            ("llama3.2-3b", "synthetic:llama3.2-3b"),
            ("my.shape", "synthetic:dir/my.shape.toml"),
        ];
        assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn a_label_names_one_model() {
        for wrong in [vec!["a=1", "a=2"], vec!["=x"], vec!["a\u{1b}=x"]] {
            let arguments: Vec<String> = wrong.iter().map(|&a| a.to_owned()).collect();
            assert!(
                matches!(parse(&arguments), Err(Failure::Usage(_))),
                "{wrong:?}"
            );
        }
    }
}
