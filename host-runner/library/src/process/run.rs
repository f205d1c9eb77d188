//! Runs a command to its end.

#[cfg(unix)]
use super::unix::{Group, KILLED, ending};
#[cfg(windows)]
use super::windows::{Group, KILLED, ending};
use crate::interrupt;
use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use wasi_tcp_conformance_core::protocol::{Ending, Transcript};

/// Runs a command until it ends or `limit` has passed, then ends its whole
/// process group.
///
/// # Errors
/// When the command could not be started, or when how it ended or what it
/// printed can't be known.
pub(crate) fn run(command: Command, limit: Duration) -> io::Result<Transcript> {
    run_slowly(command, limit, || {})
}

/// Like [`run`], but calls `delay` where the system can keep this process from
/// running for a while. The transcript must not depend on it.
pub(super) fn run_slowly(
    mut command: Command,
    limit: Duration,
    delay: impl Fn(),
) -> io::Result<Transcript> {
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
        if interrupt::is_requested() {
            // The group ends with this.
            return Err(io::Error::new(
                io::ErrorKind::Interrupted,
                "the run was interrupted",
            ));
        }
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
    let overflowed = stdout.is_over_limit();
    let mut transcript = Transcript::new(stdout.into_bytes(), ending);
    transcript.stderr = stderr.into_bytes();
    transcript.overflowed = overflowed;
    transcript.duration = duration;
    Ok(transcript)
}
