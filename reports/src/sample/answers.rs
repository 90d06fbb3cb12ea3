//! How the answers of made-up cells are alike.

use super::plan::PRECISIONS;
use crate::record::{Answer, AnswerMeasures, Fact};

/// Tokens that a word is made of.
pub(super) const TOKENS_PER_WORD: usize = 3;
/// The words that answers are made of.
pub(super) const WORDS: [&str; 15] = [
    "고양이는",
    "털을",
    "핥아",
    "몸을",
    "깨끗하게",
    "하고",
    "체온을",
    "조절합니다.",
    "침이",
    "마르면서",
    "열을",
    "빼앗고,",
    "grooming으로",
    "마음을",
    "가라앉힙니다.",
];

/// The tokens of an answer: three for each word, then as many others as are left.
pub(super) fn tokens(answer: &str, n_tokens: u32) -> Vec<i32> {
    let word = |word: &str| WORDS.iter().position(|known| *known == word).unwrap_or(0);
    let words = answer.split(' ').filter(|word| !word.is_empty()).map(word);
    let tokens =
        words.flat_map(|word| (0..TOKENS_PER_WORD).map(move |i| word * TOKENS_PER_WORD + i));
    let other = WORDS.len() * TOKENS_PER_WORD;
    let all = tokens.chain(std::iter::repeat(other));
    all.take(n_tokens as usize)
        .map(|token| token as i32)
        .collect()
}

/// What can be counted in the text of an answer.
pub(super) fn counted(answer: &str) -> AnswerMeasures {
    let count = |holds: &dyn Fn(char) -> bool| answer.chars().filter(|c| holds(*c)).count() as u32;
    let hangul = count(&|c| ('가'..='힣').contains(&c));
    let latin = count(&|c| c.is_ascii_alphabetic());
    let letters = f64::from(hangul + latin);
    let share = |n: u32| (letters > 0.0).then(|| f64::from(n) / letters);
    AnswerMeasures {
        n_chars: count(&|_| true),
        n_syllables: hangul,
        n_eojeol: answer.split_whitespace().count() as u32,
        n_sentences: count(&|c| c == '.'),
        hangul_share: share(hangul),
        latin_share: share(latin),
        han_share: share(0),
        ..AnswerMeasures::default()
    }
}

/// Makes the answers of a cell like those of the first cell of its model, as real ones are: F16's are
/// the same but for every seventh, Q8_0's every third, and both begin alike; those of fewer bits part
/// at once.
pub(super) fn make_alike(facts: &mut [Fact], of_first: &[Fact], precision: usize) {
    let (name, _) = PRECISIONS[precision];
    let firsts = of_first.iter().filter_map(|fact| match fact {
        Fact::Answer(answer) => Some(answer),
        _ => None,
    });
    let answers = facts.iter_mut().filter_map(|fact| match fact {
        Fact::Answer(answer) => Some(answer),
        _ => None,
    });
    for (index, (answer, first)) in answers.zip(firsts).enumerate() {
        let (is_same, alike) = match name {
            "F16" => (index % 7 != 3, 0.6),
            "Q8_0" => (index % 3 == 0, 0.25),
            _ => (false, 0.0),
        };
        if is_same {
            repeat(answer, first);
        } else if alike > 0.0 {
            begin_like(answer, first, alike);
        }
    }
}

/// The same answer, in its own time and with its own likelihoods.
fn repeat(answer: &mut Answer, first: &Answer) {
    let reference_nll = answer.measures.reference_nll;
    answer.answer.clone_from(&first.answer);
    answer.measures.clone_from(&first.measures);
    answer.measures.reference_nll = reference_nll;
    (answer.stop, answer.n_tokens) = (first.stop, first.n_tokens);
    answer.tokens.clone_from(&first.tokens);
    if let Some(timing) = &mut answer.timing {
        let times = timing.inter_token_ns.iter().copied().cycle();
        timing.inter_token_ns = times.take(first.n_tokens as usize - 1).collect();
    }
}

/// The words of `first` up to this share of the answer.
fn begin_like(answer: &mut Answer, first: &Answer, share: f64) {
    let alike = (share * f64::from(answer.n_tokens) / TOKENS_PER_WORD as f64) as usize;
    let rest = answer.answer.split(' ').skip(alike);
    let words: Vec<&str> = first.answer.split(' ').take(alike).chain(rest).collect();
    answer.answer = words.join(" ");
    let found = counted(&answer.answer);
    let measures = &mut answer.measures;
    (measures.n_chars, measures.n_syllables) = (found.n_chars, found.n_syllables);
    (measures.n_eojeol, measures.n_sentences) = (found.n_eojeol, found.n_sentences);
    (measures.hangul_share, measures.latin_share) = (found.hangul_share, found.latin_share);
    answer.tokens = Some(tokens(&answer.answer, answer.n_tokens));
}
