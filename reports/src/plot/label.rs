//! Names of cells as charts show them: harmless, told apart, and cut to the room there is.

use super::canvas::Type;
use super::font::Fonts;
use crate::precision::Precision;
use crate::text;
use crate::view::{CellKey, CellView};
use std::collections::HashSet;
use std::fmt::Write;

/// Characters of one name that are looked at; none is shown at this length.
const LONGEST: usize = 400;
/// Characters of one name in a sentence.
const IN_SENTENCE: usize = 40;

/// Widest room for a precision.
pub(super) const PRECISION_ROOM: f64 = 170.0;

/// What one cell is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CellName {
    pub(super) variant: String,
    pub(super) precision: String,
    /// What else it takes to tell the cell from others: machine, model or run.
    pub(super) place: Option<String>,
}

impl CellName {
    /// Variant and precision alone.
    pub(super) fn plain(&self) -> String {
        format!("{} {}", self.variant, self.precision)
    }

    /// The name in a sentence: `machine: variant/precision (model)`.
    pub(super) fn in_sentence(&self) -> String {
        let name = format!("{}/{}", shorten(&self.variant), shorten(&self.precision));
        match &self.place {
            None => name,
            Some(place) => format!("{}: {name}", shorten(place)),
        }
    }
}

/// The names of a report's cells, in their order.
pub(super) fn cell_names(cells: &[CellView]) -> Vec<CellName> {
    let machines: HashSet<&str> = cells.iter().map(|cell| cell.key.machine.as_str()).collect();
    let name = |cell: &CellView| {
        let alike: Vec<&CellView> = cells
            .iter()
            .filter(|other| !std::ptr::eq(*other, cell) && same_but_model(&other.key, &cell.key))
            .collect();
        let mut place = Vec::new();
        if machines.len() > 1 {
            place.push(clean(&cell.key.machine));
        }
        if alike.iter().any(|other| other.key.model != cell.key.model) {
            place.push(clean(&cell.key.model));
        }
        if alike.iter().any(|other| other.key.model == cell.key.model) {
            place.push(format!("#{}", cell.run + 1));
        }
        CellName {
            variant: clean(&cell.key.variant),
            precision: clean(&Precision::parse(&cell.key.precision).to_string()),
            place: (!place.is_empty()).then(|| place.join(" · ")),
        }
    };
    cells.iter().map(name).collect()
}

fn same_but_model(a: &CellKey, b: &CellKey) -> bool {
    (&a.machine, &a.variant, &a.precision) == (&b.machine, &b.variant, &b.precision)
}

/// `text` without anything that is invisible, moves its neighbours or is no XML: such characters are
/// shown by their code, `<U+202E>`, without a backslash, which Korean fonts show as ₩. Hangul in
/// conjoining letters, as some file systems keep it, is composed.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::new();
    for c in compose(text.chars().take(LONGEST)).chars() {
        if c.is_control() || text::is_invisible_format(c) || is_blank(c) {
            _ = write!(out, "<U+{:04X}>", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Characters besides [`text::is_invisible_format`] that show nothing, or that XML forbids.
fn is_blank(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Composes conjoining Hangul letters by the arithmetic of the Unicode Standard, section 3.12.
fn compose(text: impl Iterator<Item = char>) -> String {
    let mut out = String::new();
    for c in text {
        let composed = out
            .chars()
            .next_back()
            .and_then(|last| join(u32::from(last), u32::from(c)));
        match composed {
            Some(syllable) => {
                out.pop();
                out.push(syllable);
            }
            None => out.push(c),
        }
    }
    out
}

/// The syllable of a leading consonant and a vowel, or of an open syllable and a final consonant.
fn join(a: u32, b: u32) -> Option<char> {
    const SYLLABLES: u32 = 0xac00;
    match (a, b) {
        (0x1100..=0x1112, 0x1161..=0x1175) => {
            char::from_u32(SYLLABLES + ((a - 0x1100) * 21 + (b - 0x1161)) * 28)
        }
        (SYLLABLES..=0xd7a3, 0x11a8..=0x11c2) if (a - SYLLABLES).is_multiple_of(28) => {
            char::from_u32(a + (b - 0x11a7))
        }
        _ => None,
    }
}

/// Variant and precision in this room; the variant is cut before the precision is.
pub(super) fn fit_name(fonts: &Fonts, name: &CellName, face: Type, room: f64) -> String {
    let precision = fit(fonts, &name.precision, face.size, face.bold, PRECISION_ROOM);
    let taken = face.size * fonts.width(&format!(" {precision}"), face.bold);
    // A hair more, lest a name that was measured in parts does not fit its own sum.
    let variant = fit(
        fonts,
        &name.variant,
        face.size,
        face.bold,
        room - taken + 0.5,
    );
    format!("{variant} {precision}").trim_start().to_owned()
}

fn shorten(name: &str) -> String {
    match name.char_indices().nth(IN_SENTENCE) {
        None => name.to_owned(),
        Some(_) => name.chars().take(IN_SENTENCE - 1).chain(['…']).collect(),
    }
}

/// `text`, cut and ended with … where it is wider than `room` at this size.
pub(super) fn fit(fonts: &Fonts, text: &str, size: f64, bold: bool, room: f64) -> String {
    let width = |text: &str| size * fonts.width(text, bold);
    if width(text) <= room {
        return text.to_owned();
    }
    let mut used = width("…");
    let mut cut = String::new();
    for c in text.chars() {
        used += width(c.encode_utf8(&mut [0; 4]));
        if used > room {
            break;
        }
        cut.push(c);
    }
    cut.truncate(cut.trim_end().len());
    cut + "…"
}

#[cfg(test)]
mod tests {
    use super::*;
    use fontdb::Database;

    #[test]
    fn a_cut_label_fits_and_says_that_it_is_cut() {
        let fonts = Fonts::of(&Database::new());
        let long = "아주 긴 이름의 variant-".repeat(10);
        for room in [20.0, 87.0, 200.0] {
            let cut = fit(&fonts, &long, 13.0, false, room);
            assert!(cut.ends_with('…') && !cut.ends_with(" …"), "{cut}");
            assert!(13.0 * fonts.width(&cut, false) <= room, "{cut}");
            assert!(
                13.0 * fonts.width(&cut, false) > room - 40.0,
                "{cut} wastes room"
            );
        }
        assert_eq!(fit(&fonts, "F16", 13.0, false, 100.0), "F16");
        assert_eq!(fit(&fonts, "F16", 13.0, false, 0.0), "…");
    }

    #[test]
    fn what_cannot_be_seen_is_shown() {
        let hidden = "a\0b\u{1b}[1m\u{202e}c\u{200b}d\u{3164}\u{ffff}\u{e0041}";
        assert_eq!(
            clean(hidden),
            "a<U+0000>b<U+001B>[1m<U+202E>c<U+200B>d<U+3164><U+FFFF><U+E0041>"
        );
        assert_eq!(clean("두\n줄"), "두<U+000A>줄");
        assert_eq!(clean(&"가".repeat(10_000)).chars().count(), LONGEST);
    }

    #[test]
    fn conjoining_letters_are_composed() {
        assert_eq!(
            clean("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af} 3B"),
            "한글 3B"
        );
        assert_eq!(clean("\u{11ab}"), "\u{11ab}");
    }

    #[test]
    fn a_name_says_what_tells_cells_apart_and_no_more() {
        let cell = |machine: &str, model: &str, run| {
            let mut cell = super::super::fixture::cell("instruct", "F16");
            cell.key.machine = machine.into();
            cell.key.model = model.into();
            cell.run = run;
            cell
        };
        let places = |cells: &[CellView]| {
            cell_names(cells)
                .into_iter()
                .map(|n| n.place)
                .collect::<Vec<_>>()
        };
        assert_eq!(places(&[cell("m", "a", 0)]), [None]);
        assert_eq!(
            places(&[cell("m", "a", 0), cell("n", "a", 1)]),
            [Some("m".into()), Some("n".into())]
        );
        assert_eq!(
            places(&[cell("m", "a", 0), cell("m", "b", 1)]),
            [Some("a".into()), Some("b".into())]
        );
        assert_eq!(
            places(&[cell("m", "a", 0), cell("m", "a", 1)]),
            [Some("#1".into()), Some("#2".into())]
        );
        let names = cell_names(&[cell("m", "a", 0), cell("n", "a", 1)]);
        assert_eq!(names[1].in_sentence(), "n: instruct/F16");
    }

    #[test]
    fn a_long_precision_is_shown_whole() {
        let cell = super::super::fixture::cell("instruct", "Q4_K_M+F32:kv=Q8_0");
        let names = cell_names(&[cell]);
        assert_eq!(names[0].in_sentence(), "instruct/Q4_K_M+F32 · KV Q8_0");
        let fonts = Fonts::of(&Database::new());
        let face = super::super::frame::LABEL;
        assert_eq!(
            fit_name(&fonts, &names[0], face, 230.0),
            "instruct Q4_K_M+F32 · KV Q8_0"
        );
    }
}
