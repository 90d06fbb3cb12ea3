//! What a cell is called on the page: `variant/precision`, and more only where that is not unique.

use crate::view::{CellKey, CellView, Report, Status};
use std::collections::HashSet;

use super::phrase::Phrase;

/// The name of every cell of a report.
pub(super) struct Labels<'a> {
    cells: &'a [CellView],
    names: Vec<String>,
}

impl<'a> Labels<'a> {
    /// Names the cells of `report`.
    pub(super) fn of(report: &'a Report) -> Self {
        let cells = &report.cells;
        let machines: HashSet<_> = cells.iter().map(|cell| &cell.key.machine).collect();
        let name = |cell: &CellView| match machines.len() {
            0 | 1 => short(&cell.key),
            _ => format!("{}: {}", cell.key.machine, short(&cell.key)),
        };
        let names = cells.iter().map(|cell| name(cell) + &distinction(cell, cells)).collect();
        Self { cells, names }
    }

    /// The name of the cell with this index.
    pub(super) fn name(&self, cell: usize) -> &str {
        self.names.get(cell).map_or("?", String::as_str)
    }

    /// The name of the first cell with this key.
    pub(super) fn of_key(&self, machine: &str, model: &str, variant: &str, precision: &str) -> &str {
        let wanted = (machine, model, variant, precision);
        let found = self.cells.iter().position(|cell| {
            let CellKey { machine, model, variant, precision } = &cell.key;
            (machine.as_str(), model.as_str(), variant.as_str(), precision.as_str()) == wanted
        });
        found.map_or("?", |cell| self.name(cell))
    }
}

fn short(key: &CellKey) -> String {
    format!("{}/{}", key.variant, key.precision)
}

/// What sets a cell apart from others of the same machine, variant and precision: its model where
/// that differs, its run where nothing else does.
fn distinction(cell: &CellView, cells: &[CellView]) -> String {
    let alike = |other: &&CellView| {
        other.run != cell.run && other.key.machine == cell.key.machine && short(&other.key) == short(&cell.key)
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

/// How far a cell got, in words and as the class that colours them. `measured`: whether anything of
/// it was measured.
pub(super) fn status(status: Status, measured: bool) -> (Phrase, &'static str) {
    match status {
        Status::Complete => (Phrase::both("완료", "complete"), "good"),
        Status::Failed if measured => (Phrase::both("일부 실패", "partly failed"), "bad"),
        Status::Failed => (Phrase::both("실패", "failed"), "bad"),
        Status::CutOff => (Phrase::both("중단됨", "cut off"), "warn"),
        Status::NotRun => (Phrase::both("실행 안 함", "not run"), "warn"),
    }
}
