//! `wasi:clocks/monotonic-clock` of a host on which guests wait in vain: time
//! passes faster.
//!
//! A guest gives up after seconds, and what it then observes is what counts. So it
//! has to give up, and the test need not wait for it.

use crate::sockets::Sockets;
use std::sync::LazyLock;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use wasmtime::component::Resource;
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock;
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};

/// How many times faster time passes.
pub const HASTE: u32 = 20;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

struct Timer(Instant);

#[async_trait::async_trait]
impl Pollable for Timer {
    async fn ready(&mut self) {
        sleep_until(self.0).await;
    }
}

impl monotonic_clock::Host for Sockets<'_> {
    fn now(&mut self) -> wasmtime::Result<u64> {
        let now = START.elapsed() * HASTE;
        Ok(u64::try_from(now.as_nanos())?)
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(1)
    }

    fn subscribe_instant(&mut self, when: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let now = self.now()?;
        self.subscribe_duration(when.saturating_sub(now))
    }

    fn subscribe_duration(&mut self, duration: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let end = Instant::now() + Duration::from_nanos(duration) / HASTE;
        let timer = self.real.table.push(Timer(end))?;
        subscribe(self.real.table, timer)
    }
}
