//! `hanbench cache`.

use super::{Failure, Outcome};
use crate::runner::cache::Cache;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Remove every derived file; the next run that needs one makes it again
    #[arg(long)]
    clean: bool,
}

pub fn run(args: &Args) -> Outcome {
    let cache = Cache::of_user().map_err(|error| Failure::Other(error.0))?;
    if args.clean {
        let freed = cache.clean().map_err(|error| Failure::Other(error.0))?;
        println!("{:.1} MiB freed in {}", mib(freed), cache.dir().display());
        return Ok(ExitCode::SUCCESS);
    }
    let entries = cache.entries();
    for entry in &entries {
        let name = entry.path.file_name().unwrap_or_default().to_string_lossy();
        println!("{:>10.1} MiB  {name}", mib(entry.n_bytes));
    }
    let total = entries.iter().map(|entry| entry.n_bytes).sum();
    println!(
        "{:>10.1} MiB  in {} files in {}",
        mib(total),
        entries.len(),
        cache.dir().display()
    );
    Ok(ExitCode::SUCCESS)
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
