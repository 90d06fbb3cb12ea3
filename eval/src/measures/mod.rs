//! Measures.
#![allow(dead_code)]
mod document;
mod ending;
mod length;
mod find;
mod fold;
mod letter;
mod marker;
mod names;
mod number;
mod repetition;
mod script;
mod sentence;
mod stem;
mod style;
