//! Energy: joules a token, or why there are none.

use crate::view::{EnergyRow, NoEnergy, Report, TOTAL, machines};
use askama::Template;
use askama::filters::HtmlSafe;
use std::collections::HashSet;

use super::how;
use super::label::Labels;
use super::number::{self, Estimate};
use super::phrase::{Phrase, Rich};
use super::speed::Shape;
use super::table::{Cell, Column, Row, Table, place};

/// The section on energy.
#[derive(Template)]
#[template(path = "energy.html")]
pub(super) struct EnergySection {
    intro: Phrase,
    /// What counts nothing, and tests that could not be told: each with why.
    missing: Vec<Phrase>,
    /// `None` where nothing was counted.
    table: Option<Table>,
    /// Meter by meter, where several count.
    meters: Option<Table>,
}

// The template escapes what it shows.
impl HtmlSafe for EnergySection {}

impl EnergySection {
    /// The section; `None` where no cell looked for meters.
    pub(super) fn of(report: &Report, labels: &Labels) -> Option<Self> {
        if report.energy.is_empty() {
            return None;
        }
        let (told, untold) = tests(report);
        let unit = Unit::of(&told);
        let several = told.iter().any(|row| row.source == TOTAL);
        let mut missing = absent(report);
        missing.extend(untold);
        Some(Self {
            intro: intro(!told.is_empty()),
            missing,
            table: (!told.is_empty()).then(|| table(&whole(&told), unit, labels)),
            meters: several.then(|| by_meter(&told, unit, labels)),
        })
    }
}

fn intro(counted: bool) -> Phrase {
    if !counted {
        return Phrase::both(
            "이번에는 토큰당 에너지를 하나도 재지 못했습니다. 이유는 다음과 같습니다.",
            "No energy per token could be measured this time. The reasons:",
        );
    }
    Phrase::both(
        "속도 시험에서 토큰 하나에 든 에너지입니다. 시간을 재는 구간의 바로 앞뒤에서 기계에 달린 계측기를 읽고, 가만히 있어도 나갔을 유휴 전력의 몫은 뺐습니다. 계측기는 기계 전체를 재므로, 그동안 다른 프로그램이 쓴 전력이 있으면 함께 들어갑니다.",
        "The energy of one token in the speed tests: the machine’s own meters, read right before and after the timed part, less the idle power that would have been drawn anyway. The meters count the whole machine, so whatever other programs drew meanwhile is in the figures.",
    )
}

/// The rows of the tests in which any cell could be told, sorted by test, and a sentence on the others.
fn tests(report: &Report) -> (Vec<&EnergyRow>, Vec<Phrase>) {
    let mut rows: Vec<(Shape, &EnergyRow)> = report
        .energy
        .iter()
        .filter_map(|row| Some((shape(row)?, row)))
        .collect();
    rows.sort_by_key(|(shape, _)| *shape);
    let mut told = Vec::new();
    let mut untold: Vec<(Why, Vec<Shape>)> = Vec::new();
    for test in rows.chunk_by(|(a, _), (b, _)| a == b) {
        if test.iter().any(|(_, row)| has_figure(row)) {
            told.extend(test.iter().map(|(_, row)| *row));
            continue;
        }
        let (shape, row) = test[0];
        let why = why(row.reason.as_ref());
        match untold.iter_mut().find(|(other, _)| *other == why) {
            Some((_, shapes)) => shapes.push(shape),
            None => untold.push((why, vec![shape])),
        }
    }
    let sentences = untold.iter().map(|(why, shapes)| left_out(*why, shapes));
    (told, sentences.collect())
}

/// What joules a token are shown in.
#[derive(Clone, Copy)]
struct Unit {
    name: &'static str,
    per_joule: f64,
}

impl Unit {
    /// Thousandths where any of the figures would lose its digits otherwise.
    fn of(rows: &[&EnergyRow]) -> Self {
        let mut figures = rows.iter().filter_map(|row| row.gross_joules_per_token);
        let (name, per_joule) = match figures.any(|joules| joules < 0.1) {
            true => ("mJ", 1000.0),
            false => ("J", 1.0),
        };
        Self { name, per_joule }
    }
}

fn has_figure(row: &EnergyRow) -> bool {
    row.gross_joules_per_token.is_some()
}

fn shape(row: &EnergyRow) -> Option<Shape> {
    let test = row.test.as_deref()?;
    Some(Shape::new(
        test,
        row.n_prompt,
        row.n_gen,
        row.n_seq,
        row.n_depth,
    ))
}

/// Of each cell and test the row of all that was counted: the total, or the only meter.
fn whole<'a>(rows: &[&'a EnergyRow]) -> Vec<&'a EnergyRow> {
    let with_total: HashSet<usize> = rows
        .iter()
        .filter(|row| row.source == TOTAL)
        .map(|row| row.cell)
        .collect();
    let is_whole = |row: &&EnergyRow| row.source == TOTAL || !with_total.contains(&row.cell);
    rows.iter().copied().filter(is_whole).collect()
}

/// Why a test could not be told, short of its figures.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    Short,
    Long,
    NotRead,
    NoIdle,
}

fn why(reason: Option<&NoEnergy>) -> Why {
    match reason {
        Some(NoEnergy::TooShort { .. }) => Why::Short,
        Some(NoEnergy::TooLong { .. }) => Why::Long,
        Some(NoEnergy::NoIdle) => Why::NoIdle,
        Some(NoEnergy::NotRead | NoEnergy::NoMeter(_)) | None => Why::NotRead,
    }
}

fn left_out(why: Why, shapes: &[Shape]) -> Phrase {
    let said = match why {
        Why::Short => Phrase::both(
            "계측기가 값을 고치는 간격에 비해 너무 빨리 끝나 에너지를 알 수 없는 시험입니다. 스위트의 n_prompt나 n_gen을 늘려 다시 재십시오: ",
            "Over too soon beside the meter’s update interval, so no energy can be told; choose a longer n_prompt or n_gen in the suite: ",
        ),
        Why::Long => Phrase::both(
            "너무 오래 걸려 계측기의 수가 두 바퀴 돌았을 수 있는 시험입니다. 스위트의 n_prompt나 n_gen을 줄여 다시 재십시오: ",
            "So long that the counter may have wrapped twice; choose a shorter n_prompt or n_gen in the suite: ",
        ),
        Why::NotRead => Phrase::both(
            "도는 동안 계측기를 읽지 못한 시험입니다. 다시 재십시오: ",
            "The counter could not be read during the test; run it again: ",
        ),
        Why::NoIdle => no_idle().then(Phrase::same(": ")),
    };
    let names = shapes.iter().enumerate().map(|(i, shape)| match i {
        0 => shape.name(),
        _ => Phrase::same("; ").then(shape.name()),
    });
    names.fold(said, Phrase::then)
}

fn no_idle() -> Phrase {
    Phrase::both("유휴 전력을 재지 못함", "idle power not measured")
}

/// One line for each kind that counts nothing on a machine.
fn absent(report: &Report) -> Vec<Phrase> {
    let several = machines(report).len() > 1;
    let mut seen: Vec<(&str, &str, &str)> = Vec::new();
    for row in &report.energy {
        let Some(NoEnergy::NoMeter(reason)) = &row.reason else {
            continue;
        };
        let one = (row.machine.as_str(), row.source.as_str(), reason.as_str());
        if !seen.contains(&one) {
            seen.push(one);
        }
    }
    let line = |(machine, kind, reason): (&str, &str, &str)| {
        let on = |rich: Rich| match several {
            true => rich.foreign(machine).text(", "),
            false => rich,
        };
        let (ko, en) = match kind {
            "rapl" => ("프로세서(RAPL)", "Processor (RAPL)"),
            "nvml" => ("NVIDIA GPU(NVML)", "NVIDIA GPU (NVML)"),
            other => (other, other),
        };
        let said = |name: &str| on(Rich::default()).foreign(name).text(": ");
        Phrase::of(said(ko), said(en)).then(Phrase::reason(reason))
    };
    seen.into_iter().map(line).collect()
}

fn table(rows: &[&EnergyRow], unit: Unit, labels: &Labels) -> Table {
    Table {
        id: "t-energy",
        csv: "energy.csv",
        how: Some(how::energy()),
        caption: Phrase::both(
            "토큰 하나에 든 에너지. 유휴 전력을 뺀 값과 그 부트스트랩 95% 구간, 낮을수록 좋습니다",
            "Energy per token: net of idle power, with its bootstrap 95% interval; lower is better",
        ),
        columns: columns(unit),
        rows: lines(rows, unit, labels),
    }
}

fn by_meter(rows: &[&EnergyRow], unit: Unit, labels: &Labels) -> Table {
    Table {
        id: "t-energy-meters",
        csv: "energy.csv",
        how: None,
        caption: Phrase::both(
            "계측기마다 따로 본 에너지. package는 프로세서, dram은 메모리, nvml은 GPU입니다",
            "Energy meter by meter: package is a processor, dram its memory, nvml a GPU",
        ),
        columns: columns(unit),
        rows: lines(rows, unit, labels),
    }
}

fn columns(unit: Unit) -> Vec<Column> {
    let name = unit.name;
    let joules = || Phrase::both(format!("{name}/토큰"), format!("{name}/token"));
    let watts = || Phrase::same("W");
    vec![
        Column::words(Phrase::both("셀", "Cell")),
        Column::words(Phrase::both("계측기", "Meter")),
        Column::count(Phrase::both("반복", "Repetitions")),
        Column::number(Phrase::both("유휴 전력을 뺀 값", "Net of idle"), joules()),
        Column::number(Phrase::both("빼기 전", "Gross"), joules()),
        Column::number(Phrase::both("유휴 전력", "Idle power"), watts()),
        Column::number(
            Phrase::both("시험 중 평균 전력", "Mean power in the test"),
            watts(),
        ),
    ]
}

/// The rows under a heading for each test.
fn lines(rows: &[&EnergyRow], unit: Unit, labels: &Labels) -> Vec<Row> {
    let mut before = None;
    let mut line = |row: &&EnergyRow| {
        let new = before.replace(shape(row)) != Some(shape(row));
        Row {
            group: shape(row).filter(|_| new).map(Shape::name),
            head: Phrase::foreign(labels.name(row.cell)),
            cells: cells(row, unit),
            source: place(&labels.report.energy, *row),
            ..Row::default()
        }
    };
    rows.iter().map(&mut line).collect()
}

fn cells(row: &EnergyRow, unit: Unit) -> Vec<Cell> {
    let shown = |joules: Option<f64>| joules.map(|joules| joules * unit.per_joule);
    let net = Estimate::new(
        shown(row.joules_per_token),
        shown(row.ci95_low),
        shown(row.ci95_high),
    );
    let net = match &row.reason {
        Some(reason) => Cell::none().with_note(Some(short(reason))),
        None => Cell::estimate(net),
    };
    vec![
        Cell::words(meter(&row.source)),
        Cell::number(row.reps.map(number::count)),
        net,
        Cell::number(shown(row.gross_joules_per_token).map(number::plain)),
        Cell::number(row.idle_w.map(number::plain)),
        Cell::number(row.mean_w.map(number::plain)),
    ]
}

fn meter(source: &str) -> Phrase {
    if source == TOTAL {
        Phrase::both("합계", "total")
    } else {
        Phrase::code(source)
    }
}

/// Why one row of a test has no figure while others do.
fn short(reason: &NoEnergy) -> Phrase {
    match reason {
        NoEnergy::NoMeter(reason) => Phrase::reason(reason),
        NoEnergy::TooShort { needed_ns, .. } => {
            let needed = number::milliseconds(*needed_ns as f64);
            Phrase::both(
                format!("{needed} ms 이상이어야 함"),
                format!("takes {needed} ms or more"),
            )
        }
        NoEnergy::TooLong { longest_ns, .. } => {
            let longest = number::milliseconds(*longest_ns as f64);
            Phrase::both(
                format!("{longest} ms 이하여야 함"),
                format!("takes {longest} ms or less"),
            )
        }
        NoEnergy::NotRead => Phrase::both("읽지 못함", "not read"),
        NoEnergy::NoIdle => no_idle(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_sound, rendered, text};
    use crate::record::{EnergyMeter, Fact};
    use crate::run_dir::RunDir;
    use crate::sample;
    use crate::view;

    /// The section on energy of the page on a run.
    fn section(run: RunDir) -> String {
        let page = rendered(&view::build(vec![run]));
        assert_sound(&page);
        let start = page.find("<section id=\"energy\"").unwrap();
        page[start..start + page[start..].find("</section>").unwrap()].to_owned()
    }

    /// Two cells of one prefill and one decode test.
    fn small() -> RunDir {
        let mut run = sample::run_dir(2, 0);
        run.records.retain(|record| match &record.fact {
            Fact::Speed(speed) => speed.n_depth == 0 && speed.n_seq == 1 && speed.n_prompt != 512,
            _ => true,
        });
        run
    }

    fn meters(run: &mut RunDir, change: impl Fn(&mut EnergyMeter)) {
        for record in &mut run.records {
            if let Fact::Meter(meter) = &mut record.fact {
                change(meter);
            }
        }
    }

    #[test]
    fn html_of_energy_reads_well() {
        let section = section(small());
        for language in ["ko", "en"] {
            insta::assert_snapshot!(format!("energy.{language}"), text(&section, language));
        }
    }

    #[test]
    fn html_of_a_machine_without_meters_gives_reasons_and_no_table() {
        let mut run = small();
        meters(&mut run, |meter| {
            meter.reason = Some("no <tree>".into());
            meter.source = meter.source.split(':').next().unwrap().into();
        });
        let page = rendered(&view::build(vec![run.clone()]));
        assert!(page.contains("토큰 하나에 에너지가 얼마나 드는지는 재지 못했습니다."));
        let section = section(run);
        assert!(!section.contains("<table"));
        // Once, not once a cell.
        insta::assert_snapshot!(text(&section, "ko"), @"
        에너지
        이번에는 토큰당 에너지를 하나도 재지 못했습니다. 이유는 다음과 같습니다.
        프로세서(RAPL): no &#60;tree&#62;
        NVIDIA GPU(NVML): no &#60;tree&#62;
        ");
        insta::assert_snapshot!(text(&section, "en"), @"
        Energy
        No energy per token could be measured this time. The reasons:
        Processor (RAPL): no &#60;tree&#62;
        NVIDIA GPU (NVML): no &#60;tree&#62;
        ");
    }

    #[test]
    fn html_of_tests_that_are_too_short_says_so_instead_of_dashes() {
        let mut run = small();
        // Longer than the prefill tests take, shorter than the decode tests.
        meters(&mut run, |meter| {
            if meter.source.starts_with("rapl") {
                meter.step_ns = Some(18_000_000);
            }
        });
        let section = section(run);
        let table = &section[..section.find("<ul").unwrap()];
        assert!(table.contains("tg32") && !table.contains("pp128") && !table.contains("n none"));
        let (ko, en) = (text(&section, "ko"), text(&section, "en"));
        assert!(ko.contains("n_prompt나 n_gen을 늘려 다시 재십시오: 프리필 128토큰 (pp128)\n"));
        assert!(
            en.contains("a longer n_prompt or n_gen in the suite: Prefill, 128 tokens (pp128)\n")
        );
    }

    #[test]
    fn html_of_a_run_that_looked_for_no_meters_has_no_section() {
        let mut run = small();
        run.records
            .retain(|record| !matches!(record.fact, Fact::Meter(_)));
        let page = rendered(&view::build(vec![run]));
        assert_sound(&page);
        assert!(!page.contains("#energy") && !page.contains("id=\"energy\""));
        assert!(page.contains("토큰 하나에 에너지가 얼마나 드는지는 재지 않았습니다."));
    }
}
