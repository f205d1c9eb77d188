//! Walks that are made up: weighted, so that deep states and pairs of sockets are
//! reached, and the same for the same seed.

mod calls;
mod options;
mod plans;
mod polls;

use super::model::{ready_name, stream_call_name};
use super::simulated::{Host, Plain, Socket};
use super::{
    Call, ConnectTo, Method, NAMES, SocketId, SocketOption, Steering, Walk, WalkFamily, call_name,
};
use crate::Family;
use oorandom::Rand32;
use std::collections::BTreeMap;

/// How often a call is drawn anew if a steering forbids it.
const ATTEMPTS: usize = 50;

/// How many clients a listener is sure to keep waiting.
const MOST_CLIENTS: usize = 3;

/// How many bytes a walk leaves unread in one direction.
const MOST_UNREAD: u64 = 4000;

/// How often in a row a walk may be drawn no call at all before it ends early.
const MOST_FRUITLESS: usize = 20;

/// Makes a walk of so many calls. It depends on nothing but the arguments.
#[must_use]
pub fn generate(seed: u64, calls: usize, steering: &Steering) -> Walk {
    let random = Rand32::new_inc(mixed(seed), mixed(!seed));
    let mut generator = Generator {
        random,
        host: Host::new(Family::Ipv4, Plain),
        next_socket: 0,
        next_pollable: 0,
        set: BTreeMap::new(),
        plan: Vec::new(),
    };
    let mut walk = Walk::default();
    let mut fruitless = 0;
    generator.plan();
    while walk.calls.len() < calls && fruitless < MOST_FRUITLESS {
        fruitless += 1;
        let mut drawn = (0..ATTEMPTS).map(|_| generator.draw());
        let allowed = |call: &Vec<Call>| !call.is_empty();
        let Some(calls) = drawn.find(allowed) else {
            break;
        };
        for call in calls {
            if generator.is_forbidden(&call, steering) {
                break;
            }
            generator.host.answer(&call);
            generator.note(&call);
            walk.calls.push(call);
            fruitless = 0;
        }
    }
    walk.calls.truncate(calls);
    // What fills a buffer has to be read: a host may wait for that when streams are dropped.
    let is_fill = |call: &Call| {
        let Call::Method { method, .. } = call else {
            return false;
        };
        *method == Method::Fill
    };
    while walk.calls.last().is_some_and(is_fill) {
        walk.calls.pop();
    }
    walk
}

/// What a socket of the usual behavior answers to a walk.
#[must_use]
pub fn expected_answers(family: Family, walk: &Walk) -> Vec<super::Answer> {
    let mut host = Host::new(family, Plain);
    walk.calls.iter().map(|call| host.answer(call)).collect()
}

/// Spreads seeds that are close to each other (the finisher of `SplitMix64`).
fn mixed(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A step of a plan. The sockets are those that the plan made.
#[derive(Clone, Copy, Debug)]
enum Step {
    Listener,
    Client,
    Accept,
    Peer,
    /// A bound socket, which then connects.
    Bound,
    Refused(ConnectTo),
    Taken,
    /// Two sockets are bound to one address, and both begin to listen.
    Twins,
    /// A socket is dropped, and another takes its place.
    Successor,
    /// Calls that only a listener, or an accepted socket, refuses.
    Refusals,
    /// An option is set, and read in the states that follow.
    Kept,
    /// Values of an option that rise, each read back.
    Ladder,
    /// A client that has not been accepted writes.
    Early,
    /// Much is written and read, piece by piece.
    Much,
    /// A buffer is filled, and read to the last byte.
    Full,
    /// Pollables are taken before there is anything to wait for.
    Watched,
    /// One end has said all, and the other reads up to the end.
    End,
}

struct Generator {
    random: Rand32,
    host: Host<Plain>,
    next_socket: u8,
    next_pollable: u8,
    /// What is planned: steps towards a connection, the next one last.
    plan: Vec<Step>,
    /// Which options were set, so that they are read again.
    set: BTreeMap<SocketId, SocketOption>,
}

impl Generator {
    fn below(&mut self, end: usize) -> usize {
        let end = u32::try_from(end.max(1)).unwrap_or(u32::MAX);
        self.random.rand_range(0..end) as usize
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        let index = self.below(items.len());
        items.get(index).cloned()
    }

    fn sockets(&self, wanted: impl Fn(&Socket) -> bool) -> Vec<SocketId> {
        let sockets = self.host.sockets.iter();
        let sockets = sockets.filter(|(_, socket)| wanted(socket));
        sockets.map(|(id, _)| *id).collect()
    }

    fn is_forbidden(&self, call: &Call, steering: &Steering) -> bool {
        let forbids = |socket: &SocketId, name: &str| {
            let socket = self.host.sockets.get(socket);
            socket.is_some_and(|socket| steering.forbids(socket.state, name))
        };
        let polls = call.polls();
        let mut polls = polls.iter().filter_map(|it| self.host.pollables.get(it));
        if polls.any(|(socket, part)| forbids(socket, ready_name(*part))) {
            return true;
        }
        let name = call_name(call).or_else(|| stream_call_name(call).map(str::to_owned));
        // Some hosts leave such a socket as it was, so what follows may succeed.
        let is_start = name.as_ref().is_some_and(|name| name.starts_with("start-"));
        let is_hazy = |id: &SocketId| self.host.sockets.get(id).is_some_and(|it| it.hazy);
        if is_start && call.uses().first().is_some_and(is_hazy) {
            return true;
        }
        // It may have been bound, and then meets itself, or be free still.
        let is_connect = name
            .as_ref()
            .is_some_and(|name| name.starts_with("start-connect"));
        let shares = |id: &SocketId| self.host.sockets.get(id).is_some_and(|it| it.shares_port);
        if is_connect && call.uses().first().is_some_and(shares) {
            return true;
        }
        let target = call.uses().get(1).copied();
        if target.is_some_and(|target| forbids(&target, "local-address")) {
            return true;
        }
        matches!((call.uses().first(), name), (Some(socket), Some(name)) if forbids(socket, &name))
    }

    fn note(&mut self, call: &Call) {
        if let Call::Method {
            socket,
            method: Method::Set(option, _),
        } = call
        {
            self.set.insert(*socket, *option);
        }
    }

    /// The next call, or a few that belong together; nothing if it drew badly.
    fn draw(&mut self) -> Vec<Call> {
        if !self.plan.is_empty() && !self.one_in(3) {
            return self.planned();
        }
        if self.plan.is_empty() && self.one_in(30) {
            self.plan();
        }
        let live = self.sockets(|_| true);
        let fresh = self.next_socket < NAMES;
        if live.is_empty() || (fresh && live.len() < 3 && self.one_in(4)) {
            return if fresh { self.create() } else { Vec::new() };
        }
        match self.below(20) {
            0 if fresh => self.create(),
            1..=3 => self.accept(),
            4..=6 => self.polls(),
            _ => {
                let Some(id) = self.pick(&live) else {
                    return Vec::new();
                };
                if self.one_in(5) {
                    let (family, state) =
                        (self.host.sockets[&id].family, self.host.sockets[&id].state);
                    return self.every(id, family, state).into_iter().collect();
                }
                self.on(id)
            }
        }
    }

    fn create(&mut self) -> Vec<Call> {
        let new = SocketId(self.next_socket);
        self.next_socket += 1;
        let family = if self.one_in(4) {
            WalkFamily::Other
        } else {
            WalkFamily::Own
        };
        vec![Call::Create { new, family }]
    }
}

/// A call that finishes an operation: often at once and again, so that the state is sure
/// afterwards, although a host may take its time.
fn finished(socket: SocketId, twice: bool, method: impl Fn(bool) -> Method) -> Vec<Call> {
    let waits = on(socket, method(true));
    if twice {
        vec![on(socket, method(false)), waits]
    } else {
        vec![waits]
    }
}

fn on(socket: SocketId, method: Method) -> Call {
    Call::Method { socket, method }
}
