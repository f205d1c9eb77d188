//! Bytes on their way from an output stream to an input stream.
//!
//! The position of a byte determines its value, so that the receiver notices a
//! byte that is lost, duplicated, changed or out of order.

use crate::bindings::wasi::io::streams::{InputStream, OutputStream, StreamError};
use crate::clock::{Attempts, gets_ready, one_gets_ready, ready_within_moment};
use crate::{Observe, Value};
use alloc::vec::Vec;

/// How many bytes to write or read at once. It is no power of two, so that
/// pieces do not coincide with the buffers on the way.
const PIECE: usize = 8191;

/// More bytes than any system buffers.
const PLENTY: usize = 64 << 20;

/// Bytes that are sent to one stream and received from another.
pub struct Transfer<'a> {
    output: &'a OutputStream,
    input: &'a InputStream,
    piece: usize,
    flushes: bool,
    /// Transfers of different seeds differ in their bytes.
    seed: usize,
    length: usize,
    sent: usize,
    received: usize,
    largest_read: usize,
}

impl<'a> Transfer<'a> {
    /// A transfer of `length` bytes.
    pub fn new(output: &'a OutputStream, input: &'a InputStream, length: usize) -> Self {
        Self {
            output,
            input,
            piece: PIECE,
            flushes: true,
            seed: length,
            length,
            sent: 0,
            received: 0,
            largest_read: 0,
        }
    }

    /// Writes and reads pieces of `piece` bytes.
    #[must_use]
    pub fn in_pieces_of(mut self, piece: usize) -> Self {
        self.piece = piece;
        self
    }

    /// Does not flush the output stream after the last byte.
    #[must_use]
    pub fn without_flush(mut self) -> Self {
        self.flushes = false;
        self
    }

    /// Sends and receives all bytes; returns `"whole"`, or what went wrong.
    pub fn run(mut self) -> Value {
        run_all(&mut [&mut self])
    }

    /// Sends all bytes, and receives only while the output stream is full.
    ///
    /// # Errors
    /// What went wrong.
    pub fn send(&mut self) -> Result<(), &'static str> {
        let mut attempts = Attempts::new();
        while self.sent < self.length {
            if self.write()? || (!self.is_writable_soon() && self.read()?) {
                attempts = Attempts::new();
            } else if !attempts.go_on() || !wait(&[self]) {
                return Err("stalled");
            }
        }
        Ok(())
    }

    /// Sends until the output stream is full, and receives nothing; the transfer is
    /// then as long as what was sent.
    ///
    /// # Errors
    /// What went wrong, or `"never full"` when the stream takes more than any system
    /// buffers.
    pub fn fill(&mut self) -> Result<(), &'static str> {
        self.flushes = false;
        self.length = PLENTY;
        let mut attempts = Attempts::new();
        while self.sent < self.length {
            if self.write()? {
                attempts = Attempts::new();
            } else if !self.is_writable_soon() {
                self.length = self.sent;
                return Ok(());
            } else if !attempts.go_on() {
                return Err("ready, and not writable");
            }
        }
        Err("never full")
    }

    /// Receives the rest of what [`send`](Self::send) sent; returns `"whole"`,
    /// or what went wrong.
    pub fn receive(&mut self) -> Value {
        run_all(&mut [self])
    }

    /// The largest number of bytes that one read returned.
    pub fn largest_read(&self) -> usize {
        self.largest_read
    }

    /// [Receives](Self::receive), and then expects the end of the stream.
    pub fn receive_to_end(&mut self) -> Value {
        let arrived = self.receive();
        if arrived == "whole" && end_of(self.input) != "closed" {
            return "whole, without an end".into();
        }
        arrived
    }

    /// Writes as much as the output stream permits; returns whether any byte
    /// moved.
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
            .map(|position| self.byte(position))
            .collect();
        self.output.write(&piece).map_err(failed)?;
        self.sent += size;
        if self.flushes && self.sent == self.length {
            self.output.flush().map_err(failed)?;
        }
        Ok(true)
    }

    fn is_writable_soon(&self) -> bool {
        ready_within_moment(&self.output.subscribe())
    }

    /// Reads the bytes that have arrived; returns whether there were any.
    fn read(&mut self) -> Result<bool, &'static str> {
        let bytes = match self.input.read(self.piece as u64) {
            Ok(bytes) => bytes,
            Err(StreamError::Closed) => return Err("cut short"),
            Err(StreamError::LastOperationFailed(_)) => return Err("reading failed"),
        };
        self.largest_read = self.largest_read.max(bytes.len());
        for byte in &bytes {
            if *byte != self.byte(self.received) || self.received == self.length {
                return Err("other bytes");
            }
            self.received += 1;
        }
        Ok(!bytes.is_empty())
    }

    /// The byte at a position.
    #[expect(clippy::cast_possible_truncation, reason = "eight bits are wanted")]
    fn byte(&self, position: usize) -> u8 {
        ((position + self.seed).wrapping_mul(0x9e37_79b1) >> 24) as u8
    }

    fn step(&mut self) -> Result<bool, &'static str> {
        let wrote = self.sent < self.length && self.write()?;
        let read = self.received < self.length && self.read()?;
        Ok(wrote || read)
    }
}

/// Runs transfers at the same time; returns `"whole"`, or what went wrong.
pub fn run_all(transfers: &mut [&mut Transfer]) -> Value {
    let mut attempts = Attempts::new();
    loop {
        let mut moved = false;
        for transfer in transfers.iter_mut() {
            match transfer.step() {
                Ok(stepped) => moved |= stepped,
                Err(reason) => return reason.into(),
            }
        }
        if transfers
            .iter()
            .all(|transfer| transfer.received == transfer.length)
        {
            return "whole".into();
        }
        if moved {
            attempts = Attempts::new();
        } else if !attempts.go_on() || !wait(transfers) {
            return "stalled".into();
        }
    }
}

/// Waits until one of the transfers can go on; returns whether one can.
fn wait(transfers: &[&mut Transfer]) -> bool {
    let mut pollables = Vec::new();
    for transfer in transfers {
        if transfer.received < transfer.length {
            pollables.push(transfer.input.subscribe());
        }
        if transfer.sent < transfer.length {
            pollables.push(transfer.output.subscribe());
        }
    }
    one_gets_ready(&pollables)
}

/// What an input stream gives where only its end is due: `"closed"`,
/// `"failed"`, `"bytes"`, or `"stalled"` when nothing comes.
pub fn end_of(input: &InputStream) -> Value {
    let mut attempts = Attempts::new();
    loop {
        match input.read(1) {
            Ok(bytes) if bytes.is_empty() => {
                if !attempts.go_on() || !gets_ready(&input.subscribe()) {
                    return "stalled".into();
                }
            }
            Ok(_) => return "bytes".into(),
            Err(error) => return error.observe(),
        }
    }
}

/// Writes until the stream gives an error, which a stream must do soon whose peer
/// is gone. Returns the error, or `"stalled"`, or `"open"` when the stream takes
/// bytes without end.
pub fn error_of(output: &OutputStream) -> Value {
    for _ in 0..ERROR_WITHIN {
        let mut attempts = Attempts::new();
        let permitted = loop {
            match output.check_write() {
                Ok(0) => {
                    if !attempts.go_on() || !gets_ready(&output.subscribe()) {
                        return "stalled".into();
                    }
                }
                Ok(permitted) => break permitted,
                Err(error) => return error.observe(),
            }
        };
        let size = PIECE.min(usize::try_from(permitted).unwrap_or(PIECE));
        if let Err(error) = output.write(&alloc::vec![0; size]) {
            return error.observe();
        }
    }
    "open".into()
}

/// After how many pieces a stream whose peer is gone must have given an error: more
/// than any system buffers.
const ERROR_WITHIN: usize = 10_000;

/// What an input stream gives up to its end: how many bytes, and how it ends.
pub fn read_to_end(input: &InputStream) -> (usize, Value) {
    let mut count = 0;
    let mut attempts = Attempts::new();
    loop {
        match input.read(PIECE as u64) {
            Ok(bytes) if bytes.is_empty() => {
                if !attempts.go_on() || !gets_ready(&input.subscribe()) {
                    return (count, "stalled".into());
                }
            }
            Ok(bytes) => {
                count += bytes.len();
                attempts = Attempts::new();
            }
            Err(error) => return (count, error.observe()),
        }
    }
}

/// The state of an output stream: `"open"` when it takes bytes, `"closed"`,
/// `"failed"`, or `"stalled"` when it neither takes bytes nor ends.
pub fn state_of(output: &OutputStream) -> Value {
    let mut attempts = Attempts::new();
    loop {
        match output.check_write() {
            Ok(0) => {
                if !attempts.go_on() || !gets_ready(&output.subscribe()) {
                    return "stalled".into();
                }
            }
            Ok(_) => return "open".into(),
            Err(error) => return error.observe(),
        }
    }
}
