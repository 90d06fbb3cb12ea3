//! `hanbench inspect`.

mod facts;

use super::{Failure, Outcome};
use crate::engine::log::escape;
use crate::numbers::Scanned;
use crate::runner::cache::Cache;
use crate::runner::inspect::{self, Depth, Inspected};
use crate::runner::lineage;
use crate::runner::plan;
use crate::runner::worker::Nursery;
use reports::lineage::Lineage;
use reports::record::{ActivationRange, CastNumbers, Numbers};
use reports::view::{ActivationKind, activation_kinds};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  hanbench inspect model.gguf                  what the file says of itself
  hanbench inspect ollama:llama3.2:3b --json   the same of a tag, for a program
  hanbench inspect a.gguf b.gguf               and which are the same weights, fine-tunes of one base, or unrelated
  hanbench inspect model.gguf --numbers        what its weights are like, and what F16 and BF16 would do to them
  hanbench inspect model.gguf --numbers --json | jq .totals.f16
  hanbench inspect model.gguf --activations    how large what it computes gets, and what F16 could not hold

Without loading weights: architecture, weights, number formats by part of the model, the vocabulary and what it makes
of Korean text, KV cache, origin. warning: lines tell where a name and the content disagree.

In --json: path, source (what was typed), name, file_bytes, architecture, n_params, precision, n_ctx_train, n_vocab,
finetune, has_template; gguf_version, n_files, n_tensors, tensor_bytes, bits_per_weight, file_type; types[] {type,
n_tensors, n_elements, n_bytes}; groups[] {group, n_tensors, n_elements, n_bytes, types[]}; tokenizer {model, pre,
bos_token_id, bos_token, eos_token_id, eos_token, adds_bos, adds_eos}; fertility {corpus, n_tokens, n_unknown,
n_eojeol, n_syllables, n_chars, tokens_per_eojeol, tokens_per_syllable, chars_per_token, texts[]}; kv_cache
{bytes_per_token_f16, n_layers, n_kv_layers, n_recurrent_layers, sliding_window_tokens, n_sliding_layers,
full_context_bytes_f16, full_context_windowed_bytes_f16}; general_type, basename, size_label, version, organization,
author, quantized_by, license, license_name, license_link, repo_url, languages[], base_models[] {name,
organization, repo_url}; sha256, sha256_from (ollama, content); warnings[] {kind: precision, size, role, file_type,
split, sha256; text}; missing {name: why}. What is not known is null.

--numbers reads every weight once. In --json, totals and each tensor have n, nan, inf, zero, min, max,
max_abs, mean, deviation and exponents, and under f16 and bf16 what a cast to that format would do:
overflow (become infinite), subnormal, vanish (become zero), changed, mean and largest relative error.

--activations loads the model and evaluates two chunks of 512 tokens of each text of the embedded corpus.
In --json, activations has for each kind of value (node, as llama.cpp calls it) and layer: n, max_abs,
overflow (finite, but infinite in F16), nan, inf and n_tokens.

With several models, how each two are related is decided from samples of their weights: same_weights (at
another precision or the same), fine_tune (of one base) or unrelated, with what decided it. In --json,
lineage has a, b, verdict, evidence and the figures behind it.

Exit status: 0 every file was read, 1 one could not be, 2 bad usage.")]
pub struct Args {
    /// Models as `hanbench run` takes them: files, ollama:NAME:TAG, hf:OWNER/REPO/FILE.gguf, embedded models
    #[arg(value_name = "MODEL", required = true)]
    models: Vec<String>,
    /// Pass over all weights: ranges, exponents, and what a cast to F16 or BF16 does
    #[arg(long)]
    numbers: bool,
    /// Evaluate text and tell the largest magnitudes of the activations beside what F16 holds
    #[arg(long)]
    activations: bool,
    /// Read large files, too, for their SHA-256; it is remembered
    #[arg(long)]
    hash: bool,
    /// Print JSON: one object for one model, {"models": […], "lineage": […]} for several
    #[arg(long)]
    json: bool,
    #[arg(long, hide = true, default_value = "llama")]
    engine: String,
}

pub fn run(args: &Args) -> Outcome {
    let nursery = Nursery {
        engine: args.engine.clone(),
        interrupted: super::listen_for_interrupt(),
    };
    let cache = Cache::of_user().map_err(|error| Failure::Other(error.0))?;
    let (engine, _) =
        plan::engine_info(&nursery).map_err(|error| Failure::Other(error.to_string()))?;
    let depth = Depth {
        hash: args.hash,
        numbers: args.numbers,
        activations: args.activations,
    };
    let mut all = Vec::new();
    let mut read = Vec::new();
    let mut status = ExitCode::SUCCESS;
    for model in &args.models {
        match inspect::inspect(model, depth, &nursery, &cache, &engine.version) {
            Ok(inspected) => {
                read.push((model.clone(), inspected.path.clone().into()));
                all.push(inspected);
            }
            Err(plan::Error::Usage(message)) => return Err(Failure::Usage(message)),
            Err(plan::Error::Other(message)) => {
                eprintln!("hanbench: {message}");
                status = ExitCode::FAILURE;
            }
        }
    }
    let lineage =
        lineage::lineage(&nursery, &read).map_err(|error| Failure::Other(error.to_string()))?;
    let (lineage, unknown): (Vec<_>, Vec<_>) =
        lineage.into_iter().partition(|pair| pair.verdict.is_some());
    for pair in &unknown {
        eprintln!("hanbench: {}", super::lineage::line(pair));
        status = ExitCode::FAILURE;
    }
    if args.json {
        print_json(args, &all, &lineage);
    } else {
        all.iter().for_each(print);
        for pair in &lineage {
            println!("{}", super::lineage::line(pair));
        }
    }
    Ok(status)
}

fn print_json(args: &Args, all: &[Inspected], lineage: &[Lineage]) {
    let value = match (args.models.len(), all) {
        (1, [one]) => serde_json::to_value(one).expect("plain data"),
        _ => serde_json::json!({"models": all, "lineage": lineage}),
    };
    println!("{value:#}");
}

fn print(inspected: &Inspected) {
    match &inspected.source {
        Some(source) => println!("{} ({})", escape(source), escape(&inspected.path)),
        None => println!("{}", escape(&inspected.path)),
    }
    facts::print(inspected);
    if let Some(scanned) = &inspected.numbers {
        print_numbers(scanned);
    }
    if let Some(ranges) = &inspected.activations {
        print_activations(ranges);
    }
    println!();
}

fn print_numbers(scanned: &Scanned) {
    print_totals(&scanned.totals);
    let odd = |n: &Numbers| n.nan + n.inf + n.f16.overflow + n.bf16.overflow > 0;
    for tensor in scanned.tensors.iter().filter(|tensor| odd(&tensor.numbers)) {
        let n = &tensor.numbers;
        println!(
            "  {}: {} not a number, {} infinite, {} too large for F16, {} for BF16",
            tensor.tensor, n.nan, n.inf, n.f16.overflow, n.bf16.overflow
        );
    }
    for name in &scanned.skipped {
        println!("  {name}: holds no floating-point values");
    }
    let seconds = scanned.elapsed_ns as f64 / 1e9;
    let slower = match scanned.reading_ns > scanned.counting_ns {
        true => "reading",
        false => "counting",
    };
    println!(
        "  {} tensors in {seconds:.2} s, {:.2} GB/s; most of the time went into {slower}",
        scanned.tensors.len(),
        scanned.n_bytes as f64 / 1e9 / seconds
    );
}

fn print_totals(totals: &Numbers) {
    let number =
        |value: Option<f64>| value.map_or_else(|| "–".into(), |value| format!("{value:.6e}"));
    println!(
        "  {:<14}{} … {}",
        "range",
        number(totals.min),
        number(totals.max)
    );
    println!(
        "  {:<14}{} ± {}",
        "mean",
        number(totals.mean),
        number(totals.deviation)
    );
    println!(
        "  {:<14}{} zero, {} not a number, {} infinite, of {}",
        "values", totals.zero, totals.nan, totals.inf, totals.n
    );
    println!(
        "  cast to        too large    subnormal     vanishing      changed   mean error    max error"
    );
    for (name, cast) in [("F16", &totals.f16), ("BF16", &totals.bf16)] {
        println!("  {name:<10}{}", cast_line(cast));
    }
}

/// Shares of all values, and relative errors.
fn cast_line(cast: &CastNumbers) -> String {
    let share = |count: u64| match count {
        0 => "0".to_owned(),
        _ => format!("{:.4} %", 100.0 * count as f64 / cast.n as f64),
    };
    let error =
        |value: Option<f64>| value.map_or_else(|| "–".into(), |value| format!("{value:.2e}"));
    let columns = [
        share(cast.overflow),
        share(cast.subnormal),
        share(cast.vanish),
        share(cast.changed),
        error(cast.mean_relative_error),
        error(Some(cast.max_relative_error)),
    ];
    columns.map(|column| format!("{column:>13}")).concat()
}

/// Each kind with its largest magnitude over the layers, those that F16 could not hold first.
fn print_activations(ranges: &[ActivationRange]) {
    let kinds = activation_kinds(0, ranges);
    let n_tokens = kinds.iter().map(|kind| kind.n_tokens).max();
    println!(
        "  activations over {} tokens; headroom is in powers of two below 65,504, the largest number of F16",
        n_tokens.unwrap_or(0)
    );
    println!(
        "  {:<20}{:>14}{:>8}{:>10}{:>12}{:>12}",
        "kind", "largest", "layer", "headroom", "too large", "not finite"
    );
    for kind in &kinds {
        println!("  {}", activation_line(kind));
    }
    let lost = ranges.iter().filter(|range| range.overflow > 0).count();
    match lost {
        0 => println!("  no finite value would become infinite in F16"),
        _ => println!(
            "  in {lost} of {} kinds and layers finite values would become infinite in F16",
            ranges.len()
        ),
    }
}

fn activation_line(kind: &ActivationKind) -> String {
    let or_none = |value: Option<String>| value.unwrap_or_else(|| "–".into());
    format!(
        "{:<20}{:>14}{:>8}{:>10}{:>12}{:>12}",
        kind.node,
        or_none(kind.max_abs.map(|max_abs| format!("{max_abs:.4e}"))),
        or_none(kind.layer.map(|layer| layer.to_string())),
        or_none(kind.headroom_log2.map(|headroom| format!("{headroom:.1}"))),
        kind.overflow,
        kind.nan + kind.inf,
    )
}
