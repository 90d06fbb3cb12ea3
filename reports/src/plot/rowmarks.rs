//! What stands in the plot of one row, and in the legend for it. Each function returns the x at which
//! what it drew ends.

use super::canvas::{Canvas, Drawn};
use super::palette::{INK, MUTED, PAPER, Paint, Style, tint};
use super::rows::{Part, Sample};
use super::thin::jitter;
use plotters::prelude::DrawingBackend;

/// Radius of the mark of an estimate.
pub(super) const MARK: f64 = 5.0;
/// Radius of a sample.
const DOT: f64 = 2.1;
/// Half the height of a bar.
const BAR: f64 = 8.5;
/// How see-through a sample is: where many lie it gets darker.
const ALPHA: f64 = 0.6;

/// A row's estimate: point, interval and samples.
type Estimate<'a> = (f64, Option<(f64, f64)>, &'a [Sample]);

/// A value with its interval and, below, its samples.
pub(super) fn estimate<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    style: Style,
    (point, interval, samples): Estimate<'_>,
    x: &dyn Fn(f64) -> f64,
    middle: f64,
) -> Result<f64, String> {
    let y = if samples.is_empty() {
        middle
    } else {
        middle - 8.0
    };
    let mut end = x(point) + MARK;
    for (i, sample) in samples.iter().enumerate() {
        let at = (x(sample.value), middle + 5.0 + 10.0 * jitter(i));
        if sample.at_least {
            canvas.at_least(at, DOT * 1.6, style.color)?;
        } else {
            canvas.dot(at, DOT, style.color, ALPHA)?;
        }
        end = end.max(at.0 + DOT * 2.0);
    }
    if let Some((low, high)) = interval {
        whiskers(canvas, (x(low), x(high)), y, style.color)?;
        end = end.max(x(high) + 2.0);
    }
    canvas.mark((x(point), y), MARK, style)?;
    Ok(end)
}

/// A mean with its interval, a thin line to what lies beyond it, an upright one at the percentile and
/// a dot at the largest. What is not positive is left out.
pub(super) fn spread<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    style: Style,
    (point, interval, [percentile, largest]): (f64, Option<(f64, f64)>, [Option<f64>; 2]),
    x: &dyn Fn(f64) -> f64,
    middle: f64,
) -> Result<f64, String> {
    let place = |value: Option<f64>| value.filter(|value| *value > 0.0).map(x);
    let Some(center) = place(Some(point)) else {
        return Ok(x(0.0));
    };
    let mut end = center + MARK;
    if let Some(largest) = place(largest) {
        canvas.bar((center, middle), (largest, middle), 1.0, style.color)?;
        canvas.dot((largest, middle), 2.6, style.color, 1.0)?;
        end = end.max(largest + 3.0);
    }
    if let Some(percentile) = place(percentile) {
        let (from, to) = ((percentile, middle - 6.0), (percentile, middle + 6.0));
        canvas.bar(from, to, 2.0, style.color)?;
        end = end.max(percentile + 2.0);
    }
    if let Some((low, high)) = interval {
        whiskers(canvas, (x(low), x(high)), middle, style.color)?;
        end = end.max(x(high) + 2.0);
    }
    canvas.mark((center, middle), MARK, style)?;
    Ok(end)
}

/// An interval: a line with ends that still show where it is narrower than the mark.
pub(super) fn whiskers<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    (low, high): (f64, f64),
    y: f64,
    color: Paint,
) -> Drawn {
    canvas.bar((low, y), (high, y), 2.5, color)?;
    for end in [low, high] {
        canvas.bar((end, y - 7.0), (end, y + 7.0), 1.5, color)?;
    }
    Ok(())
}

/// The parts of a bar end to end, and a tick.
pub(super) fn bar<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    style: Style,
    (parts, predicted): (&[(f64, Part)], Option<f64>),
    x: &dyn Fn(f64) -> f64,
    middle: f64,
) -> Result<f64, String> {
    let mut sum = 0.0;
    for &(length, part) in parts {
        let (from, to) = (x(sum), x(sum + length));
        if length > 0.0 {
            fill(
                canvas,
                part,
                style.color,
                (from, middle - BAR),
                (to, middle + BAR),
            )?;
        }
        sum += length;
    }
    let end = x(sum);
    let Some(predicted) = predicted.map(x) else {
        return Ok(end);
    };
    tick(canvas, predicted, middle)?;
    Ok(end.max(predicted + 2.0))
}

/// A dark line above and below a bar, which leaves what is in the bar to be seen.
pub(super) fn tick<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, x: f64, middle: f64) -> Drawn {
    canvas.bar((x, middle - BAR - 6.0), (x, middle - BAR), 2.0, INK)?;
    canvas.bar((x, middle + BAR), (x, middle + BAR + 6.0), 2.0, INK)
}

/// A rectangle filled in the way of `part`, with a white seam to the next.
pub(super) fn fill<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    part: Part,
    color: Paint,
    from: (f64, f64),
    to: (f64, f64),
) -> Drawn {
    // Narrower than this there is no room for an edge.
    let roomy = to.0 - from.0 > 3.0;
    let seam = if roomy { 0.75 } else { 0.0 };
    let to = (to.0 - seam, to.1);
    canvas.rect(from, to, if part == Part::Hollow { MUTED } else { color })?;
    if part == Part::Solid || !roomy {
        return Ok(());
    }
    let inner = ((from.0 + 1.0, from.1 + 1.0), (to.0 - 1.0, to.1 - 1.0));
    canvas.rect(inner.0, inner.1, PAPER)?;
    match part {
        Part::Light => canvas.rect(inner.0, inner.1, tint(color, 0.72)),
        Part::Hatched => hatch(canvas, inner.0, inner.1, color),
        Part::Solid | Part::Hollow => Ok(()),
    }
}

/// Lines rising to the right, cut at the edges of the rectangle.
fn hatch<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    from: (f64, f64),
    to: (f64, f64),
    color: Paint,
) -> Drawn {
    let (width, height) = (to.0 - from.0, to.1 - from.1);
    let n = ((width + height) / 5.0) as usize;
    for i in 1..=n {
        let t = i as f64 * 5.0;
        let start = (from.0 + (t - height).max(0.0), from.1 + t.min(height));
        let end = (from.0 + t.min(width), from.1 + (t - width).max(0.0));
        canvas.line(start, end, 1.4, color)?;
    }
    Ok(())
}
