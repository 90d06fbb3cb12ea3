//! What is to be said of hanbench's own demonstration models, wherever their numbers stand.

use crate::josa;
use crate::lineage;
use crate::record::{Demonstration, ModelInfo, RunInfo};
use crate::view::{Report, demonstrations};

use super::phrase::{Phrase, Rich};

/// Which models are demonstration models, and that their quality says nothing about others; `None`
/// where there is none.
pub(super) fn disclaimer(report: &Report) -> Option<Phrase> {
    let models = demonstrations(report);
    let (_, last) = models.last()?;
    let names = |open: &str| {
        let name = |(i, (label, model)): (usize, &(&str, &Demonstration))| {
            let comma = if i == 0 { "" } else { ", " };
            let rich = Rich::default().text(comma).foreign(*label);
            rich.text(open).foreign(&model.weights).text(")")
        };
        let names = models.iter().enumerate().map(name);
        names.fold(Rich::default(), Rich::then)
    };
    let (are, kind) = if models.len() == 1 {
        (" is a ", "small demonstration model")
    } else {
        (" are ", "small demonstration models")
    };
    Some(Phrase::of(
        names("(")
            .text(format!("{} hanbench에 딸린 ", josa::topic(&last.weights)))
            .strong("작은 시연용 모델(nabi)")
            .text("입니다. 여기서 묻는 것과 비슷한 주제로 학습했으므로 그 품질은 다른 모델에 대해 아무것도 말해 주지 않습니다. 이 숫자는 hanbench가 어떻게 재는지 보여 줄 뿐입니다."),
        names(" (")
            .text(are)
            .strong(kind)
            .text(" of hanbench’s own (nabi), trained on topics like those asked here. Their quality says nothing about other models; the numbers show how hanbench works."),
    ))
}

/// What trained-on and kept-out questions are.
pub(super) fn training() -> Phrase {
    Phrase::both(
        "‘학습에 쓴 질문’은 시연용 모델이 말을 바꾸어 모범 답안과 함께 배운 질문이고, ‘학습에서 뺀 질문’은 배우지 않은 질문입니다. 배운 질문의 점수에는 외운 것이 섞여 있으므로 둘을 나누어 보아야 합니다.",
        "The demonstration models learned the “trained on” questions, reworded, with their reference answers; the “kept out” questions they did not. Scores on what was learned show memory too, so read the two apart.",
    )
}

/// A sentence for each set of variants of a run that are the same weights, each said once.
pub(super) fn same_weights(runs: &[RunInfo]) -> Vec<Phrase> {
    let mut said: Vec<Phrase> = Vec::new();
    for sentence in runs.iter().flat_map(of_run) {
        if !said.contains(&sentence) {
            said.push(sentence);
        }
    }
    said
}

fn of_run(run: &RunInfo) -> Vec<Phrase> {
    let find = |variant: &str| run.models.iter().find(|model| model.variant == variant);
    lineage::of_run(run)
        .iter()
        .map(|variants| {
            variants
                .iter()
                .filter_map(|variant| find(variant))
                .collect()
        })
        .filter_map(|models: Vec<&ModelInfo>| sentence(&models))
        .collect()
}

/// `None` for one model alone, which is the same as no other.
fn sentence(models: &[&ModelInfo]) -> Option<Phrase> {
    let names: Vec<&str> = models.iter().map(|model| model.variant.as_str()).collect();
    let (last, before) = names.split_last()?;
    let next_to_last = before.last()?;
    let list = || Rich::default().list(before.iter().copied());
    // What hanbench's own weights are called; others have no name.
    let weights = models.iter().find_map(|model| model.demonstration.as_ref());
    let named = |open: &str| match weights {
        Some(demonstration) => {
            let rich = Rich::default().text(open);
            rich.foreign(&demonstration.weights).text(")")
        }
        None => Rich::default(),
    };
    // The same file under two labels differs in nothing at all.
    let (ko, en) = if one_precision(models) {
        ("정밀도도 같습니다.", "Their precision is the same too.")
    } else {
        ("다른 것은 정밀도뿐입니다.", "Only the precision differs.")
    };
    Some(Phrase::of(
        list()
            .text(format!("{} ", josa::and(next_to_last)))
            .foreign(*last)
            .text(format!("{} 같은 가중치", josa::topic(last)))
            .then(named("("))
            .text(format!("입니다. {ko}")),
        list()
            .text(" and ")
            .foreign(*last)
            .text(" are the same weights")
            .then(named(" ("))
            .text(format!(". {en}")),
    ))
}

/// Whether all files are known to hold the same precision.
fn one_precision(models: &[&ModelInfo]) -> bool {
    models
        .windows(2)
        .all(|pair| pair[0].precision.is_some() && pair[0].precision == pair[1].precision)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    /// The Korean and the English of a phrase without their tags.
    fn both(phrase: &Phrase) -> (String, String) {
        let html = phrase
            .to_string()
            .replace("<bdi>", "")
            .replace("</bdi>", "");
        let html = html.replace("<span class=\"t\" lang=\"ko\">", "");
        let (ko, en) = html
            .split_once("</span><span class=\"t\" lang=\"en\">")
            .unwrap();
        (ko.into(), en.replace("</span>", ""))
    }

    /// Labels and precisions of files of the same weights.
    fn of_weights(files: &[(&str, Option<&str>)]) -> Vec<(String, String)> {
        let mut info = sample::demonstration_run_dir(1).info;
        let model = info.models[0].clone();
        info.models = files
            .iter()
            .map(|(variant, precision)| ModelInfo {
                variant: (*variant).into(),
                precision: precision.map(String::from),
                ..model.clone()
            })
            .collect();
        same_weights(&[info.clone(), info])
            .iter()
            .map(both)
            .collect()
    }

    #[test]
    fn variants_of_the_same_weights_are_named_once() {
        let said = of_weights(&[("general", Some("Q4_K_M")), ("instruct", Some("F16"))]);
        assert_eq!(
            said,
            [(
                "general과 instruct는 같은 가중치(nabi-instruct)입니다. 다른 것은 정밀도뿐입니다."
                    .to_owned(),
                "general and instruct are the same weights (nabi-instruct). Only the precision differs."
                    .to_owned()
            )]
        );
        let said = of_weights(&[("가", Some("F16")), ("나", None), ("달", Some("F16"))]);
        assert!(
            said[0].0.starts_with("가, 나와 달은 같은 가중치"),
            "{said:?}"
        );
        assert!(said[0].0.ends_with("다른 것은 정밀도뿐입니다."), "{said:?}");
        assert!(of_weights(&[("general", None)]).is_empty());
    }

    #[test]
    fn one_file_under_two_labels_does_not_differ_in_precision() {
        let said = of_weights(&[("a", Some("F16")), ("b", Some("F16"))]);
        assert!(said[0].0.ends_with("정밀도도 같습니다."), "{said:?}");
        assert!(said[0].1.ends_with("the same too."), "{said:?}");
    }

    #[test]
    fn only_demonstration_models_are_disclaimed() {
        assert_eq!(disclaimer(&sample::report(4, 1)), None);
        let mut run = sample::demonstration_run_dir(1);
        run.info.models.truncate(2);
        run.info.models[0].demonstration = None;
        let (ko, en) = both(&disclaimer(&crate::view::build(vec![run])).unwrap());
        assert!(ko.starts_with("instruct(nabi-instruct)는 "), "{ko}");
        assert!(
            en.starts_with(
                "instruct (nabi-instruct) is a <strong>small demonstration model</strong>"
            ),
            "{en}"
        );
    }
}
