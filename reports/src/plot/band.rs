//! A backend of plotters that draws some rows of a picture, for one that is too large to hold whole.

use plotters::prelude::*;
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, DrawingErrorKind};

/// The result of drawing on a bitmap.
type Done<'a> = Result<(), DrawingErrorKind<<BitMapBackend<'a> as DrawingBackend>::ErrorType>>;

/// Some rows of a picture. What is drawn above and below them is left out.
pub(super) struct Band<'a> {
    rows: BitMapBackend<'a>,
    /// Width and height of the whole picture: an area moves what lies outside of it to its edge.
    whole: (u32, u32),
    /// The first row.
    top: i32,
}

impl<'a> Band<'a> {
    /// The rows from `top` of a picture of `whole` pixels, as many as `pixels` (RGB) has room for.
    pub(super) fn new(pixels: &'a mut [u8], whole: (u32, u32), top: u32) -> Self {
        let n_rows = pixels.len() / 3 / whole.0 as usize;
        Self {
            rows: BitMapBackend::with_buffer(pixels, (whole.0, n_rows as u32)),
            whole,
            top: top as i32,
        }
    }

    /// `from` and `to` as these rows count; none where nothing of the rectangle between them is on them.
    fn here(&self, from: BackendCoord, to: BackendCoord) -> Option<(BackendCoord, BackendCoord)> {
        let (start, end) = ((from.0, from.1 - self.top), (to.0, to.1 - self.top));
        let seen = start.1.max(end.1) >= 0 && start.1.min(end.1) < self.rows.get_size().1 as i32;
        seen.then_some((start, end))
    }
}

impl<'a> DrawingBackend for Band<'a> {
    type ErrorType = <BitMapBackend<'a> as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.whole
    }

    fn ensure_prepared(&mut self) -> Done<'a> {
        self.rows.ensure_prepared()
    }

    fn present(&mut self) -> Done<'a> {
        self.rows.present()
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Done<'a> {
        self.rows.draw_pixel((x, y - self.top), color)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Done<'a> {
        match self.here(from, to) {
            Some((start, end)) if start.0 == end.0 || start.1 == end.1 => {
                self.rows.draw_line(start, end, style)
            }
            // Its steps are counted from its beginning, which may lie above.
            Some(_) => plotters_backend::rasterizer::draw_line(self, from, to, style),
            None => Ok(()),
        }
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Done<'a> {
        match self.here(from, to) {
            Some((from, to)) => self.rows.draw_rect(from, to, style, fill),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene<B: DrawingBackend>(backend: B)
    where
        B::ErrorType: 'static,
    {
        let area = backend.into_drawing_area();
        let color = RGBAColor(10, 60, 120, 0.5);
        area.draw(&Circle::new((20, 19), 12, color.filled()))
            .unwrap();
        area.draw(&Rectangle::new([(5, 5), (30, 35)], color.filled()))
            .unwrap();
        area.draw(&Rectangle::new([(2, 2), (38, 38)], BLACK))
            .unwrap();
        area.draw(&Polygon::new([(1, 30), (20, 3), (39, 25)], RED.mix(0.3)))
            .unwrap();
        area.draw(&PathElement::new([(0, 39), (39, 0)], BLUE))
            .unwrap();
    }

    #[test]
    fn bands_are_the_rows_of_the_picture() {
        const SIZE: (u32, u32) = (40, 40);
        let mut whole = vec![0xff; 40 * 40 * 3];
        scene(BitMapBackend::with_buffer(&mut whole, SIZE));
        let mut bands = Vec::new();
        for top in [0, 15, 30] {
            let mut pixels = vec![0xff; 40 * 15.min(40 - top) * 3];
            scene(Band::new(&mut pixels, SIZE, top as u32));
            bands.extend(pixels);
        }
        assert!(bands == whole);
    }
}
