//! What is to be said of models whose weights are random numbers, and of models that are asked as Ollama
//! asks them.

use crate::josa;
use crate::record::{ModelInfo, OllamaSettings, RunInfo};

use super::phrase::{Phrase, Rich};

/// Which models have random weights; `None` where none has.
pub(super) fn disclaimer<'a>(runs: impl IntoIterator<Item = &'a RunInfo>) -> Option<Phrase> {
    let mut names: Vec<&str> = Vec::new();
    for model in runs.into_iter().flat_map(|run| &run.models) {
        if model.synthetic.is_some() && !names.contains(&model.variant.as_str()) {
            names.push(&model.variant);
        }
    }
    let last = names.last()?;
    let list = || {
        let name = |(i, name): (usize, &&str)| {
            let comma = if i == 0 { "" } else { ", " };
            Rich::default().text(comma).foreign(*name)
        };
        names
            .iter()
            .enumerate()
            .map(name)
            .fold(Rich::default(), Rich::then)
    };
    let (has, it, its) = match names.len() {
        1 => (" has ", "It measures", "the model’s"),
        _ => (" have ", "They measure", "the models’"),
    };
    Some(Phrase::of(
        list()
            .text(format!("{} ", josa::topic(last)))
            .strong("가중치를 난수로 채운 합성 모델")
            .text("입니다. 텐서의 크기는 실제 모델과 같으므로 속도와 메모리는 실제 모델의 것으로 볼 수 있지만, 글을 이해하거나 쓰지는 못합니다. 퍼플렉시티와 답변은 재지 않습니다."),
        list()
            .text(has)
            .strong("random weights")
            .text(format!(" in tensors as large as {its} own. {it} speed and memory as the real thing would, and can neither read nor write: perplexity and answers are not measured.")),
    ))
}

/// How each model was asked that was asked as its tag of Ollama says.
pub(super) fn as_ollama(run: &RunInfo) -> Vec<Phrase> {
    let asked = |model: &ModelInfo| Some(settings(model, model.as_ollama.as_ref()?));
    run.models.iter().filter_map(asked).collect()
}

fn settings(model: &ModelInfo, settings: &OllamaSettings) -> Phrase {
    let sampling = &settings.sampling;
    let numbers = format!(
        "temperature {}, top_k {}, top_p {}, min_p {}, repeat_penalty {}, repeat_last_n {}, presence_penalty {}, frequency_penalty {}, seed {}",
        sampling.temperature,
        sampling.top_k,
        sampling.top_p,
        sampling.min_p,
        sampling.repeat_penalty,
        sampling.repeat_last_n,
        sampling.presence_penalty,
        sampling.frequency_penalty,
        sampling.seed
    );
    let said = Phrase::foreign(&model.variant).then(Phrase::both(
        format!(": Ollama가 하듯이 물었습니다({numbers}). 대화 템플릿은 파일에 든 것을 썼습니다."),
        format!(": asked as Ollama asks ({numbers}), with the chat template of the file."),
    ));
    let said = match (&settings.system, model.has_template) {
        (Some(system), true) => said
            .then(Phrase::both(" 시스템 프롬프트: ", " System prompt: "))
            .then(Phrase::foreign(system)),
        (Some(_), false) => said.then(Phrase::both(
            " 대화 템플릿이 없어 태그의 시스템 프롬프트는 쓰지 않았습니다.",
            " The tag’s system prompt was left out, since the file has no chat template.",
        )),
        (None, _) => said,
    };
    match &settings.ignored[..] {
        [] => said,
        ignored => said
            .then(Phrase::both(
                " 따르지 않은 설정: ",
                " Settings not followed: ",
            ))
            .then(Phrase::foreign(ignored.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::OllamaSampling;
    use crate::sample;

    fn both(phrase: &Phrase) -> String {
        phrase.to_string()
    }

    #[test]
    fn random_weights_are_named_once() {
        let mut info = sample::run_info(1);
        assert_eq!(disclaimer([&info]), None);
        info.models[0].synthetic = Some(datasets::load_shape("llama3.2-3b").unwrap());
        let said = both(&disclaimer([&info, &info]).unwrap());
        assert_eq!(said.matches("general").count(), 2, "{said}");
        assert!(
            said.contains("난수") && said.contains("has <strong>random weights"),
            "{said}"
        );
    }

    #[test]
    fn how_a_tag_was_asked_is_told_in_full() {
        let mut info = sample::run_info(1);
        let mut settings = OllamaSettings {
            system: Some("<b>짧게</b> 답해.".into()),
            sampling: OllamaSampling {
                temperature: 0.8,
                top_k: 40,
                top_p: 0.9,
                min_p: 0.0,
                repeat_penalty: 1.1,
                repeat_last_n: 64,
                presence_penalty: 0.0,
                frequency_penalty: 0.0,
                seed: 42,
            },
            stop: Vec::new(),
            max_tokens: None,
            ignored: vec!["mirostat".into()],
        };
        info.models[0].has_template = true;
        info.models[0].as_ollama = Some(settings.clone());
        let said = both(&as_ollama(&info)[0]);
        for part in ["temperature 0.8, top_k 40", "&#60;b&#62;짧게", "mirostat"] {
            assert!(said.contains(part), "{said}");
        }
        settings.ignored.clear();
        info.models[0].has_template = false;
        info.models[0].as_ollama = Some(settings);
        let said = both(&as_ollama(&info)[0]);
        assert!(
            said.contains("was left out") && !said.contains("짧게"),
            "{said}"
        );
    }
}
