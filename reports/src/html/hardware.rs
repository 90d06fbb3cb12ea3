//! What the machines are, and what each cell used of them.

use crate::view::{HardwareRow, Report, machines};
use askama::Template;
use askama::filters::HtmlSafe;

use super::how;
use super::label::Labels;
use super::number::{self, Estimate};
use super::phrase::{Phrase, Rich};
use super::table::{Cell, Column, Row, Table};

/// The head of the chapter on hardware.
#[derive(Template)]
#[template(path = "hardware.html")]
pub(super) struct Hardware {
    machines: Vec<Phrase>,
    /// `None` where no cell used anything that was measured.
    table: Option<Table>,
}

// The template escapes what it shows.
impl HtmlSafe for Hardware {}

impl Hardware {
    pub(super) fn of(report: &Report, labels: &Labels) -> Self {
        Self {
            machines: described(report),
            table: table(report, labels),
        }
    }
}

/// A sentence for each machine.
fn described(report: &Report) -> Vec<Phrase> {
    let sentence = |machine: &crate::record::Machine| {
        let memory = number::bytes(machine.memory_bytes);
        let (physical, logical) = (machine.physical_cores, machine.logical_cores);
        let gpus = || Rich::default().list(machine.gpus.iter().map(String::as_str));
        let (gpu_ko, gpu_en) = if machine.gpus.is_empty() {
            (
                Rich::default().text("엔진에 보이는 GPU는 없습니다."),
                Rich::default().text("No GPU that the engine can see."),
            )
        } else {
            (
                Rich::default().text("GPU: ").then(gpus()).text("."),
                Rich::default().text("GPU: ").then(gpus()).text("."),
            )
        };
        Phrase::of(
            Rich::default()
                .foreign(&machine.name)
                .text(": ")
                .foreign(&machine.cpu)
                .text(format!(
                    ", 물리 코어 {physical}개(논리 {logical}개), 메모리 {memory}. "
                ))
                .then(gpu_ko),
            Rich::default()
                .foreign(&machine.name)
                .text(": ")
                .foreign(&machine.cpu)
                .text(format!(
                    ", {physical} physical cores ({logical} logical), {memory} of memory. "
                ))
                .then(gpu_en),
        )
    };
    machines(report).into_iter().map(sentence).collect()
}

fn table(report: &Report, labels: &Labels) -> Option<Table> {
    let used = |row: &HardwareRow| row.memory_share.is_some() || row.read_gb_s.is_some();
    let rows: Vec<Row> = report
        .hardware
        .iter()
        .enumerate()
        .filter(|(_, row)| used(row))
        .map(|(cell, row)| line(cell, row, labels))
        .collect();
    let rate = || Phrase::same("GB/s");
    (!rows.is_empty()).then(|| Table {
        id: "t-hardware",
        csv: "hardware.csv",
        how: Some(how::hardware()),
        caption: Phrase::both(
            "셀마다 기계를 얼마나 썼는지. 막대는 메모리와 대역폭을 얼마나 채웠는지입니다",
            "What each cell used of the machine; bars show how full memory and bandwidth were",
        ),
        columns: vec![
            Column::words(Phrase::both("셀", "Cell")),
            Column::count(Phrase::both("최대 메모리", "Peak memory")),
            Column::count(Phrase::both("기계 메모리에서", "Of the machine’s memory")),
            Column::number(
                Phrase::both("디코드가 읽은 대역폭", "Read while decoding"),
                rate(),
            ),
            Column::number(
                Phrase::both("점검한 대역폭", "Bandwidth by the probe"),
                rate(),
            ),
            Column::count(Phrase::both("점검한 것에서", "Of the probe")),
            Column::number(
                Phrase::both("에너지, 디코드", "Energy, decode"),
                Phrase::both("J/토큰", "J/token"),
            ),
        ],
        rows,
    })
}

fn line(cell: usize, row: &HardwareRow, labels: &Labels) -> Row {
    let read = Estimate::new(row.read_gb_s, row.read_ci95_low, row.read_ci95_high);
    let energy = Estimate::new(
        row.decode_joules_per_token,
        row.decode_joules_ci95_low,
        row.decode_joules_ci95_high,
    );
    let share = |share: Option<f64>| Cell {
        bar: share.map(|share| ((share * 100.0).round() as u32).clamp(1, 100)),
        ..Cell::number(share.map(number::percent))
    };
    let gpu = row.gpu_bytes.map(|bytes| {
        let bytes = number::bytes(bytes);
        Phrase::both(format!("GPU에 {bytes}"), format!("{bytes} on the GPU"))
    });
    Row {
        head: Phrase::foreign(labels.name(cell)),
        cells: vec![
            Cell::number(row.peak_rss_bytes.map(number::bytes)).with_note(gpu),
            share(row.memory_share),
            Cell::estimate(read),
            Cell::number(row.probe_read_gb_s.map(number::plain)),
            share(row.read_share),
            Cell::estimate(energy),
        ],
        source: Some(cell),
        ..Row::default()
    }
}
