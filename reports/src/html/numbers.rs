//! The number ranges of the weights of each file, and the section that they share with the magnitudes
//! of activations.

use crate::view::{Format, NumbersRow, Report};
use askama::Template;
use askama::filters::HtmlSafe;

use super::activations::Activations;
use super::casts;
use super::how;
use super::label::Labels;
use super::number;
use super::phrase::Phrase;
use super::table::{Cell, Column, Row, Table, place};

/// Tensors of one file that are listed at most.
const MOST: usize = 10;
/// A count below this stands under its share.
const FEW: u64 = 10_000;

/// The section on number ranges.
#[derive(Template)]
#[template(path = "numbers.html")]
pub(super) struct NumbersSection {
    weights: Option<Weights>,
    activations: Option<Activations>,
}

// The template escapes what it shows.
impl HtmlSafe for NumbersSection {}

/// The part on weights.
#[derive(Template)]
#[template(path = "weights.html")]
struct Weights {
    intro: Phrase,
    files: Vec<FileView>,
    table: Table,
    /// The tensors with the largest magnitudes.
    tensors: Table,
}

// The template escapes what it shows.
impl HtmlSafe for Weights {}

struct FileView {
    name: Phrase,
    /// What the numbers mean.
    said: Phrase,
    /// Tensors with weights that overflow or are not finite.
    odd: Vec<Phrase>,
}

/// What was counted in one file: rows of a cast to F16 and of one to BF16.
pub(super) struct File<'a> {
    cell: usize,
    /// Of all tensors.
    pub(super) all: &'a [NumbersRow; 2],
    /// Of each tensor.
    pub(super) tensors: Vec<&'a [NumbersRow; 2]>,
}

impl<'a> File<'a> {
    /// The file that the rows of one cell speak of; `None` where those of all tensors are missing.
    pub(super) fn of(rows: &'a [NumbersRow]) -> Option<Self> {
        let (pairs, _) = rows.as_chunks::<2>();
        let (all, tensors) = pairs.split_first().filter(|(all, _)| all[0].whole)?;
        Some(Self {
            cell: all[0].cell,
            all,
            tensors: tensors.iter().collect(),
        })
    }
}

impl NumbersSection {
    /// The section; `None` where neither weights nor activations were looked at.
    pub(super) fn of(report: &Report, labels: &Labels) -> Option<Self> {
        let section = Self {
            weights: Weights::of(report, labels),
            activations: Activations::of(report, labels),
        };
        (section.weights.is_some() || section.activations.is_some()).then_some(section)
    }
}

impl Weights {
    /// The part; `None` where no file's numbers were counted to the end.
    fn of(report: &Report, labels: &Labels) -> Option<Self> {
        let files = files(report);
        let view = |file: &File| FileView {
            name: Phrase::foreign(labels.name(file.cell)),
            said: casts::said(file),
            odd: odd(file),
        };
        (!files.is_empty()).then(|| Self {
            intro: intro(),
            files: files.iter().map(view).collect(),
            table: table(&files, labels),
            tensors: largest(&files, labels),
        })
    }
}

/// The files whose numbers were counted to the end.
fn files(report: &Report) -> Vec<File<'_>> {
    let cells = report.numbers.chunk_by(|a, b| a.cell == b.cell);
    cells.filter_map(File::of).collect()
}

fn intro() -> Phrase {
    Phrase::both(
        "모델 파일의 가중치를 모두 읽어 얼마나 크고 작은 수가 들어 있는지, F16이나 BF16으로 바꾸면 무엇을 잃는지 세었습니다. F16은 65,504까지 담습니다. 약 0.00006보다 작은 수는 자릿수가 줄어든 비정규 수로 담고, 약 0.00000003까지의 아주 작은 수는 0으로 만듭니다. BF16은 F32만큼 넓은 범위를 담는 대신 더 거칠게 반올림합니다.",
        "Every weight of the model files was read: how large and how small they are, and what a cast to F16 or BF16 would lose. F16 reaches up to 65,504. Numbers below about 0.00006 become subnormal, which leaves them fewer digits, and those up to about 0.00000003 become zero. BF16 has the range of F32 and rounds more coarsely.",
    )
}

fn table(files: &[File], labels: &Labels) -> Table {
    let values = || Phrase::both("전체 값에서", "of all values");
    let error = || Phrase::both("상대 오차", "relative error");
    Table {
        id: "t-numbers",
        csv: "numbers.csv",
        how: Some(how::numbers()),
        caption: Phrase::both(
            "파일의 값이 놓인 범위와, 그 값을 F16과 BF16으로 바꾸면 생기는 일",
            "The range of each file’s values, and what a cast to F16 and to BF16 does to them",
        ),
        columns: vec![
            Column::words(Phrase::both("파일", "File")),
            Column::words(Phrase::both("형식", "Format")),
            Column::count(Phrase::both("값의 범위", "Range of values")),
            Column::number(Phrase::both("넘침", "Overflow"), values()),
            Column::number(Phrase::both("비정규 수", "Subnormal"), values()),
            Column::number(Phrase::both("0이 됨", "Vanish"), values()),
            Column::number(Phrase::both("달라짐", "Change"), values()),
            Column::number(Phrase::both("평균", "Mean"), error()),
            Column::number(Phrase::both("최대", "Largest"), error()),
        ],
        rows: files
            .iter()
            .flat_map(|file| file.all)
            .map(|row| Row {
                head: Phrase::foreign(labels.name(row.cell)),
                cells: cells(row),
                source: place(&labels.report.numbers, row),
                ..Row::default()
            })
            .collect(),
    }
}

fn cells(row: &NumbersRow) -> Vec<Cell> {
    let n = number::count(row.n);
    let counted = Phrase::both(format!("값 {n}개"), format!("{n} values"));
    vec![
        Cell::words(Phrase::same(format(row.format))),
        Cell::number(range(row)).with_note(Some(counted)),
        share(row.overflow, row.n),
        share(row.subnormal, row.n),
        share(row.vanish, row.n),
        share(row.changed, row.n),
        Cell::number(row.mean_relative_error.map(number::fine_percent)),
        Cell::number(row.max_relative_error.map(number::fine_percent)),
    ]
}

/// A format as it is called on the page.
fn format(format: Format) -> &'static str {
    match format {
        Format::F16 => "F16",
        Format::Bf16 => "BF16",
    }
}

fn range(row: &NumbersRow) -> Option<String> {
    let (min, max) = row.min.zip(row.max)?;
    Some(format!(
        "{} … {}",
        number::magnitude(min),
        number::magnitude(max)
    ))
}

/// A share of the values, with the count where it is small; of no values nothing.
fn share(count: u64, n: u64) -> Cell {
    if n == 0 {
        return Cell::none();
    }
    let few = (1..FEW).contains(&count).then(|| {
        let shown = number::count(count);
        let noun = if count == 1 { "value" } else { "values" };
        Phrase::both(format!("{shown}개"), format!("{shown} {noun}"))
    });
    let share = number::fine_percent(count as f64 / n as f64);
    Cell::number(Some(share)).with_note(few)
}

/// The tensors with weights that overflow or are not finite, and how many are not listed.
fn odd(file: &File) -> Vec<Phrase> {
    let tensors = file.tensors.iter();
    let mut lines: Vec<Phrase> = tensors.filter_map(|tensor| odd_tensor(tensor)).collect();
    let more = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    if more > 0 {
        let n = number::count(more as u64);
        lines.push(Phrase::both(format!("외 {n}개"), format!("and {n} more")));
    }
    lines
}

fn odd_tensor([f16, bf16]: &[NumbersRow; 2]) -> Option<Phrase> {
    let (ko, en) = casts::counted(&[
        (f16.nan, "NaN", "NaN"),
        (f16.inf, "무한대", "infinite"),
        (f16.overflow, "F16에서 넘침", "overflow in F16"),
        (bf16.overflow, "BF16에서 넘침", "overflow in BF16"),
    ])?;
    let counts = Phrase::both(format!(": {ko}"), format!(": {en}"));
    Some(Phrase::foreign(&f16.tensor).then(counts))
}

fn largest(files: &[File], labels: &Labels) -> Table {
    Table {
        id: "t-numbers-tensors",
        csv: "numbers.csv",
        how: None,
        caption: Phrase::both(
            format!("파일마다 절댓값이 가장 큰 텐서, 많아야 {MOST}개"),
            format!("The tensors with the largest magnitudes of each file, at most {MOST}"),
        ),
        columns: vec![
            Column::words(Phrase::both("텐서", "Tensor")),
            Column::words(Phrase::both("형식", "Type")),
            Column::count(Phrase::both("값", "Values")),
            Column::count(Phrase::both("절댓값 최대", "Largest magnitude")),
            Column::count(Phrase::both("값의 범위", "Range of values")),
            Column::count(Phrase::both("평균", "Mean")),
            Column::count(Phrase::both("표준편차", "Deviation")),
            Column::number(Phrase::both("비정규 수", "Subnormal"), in_f16()),
            Column::number(Phrase::both("0이 됨", "Vanish"), in_f16()),
        ],
        rows: files
            .iter()
            .flat_map(|file| largest_of(file, labels))
            .collect(),
    }
}

fn in_f16() -> Phrase {
    Phrase::both("F16에서", "in F16")
}

/// The rows of one file under its name.
fn largest_of(file: &File, labels: &Labels) -> Vec<Row> {
    let tensors = file.tensors.iter().map(|[f16, _]| f16);
    let mut rows: Vec<(f64, &NumbersRow)> = tensors
        .filter_map(|row| Some((row.max_abs?, row)))
        .collect();
    rows.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    rows.truncate(MOST);
    let name = || Phrase::foreign(labels.name(file.cell));
    let line = |(index, (max_abs, row)): (usize, (f64, &NumbersRow))| Row {
        group: (index == 0).then(name),
        head: Phrase::foreign(&row.tensor),
        cells: vec![
            Cell::words(
                row.type_name
                    .as_ref()
                    .map_or_else(Phrase::none, Phrase::foreign),
            ),
            Cell::number(Some(number::count(row.n))),
            Cell::number(Some(number::magnitude(max_abs))),
            Cell::number(range(row)),
            Cell::number(row.mean.map(number::magnitude)),
            Cell::number(row.deviation.map(number::magnitude)),
            share(row.subnormal, row.n),
            share(row.vanish, row.n),
        ],
        source: place(&labels.report.numbers, row),
        ..Row::default()
    };
    rows.into_iter().enumerate().map(line).collect()
}
