//! This program, executed again as a child of itself.
//!
//! Guests of an embedded runtime and the probes of faults run in processes of
//! their own. These are this same binary, with a mark as the first argument.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::Command;

/// The first argument of such a child. No user types it by accident.
pub(crate) const MARK: &str = "__wasi-tcp-conformance-child";

/// What follows the mark, if this process is such a child.
pub(crate) fn arguments() -> Option<impl Iterator<Item = OsString>> {
    let mut arguments = std::env::args_os().skip(1);
    (arguments.next()? == MARK).then_some(arguments)
}

/// The command that probes a fault from the inside.
///
/// # Errors
/// When the path of this program is not known.
pub(crate) fn probe(fault: &str) -> io::Result<Command> {
    let mut command = this_program()?;
    command.args(["probe", fault]);
    Ok(command)
}

/// The command that runs a guest.
///
/// # Errors
/// When the path of this program is not known.
pub(crate) fn guest(policy: &str, component: &Path, arguments: &[&str]) -> io::Result<Command> {
    let mut command = this_program()?;
    command
        .args(["guest", policy])
        .arg(component)
        .args(arguments);
    Ok(command)
}

fn this_program() -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(MARK);
    Ok(command)
}
