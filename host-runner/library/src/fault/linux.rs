//! Faults by resource limit and seccomp filter.

#![expect(unsafe_code, reason = "code that runs between fork and exec")]

use rustix::io::Errno as Os;
use rustix::net::{self, AddressFamily, SocketType};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::Command;
use wasi_tcp_conformance_core::{Call, Errno, Family, Fault, Rule};

/// The numbers of a system call, with those of its variants.
pub(super) fn numbers(call: Call) -> Result<&'static [i64], String> {
    Ok(match call {
        Call::Socket => &[libc::SYS_socket],
        Call::Bind => &[libc::SYS_bind],
        Call::Connect => &[libc::SYS_connect],
        Call::Listen => &[libc::SYS_listen],
        Call::Accept => &[libc::SYS_accept, libc::SYS_accept4],
        other => return Err(format!("the system call {other:?} is not in this table")),
    })
}

macro_rules! errnos {
    ($($name:ident)+) => {
        /// The number of an error.
        pub(super) fn number(errno: Errno) -> Result<i32, String> {
            match errno.0 {
                $(stringify!($name) => Ok(libc::$name),)+
                other => Err(format!("the error {other} is not in this table")),
            }
        }
    };
}

errnos! {
    EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN ECONNABORTED ECONNREFUSED ECONNRESET EFAULT
    EHOSTUNREACH EINTR EINVAL EIO EMFILE ENETDOWN ENETUNREACH ENFILE ENOBUFS ENOMEM ENOSPC ENOSYS
    EOPNOTSUPP EPERM EPROTO EPROTONOSUPPORT ETIMEDOUT
}

/// Puts a fault around a command.
///
/// # Errors
/// The reason why this host cannot provide it.
pub(crate) fn apply(fault: Fault, command: &mut Command) -> Result<(), String> {
    match fault.rule {
        Rule::Descriptors(count) => {
            limit_descriptors(command, count);
            Ok(())
        }
        Rule::Fails {
            calls,
            families,
            errno,
        } => failing(calls, families, errno)
            .map(|program| install(command, program))
            .map_err(|why| format!("this host cannot provide the fault `{}`: {why}", fault.name)),
        _ => Err(format!("the rule of `{}` is unknown here", fault.name)),
    }
}

/// Checks, from the inside, that a fault is in force.
///
/// # Errors
/// What it does not do.
pub(crate) fn inspect(fault: Fault) -> Result<(), String> {
    match fault.rule {
        Rule::Descriptors(count) => match getrlimit(Resource::Nofile).current {
            Some(current) if current == count => Ok(()),
            other => Err(format!("the limit is {other:?}")),
        },
        Rule::Fails {
            calls,
            families,
            errno,
        } => {
            let expected = Os::from_raw_os_error(number(errno)?);
            calls
                .iter()
                .try_for_each(|call| inspect_call(*call, families, expected))
        }
        _ => Err("the rule is unknown here".to_owned()),
    }
}

fn inspect_call(call: Call, families: &[Family], expected: Os) -> Result<(), String> {
    if call == Call::Socket {
        return Family::ALL.into_iter().try_for_each(|family| {
            let made = create(family).map(drop);
            if families.contains(&family) {
                expect(&format!("socket for {family}"), made, Err(expected))
            } else if family == Family::Ipv4 {
                expect("socket for ipv4", made, Ok(()))
            } else {
                // The host itself may lack IPv6.
                Ok(())
            }
        });
    }
    let socket = create(Family::Ipv4).map_err(|error| error.to_string())?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let answered = match call {
        Call::Bind => net::bind(&socket, &address),
        Call::Connect => net::connect(&socket, &address),
        Call::Listen => net::listen(&socket, 1),
        Call::Accept => net::accept(&socket).map(drop),
        other => return Err(format!("the system call {other:?} is unknown here")),
    };
    expect(&format!("{call:?}"), answered, Err(expected))
}

fn create(family: Family) -> Result<OwnedFd, Os> {
    net::socket(domain(family), SocketType::STREAM, None)
}

fn domain(family: Family) -> AddressFamily {
    match family {
        Family::Ipv4 => AddressFamily::INET,
        Family::Ipv6 => AddressFamily::INET6,
    }
}

fn expect(what: &str, got: Result<(), Os>, expected: Result<(), Os>) -> Result<(), String> {
    if got == expected {
        return Ok(());
    }
    Err(format!("{what} gave {got:?}, not {expected:?}"))
}

fn limit_descriptors(command: &mut Command, count: u64) {
    let limit = Rlimit {
        current: Some(count),
        maximum: Some(count),
    };
    // SAFETY: one system call, no allocation.
    unsafe {
        command.pre_exec(move || Ok(setrlimit(Resource::Nofile, limit)?));
    }
}

/// A filter that fails these calls.
fn failing(calls: &[Call], families: &[Family], errno: Errno) -> Result<BpfProgram, String> {
    let number = u32::try_from(number(errno)?).map_err(said)?;
    filter(calls, families, SeccompAction::Errno(number))
}

/// A filter that does this at these calls.
pub(super) fn filter(
    calls: &[Call],
    families: &[Family],
    matched: SeccompAction,
) -> Result<BpfProgram, String> {
    let mut rules = BTreeMap::new();
    for call in calls {
        // Only `socket` has the family among its arguments.
        let conditions = if *call == Call::Socket {
            let rules = families.iter().map(|family| stream_of(*family));
            rules.collect::<Result<_, _>>().map_err(said)?
        } else {
            Vec::new()
        };
        for number in numbers(*call)? {
            rules.insert(*number, conditions.clone());
        }
    }
    let architecture = std::env::consts::ARCH.try_into().map_err(said)?;
    SeccompFilter::new(rules, SeccompAction::Allow, matched, architecture)
        .and_then(TryInto::try_into)
        .map_err(said)
}

fn said(error: impl Display) -> String {
    error.to_string()
}

/// Matches the arguments of `socket` that ask for a stream of a family.
fn stream_of(family: Family) -> Result<SeccompRule, seccompiler::BackendError> {
    /// The bits of the second argument that hold the type; above are flags.
    const TYPE_MASK: u64 = 0xf;
    let condition = |argument, operator, value: u32| {
        SeccompCondition::new(
            argument,
            SeccompCmpArgLen::Dword,
            operator,
            u64::from(value),
        )
    };
    let family = u32::from(domain(family).as_raw());
    let stream = SocketType::STREAM.as_raw();
    SeccompRule::new(vec![
        condition(0, SeccompCmpOp::Eq, family)?,
        condition(1, SeccompCmpOp::MaskedEq(TYPE_MASK), stream)?,
    ])
}

/// Installs a filter in the process of a command.
fn install(command: &mut Command, program: BpfProgram) {
    // SAFETY: two system calls on a program that was compiled before the
    // fork; only a failure allocates, and then the child ends.
    unsafe {
        command.pre_exec(move || {
            seccompiler::apply_filter(&program).map_err(|_| io::Error::last_os_error())
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasi_tcp_conformance_core::FAULTS;

    #[test]
    fn every_fault_can_be_made_into_a_filter() {
        for fault in FAULTS {
            if let Rule::Fails {
                calls,
                families,
                errno,
            } = fault.rule
            {
                failing(calls, families, errno).expect(fault.name);
            }
        }
    }
}
