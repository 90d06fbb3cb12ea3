//! Rows of `energy.csv`: joules a token.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::speed::name;
use super::{CellKey, EnergyRow};
use crate::reason;
use crate::record::{EnergyMeter, Speed, Test};
use crate::stats::{Estimate, Sorted, mean, mean_interval};

/// A repetition must last this many steps of its counter. What the counter shows lags by half a step on
/// average at both ends, idle before and busy after, so the net energy of a part of twenty steps is
/// 2.5 % too small.
const STEPS: u64 = 20;

/// The source of a row over all meters that count.
pub const TOTAL: &str = "total";

/// Why a row has no joules a token.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum NoEnergy {
    /// Nothing of the kind counts on this machine: the recorded reason.
    NoMeter(String),
    /// The repetitions are too short for the meter's step.
    TooShort {
        /// Mean time of a repetition, in nanoseconds.
        mean_ns: u64,
        /// What it takes, in nanoseconds.
        needed_ns: u64,
    },
    /// The repetitions are so long that the counter may have wrapped twice.
    TooLong {
        /// Mean time of a repetition, in nanoseconds.
        mean_ns: u64,
        /// The longest that can be told, in nanoseconds.
        longest_ns: u64,
    },
    /// The counter could not be read around any repetition.
    NotRead,
    /// The power drawn at idle could not be measured.
    NoIdle,
}

impl NoEnergy {
    /// The same in Korean; a reason of the machine's that is not known stays as it is.
    #[must_use]
    pub fn in_korean(&self) -> String {
        let ms = |ns: &u64| *ns as f64 / 1e6;
        match self {
            Self::NoMeter(reason) => reason::in_korean(reason).unwrap_or_else(|| reason.clone()),
            Self::TooShort { mean_ns, needed_ns } => format!(
                "반복 한 번에 {:.1} ms가 걸렸는데 계측기에는 {:.0} ms가 필요합니다. 스위트의 n_prompt나 n_gen을 늘리십시오",
                ms(mean_ns),
                ms(needed_ns)
            ),
            Self::TooLong {
                mean_ns,
                longest_ns,
            } => format!(
                "반복 한 번에 {:.0} ms가 걸렸는데 {:.0} ms가 지나면 계수기가 두 번 돌았을 수 있습니다. 스위트의 n_prompt나 n_gen을 줄이십시오",
                ms(mean_ns),
                ms(longest_ns)
            ),
            Self::NotRead => "시험하는 동안 계수기를 읽지 못했습니다. 다시 재십시오".into(),
            Self::NoIdle => "유휴 전력을 재지 못했습니다. 다시 재십시오".into(),
        }
    }
}

impl fmt::Display for NoEnergy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |ns: &u64| *ns as f64 / 1e6;
        match self {
            Self::NoMeter(reason) => f.write_str(reason),
            Self::TooShort { mean_ns, needed_ns } => write!(
                f,
                "a repetition took {:.1} ms and the meter needs {:.0} ms: choose a longer n_prompt or n_gen in the suite",
                ms(mean_ns),
                ms(needed_ns)
            ),
            Self::TooLong {
                mean_ns,
                longest_ns,
            } => write!(
                f,
                "a repetition took {:.0} ms and after {:.0} ms the counter may have wrapped twice: choose a shorter n_prompt or n_gen in the suite",
                ms(mean_ns),
                ms(longest_ns)
            ),
            Self::NotRead => {
                f.write_str("the counter could not be read during the test; run it again")
            }
            Self::NoIdle => f.write_str("the idle power could not be measured; run it again"),
        }
    }
}

/// The rows of a cell, whose index in the report is `cell`: of each test one for each meter and one for
/// all together, then one for each kind that counts nothing.
pub(super) fn rows(
    key: &CellKey,
    cell: usize,
    meters: &[EnergyMeter],
    speed: &[Speed],
) -> Vec<EnergyRow> {
    let (counting, absent): (Vec<_>, Vec<_>) =
        meters.iter().partition(|meter| meter.reason.is_none());
    let sums = sums(&counting);
    let mut tests: BTreeMap<_, Vec<&Speed>> = BTreeMap::new();
    for rep in speed.iter().filter(|rep| rep.test != Test::Load) {
        let shape = (rep.test, rep.n_prompt, rep.n_gen, rep.n_depth, rep.n_seq);
        tests.entry(shape).or_default().push(rep);
    }
    let tests = tests.values();
    let counted = tests.flat_map(|reps| sums.iter().map(|sum| counted(key, cell, sum, reps)));
    let reasons = absent.into_iter().map(|meter| EnergyRow {
        reason: meter.reason.clone().map(NoEnergy::NoMeter),
        ..empty(key, cell, &meter.source)
    });
    counted.chain(reasons).collect()
}

/// One or more meters whose joules are added.
struct Sum<'a> {
    source: &'a str,
    meters: Vec<&'a EnergyMeter>,
}

/// Each meter alone, and all of them where there are several.
fn sums<'a>(meters: &[&'a EnergyMeter]) -> Vec<Sum<'a>> {
    let alone = meters.iter().map(|meter| Sum {
        source: &meter.source,
        meters: vec![meter],
    });
    let total = (meters.len() > 1).then(|| Sum {
        source: TOTAL,
        meters: meters.to_vec(),
    });
    alone.chain(total).collect()
}

impl Sum<'_> {
    /// What all of its meters counted during a repetition, in joules.
    fn joules(&self, rep: &Speed) -> Option<f64> {
        let one = |meter: &&EnergyMeter| {
            let found = rep.joules.iter().find(|j| j.source == meter.source);
            found.map(|found| found.joules)
        };
        self.meters.iter().map(one).sum()
    }

    fn idle_w(&self) -> Option<f64> {
        self.meters.iter().map(|meter| meter.idle_w).sum()
    }

    /// Why repetitions that took `mean_ns` on average cannot be told by it, whatever was counted.
    fn unfit(&self, mean_ns: u64) -> Option<NoEnergy> {
        let step_ns = self.meters.iter().filter_map(|meter| meter.step_ns).max();
        let needed_ns = step_ns.unwrap_or(0).saturating_mul(STEPS);
        if mean_ns < needed_ns {
            return Some(NoEnergy::TooShort { mean_ns, needed_ns });
        }
        let longest = self.meters.iter().filter_map(|meter| meter.longest_ns);
        let longest_ns = longest.min().filter(|&longest_ns| mean_ns > longest_ns)?;
        Some(NoEnergy::TooLong {
            mean_ns,
            longest_ns,
        })
    }
}

/// The row of one test, of which there is at least one repetition. Joules add up, so over the
/// repetitions that were counted it is all joules over all tokens; their tokens are equal, so that is
/// the mean of the repetitions, whose interval is bootstrapped.
fn counted(key: &CellKey, cell: usize, sum: &Sum, all: &[&Speed]) -> EnergyRow {
    let shape = all[0];
    let reps: Vec<(&Speed, f64)> = all
        .iter()
        .filter_map(|rep| Some((*rep, sum.joules(rep)?)))
        .collect();
    let tokens =
        (u64::from(shape.n_prompt) + u64::from(shape.n_gen)).saturating_mul(shape.n_seq.into());
    let row = EnergyRow {
        test: Some(name(shape.test).into()),
        n_prompt: Some(shape.n_prompt),
        n_gen: Some(shape.n_gen),
        n_depth: Some(shape.n_depth),
        n_seq: Some(shape.n_seq),
        idle_w: sum.idle_w(),
        ..empty(key, cell, sum.source)
    };
    let times: Vec<f64> = all.iter().map(|rep| rep.elapsed_ns as f64).collect();
    let mean_ns = mean(&times).unwrap_or(0.0) as u64;
    if let Some(reason) = sum.unfit(mean_ns) {
        return EnergyRow {
            reason: Some(reason),
            ..row
        };
    }
    let per_token = |joules: f64| joules / tokens as f64;
    let gross: Vec<f64> = reps.iter().map(|(_, joules)| per_token(*joules)).collect();
    let Some(gross_joules_per_token) = mean(&gross).filter(|_| tokens > 0) else {
        return EnergyRow {
            reason: Some(NoEnergy::NotRead),
            ..row
        };
    };
    let seconds = |rep: &Speed| rep.elapsed_ns as f64 / 1e9;
    let net = row.idle_w.map(|idle_w| {
        let net = |(rep, joules): &(&Speed, f64)| per_token(joules - idle_w * seconds(rep));
        reps.iter().map(net).collect::<Vec<f64>>()
    });
    let joules_per_token = net.as_deref().and_then(mean);
    let interval: Option<Estimate> = net.and_then(Sorted::new).as_ref().and_then(mean_interval);
    let (joules, time) = reps
        .iter()
        .fold((0.0, 0.0), |(joules, time), (rep, counted)| {
            (joules + counted, time + seconds(rep))
        });
    EnergyRow {
        reps: Some(u32::try_from(reps.len()).unwrap_or(u32::MAX)),
        tokens: Some(tokens.saturating_mul(reps.len() as u64)),
        joules_per_token,
        ci95_low: interval.map(|interval| interval.low),
        ci95_high: interval.map(|interval| interval.high),
        gross_joules_per_token: Some(gross_joules_per_token),
        mean_w: (time > 0.0).then(|| joules / time),
        reason: joules_per_token.is_none().then_some(NoEnergy::NoIdle),
        ..row
    }
}

fn empty(key: &CellKey, cell: usize, source: &str) -> EnergyRow {
    let CellKey {
        machine,
        model,
        variant,
        precision,
    } = key.clone();
    EnergyRow {
        machine,
        model,
        variant,
        precision,
        test: None,
        n_prompt: None,
        n_gen: None,
        n_depth: None,
        n_seq: None,
        source: source.into(),
        reps: None,
        tokens: None,
        joules_per_token: None,
        ci95_low: None,
        ci95_high: None,
        gross_joules_per_token: None,
        idle_w: None,
        mean_w: None,
        reason: None,
        cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Joules;

    fn key() -> CellKey {
        CellKey {
            machine: "m".into(),
            model: "a".into(),
            variant: "v".into(),
            precision: "F16".into(),
        }
    }

    fn meter(source: &str, idle_w: Option<f64>) -> EnergyMeter {
        EnergyMeter {
            source: source.into(),
            idle_w,
            idle_ns: idle_w.map(|_| 1_000_000_000),
            step_ns: Some(1_000_000),
            longest_ns: Some(60_000_000_000),
            reason: None,
        }
    }

    fn absent(kind: &str) -> EnergyMeter {
        EnergyMeter {
            reason: Some("no tree".into()),
            step_ns: None,
            longest_ns: None,
            ..meter(kind, None)
        }
    }

    /// A decode of 10 tokens in 2 sequences.
    fn rep(rep: u32, elapsed_ns: u64, joules: &[(&str, f64)]) -> Speed {
        Speed {
            test: Test::Decode,
            n_prompt: 0,
            n_gen: 10,
            n_depth: 0,
            n_seq: 2,
            rep,
            elapsed_ns,
            page_cache_share: None,
            joules: joules
                .iter()
                .map(|&(source, joules)| Joules {
                    source: source.into(),
                    joules,
                })
                .collect(),
        }
    }

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn idle_power_is_subtracted_over_the_time_of_each_repetition() {
        let meters = [meter("rapl:package-0", Some(5.0)), absent("nvml")];
        let joules = |j| [("rapl:package-0", j)];
        let speed = [
            rep(0, SECOND, &joules(25.0)),
            rep(1, 2 * SECOND, &joules(50.0)),
            rep(2, SECOND, &joules(45.0)),
        ];
        let [row, nvml] = rows(&key(), 7, &meters, &speed).try_into().unwrap();
        // Net 20, 40 and 40 J over 20 tokens each.
        assert_eq!((row.reps, row.tokens), (Some(3), Some(60)));
        assert!((row.joules_per_token.unwrap() - 100.0 / 60.0).abs() < 1e-12);
        assert_eq!((row.ci95_low, row.ci95_high), (Some(1.0), Some(2.0)));
        assert_eq!(row.gross_joules_per_token, Some(2.0));
        assert_eq!((row.idle_w, row.mean_w), (Some(5.0), Some(30.0)));
        assert_eq!((row.reason, row.cell), (None, 7));
        assert_eq!(nvml.source, "nvml");
        assert_eq!(nvml.reason, Some(NoEnergy::NoMeter("no tree".into())));
        assert_eq!((nvml.test, nvml.joules_per_token), (None, None));
    }

    #[test]
    fn several_meters_add_up_where_all_of_them_counted() {
        let meters = [
            meter("rapl:package-0", Some(5.0)),
            meter("nvml:0", Some(15.0)),
        ];
        let speed = [
            rep(0, SECOND, &[("rapl:package-0", 25.0), ("nvml:0", 95.0)]),
            rep(1, SECOND, &[("rapl:package-0", 45.0)]),
        ];
        let [package, gpu, total] = rows(&key(), 0, &meters, &speed).try_into().unwrap();
        assert_eq!(package.joules_per_token, Some(1.5));
        assert_eq!((gpu.reps, gpu.joules_per_token), (Some(1), Some(4.0)));
        assert_eq!((total.source.as_str(), total.reps), (TOTAL, Some(1)));
        assert_eq!(total.joules_per_token, Some(5.0));
        assert_eq!((total.idle_w, total.mean_w), (Some(20.0), Some(120.0)));
        // Two repetitions have no interval.
        assert_eq!((package.ci95_low, package.ci95_high), (None, None));
    }

    #[test]
    fn a_part_too_short_or_too_long_for_its_meter_has_no_figure() {
        let joules = [("rapl:package-0", 1.0), ("nvml:0", 2.0)];
        let slow = EnergyMeter {
            step_ns: Some(100_000_000),
            ..meter("nvml:0", Some(1.0))
        };
        let meters = [meter("rapl:package-0", Some(5.0)), slow];
        let short = [rep(0, 19_000_000, &joules), rep(1, 19_000_000, &joules)];
        let [package, gpu, total] = rows(&key(), 0, &meters, &short).try_into().unwrap();
        assert_eq!(
            package.reason.unwrap().to_string(),
            "a repetition took 19.0 ms and the meter needs 20 ms: choose a longer n_prompt or n_gen in the suite"
        );
        assert_eq!((package.joules_per_token, package.mean_w), (None, None));
        assert!(gpu.reason.unwrap().to_string().contains("needs 2000 ms"));
        assert!(total.reason.unwrap().to_string().contains("needs 2000 ms"));
        let enough = [rep(0, 20_000_000, &joules)];
        let [package, _, total] = rows(&key(), 0, &meters, &enough).try_into().unwrap();
        assert!(package.joules_per_token.is_some() && total.joules_per_token.is_none());
        let long = [rep(0, 61 * SECOND, &[])];
        let all = rows(&key(), 0, &meters, &long);
        assert!(matches!(all[0].reason, Some(NoEnergy::TooLong { .. })));
    }

    #[test]
    fn what_was_not_read_is_missing_and_says_so() {
        let meters = [meter("a", Some(5.0)), meter("b", None)];
        let speed = [rep(0, SECOND, &[("b", 3.0)])];
        let [a, b, total] = rows(&key(), 0, &meters, &speed).try_into().unwrap();
        assert_eq!(
            (a.reason, a.gross_joules_per_token),
            (Some(NoEnergy::NotRead), None)
        );
        // Without idle power the gross energy is all there is.
        assert_eq!(
            (b.joules_per_token, b.gross_joules_per_token),
            (None, Some(0.15))
        );
        assert_eq!(b.reason, Some(NoEnergy::NoIdle));
        assert_eq!(total.reason, Some(NoEnergy::NotRead));
    }

    #[test]
    fn a_cell_without_meters_on_record_has_no_rows() {
        let speed = [rep(0, SECOND, &[("rapl:package-0", 25.0)])];
        assert_eq!(rows(&key(), 0, &[], &speed), []);
        // A load has no tokens.
        let load = Speed {
            test: Test::Load,
            ..speed[0].clone()
        };
        assert_eq!(
            rows(&key(), 0, &[meter("rapl:package-0", Some(1.0))], &[load]),
            []
        );
    }
}
