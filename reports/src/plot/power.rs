//! Text with raised exponents: `2^-14` is set as 2 with a small –14 above the line.
//!
//! Raised digits of their own (⁻¹⁴) are missing from many fonts, and the minus sign from Nanum Gothic,
//! so that a dash stands for it.

use super::canvas::{Anchor, Canvas, Drawn, Type};
use plotters::prelude::DrawingBackend;

/// Size of an exponent to that of the text, and how far it stands above the line, in ems.
const SMALLER: f64 = 0.72;
const RAISED: f64 = 0.38;

/// A stretch of text, raised or not.
type Piece = (String, bool);

/// Cuts `text` at each `^` and after the number that follows it.
fn pieces(text: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    for (index, part) in text.split('^').enumerate() {
        if index == 0 {
            out.push((part.to_owned(), false));
            continue;
        }
        let of_number = |c: char| c == '-' || c.is_ascii_digit();
        let end = part.find(|c| !of_number(c)).unwrap_or(part.len());
        let (exponent, rest) = part.split_at(end);
        out.push((exponent.replace('-', "–"), true));
        out.push((rest.to_owned(), false));
    }
    out.retain(|(text, _)| !text.is_empty());
    out
}

fn face_of(face: Type, raised: bool) -> Type {
    let size = if raised {
        face.size * SMALLER
    } else {
        face.size
    };
    Type { size, ..face }
}

/// Width of such a text in logical pixels.
pub(super) fn width<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, text: &str, face: Type) -> f64 {
    let width = |(text, raised): &Piece| canvas.width(text, face_of(face, *raised));
    pieces(text).iter().map(width).sum()
}

/// Draws such a text centred on `middle`.
pub(super) fn draw<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    text: &str,
    (middle, baseline): (f64, f64),
    face: Type,
) -> Drawn {
    let mut x = middle - width(canvas, text, face) / 2.0;
    for (text, raised) in pieces(text) {
        let (face, up) = (
            face_of(face, raised),
            if raised { RAISED * face.size } else { 0.0 },
        );
        // A viewer drops white space at the beginning of a text.
        let shown = text.trim_start();
        let before = canvas.width(&text[..text.len() - shown.len()], face);
        canvas.text(shown, (x + before, baseline - up), Anchor::Start, face)?;
        x += canvas.width(&text, face);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_end_where_their_digits_end() {
        let cut = |text: &str| {
            let piece = |(text, raised): Piece| format!("{text}{}", if raised { "↑" } else { "" });
            pieces(text).into_iter().map(piece).collect::<Vec<_>>()
        };
        assert_eq!(cut("2^-14"), ["2", "–14↑"]);
        assert_eq!(
            cut("2^-14부터 2^15까지"),
            ["2", "–14↑", "부터 2", "15↑", "까지"]
        );
        assert_eq!(cut("없음"), ["없음"]);
        assert!(cut("").is_empty());
    }
}
