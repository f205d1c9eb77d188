//! Bytes on their way from an output stream to an input stream.
//!
//! The bytes follow from their position, so that one that is lost, doubled,
//! changed or out of order is seen where it arrives.

use crate::bindings::wasi::clocks::monotonic_clock::{now, subscribe_duration};
use crate::bindings::wasi::io::poll::poll;
use crate::bindings::wasi::io::streams::{InputStream, OutputStream, StreamError};
use crate::clock::{MOMENT, PATIENCE, ready_within};
use crate::{Observe, Value};
use alloc::vec::Vec;

/// The most that is written or read at once: no power of two, so that pieces
/// do not coincide with the buffers on the way.
const PIECE: usize = 8191;

/// How often nothing may have moved although a stream was ready.
const IDLE_ROUNDS: usize = 100_000;

/// A number of bytes on their way.
pub struct Flow<'a> {
    output: &'a OutputStream,
    input: &'a InputStream,
    piece: usize,
    flushes: bool,
    length: usize,
    sent: usize,
    received: usize,
    largest_read: usize,
}

impl<'a> Flow<'a> {
    /// `length` bytes that are to be sent.
    pub fn new(output: &'a OutputStream, input: &'a InputStream, length: usize) -> Self {
        Self {
            output,
            input,
            piece: PIECE,
            flushes: true,
            length,
            sent: 0,
            received: 0,
            largest_read: 0,
        }
    }

    /// The same in pieces of `piece` bytes.
    #[must_use]
    pub fn in_pieces_of(mut self, piece: usize) -> Self {
        self.piece = piece;
        self
    }

    /// The same without asking that what was written leaves.
    #[must_use]
    pub fn without_flush(mut self) -> Self {
        self.flushes = false;
        self
    }

    /// Carries everything over: `"whole"`, or what went wrong.
    pub fn carry(mut self) -> Value {
        carry_all(&mut [&mut self])
    }

    /// Writes everything, and reads only what is in the way of it.
    ///
    /// # Errors
    /// What went wrong.
    pub fn send(&mut self) -> Result<(), &'static str> {
        let start = now();
        while self.sent < self.length {
            if !self.write()? && !self.wait_to_write() {
                self.read()?;
            }
            if now() - start > PATIENCE {
                return Err("stalled");
            }
        }
        Ok(())
    }

    /// Reads what is left after [`send`](Self::send): `"whole"`, or what went
    /// wrong.
    pub fn receive(&mut self) -> Value {
        carry_all(&mut [self])
    }

    /// The most bytes that a single read gave.
    pub fn largest_read(&self) -> usize {
        self.largest_read
    }

    /// [Receives](Self::receive) and then expects the end of the stream.
    pub fn receive_to_end(&mut self) -> Value {
        let arrived = self.receive();
        if arrived == "whole" && end(self.input) != "closed" {
            return "whole, without an end".into();
        }
        arrived
    }

    /// Writes what is permitted now: whether that was anything.
    fn write(&mut self) -> Result<bool, &'static str> {
        let failed = |_| "writing failed";
        let left = self.length - self.sent;
        let permitted = self.output.check_write().map_err(failed)?;
        let size = left
            .min(self.piece)
            .min(usize::try_from(permitted).unwrap_or(left));
        if size == 0 {
            return Ok(false);
        }
        let piece: Vec<u8> = (self.sent..self.sent + size)
            .map(|it| self.byte(it))
            .collect();
        self.output.write(&piece).map_err(failed)?;
        self.sent += size;
        if self.flushes && self.sent == self.length {
            self.output.flush().map_err(failed)?;
        }
        Ok(true)
    }

    fn wait_to_write(&self) -> bool {
        ready_within(&self.output.subscribe(), MOMENT)
    }

    /// Reads what is there now: whether that was anything.
    fn read(&mut self) -> Result<bool, &'static str> {
        let bytes = match self.input.read(self.piece as u64) {
            Ok(bytes) => bytes,
            Err(StreamError::Closed) => return Err("cut short"),
            Err(StreamError::LastOperationFailed(_)) => return Err("reading failed"),
        };
        self.largest_read = self.largest_read.max(bytes.len());
        for found in &bytes {
            if *found != self.byte(self.received) || self.received == self.length {
                return Err("other bytes");
            }
            self.received += 1;
        }
        Ok(!bytes.is_empty())
    }

    /// The byte at a position: another one in a flow of another length.
    #[expect(clippy::cast_possible_truncation, reason = "eight bits are wanted")]
    fn byte(&self, position: usize) -> u8 {
        ((position + self.length).wrapping_mul(0x9e37_79b1) >> 24) as u8
    }

    fn step(&mut self) -> Result<bool, &'static str> {
        let wrote = self.sent < self.length && self.write()?;
        let read = self.received < self.length && self.read()?;
        Ok(wrote || read)
    }
}

/// Carries flows over at the same time: `"whole"`, or what went wrong.
pub fn carry_all(flows: &mut [&mut Flow]) -> Value {
    let mut idle = 0;
    while idle < IDLE_ROUNDS {
        let mut moved = false;
        for flow in flows.iter_mut() {
            match flow.step() {
                Ok(stepped) => moved |= stepped,
                Err(reason) => return reason.into(),
            }
        }
        if flows.iter().all(|flow| flow.received == flow.length) {
            return "whole".into();
        }
        if !moved {
            idle += 1;
            if !wait(flows) {
                break;
            }
        }
    }
    "stalled".into()
}

/// Waits until one of the flows can go on; `false` when none does.
fn wait(flows: &[&mut Flow]) -> bool {
    let mut pollables = alloc::vec![subscribe_duration(PATIENCE)];
    for flow in flows {
        if flow.received < flow.length {
            pollables.push(flow.input.subscribe());
        }
        if flow.sent < flow.length {
            pollables.push(flow.output.subscribe());
        }
    }
    let pollables: Vec<_> = pollables.iter().collect();
    poll(&pollables) != [0]
}

/// What comes next where nothing but the end is due: `"closed"`, `"failed"`,
/// `"bytes"`, or `"stalled"` when nothing comes.
pub fn end(input: &InputStream) -> Value {
    for _ in 0..IDLE_ROUNDS {
        match input.read(1) {
            Ok(bytes) if bytes.is_empty() => {
                if !ready_within(&input.subscribe(), PATIENCE) {
                    break;
                }
            }
            Ok(_) => return "bytes".into(),
            Err(error) => return error.observe(),
        }
    }
    "stalled".into()
}

/// What an output stream becomes: `"open"` when it takes bytes, `"closed"`,
/// `"failed"`, or `"stalled"`.
pub fn writable(output: &OutputStream) -> Value {
    for _ in 0..IDLE_ROUNDS {
        match output.check_write() {
            Ok(0) => {
                if !ready_within(&output.subscribe(), PATIENCE) {
                    break;
                }
            }
            Ok(_) => return "open".into(),
            Err(error) => return error.observe(),
        }
    }
    "stalled".into()
}
