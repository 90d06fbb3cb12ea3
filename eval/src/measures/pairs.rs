//! Which brackets and quotation marks of a line belong together.

use super::letter::is_syllable;

const OPENING: [char; 11] = ['(', '[', '{', '（', '「', '『', '《', '〈', '“', '‘', '【'];
const CLOSING: [char; 11] = [')', ']', '}', '）', '」', '』', '》', '〉', '”', '’', '】'];
/// The kinds of pairs after those above: the straight quotation marks.
const DOUBLE: usize = OPENING.len();
const SINGLE: usize = DOUBLE + 1;

/// For each opening mark that is closed in the line, the index of what closes it; 0 elsewhere.
pub(super) fn closing_marks(chars: &[(usize, char)]) -> Vec<u32> {
    let mut closes = vec![0; chars.len()];
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut n_open = [0_usize; SINGLE + 1];
    for at in 0..chars.len() {
        let Some((kind, opens)) = pair_mark(chars, at, &n_open) else {
            continue;
        };
        if opens {
            open.push((kind, at));
            n_open[kind] += 1;
        } else if n_open[kind] > 0 {
            // What was opened since and not closed never will be.
            while let Some((popped, start)) = open.pop() {
                n_open[popped] -= 1;
                if popped == kind {
                    closes[start] = u32::try_from(at).unwrap_or(0);
                    break;
                }
            }
        }
    }
    closes
}

/// The kind of bracket or quotation mark at `at`, and whether it opens.
fn pair_mark(chars: &[(usize, char)], at: usize, n_open: &[usize]) -> Option<(usize, bool)> {
    let c = chars[at].1;
    match c {
        '"' => Some((DOUBLE, n_open[DOUBLE] == 0)),
        '\'' => {
            let before = at.checked_sub(1).map(|i| chars[i].1);
            if n_open[SINGLE] > 0 && before.is_some_and(|b| !b.is_whitespace()) {
                return Some((SINGLE, false));
            }
            // An apostrophe stands inside a word.
            let opens = before.is_none_or(|b| !b.is_alphanumeric())
                && chars.get(at + 1).is_some_and(|n| !n.1.is_whitespace());
            opens.then_some((SINGLE, true))
        }
        _ if c.is_ascii_alphanumeric() || is_syllable(c) => None,
        _ => {
            let opening = OPENING
                .iter()
                .position(|&o| o == c)
                .map(|kind| (kind, true));
            opening.or_else(|| {
                CLOSING
                    .iter()
                    .position(|&o| o == c)
                    .map(|kind| (kind, false))
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands between each pair.
    fn inner(line: &str) -> Vec<String> {
        let chars: Vec<_> = line.char_indices().collect();
        let closes = closing_marks(&chars);
        let pairs = closes.iter().enumerate().filter(|(_, close)| **close > 0);
        pairs
            .map(|(open, &close)| {
                chars[open + 1..close as usize]
                    .iter()
                    .map(|c| c.1)
                    .collect()
            })
            .collect()
    }

    #[test]
    fn pairs_are_matched() {
        assert_eq!(inner("(가 [나] 다)"), ["가 [나] 다", "나"]);
        assert_eq!(inner("\"가\" 나 \"다\""), ["가", "다"]);
        assert_eq!(inner("'가'와 don't, it's"), ["가"]);
        assert_eq!(inner("“가 ‘나’ 다”"), ["가 ‘나’ 다", "나"]);
    }

    #[test]
    fn what_is_left_open_is_no_pair() {
        assert_eq!(inner(":) 가 ( 나"), [""; 0]);
        assert_eq!(inner("(가 \"나) 다"), ["가 \"나"]);
        assert_eq!(inner("가)나(다)"), ["다"]);
    }
}
