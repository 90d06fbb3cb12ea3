//! How long the process has been inside the engine, so that the cost of everything else is known.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

static INSIDE_NS: AtomicU64 = AtomicU64::new(0);

/// Runs `f` and counts its time as time inside the engine.
pub fn inside<T>(f: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let value = f();
    INSIDE_NS.fetch_add(start.elapsed().as_nanos() as u64, Ordering::Relaxed);
    value
}

/// Time inside the engine since the process began, in nanoseconds.
#[must_use]
pub fn inside_ns() -> u64 {
    INSIDE_NS.load(Ordering::Relaxed)
}
