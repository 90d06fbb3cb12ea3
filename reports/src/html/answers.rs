//! The answers: for each question, those of all cells side by side, and what chooses among them.

use std::collections::{HashMap, HashSet};

use askama::Template;
use askama::filters::HtmlSafe;
use datasets::{Kind, Question};

use super::category::Category;
use super::label::Labels;
use super::number;
use super::phrase::{Block, Phrase};
use super::question::{Given, QuestionView};
use super::scores::Scores;
use super::sides::Sides;
use crate::view::{AnswerRow, CellView, Parting, Report};

/// Bytes of questions and answers that stand on the page at most; one question does in any case. With
/// all else the page stays below 10 MB, which a telephone opens at once.
const MOST_BYTES: usize = 7_000_000;
/// The question of the write-up that hanbench grew out of: it opens the section.
const FIRST: &str = "고양이가 털을 핥는 이유는 무엇인가요?";
/// Questions that are listed openly.
const OPEN_INDEX: usize = 12;

/// The section of answers.
#[derive(Template)]
#[template(path = "answers.html")]
pub(super) struct AnswerSection<'a> {
    scores: Option<Scores>,
    /// What is to be said before the answers.
    notes: Vec<Phrase>,
    /// Which answers stand side by side, where there is a choice.
    sides: Option<Sides>,
    /// What questions are filtered by, each only where they differ in it.
    categories: Vec<Category>,
    kinds: Vec<KindOption>,
    can_differ: bool,
    is_marked: bool,
    index: Vec<Indexed<'a>>,
    is_index_open: bool,
    /// Each as HTML.
    questions: Vec<Rendered>,
    is_asked: bool,
}

// The template escapes what it shows.
impl HtmlSafe for AnswerSection<'_> {}

/// A line of the list of questions.
struct Indexed<'a> {
    anchor: String,
    text: Block<'a>,
}

/// A kind of question in both languages.
struct KindOption {
    kind: Kind,
    ko: &'static str,
    en: &'static str,
}

/// A question and its answers as HTML: how much of them there is decides what stands on the page.
struct Rendered(String);

impl std::fmt::Display for Rendered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

// Rendered by a template that escapes.
impl HtmlSafe for Rendered {}

/// A question as it was asked: its id and its text.
type Asked<'a> = (&'a str, &'a str);

impl<'a> AnswerSection<'a> {
    /// Sets the answers of `report` side by side.
    ///
    /// # Errors
    ///
    /// A template that cannot be rendered.
    pub(super) fn of(report: &'a Report, labels: &Labels) -> Result<Self, askama::Error> {
        let asked = asked(report);
        let known = known(report);
        let categories = categories(&asked, &known);
        let given = given(report);
        let (mut questions, mut index, mut bytes) = (Vec::new(), Vec::new(), 0);
        for (place, asked_here) in asked.iter().enumerate() {
            let (id, text) = *asked_here;
            let question = known.get(asked_here).copied();
            let rows = rows(report, &given, *asked_here);
            let category = question.and_then(|q| categories.iter().position(|c| *c == q.category));
            let view = QuestionView::of(
                report,
                labels,
                Given {
                    place,
                    id,
                    text,
                    question,
                    category,
                    rows,
                },
            );
            let html = view.render()?;
            if bytes + html.len() > MOST_BYTES && !questions.is_empty() {
                break;
            }
            bytes += html.len();
            questions.push(Rendered(html));
            index.push(Indexed {
                anchor: view.anchor,
                text: Block(text),
            });
        }
        Ok(Self {
            scores: Scores::of(report, labels),
            notes: notes(report, questions.len(), asked.len()),
            sides: Sides::of(report),
            kinds: kinds(&asked, &known),
            categories: categories.into_iter().map(Category::of).collect(),
            can_differ: can_differ(report),
            is_marked: report.answers.iter().any(|row| row.marks.is_some()),
            is_index_open: index.len() <= OPEN_INDEX,
            index,
            questions,
            is_asked: !asked.is_empty(),
        })
    }
}

/// The answers by cell, question id and question.
type ByQuestion<'a> = HashMap<(usize, &'a str, &'a str), &'a AnswerRow>;

fn given<'a>(report: &'a Report) -> ByQuestion<'a> {
    let answers = report.answers.iter();
    let key = |row: &'a AnswerRow| (row.cell, row.question_id.as_str(), row.question.as_str());
    answers.map(|row| (key(row), row)).collect()
}

/// The cells whose run puts the question, each with its answer.
fn rows<'a>(
    report: &'a Report,
    given: &ByQuestion<'a>,
    asked: Asked<'a>,
) -> Vec<(usize, Option<&'a AnswerRow>)> {
    let (id, text) = asked;
    let cells = report.cells.iter().enumerate();
    let rows: Vec<_> = cells
        .filter(|(_, cell)| was_asked(report, cell, asked))
        .map(|(n, _)| (n, given.get(&(n, id, text)).copied()))
        .collect();
    // Where nobody answered, the reasons are the cells' own and stand once, with the failures.
    match rows.iter().any(|(_, row)| row.is_some()) {
        true => rows,
        false => Vec::new(),
    }
}

/// What the runs say of each question.
fn known(report: &Report) -> HashMap<Asked<'_>, &Question> {
    let questions = report.runs.iter().flat_map(|run| &run.questions);
    questions
        .map(|question| ((question.id.as_str(), question.question.as_str()), question))
        .collect()
}

/// The categories in their order; none where all questions are of one.
fn categories<'a>(asked: &[Asked<'a>], known: &HashMap<Asked<'a>, &'a Question>) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    let all = asked.iter().filter_map(|asked| known.get(asked));
    let mut categories: Vec<&str> = all
        .map(|question| question.category.as_str())
        .filter(|category| seen.insert(*category))
        .collect();
    if categories.len() < 2 {
        categories.clear();
    }
    categories
}

/// The kinds that there are; none where all questions are of one.
fn kinds(asked: &[Asked], known: &HashMap<Asked, &Question>) -> Vec<KindOption> {
    let all = [
        KindOption {
            kind: Kind::Question,
            ko: "사실이나 설명을 묻는 질문",
            en: "Questions for a fact or an explanation",
        },
        KindOption {
            kind: Kind::Instruction,
            ko: "형식을 정해 준 지시",
            en: "Instructions that prescribe a form",
        },
        KindOption {
            kind: Kind::FreeWriting,
            ko: "자유 글쓰기",
            en: "Free writing",
        },
    ];
    let is_there = |kind: Kind| {
        asked
            .iter()
            .filter_map(|asked| known.get(asked))
            .any(|question| question.kind == kind)
    };
    let there: Vec<_> = all
        .into_iter()
        .filter(|option| is_there(option.kind))
        .collect();
    if there.len() < 2 { Vec::new() } else { there }
}

impl KindOption {
    /// As the records write it.
    fn name(&self) -> &'static str {
        super::question::kind_name(self.kind)
    }
}

/// Whether some questions have answers that part and others do not.
fn can_differ(report: &Report) -> bool {
    let parts = |row: &AnswerRow| {
        row.beside
            .map(|beside| matches!(beside.parting, Parting::At(_)))
    };
    let mut all = report.answers.iter().filter_map(parts);
    all.any(|parts| parts)
}

/// What is to be said before the answers.
fn notes(report: &Report, n_shown: usize, n_asked: usize) -> Vec<Phrase> {
    let mut notes = Vec::new();
    if n_shown < n_asked {
        let (shown, asked) = (number::count(n_shown as u64), number::count(n_asked as u64));
        notes.push(Phrase::both(
            format!("페이지가 너무 커지지 않도록 질문 {asked}개 가운데 앞의 {shown}개와 그 답만 실었습니다. 나머지를 포함한 모든 답은 csv/answers.csv에 있습니다."),
            format!("To keep the page small, only the first {shown} of {asked} questions stand here with their answers. All answers, the others included, are in csv/answers.csv."),
        ));
    }
    let with = |has: bool| report.answers.iter().any(|row| row.marks.is_some() == has);
    if with(false) {
        notes.push(match with(true) {
            false => Phrase::both(
                "이 실행을 잰 hanbench는 핵심 내용과 다른 문자가 어디에 있는지 기록하지 않았으므로, 본문에는 정밀도끼리 갈라지는 곳만 표시했습니다.",
                "The hanbench that measured this run did not record where key points and words in other letters stand, so only the places where precisions part are marked.",
            ),
            true => Phrase::both(
                "핵심 내용과 다른 문자의 위치를 기록하지 않은 답에는 그 표시가 없습니다.",
                "Answers whose record does not say where key points and words in other letters stand have no such marks.",
            ),
        });
    }
    notes
}

/// Every question of every run once, in the order in which they were asked, the write-up's first.
fn asked(report: &Report) -> Vec<Asked<'_>> {
    let planned = report
        .runs
        .iter()
        .filter(|run| run.suite.answers.is_some())
        .flat_map(|run| &run.questions);
    let planned = planned.map(|question| (question.id.as_str(), question.question.as_str()));
    let answered = report
        .answers
        .iter()
        .map(|row| (row.question_id.as_str(), row.question.as_str()));
    let mut seen = HashSet::new();
    let all = planned.chain(answered);
    let mut asked: Vec<Asked> = all.filter(|asked| seen.insert(*asked)).collect();
    asked.sort_by_key(|(_, text)| text.trim() != FIRST);
    asked
}

/// Whether the cell's run puts this question to it.
fn was_asked(report: &Report, cell: &CellView, (id, text): Asked) -> bool {
    let questions = report
        .runs
        .get(cell.run)
        .map_or(&[][..], |run| &run.questions);
    questions
        .iter()
        .any(|question| question.id == id && question.question == text)
}
