//! Charts: PNG files for the run directory, and the same as SVG for the HTML.
//!
//! Each chart module turns rows of the [`Report`] into a draft, words and values without places;
//! `rows`, `columns`, `lines`, `scatter` and `histogram` lay drafts out; `canvas` draws on whichever backend.

mod activations;
mod axis;
mod band;
mod builtin;
mod canvas;
mod caption;
mod columns;
mod context;
mod draft;
mod drift;
mod fidelity;
#[cfg(test)]
mod fixture;
mod font;
mod frame;
mod front;
mod histogram;
mod label;
mod lang;
mod latency;
mod length;
mod lines;
mod memory;
mod number;
mod numbers;
mod overview;
mod palette;
mod parallel;
mod perplexity;
mod place;
mod power;
mod rowmarks;
mod rows;
mod scatter;
mod scripts;
mod sfnt;
mod speed;
mod surface;
mod svg;
#[cfg(test)]
mod tests;
mod texts;
mod thin;

use crate::view::Report;
use context::Context;
use draft::Draft;
use font::Fonts;
use lang::Lang;
use rayon::prelude::*;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The charts of a report, and what kept them from being what they should be.
#[derive(Debug, Clone, Default)]
pub struct Charts {
    /// In the order they are to be shown; a chart without data is not among them.
    pub list: Vec<Chart>,
    /// One sentence each, with what to do.
    pub warnings: Vec<String>,
}

/// One chart.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Stem of its file, for example `speed-decode`.
    pub name: &'static str,
    /// Title in Korean.
    pub title_ko: String,
    /// Title in English.
    pub title_en: String,
    /// What it shows, for those who cannot see it, in Korean; plain text, to be escaped.
    pub finding_ko: String,
    /// The same in English.
    pub finding_en: String,
    /// What it shows and how to read it, in one to a few Korean sentences; plain text, to be escaped.
    pub caption_ko: String,
    /// The same in English.
    pub caption_en: String,
    /// An `<svg>` element in Korean, to be put into HTML as it is. Its text is set in the viewer's
    /// fonts, so it is Korean even where the PNG is not; its colours are classes of the page.
    pub svg_ko: String,
    /// The same in English.
    pub svg_en: String,
    /// The PNG that was written: in Korean, or in English where no font has Hangul.
    pub png: PathBuf,
    /// The PNG that is always in English.
    pub png_en: PathBuf,
}

/// Why charts could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The directory could not be made or cleared.
    #[error("{path}: cannot prepare the plot directory: {source}; check its permissions and free space", path = path.display())]
    Directory {
        /// The directory or file in the way.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A chart could not be drawn or written.
    #[error("{path}: cannot write the plot: {reason}; check permissions and free space", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What plotters said.
        reason: String,
    },
}

/// What makes each chart, in the order they are shown, with the stem of its file.
type Maker = fn(&Context<'_>) -> Option<Draft>;
const CHARTS: [(&str, Maker); 19] = [
    ("overview", overview::draft),
    ("speed-decode", speed::decode),
    ("speed-prefill", speed::prefill),
    ("speed-parallel", parallel::draft),
    ("latency", latency::draft),
    ("drift", drift::draft),
    ("memory", memory::draft),
    ("perplexity", perplexity::perplexity),
    ("perplexity-genres", perplexity::perplexity_texts),
    ("bits-per-syllable", perplexity::bits_per_syllable),
    ("bits-per-syllable-genres", perplexity::bits_texts),
    ("fidelity", fidelity::whole),
    ("fidelity-genres", fidelity::texts),
    ("precision-front", front::draft),
    ("numbers", numbers::draft),
    ("activations", activations::draft),
    ("answer-length", length::draft),
    ("scripts", scripts::draft),
    ("answers-part", texts::draft),
];

/// Charts that are drawn at a time, on as many cores: in the making each takes some 10 MB.
const AT_ONCE: usize = 4;

/// Draws every chart that `report` has data for and writes it to `dir` as `<name>.png`, and in English
/// as `<name>.en.png`. A PNG that an earlier call left and that is not drawn now is removed.
///
/// # Errors
///
/// [`Error`] where `dir` cannot be made or a file in it cannot be written or removed.
pub fn write_all(report: &Report, dir: &Path) -> Result<Charts, Error> {
    write_with(Fonts::system(), report, dir)
}

fn write_with(fonts: &Fonts, report: &Report, dir: &Path) -> Result<Charts, Error> {
    fs::create_dir_all(dir).map_err(|source| Error::Directory {
        path: dir.into(),
        source,
    })?;
    let context = Context::of(report);
    let drafts: Vec<(&str, Option<Draft>)> = CHARTS
        .iter()
        .map(|(name, make)| (*name, make(&context)))
        .collect();
    for (name, draft) in &drafts {
        if draft.is_none() {
            remove(&png_path(dir, name))?;
            remove(&png_path(dir, &in_english(name)))?;
        }
    }
    let drafts: Vec<Draft> = drafts.into_iter().filter_map(|(_, draft)| draft).collect();
    let mut list = Vec::with_capacity(drafts.len());
    for some in drafts.chunks(AT_ONCE) {
        let drawn: Result<Vec<Chart>, Error> = some
            .par_iter()
            .map(|draft| write(draft, fonts, dir))
            .collect();
        list.extend(drawn?);
    }
    let warnings = if list.is_empty() {
        Vec::new()
    } else {
        fonts.warning().into_iter().collect()
    };
    Ok(Charts { list, warnings })
}

fn png_path(dir: &Path, name: &str) -> PathBuf {
    dir.join(format!("{name}.png"))
}

fn in_english(name: &str) -> String {
    format!("{name}.en")
}

fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(Error::Directory {
            path: path.into(),
            source,
        }),
        _ => Ok(()),
    }
}

fn write(draft: &Draft, fonts: &Fonts, dir: &Path) -> Result<Chart, Error> {
    let png = png_path(dir, draft.name);
    let png_en = png_path(dir, &in_english(draft.name));
    let failed = |path: &Path, reason| Error::Write {
        path: path.into(),
        reason,
    };
    let svg = |lang| {
        let scene = draft.scene.get(lang).untitled();
        surface::svg(&scene, lang, fonts).map_err(|reason| failed(&png, reason))
    };
    for (lang, path) in [(fonts.lang, &png), (Lang::En, &png_en)] {
        surface::png(draft.scene.get(lang), lang, fonts, path)
            .map_err(|reason| failed(path, reason))?;
    }
    let (title, caption) = (&draft.title, &draft.caption);
    Ok(Chart {
        name: draft.name,
        title_ko: title.ko.clone(),
        title_en: title.en.clone(),
        finding_ko: caption.ko.finding.trim().to_owned(),
        finding_en: caption.en.finding.trim().to_owned(),
        caption_ko: caption.ko.whole(),
        caption_en: caption.en.whole(),
        svg_ko: svg(Lang::Ko)?,
        svg_en: svg(Lang::En)?,
        png,
        png_en,
    })
}
