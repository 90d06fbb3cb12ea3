use super::*;
use crate::record::{AnswerMeasures, Fact, Stop};
use crate::run_dir::RunDir;
use crate::sample;
use crate::view::{Report, build};

/// Answers of `general/F32` and `general/F16` to as many questions, one pair each, of tokens that
/// ended by themselves; `change` may alter the answers of both.
fn compared(
    pairs: &[(&[i32], &[i32])],
    change: impl Fn(usize, &mut Answer, &mut Answer),
) -> Report {
    build(vec![run(pairs, change)])
}

fn run(pairs: &[(&[i32], &[i32])], change: impl Fn(usize, &mut Answer, &mut Answer)) -> RunDir {
    let mut run = sample::run_dir(2, pairs.len());
    let answers = run
        .records
        .iter_mut()
        .filter_map(|record| match &mut record.fact {
            Fact::Answer(answer) => Some(answer),
            _ => None,
        });
    let mut answers: Vec<_> = answers.collect();
    let (base, others) = answers.split_at_mut(pairs.len());
    for (i, (one, other)) in base.iter_mut().zip(others).enumerate() {
        for (answer, tokens) in [(&mut *one, pairs[i].0), (&mut *other, pairs[i].1)] {
            answer.tokens = Some(tokens.to_vec());
            answer.stop = Stop::Eos;
        }
        change(i, one, other);
    }
    run
}

fn only(report: &Report) -> &TextRow {
    assert_eq!(report.texts.len(), 1);
    &report.texts[0]
}

#[test]
fn answers_part_at_the_first_token_that_differs() {
    let report = compared(
        &[
            (&[1, 2, 3], &[1, 2, 3]),
            (&[1, 2, 3, 4], &[1, 2, 9, 4]),
            (&[1, 2], &[1, 2, 3]),
            (&[], &[5]),
            (&[7], &[]),
        ],
        |_, _, _| {},
    );
    let row = only(&report);
    assert_eq!((row.n_questions, row.identical, row.n_parted), (5, 1, 4));
    assert_eq!(row.identical_share, Some(0.2));
    // The end of an answer is a token of its own.
    assert_eq!(row.places, [1, 1, 3, 3]);
    assert_eq!(row.first_difference, Some(2.0));
    // 2 of 4, 2 of 2, none of 1; of an empty answer there is no share.
    assert_eq!(row.first_difference_share, Some(0.5));
    assert_eq!((row.cell, row.baseline_cell), (1, 0));
    assert_eq!((&*row.baseline, &*row.precision), ("general/F32", "F16"));
    // Two part at 1; of the three others two at 3, and one is followed to its end, which is alike.
    let alike: Vec<_> = row
        .alike
        .iter()
        .map(|step| (step.beyond, step.share.point))
        .collect();
    assert_eq!(alike.len(), 3);
    assert_eq!((alike[0], alike[2].0), ((1, 0.6), 4));
    assert!((alike[1].1 - 0.2).abs() < 1e-12 && alike[1].0 == 3);
}

#[test]
fn what_the_limit_cut_is_alike_only_so_far_and_of_unknown_length() {
    let report = compared(
        &[(&[1, 2], &[1, 2]), (&[1, 2], &[1, 3]), (&[4], &[4])],
        |i, one, other| {
            if i == 0 {
                (one.stop, other.stop) = (Stop::Limit, Stop::Limit);
            }
            if i == 1 {
                other.stop = Stop::Limit;
            }
            (one.measures.n_chars, other.measures.n_chars) = (100, 90 + i as u32);
        },
    );
    let row = only(&report);
    assert_eq!((row.identical, row.n_cut_both, row.n_parted), (2, 1, 1));
    // Only the third question's answers both ended by themselves.
    assert_eq!(
        (row.n_length_unknown, row.chars.n, row.chars.mean),
        (2, 1, Some(-8.0))
    );
    assert_eq!(row.coverage.n, 3);
}

#[test]
fn what_cannot_be_compared_is_counted_with_its_reason() {
    let mut run = run(&[(&[1][..], &[1][..]); 7], |i, one, other| match i {
        1 => {
            other.sampling = Sampling::TopP {
                temperature: 0.7,
                top_p: 0.9,
                seed: 1,
            }
        }
        2 => one.n_parallel += 1,
        3 => other.prompt += " ",
        4 => one.tokens = None,
        5 => other.question_id = "q99".into(),
        _ => {}
    });
    let all = only(&build(vec![run.clone()])).clone();
    let why = [
        all.n_sampled,
        all.n_other_parallel,
        all.n_other_prompt,
        all.n_no_tokens,
    ];
    assert_eq!((all.n_questions, why), (2, [1; 4]));
    // q6 has no answer of one, q99 none of the other.
    assert_eq!((all.n_not_answered, all.n_not_compared), (2, 6));
    // A cell without any answer is a row all the same.
    run.records
        .retain(|record| record.cell != "general/F16" || !matches!(record.fact, Fact::Answer(_)));
    let none = only(&build(vec![run.clone()])).clone();
    assert_eq!((none.n_questions, none.n_not_answered), (0, 7));
    assert_eq!(
        (none.identical_share, none.chars.mean, none.chars.p),
        (None, None, None)
    );
    assert!(none.alike.is_empty());
    run.records
        .retain(|record| !matches!(record.fact, Fact::Answer(_)));
    assert!(build(vec![run]).texts.is_empty());
}

#[test]
fn changes_are_paired_by_question_and_tested() {
    // Eight questions: with one mean difference far above zero, and one around it.
    let report = compared(&[(&[1][..], &[2][..]); 8], |i, one, other| {
        (one.measures.n_chars, other.measures.n_chars) =
            (50 * i as u32, 50 * i as u32 + 10 + i as u32);
        (one.measures.hangul_share, other.measures.hangul_share) = (Some(0.5), Some(0.5));
        let sign = if i % 2 == 0 { 0.25 } else { -0.25 };
        (one.measures.coverage, other.measures.coverage) = (Some(0.5), Some(0.5 + sign));
        (one.measures.obedience, other.measures.obedience) = (Some(1.0), None);
    });
    let row = only(&report);
    assert_eq!((row.chars.n, row.chars.mean), (8, Some(13.5)));
    // All eight signs agree: 2 of 256, the smallest of the five that were tested.
    assert_eq!(row.chars.p, Some(5.0 * 2.0 / 256.0));
    assert!(row.chars.is_shown());
    assert!(row.korean.none_changed && row.korean.half_width().is_none());
    assert_eq!((row.coverage.mean, row.coverage.p), (Some(0.0), Some(1.0)));
    let half = row.coverage.half_width().unwrap();
    // The standard error of the mean is 0.25/√8.
    assert!(!row.coverage.is_shown() && (half / (1.96 * 0.25 / 8.0_f64.sqrt()) - 1.0).abs() < 0.15);
    assert_eq!(row.obedience, Change::default());
}

#[test]
fn p_values_are_corrected_over_all_runs() {
    let pairs = [(&[1][..], &[2][..]); 8];
    let longer = |_: usize, one: &mut Answer, other: &mut Answer| {
        (one.measures.n_chars, other.measures.n_chars) = (50, 60);
        let share = one.measures.coverage;
        other.measures = AnswerMeasures {
            n_chars: other.measures.n_chars,
            ..one.measures.clone()
        };
        assert_eq!(other.measures.coverage, share);
    };
    let alone = compared(&pairs, longer);
    let both = build(vec![run(&pairs, longer), run(&pairs, longer)]);
    let tested = |report: &Report| {
        let mut rows = report.texts.clone();
        let changes = rows.iter_mut().flat_map(TextRow::changes);
        changes.filter(|change| change.p.is_some()).count() as f64
    };
    assert_eq!(tested(&both), 2.0 * tested(&alone));
    assert_eq!(only(&alone).chars.p, Some(tested(&alone) * 2.0 / 256.0));
    assert_eq!(both.texts[0].chars.p, Some(tested(&both) * 2.0 / 256.0));
    assert_eq!((both.texts[1].cell, both.texts[1].baseline_cell), (3, 2));
}

#[test]
fn made_up_cells_are_alike_as_they_are_made() {
    let report = sample::report(12, 30);
    let shown: Vec<_> = report
        .texts
        .iter()
        .map(|row| (row.cell, row.n_questions, row.identical, row.n_sampled))
        .collect();
    assert_eq!(
        shown,
        [
            (1, 30, 26, 0),
            (2, 30, 10, 0),
            (3, 30, 0, 0),
            (5, 30, 26, 0),
            (6, 30, 10, 0),
            (7, 30, 0, 0),
            (9, 0, 0, 30),
            (10, 0, 0, 30),
            (11, 0, 0, 30),
        ]
    );
}
