//! Chat templates: the Jinja text in a model file, rendered as the model's makers meant it.

use super::Error;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error as JinjaError, ErrorKind, context};

/// A template that prints today's date gets this one, so that a prompt is the same on every day.
const FIXED_DATE: &str = "26 Jul 2024";

/// Steps a template may take; a hostile one that loops is stopped.
const FUEL: u64 = 1_000_000;

/// A model file's chat template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// `tokenizer.chat_template`.
    pub source: String,
    /// Text of the beginning-of-text token, empty where there is none.
    pub bos: String,
    /// Text of the end-of-text token, empty where there is none.
    pub eos: String,
}

impl Template {
    /// The prompt that makes the model answer `question` as its assistant, behind a system prompt
    /// where there is one.
    ///
    /// # Errors
    /// The template is not valid Jinja, refuses the conversation, or does not end.
    pub fn prompt(&self, system: Option<&str>, question: &str) -> Result<String, Error> {
        let mut environment = Environment::new();
        environment.set_fuel(Some(FUEL));
        // As transformers renders chat templates.
        let mut syntax = SyntaxConfig::builder();
        syntax.trim_blocks(true).lstrip_blocks(true);
        environment.set_syntax(syntax.build().expect("the default delimiters do not clash"));
        environment
            .set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function(
            "raise_exception",
            |message: String| -> Result<String, JinjaError> {
                Err(JinjaError::new(ErrorKind::InvalidOperation, message))
            },
        );
        environment.add_function("strftime_now", |format: String| fixed_date(&format));
        let message = |role: &str, content: &str| context! { role => role, content => content };
        let system = system.map(|system| message("system", system));
        let messages: Vec<_> = system
            .into_iter()
            .chain([message("user", question)])
            .collect();
        let render = || {
            let template = environment.template_from_str(&self.source)?;
            template.render(context! {
                messages => messages,
                add_generation_prompt => true,
                bos_token => self.bos.as_str(),
                eos_token => self.eos.as_str(),
                date_string => FIXED_DATE,
                tools => (),
            })
        };
        render().map_err(|error: JinjaError| {
            Error(format!(
                "the file's chat template cannot be rendered: {}",
                super::log::escape(&format!("{error}"))
            ))
        })
    }
}

/// [`FIXED_DATE`] in the format that a template asks for.
fn fixed_date(format: &str) -> String {
    jiff::civil::date(2024, 7, 26)
        .at(0, 0, 0, 0)
        .strftime(format)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(source: &str) -> Template {
        Template {
            source: source.into(),
            bos: "<s>".into(),
            eos: "</s>".into(),
        }
    }

    #[test]
    fn renders_chatml_with_python_methods_and_a_system_default() {
        let source = "{{ bos_token }}{% for message in messages %}\
            {% if loop.first and messages[0]['role'] != 'system' %}<|im_start|>system\nHi.<|im_end|>\n{% endif %}\
            {{'<|im_start|>' + message['role'] + '\n' + message['content'].strip() + '<|im_end|>' + '\n'}}\
            {% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
        let prompt = template(source).prompt(None, " 고양이? ").unwrap();
        assert_eq!(
            prompt,
            "<s><|im_start|>system\nHi.<|im_end|>\n<|im_start|>user\n고양이?<|im_end|>\n<|im_start|>assistant\n"
        );
    }

    #[test]
    fn dates_do_not_move() {
        let source = "{{ strftime_now('%d %b %Y') }}/{{ date_string }}";
        assert_eq!(
            template(source).prompt(None, "q").unwrap(),
            "26 Jul 2024/26 Jul 2024"
        );
    }

    #[test]
    fn what_a_template_refuses_is_said() {
        let refuses = template("{{ raise_exception('no user turns') }}").prompt(None, "q");
        assert!(refuses.unwrap_err().0.contains("no user turns"));
        let broken = template("{% for %}").prompt(None, "q");
        assert!(broken.unwrap_err().0.contains("cannot be rendered"));
    }

    #[test]
    fn a_template_that_does_not_end_is_stopped() {
        let endless =
            "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
        assert!(template(endless).prompt(None, "q").is_err());
    }
}
