//! Telling a name from a path, and "did you mean".

use std::path::Path;

use crate::Error;

/// Below this Jaro–Winkler similarity a suggestion confuses more than it helps.
const SIMILAR: f64 = 0.8;

/// The known name most like `wrong`, for "did you mean"; `None` where none is alike.
///
/// Likeness is the Jaro–Winkler similarity of the lower-cased names, at least 0.8; of equally alike
/// names the first is taken.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for name in known {
        let likeness = strsim::jaro_winkler(&wrong, &name.to_lowercase());
        if likeness >= SIMILAR && best.is_none_or(|(most, _)| likeness > most) {
            best = Some((likeness, name));
        }
    }
    best.map(|(_, name)| name)
}

/// The error for `name`, which is no embedded set and no file: a mistyped name where it looks like
/// one, else a file that is not there.
pub(crate) fn unknown(what: &'static str, name: &str, known: &'static [&'static str]) -> Error {
    if looks_like_a_path(name) {
        return Error::NoSuchFile {
            file: name.to_owned(),
            what,
            known,
        };
    }
    Error::UnknownName {
        what,
        name: name.to_owned(),
        nearest: nearest(name, known.iter().copied()),
        known,
    }
}

/// Whether `name` holds a separator or an extension, which no name of an embedded set does.
pub(crate) fn looks_like_a_path(name: &str) -> bool {
    name.contains(std::path::is_separator) || Path::new(name).extension().is_some()
}

/// The file's name without folder and extension, as sets and texts from files are called.
pub(crate) fn stem(path: &str) -> String {
    let stem = Path::new(path).file_stem();
    stem.map_or_else(
        || path.to_owned(),
        |stem| stem.to_string_lossy().into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_and_nonsense_has_none() {
        let known = ["quick", "standard", "full"];
        assert_eq!(nearest("quik", known), Some("quick"));
        assert_eq!(nearest("FULL", known), Some("full"));
        assert_eq!(nearest("standart", known), Some("standard"));
        assert_eq!(nearest("고양이", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest("quick", []), None);
    }

    #[test]
    fn a_stem_has_no_folder_and_no_extension() {
        assert_eq!(stem("a/b/my.questions.jsonl"), "my.questions");
        assert_eq!(stem("plain"), "plain");
        assert_eq!(stem(".."), "..");
    }
}
