//! The set-up under which a case runs, put around any implementation.
//!
//! An environment is applied in the child, between fork and exec, so that a
//! runtime needs no support for it. Where the host cannot provide one, a
//! native probe says so first; that is never read off a failure.

#[cfg(target_os = "linux")]
mod linux;
mod probe;

pub(crate) use probe::run as run_probe;
pub use probe::{Host, HostFacts, Probe};

use crate::WasiVersion;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::borrow::Cow;
use std::fmt;
use std::process::Command;
use std::str::FromStr;

/// How many descriptors `fd-limit` leaves to a process.
pub const FD_LIMIT: u64 = 64;

/// What is done to the process of an implementation before it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Environment {
    /// Nothing.
    Default,
    /// The implementation's own policy forbids TCP.
    Denied,
    /// The implementation's own policy allows TCP, and no address.
    DeniedAddresses,
    /// `RLIMIT_NOFILE` is [`FD_LIMIT`].
    FdLimit,
    /// `bind`, `connect`, `listen` and `accept` fail with `EPERM`.
    NoEndpoints,
    /// `socket` fails with `EAFNOSUPPORT` for IPv4 streams.
    Ipv4Missing,
    /// `socket` fails with `EAFNOSUPPORT` for IPv6 streams.
    Ipv6Missing,
    /// `socket` fails with this error for streams of both families.
    Errno(Errno),
    /// The component imports the interfaces at this version.
    Wasi(WasiVersion),
}

/// An error of the operating system that `socket` can fail with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of POSIX")]
#[non_exhaustive]
pub enum Errno {
    Emfile,
    Enfile,
    Eafnosupport,
    Eacces,
    Eperm,
    Enomem,
    Enobufs,
    Eprotonosupport,
    Eopnotsupp,
    Einval,
    Eio,
}

impl Environment {
    /// Every environment there is.
    pub fn all() -> impl Iterator<Item = Self> {
        let plain = [
            Self::Default,
            Self::Denied,
            Self::DeniedAddresses,
            Self::FdLimit,
            Self::NoEndpoints,
            Self::Ipv4Missing,
            Self::Ipv6Missing,
        ];
        plain
            .into_iter()
            .chain(Errno::ALL.map(Self::Errno))
            .chain(WasiVersion::all().map(Self::Wasi))
    }

    /// Puts the environment around a command. Those that are not of the
    /// operating system change nothing here: a denial is the implementation's
    /// own affair, and a version that of the component.
    ///
    /// # Errors
    /// The reason why this host has no such environment.
    pub(crate) fn apply(self, command: &mut Command) -> Result<(), String> {
        #[cfg(target_os = "linux")]
        return linux::apply(self, command);
        #[cfg(not(target_os = "linux"))]
        match self {
            Self::Default | Self::Denied | Self::DeniedAddresses | Self::Wasi(_) => {
                let _ = command;
                Ok(())
            }
            _ => Err(format!("the environment {self} needs Linux")),
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "default",
            Self::Denied => "denied",
            Self::DeniedAddresses => "denied-addresses",
            Self::FdLimit => "fd-limit",
            Self::NoEndpoints => "no-endpoints",
            Self::Ipv4Missing => "ipv4-missing",
            Self::Ipv6Missing => "ipv6-missing",
            Self::Errno(errno) => return write!(f, "errno-{}", errno.name()),
            Self::Wasi(version) => return write!(f, "wasi-{version}"),
        })
    }
}

impl Errno {
    /// Every error there is.
    pub const ALL: [Self; 11] = [
        Self::Emfile,
        Self::Enfile,
        Self::Eafnosupport,
        Self::Eacces,
        Self::Eperm,
        Self::Enomem,
        Self::Enobufs,
        Self::Eprotonosupport,
        Self::Eopnotsupp,
        Self::Einval,
        Self::Eio,
    ];

    /// The name of POSIX, in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Emfile => "emfile",
            Self::Enfile => "enfile",
            Self::Eafnosupport => "eafnosupport",
            Self::Eacces => "eacces",
            Self::Eperm => "eperm",
            Self::Enomem => "enomem",
            Self::Enobufs => "enobufs",
            Self::Eprotonosupport => "eprotonosupport",
            Self::Eopnotsupp => "eopnotsupp",
            Self::Einval => "einval",
            Self::Eio => "eio",
        }
    }
}

impl FromStr for Environment {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::all()
            .find(|it| it.to_string() == name)
            .ok_or_else(|| {
                let names: Vec<_> = Self::all().map(|it| it.to_string()).collect();
                format!(
                    "there is no environment `{name}`; there are {}",
                    names.join(", ")
                )
            })
    }
}

impl Serialize for Environment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Environment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

impl JsonSchema for Environment {
    fn schema_name() -> Cow<'static, str> {
        "Environment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<_> = Self::all().map(|it| it.to_string()).collect();
        json_schema!({ "type": "string", "enum": names })
    }
}
