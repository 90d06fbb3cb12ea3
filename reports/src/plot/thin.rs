//! Which of very many samples are drawn.

/// Samples that one chart draws at most: more are slow to show in a browser, and no reader sees them.
const PER_CHART: usize = 3000;
/// Samples that one row draws at most.
const PER_ROW: usize = 400;
/// Samples that one row draws at least, where it has them.
const PER_ROW_AT_LEAST: usize = 60;

/// How many samples a row of a chart with `rows` rows draws at most.
pub(super) fn limit(rows: usize) -> usize {
    (PER_CHART / rows.max(1)).clamp(PER_ROW_AT_LEAST, PER_ROW)
}

/// At most `limit` (two or more) of `samples`, sorted by `value` and evenly spaced by rank, the
/// smallest and the largest among them. The same samples give the same choice.
pub(super) fn thin<T: Copy>(samples: &[T], limit: usize, value: impl Fn(&T) -> f64) -> Vec<T> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(|a, b| value(a).total_cmp(&value(b)));
    if sorted.len() <= limit {
        return sorted;
    }
    let last = sorted.len() - 1;
    (0..limit).map(|i| sorted[i * last / (limit - 1)]).collect()
}

/// Where the `index`th sample of a row stands across the row, 0 to 1: multiples of the golden ratio,
/// which leave no two neighbours close and repeat the same every time.
pub(super) fn jitter(index: usize) -> f64 {
    (0.5 + index as f64 * 0.618_033_988_749_895).fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_stay() {
        let samples: Vec<f64> = (0..100_000)
            .map(|i| f64::from((i * 7919) % 100_000))
            .collect();
        let kept = thin(&samples, 400, |&v| v);
        assert_eq!(kept.len(), 400);
        assert_eq!((kept[0], kept[399]), (0.0, 99_999.0));
        assert!(kept.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn few_samples_all_stay() {
        assert_eq!(thin(&[3.0, 1.0, 2.0], 400, |&v| v), [1.0, 2.0, 3.0]);
        assert!(thin(&[] as &[f64], 400, |&v| v).is_empty());
    }

    #[test]
    fn more_rows_draw_fewer_each() {
        assert_eq!([1, 7, 12, 1000].map(limit), [400, 400, 250, 60]);
    }

    #[test]
    fn neighbours_stand_apart() {
        assert!((0..50).all(|i| (jitter(i) - jitter(i + 1)).abs() > 0.3));
    }
}
