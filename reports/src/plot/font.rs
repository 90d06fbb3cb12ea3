//! The fonts that labels are measured and drawn with, found on the system.

use super::builtin;
use super::lang::Lang;
use super::sfnt::Sfnt;
use fontdb::{Database, FaceInfo, Stretch, Style, Weight};
use plotters::style::{FontStyle, IntoFont, register_font};
use std::sync::OnceLock;

/// Families with Hangul, the best first.
const HANGUL: [&str; 10] = [
    "NanumGothic",
    "Nanum Gothic",
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "Apple SD Gothic Neo",
    "Malgun Gothic",
    "Pretendard",
    "NanumBarunGothic",
    "Source Han Sans KR",
    "UnDotum",
];
/// Families without, the best first.
const LATIN: [&str; 6] = [
    "Noto Sans",
    "DejaVu Sans",
    "Liberation Sans",
    "Helvetica",
    "Arial",
    "Segoe UI",
];

/// One weight of a font, known to plotters.
#[derive(Debug, Clone)]
pub(super) struct Face {
    /// The name that it is registered by.
    pub(super) name: String,
    /// Its metrics.
    pub(super) sfnt: Sfnt<'static>,
    /// plotters' size of a text whose em is 1.
    pub(super) size_per_em: f64,
}

/// A regular and a bold face.
#[derive(Debug, Clone)]
pub(super) struct Fonts {
    regular: Option<Face>,
    bold: Option<Face>,
    /// The language that these fonts can be drawn in.
    pub(super) lang: Lang,
}

impl Fonts {
    /// The system's fonts, looked for once.
    pub(super) fn system() -> &'static Self {
        static FONTS: OnceLock<Fonts> = OnceLock::new();
        FONTS.get_or_init(|| {
            let mut database = Database::new();
            database.load_system_fonts();
            Self::of(&database)
        })
    }

    /// The best fonts of a database.
    pub(super) fn of(database: &Database) -> Self {
        let hangul = pick(database, &HANGUL, &['가', '힣', '글', 'A', '0']);
        let lang = if hangul.is_some() { Lang::Ko } else { Lang::En };
        let Some((info, regular)) = hangul.or_else(|| pick(database, &LATIN, &['A', 'z', '0']))
        else {
            return Self {
                regular: None,
                bold: None,
                lang,
            };
        };
        let bold = database
            .faces()
            .filter(|face| {
                face.weight >= Weight::SEMIBOLD && is_upright(face) && same_family(face, info)
            })
            .min_by_key(|face| face.weight.0.abs_diff(Weight::BOLD.0))
            .and_then(|face| load(database, face));
        Self {
            regular: Some(regular),
            bold,
            lang,
        }
    }

    /// What the reader must do to get Korean labels; `None` where there is nothing to do.
    pub(super) fn warning(&self) -> Option<String> {
        const REMEDY: &str = "install one (apt install fonts-nanum; dnf install google-noto-sans-cjk-fonts; \
                              pacman -S noto-fonts-cjk; brew install --cask font-nanum-gothic) and run `hanbench report` again";
        match (&self.regular, self.lang) {
            (None, _) => Some(format!(
                "no font was found, so the PNG plots are in English and in coarse letters: {REMEDY}"
            )),
            (Some(_), Lang::En) => Some(format!(
                "no font with Hangul was found, so the PNG plots are in English: {REMEDY}"
            )),
            (Some(_), Lang::Ko) => None,
        }
    }

    /// The face to draw with; `None` where the system has no font at all, and [`builtin`] stands in.
    pub(super) fn face(&self, bold: bool) -> Option<&Face> {
        self.bold
            .as_ref()
            .filter(|_| bold)
            .or(self.regular.as_ref())
    }

    /// Width of `text` at an em of 1.
    pub(super) fn width(&self, text: &str, bold: bool) -> f64 {
        let face = self.face(bold);
        text.chars()
            .map(|c| face.map_or(typical_width(c), |face| face.set(c).advance))
            .sum()
    }
}

/// How a character is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Set {
    /// The character, or a stand-in that the font has.
    pub(super) shown: char,
    /// Where its glyph begins and how far it moves the pen, in ems.
    pub(super) bearing: f64,
    pub(super) advance: f64,
}

impl Face {
    /// How `c` is set. One that the font lacks gets a stand-in, and room for what a viewer with other
    /// fonts may show.
    pub(super) fn set(&self, c: char) -> Set {
        let place = |shown: char, glyph: u16| Set {
            shown,
            bearing: self.sfnt.bearing(glyph),
            advance: self.sfnt.advance(glyph),
        };
        let stand_in = || {
            // Few Korean fonts have a minus sign.
            if let Some(glyph) = (c == '−').then(|| self.sfnt.glyph('-')).flatten() {
                return place('-', glyph);
            }
            let set = ['\u{fffd}', '□', '?']
                .into_iter()
                .find_map(|c| Some(place(c, self.sfnt.glyph(c)?)));
            let set = set.unwrap_or(Set {
                shown: ' ',
                bearing: 0.0,
                advance: 0.0,
            });
            Set {
                advance: set.advance.max(typical_width(c)),
                ..set
            }
        };
        self.sfnt
            .glyph(c)
            .map_or_else(stand_in, |glyph| place(c, glyph))
    }
}

/// The width of a character that no font is known for: an em for wide scripts, more for emoji, else
/// that of the built-in letters.
fn typical_width(c: char) -> f64 {
    match c {
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ff60}' => 1.0,
        '\u{10000}'.. => 1.3,
        _ => builtin::ADVANCE,
    }
}

fn is_upright(face: &FaceInfo) -> bool {
    face.style == Style::Normal && face.stretch == Stretch::Normal
}

fn same_family(a: &FaceInfo, b: &FaceInfo) -> bool {
    a.families
        .iter()
        .any(|(name, _)| b.families.iter().any(|(other, _)| name == other))
}

/// A face that has all of `needed`: of the first of `families` that there is, else of any.
fn pick<'a>(
    database: &'a Database,
    families: &[&str],
    needed: &[char],
) -> Option<(&'a FaceInfo, Face)> {
    let rank = |face: &FaceInfo| {
        let known = |name: &str| {
            families
                .iter()
                .position(|known| known.eq_ignore_ascii_case(name))
        };
        face.families
            .iter()
            .filter_map(|(name, _)| known(name))
            .min()
            .unwrap_or(families.len())
    };
    let mut faces: Vec<&FaceInfo> = database.faces().filter(|face| is_upright(face)).collect();
    faces.sort_by_key(|face| {
        (
            rank(face),
            face.weight.0.abs_diff(400),
            face.monospaced,
            face.post_script_name.as_str(),
        )
    });
    let fits = |data: &[u8]| {
        Sfnt::parse(data).is_some_and(|sfnt| needed.iter().all(|&c| sfnt.glyph(c).is_some()))
    };
    faces
        .into_iter()
        .filter(|info| database.with_face_data(info.id, |data, _| fits(data)) == Some(true))
        .find_map(|info| Some((info, load(database, info)?)))
}

/// Registers a face with plotters, which keeps its bytes for ever.
///
/// Of a collection both plotters and [`Sfnt`] take the first font; those of one collection differ in
/// few glyphs.
fn load(database: &Database, info: &FaceInfo) -> Option<Face> {
    let bytes: &'static [u8] = database
        .with_face_data(info.id, |data, _| data.to_vec())?
        .leak();
    let sfnt = Sfnt::parse(bytes)?;
    let name = format!("{} {}", info.post_script_name, info.weight.0);
    register_font(&name, FontStyle::Normal, bytes).ok()?;
    // plotters' size is the height of a line, of which the em is a share that differs by font. That
    // share follows from a width that both measure, at a size that makes rounding harmless.
    const SIZE: f64 = 100_000.0;
    let advance = sfnt.advance(sfnt.glyph('0')?);
    let (width, _) = (name.as_str(), SIZE).into_font().box_size("0").ok()?;
    let size_per_em = SIZE * advance / f64::from(width);
    size_per_em.is_finite().then_some(Face {
        name,
        sfnt,
        size_per_em,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_fonts_widths_are_guessed_and_the_reader_is_told() {
        let fonts = Fonts::of(&Database::new());
        assert!(fonts.face(true).is_none());
        assert_eq!(fonts.lang, Lang::En);
        assert!(fonts.width("가", false) > fonts.width("a", false));
        assert!(fonts.warning().unwrap().contains("fonts-nanum"));
    }

    #[test]
    fn without_hangul_labels_are_english() {
        let mut database = Database::new();
        database.load_system_fonts();
        let has_hangul =
            |data: &[u8]| Sfnt::parse(data).is_some_and(|sfnt| sfnt.glyph('글').is_some());
        let hangul: Vec<_> = database
            .faces()
            .map(|face| face.id)
            .filter(|&id| database.with_face_data(id, |data, _| has_hangul(data)) == Some(true))
            .collect();
        hangul.into_iter().for_each(|id| database.remove_face(id));
        let fonts = Fonts::of(&database);
        assert_eq!(fonts.lang, Lang::En);
        assert!(fonts.warning().is_some());
    }

    #[test]
    fn a_measured_text_is_as_wide_as_its_drawing() {
        let fonts = Fonts::system();
        let Some(face) = fonts.face(false) else {
            return;
        };
        let text = "Q4_K_M 52.3";
        let size = 1000.0;
        let (drawn, _) = (face.name.as_str(), size * face.size_per_em)
            .into_font()
            .box_size(text)
            .unwrap();
        let ratio = f64::from(drawn) / (size * fonts.width(text, false));
        assert!((0.95..1.05).contains(&ratio), "{ratio}");
    }
}
