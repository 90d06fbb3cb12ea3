//! What a child process does with a loaded model: one module per stage of a suite. Each talks to
//! the engine's traits and hands out facts; none of them knows of processes or files.

pub mod activations;
pub mod answers;
pub mod fidelity;
pub mod log_softmax;
pub mod perplexity;
pub mod reference;
pub mod speed;
