//! A deterministic engine without a model: the runner, the records and the reports are tested with it.
//!
//! A "model file" is any file; its content decides nothing but its size. Tokens are bytes. The
//! likeliest next token follows from the last one alone, so every answer is known in advance.

use super::{
    Buffers, Engine, Error, Model, ModelFile, Prediction, Row, Session, SessionSpec, Setup, Token,
    Vocabulary, Watched, chat, precision, synthetic,
};
use reports::record::{ActivationRange, EngineInfo};
use std::path::Path;

const N_VOCAB: usize = 257;
const END: Token = 256;
const ANSWER: &str = "고양이는 털을 핥아 몸을 깨끗이 합니다.\n";

/// The mock engine.
pub struct Mock;

impl Engine for Mock {
    fn info(&self) -> EngineInfo {
        EngineInfo {
            name: "mock".into(),
            version: "0".into(),
            bindings: String::new(),
            backend: "CPU".into(),
            simd: Vec::new(),
        }
    }

    fn describe(&self, path: &Path) -> Result<ModelFile, Error> {
        let metadata = std::fs::metadata(path)
            .map_err(|error| Error(format!("{}: {error}", path.display())))?;
        Ok(ModelFile {
            name: None,
            file_bytes: metadata.len(),
            architecture: "mock".into(),
            n_params: metadata.len() / 2,
            precision: "F16".into(),
            n_ctx_train: Some(4096),
            n_vocab: Some(N_VOCAB as u64),
            finetune: None,
            has_template: false,
            synthetic: None,
        })
    }

    fn predict(
        &self,
        path: &Path,
        _: Setup,
        specs: &[SessionSpec],
    ) -> Result<Vec<Prediction>, Error> {
        let file = self.describe(path)?.file_bytes;
        let of = |spec: &SessionSpec| Prediction {
            host_bytes: file + u64::from(spec.n_ctx),
            device_bytes: 0,
        };
        Ok(specs.iter().map(of).collect())
    }

    fn convert(&self, from: &Path, to: &Path, name: &str, _: u32) -> Result<u64, Error> {
        precision::Precision::parse(name).map_err(Error)?;
        std::fs::copy(from, to)
            .map(|_| 0)
            .map_err(|error| Error(format!("{}: {error}", to.display())))
    }

    fn generate(
        &self,
        to: &Path,
        plan: &synthetic::Plan,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<u64, Error> {
        progress(1, 1);
        std::fs::write(to, &plan.shape.name)
            .map(|()| 0)
            .map_err(|error| Error(format!("{}: {error}", to.display())))
    }

    fn load(&self, path: &Path, _: Setup) -> Result<Box<dyn Model + '_>, Error> {
        // A file that says so behaves as a model that kills its process.
        let content =
            std::fs::read(path).map_err(|error| Error(format!("{}: {error}", path.display())))?;
        if content.starts_with(b"ABORT") {
            std::process::abort();
        }
        Ok(Box::new(MockModel))
    }

    fn vocabulary(&self, _: &Path) -> Result<Box<dyn Vocabulary + '_>, Error> {
        Ok(Box::new(MockModel))
    }

    fn watch(
        &self,
        path: &Path,
        setup: Setup,
        _: &SessionSpec,
    ) -> Result<Box<dyn Watched + '_>, Error> {
        self.load(path, setup)?;
        Ok(Box::new(MockWatched::default()))
    }
}

/// Its embedding is the tokens themselves, and each of its two layers multiplies by a hundred.
#[derive(Default)]
struct MockWatched {
    tokens: Vec<Token>,
}

impl Watched for MockWatched {
    fn tokenize(&self, text: &[u8]) -> Vec<Token> {
        Model::tokenize(&MockModel, text, true, false)
    }

    fn bos_wanted(&self) -> Option<Token> {
        MockModel.bos_wanted()
    }

    fn evaluate(&mut self, tokens: &[Token]) -> Result<(), Error> {
        self.tokens.extend(tokens);
        Ok(())
    }

    fn seen(&self) -> Vec<ActivationRange> {
        let n = self.tokens.len() as u64;
        let range = |node: &str, layer, factor| {
            let values = self.tokens.iter().map(|&token| f64::from(token) * factor);
            ActivationRange {
                node: node.into(),
                layer,
                n,
                max_abs: values.clone().reduce(f64::max),
                overflow: values.filter(|&value| value >= 65_520.0).count() as u64,
                nan: 0,
                inf: 0,
                n_tokens: n,
            }
        };
        vec![
            range("inp_embd", None, 1.0),
            range("l_out", Some(0), 100.0),
            range("l_out", Some(1), 10_000.0),
        ]
    }
}

pub(crate) struct MockModel;

impl Vocabulary for MockModel {
    fn tokenize(&self, text: &[u8]) -> Vec<Token> {
        Model::tokenize(self, text, false, false)
    }

    fn is_unknown(&self, _: Token) -> bool {
        false
    }

    fn adds_bos(&self) -> bool {
        false
    }

    fn adds_eos(&self) -> bool {
        false
    }
}

impl Model for MockModel {
    fn n_vocab(&self) -> usize {
        N_VOCAB
    }

    fn n_ctx_train(&self) -> u32 {
        4096
    }

    fn tokenize(&self, text: &[u8], _: bool, _: bool) -> Vec<Token> {
        text.iter().map(|&byte| Token::from(byte)).collect()
    }

    fn piece(&self, token: Token, _: bool) -> Vec<u8> {
        u8::try_from(token).map_or_else(|_| Vec::new(), |byte| vec![byte])
    }

    fn is_end(&self, token: Token) -> bool {
        token == END
    }

    fn bos_wanted(&self) -> Option<Token> {
        None
    }

    fn wants_eos(&self) -> bool {
        false
    }

    fn template(&self) -> Option<chat::Template> {
        None
    }

    fn session(&self, spec: &SessionSpec) -> Result<Box<dyn Session + '_>, Error> {
        Ok(Box::new(MockSession {
            n_batch: spec.n_batch as usize,
            generated: vec![0; spec.n_seq as usize],
            logits: Vec::new(),
        }))
    }

    fn buffers(&self) -> Buffers {
        Buffers {
            model_bytes: 1 << 20,
            kv_bytes: 1 << 16,
            compute_bytes: 1 << 18,
        }
    }

    fn device_bytes(&self) -> Option<u64> {
        None
    }
}

/// Each sequence recites [`ANSWER`] and then ends its turn.
struct MockSession {
    n_batch: usize,
    generated: Vec<usize>,
    logits: Vec<Option<Vec<f32>>>,
}

impl Session for MockSession {
    fn decode(&mut self, rows: &[Row]) -> Result<(), Error> {
        if rows.len() > self.n_batch {
            return Err(Error(format!(
                "{} rows in a batch of {}",
                rows.len(),
                self.n_batch
            )));
        }
        self.logits.clear();
        for row in rows {
            let next = row.logits.then(|| {
                let said = &mut self.generated[row.seq as usize];
                let next = ANSWER
                    .as_bytes()
                    .get(*said)
                    .map_or(END, |&byte| Token::from(byte));
                *said += 1;
                let mut logits = vec![0.0; N_VOCAB];
                logits[next as usize] = 8.0;
                logits
            });
            self.logits.push(next);
        }
        Ok(())
    }

    fn logits(&self, row: usize) -> Result<&[f32], Error> {
        self.logits
            .get(row)
            .and_then(Option::as_deref)
            .ok_or_else(|| Error(format!("row {row} asked for no logits")))
    }

    fn synchronize(&self) {}

    fn clear(&mut self) {
        self.generated.fill(0);
    }

    fn truncate(&mut self, seq: u32, from: u32) -> bool {
        if from == 0 {
            self.generated[seq as usize] = 0;
        }
        true
    }
}
