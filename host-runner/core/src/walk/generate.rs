//! Walks that are made up: weighted, so that deep states and pairs of sockets are
//! reached, and the same for the same seed.

use super::model::{ready_name, stream_call_name};
use super::simulated::{Host, Plain, Socket};
use super::{
    BindTo, Call, ConnectTo, Contradiction, Direction, Method, NAMES, Part, PollableId, SocketId,
    SocketOption, State, Walk, WalkFamily, call_name,
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

/// What walks keep away from, because an implementation is known to get it wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a steering is what it avoids")]
pub struct Steering {
    /// Cells, as in the coverage: `bound start-connect(other)`. A `*` stands for every
    /// state: `* set-hop-limit`. The pollables of streams are `in.ready` and `out.ready`.
    pub avoid: Vec<String>,
}

impl Steering {
    /// Whether a contradiction is in a cell that walks keep away from. A walk can get
    /// there all the same, if an answer was another one than the generator expected.
    #[must_use]
    pub fn knows(&self, contradiction: &Contradiction) -> bool {
        let states = contradiction.states.iter();
        let mut cells = states.flat_map(|state| {
            let call = &contradiction.cell;
            [format!("{state} {call}"), format!("* {call}")]
        });
        cells.any(|cell| self.avoid.contains(&cell))
    }

    fn forbids(&self, state: State, call: &str) -> bool {
        self.avoid.iter().any(|avoided| {
            avoided.split_once(' ').is_some_and(|(in_state, avoided)| {
                avoided == call && (in_state == "*" || in_state == state.name())
            })
        })
    }
}

/// Makes a walk of so many calls. It depends on nothing but the arguments.
#[must_use]
pub fn generate(seed: u64, calls: usize, steering: &Steering) -> Walk {
    let random = Rand32::new_inc(mixed(seed), mixed(!seed));
    let mut generator = Generator {
        random,
        host: Host::new(Family::Ipv4, Plain),
        next_socket: 0,
        next_pollable: 0,
        spent: BTreeMap::new(),
        set: BTreeMap::new(),
        plan: Vec::new(),
    };
    let mut walk = Walk::default();
    generator.plan();
    while walk.calls.len() < calls {
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
        }
    }
    walk.calls.truncate(calls);
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

struct Generator {
    random: Rand32,
    host: Host<Plain>,
    next_socket: u8,
    next_pollable: u8,
    /// How many bytes a client wrote before it was accepted.
    spent: BTreeMap<SocketId, u64>,
    /// What is planned: steps towards a connection, the next one last.
    plan: Vec<Step>,
    /// Which options were set, so that they are read again.
    set: BTreeMap<SocketId, SocketOption>,
}

/// A step of a plan. The sockets are those that the plan made.
#[derive(Clone, Copy, Debug)]
enum Step {
    Listener,
    Client,
    Accept,
    Peer,
    Refused(ConnectTo),
    Taken,
    /// Two sockets are bound to one address, and both begin to listen.
    Twins,
    /// A socket is dropped, and another takes its place.
    Successor,
    /// Calls that only a listener, or an accepted socket, refuses.
    Refusals,
}

impl Generator {
    /// Plans what most walks are about: a connection, or a failure.
    fn plan(&mut self) {
        let steps: &[Step] = match self.below(15) {
            14 => &[Step::Twins],
            12 => &[Step::Successor, Step::Listener],
            13 => &[Step::Listener, Step::Client, Step::Accept, Step::Refusals],
            0 => &[],
            1 => &[Step::Refused(ConnectTo::Nobody)],
            2 => &[Step::Refused(ConnectTo::Any), Step::Listener],
            3 => &[Step::Refused(ConnectTo::Other), Step::Listener],
            4 => &[Step::Listener, Step::Taken],
            5 => &[Step::Listener, Step::Client, Step::Client, Step::Accept],
            _ => &[Step::Listener, Step::Client, Step::Accept, Step::Peer],
        };
        self.plan = steps.iter().rev().copied().collect();
    }

    fn next_to_listener(&mut self) -> Vec<Call> {
        let fresh = self.next_socket < NAMES;
        let listeners = self.sockets(|it| it.state == State::Listening);
        if !listeners.is_empty() {
            self.plan.pop();
            return self.planned();
        }
        let begun = self.sockets(|it| {
            matches!(
                it.state,
                State::Bound | State::BindInProgress | State::ListenInProgress
            )
        });
        let new = self.sockets(|it| it.state == State::Unbound);
        let wait = !self.one_in(3);
        match (begun.first().or_else(|| new.first()).copied(), fresh) {
            (Some(id), _) => match self.host.sockets[&id].state {
                State::Unbound => vec![on(id, Method::StartBind(self.bind_to()))],
                State::BindInProgress => vec![on(id, Method::FinishBind { wait })],
                State::Bound => vec![on(id, Method::StartListen)],
                _ => vec![on(id, Method::FinishListen { wait })],
            },
            (None, true) => self.create(),
            (None, false) => Vec::new(),
        }
    }

    fn next_to_client(&mut self, idle: &[SocketId]) -> Vec<Call> {
        let fresh = self.next_socket < NAMES;
        let connecting = self.sockets(|it| it.state == State::ConnectInProgress);
        if let Some(id) = connecting.first() {
            self.plan.pop();
            return vec![on(*id, Method::FinishConnect { wait: true })];
        }
        let listeners =
            self.sockets(|it| it.state == State::Listening && it.clients.len() < MOST_CLIENTS);
        let Some(listener) = self.pick(&listeners) else {
            self.plan.pop();
            return Vec::new();
        };
        let family = self.host.sockets[&listener].family;
        let own = idle
            .iter()
            .copied()
            .find(|id| self.host.sockets[id].family == family);
        match own {
            Some(id) => {
                let to = ConnectTo::Socket(listener);
                let mut calls = vec![on(id, Method::StartConnect(to))];
                if self.one_in(8) {
                    calls.push(on(id, Method::StartConnect(ConnectTo::Nobody)));
                    calls.push(on(id, Method::StartConnect(to)));
                }
                calls
            }
            None if fresh => self.create(),
            None => Vec::new(),
        }
    }

    /// The next calls of the plan. A step is kept until it is done.
    fn planned(&mut self) -> Vec<Call> {
        let Some(step) = self.plan.last().copied() else {
            return Vec::new();
        };
        let fresh = self.next_socket < NAMES;
        let idle = self.sockets(|it| matches!(it.state, State::Unbound | State::Bound));
        match step {
            Step::Listener => self.next_to_listener(),
            Step::Client => self.next_to_client(&idle),
            Step::Accept => {
                self.plan.pop();
                self.accept()
            }
            Step::Peer => {
                self.plan.pop();
                let ends = self.sockets(|it| it.state.is_connected());
                let Some(id) = self.pick(&ends) else {
                    return Vec::new();
                };
                let own = self.host.sockets[&id].clone();
                self.transfer(id, &own)
            }
            Step::Twins => {
                self.plan.pop();
                self.twins()
            }
            Step::Successor => {
                self.plan.pop();
                self.successor()
            }
            Step::Refusals => {
                self.plan.pop();
                self.refusals()
            }
            Step::Refused(to) => {
                self.plan.pop();
                match self.pick(&idle) {
                    Some(id) => {
                        let wait = Method::FinishConnect { wait: true };
                        vec![on(id, Method::StartConnect(to)), on(id, wait)]
                    }
                    None if fresh => {
                        self.plan.push(step);
                        self.create()
                    }
                    None => Vec::new(),
                }
            }
            Step::Taken => {
                self.plan.pop();
                let taken = self.sockets(|it| it.state == State::Listening);
                let new = self.sockets(|it| it.state == State::Unbound);
                match (self.pick(&taken), self.pick(&new)) {
                    (Some(other), Some(id)) => {
                        let wait = Method::FinishBind { wait: true };
                        let bind = Method::StartBind(BindTo::PortOf(other));
                        vec![on(id, bind), on(id, wait)]
                    }
                    (Some(_), None) if fresh => {
                        self.plan.push(step);
                        self.create()
                    }
                    _ => Vec::new(),
                }
            }
        }
    }

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
        matches!((call.uses().first(), name), (Some(socket), Some(name)) if forbids(socket, &name))
    }

    fn note(&mut self, call: &Call) {
        match call {
            Call::Method {
                socket,
                method: Method::Set(option, _),
            } => {
                self.set.insert(*socket, *option);
            }
            Call::Method {
                socket,
                method: Method::Write { bytes, .. },
            } => *self.spent.entry(*socket).or_default() += u64::from(*bytes),
            _ => {}
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
                self.on(id)
            }
        }
    }

    /// What one socket was given does not go to the next, which may have its handle.
    fn successor(&mut self) -> Vec<Call> {
        if self.next_socket + 2 > NAMES {
            return Vec::new();
        }
        let option = self
            .pick(&SocketOption::ALL)
            .unwrap_or(SocketOption::HopLimit);
        let value = self.value(option);
        let mut calls = self.create();
        let Some(first) = calls.first().and_then(Call::makes) else {
            return calls;
        };
        calls.push(on(first, Method::Get(option)));
        calls.push(on(first, Method::Set(option, value)));
        if self.one_in(2) {
            calls.push(on(first, Method::StartBind(BindTo::Loopback)));
            calls.push(on(first, Method::FinishBind { wait: true }));
        }
        calls.push(on(first, Method::Drop));
        let new = SocketId(self.next_socket);
        self.next_socket += 1;
        calls.push(Call::Create {
            new,
            family: WalkFamily::Own,
        });
        calls.push(on(new, Method::Get(option)));
        calls.push(on(new, Method::LocalAddress));
        calls
    }

    fn twins(&mut self) -> Vec<Call> {
        if self.next_socket + 2 > NAMES {
            return Vec::new();
        }
        let mut calls = Vec::new();
        let first = SocketId(self.next_socket);
        for to in [BindTo::Loopback, BindTo::PortOf(first)] {
            let new = SocketId(self.next_socket);
            self.next_socket += 1;
            let family = WalkFamily::Own;
            calls.push(Call::Create { new, family });
            calls.push(on(new, Method::StartBind(to)));
            calls.push(on(new, Method::FinishBind { wait: true }));
        }
        let second = SocketId(first.0 + 1);
        for id in [first, second] {
            calls.push(on(id, Method::StartListen));
            calls.push(on(id, Method::FinishListen { wait: true }));
        }
        calls
    }

    fn refusals(&mut self) -> Vec<Call> {
        let busy = self.sockets(|it| it.state == State::Listening || it.state.is_connected());
        let Some(id) = self.pick(&busy) else {
            return Vec::new();
        };
        let connects = [ConnectTo::Nobody, ConnectTo::Any, ConnectTo::Other];
        let mut calls: Vec<Call> = connects
            .map(|to| on(id, Method::StartConnect(to)))
            .into_iter()
            .collect();
        calls.push(on(id, Method::StartBind(BindTo::PortOf(id))));
        let binds = [BindTo::Any, BindTo::Other, BindTo::Loopback];
        calls.extend(binds.map(|to| on(id, Method::StartBind(to))));
        calls
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

    fn accept(&mut self) -> Vec<Call> {
        if self.next_socket >= NAMES {
            return Vec::new();
        }
        let new = SocketId(self.next_socket);
        let with_clients = self.sockets(|socket| !socket.clients.is_empty());
        // Only a client that has finished is sure to wait.
        let finished: Vec<SocketId> = with_clients
            .into_iter()
            .filter(|id| {
                self.host.sockets[id].clients.iter().all(|client| {
                    let client = self.host.sockets.get(client);
                    client.is_some_and(|it| it.state == State::Connected)
                })
            })
            .collect();
        if let Some(listener) = self.pick(&finished) {
            self.next_socket += 1;
            let clients = self.host.sockets[&listener].clients.clone();
            let several = clients.len() > 1;
            let mut calls = Vec::new();
            // Whom it accepted can be told by the ports.
            if several {
                calls.extend(clients.into_iter().map(|id| on(id, Method::LocalAddress)));
            }
            calls.push(Call::Accept {
                new,
                listener,
                wait: true,
            });
            if several || self.one_in(2) {
                calls.push(on(new, Method::RemoteAddress));
            }
            let option = self.set.get(&listener).copied();
            if let Some(option) = option.or_else(|| self.pick(&SocketOption::ALL)) {
                calls.push(on(listener, Method::Get(option)));
                calls.push(on(new, Method::Get(option)));
            }
            return calls;
        }
        // An accept that gives nothing: its name stays free.
        let others = self.sockets(|socket| socket.clients.is_empty());
        let Some(listener) = self.pick(&others) else {
            return Vec::new();
        };
        vec![Call::Accept {
            new,
            listener,
            wait: false,
        }]
    }

    fn polls(&mut self) -> Vec<Call> {
        let pollables: Vec<PollableId> = self.host.pollables.keys().copied().collect();
        let fresh = self.next_pollable < NAMES;
        if fresh && (pollables.is_empty() || self.one_in(3)) {
            let parts = [Part::Socket, Part::Socket, Part::In, Part::Out];
            let part = self.pick(&parts).unwrap_or(Part::Socket);
            let sockets = self.sockets(|socket| match part {
                Part::Socket => true,
                Part::In => socket.has_in,
                Part::Out => socket.has_out,
            });
            let Some(socket) = self.pick(&sockets) else {
                return Vec::new();
            };
            let new = PollableId(self.next_pollable);
            self.next_pollable += 1;
            return vec![Call::Subscribe { new, socket, part }];
        }
        let Some(one) = self.pick(&pollables) else {
            return Vec::new();
        };
        match self.below(6) {
            0 => vec![Call::DropPollable(one)],
            1 | 2 => {
                // A wait is worth its time only where it ends.
                if self.gets_ready(one) {
                    vec![Call::Block(one)]
                } else {
                    vec![Call::Ready(one)]
                }
            }
            3 => {
                let several: Vec<PollableId> = pollables.into_iter().take(3).collect();
                if several.iter().any(|it| self.gets_ready(*it)) {
                    vec![Call::Poll(several)]
                } else {
                    Vec::new()
                }
            }
            _ => vec![Call::Ready(one)],
        }
    }

    fn gets_ready(&self, pollable: PollableId) -> bool {
        let Some((socket, part)) = self.host.pollables.get(&pollable) else {
            return false;
        };
        let Some(own) = self.host.sockets.get(socket) else {
            return false;
        };
        let is_finished = |client: &SocketId| {
            let client = self.host.sockets.get(client);
            client.is_some_and(|it| it.state == State::Connected)
        };
        match part {
            Part::Socket => own.state != State::Listening || own.clients.iter().any(is_finished),
            Part::In => own.in_shut || self.host.unread(own) > 0,
            Part::Out => true,
        }
    }

    /// A call on a socket: often one that goes on, sometimes one that is wrong.
    fn on(&mut self, id: SocketId) -> Vec<Call> {
        let Some(own) = self.host.sockets.get(&id).cloned() else {
            return Vec::new();
        };
        match self.below(10) {
            0..=3 => self.forward(id, &own),
            4..=6 => self.option(id),
            7 => self.look(id),
            8 => self.any(id),
            _ if own.state.is_connected() => self.transfer(id, &own),
            _ => self.forward(id, &own),
        }
    }

    fn forward(&mut self, id: SocketId, own: &Socket) -> Vec<Call> {
        let wait = !self.one_in(4);
        match own.state {
            State::Unbound => {
                let listeners = self.sockets(|it| {
                    it.state == State::Listening
                        && it.family == own.family
                        && it.clients.len() < MOST_CLIENTS
                });
                match (self.pick(&listeners), self.below(6)) {
                    (Some(listener), 0..=2) => self.connect(id, listener),
                    (_, 3) if self.one_in(6) => {
                        let bound = self.sockets(|it| it.state == State::Bound);
                        let mut bound = bound.into_iter().filter(|other| *other != id);
                        match bound.next() {
                            Some(other) => self.connect(id, other),
                            None => Vec::new(),
                        }
                    }
                    (_, 4 | 5) if self.one_in(4) => {
                        let to = [ConnectTo::Nobody, ConnectTo::Any, ConnectTo::Other];
                        let to = self.pick(&to).unwrap_or(ConnectTo::Nobody);
                        let finish = Method::FinishConnect { wait: true };
                        vec![on(id, Method::StartConnect(to)), on(id, finish)]
                    }
                    _ => {
                        let bound = self.sockets(|it| it.state == State::Bound);
                        let to = match self.pick(&bound) {
                            Some(other) if self.one_in(8) => BindTo::PortOf(other),
                            _ => self.bind_to(),
                        };
                        vec![on(id, Method::StartBind(to))]
                    }
                }
            }
            State::BindInProgress => vec![on(id, Method::FinishBind { wait })],
            State::Bound => {
                let listeners = self.sockets(|it| {
                    it.state == State::Listening
                        && it.family == own.family
                        && it.clients.len() < MOST_CLIENTS
                });
                match self.pick(&listeners) {
                    Some(listener) if self.one_in(2) => self.connect(id, listener),
                    _ => vec![on(id, Method::StartListen)],
                }
            }
            State::ListenInProgress => vec![on(id, Method::FinishListen { wait })],
            State::ConnectInProgress => vec![on(id, Method::FinishConnect { wait: true })],
            State::Connected | State::Accepted => self.transfer(id, own),
            State::Listening => self.look(id),
            State::Closed => {
                if self.one_in(3) {
                    vec![on(id, Method::Drop)]
                } else {
                    self.any(id)
                }
            }
        }
    }

    fn connect(&mut self, id: SocketId, listener: SocketId) -> Vec<Call> {
        let mut calls = vec![on(id, Method::StartConnect(ConnectTo::Socket(listener)))];
        if !self.one_in(4) {
            calls.push(on(id, Method::FinishConnect { wait: true }));
        }
        calls
    }

    fn bind_to(&mut self) -> BindTo {
        match self.below(12) {
            0 => BindTo::Other,
            1 | 2 => BindTo::Any,
            _ => BindTo::Loopback,
        }
    }

    fn option(&mut self, id: SocketId) -> Vec<Call> {
        let known = self.set.get(&id).copied();
        let option = match known {
            Some(option) if self.one_in(2) => option,
            _ => self
                .pick(&SocketOption::ALL)
                .unwrap_or(SocketOption::HopLimit),
        };
        let others = self.sockets(|it| it.state != State::Closed);
        match self.below(9) {
            0 | 1 => vec![on(id, Method::Get(option))],
            2 => self.pair(id, option, &others),
            3 => {
                let values = [0, 1, 16, 128, u64::MAX];
                let state = self.host.sockets[&id].state;
                // A small backlog is set only where no client can come any more.
                let few = matches!(state, State::Connected | State::Accepted);
                let first = usize::from(!few) * 2;
                let value = self.pick(&values[first..]).unwrap_or(16);
                let value = if self.one_in(4) { 0 } else { value };
                vec![on(id, Method::SetBacklog(value))]
            }
            4 => vec![
                on(id, Method::Get(option)),
                on(id, Method::Set(option, 0)),
                on(id, Method::Get(option)),
            ],
            kind => {
                // What a listener had when its client came is what counts for some.
                let has_clients = !self.host.sockets[&id].clients.is_empty();
                if has_clients {
                    return vec![on(id, Method::Get(option))];
                }
                let value = self.value(option);
                let mut calls = vec![on(id, Method::Set(option, value))];
                if kind > 6 {
                    calls.push(on(id, Method::Get(option)));
                }
                calls
            }
        }
    }

    /// What is set on one socket leaves another one, and another option.
    fn pair(&mut self, id: SocketId, option: SocketOption, others: &[SocketId]) -> Vec<Call> {
        let other = self.pick(others).unwrap_or(id);
        let beside = self.pick(&SocketOption::ALL).unwrap_or(option);
        let has_clients = !self.host.sockets[&id].clients.is_empty();
        if has_clients || (other == id && beside == option) {
            return vec![on(id, Method::Get(option))];
        }
        let value = self.value(option);
        vec![
            on(other, Method::Get(beside)),
            on(id, Method::Set(option, value)),
            on(other, Method::Get(beside)),
            on(id, Method::Get(option)),
        ]
    }

    fn value(&mut self, option: SocketOption) -> u64 {
        let second = 1_000_000_000;
        let values: &[u64] = match option {
            SocketOption::KeepAliveEnabled => &[0, 1],
            SocketOption::KeepAliveIdleTime | SocketOption::KeepAliveInterval => &[
                1,
                second / 2,
                second,
                7 * second,
                7 * second / 1000,
                7 * second / 1_000_000,
                60 * second,
                30_000 * second,
                u64::MAX,
            ],
            SocketOption::KeepAliveCount => &[1, 5, 9, 127, 255, 256, 65536, 4_294_967_295],
            SocketOption::HopLimit => &[1, 2, 42, 64, 127, 128, 200, 255],
            _ => &[
                8192,
                16384,
                65535,
                65536,
                100_000,
                1 << 20,
                (1 << 32) + 1,
                u64::MAX,
            ],
        };
        self.pick(values).unwrap_or(1)
    }

    fn look(&mut self, id: SocketId) -> Vec<Call> {
        let methods = [
            Method::LocalAddress,
            Method::LocalAddress,
            Method::RemoteAddress,
            Method::IsListening,
            Method::AddressFamily,
        ];
        self.pick(&methods)
            .map(|it| on(id, it))
            .into_iter()
            .collect()
    }

    /// Any call, mostly a wrong one.
    fn any(&mut self, id: SocketId) -> Vec<Call> {
        let own = self.host.sockets[&id].clone();
        let in_order = |it: &Socket| !it.clients.contains(&id);
        let others = self.sockets(|it| it.state == State::Listening && it.family == own.family);
        let is_free = matches!(own.state, State::Unbound | State::Bound);
        let direction = self.pick(&Direction::ALL).unwrap_or(Direction::Send);
        let wait = self.one_in(2);
        let method = match self.below(10) {
            0 => Method::StartBind(self.bind_to()),
            1 => Method::FinishBind { wait },
            2 => Method::StartListen,
            3 => Method::FinishListen { wait },
            4 => match self.pick(&others) {
                Some(listener) if !is_free && in_order(&self.host.sockets[&listener]) => {
                    Method::StartConnect(ConnectTo::Socket(listener))
                }
                _ if is_free && !self.one_in(4) => return Vec::new(),
                _ => {
                    let to = [ConnectTo::Nobody, ConnectTo::Any, ConnectTo::Other];
                    Method::StartConnect(self.pick(&to).unwrap_or(ConnectTo::Nobody))
                }
            },
            5 => Method::FinishConnect { wait: true },
            6 | 7 => match own.state {
                State::Connected | State::Accepted if !self.one_in(4) => return Vec::new(),
                _ => Method::Shutdown(direction),
            },
            8 => {
                let taken =
                    self.sockets(|it| it.state == State::Listening && it.family == own.family);
                match (self.pick(&taken), own.state) {
                    (Some(other), _) => Method::StartBind(BindTo::PortOf(other)),
                    _ => return Vec::new(),
                }
            }
            _ => {
                let few = self.host.sockets.len() < 3;
                if (few || !self.one_in(2)) && own.state != State::Closed {
                    return Vec::new();
                }
                Method::Drop
            }
        };
        vec![on(id, method)]
    }

    fn transfer(&mut self, id: SocketId, own: &Socket) -> Vec<Call> {
        let unread = self.host.unread(own);
        let sizes = [1, 10, 100, 1000];
        let bytes = self.pick(&sizes).unwrap_or(1);
        let sent = self.spent.get(&id).copied().unwrap_or_default();
        let method = match self.below(8) {
            0..=2 if own.has_out && sent + u64::from(bytes) <= MOST_UNREAD => {
                let wait = !self.one_in(4);
                Method::Write { bytes, wait }
            }
            3 if own.has_out => Method::Flush,
            4 | 5 if own.has_in => {
                let most = u32::try_from(unread).unwrap_or(1);
                if most == 0 {
                    Method::Read { bytes, wait: false }
                } else {
                    let bytes = most.min(bytes.max(most / 2));
                    Method::Read { bytes, wait: true }
                }
            }
            6 if own.has_in && self.one_in(2) => Method::Read { bytes, wait: false },
            7 if self.one_in(3) => {
                let direction = self.pick(&Direction::ALL).unwrap_or(Direction::Send);
                Method::Shutdown(direction)
            }
            7 if self.one_in(8) && own.has_out => Method::DropOut,
            _ => return self.look(id),
        };
        vec![on(id, method)]
    }
}

fn on(socket: SocketId, method: Method) -> Call {
    Call::Method { socket, method }
}
