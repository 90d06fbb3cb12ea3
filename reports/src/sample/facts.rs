//! What a made-up run measured.

use std::collections::BTreeMap;

use super::plan::{MAX_TOKENS, N_PARAMS, PRECISIONS, TEXTS, cells, comparisons};
use super::{activations, answers, energy, fidelity, numbers};
use crate::record::{
    Answer, AnswerMeasures, AnswerTiming, Begin, End, Fact, FidelityInfo, Memory, PerplexityChunk,
    Probe, Record, Sampling, Speed, Stop, Test, When,
};
use crate::stats::rng::SplitMix64;

/// Answers of a cell that are decoded alone.
const TIMED: usize = 3;
/// Chunks of a text.
pub(super) const N_CHUNKS: u32 = 8;
/// Loads of a cell.
const LOADS: u32 = 3;

/// The records of `n_cells` complete cells with `n_answers` answers each, the first three timed, and
/// behind them those of the comparisons of each model's precisions.
#[must_use]
pub fn records(n_cells: usize, n_answers: usize) -> Vec<Record> {
    let comparisons = comparisons(n_cells);
    let member = |id: &String| {
        let of = |info: &FidelityInfo| info.baseline == *id || info.compared.contains(id);
        comparisons.iter().any(of)
    };
    let mut records = Vec::new();
    // The perplexity of members falls out of the comparison.
    let mut scored: BTreeMap<String, Vec<PerplexityChunk>> = BTreeMap::new();
    let mut of_first = Vec::new();
    for (index, cell) in cells(n_cells).into_iter().enumerate() {
        let mut facts = Maker::new(index).cell(n_answers, cell.native.then_some(&cell.precision));
        match index % PRECISIONS.len() {
            0 => of_first.clone_from(&facts),
            _ if is_sampled(index) => {}
            precision => answers::make_alike(&mut facts, &of_first, precision),
        }
        for fact in facts {
            match fact {
                Fact::Perplexity(chunk) if member(&cell.id) => {
                    scored.entry(cell.id.clone()).or_default().push(chunk);
                }
                fact => records.push(Record {
                    cell: cell.id.clone(),
                    attempt: 1,
                    fact,
                }),
            }
        }
    }
    let compared = comparisons
        .iter()
        .flat_map(|info| fidelity::records(info, &scored));
    records.extend(compared);
    records
}

/// Whether the answers of a cell are drawn: those of the third model, which has no template.
fn is_sampled(cell: usize) -> bool {
    cell / PRECISIONS.len() == 2
}

/// Makes the facts of one cell.
struct Maker {
    rng: SplitMix64,
    /// Of its own, so that what is counted changes nothing else.
    energy: SplitMix64,
    sampling: Sampling,
    /// Bytes of the weights.
    bytes: f64,
    /// Tokens a second that one sequence decodes.
    decode_ts: f64,
    /// Exponent of the largest weights.
    top: i32,
}

impl Maker {
    fn new(index: usize) -> Self {
        let (_, share) = PRECISIONS[index % PRECISIONS.len()];
        let bytes = 4.0 * N_PARAMS as f64 * share;
        Self {
            rng: SplitMix64::new(index as u64),
            energy: SplitMix64::new(1_000_000 + index as u64),
            sampling: if is_sampled(index) {
                Sampling::TopP {
                    temperature: 0.7,
                    top_p: 0.9,
                    seed: 42,
                }
            } else {
                Sampling::Greedy
            },
            bytes,
            // 20 GB/s read once a token.
            decode_ts: 2e10 / bytes,
            top: -1 - (index / PRECISIONS.len()) as i32 % 4,
        }
    }

    /// With number ranges of its file and activations, where it is measured as it is at this precision.
    fn cell(mut self, n_answers: usize, native: Option<&String>) -> Vec<Fact> {
        let mut facts = vec![Fact::Begin(Begin {
            at: "2026-01-02T03:04:06Z".into(),
        })];
        facts.push(self.probe(When::Before));
        let speed = self.speed();
        // Loads come first, and nothing is counted in them.
        let (loads, tests) = speed.split_at(LOADS as usize);
        facts.extend(loads.iter().cloned());
        facts.extend(energy::meters());
        facts.extend(tests.iter().cloned());
        facts.push(self.memory());
        facts.extend(self.perplexity());
        facts.extend((0..n_answers).map(|index| self.answer(index)));
        facts.extend(
            native
                .into_iter()
                .flat_map(|name| numbers::facts(name, self.top)),
        );
        if native.is_some() {
            facts.extend(activations::facts(f64::from(self.top + 5) / 4.0));
        }
        facts.push(self.probe(When::After));
        facts.push(Fact::End(End {
            complete: true,
            wall_ns: 30_000_000_000,
            engine_ns: 28_500_000_000,
        }));
        facts
    }

    /// `value` with a nearly normal error of `share` of it: twelve uniforms have variance 1, and
    /// unlike a logarithm their sum is the same on every platform.
    fn about(&mut self, value: f64, share: f64) -> f64 {
        let error = (0..12).map(|_| self.rng.unit()).sum::<f64>() - 6.0;
        value * (1.0 + share * error).max(0.1)
    }

    fn probe(&mut self, when: When) -> Fact {
        Fact::Probe(Probe {
            when,
            read_gb_s: self.about(20.0, 0.01),
            gflop_s: self.about(150.0, 0.01),
        })
    }

    fn speed(&mut self) -> Vec<Fact> {
        let mut facts: Vec<Fact> = (0..LOADS).map(|rep| self.load(rep)).collect();
        for n_depth in [0, 512] {
            for n_prompt in [128, 512] {
                let rate = 9.0 * self.decode_ts / (1.0 + f64::from(n_depth) / 4096.0);
                let shape = (Test::Prefill, n_prompt, 0, n_depth, 1);
                facts.extend((0..5).map(|rep| self.repetition(shape, rep, rate)));
            }
            for (n_seq, gain) in [(1, 1.0), (4, 2.6)] {
                let rate = self.decode_ts * gain / (1.0 + f64::from(n_depth) / 8192.0);
                let shape = (Test::Decode, 0, 32, n_depth, n_seq);
                facts.extend((0..5).map(|rep| self.repetition(shape, rep, rate)));
            }
        }
        facts
    }

    fn load(&mut self, rep: u32) -> Fact {
        Fact::Speed(Speed {
            test: Test::Load,
            n_prompt: 0,
            n_gen: 0,
            n_depth: 0,
            n_seq: 1,
            rep,
            elapsed_ns: self.about(self.bytes / 2.0, 0.05) as u64,
            page_cache_share: Some(1.0),
            joules: Vec::new(),
        })
    }

    fn repetition(&mut self, shape: (Test, u32, u32, u32, u32), rep: u32, rate: f64) -> Fact {
        let (test, n_prompt, n_gen, n_depth, n_seq) = shape;
        let tokens = f64::from(n_prompt.max(n_gen) * n_seq);
        let elapsed_ns = (tokens / self.about(rate, 0.02) * 1e9) as u64;
        Fact::Speed(Speed {
            test,
            n_prompt,
            n_gen,
            n_depth,
            n_seq,
            rep,
            elapsed_ns,
            page_cache_share: None,
            joules: energy::joules(test, elapsed_ns, &mut self.energy),
        })
    }

    fn memory(&mut self) -> Fact {
        let weights = self.bytes as u64;
        let (kv, compute) = (48 << 20, 96 << 20);
        Fact::Memory(Memory {
            n_ctx: 2048,
            n_seq: 4,
            model_bytes: Some(weights),
            kv_bytes: Some(kv),
            compute_bytes: Some(compute),
            predicted_bytes: Some(weights + kv + compute + (20 << 20)),
            peak_rss_bytes: Some(weights + kv + compute + (27 << 20)),
            rss_anon_bytes: Some(kv + compute + (15 << 20)),
            rss_file_bytes: Some(weights + (12 << 20)),
            gpu_bytes: None,
        })
    }

    fn perplexity(&mut self) -> Vec<Fact> {
        let mut facts = Vec::new();
        for (text, hardness) in TEXTS.iter().zip([3.1, 2.8, 3.4]) {
            for chunk in 0..N_CHUNKS {
                let n_scored = 255;
                let mean = self.about(hardness, 0.04);
                facts.push(Fact::Perplexity(PerplexityChunk {
                    of: None,
                    n_chunks: Some(N_CHUNKS),
                    corpus: "held-out".into(),
                    text: (*text).into(),
                    chunk,
                    n_ctx: 512,
                    n_scored,
                    sum_nll: mean * f64::from(n_scored),
                    sum_nll2: (mean * mean + 5.0) * f64::from(n_scored),
                    n_bytes: 1150,
                    n_syllables: 340,
                }));
            }
        }
        facts
    }

    fn answer(&mut self, index: usize) -> Fact {
        let n_tokens = (self.about(180.0, 0.35) as u32).clamp(8, MAX_TOKENS);
        let answer = self.words(n_tokens as usize / answers::TOKENS_PER_WORD);
        let timed = index < TIMED;
        Fact::Answer(Box::new(Answer {
            question_id: format!("q{}", index + 1),
            prompt: "<|user|>고양이가 털을 핥는 이유는 무엇인가요?<|assistant|>".into(),
            format: "chat".into(),
            sampling: self.sampling.clone(),
            n_parallel: if timed { 1 } else { 4 },
            measures: self.measures(&answer),
            marks: None,
            tokens: Some(answers::tokens(&answer, n_tokens)),
            answer,
            stop: if n_tokens == MAX_TOKENS {
                Stop::Limit
            } else {
                Stop::Eos
            },
            n_prompt: 24,
            n_tokens,
            timing: timed.then(|| self.timing(n_tokens)),
        }))
    }

    fn words(&mut self, count: usize) -> String {
        let words: Vec<&str> = (0..count)
            .map(|i| answers::WORDS[(i + self.rng.next_u64() as usize % 2) % answers::WORDS.len()])
            .collect();
        words.join(" ")
    }

    fn measures(&mut self, answer: &str) -> AnswerMeasures {
        AnswerMeasures {
            mixed_eojeol_share: Some(0.05),
            off_topic_share: None,
            style: Some("prose".into()),
            bullet_share: Some(0.0),
            korean_line_share: Some(1.0),
            prose_before_list: None,
            prose_after_list: None,
            loop_share: Some(0.0),
            rep_4: Some(self.rng.unit() * 0.1),
            coverage: Some((self.rng.unit() * 5.0).floor() / 4.0),
            obedience: None,
            reference_nll: Some(self.about(2.2, 0.1)),
            n_reference: Some(80),
            ..answers::counted(answer)
        }
    }

    fn timing(&mut self, n_tokens: u32) -> AnswerTiming {
        let token_ns = 1e9 / self.decode_ts;
        AnswerTiming {
            ttft_ns: self.about(token_ns * 3.5, 0.03) as u64,
            inter_token_ns: (1..n_tokens)
                .map(|_| self.about(token_ns, 0.04) as u64)
                .collect(),
        }
    }
}
