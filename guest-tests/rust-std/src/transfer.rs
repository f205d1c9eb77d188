//! Bytes on their way from one end of a connection to the other.
//!
//! The position of a byte determines its value, so that the receiver notices a byte that
//! is lost, duplicated, changed or out of order.

use crate::observe::Observe;
use crate::setup::{At, Halt};
use crate::wait::{pause, would_block};
use serde_json::Value;
use std::io::{self, Read, Write};
use std::net::TcpStream;

/// One mebibyte.
pub const MEBIBYTE: usize = 1 << 20;

/// How many bytes to write at once: fewer than any system buffers.
const PIECE: usize = 8191;

/// More bytes than any system buffers.
const PLENTY: usize = 64 << 20;

/// The bytes from one position to another.
pub fn bytes(from: usize, to: usize) -> Vec<u8> {
    (from..to).map(byte).collect()
}

/// The byte at a position.
#[expect(clippy::cast_possible_truncation, reason = "eight bits are wanted")]
fn byte(position: usize) -> u8 {
    (position.wrapping_mul(0x9e37_79b1) >> 24) as u8
}

/// Writes and reads so many bytes by turns: no more are on their way than fit into any
/// buffer. Observes `"whole"`, or what went wrong.
pub fn exchange(from: &TcpStream, to: &TcpStream, length: usize) -> Value {
    match exchanged(from, to, length) {
        Ok(true) => "whole".into(),
        Ok(false) => "other bytes".into(),
        Err(error) => error.observe(),
    }
}

fn exchanged(mut from: &TcpStream, mut to: &TcpStream, length: usize) -> io::Result<bool> {
    for start in (0..length).step_by(PIECE) {
        let piece = bytes(start, length.min(start + PIECE));
        from.write_all(&piece)?;
        let mut arrived = vec![0; piece.len()];
        to.read_exact(&mut arrived)?;
        if arrived != piece {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Writes until the stream takes no more, which it must say with `WouldBlock`; returns
/// how many bytes it took.
pub fn fill(mut stream: &TcpStream) -> Result<usize, Halt> {
    stream.set_nonblocking(true).at("set_nonblocking")?;
    let mut sent = 0;
    let mut was_full = false;
    while sent < PLENTY {
        let outcome = stream.write(&bytes(sent, sent + PIECE));
        if would_block(&outcome) {
            // A stream can be full for a moment only.
            if was_full {
                return Ok(sent);
            }
            was_full = true;
            pause();
            continue;
        }
        match outcome {
            Ok(0) => return Err(Halt::Observed("takes nothing".into())),
            Ok(count) => sent += count,
            Err(error) => return Err(Halt::Observed(error.observe())),
        }
        was_full = false;
    }
    Err(Halt::Observed("never full".into()))
}

/// Reads to the end. Observes `"whole"` if the first `length` bytes arrive and no others,
/// or what went wrong.
pub fn read_whole(mut stream: &TcpStream, length: usize) -> Value {
    let mut arrived = Vec::new();
    if let Err(error) = stream.read_to_end(&mut arrived) {
        return error.observe();
    }
    if arrived == bytes(0, length) {
        "whole".into()
    } else if arrived.len() < length {
        "cut short".into()
    } else {
        "other bytes".into()
    }
}

/// What one read gives: `"end"`, how many bytes, or the error.
pub fn read_once(mut stream: &TcpStream) -> Value {
    match stream.read(&mut [0; 100]) {
        Ok(0) => "end".into(),
        outcome => outcome.observe(),
    }
}

/// What one write gives: `"ok"`, or the error.
pub fn write_once(mut stream: &TcpStream) -> Value {
    stream.write(&[0; 100]).map(drop).observe()
}
