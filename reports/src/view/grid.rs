//! Rows of `grid.csv`: what each cell trades for what.

use std::collections::BTreeSet;

use serde::Serialize;

use super::groups;
use super::pareto::{Measured, Trade, beaten_by};
use super::speed::{SpeedGroup, deepest_decode};
use super::{FidelityRow, MemoryRow, Report, SummaryRow};
use crate::precision::Precision;
use crate::record::Compared;
use crate::stats::Z95;

/// Peaks closer than this share of the smaller one are not told apart: each was measured once.
pub const SAME_MEMORY: f64 = 0.01;

/// A line of `grid.csv`: one cell with what its precision consists of, what it gives and what it takes.
/// Speeds are medians in tokens a second with the 95 % interval.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct GridRow {
    pub machine: String,
    pub model: String,
    pub variant: String,
    pub precision: String,
    /// Number format of the weights.
    pub weights: String,
    /// Whether token embedding and output are kept in F32 while the other weights are not.
    pub ends_f32: bool,
    /// Number format of the KV cache.
    pub kv: String,
    /// `on`, `off`, or `auto` where that was left to the engine.
    pub flash_attention: String,
    /// The headline decode test: one sequence, smallest depth.
    pub decode_ts: Option<f64>,
    pub decode_ci95_low: Option<f64>,
    pub decode_ci95_high: Option<f64>,
    pub prefill_ts: Option<f64>,
    pub prefill_ci95_low: Option<f64>,
    pub prefill_ci95_high: Option<f64>,
    /// The greatest depth at which the headline decode test was run too, in tokens; `None` where it
    /// was run at one depth only. The speed there follows.
    pub deep_n_depth: Option<u32>,
    pub deep_decode_ts: Option<f64>,
    pub deep_decode_ci95_low: Option<f64>,
    pub deep_decode_ci95_high: Option<f64>,
    pub peak_rss_bytes: Option<u64>,
    /// Device memory; `None` without a GPU.
    pub gpu_bytes: Option<u64>,
    pub model_bytes: Option<u64>,
    pub kv_bytes: Option<u64>,
    /// What the divergence is from, as `label/precision`; `None` where nothing was compared.
    pub baseline: Option<String>,
    /// The corpus over which it was compared.
    pub corpus: Option<String>,
    /// Mean Kullback–Leibler divergence from the baseline in nats: 0 for the baseline itself, by
    /// definition.
    pub mean_kld: Option<f64>,
    pub mean_kld_se: Option<f64>,
    /// Whether no other cell of the same weights beats this one; `None` where speed, memory or
    /// divergence is missing.
    pub pareto: Option<bool>,
    /// Index of the cell in [`Report::cells`]; not a CSV column. Likewise below.
    #[serde(skip)]
    pub cell: usize,
    /// Number of the group in which it was compared: cells with one baseline, or else of one variant.
    #[serde(skip)]
    pub group: usize,
    /// Whether it is the baseline of its group.
    #[serde(skip)]
    pub is_baseline: bool,
    /// Index in [`Report::cells`] of a cell that beats this one; `None` on the front.
    #[serde(skip)]
    pub beaten_by: Option<usize>,
}

impl GridRow {
    /// Peak memory in main memory and on a device together.
    #[must_use]
    pub fn memory_bytes(&self) -> Option<u64> {
        Some(self.peak_rss_bytes? + self.gpu_bytes.unwrap_or(0))
    }

    /// The 95 % interval of the mean divergence by the normal approximation, cut off at 0, below which
    /// only rounding can lead.
    #[must_use]
    pub fn kld_interval(&self) -> Option<(f64, f64)> {
        let (mean, half) = (self.mean_kld?, Z95 * self.mean_kld_se?);
        Some(((mean - half).max(0.0), (mean + half).max(0.0)))
    }

    fn trade(&self) -> Option<Trade> {
        let number = |value: Option<f64>| value.filter(|value| value.is_finite());
        Some(Trade {
            speed: Measured {
                value: number(self.decode_ts)?,
                interval: self.decode_ci95_low.zip(self.decode_ci95_high),
            },
            memory_bytes: self.memory_bytes()?,
            divergence: Measured {
                value: number(self.mean_kld)?,
                interval: self.kld_interval(),
            },
        })
    }
}

/// What one cell gives and takes by itself; [`compare`] adds what takes others.
pub(super) fn row(
    cell: usize,
    summary: &SummaryRow,
    groups: &[SpeedGroup],
    memory: &[MemoryRow],
) -> GridRow {
    let precision = Precision::parse(&summary.precision);
    let deep = deepest_decode(groups).map(|group| &group.row);
    let most = |bytes: fn(&MemoryRow) -> Option<u64>| memory.iter().filter_map(bytes).max();
    GridRow {
        machine: summary.machine.clone(),
        model: summary.model.clone(),
        variant: summary.variant.clone(),
        precision: summary.precision.clone(),
        weights: precision.weights.to_owned(),
        ends_f32: precision.ends_f32,
        kv: precision.kv.to_owned(),
        flash_attention: precision.flash_attention_name().to_owned(),
        decode_ts: summary.decode_ts,
        decode_ci95_low: summary.decode_ci95_low,
        decode_ci95_high: summary.decode_ci95_high,
        prefill_ts: summary.prefill_ts,
        prefill_ci95_low: summary.prefill_ci95_low,
        prefill_ci95_high: summary.prefill_ci95_high,
        deep_n_depth: deep.and_then(|row| row.n_depth),
        deep_decode_ts: deep.and_then(|row| row.median_ts),
        deep_decode_ci95_low: deep.and_then(|row| row.ci95_low),
        deep_decode_ci95_high: deep.and_then(|row| row.ci95_high),
        peak_rss_bytes: summary.peak_rss_bytes,
        gpu_bytes: most(|row| row.gpu_bytes),
        model_bytes: most(|row| row.model_bytes),
        kv_bytes: most(|row| row.kv_bytes),
        baseline: None,
        corpus: None,
        mean_kld: None,
        mean_kld_se: None,
        pareto: None,
        cell,
        group: 0,
        is_baseline: false,
        beaten_by: None,
    }
}

/// Puts the divergences of [`Report::fidelity`] into [`Report::grid`], and decides in each group which
/// cells are on the Pareto front.
pub(crate) fn compare(report: &mut Report) {
    for (number, group) in groups(report).into_iter().enumerate() {
        for &cell in &group.cells {
            report.grid[cell].group = number;
        }
        if let Some(baseline) = group.baseline {
            diverge(report, baseline, &group.cells);
        }
        judge(&mut report.grid, &group.cells);
    }
}

/// Cells that are compared with one another, by their indices in the report.
struct Group {
    baseline: Option<usize>,
    cells: BTreeSet<usize>,
}

/// The groups that each run lists; of what it does not list, each variant is one.
fn groups(report: &Report) -> Vec<Group> {
    let mut all_groups = Vec::new();
    let mut first = 0;
    for run in &report.runs {
        let all = first..first + run.cells.len();
        let listed: Vec<Group> = run
            .fidelity
            .iter()
            .map(|info| Group {
                baseline: groups::place(run, &info.baseline).map(|place| first + place),
                cells: groups::members(run, info)
                    .map(|place| first + place)
                    .collect(),
            })
            .collect();
        let mut rest: Vec<usize> = all
            .filter(|cell| !listed.iter().any(|group| group.cells.contains(cell)))
            .collect();
        all_groups.extend(listed);
        while let Some(&cell) = rest.first() {
            let variant = |cell: usize| report.cells[cell].key.variant.as_str();
            let cells: BTreeSet<usize> = rest
                .iter()
                .copied()
                .filter(|&other| variant(other) == variant(cell))
                .collect();
            rest.retain(|other| !cells.contains(other));
            all_groups.push(Group {
                baseline: None,
                cells,
            });
        }
        first += run.cells.len();
    }
    all_groups
}

/// Fills in the divergence of each cell over the first whole corpus.
fn diverge(report: &mut Report, baseline: usize, cells: &BTreeSet<usize>) {
    let Report { fidelity, grid, .. } = report;
    let of_group = |row: &&FidelityRow| {
        row.compared == Compared::Cell
            && row.whole
            && row.baseline_cell == baseline
            && cells.contains(&row.cell)
    };
    let mut rows = fidelity.iter().filter(of_group).peekable();
    let Some(first) = rows.peek() else { return };
    let (name, corpus) = (first.baseline.clone(), first.corpus.clone());
    let mut put = |cell: usize, mean: f64, se: Option<f64>| {
        let row = &mut grid[cell];
        (row.mean_kld, row.mean_kld_se) = (Some(mean), se);
        (row.baseline, row.corpus) = (Some(name.clone()), Some(corpus.clone()));
    };
    for row in rows.filter(|row| row.corpus == corpus) {
        put(row.cell, row.mean_kld, row.mean_kld_se);
    }
    put(baseline, 0.0, Some(0.0));
    grid[baseline].is_baseline = true;
}

/// Decides which cells of a group are on the front.
fn judge(grid: &mut [GridRow], cells: &BTreeSet<usize>) {
    let (judged, trades): (Vec<usize>, Vec<Trade>) = cells
        .iter()
        .filter_map(|&cell| Some((cell, grid[cell].trade()?)))
        .unzip();
    for (&cell, by) in judged.iter().zip(beaten_by(&trades)) {
        grid[cell].beaten_by = by.map(|by| judged[by]);
        grid[cell].pareto = Some(by.is_none());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn by_precision<'a>(report: &'a Report, variant: &str, precision: &str) -> &'a GridRow {
        let found = report
            .grid
            .iter()
            .find(|row| row.variant == variant && row.precision == precision);
        found.unwrap()
    }

    #[test]
    fn a_row_says_what_a_cell_is_gives_and_takes() {
        let report = sample::grid_report();
        let row = by_precision(&report, "instruct", "Q4_K_M:kv=Q8_0");
        assert_eq!(
            (
                row.weights.as_str(),
                row.ends_f32,
                row.kv.as_str(),
                row.flash_attention.as_str()
            ),
            ("Q4_K_M", false, "Q8_0", "auto")
        );
        assert_eq!(row.decode_ts, report.summary[row.cell].decode_ts);
        assert_eq!(row.deep_n_depth, Some(512));
        assert!(row.deep_decode_ts < row.decode_ts);
        assert_eq!(row.baseline.as_deref(), Some("instruct/F32:kv=F32"));
        assert_eq!(row.corpus.as_deref(), Some("held-out"));
        assert!(row.mean_kld > Some(0.01) && row.mean_kld_se > Some(0.0));
        assert!(row.kv_bytes < by_precision(&report, "instruct", "Q4_K_M").kv_bytes);
    }

    #[test]
    fn the_baseline_diverges_by_nothing_and_groups_do_not_mix() {
        let report = sample::grid_report();
        for (variant, baseline) in [("instruct", "F32:kv=F32"), ("text", "F32")] {
            let row = by_precision(&report, variant, baseline);
            assert!(row.is_baseline);
            assert_eq!((row.mean_kld, row.mean_kld_se), (Some(0.0), Some(0.0)));
            let others = report.grid.iter().filter(|other| other.group == row.group);
            for other in others {
                assert_eq!(other.variant, variant);
                assert_eq!(other.is_baseline, other.cell == row.cell);
                let beaten = other.beaten_by.map(|by| report.grid[by].group);
                assert!(beaten.is_none_or(|group| group == row.group));
                assert_eq!(other.pareto, Some(other.beaten_by.is_none()));
            }
        }
    }

    #[test]
    fn a_cell_that_costs_and_buys_nothing_is_beaten() {
        let report = sample::grid_report();
        // Slower than F16, larger, and no nearer to the baseline.
        let row = by_precision(&report, "instruct", "F16:fa=off");
        assert_eq!(row.pareto, Some(false));
        let best = by_precision(&report, "instruct", "Q4_K_M:kv=Q8_0");
        assert_eq!((best.pareto, best.beaten_by), (Some(true), None));
    }

    #[test]
    fn of_cells_alike_in_speed_and_memory_the_nearer_beats_the_farther() {
        let report = sample::grid_report();
        let f16 = by_precision(&report, "instruct", "F16");
        assert_eq!(f16.pareto, Some(true));
        for precision in ["BF16", "F16:kv=BF16"] {
            let row = by_precision(&report, "instruct", precision);
            assert_eq!(row.beaten_by, Some(f16.cell), "{precision}");
        }
    }

    #[test]
    fn what_was_not_measured_is_not_judged() {
        let mut report = sample::grid_report();
        let cell = by_precision(&report, "instruct", "F16").cell;
        report.grid[cell].peak_rss_bytes = None;
        report.grid[cell].pareto = None;
        compare(&mut report);
        assert_eq!(report.grid[cell].pareto, None);
        assert!(
            report.grid.iter().all(
                |row| row.beaten_by != Some(cell) && (row.cell == cell || row.pareto.is_some())
            )
        );
        // Without a comparison there is no divergence, so no front.
        let mut run = sample::run_dir(5, 1);
        run.info.fidelity.clear();
        let plain = crate::view::build(vec![run]);
        assert!(plain.grid.iter().all(|row| {
            row.pareto.is_none() && row.mean_kld.is_none() && row.baseline.is_none()
        }));
        assert_eq!(plain.grid[4].group, plain.grid[0].group + 1);
    }

    #[test]
    fn rounding_below_zero_makes_no_interval_below_zero() {
        let mut row = sample::grid_report().grid[1].clone();
        (row.mean_kld, row.mean_kld_se) = (Some(-1e-12), Some(1e-13));
        assert_eq!(row.kld_interval(), Some((0.0, 0.0)));
    }

    #[test]
    fn of_several_corpora_the_first_whole_one_counts() {
        let mut report = sample::grid_report();
        let of_text = report.fidelity.iter_mut().find(|row| row.whole).unwrap();
        let cell = of_text.cell;
        of_text.whole = false;
        report.grid.iter_mut().for_each(|row| row.mean_kld = None);
        compare(&mut report);
        assert_eq!(report.grid[cell].mean_kld, None);
        let mut second = report.fidelity[1].clone();
        (second.corpus, second.mean_kld) = ("mine".into(), 7.0);
        report.fidelity.push(second);
        compare(&mut report);
        assert!(report.grid.iter().all(|row| row.mean_kld != Some(7.0)));
    }
}
