//! From a scene to the bytes of an SVG or PNG.

use super::canvas::{Canvas, Drawn, Setter};
use super::draft::Scene;
use super::font::Fonts;
use super::frame::WIDTH;
use super::lang::Lang;
use super::svg;
use plotters::prelude::*;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Units of an SVG's `viewBox` to a logical pixel.
const SVG_SCALE: f64 = 4.0;
/// How a PNG of this logical height is drawn: the scale, and by what it is reduced.
///
/// It has two pixels to a logical one, for screens of high density, and is drawn twice as large for
/// smooth edges. A chart of more than fifty cells does without the latter, one of hundreds without
/// the former, for it would take hundreds of megabytes.
fn resolution(height: f64) -> (usize, usize) {
    match height {
        h if h <= 2500.0 => (4, 2),
        h if h <= 10_000.0 => (2, 1),
        _ => (1, 1),
    }
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

/// One picture at a time: in the making each takes tens of megabytes, on as many cores as there are.
static DRAWING: Mutex<()> = Mutex::new(());

/// Writes a PNG.
pub(super) fn png(scene: &Scene, lang: Lang, fonts: &Fonts, path: &Path) -> Drawn {
    let _one = DRAWING.lock().unwrap_or_else(PoisonError::into_inner);
    let height = scene.height(fonts).ceil();
    let (scale, reduce) = resolution(height);
    let (w, h) = (WIDTH as usize * scale, height as usize * scale);
    let mut pixels = vec![0xff; w * h * 3];
    {
        let area =
            BitMapBackend::with_buffer(&mut pixels, (w as u32, h as u32)).into_drawing_area();
        let canvas = Canvas {
            area: &area,
            fonts,
            scale: scale as f64,
            setter: Setter::Canvas,
        };
        scene.draw(&canvas, lang)?;
        area.present().map_err(|error| error.to_string())?;
    }
    let pixels = if reduce == 2 {
        halve(&pixels, w, h)
    } else {
        pixels
    };
    let size = ((w / reduce) as u32, (h / reduce) as u32);
    let mut file = BitMapBackend::new(path, size);
    file.blit_bitmap((0, 0), size, &pixels)
        .map_err(|error| error.to_string())?;
    file.present().map_err(|error| error.to_string())
}

/// An image of half the width and height, each pixel the mean of four. RGB, sides even.
fn halve(pixels: &[u8], width: usize, height: usize) -> Vec<u8> {
    let row = width * 3;
    let mut out = Vec::with_capacity(pixels.len() / 4);
    for y in (0..height).step_by(2) {
        let (upper, lower) = (
            &pixels[y * row..(y + 1) * row],
            &pixels[(y + 1) * row..(y + 2) * row],
        );
        for (a, b) in upper.chunks_exact(6).zip(lower.chunks_exact(6)) {
            for c in 0..3 {
                let sum =
                    u16::from(a[c]) + u16::from(a[c + 3]) + u16::from(b[c]) + u16::from(b[c + 3]);
                out.push((sum / 4) as u8);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halving_takes_the_mean() {
        let black_and_white: Vec<u8> = [[0; 3], [255; 3], [255; 3], [255; 3]].concat();
        assert_eq!(halve(&black_and_white, 2, 2), [191; 3]);
        assert_eq!(halve(&[7; 8 * 4 * 3], 8, 4), [7; 4 * 2 * 3]);
    }
}
