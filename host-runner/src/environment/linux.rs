//! Environments by resource limit and seccomp filter.

#![expect(unsafe_code, reason = "code that runs between fork and exec")]

use super::{Environment, Errno, FD_LIMIT};
use rustix::io::Errno as Os;
use rustix::net::{AddressFamily, SocketType};
use rustix::process::{Resource, Rlimit, setrlimit};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};
use std::collections::BTreeMap;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The system calls that the filters are about.
///
/// Numbers of the kernel's own tables; `seccompiler` takes them as they are.
mod syscalls {
    #[cfg(target_arch = "x86_64")]
    pub(super) const SOCKET: i64 = 41;
    #[cfg(target_arch = "x86_64")]
    pub(super) const ENDPOINTS: [i64; 5] = [42, 43, 49, 50, 288];
    #[cfg(any(target_arch = "aarch64", target_arch = "riscv64"))]
    pub(super) const SOCKET: i64 = 198;
    #[cfg(any(target_arch = "aarch64", target_arch = "riscv64"))]
    pub(super) const ENDPOINTS: [i64; 5] = [200, 201, 202, 203, 242];
}

/// Puts the environment around a command.
pub(super) fn apply(environment: Environment, command: &mut Command) -> Result<(), String> {
    match environment {
        Environment::Default
        | Environment::Denied
        | Environment::DeniedAddresses
        | Environment::Wasi(_) => {}
        Environment::FdLimit => limit_descriptors(command),
        Environment::NoEndpoints => {
            let rules = syscalls::ENDPOINTS.iter().map(|call| (*call, Vec::new()));
            install(command, rules.collect(), Os::PERM)?;
        }
        Environment::Ipv4Missing => {
            refuse_sockets(command, &[AddressFamily::INET], Os::AFNOSUPPORT)?;
        }
        Environment::Ipv6Missing => {
            refuse_sockets(command, &[AddressFamily::INET6], Os::AFNOSUPPORT)?;
        }
        Environment::Errno(errno) => {
            let families = [AddressFamily::INET, AddressFamily::INET6];
            refuse_sockets(command, &families, errno.os())?;
        }
    }
    Ok(())
}

impl Errno {
    /// The system's number for it.
    pub(super) fn os(self) -> Os {
        match self {
            Self::Emfile => Os::MFILE,
            Self::Enfile => Os::NFILE,
            Self::Eafnosupport => Os::AFNOSUPPORT,
            Self::Eacces => Os::ACCESS,
            Self::Eperm => Os::PERM,
            Self::Enomem => Os::NOMEM,
            Self::Enobufs => Os::NOBUFS,
            Self::Eprotonosupport => Os::PROTONOSUPPORT,
            Self::Eopnotsupp => Os::OPNOTSUPP,
            Self::Einval => Os::INVAL,
            Self::Eio => Os::IO,
        }
    }
}

fn limit_descriptors(command: &mut Command) {
    let limit = Rlimit {
        current: Some(FD_LIMIT),
        maximum: Some(FD_LIMIT),
    };
    // SAFETY: one system call, no allocation.
    unsafe {
        command.pre_exec(move || Ok(setrlimit(Resource::Nofile, limit)?));
    }
}

/// Makes `socket(2)` fail for streams of these families.
fn refuse_sockets(
    command: &mut Command,
    families: &[AddressFamily],
    errno: Os,
) -> Result<(), String> {
    /// The bits of the second argument that hold the type; above are flags.
    const TYPE_MASK: u64 = 0xf;
    let rule = |family: &AddressFamily| {
        let stream = u64::from(SocketType::STREAM.as_raw());
        SeccompRule::new(vec![
            SeccompCondition::new(
                0,
                SeccompCmpArgLen::Dword,
                SeccompCmpOp::Eq,
                u64::from(family.as_raw()),
            )?,
            SeccompCondition::new(
                1,
                SeccompCmpArgLen::Dword,
                SeccompCmpOp::MaskedEq(TYPE_MASK),
                stream,
            )?,
        ])
    };
    let rules = families
        .iter()
        .map(rule)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    install(command, BTreeMap::from([(syscalls::SOCKET, rules)]), errno)
}

/// Installs a filter that fails the matching calls with `errno`.
fn install(
    command: &mut Command,
    rules: BTreeMap<i64, Vec<SeccompRule>>,
    errno: Os,
) -> Result<(), String> {
    let unavailable = |error: &dyn std::fmt::Display| {
        format!("this host has no seccomp filter for the environment: {error}")
    };
    let number = u32::try_from(errno.raw_os_error()).map_err(|error| unavailable(&error))?;
    let architecture = std::env::consts::ARCH
        .try_into()
        .map_err(|error| unavailable(&error))?;
    let program: BpfProgram = SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(number),
        architecture,
    )
    .and_then(TryInto::try_into)
    .map_err(|error| unavailable(&error))?;
    // SAFETY: two system calls on a program that was compiled before the
    // fork; only a failure allocates, and then the child ends.
    unsafe {
        command.pre_exec(move || {
            seccompiler::apply_filter(&program).map_err(|_| io::Error::last_os_error())
        });
    }
    Ok(())
}
