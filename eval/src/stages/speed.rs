//! Prefill and decode speed, as llama-bench measures them.

use crate::energy::Meters;
use crate::engine::{Error, Row, Session, SessionSpec};
use datasets::SpeedSuite;
use reports::record::{Joules, Speed, Test};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// llama.cpp's defaults, which llama-bench uses too.
const N_BATCH: u32 = 2048;
const N_UBATCH: u32 = 512;

/// Before the clock starts, threads of another process that were still spinning at the end of its
/// turn get time to go to sleep.
const SETTLE: Duration = Duration::from_millis(5);

/// What is timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpeedTest {
    /// Prefill or decode.
    pub test: Test,
    /// Prompt tokens, 0 for decode.
    pub n_prompt: u32,
    /// Tokens generated per sequence, 0 for prefill.
    pub n_gen: u32,
    /// Tokens in the KV cache of each sequence before.
    pub n_depth: u32,
    /// Sequences.
    pub n_seq: u32,
}

/// Tests that share a context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpeedGroup {
    /// The context.
    pub spec: SessionSpec,
    /// What is timed in it, in order of depth, so that a shorter history is never rebuilt.
    pub tests: Vec<SpeedTest>,
}

/// The tests that a suite asks for: one group for each number of parallel sequences.
#[must_use]
pub fn plan(suite: &SpeedSuite, n_threads: u32) -> Vec<SpeedGroup> {
    let mut counts = suite.parallel.clone();
    counts.push(1); // prefill is measured with one sequence, even where decode is not
    counts.sort_unstable();
    counts.dedup();
    counts
        .into_iter()
        .filter_map(|n_seq| group(suite, n_seq, n_threads))
        .collect()
}

fn group(suite: &SpeedSuite, n_seq: u32, n_threads: u32) -> Option<SpeedGroup> {
    let mut depths = suite.n_depth.clone();
    depths.sort_unstable();
    depths.dedup();
    let mut tests = Vec::new();
    for n_depth in depths {
        if n_seq == 1 {
            tests.extend(suite.n_prompt.iter().map(|&n_prompt| SpeedTest {
                test: Test::Prefill,
                n_prompt,
                n_gen: 0,
                n_depth,
                n_seq,
            }));
        }
        if suite.parallel.contains(&n_seq) {
            tests.extend(suite.n_gen.iter().map(|&n_gen| SpeedTest {
                test: Test::Decode,
                n_prompt: 0,
                n_gen,
                n_depth,
                n_seq,
            }));
        }
    }
    let longest = tests
        .iter()
        .map(|test| test.n_depth + test.n_prompt + test.n_gen)
        .max()?;
    // Room for larger batches than there will be would be reserved and never touched.
    let widest = tests
        .iter()
        .map(|test| test.n_depth.max(test.n_prompt).max(n_seq))
        .max()?;
    let spec = SessionSpec {
        // llama.cpp gives each sequence a multiple of 256.
        n_ctx: longest.next_multiple_of(256) * n_seq,
        n_seq,
        n_batch: N_BATCH.min(widest),
        n_ubatch: N_UBATCH.min(widest),
        n_outputs: n_seq,
        n_threads,
    };
    Some(SpeedGroup { spec, tests })
}

/// A session with the number of tokens that each of its sequences holds.
pub struct Bench<'s> {
    session: Box<dyn Session + 's>,
    meters: &'s Meters,
    n_vocab: u32,
    n_batch: u32,
    n_seq: u32,
    held: u32,
    random: u64,
}

impl<'s> Bench<'s> {
    /// A bench over a fresh session; `meters` are read around the timed part.
    #[must_use]
    pub fn new(
        session: Box<dyn Session + 's>,
        spec: &SessionSpec,
        n_vocab: usize,
        meters: &'s Meters,
    ) -> Self {
        Self {
            session,
            meters,
            n_vocab: n_vocab as u32,
            n_batch: spec.n_batch,
            n_seq: spec.n_seq,
            held: 0,
            random: 0x2545_f491_4f6c_dd1d,
        }
    }

    /// Evaluates the full shape once without timing: weights are touched, graphs are built and
    /// threads are started before the first repetition.
    ///
    /// # Errors
    /// An engine failure.
    pub fn warm_up(&mut self, test: &SpeedTest) -> Result<(), Error> {
        self.run(test).map(|_| ())
    }

    /// One timed repetition, number `rep`.
    ///
    /// # Errors
    /// An engine failure.
    pub fn repeat(&mut self, test: &SpeedTest, rep: u32) -> Result<Speed, Error> {
        let (elapsed, joules) = self.run(test)?;
        Ok(Speed {
            test: test.test,
            n_prompt: test.n_prompt,
            n_gen: test.n_gen,
            n_depth: test.n_depth,
            n_seq: test.n_seq,
            rep,
            elapsed_ns: elapsed.as_nanos() as u64,
            page_cache_share: None,
            joules,
        })
    }

    fn run(&mut self, test: &SpeedTest) -> Result<(Duration, Vec<Joules>), Error> {
        self.hold(test.n_depth)?;
        self.session.synchronize();
        std::thread::sleep(SETTLE);
        let counters = self.meters.start();
        let start = Instant::now();
        match test.test {
            Test::Decode => self.decode(test.n_gen)?,
            Test::Prefill | Test::Load => self.prefill(test.n_prompt)?,
        }
        self.session.synchronize();
        let elapsed = start.elapsed();
        Ok((elapsed, self.meters.stop(&counters)))
    }

    /// Brings every sequence to `depth` tokens.
    fn hold(&mut self, depth: u32) -> Result<(), Error> {
        let cut =
            self.held >= depth && (0..self.n_seq).all(|seq| self.session.truncate(seq, depth));
        if cut {
            self.held = depth;
            return Ok(());
        }
        self.session.clear();
        self.held = 0;
        self.prefill(depth)
    }

    /// Evaluates `n` more random tokens in every sequence, `n_batch` at a time; only the last one's
    /// logits are asked for, as in llama-bench.
    fn prefill(&mut self, n: u32) -> Result<(), Error> {
        let begin = self.held;
        for seq in 0..self.n_seq {
            let mut done = 0;
            while done < n {
                let count = (n - done).min(self.n_batch);
                let rows: Vec<Row> = (0..count)
                    .map(|i| Row {
                        token: self.token(),
                        pos: begin + done + i,
                        seq,
                        logits: i + 1 == count,
                    })
                    .collect();
                self.session.decode(&rows)?;
                done += count;
            }
        }
        self.held = begin + n;
        Ok(())
    }

    /// Evaluates `n` random tokens one after another, in all sequences at once.
    fn decode(&mut self, n: u32) -> Result<(), Error> {
        let mut rows = Vec::with_capacity(self.n_seq as usize);
        for _ in 0..n {
            rows.clear();
            for seq in 0..self.n_seq {
                let token = self.token();
                rows.push(Row {
                    token,
                    pos: self.held,
                    seq,
                    logits: true,
                });
            }
            self.session.decode(&rows)?;
            self.session.synchronize();
            self.held += 1;
        }
        Ok(())
    }

    /// A random token id (xorshift).
    fn token(&mut self) -> i32 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        ((self.random >> 32) as u32 % self.n_vocab) as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine, Setup, mock::Mock};

    fn suite() -> SpeedSuite {
        SpeedSuite {
            n_prompt: vec![128, 512],
            n_gen: vec![32],
            n_depth: vec![512, 0],
            parallel: vec![1, 4],
            repetitions: 3,
        }
    }

    #[test]
    fn one_group_for_each_number_of_sequences() {
        let groups = plan(&suite(), 2);
        let shapes: Vec<_> = groups
            .iter()
            .map(|g| (g.spec.n_seq, g.spec.n_ctx))
            .collect();
        assert_eq!(shapes, [(1, 1024), (4, 768 * 4)]);
        assert_eq!(groups[0].tests.len(), 6);
        assert!(groups[1].tests.iter().all(|test| test.test == Test::Decode));
        assert!(groups[0].tests.is_sorted_by_key(|test| test.n_depth));
    }

    #[test]
    fn prefill_is_measured_alone_even_where_decode_is_not() {
        let only_eight = SpeedSuite {
            parallel: vec![8],
            ..suite()
        };
        let groups = plan(&only_eight, 2);
        assert!(
            groups[0]
                .tests
                .iter()
                .all(|test| test.test == Test::Prefill)
        );
        assert_eq!(groups[1].spec.n_seq, 8);
    }

    /// A session whose machine spends one joule a token.
    struct Spending<'s> {
        session: Box<dyn Session + 's>,
        energy_uj: std::path::PathBuf,
        tokens: usize,
    }

    impl Session for Spending<'_> {
        fn decode(&mut self, rows: &[Row]) -> Result<(), Error> {
            self.tokens += rows.len();
            std::fs::write(&self.energy_uj, format!("{}\n", self.tokens * 1_000_000)).unwrap();
            self.session.decode(rows)
        }
        fn logits(&self, row: usize) -> Result<&[f32], Error> {
            self.session.logits(row)
        }
        fn synchronize(&self) {}
        fn clear(&mut self) {
            self.session.clear();
        }
        fn truncate(&mut self, _: u32, _: u32) -> bool {
            false // so that the depth is evaluated anew before each repetition
        }
    }

    #[test]
    fn the_energy_is_that_of_the_timed_part_only() {
        let powercap = tempfile::tempdir().unwrap();
        let zone = powercap.path().join("intel-rapl:0");
        std::fs::create_dir(&zone).unwrap();
        for (file, value) in [
            ("name", "package-0"),
            ("energy_uj", "0"),
            ("max_energy_range_uj", "65532610987"),
        ] {
            std::fs::write(zone.join(file), value).unwrap();
        }
        let meters = Meters::find(powercap.path());
        let file = tempfile::NamedTempFile::new().unwrap();
        let model = Mock.load(file.path(), Setup::default()).unwrap();
        for SpeedGroup { spec, tests } in plan(&suite(), 1) {
            let session = Box::new(Spending {
                session: model.session(&spec).unwrap(),
                energy_uj: zone.join("energy_uj"),
                tokens: 0,
            });
            let mut bench = Bench::new(session, &spec, model.n_vocab(), &meters);
            for test in tests {
                bench.warm_up(&test).unwrap();
                let speed = bench.repeat(&test, 0).unwrap();
                let found = speed
                    .joules
                    .iter()
                    .find(|found| found.source == "rapl:package-0");
                let tokens = (test.n_prompt + test.n_gen) * spec.n_seq;
                assert_eq!(found.unwrap().joules, f64::from(tokens), "{test:?}");
            }
        }
    }

    #[test]
    fn every_repetition_begins_at_its_depth() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let model = Mock.load(file.path(), Setup::default()).unwrap();
        let meters = Meters::none();
        for SpeedGroup { spec, tests } in plan(&suite(), 1) {
            let session = model.session(&spec).unwrap();
            let mut bench = Bench::new(session, &spec, model.n_vocab(), &meters);
            for test in tests {
                bench.warm_up(&test).unwrap();
                let speed = bench.repeat(&test, 7).unwrap();
                assert_eq!(
                    (speed.rep, speed.n_depth, speed.n_seq),
                    (7, test.n_depth, spec.n_seq)
                );
                assert_eq!(bench.held, test.n_depth + test.n_prompt + test.n_gen);
                assert!(speed.elapsed_ns > 0);
            }
        }
    }
}
