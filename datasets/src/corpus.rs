//! Texts for perplexity, byte for byte.

use sha2::{Digest, Sha256};

use crate::{Error, names, text};

/// The names of the embedded corpora.
pub const CORPORA: &[&str] = &["held-out"];

/// The embedded corpus: one text a genre, sorted by genre.
const HELD_OUT: [(&str, &[u8]); 7] = [
    (
        "dialogue",
        include_bytes!("../corpora/held-out/dialogue.txt"),
    ),
    ("essay", include_bytes!("../corpora/held-out/essay.txt")),
    (
        "explanation",
        include_bytes!("../corpora/held-out/explanation.txt"),
    ),
    (
        "instructions",
        include_bytes!("../corpora/held-out/instructions.txt"),
    ),
    ("letters", include_bytes!("../corpora/held-out/letters.txt")),
    (
        "narrative",
        include_bytes!("../corpora/held-out/narrative.txt"),
    ),
    ("news", include_bytes!("../corpora/held-out/news.txt")),
];

/// Texts that perplexity and fidelity are measured on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corpus {
    /// The embedded corpus's name, or the file's name without folder and extension.
    pub name: String,
    /// At least one text, sorted by name.
    pub texts: Vec<Text>,
}

/// One text of a corpus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The genre, or the file's name without folder and extension.
    pub name: String,
    /// The text exactly as it is on disk, never empty and not necessarily UTF-8: nothing is
    /// normalised, so that perplexity agrees with `llama-perplexity -f` on the same file.
    pub bytes: Vec<u8>,
    /// SHA-256 of `bytes`, 64 lower-case hexadecimal digits.
    pub sha256: String,
}

impl Text {
    fn new(name: &str, bytes: Vec<u8>) -> Self {
        let sha256 = Sha256::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            name: name.to_owned(),
            bytes,
            sha256,
        }
    }
}

/// Loads the embedded corpus `held-out`, or the file at a path as a corpus of one text.
///
/// # Errors
///
/// A name that is neither, a file that cannot be read, or one with nothing in it.
pub fn load_corpus(name_or_path: &str) -> Result<Corpus, Error> {
    if CORPORA.contains(&name_or_path) {
        let texts = HELD_OUT
            .iter()
            .map(|(genre, bytes)| Text::new(genre, bytes.to_vec()));
        return Ok(Corpus {
            name: name_or_path.to_owned(),
            texts: texts.collect(),
        });
    }
    let bytes = text::read(name_or_path, "corpus", CORPORA)?;
    if bytes.is_empty() {
        return Err(Error::Nothing {
            file: name_or_path.to_owned(),
            advice: "a corpus is plain text of at least a few thousand characters",
        });
    }
    let name = names::stem(name_or_path);
    Ok(Corpus {
        texts: vec![Text::new(&name, bytes)],
        name,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_held_out_corpus_is_sorted_text_whose_hashes_are_pinned() {
        let corpus = load_corpus("held-out").unwrap();
        assert!(corpus.texts.is_sorted_by(|a, b| a.name < b.name));
        let sums: String = corpus
            .texts
            .iter()
            .map(|text| format!("{}  {}.txt\n", text.sha256, text.name))
            .collect();
        assert_eq!(
            sums,
            include_str!("../corpora/held-out/SHA256SUMS"),
            "a changed text makes earlier figures incomparable; pin it only if that is meant"
        );
        for text in &corpus.texts {
            let content = std::str::from_utf8(&text.bytes).expect(&text.name);
            assert!(unicode_normalization::is_nfc(content), "{}", text.name);
            assert!(
                !content.contains('\r') && !content.starts_with('\u{feff}'),
                "{}",
                text.name
            );
        }
    }

    #[test]
    fn what_is_wrong_with_a_corpus_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let place = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
        fs::write(place("empty.txt"), "").unwrap();
        let mut found = Vec::new();
        for name in ["empty.txt", "", "none.txt"] {
            found.push(load_corpus(&place(name)).unwrap_err().to_string());
        }
        for name in ["heldout", "말뭉치"] {
            found.push(load_corpus(name).unwrap_err().to_string());
        }
        let root = format!("{}/", dir.path().display());
        insta::assert_snapshot!(found.join("\n").replace(&root, "DIR/"), @r#"
        DIR/empty.txt: nothing in it; a corpus is plain text of at least a few thousand characters
        DIR/: cannot be read: it is a directory; give a file in it
        DIR/none.txt: no such file; check the path, or name an embedded corpus: held-out
        unknown corpus `heldout` (did you mean `held-out`?); known: held-out; for a file, give its path
        unknown corpus `말뭉치`; known: held-out; for a file, give its path
        "#);
    }

    proptest! {
        #[test]
        fn a_file_is_taken_byte_for_byte(bytes in prop::collection::vec(any::<u8>(), 1..200)) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("wiki.test.raw");
            fs::write(&path, &bytes).unwrap();
            let corpus = load_corpus(path.to_str().unwrap()).unwrap();
            prop_assert_eq!(&corpus.name, "wiki.test");
            prop_assert_eq!(&corpus.texts, &[Text::new("wiki.test", bytes)]);
        }
    }

    #[test]
    fn the_hash_is_sha_256() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Text::new("x", Vec::new()).sha256, empty);
    }
}
