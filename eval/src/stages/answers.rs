//! Answers to questions: the first few alone and timed, the rest several at a time.
//!
//! An answer must not depend on which other questions are asked. So each prompt is evaluated in a
//! batch of its own, and every step of generation evaluates one row for each of the `parallel`
//! sequences, those that have ended included: the shapes of the engine's matrices, and with them
//! its rounding, are then the same for every question and every precision.

use crate::engine::sample::Sampler;
use crate::engine::{Error, Model, Row, Session, SessionSpec, Token};

use super::reference::{self, Likelihood};
use crate::measures;
use datasets::{AnswersSuite, Question};
use reports::record::{Answer, AnswerMeasures, AnswerTiming, OllamaSettings, Sampling, Stop};
use std::time::Instant;

/// llama.cpp's defaults.
const N_BATCH: u32 = 2048;
const N_UBATCH: u32 = 512;

/// Base models loop under greedy decoding; they are sampled with these unless the suite says otherwise.
const BASE_TEMPERATURE: f32 = 0.7;
const BASE_TOP_P: f32 = 0.9;
const SEED: u32 = 42;

/// What every answer of a cell has in common.
struct Setting<'m> {
    model: &'m dyn Model,
    format: &'static str,
    sampling: Sampling,
    max_tokens: u32,
    system: Option<&'m str>,
    /// Texts that end an answer.
    stop: &'m [String],
}

/// A question ready to be asked.
struct Asked<'q> {
    question: &'q Question,
    /// Place in the list: the stream of random numbers.
    number: u32,
    prompt: String,
    tokens: Vec<Token>,
    /// Of the question's reference answer, where it has one.
    likelihood: Option<Likelihood>,
}

/// Asks all questions; `emit` gets each answer as soon as it has ended.
///
/// `as_ollama` decides before the suite how tokens are chosen; its system prompt goes to models with a
/// chat template.
///
/// # Errors
/// A template that cannot be rendered, an engine failure.
pub fn ask(
    model: &dyn Model,
    questions: &[Question],
    suite: &AnswersSuite,
    as_ollama: Option<&OllamaSettings>,
    n_threads: u32,
    emit: &mut dyn FnMut(Answer),
) -> Result<(), Error> {
    let setting = setting(model, suite, as_ollama);
    let mut asked = prepare(&setting, questions)?;
    score_references(&setting, &mut asked, n_threads)?;
    let (alone, together) = asked.split_at((suite.timed as usize).min(asked.len()));
    if !alone.is_empty() {
        let spec = session_spec(alone, setting.max_tokens, 1, n_threads);
        let mut session = model.session(&spec)?;
        warm_up(session.as_mut(), &alone[0])?;
        for asked in alone {
            emit(answer_alone(&setting, session.as_mut(), asked)?);
        }
    }
    if !together.is_empty() {
        let spec = session_spec(together, setting.max_tokens, suite.parallel, n_threads);
        let mut session = model.session(&spec)?;
        answer_together(&setting, session.as_mut(), suite.parallel, together, emit)?;
    }
    Ok(())
}

/// The largest contexts that [`ask`] will need, for the memory prediction: a text has at most as
/// many tokens as bytes, and a template adds some, as does a system prompt of `n_system` bytes.
#[must_use]
pub fn largest_sessions(
    questions: &[Question],
    suite: &AnswersSuite,
    n_system: usize,
    n_threads: u32,
) -> [SessionSpec; 2] {
    const TEMPLATE_TOKENS: u32 = 256;
    let longest = |length: fn(&Question) -> usize| {
        let question = questions.iter().map(length).max().unwrap_or(0);
        (question + n_system) as u32 + TEMPLATE_TOKENS
    };
    let prompt = longest(|q| q.question.len());
    let with_reference =
        longest(|q| q.question.len() + q.reference.as_ref().map_or(0, String::len));
    [
        spec_for(prompt + suite.max_tokens, suite.parallel, n_threads),
        reference::session_spec(with_reference, n_threads),
    ]
}

fn session_spec(asked: &[Asked<'_>], max_tokens: u32, n_seq: u32, n_threads: u32) -> SessionSpec {
    let longest = asked
        .iter()
        .map(|asked| asked.tokens.len())
        .max()
        .unwrap_or(0) as u32;
    spec_for(longest + max_tokens, n_seq, n_threads)
}

fn spec_for(tokens_per_seq: u32, n_seq: u32, n_threads: u32) -> SessionSpec {
    let n_ctx = tokens_per_seq.next_multiple_of(256) * n_seq;
    SessionSpec {
        n_ctx,
        n_seq,
        n_batch: N_BATCH.min(n_ctx),
        n_ubatch: N_UBATCH.min(n_ctx),
        n_outputs: n_seq,
        n_threads,
    }
}

fn setting<'m>(
    model: &'m dyn Model,
    suite: &AnswersSuite,
    as_ollama: Option<&'m OllamaSettings>,
) -> Setting<'m> {
    let is_base = model.template().is_none();
    let temperature = suite
        .temperature
        .unwrap_or(if is_base { BASE_TEMPERATURE } else { 0.0 });
    let sampling = if let Some(settings) = as_ollama {
        Sampling::Ollama(settings.sampling.clone())
    } else if temperature > 0.0 {
        Sampling::TopP {
            temperature,
            top_p: suite.top_p.unwrap_or(BASE_TOP_P),
            seed: suite.seed.unwrap_or(SEED),
        }
    } else {
        Sampling::Greedy
    };
    Setting {
        model,
        format: if is_base { "plain" } else { "chat" },
        sampling,
        max_tokens: as_ollama
            .and_then(|settings| settings.max_tokens)
            .map_or(suite.max_tokens, |most| most.min(suite.max_tokens)),
        system: as_ollama.and_then(|settings| settings.system.as_deref()),
        stop: as_ollama.map_or(&[], |settings| &settings.stop),
    }
}

fn prepare<'q>(setting: &Setting<'_>, questions: &'q [Question]) -> Result<Vec<Asked<'q>>, Error> {
    let template = setting.model.template();
    let prepare = |(number, question): (u32, &'q Question)| {
        let (prompt, tokens) = match &template {
            Some(template) => {
                let prompt = template.prompt(setting.system, &question.question)?;
                // The template has written BOS itself; its control tokens are meant as such.
                let tokens = setting.model.tokenize(prompt.as_bytes(), false, true);
                (prompt, tokens)
            }
            None => {
                let prompt = format!("질문: {}\n답변:", question.question);
                let tokens = setting.model.tokenize(prompt.as_bytes(), true, false);
                (prompt, tokens)
            }
        };
        if tokens.is_empty() {
            return Err(Error(format!(
                "question {}: the prompt has no tokens",
                question.id
            )));
        }
        Ok(Asked {
            question,
            number,
            prompt,
            tokens,
            likelihood: None,
        })
    };
    (0..).zip(questions).map(prepare).collect()
}

fn score_references(
    setting: &Setting<'_>,
    asked: &mut [Asked<'_>],
    n_threads: u32,
) -> Result<(), Error> {
    let references: Vec<Vec<Token>> = asked.iter().map(|a| reference(setting, a)).collect();
    let length =
        |(asked, reference): (&Asked<'_>, &Vec<Token>)| asked.tokens.len() + reference.len();
    let longest = asked.iter().zip(&references).map(length).max();
    if references.iter().all(Vec::is_empty) {
        return Ok(());
    }
    let spec = reference::session_spec(longest.unwrap_or(0) as u32, n_threads);
    let mut session = setting.model.session(&spec)?;
    for (asked, reference) in asked.iter_mut().zip(references) {
        if !reference.is_empty() {
            asked.likelihood = reference::score(session.as_mut(), &asked.tokens, &reference)?;
        }
    }
    Ok(())
}

/// Tokens of the reference answer as the model would write it; none where there is no reference.
fn reference(setting: &Setting<'_>, asked: &Asked<'_>) -> Vec<Token> {
    let Some(reference) = asked.question.reference.as_deref().map(str::trim) else {
        return Vec::new();
    };
    if reference.is_empty() {
        return Vec::new();
    }
    // A template ends in a line break, the plain prompt in a colon.
    let space = if setting.format == "plain" { " " } else { "" };
    let text = format!("{space}{reference}");
    setting.model.tokenize(text.as_bytes(), false, false)
}

/// One prompt and one token, so that the first timed answer does not pay for building graphs.
fn warm_up(session: &mut dyn Session, asked: &Asked<'_>) -> Result<(), Error> {
    let last = prefill(session, 0, &asked.tokens)?;
    session.logits(last)?;
    let pos = asked.tokens.len() as u32;
    session.decode(&[Row {
        token: asked.tokens[0],
        pos,
        seq: 0,
        logits: true,
    }])?;
    session.synchronize();
    Ok(())
}

/// Evaluates a prompt from position 0; returns the row of the last batch that has its logits.
fn prefill(session: &mut dyn Session, seq: u32, tokens: &[Token]) -> Result<usize, Error> {
    if !session.truncate(seq, 0) {
        session.clear();
    }
    let mut last = 0;
    for (part, chunk) in tokens.chunks(N_BATCH as usize).enumerate() {
        let begin = part * N_BATCH as usize;
        let rows: Vec<Row> = chunk
            .iter()
            .enumerate()
            .map(|(i, &token)| Row {
                token,
                pos: (begin + i) as u32,
                seq,
                logits: begin + i + 1 == tokens.len(),
            })
            .collect();
        session.decode(&rows)?;
        last = rows.len() - 1;
    }
    Ok(last)
}

fn answer_alone(
    setting: &Setting<'_>,
    session: &mut dyn Session,
    asked: &Asked<'_>,
) -> Result<Answer, Error> {
    let mut writing = Writing::new(setting, asked);
    session.synchronize();
    let start = Instant::now();
    let last = prefill(session, 0, &asked.tokens)?;
    writing.choose(setting, session.logits(last)?);
    let ttft_ns = start.elapsed().as_nanos() as u64;
    let mut inter_token_ns = Vec::new();
    let mut before = Instant::now();
    while let Some(row) = writing.next_row(0) {
        session.decode(&[row])?;
        writing.choose(setting, session.logits(0)?);
        let now = Instant::now();
        // The step that only found the end of the turn gave the reader no token.
        if writing.stop != Some(Stop::Eos) {
            inter_token_ns.push((now - before).as_nanos() as u64);
        }
        before = now;
    }
    let timing = AnswerTiming {
        ttft_ns,
        inter_token_ns,
    };
    Ok(writing.finish(setting, 1, Some(timing)))
}

fn answer_together(
    setting: &Setting<'_>,
    session: &mut dyn Session,
    n_parallel: u32,
    asked: &[Asked<'_>],
    emit: &mut dyn FnMut(Answer),
) -> Result<(), Error> {
    let mut waiting = asked.iter();
    let mut slots: Vec<Option<Writing<'_>>> = (0..n_parallel).map(|_| None).collect();
    loop {
        for (slot, seq) in slots.iter_mut().zip(0..) {
            while slot.is_none() {
                let Some(next) = waiting.next() else { break };
                let mut writing = Writing::new(setting, next);
                let last = prefill(session, seq, &next.tokens)?;
                writing.choose(setting, session.logits(last)?);
                *slot = Some(writing);
                finish_if_ended(setting, n_parallel, slot, emit);
            }
        }
        if slots.iter().all(Option::is_none) {
            return Ok(());
        }
        step(setting, session, &mut slots)?;
        for slot in &mut slots {
            finish_if_ended(setting, n_parallel, slot, emit);
        }
    }
}

/// One token in every sequence. A sequence without an answer repeats a token at its position 0.
fn step(
    setting: &Setting<'_>,
    session: &mut dyn Session,
    slots: &mut [Option<Writing<'_>>],
) -> Result<(), Error> {
    let mut rows = Vec::with_capacity(slots.len());
    for (slot, seq) in slots.iter().zip(0..) {
        let row = slot.as_ref().and_then(|writing| writing.next_row(seq));
        rows.push(match row {
            Some(row) => row,
            None => {
                // Emptied on every step, so that it never grows past its part of the context.
                session.truncate(seq, 0);
                Row {
                    token: 0,
                    pos: 0,
                    seq,
                    logits: true,
                }
            }
        });
    }
    session.decode(&rows)?;
    for (row, slot) in slots.iter_mut().enumerate() {
        if let Some(writing) = slot {
            writing.choose(setting, session.logits(row)?);
        }
    }
    Ok(())
}

fn finish_if_ended(
    setting: &Setting<'_>,
    n_parallel: u32,
    slot: &mut Option<Writing<'_>>,
    emit: &mut dyn FnMut(Answer),
) {
    if let Some(writing) = slot.take_if(|writing| writing.stop.is_some()) {
        emit(writing.finish(setting, n_parallel, None));
    }
}

/// An answer that is being written.
struct Writing<'a> {
    asked: &'a Asked<'a>,
    sampler: Sampler,
    bytes: Vec<u8>,
    tokens: Vec<Token>,
    /// What was written with control tokens spelt out, for finding texts that end it.
    spelt: Vec<u8>,
    stop: Option<Stop>,
}

impl<'a> Writing<'a> {
    fn new(setting: &Setting<'_>, asked: &'a Asked<'a>) -> Self {
        let n_vocab = setting.model.n_vocab();
        let mut sampler = Sampler::new(&setting.sampling, asked.number, n_vocab);
        asked.tokens.iter().for_each(|&token| sampler.accept(token));
        Self {
            asked,
            sampler,
            bytes: Vec::new(),
            tokens: Vec::new(),
            spelt: Vec::new(),
            stop: None,
        }
    }

    /// Takes the next token from the logits.
    fn choose(&mut self, setting: &Setting<'_>, logits: &[f32]) {
        let token = self.sampler.choose(logits);
        if setting.model.is_end(token) {
            self.stop = Some(Stop::Eos);
            return;
        }
        self.sampler.accept(token);
        self.bytes.extend(setting.model.piece(token, false));
        if self.is_stopped(setting, token) {
            self.stop = Some(Stop::Eos);
            return;
        }
        self.tokens.push(token);
        if self.n_tokens() == setting.max_tokens {
            self.stop = Some(Stop::Limit);
        }
    }

    /// Whether the token completes a text that ends the answer, which is then taken off it.
    fn is_stopped(&mut self, setting: &Setting<'_>, token: Token) -> bool {
        if setting.stop.is_empty() {
            return false;
        }
        self.spelt.extend(setting.model.piece(token, true));
        let is_there = |text: &[u8], stop: &[u8]| text.windows(stop.len()).position(|w| w == stop);
        let stops = setting.stop.iter().map(String::as_bytes);
        for stop in stops.filter(|stop| !stop.is_empty()) {
            if is_there(&self.spelt, stop).is_some() {
                // A text of control tokens is not in the answer anyway.
                let kept = is_there(&self.bytes, stop).unwrap_or(self.bytes.len());
                self.bytes.truncate(kept);
                return true;
            }
        }
        false
    }

    fn n_tokens(&self) -> u32 {
        self.tokens.len() as u32
    }

    /// The row that continues the answer; `None` when it has ended.
    fn next_row(&self, seq: u32) -> Option<Row> {
        self.stop.is_none().then(|| Row {
            token: self.tokens.last().copied().unwrap_or_default(),
            pos: self.asked.tokens.len() as u32 + self.n_tokens() - 1,
            seq,
            logits: true,
        })
    }

    fn finish(
        self,
        setting: &Setting<'_>,
        n_parallel: u32,
        timing: Option<AnswerTiming>,
    ) -> Answer {
        let answer = String::from_utf8_lossy(&self.bytes).into_owned();
        let likelihood = self.asked.likelihood;
        Answer {
            question_id: self.asked.question.id.clone(),
            prompt: self.asked.prompt.clone(),
            format: setting.format.into(),
            sampling: setting.sampling.clone(),
            n_parallel,
            measures: AnswerMeasures {
                reference_nll: likelihood.map(|found| found.mean_nll),
                n_reference: likelihood.map(|found| found.n_tokens),
                ..measures::measure(self.asked.question, &answer)
            },
            marks: measures::marks(self.asked.question, &answer),
            answer,
            stop: self.stop.unwrap_or(Stop::Limit),
            n_prompt: self.asked.tokens.len() as u32,
            n_tokens: self.n_tokens(),
            tokens: Some(self.tokens),
            timing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine, Setup, mock::Mock};
    use reports::record::OllamaSampling;

    fn questions(n: usize) -> Vec<Question> {
        let all = datasets::load_questions("quick").unwrap().questions;
        all.into_iter().cycle().take(n).collect()
    }

    fn suite(max_tokens: u32, parallel: u32, timed: u32) -> AnswersSuite {
        AnswersSuite {
            questions: vec!["quick".into()],
            max_tokens,
            parallel,
            timed,
            temperature: Some(0.0),
            top_p: None,
            seed: None,
        }
    }

    fn answers(n: usize, suite: &AnswersSuite) -> Vec<Answer> {
        answers_as(n, suite, None)
    }

    fn answers_as(
        n: usize,
        suite: &AnswersSuite,
        as_ollama: Option<&OllamaSettings>,
    ) -> Vec<Answer> {
        let file = tempfile::NamedTempFile::new().unwrap();
        let model = Mock.load(file.path(), Setup::default()).unwrap();
        let mut answers = Vec::new();
        ask(
            model.as_ref(),
            &questions(n),
            suite,
            as_ollama,
            1,
            &mut |answer| answers.push(answer),
        )
        .unwrap();
        answers
    }

    fn as_ollama(stop: &str) -> OllamaSettings {
        OllamaSettings {
            system: None,
            sampling: OllamaSampling {
                temperature: 0.0,
                top_k: 40,
                top_p: 0.9,
                min_p: 0.0,
                repeat_penalty: 1.0,
                repeat_last_n: 64,
                presence_penalty: 0.0,
                frequency_penalty: 0.0,
                seed: 1,
            },
            stop: vec![stop.into()],
            max_tokens: None,
            ignored: Vec::new(),
        }
    }

    #[test]
    fn a_text_of_ollama_ends_an_answer_and_is_not_in_it() {
        let asked = |settings: &OllamaSettings| answers_as(3, &suite(200, 2, 1), Some(settings));
        for answer in asked(&as_ollama("핥아")) {
            assert_eq!(
                (&*answer.answer, answer.stop),
                ("고양이는 털을 ", Stop::Eos)
            );
            assert!(matches!(answer.sampling, Sampling::Ollama(_)));
        }
        let mut short = as_ollama("없는 말");
        short.max_tokens = Some(3);
        assert!(asked(&short).iter().all(|answer| answer.n_tokens == 3));
        // The mock's likeliest next token follows from the last: to be penalised for it is to part.
        let mut penalised = as_ollama("없는 말");
        penalised.sampling.presence_penalty = 9.0;
        assert!(
            asked(&penalised)
                .iter()
                .all(|a| a.answer != "고양이는 털을 핥아 몸을 깨끗이 합니다.\n")
        );
    }

    #[test]
    fn every_question_is_answered_once_whatever_the_parallelism() {
        for parallel in [1, 3, 4, 8] {
            let answers = answers(10, &suite(200, parallel, 3));
            assert_eq!(answers.len(), 10);
            assert!(
                answers
                    .iter()
                    .all(|a| a.answer == "고양이는 털을 핥아 몸을 깨끗이 합니다.\n")
            );
            assert!(answers.iter().all(|a| a.stop == Stop::Eos));
        }
    }

    #[test]
    fn only_the_first_are_timed_and_each_token_but_the_first_has_a_time() {
        let answers = answers(5, &suite(200, 2, 2));
        let timed: Vec<_> = answers
            .iter()
            .filter_map(|a| a.timing.as_ref().map(|t| (a, t)))
            .collect();
        assert_eq!(timed.len(), 2);
        for (answer, timing) in timed {
            assert_eq!(timing.inter_token_ns.len() as u32, answer.n_tokens - 1);
            assert_eq!(answer.n_parallel, 1);
        }
    }

    #[test]
    fn the_limit_cuts_and_broken_utf8_is_shown_as_such() {
        let answers = answers(3, &suite(4, 2, 1));
        for answer in answers {
            assert_eq!((answer.stop, answer.n_tokens), (Stop::Limit, 4));
            assert_eq!(answer.answer, "고\u{fffd}");
        }
    }

    #[test]
    fn a_limit_of_one_token_ends_with_the_prompt() {
        assert!(answers(4, &suite(1, 2, 1)).iter().all(|a| a.n_tokens == 1));
    }

    #[test]
    fn base_models_are_sampled_and_the_suite_decides_first() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let model = Mock.load(file.path(), Setup::default()).unwrap();
        let by_default = AnswersSuite {
            temperature: None,
            ..suite(9, 1, 0)
        };
        let expected = Sampling::TopP {
            temperature: 0.7,
            top_p: 0.9,
            seed: 42,
        };
        assert_eq!(
            setting(model.as_ref(), &by_default, None).sampling,
            expected
        );
        assert_eq!(
            setting(model.as_ref(), &suite(9, 1, 0), None).sampling,
            Sampling::Greedy
        );
    }
}
