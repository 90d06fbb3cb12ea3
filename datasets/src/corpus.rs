//! Texts for perplexity.

use sha2::{Digest, Sha256};

use crate::normalise::{Normalised, Normaliser};
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
    /// The text, never empty. A byte order mark is dropped, CR LF became LF and decomposed Hangul
    /// was composed; a file that is not UTF-8 is taken byte for byte.
    pub bytes: Vec<u8>,
    /// What was changed in reading it. Where that is nothing, perplexity agrees with
    /// `llama-perplexity -f` on the same file.
    pub normalised: Normalised,
    /// SHA-256 of `bytes`, 64 lower-case hexadecimal digits.
    pub sha256: String,
}

impl Text {
    fn new(name: &str, bytes: Vec<u8>) -> Self {
        let (bytes, normalised) = normalise(bytes);
        let sha256 = Sha256::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            name: name.to_owned(),
            bytes,
            normalised,
            sha256,
        }
    }
}

fn normalise(bytes: Vec<u8>) -> (Vec<u8>, Normalised) {
    let source = match String::from_utf8(bytes) {
        Ok(source) => source,
        Err(error) => return (error.into_bytes(), Normalised::default()),
    };
    let mut normaliser = Normaliser::default();
    let source = normaliser.source(&source);
    let lines = source.split_inclusive('\n');
    let text: String = lines
        .map(|line| normaliser.composed(line.to_owned()))
        .collect();
    (text.into_bytes(), normaliser.counts())
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
    let name = names::stem(name_or_path);
    let text = Text::new(&name, text::read(name_or_path, "corpus", CORPORA)?);
    if text.bytes.is_empty() {
        return Err(Error::Nothing {
            file: name_or_path.to_owned(),
            advice: "a corpus is plain text of at least a few thousand characters",
        });
    }
    Ok(Corpus {
        texts: vec![text],
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

    #[test]
    fn bom_crlf_and_decomposed_hangul_are_normalised_and_counted() {
        let text = |bytes: &[u8]| Text::new("x", bytes.to_vec());
        let plain = text("가나\n다\r라\n".as_bytes());
        assert_eq!(plain.normalised, Normalised::default());
        let odd = text("\u{feff}\u{1100}\u{1161}\u{1102}\u{1161}\r\n다\r라\r\n".as_bytes());
        let counts = |bom, crlf, nfd| Normalised { bom, crlf, nfd };
        assert_eq!(odd.normalised, counts(1, 2, 1));
        assert_eq!((odd.bytes, odd.sha256), (plain.bytes, plain.sha256));
        let broken = text(b"\xff\r\n");
        assert_eq!(broken.bytes, b"\xff\r\n");
        assert_eq!(broken.normalised, Normalised::default());
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_corpus(bytes in prop::collection::vec(any::<u8>(), 1..200)) {
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
