//! The command line. Results go to stdout, everything else to stderr.

mod cache;
mod inspect;
mod lineage;
mod model;
mod models;
mod report;
mod run;
mod worker;

use clap::{Parser, Subcommand};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a command has to say in the end, besides what it printed.
enum Failure {
    /// Something on the command line is wrong: exit status 2.
    Usage(String),
    /// Something else failed: exit status 1.
    Other(String),
}

type Outcome = Result<ExitCode, Failure>;

/// Measures local language models in Korean: speed, memory, perplexity and answers of GGUF files at
/// several precisions, in one report.
#[derive(Debug, Parser)]
#[command(name = "hanbench", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  hanbench run                                      the embedded models, in a minute
  hanbench run model.gguf
  hanbench run instruct=a-instruct.gguf text=a-base.gguf --suite quick --precision native,f16,q8_0
  hanbench run model.gguf --list                    what would run, and what it needs
  hanbench run --resume --out runs/my-run           go on where a run was cut off
  hanbench models                                   what Ollama and others keep here
  hanbench inspect model.gguf --numbers             what F16 would do to its weights
  hanbench report runs/laptop runs/desktop --out both";

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure model files and write a report
    Run(run::Args),
    /// Rebuild CSV, plots and HTML from the records of one or more runs
    Report(report::Args),
    /// Say what a model file is, and what numbers its weights are
    Inspect(inspect::Args),
    /// List the models on this machine, and whether they fit in its memory
    Models(models::Args),
    /// Show what derived model files take, or remove them
    Cache(cache::Args),
    /// Serve one run as its measuring process
    #[command(hide = true)]
    Worker(worker::Args),
}

/// Set by the first Ctrl-C; the second ends the process.
fn listen_for_interrupt() -> Arc<AtomicBool> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    // Without a handler Ctrl-C just ends the process, and its children with it.
    let _ = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
    interrupted
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Run(args) => run::run(args),
        Command::Report(args) => report::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Models(args) => models::run(&args),
        Command::Cache(args) => cache::run(&args),
        Command::Worker(args) => worker::run(&args),
    };
    let (message, status) = match outcome {
        Ok(status) => return status,
        Err(Failure::Usage(message)) => (message, 2),
        Err(Failure::Other(message)) => (message, 1),
    };
    eprintln!("hanbench: {message}");
    ExitCode::from(status)
}
