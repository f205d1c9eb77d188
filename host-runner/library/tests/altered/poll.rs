//! `wasi:io/poll`, with one thing wrong or done in another way.

use crate::sockets::Sockets;
use wasmtime::component::{Resource, ResourceTable};
use wasmtime_wasi::p2::DynPollable;
use wasmtime_wasi::p2::bindings::io::poll;

impl poll::Host for Sockets<'_> {
    async fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> wasmtime::Result<Vec<u32>> {
        let count = u32::try_from(pollables.len())?;
        if count == 0 && self.how == "polling_nothing_is_allowed" {
            return Ok(Vec::new());
        }
        for pollable in &pollables {
            self.polled(pollable);
        }
        let table: &mut ResourceTable = self.real.table;
        let mut ready = poll::Host::poll(table, pollables).await?;
        match self.how {
            "poll_reports_one" => {
                ready.sort_unstable();
                ready.reverse();
                ready.truncate(1);
            }
            "poll_reports_one_in_turn" => {
                self.memory.polls += 1;
                let turn = self.memory.polls % ready.len().max(1);
                ready.rotate_left(turn);
                ready.truncate(1);
            }
            "poll_reports_all" => ready = (0..count).collect(),
            "poll_reports_in_another_order" => ready.reverse(),
            _ => {}
        }
        Ok(ready)
    }
}

impl poll::HostPollable for Sockets<'_> {
    async fn block(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        self.polled(&pollable);
        let table: &mut ResourceTable = self.real.table;
        poll::HostPollable::block(table, pollable).await
    }

    async fn ready(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<bool> {
        self.polled(&pollable);
        let table: &mut ResourceTable = self.real.table;
        poll::HostPollable::ready(table, pollable).await
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        self.dropped(&pollable);
        poll::HostPollable::drop(&mut *self.real.table, pollable)
    }
}
