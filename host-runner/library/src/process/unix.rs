//! A process group, and the pipes that it prints to.
//!
//! A process that left the group, by `setsid`, can hold the pipes open for ever.
//! So they are read until they are empty, not until they are closed.

use super::members::are_gone;
use super::output::{Output, PATIENCE, Pauses, TICK};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, ioctl_fionbio};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::io::{self, PipeReader};
use std::mem;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus};
use std::sync::Once;
use std::thread;
use std::time::{Duration, Instant};
use wasi_tcp_conformance_core::protocol::Ending;

/// How a process ends that [`Group::end`] kills.
pub(super) const KILLED: Ending = Ending::Signaled(Signal::KILL.as_raw());

/// How often to look at the leader although the system would report its end.
const LONG_TICK: Duration = Duration::from_secs(1);

pub(super) struct Group {
    leader: Child,
    /// The id of the leader, and so of the group.
    id: Pid,
    /// Readable once the leader has ended. Not every system has it.
    end_of_leader: Option<OwnedFd>,
    stdout: Output,
    stderr: Output,
    pauses: Pauses,
    was_killed: bool,
}

impl Group {
    pub(super) fn spawn(mut command: Command) -> io::Result<Self> {
        keep_descriptors();
        let mut leader = command.process_group(0).spawn()?;
        let id = Pid::from_child(&leader);
        let group = Self {
            id,
            end_of_leader: end_of(id),
            stdout: Output::of(leader.stdout.take().map(OwnedFd::from)),
            stderr: Output::of(leader.stderr.take().map(OwnedFd::from)),
            leader,
            pauses: Pauses::new(),
            was_killed: false,
        };
        for pipe in group.pipes() {
            ioctl_fionbio(pipe, true)?;
        }
        Ok(group)
    }

    /// The same; what it prints is not judged, so that it may print as much as it likes.
    pub(super) fn spawn_server(command: Command) -> io::Result<Self> {
        let mut group = Self::spawn(command)?;
        group.stdout.go_on();
        group.stderr.go_on();
        Ok(group)
    }

    /// Waits for output or for the end of the leader, no longer than `time`, and
    /// reads what has come. It can return earlier, without a reason.
    pub(super) fn read_for(&mut self, time: Duration) -> io::Result<()> {
        self.read_for_or(time, None)
    }

    /// The same, and no longer than until `other` can be read from or is closed.
    pub(super) fn read_for_or(
        &mut self,
        time: Duration,
        other: Option<&PipeReader>,
    ) -> io::Result<()> {
        let longest = if self.end_of_leader.is_some() {
            LONG_TICK
        } else if self.pipes().next().is_some() {
            TICK
        } else {
            // Both are closed: as a rule, the end is near.
            self.pauses.next()
        };
        let timeout = Timespec::try_from(time.min(longest)).map_err(io::Error::other)?;
        let mut watched: Vec<_> = self
            .pipes()
            .map(AsFd::as_fd)
            .chain(self.end_of_leader.as_ref().map(AsFd::as_fd))
            .chain(other.map(AsFd::as_fd))
            .map(|it| PollFd::from_borrowed_fd(it, PollFlags::IN))
            .collect();
        match poll(&mut watched, Some(&timeout)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        self.read()
    }

    fn read(&mut self) -> io::Result<()> {
        self.stdout.read()?;
        self.stderr.read()
    }

    /// Those that are still open.
    fn pipes(&self) -> impl Iterator<Item = &PipeReader> {
        self.stdout.pipe.iter().chain(&self.stderr.pipe)
    }

    #[cfg(any(test, target_os = "linux"))]
    pub(super) const fn id(&self) -> Pid {
        self.id
    }

    /// Whether the leader has ended. This does not reap it, so that its id stays
    /// taken, and a signal to the group can't reach another.
    pub(super) fn has_ended(&self) -> io::Result<bool> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        Ok(waitid(WaitId::Pid(self.id), options)?.is_some())
    }

    /// Kills every member, and returns when none can print any more.
    pub(super) fn end(&mut self) -> io::Result<ExitStatus> {
        self.was_killed = true;
        // No child escapes: Linux starts a fork over when a signal comes halfway.
        let killed = kill_process_group(self.id, Signal::KILL);
        // macOS fails when all members are zombies.
        if !self.has_ended()? {
            killed?;
        }
        self.wait(PATIENCE)
    }

    /// Waits until no member can print any more.
    pub(super) fn wait(&mut self, patience: Duration) -> io::Result<ExitStatus> {
        let start = Instant::now();
        let mut pauses = Pauses::new();
        loop {
            // Taken before the look, so that the look after it is the last.
            let is_late = start.elapsed() >= patience;
            if let Some(status) = self.leader.try_wait()?
                && are_gone(self.id)
            {
                return Ok(status);
            }
            if is_late {
                let problem = format!(
                    "its process group was killed, and is still there after {} s",
                    patience.as_secs_f64()
                );
                return Err(io::Error::new(io::ErrorKind::TimedOut, problem));
            }
            thread::sleep(pauses.next());
        }
    }

    /// All that the group printed, once it was [ended](Self::end).
    pub(super) fn output(&mut self) -> io::Result<(Output, Output)> {
        self.read()?;
        Ok((mem::take(&mut self.stdout), mem::take(&mut self.stderr)))
    }
}

/// Leaves nothing behind after an error either.
impl Drop for Group {
    fn drop(&mut self) {
        if !self.was_killed {
            let _ = self.end();
        }
    }
}

#[cfg(target_os = "linux")]
fn end_of(id: Pid) -> Option<OwnedFd> {
    use rustix::process::{PidfdFlags, pidfd_open};
    // Linux has it since 5.3.
    pidfd_open(id, PidfdFlags::empty()).ok()
}

#[cfg(not(target_os = "linux"))]
fn end_of(_: Pid) -> Option<OwnedFd> {
    None
}

pub(super) fn ending(status: ExitStatus) -> Ending {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ending::Exited(code),
        (None, signal) => Ending::Signaled(signal.unwrap_or_default()),
    }
}

/// Lets no descriptor of ours, or of whoever started us, into a child.
///
/// What Rust opens is closed on exec anyway; what we inherited need not be.
/// Done once here, and not in each child: a child without a step between fork
/// and exec is started without a copy of our page tables.
fn keep_descriptors() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| close_fds::set_fds_cloexec_threadsafe(3, &[]));
}
