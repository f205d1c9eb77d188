//! The command line and the output: which case to run, and what it observed.

use crate::bindings::wasi::cli::{environment::get_arguments, stdout::get_stdout};
use crate::{Halt, IpAddressFamily, Value, json};
use alloc::{string::ToString, vec::Vec};

/// The name of a case, and its function.
pub type Case = (&'static str, fn(IpAddressFamily) -> Result<Value, Halt>);

/// Runs the case and the family that the last two arguments name. Without these
/// arguments, it lists the cases.
///
/// Runtimes differ in what they pass as the first argument, so nothing depends
/// on it.
///
/// # Errors
/// `()` when there is no such case or no such family.
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

/// Reports what the guest does next, which tells where a hang or a trap happens.
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

/// Prints a line and flushes it: the next call may never return.
fn print(line: &Value) {
    let mut line = line.to_string().into_bytes();
    line.push(b'\n');
    let stdout = get_stdout();
    // One call takes at most 4096 bytes.
    for piece in line.chunks(4096) {
        if stdout.blocking_write_and_flush(piece).is_err() {
            // Nobody reads the output, so there is nobody to report this to.
            return;
        }
    }
}
