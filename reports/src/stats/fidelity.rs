//! What one model's next-token distributions differ from another's, position by position.
//!
//! The figures are those that llama-perplexity prints with `--kl-divergence` (llama.cpp,
//! `tools/perplexity/perplexity.cpp`), from single-precision lists with sums in double precision. Where
//! its formula is a difference of two nearly equal sums, an equal one without the difference stands
//! here, since what separates F16 from F32 would be lost in it.

use crate::record::FidelityChunk;

use super::{Sorted, mean, percentile};

/// The positions of any set of chunks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Positions {
    /// Chunks.
    pub n_chunks: u32,
    /// Kullback–Leibler divergence in nats; one entry a position, as in the lists below.
    pub kld: Vec<f64>,
    /// q − p of the token that follows.
    pub delta_p: Vec<f64>,
    /// −ln p of it, in nats.
    pub nll_base: Vec<f64>,
    /// −ln q + ln p of it.
    pub delta_nll: Vec<f64>,
    /// The same with a −ln p that is at most 16 above that of the baseline's likeliest token.
    pub delta_nll_clipped: Vec<f64>,
    /// Positions at which both find the same token likeliest.
    pub n_same_top: u64,
}

/// Why the positions of a chunk cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("its lists do not have one finite value for each of its positions")]
pub struct Inconsistent;

impl Positions {
    /// Adds the positions of `chunk`.
    ///
    /// # Errors
    ///
    /// A chunk whose lists have another length than it has positions, or hold what is no finite
    /// number, or that names a position twice or one that it does not have; nothing of it is added.
    pub fn add(&mut self, chunk: &FidelityChunk) -> Result<(), Inconsistent> {
        let n = chunk.n_scored as usize;
        let lists = [
            &chunk.kld,
            &chunk.delta_p,
            &chunk.nll_base,
            &chunk.delta_nll,
        ];
        let mut tops = chunk.other_top.clone();
        tops.sort_unstable();
        tops.dedup();
        let sound = lists
            .iter()
            .all(|list| list.len() == n && list.iter().all(|x| x.is_finite()))
            && tops.len() == chunk.other_top.len()
            && tops.last().is_none_or(|top| *top < chunk.n_scored)
            && chunk
                .beyond
                .iter()
                .all(|(index, beyond)| *index < chunk.n_scored && beyond.is_finite());
        if !sound {
            return Err(Inconsistent);
        }
        self.n_chunks += 1;
        self.n_same_top += u64::from(chunk.n_scored) - tops.len() as u64;
        for (into, from) in [
            (&mut self.kld, &chunk.kld),
            (&mut self.delta_p, &chunk.delta_p),
            (&mut self.nll_base, &chunk.nll_base),
            (&mut self.delta_nll, &chunk.delta_nll),
        ] {
            into.extend(from.iter().map(|x| f64::from(*x)));
        }
        let begin = self.delta_nll_clipped.len();
        self.delta_nll_clipped
            .extend(chunk.delta_nll.iter().map(|x| f64::from(*x)));
        for (index, beyond) in &chunk.beyond {
            self.delta_nll_clipped[begin + *index as usize] += f64::from(*beyond);
        }
        Ok(())
    }

    /// Adds the positions of `other`.
    pub fn extend(&mut self, other: &Self) {
        self.n_chunks += other.n_chunks;
        self.n_same_top += other.n_same_top;
        self.kld.extend(&other.kld);
        self.delta_p.extend(&other.delta_p);
        self.nll_base.extend(&other.nll_base);
        self.delta_nll.extend(&other.delta_nll);
        self.delta_nll_clipped.extend(&other.delta_nll_clipped);
    }
}

/// A mean with its standard error √((E\[x²\] − E\[x\]²)/(N − 1)), which takes the positions as independent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    /// E\[x\].
    pub mean: f64,
    /// Standard error; `None` for fewer than two values.
    pub se: Option<f64>,
}

impl Mean {
    /// Of `samples`; `None` where there is none.
    #[must_use]
    pub fn of(samples: &[f64]) -> Option<Self> {
        let (mean, n) = (mean(samples)?, samples.len());
        let squares: f64 = samples.iter().map(|x| (x - mean).powi(2)).sum();
        Some(Self {
            mean,
            se: (n > 1).then(|| (squares / n as f64 / (n - 1) as f64).sqrt()),
        })
    }
}

/// One model against its baseline over some positions: p is the baseline's distribution, q the model's.
#[derive(Debug, Clone, PartialEq)]
pub struct Fidelity {
    /// Positions, N.
    pub n_scored: u64,
    /// Mean of the divergence Σ p ln(p/q), in nats.
    pub kld: Mean,
    /// The divergences, of which percentiles are read.
    pub sorted_kld: Sorted,
    /// Share of the positions at which both find the same token likeliest, with √(p(1 − p)/(N − 1)).
    pub same_top: Mean,
    /// Mean of Δp = q − p of the token that follows.
    pub delta_p: Mean,
    /// The Δp, of which percentiles are read.
    pub sorted_delta_p: Sorted,
    /// √E\[Δp²\], with the standard error of E\[Δp²\] over 2·√E\[Δp²\]; without where all Δp are 0.
    pub rms_delta_p: Mean,
    /// exp(E\[−ln p\]).
    pub ppl_base: f64,
    /// exp(E\[−ln q\]).
    pub ppl: f64,
    /// ln(PPL(Q)/PPL(base)), the mean of −ln q + ln p. The standard error of that mean is
    /// √(σ²(ln PPL(Q)) + σ²(ln PPL(base)) − 2·cov) without its cancellation.
    pub ln_ppl_ratio: Mean,
    /// The same as llama-perplexity prints it, whose 16 bits hold nothing that is more than 16 nats less
    /// likely than the baseline's likeliest token.
    pub ln_ppl_ratio_clipped: Mean,
    /// PPL(Q)/PPL(base), with the ratio times the error of its logarithm.
    pub ppl_ratio: Mean,
    /// PPL(Q) − PPL(base), with √(σ²(PPL(Q)) + σ²(PPL(base)) − 2·PPL(Q)·PPL(base)·cov).
    pub ppl_difference: Mean,
    /// Pearson's correlation of −ln q and −ln p; `None` where one of them does not vary.
    pub correlation: Option<f64>,
}

impl Positions {
    /// The figures over these positions. `None` where there is no position, and for values so large
    /// that no model gives them.
    #[must_use]
    pub fn fidelity(&self) -> Option<Fidelity> {
        let ln_ppl_ratio = Mean::of(&self.delta_nll)?;
        let ppl_base = mean(&self.nll_base)?.exp();
        let ratio = ln_ppl_ratio.mean.exp();
        let ppl = ppl_base * ratio;
        if !ppl.is_finite() || !ppl_base.is_finite() {
            return None;
        }
        Some(Fidelity {
            n_scored: self.kld.len() as u64,
            kld: Mean::of(&self.kld)?,
            sorted_kld: Sorted::new(self.kld.clone())?,
            same_top: share(self.n_same_top, self.kld.len()),
            delta_p: Mean::of(&self.delta_p)?,
            sorted_delta_p: Sorted::new(self.delta_p.clone())?,
            rms_delta_p: root_mean_square(&self.delta_p)?,
            ppl_base,
            ppl,
            ln_ppl_ratio,
            ln_ppl_ratio_clipped: Mean::of(&self.delta_nll_clipped)?,
            ppl_ratio: Mean {
                mean: ratio,
                se: ln_ppl_ratio.se.map(|se| ratio * se),
            },
            ppl_difference: self.ppl_difference(ppl_base, ppl, ln_ppl_ratio.mean),
            correlation: self.correlation(),
        })
    }

    /// The variance of PPL(Q)·nll(Q) − PPL(base)·nll(base) is that of the difference's formula.
    fn ppl_difference(&self, ppl_base: f64, ppl: f64, ln_ratio: f64) -> Mean {
        let difference = ppl_base * ln_ratio.exp_m1();
        let positions = self.nll_base.iter().zip(&self.delta_nll);
        let weighted: Vec<f64> = positions
            .map(|(base, delta)| ppl * delta + difference * base)
            .collect();
        Mean {
            mean: difference,
            se: Mean::of(&weighted).and_then(|mean| mean.se),
        }
    }

    fn correlation(&self) -> Option<f64> {
        let positions = self.nll_base.iter().zip(&self.delta_nll);
        let nll: Vec<f64> = positions.map(|(base, delta)| base + delta).collect();
        let (mean_base, mean_nll) = (mean(&self.nll_base)?, mean(&nll)?);
        let (mut base2, mut nll2, mut both) = (0.0, 0.0, 0.0);
        for (base, nll) in self.nll_base.iter().zip(&nll) {
            let (base, nll) = (base - mean_base, nll - mean_nll);
            base2 += base * base;
            nll2 += nll * nll;
            both += base * nll;
        }
        (base2 > 0.0 && nll2 > 0.0).then(|| (both / (base2.sqrt() * nll2.sqrt())).clamp(-1.0, 1.0))
    }
}

fn share(part: u64, n: usize) -> Mean {
    let p = part as f64 / n as f64;
    Mean {
        mean: p,
        se: (n > 1).then(|| (p * (1.0 - p) / (n - 1) as f64).sqrt()),
    }
}

fn root_mean_square(samples: &[f64]) -> Option<Mean> {
    let squares: Vec<f64> = samples.iter().map(|x| x * x).collect();
    let square = Mean::of(&squares)?;
    let root = square.mean.sqrt();
    let se = square.se.filter(|_| root > 0.0);
    Some(Mean {
        mean: root,
        se: se.map(|se| 0.5 / root * se),
    })
}

impl Fidelity {
    /// The `p`th percentile of the divergence, p from 0 (the least) to 100, interpolated as
    /// llama-perplexity does, except that the place in the list is computed in double precision.
    #[must_use]
    pub fn kld_at(&self, p: f64) -> f64 {
        percentile(&self.sorted_kld, p)
    }

    /// The `p`th percentile of Δp, likewise.
    #[must_use]
    pub fn delta_p_at(&self, p: f64) -> f64 {
        percentile(&self.sorted_delta_p, p)
    }
}

#[cfg(test)]
mod tests;
