//! Energy meters from the tree to the records.

mod common;

use common::{Place, failures, field};
use eval::engine::{SessionSpec, Setup, mock::Mock, tiny::Shape};
use eval::runner::child;
use eval::runner::protocol::{Reply, Request};
use eval::stages::speed::SpeedTest;
use reports::record::{Fact, Test};
use std::path::Path;

/// The facts that a child with the mock engine tells of one speed test on a machine with this tree.
fn facts(powercap: &Path) -> Vec<Fact> {
    let model = tempfile::NamedTempFile::new().unwrap();
    let spec = SessionSpec {
        n_ctx: 256,
        n_seq: 1,
        n_batch: 32,
        n_ubatch: 32,
        n_outputs: 1,
        n_threads: 1,
    };
    let test = SpeedTest {
        test: Test::Decode,
        n_prompt: 0,
        n_gen: 8,
        n_depth: 0,
        n_seq: 1,
    };
    let requests = [
        Request::Load {
            path: model.path().into(),
            setup: Setup::default(),
            repetitions: 1,
        },
        Request::Meters {
            powercap: powercap.into(),
        },
        Request::Open { spec },
        Request::Warm { test },
        Request::Repeat { test, rep: 0 },
        Request::Repeat { test, rep: 1 },
    ];
    let line = |request| serde_json::to_string(request).unwrap() + "\n";
    let input: String = requests.iter().map(line).collect();
    let mut output = Vec::new();
    child::serve(&Mock, input.as_bytes(), &mut output).unwrap();
    let replies = String::from_utf8(output).unwrap();
    replies
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter_map(|reply| match reply {
            Reply::Fact { fact } => Some(fact),
            Reply::Failed { reason, .. } => panic!("{reason}"),
            _ => None,
        })
        .collect()
}

fn kinds(facts: &[Fact]) -> Vec<&str> {
    let kind = |fact: &Fact| match fact {
        // A machine that tests may run on can have a GPU.
        Fact::Meter(meter) if meter.source.starts_with("nvml") => None,
        Fact::Meter(meter) if meter.reason.is_some() => Some("reason"),
        Fact::Meter(_) => Some("meter"),
        Fact::Speed(speed) if speed.joules.iter().any(|j| j.source.starts_with("rapl")) => {
            Some("speed with joules")
        }
        Fact::Speed(_) => Some("speed"),
        other => panic!("{other:?}"),
    };
    facts.iter().filter_map(kind).collect()
}

#[test]
fn a_child_tells_its_meters_before_what_they_counted() {
    let powercap = tempfile::tempdir().unwrap();
    for (zone, name) in [("intel-rapl:0", "package-0"), ("intel-rapl:0:0", "dram")] {
        let zone = powercap.path().join(zone);
        std::fs::create_dir(&zone).unwrap();
        std::fs::write(zone.join("name"), name).unwrap();
        std::fs::write(zone.join("energy_uj"), "123\n").unwrap();
        std::fs::write(zone.join("max_energy_range_uj"), "65532610987\n").unwrap();
    }
    let facts = facts(powercap.path());
    // The load is not counted.
    let expected = [
        "speed",
        "meter",
        "meter",
        "speed with joules",
        "speed with joules",
    ];
    assert_eq!(kinds(&facts), expected);
    let idle = facts.iter().find_map(|fact| match fact {
        Fact::Meter(meter) => Some((meter.source.as_str(), meter.idle_w)),
        _ => None,
    });
    // These counters stand still.
    assert_eq!(idle, Some(("rapl:package-0", Some(0.0))));
}

#[test]
fn a_child_without_meters_tells_why() {
    let empty = tempfile::tempdir().unwrap();
    let facts = facts(empty.path());
    assert_eq!(kinds(&facts), ["speed", "reason", "speed", "speed"]);
}

#[test]
fn every_cell_has_rows_for_both_kinds_or_what_they_counted() {
    let place = Place::new();
    let model = place.tiny("m.gguf", &Shape::default());
    let suite = "name = 't'\nprecisions = ['native', 'f16']\n[speed]\nn_prompt = [32]\nn_gen = [4]\nn_depth = [0]\nparallel = [1]\nrepetitions = 3\n";
    place.write("energy.toml", suite);
    place
        .run(&["run", &model, "--suite", "energy.toml", "--out", "run"])
        .expect(0);
    assert_eq!(failures(&place.records("run")), Vec::<&str>::new());
    let rows = place.csv("run", "energy.csv");
    for precision in ["F32", "F16"] {
        for kind in ["rapl", "nvml"] {
            let of_kind: Vec<_> = rows
                .iter()
                .filter(|row| field(row, "precision") == precision)
                .filter(|row| field(row, "source").starts_with(kind))
                .collect();
            assert!(!of_kind.is_empty(), "{precision} {kind}");
            for row in of_kind {
                let told = field(row, "joules_per_token");
                // Either there is a number or a reason, never both and never neither.
                assert_ne!(told.is_empty(), field(row, "reason").is_empty(), "{row:?}");
            }
        }
    }
}
