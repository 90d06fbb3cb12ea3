//! How far a run is: a bar on stderr where it is a terminal, a line for each stage otherwise.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// Shows one stage of one cell at a time.
pub struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// A progress display for this process's stderr.
    #[must_use]
    pub fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar }
    }

    /// One that shows nothing.
    #[must_use]
    pub fn silent() -> Self {
        Self { bar: None }
    }

    /// A stage begins; its steps are not known.
    pub fn stage(&self, text: &str) {
        match &self.bar {
            Some(bar) => {
                bar.set_style(
                    ProgressStyle::with_template("{spinner} {elapsed} {msg}").expect("constant"),
                );
                bar.set_message(text.to_owned());
            }
            None => eprintln!("{text}"),
        }
    }

    /// `done` of `total` steps of the stage are done.
    pub fn step(&self, done: u32, total: u32) {
        if let Some(bar) = &self.bar {
            bar.set_style(
                ProgressStyle::with_template("{spinner} {elapsed} {msg} [{bar:24}] {pos}/{len}")
                    .expect("constant"),
            );
            bar.set_length(total.into());
            bar.set_position(done.into());
        }
    }

    /// Something to keep on the screen.
    pub fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => eprintln!("{text}"),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
