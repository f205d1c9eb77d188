//! The few sockets that a guest may have under the policy `own-limit`.

use crate::sockets::{Code, Sockets, This};
use wasmtime::component::Resource;
use wasmtime_wasi::p2::bindings::sockets::tcp::HostTcpSocket as _;
use wasmtime_wasi::p2::bindings::sockets::tcp::ShutdownType;
use wasmtime_wasi::p2::{SocketError, SocketResult};

/// How many sockets that is.
const FEW: usize = 24;

/// The calls at which hosts may count.
const CALLS: [&str; 3] = ["bind", "listen", "connect"];

/// The sockets of a guest that may have few.
#[derive(Default)]
pub struct Limit {
    /// How many calls failed.
    failed: usize,
    /// How much of the limit they took.
    lost: usize,
}

impl Sockets<'_> {
    /// The call at which this host counts, and what it gets wrong there.
    fn counts_at(&self) -> (&str, &str) {
        for call in CALLS {
            if let Some(what) = self.how.strip_prefix(call)
                && let Some(what) = what.strip_prefix("_at_the_limit_")
            {
                return (call, what);
            }
            if self.how.strip_prefix("limit_is_at_") == Some(call) {
                return (call, "");
            }
        }
        let what = self.how.strip_prefix("create_at_the_limit_");
        ("create", what.unwrap_or_default())
    }

    /// Whether a socket counts as soon as it is made.
    pub fn counts_creation(&self) -> bool {
        self.counts_at().0 == "create"
    }

    /// Counts a socket that is about to be made or taken further by a call, if the host
    /// counts there; `this` is `None` before it is made.
    pub fn count(&mut self, call: &str, this: Option<&This>) -> SocketResult<()> {
        let (counts_at, what) = self.counts_at();
        let what = what.to_owned();
        let Some(limit) = &self.memory.limit else {
            return Ok(());
        };
        if call != counts_at || what == "is_missing" {
            return Ok(());
        }
        let stays = what == "never_ends" && limit.failed > 0;
        if self.counted() + limit.lost < FEW && !stays {
            if let Some(this) = this {
                self.facts(this).is_counted = true;
            }
            return Ok(());
        }
        if let Some(limit) = &mut self.memory.limit {
            limit.failed += 1;
            limit.lost += usize::from(what == "costs");
        }
        match &*what {
            "traps" => return Err(SocketError::trap(wasmtime::format_err!("too many sockets"))),
            "breaks_others" => self.break_others()?,
            _ => {}
        }
        if let Some(this) = this
            && call != "bind"
        {
            self.facts(this).is_broken = true;
        }
        Err(match &*what {
            "is_vague" => Code::Unknown.into(),
            _ => Code::NewSocketLimit.into(),
        })
    }

    fn counted(&self) -> usize {
        let sockets = self.memory.sockets.values();
        sockets.filter(|it| it.is_counted).count()
    }

    fn break_others(&mut self) -> SocketResult<()> {
        for facts in self.memory.sockets.values_mut() {
            facts.is_broken = true;
        }
        let reps: Vec<u32> = self.memory.sockets.keys().copied().collect();
        for rep in reps {
            // Those that are not connected have nothing to shut down.
            let _ = self
                .real
                .shutdown(Resource::new_borrow(rep), ShutdownType::Both);
        }
        Ok(())
    }
}
