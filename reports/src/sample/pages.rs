//! The pages that the browser tests look at.

use datasets::Question;

use super::{
    dead_run_dir, demonstration_report, grid_report, hostile_run_dir, run_dir, troubled_report,
};
use crate::record::{Answer, Fact, Marks, PointMark, Stop};
use crate::run_dir::RunDir;
use crate::view::{self, Report};

/// A name and the report to render.
type Page = (&'static str, fn() -> Report);

/// Reports that a page has to read well of, by name.
pub const PAGES: &[Page] = &[
    ("one-cell", || of(answered(run_dir(1, 6)))),
    ("twelve-cells", || of(answered(run_dir(12, 8)))),
    ("all-failed", || of(dead_run_dir())),
    ("troubled", troubled_report),
    ("no-answers", || of(no_answers())),
    ("no-perplexity", || of(no_perplexity())),
    ("one-question", || of(answered(run_dir(4, 1)))),
    ("long-answer", || of(long_answer())),
    ("odd-text", || of(odd_text())),
    ("hostile", || of(hostile_run_dir())),
    ("mixed-precisions", grid_report),
    ("demonstration", || demonstration_report(12)),
    ("many-answers", || of(answered(run_dir(12, 200)))),
];

fn of(run: RunDir) -> Report {
    view::build(vec![run])
}

fn answers(run: &mut RunDir) -> impl Iterator<Item = &mut Answer> {
    let facts = run.records.iter_mut().map(|record| &mut record.fact);
    facts.filter_map(|fact| match fact {
        Fact::Answer(answer) => Some(&mut **answer),
        _ => None,
    })
}

/// The run with the embedded questions in place of its own, and its answers marked as hanbench would.
#[must_use]
pub fn answered(mut run: RunDir) -> RunDir {
    // The set is compiled in.
    let core = datasets::load_questions("core").map(|set| set.questions);
    let core = core.unwrap_or_default();
    for (index, question) in run.info.questions.iter_mut().enumerate() {
        let id = question.id.clone();
        if let Some(other) = core.get(index % core.len().max(1)) {
            *question = other.clone();
        }
        question.id = id;
        if index >= core.len() {
            question.question += " 다시 한번 답해 주세요.";
        }
    }
    let questions = run.info.questions.clone();
    for answer in answers(&mut run) {
        let place = answer.question_id.trim_start_matches('q').parse::<usize>();
        if let Some(question) = place.ok().and_then(|place| questions.get(place - 1)) {
            mark(answer, question);
        }
    }
    run
}

/// Marks what made-up answers hold of the question's key points, and their words in other letters.
fn mark(answer: &mut Answer, question: &Question) {
    let text = &answer.answer;
    let place = |(start, word): (usize, &str)| (start as u32, (start + word.len()) as u32);
    let mut points = Vec::new();
    for (point, wordings) in question.key_points.iter().enumerate() {
        for wording in wordings {
            let found = text.match_indices(wording.as_str()).map(place);
            let point = point as u32;
            points.extend(found.map(|(start, end)| PointMark { point, start, end }));
        }
    }
    let mut hit: Vec<u32> = points.iter().map(|mark| mark.point).collect();
    hit.sort_unstable();
    hit.dedup();
    let n = question.key_points.len();
    answer.measures.coverage = (n > 0).then(|| hit.len() as f64 / n as f64);
    let mut foreign: Vec<_> = ["grooming", "體溫"]
        .iter()
        .flat_map(|word| text.match_indices(word).map(place))
        .collect();
    foreign.sort_unstable();
    answer.marks = Some(Marks { points, foreign });
}

fn no_answers() -> RunDir {
    let mut run = run_dir(4, 0);
    run.info.suite.answers = None;
    run.info.questions.clear();
    run
}

fn no_perplexity() -> RunDir {
    let mut run = run_dir(3, 4);
    (run.info.suite.perplexity, run.info.suite.fidelity) = (None, None);
    run.info.fidelity.clear();
    run.info.corpora.clear();
    run.records.retain(|record| {
        !matches!(record.fact, Fact::Perplexity(_) | Fact::Fidelity(_))
            && !record.cell.ends_with("/fidelity")
    });
    answered(run)
}

/// Puts `texts` in the place of the first answers.
fn replace(run: &mut RunDir, texts: &[String]) {
    for (answer, text) in answers(run).zip(texts) {
        answer.answer.clone_from(text);
        answer.measures.n_chars = text.chars().count() as u32;
        answer.stop = Stop::Limit;
    }
}

/// An answer of 100,000 characters.
fn long_answer() -> RunDir {
    let mut run = run_dir(3, 2);
    let sentence = "고양이는 털을 핥아 體溫을 조절하고 grooming으로 몸을 깨끗하게 합니다. ";
    let long: String = sentence.chars().cycle().take(100_000).collect();
    replace(&mut run, &[long]);
    answered(run)
}

/// Text from right to left, text of no width, and text without a place to break.
fn odd_text() -> RunDir {
    let mut run = run_dir(3, 4);
    let texts = [
        "שלום עולם, 고양이는 \u{202b}مرحبا بالعالم\u{202c} 털을 핥습니다. (1) أولا — 2) שתיים".to_owned(),
        "폭\u{200b}이\u{200d} 없\u{2060}는\u{feff} 글자\u{ad}와 👩‍🌾 이모지, e\u{301}\u{301}\u{301}\u{301} 겹친 부호".to_owned(),
        "ㅋ".repeat(900),
        format!("https://example.com/{}\n\n| 표 | 값 |\n|---|---|\n\t들여쓴 줄\n{}", "a".repeat(300), "漢字".repeat(120)),
    ];
    replace(&mut run, &texts);
    answered(run)
}
