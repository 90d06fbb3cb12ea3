//! hanbench's own code: what it costs beside the engine.

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use eval::stages::log_softmax::log_softmax;
use reports::stats::{Sorted, median_interval};
use std::hint::black_box;

/// Llama 3's vocabulary.
const N_VOCAB: usize = 128_256;

fn log_softmax_of_a_large_vocabulary(criterion: &mut Criterion) {
    let logits: Vec<f32> = (0..N_VOCAB)
        .map(|i| (i as f32 * 0.37).sin() * 12.0)
        .collect();
    let mut group = criterion.benchmark_group("log_softmax");
    group.throughput(Throughput::Elements(N_VOCAB as u64));
    group.bench_function("128256", |bencher| {
        bencher.iter(|| black_box(log_softmax(black_box(&logits), 17)));
    });
}

fn text_measures(criterion: &mut Criterion) {
    let questions = datasets::load_questions("quick")
        .expect("embedded")
        .questions;
    let question = &questions[0];
    let answer = question.reference.clone().unwrap_or_default().repeat(8);
    let mut group = criterion.benchmark_group("text_measures");
    group.throughput(Throughput::Bytes(answer.len() as u64));
    group.bench_function("answer", |bencher| {
        bencher.iter(|| black_box(eval::measures::measure(question, black_box(&answer))));
    });
}

fn statistics(criterion: &mut Criterion) {
    let samples = (0..1000)
        .map(|i| 50.0 + (f64::from(i) * 0.73).sin())
        .collect();
    let samples = Sorted::new(samples).expect("there are samples");
    let mut group = criterion.benchmark_group("statistics");
    group.bench_function("median_interval/1000", |bencher| {
        bencher.iter(|| black_box(median_interval(black_box(&samples))));
    });
}

fn render_report(criterion: &mut Criterion) {
    let run = reports::sample::run_dir(12, 20);
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut group = criterion.benchmark_group("render_report");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.bench_function("12 cells, 20 answers each", |bencher| {
        bencher.iter(|| {
            let report = reports::view::build(vec![run.clone()]);
            reports::render::render(&report, dir.path()).expect("rendered")
        });
    });
}

criterion_group!(
    benches,
    log_softmax_of_a_large_vocabulary,
    text_measures,
    statistics,
    render_report
);
criterion_main!(benches);
