//! Where sentences end in a line of Korean text.

use super::letter::{is_lone_jamo, is_syllable};
use super::pairs::closing_marks;

/// Splits a line into sentences, each with its terminal marks and what closes after them.
///
/// A sentence ends after a run of `. ! ? … 。` and the closing quotes, brackets, emphasis marks and
/// emoticons that directly follow, where white space or the line's end comes next. It does not end
///
/// - inside a quotation or bracket that was opened within the sentence (`그는 "가자. 늦었다."라고 했다.`),
///   unless a colon introduced it;
/// - after a closing quotation mark that 하고, 라고 and the like follow;
/// - after a bare number (`2024. 1. 5.`, `1.`), initials (`U.S.`, `J.`) and abbreviations (`Dr.`);
/// - after an ellipsis, unless the word before it has a final ending (`모르겠다… 그래도`);
/// - inside a URL.
///
/// Where a writer left out the space, `다.`, `요.`, `까.` and `죠.` between Hangul end a sentence, and so do
/// `!` and `?`. What is left at the end of the line is a sentence if it holds a word; emoticons (`ㅎㅎ`,
/// `^^`, `T_T`, emoji) are none and stay with the sentence before.
///
/// Takes time linear in the line's length.
pub(super) fn split(line: &str) -> Vec<&str> {
    Splitter::new(line).run()
}

/// Words that go on with the sentence after a quotation.
#[rustfmt::skip]
const QUOTING: &[&str] = &[
    "하고", "하며", "하면서", "하는", "했", "한다", "라고", "이라고", "라며", "라는", "이라는",
    "란", "고", "며", "이라며",
];

/// Abbreviations that a period follows, in lower case. Those with periods inside and single letters
/// are recognised by their shape.
#[rustfmt::skip]
const ABBREVIATIONS: &[&str] = &[
    "al", "approx", "apr", "aug", "ave", "ca", "capt", "cf", "co", "col", "corp", "dec", "dept",
    "dr", "ed", "eds", "est", "etc", "feb", "fig", "gen", "gov", "inc", "jan", "jr", "ltd", "mr",
    "mrs", "ms", "mt", "no", "nov", "oct", "op", "pp", "prof", "rev", "sec", "sept", "sr", "st",
    "vol", "vs",
];

/// Emoticons written with letters.
#[rustfmt::skip]
const EMOTICONS: &[&str] = &[
    ":d", ":-d", "=d", ";d", "xd", ":p", ":-p", ";p", ":o", ":-o", ":3", "<3", "t_t", "t.t", "t-t",
    "tt", "t^t", "o_o", "o.o", "^o^", "^0^", "u_u", "v_v", "q_q", "orz", "otl", ":s", ":x",
];

/// No abbreviation, number or enumerator before a period is longer.
const MAX_WORD: usize = 24;

struct Splitter<'a> {
    line: &'a str,
    chars: Vec<(usize, char)>,
    /// For each character that opens a bracket or quotation, where it closes; 0 elsewhere.
    closes: Vec<u32>,
    /// Characters before this one belong to a URL.
    url_end: usize,
}

impl<'a> Splitter<'a> {
    fn new(line: &'a str) -> Self {
        let chars: Vec<_> = line.char_indices().collect();
        let closes = closing_marks(&chars);
        Self {
            line,
            chars,
            closes,
            url_end: 0,
        }
    }

    fn run(mut self) -> Vec<&'a str> {
        let mut sentences: Vec<(usize, usize)> = Vec::new();
        let (mut start, mut at) = (0, 0);
        // Whether the sentence has begun: a quotation at its very start is not inside it.
        let mut begun = false;
        while at < self.chars.len() {
            let c = self.chars[at].1;
            if self.closes[at] > 0 && begun {
                at = self.closes[at] as usize + 1;
                continue;
            }
            self.note_url(at);
            if !is_terminal(c) || at < self.url_end {
                begun = c != ':' && c != '：' && (begun || c.is_alphanumeric());
                at += 1;
                continue;
            }
            let marks = self.skip(at, is_terminal);
            let end = self.absorb(marks);
            if self.is_boundary(start, at, marks, end) {
                sentences.push((start, end));
                start = end;
                begun = false;
            }
            at = end;
        }
        sentences.push((start, self.chars.len()));
        self.keep_worded(&sentences)
    }

    /// The sentences as text; a stretch without a word joins the one before.
    fn keep_worded(&self, spans: &[(usize, usize)]) -> Vec<&'a str> {
        let mut kept: Vec<(usize, usize)> = Vec::new();
        for &(start, end) in spans {
            if is_worded(self.slice(start, end)) {
                kept.push((start, end));
            } else if let Some(last) = kept.last_mut() {
                last.1 = end;
            }
        }
        let text = |(start, end)| self.slice(start, end).trim();
        kept.into_iter().map(text).collect()
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        &self.line[self.byte(start)..self.byte(end)]
    }

    fn byte(&self, at: usize) -> usize {
        self.chars.get(at).map_or(self.line.len(), |c| c.0)
    }

    fn get(&self, at: usize) -> Option<char> {
        self.chars.get(at).map(|c| c.1)
    }

    fn skip(&self, from: usize, like: impl Fn(char) -> bool) -> usize {
        let rest = &self.chars[from..];
        from + rest.iter().take_while(|c| like(c.1)).count()
    }

    /// Where a word begins at `at`: if it is a URL, notes where it ends.
    fn note_url(&mut self, at: usize) {
        let begins = at == 0 || !is_url_part(self.chars[at - 1].1);
        if !begins || !is_url_part(self.chars[at].1) {
            return;
        }
        let mut end = self.skip(at, is_url_part);
        let word = self.slice(at, end);
        if word.contains("://") || word.starts_with("www.") {
            while end > at && is_terminal(self.chars[end - 1].1) {
                end -= 1;
            }
            self.url_end = end;
        }
    }

    /// What belongs to the sentence after its terminal marks: closing marks, emoji, footnotes `[1]`.
    fn absorb(&self, marks: usize) -> usize {
        let mut end = marks;
        while let Some(c) = self.get(end) {
            end = match c {
                '[' if self.closes[end] > 0 => self.closes[end] as usize + 1,
                _ if c.is_whitespace() || c.is_alphanumeric() || self.closes[end] > 0 => break,
                _ => end + 1,
            };
        }
        end
    }

    /// Whether a sentence that began at `start` ends with the terminal marks `at..marks` and what
    /// follows them up to `end`.
    fn is_boundary(&self, start: usize, at: usize, marks: usize, end: usize) -> bool {
        let Some(next) = self.get(end) else {
            return true;
        };
        let marked = self.slice(at, marks);
        let is_strong = marked.contains(|c| c != '.' && c != '…');
        let is_ellipsis = !is_strong && marked != ".";
        let word = self.word_before(start, at);
        if !next.is_whitespace() {
            return marked.contains('。')
                || end == marks
                    && is_syllable(next)
                    && (is_strong && word.ends_with(is_syllable)
                        || !is_ellipsis && is_final(word));
        }
        if self.is_quoted(marks, end) && self.quoting_follows(end) {
            return false;
        }
        if is_ellipsis {
            return is_final(word);
        }
        is_strong || !is_abbreviation(word) && !self.is_enumerator(start, at, word)
    }

    /// The end of the word before `at`, at most [`MAX_WORD`] characters of it; nothing after a URL.
    fn word_before(&self, start: usize, at: usize) -> &'a str {
        if at == self.url_end {
            return "";
        }
        let first = at.saturating_sub(MAX_WORD).max(start);
        let is_part = |c: char| c.is_alphanumeric() || c == '.' || c == ',';
        let word = self.chars[first..at]
            .iter()
            .rev()
            .take_while(|c| is_part(c.1));
        self.slice(at - word.count(), at)
    }

    fn is_quoted(&self, marks: usize, end: usize) -> bool {
        self.chars[marks..end].iter().any(|c| QUOTES.contains(c.1))
    }

    fn quoting_follows(&self, end: usize) -> bool {
        let word = self.skip(end, char::is_whitespace);
        let rest = self.slice(word, self.chars.len().min(word + MAX_WORD));
        let next = rest.split_whitespace().next().unwrap_or_default();
        QUOTING.iter().any(|q| match q.chars().count() {
            1 => next == *q,
            _ => next.starts_with(q),
        })
    }

    /// A bare number, or a lone letter at the very start: 가. 나. a.
    fn is_enumerator(&self, start: usize, at: usize, word: &str) -> bool {
        let is_number = word
            .bytes()
            .all(|b| b.is_ascii_digit() || b == b'.' || b == b',');
        let is_first = || self.slice(start, at).trim_start() == word;
        !word.is_empty() && (is_number || word.chars().count() == 1 && is_first())
    }
}

const QUOTES: &str = "\"'”’」』»";

/// Whether `c` ends a sentence.
pub(super) fn is_terminal(c: char) -> bool {
    matches!(
        c,
        '.' | '!' | '?' | '…' | '。' | '！' | '？' | '．' | '｡' | '‼' | '⁇' | '⁈' | '⁉'
    )
}

fn is_url_part(c: char) -> bool {
    !c.is_whitespace() && !"()<>[]{}\"'`|“”‘’「」『』".contains(c)
}

/// Whether a word's end says that a sentence may end here, without a look at what follows.
fn is_final(word: &str) -> bool {
    word.ends_with(['다', '요', '까', '죠']) && word.chars().nth(1).is_some()
}

fn is_abbreviation(word: &str) -> bool {
    if word.is_empty() || !word.chars().all(|c| c.is_ascii_alphabetic() || c == '.') {
        return false;
    }
    let is_dotted = word.contains('.') && word.split('.').all(|part| part.len() <= 3);
    word.len() == 1 || is_dotted || ABBREVIATIONS.contains(&word.to_ascii_lowercase().as_str())
}

/// Whether a stretch holds a word: a letter or digit outside emoticons.
fn is_worded(text: &str) -> bool {
    text.split_whitespace().any(|token| {
        token
            .chars()
            .any(|c| c.is_alphanumeric() && !is_lone_jamo(c))
            && !(token.len() <= 4 && EMOTICONS.contains(&token.to_ascii_lowercase().as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::split;

    #[track_caller]
    fn one(text: &str) {
        assert_eq!(split(text), [text]);
    }

    #[track_caller]
    fn at_bars(text: &str) {
        let line = text.replace('|', "");
        let expected: Vec<_> = text.split('|').map(str::trim).collect();
        assert_eq!(split(&line), expected, "{text}");
    }

    #[test]
    fn plain_sentences() {
        at_bars("고양이는 털을 핥는다.| 왜 그럴까?| 놀랍다!| 정말이다");
        at_bars("그렇습니다。|아닙니다。");
        at_bars("뭐?!| 정말!!!| 그래.");
        assert_eq!(split(""), [""; 0]);
        assert_eq!(split(" ... "), [""; 0]);
    }

    #[test]
    fn a_missing_space_after_a_final_ending() {
        at_bars("비가 온다.|우산이 없다.| 끝");
        at_bars("뭐라고?|정말이야!|그래.");
        one("서울.부산.대구를 지난다.");
        one("가.나.다 순으로 적는다.");
    }

    #[test]
    fn numbers_dates_and_abbreviations() {
        one("원주율은 3.14159이고 v1.2.3을 쓴다.");
        one("2024. 1. 5. 서울에서 열렸다.");
        at_bars("끝났다.| 2. 다음으로 넘어간다.");
        one("Dr. 김은 U.S. 시민이고 J. K. 롤링을 e.g. 좋아한다.");
        one("A vs. B");
        at_bars("가. 첫 항목이다.| 나. 둘째 항목이다.");
        at_bars("나는 집에 가.| 너는?");
    }

    #[test]
    fn urls_and_file_names() {
        one("https://ko.wikipedia.org/wiki/고양이?가=나!다 에 있다.");
        at_bars("www.example.com/a?b에 있다.| config.toml을 고친다.");
        at_bars("주소는 https://a.kr/b.| 끝");
    }

    #[test]
    fn ellipses() {
        one("글쎄… 그게 말이지...잘 모르겠다.");
        at_bars(
            "잘 모르겠어요... 그래도 해 볼게요."
                .replace("... ", "...| ")
                .as_str(),
        );
        at_bars("알 수 없다…| 그래도 간다.");
        one("기다렸다가….");
    }

    #[test]
    fn quotations_and_brackets() {
        one("그는 \"가자. 늦었다.\"라고 말했다.");
        one("그는 “가자. 늦었다.” 하고 말했다.");
        one("\"정말?\" 하고 물었다.");
        one("'왜?'라는 물음이 남는다.");
        one("그는 (정말! 진짜로) 웃었다.");
        at_bars("그는 웃었다.| (정말이다.)| 끝났다.");
        at_bars("\"안녕하세요.| 반갑습니다.\"| 그가 말했다.");
        at_bars("답: \"안녕하세요.| 저는 학생입니다.\"");
        at_bars("don't stop.| it's fine.");
        at_bars("**중요하다.**| 다음 말이다.");
        at_bars("그렇다.[1]| 다음 말이다.");
        at_bars(
            "열린 (괄호다. | 그래도 끝난다."
                .replace(". | ", ".| ")
                .as_str(),
        );
    }

    #[test]
    fn emoticons_are_no_sentences() {
        at_bars("좋아요!^^| 감사합니다 ㅎㅎ");
        one("좋아요! ㅎㅎ");
        one("좋아요! :D");
        one("슬퍼요 ㅠ.ㅠ T_T");
        one("좋아요! 😊👍🏽");
        at_bars("좋아요!😊| 다음에 봐요~");
        assert_eq!(split("ㅋㅋㅋㅋ ^^ 😊"), [""; 0]);
        at_bars("네 :)| 맞아요.".replace("|", "").as_str());
    }

    #[test]
    fn long_lines_take_linear_time() {
        for unit in [
            "가", ".", "(", ")", "\"", "'", "1.", "a.", "가다.", "[", "[]", "://", "… ",
        ] {
            let line = unit.repeat(300_000);
            let start = std::time::Instant::now();
            split(&line);
            assert!(start.elapsed().as_secs() < 5, "{unit:?}");
        }
    }
}
