//! Faults that begin while a process runs: a server has to listen before what it serves is
//! kept from listening.
//!
//! A limit of descriptors is set from outside. Calls are failed by their user-space
//! notifications: see seccomp_unotify(2). Until the fault begins, all of them are let through;
//! and after it those that accept at a listener which accepted before, since it is the
//! server's own.

#![expect(unsafe_code, reason = "code that runs between fork and exec, and seccomp(2)")]

use super::linux::{filter, number};
use crate::process::members;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{Errno as Os, IoSlice, IoSliceMut};
use rustix::ioctl::{self, Opcode};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use rustix::thread::set_no_new_privs;
use seccompiler::{BpfProgram, SeccompAction};
use std::collections::BTreeSet;
use std::io::{self, PipeWriter};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use wasi_tcp_conformance_core::{Call, Family, Fault, Rule};

/// A fault that a command gets while it runs.
pub(crate) struct Later {
    fault: Fault,
    rule: Part,
}

enum Part {
    Descriptors(u64),
    Calls {
        /// Where the child sends what notifies us, until it was received.
        from_child: Option<OwnedFd>,
        /// What the calls are failed with.
        errno: i32,
        is_on: Arc<AtomicBool>,
        /// Ends the thread that answers.
        until_dropped: Option<PipeWriter>,
    },
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
        let rule = match fault.rule {
            Rule::Descriptors(count) => Part::Descriptors(count),
            Rule::Fails {
                calls,
                families,
                errno,
            } => {
                let errno = number(errno)?;
                let from_child = notify(calls, families, command)?;
                Part::Calls {
                    from_child: Some(from_child),
                    errno,
                    is_on: Arc::default(),
                    until_dropped: None,
                }
            }
            _ => return Err("its rule is unknown here".to_owned()),
        };
        Ok(Self { fault, rule })
    }

    /// Called once the command was started.
    ///
    /// # Errors
    /// Why the fault cannot be put around it.
    pub(crate) fn started(&mut self) -> Result<(), String> {
        self.watch().map_err(|error| failed(self.fault, error))
    }

    fn watch(&mut self) -> io::Result<()> {
        let Part::Calls {
            from_child,
            errno,
            is_on,
            until_dropped: watched,
        } = &mut self.rule
        else {
            return Ok(());
        };
        let Some(from_child) = from_child.take() else {
            return Err(io::Error::other("the command was started before"));
        };
        let mut supervisor = Supervisor {
            notifications: receive(&from_child)?,
            errno: *errno,
            is_on: Arc::clone(is_on),
            own: BTreeSet::new(),
        };
        let (dropped, until_dropped) = io::pipe()?;
        thread::Builder::new().spawn(move || supervisor.answer_until(dropped.as_fd()))?;
        *watched = Some(until_dropped);
        Ok(())
    }

    /// Begins the fault, for all processes of the group.
    ///
    /// # Errors
    /// Why it cannot be put around them.
    pub(crate) fn begin(&self, group: Pid) -> Result<(), String> {
        match &self.rule {
            Part::Descriptors(count) => {
                limit_descriptors(group, *count).map_err(|error| failed(self.fault, error))
            }
            Part::Calls { is_on, .. } => {
                is_on.store(true, SeqCst);
                Ok(())
            }
        }
    }
}

/// Why this host cannot put a fault around a process that runs, if so: its kernel may be too
/// old, or a container may not let it.
pub(crate) fn lacks(fault: Fault) -> Option<String> {
    static CALLS: OnceLock<Result<(), String>> = OnceLock::new();
    match fault.rule {
        Rule::Fails { .. } => {
            let lacks = CALLS.get_or_init(|| probe(fault)).as_ref().err()?;
            Some(failed(fault, lacks))
        }
        _ => None,
    }
}

/// Puts the fault around a process that ends at once.
fn probe(fault: Fault) -> Result<(), String> {
    let mut command = Command::new("true");
    let mut later = Later::prepared(fault, &mut command)?;
    let mut run = || {
        let mut child = command.spawn()?;
        let watched = later.watch();
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
    sendmsg(socket, &[IoSlice::new(&[0])], &mut control, SendFlags::empty())?;
    Ok(())
}

fn receive(socket: &OwnedFd) -> io::Result<OwnedFd> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    // It was sent before the program began to run.
    let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::DONTWAIT;
    recvmsg(socket, &mut [IoSliceMut::new(&mut byte)], &mut control, flags)?;
    let descriptors = control.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
        _ => None,
    });
    let mut descriptors = descriptors;
    descriptors
        .next()
        .ok_or_else(|| io::Error::other("the process sent no descriptor"))
}

/// Answers the notifications of a process.
struct Supervisor {
    notifications: OwnedFd,
    errno: i32,
    is_on: Arc<AtomicBool>,
    /// The listeners of the server itself: a process, and a descriptor of its.
    own: BTreeSet<(u32, u64)>,
}

impl Supervisor {
    /// Answers until the processes are gone, or `dropped` is closed.
    fn answer_until(&mut self, dropped: BorrowedFd<'_>) {
        loop {
            let watched = [self.notifications.as_fd(), dropped];
            let mut watched = watched.map(|it| PollFd::from_borrowed_fd(it, PollFlags::IN));
            match poll(&mut watched, None) {
                Ok(_) => {}
                Err(Os::INTR) => continue,
                Err(_) => return,
            }
            let [notified, is_dropped] = watched.map(|it| it.revents());
            if !is_dropped.is_empty() || notified.contains(PollFlags::HUP) {
                return;
            }
            if notified.contains(PollFlags::IN) && self.answer().is_err() {
                return;
            }
        }
    }

    fn answer(&mut self) -> rustix::io::Result<()> {
        // SAFETY: all of its fields are numbers.
        let mut notification: libc::seccomp_notif = unsafe { std::mem::zeroed() };
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
        let is_failed = self.fails(&notification);
        let mut response = libc::seccomp_notif_resp {
            id: notification.id,
            val: 0,
            error: if is_failed { -self.errno } else { 0 },
            flags: if is_failed {
                0
            } else {
                libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32
            },
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

    /// Whether a call is to fail.
    fn fails(&mut self, notification: &libc::seccomp_notif) -> bool {
        let data = &notification.data;
        let call = i64::from(data.nr);
        let accepts = [libc::SYS_accept, libc::SYS_accept4].contains(&call);
        let listener = accepts.then(|| (process_of(notification.pid), data.args[0]));
        let is_on = self.is_on.load(SeqCst);
        if let (Some(listener), false) = (listener, is_on) {
            self.own.insert(listener);
        }
        is_on && listener.is_none_or(|it| !self.own.contains(&it))
    }
}

/// The process of a thread.
fn process_of(thread: u32) -> u32 {
    let status = std::fs::read_to_string(format!("/proc/{thread}/status")).unwrap_or_default();
    let mut lines = status.lines();
    let id = lines.find_map(|line| line.strip_prefix("Tgid:"));
    id.and_then(|id| id.trim().parse().ok()).unwrap_or(thread)
}

const RECEIVE: Opcode = ioctl::opcode::read_write::<libc::seccomp_notif>(b'!', 0);
const SEND: Opcode = ioctl::opcode::read_write::<libc::seccomp_notif_resp>(b'!', 1);
