//! Faults that begin while a process runs: a server has to listen before what it serves is
//! kept from listening.
//!
//! Calls are failed by their user-space notifications: see `seccomp_unotify(2)`. A limit of
//! descriptors is set from outside.
//!
//! The server goes on accepting requests at a listener of its own, one that accepted before
//! the fault began. It must not meet the fault: where no client waits, we say so in place of
//! the system, which takes a descriptor first and then looks for a client.

#![expect(
    unsafe_code,
    reason = "code that runs between fork and exec, and seccomp(2)"
)]

use super::linux::{filter, number, numbers};
use crate::process::members;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno as Os, IoSlice, IoSliceMut};
use rustix::ioctl::{self, Opcode};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use rustix::system::uname;
use rustix::thread::set_no_new_privs;
use seccompiler::{BpfProgram, SeccompAction};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, PipeWriter};
use std::mem::{self, MaybeUninit};
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};
use std::thread;
use wasi_tcp_conformance_core::{Call, Errno, Family, Fault, Rule};

/// A fault that a command gets while it runs.
pub(crate) struct Later {
    fault: Fault,
    /// Where the child sends what notifies us, until it was received.
    from_child: Option<OwnedFd>,
    is_on: Arc<AtomicBool>,
    /// Ends the thread that answers.
    until_dropped: Option<PipeWriter>,
}

impl Later {
    /// Prepares a command, which is then to be started.
    ///
    /// # Errors
    /// Why this host cannot provide the fault.
    pub(crate) fn prepare(fault: Fault, command: &mut Command) -> Result<Self, String> {
        Self::prepared(fault, command).map_err(|why| failed(fault, why))
    }

    fn prepared(fault: Fault, command: &mut Command) -> Result<Self, String> {
        let (calls, families): (&[Call], &[Family]) = match fault.rule {
            Rule::Descriptors(_) => (&[], &[]),
            Rule::Fails {
                calls, families, ..
            } => (calls, families),
            _ => return Err("its rule is unknown here".to_owned()),
        };
        // To know the listeners of the server.
        let calls: Vec<Call> = calls.iter().copied().chain([Call::Accept]).collect();
        Ok(Self {
            fault,
            from_child: Some(notify(&calls, families, command)?),
            is_on: Arc::default(),
            until_dropped: None,
        })
    }

    /// Called once the command was started, a server that listens at this port of 127.0.0.1.
    ///
    /// # Errors
    /// Why the fault cannot be put around it.
    pub(crate) fn started(&mut self, port: u16) -> Result<(), String> {
        self.watch(port).map_err(|error| failed(self.fault, error))
    }

    fn watch(&mut self, port: u16) -> io::Result<()> {
        let Some(from_child) = self.from_child.take() else {
            return Err(io::Error::other("the command was started before"));
        };
        let fails = match self.fault.rule {
            Rule::Fails { calls, errno, .. } => Some(Fails::new(calls, errno)),
            _ => None,
        };
        let mut supervisor = Supervisor {
            notifications: receive(&from_child)?,
            fails: fails.transpose().map_err(io::Error::other)?,
            is_on: Arc::clone(&self.is_on),
            port,
            own: BTreeSet::new(),
            held: Vec::new(),
        };
        let (dropped, until_dropped) = io::pipe()?;
        thread::Builder::new().spawn(move || supervisor.answer_until(dropped.as_fd()))?;
        self.until_dropped = Some(until_dropped);
        Ok(())
    }

    /// Begins the fault, for all processes of the group.
    ///
    /// # Errors
    /// Why it cannot be put around them.
    pub(crate) fn begin(&self, group: Pid) -> Result<(), String> {
        self.is_on.store(true, SeqCst);
        match self.fault.rule {
            Rule::Descriptors(count) => {
                limit_descriptors(group, count).map_err(|error| failed(self.fault, error))
            }
            _ => Ok(()),
        }
    }
}

/// Why this host cannot put a fault around a process that runs, if so: its kernel may be too
/// old, or a container may not let it.
pub(crate) fn lacks(fault: Fault) -> Option<String> {
    static FOUND: OnceLock<Result<(), String>> = OnceLock::new();
    let found = FOUND.get_or_init(|| lets_calls_go_on().and_then(|()| probe(fault)));
    let lacks = found.as_ref().err()?;
    Some(failed(fault, lacks))
}

/// The first version of Linux where a call goes on that we were notified of.
const LINUX: (u32, u32) = (5, 5);

/// Whether the kernel is late enough. One that is not takes the filter, and refuses what we
/// answer.
fn lets_calls_go_on() -> Result<(), String> {
    let system = uname();
    let release = system.release().to_string_lossy();
    if version(&release).is_some_and(|version| version >= LINUX) {
        return Ok(());
    }
    let (major, minor) = LINUX;
    Err(format!(
        "it needs Linux {major}.{minor} or later, and this is {release}"
    ))
}

/// The version in a release of Linux, such as `5.4.0-216-generic`.
fn version(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|it: char| !it.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Puts the fault around a process that ends at once.
fn probe(fault: Fault) -> Result<(), String> {
    let mut command = Command::new("true");
    let mut later = Later::prepared(fault, &mut command)?;
    let mut run = || {
        let mut child = command.spawn()?;
        let watched = later.watch(0);
        child.wait()?;
        watched
    };
    run().map_err(|error| error.to_string())
}

fn failed(fault: Fault, why: impl std::fmt::Display) -> String {
    format!(
        "this host cannot put the fault `{}` around a process that runs: {why}",
        fault.name
    )
}

fn limit_descriptors(group: Pid, count: u64) -> io::Result<()> {
    let limit = Rlimit {
        current: Some(count),
        maximum: Some(count),
    };
    for member in members(group)? {
        match prlimit(Some(member), Resource::Nofile, limit) {
            // It has ended.
            Ok(_) | Err(Os::SRCH) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Lets a command notify us of these calls, and wait for what we say.
fn notify(calls: &[Call], families: &[Family], command: &mut Command) -> Result<OwnedFd, String> {
    let program = notifying(filter(calls, families, SeccompAction::Trace(0))?);
    let (ours, childs) = socketpair(
        AddressFamily::UNIX,
        SocketType::STREAM,
        SocketFlags::CLOEXEC,
        None,
    )
    .map_err(|error| error.to_string())?;
    // SAFETY: four system calls on what was made before the fork; nothing is allocated.
    unsafe {
        command.pre_exec(move || {
            set_no_new_privs(true)?;
            let notifications = install(&program)?;
            send(&childs, notifications.as_fd())
        });
    }
    Ok(ours)
}

/// The program, whose last word on a call is now a notification.
fn notifying(mut program: BpfProgram) -> BpfProgram {
    const RETURN: u16 = 0x06;
    for step in &mut program {
        if step.code == RETURN && step.k == libc::SECCOMP_RET_TRACE {
            step.k = libc::SECCOMP_RET_USER_NOTIF;
        }
    }
    program
}

/// Installs a filter in this process.
fn install(program: &BpfProgram) -> io::Result<OwnedFd> {
    let filter = libc::sock_fprog {
        len: u16::try_from(program.len()).map_err(|_| io::ErrorKind::InvalidInput)?,
        filter: program.as_ptr().cast::<libc::sock_filter>().cast_mut(),
    };
    // SAFETY: the filter outlives the call, and the kernel only reads it.
    let made = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            libc::SECCOMP_FILTER_FLAG_NEW_LISTENER,
            &raw const filter,
        )
    };
    let made = i32::try_from(made).map_err(|_| io::ErrorKind::InvalidData)?;
    if made < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel just made it for us.
    Ok(unsafe { OwnedFd::from_raw_fd(made) })
}

fn send(socket: &OwnedFd, descriptor: BorrowedFd<'_>) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let descriptors = [descriptor];
    control.push(SendAncillaryMessage::ScmRights(&descriptors));
    sendmsg(
        socket,
        &[IoSlice::new(&[0])],
        &mut control,
        SendFlags::empty(),
    )?;
    Ok(())
}

fn receive(socket: &OwnedFd) -> io::Result<OwnedFd> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    // It was sent before the program began to run.
    let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::DONTWAIT;
    recvmsg(
        socket,
        &mut [IoSliceMut::new(&mut byte)],
        &mut control,
        flags,
    )?;
    let mut descriptors = control.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
        _ => None,
    });
    descriptors
        .next()
        .ok_or_else(|| io::Error::other("the process sent no descriptor"))
}

/// The calls that fail, and with what.
struct Fails {
    numbers: Vec<i64>,
    errno: i32,
}

impl Fails {
    fn new(calls: &[Call], errno: Errno) -> Result<Self, String> {
        let mut all = Vec::new();
        for call in calls {
            all.extend(numbers(*call)?);
        }
        Ok(Self {
            numbers: all,
            errno: number(errno)?,
        })
    }
}

/// Answers the notifications of a server.
struct Supervisor {
    notifications: OwnedFd,
    fails: Option<Fails>,
    is_on: Arc<AtomicBool>,
    /// Where the server listens.
    port: u16,
    /// The listeners of the server itself: a process, and a descriptor of its.
    own: BTreeSet<(u32, u64)>,
    /// Calls of the server that wait for a client.
    held: Vec<u64>,
}

/// What becomes of a call.
enum Fate {
    GoesOn,
    FailsWith(i32),
    /// It goes on once a client waits.
    Waits,
}

/// How often to look for a client of a server that waits for one.
const TICK: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 5_000_000,
};

impl Supervisor {
    /// Answers until the processes are gone, or `dropped` is closed.
    fn answer_until(&mut self, dropped: BorrowedFd<'_>) {
        loop {
            let watched = [self.notifications.as_fd(), dropped];
            let mut watched = watched.map(|it| PollFd::from_borrowed_fd(it, PollFlags::IN));
            let tick = (!self.held.is_empty()).then_some(&TICK);
            match poll(&mut watched, tick) {
                Ok(_) => {}
                Err(Os::INTR) => continue,
                Err(_) => return,
            }
            let [notified, is_dropped] = watched.map(|it| it.revents());
            if !is_dropped.is_empty() || notified.contains(PollFlags::HUP) {
                return;
            }
            let is_notified = notified.contains(PollFlags::IN);
            if (is_notified && self.answer().is_err()) || self.answer_held().is_err() {
                return;
            }
        }
    }

    fn answer(&mut self) -> rustix::io::Result<()> {
        // SAFETY: all of its fields are numbers.
        let mut notification: libc::seccomp_notif = unsafe { mem::zeroed() };
        // SAFETY: the kernel writes a notification there.
        let received = unsafe {
            let request = ioctl::Updater::<RECEIVE, _>::new(&mut notification);
            ioctl::ioctl(&self.notifications, request)
        };
        match received {
            Ok(()) => {}
            // The call was interrupted, and is notified of again.
            Err(Os::NOENT | Os::INTR) => return Ok(()),
            Err(error) => return Err(error),
        }
        match self.fate(&notification) {
            Fate::GoesOn => self.respond(notification.id, None),
            Fate::FailsWith(errno) => self.respond(notification.id, Some(errno)),
            Fate::Waits => {
                self.held.push(notification.id);
                Ok(())
            }
        }
    }

    /// Lets calls go on that wait for a client, once one is there.
    fn answer_held(&mut self) -> rustix::io::Result<()> {
        if self.held.is_empty() || clients_at(self.port) == Some(0) {
            return Ok(());
        }
        let held = mem::take(&mut self.held);
        held.into_iter().try_for_each(|id| self.respond(id, None))
    }

    fn respond(&self, id: u64, errno: Option<i32>) -> rustix::io::Result<()> {
        #[expect(clippy::cast_possible_truncation, reason = "it is 1")]
        const GOES_ON: u32 = libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32;
        let mut response = libc::seccomp_notif_resp {
            id,
            val: 0,
            error: errno.map_or(0, |errno| -errno),
            flags: if errno.is_some() { 0 } else { GOES_ON },
        };
        // SAFETY: the kernel reads a response there.
        let sent = unsafe {
            let request = ioctl::Updater::<SEND, _>::new(&mut response);
            ioctl::ioctl(&self.notifications, request)
        };
        match sent {
            // The process is gone, or its call was interrupted.
            Ok(()) | Err(Os::NOENT) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn fate(&mut self, notification: &libc::seccomp_notif) -> Fate {
        let data = &notification.data;
        let call = i64::from(data.nr);
        let is_on = self.is_on.load(SeqCst);
        if [libc::SYS_accept, libc::SYS_accept4].contains(&call) {
            let listener = (process_of(notification.pid), data.args[0]);
            if !is_on {
                self.own.insert(listener);
            }
            if self.own.contains(&listener) {
                return self.fate_of_own(notification);
            }
        }
        match &self.fails {
            Some(fails) if is_on && fails.numbers.contains(&call) => Fate::FailsWith(fails.errno),
            _ => Fate::GoesOn,
        }
    }

    /// What becomes of an accept of the server itself. A call that goes on before the fault
    /// begins may come to the system after it, so there is no difference.
    fn fate_of_own(&self, notification: &libc::seccomp_notif) -> Fate {
        if clients_at(self.port) != Some(0) {
            return Fate::GoesOn;
        }
        let thread = notification.pid;
        if blocks(thread, notification.data.args[0]) {
            Fate::Waits
        } else {
            Fate::FailsWith(libc::EAGAIN)
        }
    }
}

/// How many clients wait at the listener on a port, if that can be seen. A server that is
/// asked at 127.0.0.1 may listen at every address, and at those of IPv6 too.
fn clients_at(port: u16) -> Option<u64> {
    let tables = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];
    let tables = tables.map(|path| fs::read_to_string(path).unwrap_or_default());
    tables.iter().find_map(|table| clients_in(table, port))
}

/// The same, of a table as `proc_pid_net(5)` describes it: a line is a number, the local and
/// the remote address, a state and the queues.
fn clients_in(table: &str, port: u16) -> Option<u64> {
    const LISTENS: &str = "0A";
    let port = format!(":{port:04X}");
    table.lines().find_map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        let [_, local, _, state, queues, ..] = words[..] else {
            return None;
        };
        let (_, waiting) = queues.split_once(':')?;
        let is_it = local.ends_with(&port) && state == LISTENS;
        is_it.then(|| u64::from_str_radix(waiting, 16).ok())?
    })
}

/// Whether calls on a descriptor of a thread wait.
fn blocks(thread: u32, descriptor: u64) -> bool {
    let info = fs::read_to_string(format!("/proc/{thread}/fdinfo/{descriptor}"));
    let info = info.unwrap_or_default();
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|flags| i32::from_str_radix(flags.trim(), 8).ok());
    flags.is_some_and(|flags| flags & libc::O_NONBLOCK == 0)
}

/// The process of a thread.
fn process_of(thread: u32) -> u32 {
    let status = fs::read_to_string(format!("/proc/{thread}/status")).unwrap_or_default();
    let mut lines = status.lines();
    let id = lines.find_map(|line| line.strip_prefix("Tgid:"));
    id.and_then(|id| id.trim().parse().ok()).unwrap_or(thread)
}

const RECEIVE: Opcode = ioctl::opcode::read_write::<libc::seccomp_notif>(b'!', 0);
const SEND: Opcode = ioctl::opcode::read_write::<libc::seccomp_notif_resp>(b'!', 1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_a_kernel_is_found() {
        for (release, expected) in [
            ("5.4.0-216-generic", Some((5, 4))),
            ("5.5.0", Some((5, 5))),
            ("6.18.44-fc-v669", Some((6, 18))),
            ("5.15.167.4-microsoft-standard-WSL2", Some((5, 15))),
            ("6", None),
            ("rolling", None),
        ] {
            assert_eq!(version(release), expected, "{release}");
        }
        assert!((5, 4) < LINUX && (5, 15) > LINUX);
    }

    #[test]
    fn clients_that_wait_are_counted() {
        const TABLE: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr\n\
            0: 0100007F:4794 00000000:0000 0A 00000000:00000003 00:0 0 0 0 12 1\n\
            1: 0100007F:4795 0100007F:4794 01 00000000:00000007 00:0 0 0 0 13 1\n\
            2: 00000000000000000000000000000000:4796 0:0000 0A 00000000:00000000 00:0 0\n\
            3: cut\n";
        for (port, expected) in [
            (0x4794, Some(3)),
            // Connected, and no listener.
            (0x4795, None),
            (0x4796, Some(0)),
            (0x4797, None),
        ] {
            assert_eq!(clients_in(TABLE, port), expected, "{port}");
        }
    }
}
