//! Models split into several files, `NAME-00001-of-00003.gguf`: llama.cpp takes the first and opens
//! the others beside it.

use super::Error;
use super::read::{dangles, file_size, shown, some_of};
use std::path::{Path, PathBuf};

/// What the name of a part says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    stem: String,
    /// Counted from 1.
    pub number: u32,
    /// Parts in all.
    pub total: u32,
}

impl Part {
    /// `None` where the name is not that of a part.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.strip_suffix(".gguf")?;
        let (rest, total) = name.rsplit_once("-of-")?;
        let (stem, number) = rest.rsplit_once('-')?;
        let part = Self {
            stem: stem.to_owned(),
            number: five_digits(number)?,
            total: five_digits(total)?,
        };
        (1..=part.total).contains(&part.number).then_some(part)
    }

    /// The file name of another part.
    fn name(&self, number: u32) -> String {
        format!("{}-{number:05}-of-{:05}.gguf", self.stem, self.total)
    }
}

/// A model's file, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// The file, of a split model the first.
    pub path: PathBuf,
    /// Bytes of all parts.
    pub n_bytes: u64,
}

/// The whole model that a file is, or is any part of.
///
/// # Errors
/// Parts that are missing, by name; a file that cannot be read.
pub fn whole(path: &Path) -> Result<Whole, Error> {
    let parts = parts(path);
    let missing: Vec<&PathBuf> = parts
        .iter()
        .filter(|part| dangles(part) || !part.exists())
        .collect();
    if parts.len() > 1 && !missing.is_empty() {
        let names: Vec<String> = missing.iter().map(|part| file_name(part)).collect();
        return Err(Error::Broken(format!(
            "{}: {} of its {} parts are missing ({}); put them beside it, or fetch the model again",
            shown(path),
            missing.len(),
            parts.len(),
            some_of(&names)
        )));
    }
    let mut n_bytes = 0;
    for part in &parts {
        n_bytes += file_size(part)?;
    }
    let path = parts.into_iter().next().unwrap_or_else(|| path.to_owned());
    Ok(Whole { path, n_bytes })
}

/// The files that a model's file stands for, in order: itself, or all parts whether there or not.
#[must_use]
pub fn parts(path: &Path) -> Vec<PathBuf> {
    match Part::of(path) {
        None => vec![path.to_owned()],
        Some(part) => (1..=part.total)
            .map(|number| path.with_file_name(part.name(number)))
            .collect(),
    }
}

/// The models among files, whole or not: one for a split, whichever of its parts are there.
#[must_use]
pub fn models(files: impl IntoIterator<Item = PathBuf>) -> Vec<PathBuf> {
    let mut models: Vec<PathBuf> = Vec::new();
    for file in files.into_iter().filter(|file| is_model(file)) {
        let first = parts(&file).swap_remove(0);
        if !models.contains(&first) {
            models.push(first);
        }
    }
    models
}

/// By its name: a GGUF file that is not the image projector of another.
fn is_model(path: &Path) -> bool {
    let name = file_name(path).to_lowercase();
    name.ends_with(".gguf") && !name.contains("mmproj")
}

/// The last part of a path, whatever its bytes.
#[must_use]
pub fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn five_digits(text: &str) -> Option<u32> {
    let digits = text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_as_llama_cpp_writes_them_are_parts() {
        let part = |name: &str| Part::of(Path::new(name)).map(|part| (part.number, part.total));
        assert_eq!(part("dir/a-b-00002-of-00003.gguf"), Some((2, 3)));
        for other in [
            "a.gguf",
            "a-1-of-3.gguf",
            "a-00004-of-00003.gguf",
            "a-00000-of-00003.gguf",
            "a-00001-of-00000.gguf",
            "a-+0001-of-00003.gguf",
            "a-00001-of-00003.bin",
        ] {
            assert_eq!(part(other), None, "{other}");
        }
    }

    #[test]
    fn any_part_leads_to_the_first_and_the_size_of_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = |number| dir.path().join(format!("m-0000{number}-of-00003.gguf"));
        for number in 1..=3 {
            std::fs::write(path(number), vec![0; number]).unwrap();
        }
        let expected = Whole {
            path: path(1),
            n_bytes: 6,
        };
        assert_eq!(whole(&path(1)).unwrap(), expected);
        assert_eq!(whole(&path(3)).unwrap(), expected);
        assert_eq!(models((1..=3).map(path)), [path(1)]);
    }

    #[test]
    fn missing_parts_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let second = dir.path().join("m-00002-of-00004.gguf");
        std::fs::write(&second, "x").unwrap();
        std::os::unix::fs::symlink("gone", dir.path().join("m-00004-of-00004.gguf")).unwrap();
        let error = whole(&second).unwrap_err().to_string();
        assert!(
            error.ends_with(
                "m-00002-of-00004.gguf: 3 of its 4 parts are missing (m-00001-of-00004.gguf, m-00003-of-00004.gguf, m-00004-of-00004.gguf); put them beside it, or fetch the model again"
            ),
            "{error}"
        );
    }

    #[test]
    fn a_claim_of_very_many_parts_is_told_in_a_line() {
        let dir = tempfile::tempdir().unwrap();
        let first = dir.path().join("m-00001-of-99999.gguf");
        std::fs::write(&first, "x").unwrap();
        let error = whole(&first).unwrap_err().to_string();
        assert!(error.contains("99998 of its 99999 parts") && error.contains("and 99990 more"));
        assert!(error.len() < 1000, "{error}");
    }
}
