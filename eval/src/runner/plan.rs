//! What a run will measure: the cells, in order, with the suite and the data sets resolved.

use super::cache::Cache;
use super::groups;
use super::hashes::Hashes;
use super::lineage;
use super::machine;
use super::protocol::{Reply, Request};
use super::source::{self, Found};
use super::worker::{Nursery, Trouble};
use crate::engine::ModelFile;
use crate::engine::precision::Precision;
use crate::engine::synthetic;
use crate::sources::{self, Environment};
use datasets::{Corpus, FidelitySuite, Normalised, Question, Suite};
use reports::record::{
    CellInfo, CorpusInfo, Demonstration, EngineInfo, ModelInfo, NormalisedFile, OllamaSettings,
    RunInfo, SCHEMA,
};
use std::cell::LazyCell;
use std::collections::HashSet;
use std::path::Path;

/// What was asked for on the command line.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Labels, and paths of model files or names of embedded models.
    pub models: Vec<(String, String)>,
    /// The suite, flags applied.
    pub suite: Suite,
    /// Threads of the engine.
    pub n_threads: u32,
    /// Layers to offload.
    pub n_gpu_layers: u32,
    /// Whether tags of Ollama are asked as Ollama would ask them.
    pub as_ollama: bool,
    /// The command as typed.
    pub command_line: Vec<String>,
}

/// A run that can be started.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What goes into `run.json`.
    pub info: RunInfo,
    /// For each cell, in the same order: what its file says, or why it cannot be measured.
    pub sources: Vec<Result<ModelFile, String>>,
}

/// Why no run can be planned: one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something on the command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// Something else is.
    #[error("{0}")]
    Other(String),
}

/// Reads what every model file says of itself (in children) and lays out the cells.
///
/// # Errors
/// An unknown precision, data sets that cannot be loaded, Ctrl-C.
pub fn plan(wanted: &Wanted, nursery: &Nursery, cache: &Cache) -> Result<Plan, Error> {
    let precisions = precisions(&wanted.suite)?;
    let mut normalised = Vec::new();
    let questions = questions(&wanted.suite, &mut normalised)?;
    let corpora = corpora(&wanted.suite, &mut normalised)?;
    let (engine, accelerators) = engine_info(nursery)?;
    let hashes = Hashes::beside(cache);
    let mut models = Vec::new();
    let mut cells = Vec::new();
    let mut sources = Vec::new();
    let mut read = Vec::new();
    let trained_on = LazyCell::new(|| datasets::trained_on(&questions));
    for (variant, typed) in &wanted.models {
        let (found, mut file) = match source::find(typed, nursery, cache, &engine.version) {
            // A model that is not whole is no reason to leave out the others.
            Err(source::Error::Source(sources::Error::Broken(reason))) => {
                (Found::unusable(typed), Err(reason))
            }
            found => {
                let found = found.map_err(not_found)?;
                let file = match &found.shape {
                    Some(shape) => Ok(synthetic::describe(shape)),
                    None => describe(nursery, &found.path)?,
                };
                (found, file)
            }
        };
        let mut of_model = cells_of(variant, &precisions, file.as_ref().ok());
        if found.shape.is_some() {
            of_model.iter_mut().for_each(made_as_it_is);
        }
        let hashed = match &found.shape {
            Some(_) => Ok(None),
            None => hash(nursery, &hashes, &found.path, &file, &of_model),
        };
        let sha256 = match hashed {
            Ok(sha256) => sha256.or_else(|| found.sha256.clone()),
            Err(trouble @ Trouble::Interrupted) => return Err(other(trouble)),
            Err(trouble) => {
                file = Err(trouble.to_string());
                None
            }
        };
        let as_ollama = match wanted.as_ollama.then(|| as_ollama(typed)) {
            None | Some(Ok(None)) => None,
            Some(Ok(Some(settings))) => Some(settings),
            Some(Err(error)) => {
                file = Err(error.to_string());
                None
            }
        };
        // Random weights, which may not even be made yet, are related to nothing.
        if file.is_ok() && found.shape.is_none() {
            read.push((variant.clone(), found.path.clone()));
        }
        let demonstration = found.weights.map(|weights| Demonstration {
            weights: weights.to_owned(),
            trained_on: trained_on.clone(),
        });
        models.push(ModelInfo {
            demonstration,
            as_ollama,
            ..model_info(variant, found, file.as_ref().ok(), sha256)
        });
        for cell in of_model {
            cells.push(cell);
            sources.push(file.clone());
        }
    }
    let lineage = lineage::lineage(nursery, &read)?;
    let fidelity = match &wanted.suite.fidelity {
        None => Vec::new(),
        Some(suite) => groups::groups(suite, &models, &lineage, &cells)
            .map_err(|why| Error::Usage(format!("--baseline {}: {why}", baseline_of(suite))))?,
    };
    let info = RunInfo {
        schema: SCHEMA,
        hanbench: env!("CARGO_PKG_VERSION").into(),
        engine,
        created: jiff::Timestamp::now()
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string(),
        machine: machine::describe(accelerators).map_err(|error| {
            Error::Other(format!("this machine does not say what it is: {error}"))
        })?,
        command_line: wanted.command_line.clone(),
        n_threads: wanted.n_threads,
        n_gpu_layers: wanted.n_gpu_layers,
        suite: wanted.suite.clone(),
        models,
        lineage,
        cells,
        fidelity,
        questions,
        corpora,
        normalised,
    };
    Ok(Plan { info, sources })
}

impl Plan {
    /// Whether this plan goes on with another run.
    ///
    /// # Errors
    /// What is different, in a word or two.
    pub fn continues(&self, earlier: &RunInfo) -> Result<(), String> {
        let now = &self.info;
        let same = [
            ("models", same_models(now, earlier)),
            ("precisions", now.cells == earlier.cells),
            ("--as-ollama", settings(now) == settings(earlier)),
            ("baseline", now.fidelity == earlier.fidelity),
            ("suite", now.suite == earlier.suite),
            ("questions", now.questions == earlier.questions),
            ("corpora", now.corpora == earlier.corpora),
            ("threads", now.n_threads == earlier.n_threads),
            ("GPU layers", now.n_gpu_layers == earlier.n_gpu_layers),
            ("version of the engine", now.engine == earlier.engine),
            ("machine", now.machine == earlier.machine),
        ];
        match same.iter().find(|(_, same)| !same) {
            None => Ok(()),
            Some((what, _)) => Err((*what).to_owned()),
        }
    }
}

fn baseline_of(suite: &FidelitySuite) -> &str {
    suite.baseline.as_deref().unwrap_or_default()
}

/// Whether both speak of the same files: by size, and by hash where both have one. A hash may be known to
/// one run and not to the other, since that of a large file is only remembered.
fn same_models(a: &RunInfo, b: &RunInfo) -> bool {
    let same = |(a, b): (&ModelInfo, &ModelInfo)| {
        let hashes = a.sha256.as_ref().zip(b.sha256.as_ref());
        a.variant == b.variant && a.file_bytes == b.file_bytes && hashes.is_none_or(|(a, b)| a == b)
    };
    a.models.len() == b.models.len() && a.models.iter().zip(&b.models).all(same)
}

/// How tags of Ollama are asked.
fn settings(info: &RunInfo) -> Vec<Option<&OllamaSettings>> {
    let models = info.models.iter();
    models.map(|model| model.as_ollama.as_ref()).collect()
}

fn precisions(suite: &Suite) -> Result<Vec<Precision>, Error> {
    let parse = |name: &String| {
        Precision::parse(name).map_err(|why| Error::Usage(format!("--precision {why}")))
    };
    suite.precisions.iter().map(parse).collect()
}

fn questions(suite: &Suite, normalised: &mut Vec<NormalisedFile>) -> Result<Vec<Question>, Error> {
    let mut all: Vec<Question> = Vec::new();
    let names = suite.answers.iter().flat_map(|answers| &answers.questions);
    for name in names {
        let set =
            datasets::load_questions(name).map_err(|error| Error::Other(error.to_string()))?;
        note(normalised, name, set.normalised);
        // A question that two sets share word for word is asked once.
        let new = set
            .questions
            .into_iter()
            .filter(|question| !all.contains(question));
        let new: Vec<Question> = new.collect();
        all.extend(new);
    }
    let mut seen = HashSet::new();
    if let Some(twice) = all.iter().find(|question| !seen.insert(&question.id)) {
        return Err(Error::Other(format!(
            "question id {:?} is in two of the question sets; give each question an id of its own",
            twice.id
        )));
    }
    Ok(all)
}

fn corpora(suite: &Suite, normalised: &mut Vec<NormalisedFile>) -> Result<Vec<CorpusInfo>, Error> {
    let mut all = Vec::new();
    for file in suite
        .perplexity
        .iter()
        .flat_map(|perplexity| &perplexity.corpora)
    {
        let Corpus { name, texts } =
            datasets::load_corpus(file).map_err(|error| Error::Other(error.to_string()))?;
        for text in &texts {
            note(normalised, file, text.normalised);
        }
        all.extend(texts.into_iter().map(|text| CorpusInfo {
            corpus: name.clone(),
            n_bytes: text.bytes.len() as u64,
            text: text.name,
            sha256: text.sha256,
        }));
    }
    Ok(all)
}

/// Remembers that something in a file was changed on reading.
fn note(normalised: &mut Vec<NormalisedFile>, file: &str, counts: Normalised) {
    if counts != Normalised::default() {
        normalised.push(NormalisedFile {
            file: file.to_owned(),
            counts,
        });
    }
}

pub(super) fn not_found(error: source::Error) -> Error {
    match error {
        source::Error::Unknown(message)
        | source::Error::Source(sources::Error::Unknown(message)) => Error::Usage(message),
        source::Error::Shape(error) => Error::Usage(error.to_string()),
        other => Error::Other(other.to_string()),
    }
}

/// What the engine is, and the accelerators that it can see.
///
/// # Errors
/// A child cannot be started, Ctrl-C.
pub fn engine_info(nursery: &Nursery) -> Result<(EngineInfo, Vec<String>), Error> {
    let mut found = None;
    let mut worker = nursery.spawn().map_err(other)?;
    worker
        .ask(&Request::Info, &mut |reply| {
            if let Reply::Engine { info, accelerators } = reply {
                found = Some((info, accelerators));
            }
            Ok(())
        })
        .map_err(other)?;
    found.ok_or_else(|| Error::Other("the engine does not say what it is".into()))
}

/// What a file says of itself; the inner error is a reason to show in the file's cells.
pub(super) fn describe(nursery: &Nursery, path: &Path) -> Result<Result<ModelFile, String>, Error> {
    let request = Request::Describe {
        path: path.to_owned(),
    };
    ask_of_file(nursery, path, &request, &mut |reply| match reply {
        Reply::Described { file } => Some(file),
        _ => None,
    })
}

/// Asks a child of its own about a file; `take` picks the answer from the replies. The inner error is
/// a reason to show, since one bad file is no reason to leave out the others.
pub(super) fn ask_of_file<T>(
    nursery: &Nursery,
    path: &Path,
    request: &Request,
    take: &mut dyn FnMut(Reply) -> Option<T>,
) -> Result<Result<T, String>, Error> {
    let mut found = None;
    let mut worker = nursery.spawn_patient().map_err(other)?;
    let asked = worker.ask(request, &mut |reply| {
        found = take(reply).or(found.take());
        Ok(())
    });
    match (asked, found) {
        (Ok(()), Some(found)) => Ok(Ok(found)),
        (Err(Trouble::Interrupted), _) => Err(other(Trouble::Interrupted)),
        (Err(Trouble::Died(reason)), _) => {
            Ok(Err(format!("{}: damaged: {reason}", path.display())))
        }
        (Err(trouble), _) => Ok(Err(trouble.to_string())),
        (Ok(()), None) => Ok(Err(format!(
            "{}: the engine did not answer",
            path.display()
        ))),
    }
}

/// The hash of a file that is small enough to read at once, or that precisions are derived from.
fn hash(
    nursery: &Nursery,
    hashes: &Hashes,
    path: &Path,
    file: &Result<ModelFile, String>,
    cells: &[CellInfo],
) -> Result<Option<String>, Trouble> {
    /// Read in a few seconds from any disk.
    const SMALL: u64 = 4 << 30;
    let wanted =
        |file: &ModelFile| file.file_bytes <= SMALL || cells.iter().any(|cell| !cell.native);
    if !file.as_ref().is_ok_and(wanted) {
        // One that was taken before costs nothing.
        return Ok(file.as_ref().ok().and_then(|_| hashes.recall(path)));
    }
    hashes.take(path, nursery, &mut |_, _| {}).map(Some)
}

fn other(trouble: Trouble) -> Error {
    Error::Other(trouble.to_string())
}

fn model_info(
    variant: &str,
    found: Found,
    file: Option<&ModelFile>,
    sha256: Option<String>,
) -> ModelInfo {
    let path = found.path.to_string_lossy().into_owned();
    let short = sources::short_name(found.source.as_deref().unwrap_or(&path));
    ModelInfo {
        variant: variant.to_owned(),
        source: found.source,
        path,
        name: file.and_then(|file| file.name.clone()).unwrap_or(short),
        sha256,
        file_bytes: file.map(|file| file.file_bytes),
        architecture: file.map(|file| file.architecture.clone()),
        n_params: file.map(|file| file.n_params),
        precision: file.map(|file| file.precision.clone()),
        n_ctx_train: file.and_then(|file| file.n_ctx_train),
        n_vocab: file.and_then(|file| file.n_vocab),
        finetune: file.and_then(|file| file.finetune.clone()),
        has_template: file.is_some_and(|file| file.has_template),
        demonstration: None,
        synthetic: file.and_then(|file| file.synthetic.clone()),
        as_ollama: None,
    }
}

/// Each precision of a shape is made by itself, and none derived from another.
fn made_as_it_is(cell: &mut CellInfo) {
    cell.native = true;
    cell.derived_from = None;
}

/// What a tag of Ollama asks for; `None` for what is none.
fn as_ollama(typed: &str) -> Result<Option<OllamaSettings>, sources::Error> {
    let Some(name) = typed.strip_prefix(sources::ollama::PREFIX) else {
        return Ok(None);
    };
    let tag = sources::ollama::find(name, &Environment::of_process())?;
    Ok(Some(tag.settings()?.into()))
}

/// One cell for each precision; asking for the precision that a file has anyway is `native`.
fn cells_of(variant: &str, precisions: &[Precision], file: Option<&ModelFile>) -> Vec<CellInfo> {
    let mut cells: Vec<CellInfo> = Vec::new();
    for asked in precisions {
        let own = file.map(|file| file.precision.as_str());
        let as_is = asked.weights == Precision::NATIVE || own == Some(asked.weights);
        let weights = own.filter(|_| as_is).unwrap_or(asked.weights);
        let precision = asked.of(weights);
        let native = as_is && !precision.contains('+');
        let id = format!("{variant}/{precision}");
        if cells.iter().all(|cell| cell.id != id) {
            cells.push(CellInfo {
                id,
                variant: variant.to_owned(),
                precision,
                native,
                derived_from: own.filter(|_| !native).map(str::to_owned),
            });
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(precision: &str) -> ModelFile {
        ModelFile {
            name: None,
            file_bytes: 1,
            architecture: "llama".into(),
            n_params: 1,
            precision: precision.into(),
            n_ctx_train: None,
            n_vocab: None,
            finetune: None,
            has_template: false,
            synthetic: None,
        }
    }

    fn ids(cells: &[CellInfo]) -> Vec<(&str, bool)> {
        cells.iter().map(|cell| (&*cell.id, cell.native)).collect()
    }

    #[test]
    fn native_comes_first_and_is_not_measured_twice() {
        let asked = ["native", "F32", "F16", "native+f32", "f16:kv=q8_0"];
        let asked = asked.map(|text| Precision::parse(text).unwrap());
        let cells = cells_of("a", &asked, Some(&file("F16")));
        assert_eq!(
            ids(&cells),
            [
                ("a/F16", true),
                ("a/F32", false),
                ("a/F16+F32", false),
                ("a/F16:kv=Q8_0", true)
            ]
        );
        assert_eq!(cells[1].derived_from.as_deref(), Some("F16"));
    }

    #[test]
    fn a_file_that_cannot_be_read_still_has_its_rows() {
        let asked = ["native", "F16"].map(|text| Precision::parse(text).unwrap());
        let cells = cells_of("a", &asked, None);
        assert_eq!(ids(&cells), [("a/native", true), ("a/F16", false)]);
    }

    #[test]
    fn an_unknown_precision_names_the_nearest() {
        let mut suite = datasets::load_suite("quick").unwrap();
        suite.precisions = vec!["q4_k_n".into()];
        let error = precisions(&suite).unwrap_err().to_string();
        assert!(error.contains("Q4_K_"), "{error}");
    }
}
