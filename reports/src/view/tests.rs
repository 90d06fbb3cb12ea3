//! What rows say of records written by hand, so that every number can be checked on paper.

use datasets::Kind;

use super::*;
use crate::record::{
    ActivationRange, Answer, AnswerMeasures, AnswerTiming, Begin, Demonstration, Fact, Memory,
    PerplexityChunk, Record, Sampling, Speed, Stage, Stop, Test,
};
use crate::run_dir::RunDir;
use crate::sample;

/// The run of one cell with `facts` in attempt 1.
fn run(facts: Vec<Fact>) -> RunDir {
    attempts(vec![facts])
}

/// The run of one cell with the facts of each attempt.
fn attempts(attempts: Vec<Vec<Fact>>) -> RunDir {
    let mut run = sample::run_dir(1, 0);
    let numbered = attempts.into_iter().zip(1..);
    let records = numbered.flat_map(|(facts, attempt)| {
        facts.into_iter().map(move |fact| Record {
            cell: "general/F32".into(),
            attempt,
            fact,
        })
    });
    run.records = records.collect();
    run.info.questions.truncate(0);
    run
}

fn begin() -> Fact {
    Fact::Begin(Begin {
        at: "2026-01-02T03:04:05Z".into(),
    })
}

fn end(complete: bool) -> Fact {
    Fact::End(End {
        complete,
        wall_ns: 2,
        engine_ns: 1,
    })
}

fn failure(stage: Stage) -> Fact {
    Fact::Failure(Failure {
        stage,
        reason: "why".into(),
    })
}

fn speed(test: Test, shape: (u32, u32, u32, u32), rep: u32, elapsed_ns: u64) -> Fact {
    let (n_prompt, n_gen, n_depth, n_seq) = shape;
    let page_cache_share = (test == Test::Load).then(|| f64::from(rep) / 2.0);
    Fact::Speed(Speed {
        test,
        n_prompt,
        n_gen,
        n_depth,
        n_seq,
        rep,
        elapsed_ns,
        page_cache_share,
        joules: Vec::new(),
    })
}

fn chunk(corpus: &str, text: &str, sum_nll: f64) -> Fact {
    Fact::Perplexity(PerplexityChunk {
        of: None,
        n_chunks: None,
        corpus: corpus.into(),
        text: text.into(),
        chunk: 0,
        n_ctx: 512,
        n_scored: 2,
        sum_nll,
        sum_nll2: sum_nll * sum_nll / 2.0,
        n_bytes: 10,
        n_syllables: 4,
    })
}

fn answer(n_chars: u32, stop: Stop, timing: Option<(u64, Vec<u64>)>) -> Fact {
    let n_tokens = timing
        .as_ref()
        .map_or(4, |(_, between)| between.len() as u32 + 1);
    Fact::Answer(Box::new(Answer {
        question_id: "q1".into(),
        prompt: String::new(),
        format: "plain".into(),
        sampling: Sampling::Greedy,
        n_parallel: 1,
        answer: "답".into(),
        stop,
        n_prompt: 3,
        n_tokens,
        tokens: None,
        measures: AnswerMeasures {
            n_chars,
            ..AnswerMeasures::default()
        },
        marks: None,
        timing: timing.map(|(ttft_ns, inter_token_ns)| AnswerTiming {
            ttft_ns,
            inter_token_ns,
        }),
    }))
}

const MS: u64 = 1_000_000;

#[test]
fn repetitions_of_one_shape_are_one_row() {
    let shape = (0, 10, 0, 1);
    let facts = vec![
        speed(Test::Decode, shape, 0, 1000 * MS),
        speed(Test::Decode, shape, 1, 500 * MS),
        speed(Test::Decode, shape, 2, 250 * MS),
        speed(Test::Decode, (0, 10, 0, 4), 0, 1000 * MS),
        speed(Test::Prefill, (128, 0, 0, 1), 0, 500 * MS),
        speed(Test::Load, (0, 0, 0, 1), 1, 300 * MS),
        speed(Test::Load, (0, 0, 0, 1), 2, 100 * MS),
        end(true),
    ];
    let report = build(vec![run(facts)]);
    let [load, prefill, decode, parallel] = &report.speed[..] else {
        panic!("{:#?}", report.speed)
    };
    assert_eq!(
        (&*load.test, load.reps, load.n_prompt, load.avg_ts),
        ("load", 2, None, None)
    );
    assert_eq!(
        (load.median_ns, load.page_cache_share),
        (Some(200.0 * 1e6), Some(0.5))
    );
    assert_eq!(
        (prefill.n_prompt, prefill.median_ts, prefill.stddev_ts),
        (Some(128), Some(256.0), None)
    );
    assert_eq!(
        (decode.reps, decode.avg_ts, decode.median_ts),
        (3, Some(70.0 / 3.0), Some(20.0))
    );
    assert_eq!(
        (decode.ci95_low, decode.ci95_high),
        (Some(10.0), Some(40.0))
    );
    // Deviations −40/3, −10/3 and 50/3, squares 4200/9, over n − 1 = 2.
    assert!((decode.stddev_ts.unwrap() - (4200.0_f64 / 18.0).sqrt()).abs() < 1e-12);
    assert_eq!(
        (parallel.n_seq, parallel.median_ts, parallel.ci95_low),
        (Some(4), Some(40.0), None)
    );
    assert_eq!(report.cells[0].decode_samples, [10.0, 20.0, 40.0]);
    assert_eq!(report.summary[0].decode_ts, Some(20.0));
    assert_eq!(report.summary[0].load_ms, Some(200.0));
}

#[test]
fn headlines_are_one_sequence_smallest_depth_and_most_tokens() {
    let rep = |test, shape, ms: u64| speed(test, shape, 0, ms * MS);
    let report = build(vec![run(vec![
        rep(Test::Decode, (0, 100, 512, 1), 1000),
        rep(Test::Decode, (0, 100, 0, 4), 1000),
        rep(Test::Decode, (0, 30, 0, 1), 1000),
        rep(Test::Decode, (0, 60, 0, 1), 1000),
        rep(Test::Prefill, (512, 0, 4096, 1), 1000),
        rep(Test::Prefill, (128, 0, 0, 1), 1000),
        rep(Test::Prefill, (256, 0, 0, 1), 1000),
        end(true),
    ])]);
    assert_eq!(
        (report.summary[0].decode_ts, report.summary[0].prefill_ts),
        (Some(60.0), Some(256.0))
    );
}

#[test]
fn answers_decoded_alone_have_speeds_and_share_a_row() {
    let report = build(vec![run(vec![
        answer(30, Stop::Eos, Some((400 * MS, vec![100 * MS, 300 * MS]))),
        answer(20, Stop::Limit, Some((600 * MS, vec![200 * MS; 2]))),
        answer(0, Stop::Eos, Some((500 * MS, vec![]))),
        answer(90, Stop::Limit, None),
        end(true),
    ])]);
    let rates: Vec<_> = report
        .answers
        .iter()
        .map(|row| (row.ttft_ns, row.decode_ts, row.chars_per_s))
        .collect();
    assert_eq!(
        rates,
        [
            (Some(400 * MS), Some(2.0 / 0.4), Some(30.0 / 0.8)),
            (Some(600 * MS), Some(5.0), Some(20.0)),
            (Some(500 * MS), None, None),
            (None, None, None),
        ]
    );
    let row = &report.speed[0];
    assert_eq!(
        (&*row.test, row.reps, row.n_seq, row.n_gen),
        ("answer", 3, Some(1), None)
    );
    assert_eq!((row.avg_ts, row.ttft_ns), (Some(5.0), Some(500.0 * 1e6)));
    assert_eq!(row.chars_per_s, Some(28.75));
    // Pooled: 100, 200, 200 and 300 ms.
    assert_eq!(
        (row.inter_token_p50_ns, row.inter_token_p95_ns),
        (Some(2e8), Some(285.0 * 1e6))
    );
    assert_eq!(report.cells[0].inter_token_ms, [100.0, 300.0, 200.0, 200.0]);
    let summary = &report.summary[0];
    assert_eq!(
        (
            summary.n_answers,
            summary.median_tokens,
            summary.median_chars
        ),
        (Some(4), Some(3.0), Some(25.0))
    );
    assert_eq!(
        (summary.cut_share, summary.ttft_ms, summary.hangul_share),
        (Some(0.5), Some(500.0), None)
    );
}

#[test]
fn a_whole_corpus_has_all_its_texts_and_each_to_its_end() {
    let names = |facts| {
        let report = build(vec![run(facts)]);
        let rows = report
            .perplexity
            .iter()
            .map(|row| (row.corpus.clone(), row.whole));
        (rows.collect::<Vec<_>>(), report.summary[0].ppl.is_some())
    };
    let part = |text: &str| (format!("held-out/{text}"), false);
    let all = || {
        ["essay", "news", "dialogue"]
            .map(|text| chunk("held-out", text, 1.0))
            .to_vec()
    };

    let (rows, headline) = names([all(), vec![end(true)]].concat());
    assert_eq!(
        rows,
        [
            part("essay"),
            part("news"),
            part("dialogue"),
            ("held-out".into(), true)
        ]
    );
    assert!(headline);
    // Failed later, in something else.
    assert!(names([all(), vec![failure(Stage::Answers), end(false)]].concat()).1);

    for incomplete in [
        all()[..2].to_vec(),
        [&all()[..2], &[end(true)]].concat(),
        all(),
        [all(), vec![failure(Stage::Perplexity), end(false)]].concat(),
        [all(), vec![failure(Stage::Process), end(false)]].concat(),
    ] {
        let (rows, headline) = names(incomplete);
        assert!(rows.iter().all(|(_, whole)| !whole), "{rows:?}");
        assert!(!headline && rows.len() >= 2);
    }
    // A file of the user's is a corpus of one text.
    assert_eq!(
        names(vec![chunk("my.txt", "my", 1.0), end(true)]).0,
        [("my.txt".into(), true)]
    );
}

#[test]
fn sums_of_chunks_make_a_perplexity() {
    let facts = vec![
        chunk("my.txt", "my", 2.0),
        chunk("my.txt", "my", 6.0),
        end(true),
    ];
    let report = build(vec![run(facts)]);
    let row = &report.perplexity[0];
    assert_eq!((row.n_chunks, row.n_scored, row.mean_nll), (2, 4, 2.0));
    assert!((row.ppl - 2.0_f64.exp()).abs() < 1e-12);
    // E[nll²] = (2 + 18)/4 = 5, so the variance is 1, over N − 1 = 3.
    assert!((row.ppl_se.unwrap() - 2.0_f64.exp() / 3.0_f64.sqrt()).abs() < 1e-12);
    assert!((row.bits_per_byte.unwrap() - 8.0 / 2.0_f64.ln() / 20.0).abs() < 1e-12);
    assert!((row.bits_per_syllable.unwrap() - 8.0 / 2.0_f64.ln() / 8.0).abs() < 1e-12);
}

#[test]
fn a_cell_says_how_far_it_got() {
    let status = |facts| build(vec![run(facts)]).cells[0].status;
    assert_eq!(status(vec![]), Status::NotRun);
    assert_eq!(status(vec![begin()]), Status::CutOff);
    assert_eq!(status(vec![begin(), failure(Stage::Load)]), Status::CutOff);
    assert_eq!(status(vec![begin(), end(false)]), Status::Failed);
    assert_eq!(
        status(vec![failure(Stage::Memory), end(true)]),
        Status::Failed
    );
    assert_eq!(status(vec![begin(), end(true)]), Status::Complete);
}

#[test]
fn a_cell_without_records_is_a_row_of_missing_values() {
    let report = build(vec![run(vec![])]);
    let row = &report.summary[0];
    assert_eq!(
        (row.status, row.decode_ts, row.n_answers, row.cut_share),
        (Status::NotRun, None, None, None)
    );
    assert!(report.speed.is_empty() && report.memory.is_empty() && report.answers.is_empty());
}

#[test]
fn attempts_are_not_mixed() {
    let memory = |bytes| {
        Fact::Memory(Memory {
            peak_rss_bytes: Some(bytes),
            ..Memory::default()
        })
    };
    let report = build(vec![attempts(vec![
        vec![begin(), memory(1), failure(Stage::Load), end(false)],
        vec![begin(), memory(2), end(true)],
        vec![begin(), memory(3)],
    ])]);
    assert_eq!(report.memory.len(), 1);
    assert_eq!(report.summary[0].peak_rss_bytes, Some(2));
    assert_eq!(
        (report.cells[0].status, report.cells[0].failures.len()),
        (Status::Complete, 0)
    );
}

#[test]
fn runs_are_merged_in_their_order() {
    let mut second = run(vec![answer(1, Stop::Eos, None), end(true)]);
    second.notes.push("second".into());
    second.info.machine.name = "other".into();
    let first = run(vec![answer(2, Stop::Eos, None), end(true)]);
    let report = build(vec![first.clone(), second, first]);
    assert_eq!(machines(&report).len(), 2);
    let cells: Vec<_> = report
        .cells
        .iter()
        .map(|cell| (cell.run, &*cell.key.machine))
        .collect();
    assert_eq!(cells, [(0, "sample"), (1, "other"), (2, "sample")]);
    let answers: Vec<_> = report
        .answers
        .iter()
        .map(|row| (row.cell, row.n_chars))
        .collect();
    assert_eq!(answers, [(0, 2), (1, 1), (2, 2)]);
    assert_eq!(report.notes, ["second"]);
}

#[test]
fn records_of_an_unplanned_cell_are_noted() {
    let mut run = run(vec![begin(), end(true)]);
    run.records[0].cell = "gone/\u{1b}".into();
    let report = build(vec![run]);
    assert_eq!(report.cells.len(), 1);
    assert_eq!(
        report.notes,
        [
            "runs/20260102T030405Z-sample/records.jsonl: cell gone/\\u{1b} is not planned in run.json; records left out: 1"
        ]
    );
}

/// The run of one cell, whose model is a demonstration model that was trained on the `trained` first of
/// the questions. Each is of the kind and has the answer of its place.
fn demonstration(trained: usize, asked: Vec<(Kind, AnswerMeasures)>) -> RunDir {
    let mut run = sample::run_dir(1, asked.len());
    let ids: Vec<String> = run.info.questions.iter().map(|q| q.id.clone()).collect();
    run.info.models[0].demonstration = Some(Demonstration {
        weights: "nabi".into(),
        trained_on: ids[..trained].to_vec(),
    });
    run.records.truncate(1);
    for (index, (kind, measures)) in asked.into_iter().enumerate() {
        run.info.questions[index].kind = kind;
        let Fact::Answer(mut fact) = answer(measures.n_chars, Stop::Eos, None) else {
            unreachable!()
        };
        fact.question_id.clone_from(&ids[index]);
        fact.measures = measures;
        run.records.push(Record {
            fact: Fact::Answer(fact),
            ..run.records[0].clone()
        });
    }
    run
}

/// What an answer of so many characters hits.
fn hits(n_chars: u32, coverage: Option<f64>) -> AnswerMeasures {
    AnswerMeasures {
        n_chars,
        coverage,
        ..AnswerMeasures::default()
    }
}

#[test]
fn answers_say_what_was_asked_and_whether_it_was_learned() {
    let mut run = demonstration(
        1,
        vec![
            (Kind::Question, hits(1, None)),
            (Kind::Instruction, hits(1, None)),
        ],
    );
    let row = |row: &AnswerRow| (row.category.clone(), row.kind, row.trained_on);
    let report = build(vec![run.clone()]);
    let rows: Vec<_> = report.answers.iter().map(row).collect();
    let category = Some("sample".to_owned());
    assert_eq!(
        rows,
        [
            (category.clone(), Some(Kind::Question), Some(true)),
            (category.clone(), Some(Kind::Instruction), Some(false)),
        ]
    );
    run.info.models[0].demonstration = None;
    let Fact::Answer(last) = &mut run.records[2].fact else {
        unreachable!()
    };
    last.question_id = "unlisted".into();
    let rows: Vec<_> = build(vec![run]).answers.iter().map(row).collect();
    assert_eq!(
        rows,
        [(category, Some(Kind::Question), None), (None, None, None)]
    );
}

#[test]
fn scores_are_means_over_the_questions_of_a_group() {
    let report = build(vec![demonstration(
        3,
        vec![
            (Kind::Question, hits(10, Some(1.0))),
            (Kind::Question, hits(20, Some(0.0))),
            (Kind::FreeWriting, hits(90, None)),
            (Kind::Question, hits(40, Some(0.5))),
        ],
    )]);
    let rows: Vec<_> = report
        .scores
        .iter()
        .map(|row| {
            let interval = row.coverage_ci95_low.zip(row.coverage_ci95_high);
            let coverage = (row.n_coverage, row.coverage, interval);
            (row.group, row.n_answers, row.median_chars, coverage)
        })
        .collect();
    // Of three values each end is drawn three times with probability 1/27.
    let three = (3, Some(0.5), Some((0.0, 1.0)));
    assert_eq!(
        rows,
        [
            (Group::All, 4, 30.0, three),
            (Group::Question, 3, 20.0, three),
            (Group::FreeWriting, 1, 90.0, (0, None, None)),
            (Group::TrainedOn, 3, 20.0, (2, Some(0.5), None)),
            (Group::KeptOut, 1, 40.0, (1, Some(0.5), None)),
        ]
    );
}

#[test]
fn scores_are_by_kind_only_where_there_are_several_kinds() {
    let groups = |run| {
        let report = build(vec![run]);
        let groups = report.scores.iter().map(|row| row.group.name());
        groups.collect::<Vec<_>>()
    };
    let asked = |kinds: [Kind; 2]| kinds.map(|kind| (kind, hits(1, None))).to_vec();
    let (question, instruction) = (Kind::Question, Kind::Instruction);
    let mut plain = demonstration(0, asked([question, question]));
    assert_eq!(groups(plain.clone()), ["all", "kept_out"]);
    plain.info.models[0].demonstration = None;
    assert_eq!(groups(plain.clone()), ["all"]);
    // The run asks for both kinds; the cell was cut off after the first.
    plain.info.questions[1].kind = instruction;
    plain.records.truncate(2);
    assert_eq!(groups(plain.clone()), ["all", "question"]);
    plain.records.truncate(1);
    assert!(groups(plain).is_empty());
}

#[test]
fn shares_are_of_the_answers_that_can_be_told() {
    let told = |style: Option<&str>, loop_share| AnswerMeasures {
        style: style.map(String::from),
        loop_share,
        ..hits(1, None)
    };
    let asked = [
        told(Some("list"), Some(0.0)),
        told(Some("prose"), Some(0.75)),
        told(Some("mixed"), None),
        told(None, Some(0.0)),
    ];
    let asked = asked.map(|measures| (Kind::Question, measures)).to_vec();
    let report = build(vec![demonstration(0, asked)]);
    let row = &report.scores[0];
    let third = Some(1.0 / 3.0);
    assert_eq!(
        (row.list_share, row.loop_share, row.cut_share),
        (third, third, Some(0.0))
    );
    assert_eq!((row.hangul_share, row.korean_line_share), (None, None));
}

/// The number ranges of the sample's first file: each tensor, then all.
fn numbers() -> Vec<Fact> {
    let records = sample::run_dir(1, 0).records.into_iter();
    let facts = records.map(|record| record.fact);
    facts
        .filter(|fact| matches!(fact, Fact::Numbers(_)))
        .collect()
}

#[test]
fn number_ranges_are_two_rows_a_tensor_with_all_of_them_first() {
    let found = numbers();
    let Some(Fact::Numbers(all)) = found.last() else {
        unreachable!()
    };
    let report = build(vec![run(found.clone())]);
    assert_eq!(report.numbers.len(), 2 * found.len());
    let shown: Vec<_> = report.numbers[..4]
        .iter()
        .map(|row| {
            (
                &*row.tensor,
                row.type_name.as_deref(),
                row.format,
                row.whole,
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("all", None, Format::F16, true),
            ("all", None, Format::Bf16, true),
            ("token_embd.weight", Some("f32"), Format::F16, false),
            ("token_embd.weight", Some("f32"), Format::Bf16, false),
        ]
    );
    let (f16, bf16) = (&report.numbers[0], &report.numbers[1]);
    assert_eq!((f16.n, f16.vanish), (all.numbers.n, all.numbers.f16.vanish));
    assert_eq!(bf16.changed, all.numbers.bf16.changed);
    assert_eq!(report.exponents[0].counts, all.numbers.exponents);
}

#[test]
fn number_ranges_that_were_cut_off_have_no_total() {
    let mut found = numbers();
    found.pop();
    let report = build(vec![run(found)]);
    assert!(report.numbers.iter().all(|row| !row.whole));
    assert!(report.exponents.is_empty());
}

#[test]
fn an_error_over_no_value_is_missing() {
    let mut found = numbers();
    if let Some(Fact::Numbers(all)) = found.last_mut() {
        all.numbers.f16.mean_relative_error = None;
        all.numbers.f16.max_relative_error = 0.0;
    }
    let report = build(vec![run(found)]);
    assert_eq!(report.numbers[0].max_relative_error, None);
    assert_eq!(report.numbers[1].max_relative_error, Some(0.0039));
}

fn activation(node: &str, layer: Option<u32>, max_abs: Option<f64>, overflow: u64) -> Fact {
    Fact::Activation(ActivationRange {
        node: node.into(),
        layer,
        n: 10,
        max_abs,
        overflow,
        nan: u64::from(max_abs.is_none()) * 10,
        inf: 0,
        n_tokens: 5,
    })
}

#[test]
fn activations_are_rows_by_layer_and_kinds_over_all() {
    let report = build(vec![run(vec![
        activation("embd", None, Some(0.0), 0),
        activation("kq", Some(0), Some(100.0), 0),
        activation("l_out", Some(0), Some(16_376.0), 0),
        activation("kq", Some(1), Some(65_536.0), 2),
        activation("l_out", Some(1), Some(8.0), 0),
        activation("result_output", None, None, 0),
    ])]);
    let rows: Vec<_> = report
        .activations
        .iter()
        .map(|row| (&*row.node, row.layer, row.share_of_f16_max, row.survives))
        .collect();
    assert_eq!(
        rows[2..],
        [
            ("l_out", Some(0), Some(0.25), Some(true)),
            ("kq", Some(1), Some(65_536.0 / 65_504.0), Some(false)),
            ("l_out", Some(1), Some(8.0 / 65_504.0), Some(true)),
            ("result_output", None, None, None),
        ]
    );
    let kinds: Vec<_> = report
        .activation_kinds
        .iter()
        .map(|kind| (&*kind.node, kind.layer, kind.max_abs, kind.headroom_log2))
        .collect();
    let above = (65_504.0_f64 / 65_536.0).log2();
    assert_eq!(
        kinds,
        [
            ("kq", Some(1), Some(65_536.0), Some(above)),
            ("result_output", None, None, None),
            ("l_out", Some(0), Some(16_376.0), Some(2.0)),
            ("embd", None, Some(0.0), None),
        ]
    );
    let kq = &report.activation_kinds[0];
    assert_eq!((kq.n, kq.overflow, &*kq.lost), (20, 2, &[1][..]));
    assert_eq!(kq.layers, [(0, 100.0), (1, 65_536.0)]);
    assert_eq!(report.activation_kinds[1].nan, 10);
}

#[test]
fn each_demonstration_model_is_listed_once() {
    let first = sample::demonstration_run_dir(1);
    let mut second = first.clone();
    second.info.machine.name = "other".into();
    second.info.models[0].demonstration = None;
    let report = build(vec![sample::run_dir(4, 1), first, second]);
    let names: Vec<_> = demonstrations(&report)
        .into_iter()
        .map(|(label, model)| (label, &*model.weights))
        .collect();
    assert_eq!(
        names,
        [
            ("general", "nabi-instruct"),
            ("instruct", "nabi-instruct"),
            ("text", "nabi-text")
        ]
    );
}
