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
const HEADER: &str = "| measure | n | yes | agreement | κ |\n|---|--:|--:|--:|--:|";

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

/// The table of the page.
fn table(measures: &[Measure]) -> String {
    let rows = measures.iter().map(Measure::row);
    let lines: Vec<String> = std::iter::once(HEADER.to_owned()).chain(rows).collect();
    lines.join("\n")
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
            |_, answer| Some(style(answer).prose_before_list),
        ),
        Measure::of_answers(
            "prose after a list",
            cases,
            |label| label.prose_after_list,
            |_, answer| Some(style(answer).prose_after_list),
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
    let reference = question.reference.as_deref();
    let share = off_topic_share(&question.question, reference, &question.key_points, answer);
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

/// The ids of judgements in a text: `a012`, `a012.3`.
fn ids(text: &str) -> BTreeSet<&str> {
    let is_id = |word: &&str| {
        let digits = word.strip_prefix('a').unwrap_or_default();
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
fn agreement_is_as_pinned() {
    let measures = measures(&cases());
    let wrong: String = measures.iter().map(Measure::wrong).collect();
    println!("{}\n\n{wrong}", table(&measures));
    insta::assert_snapshot!(table(&measures), @r"
    | measure | n | yes | agreement | κ |
    |---|--:|--:|--:|--:|
    | key points | 583 | 454 | 0.801 | 0.48 |
    | constraints | 111 | 75 | 0.955 | 0.89 |
    | constraint `exclude` | 11 | 7 | 0.909 | 0.81 |
    | constraint `items` | 14 | 9 | 0.929 | 0.84 |
    | constraint `length` | 13 | 8 | 1.000 | 1.00 |
    | constraint `sentences` | 32 | 23 | 0.906 | 0.74 |
    | constraint `speech` | 21 | 16 | 1.000 | 1.00 |
    | constraint `table` | 8 | 4 | 1.000 | 1.00 |
    | style | 162 | – | 0.846 | 0.59 |
    | prose before a list | 170 | 7 | 0.976 | 0.59 |
    | prose after a list | 170 | 3 | 0.994 | 0.80 |
    | English | 170 | 13 | 0.971 | 0.82 |
    | Chinese characters | 170 | 5 | 1.000 | 1.00 |
    | off topic | 165 | 7 | 0.764 | 0.07 |
    | loop | 170 | 5 | 0.994 | 0.89 |
    ");
    insta::assert_snapshot!(wrong, @r"
    key points, no for yes: a003.2 a003.5 a005.1 a005.2 a005.3 a007.1 a007.2 a007.3 a009.2 a009.3 a010.1 a010.2 a010.4 a011.1 a011.2 a011.3 a013.2 a022.1 a022.2 a027.1 a029.3 a034.1 a034.2 a034.3 a039.1 a039.2 a043.2 a043.3 a043.4 a044.1 a044.2 a046.1 a051.2 a052.3 a057.1 a057.2 a059.1 a062.3 a065.2 a065.3 a066.1 a066.2 a066.3 a070.2 a072.1 a072.2 a072.3 a073.1 a076.1 a079.2 a087.1 a088.2 a088.3 a096.2 a101.1 a101.2 a102.1 a102.3 a103.3 a105.3 a109.1 a113.3 a117.3 a129.1 a132.3 a136.1 a142.2 a145.2 a154.1 a160.1 a160.2 a161.2 a165.3 a167.1 a167.2 a167.3 a168.2
    key points, yes for no: a002.1 a002.2 a012.2 a015.3 a023.1 a023.2 a037.2 a037.3 a037.4 a040.1 a040.2 a040.3 a041.1 a058.1 a058.2 a058.3 a058.4 a064.1 a067.1 a071.1 a071.2 a071.3 a071.4 a081.2 a095.1 a095.2 a095.3 a114.1 a114.2 a119.1 a119.2 a119.3 a121.1 a121.2 a121.3 a121.4 a158.2 a158.4 a164.3
    constraints, no for yes: a107.1
    constraints, yes for no: a094.1 a104.1 a123.1 a150.1
    constraint `exclude`, no for yes: a107.1
    constraint `items`, yes for no: a123.1
    constraint `sentences`, yes for no: a094.1 a104.1 a150.1
    style, mixed for list: a063 a098 a114 a125 a128 a130 a146 a157
    style, mixed for prose: a036 a091 a102 a104 a154
    style, none for list: a033 a070 a094 a122 a123 a127 a153
    style, none for prose: a007 a042 a167
    style, prose for list: a121 a164
    prose before a list, no for yes: a063 a121 a128 a164
    prose after a list, no for yes: a063
    English, yes for no: a038 a048 a061 a135 a137
    off topic, no for yes: a001 a019 a048 a069
    off topic, yes for no: a011 a017 a024 a027 a032 a034 a041 a047 a055 a060 a061 a070 a081 a090 a091 a092 a099 a107 a121 a126 a132 a137 a139 a140 a141 a147 a148 a154 a155 a156 a158 a160 a162 a164 a166
    loop, no for yes: a020
    ");
}

#[test]
fn the_page_says_the_same() {
    let measures = measures(&cases());
    let said: Vec<&str> = section().lines().filter(|l| l.starts_with('|')).collect();
    assert_eq!(
        said.join("\n"),
        table(&measures),
        "`{SECTION}` of METHODOLOGY.md"
    );
    let wrong: String = measures.iter().map(Measure::wrong).collect();
    assert_eq!(ids(section()), ids(&wrong), "`{SECTION}` of METHODOLOGY.md");
}
