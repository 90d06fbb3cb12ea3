//! The embedded questions keep their own rules.

use std::collections::{BTreeMap, HashSet};

use datasets::{Constraint, Kind, Level, Normalised, Question, load_questions};

fn set(name: &str) -> Vec<Question> {
    let set = load_questions(name).unwrap();
    assert_eq!(set.name, name);
    assert_eq!(set.normalised, Normalised::default());
    set.questions
}

fn without_spaces(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn quick_is_copied_from_core_and_covers_categories_and_kinds() {
    let core: HashSet<&str> = include_str!("../questions/core.jsonl").lines().collect();
    for line in include_str!("../questions/quick.jsonl").lines() {
        assert!(core.contains(line), "{line}");
    }
    let quick = set("quick");
    assert_eq!(quick.len(), 20);
    let categories = |questions: &[Question]| {
        let all = questions.iter().map(|question| question.category.clone());
        all.collect::<HashSet<_>>()
    };
    assert_eq!(categories(&quick), categories(&set("core")));
    for kind in [Kind::Question, Kind::Instruction, Kind::FreeWriting] {
        assert!(
            quick
                .iter()
                .filter(|question| question.kind == kind)
                .count()
                >= 3,
            "{kind:?}"
        );
    }
}

#[test]
fn both_begin_with_the_question_about_cats() {
    for name in ["quick", "core"] {
        let first = &set(name)[0];
        assert_eq!(first.id, "animals-001");
        assert_eq!(first.question, "고양이가 털을 핥는 이유는 무엇인가요?");
    }
}

#[test]
fn core_is_as_large_and_as_varied_as_it_says() {
    let mut counts = BTreeMap::new();
    for question in set("core") {
        *counts.entry(question.category).or_insert(0) += 1;
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(category, count)| format!("{category} {count}"))
        .collect();
    insta::assert_snapshot!(counts.join("\n"), @r#"
    animals 10
    arithmetic 10
    conversation 10
    economy 10
    health 10
    history 10
    instructions 15
    korean_culture 10
    korean_language 10
    nature 10
    reasoning 10
    science 10
    society 10
    summarising 10
    technology 11
    writing 9
    "#);
}

#[test]
fn every_record_is_complete_and_numbered_in_its_category() {
    for question in set("core") {
        let id = &question.id;
        let number = id.strip_prefix(&format!("{}-", question.category));
        assert!(number.is_some_and(|number| number.len() == 3), "{id}");
        assert!(question.reference.is_some(), "{id}");
        assert!(!question.key_points.is_empty(), "{id}");
        let checkable = question.kind == Kind::Instruction;
        assert_eq!(checkable, !question.constraints.is_empty(), "{id}");
    }
}

#[test]
fn every_reference_makes_its_own_points() {
    for question in set("core") {
        let reference = without_spaces(question.reference.as_deref().unwrap_or_default());
        for point in &question.key_points {
            let made = point
                .iter()
                .any(|wording| reference.contains(&without_spaces(wording)));
            assert!(made, "{}: {point:?}", question.id);
        }
    }
}

/// A point that merely repeating the question makes tells nothing.
#[test]
fn no_question_of_fact_gives_its_points_away() {
    for question in set("core") {
        if question.kind != Kind::Question {
            continue;
        }
        let asked = without_spaces(&question.question);
        for wording in question.key_points.iter().flatten() {
            assert!(
                !asked.contains(&without_spaces(wording)),
                "{}: {wording}",
                question.id
            );
        }
    }
}

#[test]
fn no_two_questions_are_alike() {
    let questions = set("core");
    for (index, one) in questions.iter().enumerate() {
        for other in &questions[index + 1..] {
            let likeness = strsim::sorensen_dice(&one.question, &other.question);
            assert!(likeness < 0.6, "{} {} {likeness:.2}", one.id, other.id);
        }
    }
}

#[test]
fn every_reference_obeys_its_own_constraints() {
    for question in set("core") {
        let reference = question.reference.as_deref().unwrap_or_default();
        for constraint in &question.constraints {
            assert!(
                obeys(reference, constraint),
                "{}: {constraint:?}",
                question.id
            );
        }
    }
}

/// A plain reading of each constraint, on text that its writer meant to be easy to read.
fn obeys(text: &str, constraint: &Constraint) -> bool {
    match constraint {
        Constraint::Items { count } => text.lines().filter(|line| is_item(line)).count() == *count,
        Constraint::Sentences { min, max } => (*min..=*max).contains(&sentences(text).len()),
        Constraint::Table => {
            let columns = |line: &str| line.matches('|').count();
            let width = text.lines().next().map_or(0, columns);
            width > 2 && text.lines().all(|line| columns(line) == width) && text.contains("|---|")
        }
        Constraint::NoLatin => !text.chars().any(|c| c.is_ascii_alphabetic()),
        Constraint::Speech { level } => sentences(text).iter().all(|sentence| {
            let polite = sentence.ends_with(['요', '까']) || sentence.ends_with("니다");
            polite == (*level == Level::Polite)
        }),
        Constraint::Length { min, max } => (*min..=*max).contains(&text.chars().count()),
        Constraint::Include { any } => any.iter().any(|wanted| text.contains(wanted)),
        Constraint::Exclude { words } => !words.iter().any(|unwanted| text.contains(unwanted)),
    }
}

fn is_item(line: &str) -> bool {
    line.starts_with("- ")
        || line
            .split_once(". ")
            .is_some_and(|(number, _)| number.parse::<u32>().is_ok())
}

/// Sentences without their marks; a mark inside a quotation ends none.
fn sentences(text: &str) -> Vec<&str> {
    text.split_inclusive(['.', '?', '!'])
        .map(|part| part.trim().trim_end_matches(['.', '?', '!']))
        .filter(|part| !part.is_empty() && !part.starts_with('”'))
        .collect()
}
