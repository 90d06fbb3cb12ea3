use std::time::{Duration, Instant};

use datasets::{Constraint, Kind, Level, Question};
use proptest::prelude::*;
use reports::record::AnswerMeasures;

use super::*;

fn question() -> Question {
    let words = |words: &[&str]| words.iter().map(|&w| w.to_owned()).collect::<Vec<_>>();
    Question {
        id: "animals-001".to_owned(),
        category: "animals".to_owned(),
        kind: Kind::Question,
        question: "고양이가 털을 핥는 이유는 무엇인가요?".to_owned(),
        reference: Some("고양이는 몸을 깨끗하게 하려고 털을 핥습니다. 체온도 낮춥니다.".to_owned()),
        key_points: vec![
            words(&["깨끗", "청결", "위생", "털을 정리"]),
            words(&["체온", "더위"]),
            words(&["냄새", "3 가지"]),
        ],
        constraints: vec![
            Constraint::Items { count: 2 },
            Constraint::Sentences { min: 1, max: 9 },
            Constraint::Table,
            Constraint::NoLatin,
            Constraint::Speech {
                level: Level::Polite,
            },
            Constraint::Length { min: 1, max: 500 },
            Constraint::Include {
                any: words(&["털"]),
            },
            Constraint::Exclude {
                words: words(&["개"]),
            },
        ],
    }
}

#[test]
fn an_answer_is_measured() {
    let answer = "고양이가 털을 핥는 이유는 다음과 같습니다.\n\n1. **위생**: 털을 grooming하여 깨끗하게 합니다.\n\
                  2. **체온 조절**: 침이 마르면서 열을 식힙니다.\n\n주가는 올랐습니다.\n";
    let expected = AnswerMeasures {
        n_chars: 103,
        n_syllables: 55,
        n_eojeol: 21,
        n_sentences: 4,
        hangul_share: Some(55.0 / 63.0),
        latin_share: Some(8.0 / 63.0),
        han_share: Some(0.0),
        mixed_eojeol_share: Some(1.0 / 21.0),
        off_topic_share: Some(0.0),
        style: Some("mixed".to_owned()),
        bullet_share: Some(0.5),
        korean_line_share: Some(1.0),
        prose_before_list: Some(true),
        prose_after_list: Some(true),
        loop_share: Some(0.0),
        rep_4: Some(0.0),
        coverage: Some(2.0 / 3.0),
        obedience: Some(6.0 / 8.0),
        reference_nll: None,
        n_reference: None,
    };
    assert_eq!(measure(&question(), answer), expected);
}

#[test]
fn an_empty_answer_has_nothing_to_share() {
    let expected = AnswerMeasures {
        coverage: Some(0.0),
        obedience: Some(0.0),
        ..AnswerMeasures::default()
    };
    assert_eq!(measure(&question(), " \n"), expected);
    let bare = Question {
        reference: None,
        key_points: vec![],
        constraints: vec![],
        ..question()
    };
    assert_eq!(measure(&bare, ""), AnswerMeasures::default());
}

#[test]
fn free_writing_has_no_topic_to_leave() {
    let free = Question {
        kind: Kind::FreeWriting,
        ..question()
    };
    let answer = "바다가 넓고 푸르게 빛났다. 갈매기가 높이 날아올랐다.";
    assert_eq!(measure(&question(), answer).off_topic_share, Some(1.0));
    assert_eq!(measure(&free, answer).off_topic_share, None);
}

#[test]
fn decomposed_text_is_measured_alike() {
    use unicode_normalization::UnicodeNormalization;
    let answer = "1. 털을 깨끗이 합니다.\n2. 체온을 낮춥니다! 세 가지 café가 있다.";
    let decomposed: String = answer.nfd().collect();
    assert_ne!(answer, decomposed);
    assert_eq!(
        measure(&question(), answer),
        measure(&question(), &decomposed)
    );
}

/// The embedded references make the points, and obey the rules, that their questions ask for.
#[test]
fn references_of_the_embedded_questions_score() {
    let (mut n_points, mut covered) = (0.0, 0.0);
    for name in datasets::QUESTION_SETS {
        for question in datasets::load_questions(name).unwrap().questions {
            let Some(reference) = &question.reference else {
                continue;
            };
            let m = measure(&question, reference);
            assert!(
                m.obedience.is_none_or(|o| o == 1.0),
                "{} {m:?}",
                question.id
            );
            assert!(
                m.off_topic_share.is_none_or(|o| o == 0.0),
                "{} {m:?}",
                question.id
            );
            let n = question.key_points.len() as f64;
            if m.coverage.is_some_and(|c| c < 1.0) {
                println!("{} covers {:?}", question.id, m.coverage);
            }
            n_points += n;
            covered += m.coverage.unwrap_or(0.0) * n;
        }
    }
    // A wording of one syllable can miss a compound that begins with it.
    assert!(covered >= 0.99 * n_points, "{covered} of {n_points}");
}

/// An answer that repeats the question makes none of its points.
#[test]
fn the_embedded_questions_do_not_answer_themselves() {
    for name in datasets::QUESTION_SETS {
        for question in datasets::load_questions(name).unwrap().questions {
            let copied = measure(&question, &question.question).coverage;
            assert!(
                copied.is_none_or(|c| c == 0.0),
                "{} {copied:?}",
                question.id
            );
        }
    }
}

#[test]
fn long_and_odd_answers_take_little_time() {
    let units = [
        "고양이는 털을 핥는다. ",
        "가",
        "a",
        "ㅋ",
        "1",
        ".",
        "털",
        "털 ",
        "깨끗",
        "깨끗하지 않다 ",
        "\u{1100}",
        "\u{301}",
        "👨‍👩‍👧",
        "🇰",
        "- ",
        "\n- 가",
        "|",
        "|\n|-|\n",
        "```\n",
        "(",
        "**",
        "א",
        "가.",
        "세 ",
        "십",
        "한",
        "…",
        "털을 정리",
        "%",
        "'",
        "\"",
        "㎞",
        "`",
        "고양이가 털을 핥는 이유는 무엇인가요? ",
        "ﷺ",
    ];
    let question = question();
    for unit in units {
        let answer = unit.repeat(300_000 / unit.len());
        let start = Instant::now();
        let _ = measure(&question, &answer);
        let _ = marks(&question, &answer);
        let took = start.elapsed();
        assert!(took < Duration::from_secs(5), "{unit:?} took {took:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_measured(answer in any::<String>()) {
        check(&answer)?;
    }

    #[test]
    fn korean_like_text_is_measured(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60),
    ) {
        check(&pieces.concat())?;
    }

    #[test]
    fn any_question_is_measured(text in "\\PC{0,60}", answer in "\\PC{0,60}") {
        let question = Question {
            question: text.clone(),
            reference: Some(text.clone()),
            key_points: vec![vec![text.clone()], vec![]],
            constraints: vec![
                Constraint::Include { any: vec![text.clone()] },
                Constraint::Exclude { words: vec![text.clone()] },
            ],
            ..question()
        };
        let _ = measure(&question, &answer);
        let asked = [text.as_str(), answer.as_str()].concat();
        let _ = measure(&question, &asked);
    }
}

const PIECES: &[&str] = &[
    "고양이",
    "털",
    "을",
    "핥는다",
    "않는다",
    "아니다",
    ".",
    ". ",
    "? ",
    "…",
    "\n",
    "- ",
    "1. ",
    "(",
    ")",
    "\"",
    "'",
    "“",
    "”",
    "ㅋㅋ",
    "\u{1112}",
    "\u{1161}",
    "\u{11AB}",
    "👨‍👩‍👧‍👦",
    "🇰🇷",
    "שלום",
    "\u{202E}",
    "apple",
    "은",
    "5km",
    "CO₂",
    "|",
    "|---|",
    "```",
    "`",
    "**",
    "#",
    "세 가지",
    "3만",
    "십이월",
    "http://a.b/c",
    "²",
    "\u{FFFD}",
    "\u{0}",
    "\u{301}",
    "%",
    "℃",
    ":",
    ",",
    "한",
    " ",
    "Ａ",
    "ﷺ",
    "㎞",
];

fn check(answer: &str) -> Result<(), TestCaseError> {
    let m = measure(&question(), answer);
    let shares = [
        m.hangul_share,
        m.latin_share,
        m.han_share,
        m.mixed_eojeol_share,
        m.off_topic_share,
        m.bullet_share,
        m.rep_4,
        m.coverage,
        m.obedience,
    ];
    for share in shares.into_iter().flatten() {
        prop_assert!((0.0..=1.0).contains(&share), "{m:?}");
    }
    prop_assert!(m.n_syllables as usize <= answer.chars().count());
    prop_assert_eq!(m.hangul_share.is_some(), m.latin_share.is_some());
    let found = find_loop(answer);
    prop_assert!(found.is_none_or(|l| l.times >= 3.0 && l.share <= 1.0));
    Ok(())
}
