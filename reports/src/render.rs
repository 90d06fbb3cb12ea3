//! Everything that is derived from the records, written in one go.

use std::path::{Path, PathBuf};

use thiserror::Error as ThisError;

use crate::view::Report;
use crate::{csv, file, html, plot};

/// What [`render`] wrote.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// `report.html`.
    pub html: PathBuf,
    /// The CSV files.
    pub csv: Vec<PathBuf>,
    /// The PNG files.
    pub plots: Vec<PathBuf>,
    /// What the reader should know of the output, for example that no font has Hangul; one sentence
    /// each.
    pub warnings: Vec<String>,
}

/// Why a report could not be rendered.
#[derive(Debug, ThisError)]
pub enum Error {
    /// A CSV file.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// A chart.
    #[error(transparent)]
    Plot(#[from] plot::Error),
    /// The page.
    #[error(transparent)]
    Html(#[from] html::Error),
    /// The page's file.
    #[error("{}: cannot be written: {source}; check that the disk has room and that the directory may be written to", path.display())]
    CannotWrite {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}

/// Writes `csv/*.csv`, `plots/*.png` and `report.html` into `out`, which is created where it is
/// missing. Each file is replaced whole.
///
/// # Errors
///
/// The first file that cannot be made or written; those before it stay.
pub fn render(report: &Report, out: &Path) -> Result<Rendered, Error> {
    let csv = csv::write_all(report, &out.join("csv"))?;
    let charts = plot::write_all(report, &out.join("plots"))?;
    let page = html::page(report, &charts)?;
    let html = out.join("report.html");
    file::replace(&html, page.as_bytes()).map_err(|source| Error::CannotWrite {
        path: html.clone(),
        source,
    })?;
    Ok(Rendered {
        html,
        csv,
        plots: charts
            .list
            .into_iter()
            .flat_map(|chart| [chart.png, chart.png_en])
            .collect(),
        warnings: charts.warnings,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    /// Every file below `dir` with its bytes, sorted by path.
    fn tree(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files.extend(tree(&path));
            } else {
                files.push((path.clone(), std::fs::read(&path).unwrap()));
            }
        }
        files.sort();
        files
    }

    #[test]
    fn the_same_records_give_the_same_files_and_no_others() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("new/report");
        let rendered = render(&sample::troubled_report(), &out).unwrap();
        let first = tree(&out);
        let mut named = [vec![rendered.html], rendered.csv, rendered.plots].concat();
        named.sort();
        assert_eq!(
            first.iter().map(|(path, _)| path).collect::<Vec<_>>(),
            named.iter().collect::<Vec<_>>()
        );
        render(&sample::troubled_report(), &out).unwrap();
        assert!(tree(&out) == first, "a second rendering differs");
    }

    #[test]
    fn a_report_on_nothing_is_a_report() {
        let dir = tempfile::tempdir().unwrap();
        let rendered = render(&Report::default(), dir.path()).unwrap();
        assert!(rendered.csv.iter().all(|path| path.is_file()));
        assert!(rendered.html.is_file());
    }
}
