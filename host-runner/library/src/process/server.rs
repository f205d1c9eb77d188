//! Runs a server, and talks to it while it runs.

#[cfg(unix)]
use super::unix::{Group, ending};
#[cfg(windows)]
use super::windows::{Group, ending};
use crate::interrupt;
use std::io::{self, PipeReader};
use std::process::{Command, Stdio};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use wasi_tcp_conformance_core::protocol::Ending;

/// How often to ask for interruptions while nothing happens.
const TICK: Duration = Duration::from_secs(1);

/// A server, whose whole process group ends with this.
pub(crate) struct Server {
    group: Group,
}

/// What a server left behind.
pub(crate) struct Remains {
    /// How it ended, unless it was ended.
    pub(crate) ending: Option<Ending>,
    /// What it printed, up to a limit.
    pub(crate) stdout: Vec<u8>,
    /// What it complained of, up to a limit.
    pub(crate) stderr: Vec<u8>,
}

/// Whether a server still runs, as far as is known.
#[derive(Default)]
pub(crate) struct Life {
    is_over: Mutex<bool>,
    ended: Condvar,
}

impl Life {
    fn end(&self) {
        *self.is_over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.ended.notify_all();
    }

    /// Waits for the end of the server, no longer than `time`; whether it came.
    pub(crate) fn ends_within(&self, time: Duration) -> bool {
        let is_over = self.is_over.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.ended.wait_timeout_while(is_over, time, |over| !*over);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Server {
    /// # Errors
    /// When the command cannot be started.
    pub(crate) fn start(mut command: Command) -> io::Result<Self> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let group = Group::spawn(command)?;
        Ok(Self { group })
    }

    /// The id of its process group.
    #[cfg(target_os = "linux")]
    pub(crate) const fn group(&self) -> rustix::process::Pid {
        self.group.id()
    }

    /// Talks to the server in a thread, and meanwhile reads what it prints. `talk` has to end
    /// by itself, and soon after the server: it is told of its end.
    ///
    /// # Errors
    /// When the run was interrupted, or what the server does cannot be known.
    pub(crate) fn during<T: Send>(
        &mut self,
        talk: impl FnOnce(&Life) -> T + Send,
    ) -> io::Result<T> {
        let life = Life::default();
        let (done, is_done) = io::pipe()?;
        thread::scope(|scope| {
            let talk = scope.spawn(|| {
                // Closed at the end of the talk, whatever ends it.
                let _is_done = is_done;
                talk(&life)
            });
            let watched = self.watch(&done, &life, || talk.is_finished());
            if watched.is_err() {
                // It would wait for a server that nobody reads from.
                let _ = self.group.end();
                life.end();
            }
            let said = talk.join();
            watched?;
            said.map_err(|_| io::Error::other("the client of the server panicked"))
        })
    }

    /// Reads what the server prints until the talk is over.
    fn watch(
        &mut self,
        done: &PipeReader,
        life: &Life,
        is_done: impl Fn() -> bool,
    ) -> io::Result<()> {
        let mut has_ended = false;
        while !is_done() {
            if interrupt::is_requested() {
                return Err(io::Error::new(
                    io::ErrorKind::Interrupted,
                    "the run was interrupted",
                ));
            }
            if has_ended {
                // The talk ends by itself now.
                thread::sleep(Duration::from_millis(5));
                continue;
            }
            self.group.read_for_or(TICK, Some(done))?;
            if self.group.has_ended()? {
                has_ended = true;
                life.end();
            }
        }
        Ok(())
    }

    /// Ends its whole group.
    ///
    /// # Errors
    /// When the group cannot be ended, or what it printed cannot be known.
    pub(crate) fn end(mut self) -> io::Result<Remains> {
        let has_ended = self.group.has_ended()?;
        let status = self.group.end()?;
        let (stdout, stderr) = self.group.output()?;
        Ok(Remains {
            ending: has_ended.then(|| ending(status)),
            stdout: stdout.into_bytes(),
            stderr: stderr.into_bytes(),
        })
    }
}
