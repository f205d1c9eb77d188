//! Streams that do one thing in another way.

use crate::descriptors;
use crate::host::hang;
use bytes::{Bytes, BytesMut};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use wasmtime_wasi::p2::pipe::{ClosedInputStream, ClosedOutputStream};
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, InputStream, OutputStream, Pollable, StreamError, StreamResult,
};

/// A stream that is altered as `how` says.
pub struct Altered<T> {
    how: String,
    inner: T,
    /// How many bytes went through.
    count: usize,
    /// What was read, and not passed on.
    arrived: Bytes,
    /// What was written, and not passed on.
    held: Bytes,
    /// How many errors it gave.
    errors: usize,
}

/// How many bytes a stream permits that permits little.
const LITTLE: usize = 512;

/// Whether the guest has shut a connection down.
pub static SHUT: AtomicBool = AtomicBool::new(false);

/// Whether the guest still receives in all of its connections.
pub static RECEIVES: AtomicBool = AtomicBool::new(true);

impl<T> Altered<T> {
    pub fn new(how: &str, inner: T) -> Self {
        Self {
            how: how.to_owned(),
            inner,
            count: 0,
            arrived: Bytes::new(),
            held: Bytes::new(),
            errors: 0,
        }
    }
}

/// Streams that were dropped before their sockets, by their descriptors.
static PARKED: Mutex<BTreeMap<i32, DynOutputStream>> = Mutex::new(BTreeMap::new());

/// A stream that outlives its guest's handle: wasmtime-wasi ends what is sent when it is
/// dropped, and that is before its socket.
pub fn parking(inner: DynOutputStream, descriptor: i32) -> DynOutputStream {
    Box::new(Parking {
        inner: Some(inner),
        descriptor,
    })
}

/// Resets a connection whose output stream was dropped.
pub fn reset_parked(descriptor: i32) {
    let parked = PARKED
        .lock()
        .ok()
        .and_then(|mut all| all.remove(&descriptor));
    if parked.is_some() {
        descriptors::reset(descriptor);
    }
}

struct Parking {
    /// There until it is dropped.
    inner: Option<DynOutputStream>,
    descriptor: i32,
}

impl Parking {
    fn inner(&mut self) -> StreamResult<&mut DynOutputStream> {
        self.inner.as_mut().ok_or(StreamError::Closed)
    }
}

impl Drop for Parking {
    fn drop(&mut self) {
        if let (Some(inner), Ok(mut all)) = (self.inner.take(), PARKED.lock()) {
            all.insert(self.descriptor, inner);
        }
    }
}

#[async_trait::async_trait]
impl Pollable for Parking {
    async fn ready(&mut self) {
        if let Some(inner) = &mut self.inner {
            inner.ready().await;
        }
    }
}

#[async_trait::async_trait]
impl OutputStream for Parking {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.inner()?.write(bytes)
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.inner()?.flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.inner()?.check_write()
    }
}

impl Altered<DynInputStream> {
    /// The same, once read. Bytes that were there are kept; an end comes again.
    pub fn read_once(mut self) -> Self {
        self.arrived = self.inner.read(4096).unwrap_or_default();
        self
    }

    fn read_or_arrived(&mut self, size: usize) -> StreamResult<Bytes> {
        if self.arrived.is_empty() {
            return self.inner.read(size);
        }
        Ok(self.arrived.split_to(size.min(self.arrived.len())))
    }
}

fn failed() -> StreamError {
    StreamError::LastOperationFailed(wasmtime::format_err!("failed"))
}

/// What stands in a slot while its stream is altered.
pub fn closed_input() -> DynInputStream {
    Box::new(ClosedInputStream)
}

/// What stands in a slot while its stream is altered.
pub fn closed_output() -> DynOutputStream {
    Box::new(ClosedOutputStream)
}

#[async_trait::async_trait]
impl<T: Pollable> Pollable for Altered<T> {
    async fn ready(&mut self) {
        let is_ready = matches!(
            &*self.how,
            "input_is_always_ready" | "output_is_always_ready"
        );
        if !is_ready && self.arrived.is_empty() {
            self.inner.ready().await;
        }
    }
}

#[async_trait::async_trait]
impl InputStream for Altered<DynInputStream> {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let size = match &*self.how {
            "input_comes_in_small_pieces" => size.min(997),
            "input_is_more_than_asked" => size + 1,
            _ => size,
        };
        match &*self.how {
            "input_ends_early" if self.count > 1000 => return Err(StreamError::Closed),
            "input_of_nothing_is_the_end" if size == 0 => return Err(StreamError::Closed),
            "input_of_nothing_never_ends" if size == 0 => return Ok(Bytes::new()),
            _ => {}
        }
        let mut read = self.read_or_arrived(size);
        if self.how == "input_loses_the_last_bytes" {
            // Those that are there when the end is.
            match self.inner.read(4096) {
                Ok(bytes) if self.arrived.is_empty() => self.arrived = bytes,
                Ok(_) => {}
                Err(end) => read = Err(end),
            }
        }
        self.errors += usize::from(read.is_err());
        if self.how == "input_fails_after_its_end" && self.errors > 1 {
            return Err(failed());
        }
        let bytes = match (&*self.how, read) {
            ("input_never_ends", Err(StreamError::Closed)) => return Ok(Bytes::new()),
            ("input_ends_with_an_error", Err(StreamError::Closed)) => {
                return Err(StreamError::LastOperationFailed(wasmtime::format_err!(
                    "end"
                )));
            }
            ("input_waits", Ok(bytes)) if bytes.is_empty() && size > 0 => {
                hang();
            }
            (_, read) => read?,
        };
        let first = self.count == 0;
        self.count += bytes.len();
        let mut bytes = BytesMut::from(&bytes[..]);
        match &*self.how {
            "input_loses_a_byte" if first && !bytes.is_empty() => {
                bytes.truncate(bytes.len() - 1);
            }
            "input_repeats_a_byte" if first && bytes.len() > 1 => {
                bytes[1] = bytes[0];
            }
            "input_swaps_bytes" if bytes.len() > 1 => {
                let last = bytes.len() - 1;
                bytes.swap(0, last);
            }
            _ => {}
        }
        Ok(bytes.freeze())
    }

    async fn blocking_read(&mut self, size: usize) -> StreamResult<Bytes> {
        if self.how == "input_blocking_reads_nothing" {
            return Ok(Bytes::new());
        }
        if self.how == "input_blocking_reads_fill_up" {
            let mut bytes = BytesMut::new();
            while bytes.len() < size {
                self.ready().await;
                bytes.extend(self.read(size - bytes.len())?);
            }
            return Ok(bytes.freeze());
        }
        self.ready().await;
        self.read(size)
    }

    fn skip(&mut self, size: usize) -> StreamResult<usize> {
        match &*self.how {
            "input_cannot_be_skipped" => Err(failed()),
            "input_is_not_skipped" => Ok(size),
            _ => Ok(self.read(size)?.len()),
        }
    }

    async fn blocking_skip(&mut self, size: usize) -> StreamResult<usize> {
        if self.how == "input_blocking_skips_fill_up" {
            let mut skipped = 0;
            while skipped < size {
                self.ready().await;
                skipped += self.skip(size - skipped)?;
            }
            return Ok(skipped);
        }
        self.ready().await;
        self.skip(size)
    }
}

#[async_trait::async_trait]
impl OutputStream for Altered<DynOutputStream> {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let first = self.count == 0;
        self.count += bytes.len();
        let written = match &*self.how {
            "output_is_lost" => Ok(()),
            "output_of_nothing_is_an_end" if bytes.is_empty() => Err(StreamError::Closed),
            "output_of_nothing_is_a_byte" if bytes.is_empty() => {
                self.inner.write(Bytes::from_static(&[0]))
            }
            "output_hears_that_nobody_receives" if !RECEIVES.load(Relaxed) => Err(failed()),
            "output_loses_the_first_piece" if first => Ok(()),
            "output_stays_behind" => {
                let held = std::mem::replace(&mut self.held, bytes);
                if held.is_empty() {
                    return Ok(());
                }
                self.inner.write(held)
            }
            "output_waits" if self.inner.check_write()? == 0 => hang(),
            "output_permits_little" if bytes.len() > LITTLE => {
                Err(StreamError::trap("more than was permitted"))
            }
            _ => self.inner.write(bytes),
        };
        match (&*self.how, written) {
            ("output_needs_no_permit", Err(StreamError::Trap(_)))
            | ("output_takes_bytes_after_shutdown", Err(StreamError::Closed)) => Ok(()),
            (_, written) => self.after(written),
        }
    }

    fn flush(&mut self) -> StreamResult<()> {
        let flushed = self.inner.flush();
        self.after(flushed)
    }

    async fn blocking_write_and_flush(&mut self, bytes: Bytes) -> StreamResult<()> {
        let mut left = bytes;
        if self.how == "output_blocking_loses_a_byte" && left.len() > 1 {
            left.truncate(left.len() - 1);
        }
        while !left.is_empty() {
            let permit = self.write_ready().await?;
            let piece = left.split_to(permit.min(left.len()));
            self.write(piece)?;
        }
        self.flush()?;
        self.write_ready().await?;
        Ok(())
    }

    fn write_zeroes(&mut self, size: usize) -> StreamResult<()> {
        let byte = u8::from(self.how == "output_zeroes_are_ones");
        self.write(vec![byte; size].into())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        let permit = self.inner.check_write();
        match (&*self.how, permit) {
            ("output_waits", Ok(0)) => hang(),
            ("output_permits_little", Ok(permit)) => Ok(permit.min(LITTLE)),
            ("output_never_closes", Err(StreamError::Closed)) => Ok(4096),
            ("output_closes_with_an_error", Err(StreamError::Closed)) => Err(
                StreamError::LastOperationFailed(wasmtime::format_err!("end")),
            ),
            (_, permit) => {
                let is_over = permit.is_err();
                match self.after(permit.map(drop)) {
                    Ok(()) if is_over => Ok(4096),
                    Ok(()) => self.inner.check_write(),
                    Err(error) => Err(error),
                }
            }
        }
    }
}

impl Altered<DynOutputStream> {
    /// What a call answers that may have failed.
    fn after(&mut self, done: StreamResult<()>) -> StreamResult<()> {
        if !matches!(
            done,
            Err(StreamError::Closed | StreamError::LastOperationFailed(_))
        ) {
            return done;
        }
        self.errors += 1;
        match &*self.how {
            "output_fails_again_and_again" if self.errors > 1 => Err(failed()),
            "output_opens_again" if self.errors > 1 => Ok(()),
            "output_does_not_hear_of_its_peer" if !SHUT.load(Relaxed) => Ok(()),
            // After a reset, wasmtime-wasi repeats the error.
            _ if self.errors > 1 => Err(StreamError::Closed),
            _ => done,
        }
    }
}
