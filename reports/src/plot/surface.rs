//! From a scene to the bytes of an SVG or PNG.

use super::band::Band;
use super::canvas::{Canvas, Drawn, Setter};
use super::draft::Scene;
use super::font::Fonts;
use super::frame::WIDTH;
use super::lang::Lang;
use super::svg;
use plotters::prelude::*;
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

/// Writes a PNG. It is drawn twice as large as it is, for smooth edges.
pub(super) fn png(scene: &Scene, lang: Lang, fonts: &Fonts, path: &Path) -> Drawn {
    let height = scene.height(fonts).ceil() as usize;
    let density = density(height);
    let scale = 2 * density;
    let (w, h) = (WIDTH as usize * density, height * density);
    let mut image = Vec::with_capacity(w * h * 3);
    for top in (0..height).step_by(BAND) {
        let w = 2 * w;
        let mut pixels = vec![0xff; w * BAND.min(height - top) * scale * 3];
        let size = (w as u32, (height * scale) as u32);
        let area = Band::new(&mut pixels, size, (top * scale) as u32).into_drawing_area();
        let canvas = Canvas {
            area: &area,
            fonts,
            scale: scale as f64,
            setter: Setter::Canvas,
        };
        scene.draw(&canvas, lang)?;
        area.present().map_err(|error| error.to_string())?;
        drop(area);
        halve(&pixels, w, &mut image);
    }
    let size = (w as u32, h as u32);
    let mut file = BitMapBackend::new(path, size);
    file.blit_bitmap((0, 0), size, &image)
        .map_err(|error| error.to_string())?;
    file.present().map_err(|error| error.to_string())
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
