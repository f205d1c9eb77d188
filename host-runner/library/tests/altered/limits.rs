//! The few sockets that a guest may have under the policy `own-limit`.

use crate::sockets::{Code, Sockets, This};
use wasmtime::component::Resource;
use wasmtime_wasi::p2::bindings::sockets::tcp::HostTcpSocket as _;
use wasmtime_wasi::p2::bindings::sockets::tcp::ShutdownType;
use wasmtime_wasi::p2::{SocketError, SocketResult};

/// How many sockets that is.
const FEW: usize = 24;

/// Hosts that count at a call, or get something wrong there. All others count sockets
/// when they are made.
const HOSTS: &[(&str, &str, &str)] = &[
    ("create_at_the_limit_traps", "create", "traps"),
    ("create_at_the_limit_is_vague", "create", "is_vague"),
    ("create_at_the_limit_is_missing", "create", "is_missing"),
    ("create_at_the_limit_never_ends", "create", "never_ends"),
    ("create_at_the_limit_costs", "create", "costs"),
    (
        "create_at_the_limit_breaks_others",
        "create",
        "breaks_others",
    ),
    ("bind_at_the_limit_traps", "bind", "traps"),
    ("bind_at_the_limit_is_vague", "bind", "is_vague"),
    ("bind_at_the_limit_never_ends", "bind", "never_ends"),
    ("bind_at_the_limit_costs", "bind", "costs"),
    ("bind_at_the_limit_breaks_others", "bind", "breaks_others"),
    ("listen_at_the_limit_traps", "listen", "traps"),
    ("listen_at_the_limit_is_vague", "listen", "is_vague"),
    ("listen_at_the_limit_never_ends", "listen", "never_ends"),
    ("listen_at_the_limit_costs", "listen", "costs"),
    (
        "listen_at_the_limit_breaks_others",
        "listen",
        "breaks_others",
    ),
    ("connect_at_the_limit_traps", "connect", "traps"),
    ("connect_at_the_limit_is_vague", "connect", "is_vague"),
    ("connect_at_the_limit_never_ends", "connect", "never_ends"),
    ("connect_at_the_limit_costs", "connect", "costs"),
    (
        "connect_at_the_limit_breaks_others",
        "connect",
        "breaks_others",
    ),
    ("limit_is_at_bind", "bind", ""),
    ("limit_is_at_listen", "listen", ""),
    ("limit_is_at_connect", "connect", ""),
];

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
    fn counts_at(&self) -> (&'static str, &'static str) {
        let host = HOSTS.iter().find(|(how, ..)| self.is(how));
        host.map_or(("create", ""), |(_, call, what)| (*call, *what))
    }

    /// Whether a socket counts as soon as it is made.
    pub fn counts_creation(&self) -> bool {
        self.counts_at().0 == "create"
    }

    /// Counts a socket that is about to be made or taken further by a call, if the host
    /// counts there; `this` is `None` before it is made.
    pub fn count(&mut self, call: &str, this: Option<&This>) -> SocketResult<()> {
        let (counts_at, what) = self.counts_at();
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
        match what {
            "traps" => return Err(SocketError::trap(wasmtime::format_err!("too many sockets"))),
            "breaks_others" => self.break_others(),
            _ => {}
        }
        if let Some(this) = this
            && call != "bind"
        {
            self.facts(this).is_broken = true;
        }
        Err(match what {
            "is_vague" => Code::Unknown.into(),
            _ => Code::NewSocketLimit.into(),
        })
    }

    fn counted(&self) -> usize {
        let sockets = self.memory.sockets.values();
        sockets.filter(|it| it.is_counted).count()
    }

    fn break_others(&mut self) {
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
    }
}
