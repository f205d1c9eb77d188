//! Streams that do one thing in another way.

use crate::host::hang;
use bytes::{Bytes, BytesMut};
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
    /// What was written and not passed on.
    held: Bytes,
}

impl<T> Altered<T> {
    pub fn new(how: &str, inner: T) -> Self {
        Self {
            how: how.to_owned(),
            inner,
            count: 0,
            held: Bytes::new(),
        }
    }
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
        self.inner.ready().await;
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
        if self.how == "input_ends_early" && self.count > 1000 {
            return Err(StreamError::Closed);
        }
        let read = self.inner.read(size);
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
}

#[async_trait::async_trait]
impl OutputStream for Altered<DynOutputStream> {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let first = self.count == 0;
        self.count += bytes.len();
        match &*self.how {
            "output_is_lost" => Ok(()),
            "output_loses_the_first_piece" if first => Ok(()),
            "output_stays_behind" => {
                let held = std::mem::replace(&mut self.held, bytes);
                if held.is_empty() {
                    return Ok(());
                }
                self.inner.write(held)
            }
            "output_waits" if self.inner.check_write()? == 0 => hang(),
            _ => self.inner.write(bytes),
        }
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.inner.flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        let permit = self.inner.check_write();
        match (&*self.how, permit) {
            ("output_waits", Ok(0)) => hang(),
            ("output_permits_little", Ok(permit)) => Ok(permit.min(512)),
            ("output_never_closes", Err(StreamError::Closed)) => Ok(4096),
            ("output_closes_with_an_error", Err(StreamError::Closed)) => Err(
                StreamError::LastOperationFailed(wasmtime::format_err!("end")),
            ),
            (_, permit) => permit,
        }
    }
}
