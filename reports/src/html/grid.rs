//! What is traded for what by mixing precisions: speed, memory and divergence from the baseline.

use std::collections::BTreeSet;

use crate::view::{GridRow, Report, SAME_MEMORY};
use askama::Template;
use askama::filters::HtmlSafe;

use super::contest::{Better, Contest, Entry};
use super::label::Labels;
use super::number::{self, Estimate};
use super::phrase::{Phrase, Rich};
use super::table::{Cell, Column, Row, Table, place};
use super::{trade, units};

/// The section on mixed precisions.
#[derive(Template)]
#[template(path = "grid.html")]
pub(super) struct GridSection {
    intro: Phrase,
    groups: Vec<trade::Said>,
    table: Table,
}

// The template escapes what it shows.
impl HtmlSafe for GridSection {}

/// The cells that are compared with one baseline.
pub(super) struct Group<'a> {
    pub(super) baseline: &'a GridRow,
    /// Those of which speed, memory or divergence is missing too.
    pub(super) rows: Vec<&'a GridRow>,
}

impl<'a> Group<'a> {
    /// The rows that could be judged.
    pub(super) fn judged(&self) -> impl Iterator<Item = &'a GridRow> {
        self.rows.iter().copied().filter(|row| row.pareto.is_some())
    }
}

impl GridSection {
    /// The section; `None` where no two cells could be compared with a baseline.
    pub(super) fn of(report: &Report, labels: &Labels) -> Option<Self> {
        let groups = groups(report);
        (!groups.is_empty()).then(|| Self {
            intro: intro(),
            groups: groups
                .iter()
                .map(|group| trade::said(group, labels))
                .collect(),
            table: table(&groups, labels),
        })
    }
}

fn groups(report: &Report) -> Vec<Group<'_>> {
    let mut groups = Vec::new();
    for baseline in report.grid.iter().filter(|row| row.is_baseline) {
        let alike = |row: &&GridRow| row.group == baseline.group;
        let group = Group {
            baseline,
            rows: report.grid.iter().filter(alike).collect(),
        };
        if group.judged().count() > 1 {
            groups.push(group);
        }
    }
    groups
}

fn intro() -> Phrase {
    Phrase::both(
        "같은 가중치를 여러 정밀도로 재어 디코드 속도와 최대 메모리, 기준에서 벗어난 정도(평균 KL 발산)를 한자리에 모았습니다. 이 세 가지 가운데 어느 것에서도 뒤진다고 할 수 없고 하나라도 확실히 나은 셀이 따로 있으면, 그보다 못한 셀은 고를 까닭이 없습니다. 그런 셀을 빼고 남은 것이 파레토 경계이니, 그 안에서는 무엇을 더 중히 여기는지에 따라 고르면 됩니다. 속도와 KL 발산은 95% 구간이 겹치지 않을 때, 메모리는 1% 넘게 차이 날 때 다르다고 보았습니다.",
        "The same weights at several precisions: decode speed, peak memory and divergence from the baseline (mean KL divergence) side by side. Where another cell cannot be shown to be worse in any of the three and is shown to be better in one, there is no reason to choose the lesser. What remains is the Pareto front: choose among its cells by what matters most to you. Speeds and divergences count as different where their 95% intervals do not overlap, memory where it differs by more than 1%.",
    )
}

fn table(groups: &[Group], labels: &Labels) -> Table {
    let rows = || groups.iter().flat_map(|group| &group.rows);
    let deep = rows().any(|row| row.deep_decode_ts.is_some());
    Table {
        id: "t-mixing",
        csv: "grid.csv",
        how: None,
        caption: Phrase::both(
            "정밀도마다 얻는 것과 내주는 것. ★는 같은 기준으로 견준 셀 가운데 그 열에서 가장 좋은 값과 그것과 가릴 수 없는 값이고, 작은 글씨는 95% 구간입니다",
            "What each precision gives and takes. ★ marks the best of a column among the cells with one baseline, and what cannot be told from it; 95% intervals in small print",
        ),
        columns: columns(deep),
        rows: groups
            .iter()
            .flat_map(|group| lines(group, labels, deep))
            .collect(),
    }
}

fn columns(deep: bool) -> Vec<Column> {
    let speed =
        |ko: &str, en: &str| Column::number(Phrase::both(ko, en), units::tokens_per_second());
    let mut columns = vec![
        Column::words(Phrase::both("셀", "Cell")),
        Column::words(Phrase::both("파레토 경계", "Pareto front")),
        speed("디코드", "Decode"),
    ];
    if deep {
        columns.push(speed(
            "KV 캐시가 찬 뒤의 디코드",
            "Decode with a filled KV cache",
        ));
    }
    columns.extend([
        speed("프리필", "Prefill"),
        Column::count(Phrase::both("최대 메모리", "Peak memory")),
        Column::count(Phrase::both("가중치", "Weights")),
        Column::count(Phrase::both("KV 캐시", "KV cache")),
        Column::number(
            Phrase::both("평균 KL 발산", "Mean KL divergence"),
            Phrase::both("나트", "nats"),
        ),
    ]);
    columns
}

/// What is measured in one column.
type Value = fn(&GridRow) -> Option<Estimate>;

/// The cells that are best in each column.
struct Best {
    decode: BTreeSet<usize>,
    deep: BTreeSet<usize>,
    prefill: BTreeSet<usize>,
    memory: BTreeSet<usize>,
    weights: BTreeSet<usize>,
    kv: BTreeSet<usize>,
    kld: BTreeSet<usize>,
}

impl Best {
    fn of(group: &Group) -> Self {
        let fast = |value: Value| best(&group.rows, value, Better::Higher);
        let small = |bytes: fn(&GridRow) -> Option<u64>| smallest(&group.rows, bytes);
        // The baseline's 0 is no measurement.
        let others: Vec<&GridRow> = group
            .rows
            .iter()
            .copied()
            .filter(|row| !row.is_baseline)
            .collect();
        Self {
            decode: fast(decode),
            deep: fast(deep),
            prefill: fast(prefill),
            memory: small(GridRow::memory_bytes),
            weights: small(|row| row.model_bytes),
            kv: small(|row| row.kv_bytes),
            kld: best(&others, divergence, Better::Lower),
        }
    }
}

/// The best of several rows and those that cannot be told from it; nobody where there is but one, or
/// where that is all of them.
fn best(rows: &[&GridRow], value: Value, better: Better) -> BTreeSet<usize> {
    let entry = |row: &&GridRow| {
        let estimate = value(row)?;
        Some(Entry {
            cell: row.cell,
            estimate,
        })
    };
    let contest = Contest::of(rows.iter().filter_map(entry).collect(), better);
    let several = contest.filter(|contest| contest.next.is_some() && !contest.all_tied());
    several
        .into_iter()
        .flat_map(|contest| std::iter::once(contest.best.cell).chain(contest.tied))
        .collect()
}

/// Likewise of sizes, which have no intervals.
fn smallest(rows: &[&GridRow], bytes: fn(&GridRow) -> Option<u64>) -> BTreeSet<usize> {
    let sizes: Vec<(usize, u64)> = rows
        .iter()
        .filter_map(|row| Some((row.cell, bytes(row)?)))
        .collect();
    let least = sizes.iter().map(|(_, bytes)| *bytes).min().unwrap_or(0) as f64;
    let alike: BTreeSet<usize> = sizes
        .iter()
        .filter(|(_, bytes)| *bytes as f64 <= least * (1.0 + SAME_MEMORY))
        .map(|(cell, _)| *cell)
        .collect();
    match alike.len() == sizes.len() {
        true => BTreeSet::new(),
        false => alike,
    }
}

/// Median decode rate.
pub(super) fn decode(row: &GridRow) -> Option<Estimate> {
    Estimate::new(row.decode_ts, row.decode_ci95_low, row.decode_ci95_high)
}

fn deep(row: &GridRow) -> Option<Estimate> {
    Estimate::new(
        row.deep_decode_ts,
        row.deep_decode_ci95_low,
        row.deep_decode_ci95_high,
    )
}

fn prefill(row: &GridRow) -> Option<Estimate> {
    Estimate::new(row.prefill_ts, row.prefill_ci95_low, row.prefill_ci95_high)
}

/// Mean divergence from the baseline.
pub(super) fn divergence(row: &GridRow) -> Option<Estimate> {
    let (low, high) = row.kld_interval().unzip();
    Estimate::new(row.mean_kld, low, high)
}

/// The rows of a group under the name of its baseline.
fn lines(group: &Group, labels: &Labels, with_deep: bool) -> Vec<Row> {
    let best = Best::of(group);
    let baseline = labels.name(group.baseline.cell);
    let heading = Phrase::both("기준 ", "Baseline ").then(Phrase::foreign(baseline));
    let line = |(index, row): (usize, &&GridRow)| {
        let star = |cell: Cell, best: &BTreeSet<usize>| starred(cell, best.contains(&row.cell));
        let size = |bytes: Option<u64>| Cell::number(bytes.map(number::bytes));
        let mut cells = vec![
            standing(row, labels),
            star(Cell::estimate(decode(row)), &best.decode),
        ];
        if with_deep {
            cells.push(star(at_depth(row), &best.deep));
        }
        cells.extend([
            star(Cell::estimate(prefill(row)), &best.prefill),
            star(size(row.memory_bytes()), &best.memory),
            star(size(row.model_bytes), &best.weights),
            star(size(row.kv_bytes), &best.kv),
            star(kld(row), &best.kld),
        ]);
        Row {
            group: (index == 0).then(|| heading.clone()),
            head: Phrase::foreign(labels.name(row.cell)),
            cells,
            source: place(&labels.report.grid, *row),
            ..Row::default()
        }
    };
    group.rows.iter().enumerate().map(line).collect()
}

/// A value that is among the best of its column.
fn starred(cell: Cell, best: bool) -> Cell {
    match best {
        true => Cell {
            class: "n strong",
            value: Phrase::same("★ ").then(cell.value),
            ..cell
        },
        false => cell,
    }
}

fn at_depth(row: &GridRow) -> Cell {
    let Some((estimate, depth)) = deep(row).zip(row.deep_n_depth) else {
        return Cell::none();
    };
    let interval = estimate.interval_text();
    let interval = interval.map_or_else(String::new, |interval| interval + " · ");
    let depth = number::count(depth);
    Cell::number(Some(estimate.value_text())).with_note(Some(Phrase::both(
        format!("{interval}깊이 {depth}"),
        format!("{interval}depth {depth}"),
    )))
}

fn kld(row: &GridRow) -> Cell {
    if row.is_baseline {
        return Cell::number(Some("0".into())).with_note(Some(Phrase::both("기준", "baseline")));
    }
    let Some(estimate) = divergence(row) else {
        return Cell::none();
    };
    let note = match estimate.interval {
        Some((low, high)) => Phrase::same(format!(
            "{}–{}",
            number::magnitude(low),
            number::magnitude(high)
        )),
        None => Phrase::both("구간 없음", "no interval"),
    };
    Cell::number(Some(number::magnitude(estimate.value))).with_note(Some(note))
}

/// Whether a cell is on the front, and what beats it where it is not.
fn standing(row: &GridRow, labels: &Labels) -> Cell {
    match (row.pareto, row.beaten_by) {
        (Some(true), _) => Cell {
            class: "good",
            ..Cell::words(Phrase::of(
                Rich::default().strong("경계에 있음"),
                Rich::default().strong("on the front"),
            ))
        },
        (_, Some(by)) => Cell::words(
            Phrase::both("더 나은 셀: ", "beaten by ").then(Phrase::foreign(labels.name(by))),
        ),
        (_, None) => Cell::words(Phrase::none()).with_note(Some(Phrase::both(
            "값이 빠져 가릴 수 없음",
            "a value is missing",
        ))),
    }
}
