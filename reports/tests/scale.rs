//! A large run is rendered in little memory; the time it took is printed, and judged by people (`--nocapture`).

#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use reports::{record::Record, render, run_dir, sample, view};

/// Where the child finds the run and writes the report.
const DIRECTORY: &str = "HANBENCH_SCALE_DIRECTORY";
/// Twelve cells with so many answers each are 100,000 records and those of the other stages.
const N_ANSWERS: usize = 8_334;

fn write_run(dir: &Path) -> std::io::Result<usize> {
    let run = sample::answered(sample::run_dir(12, N_ANSWERS));
    fs::write(dir.join("run.json"), serde_json::to_vec(&run.info)?)?;
    let mut file = BufWriter::new(fs::File::create(dir.join("records.jsonl"))?);
    for record in &run.records {
        serde_json::to_writer::<_, Record>(&mut file, record)?;
        file.write_all(b"\n")?;
    }
    file.flush()?;
    Ok(run.records.len())
}

/// The number behind `name` in a file of `/proc/self`.
fn figure(file: &str, name: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/self/{file}")).unwrap();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Time that the threads of this process have run: on a quiet machine no less than it takes.
fn cpu_time() -> Duration {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let run = |task: fs::DirEntry| fs::read_to_string(task.path().join("schedstat")).ok();
    let first = |text: String| text.split(' ').next()?.parse::<u64>().ok();
    let times = tasks.flatten().filter_map(run).filter_map(first);
    Duration::from_nanos(times.sum())
}

#[test]
fn a_hundred_thousand_records_take_500_mb_at_most() {
    let dir = tempfile::tempdir().unwrap();
    let n_records = write_run(dir.path()).unwrap();
    assert!(n_records > 100_000);
    // In a process of its own, since this one has held the run.
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "renders_alone", "--ignored", "--nocapture"])
        .env(DIRECTORY, dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{said}");
    println!("{said}");
    let page = fs::metadata(dir.path().join("report.html")).unwrap().len();
    assert!(page < 10_000_000, "the page has {page} bytes");
}

#[test]
#[ignore = "the other test runs it in a process of its own"]
fn renders_alone() {
    let Some(dir) = std::env::var_os(DIRECTORY) else {
        return;
    };
    let (dir, started) = (Path::new(&dir), Instant::now());
    let run = run_dir::read(dir).unwrap();
    let read = started.elapsed();
    let report = view::build(vec![run]);
    let built = started.elapsed();
    render::render(&report, dir).unwrap();
    let took = started.elapsed();
    let peak = figure("status", "VmHWM:") * 1024;
    println!(
        "read {read:?}, built {built:?}, rendered {took:?}, on the processor {:?}, peak {peak} bytes",
        cpu_time()
    );
    assert!(peak < 500_000_000, "{peak} bytes");
}
