//! Text of others inside Markdown: set as code, in which nothing is taken for markup, a link or a
//! person’s name.

use super::foreign::is_invisible;
use crate::text::escape;

/// `text` on one line as code, fenced by more backticks than it holds in a row. What would not be seen
/// is shown as its escape.
pub(super) fn code(text: &str) -> String {
    let shown = escape(text, |c| c.is_control() || is_invisible(c));
    let longest = shown.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A space keeps backticks at the ends apart from the fence; Markdown strips one from both ends.
    let edge = |c: Option<char>| c.is_none_or(|c| c == '`' || c == ' ');
    let apart = edge(shown.chars().next()) || edge(shown.chars().next_back());
    let pad = if apart { " " } else { "" };
    format!("{fence}{pad}{shown}{pad}{fence}")
}

/// What stands in a cell of a table: there a bar ends the cell, inside of code too.
pub(super) fn cell(markdown: &str) -> String {
    markdown.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_others_is_markup() {
        assert_eq!(code("instruct/F16"), "`instruct/F16`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code(""), "`  `");
        assert_eq!(code("a\nb\u{202e}\u{200b}"), "`a\\nb\\u{202e}\\u{200b}`");
        assert_eq!(cell("`a|b` | c"), "`a\\|b` \\| c");
    }
}
