//! A host that does what the model says, in memory. The generator asks it what a walk
//! probably leads to, and tests ask it to be wrong.

use super::{
    Answer, BindTo, Call, ConnectTo, Direction, Method, Part, PollableId, Port, SocketId,
    SocketOption, State, WalkFamily,
};
use crate::Family;
use std::collections::BTreeMap;

/// What the text leaves to a host, and what a test wants to be wrong.
pub(super) trait Choices {
    /// Whether the host uses a freedom here.
    fn free(&mut self) -> bool {
        false
    }

    /// Whether the host has this mistake.
    fn wrong(&self, _mistake: &str) -> bool {
        false
    }
}

/// A host that uses no freedom and makes no mistake.
pub(super) struct Plain;

impl Choices for Plain {}

#[derive(Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "streams and shutdowns go by themselves"
)]
pub(super) struct Socket {
    pub(super) state: State,
    pub(super) family: Family,
    wildcard: bool,
    pub(super) port: u32,
    remote: u32,
    bind: Option<BindTo>,
    pub(super) target: Option<SocketId>,
    pub(super) clients: Vec<SocketId>,
    pub(super) peer: Option<SocketId>,
    options: [u64; 7],
    pub(super) has_in: bool,
    pub(super) has_out: bool,
    pub(super) in_shut: bool,
    pub(super) out_shut: bool,
    pub(super) sent: u64,
    pub(super) received: u64,
    /// Whether a pollable told that the operation has ended.
    told: bool,
    /// Whether hosts differ in which state it is in.
    pub(super) hazy: bool,
    /// Whether it was told to have the port of another socket.
    pub(super) shares_port: bool,
    /// Whether it has accepted one of several clients that wait.
    mixed: bool,
    /// Whether it is sure which socket is the other end of the connection.
    pub(super) sure_peer: bool,
    /// How many clients it was told to keep waiting.
    pub(super) backlog: u64,
    /// Whether its buffers may be small.
    pub(super) small: bool,
    /// Whether a pollable told that there are bytes, or room.
    told_in: bool,
    told_out: bool,
}

pub(super) struct Host<C> {
    family: Family,
    pub(super) sockets: BTreeMap<SocketId, Socket>,
    dropped: BTreeMap<SocketId, Socket>,
    pub(super) pollables: BTreeMap<PollableId, (SocketId, Part)>,
    names: BTreeMap<u32, String>,
    next_port: u32,
    choices: C,
    dropped_options: Option<[u64; 7]>,
}

/// Whether a socket has an address that others can be told.
fn has_address(own: &Socket) -> bool {
    !matches!(
        own.state,
        State::Unbound | State::BindInProgress | State::Closed
    ) && own.port > 0
}

fn error(code: &str) -> Answer {
    Answer::Error(code.to_owned())
}

fn refusal(other_word: bool) -> Answer {
    error(if other_word {
        "concurrency-conflict"
    } else {
        "invalid-state"
    })
}

const DEFAULTS: [u64; 7] = [0, 7_200_000_000_000, 75_000_000_000, 9, 64, 65536, 65536];

impl<C: Choices> Host<C> {
    pub(super) fn new(family: Family, choices: C) -> Self {
        Self {
            family,
            sockets: BTreeMap::new(),
            dropped: BTreeMap::new(),
            pollables: BTreeMap::new(),
            names: BTreeMap::new(),
            next_port: 1,
            choices,
            dropped_options: None,
        }
    }

    pub(super) fn answer(&mut self, call: &Call) -> Answer {
        match call {
            Call::Create { new, family } => self.create(*new, *family),
            Call::Accept {
                new,
                listener,
                wait,
            } => self.accept(*new, *listener, *wait),
            Call::Subscribe { new, socket, part } => {
                let Some(own) = self.sockets.get(socket) else {
                    return Answer::Skipped;
                };
                let is_there = match part {
                    Part::Socket => true,
                    Part::In => own.has_in,
                    Part::Out => own.has_out,
                };
                if !is_there || self.pollables.contains_key(new) {
                    return Answer::Skipped;
                }
                self.pollables.insert(*new, (*socket, *part));
                Answer::Ok
            }
            Call::Ready(pollable) => match self.is_ready(*pollable, false) {
                None => Answer::Skipped,
                Some(ready) => Answer::Bool(ready),
            },
            Call::Block(pollable) => match self.is_ready(*pollable, true) {
                None => Answer::Skipped,
                Some(true) => Answer::Ok,
                Some(false) => Answer::Never,
            },
            Call::Poll(pollables) => {
                let ready: Vec<_> = pollables
                    .iter()
                    .map(|it| self.is_ready(*it, true))
                    .collect();
                if ready.iter().all(Option::is_none) {
                    return Answer::Skipped;
                }
                let mut indices = Vec::new();
                for (index, ready) in ready.iter().enumerate() {
                    if *ready == Some(true) && (indices.is_empty() || !self.choices.free()) {
                        indices.push(index);
                    }
                }
                if indices.is_empty() {
                    return Answer::Never;
                }
                Answer::Ready(indices)
            }
            Call::DropPollable(pollable) => match self.pollables.remove(pollable) {
                None => Answer::Skipped,
                Some(_) => Answer::Ok,
            },
            Call::Method { socket, method } => self.method(*socket, *method),
            Call::Again(_) => Answer::Ok,
        }
    }

    fn create(&mut self, new: SocketId, family: WalkFamily) -> Answer {
        if self.sockets.contains_key(&new) || self.dropped.contains_key(&new) {
            return Answer::Skipped;
        }
        let family = match (family, self.family) {
            (WalkFamily::Own, family) => family,
            (WalkFamily::Other, Family::Ipv4) => Family::Ipv6,
            (WalkFamily::Other, Family::Ipv6) => Family::Ipv4,
        };
        let mut options = DEFAULTS;
        if self
            .choices
            .wrong("options of a dropped socket go to the next")
        {
            options = self.dropped_options.unwrap_or(options);
        }
        self.sockets.insert(
            new,
            Socket {
                state: State::Unbound,
                family,
                wildcard: false,
                port: 0,
                remote: 0,
                bind: None,
                target: None,
                clients: Vec::new(),
                peer: None,
                options,
                has_in: false,
                has_out: false,
                in_shut: false,
                out_shut: false,
                sent: 0,
                received: 0,
                told: false,
                hazy: false,
                shares_port: false,
                mixed: false,
                sure_peer: false,
                backlog: u64::MAX,
                small: false,
                told_in: false,
                told_out: false,
            },
        );
        Answer::Ok
    }

    fn accept(&mut self, new: SocketId, listener: SocketId, wait: bool) -> Answer {
        if self.sockets.contains_key(&new) || self.dropped.contains_key(&new) {
            return Answer::Skipped;
        }
        let Some(own) = self.sockets.get_mut(&listener) else {
            return Answer::Skipped;
        };
        if own.state != State::Listening {
            let busy = matches!(own.state, State::BindInProgress | State::ConnectInProgress);
            return refusal(busy && self.choices.free());
        }
        if own.clients.is_empty() {
            return if wait {
                Answer::Never
            } else {
                error("would-block")
            };
        }
        // Of several clients, it is open which is the first.
        own.mixed |= own.clients.len() > 1;
        let is_sure = !own.mixed;
        let client = own.clients.remove(0);
        own.mixed &= !own.clients.is_empty();
        let mut accepted = own.clone();
        accepted.state = State::Accepted;
        accepted.clients = Vec::new();
        accepted.wildcard = false;
        accepted.has_in = true;
        accepted.has_out = true;
        accepted.peer = Some(client);
        accepted.sure_peer = is_sure;
        if self.choices.wrong("accepted sockets do not inherit") {
            accepted.options = DEFAULTS;
        }
        let other = match self.sockets.get_mut(&client) {
            Some(other) => Some(other),
            None => self.dropped.get_mut(&client),
        };
        if let Some(other) = other {
            other.peer = Some(new);
            other.sure_peer = is_sure;
            accepted.remote = other.port;
        }
        self.sockets.insert(new, accepted);
        Answer::Ok
    }

    fn is_ready(&mut self, pollable: PollableId, waits: bool) -> Option<bool> {
        let (id, part) = *self.pollables.get(&pollable)?;
        let own = self.sockets.get(&id)?.clone();
        let stale = self
            .choices
            .wrong("pollables of a listener are always ready");
        Some(match part {
            Part::Socket if own.state.is_in_progress() => {
                let told = own.told || waits || !self.choices.free();
                self.at(id).told |= told;
                told
            }
            Part::Socket => own.state != State::Listening || !own.clients.is_empty() || stale,
            Part::In => {
                let ready = own.in_shut || self.unread(&own) > 0 || self.has_ended(&own);
                self.at(id).told_in |= ready;
                ready
            }
            Part::Out => {
                self.at(id).told_out = true;
                true
            }
        })
    }

    pub(super) fn has_ended(&self, own: &Socket) -> bool {
        own.peer.is_some_and(|peer| match self.sockets.get(&peer) {
            Some(peer) => peer.out_shut,
            None => true,
        })
    }

    pub(super) fn unread(&self, own: &Socket) -> u64 {
        let peer = own
            .peer
            .and_then(|peer| self.sockets.get(&peer).or_else(|| self.dropped.get(&peer)));
        peer.map_or(0, |peer| peer.sent - own.received)
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each method")]
    fn method(&mut self, id: SocketId, method: Method) -> Answer {
        let Some(own) = self.sockets.get(&id).cloned() else {
            return Answer::Skipped;
        };
        let state = own.state;
        let other_word = state.is_in_progress() && self.choices.free();
        match method {
            Method::StartBind(to) => self.start_bind(id, &own, to, other_word),
            Method::FinishBind { wait } => {
                let may_wait = !wait && !own.told && self.choices.free();
                match (state, own.bind) {
                    (State::BindInProgress, _) if may_wait => error("would-block"),
                    (State::BindInProgress, Some(BindTo::Other)) => {
                        self.at(id).state = State::Unbound;
                        error("invalid-argument")
                    }
                    (State::BindInProgress, _) if self.is_taken(id, &own) => {
                        self.at(id).port = 0;
                        self.at(id).state = State::Unbound;
                        error("address-in-use")
                    }
                    (State::BindInProgress, _) => {
                        self.at(id).state = State::Bound;
                        Answer::Ok
                    }
                    _ => error("not-in-progress"),
                }
            }
            Method::StartListen => match state {
                State::Bound if self.is_taken(id, &own) && !self.choices.free() => {
                    self.at(id).state = State::Closed;
                    error("address-in-use")
                }
                State::Bound => {
                    self.at(id).told = false;
                    self.at(id).state = State::ListenInProgress;
                    Answer::Ok
                }
                State::Unbound if self.choices.wrong("unbound sockets listen") => Answer::Ok,
                _ => refusal(other_word),
            },
            Method::FinishListen { wait } => match state {
                State::ListenInProgress if !wait && !own.told && self.choices.free() => {
                    error("would-block")
                }
                State::ListenInProgress => {
                    if self.is_taken(id, &own) {
                        self.at(id).state = State::Closed;
                        return error("address-in-use");
                    }
                    self.at(id).state = State::Listening;
                    Answer::Ok
                }
                _ => error("not-in-progress"),
            },
            Method::StartConnect(to) => self.start_connect(id, &own, to, other_word),
            Method::FinishConnect { wait } => match state {
                State::ConnectInProgress if !wait && !own.told && self.choices.free() => {
                    error("would-block")
                }
                State::ConnectInProgress => self.finish_connect(id, &own),
                _ => error("not-in-progress"),
            },
            Method::LocalAddress => self.local_address(&own, id),
            Method::RemoteAddress => {
                if !state.is_connected() {
                    return refusal(false);
                }
                if own.out_shut && self.choices.wrong("addresses are lost after shutdown") {
                    return refusal(false);
                }
                self.address(id, ".remote", own.family, false, own.remote)
            }
            Method::IsListening => Answer::Bool(state == State::Listening),
            Method::AddressFamily => Answer::Family(own.family),
            Method::Get(option) => {
                let value = own.options[option as usize];
                match option {
                    SocketOption::KeepAliveEnabled => Answer::Bool(value != 0),
                    SocketOption::KeepAliveIdleTime
                        if self.choices.wrong("a duration is read in another unit") =>
                    {
                        Answer::Number(value / 1000)
                    }
                    _ => Answer::Number(value),
                }
            }
            Method::Set(option, value) => self.set(id, &own, option, value),
            Method::SetBacklog(0) => error("invalid-argument"),
            Method::SetBacklog(size) => match state {
                State::ConnectInProgress | State::Connected | State::Accepted => refusal(false),
                _ => {
                    self.at(id).backlog = size;
                    Answer::Ok
                }
            },
            Method::Shutdown(direction) => {
                if !state.is_connected() {
                    return refusal(other_word);
                }
                let own = self.at(id);
                own.in_shut |= direction != Direction::Send;
                own.out_shut |= direction != Direction::Receive;
                Answer::Ok
            }
            Method::Write { bytes, wait } => {
                if !own.has_out {
                    return Answer::Skipped;
                }
                if own.out_shut {
                    return error("closed");
                }
                let partly = !wait && self.choices.free();
                let most = u64::from(bytes);
                let least = most.min(u64::from(own.told_out));
                let bytes = if partly { least.max(most / 2) } else { most };
                self.at(id).told_out = false;
                self.at(id).sent += bytes;
                Answer::Number(bytes)
            }
            Method::Fill => self.fill(id, &own),
            Method::Drain => {
                let unread = self.unread(&own);
                self.read(id, &own, unread, true)
            }
            Method::Flush if !own.has_out => Answer::Skipped,
            Method::Flush if own.out_shut => error("closed"),
            Method::Flush => {
                self.at(id).told_out = false;
                Answer::Ok
            }
            Method::Read { bytes, wait } => self.read(id, &own, u64::from(bytes), wait),
            Method::DropIn | Method::DropOut => {
                let part = if method == Method::DropIn {
                    Part::In
                } else {
                    Part::Out
                };
                let own = self.at(id);
                let has = match part {
                    Part::In => &mut own.has_in,
                    _ => &mut own.has_out,
                };
                if !std::mem::take(has) {
                    return Answer::Skipped;
                }
                self.pollables.retain(|_, it| *it != (id, part));
                Answer::Ok
            }
            Method::Drop => {
                self.pollables.retain(|_, it| it.0 != id);
                self.dropped_options = Some(own.options);
                self.sockets.remove(&id);
                self.dropped.insert(id, own);
                Answer::Ok
            }
        }
    }

    /// Whether another socket listens at the address.
    fn is_taken(&self, id: SocketId, own: &Socket) -> bool {
        self.sockets.iter().any(|(other, it)| {
            *other != id
                && matches!(it.state, State::Listening | State::ListenInProgress)
                && it.port == own.port
                && it.family == own.family
        })
    }

    fn at(&mut self, id: SocketId) -> &mut Socket {
        self.sockets.entry(id).or_insert_with(|| unreachable!())
    }

    fn start_bind(&mut self, id: SocketId, own: &Socket, to: BindTo, other_word: bool) -> Answer {
        let port = match to {
            BindTo::PortOf(other) => match self.sockets.get(&other).filter(|it| has_address(it)) {
                Some(other) => other.port,
                None => return Answer::Skipped,
            },
            _ => self.next_port,
        };
        if own.state != State::Unbound {
            return refusal(other_word);
        }
        if to == BindTo::Other && !self.choices.free() {
            return error("invalid-argument");
        }
        self.next_port += 1;
        let at_once = self.choices.wrong("a bind is finished at once");
        let own = self.at(id);
        own.told = false;
        own.bind = Some(to);
        own.wildcard = to == BindTo::Any;
        own.shares_port |= matches!(to, BindTo::PortOf(_));
        own.port = port;
        own.state = if at_once {
            State::Bound
        } else {
            State::BindInProgress
        };
        if to == BindTo::Other {
            own.port = 0;
        }
        Answer::Ok
    }

    fn start_connect(
        &mut self,
        id: SocketId,
        own: &Socket,
        to: ConnectTo,
        other_word: bool,
    ) -> Answer {
        if let ConnectTo::Socket(target) = to
            && !self.sockets.get(&target).is_some_and(has_address)
        {
            return Answer::Skipped;
        }
        if !matches!(own.state, State::Unbound | State::Bound) {
            return refusal(other_word);
        }
        let at_once = self.choices.free();
        let port = self.next_port;
        self.next_port += 1;
        let target = match to {
            ConnectTo::Socket(target) => Some(target),
            _ => None,
        };
        let is_good = target.and_then(|target| self.sockets.get(&target));
        let is_good = is_good.is_some_and(|it| it.family == own.family) || to == ConnectTo::Nobody;
        let is_open = target.and_then(|target| self.sockets.get(&target));
        let is_open = is_open.is_some_and(|it| it.state == State::Listening);
        let late = at_once && self.choices.free();
        if (!is_good && !late) || (is_good && !is_open && at_once) {
            let stays = self
                .choices
                .wrong("a failed connect leaves the socket open");
            if !stays {
                self.at(id).state = State::Closed;
            }
            self.at(id).hazy = !is_good;
            return error(if is_good {
                "connection-refused"
            } else {
                "invalid-argument"
            });
        }
        let own = self.at(id);
        own.state = State::ConnectInProgress;
        own.told = false;
        own.target = target;
        if own.port == 0 {
            own.port = port;
        }
        if let Some(other) = target.and_then(|target| self.sockets.get_mut(&target)) {
            if is_open && is_good {
                other.clients.push(id);
                let remote = other.port;
                self.at(id).remote = remote;
            } else {
                self.at(id).target = None;
            }
        }
        Answer::Ok
    }

    fn finish_connect(&mut self, id: SocketId, own: &Socket) -> Answer {
        let is_there =
            own.target.is_some_and(|it| self.sockets.contains_key(&it)) || own.peer.is_some();
        let stays = self
            .choices
            .wrong("a refused connect leaves the socket open");
        let own = self.at(id);
        if !is_there {
            own.state = if stays { State::Unbound } else { State::Closed };
            return error("connection-refused");
        }
        own.state = State::Connected;
        own.has_in = true;
        own.has_out = true;
        Answer::Ok
    }

    fn local_address(&mut self, own: &Socket, id: SocketId) -> Answer {
        let is_bound = has_address(own) && own.state != State::Closed;
        if !is_bound {
            return refusal(false);
        }
        if own.state == State::Listening && self.choices.wrong("a listener has another port") {
            return self.address(id, "", own.family, own.wildcard, own.port + 1000);
        }
        let wildcard = own.wildcard && !own.state.is_connected();
        self.address(id, "", own.family, wildcard, own.port)
    }

    fn address(
        &mut self,
        id: SocketId,
        what: &str,
        family: Family,
        any: bool,
        port: u32,
    ) -> Answer {
        let taken = self
            .names
            .values()
            .filter(|name| name.starts_with(&format!("{id}{what}")));
        let nth = taken.count();
        let name = self.names.entry(port).or_insert_with(|| match nth {
            0 => format!("{id}{what}"),
            _ => format!("{id}{what}.{}", nth + 1),
        });
        let ip = match (family, any) {
            (Family::Ipv4, true) => "0.0.0.0",
            (Family::Ipv4, false) => "127.0.0.1",
            (Family::Ipv6, true) => "::",
            (Family::Ipv6, false) => "::1",
        };
        Answer::Address {
            ip: ip.to_owned(),
            port: Port::Of(name.clone()),
        }
    }

    fn set(&mut self, id: SocketId, own: &Socket, option: SocketOption, value: u64) -> Answer {
        let is_bool = option == SocketOption::KeepAliveEnabled;
        if value == 0 && !is_bool {
            let late = own.state != State::Unbound;
            if late && self.choices.wrong("zero is accepted once bound") {
                return Answer::Ok;
            }
            return error("invalid-argument");
        }
        if own.state.is_connected() && self.choices.wrong("setters do nothing once connected") {
            return Answer::Ok;
        }
        let mut value = match option {
            SocketOption::KeepAliveIdleTime | SocketOption::KeepAliveInterval => {
                value.div_ceil(1_000_000_000).clamp(1, 32767) * 1_000_000_000
            }
            SocketOption::KeepAliveCount => value.clamp(1, 127),
            SocketOption::ReceiveBufferSize | SocketOption::SendBufferSize => {
                if self.choices.wrong("sizes wrap at 2^32") {
                    (value & 0xffff_ffff).clamp(1152, 212_992)
                } else {
                    value.clamp(1152, 212_992)
                }
            }
            _ => value,
        };
        let is_small = option.is_buffer() && value < 8192;
        self.at(id).small |= is_small;
        if option == SocketOption::HopLimit && self.choices.wrong("hop limits are truncated") {
            value &= 127;
        }
        let mut at = id;
        if own.state == State::Accepted
            && self
                .choices
                .wrong("options of accepted sockets go to the listener")
        {
            let listeners = self.sockets.iter();
            let mut listeners = listeners.filter(|(_, it)| it.state == State::Listening);
            at = listeners.next().map_or(id, |(listener, _)| *listener);
        }
        if self.choices.wrong("options go to every socket") {
            for socket in self.sockets.values_mut() {
                socket.options[option as usize] = value;
            }
        }
        let index = match option {
            SocketOption::KeepAliveInterval
                if self.choices.wrong("the interval writes the idle time") =>
            {
                SocketOption::KeepAliveIdleTime
            }
            option => option,
        };
        self.at(at).options[index as usize] = value;
        Answer::Ok
    }

    fn fill(&mut self, id: SocketId, own: &Socket) -> Answer {
        const ROOM: u64 = 100_000;
        if !own.has_out {
            return Answer::Skipped;
        }
        if own.out_shut {
            return error("closed");
        }
        let peer = own.peer.and_then(|peer| self.sockets.get(&peer));
        let waiting = own.sent - peer.map_or(0, |peer| peer.received).min(own.sent);
        let bytes = ROOM.saturating_sub(waiting);
        self.at(id).sent += bytes;
        Answer::Number(bytes)
    }

    fn read(&mut self, id: SocketId, own: &Socket, most: u64, wait: bool) -> Answer {
        if !own.has_in {
            return Answer::Skipped;
        }
        let partly = !wait && self.choices.free();
        let unread = self.unread(own);
        if own.in_shut {
            return Answer::Read {
                bytes: 0,
                right: true,
                end: true,
            };
        }
        let ended = self.has_ended(own);
        let least = most.min(u64::from(own.told_in));
        let part = if partly { least.max(most / 2) } else { most };
        let bytes = unread.min(part);
        if wait && bytes < most && !ended {
            return Answer::Never;
        }
        let end = ended && bytes == unread && bytes < most;
        self.at(id).received += bytes;
        self.at(id).told_in = false;
        let lost = self.choices.wrong("a byte is lost") && bytes > 9;
        let early = self.choices.wrong("the end comes early") && bytes > 0;
        Answer::Read {
            bytes: bytes - u64::from(lost),
            right: !(self.choices.wrong("bytes are swapped") && bytes > 1),
            end: end || early,
        }
    }
}
