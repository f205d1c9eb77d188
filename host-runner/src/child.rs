//! This program, started anew as a child of itself.
//!
//! What is embedded, and the probes of environments, run in a process of their
//! own. It is this same binary, so every `main` that judges with this library
//! looks first whether it is such a child:
//! [`Conformance::main`](crate::Conformance::main) does it, others call
//! [`dispatch`].

use crate::adapter::{Embedding, Guest, Network};
use crate::environment::{self, Environment};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The first argument of such a child. No user types it by accident.
const MARK: &str = "__wasi-tcp-conformance-child";

/// Runs what this process was started for, if it is such a child; a guest on
/// the implementation built in.
///
/// Call it first in `main` and return what it returns.
#[must_use = "when this process is a child, main must end with the exit code"]
pub fn dispatch() -> Option<ExitCode> {
    #[cfg(feature = "wasmtime")]
    return dispatch_to(Some(&crate::adapter::Wasmtime));
    #[cfg(not(feature = "wasmtime"))]
    dispatch_to(None)
}

/// Runs what this process was started for, if it is such a child; a guest on
/// this embedding.
pub(crate) fn dispatch_to(embedding: Option<&dyn Embedding>) -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != MARK {
        return None;
    }
    let code = child(embedding, arguments);
    Some(code.unwrap_or_else(|| {
        eprintln!("{MARK} is how this program starts itself; it is not for the command line");
        ExitCode::from(2)
    }))
}

fn child(
    embedding: Option<&dyn Embedding>,
    mut arguments: impl Iterator<Item = OsString>,
) -> Option<ExitCode> {
    let mut text = || arguments.next()?.into_string().ok();
    match text()?.as_str() {
        "probe" => Some(environment::run_probe(text()?.parse().ok()?)),
        "guest" => {
            let network = Network::named(&text()?)?;
            let component = PathBuf::from(arguments.next()?);
            let arguments: Vec<_> = arguments
                .map(OsString::into_string)
                .collect::<Result<_, _>>()
                .ok()?;
            let guest = Guest {
                component: &component,
                arguments: &arguments,
                network,
            };
            Some(embedding?.run(&guest).exit())
        }
        _ => None,
    }
}

/// The command that looks at an environment from the inside.
///
/// # Errors
/// When the path of this program is not known.
pub(crate) fn probe(environment: Environment) -> io::Result<Command> {
    let mut command = this()?;
    command.args(["probe", &environment.to_string()]);
    Ok(command)
}

/// The command that runs a guest.
///
/// # Errors
/// When the path of this program is not known.
pub(crate) fn guest(network: &str, component: &Path, arguments: &[&str]) -> io::Result<Command> {
    let mut command = this()?;
    command
        .args(["guest", network])
        .arg(component)
        .args(arguments);
    Ok(command)
}

fn this() -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(MARK);
    Ok(command)
}
