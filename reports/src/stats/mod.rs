//! Pure functions over samples: the same samples give the same result, those that draw at random
//! included.

mod bootstrap;
mod describe;
mod drift;
mod fidelity;
mod paired;
mod perplexity;
pub(crate) mod rng;
mod share;
mod survival;

pub use bootstrap::{RESAMPLES, mean_interval, median_interval, median_ratio_interval};
pub use describe::{Sorted, mean, median, percentile, sample_deviation};
pub use drift::drift;
pub use fidelity::{Fidelity, Inconsistent, Mean, Positions};
pub use paired::{holm, signed_rank};
pub use perplexity::{NllSums, Perplexity};
pub use share::share_interval;
pub use survival::{Followed, Lasting, lasting};

/// z of a two-sided 95 % interval under the normal distribution.
pub const Z95: f64 = 1.959_963_985;

/// A point with its 95 % interval.
///
/// Invariant of every function here that returns one: `low <= point <= high`, all finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate itself.
    pub point: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}
