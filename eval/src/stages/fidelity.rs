//! What a precision costs: the next-token distributions of several models against a baseline's, over
//! the positions that perplexity scores.
//!
//! The models that fit in memory together are evaluated side by side and compared row by row from
//! their full logits, so each is evaluated once, its perplexity falls out of the same pass, and
//! nothing is written. Where they do not fit, the baseline's logits go through a file of bounded size,
//! a window of chunks at a time.

mod divergence;
mod noise;
mod pass;
mod spill;

use super::perplexity::{self, Chunk, Place, Scored};
use crate::engine::{Engine, Error, Model, SessionSpec, Setup};
use pass::{Base, Pass};
use reports::record::{Fact, Failure, Stage};
use serde::{Deserialize, Serialize};
use spill::Spilled;
use std::path::PathBuf;

/// One of the models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// [`reports::record::CellInfo::id`].
    pub cell: String,
    /// The file.
    pub path: PathBuf,
    /// How it is set up.
    pub setup: Setup,
}

/// What is compared, over what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The models, the baseline first.
    pub members: Vec<Member>,
    /// Which of them are in memory together, by index: every one once, the baseline first of all.
    pub sets: Vec<Vec<usize>>,
    /// Names or paths of corpora.
    pub corpora: Vec<String>,
    /// Chunk length in tokens.
    pub n_ctx: u32,
    /// Most chunks of each text.
    pub max_chunks: Option<u32>,
    /// Threads.
    pub n_threads: u32,
    /// Where the baseline's logits go where there is more than one set.
    pub spill: Spill,
}

/// A place for a temporary file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spill {
    /// Its directory.
    pub dir: PathBuf,
    /// Most bytes that it may take.
    pub max_bytes: u64,
}

/// What a comparison says while it runs.
#[derive(Debug)]
pub enum Event {
    /// Something was measured, or something had to be left out.
    Fact(Fact),
    /// Groups of chunks evaluated, and to be evaluated.
    Progress(u32, u32),
}

/// Where events go.
pub type Emit<'e> = &'e mut dyn FnMut(Event);

/// Compares the models. A model that cannot be loaded or evaluated, and a text that is too short, is
/// left out, which a failure says.
///
/// # Errors
/// The baseline cannot be loaded or evaluated, the temporary file cannot be written.
pub fn run(engine: &dyn Engine, comparison: &Comparison, emit: Emit<'_>) -> Result<(), Error> {
    let spec = perplexity::session_spec(
        comparison.n_ctx,
        comparison.max_chunks,
        comparison.n_threads,
    );
    let texts = texts(&comparison.corpora)?;
    let baseline = load(engine, &comparison.members[0])?;
    let groups = groups(baseline.as_ref(), &texts, &spec, comparison, emit);
    let Some(first) = groups.first() else {
        return Ok(());
    };
    if comparison.members.len() > 1 {
        noise::measure(
            baseline.as_ref(),
            &comparison.members[0].cell,
            &spec,
            first,
            emit,
        )?;
    }
    let mut pass = Pass::new(comparison, spec, groups.len(), emit);
    if let [together] = &comparison.sets[..] {
        let mut models = vec![(0, baseline)];
        models.extend(pass.load(engine, &together[1..]));
        return pass.evaluate(&models, &groups, &mut Base::Live);
    }
    let window = window(first, baseline.n_vocab(), &comparison.spill)?;
    drop(baseline);
    let mut windows = groups.chunks(window);
    windows.try_for_each(|groups| in_turn(engine, &mut pass, groups))
}

/// A window of chunks, by one set of models after another.
fn in_turn(
    engine: &dyn Engine,
    pass: &mut Pass<'_, '_>,
    groups: &[Group<'_>],
) -> Result<(), Error> {
    let comparison = pass.comparison;
    let mut spilled = Spilled::in_dir(&comparison.spill.dir)?;
    for (turn, set) in comparison.sets.iter().enumerate() {
        let models = if turn == 0 {
            let mut models = vec![(0, load(engine, &comparison.members[0])?)];
            models.extend(pass.load(engine, &set[1..]));
            models
        } else {
            pass.load(engine, set)
        };
        let mut base = match turn {
            0 => Base::Kept(&mut spilled),
            _ => Base::Read(&mut spilled),
        };
        pass.evaluate(&models, groups, &mut base)?;
        spilled.rewind()?;
    }
    Ok(())
}

/// Loads a member; what is wrong is told with the name of its cell.
fn load<'e>(engine: &'e dyn Engine, member: &Member) -> Result<Box<dyn Model + 'e>, Error> {
    engine
        .load(&member.path, member.setup)
        .map_err(|Error(reason)| Error(format!("{}: {reason}", member.cell)))
}

fn failure(Error(reason): Error) -> Event {
    Event::Fact(Fact::Failure(Failure {
        stage: Stage::Fidelity,
        reason,
    }))
}

/// A text with what its corpus is called.
struct Text {
    corpus: String,
    text: datasets::Text,
}

fn texts(corpora: &[String]) -> Result<Vec<Text>, Error> {
    let mut all = Vec::new();
    for name in corpora {
        let corpus = datasets::load_corpus(name).map_err(|error| Error(error.to_string()))?;
        all.extend(corpus.texts.into_iter().map(|text| Text {
            corpus: corpus.name.clone(),
            text,
        }));
    }
    Ok(all)
}

/// Chunks of one text that are evaluated together.
struct Group<'t> {
    text: Scored<'t>,
    chunks: Vec<Chunk>,
    /// Where the first of them stands.
    first: Place,
}

impl Group<'_> {
    /// The chunks with where they stand.
    fn places(&self) -> impl Iterator<Item = (Place, &Chunk)> {
        let Place { number, of } = self.first;
        (number..)
            .map(move |number| Place { number, of })
            .zip(&self.chunks)
    }
}

/// All texts in groups of as many chunks as share a batch.
fn groups<'t>(
    model: &dyn Model,
    texts: &'t [Text],
    spec: &SessionSpec,
    comparison: &Comparison,
    emit: Emit<'_>,
) -> Vec<Group<'t>> {
    let mut all = Vec::new();
    for Text { corpus, text } in texts {
        let text = Scored {
            corpus,
            text: &text.name,
            bytes: &text.bytes,
            max_chunks: comparison.max_chunks,
        };
        match perplexity::chunks(model, &text, comparison.n_ctx as usize) {
            Ok(chunks) => all.extend(groups_of(text, &chunks, spec.n_seq as usize)),
            Err(error) => emit(failure(error)),
        }
    }
    all
}

fn groups_of<'t>(text: Scored<'t>, chunks: &[Chunk], together: usize) -> Vec<Group<'t>> {
    let of = chunks.len() as u32;
    let group = |(index, chunks): (usize, &[Chunk])| Group {
        text,
        chunks: chunks.to_vec(),
        first: Place {
            number: (index * together) as u32,
            of,
        },
    };
    chunks.chunks(together).enumerate().map(group).collect()
}

/// How many groups' logits the temporary file holds. All groups are as large as the first or smaller.
fn window(group: &Group<'_>, n_vocab: usize, spill: &Spill) -> Result<usize, Error> {
    let rows: usize = group.chunks.iter().map(|chunk| chunk.scored().len()).sum();
    let bytes = (rows * n_vocab * size_of::<f32>()) as u64;
    match spill.max_bytes / bytes.max(1) {
        0 => Err(Error(format!(
            "{}: the models do not fit in memory together, and {:.1} GiB of disk are needed for the baseline's distributions but {:.1} GiB may be taken; free some, or set XDG_CACHE_HOME to another disk",
            spill.dir.display(),
            gib(bytes),
            gib(spill.max_bytes)
        ))),
        n => Ok(usize::try_from(n).unwrap_or(usize::MAX)),
    }
}

fn gib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 30)
}
