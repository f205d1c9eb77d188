//! The command line and the output: which case to run, and what it observed.
//!
//! An argument such as `connect=40123` names the case and what it is told: here the
//! port at which the runner listens.

use crate::bindings::wasi::cli::{environment::get_arguments, stdout::get_stdout};
use crate::bindings::wasi::io::streams::OutputStream;
use crate::{Halt, IpAddressFamily, IpSocketAddress, Value, json, loopback};
use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::cell::RefCell;

/// Standard output, once it was asked for: who gives it may have it only once.
struct Output(RefCell<Option<OutputStream>>);

// SAFETY: a component has one thread.
unsafe impl Sync for Output {}

static OUTPUT: Output = Output(RefCell::new(None));

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
    let result = select(cases);
    let end = if result.is_ok() { "ok" } else { "error" };
    print(&json!({ "end": end }));
    // A stream belongs to whoever gave it, who may have to wait for its end.
    drop(OUTPUT.0.take());
    result
}

fn select(cases: &[Case]) -> Result<(), ()> {
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
    let case = split(case).0;
    let Some((name, observe)) = cases.iter().find(|(name, _)| *name == case) else {
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
        Err(Halt::Refused(reason)) => return refuse(reason),
    }
    Ok(())
}

/// The address of the listener of the runner: it is outside the guest, so no policy
/// that keeps a guest from listening keeps it from being there.
///
/// # Errors
/// Refused, when the runner names no port.
pub fn outside_listener(family: IpAddressFamily) -> Result<IpSocketAddress, Halt> {
    let port = told().and_then(|port| port.parse().ok());
    let port = port.ok_or(Halt::Refused("the case needs the port of a listener"))?;
    Ok(loopback(family, port))
}

/// What the runner tells the case: what stands in the argument after the first `=`.
pub fn told() -> Option<String> {
    let arguments = get_arguments();
    let [.., case, _] = arguments.as_slice() else {
        return None;
    };
    split(case).1.map(ToString::to_string)
}

/// The name of the case in an argument, and what it is told.
fn split(argument: &str) -> (&str, Option<&str>) {
    match argument.split_once('=') {
        Some((case, told)) => (case, Some(told)),
        None => (argument, None),
    }
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
    let mut output = OUTPUT.0.borrow_mut();
    let stdout = output.get_or_insert_with(get_stdout);
    // One call takes at most 4096 bytes.
    for piece in line.chunks(4096) {
        if stdout.blocking_write_and_flush(piece).is_err() {
            // Nobody reads the output, so there is nobody to report this to.
            return;
        }
    }
}
