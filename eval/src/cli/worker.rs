//! The hidden command that a run starts its children with.

use super::{Failure, Outcome};
use crate::engine::{Engine, llama::Llama, mock::Mock, os};
use crate::runner::child;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which engine evaluates: llama, or mock for tests
    #[arg(long, default_value = "llama")]
    engine: String,
}

pub fn run(args: &Args) -> Outcome {
    os::end_with_parent();
    os::ignore_interrupt();
    let fail = |error: &dyn std::fmt::Display| Failure::Other(error.to_string());
    let to = os::take_stdout().map_err(|error| fail(&error))?;
    let engine: Box<dyn Engine> = match args.engine.as_str() {
        "mock" => Box::new(Mock),
        _ => Box::new(Llama::new().map_err(|error| fail(&error))?),
    };
    let from = std::io::stdin().lock();
    child::serve(engine.as_ref(), from, to).map_err(|error| fail(&error))?;
    Ok(ExitCode::SUCCESS)
}
