//! `hanbench report`, and the report at the end of a run.

use super::{Failure, Outcome};
use reports::{render, run_dir, terminal, view};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  hanbench report runs/20260101T090000Z-laptop
  hanbench report runs/laptop runs/desktop --out both      several machines in one report")]
pub struct Args {
    /// Run directories
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// Where the report goes; by default into the run directory itself, which must then be one
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub fn run(args: &Args) -> Outcome {
    let out = match (&args.out, args.runs.as_slice()) {
        (Some(out), _) => out,
        (None, [run]) => run,
        (None, _) => {
            return Err(Failure::Usage(
                "several runs merge into a report of their own: say where with --out DIR".into(),
            ));
        }
    };
    let report = write(&args.runs, out)?;
    Ok(status(&report))
}

/// Reads the runs, writes CSV, plots and HTML to `out`, and prints the summary and the page's path.
pub fn write(runs: &[PathBuf], out: &Path) -> Result<view::Report, Failure> {
    let fail = |error: &dyn std::fmt::Display| Failure::Other(error.to_string());
    let runs = runs
        .iter()
        .map(|run| run_dir::read(run))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| fail(&error))?;
    let report = view::build(runs);
    let rendered = render::render(&report, out).map_err(|error| fail(&error))?;
    for warning in &rendered.warnings {
        eprintln!("hanbench: {warning}");
    }
    println!("{}", terminal::summary_table(&report));
    println!("{}", rendered.html.display());
    Ok(report)
}

/// 0 where every cell was measured completely, comparisons with a baseline among them.
pub fn status(report: &view::Report) -> ExitCode {
    let cells = report.cells.iter().map(|cell| cell.status);
    let comparisons = report.fidelity_cells.iter().map(|cell| cell.status);
    let complete = |status| status == view::Status::Complete;
    ExitCode::from(u8::from(!cells.chain(comparisons).all(complete)))
}
