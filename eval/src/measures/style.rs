//! Whether an answer is a list (개조식) or prose (서술식): by its markers, and separately by how its sentences end.

use super::document::{Document, Kind, has_word};
use super::ending::{Ending, ending};
use super::marker::Marker;

/// The marks of style in an answer. Code and tables are left out of all of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    /// Lines that begin with a list marker or are headings, of the lines that hold a word.
    pub bullet_share: Option<f64>,
    /// Sentences that end in a predicate (-다, -요, -까, -죠, -네 …). Headings are not counted in any of the three.
    pub n_predicate: u32,
    /// Sentences that end in a nominalised predicate (-음, -함, -됨, -임, -기).
    pub n_nominalised: u32,
    /// Sentences that end in a bare noun, or otherwise without a predicate. One that does not end in Hangul is
    /// counted nowhere.
    pub n_noun: u32,
    /// There is a list item, and an unmarked line with a predicate stands before the first.
    pub prose_before_list: bool,
    /// There is a list item, and an unmarked line with a predicate stands after the last and not under it: it is
    /// not indented.
    pub prose_after_list: bool,
    /// The verdict.
    pub form: Option<Form>,
}

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// 개조식.
    List,
    /// 서술식.
    Prose,
    /// Markers with predicates, nominal endings without markers, or some of each.
    Mixed,
}

impl Form {
    /// The word in a record: `list`, `prose` or `mixed`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Prose => "prose",
            Self::Mixed => "mixed",
        }
    }
}

/// With markers on at least this share of its lines, an answer is laid out as a list.
const LIST_LAYOUT: f64 = 0.5;
/// With markers on at most this share of its lines, it is laid out as prose: a heading above some paragraphs.
const PROSE_LAYOUT: f64 = 0.2;

/// Judges the style of an answer.
///
/// `List` where markers begin at least half of the lines and nominal endings (nominalised or noun) are at least half
/// of the endings, or where several lines hold no predicate at all. `Prose` where markers begin at most a fifth of the
/// lines and predicates are more than half of the endings. `Mixed` otherwise. Where no ending can be judged (an answer
/// in English), `List` by the markers alone. `None` where there is nothing to go by: no line, or neither a marker nor
/// a predicate in one line (`서울`).
#[must_use]
pub fn style(document: &Document) -> Style {
    let (n_lines, n_marked) = marked_lines(document);
    let mut counts = [0_u32; 3];
    for found in predicates(document).map(|(_, e)| e) {
        counts[match found {
            Ending::Nominalised => 1,
            Ending::Noun => 2,
            _ => 0,
        }] += 1;
    }
    let [n_predicate, n_nominalised, n_noun] = counts;
    let (prose_before_list, prose_after_list) = prose_around_list(document);
    Style {
        bullet_share: (n_lines > 0).then(|| n_marked as f64 / n_lines as f64),
        n_predicate,
        n_nominalised,
        n_noun,
        prose_before_list,
        prose_after_list,
        form: form(n_lines, n_marked, n_predicate, n_nominalised + n_noun),
    }
}

/// Lines of text that hold a word, and those of them with a marker.
fn marked_lines(document: &Document) -> (usize, usize) {
    let lines = document.lines.iter();
    let lines = lines.filter(|l| l.kind == Kind::Text && has_word(l.body));
    lines.fold((0, 0), |(all, marked), line| {
        (all + 1, marked + usize::from(line.marker.is_some()))
    })
}

/// The line and ending of each sentence of text outside headings whose ending can be judged.
fn predicates(document: &Document) -> impl Iterator<Item = (usize, Ending)> {
    document.sentences.iter().filter_map(|sentence| {
        let line = &document.lines[sentence.line];
        let counts = line.kind == Kind::Text && line.marker != Some(Marker::Heading);
        let ending = if counts { ending(sentence.text) } else { None };
        ending.map(|e| (sentence.line, e))
    })
}

fn form(n_lines: usize, n_marked: usize, n_predicate: u32, n_nominal: u32) -> Option<Form> {
    if n_lines == 0 || n_marked == 0 && n_predicate == 0 && n_lines == 1 {
        return None;
    }
    let bullets = n_marked as f64 / n_lines as f64;
    if n_predicate + n_nominal == 0 {
        return (bullets >= LIST_LAYOUT).then_some(Form::List);
    }
    let ends_in_nouns = n_nominal >= n_predicate;
    Some(
        if ends_in_nouns && (bullets >= LIST_LAYOUT || n_predicate == 0) {
            Form::List
        } else if !ends_in_nouns && bullets <= PROSE_LAYOUT {
            Form::Prose
        } else {
            Form::Mixed
        },
    )
}

fn prose_around_list(document: &Document) -> (bool, bool) {
    let is_item = |m: Option<Marker>| matches!(m, Some(Marker::Bullet | Marker::Number));
    let lines = &document.lines;
    let Some(first) = lines.iter().position(|l| is_item(l.marker)) else {
        return (false, false);
    };
    let last = lines
        .iter()
        .rposition(|l| is_item(l.marker))
        .unwrap_or(first);
    let mut around = (false, false);
    for (index, ending) in predicates(document) {
        let line = &lines[index];
        if line.marker.is_none() && ending.is_predicate() {
            around.0 |= index < first;
            around.1 |= index > last && line.indent <= lines[last].indent;
        }
    }
    around
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Style {
        style(&Document::new(text))
    }

    #[test]
    fn prose() {
        let s = of("고양이는 털을 핥습니다. 위생 때문입니다.\n또한 체온을 조절합니다.");
        assert_eq!(s.form, Some(Form::Prose));
        assert_eq!(s.bullet_share, Some(0.0));
        assert_eq!((s.n_predicate, s.n_nominalised, s.n_noun), (3, 0, 0));
        assert!(!s.prose_before_list && !s.prose_after_list);
    }

    #[test]
    fn lists() {
        let s = of("# 이유\n- 털 정리\n- 체온을 조절함\n- 냄새가 사라짐");
        assert_eq!(s.form, Some(Form::List));
        assert_eq!(s.bullet_share, Some(1.0));
        assert_eq!((s.n_predicate, s.n_nominalised, s.n_noun), (0, 2, 1));
        assert_eq!(of("털 정리\n체온 조절").form, Some(Form::List));
        assert_eq!(of("1. clean\n2. cool").form, Some(Form::List));
    }

    #[test]
    fn markers_and_endings_are_judged_separately() {
        let s = of(
            "이유는 다음과 같습니다.\n\n1. **위생**: 털을 닦습니다.\n2. **체온**: 열을 식힙니다.\n\n이처럼 중요합니다.",
        );
        assert_eq!(s.form, Some(Form::Mixed));
        assert_eq!(s.bullet_share, Some(0.5));
        assert!(s.prose_before_list && s.prose_after_list);
        assert_eq!(
            of("- 털 정리\n- 체온 조절\n고양이는 깨끗하다. 그래서 핥는다. 끝이다.").form,
            Some(Form::Mixed)
        );
    }

    #[test]
    fn prose_under_an_item_does_not_close_the_answer() {
        let s = of("- 위생\n- 체온\n  열을 식힙니다.");
        assert!(!s.prose_before_list && !s.prose_after_list);
        let s = of("- 위생\n- 체온\n열을 식힙니다.");
        assert!(!s.prose_before_list && s.prose_after_list);
    }

    #[test]
    fn nothing_to_go_by() {
        for text in [
            "",
            "서울",
            "42",
            "Seoul is big.",
            "| 가 | 나 |\n|---|---|\n| 1 | 2 |",
            "```\nx = 1\n```",
        ] {
            assert_eq!(of(text).form, None, "{text}");
        }
        assert_eq!(of("").bullet_share, None);
        assert_eq!(of("```\nx = 1\n```").bullet_share, None);
    }
}
