//! The figures on paper, against llama-perplexity's own sums, and what always holds.

use proptest::prelude::*;

use super::*;
use crate::record::Compared;

/// One position: divergence, Δp, −ln p, −ln q + ln p, and whether both find the same token likeliest.
type Position = (f32, f32, f32, f32, bool);

fn chunk(positions: &[Position]) -> FidelityChunk {
    let list = |value: fn(&Position) -> f32| positions.iter().map(value).collect();
    let others = (0..).zip(positions).filter(|(_, position)| !position.4);
    FidelityChunk {
        of: "a".into(),
        compared: Compared::Cell,
        baseline: "b".into(),
        corpus: "c".into(),
        text: "t".into(),
        chunk: 0,
        n_chunks: 1,
        n_ctx: 512,
        n_scored: positions.len() as u32,
        kld: list(|p| p.0),
        delta_p: list(|p| p.1),
        nll_base: list(|p| p.2),
        delta_nll: list(|p| p.3),
        other_top: others.map(|(index, _)| index).collect(),
        beyond: Vec::new(),
    }
}

fn over(positions: &[Position]) -> Option<Fidelity> {
    let mut sum = Positions::default();
    sum.add(&chunk(positions)).unwrap();
    sum.fidelity()
}

fn near(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{a} is not {b}");
}

#[test]
fn the_clipped_ratio_takes_off_what_16_bits_do_not_hold() {
    let mut chunk = chunk(&[(0.1, 0.0, 18.0, 0.5, true), (0.1, 0.0, 2.0, -0.1, true)]);
    chunk.beyond = vec![(0, 1.5)];
    let mut sum = Positions::default();
    sum.add(&chunk).unwrap();
    let found = sum.fidelity().unwrap();
    near(found.ln_ppl_ratio.mean, (0.5 - f64::from(0.1_f32)) / 2.0);
    near(
        found.ln_ppl_ratio_clipped.mean,
        (2.0 - f64::from(0.1_f32)) / 2.0,
    );
    chunk.beyond = vec![(2, 1.0)];
    assert_eq!(sum.add(&chunk), Err(Inconsistent));
}

#[test]
fn two_positions_on_paper() {
    let found = over(&[
        (0.25, 0.5, 1.0, 0.5, true),
        (0.75, -0.25, 3.0, -0.25, false),
    ])
    .unwrap();
    // Of two values the error is half of their distance.
    assert_eq!((found.kld.mean, found.kld.se), (0.5, Some(0.25)));
    assert_eq!((found.delta_p.mean, found.delta_p.se), (0.125, Some(0.375)));
    assert_eq!((found.same_top.mean, found.same_top.se), (0.5, Some(0.5)));
    // Squares 1/4 and 1/16: mean 5/32, error 3/32.
    let rms = (5.0_f64 / 32.0).sqrt();
    near(found.rms_delta_p.mean, rms);
    near(found.rms_delta_p.se.unwrap(), 0.5 / rms * 3.0 / 32.0);
    assert_eq!(
        (found.ln_ppl_ratio.mean, found.ln_ppl_ratio.se),
        (0.125, Some(0.375))
    );
    near(found.ppl_base, 2.0_f64.exp());
    near(found.ppl, 2.125_f64.exp());
    near(found.ppl_ratio.mean, 0.125_f64.exp());
    near(found.ppl_ratio.se.unwrap(), 0.375 * 0.125_f64.exp());
    near(found.ppl_difference.mean, 2.125_f64.exp() - 2.0_f64.exp());
    // nll 1.5 and 2.75 rise with 1 and 3.
    near(found.correlation.unwrap(), 1.0);
}

#[test]
fn percentiles_lie_between_the_neighbours() {
    let positions: Vec<Position> = (0..5)
        .map(|i| (i as f32, -i as f32, 1.0, 0.0, true))
        .collect();
    let found = over(&positions).unwrap();
    assert_eq!((found.kld_at(0.0), found.kld_at(100.0)), (0.0, 4.0));
    assert_eq!((found.kld_at(50.0), found.delta_p_at(50.0)), (2.0, -2.0));
    // Place 0.001·4 and 0.95·4 of the list.
    near(found.kld_at(0.1), 0.004);
    near(found.kld_at(95.0), 3.8);
    near(found.delta_p_at(95.0), -0.2);
}

#[test]
fn a_model_against_itself_differs_in_nothing() {
    let found = over(&[(0.0, 0.0, 2.0, 0.0, true), (0.0, 0.0, 1.0, 0.0, true)]).unwrap();
    assert_eq!((found.kld.mean, found.kld_at(100.0)), (0.0, 0.0));
    assert_eq!((found.same_top.mean, found.same_top.se), (1.0, Some(0.0)));
    assert_eq!((found.rms_delta_p.mean, found.rms_delta_p.se), (0.0, None));
    assert_eq!(
        (found.ppl_ratio.mean, found.ppl_difference.mean),
        (1.0, 0.0)
    );
    near(found.correlation.unwrap(), 1.0);
}

#[test]
fn what_cannot_be_known_is_missing() {
    assert_eq!(over(&[]), None);
    let one = over(&[(0.1, 0.1, 1.0, 0.1, true)]).unwrap();
    assert_eq!(
        (one.kld.se, one.same_top.se, one.correlation),
        (None, None, None)
    );
    assert_eq!((one.ln_ppl_ratio.se, one.ppl_difference.se), (None, None));
    assert_eq!(over(&[(0.0, 0.0, 1e30, 0.0, true)]), None);
}

#[test]
fn a_chunk_that_contradicts_itself_adds_nothing() {
    let sound = chunk(&[(0.1, 0.1, 1.0, 0.1, true), (0.2, 0.1, 1.0, 0.1, false)]);
    let broken: [fn(&mut FidelityChunk); 6] = [
        |chunk| chunk.n_scored = 3,
        |chunk| _ = chunk.delta_nll.pop(),
        |chunk| chunk.kld[0] = f32::NAN,
        |chunk| chunk.nll_base[1] = f32::INFINITY,
        |chunk| chunk.other_top.push(2),
        |chunk| chunk.other_top.push(1),
    ];
    for spoil in broken {
        let mut chunk = sound.clone();
        spoil(&mut chunk);
        let mut sum = Positions::default();
        assert_eq!(sum.add(&chunk), Err(Inconsistent), "{chunk:?}");
        assert_eq!(sum, Positions::default());
    }
    assert_eq!(Positions::default().add(&sound), Ok(()));
}

/// The same figures from the sums that llama-perplexity keeps, by its formulas as they are written.
struct Sums {
    n: f64,
    nll: [f64; 2],
    base: [f64; 2],
    nll_base: f64,
}

impl Sums {
    fn of(positions: &[Position]) -> Self {
        let mut sums = Self {
            n: positions.len() as f64,
            nll: [0.0; 2],
            base: [0.0; 2],
            nll_base: 0.0,
        };
        for &(_, _, base, delta, _) in positions {
            let (base, nll) = (f64::from(base), f64::from(base) + f64::from(delta));
            sums.nll = [sums.nll[0] + nll, sums.nll[1] + nll * nll];
            sums.base = [sums.base[0] + base, sums.base[1] + base * base];
            sums.nll_base += nll * base;
        }
        sums
    }

    fn mean_and_uncertainty(&self, [sum, sum2]: [f64; 2]) -> (f64, f64) {
        let mean = sum / self.n;
        let variance = sum2 / self.n - mean * mean;
        (mean, (variance.max(0.0) / (self.n - 1.0)).sqrt())
    }

    fn covariance(&self) -> f64 {
        (self.nll_base / self.n - self.nll[0] / self.n * self.base[0] / self.n) / (self.n - 1.0)
    }
}

fn positions() -> impl Strategy<Value = Vec<Position>> {
    let position = (
        0.0..0.5_f32,
        -1.0..1.0_f32,
        0.0..12.0_f32,
        -2.0..2.0_f32,
        any::<bool>(),
    );
    prop::collection::vec(position, 11..120)
}

proptest! {
    #[test]
    fn the_figures_are_llama_perplexitys(positions in positions()) {
        let found = over(&positions).unwrap();
        let sums = Sums::of(&positions);
        let (nll, nll_error) = sums.mean_and_uncertainty(sums.nll);
        let (base, base_error) = sums.mean_and_uncertainty(sums.base);
        let covariance = sums.covariance();
        let ratio_error = (nll_error.powi(2) + base_error.powi(2) - 2.0 * covariance).sqrt();
        let (ppl, ppl_base) = (nll.exp(), base.exp());
        let difference_error = ((ppl * nll_error).powi(2) + (ppl_base * base_error).powi(2)
            - 2.0 * ppl * ppl_base * covariance).sqrt();
        for (ours, theirs) in [
            (found.ppl, ppl),
            (found.ppl_base, ppl_base),
            (found.ppl_difference.mean, ppl - ppl_base),
            (found.ppl_difference.se.unwrap(), difference_error),
            (found.ppl_ratio.mean, (nll - base).exp()),
            (found.ppl_ratio.se.unwrap(), (nll - base).exp() * ratio_error),
        ] {
            prop_assert!((ours - theirs).abs() <= 1e-6 * (ppl + ppl_base), "{} {}", ours, theirs);
        }
        prop_assert!((found.ln_ppl_ratio.mean - (nll - base)).abs() < 1e-9);
        prop_assert!((found.ln_ppl_ratio.se.unwrap() - ratio_error).abs() < 1e-6);
        let correlation = covariance / (nll_error * base_error);
        prop_assert!((found.correlation.unwrap() - correlation).abs() < 1e-6);
        let squares = positions.iter().map(|p| f64::from(p.1).powi(2));
        let rms = (squares.sum::<f64>() / sums.n).sqrt();
        prop_assert!((found.rms_delta_p.mean - rms).abs() < 1e-9);
    }

    #[test]
    fn percentiles_rise_and_hold_the_mean(positions in positions()) {
        let found = over(&positions).unwrap();
        let at = [0.0, 0.1, 1.0, 5.0, 10.0, 50.0, 90.0, 99.9, 100.0].map(|p| found.kld_at(p));
        prop_assert!(at.is_sorted());
        prop_assert!(at[0] <= found.kld.mean && found.kld.mean <= at[8]);
        prop_assert!((0.0..=1.0).contains(&found.same_top.mean));
        prop_assert!(found.rms_delta_p.mean >= found.delta_p.mean.abs() - 1e-12);
    }

    #[test]
    fn how_the_positions_are_cut_does_not_matter(positions in positions(), cut in 0..120_usize) {
        let (a, b) = positions.split_at(cut.min(positions.len()));
        let (mut parts, mut second) = (Positions::default(), Positions::default());
        parts.add(&chunk(a)).unwrap();
        second.add(&chunk(b)).unwrap();
        parts.extend(&second);
        prop_assert_eq!(parts.n_chunks, 2);
        prop_assert_eq!(parts.fidelity(), over(&positions));
    }
}
