//! This program, started anew as a child of itself.
//!
//! The embedded implementation and the probes of environments run in a
//! process of their own. It is this same binary, so every `main` that uses
//! this library calls [`dispatch`] first.

use crate::adapter::embedded;
use crate::environment::{self, Environment};
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// The first argument of such a child. No user types it by accident.
const MARK: &str = "__wasi-tcp-conformance-child";

/// What the embedded implementation allows a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// TCP, to every address.
    Network,
    /// TCP, to no address.
    NoAddresses,
    /// No TCP.
    NoTcp,
}

impl Policy {
    const ALL: [Self; 3] = [Self::Network, Self::NoAddresses, Self::NoTcp];

    fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::NoAddresses => "no-addresses",
            Self::NoTcp => "no-tcp",
        }
    }
}

/// What a child is started for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// Look at an environment from the inside.
    Probe(Environment),
    /// Run a guest on the embedded implementation.
    Embedded {
        /// The compiled component.
        compiled: PathBuf,
        /// What its policy allows.
        policy: Policy,
        /// The guest's arguments, without the program's name.
        arguments: Vec<String>,
    },
}

/// Runs what this process was started for, if it is such a child.
///
/// Call it first in `main` and return what it returns.
#[must_use = "when this process is a child, main must end with the exit code"]
pub fn dispatch() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != MARK {
        return None;
    }
    Some(match parse(arguments) {
        Some(Request::Probe(environment)) => environment::run_probe(environment),
        Some(Request::Embedded {
            compiled,
            policy,
            arguments,
        }) => embedded::run(&compiled, policy, &arguments),
        None => {
            eprintln!("{MARK} is how this program starts itself; it is not for the command line");
            ExitCode::from(2)
        }
    })
}

/// The command that starts this program as a child.
///
/// # Errors
/// When the path of this program is not known.
pub(crate) fn command(request: &Request) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(MARK);
    match request {
        Request::Probe(environment) => command.args(["probe", &environment.to_string()]),
        Request::Embedded {
            compiled,
            policy,
            arguments,
        } => command
            .args(["embedded", policy.name()])
            .arg(compiled)
            .args(arguments),
    };
    Ok(command)
}

fn parse(mut arguments: impl Iterator<Item = OsString>) -> Option<Request> {
    let mut text = || arguments.next()?.into_string().ok();
    match text()?.as_str() {
        "probe" => Some(Request::Probe(text()?.parse().ok()?)),
        "embedded" => {
            let name = text()?;
            let policy = Policy::ALL.into_iter().find(|it| it.name() == name)?;
            Some(Request::Embedded {
                compiled: arguments.next()?.into(),
                policy,
                arguments: arguments
                    .map(OsString::into_string)
                    .collect::<Result<_, _>>()
                    .ok()?,
            })
        }
        _ => None,
    }
}
