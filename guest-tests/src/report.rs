//! The command line and the output lines: which case to run, what it saw.

use crate::bindings::wasi::cli::{environment::get_arguments, stdout::get_stdout};
use crate::{Halt, IpAddressFamily, Value, json};
use alloc::{string::ToString, vec::Vec};

/// A case: its name, and the function that observes.
pub type Case = (&'static str, fn(IpAddressFamily) -> Result<Value, Halt>);

/// Runs the case that the last two arguments name, for the family they name.
///
/// Without any argument it lists the cases. Runtimes differ in what they pass
/// as the first argument, so it is not looked at.
///
/// # Errors
/// `()` when the arguments name no case or no family.
pub fn run(cases: &[Case]) -> Result<(), ()> {
    let arguments = get_arguments();
    let [.., case, family] = arguments.as_slice() else {
        let names: Vec<&str> = cases.iter().map(|(name, _)| *name).collect();
        print(&json!({ "cases": names }));
        return Ok(());
    };
    let family = match family.as_str() {
        "ipv4" => IpAddressFamily::Ipv4,
        "ipv6" => IpAddressFamily::Ipv6,
        _ => return refuse("the family is ipv4 or ipv6"),
    };
    let Some((name, observe)) = cases.iter().find(|(name, _)| name == case) else {
        return refuse("no such case");
    };
    step(name);
    match observe(family) {
        Ok(observed) | Err(Halt::Observed(observed)) => {
            print(&json!({ "case": name, "observed": observed }));
        }
        Err(Halt::Blocked { step, code }) => {
            print(&json!({ "case": name, "blocked": step, "error": code.name() }));
        }
    }
    Ok(())
}

/// Says what the guest is about to do, so that a hang or a trap is placed.
pub fn step(name: &str) {
    print(&json!({ "step": name }));
}

/// Reports a panic of the guest itself.
pub(crate) fn panicked(info: &core::panic::PanicInfo<'_>) {
    print(&json!({ "panicked": info.to_string() }));
}

fn refuse(reason: &str) -> Result<(), ()> {
    print(&json!({ "refused": reason }));
    Err(())
}

/// Prints one line and flushes it: what comes after may never return.
fn print(line: &Value) {
    let mut line = line.to_string().into_bytes();
    line.push(b'\n');
    let stdout = get_stdout();
    // The most that one call takes is 4096 bytes.
    for piece in line.chunks(4096) {
        if stdout.blocking_write_and_flush(piece).is_err() {
            // Nobody listens any more: the runner will find silence.
            return;
        }
    }
}
