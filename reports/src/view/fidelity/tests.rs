//! What the records of a comparison say, and when they say nothing of a whole corpus.

use super::super::{Report, Status, build};
use super::*;
use crate::record::{Failure, PerplexityChunk, Record, Stage};
use crate::run_dir::RunDir;
use crate::sample;

const BASELINE: &str = "general/F32";
const HALF: &str = "general/F16";
const BYTE: &str = "general/Q8_0";

/// The sample's comparison of three precisions.
fn run() -> RunDir {
    sample::run_dir(3, 0)
}

fn of_comparison(record: &Record) -> bool {
    record.cell == "general/fidelity"
}

fn report(change: impl FnOnce(&mut Vec<Record>)) -> Report {
    let mut run = run();
    let (mut comparison, mut others): (Vec<Record>, Vec<Record>) = std::mem::take(&mut run.records)
        .into_iter()
        .partition(of_comparison);
    change(&mut comparison);
    others.extend(comparison);
    run.records = others;
    build(vec![run])
}

/// Who has whole corpora of divergence and of perplexity.
fn whole(report: &Report) -> (Vec<&str>, Vec<&str>) {
    let fidelity = report.fidelity.iter().filter(|row| row.whole);
    let perplexity = report.perplexity.iter().filter(|row| row.whole);
    (
        fidelity.map(|row| &*row.precision).collect(),
        perplexity.map(|row| &*row.precision).collect(),
    )
}

fn failure(of: &Record) -> Record {
    Record {
        fact: Fact::Failure(Failure {
            stage: Stage::Fidelity,
            reason: "why".into(),
        }),
        ..of.clone()
    }
}

/// Whether a record is a chunk of this member and text.
fn is_chunk(record: &Record, id: &str, text: &str) -> bool {
    match &record.fact {
        Fact::Fidelity(chunk) => {
            chunk.of == id && chunk.text == text && chunk.compared == Compared::Cell
        }
        Fact::Perplexity(chunk) => chunk.of.as_deref() == Some(id) && chunk.text == text,
        _ => false,
    }
}

#[test]
fn a_comparison_has_rows_of_each_cell_and_of_the_noise() {
    let report = report(|_| {});
    let rows: Vec<_> = report
        .fidelity
        .iter()
        .map(|row| {
            (
                row.compared.name(),
                &*row.precision,
                &*row.corpus,
                row.n_chunks,
            )
        })
        .collect();
    let texts = ["held-out/essay", "held-out/news", "held-out/dialogue"];
    let of = |precision| {
        let texts = texts.map(|text| ("cell", precision, text, 8));
        texts
            .into_iter()
            .chain([("cell", precision, "held-out", 24)])
    };
    let noise = |kind| (kind, "F32", "held-out/essay", 2);
    let expected: Vec<_> = of("F16")
        .chain(of("Q8_0"))
        .chain([noise("again"), noise("alone")])
        .collect();
    assert_eq!(rows, expected);
    assert!(report.fidelity.iter().all(|row| row.baseline == BASELINE));
    assert!(report.fidelity.iter().all(|row| row.baseline_cell == 0));
    let view = &report.fidelity_cells[0];
    assert_eq!(
        (view.status, view.baseline, &*view.compared),
        (Status::Complete, 0, &[1, 2][..])
    );
    assert!(report.notes.is_empty(), "{:?}", report.notes);
}

#[test]
fn the_perplexity_of_members_is_that_of_the_comparison() {
    let report = report(|_| {});
    for (summary, cell) in report.summary.iter().zip(0..) {
        let row = report
            .fidelity
            .iter()
            .find(|row| row.whole && row.cell == cell);
        assert_eq!(summary.mean_kld, row.map(|row| row.mean_kld));
        assert_eq!(summary.same_top, row.map(|row| row.same_top));
        let Some(row) = row else {
            assert_eq!(cell, 0, "only the baseline is not compared");
            continue;
        };
        // From sums over chunks, and from the positions.
        assert!((summary.ppl.unwrap() / row.ppl - 1.0).abs() < 1e-6);
        assert!((report.summary[0].ppl.unwrap() / row.ppl_base - 1.0).abs() < 1e-6);
    }
}

#[test]
fn what_a_member_measured_alone_is_not_mixed_with_the_comparison() {
    let mut run = run();
    let at = run.records.iter().position(|record| record.cell == HALF);
    let own = PerplexityChunk {
        of: None,
        corpus: "my.txt".into(),
        text: "my".into(),
        chunk: 0,
        n_chunks: Some(1),
        n_ctx: 512,
        n_scored: 2,
        sum_nll: 2.0,
        sum_nll2: 3.0,
        n_bytes: 8,
        n_syllables: 2,
    };
    let record = Record {
        fact: Fact::Perplexity(own),
        ..run.records[at.unwrap()].clone()
    };
    run.records.insert(at.unwrap() + 1, record);
    let report = build(vec![run]);
    let of_half = report
        .perplexity
        .iter()
        .filter(|row| row.precision == "F16");
    let corpora: Vec<_> = of_half.map(|row| &*row.corpus).collect();
    assert_eq!(corpora, ["my.txt"]);
}

#[test]
fn a_comparison_that_was_cut_off_has_whole_corpora_of_those_that_ended_them() {
    // The last chunks are those of the last member; without the end all are there.
    for (cut, ended) in [(1, vec!["F16", "Q8_0"]), (2, vec!["F16"]), (40, vec![])] {
        let report = report(|records| records.truncate(records.len() - cut));
        assert_eq!(whole(&report).0, ended, "{cut}");
        assert_eq!(report.fidelity_cells[0].status, Status::CutOff);
    }
    let report = report(Vec::clear);
    assert!(report.fidelity.is_empty() && report.perplexity.is_empty());
    assert_eq!(report.fidelity_cells[0].status, Status::NotRun);
}

#[test]
fn a_member_that_fails_takes_nothing_from_the_others() {
    // It fails in the second chunk of the second text.
    let report = report(|records| {
        let failed = failure(&records[0]);
        records.insert(1, failed);
        let mut of_news = 0;
        records.retain(|record| {
            of_news += usize::from(is_chunk(record, BYTE, "news"));
            let late = is_chunk(record, BYTE, "news") && of_news > 2;
            !late && !is_chunk(record, BYTE, "dialogue")
        });
    });
    assert_eq!(whole(&report), (vec!["F16"], vec!["F32", "F16"]));
    let cell = &report.fidelity_cells[0];
    assert_eq!((cell.status, cell.failures.len()), (Status::Failed, 1));
    let parts = report.fidelity.iter().filter(|row| row.precision == "Q8_0");
    let parts: Vec<_> = parts.map(|row| (&*row.corpus, row.n_chunks)).collect();
    assert_eq!(parts, [("held-out/essay", 8), ("held-out/news", 1)]);
}

#[test]
fn the_baseline_is_that_of_the_records_where_the_planned_one_failed() {
    let report = report(|records| {
        records.retain(|record| {
            let texts = ["essay", "news", "dialogue"];
            let noise = matches!(&record.fact, Fact::Fidelity(chunk) if chunk.of == BASELINE);
            !noise
                && !texts.iter().any(|text| {
                    [BASELINE, HALF].iter().any(|id| {
                        is_chunk(record, id, text)
                            && (*id == BASELINE || matches!(record.fact, Fact::Fidelity(_)))
                    })
                })
        });
        for record in records {
            if let Fact::Fidelity(chunk) = &mut record.fact {
                chunk.baseline = HALF.into();
            }
        }
    });
    let cell = &report.fidelity_cells[0];
    assert_eq!((cell.baseline, &*cell.compared), (1, &[0, 2][..]));
    assert!(
        report
            .fidelity
            .iter()
            .all(|row| row.baseline == HALF && row.cell == 2)
    );
    assert_eq!(report.fidelity.len(), 4);
    assert_eq!(whole(&report), (vec!["Q8_0"], vec!["F16", "Q8_0"]));
}

#[test]
fn a_chunk_that_is_missing_or_contradicts_itself_leaves_no_whole_corpus() {
    let spoiled = report(|records| {
        let chunks = records
            .iter_mut()
            .filter_map(|record| match &mut record.fact {
                Fact::Fidelity(chunk) if chunk.of == HALF => Some(chunk),
                _ => None,
            });
        _ = chunks.into_iter().nth(3).unwrap().kld.pop();
    });
    assert_eq!(whole(&spoiled).0, ["Q8_0"]);
    assert_eq!(
        spoiled.notes,
        [
            "fidelity cell general/fidelity: general/F16, essay, chunk 3: left out, its lists do not have one finite value for each of its positions"
        ]
    );
    let missing = report(|records| {
        let at = records
            .iter()
            .position(|record| matches!(&record.fact, Fact::Fidelity(chunk) if chunk.of == HALF));
        records.remove(at.unwrap());
    });
    assert_eq!(whole(&missing).0, ["Q8_0"]);
    let other = report(|records| {
        let of_half = records
            .iter_mut()
            .filter_map(|record| match &mut record.fact {
                Fact::Fidelity(chunk) if chunk.of == HALF => Some(chunk),
                _ => None,
            });
        of_half.last().unwrap().baseline = BYTE.into();
    });
    assert_eq!(whole(&other).0, ["Q8_0"]);
    assert_eq!(
        other.notes,
        [
            "fidelity cell general/fidelity: general/F16, dialogue, chunk 7: left out, it has another baseline than the chunks before"
        ]
    );
}

#[test]
fn a_comparison_of_a_cell_that_is_not_planned_is_noted() {
    let mut run = run();
    run.info.fidelity[0].compared.push("gone/\u{1b}".into());
    let report = build(vec![run]);
    assert!(report.fidelity.is_empty() && report.fidelity_cells.is_empty());
    assert_eq!(
        report.notes,
        [
            "fidelity cell general/fidelity: it names a cell that is not planned in run.json; left out"
        ]
    );
}

#[test]
fn comparisons_of_merged_runs_speak_of_their_own_cells() {
    let report = build(vec![run(), run()]);
    let cells: Vec<_> = report
        .fidelity_cells
        .iter()
        .map(|cell| (cell.run, cell.baseline, &*cell.compared))
        .collect();
    assert_eq!(cells, [(0, 0, &[1, 2][..]), (1, 3, &[4, 5][..])]);
    assert_eq!(report.fidelity.last().unwrap().cell, 3);
}

#[test]
fn a_difference_stands_out_where_its_interval_lies_above_the_noise() {
    let mut report = report(|_| {});
    let floor = noise_floor(&report, 0).unwrap();
    assert!(floor.mean_kld > 0.0 && floor.high > floor.mean_kld);
    let row = report
        .fidelity
        .iter()
        .find(|row| row.whole)
        .unwrap()
        .clone();
    assert_eq!(row.stands_out(Some(floor)), Some(true));
    assert_eq!(row.stands_out(None), None);
    let (low, _) = row.kld_interval().unwrap();
    let high = NoiseFloor { high: low, ..floor };
    assert_eq!(row.stands_out(Some(high)), Some(false));
    report.fidelity.retain(|row| row.compared == Compared::Cell);
    assert_eq!(noise_floor(&report, 0), None);
}

#[test]
fn a_text_is_compared_with_the_corpus_that_it_is_part_of() {
    let report = report(|_| {});
    let row = |corpus: &str| {
        let mut rows = report.fidelity.iter();
        rows.find(|row| row.cell == 1 && row.corpus == corpus)
            .unwrap()
            .clone()
    };
    let (all, text) = (row("held-out"), row("held-out/dialogue"));
    // A corpus against itself is exactly 1 only where the two are known to be the same positions.
    let mut one = FidelityRow {
        corpus: "held-out/all".into(),
        whole: false,
        ..all.clone()
    };
    let same = one.relative_to(&all).unwrap();
    assert_eq!(same.point, 1.0);
    assert!(same.high - same.low < 1e-8, "{same:?}");
    one.corpus = "held-out-2".into();
    assert!(one.relative_to(&all).unwrap().high > 1.0);
    let ratio = text.relative_to(&all).unwrap();
    assert_eq!(ratio.point, text.mean_kld / all.mean_kld);
    // Three texts of one length: variance (s/m)² + (S/M)² − 2·s²/(3·m·M).
    let (s, m) = (text.mean_kld_se.unwrap(), text.mean_kld);
    let (big_s, big_m) = (all.mean_kld_se.unwrap(), all.mean_kld);
    let variance = (s / m).powi(2) + (big_s / big_m).powi(2) - 2.0 * s * s / (3.0 * m * big_m);
    let half = 1.959_963_985 * ratio.point * variance.sqrt();
    assert!((ratio.high - ratio.point - half).abs() < 1e-12);
    one.mean_kld = 0.0;
    assert_eq!(one.relative_to(&all), None);
}
