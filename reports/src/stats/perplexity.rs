//! Perplexity from sums over scored positions.

use std::f64::consts::LN_2;
use std::ops::AddAssign;

use crate::record::PerplexityChunk;

/// Below this share of the mean square, a negative variance is rounding.
const ROUNDING: f64 = 1e-9;

/// Sums over any set of chunks.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct NllSums {
    /// Chunks.
    pub n_chunks: u32,
    /// Positions scored.
    pub n_scored: u64,
    /// Σ −ln p, in nats.
    pub sum_nll: f64,
    /// Σ (ln p)².
    pub sum_nll2: f64,
    /// Bytes of text that the scored tokens stand for.
    pub n_bytes: u64,
    /// Hangul syllables that the scored tokens complete.
    pub n_syllables: u64,
}

impl AddAssign<&PerplexityChunk> for NllSums {
    fn add_assign(&mut self, chunk: &PerplexityChunk) {
        self.n_chunks += 1;
        self.n_scored += u64::from(chunk.n_scored);
        self.sum_nll += chunk.sum_nll;
        self.sum_nll2 += chunk.sum_nll2;
        self.n_bytes = self.n_bytes.saturating_add(chunk.n_bytes);
        self.n_syllables = self.n_syllables.saturating_add(chunk.n_syllables);
    }
}

impl AddAssign<&NllSums> for NllSums {
    fn add_assign(&mut self, other: &NllSums) {
        self.n_chunks += other.n_chunks;
        self.n_scored += other.n_scored;
        self.sum_nll += other.sum_nll;
        self.sum_nll2 += other.sum_nll2;
        self.n_bytes = self.n_bytes.saturating_add(other.n_bytes);
        self.n_syllables = self.n_syllables.saturating_add(other.n_syllables);
    }
}

/// How well a model predicts a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Perplexity {
    /// E\[−ln p\], in nats a token.
    pub mean_nll: f64,
    /// exp(`mean_nll`).
    pub ppl: f64,
    /// Standard error of `ppl`; `None` for fewer than two positions, or sums that no values have.
    pub ppl_se: Option<f64>,
    /// Σ −log₂ p over bytes of text; `None` for no bytes.
    pub bits_per_byte: Option<f64>,
    /// Σ −log₂ p over Hangul syllables; `None` for no syllables.
    pub bits_per_syllable: Option<f64>,
}

impl NllSums {
    /// Perplexity over the N scored positions as llama-perplexity prints it: PPL = exp(E\[nll\]) ±
    /// PPL·√((E\[nll²\] − E\[nll\]²)/(N − 1)). `None` where no position was scored, and for sums so
    /// large that no model makes them.
    ///
    /// Bits per byte and per syllable are Σnll/ln 2 over the bytes or syllables of the same
    /// positions, so they compare models with different tokenizers.
    #[must_use]
    pub fn perplexity(&self) -> Option<Perplexity> {
        let mean_nll = self.sum_nll / self.n_scored as f64;
        let ppl = mean_nll.exp();
        if self.n_scored == 0 || !ppl.is_finite() {
            return None;
        }
        let bits = self.sum_nll / LN_2;
        Some(Perplexity {
            mean_nll,
            ppl,
            ppl_se: self.mean_nll_error().map(|error| ppl * error),
            bits_per_byte: (self.n_bytes > 0).then(|| bits / self.n_bytes as f64),
            bits_per_syllable: (self.n_syllables > 0).then(|| bits / self.n_syllables as f64),
        })
    }

    /// Standard error of the mean nll; by the rule of error propagation, that of ln PPL too.
    fn mean_nll_error(&self) -> Option<f64> {
        let n = self.n_scored as f64;
        let mean_square = self.sum_nll2 / n;
        let variance = mean_square - (self.sum_nll / n).powi(2);
        let plausible = self.n_scored > 1 && variance >= -ROUNDING * mean_square;
        plausible.then(|| (variance.max(0.0) / (n - 1.0)).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chunk(nlls: &[f64]) -> PerplexityChunk {
        PerplexityChunk {
            of: None,
            n_chunks: None,
            corpus: "c".into(),
            text: "t".into(),
            chunk: 0,
            n_ctx: 512,
            n_scored: nlls.len() as u32,
            sum_nll: nlls.iter().sum(),
            sum_nll2: nlls.iter().map(|x| x * x).sum(),
            n_bytes: 3 * nlls.len() as u64,
            n_syllables: nlls.len() as u64,
        }
    }

    fn over(chunks: &[PerplexityChunk]) -> Option<Perplexity> {
        let mut sums = NllSums::default();
        chunks.iter().for_each(|chunk| sums += chunk);
        sums.perplexity()
    }

    #[test]
    fn known_answers() {
        // A model that gives each of three tokens 1/8: perplexity 8, 3 bits each.
        let same = over(&[chunk(&[8.0_f64.ln(); 3])]).unwrap();
        assert!((same.ppl - 8.0).abs() < 1e-12);
        assert!(same.ppl_se.unwrap() < 1e-6);
        assert!((same.bits_per_byte.unwrap() - 1.0).abs() < 1e-12);
        assert!((same.bits_per_syllable.unwrap() - 3.0).abs() < 1e-12);
        // nll 1 and 3: mean 2, E[nll²] − E[nll]² = 1, N − 1 = 1.
        let two = over(&[chunk(&[1.0, 3.0])]).unwrap();
        assert!((two.ppl_se.unwrap() - 2.0_f64.exp()).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_known_is_missing() {
        assert_eq!(over(&[]), None);
        assert_eq!(over(&[chunk(&[])]), None);
        assert_eq!(over(&[chunk(&[1.0])]).unwrap().ppl_se, None);
        let mut no_text = chunk(&[1.0, 2.0]);
        (no_text.n_bytes, no_text.n_syllables) = (0, 0);
        let found = over(&[no_text]).unwrap();
        assert_eq!((found.bits_per_byte, found.bits_per_syllable), (None, None));
        assert_eq!(over(&[chunk(&[1e300])]), None);
        let mut impossible = chunk(&[1.0, 2.0]);
        impossible.sum_nll2 = 1.0;
        assert_eq!(over(&[impossible]).unwrap().ppl_se, None);
    }

    proptest! {
        #[test]
        fn how_a_text_is_cut_does_not_matter(
            nlls in prop::collection::vec(0.0..20.0_f64, 2..200),
            cut in 0..200_usize,
        ) {
            let (a, b) = nlls.split_at(cut.min(nlls.len()));
            let whole = over(&[chunk(&nlls)]).unwrap();
            let parts = over(&[chunk(a), chunk(b)]).unwrap();
            prop_assert!((whole.ppl / parts.ppl - 1.0).abs() < 1e-9);
            prop_assert!(whole.ppl >= 1.0 && whole.ppl_se.unwrap() >= 0.0);
            prop_assert!((whole.ppl_se.unwrap() - parts.ppl_se.unwrap()).abs() <= 1e-6 * whole.ppl);
        }
    }
}
