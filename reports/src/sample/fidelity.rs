//! Made-up comparisons of precisions.

use std::collections::BTreeMap;

use crate::record::{
    Begin, Compared, End, Fact, FidelityChunk, FidelityInfo, PerplexityChunk, Record,
};
use crate::stats::rng::SplitMix64;

use super::facts::N_CHUNKS;

/// Chunks of the first text over which the noise floor is taken.
const NOISE_CHUNKS: usize = 2;
/// Their last positions, which the baseline evaluates one at a time.
const STEPS: usize = 64;

/// Mean divergence in nats of a precision from F32.
fn divergence(precision: &str) -> f32 {
    match precision {
        "F16" => 2e-6,
        "Q8_0" => 8e-4,
        _ => 0.03,
    }
}

/// The records of a comparison whose members' perplexity is `scored`: that of the baseline is kept,
/// that of the others follows from it and from how far they are from it.
pub(super) fn records(
    info: &FidelityInfo,
    scored: &BTreeMap<String, Vec<PerplexityChunk>>,
) -> Vec<Record> {
    let mut facts = vec![Fact::Begin(Begin {
        at: "2026-01-02T03:08:00Z".into(),
    })];
    for (index, chunk) in scored[&info.baseline].iter().enumerate() {
        facts.extend(chunk_facts(info, chunk, index));
    }
    facts.push(Fact::End(End {
        complete: true,
        wall_ns: 40_000_000_000,
        engine_ns: 39_000_000_000,
    }));
    let record = |fact| Record {
        cell: info.id.clone(),
        attempt: 1,
        fact,
    };
    facts.into_iter().map(record).collect()
}

/// The `index`th chunk, by the baseline, by those compared with it, and by the baseline again.
fn chunk_facts(info: &FidelityInfo, chunk: &PerplexityChunk, index: usize) -> Vec<Fact> {
    let mut rng = SplitMix64::new(index as u64);
    let drawn: Vec<f64> = (0..chunk.n_scored).map(|_| rng.unit()).collect();
    let scale = chunk.sum_nll / drawn.iter().sum::<f64>();
    let nll_base: Vec<f32> = drawn.iter().map(|u| (u * scale) as f32).collect();
    let mut facts = vec![Fact::Perplexity(of(chunk, &info.baseline))];
    for id in &info.compared {
        let (_, precision) = id.split_once('/').unwrap_or_default();
        let text = match &*chunk.text {
            "dialogue" => 1.8,
            "news" => 0.7,
            _ => 1.0,
        };
        let compared = compare(chunk, &nll_base, text * divergence(precision), &mut rng);
        let mut scored = of(chunk, id);
        for (base, delta) in compared.nll_base.iter().zip(&compared.delta_nll) {
            let (base, delta) = (f64::from(*base), f64::from(*delta));
            scored.sum_nll += delta;
            scored.sum_nll2 += delta * (2.0 * base + delta);
        }
        facts.push(Fact::Perplexity(scored));
        facts.push(Fact::Fidelity(Box::new(FidelityChunk {
            of: id.clone(),
            baseline: info.baseline.clone(),
            ..compared
        })));
    }
    if index < NOISE_CHUNKS {
        let last = nll_base.len().saturating_sub(STEPS);
        for (kind, divergence, from) in [(Compared::Again, 0.0, 0), (Compared::Alone, 3e-10, last)]
        {
            facts.push(Fact::Fidelity(Box::new(FidelityChunk {
                of: info.baseline.clone(),
                compared: kind,
                baseline: info.baseline.clone(),
                ..compare(chunk, &nll_base[from..], divergence, &mut rng)
            })));
        }
    }
    facts
}

fn of(chunk: &PerplexityChunk, id: &str) -> PerplexityChunk {
    PerplexityChunk {
        of: Some(id.into()),
        ..chunk.clone()
    }
}

/// The positions of a chunk by a model that is `divergence` nats from the baseline on average, most of
/// them nearer and a few much farther.
fn compare(
    chunk: &PerplexityChunk,
    nll_base: &[f32],
    divergence: f32,
    rng: &mut SplitMix64,
) -> FidelityChunk {
    let n = nll_base.len();
    let width = divergence.sqrt();
    let mut draw = |value: &dyn Fn(f32) -> f32| -> Vec<f32> {
        (0..n).map(|_| value(rng.unit() as f32)).collect()
    };
    let kld = draw(&|u| 5.0 * divergence * u * u * u * u);
    let delta_p = draw(&|u| width * (u - 0.52) * (u - 0.5).abs());
    let delta_nll = draw(&|u| divergence + 2.0 * width * (u - 0.5));
    let other_top = draw(&|u| u);
    FidelityChunk {
        of: String::new(),
        compared: Compared::Cell,
        baseline: String::new(),
        corpus: chunk.corpus.clone(),
        text: chunk.text.clone(),
        chunk: chunk.chunk,
        n_chunks: N_CHUNKS,
        n_ctx: chunk.n_ctx,
        n_scored: n as u32,
        kld,
        delta_p,
        nll_base: nll_base.to_vec(),
        delta_nll,
        other_top: (0..)
            .zip(other_top)
            .filter(|(_, u)| *u < 0.4 * width)
            .map(|(position, _)| position)
            .collect(),
        beyond: Vec::new(),
    }
}
