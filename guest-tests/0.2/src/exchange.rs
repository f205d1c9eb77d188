//! Bytes that go from one stream to another by the calls of a stream.

use crate::bindings::wasi::io::streams::{InputStream, OutputStream, StreamError};
use crate::clock::{Attempts, gets_ready};
use crate::{Halt, Observe, Value, json, step};
use alloc::vec::Vec;

/// How many bytes the calls here move: no more than one of the blocking calls takes.
pub const LENGTH: usize = 3000;

/// The bytes that are sent: each is its position modulo 251.
pub fn numbered(length: usize) -> Vec<u8> {
    (0..=250).cycle().take(length).collect()
}

/// How many bytes may be written, which is at least one.
///
/// # Errors
/// Observed, when none may ever be.
pub fn permit(output: &OutputStream) -> Result<u64, Halt> {
    step("check-write");
    if !gets_ready(&output.subscribe()) {
        return Err(Halt::Observed("never writable".into()));
    }
    match output.check_write() {
        Ok(0) => Err(Halt::Observed("ready, and not writable".into())),
        Ok(permitted) => Ok(permitted),
        Err(error) => Err(Halt::Observed(error.observe())),
    }
}

/// Sends bytes and waits until they have left.
///
/// # Errors
/// Observed, when they do not leave.
pub fn send(output: &OutputStream, bytes: &[u8]) -> Result<(), Halt> {
    let sent = output.blocking_write_and_flush(bytes);
    sent.map_err(|error| Halt::Observed(json!({ "send": error.observe() })))
}

/// [Sends](send) some bytes that nobody tells apart.
///
/// # Errors
/// Observed, when they do not leave.
pub fn send_some(output: &OutputStream, count: usize) -> Result<(), Halt> {
    step("send");
    send(output, &alloc::vec![7; count])
}

/// Sends one byte to a peer that resets the connection then. An error may tell of the reset
/// already; where the byte has not left, no reset comes.
pub fn send_to_be_reset(output: &OutputStream) {
    step("send");
    let _ = output.blocking_write_and_flush(&[7]);
}

/// What one read gives: `"empty"`, the number of bytes, or the error.
pub fn read(input: &InputStream, length: u64) -> Value {
    match input.read(length) {
        Ok(bytes) if bytes.is_empty() => "empty".into(),
        Ok(bytes) => bytes.len().into(),
        Err(error) => error.observe(),
    }
}

/// `"whole"` when just these bytes arrive, or what went wrong.
pub fn received(input: &InputStream, expected: &[u8]) -> Value {
    step("read at the peer");
    let mut attempts = Attempts::new();
    let mut received = Vec::new();
    while received.len() < expected.len() {
        match input.read((expected.len() - received.len()) as u64) {
            Ok(bytes) if bytes.is_empty() => {
                if !attempts.go_on() || !gets_ready(&input.subscribe()) {
                    return "stalled".into();
                }
            }
            Ok(bytes) => {
                attempts = Attempts::new();
                received.extend(bytes);
            }
            Err(error) => return error.observe(),
        }
    }
    compared(&received, expected)
}

/// Whether bytes are those that were sent.
pub fn compared(received: &[u8], expected: &[u8]) -> Value {
    if received == expected {
        "whole".into()
    } else {
        "other bytes".into()
    }
}

/// Reads them by a call that waits.
///
/// # Errors
/// Observed, when it ends before, or gives nothing.
pub fn blocking_received(input: &InputStream, expected: &[u8]) -> Result<Value, Halt> {
    step("blocking-read");
    let mut received = Vec::new();
    while received.len() < expected.len() {
        match input.blocking_read(expected.len() as u64) {
            Ok(some) if some.is_empty() => return Err(Halt::Observed("empty".into())),
            Ok(some) => received.extend(some),
            Err(error) => return Err(Halt::Observed(error.observe())),
        }
    }
    Ok(compared(&received, expected))
}

/// What a call does that finds no bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// It moves none.
    Returns,
    /// It waits until it can move some.
    Waits,
}

/// Skips the first third of what arrives, and reads the rest.
///
/// # Errors
/// Observed, when it cannot be sent.
pub fn skips(
    output: &OutputStream,
    input: &InputStream,
    call: Call,
    skip: fn(&InputStream, u64) -> Result<u64, StreamError>,
) -> Result<Value, Halt> {
    const SKIPPED: usize = LENGTH / 3;
    step("blocking-write-and-flush");
    send(output, &numbered(LENGTH))?;
    step("skip");
    let waits = || gets_ready(&input.subscribe());
    let (skipped, reason) = moved(SKIPPED, call, waits, |left| skip(input, left));
    if let Some(reason) = reason {
        return Ok(json!({ "skipped": skipped, "then": reason }));
    }
    step("read the rest");
    let rest = received(input, &numbered(LENGTH)[SKIPPED..]);
    Ok(json!({ "skipped": skipped, "rest": rest }))
}

/// Moves bytes from one connection to another: what is sent to the first arrives at the
/// end of the second.
///
/// # Errors
/// Observed, when they cannot be sent.
pub fn splices(
    (start, input): (&OutputStream, &InputStream),
    (output, end): (&OutputStream, &InputStream),
    call: Call,
    splice: fn(&OutputStream, &InputStream, u64) -> Result<u64, StreamError>,
) -> Result<Value, Halt> {
    step("blocking-write-and-flush");
    send(start, &numbered(LENGTH))?;
    step("splice");
    let waits = || gets_ready(&input.subscribe()) && gets_ready(&output.subscribe());
    let (spliced, reason) = moved(LENGTH, call, waits, |left| splice(output, input, left));
    if let Some(reason) = reason {
        return Ok(json!({ "spliced": spliced, "then": reason }));
    }
    step("blocking-flush");
    let flushed = output.blocking_flush();
    flushed.map_err(|error| Halt::Observed(json!({ "flush": error.observe() })))?;
    let received = received(end, &numbered(LENGTH));
    Ok(json!({ "spliced": spliced, "received": received }))
}

/// Calls `go` until it has moved `length` bytes, and `waits` where it moved none; returns how
/// many it moved, and why it did not move all.
fn moved(
    length: usize,
    call: Call,
    waits: impl Fn() -> bool,
    mut go: impl FnMut(u64) -> Result<u64, StreamError>,
) -> (u64, Option<Value>) {
    let mut attempts = Attempts::new();
    let mut left = length as u64;
    let mut done = 0;
    while left > 0 {
        match go(left) {
            Ok(0) if call == Call::Waits => return (done, Some("nothing".into())),
            Ok(0) => {
                if !attempts.go_on() || !waits() {
                    return (done, Some("stalled".into()));
                }
            }
            Ok(count) if count > left => return (done, Some("more than asked for".into())),
            Ok(count) => {
                attempts = Attempts::new();
                left -= count;
                done += count;
            }
            Err(error) => return (done, Some(error.observe())),
        }
    }
    (done, None)
}

/// Two pollables of one stream, taken before a byte is there that then arrives.
///
/// # Errors
/// Observed, when it cannot be sent.
pub fn gets_ready_between(output: &OutputStream, input: &InputStream) -> Result<Value, Halt> {
    let pollables = [input.subscribe(), input.subscribe()];
    step("wait for no byte");
    let idle = json!([pollables[0].ready(), pollables[1].ready(), read(input, 10)]);
    step("wait for a byte");
    send_some(output, 1)?;
    let arrived = json!([
        gets_ready(&pollables[0]),
        gets_ready(&pollables[1]),
        read(input, 10)
    ]);
    step("wait for no byte");
    // What is read as empty cannot be ready.
    let drained = json!([read(input, 10), pollables[0].ready(), pollables[1].ready()]);
    Ok(json!({ "idle": idle, "arrived": arrived, "drained": drained }))
}
