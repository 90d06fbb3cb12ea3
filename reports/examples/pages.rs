//! Renders made-up reports for the browser tests: `cargo run -p reports --example pages -- DIR [NAME...]`
//! writes `DIR/NAME/report.html` and what belongs to it for each page, or for those named.

use std::path::PathBuf;

use reports::{render, sample};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = PathBuf::from(arguments.next().ok_or("name a directory to write to")?);
    let wanted: Vec<String> = arguments.collect();
    for (name, report) in sample::PAGES {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            render::render(&report(), &out.join(name))?;
        }
    }
    Ok(())
}
