//! Stretches of an answer that are no part of what it says: turns of a dialogue that it makes up, and reasoning before it.

use super::document::{Document, Line};

/// Where such stretches are, by the indices of sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turns {
    /// The first sentence of the first turn of the asker that the answer makes up; it goes on to the answer's end.
    pub invented: Option<usize>,
    /// Reasoning between `<think>` and `</think>`, or to the end where it is not closed.
    pub thoughts: std::ops::Range<usize>,
}

/// How chat templates begin a turn of the asker.
const USER_TURNS: [&str; 5] = [
    "<|im_start|>user",
    "<|start_header_id|>user",
    "<start_of_turn>user",
    "<|user|>",
    "[INST]",
];
/// What stands before a colon where the asker speaks, in lower case.
const ASKERS: [&str; 6] = ["질문", "사용자", "q", "question", "user", "human"];

/// Finds the stretches. A turn that only holds a copy of the question (`copied`, by sentence) is none that was made up.
pub(super) fn turns(answer: &Document, copied: &[bool]) -> Turns {
    let first_from = |line: usize| answer.sentences.partition_point(|s| s.line < line);
    let is_copy = |sentence: usize| copied.get(sentence).is_some_and(|&c| c);
    let starts = answer.lines.iter().enumerate();
    let invented = starts
        .filter(|(_, line)| asks(line))
        .map(|(index, _)| first_from(index))
        .find(|&sentence| sentence < answer.sentences.len() && !is_copy(sentence));
    let line_with = |mark: &str| answer.lines.iter().position(|l| l.text.contains(mark));
    let thoughts = line_with("<think>").map_or(0..0, |open| {
        let close = line_with("</think>").filter(|&close| close >= open);
        let end = close.map_or(answer.sentences.len(), |close| first_from(close + 1));
        first_from(open)..end
    });
    Turns { invented, thoughts }
}

/// Whether a line begins a turn of the asker.
fn asks(line: &Line) -> bool {
    if USER_TURNS.iter().any(|turn| line.text.contains(turn)) {
        return true;
    }
    let Some((label, _)) = line.body.split_once([':', '：']) else {
        return false;
    };
    let is_mark = |c: char| !c.is_alphabetic();
    // A label is a few letters long; the rest of a long line is not looked at.
    label.len() <= 40 && ASKERS.contains(&label.trim_matches(is_mark).to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, copied: &[bool]) -> Turns {
        turns(&Document::new(text), copied)
    }

    #[test]
    fn invented_turns_go_on_to_the_end() {
        for text in [
            "비가 온다.\n질문: 눈은 왜 오나요?\n답변: 춥기 때문이다.",
            "비가 온다.\n**Q2:** 눈은?",
            "비가 온다.\n<|im_start|>user\n눈은?",
            "비가 온다.\n\n### User: 눈은?",
        ] {
            assert_eq!(of(text, &[]).invented, Some(1), "{text}");
        }
        for text in ["비가 온다.", "질문은 이렇다: 왜?", "", "답변: 비가 온다."] {
            assert_eq!(of(text, &[]).invented, None, "{text}");
        }
    }

    #[test]
    fn the_question_itself_may_be_said_again() {
        let text = "질문: 비는 왜 오나요?\n답변: 구름 때문이다.\n질문: 눈은 왜 오나요?";
        assert_eq!(of(text, &[true, false, false]).invented, Some(2));
        assert_eq!(of(text, &[true, false, true]).invented, None);
    }

    #[test]
    fn thoughts() {
        let text = "<think>\n비를 물었다. 답하자.\n</think>\n비가 온다.";
        let thoughts = of(text, &[]).thoughts;
        let document = Document::new(text);
        let rest: Vec<_> = document.sentences[thoughts.end..]
            .iter()
            .map(|s| s.text)
            .collect();
        assert_eq!(rest, ["비가 온다."]);
        assert_eq!(of("비가 온다.", &[]).thoughts, 0..0);
        assert_eq!(of("<think>\n비를 물었다.", &[]).thoughts, 0..2);
    }
}
