//! The text of an answer with its marks: key points found, words in other letters, and where it parts
//! from the baseline's answer.

use std::fmt;
use std::ops::Range;

use askama::filters::HtmlSafe;

use super::foreign::{self, Place};
use crate::record::Marks;

/// Characters of an answer that stand on the page at most; `answers.csv` has all.
pub(super) const MOST_CHARS: usize = 20_000;
/// Characters that stand openly; what is longer than this and a half is folded behind them.
const OPEN_CHARS: usize = 1_000;

/// An answer in the parts in which it is shown.
pub(super) struct Parts<'a> {
    pub(super) open: Marked<'a>,
    /// The rest of a long answer.
    pub(super) folded: Option<Marked<'a>>,
    /// Characters in `folded`.
    pub(super) n_folded: usize,
    /// Characters of the answer that are not on the page.
    pub(super) n_left_out: usize,
}

impl<'a> Parts<'a> {
    /// The parts of `text`, of which the answer parts from the baseline's at this byte, at this token.
    pub(super) fn of(
        text: &'a str,
        marks: Option<&'a Marks>,
        parting: Option<(usize, u32)>,
    ) -> Self {
        let place = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(at, _)| at);
        let end = place(MOST_CHARS);
        let n_left_out = text[end..].chars().count();
        let is_long = place(OPEN_CHARS * 3 / 2) < end;
        let open_end = if is_long {
            at_space(text, place(OPEN_CHARS))
        } else {
            end
        };
        let part = |range: Range<usize>| Marked {
            text,
            range,
            marks,
            parting,
        };
        Self {
            open: part(0..open_end),
            folded: is_long.then(|| part(open_end..end)),
            n_folded: text[open_end..end].chars().count(),
            n_left_out,
        }
    }
}

/// The end of the last white space before `at` that is near, so that no word is torn apart.
fn at_space(text: &str, at: usize) -> usize {
    let near = text[..at].char_indices().rev().take(80);
    let space = near.into_iter().find(|(_, c)| c.is_whitespace());
    space.map_or(at, |(place, c)| place + c.len_utf8())
}

/// A stretch of an answer.
pub(super) struct Marked<'a> {
    text: &'a str,
    range: Range<usize>,
    marks: Option<&'a Marks>,
    parting: Option<(usize, u32)>,
}

// `foreign::write` escapes the text; the tags around it are constants of this file.
impl HtmlSafe for Marked<'_> {}

impl fmt::Display for Marked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, end) = (self.range.start, self.range.end);
        match self.parting {
            Some((at, token)) if at < end || at == self.text.len() && end == at => {
                self.stretch(f, start..at.max(start))?;
                if at >= start {
                    write!(f, "<span class=\"fork\" data-n=\"{token}\"></span>")?;
                }
                f.write_str("<span class=\"after\">")?;
                self.stretch(f, at.max(start)..end)?;
                f.write_str("</span>")
            }
            _ => self.stretch(f, start..end),
        }
    }
}

impl Marked<'_> {
    /// A stretch within which nothing parts.
    fn stretch(&self, f: &mut fmt::Formatter<'_>, range: Range<usize>) -> fmt::Result {
        let mut at = range.start;
        for point in self.points(&range) {
            self.words(f, at..point.at.start)?;
            write!(f, "<mark class=\"k\" data-k=\"{}\">", point.numbers())?;
            self.words(f, point.at.clone())?;
            f.write_str("</mark>")?;
            at = point.at.end;
        }
        self.words(f, at..range.end)
    }

    /// A stretch within or without a key point.
    fn words(&self, f: &mut fmt::Formatter<'_>, range: Range<usize>) -> fmt::Result {
        let mut at = range.start;
        for foreign in self.foreign(&range) {
            self.plain(f, at..foreign.start)?;
            write!(
                f,
                "<mark class=\"{}\">",
                script(&self.text[foreign.clone()])
            )?;
            self.plain(f, foreign.clone())?;
            f.write_str("</mark>")?;
            at = foreign.end;
        }
        self.plain(f, at..range.end)
    }

    fn plain(&self, f: &mut fmt::Formatter<'_>, range: Range<usize>) -> fmt::Result {
        foreign::write(f, &self.text[range], Place::Block)
    }

    /// The key points within `range`, those that overlap as one.
    fn points(&self, range: &Range<usize>) -> Vec<Point> {
        let marks = self.marks.map_or(&[][..], |marks| &marks.points);
        let mut points: Vec<Point> = marks
            .iter()
            .filter_map(|mark| {
                let at = self.within(mark.start, mark.end, range)?;
                let points = vec![mark.point];
                Some(Point { at, points })
            })
            .collect();
        points.sort_by_key(|point| (point.at.start, point.at.end));
        points.dedup_by(|next, point| {
            let overlaps = next.at.start < point.at.end;
            if overlaps {
                point.at.end = point.at.end.max(next.at.end);
                point.points.append(&mut next.points);
            }
            overlaps
        });
        points
    }

    /// The words in other letters within `range`, in order and apart.
    fn foreign(&self, range: &Range<usize>) -> Vec<Range<usize>> {
        let marks = self.marks.map_or(&[][..], |marks| &marks.foreign);
        // What a damaged record names out of order is passed over.
        let mut last = range.start;
        let first = marks.partition_point(|&(_, end)| end as usize <= range.start);
        let found = marks[first..]
            .iter()
            .take_while(|&&(start, _)| (start as usize) < range.end);
        let apart = found.filter_map(|&(start, end)| {
            let at = self
                .within(start, end, range)
                .filter(|at| at.start >= last)?;
            last = at.end;
            Some(at)
        });
        apart.collect()
    }

    /// What of a mark is in `range`; `None` where nothing is or where it cuts a character, as no true record does.
    fn within(&self, start: u32, end: u32, range: &Range<usize>) -> Option<Range<usize>> {
        let at = start as usize..end as usize;
        self.text.get(at.clone())?;
        let at = at.start.max(range.start)..at.end.min(range.end);
        (at.start < at.end).then_some(at)
    }
}

/// Words that make key points.
struct Point {
    at: Range<usize>,
    /// Indices of the points.
    points: Vec<u32>,
}

impl Point {
    /// The points' numbers, from 1.
    fn numbers(&self) -> String {
        let mut points = self.points.clone();
        points.sort_unstable();
        points.dedup();
        let numbers: Vec<_> = points.iter().map(|point| (point + 1).to_string()).collect();
        numbers.join(",")
    }
}

/// The class of a mark on words in other letters: `h` for Chinese characters and kana, `e` for Latin, else `o`.
fn script(words: &str) -> &'static str {
    let first = words.chars().find(|c| c.is_alphabetic());
    match first {
        Some(
            '\u{2e80}'..='\u{30ff}'
            | '\u{31f0}'..='\u{31ff}'
            | '\u{3400}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}',
        ) => "h",
        Some(c)
            if c < '\u{250}'
                || ('\u{ff21}'..='\u{ff5a}').contains(&c)
                || ('\u{1e00}'..='\u{1eff}').contains(&c) =>
        {
            "e"
        }
        _ => "o",
    }
}

/// The first byte at which two texts differ, on a character boundary of both.
pub(super) fn first_difference(one: &str, other: &str) -> usize {
    let alike = one.chars().zip(other.chars()).take_while(|(a, b)| a == b);
    alike.map(|(c, _)| c.len_utf8()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::PointMark;
    use proptest::prelude::*;

    fn marks(text: &str, points: &[(u32, &str)], foreign: &[&str]) -> Marks {
        let place = |part: &str| {
            let start = text.find(part).unwrap() as u32;
            (start, start + part.len() as u32)
        };
        let point = |&(point, part): &(u32, &str)| {
            let (start, end) = place(part);
            PointMark { point, start, end }
        };
        Marks {
            points: points.iter().map(point).collect(),
            foreign: foreign.iter().map(|part| place(part)).collect(),
        }
    }

    fn shown(text: &str, marks: &Marks, parting: Option<(usize, u32)>) -> String {
        Parts::of(text, Some(marks), parting).open.to_string()
    }

    #[test]
    fn marks_stand_where_the_record_says() {
        let text = "털을 grooming해 깨끗하게 하고 <體溫>을 낮춥니다.";
        let marks = marks(
            text,
            &[(0, "grooming해 깨끗하게"), (2, "깨끗하게 하고")],
            &["grooming", "體溫"],
        );
        assert_eq!(
            shown(text, &marks, None),
            "털을 <mark class=\"k\" data-k=\"1,3\"><mark class=\"e\">grooming</mark>해 깨끗하게 하고</mark> &#60;<mark class=\"h\">體溫</mark>&#62;을 낮춥니다."
        );
        let at = text.find("끗하게").unwrap();
        assert_eq!(
            shown(text, &marks, Some((at, 7))),
            "털을 <mark class=\"k\" data-k=\"1,3\"><mark class=\"e\">grooming</mark>해 깨</mark><span class=\"fork\" data-n=\"7\"></span><span class=\"after\"><mark class=\"k\" data-k=\"1,3\">끗하게 하고</mark> &#60;<mark class=\"h\">體溫</mark>&#62;을 낮춥니다.</span>"
        );
    }

    #[test]
    fn an_answer_that_only_ends_earlier_parts_at_its_end() {
        assert_eq!(
            shown("가", &Marks::default(), Some((3, 2))),
            "가<span class=\"fork\" data-n=\"2\"></span><span class=\"after\"></span>"
        );
    }

    #[test]
    fn a_long_answer_is_folded_and_a_very_long_one_is_cut() {
        let text = "고양이 ".repeat(25_000);
        let parts = Parts::of(&text, None, Some((60_000, 9)));
        let folded = parts.folded.unwrap();
        assert_eq!(parts.n_left_out, 80_000);
        let open = parts.open.to_string();
        assert!(open.ends_with("고양이 ") && !open.contains("fork"));
        assert_eq!(open.chars().count() + parts.n_folded, MOST_CHARS);
        assert_eq!(folded.to_string().matches("class=\"fork\"").count(), 0);
        let parts = Parts::of(&text, None, Some((6_000, 9)));
        assert_eq!(
            parts
                .folded
                .unwrap()
                .to_string()
                .matches("class=\"fork\"")
                .count(),
            1
        );
        assert!(Parts::of(&text[..1500], None, None).folded.is_none());
    }

    proptest! {
        /// Marks of a damaged record neither panic nor lose a character.
        #[test]
        fn any_marks_leave_the_text_whole(
            text in "[가-힣a-z漢 ]{0,40}",
            points in prop::collection::vec((0_u32..4, 0_u32..130, 0_u32..130), 0..6),
            foreign in prop::collection::vec((0_u32..130, 0_u32..130), 0..6),
            parting in prop::option::of(0_usize..40),
        ) {
            let points = points.into_iter().map(|(point, start, end)| PointMark { point, start, end });
            let marks = Marks { points: points.collect(), foreign };
            let at = parting.map(|n| text.char_indices().nth(n).map_or(text.len(), |(at, _)| at));
            let html = shown(&text, &marks, at.map(|at| (at, 1)));
            let mut plain = String::new();
            let mut inside = false;
            for c in html.chars() {
                match c {
                    '<' => inside = true,
                    '>' => inside = false,
                    c if !inside => plain.push(c),
                    _ => {}
                }
            }
            prop_assert_eq!(plain, text);
        }
    }
}
