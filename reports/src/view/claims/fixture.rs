//! Reports for tests of claims: cells of one model at any precisions, all measured, all better than F32
//! as their formats promise. A test spoils what it asks about and has the claims judged again.

use super::rows;
use crate::precision::Precision;
use crate::record::{CellInfo, Compared, FidelityInfo};
use crate::sample;
use crate::view::{
    CellKey, CellView, Claim, ClaimRow, FidelityRow, Format, MemoryRow, NumbersRow, Quantity,
    Report, SpeedTest, Status,
};

/// Weights of the model.
const N_PARAMS: u64 = 100_000_000;
/// What a process takes besides the weights.
const REST: u64 = 20_000_000;

/// A report on one model at these precisions, the first of which is that of the file; the baseline of
/// its comparison is the first F32.
pub(crate) fn report(precisions: &[&str]) -> Report {
    let mut run = sample::run_info(1);
    run.models[0].n_params = Some(N_PARAMS);
    run.models[0].precision = Some(precisions[0].into());
    run.cells = precisions
        .iter()
        .map(|name| info(name, precisions[0]))
        .collect();
    let id = |name: &&str| format!("general/{name}");
    let baseline = precisions.iter().find(|name| **name == "F32");
    run.fidelity = baseline
        .map(|baseline| FidelityInfo {
            id: "fidelity/general".into(),
            baseline: id(baseline),
            compared: precisions
                .iter()
                .filter(|name| *name != baseline)
                .map(id)
                .collect(),
        })
        .into_iter()
        .collect();
    let mut report = Report {
        cells: run.cells.iter().map(cell).collect(),
        runs: vec![run],
        ..Report::default()
    };
    for cell in 0..precisions.len() {
        let key = report.cells[cell].key.clone();
        report.memory.push(memory(&key, cell));
    }
    if let Some(baseline) = precisions.iter().position(|name| *name == "F32") {
        compare(&mut report, baseline);
    }
    report.numbers = numbers(&report.cells[0].key);
    judge(&mut report);
    report
}

/// Judges the claims of a report that was changed.
pub(crate) fn judge(report: &mut Report) {
    report.claims = rows(report);
}

/// The row of one claim, or of one of its quantities, on the cell of this precision.
pub(crate) fn row<'a>(
    report: &'a Report,
    precision: &str,
    claim: Claim,
    quantity: Quantity,
) -> &'a ClaimRow {
    let wanted = |row: &&ClaimRow| {
        row.precision == precision && row.claim == claim && row.quantity == quantity
    };
    report.claims.iter().find(wanted).expect("the row is there")
}

fn info(precision: &str, native: &str) -> CellInfo {
    CellInfo {
        id: format!("general/{precision}"),
        variant: "general".into(),
        precision: precision.into(),
        native: precision == native,
        derived_from: (precision != native).then(|| native.into()),
    }
}

/// Bits of a weight: of the format, and a tenth of the weights in F32 where the ends are.
fn bits(precision: &str) -> f64 {
    let precision = Precision::parse(precision);
    let plain = match precision.weights {
        "F32" => 32.0,
        "F16" | "BF16" => 16.0,
        "Q8_0" => 8.5,
        _ => 5.0,
    };
    if precision.ends_f32 {
        0.9 * plain + 3.2
    } else {
        plain
    }
}

fn weights(precision: &str) -> u64 {
    (N_PARAMS as f64 * bits(precision) / 8.0) as u64
}

fn cell(info: &CellInfo) -> CellView {
    let rate = 320.0 / bits(&info.precision);
    let around = |rate: f64| {
        (0..5)
            .map(|i| rate * (0.98 + 0.01 * f64::from(i)))
            .collect()
    };
    let test = |n_tokens| {
        Some(SpeedTest {
            n_tokens,
            n_depth: 0,
        })
    };
    CellView {
        key: CellKey {
            machine: "sample".into(),
            model: "한글 모델 120M general".into(),
            variant: info.variant.clone(),
            precision: info.precision.clone(),
        },
        run: 0,
        status: Status::Complete,
        derived_from: info.derived_from.clone(),
        failures: Vec::new(),
        warnings: Vec::new(),
        end: None,
        decode_samples: around(rate),
        prefill_samples: around(9.0 * rate),
        decode_test: test(32),
        prefill_test: test(512),
        inter_token_ms: Vec::new(),
    }
}

fn memory(key: &CellKey, cell: usize) -> MemoryRow {
    let CellKey {
        machine,
        model,
        variant,
        precision,
    } = key.clone();
    let weights = weights(&precision);
    MemoryRow {
        machine,
        model,
        variant,
        precision,
        n_ctx: 1024,
        model_bytes: Some(weights),
        kv_bytes: Some(REST / 4),
        compute_bytes: Some(REST / 4),
        predicted_bytes: Some(weights + REST),
        peak_rss_bytes: Some(weights + REST),
        rss_anon_bytes: Some(REST),
        rss_file_bytes: Some(weights),
        gpu_bytes: None,
        n_seq: 1,
        cell,
    }
}

/// Rows of fidelity: each cell but the baseline is the worse the fewer bits it has, and much better with
/// its ends in F32; the baseline from itself is nothing, and 1e-6 one token at a time.
fn compare(report: &mut Report, baseline: usize) {
    for cell in 0..report.cells.len() {
        if cell == baseline {
            for (compared, kld) in [(Compared::Again, 0.0), (Compared::Alone, 1e-6)] {
                let row = fidelity(report, baseline, cell, (compared, kld));
                report.fidelity.push(FidelityRow {
                    corpus: "held-out/essay".into(),
                    whole: false,
                    ..row
                });
            }
            continue;
        }
        let precision = report.precision(cell);
        let plain = 2.0_f64.powf(-1.5 * bits(precision.weights)) * 10.0;
        let kld = if precision.ends_f32 {
            plain / 5.0
        } else {
            plain
        };
        let row = fidelity(report, baseline, cell, (Compared::Cell, kld.max(1e-5)));
        report.fidelity.push(row);
    }
}

/// A mean divergence with an error of a twentieth, of which the other figures are made up.
fn fidelity(
    report: &Report,
    baseline_cell: usize,
    cell: usize,
    (compared, kld): (Compared, f64),
) -> FidelityRow {
    let CellKey {
        machine,
        model,
        variant,
        precision,
    } = report.cells[cell].key.clone();
    let change = kld.sqrt();
    FidelityRow {
        machine,
        model,
        variant,
        precision,
        baseline: "general/F32".into(),
        corpus: "held-out".into(),
        n_scored: 6120,
        mean_kld: kld,
        mean_kld_se: Some(kld / 20.0),
        median_kld: kld / 2.0,
        p99_kld: 5.0 * kld,
        max_kld: 20.0 * kld,
        same_top: 1.0 - change / 2.0,
        same_top_se: Some(change / 40.0),
        rms_dp: change / 4.0,
        ln_ppl_ratio: kld / 2.0,
        ln_ppl_ratio_se: Some(kld / 8.0),
        compared,
        n_ctx: 512,
        n_chunks: 24,
        min_kld: 0.0,
        p01_kld: 0.0,
        p1_kld: 0.0,
        p5_kld: 0.0,
        p10_kld: 0.0,
        p90_kld: 2.0 * kld,
        p95_kld: 3.0 * kld,
        p999_kld: 10.0 * kld,
        mean_dp: 0.0,
        mean_dp_se: None,
        rms_dp_se: None,
        min_dp: 0.0,
        p01_dp: 0.0,
        p1_dp: 0.0,
        p5_dp: 0.0,
        p10_dp: 0.0,
        p25_dp: 0.0,
        median_dp: 0.0,
        p75_dp: 0.0,
        p90_dp: 0.0,
        p95_dp: 0.0,
        p99_dp: 0.0,
        p999_dp: 0.0,
        max_dp: 0.0,
        ppl_base: 20.0,
        ppl: 20.0,
        ppl_ratio: 1.0,
        ppl_ratio_se: None,
        ppl_difference: 0.0,
        ppl_difference_se: None,
        correlation: None,
        ln_ppl_ratio_clipped: 0.0,
        ln_ppl_ratio_clipped_se: None,
        whole: true,
        cell,
        baseline_cell,
    }
}

/// Of the first cell's file: all tensors, a matrix, the embedding and a norm, in each format.
fn numbers(key: &CellKey) -> Vec<NumbersRow> {
    let tensors = [
        "all",
        "blk.0.ffn_up.weight",
        "token_embd.weight",
        "output_norm.weight",
    ];
    let rows = tensors
        .iter()
        .flat_map(|tensor| Format::ALL.map(|format| (tensor, format)));
    rows.map(|(tensor, format)| NumbersRow {
        machine: key.machine.clone(),
        model: key.model.clone(),
        variant: key.variant.clone(),
        precision: key.precision.clone(),
        tensor: (*tensor).into(),
        type_name: (*tensor != "all").then(|| "f32".into()),
        format,
        n: 1000,
        zero: 0,
        nan: 0,
        inf: 0,
        min: Some(-1.0),
        max: Some(1.0),
        max_abs: Some(1.0),
        mean: Some(0.0),
        deviation: Some(0.1),
        overflow: 0,
        subnormal: 0,
        vanish: 0,
        changed: 0,
        mean_relative_error: Some(0.0),
        max_relative_error: Some(0.0),
        whole: *tensor == "all",
        cell: 0,
    })
    .collect()
}
