//! Streams that lose, double or hold back bytes as the mutant says.

use super::memory::Lost;
use crate::mutant::{Bytes as Alteration, Change, Method, Mutant, Operator, Readiness, When};
use bytes::{Bytes, BytesMut};
use std::pin::pin;
use std::task::Poll;
use wasi_tcp_conformance::Family;
use wasi_tcp_conformance_core::walk::State;
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, InputStream, OutputStream, Pollable, StreamError, StreamResult,
};

/// A stream with a mutant in it.
pub struct Operated<T: Send + 'static> {
    mutant: Option<Mutant>,
    family: Family,
    /// Of its socket, when it got the stream.
    state: State,
    calls: usize,
    /// How many bytes went through.
    count: usize,
    /// The last permit, where the mutant has lowered it.
    permit: Option<usize>,
    was_ready: Option<bool>,
    was_reported: bool,
    lost: Lost,
    /// There until it is dropped.
    inner: Option<T>,
}

impl<T: Send> Operated<T> {
    pub fn new(
        mutant: Option<Mutant>,
        family: Family,
        state: State,
        lost: &Lost,
        inner: T,
    ) -> Self {
        Self {
            mutant,
            family,
            state,
            calls: 0,
            count: 0,
            permit: None,
            was_ready: None,
            was_reported: false,
            lost: Lost::clone(lost),
            inner: Some(inner),
        }
    }

    fn inner(&mut self) -> StreamResult<&mut T> {
        self.inner.as_mut().ok_or(StreamError::Closed)
    }

    fn fires(&mut self, method: Method) -> Option<Operator> {
        let mutant = self.mutant.filter(|it| it.method == method)?;
        self.calls += 1;
        let is_time = match mutant.when {
            When::Of(family) => family == self.family,
            When::In(state) => state == self.state,
            When::First => self.calls == 1,
            When::Later => self.calls > 1,
            When::FromFourth => self.calls > 3,
            When::Always => true,
        };
        is_time.then_some(mutant.operator)
    }

    /// What is left of bytes; `None` if the stream is at its end.
    fn altered(&mut self, operator: Option<Operator>, bytes: Bytes) -> Option<Bytes> {
        let before = self.count;
        self.count += bytes.len();
        let Some(Operator::Bytes(alteration)) = operator else {
            return Some(bytes);
        };
        let mut changed = BytesMut::from(&bytes[..]);
        match alteration {
            Alteration::Dropped if !bytes.is_empty() => {
                changed.truncate(bytes.len() - 1);
            }
            Alteration::Doubled if bytes.len() > 1 => changed[1] = changed[0],
            Alteration::Reordered if bytes.len() > 1 => {
                changed.swap(0, bytes.len() - 1);
            }
            Alteration::CutAt(most) => changed.truncate(most.saturating_sub(before)),
            Alteration::PieceCutAt(most) => changed.truncate(most),
            _ => {}
        }
        let is_over = matches!(alteration, Alteration::CutAt(most) if before >= most);
        (!is_over).then(|| changed.freeze())
    }
}

impl<T: Send + 'static> Drop for Operated<T> {
    fn drop(&mut self) {
        let leaks = matches!(self.mutant, Some(Mutant { operator: Operator::Leaks, method, .. })
            if method == "in.drop" && is_input::<T>() || method == "out.drop" && !is_input::<T>());
        let applies = match self.mutant.map(|it| it.when) {
            Some(When::Of(family)) => family == self.family,
            _ => true,
        };
        if leaks
            && applies
            && let (Some(inner), Ok(mut lost)) = (self.inner.take(), self.lost.lock())
        {
            lost.push(Box::new(inner));
        }
    }
}

fn is_input<T: 'static>() -> bool {
    std::any::TypeId::of::<T>() == std::any::TypeId::of::<DynInputStream>()
}

fn failed() -> StreamError {
    StreamError::LastOperationFailed(wasmtime::format_err!("failed"))
}

#[async_trait::async_trait]
impl<T: Pollable> Pollable for Operated<T> {
    async fn ready(&mut self) {
        let method = if is_input::<T>() {
            "in.ready"
        } else {
            "out.ready"
        };
        let readiness = match self.fires(method) {
            Some(Operator::Ready(readiness)) => Some(readiness),
            _ => None,
        };
        let reported = self.was_reported;
        let stale = self.was_ready;
        let Some(inner) = &mut self.inner else {
            return;
        };
        match readiness {
            Some(Readiness::Always) => return,
            Some(Readiness::Never) => std::future::pending().await,
            Some(Readiness::Once) if reported => std::future::pending().await,
            Some(Readiness::Stale) => {
                let was_ready = if let Some(was_ready) = stale {
                    was_ready
                } else {
                    let mut ready = pin!(inner.ready());
                    std::future::poll_fn(|context| {
                        Poll::Ready(ready.as_mut().poll(context).is_ready())
                    })
                    .await
                };
                self.was_ready = Some(was_ready);
                if !was_ready {
                    std::future::pending::<()>().await;
                }
                return;
            }
            _ => inner.ready().await,
        }
        self.was_reported = true;
    }
}

impl Operated<DynInputStream> {
    /// Reads, or skips: one of four methods.
    fn take(&mut self, operator: Option<Operator>, size: usize) -> StreamResult<Bytes> {
        let size = match operator {
            Some(Operator::AtMost(most)) => size.min(most),
            _ => size,
        };
        match operator {
            Some(Operator::Ignored) => return Ok(Bytes::new()),
            Some(Operator::Bytes(Alteration::Fails)) => return Err(failed()),
            Some(Operator::Bytes(Alteration::EndsEarly)) if self.count > 0 => {
                return Err(StreamError::Closed);
            }
            _ => {}
        }
        match (operator, self.inner()?.read(size)) {
            (Some(Operator::Bytes(Alteration::NeverEnds)), Err(StreamError::Closed)) => {
                Ok(Bytes::new())
            }
            (operator, Ok(bytes)) => self.altered(operator, bytes).ok_or(StreamError::Closed),
            (_, Err(error)) => Err(error),
        }
    }

    async fn take_once_ready(
        &mut self,
        operator: Option<Operator>,
        size: usize,
    ) -> StreamResult<Bytes> {
        if let Some(inner) = &mut self.inner {
            inner.ready().await;
        }
        self.take(operator, size)
    }
}

#[async_trait::async_trait]
impl InputStream for Operated<DynInputStream> {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let operator = self.fires("in.read");
        self.take(operator, size)
    }

    async fn blocking_read(&mut self, size: usize) -> StreamResult<Bytes> {
        let operator = self.fires("in.blocking-read");
        self.take_once_ready(operator, size).await
    }

    fn skip(&mut self, size: usize) -> StreamResult<usize> {
        let operator = self.fires("in.skip");
        self.skipped(operator, size)
    }

    async fn blocking_skip(&mut self, size: usize) -> StreamResult<usize> {
        let operator = self.fires("in.blocking-skip");
        if let Some(inner) = &mut self.inner {
            inner.ready().await;
        }
        self.skipped(operator, size)
    }
}

impl Operated<DynInputStream> {
    /// To lose a byte of what is skipped is to skip one more, and to double it to skip one
    /// less than is said.
    fn skipped(&mut self, operator: Option<Operator>, size: usize) -> StreamResult<usize> {
        match operator {
            Some(Operator::Ignored) => Ok(size),
            Some(Operator::Bytes(Alteration::Doubled)) if size > 0 => {
                let bytes = self.take(None, size - 1)?;
                Ok((bytes.len() + 1).min(size))
            }
            _ => self.take(operator, size).map(|bytes| bytes.len()),
        }
    }
}

impl Operated<DynOutputStream> {
    fn give(&mut self, operator: Option<Operator>, bytes: Bytes) -> StreamResult<()> {
        match operator {
            Some(Operator::Ignored) => return Ok(()),
            Some(Operator::Bytes(Alteration::Fails)) => return Err(failed()),
            Some(Operator::Bytes(Alteration::EndsEarly)) if self.count > 0 => {
                return Err(StreamError::Closed);
            }
            _ => {}
        }
        match self.altered(operator, bytes) {
            Some(bytes) => {
                let permit = self.permit.take();
                // A host that permits less refuses more, as wasmtime does with its own permits.
                if permit.is_some_and(|permit| bytes.len() > permit) {
                    let error = wasmtime::format_err!("more than was permitted");
                    return Err(StreamError::Trap(error));
                }
                self.inner()?.write(bytes)
            }
            None => Ok(()),
        }
    }
}

#[async_trait::async_trait]
impl OutputStream for Operated<DynOutputStream> {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let operator = self.fires("out.write");
        self.give(operator, bytes)
    }

    fn flush(&mut self) -> StreamResult<()> {
        match self.fires("out.flush") {
            Some(Operator::Ignored) => Ok(()),
            Some(Operator::Bytes(Alteration::Fails)) => Err(failed()),
            Some(Operator::Bytes(Alteration::EndsEarly)) => Err(StreamError::Closed),
            Some(Operator::Bytes(Alteration::NeverEnds)) => {
                // It says that all is well when nothing can be sent any more.
                let _ = self.inner()?.flush();
                Ok(())
            }
            _ => self.inner()?.flush(),
        }
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        let operator = self.fires("out.check-write");
        let permit = self.inner()?.check_write();
        match (operator, permit) {
            (Some(Operator::Number(change)), Ok(permit)) => {
                let changed = match change {
                    Change::Fixed(permit) => permit,
                    change => change.of(permit as u64),
                };
                Ok(usize::try_from(changed).unwrap_or(usize::MAX))
            }
            (Some(Operator::AtMost(most)), Ok(permit)) => {
                let lowered = permit.min(most);
                self.permit = Some(lowered);
                Ok(lowered)
            }
            (Some(Operator::Bytes(Alteration::Fails)), _) => Err(failed()),
            (Some(Operator::Bytes(Alteration::EndsEarly)), _) if self.count > 0 => {
                Err(StreamError::Closed)
            }
            (Some(Operator::Bytes(Alteration::NeverEnds)), Err(StreamError::Closed)) => Ok(4096),
            (_, permit) => permit,
        }
    }

    async fn blocking_write_and_flush(&mut self, bytes: Bytes) -> StreamResult<()> {
        match self.fires("out.blocking-write-and-flush") {
            Some(Operator::Ignored) => Ok(()),
            Some(Operator::Bytes(Alteration::Fails)) => Err(failed()),
            Some(Operator::Bytes(Alteration::EndsEarly)) if self.count > 0 => {
                Err(StreamError::Closed)
            }
            operator => match self.altered(operator, bytes) {
                Some(bytes) => self.inner()?.blocking_write_and_flush(bytes).await,
                None => Ok(()),
            },
        }
    }

    fn write_zeroes(&mut self, size: usize) -> StreamResult<()> {
        let operator = self.fires("out.write-zeroes");
        match operator {
            // Of equal bytes there is no order, and another byte is none.
            Some(Operator::Bytes(Alteration::Doubled | Alteration::Reordered)) => {
                self.give(None, vec![1; size].into())
            }
            _ => self.give(operator, vec![0; size].into()),
        }
    }
}
