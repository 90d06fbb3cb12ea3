//! The runner: plans cells, measures each in a child process, and keeps what they say.

mod attempt;
pub mod cache;
mod campaign;
mod cell;
pub mod child;
mod estimate;
mod fidelity;
mod groups;
mod hashes;
pub mod inspect;
pub mod journal;
pub mod lineage;
pub mod machine;
pub mod plan;
mod prepare;
mod probe;
mod progress;
pub mod protocol;
pub mod source;
pub mod survey;
mod synthetic;
pub mod worker;

pub use campaign::{Finished, Halt, run};
pub use estimate::{Listed, list};
