//! What stands in the plot of one row, and in the legend for it. Each function returns the x at which
//! what it drew ends.

use super::canvas::{Canvas, Drawn};
use super::palette::{INK, MUTED, PAPER, Paint, Style, tint};
use super::rows::{Hill, Part, Sample};
use super::thin::jitter;
use plotters::prelude::DrawingBackend;

/// Radius of the mark of an estimate.
pub(super) const MARK: f64 = 5.0;
/// Radius of a sample.
const DOT: f64 = 2.1;
/// Half the height of a bar, where the row has room for it.
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
    (middle, height): (f64, f64),
) -> Result<f64, String> {
    let y = if samples.is_empty() {
        middle
    } else {
        middle - 0.19 * height
    };
    let mut end = x(point) + MARK;
    for (i, sample) in samples.iter().enumerate() {
        let at = (x(sample.value), middle + (0.12 + 0.24 * jitter(i)) * height);
        if sample.at_least {
            canvas.at_least(at, DOT * 1.6, style.color)?;
        } else {
            canvas.dot(at, DOT, style.color, ALPHA)?;
        }
        end = end.max(at.0 + DOT * 2.0);
    }
    if let Some((low, high)) = interval {
        whiskers(canvas, (x(low), x(high)), y, style.color, height)?;
        end = end.max(x(high) + 2.0);
    }
    canvas.mark((x(point), y), MARK.min(0.17 * height), style)?;
    Ok(end)
}

/// The share of samples in each bin as a hill, the middle one marked, an upright line at the percentile
/// and a dot at the largest.
pub(super) fn hill<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    style: Style,
    hill: &Hill,
    x: &dyn Fn(f64) -> f64,
    (middle, height): (f64, f64),
) -> Result<f64, String> {
    let foot = middle + 0.28 * height;
    let highest = hill
        .bins
        .iter()
        .map(|(_, share)| *share)
        .fold(0.0, f64::max);
    for &((low, high), share) in &hill.bins {
        let top = foot - 0.62 * height * share / highest;
        canvas.rect((x(low), top), (x(high), foot), tint(style.color, 0.45))?;
    }
    canvas.bar(
        (x(hill.median), foot),
        (x(hill.largest), foot),
        1.0,
        style.color,
    )?;
    let at = x(hill.percentile);
    canvas.bar(
        (at, foot - 0.3 * height),
        (at, foot + 0.1 * height),
        2.0,
        style.color,
    )?;
    canvas.dot((x(hill.largest), foot), 2.6, style.color, 1.0)?;
    canvas.mark((x(hill.median), foot), MARK.min(0.14 * height), style)?;
    Ok(x(hill.largest) + 4.0)
}

/// Values in their order, up and down from a line in the middle of the row.
pub(super) fn sequence<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    style: Style,
    (values, reach): (&[f64], f64),
    x: &dyn Fn(f64) -> f64,
    (middle, height): (f64, f64),
) -> Result<f64, String> {
    let place = |(i, value): (usize, &f64)| {
        let up = (value / reach).clamp(-1.0, 1.0) * 0.42 * height;
        (x((i + 1) as f64), middle - up)
    };
    let places: Vec<(f64, f64)> = values.iter().enumerate().map(place).collect();
    let end = x(values.len() as f64);
    canvas.bar((x(1.0), middle), (end, middle), 1.0, tint(MUTED, 0.5))?;
    for pair in places.windows(2) {
        canvas.line(pair[0], pair[1], 1.2, tint(style.color, 0.4))?;
    }
    for &at in &places {
        canvas.dot(at, 2.6, style.color, 1.0)?;
    }
    Ok(end + 4.0)
}

/// A mean with its interval, a thin line to what lies beyond it, an upright one at the percentile and
/// a dot at the largest. What is not positive is left out.
pub(super) fn spread<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    style: Style,
    (point, interval, [percentile, largest]): (f64, Option<(f64, f64)>, [Option<f64>; 2]),
    x: &dyn Fn(f64) -> f64,
    (middle, height): (f64, f64),
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
        whiskers(canvas, (x(low), x(high)), middle, style.color, height)?;
        end = end.max(x(high) + 2.0);
    }
    canvas.mark((center, middle), MARK, style)?;
    Ok(end)
}

/// An interval in a row of the given height: a line with ends that still show where it is narrower than
/// the mark.
pub(super) fn whiskers<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    (low, high): (f64, f64),
    y: f64,
    color: Paint,
    height: f64,
) -> Drawn {
    canvas.bar((low, y), (high, y), 2.5, color)?;
    let half = (height / 6.0).clamp(3.5, 7.0);
    for end in [low, high] {
        canvas.bar((end, y - half), (end, y + half), 1.5, color)?;
    }
    Ok(())
}

/// The parts of a bar end to end, and a tick.
pub(super) fn bar<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    style: Style,
    (parts, predicted): (&[(f64, Part)], Option<f64>),
    x: &dyn Fn(f64) -> f64,
    (middle, height): (f64, f64),
) -> Result<f64, String> {
    let half = BAR.min(0.25 * height);
    let mut sum = 0.0;
    for &(length, part) in parts {
        let (from, to) = (x(sum), x(sum + length));
        if length > 0.0 {
            fill(
                canvas,
                part,
                style.color,
                (from, middle - half),
                (to, middle + half),
            )?;
        }
        sum += length;
    }
    let end = x(sum);
    let Some(predicted) = predicted.map(x) else {
        return Ok(end);
    };
    tick(canvas, predicted, middle, half)?;
    Ok(end.max(predicted + 2.0))
}

/// A dark line above and below a bar, which leaves what is in the bar to be seen.
fn tick<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, x: f64, middle: f64, half: f64) -> Drawn {
    let (near, far) = (half, 1.7 * half);
    canvas.bar((x, middle - far), (x, middle - near), 2.0, INK)?;
    canvas.bar((x, middle + near), (x, middle + far), 2.0, INK)
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
