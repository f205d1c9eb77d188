//! A job, and the pipes that it prints to.
//!
//! There is no wait for several pipes here, so a thread reads each to its end.
//! A process can leave a job only if the job allows it, and this one does not:
//! once it is terminated, the pipes close.

use super::output::{Output, PATIENCE, Pauses, TICK};
use process_wrap::std::{ChildWrapper, CommandWrap, JobObject};
use std::io::{self, PipeReader};
use std::mem;
use std::os::windows::io::OwnedHandle;
use std::process::{Command, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};
use wasi_tcp_conformance_core::protocol::Ending;

/// How a process ends that [`Group::end`] kills.
pub(super) const KILLED: Ending = Ending::Exited(1);

pub(super) struct Group {
    leader: Box<dyn ChildWrapper>,
    /// Gives each stream once it is read to its end, with its place in `read`.
    streams: Receiver<(usize, io::Result<Output>)>,
    /// Standard output and standard error.
    read: [Option<Output>; 2],
    pauses: Pauses,
    was_killed: bool,
}

impl Group {
    pub(super) fn spawn(command: Command) -> io::Result<Self> {
        Self::spawn_and(command, |_| {})
    }

    /// The same; what it prints is not judged, so that it may print as much as it likes.
    pub(super) fn spawn_server(command: Command) -> io::Result<Self> {
        Self::spawn_and(command, Output::go_on)
    }

    fn spawn_and(command: Command, change: fn(&mut Output)) -> io::Result<Self> {
        let mut leader = CommandWrap::from(command).wrap(JobObject).spawn()?;
        let stdout = leader.stdout().take().map(OwnedHandle::from);
        let stderr = leader.stderr().take().map(OwnedHandle::from);
        let (sender, streams) = channel();
        for (at, pipe) in [stdout, stderr].into_iter().enumerate() {
            let sender = sender.clone();
            let mut output = Output::of(pipe.map(PipeReader::from));
            change(&mut output);
            thread::spawn(move || {
                let read = output.read_all().map(|()| output);
                // Nobody receives it after an error.
                let _ = sender.send((at, read));
            });
        }
        Ok(Self {
            leader,
            streams,
            read: [None, None],
            pauses: Pauses::new(),
            was_killed: false,
        })
    }

    /// The same; how soon it returns does not depend on `other` here.
    pub(super) fn read_for_or(&mut self, time: Duration, _: Option<&PipeReader>) -> io::Result<()> {
        self.read_for(time)
    }

    /// Waits until a stream is read to its end, no longer than `time`. It can
    /// return earlier, without a reason.
    pub(super) fn read_for(&mut self, time: Duration) -> io::Result<()> {
        match self.streams.recv_timeout(time.min(TICK)) {
            Ok((at, output)) => self.read[at] = Some(output?),
            Err(RecvTimeoutError::Timeout) => {}
            // Both are: as a rule, the end is near.
            Err(RecvTimeoutError::Disconnected) => {
                thread::sleep(self.pauses.next().min(time));
            }
        }
        Ok(())
    }

    pub(super) fn has_ended(&mut self) -> io::Result<bool> {
        Ok(self.leader.try_wait()?.is_some())
    }

    /// Kills every member.
    pub(super) fn end(&mut self) -> io::Result<ExitStatus> {
        self.was_killed = true;
        let killed = self.leader.start_kill();
        if let Some(status) = self.leader.try_wait()? {
            return Ok(status);
        }
        killed?;
        self.leader.wait()
    }

    /// All that the job printed, once it was [ended](Self::end).
    pub(super) fn output(&mut self) -> io::Result<(Output, Output)> {
        let end = Instant::now() + PATIENCE;
        loop {
            if let [Some(stdout), Some(stderr)] = &mut self.read {
                return Ok((mem::take(stdout), mem::take(stderr)));
            }
            let left = end.saturating_duration_since(Instant::now());
            let (at, output) = self.streams.recv_timeout(left).map_err(|_| {
                let problem = format!(
                    "its job was ended, and its output is still open after {} s",
                    PATIENCE.as_secs()
                );
                io::Error::new(io::ErrorKind::TimedOut, problem)
            })?;
            self.read[at] = Some(output?);
        }
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

pub(super) fn ending(status: ExitStatus) -> Ending {
    Ending::Exited(status.code().unwrap_or_default())
}
