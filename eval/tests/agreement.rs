//! How far the text measures agree with a reader, on the answers and labels of `datasets/agreement`.
//!
//! The table is pinned twice, here and in `METHODOLOGY.md`, so that whoever changes a scorer sees what that does to its agreement,
//! and the page cannot go stale. The labels are not a target: a scorer is changed for a reason that stands without them.

use datasets::{Constraint, Question, load_questions};
use eval::measures::{
    Document, coverage, find_loop, normalise, obedience, off_topic_share, scripts, style,
};
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};

const ANSWERS: &str = include_str!("../../datasets/agreement/answers.jsonl");
const LABELS: &str = include_str!("../../datasets/agreement/labels.jsonl");
const METHODOLOGY: &str = include_str!("../../METHODOLOGY.md");
const SECTION: &str = "## Agreement with a reader";

/// A type of constraint has a row of its own from so many judgements on.
const MIN_OF_A_TYPE: usize = 8;

#[derive(Deserialize)]
struct Answer {
    id: String,
    question_id: String,
    answer: String,
}

/// What the reader said of an answer; `datasets/agreement/README.md` defines each field.
#[derive(Deserialize)]
struct Label {
    id: String,
    key_points: Vec<bool>,
    constraints: Vec<bool>,
    style: Option<String>,
    prose_before_list: bool,
    prose_after_list: bool,
    english: String,
    hanja: bool,
    off_topic: String,
    #[serde(rename = "loop")]
    is_loop: bool,
}

/// An answer in NFC, what was asked, and what the reader said of it.
struct Case {
    question: Question,
    answer: String,
    label: Label,
}

fn cases() -> Vec<Case> {
    let questions = load_questions("core").unwrap().questions;
    let questions: HashMap<_, _> = questions.into_iter().map(|q| (q.id.clone(), q)).collect();
    let answers = ANSWERS.lines().map(|l| serde_json::from_str(l).unwrap());
    let labels = LABELS.lines().map(|l| serde_json::from_str(l).unwrap());
    assert_eq!(ANSWERS.lines().count(), LABELS.lines().count());
    answers
        .zip(labels)
        .map(|(answer, label): (Answer, Label)| {
            let question = questions[&answer.question_id].clone();
            assert_eq!(answer.id, label.id);
            assert_eq!(question.key_points.len(), label.key_points.len());
            assert_eq!(question.constraints.len(), label.constraints.len());
            let answer = normalise(&answer.answer);
            Case {
                question,
                answer,
                label,
            }
        })
        .collect()
}

/// What the reader and a scorer each said of the same thing: a class of a nominal scale.
struct Judgement {
    /// The answer's id, and for one of several points or constraints its place from 1: `a012.3`.
    id: String,
    reader: String,
    scorer: String,
}

/// All judgements of one kind.
struct Measure {
    name: String,
    judgements: Vec<Judgement>,
}

impl Measure {
    fn new(name: &str, judgements: impl Iterator<Item = Judgement>) -> Self {
        Self {
            name: name.to_owned(),
            judgements: judgements.collect(),
        }
    }

    /// Whether something is so, by the reader and by the scorer, for each answer that both judge.
    fn of_answers(
        name: &str,
        cases: &[Case],
        judge: impl Fn(&Case, &Document) -> Option<(bool, bool)>,
    ) -> Self {
        let judgements = cases.iter().filter_map(|case| {
            let (reader, scorer) = judge(case, &Document::new(&case.answer))?;
            Some(binary(case.label.id.clone(), reader, scorer))
        });
        Self::new(name, judgements)
    }

    /// Name, judgements, those of them that are a yes by the reader, observed agreement and κ, as a row of the page's table.
    fn row(&self) -> String {
        let n = self.judgements.len();
        let is_binary = self.judgements.iter().all(|j| matches!(j.reader.as_str(), "yes" | "no"));
        let n_yes = self.judgements.iter().filter(|j| j.reader == "yes").count();
        let n_yes = if is_binary { n_yes.to_string() } else { "–".to_owned() };
        let observed = observed(&self.judgements);
        let kappa = kappa(&self.judgements).map_or("–".to_owned(), |k| format!("{k:.2}"));
        format!("| {} | {n} | {n_yes} | {observed:.3} | {kappa} |", self.name)
    }

    /// The judgements that differ, by what the scorer said and the reader did not.
    fn wrong(&self) -> String {
        let differ = || self.judgements.iter().filter(|j| j.reader != j.scorer);
        let kinds: BTreeSet<_> = differ().map(|j| (&j.scorer, &j.reader)).collect();
        let lines = kinds.into_iter().map(|(scorer, reader)| {
            let is_of_kind = |j: &&Judgement| (&j.scorer, &j.reader) == (scorer, reader);
            let ids: Vec<_> = differ().filter(is_of_kind).map(|j| j.id.as_str()).collect();
            format!("{}, {scorer} for {reader}: {}\n", self.name, ids.join(" "))
        });
        lines.collect()
    }
}

fn binary(id: String, reader: bool, scorer: bool) -> Judgement {
    let class = |is_so: bool| if is_so { "yes" } else { "no" }.to_owned();
    Judgement {
        id,
        reader: class(reader),
        scorer: class(scorer),
    }
}

/// The share of judgements in which both say the same.
fn observed(judgements: &[Judgement]) -> f64 {
    let n_same = judgements.iter().filter(|j| j.reader == j.scorer).count();
    n_same as f64 / judgements.len() as f64
}

/// Cohen's κ (Cohen, 1960, "A Coefficient of Agreement for Nominal Scales"): how much of the agreement that chance leaves open
/// is there, `κ = (p_o − p_e) / (1 − p_e)`.
///
/// `p_o` is the observed agreement, and `p_e = Σ_k p_reader(k) · p_scorer(k)` what two who judge independently would reach, each
/// with the shares of the classes `k` that they have here. 1 is full agreement, 0 that of chance. `None` without judgements and
/// where `p_e` is 1, as both gave one and the same class throughout.
fn kappa(judgements: &[Judgement]) -> Option<f64> {
    let n = judgements.len() as f64;
    let classes: BTreeSet<&str> = judgements.iter().map(|j| j.reader.as_str()).collect();
    let by_chance = |class: &&str| {
        let read = judgements.iter().filter(|j| j.reader == **class).count();
        let scored = judgements.iter().filter(|j| j.scorer == **class).count();
        (read as f64 / n) * (scored as f64 / n)
    };
    let expected: f64 = classes.iter().map(by_chance).sum();
    (n > 0.0 && expected < 1.0).then(|| (observed(judgements) - expected) / (1.0 - expected))
}

fn measures(cases: &[Case]) -> Vec<Measure> {
    let mut measures = vec![key_points(cases)];
    measures.extend(constraints(cases));
    measures.push(style_class(cases));
    measures.push(Measure::of_answers("prose before a list", cases, |case, document| {
        Some((case.label.prose_before_list, style(document).prose_before_list))
    }));
    measures.push(Measure::of_answers("prose after a list", cases, |case, document| {
        Some((case.label.prose_after_list, style(document).prose_after_list))
    }));
    measures.push(Measure::of_answers("English", cases, |case, document| {
        Some((case.label.english != "none", has_english(document.text)))
    }));
    measures.push(Measure::of_answers("Chinese characters", cases, |case, document| {
        let is_found = scripts(document).han_share.is_some_and(|share| share > 0.0);
        Some((case.label.hanja, is_found))
    }));
    measures.push(off_topic(cases));
    measures.push(Measure::of_answers("loop", cases, |case, document| {
        Some((case.label.is_loop, find_loop(document.text).is_some()))
    }));
    measures
}

/// Whether the answer makes a key point, each put to the scorer by itself.
fn key_points(cases: &[Case]) -> Measure {
    let judgements = cases.iter().flat_map(|case| {
        let document = Document::new(&case.answer);
        let points = case.question.key_points.iter().zip(&case.label.key_points);
        points.enumerate().map(move |(at, (point, &reader))| {
            let share = coverage(&case.question.question, std::slice::from_ref(point), &document);
            binary(format!("{}.{}", case.label.id, at + 1), reader, share == Some(1.0))
        })
    });
    Measure::new("key points", judgements)
}

/// Whether the answer meets a constraint, each put to the scorer by itself: all of them, then each type that is frequent enough.
fn constraints(cases: &[Case]) -> Vec<Measure> {
    let judged = || {
        cases.iter().flat_map(|case| {
            let document = Document::new(&case.answer);
            let constraints = case.question.constraints.iter().zip(&case.label.constraints);
            constraints.enumerate().map(move |(at, (constraint, &reader))| {
                let share = obedience(std::slice::from_ref(constraint), &document);
                let id = format!("{}.{}", case.label.id, at + 1);
                (type_name(constraint), binary(id, reader, share == Some(1.0)))
            })
        })
    };
    let types: BTreeSet<String> = judged().map(|(name, _)| name).collect();
    let of_type = |name: String| {
        let judgements = judged().filter(|(n, _)| *n == name).map(|(_, j)| j);
        Measure::new(&format!("constraint `{name}`"), judgements)
    };
    let all = Measure::new("constraints", judged().map(|(_, j)| j));
    let frequent = types.into_iter().map(of_type);
    let frequent = frequent.filter(|m| m.judgements.len() >= MIN_OF_A_TYPE);
    std::iter::once(all).chain(frequent).collect()
}

/// The constraint's `type` as question files spell it.
fn type_name(constraint: &Constraint) -> String {
    let value = serde_json::to_value(constraint).unwrap();
    value["type"].as_str().unwrap().to_owned()
}

/// `list`, `prose` or `mixed`, of the answers that the reader gave one of these. Where the scorer gives none, it is wrong.
fn style_class(cases: &[Case]) -> Measure {
    let judgements = cases.iter().filter_map(|case| {
        let form = style(&Document::new(&case.answer)).form;
        Some(Judgement {
            id: case.label.id.clone(),
            reader: case.label.style.clone()?,
            scorer: form.map_or("none", |f| f.name()).to_owned(),
        })
    });
    Measure::new("style", judgements)
}

/// Whether any sentence leaves the topic: `part` or `all` against a share above 0. Without the answers whose share is missing.
fn off_topic(cases: &[Case]) -> Measure {
    Measure::of_answers("off topic", cases, |case, document| {
        let question = &case.question;
        let reference = question.reference.as_deref();
        let share = off_topic_share(&question.question, reference, &question.key_points, document)?;
        Some((case.label.off_topic != "none", share > 0.0))
    })
}

/// Whether there is English (`some` or `much`): one Latin word or more that `scripts` would not excuse beside Hangul.
///
/// Excused are thus its listed names, units after a number, formulas, single letters and code. A word is what stands between
/// white space and letters of other scripts; it is not excused where, with a Hangul particle after it, it makes an 어절 that
/// mixes scripts. A gloss in brackets, which `scripts` passes over in its place, is seen here as the words it holds, as the labels
/// count it. The threshold is the smallest there is, not one that was fitted to the labels.
fn has_english(text: &str) -> bool {
    let is_latin = |c: char| {
        let share = scripts(&Document::new(c.encode_utf8(&mut [0; 4]))).latin_share;
        share == Some(1.0)
    };
    text.lines().any(|line| {
        let mut before = "";
        line.split_whitespace().any(|eojeol| {
            let is_after_number = before.ends_with(|c: char| c.is_ascii_digit());
            before = eojeol;
            let number = if is_after_number { "1 " } else { "" };
            let mut words = eojeol.split(|c: char| c.is_alphabetic() && !is_latin(c));
            words.any(|word| {
                let probe = format!("{number}{word}은");
                let mixed = scripts(&Document::new(&probe)).mixed_eojeol_share;
                mixed.is_some_and(|share| share > 0.0)
            })
        })
    })
}

#[test]
fn kappa_is_cohens() {
    let table = [(20, true, true), (5, true, false), (10, false, true), (15, false, false)];
    let judgements = |counts: &[(usize, bool, bool)]| -> Vec<Judgement> {
        let each = counts.iter().flat_map(|&(n, r, s)| std::iter::repeat_n((r, s), n));
        each.map(|(r, s)| binary(String::new(), r, s)).collect()
    };
    // p_o = 35/50, p_e = 25/50 · 30/50 + 25/50 · 20/50
    assert!((kappa(&judgements(&table)).unwrap() - 0.4).abs() < 1e-12);
    assert_eq!(kappa(&judgements(&[(3, true, true), (3, false, false)])), Some(1.0));
    assert_eq!(kappa(&judgements(&[(3, true, false), (3, false, true)])), Some(-1.0));
    assert_eq!(kappa(&judgements(&[(3, true, true)])), None);
    assert_eq!(kappa(&[]), None);
}

#[test]
fn english_is_a_latin_word_that_nothing_excuses() {
    for text in ["apple은 달다", "고양이는 cat 이다", "반향정위(echolocation)", "Cats lick.", "5 apple"] {
        assert!(has_english(text), "{text}");
    }
    for text in ["고양이", "DNA는", "5 km를", "5km", "CO2", "비타민C", "日本の", "https://a.kr/b를", "12", ""] {
        assert!(!has_english(text), "{text}");
    }
}

#[test]
fn agreement_is_what_the_page_says() {
    let measures = measures(&cases());
    let rows: Vec<String> = measures.iter().map(Measure::row).collect();
    let wrong: String = measures.iter().map(Measure::wrong).collect();
    println!("{}\n\n{wrong}", rows.join("\n"));
}
