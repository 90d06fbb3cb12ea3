//! Tests of the question loaders.

use std::fs;

use proptest::prelude::*;

use super::*;

fn jsonl(source: &str) -> Result<QuestionSet, Error> {
    parse("my".to_owned(), source, "my.jsonl", jsonl::read)
}

fn csv(source: &str) -> Result<QuestionSet, Error> {
    parse("my".to_owned(), source, "my.csv", rows::read)
}

/// The messages of sources that must all fail.
fn messages(read: fn(&str) -> Result<QuestionSet, Error>, sources: &[&str]) -> String {
    let messages = sources
        .iter()
        .map(|source| read(source).expect_err(source).to_string());
    messages.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_question_alone_is_enough() {
    let set = jsonl("{\"question\":\"하나?\"}\n \t\n{\"question\":\"둘?\",\"reference\":null}\n")
        .unwrap();
    let expected = |id: &str, question: &str| Question {
        id: id.to_owned(),
        category: "user".to_owned(),
        kind: Kind::Question,
        question: question.to_owned(),
        reference: None,
        key_points: Vec::new(),
        constraints: Vec::new(),
    };
    assert_eq!(
        set.questions,
        [expected("q1", "하나?"), expected("q2", "둘?")]
    );
    assert_eq!(set.normalised, Normalised::default());
    assert_eq!(csv("question\n하나?\n\n   \n둘?\n").unwrap(), set);
}

#[test]
fn a_question_reads_back_as_it_was_written() {
    let strings = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let question = Question {
        id: "a".to_owned(),
        category: "b".to_owned(),
        kind: Kind::FreeWriting,
        question: "c?".to_owned(),
        reference: None,
        key_points: vec![strings(&["가", "나"])],
        constraints: vec![
            Constraint::Items { count: 3 },
            Constraint::Sentences { min: 1, max: 2 },
            Constraint::Table,
            Constraint::NoLatin,
            Constraint::Speech {
                level: Level::Polite,
            },
            Constraint::Length { min: 0, max: 9 },
            Constraint::Include {
                any: strings(&["다"]),
            },
            Constraint::Exclude {
                words: strings(&["라"]),
            },
        ],
    };
    let line = serde_json::to_string(&question).unwrap();
    assert_eq!(jsonl(&line).unwrap().questions, [question]);
    insta::assert_snapshot!(line, @r#"{"id":"a","category":"b","kind":"free_writing","question":"c?","reference":null,"key_points":[["가","나"]],"constraints":[{"type":"items","count":3},{"type":"sentences","min":1,"max":2},{"type":"table"},{"type":"no_latin"},{"type":"speech","level":"polite"},{"type":"length","min":0,"max":9},{"type":"include","any":["다"]},{"type":"exclude","words":["라"]}]}"#);
}

#[test]
fn every_csv_column_is_read() {
    let source = " id ,question,kind,category,reference\nx,\"하나,\n\"\"둘\"\"?\",free_writing,글,답\n,셋?,,,\n";
    insta::assert_debug_snapshot!(csv(source).unwrap().questions, @r#"
    [
        Question {
            id: "x",
            category: "글",
            kind: FreeWriting,
            question: "하나,\n\"둘\"?",
            reference: Some(
                "답",
            ),
            key_points: [],
            constraints: [],
        },
        Question {
            id: "q2",
            category: "user",
            kind: Question,
            question: "셋?",
            reference: None,
            key_points: [],
            constraints: [],
        },
    ]
    "#);
}

#[test]
fn bom_crlf_and_decomposed_hangul_are_normalised_and_counted() {
    let decomposed = "\u{1100}\u{1161}";
    let source =
        format!("\u{feff}{{\"question\":\"{decomposed}?\"}}\r\n{{\"question\":\"나?\"}}\r\n");
    let set = jsonl(&source).unwrap();
    assert_eq!(set.questions[0].question, "가?");
    let counts = |bom, crlf, nfd| Normalised { bom, crlf, nfd };
    assert_eq!(set.normalised, counts(1, 2, 1));

    let escaped = jsonl(r#"{"question":"\u1100\u1161","key_points":[["\u1102\u1161"]]}"#).unwrap();
    assert_eq!(escaped.questions[0].key_points, [["나"]]);
    assert_eq!(escaped.normalised, counts(0, 0, 2));

    let rows = csv(&format!("\u{feff}question\r\n\"{decomposed}\r\n?\"\r\n")).unwrap();
    assert_eq!(rows.questions[0].question, "가\n?");
    assert_eq!(rows.normalised, counts(1, 3, 1));
}

#[test]
fn what_is_wrong_with_jsonl_is_said() {
    let long = format!("{{\"question\":\"a\",\"id\":\"{}\"}}", "길".repeat(101));
    let wide = format!("{{\"question\":\"a\",\"{}\":1}}", "가".repeat(500));
    let found = messages(
        jsonl,
        &[
            "",
            "\n  \n\t\n",
            "\n{\"question\":\"고양이\" \"id\":\"a\"}",
            "{\"question\":\"고양이",
            "[",
            "[]",
            "3",
            "\"고양이가 왜?\"",
            "고양이가 왜?",
            "{}",
            "{\"id\":\"a\"}",
            "{\"question\":\" \\n\"}",
            "{\"question\":null}",
            "{\"question\":3}",
            "{\"question\":\"a\",\"referense\":\"b\"}",
            "{\"question\":\"a\",\"\\u001b[31m\":\"b\"}",
            &wide,
            "{\"question\":\"a\",\"question\":\"b\"}",
            "{\"question\":\"a\",\"kind\":\"essay\"}",
            "{\"question\":\"a\",\"id\":\"\"}",
            "{\"question\":\"a\",\"id\":\"a\\tb\"}",
            &long,
            "{\"question\":\"a\",\"category\":\" \"}",
            "{\"question\":\"a\",\"id\":\"x\"}\n\n{\"question\":\"b\",\"id\":\"x\"}",
            "{\"question\":\"a\",\"id\":\"q2\"}\n{\"question\":\"b\"}",
            "{\"question\":\"a\",\"key_points\":[[\"b\"],\"c\"]}",
            "{\"question\":\"a\",\"key_points\":[[\"b\"],[]]}",
            "{\"question\":\"a\",\"key_points\":[[\" \"]]}",
            "{\"question\":\"a\",\"constraints\":{}}",
            "{\"question\":\"a\",\"constraints\":[{\"type\":\"rhyme\"}]}",
            "{\"question\":\"a\",\"constraints\":[{\"count\":1}]}",
            "{\"question\":\"a\",\"constraints\":[{\"type\":\"table\",\"rows\":1}]}",
            "{\"question\":\"a\",\"constraints\":[{\"type\":\"items\",\"count\":1,\"of\":2}]}",
            "{\"question\":\"a\",\"constraints\":[{\"type\":\"items\",\"count\":0}]}",
            "{\"question\":\"a\",\"constraints\":[{\"type\":\"items\",\"count\":-1}]}",
            "{\"question\":\"a\",\"constraints\":[{\"type\":\"sentences\",\"min\":3,\"max\":2}]}",
            "{\"question\":\"a\",\"constraints\":[{\"type\":\"length\",\"min\":0,\"max\":0}]}",
            "{\"question\":\"a\",\"constraints\":[{\"type\":\"speech\",\"level\":\"rude\"}]}",
            "{\"question\":\"a\",\"constraints\":[{\"type\":\"include\",\"any\":[]}]}",
            "{\"question\":\"a\",\"constraints\":[{\"type\":\"table\"},{\"type\":\"exclude\",\"words\":[\"\"]}]}",
        ],
    );
    insta::assert_snapshot!(found, @r#"
    my.jsonl: nothing in it; write at least one question
    my.jsonl: nothing in it; write at least one question
    my.jsonl:2:19: broken JSON: expected `,` or `}`; each line must be one whole JSON object
    my.jsonl:1:17: broken JSON: EOF while parsing a string; each line must be one whole JSON object
    my.jsonl:1: `record`: invalid type: sequence, expected an object such as {"question": "…"}
    my.jsonl:1: `record`: invalid type: sequence, expected an object such as {"question": "…"}
    my.jsonl:1: `record`: invalid type: integer `3`, expected an object such as {"question": "…"}
    my.jsonl:1: `record`: invalid type: string "고양이가 왜?", expected an object such as {"question": "…"}
    my.jsonl:1:1: broken JSON: expected value; each line must be one whole JSON object
    my.jsonl:1: field `question` is missing; each record needs one
    my.jsonl:1: field `question` is missing; each record needs one
    my.jsonl:1: field `question` is empty; write the question or remove the record
    my.jsonl:1: `question`: invalid type: null, expected a string
    my.jsonl:1: `question`: invalid type: integer `3`, expected a string
    my.jsonl:1: unknown field `referense` (did you mean `reference`?); known: id, category, kind, question, reference, key_points, constraints
    my.jsonl:1: unknown field `\u{1b}[31m`; known: id, category, kind, question, reference, key_points, constraints
    my.jsonl:1: unknown field `가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가…가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가`; known: id, category, kind, question, reference, key_points, constraints
    my.jsonl:1: `question`: is given twice; keep one
    my.jsonl:1: `kind`: unknown variant `essay`, expected one of `question`, `instruction`, `free_writing`
    my.jsonl:1: `id`: must not be empty; leave the field out for the default
    my.jsonl:1: `id`: `a\tb` holds control characters; remove them
    my.jsonl:1: `id`: is 101 characters long; shorten it to at most 100
    my.jsonl:1: `category`: must not be empty; leave the field out for the default
    my.jsonl:3: id `x` is already used on line 1; give each question its own id
    my.jsonl:2: id `q2` is already used on line 1; give each question its own id
    my.jsonl:1: `key_points[1]`: invalid type: string "c", expected a list
    my.jsonl:1: `key_points[1]`: must not be empty; write at least one string
    my.jsonl:1: `key_points[0]`: must not hold an empty string; remove it
    my.jsonl:1: `constraints`: invalid type: map, expected a list
    my.jsonl:1: `constraints[0]`: unknown variant `rhyme`, expected one of `items`, `sentences`, `table`, `no_latin`, `speech`, `length`, `include`, `exclude`
    my.jsonl:1: `constraints[0]`: missing field `type`
    my.jsonl:1: `constraints[0]`: unknown field `rows`; this type has no fields
    my.jsonl:1: `constraints[0]`: unknown field `of`, expected `count`
    my.jsonl:1: `constraints[0].count`: must be at least 1, not 0
    my.jsonl:1: `constraints[0]`: invalid value: integer `-1`, expected a whole number, at least 0
    my.jsonl:1: `constraints[0].min`: 3 is above max, 2; swap them
    my.jsonl:1: `constraints[0].max`: must be at least 1, not 0
    my.jsonl:1: `constraints[0]`: unknown variant `rude`, expected `polite` or `plain`
    my.jsonl:1: `constraints[0].any`: must not be empty; write at least one string
    my.jsonl:1: `constraints[1].words`: must not hold an empty string; remove it
    "#);
}

#[test]
fn what_is_wrong_with_csv_is_said() {
    let found = messages(
        csv,
        &[
            "",
            "\n,,\n",
            "question\n",
            "id,kind\na,question\n",
            "고양이가 왜 털을 핥나요?\n",
            "question,answer\na,b\n",
            "question,key_points\na,b\n",
            "id;question\na;b\n",
            "question,question\na,b\n",
            "question,id\na\n",
            "\nquestion,id\n\n\n왜, 그런가요?,a\n",
            "question,id\n,a\n",
            "question,kind\na,Question\n",
            "question,id\n\"a\nb\",x\n\nc,x\n",
            "question,id\n\"a,x\nb,y\n",
        ],
    );
    insta::assert_snapshot!(found, @r#"
    my.csv: nothing in it; write at least one question
    my.csv: nothing in it; write at least one question
    my.csv: nothing in it; write at least one question
    my.csv:1: column `question` is missing; the first row names the columns
    my.csv:1: unknown column in the first row `고양이가 왜 털을 핥나요?`; known: question, id, category, kind, reference
    my.csv:1: unknown column in the first row `answer`; known: question, id, category, kind, reference
    my.csv:1: unknown column in the first row `key_points`; known: question, id, category, kind, reference
    my.csv:1: unknown column in the first row `id;question` (did you mean `question`?); known: question, id, category, kind, reference
    my.csv:1: `question`: two columns have this name; keep one
    my.csv:2: broken CSV: the row has 1 cells and the header has 2; quote cells that hold a comma
    my.csv:5: broken CSV: the row has 3 cells and the header has 2; quote cells that hold a comma
    my.csv:2: field `question` is empty; write the question or remove the record
    my.csv:2: `kind`: `Question` is not a kind; known: question, instruction, free_writing
    my.csv:5: id `x` is already used on line 2; give each question its own id
    my.csv:2: broken CSV: a quotation mark that opens here is never closed; close it, and write a quotation mark inside a quoted cell twice
    "#);
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let place = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    fs::write(place("cp949.csv"), b"question\n\xb0\xed\xbe\xe7\xc0\xcc\n").unwrap();
    fs::write(place("empty.jsonl"), "").unwrap();
    fs::create_dir(place("folder")).unwrap();
    let mut found = Vec::new();
    for name in ["cp949.csv", "empty.jsonl", "folder", "no\nne.jsonl"] {
        found.push(load_questions(&place(name)).unwrap_err().to_string());
    }
    for name in ["quik", "질문", "my.jsonl", ""] {
        found.push(load_questions(name).unwrap_err().to_string());
    }
    let root = format!("{}/", dir.path().display());
    insta::assert_snapshot!(found.join("\n").replace(&root, ""), @r#"
    cp949.csv:2: not UTF-8; save the file as UTF-8 (Korean Windows programs often save CP949)
    empty.jsonl: nothing in it; write at least one question
    folder: cannot be read: it is a directory; give a file in it
    no\nne.jsonl: no such file; check the path, or name an embedded question set: quick, core
    unknown question set `quik` (did you mean `quick`?); known: quick, core; for a file, give its path
    unknown question set `질문`; known: quick, core; for a file, give its path
    my.jsonl: no such file; check the path, or name an embedded question set: quick, core
    unknown question set ``; known: quick, core; for a file, give its path
    "#);
}

#[test]
fn the_format_follows_the_extension() {
    let dir = tempfile::tempdir().unwrap();
    for (name, source) in [
        ("a.CSV", "question\n왜?\n"),
        ("b.jsonl", "{\"question\":\"왜?\"}"),
        ("c", "{\"question\":\"왜?\"}"),
    ] {
        let path = dir.path().join(name);
        fs::write(&path, source).unwrap();
        let set = load_questions(path.to_str().unwrap()).unwrap();
        assert_eq!(set.questions[0].question, "왜?", "{name}");
        assert_eq!(Some(set.name.as_str()), name.split('.').next());
    }
}

/// Pieces that lead further into the parsers than bytes at random.
fn near_misses() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "{",
        "}",
        "\"question\":",
        "\"a\"",
        "\"id\":",
        ",",
        "[",
        "]",
        "\n",
        "\r\n",
        "\r",
        "\"",
        "가",
        "\u{1100}\u{1161}",
        "\u{feff}",
        "\\u1100",
        "constraints",
        "{\"type\":\"items\"}",
        "question,id",
        "null",
        "1e999",
        " ",
        "\u{1b}",
        "{\"question\":\"왜?\"}",
    ]);
    prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #[test]
    fn no_bytes_panic_and_every_error_is_one_line(
        bytes in prop_oneof![prop::collection::vec(any::<u8>(), 0..200), near_misses()],
    ) {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a.jsonl", "a.csv"] {
            let path = dir.path().join(name);
            fs::write(&path, &bytes).unwrap();
            if let Err(error) = load_questions(path.to_str().unwrap()) {
                let message = error.to_string();
                prop_assert!(!message.chars().any(char::is_control), "{message:?}");
            }
        }
    }
}
