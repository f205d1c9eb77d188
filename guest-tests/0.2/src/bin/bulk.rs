//! More than a mebibyte through each call of a stream, in both directions.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;
use guests::bindings::wasi::io::streams::{InputStream, OutputStream, StreamError};
use guests::clock::{Attempts, gets_ready};
use guests::{
    At, Connection, Halt, IpAddressFamily, Observe, ShutdownType, Value, case, connected, json,
    step,
};

guests::cases!(
    write_and_read,
    write_and_blocking_read,
    write_and_skip,
    write_and_blocking_skip,
    write_zeroes,
    blocking_write_and_flush,
    blocking_write_zeroes_and_flush,
);

/// How many bytes are sent before the last ones.
const LENGTH: usize = (1 << 20) + 200_003;

/// The last bytes are so few that any system buffers them.
const LAST: usize = 1000;

/// The first piece is so large, and each that follows four times as large as all before.
const FIRST: usize = 5003;

/// Of what is skipped or zero, how many bytes are told apart behind it.
const MARK: usize = 16;

/// What one call of these may write.
const BLOCKING_LIMIT: usize = 4096;

/// By which call bytes are sent.
#[derive(Clone, Copy, PartialEq)]
enum Send {
    Write,
    WriteZeroes,
    BlockingWrite,
    BlockingWriteZeroes,
}

/// By which call bytes are received.
#[derive(Clone, Copy)]
enum Receive {
    Read,
    BlockingRead,
    Skip,
    BlockingSkip,
}

#[case(
    write_and_read = (Send::Write, Receive::Read),
    write_and_blocking_read = (Send::Write, Receive::BlockingRead),
    write_and_skip = (Send::Write, Receive::Skip),
    write_and_blocking_skip = (Send::Write, Receive::BlockingSkip),
    write_zeroes = (Send::WriteZeroes, Receive::Read),
    blocking_write_and_flush = (Send::BlockingWrite, Receive::Read),
    blocking_write_zeroes_and_flush = (Send::BlockingWriteZeroes, Receive::Read),
)]
fn bulk(family: IpAddressFamily, calls: (Send, Receive)) -> Result<impl Observe, Halt> {
    let (one, two) = (connected(family)?, connected(family)?);
    Ok(json!({
        "to-server": carry(&one.client, &one.server, calls)?,
        "to-client": carry(&two.server, &two.client, calls)?,
    }))
}

/// Carries all bytes and then the end.
fn carry(from: &Connection, to: &Connection, (by, until): (Send, Receive)) -> Result<Value, Halt> {
    let mut line = Line {
        output: &from.output,
        input: &to.input,
        sent: Vec::new(),
        received: 0,
    };
    step("send and receive");
    let carried = line.all_but_the_last(by, until);
    step("send the last bytes");
    if let Err(reason) = carried.and_then(|()| line.last(by, until)) {
        return Ok(json!({ "bytes": reason }));
    }
    step("shutdown");
    from.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("receive the last bytes");
    if let Err(reason) = line.rest(until) {
        return Ok(json!({ "bytes": reason }));
    }
    step("receive the end");
    Ok(json!({ "bytes": "whole", "end": line.end(until) }))
}

/// Bytes on their way.
struct Line<'a> {
    output: &'a OutputStream,
    input: &'a InputStream,
    sent: Vec<u8>,
    received: usize,
}

impl Line<'_> {
    /// What comes after a piece makes room for it, and shows what it lost: a piece is not
    /// received to its last byte before the next one is on its way.
    fn all_but_the_last(&mut self, by: Send, until: Receive) -> Result<(), Value> {
        let mut attempts = Attempts::new();
        while self.sent.len() < LENGTH {
            let before = self.sent.len();
            let most = (4 * before).clamp(FIRST, LENGTH);
            if self.send(by, most)? {
                attempts = Attempts::new();
                while self.received < before {
                    self.receive(until)?;
                }
            } else if self.received < self.sent.len() {
                self.receive(until)?;
            } else if !attempts.go_on() || !gets_ready(&self.output.subscribe()) {
                return Err("never writable".into());
            }
        }
        Ok(())
    }

    /// Once they are flushed, nothing is left that the end of the stream could overtake.
    fn last(&mut self, by: Send, until: Receive) -> Result<(), Value> {
        let before = self.sent.len();
        let mut attempts = Attempts::new();
        while !self.send(by, LAST)? {
            if self.received < before {
                self.receive(until)?;
            } else if !attempts.go_on() || !gets_ready(&self.output.subscribe()) {
                return Err("never writable".into());
            }
        }
        while self.received < before {
            self.receive(until)?;
        }
        self.output.blocking_flush().map_err(|it| failed(&it))
    }

    fn rest(&mut self, until: Receive) -> Result<(), Value> {
        while self.received < self.sent.len() {
            self.receive(until)?;
        }
        Ok(())
    }

    /// What comes where only the end is due.
    fn end(&self, until: Receive) -> Value {
        let mut attempts = Attempts::new();
        loop {
            let end = match until {
                Receive::Read => self.input.read(1).map(|bytes| bytes.len() as u64),
                Receive::BlockingRead => {
                    self.input.blocking_read(1).map(|bytes| bytes.len() as u64)
                }
                Receive::Skip => self.input.skip(1),
                Receive::BlockingSkip => self.input.blocking_skip(1),
            };
            match end {
                Ok(0) if until.blocks() => return "nothing".into(),
                Ok(0) if !attempts.go_on() || !gets_ready(&self.input.subscribe()) => {
                    return "stalled".into();
                }
                Ok(0) => {}
                Ok(_) => return "more than was sent".into(),
                Err(end) => return end.observe(),
            }
        }
    }

    /// Sends a piece, if the stream takes one.
    fn send(&mut self, by: Send, most: usize) -> Result<bool, Value> {
        match by {
            Send::Write => {
                let size = self.permitted(most)?;
                self.write(size)?;
                Ok(size > 0)
            }
            Send::WriteZeroes => {
                let size = self.permitted(most)?;
                if size > 0 {
                    self.output
                        .write_zeroes(size as u64)
                        .map_err(|it| failed(&it))?;
                    self.sent.resize(self.sent.len() + size, 0);
                }
                let mark = self.permitted(MARK)?;
                self.write(mark)?;
                Ok(size > 0)
            }
            Send::BlockingWrite => {
                let piece = self.piece(most.min(BLOCKING_LIMIT));
                self.blocking_write(piece).map(|()| true)
            }
            Send::BlockingWriteZeroes => {
                // With its mark it is as long as what `BlockingWrite` sends: nothing says that a
                // host buffers more.
                let size = most.min(BLOCKING_LIMIT - MARK);
                self.output
                    .blocking_write_zeroes_and_flush(size as u64)
                    .map_err(|it| failed(&it))?;
                self.sent.resize(self.sent.len() + size, 0);
                let mark = self.piece(MARK);
                self.blocking_write(mark).map(|()| true)
            }
        }
    }

    /// How many bytes the stream takes now.
    fn permitted(&self, most: usize) -> Result<usize, Value> {
        let permitted = self.output.check_write().map_err(|it| failed(&it))?;
        Ok(most.min(usize::try_from(permitted).unwrap_or(most)))
    }

    fn write(&mut self, size: usize) -> Result<(), Value> {
        if size > 0 {
            let piece = self.piece(size);
            self.output.write(&piece).map_err(|it| failed(&it))?;
            self.sent.extend(piece);
        }
        Ok(())
    }

    fn blocking_write(&mut self, piece: Vec<u8>) -> Result<(), Value> {
        self.output
            .blocking_write_and_flush(&piece)
            .map_err(|it| failed(&it))?;
        self.sent.extend(piece);
        Ok(())
    }

    /// The next bytes to send.
    fn piece(&self, size: usize) -> Vec<u8> {
        let start = self.sent.len();
        (start..start + size).map(byte).collect()
    }

    /// Receives some of the bytes that are on their way.
    fn receive(&mut self, by: Receive) -> Result<(), Value> {
        let left = self.sent.len() - self.received;
        // Of what is skipped, the bytes behind it tell which bytes it was.
        let skipped = left.saturating_sub(MARK) as u64;
        match by {
            Receive::Read => self.read(left, InputStream::read),
            Receive::BlockingRead => self.read(left, InputStream::blocking_read),
            Receive::Skip => {
                self.skip(skipped, InputStream::skip)?;
                self.read(MARK, InputStream::read)
            }
            Receive::BlockingSkip => {
                if skipped > 0 && self.skip(skipped, InputStream::blocking_skip)? == 0 {
                    return Err("skipped nothing".into());
                }
                self.read(MARK, InputStream::read)
            }
        }
    }

    fn skip(
        &mut self,
        most: u64,
        skip: impl Fn(&InputStream, u64) -> Result<u64, StreamError>,
    ) -> Result<usize, Value> {
        let count = skip(self.input, most).map_err(|it| early(&it))?;
        if count > most {
            return Err("skipped more than asked for".into());
        }
        let count = usize::try_from(count).unwrap_or_default();
        self.received += count;
        Ok(count)
    }

    /// Reads at least one byte.
    fn read(
        &mut self,
        most: usize,
        read: impl Fn(&InputStream, u64) -> Result<Vec<u8>, StreamError>,
    ) -> Result<(), Value> {
        let most = most.min(self.sent.len() - self.received);
        if most == 0 {
            return Ok(());
        }
        let mut attempts = Attempts::new();
        loop {
            let bytes = read(self.input, most as u64).map_err(|it| early(&it))?;
            if !self.sent[self.received..].starts_with(&bytes) {
                return Err("other bytes".into());
            }
            self.received += bytes.len();
            if !bytes.is_empty() {
                return Ok(());
            }
            if !attempts.go_on() || !gets_ready(&self.input.subscribe()) {
                return Err("stalled".into());
            }
        }
    }
}

impl Receive {
    fn blocks(self) -> bool {
        matches!(self, Self::BlockingRead | Self::BlockingSkip)
    }
}

fn failed(error: &StreamError) -> Value {
    json!({ "send": error.observe() })
}

fn early(error: &StreamError) -> Value {
    json!({ "receive": error.observe() })
}

/// The byte at a position. No few of them repeat.
#[expect(clippy::cast_possible_truncation, reason = "eight bits are wanted")]
fn byte(position: usize) -> u8 {
    let mixed = position.wrapping_mul(0x9e37_79b1);
    ((mixed ^ (mixed >> 15)).wrapping_mul(0x85eb_ca6b) >> 24) as u8
}
