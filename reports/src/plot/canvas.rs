//! The few shapes that charts are made of, on any backend of plotters.
//!
//! Coordinates are logical pixels from the top left corner. Backends take whole numbers only, so every
//! shape is drawn several times as large as it is shown: an SVG says so in its `viewBox`, a bitmap is
//! reduced afterwards, which also smooths edges.

use super::builtin;
use super::font::Fonts;
use super::palette::{INK, Mark, PAPER, Paint, Style, tint};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::FontStyle;

/// The result of drawing; the error is a reason in words.
pub(super) type Drawn = Result<(), String>;

/// Which side of its position a text stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// The text begins there.
    Start,
    /// The text ends there.
    End,
    /// The text is centred there.
    Middle,
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    /// The em in logical pixels.
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) color: Paint,
}

/// Who lays out text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setter {
    /// The program that shows the file, an SVG.
    Viewer,
    /// This one, glyph by glyph: plotters' bitmap text leaves out where a glyph begins, so that
    /// letters crowd and drift.
    Canvas,
}

/// A surface to draw on.
pub(super) struct Canvas<'a, DB: DrawingBackend> {
    pub(super) area: &'a DrawingArea<DB, Shift>,
    pub(super) fonts: &'a Fonts,
    /// Backend pixels to a logical one.
    pub(super) scale: f64,
    pub(super) setter: Setter,
}

impl<DB: DrawingBackend> Canvas<'_, DB> {
    fn at(&self, x: f64, y: f64) -> (i32, i32) {
        (
            (x * self.scale).round() as i32,
            (y * self.scale).round() as i32,
        )
    }

    /// The colour itself, or for a viewer its code: see [`super::svg`].
    fn color(&self, paint: Paint) -> RGBAColor {
        let (r, g, b) = match self.setter {
            Setter::Viewer => paint.code(),
            Setter::Canvas => paint.light(),
        };
        RGBAColor(r, g, b, paint.alpha)
    }

    fn fill(&self, paint: Paint) -> ShapeStyle {
        self.color(paint).filled()
    }

    /// Width of `text` in logical pixels.
    pub(super) fn width(&self, text: &str, face: Type) -> f64 {
        face.size * self.fonts.width(text, face.bold)
    }

    /// A filled rectangle from one corner to the other; one of no extent is still a hairline.
    pub(super) fn rect(&self, from: (f64, f64), to: (f64, f64), color: Paint) -> Drawn {
        let (from, to) = (self.at(from.0, from.1), self.at(to.0, to.1));
        let to = (to.0.max(from.0 + 1), to.1.max(from.1 + 1));
        // The bitmap backend fills the last row and column too, an SVG viewer does not.
        let to = if self.setter == Setter::Canvas {
            (to.0 - 1, to.1 - 1)
        } else {
            to
        };
        self.area
            .draw(&Rectangle::new([from, to], self.fill(color)))
            .map_err(reason)
    }

    /// A horizontal or vertical line of the given thickness.
    pub(super) fn bar(
        &self,
        from: (f64, f64),
        to: (f64, f64),
        thickness: f64,
        color: Paint,
    ) -> Drawn {
        let half = thickness / 2.0;
        if from.1 == to.1 {
            self.rect((from.0, from.1 - half), (to.0, to.1 + half), color)
        } else {
            self.rect((from.0 - half, from.1), (to.0 + half, to.1), color)
        }
    }

    /// A line in any direction.
    pub(super) fn line(
        &self,
        from: (f64, f64),
        to: (f64, f64),
        thickness: f64,
        color: Paint,
    ) -> Drawn {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy).max(1e-9);
        let (nx, ny) = (
            -dy / length * thickness / 2.0,
            dx / length * thickness / 2.0,
        );
        let corners = [
            (from.0 + nx, from.1 + ny),
            (to.0 + nx, to.1 + ny),
            (to.0 - nx, to.1 - ny),
            (from.0 - nx, from.1 - ny),
        ];
        self.polygon(&corners, color)
    }

    /// A filled polygon.
    pub(super) fn polygon(&self, corners: &[(f64, f64)], color: Paint) -> Drawn {
        let corners: Vec<_> = corners.iter().map(|&(x, y)| self.at(x, y)).collect();
        self.area
            .draw(&Polygon::new(corners, self.fill(color)))
            .map_err(reason)
    }

    /// A disc that what lies under it shines through; `alpha` 1 hides it.
    pub(super) fn dot(&self, (x, y): (f64, f64), radius: f64, color: Paint, alpha: f64) -> Drawn {
        let radius = (radius * self.scale).round() as u32;
        self.area
            .draw(&Circle::new(
                self.at(x, y),
                radius,
                self.fill(tint(color, 1.0 - alpha)),
            ))
            .map_err(reason)
    }

    /// The mark of a value, about as large as a circle of this radius.
    pub(super) fn mark(&self, at: (f64, f64), r: f64, style: Style) -> Drawn {
        self.shape(at, r, style.mark, style.color)?;
        match style.open {
            true => self.shape(at, r * 0.55, style.mark, PAPER),
            false => Ok(()),
        }
    }

    /// The same with a ring around it.
    pub(super) fn ring(&self, at: (f64, f64), r: f64, style: Style) -> Drawn {
        self.dot(at, r + 4.5, INK, 1.0)?;
        self.dot(at, r + 3.0, PAPER, 1.0)?;
        self.mark(at, r, style)
    }

    fn shape(&self, (x, y): (f64, f64), r: f64, mark: Mark, color: Paint) -> Drawn {
        // Factors that give every shape about the area of the circle.
        let (side, tip, base) = (r * 0.89, r * 1.25, r * 1.15);
        match mark {
            Mark::Circle => self.dot((x, y), r, color, 1.0),
            Mark::Square => self.rect((x - side, y - side), (x + side, y + side), color),
            Mark::Diamond => self.polygon(
                &[(x, y - tip), (x + tip, y), (x, y + tip), (x - tip, y)],
                color,
            ),
            Mark::Up => self.polygon(
                &[(x, y - tip), (x + base, y + side), (x - base, y + side)],
                color,
            ),
            Mark::Down => self.polygon(
                &[(x, y + tip), (x + base, y - side), (x - base, y - side)],
                color,
            ),
        }
    }

    /// A hollow triangle that points right: the value is at least this.
    pub(super) fn at_least(&self, (x, y): (f64, f64), radius: f64, color: Paint) -> Drawn {
        let triangle = |r: f64| [(x - 0.7 * r, y - r), (x + 1.2 * r, y), (x - 0.7 * r, y + r)];
        self.polygon(&triangle(radius), color)?;
        self.polygon(&triangle(radius * 0.45), PAPER)
    }

    /// One line of text on the given base line.
    pub(super) fn text(
        &self,
        text: &str,
        (x, baseline): (f64, f64),
        anchor: Anchor,
        face: Type,
    ) -> Drawn {
        match self.setter {
            _ if text.is_empty() => Ok(()),
            Setter::Viewer => self.text_for_viewer(text, (x, baseline), anchor, face),
            Setter::Canvas => self.text_by_glyphs(text, (x, baseline), anchor, face),
        }
    }

    fn text_for_viewer(
        &self,
        text: &str,
        (x, baseline): (f64, f64),
        anchor: Anchor,
        face: Type,
    ) -> Drawn {
        use plotters::style::text_anchor::{HPos, Pos, VPos};
        let h = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::End => HPos::Right,
            Anchor::Middle => HPos::Center,
        };
        let em = face.size * self.scale;
        let style = if face.bold {
            FontStyle::Bold
        } else {
            FontStyle::Normal
        };
        let color = self.color(face.color);
        // The page names the fonts. The SVG backend divides sizes by 1.24, and sets a text with its top at the position by
        // moving the base line down 0.76 em.
        let style = TextStyle::from(("sans-serif", em * 1.24, style).into_font())
            .color(&color)
            .pos(Pos::new(h, VPos::Top));
        let (x, y) = self.at(x, baseline - 0.76 * face.size);
        self.area.draw_text(text, &style, (x, y)).map_err(reason)
    }

    fn text_by_glyphs(
        &self,
        text: &str,
        (x, baseline): (f64, f64),
        anchor: Anchor,
        face: Type,
    ) -> Drawn {
        let before = match anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => self.width(text, face) / 2.0,
            Anchor::End => self.width(text, face),
        };
        let Some(font) = self.fonts.face(face.bold) else {
            return self.text_by_squares(text, (x - before, baseline), face);
        };
        let em = face.size * self.scale;
        let size = em * font.size_per_em;
        let color = self.color(face.color);
        let style = TextStyle::from((font.name.as_str(), size).into_font()).color(&color);
        // plotters puts the base line half its size below the position.
        let top = baseline * self.scale - size / 2.0;
        let mut pen = (x - before) * self.scale;
        for c in text.chars() {
            let set = font.set(c);
            let left = pen + set.bearing * em;
            let place = (left.floor() as i32, top.round() as i32);
            self.area
                .draw_text(set.shown.encode_utf8(&mut [0; 4]), &style, place)
                .map_err(reason)?;
            pen += set.advance * em;
        }
        Ok(())
    }

    fn text_by_squares(&self, text: &str, (mut x, baseline): (f64, f64), face: Type) -> Drawn {
        let side = builtin::SQUARE * face.size;
        let top = baseline - builtin::ASCENT as f64 * side;
        for c in text.chars() {
            for (column, row) in builtin::squares(c) {
                let corner = (x + column as f64 * side, top + row as f64 * side);
                let thickness = if face.bold { 1.35 } else { 1.0 };
                self.rect(
                    corner,
                    (corner.0 + side * thickness, corner.1 + side),
                    face.color,
                )?;
            }
            x += self.width(c.encode_utf8(&mut [0; 4]), face);
        }
        Ok(())
    }
}

fn reason<E: std::error::Error + Send + Sync>(error: DrawingAreaErrorKind<E>) -> String {
    error.to_string()
}
