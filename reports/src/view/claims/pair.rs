//! A cell and the F32 cell of the same weights that it is put to the test against.

use super::finding::{Said, both};
use crate::precision::Precision;
use crate::reason::in_korean;
use crate::record::{FidelityInfo, RunInfo, Stage};
use crate::text::one_line;
use crate::view::{CellView, MemoryRow, Report, Status, groups};

/// A cell and its baseline, of one run.
pub(super) struct Pair<'a> {
    pub(super) report: &'a Report,
    pub(super) run: &'a RunInfo,
    /// Indices in [`Report::cells`].
    pub(super) cell: usize,
    pub(super) base: usize,
}

impl<'a> Pair<'a> {
    /// The pair of a cell.
    ///
    /// # Errors
    /// No F32 cell of the same weights was planned: what to do.
    pub(super) fn of(report: &'a Report, cell: usize) -> Result<Self, Said> {
        let own = &report.cells[cell];
        let run = &report.runs[own.run];
        let group = group(report, cell);
        let same_weights: Vec<usize> = match group {
            Some(group) => members(report, own.run, group).collect(),
            None => cells_of(report, own.run)
                .filter(|&other| report.cells[other].key.variant == own.key.variant)
                .collect(),
        };
        let first = group.and_then(|group| members(report, own.run, group).next());
        let base = same_weights
            .into_iter()
            .filter(|&other| report.precision(other).weights == "F32")
            .min_by_key(|&other| rank(report, cell, first, other))
            .ok_or_else(no_f32)?;
        Ok(Self {
            report,
            run,
            cell,
            base,
        })
    }

    /// What a cell is called in its run.
    pub(super) fn name(&self, cell: usize) -> String {
        let key = &self.report.cells[cell].key;
        one_line(&format!("{}/{}", key.variant, key.precision)).into_owned()
    }

    /// Number format of the cell's weights, on one line.
    pub(super) fn weights(&self) -> String {
        one_line(self.precision().weights).into_owned()
    }

    /// The cell's precision as a reader sees it, on one line.
    pub(super) fn label(&self) -> String {
        one_line(&self.precision().to_string()).into_owned()
    }

    pub(super) fn precision(&self) -> Precision<'a> {
        self.report.precision(self.cell)
    }

    /// The memory of a cell.
    pub(super) fn memory(&self, cell: usize) -> Option<&'a MemoryRow> {
        self.report.memory.iter().find(|row| row.cell == cell)
    }

    /// Where rows are found, and the records behind them: of these cells, in this run where there
    /// are several.
    pub(super) fn evidence(&self, rows: &str, kind: &str, cells: &[usize]) -> String {
        let names: Vec<String> = cells.iter().map(|&cell| self.name(cell)).collect();
        let run = match self.report.runs.len() {
            0 | 1 => String::new(),
            _ => format!(
                " of the run of {} on {}",
                one_line(&self.run.created),
                one_line(&self.run.machine.name)
            ),
        };
        format!(
            "{rows}; records of kind {kind}{run}, cells {}",
            names.join(", ")
        )
    }

    /// That one of two cells, or both, lack a measurement, and why as far as it is recorded.
    pub(super) fn lacks(&self, what: (&str, &str), cells: &[usize], stage: Stage) -> Said {
        let reasons = cells.iter().map(|&cell| {
            let (ko, en) = reason(&self.report.cells[cell], stage);
            let name = self.name(cell);
            (format!("{name}: {ko}"), format!("{name}: {en}"))
        });
        let (ko, en): (Vec<_>, Vec<_>) = reasons.unzip();
        both(
            format!("{} 측정이 없습니다({}).", what.0, ko.join("; ")),
            format!("{} was not measured ({}).", what.1, en.join("; ")),
        )
    }

    /// What must be said where a claim speaks of GPUs and none computed.
    pub(super) fn without_gpu(&self) -> Option<Said> {
        if self.run.machine.gpus.is_empty() {
            return Some(both(
                "이 주장은 흔히 GPU를 두고 하는 말인데, 이 기계에는 엔진에 보이는 GPU가 없습니다.",
                "The claim is mostly made of GPUs, and the engine sees none here.",
            ));
        }
        (self.run.n_gpu_layers == 0).then(|| {
            both(
                "이 주장은 흔히 GPU를 두고 하는 말인데, 여기서는 GPU에 올린 층이 없습니다.",
                "The claim is mostly made of GPUs, and no layer was on one here.",
            )
        })
    }
}

impl Report {
    /// The precision of a cell, taken apart.
    pub(super) fn precision(&self, cell: usize) -> Precision<'_> {
        Precision::parse(&self.cells[cell].key.precision)
    }
}

/// The cells of a run.
pub(super) fn cells_of(report: &Report, run: usize) -> impl Iterator<Item = usize> + '_ {
    (0..report.cells.len()).filter(move |&cell| report.cells[cell].run == run)
}

/// The cells that are compared as the same weights, the baseline first.
pub(super) fn members<'a>(
    report: &'a Report,
    run: usize,
    group: &'a FidelityInfo,
) -> impl Iterator<Item = usize> + 'a {
    // The cells of a run stand in its order.
    groups::members(&report.runs[run], group)
        .filter_map(move |place| cells_of(report, run).nth(place))
}

/// The comparison that a cell takes part in.
pub(super) fn group(report: &Report, cell: usize) -> Option<&FidelityInfo> {
    let run = report.cells[cell].run;
    let groups = report.runs[run].fidelity.iter();
    groups
        .into_iter()
        .find(|group| members(report, run, group).any(|member| member == cell))
}

/// Which F32 cell to prefer, the smallest first: with the settings of the cell, else with the usual
/// ones; of the file that the comparison's baseline is of, else of the cell's own.
fn rank(report: &Report, cell: usize, first: Option<usize>, other: usize) -> (u8, u8) {
    let settings = |cell: usize| {
        let precision = report.precision(cell);
        (precision.kv, precision.flash_attention)
    };
    let variant = |cell: usize| &report.cells[cell].key.variant;
    let usual = (crate::precision::DEFAULT_KV, None);
    let of_settings = match settings(other) {
        same if same == settings(cell) => 0,
        same if same == usual => 1,
        _ => 2,
    };
    let of_variant = match variant(other) {
        same if first.is_some_and(|first| same == variant(first)) => 0,
        same if same == variant(cell) => 1,
        _ => 2,
    };
    (of_settings, of_variant)
}

fn no_f32() -> Said {
    both(
        "같은 가중치를 F32로 잰 셀이 없어 견줄 수 없습니다. --precision에 f32를 더해 다시 재십시오.",
        "No F32 cell of the same weights was measured to compare with; add f32 to --precision and measure again.",
    )
}

/// Why a cell lacks what a stage measures.
fn reason(cell: &CellView, stage: Stage) -> Said {
    let of_stage = |found: Option<Stage>| {
        let mut failures = cell.failures.iter();
        failures.find(|failure| found.is_none_or(|stage| failure.stage == stage))
    };
    if let Some(failure) = of_stage(Some(stage)).or_else(|| of_stage(None)) {
        let reason = one_line(&failure.reason);
        let ko = in_korean(&reason).unwrap_or_else(|| reason.to_string());
        return both(format!("실패, {ko}"), format!("failed, {reason}"));
    }
    match cell.status {
        Status::NotRun => both("시작하지 않음", "not started"),
        Status::CutOff => both("재는 도중에 끊김", "cut off"),
        Status::Complete | Status::Failed => both("기록이 없거나 모자람", "no record, or too few"),
    }
}
