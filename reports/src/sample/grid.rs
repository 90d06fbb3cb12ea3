//! A made-up run of mixed precisions.

use super::facts::records;
use super::plan::{PRECISIONS, run_info};
use crate::precision::Precision;
use crate::record::{CellInfo, Compared, Fact, FidelityInfo, Memory, Record, Test};
use crate::run_dir::RunDir;
use crate::view::{self, FidelityRow, Report};
use datasets::FidelitySuite;

/// Precisions of `instruct` with their mean divergence from the first.
const INSTRUCT: [(&str, f64); 14] = [
    ("F32:kv=F32", 0.0),
    ("F32", 2.1e-7),
    ("F16+F32:kv=F32", 8.0e-7),
    ("F16+F32", 1.1e-6),
    ("F16:kv=F32", 1.5e-6),
    ("F16", 1.7e-6),
    ("F16:kv=BF16", 6.0e-5),
    ("F16:kv=Q8_0", 4.2e-4),
    ("F16:fa=off", 1.8e-6),
    ("BF16", 3.1e-4),
    ("Q8_0", 1.9e-3),
    ("Q4_K_M+F32", 0.031),
    ("Q4_K_M", 0.0517),
    ("Q4_K_M:kv=Q8_0", 0.0521),
];
/// Likewise of `text`.
const TEXT: [(&str, f64); 3] = [("F32", 0.0), ("F16", 1.9e-6), ("Q4_K_M", 0.047)];
/// Weights of token embedding and output.
const ENDS: f64 = 16_384_000.0;
/// Positions that were compared.
const N_SCORED: u64 = 3570;

/// A run of two models: `instruct` at fourteen precisions, `text` at three.
#[must_use]
pub fn grid_run_dir() -> RunDir {
    let mut info = run_info(12);
    info.suite.name = "precision-grid".into();
    info.suite.fidelity = Some(FidelitySuite { baseline: None });
    (info.suite.answers, info.suite.numbers) = (None, None);
    info.questions.clear();
    info.models.retain(|model| model.variant != "general");
    for model in &mut info.models {
        model.precision = Some("F16".into());
    }
    info.cells = cells("instruct", &INSTRUCT);
    info.cells.extend(cells("text", &TEXT));
    info.suite.precisions = INSTRUCT.map(|(name, _)| name.to_lowercase()).to_vec();
    info.fidelity = vec![group("instruct", &INSTRUCT), group("text", &TEXT)];
    let records = info.cells.iter().enumerate();
    let records = records.flat_map(|(index, cell)| measured(index, cell));
    RunDir {
        path: "runs/20260102T030405Z-grid".into(),
        records: records.collect(),
        notes: Vec::new(),
        info,
    }
}

/// The report on [`grid_run_dir`], with made-up divergences.
#[must_use]
pub fn grid_report() -> Report {
    let mut report = view::build(vec![grid_run_dir()]);
    report.fidelity = fidelity(&report, 0, &INSTRUCT);
    report
        .fidelity
        .extend(fidelity(&report, INSTRUCT.len(), &TEXT));
    view::compare(&mut report);
    report
}

fn cells(variant: &str, precisions: &[(&str, f64)]) -> Vec<CellInfo> {
    let cell = |(precision, _): &(&str, f64)| {
        let native = Precision::parse(precision).file().to_string() == "F16";
        CellInfo {
            id: format!("{variant}/{precision}"),
            variant: variant.into(),
            precision: (*precision).into(),
            native,
            derived_from: (!native).then(|| "F16".into()),
        }
    };
    precisions.iter().map(cell).collect()
}

fn group(variant: &str, precisions: &[(&str, f64)]) -> FidelityInfo {
    let mut ids = precisions
        .iter()
        .map(|(precision, _)| format!("{variant}/{precision}"));
    FidelityInfo {
        id: format!("fidelity/{variant}"),
        baseline: ids.next().unwrap_or_default(),
        compared: ids.collect(),
    }
}

/// The records of one cell: those of another sample with the same weights, bent as the rest of its
/// precision would.
fn measured(index: usize, cell: &CellInfo) -> Vec<Record> {
    let precision = Precision::parse(&cell.precision);
    let bits = precision.bits();
    let weights = PRECISIONS
        .iter()
        .position(|(name, _)| Precision::parse(name).bits() == bits)
        .unwrap_or(0);
    let place = PRECISIONS.len() * index + weights;
    let source = run_info(place + 1).cells[place].id.clone();
    let own = records(place + 1, 0)
        .into_iter()
        .filter(|record| record.cell == source);
    own.map(|mut record| {
        record.cell.clone_from(&cell.id);
        bend(&mut record.fact, precision);
        record
    })
    .collect()
}

fn bend(fact: &mut Fact, precision: Precision) {
    let ends = match precision.ends_f32 {
        true => ENDS * (32 - precision.bits().unwrap_or(32)) as f64 / 8.0,
        false => 0.0,
    };
    let kv = match precision.kv {
        "F32" => 2.0,
        "Q8_0" => 17.0 / 32.0,
        _ => 1.0,
    };
    match fact {
        Fact::Speed(speed) if speed.test != Test::Load => {
            let depth = 1.0 + (kv - 1.0) * 0.05 * f64::from(speed.n_depth) / 512.0;
            let flash = match precision.flash_attention {
                Some(false) => 1.12,
                _ => 1.0,
            };
            let slower = (1.0 + ends / 2.4e8) * depth * flash;
            speed.elapsed_ns = (speed.elapsed_ns as f64 * slower) as u64;
        }
        Fact::Memory(memory) => remember(memory, ends as u64, kv, precision),
        _ => {}
    }
}

fn remember(memory: &mut Memory, ends: u64, kv: f64, precision: Precision) {
    let before = memory.kv_bytes.unwrap_or(0);
    let after = (before as f64 * kv) as u64;
    let scores = match precision.flash_attention {
        Some(false) => 24 << 20,
        _ => 0,
    };
    let more = |bytes: &mut Option<u64>, n: u64| *bytes = bytes.map(|bytes| bytes + n);
    more(&mut memory.model_bytes, ends);
    more(&mut memory.compute_bytes, scores);
    memory.kv_bytes = Some(after);
    for total in [&mut memory.peak_rss_bytes, &mut memory.predicted_bytes] {
        more(total, ends + scores + after);
        *total = total.map(|bytes| bytes - before);
    }
}

/// The divergences of one model's cells, which stand in the report from `first` on.
fn fidelity(report: &Report, first: usize, precisions: &[(&str, f64)]) -> Vec<FidelityRow> {
    let others = precisions.iter().enumerate().skip(1);
    others
        .map(|(place, (_, mean))| row(report, first, first + place, *mean))
        .collect()
}

fn row(report: &Report, baseline: usize, cell: usize, mean_kld: f64) -> FidelityRow {
    let key = |cell: usize| report.cells[cell].key.clone();
    let (key, base) = (key(cell), key(baseline));
    // Divergences are many small and few large; a change of p is about the root of one.
    let dp = |share: f64| (mean_kld * share).sqrt() / 4.0;
    FidelityRow {
        machine: key.machine,
        model: key.model,
        variant: key.variant,
        precision: key.precision,
        baseline: format!("{}/{}", base.variant, base.precision),
        corpus: "held-out".into(),
        n_scored: N_SCORED,
        mean_kld,
        mean_kld_se: Some(mean_kld * 0.03),
        median_kld: mean_kld * 0.4,
        p99_kld: mean_kld * 9.0,
        max_kld: mean_kld * 60.0,
        same_top: 1.0 - dp(1.0).min(0.5),
        same_top_se: Some(dp(1.0).min(0.5) * 0.05),
        rms_dp: dp(1.0),
        ln_ppl_ratio: mean_kld * 0.9,
        ln_ppl_ratio_se: Some(mean_kld * 0.1),
        compared: Compared::Cell,
        n_ctx: 512,
        n_chunks: 14,
        min_kld: 0.0,
        p01_kld: 0.0,
        p1_kld: mean_kld * 0.01,
        p5_kld: mean_kld * 0.03,
        p10_kld: mean_kld * 0.08,
        p90_kld: mean_kld * 2.2,
        p95_kld: mean_kld * 3.6,
        p999_kld: mean_kld * 30.0,
        mean_dp: -dp(1e-3),
        mean_dp_se: Some(dp(1e-3)),
        rms_dp_se: Some(dp(1e-3)),
        min_dp: -dp(30.0),
        p01_dp: -dp(20.0),
        p1_dp: -dp(9.0),
        p5_dp: -dp(3.0),
        p10_dp: -dp(1.5),
        p25_dp: -dp(0.3),
        median_dp: 0.0,
        p75_dp: dp(0.3),
        p90_dp: dp(1.5),
        p95_dp: dp(3.0),
        p99_dp: dp(9.0),
        p999_dp: dp(20.0),
        max_dp: dp(30.0),
        ppl_base: 22.0,
        ppl: 22.0 * (mean_kld * 0.9).exp(),
        ppl_ratio: (mean_kld * 0.9).exp(),
        ppl_ratio_se: Some(mean_kld * 0.1),
        ppl_difference: 22.0 * (mean_kld * 0.9).exp_m1(),
        ppl_difference_se: Some(2.2 * mean_kld),
        correlation: Some(1.0 - mean_kld.min(0.5)),
        ln_ppl_ratio_clipped: 0.0,
        ln_ppl_ratio_clipped_se: None,
        whole: true,
        cell,
        baseline_cell: baseline,
    }
}
