//! Whether a model's names say what its file holds.

use super::names::{Claims, Role, claims, is_precision};
use super::{Kind, Warning};
use crate::engine::facts::Facts;
use crate::engine::log::escape;
use crate::engine::precision;

/// A name of a model, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// What it is, for the warning: `the file name`, `the tag`.
    pub what: &'static str,
    /// The name, not escaped.
    pub text: String,
}

/// Where names and content disagree. `typed` are the names under which the file was found: they outrank
/// what it says of itself, since quantising leaves the name of the source in the file.
#[must_use]
pub fn judge(typed: &[Name], facts: &Facts) -> Vec<Warning> {
    // An adapter or an image encoder is named after the model that it belongs to.
    let other_kind = facts
        .origin
        .general_type
        .as_deref()
        .is_some_and(|kind| kind != "model");
    if other_kind || facts.file.architecture == "clip" {
        return Vec::new();
    }
    let mut names = typed.to_vec();
    names.extend(facts.file.name.clone().map(|text| Name {
        what: "general.name",
        text,
    }));
    let claimed: Vec<(&Name, Claims)> = names
        .iter()
        .map(|name| (name, claims(&name.text)))
        .collect();
    let all = [
        wrong_precision(&claimed, facts),
        wrong_size(&claimed, facts),
        wrong_role(&claimed, facts),
    ];
    all.into_iter().flatten().collect()
}

fn wrong_precision(claimed: &[(&Name, Claims)], facts: &Facts) -> Option<Warning> {
    let actual = &facts.file.precision;
    let is_type = precision::canonical(actual).is_none();
    let mut confirmed = false;
    for (name, claims) in claimed {
        let Some(last) = claims.precisions.last() else {
            continue;
        };
        let is_right = |claim: &String| is_precision(claim, actual, is_type);
        // "3B Instruct Bf16" may be left of the file that this was quantised from.
        let of_source = confirmed && ["F32", "F16", "BF16"].contains(&last.as_str());
        if claims.precisions.iter().any(is_right) || of_source {
            confirmed = true;
            continue;
        }
        let text = format!(
            "{} {} says {last}, but the weights are {actual}",
            name.what,
            quoted(&name.text)
        );
        return Some(Warning {
            kind: Kind::Precision,
            text,
        });
    }
    None
}

fn wrong_size(claimed: &[(&Name, Claims)], facts: &Facts) -> Option<Warning> {
    let n_params = facts.file.n_params as f64;
    for (name, claims) in claimed {
        // The image encoder is in a file of its own.
        let may_lack = claims.is_multimodal;
        let fits = |[least, most]: [f64; 2]| (may_lack || n_params >= least) && n_params <= most;
        let Some(last) = claims.sizes.last() else {
            continue;
        };
        if claims.sizes.iter().any(|size| fits(size.range)) {
            continue;
        }
        return Some(Warning {
            kind: Kind::Size,
            text: format!(
                "{} {} says {}, but the file has {} weights",
                name.what,
                quoted(&name.text),
                last.text,
                rounded(n_params)
            ),
        });
    }
    None
}

fn wrong_role(claimed: &[(&Name, Claims)], facts: &Facts) -> Option<Warning> {
    let of_finetune = facts.file.finetune.as_deref().and_then(|finetune| {
        let role = claims(finetune).role?;
        Some(("general.finetune", finetune, role))
    });
    let of_names = claimed
        .iter()
        .filter_map(|(name, claims)| Some((name.what, name.text.as_str(), claims.role?)));
    let has_template = facts.file.has_template;
    let (what, text, role) = of_names.chain(of_finetune).find(|(_, _, role)| {
        matches!(
            (role, has_template),
            (Role::Instruct, false) | (Role::Base, true)
        )
    })?;
    let says = match role {
        Role::Instruct => {
            "says that the model is tuned to chat, but the file has no chat template: hanbench asks it as a base model"
        }
        Role::Base => {
            "says that this is a base model, but the file has a chat template: hanbench asks it through that"
        }
    };
    Some(Warning {
        kind: Kind::Role,
        text: format!("{what} {} {says}", quoted(text)),
    })
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escape(text))
}

fn rounded(n: f64) -> String {
    match n {
        n if n >= 1e9 => format!("{:.2} B", n / 1e9),
        n => format!("{:.1} M", n / 1e6),
    }
}

#[cfg(test)]
mod tests;
