//! Runs one process to its end: bounded in time and output, and nothing of it
//! is left behind.

use process_wrap::std::{ChildWrapper, CommandWrap};
use std::io::{self, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};
use wasi_tcp_conformance_core::protocol::{Ending, Transcript};

/// The most that is read of each output stream, in bytes.
const OUTPUT_LIMIT: usize = 1 << 20;

/// How long the pipes of a process that has ended may stay open, because a
/// process that it started holds them.
const GRACE: Duration = Duration::from_millis(250);

/// How often a process is looked at while its pipes are open: only one that
/// ends with a pipe held open is noticed by this.
const TICK: Duration = Duration::from_millis(50);

/// Runs a command until it ends or `limit` has passed, then ends its whole
/// process group.
///
/// # Errors
/// When the command could not be started.
pub fn run(mut command: Command, limit: Duration) -> io::Result<Transcript> {
    keep_descriptors();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let start = Instant::now();
    let deadline = start + limit;
    let mut group = CommandWrap::from(command);
    #[cfg(unix)]
    group.wrap(process_wrap::std::ProcessGroup::leader());
    #[cfg(windows)]
    group.wrap(process_wrap::std::JobObject);
    let mut child = group.spawn()?;

    let (sender, receiver) = channel();
    if let Some(pipe) = child.stdout().take() {
        forward(pipe, Stream::Out, sender.clone());
    }
    if let Some(pipe) = child.stderr().take() {
        forward(pipe, Stream::Err, sender);
    }
    let mut output = Output::default();
    let status = output.collect(&mut *child, &receiver, deadline);
    // Also after a regular end: something that it started may still run.
    let killed = child.start_kill();
    let ending = if let Some(status) = status? {
        ending(status)
    } else {
        killed?;
        child.wait()?;
        Ending::TimedOut(limit)
    };
    // What the group printed before its end is on its way, or was lost with it.
    output.drain(&receiver);
    let mut transcript = Transcript::new(output.stdout, ending);
    transcript.stderr = output.stderr;
    transcript.overflowed = output.overflowed;
    transcript.duration = start.elapsed();
    Ok(transcript)
}

/// Lets no descriptor of ours, or of whoever started us, into a child.
///
/// What Rust opens is closed on exec anyway; what we inherited need not be.
/// Done once here, and not in each child: a child without a step between fork
/// and exec is started without a copy of our page tables.
fn keep_descriptors() {
    #[cfg(unix)]
    {
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| close_fds::set_fds_cloexec_threadsafe(3, &[]));
    }
}

#[derive(Clone, Copy)]
enum Stream {
    Out,
    Err,
}

/// What came through the pipes so far.
#[derive(Default)]
struct Output {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    overflowed: bool,
}

impl Output {
    /// Collects until the process has ended, with `None` if it did not in time.
    fn collect(
        &mut self,
        child: &mut dyn ChildWrapper,
        receiver: &Receiver<(Stream, Vec<u8>)>,
        deadline: Instant,
    ) -> io::Result<Option<ExitStatus>> {
        let mut pause = Duration::from_micros(50);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            match receiver.recv_timeout(left.min(TICK)) {
                Ok((stream, piece)) => self.keep(stream, &piece),
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(status) = child.try_wait()? {
                        return Ok(Some(status));
                    }
                }
                // Both pipes are closed: the end is near, as a rule.
                Err(RecvTimeoutError::Disconnected) => {
                    if let Some(status) = child.try_wait()? {
                        return Ok(Some(status));
                    }
                    thread::sleep(pause.min(left));
                    pause = (pause * 5 / 4).min(TICK);
                }
            }
        }
    }

    /// Takes what is left, until the pipes are closed or the grace is over.
    fn drain(&mut self, receiver: &Receiver<(Stream, Vec<u8>)>) {
        let end = Instant::now() + GRACE;
        while let Ok((stream, piece)) =
            receiver.recv_timeout(end.saturating_duration_since(Instant::now()))
        {
            self.keep(stream, &piece);
        }
    }

    fn keep(&mut self, stream: Stream, piece: &[u8]) {
        let kept = match stream {
            Stream::Out => &mut self.stdout,
            Stream::Err => &mut self.stderr,
        };
        let room = OUTPUT_LIMIT - kept.len();
        kept.extend_from_slice(&piece[..piece.len().min(room)]);
        self.overflowed |= matches!(stream, Stream::Out) && piece.len() > room;
    }
}

/// Sends what comes through a pipe, up to a little more than the limit: then
/// the pipe is closed, and who goes on printing learns it.
fn forward(
    mut pipe: impl Read + Send + 'static,
    stream: Stream,
    sender: Sender<(Stream, Vec<u8>)>,
) {
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        let mut total = 0;
        while total <= OUTPUT_LIMIT {
            match pipe.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => return,
                Ok(count) => {
                    total += count;
                    if sender.send((stream, buffer[..count].to_vec())).is_err() {
                        return;
                    }
                }
            }
        }
    });
}

#[cfg(unix)]
fn ending(status: ExitStatus) -> Ending {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => Ending::Exited(code),
        (None, signal) => Ending::Signaled(signal.unwrap_or_default()),
    }
}

#[cfg(not(unix))]
fn ending(status: ExitStatus) -> Ending {
    Ending::Exited(status.code().unwrap_or_default())
}
