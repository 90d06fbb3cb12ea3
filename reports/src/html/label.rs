//! What a cell is called on the page: `variant/precision`, and more only where that is not unique.

use crate::precision::Precision;
use crate::view::{CellKey, CellView, FidelityView, Report, Status, SummaryRow, machines};

use super::phrase::Phrase;

/// The name of every cell of a report.
pub(super) struct Labels<'a> {
    /// What it names the cells of.
    pub(super) report: &'a Report,
    cells: &'a [CellView],
    names: Vec<String>,
}

impl<'a> Labels<'a> {
    /// Names the cells of `report`.
    pub(super) fn of(report: &'a Report) -> Self {
        let cells = &report.cells;
        let name = |cell: &CellView| on_machine(&cell.key, cells) + &distinction(cell, cells);
        Self {
            report,
            cells,
            names: cells.iter().map(name).collect(),
        }
    }

    /// The name of the cell with this index.
    pub(super) fn name(&self, cell: usize) -> &str {
        self.names.get(cell).map_or("?", String::as_str)
    }

    /// The name of the cell with this key, without its run where several runs have such a cell.
    pub(super) fn of_key(
        &self,
        machine: &str,
        model: &str,
        variant: &str,
        precision: &str,
    ) -> String {
        let wanted = (machine, model, variant, precision);
        let mut found = self.cells.iter().enumerate().filter(|(_, cell)| {
            let CellKey {
                machine,
                model,
                variant,
                precision,
            } = &cell.key;
            (
                machine.as_str(),
                model.as_str(),
                variant.as_str(),
                precision.as_str(),
            ) == wanted
        });
        match (found.next(), found.next()) {
            (Some((only, _)), None) => self.name(only).to_owned(),
            (Some((_, cell)), Some(_)) => on_machine(&cell.key, self.cells),
            _ => "?".to_owned(),
        }
    }
}

/// The name of every comparison of a report: its id, with the machine where there are several, and
/// its run where another of the same machine has one of that name.
pub(super) fn comparisons(report: &Report) -> Vec<String> {
    let machine = |run: usize| report.runs.get(run).map_or("?", |run| &run.machine.name);
    let several = machines(report).len() > 1;
    let name = |cell: &FidelityView| {
        let here = machine(cell.run);
        let alike = report.fidelity_cells.iter().any(|other| {
            other.run != cell.run && other.id == cell.id && machine(other.run) == here
        });
        let before = if several {
            format!("{here}: ")
        } else {
            String::new()
        };
        let after = if alike {
            format!(" #{}", cell.run + 1)
        } else {
            String::new()
        };
        format!("{before}{}{after}", cell.id)
    };
    report.fidelity_cells.iter().map(name).collect()
}

/// The name within its machine, with the machine where there are several.
fn on_machine(key: &CellKey, cells: &[CellView]) -> String {
    match cells.iter().all(|cell| cell.key.machine == key.machine) {
        true => short(key),
        false => format!("{}: {}", key.machine, short(key)),
    }
}

fn short(key: &CellKey) -> String {
    format!("{}/{}", key.variant, Precision::parse(&key.precision))
}

/// What sets a cell apart from others of the same machine, variant and precision: its model where
/// that differs, its run where nothing else does.
fn distinction(cell: &CellView, cells: &[CellView]) -> String {
    let alike = |other: &&CellView| {
        other.run != cell.run
            && other.key.machine == cell.key.machine
            && short(&other.key) == short(&cell.key)
    };
    let others: Vec<_> = cells.iter().filter(alike).collect();
    let mut out = String::new();
    if others.iter().any(|other| other.key.model != cell.key.model) {
        out += &format!(" ({})", cell.key.model);
    }
    if others.iter().any(|other| other.key.model == cell.key.model) {
        out += &format!(" #{}", cell.run + 1);
    }
    out
}

/// Whether any measure of a cell succeeded.
pub(super) fn measured_anything(row: &SummaryRow) -> bool {
    row.decode_ts.or(row.prefill_ts).or(row.ppl).is_some() || row.n_answers.is_some_and(|n| n > 0)
}

/// How far a cell got, in words and as the class that colours them.
pub(super) fn status(row: &SummaryRow) -> (Phrase, &'static str) {
    match row.status {
        Status::Complete => (Phrase::both("완료", "complete"), "good"),
        Status::Failed if measured_anything(row) => {
            (Phrase::both("일부 실패", "partly failed"), "bad")
        }
        Status::Failed => (Phrase::both("실패", "failed"), "bad"),
        Status::CutOff => (Phrase::both("중단됨", "cut off"), "warn"),
        Status::NotRun => (Phrase::both("실행 안 함", "not run"), "warn"),
    }
}
