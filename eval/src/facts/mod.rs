//! Judging what a model file says of itself: whether names and content agree, and what its vocabulary
//! costs in Korean.

pub mod fertility;
pub mod judge;
pub mod names;

use serde::{Deserialize, Serialize};

/// Something in which a model's name and its content, or two things that its file says, disagree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// In what.
    pub kind: Kind,
    /// One line that names both sides; what comes from the file is escaped.
    pub text: String,
}

/// What a warning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A name says one number format and the file has another.
    Precision,
    /// A name says one number of weights and the file has another.
    Size,
    /// A name says that the model was tuned to chat, or that it was not, and the template says otherwise.
    Role,
    /// `general.file_type` and the types of the tensors.
    FileType,
    /// A part of a split model that is named as a whole one.
    Split,
    /// The hash that a store claims and the content.
    Sha256,
}
