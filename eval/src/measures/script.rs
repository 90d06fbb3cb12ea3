//! How Korean the letters of an answer are.

use std::ops::Range;

use super::document::{Document, Kind, has_word};
use super::latin::{is_run, unexcused};
use super::letter::{Letter, is_syllable, letter};

/// Scripts in an answer. Letters are alphabetic characters of a script of their own: digits, marks, emoji and Roman
/// numerals (Ⅳ) are none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scripts {
    /// Hangul (lone jamo such as ㅋ too) among the letters.
    pub hangul_share: Option<f64>,
    /// Latin among the letters.
    pub latin_share: Option<f64>,
    /// Chinese characters among the letters.
    pub han_share: Option<f64>,
    /// 어절 that mix scripts, of all 어절 outside code; see [`scripts`] for what is excused.
    pub mixed_eojeol_share: Option<f64>,
    /// Lines in which more than half of the letters that are not excused are Hangul, of the lines that have such
    /// letters. Code is left out.
    pub korean_line_share: Option<f64>,
    /// Replacement characters U+FFFD: bytes that were no UTF-8.
    pub n_replacement: u32,
}

/// Measures the scripts of an answer.
///
/// The three shares of letters are of all letters. The other two excuse what careful Korean text keeps in other letters:
///
/// - abbreviations and proper nouns of the list in `names.rs` (`DNA는`, `COVID-19가`), spelled exactly;
/// - units after a number (`5km를`, `36.5 °C로`);
/// - formulas: single letters (`x는`, `비타민C`, `β세포`), chemical formulas (`CO2를`), Roman numerals in Latin letters
///   (`II형`) and whatever holds `=`, `^` or `\`;
/// - code: what stands between backticks, tags (`<b>`, and `<|user|>` with the speaker behind it), URLs, addresses, and words with an inner period, underscore or `@`
///   (`config.toml을`);
/// - a gloss in brackets right after a Hangul word: `그루밍(grooming)은` counts as `그루밍은`.
///
/// Any other Latin word with a particle mixes scripts: `apple은`. Kana and Chinese characters count as one script here,
/// so that Japanese is not mixed in itself.
#[must_use]
pub fn scripts(document: &Document) -> Scripts {
    let [hangul, latin, han, all] = letter_counts(document.text);
    let share = |n: usize, of: usize| (of > 0).then(|| n as f64 / of as f64);
    let (mut eojeols, mut mixed, mut lines, mut korean) = (0, 0, 0, 0);
    for line in document.lines.iter().filter(|l| l.kind != Kind::Code) {
        let mut in_line = Tally::default();
        for eojeol in eojeols_of(&Masked::of(line.text).kept) {
            let tally = Tally::of(&eojeol);
            eojeols += 1;
            mixed += usize::from(tally.n_scripts() > 1);
            in_line.add(tally);
        }
        lines += usize::from(in_line.n_scripts() > 0);
        korean += usize::from(in_line.is_korean());
    }
    let replaced = document.text.matches('\u{FFFD}').count();
    Scripts {
        hangul_share: share(hangul, all),
        latin_share: share(latin, all),
        han_share: share(han, all),
        mixed_eojeol_share: share(mixed, eojeols),
        korean_line_share: share(korean, lines),
        n_replacement: u32::try_from(replaced).unwrap_or(u32::MAX),
    }
}

/// Hangul, Latin, Han and all letters.
fn letter_counts(text: &str) -> [usize; 4] {
    let mut counts = [0; 4];
    for found in text.chars().filter_map(letter) {
        counts[3] += 1;
        match found {
            Letter::Hangul => counts[0] += 1,
            Letter::Latin => counts[1] += 1,
            Letter::Han => counts[2] += 1,
            _ => {}
        }
    }
    counts
}

/// Whether the text holds a Latin letter.
pub(super) fn has_latin(text: &str) -> bool {
    text.chars().any(|c| letter(c) == Some(Letter::Latin))
}

/// An 어절 of a masked line that holds a letter or digit.
struct Eojeol<'a> {
    text: &'a str,
    /// Where it begins in the line, in bytes.
    start: usize,
    /// A number stands before it, of which it may be the unit.
    after_number: bool,
}

fn eojeols_of(line: &str) -> impl Iterator<Item = Eojeol<'_>> {
    let mut after_number = false;
    let words = line.split_whitespace().filter(|word| has_word(word));
    words.map(move |text| {
        let eojeol = Eojeol {
            text,
            start: offset(line, text),
            after_number,
        };
        after_number = text.ends_with(|c: char| c.is_ascii_digit());
        eojeol
    })
}

/// Where `part`, a slice of `whole`, begins in it, in bytes.
pub(super) fn offset(whole: &str, part: &str) -> usize {
    part.as_ptr().addr() - whole.as_ptr().addr()
}

impl Eojeol<'_> {
    /// The letters that nothing excuses: their script, where they stand in the 어절 and how many they are. Latin ones come
    /// a word at a time, others one by one.
    fn letters(&self) -> impl Iterator<Item = (Letter, Range<usize>, usize)> {
        let mut at = 0;
        std::iter::from_fn(move || {
            loop {
                let rest = &self.text[at..];
                let c = rest.chars().next()?;
                let start = at;
                if is_run(c) {
                    let end = rest.find(|c| !is_run(c)).unwrap_or(rest.len());
                    at += end;
                    let n = unexcused(&rest[..end], start == 0 && self.after_number);
                    if n > 0 {
                        return Some((Letter::Latin, start..at, n));
                    }
                } else {
                    at += c.len_utf8();
                    // A Greek letter alone is a symbol.
                    let next = rest.chars().nth(1).and_then(letter);
                    let is_symbol = |found| found == Letter::Greek && next != Some(Letter::Greek);
                    if let Some(found) = letter(c).filter(|found| !is_symbol(*found)) {
                        return Some((found, start..at, 1));
                    }
                }
            }
        })
    }
}

/// Letters that are not excused, by script.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    hangul: usize,
    latin: usize,
    /// Han and kana.
    east: usize,
    other: usize,
}

impl Tally {
    fn of(eojeol: &Eojeol) -> Self {
        let mut tally = Self::default();
        for (letter, _, n) in eojeol.letters() {
            match letter {
                Letter::Hangul => tally.hangul += n,
                Letter::Latin => tally.latin += n,
                Letter::Han | Letter::Kana => tally.east += n,
                Letter::Greek | Letter::Other => tally.other += n,
            }
        }
        tally
    }

    fn add(&mut self, other: Self) {
        self.hangul += other.hangul;
        self.latin += other.latin;
        self.east += other.east;
        self.other += other.other;
    }

    fn n_scripts(self) -> usize {
        let counts = [self.hangul, self.latin, self.east, self.other];
        counts.into_iter().filter(|&n| n > 0).count()
    }

    fn is_korean(self) -> bool {
        self.hangul > self.latin + self.east + self.other
    }
}

/// No gloss in brackets is longer, in characters.
const MAX_GLOSS: usize = 80;

/// No tag is longer, in bytes.
const MAX_TAG: usize = 40;

/// Bytes up to the end of a tag whose `<` has just been passed: of markup (`/b>`), or of a chat template (`|im_start|>user`).
fn tag(after: &str) -> Option<usize> {
    let end = after.bytes().take(MAX_TAG).position(|b| b == b'>')?;
    let name = &after[..end];
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b"/|_- =\"".contains(&b);
    let is_tag = name.bytes().all(is_name)
        && name.starts_with(|c: char| c == '/' || c == '|' || c.is_ascii_alphabetic());
    let rest = &after[end + 1..];
    let speakers = ["user", "assistant", "system", "model"];
    let speaker = speakers
        .iter()
        .find(|s| name.starts_with('|') && rest.starts_with(**s));
    is_tag.then(|| end + 1 + speaker.map_or(0, |s| s.len()))
}

/// A line without what stands between backticks, without tags, and without brackets that hold letters but no Hangul and
/// stand right after a Hangul word.
#[derive(Default)]
struct Masked {
    kept: String,
    /// Where something was left out of `kept`, in its bytes, and how much in all up to there.
    gaps: Vec<(usize, usize)>,
}

impl Masked {
    fn of(line: &str) -> Self {
        let mut masked = Self {
            kept: String::with_capacity(line.len()),
            gaps: Vec::new(),
        };
        let mut rest = line;
        let mut may_close = true;
        while let Some(c) = rest.chars().next() {
            let after = &rest[c.len_utf8()..];
            let skipped = match c {
                '`' if may_close => {
                    let close = after.find('`');
                    may_close = close.is_some();
                    close.map(|n| n + 1)
                }
                '(' | '（' if masked.kept.ends_with(is_syllable) => gloss(after),
                '<' => tag(after),
                _ => None,
            };
            match skipped {
                None => masked.kept.push(c),
                Some(n) => masked.skip(c.len_utf8() + n),
            }
            rest = &after[skipped.unwrap_or(0)..];
        }
        masked
    }

    fn skip(&mut self, bytes: usize) {
        let before = self.gaps.last().map_or(0, |&(_, all)| all);
        self.gaps.push((self.kept.len(), before + bytes));
    }

    /// Where the byte of `kept` at `place` stands in the line.
    fn in_line(&self, place: usize) -> usize {
        let n = self.gaps.partition_point(|&(at, _)| at <= place);
        place + n.checked_sub(1).map_or(0, |last| self.gaps[last].1)
    }
}

/// Where words that are neither Hangul nor excused stand in the text, in bytes, in their order: what
/// [`Scripts::korean_line_share`] counts against a line. Neighbours of one script with no other letter or digit between
/// them in a line are one range.
#[must_use]
pub fn foreign(document: &Document) -> Vec<Range<usize>> {
    let mut found: Vec<(Letter, Range<usize>)> = Vec::new();
    for line in document.lines.iter().filter(|l| l.kind != Kind::Code) {
        let (begin, first) = (offset(document.text, line.text), found.len());
        let masked = Masked::of(line.text);
        for eojeol in eojeols_of(&masked.kept) {
            for (letter, at, _) in eojeol.letters().filter(|l| l.0 != Letter::Hangul) {
                let start = begin + masked.in_line(eojeol.start + at.start);
                // Its last byte, so that a gap right behind it stays outside.
                let end = begin + masked.in_line(eojeol.start + at.end - 1) + 1;
                let between = |last: usize| &document.text[last..start];
                match found[first..].last_mut() {
                    Some((script, last)) if *script == letter && !has_word(between(last.end)) => {
                        last.end = end;
                    }
                    _ => found.push((letter, start..end)),
                }
            }
        }
    }
    found.into_iter().map(|(_, range)| range).collect()
}

/// Bytes up to the end of a gloss whose bracket has just been opened.
fn gloss(after: &str) -> Option<usize> {
    let mut has_letter = false;
    for (at, c) in after.char_indices().take(MAX_GLOSS) {
        match letter(c) {
            Some(Letter::Hangul) => return None,
            Some(_) => has_letter = true,
            None if c == ')' || c == '）' => return has_letter.then(|| at + c.len_utf8()),
            None => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Scripts {
        scripts(&Document::new(text))
    }

    #[test]
    fn shares_are_of_the_letters() {
        let s = of("가나다 ab 漢 12!? 😀");
        assert_eq!(s.hangul_share, Some(0.5));
        assert_eq!(s.latin_share, Some(2.0 / 6.0));
        assert_eq!(s.han_share, Some(1.0 / 6.0));
    }

    #[test]
    fn nothing_to_take_a_share_of() {
        let s = of("");
        assert_eq!(
            (s.hangul_share, s.latin_share, s.han_share),
            (None, None, None)
        );
        assert_eq!((s.mixed_eojeol_share, s.korean_line_share), (None, None));
        let s = of("12 3");
        assert_eq!(
            (s.hangul_share, s.mixed_eojeol_share, s.korean_line_share),
            (None, Some(0.0), None)
        );
    }

    #[test]
    fn replacement_characters_are_counted() {
        assert_eq!(of("가\u{FFFD}나\u{FFFD}\u{FFFD}").n_replacement, 3);
    }

    #[test]
    fn mixed() {
        for eojeol in [
            "apple은",
            "고양이cat",
            "고양이の",
            "學生이",
            "grooming을",
            "ai는",
            "привет를",
            "Cat이",
            "self-care를",
            "λόγος는",
            "(apple)은",
            "5apples를",
            "<사과apple>은",
            "apple<는",
            "고양이는/cat",
        ] {
            assert_eq!(of(eojeol).mixed_eojeol_share, Some(1.0), "{eojeol}");
        }
        assert_eq!(
            of("고양이는 apple을 좋아하는 animal이다").mixed_eojeol_share,
            Some(0.5)
        );
    }

    #[test]
    fn excused() {
        for eojeol in [
            "DNA는",
            "COVID-19가",
            "pH를",
            "5km를",
            "3.5kg이다",
            "100mL씩",
            "36.5°C로",
            "60km/h로",
            "20m²의",
            "x는",
            "비타민C가",
            "CO2를",
            "H₂O는",
            "NaCl과",
            "II형",
            "y=ax+b를",
            "β세포",
            "config.toml을",
            "a_b를",
            "`print`를",
            "https://a.kr/b를",
            "me@a.kr로",
            "그루밍(grooming)은",
            "학교(學校)는",
            "CPU/GPU를",
            "C++로",
            "R&D에",
            "Wi-Fi가",
            "5μm다",
            "grooming",
            "日本の",
            "고양이는",
            "GPT-4o가",
            "AI-DNA는",
            "Node.js로",
            "10kΩ의",
            "v1.2.3을",
            "WPA3를",
            "비가<br>온다",
            "가<|im_start|>user",
            "끝났다.<|im_end|>",
            "ＵＳＢ를",
        ] {
            assert_eq!(of(eojeol).mixed_eojeol_share, Some(0.0), "{eojeol}");
        }
        assert_eq!(of("5 km를").mixed_eojeol_share, Some(0.0));
        assert_eq!(of("그루밍(self grooming)은").mixed_eojeol_share, Some(0.0));
        assert_eq!(of("오늘 km를").mixed_eojeol_share, Some(0.5));
    }

    #[test]
    fn korean_lines() {
        let s = of(
            "고양이는 귀엽다.\nCats are cute.\nDNA RNA CPU\n그는 Netflix를 본다.\n```\nlet x = 1;\n```\n- 길이: 5 km, CO2\n猫は可愛い。",
        );
        assert_eq!(s.korean_line_share, Some(3.0 / 5.0));
    }

    #[test]
    fn what_is_not_excused_stands_where_it_is_written() {
        for (text, expected) in [
            (
                "고양이는 apple을 좋아하는 animal이다",
                &["apple", "animal"][..],
            ),
            (
                "그루밍(grooming)은 self-care와 `x y`의 cat이다",
                &["self-care", "cat"],
            ),
            (
                "Cats are cute, really.\nDogs too.",
                &["Cats are cute, really", "Dogs too"],
            ),
            (
                "學生이 日本語を 猫 cat",
                &["學生", "日本語", "を", "猫", "cat"],
            ),
            ("DNA는 5 km를 x는 CO2를 U.S.", &[]),
            ("가<b>apple</b>나", &["apple"]),
            ("```\nlet x = 1;\n```\nfish가", &["fish"]),
            ("", &[]),
        ] {
            let found = foreign(&Document::new(text));
            let shown: Vec<_> = found
                .into_iter()
                .map(|at| text[at].trim_end_matches('.'))
                .collect();
            assert_eq!(shown, expected, "{text}");
        }
    }

    #[test]
    fn odd_text_takes_linear_time() {
        for unit in ["가(", "(", "`", "a.", "A-", "가(a", "/", "=", "α"] {
            let text = unit.repeat(300_000);
            let start = std::time::Instant::now();
            of(&text);
            _ = foreign(&Document::new(&text));
            assert!(start.elapsed().as_secs() < 5, "{unit:?}");
        }
    }
}
