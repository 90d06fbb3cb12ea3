//! From a scene to the bytes of an SVG or PNG.

use super::band::Band;
use super::canvas::{Canvas, Drawn, Setter};
use super::draft::Scene;
use super::font::Fonts;
use super::frame::WIDTH;
use super::lang::Lang;
use super::svg;
use crate::file;
use plotters::prelude::*;
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

/// Units of an SVG's `viewBox` to a logical pixel.
const SVG_SCALE: f64 = 4.0;
/// Logical height of what is drawn of a PNG at a time, which bounds the memory that it takes.
const BAND: usize = 200;
/// Pixels of a PNG to a logical one: two, for screens of high density, but not for a chart of
/// hundreds of cells, whose file would be too large for many viewers.
fn density(height: usize) -> usize {
    if height <= 10_000 { 2 } else { 1 }
}

/// An `<svg>` element in one language, of which the page shows one at a time.
pub(super) fn svg(scene: &Scene, lang: Lang, fonts: &Fonts) -> Result<String, String> {
    let height = scene.height(fonts).ceil();
    let (w, h) = ((WIDTH * SVG_SCALE) as u32, (height * SVG_SCALE) as u32);
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (w, h)).into_drawing_area();
        let canvas = Canvas {
            area: &area,
            fonts,
            scale: SVG_SCALE,
            setter: Setter::Viewer,
        };
        scene.draw(&canvas, lang)?;
        area.present().map_err(|error| error.to_string())?;
    }
    let (tag, body) = (lang.pick("ko", "en"), svg::compact(&text)?);
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart t\" lang=\"{tag}\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {w} {h}\">\n{body}</svg>"
    ))
}

/// Writes a PNG. It is drawn twice as large as it is, for smooth edges, and band by band.
pub(super) fn png(scene: &Scene, lang: Lang, fonts: &Fonts, path: &Path) -> Drawn {
    let height = scene.height(fonts).ceil() as usize;
    let density = density(height);
    let size = (WIDTH as usize * density, height * density);
    let bands = (0..height).step_by(BAND).map(|top| {
        let rows = top..height.min(top + BAND);
        band(scene, lang, fonts, (height, 2 * density), rows)
    });
    file::replace_with(path, |file| encode(file, size, bands)).map_err(|error| error.to_string())
}

/// The logical `rows` of a scene of `height`, at half the scale of `drawn` pixels to a logical one. RGB.
fn band(
    scene: &Scene,
    lang: Lang,
    fonts: &Fonts,
    (height, drawn): (usize, usize),
    rows: Range<usize>,
) -> Result<Vec<u8>, String> {
    let w = WIDTH as usize * drawn;
    let mut pixels = vec![0xff; w * rows.len() * drawn * 3];
    let whole = (w as u32, (height * drawn) as u32);
    let area = Band::new(&mut pixels, whole, (rows.start * drawn) as u32).into_drawing_area();
    let canvas = Canvas {
        area: &area,
        fonts,
        scale: drawn as f64,
        setter: Setter::Canvas,
    };
    scene.draw(&canvas, lang)?;
    area.present().map_err(|error| error.to_string())?;
    drop(area);
    let mut halved = Vec::with_capacity(pixels.len() / 4);
    halve(&pixels, w, &mut halved);
    Ok(halved)
}

/// Writes bands of a picture (RGB) of `width` and `height` as a PNG.
fn encode(
    to: impl Write,
    (width, height): (usize, usize),
    bands: impl Iterator<Item = Result<Vec<u8>, String>>,
) -> io::Result<()> {
    let mut encoder = png::Encoder::new(to, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    let mut rows = writer.stream_writer()?;
    for band in bands {
        rows.write_all(&band.map_err(io::Error::other)?)?;
    }
    rows.finish()?;
    Ok(writer.finish()?)
}

/// Adds an image of half the width and height to `out`, each pixel the mean of four. RGB, sides even.
fn halve(pixels: &[u8], width: usize, out: &mut Vec<u8>) {
    for rows in pixels.chunks_exact(2 * width * 3) {
        let (upper, lower) = rows.split_at(width * 3);
        for (a, b) in upper.chunks_exact(6).zip(lower.chunks_exact(6)) {
            for c in 0..3 {
                let sum =
                    u16::from(a[c]) + u16::from(a[c + 3]) + u16::from(b[c]) + u16::from(b[c + 3]);
                out.push((sum / 4) as u8);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halving_takes_the_mean() {
        let black_and_white: Vec<u8> = [[0; 3], [255; 3], [255; 3], [255; 3]].concat();
        let mut out = Vec::new();
        halve(&black_and_white, 2, &mut out);
        assert_eq!(out, [191; 3]);
        halve(&[7; 8 * 4 * 3], 8, &mut out);
        assert_eq!(out[3..], [7; 4 * 2 * 3]);
    }
}
