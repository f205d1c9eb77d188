//! Faults of the host: what the operating system refuses to a runtime.
//!
//! [`FAULTS`] is all that there is to say of a fault. How it is applied and
//! probed, its words in `explain`, the schema and the tables of the
//! documentation follow from its row.

use crate::Family;
use schemars::JsonSchema;
use serde::Deserialize;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A fault, by its name.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Fault {
    /// Its name in trials, such as `socket-emfile`.
    pub name: &'static str,
    /// What is done to the process of the runtime.
    #[doc(hidden)]
    pub rule: Rule,
}

/// What is done to the process of a runtime, before it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// It may have this many descriptors (`RLIMIT_NOFILE`).
    Descriptors(u64),
    /// System calls fail.
    Fails {
        /// These calls.
        calls: &'static [Call],
        /// For stream sockets of these families. Only `socket` can be refused
        /// by family.
        families: &'static [Family],
        /// With this error.
        errno: Errno,
    },
}

/// A system call of sockets, with its variants: `accept` is `accept4` too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are those of POSIX")]
#[non_exhaustive]
pub enum Call {
    Socket,
    Bind,
    Connect,
    Listen,
    Accept,
}

/// An error of the operating system, by its name in POSIX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(pub &'static str);

const BOTH: &[Family] = &Family::ALL;

/// A fault in which `socket(2)` fails for streams of both families.
const fn socket(name: &'static str, errno: &'static str) -> Fault {
    call(name, &[Call::Socket], errno)
}

/// A fault in which one system call fails.
const fn call(name: &'static str, calls: &'static [Call], errno: &'static str) -> Fault {
    Fault {
        name,
        rule: Rule::Fails {
            calls,
            families: BOTH,
            errno: Errno(errno),
        },
    }
}

/// A fault in which the host lacks a family.
const fn missing(name: &'static str, families: &'static [Family]) -> Fault {
    Fault {
        name,
        rule: Rule::Fails {
            calls: &[Call::Socket],
            families,
            errno: Errno("EAFNOSUPPORT"),
        },
    }
}

/// Every fault. A new one is a row here, and an expectation that names it.
pub const FAULTS: &[Fault] = &[
    Fault {
        name: "fd-limit",
        rule: Rule::Descriptors(64),
    },
    Fault {
        name: "no-endpoints",
        rule: Rule::Fails {
            calls: &[Call::Bind, Call::Connect, Call::Listen, Call::Accept],
            families: BOTH,
            errno: Errno("EPERM"),
        },
    },
    missing("ipv4-missing", &[Family::Ipv4]),
    missing("ipv6-missing", &[Family::Ipv6]),
    socket("socket-emfile", "EMFILE"),
    socket("socket-enfile", "ENFILE"),
    socket("socket-eafnosupport", "EAFNOSUPPORT"),
    socket("socket-eacces", "EACCES"),
    socket("socket-eperm", "EPERM"),
    socket("socket-enomem", "ENOMEM"),
    socket("socket-enobufs", "ENOBUFS"),
    socket("socket-eprotonosupport", "EPROTONOSUPPORT"),
    socket("socket-eopnotsupp", "EOPNOTSUPP"),
    socket("socket-einval", "EINVAL"),
    socket("socket-eio", "EIO"),
    call("bind-eaddrinuse", &[Call::Bind], "EADDRINUSE"),
    call("bind-eaddrnotavail", &[Call::Bind], "EADDRNOTAVAIL"),
    call("bind-eacces", &[Call::Bind], "EACCES"),
    call("bind-eperm", &[Call::Bind], "EPERM"),
    call("bind-eio", &[Call::Bind], "EIO"),
    call("listen-eaddrinuse", &[Call::Listen], "EADDRINUSE"),
    call("listen-eacces", &[Call::Listen], "EACCES"),
    call("listen-eio", &[Call::Listen], "EIO"),
    call("accept-econnaborted", &[Call::Accept], "ECONNABORTED"),
    call("accept-emfile", &[Call::Accept], "EMFILE"),
    call("accept-enfile", &[Call::Accept], "ENFILE"),
    call("accept-eio", &[Call::Accept], "EIO"),
    call("connect-etimedout", &[Call::Connect], "ETIMEDOUT"),
    call("connect-econnrefused", &[Call::Connect], "ECONNREFUSED"),
    call("connect-econnreset", &[Call::Connect], "ECONNRESET"),
    call("connect-econnaborted", &[Call::Connect], "ECONNABORTED"),
    call("connect-ehostunreach", &[Call::Connect], "EHOSTUNREACH"),
    call("connect-enetunreach", &[Call::Connect], "ENETUNREACH"),
    call("connect-eaddrinuse", &[Call::Connect], "EADDRINUSE"),
    call("connect-eaddrnotavail", &[Call::Connect], "EADDRNOTAVAIL"),
    call("connect-eacces", &[Call::Connect], "EACCES"),
    call("connect-eperm", &[Call::Connect], "EPERM"),
    call("connect-eio", &[Call::Connect], "EIO"),
];

#[doc(hidden)]
impl Fault {
    /// The fault of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        FAULTS.iter().copied().find(|fault| fault.name == name)
    }
}

#[doc(hidden)]
impl PartialEq for Fault {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

#[doc(hidden)]
impl Eq for Fault {}

#[doc(hidden)]
impl PartialOrd for Fault {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[doc(hidden)]
impl Ord for Fault {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name.cmp(other.name)
    }
}

#[doc(hidden)]
impl Hash for Fault {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

/// What is done, in words.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Descriptors(count) => write!(f, "the process may have {count} descriptors"),
            Self::Fails {
                calls,
                families,
                errno,
            } => {
                let fails = if calls.len() == 1 { "fails" } else { "fail" };
                let calls: Vec<_> = calls.iter().map(Call::to_string).collect();
                write!(f, "{} {fails} with {}", join(&calls), errno.0)?;
                if let [family] = families {
                    write!(f, " for {family} streams")?;
                }
                Ok(())
            }
        }
    }
}

/// `a, b and c`
fn join(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// As manuals call it: `bind(2)`.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Socket => "socket(2)",
            Self::Bind => "bind(2)",
            Self::Connect => "connect(2)",
            Self::Listen => "listen(2)",
            Self::Accept => "accept(2)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_apart_and_say_what_they_do() {
        for (at, fault) in FAULTS.iter().enumerate() {
            assert!(!FAULTS[..at].contains(fault), "{}", fault.name);
            if let Rule::Fails {
                calls, families, ..
            } = fault.rule
            {
                let by_family = families.len() < Family::ALL.len();
                assert!(!by_family || calls == [Call::Socket], "{}", fault.name);
            }
        }
        let words = |name: &str| Fault::named(name).unwrap().rule.to_string();
        assert_eq!(words("socket-emfile"), "socket(2) fails with EMFILE");
        assert_eq!(
            words("accept-econnaborted"),
            "accept(2) fails with ECONNABORTED"
        );
        assert_eq!(
            words("ipv6-missing"),
            "socket(2) fails with EAFNOSUPPORT for ipv6 streams"
        );
        assert_eq!(
            words("no-endpoints"),
            "bind(2), connect(2), listen(2) and accept(2) fail with EPERM"
        );
    }
}
