//! What hanbench asks and of what: question sets, corpora, suites and the demonstration models,
//! embedded or from a user's files, and their validated loading.
//!
//! Each loader takes the name of an embedded set or the path of a file, and either returns a value
//! that the runner can use without further checks, or an [`Error`] whose one line names the file,
//! the line, the field, the reason and what to do.

mod corpus;
mod error;
mod models;
mod names;
mod normalise;
mod questions;
mod shape;
mod suite;
mod text;

pub use corpus::{CORPORA, Corpus, Text, load_corpus};
pub use error::Error;
pub use models::{EmbeddedModel, FAMILY, MODELS, embedded_model, trained_on};
pub use names::nearest;
pub use normalise::Normalised;
pub use questions::{
    Constraint, Kind, Level, QUESTION_SETS, Question, QuestionSet, load_questions,
};
pub use shape::{Architecture, SHAPES, Shape, load_shape};
pub use suite::{
    AnswersSuite, FidelitySuite, NumbersSuite, PerplexitySuite, SUITES, SpeedSuite, Suite,
    load_suite,
};
