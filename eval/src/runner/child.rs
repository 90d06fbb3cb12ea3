//! A child process: a loop over requests, from the parent's pipe to the engine and back.
//!
//! The borrow of a context from its model makes three nested loops: without a model, with a model,
//! with a context for speed tests. A request that an inner loop does not know ends it and goes to
//! the one around it.

use super::protocol::{Reply, Request};
use crate::energy::Meters;
use crate::engine::{
    Engine, Error, Model, SessionSpec, Setup, Watched, clock, facts, llama, os, sha256, synthetic,
};
use crate::facts::fertility;
use crate::lineage;
use crate::numbers;
use crate::stages::activations::Looked;
use crate::stages::fidelity::{self, Comparison, Event};
use crate::stages::{activations, answers, perplexity, speed};
use reports::record::{Fact, Memory, Speed, Stage, Test, Warning};
use std::io::{BufRead, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// Loads are repeated only while they have taken less than this in all.
const LOAD_BUDGET: Duration = Duration::from_secs(2);

/// Serves requests until the parent closes the pipe.
///
/// # Errors
/// The pipe broke or a request could not be read; there is nobody left to tell.
pub fn serve(engine: &dyn Engine, from: impl BufRead, to: impl Write) -> std::io::Result<()> {
    let mut pipe = Pipe {
        lines: from.lines(),
        to,
        engine_ns: clock::inside_ns(),
        pending: None,
    };
    while let Some(request) = pipe.next()? {
        match request {
            Request::Load {
                path,
                setup,
                repetitions,
            } => match load(engine, &path, setup, repetitions, &mut pipe)? {
                Ok(model) => {
                    pipe.done(Ok(()))?;
                    with_model(model.as_ref(), &mut pipe)?;
                }
                Err(error) => pipe.done(Err(error))?,
            },
            request => {
                let answer = without_model(engine, request, &mut pipe)?;
                pipe.done(answer)?;
            }
        }
    }
    Ok(())
}

type Answered = std::io::Result<Result<(), Error>>;

fn without_model<R: BufRead, W: Write>(
    engine: &dyn Engine,
    request: Request,
    pipe: &mut Pipe<R, W>,
) -> Answered {
    let reply = match request {
        Request::Info => Ok(Reply::Engine {
            info: engine.info(),
            accelerators: llama::accelerators()
                .into_iter()
                .map(|(_, name)| name)
                .collect(),
        }),
        Request::Describe { path } => engine.describe(&path).map(|file| Reply::Described { file }),
        Request::Hash { path } => return hash(&path, pipe),
        Request::Facts { path } => facts::read(&path).map(|facts| Reply::Facts {
            facts: Box::new(facts),
        }),
        Request::Fertility { path } => engine.vocabulary(&path).and_then(|vocabulary| {
            Ok(Reply::Fertility {
                fertility: fertility::of(vocabulary.as_ref())?,
                adds_bos: vocabulary.adds_bos(),
                adds_eos: vocabulary.adds_eos(),
            })
        }),
        Request::Numbers { path } => return scan(&path, pipe),
        Request::Generate { to, plan } => return generate(engine, &to, &plan, pipe),
        Request::Lineage { a, b } => lineage::compare(&a, &b).map(|related| Reply::Related {
            related: Box::new(related),
        }),
        Request::Fidelity { comparison } => return compare(engine, &comparison, pipe),
        Request::Activations {
            path,
            setup,
            looked,
        } => {
            return match engine.watch(&path, setup, &looked.spec()) {
                Ok(mut model) => look(model.as_mut(), &looked, pipe),
                Err(error) => Ok(Err(error)),
            };
        }
        Request::Predict { path, setup, specs } => engine
            .predict(&path, setup, &specs)
            .map(|predictions| Reply::Predicted { predictions }),
        Request::Convert {
            from,
            to,
            precision,
            n_threads,
        } => engine
            .convert(&from, &to, &precision, n_threads)
            .map(|n_fallbacks| Reply::Converted { n_fallbacks }),
        _ => Err(Error("no model is loaded".into())),
    };
    match reply {
        Ok(reply) => pipe.say(&reply).map(Ok),
        Err(error) => Ok(Err(error)),
    }
}

fn hash<R: BufRead, W: Write>(path: &Path, pipe: &mut Pipe<R, W>) -> Answered {
    let mut broken = Ok(());
    let hashed = sha256(path, &mut |done, total| {
        let said = pipe.progress_in_mib(done, total);
        if broken.is_ok() {
            broken = said;
        }
    });
    broken?;
    match hashed {
        Ok(sha256) => pipe.say(&Reply::Hashed { sha256 }).map(Ok),
        Err(error) => Ok(Err(error)),
    }
}

fn generate<R: BufRead, W: Write>(
    engine: &dyn Engine,
    to: &Path,
    plan: &synthetic::Plan,
    pipe: &mut Pipe<R, W>,
) -> Answered {
    let mut broken = Ok(());
    let written = engine.generate(to, plan, &mut |done, total| {
        let said = pipe.progress_in_mib(done, total);
        if broken.is_ok() {
            broken = said;
        }
    });
    broken?;
    match written {
        Ok(n_fallbacks) => pipe.say(&Reply::Converted { n_fallbacks }).map(Ok),
        Err(error) => Ok(Err(error)),
    }
}

fn scan<R: BufRead, W: Write>(path: &Path, pipe: &mut Pipe<R, W>) -> Answered {
    let mut broken = Ok(());
    let scanned = numbers::scan(path, &mut |done, total| {
        let said = pipe.progress_in_mib(done, total);
        if broken.is_ok() {
            broken = said;
        }
    });
    broken?;
    match scanned {
        Ok(scanned) => pipe
            .say(&Reply::Numbers {
                scanned: Box::new(scanned),
            })
            .map(Ok),
        Err(error) => Ok(Err(error)),
    }
}

fn compare<R: BufRead, W: Write>(
    engine: &dyn Engine,
    comparison: &Comparison,
    pipe: &mut Pipe<R, W>,
) -> Answered {
    let mut broken = Ok(());
    let compared = fidelity::run(engine, comparison, &mut |event| {
        let said = match event {
            Event::Fact(fact) => pipe.fact(fact),
            Event::Progress(done, total) => pipe.say(&Reply::Progress { done, total }),
        };
        if broken.is_ok() {
            broken = said;
        }
    });
    broken.map(|()| compared)
}

fn look<R: BufRead, W: Write>(
    model: &mut dyn Watched,
    looked: &Looked,
    pipe: &mut Pipe<R, W>,
) -> Answered {
    let mut first_failure = Ok(());
    for corpus in &looked.corpora {
        let corpus = match datasets::load_corpus(corpus) {
            Ok(corpus) => corpus,
            Err(error) => return Ok(Err(Error(error.to_string()))),
        };
        for text in &corpus.texts {
            let mut broken = Ok(());
            let answer = activations::look(model, text, looked, &mut |done, total| {
                let said = pipe.say(&Reply::Progress { done, total });
                if broken.is_ok() {
                    broken = said;
                }
            });
            broken?;
            settle(answer, &mut first_failure, Stage::Numbers, pipe)?;
        }
    }
    for range in model.seen() {
        pipe.fact(Fact::Activation(range))?;
    }
    Ok(first_failure)
}

/// A text that is too short is no reason to leave out the others: what went wrong first is the failure
/// of them all, and the rest are warnings.
fn settle<R: BufRead, W: Write>(
    answer: Result<(), Error>,
    first_failure: &mut Result<(), Error>,
    stage: Stage,
    pipe: &mut Pipe<R, W>,
) -> std::io::Result<()> {
    match answer {
        Err(error) if first_failure.is_err() => pipe.fact(Fact::Warning(Warning {
            stage,
            text: error.0,
        })),
        Err(error) => {
            *first_failure = Err(error);
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

fn load<'e, R: BufRead, W: Write>(
    engine: &'e dyn Engine,
    path: &Path,
    setup: Setup,
    repetitions: u32,
    pipe: &mut Pipe<R, W>,
) -> std::io::Result<Result<Box<dyn Model + 'e>, Error>> {
    let begun = Instant::now();
    let mut rep = 0;
    loop {
        let page_cache_share = os::page_cache_share(path);
        let start = Instant::now();
        let model = match engine.load(path, setup) {
            Ok(model) => model,
            Err(error) => return Ok(Err(error)),
        };
        let elapsed_ns = start.elapsed().as_nanos() as u64;
        pipe.fact(Fact::Speed(Speed {
            test: Test::Load,
            n_prompt: 0,
            n_gen: 0,
            n_depth: 0,
            n_seq: 1,
            rep,
            elapsed_ns,
            page_cache_share,
            joules: Vec::new(),
        }))?;
        rep += 1;
        if rep >= repetitions || begun.elapsed() > LOAD_BUDGET {
            return Ok(Ok(model));
        }
    }
}

fn with_model<R: BufRead, W: Write>(
    model: &dyn Model,
    pipe: &mut Pipe<R, W>,
) -> std::io::Result<()> {
    let mut meters = Meters::none();
    while let Some(request) = pipe.next()? {
        match request {
            Request::Meters { powercap } => {
                meters = Meters::find(&powercap);
                for meter in meters.idle() {
                    pipe.fact(Fact::Meter(meter))?;
                }
                pipe.done(Ok(()))?;
            }
            Request::Open { spec } => match model.session(&spec) {
                Ok(session) => {
                    pipe.done(Ok(()))?;
                    let bench = speed::Bench::new(session, &spec, model.n_vocab(), &meters);
                    with_bench(bench, pipe)?;
                }
                Err(error) => pipe.done(Err(error))?,
            },
            Request::Close => pipe.done(Ok(()))?,
            Request::Memory {
                spec,
                predicted_bytes,
            } => {
                pipe.fact(Fact::Memory(memory(model, &spec, predicted_bytes)))?;
                pipe.done(Ok(()))?;
            }
            Request::Perplexity {
                corpus,
                n_ctx,
                max_chunks,
                n_threads,
            } => {
                let spec = perplexity::session_spec(n_ctx, max_chunks, n_threads);
                let answer = score_corpus(model, &corpus, &spec, max_chunks, pipe)?;
                pipe.done(answer)?;
            }
            Request::Answers {
                questions,
                suite,
                as_ollama,
                n_threads,
            } => {
                let total = questions.len() as u32;
                let mut broken = Ok(());
                let mut done = 0;
                let as_ollama = as_ollama.as_deref();
                let mut emit = |answer| {
                    done += 1;
                    let said = pipe
                        .fact(Fact::Answer(Box::new(answer)))
                        .and_then(|()| pipe.say(&Reply::Progress { done, total }));
                    if broken.is_ok() {
                        broken = said;
                    }
                };
                let answer =
                    answers::ask(model, &questions, &suite, as_ollama, n_threads, &mut emit);
                broken?;
                pipe.done(answer)?;
            }
            other => return pipe.put_back(other),
        }
    }
    Ok(())
}

fn with_bench<R: BufRead, W: Write>(
    mut bench: speed::Bench<'_>,
    pipe: &mut Pipe<R, W>,
) -> std::io::Result<()> {
    while let Some(request) = pipe.next()? {
        match request {
            Request::Warm { test } => {
                let answer = bench.warm_up(&test);
                pipe.done(answer)?;
            }
            Request::Repeat { test, rep } => match bench.repeat(&test, rep) {
                Ok(speed) => {
                    pipe.fact(Fact::Speed(speed))?;
                    pipe.done(Ok(()))?;
                }
                Err(error) => pipe.done(Err(error))?,
            },
            other => return pipe.put_back(other),
        }
    }
    Ok(())
}

fn score_corpus<R: BufRead, W: Write>(
    model: &dyn Model,
    name: &str,
    spec: &SessionSpec,
    max_chunks: Option<u32>,
    pipe: &mut Pipe<R, W>,
) -> Answered {
    let corpus = match datasets::load_corpus(name) {
        Ok(corpus) => corpus,
        Err(error) => return Ok(Err(Error(error.to_string()))),
    };
    let mut session = match model.session(spec) {
        Ok(session) => session,
        Err(error) => return Ok(Err(error)),
    };
    let mut first_failure = Ok(());
    for text in &corpus.texts {
        let scored = perplexity::Scored {
            corpus: &corpus.name,
            text: &text.name,
            bytes: &text.bytes,
            max_chunks,
        };
        let mut broken = Ok(());
        let answer = perplexity::score(
            model,
            session.as_mut(),
            &scored,
            spec,
            &mut |chunk, total| {
                let done = chunk.chunk + 1;
                let said = pipe
                    .fact(Fact::Perplexity(chunk))
                    .and_then(|()| pipe.say(&Reply::Progress { done, total }));
                if broken.is_ok() {
                    broken = said;
                }
            },
        );
        broken?;
        settle(answer, &mut first_failure, Stage::Perplexity, pipe)?;
    }
    Ok(first_failure)
}

fn memory(model: &dyn Model, spec: &SessionSpec, predicted_bytes: Option<u64>) -> Memory {
    let buffers = model.buffers();
    let process = os::process_memory();
    Memory {
        n_ctx: spec.n_ctx,
        n_seq: spec.n_seq,
        model_bytes: Some(buffers.model_bytes),
        kv_bytes: Some(buffers.kv_bytes),
        compute_bytes: Some(buffers.compute_bytes),
        predicted_bytes,
        peak_rss_bytes: process.peak_rss_bytes,
        rss_anon_bytes: process.rss_anon_bytes,
        rss_file_bytes: process.rss_file_bytes,
        gpu_bytes: model.device_bytes(),
    }
}

/// The two ends of the pipe to the parent.
struct Pipe<R, W> {
    lines: std::io::Lines<R>,
    to: W,
    /// Engine time that has been reported.
    engine_ns: u64,
    /// A request that an inner loop left to the one around it.
    pending: Option<Request>,
}

impl<R: BufRead, W: Write> Pipe<R, W> {
    fn next(&mut self) -> std::io::Result<Option<Request>> {
        if let Some(request) = self.pending.take() {
            return Ok(Some(request));
        }
        let Some(line) = self.lines.next() else {
            return Ok(None);
        };
        serde_json::from_str(&line?)
            .map(Some)
            .map_err(std::io::Error::other)
    }

    fn put_back(&mut self, request: Request) -> std::io::Result<()> {
        self.pending = Some(request);
        Ok(())
    }

    fn say(&mut self, reply: &Reply) -> std::io::Result<()> {
        let mut line = serde_json::to_vec(reply)?;
        line.push(b'\n');
        self.to.write_all(&line)?;
        self.to.flush()
    }

    /// In MiB, since a step is a 32-bit number.
    fn progress_in_mib(&mut self, done: u64, total: u64) -> std::io::Result<()> {
        self.say(&Reply::Progress {
            done: (done >> 20) as u32,
            total: (total >> 20) as u32,
        })
    }

    fn fact(&mut self, fact: Fact) -> std::io::Result<()> {
        self.say(&Reply::Fact { fact })
    }

    fn done(&mut self, answer: Result<(), Error>) -> std::io::Result<()> {
        let now = clock::inside_ns();
        let engine_ns = now - std::mem::replace(&mut self.engine_ns, now);
        self.say(&match answer {
            Ok(()) => Reply::Done { engine_ns },
            Err(Error(reason)) => Reply::Failed { reason, engine_ns },
        })
    }
}
