//! The engine, the measures over answers, the runner and the command line of hanbench.

pub mod cli;
pub mod energy;
pub mod engine;
pub mod facts;
pub mod lineage;
pub mod measures;
pub mod numbers;
pub mod runner;
pub mod sources;
pub mod stages;
