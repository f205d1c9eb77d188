//! What a walk has done so far, as far as answers tell: the states that each socket
//! can be in, and what is known of it.

use super::super::{
    BindTo, ConnectTo, Part, PollableId, Port, RuleName, SocketId, SocketOption, State,
};
use crate::Family;
use std::collections::BTreeMap;

/// How many clients are sure to find room at a listener whose backlog was not set.
const SURE_CLIENTS: usize = 3;

/// How many bytes are sure to find room on the way.
pub(super) const SURE_BYTES: u64 = 4096;

/// A state that a socket can be in, and the requirement that it then deviates from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) state: State,
    pub(super) deviates: Option<String>,
}

/// An attempt to connect.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) to: ConnectTo,
    /// Whether somebody listened there at some time.
    pub(super) may_succeed: bool,
    /// Whether it could fail all the same.
    pub(super) may_fail: bool,
    /// Whether nobody can connect to such an address.
    pub(super) is_bad: bool,
}

/// A client that a listener has not accepted, as far as is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client {
    pub(super) socket: SocketId,
    /// Whether it has finished to connect.
    pub(super) connected: bool,
    /// Whether it may have left.
    pub(super) left: bool,
    /// The number of the call that started it.
    pub(super) since: usize,
}

#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each can be so by itself, and all of them together"
)]
pub(super) struct Socket {
    pub(super) family: Family,
    pub(super) dropped: bool,
    pub(super) candidates: Vec<Candidate>,
    pub(super) bind: Option<BindTo>,
    /// Whether another socket listened at the address when the bind was started.
    pub(super) bind_taken: bool,
    /// Whether a bind was finished.
    pub(super) bound: bool,
    /// The number of its local port in `World::ports`.
    pub(super) port: usize,
    /// The number of the port of its peer, once it is known.
    pub(super) remote: Option<usize>,
    pub(super) attempt: Option<Attempt>,
    pub(super) peer: Option<SocketId>,
    pub(super) accepted_by: Option<SocketId>,
    pub(super) clients: Vec<Client>,
    /// How many of `clients` were accepted by sockets whose peer is not known.
    pub(super) unresolved: usize,
    /// The numbers of its options in `World::values`.
    pub(super) options: [usize; 7],
    /// When each option was set last.
    pub(super) set_at: [usize; 7],
    /// When the socket told each of its options last, or was told it.
    pub(super) seen_at: [Option<usize>; 7],
    /// When it was told 0.
    pub(super) zero_at: [Option<usize>; 7],
    /// Which options an accepted socket has from it.
    pub(super) lent: [bool; 7],
    /// Whether its buffers may be smaller than what is sure to find room.
    pub(super) small_buffers: bool,
    /// Whether a pollable of the socket was ready, and nothing consumed it.
    pub(super) told_ready: bool,
    pub(super) bind_has_failed: bool,
    pub(super) listen_has_failed: bool,
    pub(super) accept_has_failed: bool,
    /// Whether it has been connected, or was accepted.
    pub(super) was_connected: bool,
    /// How many clients are sure to find room at it.
    pub(super) room: usize,
    /// When its state changed last.
    pub(super) moved_at: usize,
    pub(super) streams: Streams,
}

/// The streams of a connected socket.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each can be so by itself, and all of them together"
)]
pub(super) struct Streams {
    pub(super) has_in: bool,
    pub(super) has_out: bool,
    /// Whether `shutdown` closed the input, or the output.
    pub(super) in_shut: bool,
    pub(super) out_shut: bool,
    pub(super) sent: u64,
    pub(super) received: u64,
    /// Whether an error or a wait that never ended hides how many bytes went.
    pub(super) sent_uncertain: bool,
    pub(super) received_uncertain: bool,
    pub(super) end_seen: bool,
    pub(super) failed: bool,
    /// Whether the connection may have been reset, or its streams were dropped, so that
    /// bytes may be lost.
    pub(super) rough: bool,
    /// Whether the connection may have ended, whatever the other end does.
    pub(super) torn: bool,
    /// Whether a pollable said that there are bytes, or room, and no call asked since.
    pub(super) told_in: bool,
    pub(super) told_out: bool,
    /// Whether the output was filled, and nothing was written since.
    pub(super) filled: bool,
}

/// The value of an option, shared by the sockets that must have the same.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OptionValue {
    pub(super) set: Option<u64>,
    pub(super) read: Option<u64>,
}

#[derive(Clone, Debug)]
pub(super) struct Pollable {
    pub(super) socket: SocketId,
    pub(super) part: Part,
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) family: Family,
    pub(super) sockets: BTreeMap<SocketId, Socket>,
    pub(super) pollables: BTreeMap<PollableId, Pollable>,
    pub(super) ports: Vec<Option<Port>>,
    pub(super) values: Vec<OptionValue>,
    /// The numbers of the values that new sockets of a family have.
    defaults: BTreeMap<Family, [usize; 7]>,
    /// What was set and then read, by option.
    pub(super) read_back: BTreeMap<SocketOption, Vec<(u64, u64)>>,
    /// Whether any option was set.
    pub(super) was_set: bool,
    /// The number of the call.
    pub(super) now: usize,
}

/// A rule that was broken, and what it allows.
pub(super) struct Broken {
    pub(super) rule: RuleName,
    pub(super) allowed: Vec<String>,
    /// The pollable that broke it, of several that were polled.
    pub(super) pollable: Option<PollableId>,
}

impl Broken {
    pub(super) fn new(rule: RuleName, allowed: impl Into<String>) -> Self {
        Self {
            rule,
            allowed: vec![allowed.into()],
            pollable: None,
        }
    }

    pub(super) fn of(mut self, pollable: PollableId) -> Self {
        self.pollable = Some(pollable);
        self
    }
}

impl World {
    pub(super) fn new(family: Family) -> Self {
        Self {
            family,
            sockets: BTreeMap::new(),
            pollables: BTreeMap::new(),
            ports: Vec::new(),
            values: Vec::new(),
            defaults: BTreeMap::new(),
            read_back: BTreeMap::new(),
            was_set: false,
            now: 0,
        }
    }

    pub(super) fn live(&self, id: SocketId) -> Option<&Socket> {
        self.sockets.get(&id).filter(|socket| !socket.dropped)
    }

    pub(super) fn new_port(&mut self) -> usize {
        self.ports.push(None);
        self.ports.len() - 1
    }

    pub(super) fn new_value(&mut self, value: OptionValue) -> usize {
        self.values.push(value);
        self.values.len() - 1
    }

    pub(super) fn add(&mut self, id: SocketId, family: Family, state: State) {
        let port = self.new_port();
        let options = match self.defaults.get(&family) {
            Some(defaults) if state == State::Unbound => *defaults,
            _ => SocketOption::ALL.map(|_| self.new_value(OptionValue::default())),
        };
        if state == State::Unbound {
            self.defaults.entry(family).or_insert(options);
        }
        let socket = Socket {
            family,
            dropped: false,
            candidates: vec![Candidate {
                state,
                deviates: None,
            }],
            bind: None,
            bind_taken: false,
            bound: false,
            port,
            remote: None,
            attempt: None,
            peer: None,
            accepted_by: None,
            clients: Vec::new(),
            unresolved: 0,
            options,
            set_at: [0; 7],
            seen_at: [None; 7],
            zero_at: [None; 7],
            lent: [false; 7],
            small_buffers: false,
            told_ready: false,
            bind_has_failed: false,
            listen_has_failed: false,
            accept_has_failed: false,
            was_connected: state.is_connected(),
            room: SURE_CLIENTS,
            moved_at: self.now,
            streams: Streams::default(),
        };
        self.sockets.insert(id, socket);
    }

    /// Whether another socket that is there can have the address of this one, and
    /// which of these are said to be so by `only`.
    pub(super) fn shares_address(&self, id: SocketId, only: impl Fn(&Socket) -> bool) -> bool {
        let Some(own) = self.sockets.get(&id) else {
            return false;
        };
        let mut others = self.sockets.iter().filter(|(other, _)| **other != id);
        others.any(|(_, other)| {
            !other.dropped
                && other.family == own.family
                && self.is_same_port(own.port, other.port)
                && only(other)
        })
    }

    /// The sockets that can have the address of one, itself among them.
    pub(super) fn at_address_of(&self, id: SocketId) -> Vec<SocketId> {
        let Some(own) = self.live(id) else {
            return Vec::new();
        };
        let others = self.sockets.iter().filter(|(_, other)| {
            !other.dropped && other.family == own.family && self.is_same_port(own.port, other.port)
        });
        others.map(|(other, _)| *other).collect()
    }

    /// Whether a socket is sure to listen at the address of this one.
    pub(super) fn is_taken(&self, id: SocketId) -> bool {
        self.shares_address(id, |other| {
            other.must_be(State::Listening) && other.bind != Some(BindTo::Any)
        })
    }

    /// Whether a socket may have the address of another, so that it meets itself when it
    /// connects there.
    pub(super) fn may_have_port_of(&self, id: SocketId, target: SocketId) -> bool {
        let (Some(own), Some(other)) = (self.sockets.get(&id), self.sockets.get(&target)) else {
            return false;
        };
        let is_bound = !own.must_be(State::Unbound);
        id == target || (is_bound && self.is_same_port(own.port, other.port))
    }

    pub(super) fn is_same_port(&self, one: usize, other: usize) -> bool {
        one == other
            || matches!((&self.ports[one], &self.ports[other]), (Some(a), Some(b)) if a == b)
    }

    /// Whether a socket tells its local address, as far as that is known.
    pub(super) fn has_port(&self, id: SocketId) -> Option<bool> {
        let Some(own) = self.live(id) else {
            return Some(false);
        };
        let tells = |state| match state {
            State::Unbound | State::BindInProgress => Some(false),
            State::Bound
            | State::ListenInProgress
            | State::Listening
            | State::Connected
            | State::Accepted => Some(true),
            State::ConnectInProgress if own.bound => Some(true),
            State::ConnectInProgress | State::Closed => None,
        };
        let mut told = own.candidates.iter().map(|it| tells(it.state));
        let first = told.next()??;
        told.all(|it| it == Some(first)).then_some(first)
    }

    /// Starts an attempt to connect, from what is known of the target.
    pub(super) fn attempt(&self, id: SocketId, to: ConnectTo) -> Attempt {
        let mut attempt = Attempt {
            to,
            may_succeed: false,
            may_fail: true,
            is_bad: matches!(to, ConnectTo::Any | ConnectTo::Other),
        };
        let (ConnectTo::Socket(target), Some(own)) = (to, self.sockets.get(&id)) else {
            return attempt;
        };
        let Some(other) = self.live(target) else {
            return attempt;
        };
        let meets_itself = self.may_have_port_of(id, target);
        let listens = self.at_address_of(target).into_iter().any(|it| {
            let it = self.live(it);
            it.is_some_and(Socket::could_listen)
        });
        attempt.is_bad = other.family != own.family;
        attempt.may_succeed = !attempt.is_bad && (meets_itself || listens);
        // A connection of a socket that is gone may linger.
        let is_alone = !self.sockets.iter().any(|(other, it)| {
            *other != id && it.family == own.family && self.is_same_port(own.port, it.port)
        });
        let has_room = other.clients.len() < other.room;
        let is_open = other.must_be(State::Listening) && has_room;
        attempt.may_fail = !(attempt.may_succeed && is_alone && is_open);
        attempt
    }
}

impl Socket {
    pub(super) fn may_be(&self, wanted: impl Fn(State) -> bool) -> bool {
        self.candidates.iter().any(|it| wanted(it.state))
    }

    pub(super) fn must_be(&self, state: State) -> bool {
        self.candidates.iter().all(|it| it.state == state)
    }

    pub(super) fn could_listen(&self) -> bool {
        self.may_be(|state| matches!(state, State::ListenInProgress | State::Listening))
    }

    /// How many clients wait at least.
    pub(super) fn sure_clients(&self) -> usize {
        let sure = |client: &&Client| client.connected && !client.left;
        let sure = self.clients.iter().filter(sure).count();
        sure.saturating_sub(self.unresolved)
    }

    pub(super) fn may_have_client(&self) -> bool {
        self.clients.len() > self.unresolved
    }
}
