//! The bytes of a walk: who wrote a byte, and its position, determine its value.
//!
//! So a reader notices bytes that are lost, duplicated, changed, out of order, or those
//! of another connection.

use super::call::Id;
use super::world::World;
use crate::bindings::wasi::io::streams::StreamError;
use crate::clock::{Wait, ready_within_moment};
use crate::{Value, json};
use alloc::vec::Vec;

/// How many bytes one call writes at most.
const PIECE: usize = 65_521;

/// How often in a row a stream may be ready and take nothing.
const FRUITLESS: u32 = 20;

/// How many bytes fill every buffer, or nothing does.
const PLENTY: usize = 1 << 24;

/// The byte that a socket writes at a position.
#[expect(clippy::cast_possible_truncation, reason = "eight bits are wanted")]
fn byte(writer: Id, position: usize) -> u8 {
    // Farther apart than any walk writes.
    let start = usize::from(writer) * 100_000_007;
    (position.wrapping_add(start).wrapping_mul(0x9e37_79b1) >> 24) as u8
}

impl World {
    /// Writes as many bytes as the stream permits; `wait` for room until all are written.
    pub(super) fn write(&mut self, id: Id, bytes: usize, wait: bool) -> Option<Value> {
        let member = self.sockets.get_mut(&id)?;
        let output = member.output.as_ref()?;
        let mut written = 0;
        let mut time = Wait::new();
        loop {
            let permitted = match output.check_write() {
                Ok(permitted) => usize::try_from(permitted).unwrap_or(PIECE),
                Err(error) => return Some(told(&error)),
            };
            let size = permitted.min(bytes - written).min(PIECE);
            if size > 0 {
                let piece: Vec<u8> = (member.sent..member.sent + size)
                    .map(|position| byte(id, position))
                    .collect();
                if let Err(error) = output.write(&piece) {
                    return Some(told(&error));
                }
                member.sent += size;
                written += size;
                time = Wait::new();
            }
            // One call of `write` may be less than what the stream permits.
            let is_full = size < PIECE;
            if written == bytes || (!wait && is_full) {
                return Some(written.into());
            }
            if size == 0 && !time.go_on() {
                return Some("never".into());
            }
        }
    }

    /// Writes until the stream takes no more, for a moment; returns how many bytes.
    pub(super) fn fill(&mut self, id: Id) -> Option<Value> {
        let mut written = 0;
        let mut fruitless = 0;
        loop {
            let now = self.write(id, PLENTY - written, false)?;
            let Some(now) = now.as_u64().and_then(|now| usize::try_from(now).ok()) else {
                return Some(now);
            };
            written += now;
            // A stream that is ready takes a byte, but not every host knows.
            fruitless = if now == 0 { fruitless + 1 } else { 0 };
            let output = self.sockets.get(&id)?.output.as_ref()?;
            let is_full = now == 0 && !ready_within_moment(&output.subscribe());
            if is_full || written >= PLENTY || fruitless >= FRUITLESS {
                return Some(written.into());
            }
        }
    }

    /// Reads all that the other end has written, or up to the end.
    pub(super) fn drain(&mut self, id: Id) -> Option<Value> {
        let member = self.sockets.get(&id)?;
        let (received, known) = (member.received, member.writers);
        let writers = known.unwrap_or_else(|| self.writers_to(id));
        let wrote = |other: Id| !writers.filter(|writer| writer == other).is_empty();
        let others = self.sockets.iter().filter(|(other, _)| wrote(**other));
        let most = others.map(|(_, other)| other.sent).max().unwrap_or(0);
        self.read(id, most.saturating_sub(received) as u64, true)
    }

    /// Flushes, and waits until the stream takes bytes again.
    pub(super) fn flush(&self, id: Id) -> Option<Value> {
        let output = self.sockets.get(&id)?.output.as_ref()?;
        if let Err(error) = output.flush() {
            return Some(told(&error));
        }
        let mut time = Wait::new();
        loop {
            match output.check_write() {
                Ok(0) if time.go_on() => {}
                Ok(0) => return Some("never".into()),
                Ok(_) => return Some("ok".into()),
                Err(error) => return Some(told(&error)),
            }
        }
    }

    /// Reads what is there; `wait` for as many bytes, or the end.
    pub(super) fn read(&mut self, id: Id, bytes: u64, wait: bool) -> Option<Value> {
        let mut read = 0;
        let mut is_right = true;
        let mut time = Wait::new();
        loop {
            let input = self.sockets.get(&id)?.input.as_ref()?;
            let (piece, end) = match input.read(bytes - read) {
                Ok(piece) => (piece, false),
                Err(StreamError::Closed) => (Vec::new(), true),
                Err(error) => return Some(told(&error)),
            };
            if !piece.is_empty() {
                is_right &= self.is_next(id, &piece);
                // More than were asked for are counted too.
                read += piece.len() as u64;
                time = Wait::new();
            }
            if end || !wait || read >= bytes {
                return Some(json!({ "bytes": read, "right": is_right, "end": end }));
            }
            if piece.is_empty() && !time.go_on() {
                return Some("never".into());
            }
        }
    }

    /// Whether bytes are those that the peer of a socket wrote next.
    fn is_next(&mut self, id: Id, bytes: &[u8]) -> bool {
        let peer = self.writers_to(id);
        let Some(member) = self.sockets.get_mut(&id) else {
            return false;
        };
        let start = member.received;
        let writers = member.writers.unwrap_or(peer).filter(|writer| {
            let mut positions = (start..).zip(bytes);
            positions.all(|(position, value)| byte(writer, position) == *value)
        });
        member.received += bytes.len();
        member.writers = Some(writers);
        !writers.is_empty()
    }
}

fn told(error: &StreamError) -> Value {
    match error {
        StreamError::Closed => "error:closed".into(),
        StreamError::LastOperationFailed(_) => "error:failed".into(),
    }
}
