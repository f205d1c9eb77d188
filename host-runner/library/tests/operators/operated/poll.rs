//! Pollables that are ready when the mutant says so.

use super::Operated;
use super::memory::Watch;
use crate::mutant::{Operator, Pick, Readiness, When};
use crate::sockets::{This, now};
use tokio::time::{Instant, sleep_until};
use wasmtime::component::Resource;
use wasmtime_wasi::p2::bindings::io::poll;
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};

/// A pollable that gets ready later.
struct Late(Instant);

#[async_trait::async_trait]
impl Pollable for Late {
    async fn ready(&mut self) {
        sleep_until(self.0).await;
    }
}

/// What stands for a pollable.
enum Stand {
    Ready(bool),
    At(Instant),
}

impl Operated<'_> {
    /// Remembers a pollable of a socket.
    pub(super) fn watch(
        &mut self,
        this: &This,
        pollable: &Resource<DynPollable>,
    ) -> wasmtime::Result<()> {
        let operator = self.mutant.map(|it| it.operator);
        let was_ready = if operator == Some(Operator::Ready(Readiness::Stale)) {
            let own = Resource::new_borrow(pollable.rep());
            now(poll::HostPollable::ready(&mut self.inner, own))?
        } else {
            false
        };
        let facts = self.facts(this);
        facts.pollables += 1;
        let watch = Watch {
            socket: this.rep(),
            number: facts.pollables,
            was_ready,
            was_reported: false,
            events: facts.events.len(),
        };
        self.memory.pollables.insert(pollable.rep(), watch);
        Ok(())
    }

    /// What stands for a pollable, if the mutant has its say.
    fn stand(&mut self, pollable: u32) -> Option<Stand> {
        let mutant = self.mutant?;
        let watch = self.memory.pollables.get(&pollable)?;
        let (number, was_ready, was_reported) = (watch.number, watch.was_ready, watch.was_reported);
        let (socket, events) = (watch.socket, watch.events);
        let numbers = self.memory.pollables.values();
        let numbers = numbers.filter(|it| it.socket == socket).map(|it| it.number);
        let (least, most) = numbers.fold((usize::MAX, 0), |(least, most), it| {
            (least.min(it), most.max(it))
        });
        let facts = self.memory.sockets.get(&socket)?;
        if let (Operator::Hesitates(_), Some(end)) = (mutant.operator, facts.ends)
            && facts.state.name().ends_with("in-progress")
            && mutant.method.starts_with("finish")
        {
            return (Instant::now() < end).then_some(Stand::At(end));
        }
        if mutant.method != "subscribe" {
            return None;
        }
        let is_time = match mutant.when {
            When::Of(family) => family == facts.family,
            When::In(state) => state == facts.state,
            When::First => number == 1,
            When::Later => number > 1,
            _ => true,
        };
        if !is_time {
            return None;
        }
        let ready = match mutant.operator {
            Operator::Ready(Readiness::Never) => false,
            Operator::Ready(Readiness::Always) => true,
            Operator::Ready(Readiness::Once) if was_reported => false,
            Operator::Ready(Readiness::Stale) => was_ready,
            Operator::Ready(Readiness::OnlyTheLast) if number < most => false,
            Operator::Ready(Readiness::OnlyTheFirst) if number > least => false,
            Operator::LostAt(event) if facts.events[events..].contains(&event) => false,
            Operator::Inherited if facts.legacy.as_ref().is_some_and(|it| it.had_pollables) => {
                false
            }
            _ => return None,
        };
        Some(Stand::Ready(ready))
    }

    /// The pollable that is asked in place of one.
    fn substitute(
        &mut self,
        pollable: &Resource<DynPollable>,
    ) -> wasmtime::Result<Option<Resource<DynPollable>>> {
        match self.stand(pollable.rep()) {
            Some(Stand::Ready(ready)) => self.inner.fixed(ready).map(Some),
            Some(Stand::At(end)) => {
                let late = self.inner.real.table.push(Late(end))?;
                subscribe(self.inner.real.table, late).map(Some)
            }
            None => Ok(None),
        }
    }

    fn reported(&mut self, pollable: u32) {
        if let Some(watch) = self.memory.pollables.get_mut(&pollable) {
            watch.was_reported = true;
        }
    }
}

impl poll::Host for Operated<'_> {
    async fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> wasmtime::Result<Vec<u32>> {
        let reps: Vec<u32> = pollables.iter().map(Resource::rep).collect();
        let mut asked = Vec::new();
        let mut substitutes = Vec::new();
        for pollable in pollables {
            match self.substitute(&pollable)? {
                Some(substitute) => {
                    asked.push(Resource::new_borrow(substitute.rep()));
                    substitutes.push(substitute);
                }
                None => asked.push(pollable),
            }
        }
        let mut ready = poll::Host::poll(&mut self.inner, asked).await?;
        for substitute in substitutes {
            poll::HostPollable::drop(&mut self.inner, substitute)?;
        }
        if let Some(Operator::ReportsOne(pick)) = self.mutant.map(|it| it.operator) {
            ready.sort_unstable();
            self.memory.polls += 1;
            let turn = match pick {
                Pick::First => 0,
                Pick::Last => ready.len() - 1,
                Pick::InTurn => self.memory.polls % ready.len(),
            };
            ready = vec![ready[turn]];
        }
        for index in &ready {
            if let Some(rep) = reps.get(*index as usize) {
                self.reported(*rep);
            }
        }
        Ok(ready)
    }
}

impl poll::HostPollable for Operated<'_> {
    async fn block(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        poll::Host::poll(self, vec![pollable]).await.map(drop)
    }

    async fn ready(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<bool> {
        let rep = pollable.rep();
        let is_ready = match self.substitute(&pollable)? {
            Some(substitute) => {
                let own = Resource::new_borrow(substitute.rep());
                let is_ready = poll::HostPollable::ready(&mut self.inner, own).await?;
                poll::HostPollable::drop(&mut self.inner, substitute)?;
                is_ready
            }
            None => poll::HostPollable::ready(&mut self.inner, pollable).await?,
        };
        if is_ready {
            self.reported(rep);
        }
        Ok(is_ready)
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        self.memory.pollables.remove(&pollable.rep());
        poll::HostPollable::drop(&mut self.inner, pollable)
    }
}
