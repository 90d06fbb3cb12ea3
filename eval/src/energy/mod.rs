//! Energy: counters that the machine keeps by itself, read around the timed part of a speed test.
//!
//! A kind of counters (`rapl`, `nvml`) counts with all of its meters or with none: a sum over some
//! packages of a machine would look like the sum over all.

mod nvml;
mod rapl;

use reports::record::{EnergyMeter, Joules};
use std::path::Path;
use std::time::{Duration, Instant};

/// Where Linux shows its power-capping zones, RAPL among them.
pub const POWERCAP: &str = "/sys/class/powercap";

/// Idle power is measured for at least this long, and for at least [`IDLE_STEPS`] of a counter's.
const IDLE: Duration = Duration::from_secs(1);
const IDLE_STEPS: u32 = 20;

/// Before idle power is measured, threads that were still spinning get time to go to sleep.
const SETTLE: Duration = Duration::from_millis(100);

/// No package, memory or GPU draws more for long. A counter of `range` joules can only have wrapped
/// twice in a part that lasted longer than `range / MOST_W`.
const MOST_W: f64 = 1000.0;

/// One counter of energy.
struct Counter {
    /// [`EnergyMeter::source`].
    source: String,
    /// How often it is updated.
    step: Duration,
    /// The largest value it takes before it starts again from 0, in microjoules; `None` where it
    /// does not.
    range_uj: Option<u64>,
    /// Its value in microjoules; `None` where it cannot be read now.
    read: Box<dyn Fn() -> Option<u64>>,
}

impl Counter {
    /// The longest part that it can tell.
    fn longest(&self) -> Option<Duration> {
        let range_j = self.range_uj? as f64 / 1e6;
        Some(Duration::from_secs_f64(range_j / MOST_W))
    }

    /// Joules from one value to a later one; `None` where they do not tell.
    fn joules(&self, before: u64, after: u64, elapsed: Duration) -> Option<f64> {
        let range = self.range_uj.unwrap_or(u64::MAX);
        let too_long = self.longest().is_some_and(|longest| elapsed > longest);
        if too_long || before > range || after > range {
            return None;
        }
        let counted = match after.checked_sub(before) {
            Some(counted) => counted,
            // It wrapped, once.
            None => self.range_uj? - before + after,
        };
        Some(counted as f64 / 1e6)
    }
}

/// Everything here that counts energy.
pub struct Meters {
    counters: Vec<Counter>,
    /// The kinds that count nothing, with why.
    absent: Vec<EnergyMeter>,
}

/// The counters at one moment.
pub struct Reading {
    values: Vec<Option<u64>>,
    at: Instant,
}

impl Meters {
    /// No meters: nothing is counted and nothing said of it.
    #[must_use]
    pub fn none() -> Self {
        Self {
            counters: Vec::new(),
            absent: Vec::new(),
        }
    }

    /// The meters of this machine, with RAPL's zones under `powercap` (see [`POWERCAP`]).
    #[must_use]
    pub fn find(powercap: &Path) -> Self {
        let mut meters = Self::none();
        meters.add("rapl", rapl::find(powercap, rapl::read));
        meters.add("nvml", nvml::find());
        meters
    }

    fn add(&mut self, kind: &str, found: Result<Vec<Counter>, String>) {
        match found {
            Ok(counters) => self.counters.extend(counters),
            Err(reason) => self.absent.push(EnergyMeter {
                source: kind.into(),
                idle_w: None,
                idle_ns: None,
                step_ns: None,
                longest_ns: None,
                reason: Some(reason),
            }),
        }
    }

    /// Reads every counter.
    #[must_use]
    pub fn start(&self) -> Reading {
        let values = self.counters.iter().map(|counter| (counter.read)());
        Reading {
            values: values.collect(),
            at: Instant::now(),
        }
    }

    /// What was counted since `start`. A counter that could not be read at both ends, or that may
    /// have wrapped twice, has no entry.
    #[must_use]
    pub fn stop(&self, start: &Reading) -> Vec<Joules> {
        let end = self.start();
        let elapsed = end.at - start.at;
        let ends = start.values.iter().zip(&end.values);
        let counted = self.counters.iter().zip(ends);
        counted
            .filter_map(|(counter, (&before, &after))| {
                Some(Joules {
                    source: counter.source.clone(),
                    joules: counter.joules(before?, after?, elapsed)?,
                })
            })
            .collect()
    }

    /// One record for each meter, with the power drawn now, and one for each kind that counts
    /// nothing. Where anything counts it takes a second or two, in which nothing must be evaluated.
    #[must_use]
    pub fn idle(&self) -> Vec<EnergyMeter> {
        let slowest = self.counters.iter().map(|counter| counter.step).max();
        let Some(slowest) = slowest else {
            return self.absent.clone();
        };
        std::thread::sleep(SETTLE);
        let start = self.start();
        std::thread::sleep(IDLE.max(slowest * IDLE_STEPS));
        let elapsed = start.at.elapsed();
        let counted = self.stop(&start);
        let meters = self.counters.iter().map(|counter| {
            let joules = counted.iter().find(|found| found.source == counter.source);
            EnergyMeter {
                source: counter.source.clone(),
                idle_w: joules.map(|found| found.joules / elapsed.as_secs_f64()),
                idle_ns: joules.map(|_| elapsed.as_nanos() as u64),
                step_ns: Some(counter.step.as_nanos() as u64),
                longest_ns: counter.longest().map(|longest| longest.as_nanos() as u64),
                reason: None,
            }
        });
        meters.chain(self.absent.iter().cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::rc::Rc;

    const RANGE_UJ: u64 = 65_532_610_987;

    fn counter(source: &str, range_uj: Option<u64>, values: Vec<Option<u64>>) -> Counter {
        let (values, next) = (values.into_iter(), Rc::new(Cell::new(None)));
        next.set(Some(values));
        Counter {
            source: source.into(),
            step: Duration::from_millis(1),
            range_uj,
            read: Box::new(move || {
                let mut left = next.take()?;
                let value = left.next().flatten();
                next.set(Some(left));
                value
            }),
        }
    }

    fn joules(range_uj: Option<u64>, before: u64, after: u64, elapsed: Duration) -> Option<f64> {
        counter("rapl:package-0", range_uj, Vec::new()).joules(before, after, elapsed)
    }

    #[test]
    fn a_counter_that_wrapped_once_counts_on() {
        let second = Duration::from_secs(1);
        assert_eq!(
            joules(Some(RANGE_UJ), 1_000_000, 3_500_000, second),
            Some(2.5)
        );
        let near_its_end = RANGE_UJ - 1_500_000;
        assert_eq!(
            joules(Some(RANGE_UJ), near_its_end, 500_000, second),
            Some(2.0)
        );
        assert_eq!(joules(Some(RANGE_UJ), 7, 7, second), Some(0.0));
    }

    #[test]
    fn what_the_values_do_not_tell_is_missing() {
        // 65.5 kJ are 65.5 s of 1 kW: after that it could have wrapped twice.
        let (short, long) = (Duration::from_secs(65), Duration::from_secs(66));
        assert!(joules(Some(RANGE_UJ), 5, 9, short).is_some());
        assert_eq!(joules(Some(RANGE_UJ), 5, 9, long), None);
        assert_eq!(joules(Some(RANGE_UJ), RANGE_UJ + 1, 9, short), None);
        assert_eq!(joules(Some(RANGE_UJ), 5, u64::MAX, short), None);
        // NVML's never wraps: it went back because the driver was loaded again.
        assert_eq!(joules(None, 9, 5, long), None);
        assert_eq!(joules(None, 5, 1_000_005, long), Some(1.0));
    }

    #[test]
    fn a_counter_that_cannot_be_read_at_both_ends_has_no_entry() {
        let meters = Meters {
            counters: vec![
                counter("a", Some(RANGE_UJ), vec![Some(1_000_000), Some(4_000_000)]),
                counter("b", Some(RANGE_UJ), vec![Some(1_000_000), None]),
                counter("c", Some(RANGE_UJ), vec![None, Some(1_000_000)]),
            ],
            absent: Vec::new(),
        };
        let counted = meters.stop(&meters.start());
        let only = Joules {
            source: "a".into(),
            joules: 3.0,
        };
        assert_eq!(counted, [only]);
    }

    #[test]
    fn idle_power_is_joules_over_the_time_slept() {
        let meters = Meters {
            counters: vec![
                counter("a", Some(RANGE_UJ), vec![Some(0), Some(9_000_000)]),
                counter("b", None, vec![Some(0), None]),
            ],
            absent: Vec::new(),
        };
        let [a, b] = meters.idle().try_into().unwrap();
        let seconds = a.idle_ns.unwrap() as f64 / 1e9;
        assert!((1.0..1.5).contains(&seconds), "{seconds}");
        assert_eq!(a.idle_w, Some(9.0 / seconds));
        assert_eq!(
            (a.step_ns, a.longest_ns),
            (Some(1_000_000), Some(65_532_610_987))
        );
        assert_eq!((b.idle_w, b.idle_ns, b.longest_ns), (None, None, None));
    }

    #[test]
    fn where_nothing_counts_each_kind_says_why_and_no_time_is_spent() {
        let mut meters = Meters::none();
        meters.add("rapl", Err("no tree".into()));
        meters.add("nvml", Err("no driver".into()));
        let begun = Instant::now();
        let said: Vec<_> = meters
            .idle()
            .into_iter()
            .map(|meter| (meter.source, meter.reason.unwrap()))
            .collect();
        assert!(begun.elapsed() < IDLE);
        assert_eq!(
            said,
            [
                ("rapl".into(), "no tree".into()),
                ("nvml".into(), "no driver".into())
            ]
        );
        assert_eq!(meters.stop(&meters.start()), []);
    }
}
