//! Whether an answer is a list (개조식) or prose (서술식): by its layout, and separately by how its sentences end.

use super::document::Document;
use super::ending::{Ending, ending};
use super::layout::{Layout, Piece, pieces};
use super::sentence::is_terminal;

/// The marks of style in an answer. Code is left out of all of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    /// Lines that begin with a list marker or open as items do, rows of tables and headings, of the lines that hold a word. A line
    /// that counts its sentences (`1. … 2. …`) counts as so many lines. See `pieces`.
    pub bullet_share: Option<f64>,
    /// Sentences that end in a predicate (-다, -요, -까, -죠, -네 …). Headings are not counted in any of the three, and neither is a
    /// last sentence that is broken off.
    pub n_predicate: u32,
    /// Sentences that end in a nominalised predicate (-음, -함, -됨, -임, -기).
    pub n_nominalised: u32,
    /// Sentences that end in a bare noun, or otherwise without a predicate, and rows of tables. One that does not end in Hangul is
    /// counted nowhere.
    pub n_noun: u32,
    /// Whether a line of prose with a predicate stands before the first list item or table row; `None` without one.
    pub prose_before_list: Option<bool>,
    /// Whether a line of prose with a predicate stands after the last list item or table row and not under it: it is not
    /// indented. `None` without one.
    pub prose_after_list: Option<bool>,
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

/// A single line is a list where commas part so many things or more.
const MIN_PARTS: usize = 3;

/// Judges the style of an answer.
///
/// `List` where at least half of the lines are laid out as a list and nominal endings (nominalised or noun) are at least half
/// of the endings, or where several lines hold no predicate at all, or one line without a predicate names three things or more with
/// commas or ends in a nominalised one. `Prose` where at most a fifth of the lines are laid out as a list and predicates are more
/// than half of the endings. `Mixed` otherwise. Where no ending can be judged (an answer in English), `List` by the layout
/// alone. `None` where there is nothing to go by: no line, or neither a marker nor a predicate in one line (`서울`).
#[must_use]
pub fn style(document: &Document) -> Style {
    let pieces = pieces(document);
    let n_marked = pieces.iter().filter(|p| p.layout != Layout::Prose).count();
    let mut counts = [0_u32; 3];
    for found in pieces.iter().flat_map(|p| endings(p, document)) {
        counts[match found {
            Ending::Nominalised => 1,
            Ending::Noun => 2,
            _ => 0,
        }] += 1;
    }
    let [n_predicate, n_nominalised, n_noun] = counts;
    let around = prose_around_list(document, &pieces);
    let is_bare = matches!(
        pieces[..],
        [Piece {
            layout: Layout::Prose,
            ..
        }]
    ) && n_predicate == 0;
    let form = if is_bare {
        (n_nominalised > 0 || names_several(document)).then_some(Form::List)
    } else {
        form(pieces.len(), n_marked, n_predicate, n_nominalised + n_noun)
    };
    Style {
        bullet_share: (!pieces.is_empty()).then(|| n_marked as f64 / pieces.len() as f64),
        n_predicate,
        n_nominalised,
        n_noun,
        prose_before_list: around.map(|(before, _)| before),
        prose_after_list: around.map(|(_, after)| after),
        form,
    }
}

/// The endings of a piece that can be judged; a row of a table ends in a noun, whatever its cells hold.
fn endings<'a>(piece: &'a Piece, document: &'a Document) -> impl Iterator<Item = Ending> + 'a {
    let is_row = piece.layout == Layout::Row;
    let judged = if piece.layout == Layout::Heading {
        &[]
    } else {
        piece.sentences
    };
    let kept = judged.iter().enumerate();
    let whole = kept.filter(move |&(at, s)| at == 0 || !is_broken_off(s.text, document));
    whole.filter_map(move |(_, s)| {
        if is_row {
            Some(Ending::Noun)
        } else {
            ending(s.text)
        }
    })
}

/// Whether a sentence ends the answer without a mark, and without an ending of its own.
fn is_broken_off(sentence: &str, document: &Document) -> bool {
    let is_last = document
        .sentences
        .last()
        .is_some_and(|s| std::ptr::eq(s.text, sentence));
    is_last && !sentence.contains(is_terminal) && ending(sentence) == Some(Ending::Noun)
}

/// Whether an answer names several things with commas.
fn names_several(document: &Document) -> bool {
    let parts = document.text.split([',', '，', '、']);
    parts.filter(|p| p.chars().any(char::is_alphabetic)).count() >= MIN_PARTS
}

fn form(n_lines: usize, n_marked: usize, n_predicate: u32, n_nominal: u32) -> Option<Form> {
    if n_lines == 0 {
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

/// Whether prose stands before and after the list; `None` without a list item or table row.
fn prose_around_list(document: &Document, pieces: &[Piece]) -> Option<(bool, bool)> {
    let is_listed = |p: &Piece| matches!(p.layout, Layout::Item | Layout::Row);
    let first = pieces.iter().position(is_listed)?;
    let last = pieces.iter().rposition(is_listed).unwrap_or(first);
    let is_prose =
        |p: &&Piece| p.layout == Layout::Prose && endings(p, document).any(Ending::is_predicate);
    let before = pieces[..first].iter().any(|p| is_prose(&p));
    let indent = pieces[last].indent;
    let after = pieces[last + 1..]
        .iter()
        .any(|p| p.indent <= indent && is_prose(&p));
    Some((before, after))
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
        assert_eq!((s.prose_before_list, s.prose_after_list), (None, None));
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
        assert_eq!(
            (s.prose_before_list, s.prose_after_list),
            (Some(true), Some(true))
        );
        assert_eq!(
            of("- 털 정리\n- 체온 조절\n고양이는 깨끗하다. 그래서 핥는다. 끝이다.").form,
            Some(Form::Mixed)
        );
    }

    #[test]
    fn other_lists() {
        for text in [
            "| 가 | 나 |\n|---|---|\n| 1 | 2 |",
            "표로 정리했습니다.\n\n| 봄 | 꽃이 핀다 |\n|---|---|\n| 가을 | 잎이 진다 |",
            "첫째, 물 절약\n둘째, 전기 절약",
            "사과, 배, 감",
            "문을 닫지 않으면 바람이 들어옴. 꼭 닫는 게 좋음.",
        ] {
            assert_eq!(of(text).form, Some(Form::List), "{text}");
        }
        let s = of("순서는 이렇습니다.\n| 1 | 씻기 |\n|---|---|\n| 2 | 썰기 |\n모두 끝났습니다.");
        assert_eq!(
            (s.prose_before_list, s.prose_after_list),
            (Some(true), Some(true))
        );
        assert_eq!(s.bullet_share, Some(0.5));
    }

    #[test]
    fn an_answer_cut_off_is_prose_still() {
        assert_eq!(of("꽃이 핀다. 그리고 봄바람이").form, Some(Form::Prose));
        assert_eq!(
            of("꽃이 피고, 잎이 나고, 새가 울고 있고").form,
            Some(Form::Prose)
        );
    }

    #[test]
    fn prose_under_an_item_does_not_close_the_answer() {
        let s = of("- 위생\n- 체온\n  열을 식힙니다.");
        assert_eq!(
            (s.prose_before_list, s.prose_after_list),
            (Some(false), Some(false))
        );
        let s = of("- 위생\n- 체온\n열을 식힙니다.");
        assert_eq!(
            (s.prose_before_list, s.prose_after_list),
            (Some(false), Some(true))
        );
    }

    #[test]
    fn nothing_to_go_by() {
        for text in ["", "서울", "42", "Seoul is big.", "```\nx = 1\n```"] {
            assert_eq!(of(text).form, None, "{text}");
        }
        assert_eq!(of("").bullet_share, None);
        assert_eq!(of("```\nx = 1\n```").bullet_share, None);
    }
}
