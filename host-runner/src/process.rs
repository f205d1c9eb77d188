//! Runs one process to its end: bounded in time and output, and nothing of it
//! is left behind.
//!
//! The process leads a group of its own. Once it has ended, or its time is up,
//! the whole group is killed. When no member is left, the pipes are read for the
//! last time. What a process has written is in the pipe before the process can
//! end, so this read misses nothing, however late the system lets us do it. Time
//! never decides that output is complete: if the end of the group can't be seen,
//! or its output can't be read, there is an error and no transcript.

#[cfg(unix)]
mod members;
#[cfg(all(test, unix))]
mod tests;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use crate::protocol::{Ending, Transcript};
use std::io::{self, PipeReader, Read};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
#[cfg(unix)]
use unix::{Group, KILLED, ending};
#[cfg(windows)]
use windows::{Group, KILLED, ending};

/// The most that is kept of each output stream, in bytes.
const OUTPUT_LIMIT: usize = 1 << 20;

/// How long a group that was killed can take to be gone. A member takes longer
/// only if the kernel can't stop it, or if we are not allowed to kill it.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often to look at what does not report its changes.
const TICK: Duration = Duration::from_millis(50);

/// Runs a command until it ends or `limit` has passed, then ends its whole
/// process group.
///
/// # Errors
/// When the command could not be started, or when how it ended or what it
/// printed can't be known.
pub fn run(command: Command, limit: Duration) -> io::Result<Transcript> {
    run_slowly(command, limit, || {})
}

/// Like [`run`], but calls `delay` where the system can keep this process from
/// running for a while. The transcript must not depend on it.
fn run_slowly(mut command: Command, limit: Duration, delay: impl Fn()) -> io::Result<Transcript> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let start = Instant::now();
    let mut group = Group::spawn(command)?;
    let has_ended = loop {
        delay();
        // Taken before the look, so that the last look comes after the limit: a
        // process that ended in time must not be late because we are.
        let left = limit.saturating_sub(start.elapsed());
        group.read_for(left)?;
        delay();
        if group.has_ended()? {
            break true;
        }
        if left.is_zero() {
            break false;
        }
    };
    let duration = start.elapsed();
    // After a regular end too: something that it started may still run.
    let ending = match ending(group.end()?) {
        KILLED if !has_ended => Ending::TimedOut(limit),
        // It ended by itself, if only just before it was killed.
        ending => ending,
    };
    delay();
    let (stdout, stderr) = group.output()?;
    Ok(Transcript {
        overflowed: stdout.is_over_limit(),
        stdout: stdout.into_bytes(),
        stderr: stderr.into_bytes(),
        ending,
        duration,
    })
}

/// What comes through a pipe.
#[derive(Default)]
struct Output {
    /// None once the other end is closed, or too much has come.
    pipe: Option<PipeReader>,
    bytes: Vec<u8>,
}

impl Output {
    fn of(pipe: Option<impl Into<PipeReader>>) -> Self {
        Self {
            pipe: pipe.map(Into::into),
            bytes: Vec::new(),
        }
    }

    /// Reads until the pipe is closed or, if it does not block, empty.
    ///
    /// One byte over the limit closes this end, and stops whoever goes on
    /// printing.
    fn read(&mut self) -> io::Result<()> {
        let Some(pipe) = &mut self.pipe else {
            return Ok(());
        };
        let room = OUTPUT_LIMIT + 1 - self.bytes.len();
        // What was read before an error is kept.
        match pipe.take(room as u64).read_to_end(&mut self.bytes) {
            Ok(_) => self.pipe = None,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => {
                let problem = format!("failed to read what it printed: {error}");
                return Err(io::Error::new(error.kind(), problem));
            }
        }
        Ok(())
    }

    fn is_over_limit(&self) -> bool {
        self.bytes.len() > OUTPUT_LIMIT
    }

    fn into_bytes(mut self) -> Vec<u8> {
        self.bytes.truncate(OUTPUT_LIMIT);
        self.bytes
    }
}

/// Pauses between looks, each longer than the last.
struct Pauses(Duration);

impl Pauses {
    const fn new() -> Self {
        Self(Duration::from_micros(50))
    }

    fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause * 5 / 4).min(TICK);
        pause
    }
}
