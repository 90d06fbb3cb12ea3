//! What a run directory holds, what its records say, and how that is shown.
//!
//! The data flows one way: [`record`] is what the runner writes, [`run_dir`] reads it back,
//! [`stats`] and [`view`] turn records into rows with intervals, and the renderers ([`csv`],
//! [`plot`], [`html`], [`terminal`]) turn rows into bytes. Nothing here can call the engine.

pub mod csv;
pub mod file;
pub mod html;
mod josa;
pub mod lineage;
pub mod plot;
pub mod precision;
pub mod reason;
pub mod record;
pub mod render;
pub mod run_dir;
pub mod sample;
pub mod stats;
pub mod terminal;
pub mod text;
pub mod view;
