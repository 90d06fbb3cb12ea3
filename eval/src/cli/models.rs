//! `hanbench models`.

use super::{Failure, Outcome};
use crate::engine::log::escape;
use crate::runner::cache::Cache;
use crate::runner::plan;
use crate::runner::survey::{self, N_CTX, Surveyed};
use crate::runner::worker::Nursery;
use crate::sources::{self, Environment, Listing};
use serde::Serialize;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Looked through: Ollama's store (OLLAMA_MODELS, ~/.ollama/models, /usr/share/ollama/.ollama/models), the
Hugging Face cache (HF_HUB_CACHE, HF_HOME, ~/.cache/huggingface/hub), LM Studio's folder
(~/.lmstudio/models, ~/.cache/lm-studio/models) and llama.cpp's (LLAMA_CACHE, ~/.cache/llama.cpp).

memory is what a process needs with a context of 4,096 tokens; fits says whether that much is available
now. What is kept but cannot be used is told on stderr, a line each, in --json under problems.

Exit status: 0 the list was made, 1 it could not be, 2 bad usage.")]
pub struct Args {
    /// Print JSON: {\"models\": […], \"problems\": […]}
    #[arg(long)]
    json: bool,
    #[arg(long, hide = true, default_value = "llama")]
    engine: String,
}

#[derive(Debug, Serialize)]
struct Shown {
    n_ctx: u32,
    models: Vec<Surveyed>,
    problems: Vec<String>,
}

pub fn run(args: &Args) -> Outcome {
    let nursery = Nursery {
        engine: args.engine.clone(),
        interrupted: super::listen_for_interrupt(),
    };
    let other = |error: plan::Error| Failure::Other(error.to_string());
    let (engine, _) = plan::engine_info(&nursery).map_err(other)?;
    let Listing {
        mut models,
        mut problems,
        ..
    } = sources::all(&Environment::of_process());
    match Cache::of_user() {
        Err(error) => problems.push(error.0),
        Ok(cache) => {
            for name in datasets::MODELS {
                match survey::embedded(name, &nursery, &cache, &engine.version) {
                    Ok(model) => models.push(model),
                    Err(error) => problems.push(format!("{name}: {error}")),
                }
            }
        }
    }
    let surveyed: Result<Vec<Surveyed>, plan::Error> = models
        .iter()
        .map(|model| survey::look(model, &nursery))
        .collect();
    let shown = Shown {
        n_ctx: N_CTX,
        models: surveyed.map_err(other)?,
        problems,
    };
    if args.json {
        println!("{:#}", serde_json::to_value(&shown).expect("plain data"));
    } else {
        print(&shown);
    }
    Ok(ExitCode::SUCCESS)
}

fn print(shown: &Shown) {
    let sources: Vec<String> = shown.models.iter().map(|m| escape(&m.source)).collect();
    let width = sources.iter().map(|source| source.chars().count()).max();
    let width = width.unwrap_or(0).max("model".len());
    println!(
        "{:<width$} {:>10} {:>10} {:>11} {:>11}  fits",
        "model", "size MiB", "precision", "weights M", "memory MiB"
    );
    for (source, model) in sources.iter().zip(&shown.models) {
        let or_none = |value: Option<String>| value.unwrap_or_else(|| "–".into());
        let file = model.file.as_ref();
        println!(
            "{source:<width$} {:>10.1} {:>10} {:>11} {:>11}  {}",
            mib(model.n_bytes),
            or_none(file.map(|file| file.precision.clone())),
            or_none(file.map(|file| format!("{:.1}", file.n_params as f64 / 1e6))),
            or_none(
                model
                    .predicted_bytes
                    .map(|bytes| format!("{:.1}", mib(bytes)))
            ),
            or_none(
                model
                    .fits
                    .map(|fits| if fits { "yes" } else { "no" }.into())
            ),
        );
    }
    let of_models = shown
        .models
        .iter()
        .filter_map(|model| model.problem.as_deref());
    for problem in of_models {
        eprintln!("hanbench: {}", escape(problem));
    }
    for problem in &shown.problems {
        eprintln!("hanbench: {problem}");
    }
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
