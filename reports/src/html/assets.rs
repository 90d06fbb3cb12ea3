//! The style sheets, the script, and the policy under which a browser accepts nothing else.

use askama::filters::HtmlSafe;
use std::fmt;

/// A file of this crate that stands in the page as it is.
///
/// It can only be made of text that is compiled in, so nothing that was measured gets here.
#[derive(Clone, Copy)]
pub(super) struct Asset {
    text: &'static str,
    /// SHA-256 of `text` in base64, as a policy states it; a test recomputes it.
    sha256: &'static str,
}

impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl HtmlSafe for Asset {}

/// The style sheet.
pub(super) const STYLE: Asset = Asset {
    text: include_str!("../../templates/report.css"),
    sha256: "HLc99c2ZfC6y7W1byn5qbAdkYJZ1wHBUV+b5yDAvNTY=",
};

/// What a condition changes: the theme, the width, paper. Apart from [`STYLE`], since browsers go
/// through all rules of a sheet when one of its conditions turns.
pub(super) const MEDIA: Asset = Asset {
    text: include_str!("../../templates/media.css"),
    sha256: "InR0G0ojrAH/3y2Arn8hKJPZinVoewxSicT79GcsVE8=",
};

/// The script, without which the page reads as well.
pub(super) const SCRIPT: Asset = Asset {
    text: include_str!("../../templates/report.js"),
    sha256: "GAwCdAv7qghKIChDhwP63ETWrwt7ROK0XiBLzc/VFRY=",
};

/// The Content-Security-Policy: these style sheets and this script, and nothing from anywhere.
pub(super) fn policy() -> String {
    format!(
        "default-src 'none'; style-src 'sha256-{}' 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        STYLE.sha256, MEDIA.sha256, SCRIPT.sha256
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Base64 of the bytes that `hex` writes.
    fn base64(hex: &str) -> String {
        const DIGITS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let bits: String = hex
            .chars()
            .map(|c| format!("{:04b}", c.to_digit(16).unwrap()))
            .collect();
        let digits = bits.as_bytes().chunks(6).map(|chunk| {
            let text = format!("{:0<6}", std::str::from_utf8(chunk).unwrap());
            char::from(DIGITS[usize::from_str_radix(&text, 2).unwrap()])
        });
        let text: String = digits.collect();
        format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4))
    }

    #[test]
    fn the_hashes_are_those_of_the_files() {
        for (file, asset) in [
            ("report.css", STYLE),
            ("media.css", MEDIA),
            ("report.js", SCRIPT),
        ] {
            let path = format!("{}/templates/{file}", env!("CARGO_MANIFEST_DIR"));
            let loaded = datasets::load_corpus(&path).unwrap();
            assert_eq!(
                asset.sha256,
                base64(&loaded.texts[0].sha256),
                "{file} has changed: put its new hash here"
            );
            assert!(
                !asset.text.contains("</"),
                "{file} would end its own element"
            );
        }
    }
}
