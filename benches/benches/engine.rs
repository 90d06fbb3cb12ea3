//! `load`, `tokenize`, `prefill` and `decode` of real model files, with throughput in tokens.

use benches::{Benched, models};
use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use eval::engine::{
    DEFAULT_GPU_LAYERS, Engine, Model, Row, Session, SessionSpec, Setup, llama::Llama,
};
use eval::runner::machine::physical_cores;
use std::hint::black_box;
use std::time::{Duration, Instant};

const PROMPT: u32 = 128;
const GENERATED: u32 = 16;

fn engine(criterion: &mut Criterion) {
    let engine = Llama::new().expect("llama.cpp is initialised once here");
    let models = models(&engine).unwrap_or_else(|error| panic!("{error}"));
    let open = |model: &Benched| {
        engine
            .load(
                &model.path,
                Setup {
                    n_gpu_layers: DEFAULT_GPU_LAYERS,
                    ..Setup::default()
                },
            )
            .unwrap_or_else(|error| panic!("{error}"))
    };
    load(criterion, &models, &open);
    for benched in &models {
        let model = open(benched);
        tokenize(criterion, benched, model.as_ref());
        prefill(criterion, benched, model.as_ref());
        decode(criterion, benched, model.as_ref());
    }
}

fn load<'e>(
    criterion: &mut Criterion,
    models: &[Benched],
    open: &dyn Fn(&Benched) -> Box<dyn Model + 'e>,
) {
    let mut group = criterion.benchmark_group("load");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    for benched in models {
        let bytes = std::fs::metadata(&benched.path).map_or(0, |file| file.len());
        group.throughput(Throughput::Bytes(bytes));
        group.bench_function(&benched.name, |bencher| {
            // Only one copy at a time, and freeing it is not loading.
            bencher.iter_custom(|n| {
                let mut loading = Duration::ZERO;
                for _ in 0..n {
                    let start = Instant::now();
                    let model = open(benched);
                    loading += start.elapsed();
                    drop(model);
                }
                loading
            });
        });
    }
}

fn tokenize(criterion: &mut Criterion, benched: &Benched, model: &dyn Model) {
    let corpus = datasets::load_corpus("held-out").expect("embedded");
    let text = &corpus.texts[0].bytes;
    let n_tokens = model.tokenize(text, true, false).len();
    let mut group = criterion.benchmark_group("tokenize");
    group.throughput(Throughput::Elements(n_tokens as u64));
    group.bench_function(&benched.name, |bencher| {
        bencher.iter(|| black_box(model.tokenize(text, true, false)));
    });
}

fn session(model: &dyn Model) -> Box<dyn Session + '_> {
    let spec = SessionSpec {
        n_ctx: 256,
        n_seq: 1,
        n_batch: PROMPT,
        n_ubatch: PROMPT,
        n_outputs: 1,
        n_threads: physical_cores(),
    };
    model
        .session(&spec)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn row(model: &dyn Model, pos: u32, logits: bool) -> Row {
    let token = (pos * 7919 % model.n_vocab() as u32) as i32;
    Row {
        token,
        pos,
        seq: 0,
        logits,
    }
}

fn prefill(criterion: &mut Criterion, benched: &Benched, model: &dyn Model) {
    let mut session = session(model);
    let rows: Vec<Row> = (0..PROMPT)
        .map(|pos| row(model, pos, pos + 1 == PROMPT))
        .collect();
    let mut group = criterion.benchmark_group("prefill");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.measurement_time(Duration::from_secs(10));
    group.throughput(Throughput::Elements(PROMPT.into()));
    group.bench_function(&benched.name, |bencher| {
        bencher.iter(|| {
            session.truncate(0, 0);
            session.decode(&rows).expect("the batch fits");
            session.synchronize();
        });
    });
}

fn decode(criterion: &mut Criterion, benched: &Benched, model: &dyn Model) {
    let mut session = session(model);
    let mut group = criterion.benchmark_group("decode");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.measurement_time(Duration::from_secs(10));
    group.throughput(Throughput::Elements(GENERATED.into()));
    group.bench_function(&benched.name, |bencher| {
        bencher.iter(|| {
            session.truncate(0, 0);
            for pos in 0..GENERATED {
                session
                    .decode(&[row(model, pos, true)])
                    .expect("the batch fits");
                session.synchronize();
            }
        });
    });
}

criterion_group!(benches, engine);
criterion_main!(benches);
