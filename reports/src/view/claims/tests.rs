//! Every verdict of every claim, on made-up reports.

use super::fixture::{judge, report, row};
use super::{Claim, ClaimRow, Quantity, Verdict};
use crate::record::{Compared, Failure, Stage};
use crate::view::{EnergyRow, FidelityRow, NoEnergy, Report, Status};

const CELLS: [&str; 6] = ["F32", "F16", "Q8_0", "Q4_K_M", "Q4_K_M+F32", "F16+F32"];

/// The verdict on the F16 cell of a report that was changed.
fn verdict(claim: Claim, change: impl FnOnce(&mut Report)) -> Verdict {
    verdict_of("F16", claim, change)
}

fn verdict_of(precision: &str, claim: Claim, change: impl FnOnce(&mut Report)) -> Verdict {
    let mut report = report(&CELLS);
    change(&mut report);
    judge(&mut report);
    row(&report, precision, claim, Quantity::Verdict)
        .verdict
        .unwrap()
}

fn why(report: &Report, precision: &str, claim: Claim) -> String {
    let row = row(report, precision, claim, Quantity::Verdict);
    row.why.clone().unwrap()
}

/// The row of a cell's comparison with F32.
fn fidelity<'a>(report: &'a mut Report, precision: &str) -> &'a mut FidelityRow {
    let mut rows = report.fidelity.iter_mut();
    rows.find(|row| row.precision == precision && row.compared == Compared::Cell)
        .unwrap()
}

/// Multiplies the rates of the F16 cell.
fn scale(report: &mut Report, decode: f64, prefill: f64) {
    let cell = &mut report.cells[1];
    cell.decode_samples
        .iter_mut()
        .for_each(|rate| *rate *= decode);
    cell.prefill_samples
        .iter_mut()
        .for_each(|rate| *rate *= prefill);
}

#[test]
fn every_cell_but_f32_has_every_claim_with_all_that_a_reader_needs() {
    let report = report(&CELLS);
    for precision in &CELLS[1..] {
        for claim in Claim::ALL {
            let row = row(&report, precision, claim, Quantity::Verdict);
            assert_eq!(row.baseline.as_deref(), Some("general/F32"));
            for text in [&row.why, &row.why_ko, &row.advice_ko, &row.advice_en] {
                assert!(
                    text.as_ref().is_some_and(|text| !text.is_empty()),
                    "{row:?}"
                );
            }
        }
    }
    assert!(report.claims.iter().all(|row| row.precision != "F32"));
    let verdicts = report.claims.iter().filter(|row| row.verdict.is_some());
    assert_eq!(verdicts.count(), 5 * 6);
}

#[test]
fn every_number_says_where_it_comes_from_and_every_other_why_there_is_none() {
    let quantities = |row: &&ClaimRow| row.quantity != Quantity::Verdict;
    for row in report(&CELLS).claims.iter().filter(quantities) {
        assert_eq!(row.measured.is_some(), row.evidence.is_some(), "{row:?}");
        assert_eq!(row.measured.is_none(), row.why.is_some(), "{row:?}");
        assert!(row.unit.is_some() && row.verdict.is_none());
        if let (Some(value), Some(low), Some(high)) = (row.measured, row.ci95_low, row.ci95_high) {
            assert!(low <= value && value <= high, "{row:?}");
        }
    }
}

#[test]
fn without_f32_every_claim_says_what_to_do() {
    let report = report(&["F16", "Q8_0"]);
    assert_eq!(report.claims.len(), 2 * 6);
    for row in &report.claims {
        assert_eq!(row.verdict, Some(Verdict::NotMeasurable));
        assert!(row.why.as_ref().unwrap().contains("add f32 to --precision"));
        assert_eq!(row.baseline, None);
    }
}

#[test]
fn f32_of_the_same_weights_under_another_label_will_do() {
    let mut report = report(&["F32", "F16"]);
    report.cells[1].key.variant = "instruct".into();
    report.runs[0].cells[1].id = "instruct/F16".into();
    report.runs[0].fidelity[0].compared = vec!["instruct/F16".into()];
    judge(&mut report);
    assert_eq!(report.claims[0].baseline.as_deref(), Some("general/F32"));
    report.runs[0].fidelity.clear();
    judge(&mut report);
    assert_eq!(report.claims[0].baseline, None);
}

#[test]
fn memory_by_sizes() {
    let of = |change: fn(&mut Report)| verdict(Claim::Memory, change);
    assert_eq!(of(|_| {}), Verdict::Holds);
    let peak = |report: &mut Report, bytes| report.memory[1].peak_rss_bytes = bytes;
    assert_eq!(
        of(|report| report.memory[1].peak_rss_bytes = Some(400_000_000)),
        Verdict::Partly
    );
    assert_eq!(
        verdict(Claim::Memory, |report| peak(report, None)),
        Verdict::Partly
    );
    assert_eq!(
        of(|report| report.memory[1].model_bytes = Some(230_000_000)),
        Verdict::Partly
    );
    assert_eq!(
        of(|report| report.memory[1].model_bytes = Some(400_000_000)),
        Verdict::Fails
    );
    assert_eq!(
        of(|report| report.memory[1].model_bytes = None),
        Verdict::NotMeasurable
    );
    assert_eq!(
        of(|report| report.memory[0].model_bytes = None),
        Verdict::NotMeasurable
    );
    // The ends in F32 leave it above half.
    assert_eq!(
        verdict_of("F16+F32", Claim::Memory, |_| {}),
        Verdict::Partly
    );
    assert_eq!(verdict_of("Q4_K_M", Claim::Memory, |_| {}), Verdict::Holds);
}

#[test]
fn memory_of_other_contexts_is_not_compared() {
    let mut report = report(&CELLS);
    report.memory[1].n_ctx = 4096;
    judge(&mut report);
    let peak = row(&report, "F16", Claim::Memory, Quantity::Peak);
    assert_eq!(peak.measured, None);
    assert!(peak.why.as_ref().unwrap().contains("differ in context"));
}

#[test]
fn speed_by_intervals() {
    let of = |decode, prefill| verdict(Claim::Speed, |report| scale(report, decode, prefill));
    assert_eq!(of(1.0, 1.0), Verdict::Holds);
    // Twice as fast by its bits; scaled down to within the spread, and below it.
    assert_eq!(of(1.0, 0.5), Verdict::Partly);
    assert_eq!(of(0.5, 1.0), Verdict::Partly);
    assert_eq!(of(0.505, 0.505), Verdict::Fails);
    assert_eq!(of(0.2, 0.2), Verdict::Fails);
    let few = |report: &mut Report| report.cells[1].decode_samples.truncate(2);
    assert_eq!(verdict(Claim::Speed, few), Verdict::Partly);
    let fewer = |report: &mut Report| {
        few(report);
        report.cells[0].prefill_samples.clear();
    };
    assert_eq!(verdict(Claim::Speed, fewer), Verdict::NotMeasurable);
}

#[test]
fn speed_that_the_suite_does_not_test_is_said_once() {
    let mut report = report(&CELLS);
    report.runs[0].suite.speed = None;
    for cell in &mut report.cells {
        cell.decode_samples.clear();
        cell.prefill_samples.clear();
    }
    judge(&mut report);
    let why = why(&report, "F16", Claim::Speed);
    assert!(
        why.starts_with("The suite has no speed tests. The claim is"),
        "{why}"
    );
}

#[test]
fn speed_of_other_tests_is_not_compared() {
    let mut report = report(&CELLS);
    report.cells[1].decode_test.as_mut().unwrap().n_tokens = 8;
    judge(&mut report);
    let decode = row(&report, "F16", Claim::Speed, Quantity::Decode);
    assert_eq!((decode.measured, decode.evidence.as_ref()), (None, None));
    assert!(decode.why.as_ref().unwrap().contains("different tests"));
}

#[test]
fn speed_is_expected_to_rise_by_what_the_weights_are_smaller() {
    let report = report(&CELLS);
    let decode = row(&report, "F16", Claim::Speed, Quantity::Decode);
    assert_eq!(
        (decode.expected_low, decode.expected_high),
        (Some(1.0), Some(2.0))
    );
    assert_eq!(decode.measured, Some(2.0));
    let evidence = decode.evidence.as_deref().unwrap();
    assert_eq!(
        evidence,
        "speed.csv decode n_gen=32 n_depth=0 n_seq=1, 5 repetitions over 5; records of kind speed, cells general/F16, general/F32"
    );
    let prefill = row(&report, "F16", Claim::Speed, Quantity::Prefill);
    assert_eq!((prefill.expected_low, prefill.expected_high), (None, None));
}

#[test]
fn where_no_gpu_computed_the_claim_says_so() {
    let mut report = report(&CELLS);
    assert!(why(&report, "F16", Claim::Speed).contains("the engine sees none here"));
    report.runs[0].machine.gpus = vec!["Example GPU".into()];
    judge(&mut report);
    assert!(why(&report, "F16", Claim::Energy).contains("no layer was on one here"));
    report.runs[0].n_gpu_layers = 99;
    judge(&mut report);
    assert!(!why(&report, "F16", Claim::Speed).contains("GPU"));
}

#[test]
fn energy_that_no_meter_counted_is_not_measurable() {
    let report = report(&CELLS);
    let row = row(&report, "F16", Claim::Energy, Quantity::Verdict);
    assert_eq!(row.verdict, Some(Verdict::NotMeasurable));
    let why = row.why.as_ref().unwrap();
    assert!(
        why.starts_with("No meter counted energy. The claim is"),
        "{why}"
    );
}

/// Rows of energy for the headline tests of two cells: joules a token of F32 and F16, each ± 0.1.
fn with_energy(decode: (f64, f64), prefill: (f64, f64)) -> Report {
    let mut report = report(&CELLS);
    let sample = crate::sample::report(1, 1).energy.remove(0);
    for (precision, decode, prefill) in [("F32", decode.0, prefill.0), ("F16", decode.1, prefill.1)]
    {
        let cell = report
            .cells
            .iter()
            .position(|cell| cell.key.precision == precision);
        let cell = cell.unwrap();
        let view = &report.cells[cell];
        for (test, shape, joules) in [
            ("decode", view.decode_test, decode),
            ("prefill", view.prefill_test, prefill),
        ] {
            let shape = shape.unwrap();
            let n = |name| (test == name).then_some(shape.n_tokens).or(Some(0));
            report.energy.push(EnergyRow {
                test: Some(test.into()),
                n_gen: n("decode"),
                n_prompt: n("prefill"),
                n_depth: Some(shape.n_depth),
                n_seq: Some(1),
                source: "rapl:package-0".into(),
                joules_per_token: Some(joules),
                ci95_low: Some(joules - 0.1),
                ci95_high: Some(joules + 0.1),
                reason: None,
                cell,
                ..sample.clone()
            });
        }
    }
    judge(&mut report);
    report
}

#[test]
fn energy_by_the_intervals_of_both_tests() {
    let of = |decode, prefill| {
        let report = with_energy(decode, prefill);
        row(&report, "F16", Claim::Energy, Quantity::Verdict)
            .verdict
            .unwrap()
    };
    assert_eq!(of((2.0, 1.0), (1.0, 0.5)), Verdict::Holds);
    // 1.8 ± 0.1 against 2.0 ± 0.1: the ratio's interval reaches 1.
    assert_eq!(of((2.0, 1.8), (1.0, 0.5)), Verdict::Partly);
    assert_eq!(of((2.0, 1.95), (1.0, 1.2)), Verdict::Fails);
    let report = with_energy((2.0, 1.0), (1.0, 0.5));
    let decode = row(&report, "F16", Claim::Energy, Quantity::DecodeEnergy);
    assert_eq!(decode.measured, Some(0.5));
    assert!(
        decode
            .evidence
            .as_ref()
            .unwrap()
            .contains("source=rapl:package-0")
    );
}

#[test]
fn energy_that_a_meter_could_not_tell_says_why() {
    let mut report = with_energy((2.0, 1.0), (1.0, 0.5));
    for row in report.energy.iter_mut() {
        row.joules_per_token = None;
        row.reason = Some(NoEnergy::NotRead);
    }
    judge(&mut report);
    let row = row(&report, "F16", Claim::Energy, Quantity::Verdict);
    assert_eq!(row.verdict, Some(Verdict::NotMeasurable));
    assert!(
        row.why
            .as_ref()
            .unwrap()
            .contains("could not be read during the test")
    );
}

#[test]
fn precision_by_the_noise() {
    let of = |kld: f64, se: f64| {
        verdict(Claim::Precision, |report| {
            let row = fidelity(report, "F16");
            (row.mean_kld, row.mean_kld_se) = (kld, Some(se));
        })
    };
    // The noise reaches up to 1e-6 · (1 + 1.959_963_985/20) = 1.098e-6.
    assert_eq!(of(1e-5, 1e-6), Verdict::Holds);
    assert_eq!(of(1.2e-6, 1e-7), Verdict::Partly);
    assert_eq!(of(1e-5, 6e-6), Verdict::Fails);
    let no_error = |report: &mut Report| fidelity(report, "F16").mean_kld_se = None;
    assert_eq!(verdict(Claim::Precision, no_error), Verdict::NotMeasurable);
    let no_floor =
        |report: &mut Report| report.fidelity.retain(|row| row.compared == Compared::Cell);
    assert_eq!(verdict(Claim::Precision, no_floor), Verdict::Partly);
    let none = |report: &mut Report| report.fidelity.clear();
    assert_eq!(verdict(Claim::Precision, none), Verdict::NotMeasurable);
}

#[test]
fn a_baseline_with_other_settings_tells_what_the_settings_do() {
    let mut report = report(&["F32:kv=F32", "F32", "F16"]);
    // The fixture compares with the first F32 of the usual settings.
    for row in &mut report.fidelity {
        row.baseline_cell = 0;
    }
    let settings = fidelity(&mut report, "F32:kv=F32");
    (settings.cell, settings.mean_kld) = (1, 2e-5);
    judge(&mut report);
    let verdict = row(&report, "F16", Claim::Precision, Quantity::Verdict);
    assert_eq!(verdict.verdict, Some(Verdict::Partly));
    assert!(
        verdict
            .why
            .as_ref()
            .unwrap()
            .contains("with the same settings")
    );
    report
        .fidelity
        .retain(|row| row.cell != 1 || row.compared != Compared::Cell);
    judge(&mut report);
    let alone = why(&report, "F16", Claim::Precision);
    assert!(
        alone.contains("The baseline also has another KV cache"),
        "{alone}"
    );
}

#[test]
fn a_comparison_with_something_else_is_none_with_f32() {
    let mut report = report(&CELLS);
    for row in &mut report.fidelity {
        row.baseline_cell = 2;
    }
    report.runs[0].fidelity[0].baseline = "general/Q8_0".into();
    report.runs[0].fidelity[0]
        .compared
        .push("general/F32".into());
    judge(&mut report);
    let why = why(&report, "F16", Claim::Precision);
    assert_eq!(why, "The comparison was with general/Q8_0, not with F32.");
}

#[test]
fn an_f32_made_from_the_file_itself_tells_of_arithmetic_alone() {
    let report = report(&["F16", "F32", "Q8_0"]);
    let of_file = why(&report, "F16", Claim::Precision);
    assert!(
        of_file.contains("F32 was made from this very F16 file"),
        "{of_file}"
    );
    assert!(
        of_file.contains("about arithmetic, not about lost weights"),
        "{of_file}"
    );
    let of_derived = why(&report, "Q8_0", Claim::Precision);
    assert!(
        of_derived.contains("F32 was made from a file in F16, so what"),
        "{of_derived}"
    );
    let native = super::fixture::report(&CELLS);
    assert!(!why(&native, "F16", Claim::Precision).contains("was made from"));
}

#[test]
fn a_perplexity_ratio_has_its_interval() {
    let mut report = report(&CELLS);
    let row_of = fidelity(&mut report, "F16");
    (row_of.ln_ppl_ratio, row_of.ln_ppl_ratio_se) = (0.01, Some(0.002));
    judge(&mut report);
    let ratio = row(&report, "F16", Claim::Precision, Quantity::PplRatio);
    let close = |found: Option<f64>, expected: f64| (found.unwrap() - expected).abs() < 1e-12;
    assert!(close(ratio.measured, 0.01_f64.exp()));
    assert!(close(
        ratio.ci95_low,
        (0.01_f64 - 1.959_963_985 * 0.002).exp()
    ));
    assert!(close(
        ratio.ci95_high,
        (0.01_f64 + 1.959_963_985 * 0.002).exp()
    ));
}

#[test]
fn range_by_counts() {
    // The matrix in F16: row 2 of four tensors in two formats.
    let of = |change: fn(&mut Report)| verdict(Claim::Range, change);
    assert_eq!(of(|_| {}), Verdict::Fails);
    assert_eq!(
        of(|report| report.numbers[2].subnormal = 3),
        Verdict::Partly
    );
    assert_eq!(of(|report| report.numbers[2].vanish = 1), Verdict::Holds);
    assert_eq!(of(|report| report.numbers[2].overflow = 1), Verdict::Holds);
    // A norm stays F32, and so do the ends where they are F32.
    assert_eq!(of(|report| report.numbers[6].overflow = 1), Verdict::Fails);
    let embedding = |report: &mut Report| report.numbers[4].overflow = 1;
    assert_eq!(verdict(Claim::Range, embedding), Verdict::Holds);
    assert_eq!(
        verdict_of("F16+F32", Claim::Range, embedding),
        Verdict::Fails
    );
    assert_eq!(of(|report| report.numbers.clear()), Verdict::NotMeasurable);
    assert_eq!(
        verdict_of("Q8_0", Claim::Range, |_| {}),
        Verdict::NotMeasurable
    );
}

#[test]
fn range_of_a_file_that_has_the_format_cannot_be_told() {
    let report = report(&["F16", "F32", "BF16"]);
    let of_file = row(&report, "F16", Claim::Range, Quantity::Verdict);
    assert_eq!(of_file.verdict, Some(Verdict::NotMeasurable));
    assert!(of_file.why.as_ref().unwrap().contains("F16 already"));
    let other = row(&report, "BF16", Claim::Range, Quantity::Verdict);
    assert_eq!(other.verdict, Some(Verdict::Fails));
}

#[test]
fn mixing_by_what_is_left_of_the_divergence() {
    let of = |kld: f64, se: f64| {
        verdict_of("Q4_K_M", Claim::Mixed, |report| {
            let plain = fidelity(report, "Q4_K_M");
            (plain.mean_kld, plain.mean_kld_se) = (0.1, Some(0.001));
            let mixed = fidelity(report, "Q4_K_M+F32");
            (mixed.mean_kld, mixed.mean_kld_se) = (kld, Some(se));
        })
    };
    assert_eq!(of(0.02, 0.001), Verdict::Holds);
    assert_eq!(of(0.049, 0.002), Verdict::Partly);
    assert_eq!(of(0.098, 0.002), Verdict::Fails);
    assert_eq!(of(0.2, 0.002), Verdict::Fails);
    // Seen from the mixed cell it is the same comparison.
    let report = report(&CELLS);
    let [plain, mixed] =
        ["Q4_K_M", "Q4_K_M+F32"].map(|name| row(&report, name, Claim::Mixed, Quantity::KldRatio));
    assert_eq!(plain.measured, mixed.measured);
    let cost = row(&report, "Q4_K_M", Claim::Mixed, Quantity::MemoryCost);
    assert!((cost.measured.unwrap() - (0.9 * 5.0 + 3.2) / 5.0).abs() < 1e-6);
}

#[test]
fn the_interval_of_what_is_left_is_that_of_two_independent_means() {
    let mut report = report(&CELLS);
    let plain = fidelity(&mut report, "Q4_K_M");
    (plain.mean_kld, plain.mean_kld_se) = (0.1, Some(0.003));
    let mixed = fidelity(&mut report, "Q4_K_M+F32");
    (mixed.mean_kld, mixed.mean_kld_se) = (0.02, Some(0.0008));
    judge(&mut report);
    let left = row(&report, "Q4_K_M", Claim::Mixed, Quantity::KldRatio);
    // √(0.03² + 0.04²) = 0.05.
    let half = (1.959_963_985_f64 * 0.05).exp();
    assert!(
        (left.ci95_low.unwrap() - 0.2 / half).abs() < 1e-12,
        "{left:?}"
    );
    assert!(
        (left.ci95_high.unwrap() - 0.2 * half).abs() < 1e-12,
        "{left:?}"
    );
}

#[test]
fn mixing_without_the_other_cell_or_without_a_loss_is_not_measurable() {
    let report = report(&["F32", "F16", "Q8_0+F32"]);
    for (precision, expected) in [("F16", "No cell F16+F32"), ("Q8_0+F32", "The cell Q8_0")] {
        let why = why(&report, precision, Claim::Mixed);
        assert!(
            why.starts_with(expected) && why.contains("precision-grid"),
            "{why}"
        );
    }
    let no_loss = |report: &mut Report| fidelity(report, "Q4_K_M").mean_kld = 0.0;
    let of = |precision| verdict_of(precision, Claim::Mixed, no_loss);
    assert_eq!(of("Q4_K_M"), Verdict::NotMeasurable);
    assert_eq!(of("Q4_K_M+F32"), Verdict::NotMeasurable);
}

#[test]
fn a_cell_that_failed_says_why_its_numbers_are_missing() {
    let mut report = report(&CELLS);
    let cell = &mut report.cells[1];
    cell.status = Status::Failed;
    cell.decode_samples.clear();
    cell.failures.push(Failure {
        stage: Stage::Load,
        reason: "out of memory\u{1b}[31m".into(),
    });
    judge(&mut report);
    let why = why(&report, "F16", Claim::Speed);
    assert!(
        why.contains("Decode was not measured (general/F16: failed, out of memory\\u{1b}[31m)"),
        "{why}"
    );
}

#[test]
fn settings_are_compared_with_f32_of_the_same_settings_where_there_is_one() {
    let report = report(&["F32", "F32:kv=Q8_0", "F16:kv=Q8_0", "F16:fa=off"]);
    let baseline = |precision| {
        row(&report, precision, Claim::Speed, Quantity::Verdict)
            .baseline
            .clone()
            .unwrap()
    };
    assert_eq!(baseline("F16:kv=Q8_0"), "general/F32:kv=Q8_0");
    assert_eq!(baseline("F16:fa=off"), "general/F32");
}

#[test]
fn runs_that_are_merged_keep_to_themselves() {
    let runs = [vec!["F32", "F16"], vec!["Q8_0"]].map(|cells| {
        let n = cells.len();
        let mut run = crate::sample::run_dir(4, 0);
        run.info
            .cells
            .retain(|cell| cells.contains(&&*cell.precision));
        let ids: Vec<String> = run.info.cells.iter().map(|cell| cell.id.clone()).collect();
        run.records.retain(|record| ids.contains(&record.cell));
        assert_eq!(ids.len(), n);
        run
    });
    let report = crate::view::build(runs.into());
    let of = |precision| row(&report, precision, Claim::Memory, Quantity::Verdict);
    assert_eq!(of("F16").verdict, Some(Verdict::Holds));
    assert_eq!(of("Q8_0").verdict, Some(Verdict::NotMeasurable));
    let evidence = row(&report, "F16", Claim::Memory, Quantity::Weights)
        .evidence
        .clone();
    assert!(
        evidence
            .unwrap()
            .contains("of the run of 2026-01-02T03:04:05Z on sample")
    );
}
