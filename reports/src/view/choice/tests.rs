//! What is recommended, by cases.

use super::{Basis, Loss, Measure, Standing};
use crate::record::{Fact, Record};
use crate::run_dir::RunDir;
use crate::sample;
use crate::view::{self, Report};

/// The precisions of one model, four cells in all, with so many answers.
fn run(n_answers: usize) -> RunDir {
    sample::run_dir(4, n_answers)
}

/// The measures of an answer that the choice looks at, set by cell and question.
fn answers(run: &mut RunDir, value: impl Fn(&str, usize) -> f64) {
    let of: Vec<String> = run.info.questions.iter().map(|q| q.id.clone()).collect();
    for record in &mut run.records {
        if let Fact::Answer(answer) = &mut record.fact {
            let question = of.iter().position(|id| *id == answer.question_id).unwrap();
            let measures = &mut answer.measures;
            measures.coverage = Some(value(&record.cell, question));
            (measures.obedience, measures.korean_line_share) = (None, None);
            (measures.off_topic_share, measures.loop_share) = (None, None);
        }
    }
}

/// Makes the perplexity of a compared cell this much higher at every position, give or take.
fn perplexity(run: &mut RunDir, cell: &str, rise: f32, spread: f32) {
    for record in &mut run.records {
        if let Fact::Fidelity(chunk) = &mut record.fact
            && chunk.of == cell
        {
            let turn = |i: usize| if i.is_multiple_of(2) { spread } else { -spread };
            let nll = chunk.delta_nll.iter_mut().enumerate();
            nll.for_each(|(i, nll)| *nll = rise + turn(i));
        }
    }
}

/// The first cell with a standing.
fn cell(report: &Report, standing: Standing) -> Option<String> {
    let row = report.choices.iter().find(|row| row.standing == standing)?;
    Some(format!("{}/{}", row.variant, row.precision))
}

/// Standings of all cells in their order.
fn standings(report: &Report) -> Vec<Standing> {
    report.choices.iter().map(|row| row.standing).collect()
}

#[test]
fn the_smallest_whose_loss_is_ruled_out_is_recommended() {
    use Standing::{Alike, Recommended, Unsure, Worse};
    let mut run = run(20);
    answers(&mut run, |_, question| question as f64 / 20.0);
    perplexity(&mut run, "general/F16", 0.0001, 0.001);
    perplexity(&mut run, "general/Q8_0", 0.002, 0.01);
    perplexity(&mut run, "general/Q4_K_M", 0.03, 0.05);
    let report = view::build(vec![run.clone()]);
    assert_eq!(standings(&report), [Alike, Alike, Recommended, Worse]);
    assert_eq!(report.choices[3].loss, Some(Loss::Perplexity));
    assert_eq!(report.choices[2].basis, Some(Basis::Only));
    let (f32, own) = (&report.choices[0], &report.choices[2]);
    assert_eq!(own.memory_ratio, Some(1.0));
    let bytes = |index: usize| report.choices[index].memory_bytes.unwrap() as f64;
    assert_eq!(f32.memory_ratio, Some(bytes(0) / bytes(2)));
    let rate = |index: usize| report.summary[index].decode_ts.unwrap();
    assert!((f32.time_ratio.unwrap() - rate(2) / rate(0)).abs() < 1e-9);
    // The interval of Q8_0 now reaches beyond 1 %, which is neither a loss nor none.
    perplexity(&mut run, "general/Q8_0", 0.008, 1.0);
    let report = view::build(vec![run]);
    assert_eq!(standings(&report), [Alike, Recommended, Unsure, Worse]);
}

#[test]
fn answers_that_get_worse_rule_a_precision_out() {
    let mut run = run(20);
    // A difference that is the same for all questions would have no interval.
    answers(&mut run, |cell, question| {
        let own = if cell == "general/Q4_K_M" { 0.1 } else { 0.5 };
        own + question as f64 / 100.0 * if cell == "general/Q4_K_M" { 1.0 } else { 0.5 }
    });
    for name in ["general/F16", "general/Q8_0", "general/Q4_K_M"] {
        perplexity(&mut run, name, 0.0, 0.0001);
    }
    let report = view::build(vec![run]);
    assert_eq!(report.choices[3].standing, Standing::Worse);
    assert_eq!(
        report.choices[3].loss,
        Some(Loss::Answers(Measure::Coverage))
    );
    assert_eq!(
        cell(&report, Standing::Recommended).unwrap(),
        "general/Q8_0"
    );
}

#[test]
fn without_comparisons_of_perplexity_answers_alone_tell() {
    let without = |n_answers: usize| {
        let mut run = run(n_answers);
        run.info.suite.fidelity = None;
        run.info.fidelity.clear();
        let own = |record: &Record| !record.cell.ends_with("/fidelity");
        run.records.retain(own);
        answers(&mut run, |_, question| question as f64 / 20.0);
        view::build(vec![run])
    };
    let report = without(20);
    assert_eq!(
        cell(&report, Standing::Recommended).unwrap(),
        "general/Q4_K_M"
    );
    // Of five questions no test can show anything.
    let report = without(5);
    assert_eq!(cell(&report, Standing::Recommended).unwrap(), "general/F32");
    assert_eq!(report.choices[1].standing, Standing::NotCompared);
}

/// Two models at one precision each, both with or without templates as given.
fn two(templates: [bool; 2], n_answers: usize) -> RunDir {
    let mut run = sample::run_dir(5, n_answers);
    let keep = |id: &str| ["general/F32", "instruct/F32"].contains(&id);
    run.info.cells.retain(|cell| keep(&cell.id));
    run.info.fidelity.clear();
    let mut records = run.records;
    let scored: Vec<Record> = records
        .iter()
        .filter_map(|record| match &record.fact {
            // What a comparison scored of the first model becomes its own.
            Fact::Perplexity(chunk) if chunk.of.as_deref() == Some("general/F32") => {
                let mut chunk = chunk.clone();
                chunk.of = None;
                Some(Record {
                    cell: "general/F32".into(),
                    attempt: 1,
                    fact: Fact::Perplexity(chunk),
                })
            }
            _ => None,
        })
        .collect();
    records.retain(|record| keep(&record.cell));
    records.splice(1..1, scored);
    run.records = records;
    for (model, has) in run.info.models.iter_mut().zip(templates) {
        model.has_template = has;
    }
    run
}

#[test]
fn weights_are_chosen_by_answers_to_the_same_questions() {
    let mut run = two([true, true], 20);
    answers(&mut run, |cell, question| {
        let own = if cell.starts_with("instruct") {
            0.6
        } else {
            0.2
        };
        own + (question % 3) as f64 / 10.0
            * if cell.starts_with("instruct") {
                1.0
            } else {
                -1.0
            }
    });
    let report = view::build(vec![run]);
    assert_eq!(
        cell(&report, Standing::Recommended).unwrap(),
        "instruct/F32"
    );
    assert_eq!(
        cell(&report, Standing::OtherWeights).unwrap(),
        "general/F32"
    );
    assert_eq!(report.choices[1].basis, Some(Basis::Answers));
    let [row] = &report.variants[..] else {
        panic!("one measure was compared")
    };
    assert!(row.is_shown() && !row.is_better() && row.mean.unwrap() < -0.4);
    assert_eq!((row.other.as_str(), row.n), ("instruct/F32", 20));
}

#[test]
fn a_tie_goes_to_the_one_with_a_template_then_to_the_cheaper() {
    let tied = |templates| {
        let mut run = two(templates, 20);
        answers(&mut run, |_, question| question as f64 / 20.0);
        for record in &mut run.records {
            if let Fact::Memory(memory) = &mut record.fact {
                let size = if record.cell == "general/F32" { 2 } else { 1 };
                memory.peak_rss_bytes = Some(size << 30);
            }
        }
        let report = view::build(vec![run]);
        let chosen = cell(&report, Standing::Recommended).unwrap();
        let basis = report.choices.iter().find_map(|row| row.basis);
        (chosen, basis.unwrap())
    };
    assert_eq!(tied([true, true]), ("instruct/F32".into(), Basis::Cost));
    assert_eq!(tied([true, false]), ("general/F32".into(), Basis::Template));
    assert_eq!(tied([false, false]), ("instruct/F32".into(), Basis::Cost));
}

#[test]
fn other_limits_on_length_are_not_compared() {
    let (mut one, mut other) = (two([true, true], 20), two([true, true], 20));
    for run in [&mut one, &mut other] {
        answers(run, |cell, _| {
            f64::from(u8::from(cell.starts_with("instruct")))
        });
    }
    one.info.cells.truncate(1);
    other.info.cells.remove(0);
    let together = view::build(vec![one.clone(), other.clone()]);
    assert_eq!(together.variants.len(), 1);
    other.info.suite.answers.as_mut().unwrap().max_tokens += 1;
    let apart = view::build(vec![one, other]);
    assert!(apart.variants.is_empty());
}

#[test]
fn bits_decide_only_without_answers_and_among_models_of_a_kind() {
    let scored = |templates| {
        let mut run = two(templates, 0);
        run.info.suite.answers = None;
        for record in &mut run.records {
            if let Fact::Perplexity(chunk) = &mut record.fact
                && record.cell == "instruct/F32"
            {
                (chunk.sum_nll, chunk.sum_nll2) = (chunk.sum_nll / 2.0, chunk.sum_nll2 / 4.0);
            }
        }
        let report = view::build(vec![run]);
        let basis = report.choices.iter().find_map(|row| row.basis).unwrap();
        (cell(&report, Standing::Recommended).unwrap(), basis)
    };
    assert_eq!(scored([true, true]), ("instruct/F32".into(), Basis::Bits));
    assert_eq!(
        scored([true, false]),
        ("general/F32".into(), Basis::Template)
    );
}

#[test]
fn nothing_is_recommended_without_quality_or_a_complete_cell() {
    let mut run = run(0);
    (run.info.suite.perplexity, run.info.suite.fidelity) = (None, None);
    run.info.fidelity.clear();
    run.records
        .retain(|record| !matches!(record.fact, Fact::Perplexity(_) | Fact::Fidelity(_)));
    run.records
        .retain(|record| !record.cell.ends_with("/fidelity"));
    let report = view::build(vec![run.clone()]);
    assert_eq!(standings(&report), [Standing::NoQuality; 4]);
    run.records
        .retain(|record| !matches!(record.fact, Fact::End(_)));
    let report = view::build(vec![run]);
    assert_eq!(standings(&report), [Standing::Incomplete; 4]);
    assert!(view::build(Vec::new()).choices.is_empty());
}

#[test]
fn random_weights_are_never_recommended() {
    let mut run = two([true, true], 20);
    answers(&mut run, |cell, _| {
        f64::from(u8::from(cell.starts_with("instruct")))
    });
    run.info.models[1].synthetic = Some(datasets::load_shape("llama3.2-3b").unwrap());
    let report = view::build(vec![run]);
    assert_eq!(
        standings(&report),
        [Standing::Recommended, Standing::NoQuality]
    );
}

#[test]
fn a_cell_that_was_not_measured_to_its_end_is_passed_over() {
    let report = sample::troubled_report();
    // general/F32 is the only complete one.
    assert_eq!(cell(&report, Standing::Only).unwrap(), "general/F32");
    let incomplete = standings(&report);
    assert_eq!(
        incomplete
            .iter()
            .filter(|s| **s == Standing::Incomplete)
            .count(),
        4
    );
}

#[test]
fn every_machine_has_its_own() {
    let (here, mut there) = (run(20), run(20));
    there.info.machine.name = "other".into();
    let report = view::build(vec![here, there]);
    let recommended = |row: &&super::ChoiceRow| row.standing == Standing::Recommended;
    let machines: Vec<&str> = report
        .choices
        .iter()
        .filter(recommended)
        .map(|row| row.machine.as_str())
        .collect();
    assert_eq!(machines, ["sample", "other"]);
}
