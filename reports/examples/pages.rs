//! placeholder
fn main() {
    let dir = std::path::PathBuf::from(std::env::args().nth(1).expect("a directory"));
    let report = reports::sample::report(12, 200);
    let t = std::time::Instant::now();
    reports::render::render(&report, &dir).unwrap();
    eprintln!("{:?}", t.elapsed());
}
