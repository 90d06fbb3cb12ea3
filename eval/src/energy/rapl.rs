//! RAPL, the energy counters of Intel's and AMD's processors, as Linux shows them under
//! `/sys/class/powercap` (kernel documentation, `power/powercap/powercap.rst`).
//!
//! `intel-rapl:N` is a zone of the machine, on AMD too, and `intel-rapl:N:M` a part of it; the file
//! `name` says what it is. Counted are `package-…` and the `dram` of a package, which no package
//! includes. Not counted are `core` and `uncore`, which are parts of their package, `psys`, which
//! contains the packages, and `intel-rapl-mmio:…`, a second view of the same packages.

use super::Counter;
use crate::engine::log::escape;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The counters are updated about every millisecond (Intel's Software Developer's Manual, volume 3,
/// "RAPL Interfaces"; AMD's are alike).
const STEP: Duration = Duration::from_millis(1);

/// How a file is read; the tests put another in its place.
type ReadFile = fn(&Path) -> io::Result<String>;

/// The beginning of a file, which is all of one that holds a name or a number.
pub(super) fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?
        .take(64)
        .read_to_string(&mut text)?;
    Ok(text)
}

/// One counter for each package and its memory, or why there is none: one line.
pub(super) fn find(root: &Path, read: ReadFile) -> Result<Vec<Counter>, String> {
    let zones = zones(root);
    if zones.is_empty() {
        return Err(format!(
            "{}: no intel-rapl here; this kernel or virtual machine does not pass on the processor's energy counters: run on the machine itself, with the kernel module intel_rapl_msr",
            root.display()
        ));
    }
    let mut counters: Vec<Counter> = Vec::new();
    for (number, path) in &zones {
        let Some(source) = source(number, &zones, read)? else {
            continue;
        };
        // The same package under two numbers is one package.
        if counters.iter().all(|counter| counter.source != source) {
            counters.push(counter(source, path, read)?);
        }
    }
    if counters.is_empty() {
        return Err(format!(
            "{}: no zone of intel-rapl is a processor package",
            root.display()
        ));
    }
    Ok(counters)
}

/// The numbers of a zone: its own, behind those of what it is part of.
type Number = Vec<u32>;

/// The zones of `intel-rapl` in the order of their numbers.
fn zones(root: &Path) -> BTreeMap<Number, PathBuf> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let name = entry.file_name();
            let numbers = name.to_str()?.strip_prefix("intel-rapl:")?;
            let number: Result<Number, _> = numbers.split(':').map(str::parse).collect();
            Some((number.ok()?, entry.path()))
        })
        .collect()
}

/// What a zone is recorded as; `None` for one that is not counted.
fn source(
    number: &Number,
    zones: &BTreeMap<Number, PathBuf>,
    read: ReadFile,
) -> Result<Option<String>, String> {
    match number.as_slice() {
        [_] => Ok(package(&zones[number], read)?.map(|which| format!("rapl:package-{which}"))),
        [parent, _] if name(&zones[number], read)? == "dram" => {
            let parent = zones.get([*parent].as_slice());
            let which = parent.map_or(Ok(None), |path| package(path, read))?;
            Ok(which.map(|which| format!("rapl:dram-{which}")))
        }
        _ => Ok(None),
    }
}

/// Which package a zone is: `0`, or `0-die-1` where a package has several; `None` for another zone.
fn package(zone: &Path, read: ReadFile) -> Result<Option<String>, String> {
    let name = name(zone, read)?;
    let which = name.strip_prefix("package-");
    let plain = |which: &&str| {
        which.starts_with(|c: char| c.is_ascii_digit())
            && which.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    Ok(which.filter(plain).map(str::to_owned))
}

fn name(zone: &Path, read: ReadFile) -> Result<String, String> {
    text(&zone.join("name"), read)
}

fn counter(source: String, zone: &Path, read: ReadFile) -> Result<Counter, String> {
    let path = zone.join("energy_uj");
    number(&path, read)?;
    let range_path = zone.join("max_energy_range_uj");
    let range_uj = number(&range_path, read)?;
    if range_uj == 0 {
        return Err(format!(
            "{}: is 0; without the range of the counter a wrap cannot be told from an error",
            range_path.display()
        ));
    }
    Ok(Counter {
        source,
        step: STEP,
        range_uj: Some(range_uj),
        read: Box::new(move || number(&path, read).ok()),
    })
}

fn number(path: &Path, read: ReadFile) -> Result<u64, String> {
    let text = text(path, read)?;
    text.parse().map_err(|_| {
        let shown = escape(&text);
        format!("{}: `{shown}` is no number of microjoules", path.display())
    })
}

fn text(path: &Path, read: ReadFile) -> Result<String, String> {
    let text = read(path).map_err(|error| refusal(path, &error))?;
    Ok(text.trim().to_owned())
}

fn refusal(path: &Path, error: &io::Error) -> String {
    let what_to_do = match error.kind() {
        ErrorKind::PermissionDenied => {
            let root = path.parent().and_then(Path::parent);
            let root = root.unwrap_or(Path::new(super::POWERCAP)).display();
            format!(
                "permission denied, as for everyone but root: allow it until the next boot with `sudo chmod a+r {root}/intel-rapl:*/energy_uj`, or run hanbench as root"
            )
        }
        ErrorKind::NotFound => {
            "not there, though its zone is: a container can hide it; run hanbench outside of it"
                .into()
        }
        _ => format!("cannot be read: {}", escape(&error.to_string())),
    };
    format!("{}: {what_to_do}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    /// Two packages with cores, the second also with an integrated GPU; memory beside each; the
    /// platform; the first package once more through MMIO; a zone of another kind.
    const INTEL: &str = "
        intel-rapl/enabled 1
        intel-rapl:0/name package-0
        intel-rapl:0/energy_uj 104312870605
        intel-rapl:0/max_energy_range_uj 262143328850
        intel-rapl:0:0/name core
        intel-rapl:0:0/energy_uj 3
        intel-rapl:0:0/max_energy_range_uj 262143328850
        intel-rapl:0:1/name dram
        intel-rapl:0:1/energy_uj 8273950012
        intel-rapl:0:1/max_energy_range_uj 65712999613
        intel-rapl:1/name package-1
        intel-rapl:1/energy_uj 98765432101
        intel-rapl:1/max_energy_range_uj 262143328850
        intel-rapl:1:0/name core
        intel-rapl:1:0/energy_uj 4
        intel-rapl:1:0/max_energy_range_uj 262143328850
        intel-rapl:1:1/name uncore
        intel-rapl:1:1/energy_uj 5
        intel-rapl:1:1/max_energy_range_uj 262143328850
        intel-rapl:1:2/name dram
        intel-rapl:1:2/energy_uj 9000000001
        intel-rapl:1:2/max_energy_range_uj 65712999613
        intel-rapl:2/name psys
        intel-rapl:2/energy_uj 6
        intel-rapl:2/max_energy_range_uj 262143328850
        intel-rapl-mmio/enabled 1
        intel-rapl-mmio:0/name package-0
        intel-rapl-mmio:0/energy_uj 7
        intel-rapl-mmio:0/max_energy_range_uj 262143328850
        dtpm/enabled 1";

    const AMD: &str = "
        intel-rapl:0/name package-0
        intel-rapl:0/energy_uj 55032610987
        intel-rapl:0/max_energy_range_uj 65532610987
        intel-rapl:0:0/name core
        intel-rapl:0:0/energy_uj 1
        intel-rapl:0:0/max_energy_range_uj 65532610987";

    /// A tree of files as sysfs shows them: a value, then a line end.
    fn tree(listing: &str) -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        for line in listing.lines().filter(|line| !line.trim().is_empty()) {
            let (file, value) = line.trim().split_once(' ').unwrap();
            put(&dir, file, value);
        }
        dir
    }

    fn put(dir: &TempDir, file: &str, value: &str) {
        let path = dir.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, format!("{value}\n")).unwrap();
    }

    fn values(counters: &[Counter]) -> Vec<(&str, u64, u64)> {
        let value = |counter: &Counter| (counter.read)().unwrap();
        counters
            .iter()
            .map(|counter| {
                (
                    counter.source.as_str(),
                    value(counter),
                    counter.range_uj.unwrap(),
                )
            })
            .collect()
    }

    /// Why nothing is counted, with the tree's own path cut off.
    fn reason(dir: &TempDir, read: ReadFile) -> String {
        let reason = find(dir.path(), read).err().unwrap();
        reason.replace(dir.path().to_str().unwrap(), "")
    }

    #[test]
    fn packages_and_their_memory_are_counted_once() {
        let dir = tree(INTEL);
        assert_eq!(
            values(&find(dir.path(), read).unwrap()),
            [
                ("rapl:package-0", 104_312_870_605, 262_143_328_850),
                ("rapl:dram-0", 8_273_950_012, 65_712_999_613),
                ("rapl:package-1", 98_765_432_101, 262_143_328_850),
                ("rapl:dram-1", 9_000_000_001, 65_712_999_613),
            ]
        );
    }

    #[test]
    fn amd_shows_the_same_tree() {
        let dir = tree(AMD);
        assert_eq!(
            values(&find(dir.path(), read).unwrap()),
            [("rapl:package-0", 55_032_610_987, 65_532_610_987)]
        );
    }

    #[test]
    fn dies_are_packages_and_a_package_under_two_numbers_is_one() {
        let zone = |number: &str, name: &str, value: u64| {
            format!(
                "intel-rapl:{number}/name {name}\nintel-rapl:{number}/energy_uj {value}\nintel-rapl:{number}/max_energy_range_uj 100\n"
            )
        };
        let dir = tree(
            &[
                zone("0", "package-0-die-0", 1),
                zone("10", "package-0-die-0", 4),
                zone("2", "package-0-die-1", 2),
                zone("2:0", "dram", 3),
            ]
            .concat(),
        );
        assert_eq!(
            values(&find(dir.path(), read).unwrap()),
            [
                ("rapl:package-0-die-0", 1, 100),
                ("rapl:package-0-die-1", 2, 100),
                ("rapl:dram-0-die-1", 3, 100),
            ]
        );
    }

    #[test]
    fn a_counter_that_wraps_counts_on() {
        let dir = tree(AMD);
        let meters = super::super::Meters {
            counters: find(dir.path(), read).unwrap(),
            absent: Vec::new(),
        };
        let start = meters.start();
        put(&dir, "intel-rapl:0/energy_uj", "1500000");
        let [counted] = meters.stop(&start).try_into().unwrap();
        // 65,532.610987 J − 55,032.610987 J, and 1.5 J from 0 on.
        assert_eq!(counted.joules, 10_501.5);
        // What vanishes in the middle leaves a gap, not a number.
        let start = meters.start();
        std::fs::remove_file(dir.path().join("intel-rapl:0/energy_uj")).unwrap();
        assert_eq!(meters.stop(&start), []);
    }

    #[test]
    fn refusals_are_known_in_korean() {
        for kind in [ErrorKind::PermissionDenied, ErrorKind::NotFound] {
            let said = refusal(Path::new("/p/intel-rapl:0/energy_uj"), &kind.into());
            assert!(reports::reason::in_korean(&said).is_some(), "{said}");
        }
    }

    #[test]
    fn a_machine_without_the_tree_says_so() {
        let dir = tree("");
        assert!(reason(&dir, read).starts_with(": no intel-rapl here; this kernel or virtual"));
        let missing = find(Path::new("/nonexistent/powercap"), read).err();
        assert!(reports::reason::in_korean(&missing.unwrap()).is_some());
        let other = tree("intel-rapl/enabled 1\nintel-rapl-mmio:0/name package-0\ndtpm:0/name x");
        assert!(reason(&other, read).contains("no intel-rapl here"));
    }

    #[test]
    fn a_tree_for_root_alone_says_how_to_open_it() {
        fn denied(path: &Path) -> io::Result<String> {
            if path.ends_with("energy_uj") {
                return Err(ErrorKind::PermissionDenied.into());
            }
            read(path)
        }
        insta::assert_snapshot!(
            reason(&tree(INTEL), denied),
            @"/intel-rapl:0/energy_uj: permission denied, as for everyone but root: allow it until the next boot with `sudo chmod a+r /intel-rapl:*/energy_uj`, or run hanbench as root"
        );
    }

    #[test]
    fn one_counter_that_cannot_be_read_leaves_no_sum_of_the_others() {
        fn denied(path: &Path) -> io::Result<String> {
            if path.ends_with("intel-rapl:1:2/energy_uj") {
                return Err(ErrorKind::PermissionDenied.into());
            }
            read(path)
        }
        assert!(reason(&tree(INTEL), denied).starts_with("/intel-rapl:1:2/energy_uj: permission"));
        // The same without a stand-in: a directory where the file should be.
        let dir = tree(INTEL);
        let path = dir.path().join("intel-rapl:1/energy_uj");
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert!(reason(&dir, read).starts_with("/intel-rapl:1/energy_uj: cannot be read: "));
    }

    #[test]
    fn a_container_that_hides_the_files_is_named() {
        let dir = tree("intel-rapl:0/enabled 1");
        assert!(
            reason(&dir, read).starts_with("/intel-rapl:0/name: not there, though its zone is")
        );
    }

    #[test]
    fn broken_and_hostile_values_are_no_counters() {
        for (file, value, said) in [
            ("max_energy_range_uj", "0", "is 0; without the range"),
            ("max_energy_range_uj", "", "`` is no number of microjoules"),
            ("max_energy_range_uj", "-1", "`-1` is no number"),
            ("energy_uj", "1e9", "`1e9` is no number"),
            (
                "energy_uj",
                "99999999999999999999999",
                "`99999999999999999999999` is no number",
            ),
            ("energy_uj", "\u{1b}[31m1", "`\\u{1b}[31m1` is no number"),
        ] {
            let dir = tree(AMD);
            put(&dir, &format!("intel-rapl:0/{file}"), value);
            let reason = reason(&dir, read);
            assert!(
                reason.starts_with(&format!("/intel-rapl:0/{file}: ")) && reason.contains(said),
                "{reason}"
            );
        }
        let dir = tree(AMD);
        std::fs::remove_file(dir.path().join("intel-rapl:0/max_energy_range_uj")).unwrap();
        assert!(reason(&dir, read).starts_with("/intel-rapl:0/max_energy_range_uj: not there"));
        // A file without an end, and one that is not UTF-8.
        put(
            &dir,
            "intel-rapl:0/max_energy_range_uj",
            &"9".repeat(1 << 20),
        );
        assert!(reason(&dir, read).contains("is no number"));
        std::fs::write(dir.path().join("intel-rapl:0/energy_uj"), [0xff, 0xfe]).unwrap();
        assert!(reason(&dir, read).starts_with("/intel-rapl:0/energy_uj: cannot be read"));
    }

    #[test]
    fn names_that_are_no_packages_are_passed_over() {
        for name in [
            "psys",
            "package",
            "package-",
            "package-\u{1b}[31m",
            "package-x",
            "PACKAGE-0",
        ] {
            let dir = tree(AMD);
            put(&dir, "intel-rapl:0/name", name);
            assert!(
                reason(&dir, read).contains("no zone of intel-rapl is a processor package"),
                "{name:?}"
            );
        }
        let dir = tree(AMD);
        put(&dir, "intel-rapl:x/name", "package-1");
        put(&dir, "intel-rapl:1:/name", "package-1");
        put(&dir, "intel-rapl:99999999999/name", "package-1");
        assert_eq!(find(dir.path(), read).unwrap().len(), 1);
    }
}
