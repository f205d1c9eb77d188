//! The command line and the output: which case to run, and what it observed.

use crate::family::Family;
use crate::observe::kind;
use crate::setup::Halt;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::process::ExitCode;
use std::{env, panic};

/// The name of a case, and its function.
pub type Case = (&'static str, fn(Family) -> Result<Value, Halt>);

/// Runs the case and the family that the last two arguments name. Without these
/// arguments, it lists the cases.
///
/// Runtimes differ in what they pass as the first argument, and some pass none at all.
pub fn run(cases: &[Case]) -> ExitCode {
    panic::set_hook(Box::new(|info| {
        print(&json!({ "panicked": info.to_string() }));
    }));
    let is_ok = select(cases);
    print(&json!({ "end": if is_ok { "ok" } else { "error" } }));
    if is_ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Whether there is such a case.
fn select(cases: &[Case]) -> bool {
    let arguments: Vec<String> = env::args().collect();
    let [.., case, family] = arguments.as_slice() else {
        let names: Vec<&str> = cases.iter().map(|(name, _)| *name).collect();
        print(&json!({ "cases": names }));
        return true;
    };
    let Some(family) = Family::named(family) else {
        return refuse("the family is ipv4 or ipv6");
    };
    let case = split(case).0;
    let Some((name, observe)) = cases.iter().find(|(name, _)| *name == case) else {
        return refuse("no such case");
    };
    step(name);
    match observe(family) {
        Ok(observed) | Err(Halt::Observed(observed)) => {
            print(&json!({ "case": name, "observed": observed }));
        }
        Err(Halt::Blocked { step, error }) => {
            print(&json!({ "case": name, "blocked": step, "error": kind(&error) }));
        }
        Err(Halt::Refused(reason)) => return refuse(reason),
    }
    true
}

/// Reports what the guest does next, which tells where a hang or a trap happens.
pub fn step(name: &str) {
    print(&json!({ "step": name }));
}

/// The port at which the runner listens: what stands in the argument after the first `=`.
pub fn told_port() -> Result<u16, Halt> {
    let arguments: Vec<String> = env::args().collect();
    let told = match arguments.as_slice() {
        [.., case, _] => split(case).1,
        _ => None,
    };
    let port = told.and_then(|port| port.parse().ok());
    port.ok_or(Halt::Refused("the case needs the port of a listener"))
}

/// The name of the case in an argument, and what it is told.
fn split(argument: &str) -> (&str, Option<&str>) {
    match argument.split_once('=') {
        Some((case, told)) => (case, Some(told)),
        None => (argument, None),
    }
}

fn refuse(reason: &str) -> bool {
    print(&json!({ "refused": reason }));
    false
}

/// Prints a line and flushes it: the next call may never return.
fn print(line: &Value) {
    let mut line = line.to_string().into_bytes();
    line.push(b'\n');
    let mut stdout = io::stdout().lock();
    for piece in line.chunks(4096) {
        if stdout
            .write_all(piece)
            .and_then(|()| stdout.flush())
            .is_err()
        {
            // Nobody reads the output, so there is nobody to report this to.
            return;
        }
    }
}
