//! A fidelity cell: cells of the same weights, compared in one child that holds as many of them as fit.

use super::attempt::Attempt;
use super::cache::Cache;
use super::campaign::{self, SHARE_OF_MEMORY};
use super::cell::{Fatal, Shared};
use super::machine;
use super::plan::Plan;
use super::prepare::{self, File, Source, Unfit};
use super::protocol::Request;
use super::worker::Trouble;
use crate::engine::os;
use crate::engine::precision::{Precision, bits};
use crate::stages::fidelity::{Comparison, Member, Spill};
use crate::stages::perplexity;
use reports::record::{CellInfo, FidelityInfo, Stage};

/// Most disk that distributions may take; more would only save loading the models again.
const MOST_SPILLED: u64 = 8 << 30;

/// Measures a fidelity cell.
pub fn measure(
    plan: &Plan,
    group: &FidelityInfo,
    number: u32,
    shared: &mut Shared<'_>,
    cache: &Cache,
) -> Result<(), Fatal> {
    let Some(suite) = &plan.info.suite.perplexity else {
        return Ok(());
    };
    let mut attempt = Attempt::begin(shared, &group.id, number)?;
    let ready = ready(plan, group, shared, cache, &mut attempt)?;
    if let Some((baseline, others)) = ready.split_first() {
        say_baseline(group, baseline, shared, &attempt)?;
        let n = others.len();
        shared.progress.stage(&format!(
            "{}: perplexity, and {n} cells against {}",
            group.id, baseline.member.cell
        ));
        let budget = (machine::available_memory() as f64 * SHARE_OF_MEMORY) as u64;
        let needs: Vec<u64> = ready.iter().map(|ready| ready.need_bytes).collect();
        let comparison = Comparison {
            sets: sets(&needs, budget),
            members: ready.into_iter().map(|ready| ready.member).collect(),
            corpora: suite.corpora.clone(),
            n_ctx: suite.n_ctx,
            max_chunks: suite.max_chunks,
            n_threads: plan.info.n_threads,
            spill: Spill {
                dir: cache.dir().to_owned(),
                max_bytes: os::free_disk(cache.dir()).map_or(0, |free| MOST_SPILLED.min(free / 2)),
            },
        };
        compare(comparison, shared, &mut attempt)?;
    }
    attempt.end(shared)
}

/// A cell that can be compared.
struct Ready {
    member: Member,
    /// Predicted peak memory of evaluating it, in bytes.
    need_bytes: u64,
    /// How much it can know, to choose a baseline by.
    rank: Rank,
}

/// The cells whose files are there and fit in memory, the baseline first: the planned one, else the
/// one of the highest precision. The others are failures on record.
fn ready(
    plan: &Plan,
    group: &FidelityInfo,
    shared: &mut Shared<'_>,
    cache: &Cache,
    attempt: &mut Attempt<'_>,
) -> Result<Vec<Ready>, Fatal> {
    let mut all: Vec<Ready> = Vec::new();
    for id in std::iter::once(&group.baseline).chain(&group.compared) {
        match prepared(plan, id, shared, cache, attempt) {
            Ok(ready) => all.push(ready),
            Err(Unfit::Failed(stage, reason)) => {
                attempt.fail(shared, stage, format!("{id} is not compared: {reason}"))?;
            }
            Err(Unfit::Stop(trouble)) => return Err(trouble),
        }
    }
    let is_planned = |ready: &Ready| ready.member.cell == group.baseline;
    // Of equals the first.
    all.sort_by_key(|ready| std::cmp::Reverse((is_planned(ready), ready.rank)));
    Ok(all)
}

fn prepared(
    plan: &Plan,
    id: &str,
    shared: &mut Shared<'_>,
    cache: &Cache,
    attempt: &mut Attempt<'_>,
) -> Result<Ready, Unfit> {
    let failed = |reason: &str| Unfit::Failed(Stage::Model, reason.to_owned());
    let mut cells = plan.info.cells.iter().zip(&plan.sources);
    let (cell, source) = cells
        .find(|(cell, _)| cell.id == id)
        .ok_or_else(|| failed("the run plans no such cell"))?;
    let file = source.as_ref().map_err(|reason| failed(reason))?;
    let model = campaign::model_of(&plan.info, cell)
        .ok_or_else(|| failed("the run lists no such model"))?;
    let source = Source {
        info: &plan.info,
        cell,
        model,
        file,
    };
    let engine_ns = &mut attempt.engine_ns;
    let File { path, setup, .. } =
        prepare::file(source, shared.nursery, cache, shared.progress, engine_ns)?;
    let suite = plan.info.suite.perplexity.as_ref();
    let specs: Vec<_> = suite
        .map(|suite| perplexity::session_spec(suite.n_ctx, suite.max_chunks, plan.info.n_threads))
        .into_iter()
        .collect();
    let predictions = prepare::predict(&path, setup, &specs, shared.nursery, engine_ns)?;
    let need_bytes = predictions.iter().map(|p| p.host_bytes).max().unwrap_or(0);
    prepare::check_memory(&path, need_bytes)?;
    Ok(Ready {
        member: Member {
            cell: id.to_owned(),
            path,
            setup,
        },
        need_bytes,
        rank: Rank::of(cell),
    })
}

fn say_baseline(
    group: &FidelityInfo,
    baseline: &Ready,
    shared: &mut Shared<'_>,
    attempt: &Attempt<'_>,
) -> Result<(), Fatal> {
    let cell = &baseline.member.cell;
    if *cell == group.baseline {
        return Ok(());
    }
    attempt.warn(shared, Stage::Fidelity, instead(&group.baseline, cell))
}

fn instead(baseline: &str, cell: &str) -> String {
    format!("{baseline} could not be evaluated, so {cell} is the baseline instead")
}

fn in_sets(n: usize, max_bytes: u64) -> String {
    format!(
        "the models do not fit in memory together: they were evaluated in {n} sets, and the baseline's distributions went through a temporary file of at most {:.1} GiB",
        max_bytes as f64 / f64::from(1 << 30)
    )
}

/// Asks a child to compare, and records what went wrong.
fn compare(
    comparison: Comparison,
    shared: &mut Shared<'_>,
    attempt: &mut Attempt<'_>,
) -> Result<(), Fatal> {
    if comparison.sets.len() > 1 {
        let text = in_sets(comparison.sets.len(), comparison.spill.max_bytes);
        attempt.warn(shared, Stage::Fidelity, text)?;
    }
    let mut worker = shared.nursery.spawn()?;
    let asked = attempt.ask(shared, &mut worker, &Request::Fidelity { comparison });
    attempt.engine_ns += worker.engine_ns;
    match asked {
        Ok(()) => Ok(()),
        Err(Trouble::Failed(reason) | Trouble::Died(reason)) => {
            attempt.fail(shared, Stage::Fidelity, reason)
        }
        Err(fatal) => Err(fatal),
    }
}

/// Which models are in memory together: as many with the baseline as the budget allows, then as many
/// of the others as it allows, and so on. A model larger than the budget is alone.
fn sets(needs: &[u64], budget: u64) -> Vec<Vec<usize>> {
    let mut left: Vec<usize> = (0..needs.len()).collect();
    let mut sets = Vec::new();
    while !left.is_empty() {
        let mut taken = 0;
        let (set, rest): (Vec<usize>, Vec<usize>) = left.into_iter().partition(|&member| {
            let fits = taken == 0 || taken + needs[member] <= budget;
            taken += if fits { needs[member] } else { 0 };
            fits
        });
        sets.push(set);
        left = rest;
    }
    sets
}

/// How much of the weights a cell knows: what its source had, what it keeps of that, and how finely
/// it computes with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank([u32; 5]);

impl Rank {
    /// The rank of a planned cell.
    #[must_use]
    pub fn of(cell: &CellInfo) -> Self {
        // Nominal bits come in halves.
        let bits = |name: &str| (2.0 * bits(name)) as u32;
        let own = bits(&cell.precision);
        let source = cell.derived_from.as_deref().map_or(own, bits);
        let precision = Precision::parse(&cell.precision).ok();
        let ends = precision.is_some_and(|precision| precision.ends_f32);
        let kv = precision.map_or(0, |precision| bits(precision.kv.name()));
        // With flash attention llama.cpp rounds keys and values in F32 to F16 before it uses them.
        let exact = precision.is_some_and(|precision| precision.flash_attention == Some(false));
        Self([own.min(source), own, u32::from(ends), kv, u32::from(exact)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(precision: &str, derived_from: Option<&str>) -> CellInfo {
        CellInfo {
            id: precision.into(),
            variant: "v".into(),
            precision: precision.into(),
            native: derived_from.is_none(),
            derived_from: derived_from.map(str::to_owned),
        }
    }

    #[test]
    fn what_was_lost_in_the_source_does_not_come_back() {
        let ranks = [
            cell("F32:kv=F32:fa=off", Some("F16")),
            cell("F32:kv=F32", Some("F16")),
            cell("F32", Some("F16")),
            cell("F16+F32", Some("F16")),
            cell("F16", None),
            cell("F16:kv=Q8_0", None),
            cell("Q8_0", Some("F16")),
            cell("F32", Some("Q4_K_M")),
            cell("Q4_K_M", Some("F16")),
        ]
        .map(|cell| Rank::of(&cell));
        assert!(ranks.is_sorted_by(|a, b| a > b), "{ranks:?}");
    }

    #[test]
    fn warnings_are_said_in_korean_too() {
        for said in [instead("v/F32", "v/F16"), in_sets(2, 1 << 33)] {
            assert!(reports::reason::in_korean(&said).is_some(), "{said}");
        }
    }

    #[test]
    fn models_are_together_as_far_as_they_fit() {
        assert_eq!(sets(&[4, 3, 2], 9), [vec![0, 1, 2]]);
        assert_eq!(sets(&[4, 3, 2, 2], 6), [vec![0, 2], vec![1, 3]]);
        assert_eq!(sets(&[9, 3, 8], 6), [vec![0], vec![1], vec![2]]);
    }
}
