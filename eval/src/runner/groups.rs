//! Which cells are compared with which.

use super::fidelity::Rank;
use crate::engine::precision::Precision;
use datasets::FidelitySuite;
use reports::lineage::{Lineage, families};
use reports::record::{CellInfo, FidelityInfo, ModelInfo};

/// The fidelity cells of a run: one for each set of weights that has two cells or more, or a single
/// one where the baseline is a cell.
///
/// # Errors
/// No such baseline: one line that names those there are.
pub fn groups(
    suite: &FidelitySuite,
    models: &[ModelInfo],
    lineage: &[Lineage],
    cells: &[CellInfo],
) -> Result<Vec<FidelityInfo>, String> {
    // Random numbers agree with nothing.
    let random = |cell: &CellInfo| {
        let model = models.iter().find(|model| model.variant == cell.variant);
        model.is_some_and(|model| model.synthetic.is_some())
    };
    let cells: Vec<&CellInfo> = cells.iter().filter(|cell| !random(cell)).collect();
    if let Some(id) = suite.baseline.as_deref().filter(|name| name.contains('/')) {
        let baseline = cells
            .iter()
            .find(|cell| cell.id.eq_ignore_ascii_case(id))
            .ok_or_else(|| no_baseline(id, cells.iter().copied()))?;
        let cells = cells.iter().copied();
        return Ok(vec![group(&baseline.variant, baseline, cells)]);
    }
    let mut all = Vec::new();
    for variants in families(models, lineage) {
        let of_family = |cell: &&CellInfo| variants.contains(&cell.variant.as_str());
        let members: Vec<&CellInfo> = cells.iter().copied().filter(of_family).collect();
        if members.len() > 1 {
            let baseline = baseline(suite, &members)?;
            let name = name(models, variants[0]);
            all.push(group(name, baseline, members.iter().copied()));
        }
    }
    Ok(all)
}

/// What the weights of a variant are called: by hanbench's own models as they say, else after it.
fn name<'a>(models: &'a [ModelInfo], variant: &'a str) -> &'a str {
    let model = models.iter().find(|model| model.variant == variant);
    model
        .and_then(|model| model.demonstration.as_ref())
        .map_or(variant, |demonstration| &demonstration.weights)
}

/// The cell of the precision that was asked for, else of the highest; the first of equals.
fn baseline<'a>(suite: &FidelitySuite, members: &[&'a CellInfo]) -> Result<&'a CellInfo, String> {
    let asked = match &suite.baseline {
        None => None,
        Some(text) => Some(Precision::parse(text)?),
    };
    let fits = |cell: &&&CellInfo| match asked {
        None => true,
        Some(asked) if asked.weights == Precision::NATIVE => cell.native,
        Some(asked) => cell.precision == asked.to_string(),
    };
    let mut fitting = members.iter().filter(fits);
    let first = fitting.next().ok_or_else(|| {
        no_baseline(
            suite.baseline.as_deref().unwrap_or_default(),
            members.iter().copied(),
        )
    })?;
    Ok(fitting.fold(first, |best, cell| {
        if Rank::of(cell) > Rank::of(best) {
            cell
        } else {
            best
        }
    }))
}

fn no_baseline<'a>(asked: &str, cells: impl Iterator<Item = &'a CellInfo>) -> String {
    let there: Vec<&str> = cells.map(|cell| cell.id.as_str()).collect();
    format!(
        "no such cell to compare with; there are {}. Add {asked} to --precision, or choose another baseline",
        there.join(", ")
    )
}

fn group<'a>(
    name: &str,
    baseline: &CellInfo,
    members: impl Iterator<Item = &'a CellInfo>,
) -> FidelityInfo {
    FidelityInfo {
        id: format!("{name}/fidelity"),
        baseline: baseline.id.clone(),
        compared: members
            .filter(|cell| cell.id != baseline.id)
            .map(|cell| cell.id.clone())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reports::lineage::{Figures, Kinship};
    use reports::record::Demonstration;

    fn cell(variant: &str, precision: &str, derived_from: Option<&str>) -> CellInfo {
        CellInfo {
            id: format!("{variant}/{precision}"),
            variant: variant.into(),
            precision: precision.into(),
            native: derived_from.is_none(),
            derived_from: derived_from.map(str::to_owned),
        }
    }

    fn cells() -> Vec<CellInfo> {
        vec![
            cell("general", "Q4_K_M", None),
            cell("general", "F32", Some("Q4_K_M")),
            cell("instruct", "F16", None),
            cell("instruct", "F32", Some("F16")),
            cell("text", "F16", None),
        ]
    }

    fn found(baseline: Option<&str>, models: &[ModelInfo]) -> Result<Vec<FidelityInfo>, String> {
        let suite = FidelitySuite {
            baseline: baseline.map(str::to_owned),
        };
        groups(&suite, models, &[], &cells())
    }

    fn model(variant: &str, precision: &str) -> ModelInfo {
        let mut model = reports::sample::run_info(1).models.remove(0);
        model.variant = variant.into();
        model.precision = Some(precision.into());
        model
    }

    fn strangers() -> Vec<ModelInfo> {
        let files = [("general", "Q4_K_M"), ("instruct", "F16"), ("text", "F16")];
        files
            .map(|(variant, precision)| model(variant, precision))
            .into()
    }

    fn pair(a: &str, b: &str, verdict: Kinship, difference: f64) -> Lineage {
        let figures = Figures {
            relative_difference: Some(difference),
            ..Figures::default()
        };
        Lineage::decided(a, b, verdict, figures)
    }

    fn demonstration(variant: &str, weights: &str) -> ModelInfo {
        let mut model = model(variant, "F16");
        model.demonstration = Some(Demonstration {
            weights: weights.into(),
            trained_on: Vec::new(),
        });
        model
    }

    #[test]
    fn each_variant_is_compared_with_its_own_highest() {
        let found = found(None, &strangers()).unwrap();
        let shown: Vec<_> = found
            .iter()
            .map(|group| (&*group.id, &*group.baseline, group.compared.len()))
            .collect();
        assert_eq!(
            shown,
            [
                ("general/fidelity", "general/F32", 1),
                ("instruct/fidelity", "instruct/F32", 1)
            ]
        );
    }

    #[test]
    fn the_same_weights_are_one_group_under_the_best_source() {
        let models = [
            demonstration("general", "nabi"),
            demonstration("instruct", "nabi"),
            demonstration("text", "other"),
        ];
        let found = found(None, &models).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].baseline, "instruct/F32");
        assert_eq!(
            found[0].compared,
            ["general/Q4_K_M", "general/F32", "instruct/F16"]
        );
    }

    /// Who is compared with whom, given what the weights showed.
    fn related(pairs: &[Lineage]) -> Vec<(String, Vec<String>)> {
        let suite = FidelitySuite { baseline: None };
        let found = groups(&suite, &strangers(), pairs, &cells()).unwrap();
        let members = |group: FidelityInfo| (group.baseline, group.compared);
        found.into_iter().map(members).collect()
    }

    #[test]
    fn variants_whose_weights_are_the_same_are_one_group() {
        let same = [
            pair("general", "instruct", Kinship::SameWeights, 0.07),
            pair("general", "text", Kinship::FineTune, 0.3),
            pair("instruct", "text", Kinship::FineTune, 0.3),
        ];
        let found = related(&same);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, "instruct/F32");
        assert_eq!(
            found[0].1,
            ["general/Q4_K_M", "general/F32", "instruct/F16"]
        );
        let tuned = same.map(|pair| Lineage {
            verdict: Some(Kinship::FineTune),
            ..pair
        });
        assert_eq!(related(&tuned).len(), 2);
    }

    #[test]
    fn a_coarse_file_like_two_goes_to_the_nearer_and_brings_them_not_together() {
        let pairs = [
            pair("general", "instruct", Kinship::SameWeights, 0.072),
            pair("general", "text", Kinship::SameWeights, 0.071),
            pair("instruct", "text", Kinship::FineTune, 0.001),
        ];
        let found = related(&pairs);
        let baselines: Vec<&str> = found.iter().map(|(baseline, _)| &**baseline).collect();
        // The text's F16 outranks what was made from four bits.
        assert_eq!(baselines, ["text/F16", "instruct/F32"]);
    }

    #[test]
    fn a_baseline_is_a_precision_or_a_cell() {
        let of_precision = found(Some("f32"), &strangers()).unwrap();
        assert_eq!(of_precision[0].baseline, "general/F32");
        let of_cell = found(Some("instruct/f16"), &strangers()).unwrap();
        assert_eq!((of_cell.len(), of_cell[0].compared.len()), (1, 4));
        let none = found(Some("bf16"), &strangers()).unwrap_err();
        assert!(
            none.contains("general/F32") && none.contains("bf16"),
            "{none}"
        );
        assert!(
            found(Some("f23"), &strangers())
                .unwrap_err()
                .contains("F32")
        );
    }
}
