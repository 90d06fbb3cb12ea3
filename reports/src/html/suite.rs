//! The suite as it was resolved, in words.

use datasets::{AnswersSuite, PerplexitySuite, SpeedSuite, Suite};

use super::facts::{Fact, Facts};
use super::phrase::{Phrase, Rich};

/// What each cell was put through.
pub(super) fn facts(suite: &Suite) -> Facts {
    let absent = || Phrase::both("재지 않음", "not measured");
    let mut facts = vec![
        Fact::new("이름", "Name", Phrase::foreign(&suite.name)),
        Fact::new("정밀도", "Precisions", names(&suite.precisions)),
        Fact::new(
            "속도",
            "Speed",
            suite.speed.as_ref().map_or_else(absent, speed),
        ),
        Fact::new(
            "퍼플렉시티",
            "Perplexity",
            suite.perplexity.as_ref().map_or_else(absent, perplexity),
        ),
        Fact::new(
            "답변",
            "Answers",
            suite.answers.as_ref().map_or_else(absent, answers),
        ),
    ];
    let numbers = || {
        Phrase::both(
            "모델 파일의 모든 가중치, 글 앞부분에서의 활성값",
            "all weights of each model’s file, activations over the beginning of the texts",
        )
    };
    facts.push(Fact::new(
        "수의 범위",
        "Number ranges",
        suite.numbers.as_ref().map_or_else(absent, |_| numbers()),
    ));
    facts.extend(
        suite
            .answers
            .as_ref()
            .map(|answers| Fact::new("토큰 고르기", "Choice of tokens", sampling(answers))),
    );
    Facts(facts)
}

fn names(names: &[String]) -> Phrase {
    let list = || Rich::default().list(names.iter().map(String::as_str));
    Phrase::of(list(), list())
}

/// Numbers as Korean and English list them: `1·4`, `1 and 4`.
fn numbers(numbers: &[u32]) -> (String, String) {
    let texts: Vec<String> = numbers.iter().map(u32::to_string).collect();
    let english = match texts.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => texts.concat(),
    };
    (texts.join("·"), english)
}

fn speed(suite: &SpeedSuite) -> Phrase {
    let [prompt, generated, depth, parallel] = [
        &suite.n_prompt,
        &suite.n_gen,
        &suite.n_depth,
        &suite.parallel,
    ]
    .map(|list| numbers(list));
    let reps = suite.repetitions;
    Phrase::both(
        format!(
            "프롬프트 {}토큰, 생성 {}토큰, 깊이 {}토큰, 동시 시퀀스 {}개, 각각 {reps}번",
            prompt.0, generated.0, depth.0, parallel.0
        ),
        format!(
            "prompts of {} tokens; {} generated tokens; depth {}; sequences at once: {}; {reps} times each",
            prompt.1, generated.1, depth.1, parallel.1
        ),
    )
}

fn perplexity(suite: &PerplexitySuite) -> Phrase {
    let n_ctx = suite.n_ctx;
    let limit = match suite.max_chunks {
        Some(n) => Phrase::both(
            format!(", 글마다 최대 {n}개"),
            format!(", at most {n} of each text"),
        ),
        None => Phrase::both(", 글 전체", ", all of each text"),
    };
    names(&suite.corpora)
        .then(Phrase::both(
            format!(", {n_ctx}토큰 청크"),
            format!(", chunks of {n_ctx} tokens"),
        ))
        .then(limit)
}

fn answers(suite: &AnswersSuite) -> Phrase {
    let AnswersSuite {
        max_tokens,
        parallel,
        timed,
        ..
    } = suite;
    names(&suite.questions).then(Phrase::both(
        format!(", 답은 최대 {max_tokens}토큰, 한꺼번에 {parallel}개씩, 처음 {timed}개는 하나씩 시간을 잼"),
        format!(", at most {max_tokens} tokens, {parallel} at once, the first {timed} alone and timed"),
    ))
}

fn sampling(suite: &AnswersSuite) -> Phrase {
    let seed = suite.seed.unwrap_or(42);
    let top_p = suite.top_p.unwrap_or(0.9);
    match suite.temperature {
        Some(0.0) => Phrase::both(
            "언제나 확률이 가장 높은 토큰(greedy)",
            "always the likeliest (greedy)",
        ),
        Some(t) => Phrase::both(
            format!("무작위(온도 {t}, top-p {top_p}, 시드 {seed})"),
            format!("sampled (temperature {t}, top-p {top_p}, seed {seed})"),
        ),
        None => Phrase::both(
            format!(
                "대화 템플릿이 있으면 확률이 가장 높은 토큰(greedy), 없으면 무작위(온도 0.7, top-p {top_p}, 시드 {seed})"
            ),
            format!(
                "the likeliest (greedy) with a chat template, else sampled (temperature 0.7, top-p {top_p}, seed {seed})"
            ),
        ),
    }
}
