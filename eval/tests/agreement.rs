//! How far the text measures agree with readers, on the answers and labels of `datasets/agreement`.
//!
//! The tables are pinned twice, here and in `METHODOLOGY.md`, so that whoever changes a scorer sees what that does to its agreement,
//! and the page cannot go stale. The scorers were mended after a look at the first set; the test set was labelled, by two readers,
//! before any scorer had seen it, and no scorer is to be changed for its sake.

use datasets::{Constraint, Question, load_questions};
use eval::measures::{
    Document, coverage, find_loop, measure, normalise, obedience, scripts, style,
};
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};

const FIRST_ANSWERS: &str = include_str!("../../datasets/agreement/answers.jsonl");
const FIRST_LABELS: &str = include_str!("../../datasets/agreement/labels.jsonl");
const TEST_ANSWERS: &str = include_str!("../../datasets/agreement/test-answers.jsonl");
const TEST_LABELS: [&str; 2] = [
    include_str!("../../datasets/agreement/test-labels-1.jsonl"),
    include_str!("../../datasets/agreement/test-labels-2.jsonl"),
];
const METHODOLOGY: &str = include_str!("../../METHODOLOGY.md");
const SECTION: &str = "## Agreement with a reader";
const HEADER: &str = "| measure | n | yes | agreement | κ |";
const RULE: &str = "|---|--:|--:|--:|--:|";

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

fn first_set() -> Vec<Measure> {
    measures(&cases(FIRST_ANSWERS, FIRST_LABELS))
}

/// The test set by each of its readers.
fn test_set() -> [Vec<Measure>; 2] {
    TEST_LABELS.map(|labels| measures(&cases(TEST_ANSWERS, labels)))
}

fn cases(answers: &str, labels: &str) -> Vec<Case> {
    let questions = load_questions("core").unwrap().questions;
    let questions: HashMap<_, _> = questions.into_iter().map(|q| (q.id.clone(), q)).collect();
    assert_eq!(answers.lines().count(), labels.lines().count());
    let answers = answers.lines().map(|l| serde_json::from_str(l).unwrap());
    let labels = labels.lines().map(|l| serde_json::from_str(l).unwrap());
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

    /// Whether something is so of each answer, by the reader and by the scorer; without the answers that the scorer leaves open.
    fn of_answers(
        name: &str,
        cases: &[Case],
        reader: impl Fn(&Label) -> bool,
        scorer: impl Fn(&Question, &Document) -> Option<bool>,
    ) -> Self {
        let judgements = cases.iter().filter_map(|case| {
            let scored = scorer(&case.question, &Document::new(&case.answer))?;
            Some(binary(case.label.id.clone(), reader(&case.label), scored))
        });
        Self::new(name, judgements)
    }

    /// Name, judgements, those of them that are a yes by the reader, observed agreement and κ, as a row of the page's table.
    fn row(&self) -> String {
        let n = self.judgements.len();
        let is_binary = self
            .judgements
            .iter()
            .all(|j| matches!(j.reader.as_str(), "yes" | "no"));
        let n_yes = self.judgements.iter().filter(|j| j.reader == "yes").count();
        let n_yes = if is_binary {
            n_yes.to_string()
        } else {
            "–".to_owned()
        };
        let observed = observed(&self.judgements);
        let kappa = kappa(&self.judgements).map_or("–".to_owned(), |k| format!("{k:.2}"));
        format!(
            "| {} | {n} | {n_yes} | {observed:.3} | {kappa} |",
            self.name
        )
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
/// with the shares of the classes `k` that they have here; a class that only one of the two gave adds nothing. 1 is full agreement,
/// 0 that of chance. `None` without judgements and where `p_e` is 1, as both gave one and the same class throughout.
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

/// A table of the page.
fn table(measures: &[Measure]) -> String {
    let rows = measures.iter().map(Measure::row);
    let head = [HEADER, RULE].map(str::to_owned).into_iter();
    head.chain(rows).collect::<Vec<_>>().join("\n")
}

/// The table of the test set: by its first reader, with the κ of the two readers behind each row.
fn test_table([first, second]: &[Vec<Measure>; 2]) -> String {
    let rows = first.iter().zip(second).map(|(first, second)| {
        assert_eq!(first.name, second.name);
        let kappa = kappa(&between_readers(first, second));
        let kappa = kappa.map_or("–".to_owned(), |k| format!("{k:.2}"));
        format!("{} {kappa} |", first.row())
    });
    let head = [
        format!("{HEADER} κ of two readers |"),
        format!("{RULE}--:|"),
    ];
    head.into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

/// What both readers said, the second in the scorer's place.
fn between_readers(first: &Measure, second: &Measure) -> Vec<Judgement> {
    let second: HashMap<_, _> = second
        .judgements
        .iter()
        .map(|j| (&j.id, &j.reader))
        .collect();
    let judged = first.judgements.iter();
    let both = judged.filter_map(|j| {
        Some(Judgement {
            id: j.id.clone(),
            reader: j.reader.clone(),
            scorer: (*second.get(&j.id)?).clone(),
        })
    });
    both.collect()
}

fn measures(cases: &[Case]) -> Vec<Measure> {
    let mut measures = vec![key_points(cases)];
    measures.extend(constraints(cases));
    measures.push(style_class(cases));
    measures.extend([
        Measure::of_answers(
            "prose before a list",
            cases,
            |label| label.prose_before_list,
            |_, answer| Some(style(answer).prose_before_list.unwrap_or(false)),
        ),
        Measure::of_answers(
            "prose after a list",
            cases,
            |label| label.prose_after_list,
            |_, answer| Some(style(answer).prose_after_list.unwrap_or(false)),
        ),
        Measure::of_answers(
            "English",
            cases,
            |label| label.english != "none",
            |_, answer| Some(has_english(answer.text)),
        ),
        Measure::of_answers(
            "Chinese characters",
            cases,
            |label| label.hanja,
            |_, answer| Some(scripts(answer).han_share.is_some_and(|share| share > 0.0)),
        ),
        Measure::of_answers(
            "off topic",
            cases,
            |label| label.off_topic != "none",
            leaves_topic,
        ),
        Measure::of_answers(
            "loop",
            cases,
            |label| label.is_loop,
            |_, answer| Some(find_loop(answer.text).is_some()),
        ),
    ]);
    measures
}

/// Whether the answer makes a key point, each put to the scorer by itself.
fn key_points(cases: &[Case]) -> Measure {
    let judgements = cases.iter().flat_map(
        |Case {
             question,
             answer,
             label,
         }| {
            let document = Document::new(answer);
            let points = question.key_points.iter().zip(&label.key_points);
            points.enumerate().map(move |(at, (point, &reader))| {
                let id = format!("{}.{}", label.id, at + 1);
                let share = coverage(&question.question, std::slice::from_ref(point), &document);
                binary(id, reader, share == Some(1.0))
            })
        },
    );
    Measure::new("key points", judgements)
}

/// Whether the answer meets a constraint, each put to the scorer by itself: all of them, then each type that is frequent enough.
fn constraints(cases: &[Case]) -> Vec<Measure> {
    let judged = || cases.iter().flat_map(judged_constraints);
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

/// The type of each constraint, and what was said of it.
fn judged_constraints(case: &Case) -> impl Iterator<Item = (String, Judgement)> {
    let Case {
        question,
        answer,
        label,
    } = case;
    let document = Document::new(answer);
    let constraints = question.constraints.iter().zip(&label.constraints);
    constraints
        .enumerate()
        .map(move |(at, (constraint, &reader))| {
            let id = format!("{}.{}", label.id, at + 1);
            let share = obedience(std::slice::from_ref(constraint), &document);
            (
                type_name(constraint),
                binary(id, reader, share == Some(1.0)),
            )
        })
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

/// Whether any sentence leaves the topic (`part` or `all`): a share above 0. `None` where the share is missing.
fn leaves_topic(question: &Question, answer: &Document) -> Option<bool> {
    let share = measure(question, answer.text).off_topic_share;
    share.map(|share| share > 0.0)
}

/// Whether there is English (`some` or `much`): at least one Latin word that `scripts` does not excuse beside Hangul.
///
/// A word is what stands between white space and letters of other scripts. It is excused (a listed name, a unit after a number, a
/// formula, a single letter) where it makes no 어절 that mixes scripts when a Hangul particle follows it. What stands between
/// backticks is code and left out. A gloss in brackets, which `scripts` passes over in its place, is looked at here like any other
/// words, as the labels count it. One word is the smallest threshold there is, and was not fitted to the labels.
fn has_english(text: &str) -> bool {
    let mut outside_code = text.split('`').step_by(2).flat_map(str::lines);
    outside_code.any(|line| {
        let mut is_after_number = false;
        line.split_whitespace().any(|eojeol| {
            let number = if is_after_number { "1 " } else { "" };
            is_after_number = eojeol.ends_with(|c: char| c.is_ascii_digit());
            let mut words = eojeol.split(|c: char| c.is_alphabetic() && !is_latin(c));
            words.any(|word| {
                let probe = format!("{number}{word}은");
                let mixed = scripts(&Document::new(&probe)).mixed_eojeol_share;
                mixed.is_some_and(|share| share > 0.0)
            })
        })
    })
}

fn is_latin(c: char) -> bool {
    let share = scripts(&Document::new(c.encode_utf8(&mut [0; 4]))).latin_share;
    share == Some(1.0)
}

/// The page's section.
fn section() -> &'static str {
    let (_, rest) = METHODOLOGY.split_once(SECTION).unwrap();
    rest.split("\n## ").next().unwrap()
}

/// The ids of judgements of the test set in a text: `b012`, `b012.3`.
fn ids(text: &str) -> BTreeSet<&str> {
    let is_id = |word: &&str| {
        let digits = word.strip_prefix('b').unwrap_or_default();
        digits.starts_with(|c: char| c.is_ascii_digit())
    };
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    words
        .map(|w| w.trim_end_matches('.'))
        .filter(is_id)
        .collect()
}

#[test]
fn kappa_is_cohens() {
    let table = [
        (20, true, true),
        (5, true, false),
        (10, false, true),
        (15, false, false),
    ];
    let judgements = |counts: &[(usize, bool, bool)]| -> Vec<Judgement> {
        let each = counts
            .iter()
            .flat_map(|&(n, r, s)| std::iter::repeat_n((r, s), n));
        each.map(|(r, s)| binary(String::new(), r, s)).collect()
    };
    // p_o = 35/50, p_e = 25/50 · 30/50 + 25/50 · 20/50
    assert!((kappa(&judgements(&table)).unwrap() - 0.4).abs() < 1e-12);
    assert_eq!(
        kappa(&judgements(&[(3, true, true), (3, false, false)])),
        Some(1.0)
    );
    assert_eq!(
        kappa(&judgements(&[(3, true, false), (3, false, true)])),
        Some(-1.0)
    );
    assert_eq!(kappa(&judgements(&[(3, true, true)])), None);
    assert_eq!(kappa(&[]), None);
}

#[test]
fn english_is_a_latin_word_that_nothing_excuses() {
    for text in [
        "apple은 달다",
        "고양이는 cat 이다",
        "반향정위(echolocation)",
        "Cats lick.",
        "5 apple",
    ] {
        assert!(has_english(text), "{text}");
    }
    for text in [
        "고양이",
        "DNA는",
        "`let x`",
        "5 km를",
        "5km",
        "CO2",
        "비타민C",
        "日本の",
        "https://a.kr/b를",
        "12",
        "",
    ] {
        assert!(!has_english(text), "{text}");
    }
}

#[test]
fn agreement_on_the_first_set_is_as_pinned() {
    insta::assert_snapshot!(table(&first_set()), @r"
    | measure | n | yes | agreement | κ |
    |---|--:|--:|--:|--:|
    | key points | 583 | 454 | 0.871 | 0.63 |
    | constraints | 111 | 75 | 0.982 | 0.96 |
    | constraint `exclude` | 11 | 7 | 0.909 | 0.81 |
    | constraint `items` | 14 | 9 | 0.929 | 0.84 |
    | constraint `length` | 13 | 8 | 1.000 | 1.00 |
    | constraint `sentences` | 32 | 23 | 1.000 | 1.00 |
    | constraint `speech` | 21 | 16 | 1.000 | 1.00 |
    | constraint `table` | 8 | 4 | 1.000 | 1.00 |
    | style | 162 | – | 0.938 | 0.82 |
    | prose before a list | 170 | 7 | 0.994 | 0.92 |
    | prose after a list | 170 | 3 | 1.000 | 1.00 |
    | English | 170 | 13 | 1.000 | 1.00 |
    | Chinese characters | 170 | 5 | 1.000 | 1.00 |
    | off topic | 154 | 7 | 0.987 | 0.83 |
    | loop | 170 | 5 | 0.994 | 0.89 |
    ");
}

#[test]
fn agreement_on_the_test_set_is_as_pinned() {
    let sets = test_set();
    insta::assert_snapshot!(test_table(&sets), @r"
    | measure | n | yes | agreement | κ | κ of two readers |
    |---|--:|--:|--:|--:|--:|
    | key points | 494 | 333 | 0.773 | 0.44 | 0.99 |
    | constraints | 30 | 15 | 0.967 | 0.93 | 0.93 |
    | constraint `sentences` | 8 | 5 | 0.875 | 0.71 | 0.71 |
    | style | 138 | – | 0.906 | 0.60 | 1.00 |
    | prose before a list | 140 | 9 | 0.979 | 0.79 | 1.00 |
    | prose after a list | 140 | 10 | 0.986 | 0.88 | 0.95 |
    | English | 140 | 6 | 0.993 | 0.92 | 1.00 |
    | Chinese characters | 140 | 2 | 1.000 | 1.00 | 1.00 |
    | off topic | 133 | 8 | 0.962 | 0.60 | 1.00 |
    | loop | 140 | 2 | 0.993 | 0.66 | 1.00 |
    ");
    let wrong: String = sets[0].iter().map(Measure::wrong).collect();
    insta::assert_snapshot!(wrong, @r"
    key points, no for yes: b001.4 b001.5 b018.3 b022.3 b025.3 b043.3 b046.3 b069.3 b101.1 b101.3 b106.1 b106.4 b107.1 b107.3 b113.1 b113.3 b113.4 b115.2 b117.1 b117.2 b117.3 b117.4 b119.4 b126.1 b126.2 b138.1 b138.5 b152.2 b152.3 b156.1 b163.3 b164.1 b167.1 b169.2
    key points, yes for no: b003.1 b003.2 b003.3 b005.1 b005.2 b005.3 b005.4 b011.1 b011.2 b011.3 b017.2 b017.4 b019.1 b019.2 b019.3 b019.4 b029.1 b029.2 b029.3 b029.4 b029.5 b038.1 b038.2 b038.3 b040.3 b041.4 b045.1 b045.2 b045.3 b064.4 b104.3 b109.1 b109.2 b111.2 b112.2 b112.3 b114.1 b114.2 b114.3 b116.1 b116.2 b116.3 b121.3 b122.1 b122.3 b122.4 b127.1 b127.2 b127.3 b127.4 b129.1 b129.3 b131.1 b131.2 b131.3 b132.3 b132.4 b136.2 b136.3 b136.4 b140.1 b140.2 b140.3 b140.4 b142.1 b142.2 b142.3 b143.4 b145.1 b145.2 b145.3 b145.4 b154.1 b154.2 b162.3 b162.4 b163.2 b168.2
    constraints, yes for no: b165.1
    constraint `sentences`, yes for no: b165.1
    style, list for prose: b036
    style, mixed for list: b018 b022 b065 b103 b153
    style, mixed for prose: b026 b141 b165
    style, prose for list: b035 b115
    style, prose for mixed: b121 b133
    prose before a list, no for yes: b051 b115 b121
    prose after a list, no for yes: b051 b115
    English, yes for no: b021
    off topic, no for yes: b011 b114 b117 b142
    off topic, yes for no: b146
    loop, no for yes: b118
    ");
}

#[test]
fn the_page_says_the_same() {
    let sets = test_set();
    let expected = format!("{}\n{}", test_table(&sets), table(&first_set()));
    let said: Vec<&str> = section().lines().filter(|l| l.starts_with('|')).collect();
    assert_eq!(said.join("\n"), expected, "`{SECTION}` of METHODOLOGY.md");
    let wrong: String = sets[0].iter().map(Measure::wrong).collect();
    assert_eq!(ids(section()), ids(&wrong), "`{SECTION}` of METHODOLOGY.md");
}
