//! What a run would do, told without doing it: `--list`.

use super::cache::Cache;
use super::campaign;
use super::plan::Plan;
use super::prepare::{self, Unfit};
use super::probe;
use super::synthetic;
use super::worker::Nursery;
use crate::engine::{ModelFile, Setup, precision};
use crate::stages::speed;
use reports::record::{CellInfo, FidelityInfo, RunInfo, Test, When};
use std::path::Path;

/// One cell of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// [`CellInfo::id`].
    pub id: String,
    /// Predicted peak memory in bytes; `None` where `note` says why not.
    pub memory_bytes: Option<u64>,
    /// Disk that its derived file will need and does not take yet, in bytes.
    pub disk_bytes: u64,
    /// Rough time in seconds, from the machine's bandwidth and arithmetic.
    pub seconds: Option<f64>,
    /// Why something is missing.
    pub note: Option<String>,
}

/// Lists the cells of a plan, and the comparisons of some of them.
#[must_use]
pub fn list(plan: &Plan, nursery: &Nursery, cache: &Cache) -> Vec<Listed> {
    let probe = probe::probe(When::Before);
    let pairs = plan.info.cells.iter().zip(&plan.sources);
    let mut listed: Vec<Listed> = pairs
        .map(|(cell, source)| match source {
            Ok(file) => {
                let seconds = seconds(&plan.info, cell, file, probe.read_gb_s, probe.gflop_s);
                list_one(plan, cell, file, seconds, nursery, cache)
            }
            Err(reason) => Listed {
                id: cell.id.clone(),
                memory_bytes: None,
                disk_bytes: 0,
                seconds: None,
                note: Some(reason.clone()),
            },
        })
        .collect();
    let groups = plan.info.fidelity.iter();
    let groups: Vec<Listed> = groups.map(|group| comparison(group, &listed)).collect();
    listed.extend(groups);
    listed
}

/// A fidelity cell holds its members together where they fit.
fn comparison(group: &FidelityInfo, cells: &[Listed]) -> Listed {
    let is_member = |cell: &&Listed| cell.id == group.baseline || group.compared.contains(&cell.id);
    Listed {
        id: group.id.clone(),
        memory_bytes: cells
            .iter()
            .filter(is_member)
            .map(|cell| cell.memory_bytes)
            .sum(),
        disk_bytes: 0,
        seconds: None,
        note: Some(format!(
            "compares {} cells with {}; in parts where they do not fit in memory together. Its time is that of their perplexity, which is in theirs",
            group.compared.len(),
            group.baseline
        )),
    }
}

fn list_one(
    plan: &Plan,
    cell: &CellInfo,
    file: &ModelFile,
    seconds: f64,
    nursery: &Nursery,
    cache: &Cache,
) -> Listed {
    let precision = prepare::precision_of(cell).ok();
    let file_precision = precision.map_or_else(String::new, |precision| precision.file());
    let setup = precision.map_or_else(Setup::default, |precision| {
        precision.setup(plan.info.n_gpu_layers)
    });
    let model = campaign::model_of(&plan.info, cell);
    if let (Some(shape), Some(precision)) = (model.and_then(synthetic::shape_of), precision) {
        let wanted = synthetic::Wanted::of(shape, precision, &plan.info);
        return list_shape(&wanted, plan, cell, seconds, nursery, cache);
    }
    let source = model.map_or("", |model| &model.path);
    let sha256 = model
        .and_then(|model| model.sha256.as_deref())
        .unwrap_or_default();
    let derived = cache.path(sha256, &file_precision, &plan.info.engine.version);
    let is_there = cell.native || derived.exists();
    let weights = file_bytes(cell, file);
    // A file that is not derived yet has the contexts of its source and weights of its own size.
    let path = if is_there && !cell.native {
        &derived
    } else {
        Path::new(source)
    };
    let specs = prepare::specs(&plan.info);
    let (memory_bytes, note) = match prepare::predict(path, setup, &specs, nursery, &mut 0) {
        Ok(predictions) => {
            let most = predictions
                .iter()
                .map(|prediction| prediction.host_bytes)
                .max();
            let other = if is_there {
                0
            } else {
                weights.saturating_sub(file.file_bytes)
            };
            (most.map(|most| most + other), None)
        }
        Err(Unfit::Failed(_, reason)) => (None, Some(reason)),
        Err(Unfit::Stop(trouble)) => (None, Some(trouble.to_string())),
    };
    Listed {
        id: cell.id.clone(),
        memory_bytes,
        disk_bytes: if is_there { 0 } else { weights },
        seconds: Some(seconds),
        note,
    }
}

/// A model of a shape, told from an outline of its file.
fn list_shape(
    wanted: &synthetic::Wanted<'_>,
    plan: &Plan,
    cell: &CellInfo,
    seconds: f64,
    nursery: &Nursery,
    cache: &Cache,
) -> Listed {
    let setup = wanted.precision.setup(plan.info.n_gpu_layers);
    let specs = prepare::specs(&plan.info);
    let mut listed = Listed {
        id: cell.id.clone(),
        memory_bytes: None,
        disk_bytes: 0,
        seconds: Some(seconds),
        note: None,
    };
    match wanted.need(&specs, setup, nursery, cache) {
        Ok(need) => {
            let bytes = need
                .predictions
                .iter()
                .map(|prediction| prediction.host_bytes);
            listed.memory_bytes = bytes.max();
            if !wanted.path(cache).exists() {
                listed.disk_bytes = need.n_bytes;
            }
        }
        Err(Unfit::Failed(_, reason)) => listed.note = Some(reason),
        Err(Unfit::Stop(trouble)) => listed.note = Some(trouble.to_string()),
    }
    listed
}

fn file_bytes(cell: &CellInfo, file: &ModelFile) -> u64 {
    if cell.native && file.synthetic.is_none() {
        file.file_bytes
    } else {
        (file.n_params as f64 * precision::bits(&cell.precision) / 8.0) as u64
    }
}

/// Decode reads every weight once a step; prefill multiplies every weight by every token.
fn seconds(info: &RunInfo, cell: &CellInfo, file: &ModelFile, read_gb_s: f64, gflop_s: f64) -> f64 {
    /// llama.cpp's kernels reach about this part of what the probe's loop does.
    const EFFICIENCY: f64 = 0.5;
    let step = file_bytes(cell, file) as f64 / (read_gb_s * 1e9);
    let token = 2.0 * file.n_params as f64 / (gflop_s * 1e9 * EFFICIENCY);
    let mut steps = 0.0;
    let mut tokens = 0.0;
    if let Some(suite) = &info.suite.speed {
        let times = f64::from(suite.repetitions + 1);
        for test in speed::plan(suite, info.n_threads)
            .iter()
            .flat_map(|group| &group.tests)
        {
            match test.test {
                Test::Decode => steps += times * f64::from(test.n_gen),
                Test::Prefill | Test::Load => tokens += times * f64::from(test.n_prompt),
            }
            tokens += f64::from(test.n_depth) * f64::from(test.n_seq);
        }
    }
    if let Some(suite) = &info.suite.perplexity {
        let chunk = f64::from(suite.n_ctx);
        tokens += info
            .corpora
            .iter()
            // Korean takes about three bytes a token at the worst.
            .map(|text| (text.n_bytes as f64 / 3.0 / chunk).floor())
            .map(|all| {
                suite
                    .max_chunks
                    .map_or(all, |most| all.min(f64::from(most)))
                    * chunk
            })
            .sum::<f64>();
    }
    if let Some(suite) = &info.suite.answers {
        let rounds = info.questions.len().div_ceil(suite.parallel as usize) as f64;
        steps += (rounds + f64::from(suite.timed)) * f64::from(suite.max_tokens);
    }
    steps * step + tokens * token
}
