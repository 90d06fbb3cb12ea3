//! `hanbench run`.

use super::{Failure, Outcome, model, report};
use crate::engine::DEFAULT_GPU_LAYERS;
use crate::engine::log::escape;
use crate::runner::cache::Cache;
use crate::runner::journal::Journal;
use crate::runner::plan::{self, Plan, Wanted};
use crate::runner::worker::Nursery;
use crate::runner::{self, Finished, Listed, machine};
use crate::sources;
use datasets::{FAMILY, Normalised, Suite};
use reports::record::{ModelInfo, NormalisedFile, RunInfo};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  hanbench run                                           the embedded models, in a minute
  hanbench run model.gguf                                the standard suite, at the file's own precision
  hanbench run model.gguf --precision native,f32,f16,q4_k_m --suite quick
  hanbench run general=q4.gguf instruct=f16.gguf text=base-f16.gguf
  hanbench run general=ollama:llama3.2:3b text=ollama:llama3.2:3b-text-fp16   what Ollama keeps
  hanbench run model.gguf --precision f32,f16,q4_k_m,f16:kv=q8_0 --baseline f32 --corpus my.txt
  hanbench run nabi-instruct --suite precision-grid      what to keep wide and what to narrow
  hanbench run model.gguf --questions my.jsonl --corpus my.txt --out runs/mine
  hanbench run synthetic:llama3.2-3b --precision f16,q4_k_m   its speed and memory here, before downloading it
  hanbench run --resume --out runs/mine                  go on where it was cut off

Exit status: 0 everything was measured, 1 something failed (the report is written), 2 bad usage.")]
pub struct Args {
    /// Each with a label of your choice, instruct=model.gguf: a GGUF file, a folder with one, the first
    /// part of a split one, ollama:NAME:TAG, hf:OWNER/REPO/FILE.gguf, an embedded model (nabi-general,
    /// nabi-instruct, nabi-text), or synthetic:SHAPE, random weights of which speed and memory alone are
    /// measured (llama3.2-1b, llama3.2-3b, llama3.1-8b, llama3.1-70b, llama2-7b, mistral-7b, qwen3-0.6b,
    /// qwen3-4b, gemma3-1b, exaone3.5-2.4b, or a TOML file of dimensions)
    /// [default: the three embedded ones]
    #[arg(value_name = "[LABEL=]MODEL")]
    models: Vec<String>,
    /// What each model is put through: quick, standard, full, precision-grid, or a TOML file
    /// [default: quick for the embedded models, else standard, of which random weights take the speed alone]
    #[arg(long, value_name = "NAME|FILE")]
    suite: Option<String>,
    /// Precisions, instead of the suite's: native, f32, f16, bf16, q8_0, q4_k_m, …; behind one there may
    /// be +f32 (token embedding and output in F32), :kv=f32, bf16 or q8_0 (the KV cache), :fa=on or off
    /// (flash attention)
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    precision: Vec<String>,
    /// A question set or file (JSONL or CSV), instead of the suite's; may be given again
    #[arg(long, value_name = "NAME|FILE")]
    questions: Vec<String>,
    /// A corpus or text file to score, instead of the suite's; may be given again
    #[arg(long, value_name = "NAME|FILE")]
    corpus: Vec<String>,
    /// What the precisions are compared with, instead of the suite's: a precision (f32) or one cell
    /// for all models (instruct/f16) [default: the highest precision of the same weights]
    #[arg(long, value_name = "PRECISION|CELL")]
    baseline: Option<String>,
    /// Ask tags of Ollama as Ollama would: with their system prompts and sampling parameters, and
    /// Ollama's defaults for those they leave out; the chat template is always the GGUF file's own
    #[arg(long)]
    as_ollama: bool,
    /// The run directory [default: runs/<UTC time>-<host>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Go on with the run in --out: what is complete there is not measured again
    #[arg(long, requires = "out")]
    resume: bool,
    /// Threads of the engine [default: physical cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=512))]
    threads: Option<u32>,
    /// Layers to put on the GPU [default: all, where the build has a GPU back end]
    #[arg(long, value_name = "N")]
    gpu_layers: Option<u32>,
    /// Show the cells that would run with their memory, disk and time, and run nothing
    #[arg(long)]
    list: bool,
    #[arg(long, hide = true, default_value = "llama")]
    engine: String,
}

pub fn run(args: Args) -> Outcome {
    let nursery = Nursery {
        engine: args.engine.clone(),
        interrupted: super::listen_for_interrupt(),
    };
    let earlier = earlier_run(&args)?;
    let wanted = wanted(&args, earlier.as_ref())?;
    // A directory that cannot be written is said before the models are read.
    let mut journal = match (&args.out, args.list) {
        (_, true) => None,
        (Some(out), false) => Some(open(out, args.resume)?),
        (None, false) => Some(open(&default_dir(), false)?),
    };
    let cache = Cache::of_user().map_err(|error| Failure::Other(error.0))?;
    let plan = plan::plan(&wanted, &nursery, &cache).map_err(|error| match error {
        plan::Error::Usage(message) => Failure::Usage(message),
        plan::Error::Other(message) => Failure::Other(message),
    })?;
    for file in &plan.info.normalised {
        eprintln!("hanbench: {}", normalised(file));
    }
    let Some(journal) = &mut journal else {
        print_list(&runner::list(&plan, &nursery, &cache));
        return Ok(ExitCode::SUCCESS);
    };
    let plan = agree(plan, earlier, journal)?;
    let finished = runner::run(&plan, journal, &nursery, &cache);
    let dir = journal.dir().to_owned();
    let report = report::write(std::slice::from_ref(&dir), &dir);
    match finished {
        Ok(Finished::All) => Ok(report::status(&report?)),
        Ok(Finished::Interrupted) => Err(Failure::Other(format!(
            "interrupted; what was measured is kept. Go on with: hanbench run --resume --out {}",
            dir.display()
        ))),
        // What stopped the run is told even where it stopped the report too.
        Err(halt) => Err(Failure::Other(halt.0)),
    }
}

/// `run.json` of the run that is to be resumed, where there is one.
fn earlier_run(args: &Args) -> Result<Option<RunInfo>, Failure> {
    let Some(out) = args.out.as_ref().filter(|_| args.resume) else {
        return Ok(None);
    };
    if !out.join("run.json").exists() {
        return Ok(None);
    }
    let run = reports::run_dir::read(out).map_err(|error| Failure::Other(error.to_string()))?;
    Ok(Some(run.info))
}

fn wanted(args: &Args, earlier: Option<&RunInfo>) -> Result<Wanted, Failure> {
    let mut models = model::parse(&args.models)?;
    let mut suite = None;
    if let (true, Some(earlier)) = (models.is_empty(), earlier) {
        models = earlier
            .models
            .iter()
            .map(|model| (model.variant.clone(), typed(model).to_owned()))
            .collect();
        suite = Some(earlier.suite.clone());
    }
    if models.is_empty() {
        models = FAMILY
            .map(|(label, name)| (label.into(), name.into()))
            .to_vec();
    }
    let suite = match (suite, &args.suite) {
        (Some(suite), None) => suite,
        (_, Some(name)) => load_suite(name)?,
        (None, None) => default_suite(&models, args.models.is_empty())?,
    };
    let was_as_ollama =
        earlier.is_some_and(|run| run.models.iter().any(|model| model.as_ollama.is_some()));
    let is_tag = |(_, typed): &(String, String)| typed.starts_with(sources::ollama::PREFIX);
    if args.as_ollama && !models.iter().any(is_tag) {
        return Err(Failure::Usage(
            "--as-ollama: no model is a tag of Ollama; name one as ollama:MODEL:TAG".into(),
        ));
    }
    Ok(Wanted {
        as_ollama: args.as_ollama || was_as_ollama,
        models,
        suite: with_flags(suite, args)?,
        n_threads: args
            .threads
            .or(earlier.map(|run| run.n_threads))
            .unwrap_or_else(machine::physical_cores),
        n_gpu_layers: args
            .gpu_layers
            .or(earlier.map(|run| run.n_gpu_layers))
            .unwrap_or(DEFAULT_GPU_LAYERS),
        command_line: std::env::args().collect(),
    })
}

/// What named the model on the command line.
fn typed(model: &ModelInfo) -> &str {
    model.source.as_deref().unwrap_or(&model.path)
}

fn load_suite(name: &str) -> Result<Suite, Failure> {
    datasets::load_suite(name).map_err(|error| Failure::Usage(error.to_string()))
}

/// `quick` where all models are embedded, else `standard`; of that the speed alone where all weights
/// are random. The family is measured at the precisions
/// that its files have, as the tags that it stands for, and at F32 beside them.
fn default_suite(models: &[(String, String)], family: bool) -> Result<Suite, Failure> {
    let is_shape = |(_, name): &(String, String)| name.starts_with(sources::SYNTHETIC);
    if models.iter().all(is_shape) {
        return Ok(Suite {
            perplexity: None,
            fidelity: None,
            answers: None,
            numbers: None,
            ..load_suite("standard")?
        });
    }
    let embedded = |(_, name): &(String, String)| datasets::MODELS.contains(&name.as_str());
    if !models.iter().all(embedded) {
        return load_suite("standard");
    }
    let mut suite = load_suite("quick")?;
    if family {
        suite.precisions = vec!["native".into(), "f32".into()];
    }
    Ok(suite)
}

/// What was changed in reading a file, for the terminal.
fn normalised(file: &NormalisedFile) -> String {
    let Normalised { bom, crlf, nfd } = file.counts;
    let changes = [
        (bom, "byte order mark dropped"),
        (crlf, "CR LF read as LF"),
        (nfd, "decomposed texts or lines composed (NFC)"),
    ];
    let changes = changes.iter().filter(|(count, _)| *count > 0);
    let changes: Vec<String> = changes.map(|(n, what)| format!("{n} {what}")).collect();
    format!("{}: {}", escape(&file.file), changes.join(", "))
}

/// The suite with its lists replaced by what the flags name.
fn with_flags(mut suite: Suite, args: &Args) -> Result<Suite, Failure> {
    if !args.precision.is_empty() {
        suite.precisions.clone_from(&args.precision);
    }
    let name = suite.name.clone();
    let missing = |flag: &str, section: &str| {
        Failure::Usage(format!(
            "{flag}: the suite {name} has no [{section}] section; choose another with --suite"
        ))
    };
    if !args.questions.is_empty() {
        let answers = suite
            .answers
            .as_mut()
            .ok_or_else(|| missing("--questions", "answers"))?;
        answers.questions.clone_from(&args.questions);
    }
    if !args.corpus.is_empty() {
        let perplexity = suite
            .perplexity
            .as_mut()
            .ok_or_else(|| missing("--corpus", "perplexity"))?;
        perplexity.corpora.clone_from(&args.corpus);
    }
    if let Some(baseline) = &args.baseline {
        let fidelity = suite
            .fidelity
            .as_mut()
            .ok_or_else(|| missing("--baseline", "fidelity"))?;
        fidelity.baseline = Some(baseline.clone());
    }
    Ok(suite)
}

fn open(dir: &Path, resume: bool) -> Result<Journal, Failure> {
    let journal = Journal::open(dir).map_err(|error| Failure::Other(error.0))?;
    if !resume && (journal.has_records() || dir.join("run.json").exists()) {
        return Err(Failure::Usage(format!(
            "{}: holds a run already; add --resume to go on with it, or choose another directory",
            dir.display()
        )));
    }
    Ok(journal)
}

fn default_dir() -> PathBuf {
    let plain: String = machine::host_name()
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '-'
            }
        })
        .collect();
    let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    Path::new("runs").join(format!("{now}-{plain}"))
}

/// The plan that is carried out: `run.json` is written once and holds for every resumption.
fn agree(plan: Plan, earlier: Option<RunInfo>, journal: &Journal) -> Result<Plan, Failure> {
    let Some(earlier) = earlier else {
        journal
            .write_info(&plan.info)
            .map_err(|error| Failure::Other(error.0))?;
        return Ok(plan);
    };
    plan.continues(&earlier).map_err(|what| {
        Failure::Usage(format!(
            "{}: holds a run with other {what}; resume it with the command that began it (`hanbench run --resume --out DIR` alone does), or choose another directory",
            journal.dir().display()
        ))
    })?;
    Ok(Plan {
        info: earlier,
        ..plan
    })
}

fn print_list(cells: &[Listed]) {
    let gib = |bytes: u64| bytes as f64 / f64::from(1 << 30);
    println!(
        "{:<32} {:>12} {:>12} {:>10}",
        "cell", "memory GiB", "disk GiB", "about"
    );
    for cell in cells {
        let memory = cell
            .memory_bytes
            .map_or("–".into(), |bytes| format!("{:.2}", gib(bytes)));
        let time = cell
            .seconds
            .map_or("–".into(), |seconds| format!("{:.0} s", seconds.max(1.0)));
        println!(
            "{:<32} {memory:>12} {:>12.2} {time:>10}",
            cell.id,
            gib(cell.disk_bytes)
        );
        if let Some(note) = &cell.note {
            println!("    {note}");
        }
    }
    let disk: u64 = cells.iter().map(|cell| cell.disk_bytes).sum();
    let seconds: f64 = cells.iter().filter_map(|cell| cell.seconds).sum();
    println!(
        "{} cells, {:.2} GiB of disk for derived files, roughly {:.0} s",
        cells.len(),
        gib(disk),
        seconds.max(1.0)
    );
}
