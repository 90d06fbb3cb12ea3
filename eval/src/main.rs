//! `hanbench`: which local model, at which precision, on which hardware, for Korean.

use std::process::ExitCode;

fn main() -> ExitCode {
    eval::cli::main()
}
