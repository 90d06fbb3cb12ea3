//! Number ranges: what values a file's weights have, and what a cast to F16 or BF16 does to them.

pub mod cast;
mod scan;
mod tally;

pub use scan::{Scanned, scan};
pub use tally::{Cast, Tally};
