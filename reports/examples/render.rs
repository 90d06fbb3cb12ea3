//! Renders run directories, or made-up runs, into a folder, to look at: `render OUT RUN...`,
//! `render OUT sample:12:4` (cells and answers), `grid`, `troubled` or `none`.

use reports::{render, run_dir, sample, view};
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let out = args.next().ok_or("usage: render OUT RUN...")?;
    let runs: Vec<String> = args.collect();
    let what = runs.first().ok_or("usage: render OUT RUN...")?;
    let report = match what.split(':').collect::<Vec<_>>()[..] {
        ["sample", cells, answers] => sample::report(cells.parse()?, answers.parse()?),
        ["grid"] => sample::grid_report(),
        ["troubled"] => sample::troubled_report(),
        ["none"] => view::Report::default(),
        _ => {
            let read = |run: &String| run_dir::read(Path::new(run));
            view::build(runs.iter().map(read).collect::<Result<_, _>>()?)
        }
    };
    let rendered = render::render(&report, Path::new(&out))?;
    println!("{}", rendered.html.display());
    Ok(())
}
