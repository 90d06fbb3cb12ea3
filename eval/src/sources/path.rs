//! A path on the command line: a file, any part of a split model, or a folder with one model.

use super::Error;
use super::read::{entries, shown, some_of};
use super::split::{self, Part, Whole};
use std::path::{Path, PathBuf};

/// The file to load. A path that leads to nothing is returned as it is: that is told by the cells of
/// the model, beside which the others are measured.
///
/// # Errors
/// A folder with no model or several; parts of a split that are missing.
pub fn find(typed: &str) -> Result<PathBuf, Error> {
    let path = Path::new(typed);
    if path.is_dir() {
        return only_model(path);
    }
    let some_part_is_there = || split::parts(path).iter().any(|part| part.exists());
    if Part::of(path).is_some() && some_part_is_there() {
        return split::whole(path).map(|whole| whole.path);
    }
    Ok(path.to_owned())
}

fn only_model(folder: &Path) -> Result<PathBuf, Error> {
    let models = split::models(entries(folder)?);
    match &models[..] {
        [one] => split::whole(one).map(|Whole { path, .. }| path),
        [] => Err(Error::Unknown(format!(
            "{}: a folder without a .gguf file; give the path of a model",
            shown(folder)
        ))),
        several => {
            let names: Vec<String> = several.iter().map(|path| split::file_name(path)).collect();
            Err(Error::Unknown(format!(
                "{}: a folder with {} models ({}); give the path of one",
                shown(folder),
                several.len(),
                some_of(&names)
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &Path) -> &str {
        path.to_str().unwrap()
    }

    #[test]
    fn a_folder_stands_for_its_only_model() {
        let dir = tempfile::tempdir().unwrap();
        let error = find(text(dir.path())).unwrap_err();
        assert!(matches!(error, Error::Unknown(_)) && error.to_string().contains("without"));

        for name in [
            "a-00001-of-00002.gguf",
            "a-00002-of-00002.gguf",
            "mmproj-a.gguf",
            "readme",
        ] {
            std::fs::write(dir.path().join(name), "x").unwrap();
        }
        let found = find(text(dir.path())).unwrap();
        assert_eq!(found, dir.path().join("a-00001-of-00002.gguf"));

        std::fs::write(dir.path().join("b\u{1b}.gguf"), "x").unwrap();
        let error = find(text(dir.path())).unwrap_err().to_string();
        assert!(
            error.ends_with("a folder with 2 models (a-00001-of-00002.gguf, b\\u{1b}.gguf); give the path of one"),
            "{error}"
        );
    }

    #[test]
    fn a_missing_first_part_is_named_and_a_missing_file_is_left_to_its_cells() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a-00002-of-00002.gguf"), "x").unwrap();
        let first = dir.path().join("a-00001-of-00002.gguf");
        let error = find(text(&first)).unwrap_err().to_string();
        assert!(error.contains("1 of its 2 parts are missing"), "{error}");
        let nowhere = dir.path().join("b-00001-of-00002.gguf");
        assert_eq!(find(text(&nowhere)).unwrap(), nowhere);
    }
}
