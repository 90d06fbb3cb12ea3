//! `hanbench report`, and the report at the end of a run.

use super::{Failure, Outcome};
use reports::{html, render, run_dir, terminal, view};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  hanbench report runs/20260101T090000Z-laptop
  hanbench report runs/laptop runs/desktop --out both      several machines in one report
  hanbench report runs/laptop --format md > summary.md     a summary for a pull request or a forum")]
pub struct Args {
    /// Run directories
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// Where the report goes; by default into the run directory itself, which must then be one
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// `html` writes CSV, plots and the page; `md` prints a summary in Markdown and writes nothing
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    #[default]
    Html,
    Md,
}

pub fn run(args: &Args) -> Outcome {
    if args.format == Format::Md {
        if args.out.is_some() {
            return Err(Failure::Usage(
                "--format md prints the summary and writes no files: leave --out away, and send the output where you want it".into(),
            ));
        }
        let report = read(&args.runs)?;
        print!("{}", html::digest(&report));
        return Ok(status(&report));
    }
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
    let report = read(runs)?;
    let rendered =
        render::render(&report, out).map_err(|error| Failure::Other(error.to_string()))?;
    for warning in &rendered.warnings {
        eprintln!("hanbench: {warning}");
    }
    println!("{}", terminal::summary_table(&report));
    println!("{}", rendered.html.display());
    Ok(report)
}

/// The report on the runs.
fn read(runs: &[PathBuf]) -> Result<view::Report, Failure> {
    let runs = runs.iter().map(|run| run_dir::read(run));
    let runs = runs.collect::<Result<Vec<_>, _>>();
    let runs = runs.map_err(|error| Failure::Other(error.to_string()))?;
    Ok(view::build(runs))
}

/// 0 where every cell was measured completely, comparisons with a baseline among them.
pub fn status(report: &view::Report) -> ExitCode {
    let cells = report.cells.iter().map(|cell| cell.status);
    let comparisons = report.fidelity_cells.iter().map(|cell| cell.status);
    let complete = |status| status == view::Status::Complete;
    ExitCode::from(u8::from(!cells.chain(comparisons).all(complete)))
}
