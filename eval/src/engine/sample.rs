//! Choosing the next token from logits.

use super::Token;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token::data::LlamaTokenData;
use llama_cpp_2::token::data_array::LlamaTokenDataArray;
use reports::record::{OllamaSampling, Sampling};

/// A chooser of tokens for one answer.
pub enum Sampler {
    /// The likeliest token, the lowest id among equals.
    Greedy,
    /// llama.cpp's chain of top-p, temperature and a seeded draw.
    Chain(Box<LlamaSampler>),
}

impl Sampler {
    /// A sampler for the `stream`-th answer: its own stream of random numbers, so that an answer
    /// does not depend on which others are asked beside it.
    #[must_use]
    pub fn new(sampling: &Sampling, stream: u32, n_vocab: usize) -> Self {
        match *sampling {
            Sampling::Greedy => Self::Greedy,
            Sampling::TopP {
                temperature,
                top_p,
                seed,
            } => {
                let seed = seed_of(seed, stream);
                Self::Chain(Box::new(LlamaSampler::chain_simple([
                    LlamaSampler::top_p(top_p, 1),
                    LlamaSampler::temp(temperature),
                    LlamaSampler::dist(seed),
                ])))
            }
            Sampling::Ollama(ref settings) => {
                Self::Chain(Box::new(as_ollama(settings, stream, n_vocab)))
            }
        }
    }

    /// Tells it of a token that is there now: of the prompt, or chosen.
    pub fn accept(&mut self, token: Token) {
        if let Self::Chain(chain) = self {
            chain.accept(LlamaToken(token));
        }
    }

    /// The next token after a position with these logits. NaN logits are never chosen unless all are NaN.
    pub fn choose(&mut self, logits: &[f32]) -> Token {
        match self {
            Self::Greedy => argmax(logits),
            Self::Chain(chain) => {
                let candidates = (0..)
                    .zip(logits)
                    .map(|(id, &logit)| LlamaTokenData::new(LlamaToken(id), logit, 0.0));
                let mut candidates = LlamaTokenDataArray::from_iter(candidates, false);
                chain.apply(&mut candidates);
                candidates
                    .selected_token()
                    .map_or_else(|| argmax(logits), |token| token.0)
            }
        }
    }
}

/// The order of llama.cpp's own chain, which Ollama uses.
fn as_ollama(settings: &OllamaSampling, stream: u32, n_vocab: usize) -> LlamaSampler {
    LlamaSampler::chain_simple([
        LlamaSampler::penalties(
            i32::try_from(n_vocab).unwrap_or(i32::MAX),
            settings.repeat_last_n,
            settings.repeat_penalty,
            settings.frequency_penalty,
            settings.presence_penalty,
        ),
        LlamaSampler::top_k(settings.top_k),
        LlamaSampler::top_p(settings.top_p, 1),
        LlamaSampler::min_p(settings.min_p, 1),
        LlamaSampler::temp(settings.temperature),
        LlamaSampler::dist(seed_of(settings.seed, stream)),
    ])
}

fn seed_of(seed: u32, stream: u32) -> u32 {
    seed.wrapping_add(stream.wrapping_mul(0x9e37_79b9))
}

fn argmax(logits: &[f32]) -> Token {
    let mut best = (0, f32::NEG_INFINITY);
    for (id, &logit) in (0..).zip(logits) {
        if logit > best.1 {
            best = (id, logit);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greedy_takes_the_first_of_the_likeliest() {
        assert_eq!(argmax(&[0.0, 2.0, 2.0, f32::NAN]), 1);
    }

    #[test]
    fn a_seed_repeats_and_another_stream_differs() {
        let sampling = Sampling::TopP {
            temperature: 1.0,
            top_p: 1.0,
            seed: 42,
        };
        let logits = vec![0.0; 1000];
        let draw = |stream| {
            let mut sampler = Sampler::new(&sampling, stream, 8);
            (0..8).map(|_| sampler.choose(&logits)).collect::<Vec<_>>()
        };
        assert_eq!(draw(0), draw(0));
        assert_ne!(draw(0), draw(1));
    }

    #[test]
    fn top_p_never_draws_from_outside_the_mass() {
        let sampling = Sampling::TopP {
            temperature: 0.7,
            top_p: 0.5,
            seed: 1,
        };
        let mut logits = vec![0.0; 100];
        logits[17] = 50.0;
        let mut sampler = Sampler::new(&sampling, 3, 8);
        assert!((0..50).all(|_| sampler.choose(&logits) == 17));
    }
}
