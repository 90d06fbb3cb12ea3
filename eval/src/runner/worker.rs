//! The parent's side of one child process.

use super::protocol::{Reply, Request};
use reports::record::Fact;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How often a wait looks whether Ctrl-C was pressed.
const GLANCE: Duration = Duration::from_millis(50);

/// Lines of a child's stderr that are kept to explain its death.
const KEPT_LINES: usize = 20;

/// How a request ended other than well.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The child said why it could not; it goes on.
    #[error("{0}")]
    Failed(String),
    /// The child died.
    #[error("{0}")]
    Died(String),
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
    /// What was measured could not be kept.
    #[error("{0}")]
    NotKept(String),
}

/// How children are started.
#[derive(Debug, Clone)]
pub struct Nursery {
    /// Which engine they use: `llama` or `mock`.
    pub engine: String,
    /// Set by Ctrl-C.
    pub interrupted: Arc<AtomicBool>,
}

/// A running child.
pub struct Worker {
    child: Child,
    stdin: Option<ChildStdin>,
    replies: Receiver<Reply>,
    last_words: Arc<Mutex<VecDeque<String>>>,
    interrupted: Arc<AtomicBool>,
    /// Time that its requests spent inside the engine, in nanoseconds.
    pub engine_ns: u64,
}

impl Nursery {
    /// Starts a child of this very binary.
    ///
    /// # Errors
    /// The system cannot start a process.
    pub fn spawn(&self) -> Result<Worker, Trouble> {
        self.spawn_with(&[])
    }

    /// Starts a child whose threads sleep while they wait for one another. Where a batch is evaluated
    /// node by node they wait often, and spinning, as they do by default, takes several times as long
    /// as soon as something else wants the cores. Nothing is to be timed in it.
    ///
    /// # Errors
    /// The system cannot start a process.
    pub fn spawn_patient(&self) -> Result<Worker, Trouble> {
        self.spawn_with(&[("OMP_WAIT_POLICY", "passive")])
    }

    fn spawn_with(&self, environment: &[(&str, &str)]) -> Result<Worker, Trouble> {
        let start = || -> std::io::Result<Worker> {
            let mut child = Command::new(std::env::current_exe()?)
                .args(["worker", "--engine", &self.engine])
                // A crash inside ggml would otherwise look for a debugger first.
                .env("GGML_NO_BACKTRACE", "1")
                .envs(environment.iter().copied())
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()?;
            let stdout = child.stdout.take().expect("piped above");
            let stderr = child.stderr.take().expect("piped above");
            let last_words = Arc::new(Mutex::new(VecDeque::new()));
            keep_last_words(stderr, Arc::clone(&last_words));
            Ok(Worker {
                stdin: child.stdin.take(),
                replies: listen(stdout),
                child,
                last_words,
                interrupted: Arc::clone(&self.interrupted),
                engine_ns: 0,
            })
        };
        start()
            .map_err(|error| Trouble::Died(format!("a child process cannot be started: {error}")))
    }
}

impl Worker {
    /// Sends a request and hands every reply but the last to `hear`, until the child is done.
    ///
    /// # Errors
    /// See [`Trouble`]; after anything but `Failed` the child is gone.
    pub fn ask(
        &mut self,
        request: &Request,
        hear: &mut dyn FnMut(Reply) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        let mut line = serde_json::to_vec(request).expect("requests are plain data");
        line.push(b'\n');
        let sent = self
            .stdin
            .as_mut()
            .is_some_and(|stdin| stdin.write_all(&line).is_ok());
        if !sent {
            return Err(self.death());
        }
        loop {
            match self.next()? {
                Reply::Done { engine_ns } => {
                    self.engine_ns += engine_ns;
                    return Ok(());
                }
                Reply::Failed { reason, engine_ns } => {
                    self.engine_ns += engine_ns;
                    return Err(Trouble::Failed(reason));
                }
                reply => hear(reply)?,
            }
        }
    }

    /// [`Worker::ask`] for a request whose facts alone matter.
    ///
    /// # Errors
    /// As [`Worker::ask`].
    pub fn measure(
        &mut self,
        request: &Request,
        keep: &mut dyn FnMut(Fact) -> Result<(), Trouble>,
        progress: &mut dyn FnMut(u32, u32),
    ) -> Result<(), Trouble> {
        self.ask(request, &mut |reply| match reply {
            Reply::Fact { fact } => keep(fact),
            Reply::Numbers { scanned } => scanned.into_facts().try_for_each(&mut *keep),
            Reply::Progress { done, total } => {
                progress(done, total);
                Ok(())
            }
            _ => Ok(()),
        })
    }

    fn next(&mut self) -> Result<Reply, Trouble> {
        loop {
            if self.interrupted.load(Ordering::Relaxed) {
                self.kill();
                return Err(Trouble::Interrupted);
            }
            match self.replies.recv_timeout(GLANCE) {
                Ok(reply) => return Ok(reply),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(self.death()),
            }
        }
    }

    fn kill(&mut self) {
        // Either may fail only because the child is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Why the child died, as far as the system and its last words tell.
    fn death(&mut self) -> Trouble {
        self.stdin = None;
        let status = self.child.wait().ok();
        let words = self
            .last_words
            .lock()
            .map(|words| words.iter().cloned().collect::<Vec<_>>());
        let words = words.unwrap_or_default();
        Trouble::Died(obituary(status, &words))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

fn obituary(status: Option<ExitStatus>, words: &[String]) -> String {
    use std::os::unix::process::ExitStatusExt;
    let signal = status.and_then(|status| status.signal());
    let cause = match signal {
        Some(libc::SIGKILL) => {
            "was killed (signal 9); if nobody did it, the system ran out of memory: free some, or take a smaller model or precision".to_owned()
        }
        Some(libc::SIGABRT) => "was aborted by the engine (signal 6)".to_owned(),
        Some(libc::SIGSEGV) => "crashed inside the engine (signal 11); the file is probably damaged".to_owned(),
        Some(libc::SIGBUS) => {
            "crashed reading the model file (signal 7); was the file cut short while it ran?".to_owned()
        }
        Some(other) => format!("ended by signal {other}"),
        None => match status.and_then(|status| status.code()) {
            Some(code) => format!("ended with status {code}"),
            None => "ended".to_owned(),
        },
    };
    let telling = words
        .iter()
        .rev()
        .find(|line| {
            line.contains("GGML_ASSERT") || line.contains("what()") || line.contains("panicked")
        })
        .or_else(|| words.last());
    match telling {
        Some(line) => format!(
            "the process measuring it {cause}: {}",
            crate::engine::log::escape(line)
        ),
        None => format!("the process measuring it {cause}"),
    }
}

fn listen(stdout: impl std::io::Read + Send + 'static) -> Receiver<Reply> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines() {
            // An unreadable line is one that the child's death cut.
            let Some(reply) = line.ok().and_then(|line| serde_json::from_str(&line).ok()) else {
                break;
            };
            if sender.send(reply).is_err() {
                break;
            }
        }
    });
    receiver
}

fn keep_last_words(
    stderr: impl std::io::Read + Send + 'static,
    words: Arc<Mutex<VecDeque<String>>>,
) {
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let Ok(mut words) = words.lock() else { break };
            if words.len() == KEPT_LINES {
                words.pop_front();
            }
            words.push_back(line);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn an_obituary_names_cause_and_last_words() {
        let killed = obituary(Some(ExitStatus::from_raw(libc::SIGKILL)), &[]);
        assert!(killed.contains("out of memory"), "{killed}");
        let words = ["GGML_ASSERT(n > 0) failed".to_owned(), "noise".to_owned()];
        let aborted = obituary(Some(ExitStatus::from_raw(libc::SIGABRT)), &words);
        assert!(
            aborted.contains("signal 6") && aborted.contains("n > 0"),
            "{aborted}"
        );
        for signal in [libc::SIGKILL, libc::SIGABRT, libc::SIGSEGV, libc::SIGBUS] {
            for words in [&[][..], &words] {
                let said = obituary(Some(ExitStatus::from_raw(signal)), words);
                assert!(reports::reason::in_korean(&said).is_some(), "{said}");
            }
        }
        let status = obituary(Some(ExitStatus::from_raw(3 << 8)), &[]);
        assert!(status.contains("status 3"), "{status}");
    }
}
