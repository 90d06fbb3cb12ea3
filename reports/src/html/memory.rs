//! The table of memory: what was predicted before loading, next to what was measured.

use crate::view::{MemoryRow, Report};

use super::how;
use super::label::Labels;
use super::number;
use super::phrase::Phrase;
use super::table::{Cell, Column, Row, Table, place};

/// The table; the column for a GPU only where one was used.
pub(super) fn table(report: &Report, labels: &Labels) -> Table {
    let gpu = report.memory.iter().any(|row| row.gpu_bytes.is_some());
    Table {
        id: "t-memory",
        csv: "memory.csv",
        how: Some(how::memory()),
        caption: Phrase::both(
            "메모리. 예측은 가중치를 불러오기 전에 했고, 측정은 셀을 맡은 프로세스의 것입니다",
            "Memory: predicted before the weights were loaded, measured on the process that ran the cell",
        ),
        columns: columns(gpu),
        rows: report
            .memory
            .iter()
            .map(|row| line(row, labels, gpu))
            .collect(),
    }
}

fn columns(gpu: bool) -> Vec<Column> {
    let mut columns = vec![
        Column::words(Phrase::both("셀", "Cell")),
        Column::number(
            Phrase::both("문맥", "Context"),
            Phrase::both("토큰", "tokens"),
        ),
        Column::count(Phrase::both("예측한 최대", "Predicted peak")),
        Column::count(Phrase::both("측정한 최대", "Measured peak")),
        Column::count(Phrase::both("가중치", "Weights")),
        Column::count(Phrase::both("KV 캐시", "KV cache")),
        Column::count(Phrase::both("계산 버퍼", "Compute buffers")),
        Column::number(Phrase::both("익명", "Anonymous"), Phrase::same("RssAnon")),
        Column::number(Phrase::both("파일", "File-backed"), Phrase::same("RssFile")),
    ];
    if gpu {
        columns.push(Column::count(Phrase::both("GPU 메모리", "GPU memory")));
    }
    columns
}

fn line(row: &MemoryRow, labels: &Labels, gpu: bool) -> Row {
    let size = |bytes: Option<u64>| Cell::number(bytes.map(number::bytes));
    let sequences = (row.n_seq > 1).then(|| {
        Phrase::both(
            format!("시퀀스 {}개", row.n_seq),
            format!("{} sequences", row.n_seq),
        )
    });
    let mut cells = vec![
        Cell::number(Some(number::count(row.n_ctx))).with_note(sequences),
        size(row.predicted_bytes).with_note(deviation(row)),
        Cell {
            class: "n strong",
            ..size(row.peak_rss_bytes)
        },
        size(row.model_bytes),
        size(row.kv_bytes),
        size(row.compute_bytes),
        size(row.rss_anon_bytes),
        size(row.rss_file_bytes),
    ];
    if gpu {
        cells.push(size(row.gpu_bytes));
    }
    let name = labels.of_key(&row.machine, &row.model, &row.variant, &row.precision);
    Row {
        head: Phrase::foreign(name),
        cells,
        source: place(&labels.report.memory, row),
        ..Row::default()
    }
}

/// How far the prediction was from the measured peak, as a share of the latter.
fn deviation(row: &MemoryRow) -> Option<Phrase> {
    let (predicted, measured) = row
        .predicted_bytes
        .zip(row.peak_rss_bytes.filter(|&n| n > 0))?;
    let share = (predicted as f64 - measured as f64) / measured as f64;
    let text = number::signed_percent(share);
    Some(Phrase::both(
        format!("측정 대비 {text}"),
        format!("{text} vs measured"),
    ))
}
