//! A vocabulary without its model.

use super::{Error, Token, Vocabulary, clock, llama, log};
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token_type::LlamaTokenAttr;
use llama_cpp_2::vocab::VocabType;
use std::ffi::CStr;
use std::path::Path;

/// A model of which llama.cpp loaded the vocabulary alone.
pub(super) struct Loaded {
    model: LlamaModel,
}

impl Loaded {
    pub(super) fn load(backend: &LlamaBackend, path: &Path) -> Result<Self, Error> {
        log::clear();
        let params = LlamaModelParams::default().with_vocab_only(true);
        let model = clock::inside(|| LlamaModel::load_from_file(backend, path, &params))
            .map_err(|_| llama::load_error(path))?;
        // Asked to split a text, such a model ends the process.
        if model.vocab().vocab_type() == VocabType::NONE || model.vocab().n_tokens() <= 0 {
            return Err(Error(format!("{}: holds no vocabulary", path.display())));
        }
        Ok(Self { model })
    }
}

impl Vocabulary for Loaded {
    fn tokenize(&self, text: &[u8]) -> Vec<Token> {
        let tokens = clock::inside(|| self.model.vocab().tokenize(text, false, false));
        tokens.into_iter().map(|token| token.0).collect()
    }

    fn is_unknown(&self, token: Token) -> bool {
        let (vocab, token) = (self.model.vocab(), LlamaToken(token));
        // Not every file marks it as what it is.
        let named = |text: &CStr| [c"<unk>", c"[UNK]"].contains(&text);
        vocab.attr(token).contains(LlamaTokenAttr::Unknown) || vocab.text(token).is_some_and(named)
    }

    fn adds_bos(&self) -> bool {
        self.model.vocab().should_add_bos()
    }

    fn adds_eos(&self) -> bool {
        self.model.vocab().should_add_eos()
    }
}
