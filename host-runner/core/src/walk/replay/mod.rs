//! Whether the model allows what a walk answered.
//!
//! What a socket can be after an answer is a set of states, because the text often
//! leaves open which one it is. An answer is a contradiction only if no state of the
//! set allows it.

mod options;
mod streams;
mod world;

use super::model::{ready_name, stream_call_name};
use super::{
    Answer, BindTo, Call, Condition, ConnectTo, Coverage, Direction, Method, Model, Part,
    PollableId, Port, RuleName, SocketId, State, Walk, WalkFamily, call_name,
};
use crate::Family;
use serde::Serialize;
use world::{Broken, Candidate, Client, Pollable, World};

/// What a walk showed that the model allows.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Replayed {
    /// What it took of the model.
    pub coverage: Coverage,
    /// The answers that deviate from what is documented.
    pub deviations: Vec<Contradiction>,
}

/// An answer that the model does not allow, or that deviates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Contradiction {
    /// The number of the call, from 0.
    pub index: usize,
    /// The call.
    pub call: String,
    /// Its name in the cells, such as `start-bind(loopback)`, or that of a call on a
    /// stream, such as `in.ready`.
    pub cell: String,
    /// What it answered.
    pub answer: String,
    /// What the model allows: patterns, or a rule in words.
    pub allowed: Vec<String>,
    /// The states that the socket could be in before the call.
    pub states: Vec<String>,
    /// The requirement that says so.
    pub requirement: String,
    /// What was taken of the model until then.
    pub coverage: Coverage,
}

/// Replays the answers of a walk against the model.
///
/// # Errors
/// The first contradiction. Too few answers are one, too.
pub fn replay(
    model: &Model,
    family: Family,
    walk: &Walk,
    answers: &[Answer],
) -> Result<Replayed, Box<Contradiction>> {
    let mut replay = Replay {
        model,
        world: World::new(family),
        replayed: Replayed::default(),
        found: None,
    };
    for (index, call) in walk.calls.iter().enumerate() {
        replay.world.now = index;
        let answer = answers.get(index).unwrap_or(&Answer::Never);
        replay.step(call, answer);
        if let Some(found) = replay.found {
            return Err(Box::new(found));
        }
    }
    Ok(replay.replayed)
}

struct Replay<'a> {
    model: &'a Model,
    world: World,
    replayed: Replayed,
    found: Option<Contradiction>,
}

impl Replay<'_> {
    fn step(&mut self, call: &Call, answer: &Answer) {
        let is_skipped = *answer == Answer::Skipped;
        let is_there = match Self::needs_port(call) {
            Some(target) if self.is_there(call) => match self.world.has_port(target) {
                Some(has) => has,
                // A closed socket may have an address, or none.
                None => !is_skipped,
            },
            _ => self.is_there(call),
        };
        if is_there == is_skipped {
            let allowed = if is_there { "an answer" } else { "skipped" };
            self.broken(call, answer, Broken::new(RuleName::There, allowed));
            return;
        }
        if !is_there {
            return;
        }
        let done = match call {
            Call::Create { new, family } => self.create(*new, *family, answer),
            Call::Accept { new, listener, .. } => self.accept(call, *new, *listener, answer),
            Call::Subscribe { new, socket, part } => {
                let (socket, part) = (*socket, *part);
                self.world.pollables.insert(*new, Pollable { socket, part });
                match part {
                    Part::Socket => self.on_socket(call, socket, answer),
                    _ => is_ok(answer, RuleName::There),
                }
            }
            Call::Ready(pollable) => match answer {
                Answer::Bool(ready) => self.ready(call, answer, *pollable, *ready),
                _ => Err(Broken::new(RuleName::PollReports, "true or false")),
            },
            Call::Block(pollable) => self.wait(call, answer, &[*pollable]),
            Call::Poll(pollables) => self.wait(call, answer, pollables),
            Call::DropPollable(pollable) => {
                self.world.pollables.remove(pollable);
                is_ok(answer, RuleName::There)
            }
            Call::Method { socket, method } => self.method(call, *socket, *method, answer),
        };
        if let Err(broken) = done {
            self.broken(call, answer, broken);
        }
    }

    /// Whether what a call is about is there, so that the guest makes it.
    fn is_there(&self, call: &Call) -> bool {
        let world = &self.world;
        match call {
            Call::Create { new, .. } => !world.sockets.contains_key(new),
            Call::Accept { new, listener, .. } => {
                !world.sockets.contains_key(new) && world.live(*listener).is_some()
            }
            Call::Subscribe { new, socket, part } => {
                let Some(socket) = world.live(*socket) else {
                    return false;
                };
                !world.pollables.contains_key(new)
                    && match part {
                        Part::Socket => true,
                        Part::In => socket.streams.has_in,
                        Part::Out => socket.streams.has_out,
                    }
            }
            Call::Ready(_) | Call::Block(_) | Call::DropPollable(_) | Call::Poll(_) => {
                let mut polls = call.polls().into_iter();
                polls.any(|pollable| world.pollables.contains_key(&pollable))
            }
            Call::Method { socket, method } => {
                let Some(own) = world.live(*socket) else {
                    return false;
                };
                match method {
                    Method::StartBind(BindTo::PortOf(other))
                    | Method::StartConnect(ConnectTo::Socket(other)) => {
                        world.live(*other).is_some()
                    }
                    Method::Write { .. } | Method::Flush | Method::DropOut => own.streams.has_out,
                    Method::Read { .. } | Method::DropIn => own.streams.has_in,
                    _ => true,
                }
            }
        }
    }

    /// The socket whose address a call asks for.
    fn needs_port(call: &Call) -> Option<SocketId> {
        match call {
            Call::Method {
                method:
                    Method::StartBind(BindTo::PortOf(other))
                    | Method::StartConnect(ConnectTo::Socket(other)),
                ..
            } => Some(*other),
            _ => None,
        }
    }

    fn create(&mut self, new: SocketId, family: WalkFamily, answer: &Answer) -> Result<(), Broken> {
        is_ok(answer, RuleName::Created)?;
        let family = match (family, self.world.family) {
            (WalkFamily::Own, family) => family,
            (WalkFamily::Other, Family::Ipv4) => Family::Ipv6,
            (WalkFamily::Other, Family::Ipv6) => Family::Ipv4,
        };
        self.world.add(new, family, State::Unbound);
        Ok(())
    }

    fn accept(
        &mut self,
        call: &Call,
        new: SocketId,
        listener: SocketId,
        answer: &Answer,
    ) -> Result<(), Broken> {
        let waits = matches!(call, Call::Accept { wait: true, .. });
        let is_empty = self.world.live(listener).is_some_and(|socket| {
            socket.sure_clients() == 0 && socket.may_be(|state| state == State::Listening)
        });
        if waits && is_empty && *answer == Answer::Never {
            return Ok(());
        }
        self.on_socket(call, listener, answer)?;
        let Some(own) = self.world.sockets.get_mut(&listener) else {
            return Ok(());
        };
        match answer {
            Answer::Ok => {
                own.told_ready = false;
                let clients = own.clients.clone();
                let family = own.family;
                let (port, set_at) = (own.port, own.set_at);
                let options = own.options;
                let bind = own.bind;
                let unresolved = own.unresolved;
                if clients.len() == 1 && unresolved == 0 {
                    own.clients.clear();
                } else {
                    own.unresolved += 1;
                }
                self.world.add(new, family, State::Accepted);
                let since = clients.iter().map(|client| client.since).min();
                self.inherit(new, options, set_at, since.unwrap_or_default());
                let accepted = self.world.sockets.get_mut(&new);
                if let Some(accepted) = accepted {
                    accepted.port = port;
                    accepted.bind = bind;
                    accepted.accepted_by = Some(listener);
                    accepted.streams.has_in = true;
                    accepted.streams.has_out = true;
                }
                if let ([client], 0) = (clients.as_slice(), unresolved) {
                    self.pair(new, client.socket);
                }
            }
            // Of which client that is said is open.
            Answer::Error(code) if code != "would-block" && own.may_have_client() => {
                own.unresolved += usize::from(own.must_be(State::Listening));
                own.told_ready = false;
            }
            _ => {}
        }
        Ok(())
    }

    /// Makes two sockets the ends of a connection.
    fn pair(&mut self, accepted: SocketId, client: SocketId) {
        let Some(other) = self.world.sockets.get_mut(&client) else {
            return;
        };
        other.peer = Some(accepted);
        let (port, left) = (other.port, other.dropped || other.streams.rough);
        if let Some(own) = self.world.sockets.get_mut(&accepted) {
            own.peer = Some(client);
            own.remote = Some(port);
            own.streams.rough |= left;
        }
        self.may_have_ended(accepted);
    }

    fn method(
        &mut self,
        call: &Call,
        id: SocketId,
        method: Method,
        answer: &Answer,
    ) -> Result<(), Broken> {
        match method {
            Method::Write { bytes, wait } => return self.write(id, bytes, wait, answer),
            Method::Flush => return self.flush(id, answer),
            Method::Read { bytes, wait } => return self.read(id, bytes, wait, answer),
            Method::DropIn | Method::DropOut => return self.drop_stream(id, method, answer),
            _ => {}
        }
        let before = match method {
            Method::StartConnect(to) => Some(self.world.attempt(id, to)),
            _ => None,
        };
        let is_connecting = self.world.live(id).is_some_and(|socket| {
            matches!(method, Method::FinishConnect { wait: true })
                && socket.may_be(|state| state == State::ConnectInProgress)
                && (socket.attempt.as_ref()).is_some_and(|it| it.may_succeed && it.may_fail)
        });
        if is_connecting && *answer == Answer::Never {
            return Ok(());
        }
        if let (Method::StartBind(to), Some(own)) = (method, self.world.sockets.get_mut(&id))
            && own.may_be(|state| state == State::Unbound)
        {
            own.bind = Some(to);
        }
        let was = self.states(id);
        if let (Some(attempt), Some(own)) = (&before, self.world.sockets.get_mut(&id))
            && own.may_be(|state| matches!(state, State::Unbound | State::Bound))
        {
            own.attempt = Some(attempt.clone());
        }
        self.on_socket(call, id, answer)?;
        self.after(id, method, answer, &was);
        Ok(())
    }

    /// What follows from an answer that the model allows.
    fn after(&mut self, id: SocketId, method: Method, answer: &Answer, was: &[State]) {
        let ok = *answer == Answer::Ok;
        match method {
            Method::StartBind(to) if ok => {
                let port = match to {
                    BindTo::PortOf(other) => self.world.sockets.get(&other).map(|it| it.port),
                    _ => None,
                };
                let port = port.unwrap_or_else(|| self.world.new_port());
                if let Some(own) = self.world.sockets.get_mut(&id) {
                    own.port = port;
                    own.told_ready = false;
                }
                let taken = self.world.is_taken(id);
                if let Some(own) = self.world.sockets.get_mut(&id) {
                    own.bind_taken = taken;
                }
            }
            Method::StartListen | Method::StartConnect(_) if ok => {
                if let Some(own) = self.world.sockets.get_mut(&id) {
                    own.told_ready = false;
                }
                match method {
                    Method::StartConnect(ConnectTo::Socket(target)) => self.queue(id, target),
                    Method::StartListen => self.now_listens(id),
                    _ => {}
                }
            }
            Method::FinishBind { .. }
            | Method::FinishListen { .. }
            | Method::FinishConnect { .. } => self.after_finish(id, method, answer, was),
            Method::LocalAddress | Method::RemoteAddress => self.was_shown(id, method, answer),
            Method::Get(option) => self.was_read(id, option, answer),
            Method::Set(option, value) if ok => self.was_set(id, option, value),
            Method::Shutdown(direction) if ok => self.was_shut(id, direction),
            Method::Drop => self.was_dropped(id),
            _ => {}
        }
    }

    fn after_finish(&mut self, id: SocketId, method: Method, answer: &Answer, was: &[State]) {
        let would_block = *answer == Answer::Error("would-block".to_owned());
        let progress = match method {
            Method::FinishBind { .. } => State::BindInProgress,
            Method::FinishListen { .. } => State::ListenInProgress,
            _ => State::ConnectInProgress,
        };
        let Some(own) = self.world.sockets.get_mut(&id) else {
            return;
        };
        if would_block || !was.contains(&progress) {
            return;
        }
        let ok = *answer == Answer::Ok;
        own.told_ready = false;
        match method {
            Method::FinishBind { .. } => {
                own.bound = ok;
                if !ok {
                    own.bind = None;
                    own.port = self.world.ports.len();
                    self.world.ports.push(None);
                }
            }
            Method::FinishConnect { .. } => {
                let target = own.attempt.as_ref().map(|attempt| attempt.to);
                if ok {
                    own.streams.has_in = true;
                    own.streams.has_out = true;
                }
                if let Some(ConnectTo::Socket(target)) = target {
                    self.connected(id, target, ok);
                }
            }
            _ => {}
        }
    }

    /// An address tells the name of its port, and perhaps whose it is.
    fn was_shown(&mut self, id: SocketId, method: Method, answer: &Answer) {
        let Answer::Address { port, .. } = answer else {
            return;
        };
        let Some(own) = self.world.sockets.get(&id) else {
            return;
        };
        if own.may_be(|state| state == State::Closed) {
            return;
        }
        if method == Method::LocalAddress {
            self.world.ports[own.port] = Some(port.clone());
        } else if let Some(remote) = own.remote {
            self.world.ports[remote] = Some(port.clone());
        } else if let Some(listener) = own.accepted_by {
            let world = &self.world;
            let clients = world.sockets.get(&listener).map(|it| it.clients.clone());
            let mut clients = clients.unwrap_or_default().into_iter();
            let client = clients.find(|client| {
                let client = world.sockets.get(&client.socket);
                client.is_some_and(|client| world.ports[client.port].as_ref() == Some(port))
            });
            if let Some(client) = client {
                if let Some(listener) = self.world.sockets.get_mut(&listener) {
                    listener.clients.retain(|it| it.socket != client.socket);
                    listener.unresolved = listener.unresolved.saturating_sub(1);
                }
                self.pair(id, client.socket);
            } else {
                let remote = self.world.new_port();
                self.world.ports[remote] = Some(port.clone());
                if let Some(own) = self.world.sockets.get_mut(&id) {
                    own.remote = Some(remote);
                }
            }
        }
    }

    /// A client is on its way to a listener.
    fn queue(&mut self, id: SocketId, target: SocketId) {
        let since = self.world.now;
        let Some(other) = self.world.sockets.get_mut(&target) else {
            return;
        };
        // It may listen later, while the client still connects.
        other.clients.push(Client {
            socket: id,
            connected: false,
            left: false,
            since,
        });
        let port = other.port;
        if let Some(own) = self.world.sockets.get_mut(&id) {
            own.remote = Some(port);
            if !own.bound {
                own.port = self.world.ports.len();
                self.world.ports.push(None);
            }
        }
    }

    fn connected(&mut self, id: SocketId, target: SocketId, ok: bool) {
        if let Some(other) = self.world.sockets.get_mut(&target) {
            // Nobody listened, so there is nobody who could wait.
            if !ok && !other.could_listen() {
                other.clients.retain(|client| client.socket != id);
            }
            for client in &mut other.clients {
                if client.socket == id {
                    client.connected = ok;
                    client.left |= !ok;
                }
            }
        }
    }

    /// Those that connect to a socket which begins to listen may succeed now.
    fn now_listens(&mut self, id: SocketId) {
        for socket in self.world.sockets.values_mut() {
            if let Some(attempt) = &mut socket.attempt {
                attempt.may_succeed |= attempt.to == ConnectTo::Socket(id);
            }
        }
    }

    fn was_shut(&mut self, id: SocketId, direction: Direction) {
        let Some(own) = self.world.sockets.get_mut(&id) else {
            return;
        };
        let receives = direction != Direction::Send;
        own.streams.in_shut |= receives;
        own.streams.out_shut |= direction != Direction::Receive;
        own.streams.rough |= receives;
        self.spread(id, receives);
    }

    /// Tells the peer, and a listener in front of which the socket still waits.
    fn spread(&mut self, id: SocketId, rough: bool) {
        let peer = self.world.sockets.get(&id).and_then(|own| own.peer);
        if let Some(peer) = peer.and_then(|peer| self.world.sockets.get_mut(&peer)) {
            peer.streams.rough |= rough;
        }
        for socket in self.world.sockets.values_mut() {
            for client in &mut socket.clients {
                client.left |= client.socket == id;
            }
        }
        self.may_have_ended(id);
        if let Some(peer) = peer {
            self.may_have_ended(peer);
        }
    }

    fn was_dropped(&mut self, id: SocketId) {
        let Some(own) = self.world.sockets.get_mut(&id) else {
            return;
        };
        own.dropped = true;
        let streams = own.streams.clone();
        let (peer, clients) = (own.peer, own.clients.clone());
        own.streams.has_in = false;
        own.streams.has_out = false;
        self.world.pollables.retain(|_, it| it.socket != id);
        let sent_to_it = peer.and_then(|peer| self.world.sockets.get(&peer));
        let is_read = sent_to_it.is_some_and(|peer| {
            peer.streams.sent == streams.received && peer.streams.out_shut && streams.end_seen
        });
        let gently = streams.out_shut && is_read && !streams.received_uncertain;
        self.spread(id, !gently);
        // The clients of a listener that is gone see an end, or an error.
        for client in clients {
            if let Some(other) = self.world.sockets.get_mut(&client.socket) {
                other.streams.rough |= other.peer.is_none();
                if let Some(attempt) = &mut other.attempt {
                    attempt.may_fail = true;
                }
            }
            self.may_have_ended(client.socket);
        }
    }

    /// A connection that may be over leaves its sockets connected, or closed.
    fn may_have_ended(&mut self, id: SocketId) {
        let world = &mut self.world;
        let Some(own) = world.sockets.get(&id) else {
            return;
        };
        let peer = own.peer.and_then(|peer| world.sockets.get(&peer));
        let both_shut = peer.is_some_and(|peer| peer.streams.out_shut) && own.streams.out_shut;
        let is_gone = peer.is_some_and(|peer| peer.dropped);
        let is_over = both_shut || is_gone || own.streams.rough;
        let own = world.sockets.get_mut(&id);
        if let Some(own) = own.filter(|_| is_over)
            && own.may_be(State::is_connected)
            && !own.may_be(|state| state == State::Closed)
        {
            own.candidates.push(Candidate {
                state: State::Closed,
                deviates: None,
            });
        }
    }

    fn states(&self, id: SocketId) -> Vec<State> {
        let socket = self.world.sockets.get(&id);
        socket.map_or_else(Vec::new, |socket| {
            socket.candidates.iter().map(|it| it.state).collect()
        })
    }

    /// Judges a call by the cells of the states that the socket can be in.
    fn on_socket(&mut self, call: &Call, id: SocketId, answer: &Answer) -> Result<(), Broken> {
        let model = self.model;
        let Some(name) = call_name(call) else {
            return Ok(());
        };
        let waits = call.to_string().ends_with('!');
        let candidates = match self.world.sockets.get(&id) {
            Some(socket) => socket.candidates.clone(),
            None => return Ok(()),
        };
        if let Some(only) = only_expected(&candidates) {
            let coverage = &mut self.replayed.coverage;
            coverage.cell(format!("{} {name}", only.state));
        }
        let mut next: Vec<Candidate> = Vec::new();
        let mut allowed = Vec::new();
        let mut cites = "";
        let mut rule_broken = None;
        for candidate in &candidates {
            let Some(rules) = model.cell(candidate.state, &name) else {
                continue;
            };
            cites = &rules.cites;
            for option in &rules.answers {
                if !option.when.is_none_or(|when| self.holds(when, id)) {
                    continue;
                }
                let blocks = Answer::Error("would-block".to_owned());
                let accepts = match (&option.is, option.rule) {
                    (Some(pattern), _) => {
                        allowed.push(serde_json::to_string(pattern).unwrap_or_default());
                        pattern.matches(&answer.to_value(), &model.codes)
                            && !(waits && *answer == blocks)
                    }
                    (None, Some(rule)) => match self.keeps(rule, id, call, answer) {
                        Ok(()) => true,
                        Err(broken) => {
                            allowed.extend(broken.allowed.iter().cloned());
                            rule_broken = Some(broken.rule);
                            false
                        }
                    },
                    (None, None) => false,
                };
                if !accepts {
                    continue;
                }
                let deviates = option.deviates.then(|| rules.cites.clone());
                let deviates = candidate.deviates.clone().or(deviates);
                let same = [candidate.state];
                let states = if option.next.is_empty() {
                    &same[..]
                } else {
                    &option.next
                };
                let states = states.iter().map(|state| (*state, deviates.clone()));
                let others = option.otherwise.iter();
                let others = others.map(|state| (*state, Some(rules.cites.clone())));
                for (state, deviates) in states.chain(others) {
                    let new = Candidate { state, deviates };
                    match next.iter_mut().find(|it| it.state == state) {
                        Some(known) if new.deviates.is_none() => *known = new,
                        Some(_) => {}
                        None => next.push(new),
                    }
                }
            }
        }
        if next.is_empty() {
            if let Some(rule) = rule_broken {
                return Err(Broken { rule, allowed });
            }
            self.report(call, answer, allowed, cites.to_owned(), &candidates);
            return Ok(());
        }
        self.settle(call, id, answer, next, &candidates, allowed);
        Ok(())
    }

    /// Takes over what a socket can be now, and notes a deviation.
    fn settle(
        &mut self,
        call: &Call,
        id: SocketId,
        answer: &Answer,
        mut next: Vec<Candidate>,
        before: &[Candidate],
        allowed: Vec<String>,
    ) {
        if let (Some(old), Some(new)) = (only_expected(before), only_expected(&next))
            && old.state != new.state
            && let Some(name) = call_name(call)
        {
            self.forget_buffers(id);
            let coverage = &mut self.replayed.coverage;
            coverage.transition(format!("{} {name} > {}", old.state, new.state));
        }
        if next.iter().all(|it| it.deviates.is_some()) {
            let requirement = next[0].deviates.clone().unwrap_or_default();
            let deviation = self.contradiction(call, answer, before);
            self.replayed.deviations.push(Contradiction {
                allowed,
                requirement,
                ..deviation
            });
            for candidate in &mut next {
                candidate.deviates = None;
            }
        }
        if let Some(socket) = self.world.sockets.get_mut(&id) {
            socket.candidates = next;
        }
    }

    fn holds(&self, condition: Condition, id: SocketId) -> bool {
        let world = &self.world;
        let Some(own) = world.sockets.get(&id) else {
            return false;
        };
        let listens = |other: &world::Socket| other.may_be(|state| state == State::Listening);
        let attempt = own.attempt.as_ref();
        match condition {
            Condition::BindCanSucceed => {
                // The bind may be made when it is started, or when it is finished.
                let is_taken = own.bind_taken && world.is_taken(id);
                own.bind != Some(BindTo::Other) && !is_taken
            }
            Condition::BindCanFail => {
                matches!(own.bind, Some(BindTo::Other | BindTo::PortOf(_)))
            }
            Condition::ListenCanSucceed => {
                !world.shares_address(id, |other| listens(other) && other.bind == own.bind)
            }
            Condition::ListenCanFail => {
                world.shares_address(id, |_| true) || matches!(own.bind, Some(BindTo::PortOf(_)))
            }
            Condition::ConnectCanSucceed => attempt.is_some_and(|attempt| attempt.may_succeed),
            Condition::ConnectCanFail => attempt.is_none_or(|attempt| attempt.may_fail),
            Condition::AClientMayWait => own.may_have_client(),
            Condition::NoClientMayWait => {
                !own.told_ready || own.clients.iter().any(|client| client.left)
            }
            Condition::AClientMayHaveLeft => own.clients.iter().any(|client| client.left),
            Condition::MayGoOn => !own.told_ready,
        }
    }

    /// Whether an answer keeps a rule that a cell names.
    fn keeps(
        &self,
        rule: RuleName,
        id: SocketId,
        call: &Call,
        answer: &Answer,
    ) -> Result<(), Broken> {
        let Some(own) = self.world.sockets.get(&id) else {
            return Ok(());
        };
        let fails = |allowed: String| Err(Broken::new(rule, allowed));
        match (rule, answer) {
            (RuleName::Family, Answer::Family(family)) if *family == own.family => Ok(()),
            (RuleName::Family, _) => fails(own.family.to_string()),
            (RuleName::LocalAddressIfBound, answer) if !own.bound => match answer {
                Answer::Address { .. } | Answer::Error(_) => Ok(()),
                _ => fails("an address or an error".to_owned()),
            },
            (RuleName::LocalAddress | RuleName::LocalAddressIfBound, answer) => {
                let expected = match own.bind {
                    None | Some(BindTo::Loopback | BindTo::PortOf(_)) => Some(true),
                    Some(_) if own.may_be(State::is_connected) => None,
                    Some(_) => Some(false),
                };
                self.is_address(rule, own.family, expected, Some(own.port), answer)
            }
            (RuleName::RemoteAddress, answer) => {
                self.is_address(rule, own.family, Some(true), own.remote, answer)
            }
            (RuleName::OptionValue, answer) => self.is_value(id, call, answer),
            (RuleName::AnyAddress, Answer::Address { .. })
            | (RuleName::AnyValue, Answer::Number(_) | Answer::Bool(_)) => Ok(()),
            (RuleName::ReadyOnceFinished, Answer::Bool(ready)) => {
                if *ready || !own.told_ready {
                    return Ok(());
                }
                fails("true, as before".to_owned())
            }
            (RuleName::ReadyWithAClient, Answer::Bool(true)) => {
                if own.may_have_client() {
                    return Ok(());
                }
                fails("false, since no client waits".to_owned())
            }
            (RuleName::ReadyWithAClient, Answer::Bool(false)) => {
                if self.holds(Condition::NoClientMayWait, id) {
                    return Ok(());
                }
                fails("true, since a client waits".to_owned())
            }
            _ => fails(self.model.rules[&rule].says.clone()),
        }
    }

    /// Whether an answer is an address: loopback, wildcard or any, and of this port.
    fn is_address(
        &self,
        rule: RuleName,
        family: Family,
        loopback: Option<bool>,
        port: Option<usize>,
        answer: &Answer,
    ) -> Result<(), Broken> {
        let ips = match family {
            Family::Ipv4 => ["0.0.0.0", "127.0.0.1"],
            Family::Ipv6 => ["::", "::1"],
        };
        let ip_allowed = loopback.map(|it| ips[usize::from(it)]);
        let known = port.and_then(|port| self.world.ports[port].as_ref());
        if let Answer::Address { ip, port } = answer
            && *port != Port::Zero
            && ip_allowed.is_none_or(|allowed| allowed == ip)
            && known.is_none_or(|known| known == port)
        {
            return Ok(());
        }
        let ip = ip_allowed.unwrap_or("an address of the host");
        let port = known.map_or_else(|| "a port".to_owned(), |it| format!("the port {it}"));
        Err(Broken::new(rule, format!("{ip} and {port}")))
    }

    /// Judges whether one pollable is ready.
    fn ready(
        &mut self,
        call: &Call,
        answer: &Answer,
        pollable: PollableId,
        ready: bool,
    ) -> Result<(), Broken> {
        let Some(Pollable { socket, part }) = self.world.pollables.get(&pollable).cloned() else {
            return Ok(());
        };
        match part {
            Part::Socket => {
                let told = Answer::Bool(ready);
                let before = self.found.is_some();
                self.on_socket(&Call::Ready(pollable), socket, &told)?;
                if let (false, Some(found)) = (before, &mut self.found) {
                    found.call = call.to_string();
                    found.answer = answer.to_string();
                }
                if let Some(own) = self.world.sockets.get_mut(&socket) {
                    own.told_ready |= ready && !own.may_be(|state| !can_be_told(state));
                }
                Ok(())
            }
            Part::In => self.input_ready(socket, ready),
            Part::Out => Ok(()),
        }
    }

    /// Judges a wait for one of several pollables.
    fn wait(
        &mut self,
        call: &Call,
        answer: &Answer,
        pollables: &[PollableId],
    ) -> Result<(), Broken> {
        match answer {
            Answer::Ok if matches!(call, Call::Block(_)) => {
                self.ready(call, answer, pollables[0], true)
            }
            Answer::Ready(indices) if matches!(call, Call::Poll(_)) => {
                let is_sorted = indices.windows(2).all(|pair| pair[0] < pair[1]);
                let in_range = indices.iter().all(|index| *index < pollables.len());
                let there = |index: &usize| self.world.pollables.contains_key(&pollables[*index]);
                if indices.is_empty() || !is_sorted || !in_range || !indices.iter().all(there) {
                    let allowed = "indices of pollables, at least one";
                    return Err(Broken::new(RuleName::PollReports, allowed));
                }
                let mut ready = indices.iter();
                ready.try_for_each(|index| self.ready(call, answer, pollables[*index], true))
            }
            Answer::Never => {
                let mut ready = pollables.iter().filter(|it| self.gets_ready(**it));
                match ready.next() {
                    None => Ok(()),
                    Some(pollable) => {
                        let allowed = format!("{pollable} gets ready");
                        Err(Broken::new(RuleName::WaitsEnd, allowed))
                    }
                }
            }
            _ => Err(Broken::new(RuleName::PollReports, "what is ready")),
        }
    }

    /// Whether a pollable is sure to get ready.
    fn gets_ready(&self, pollable: PollableId) -> bool {
        let Some(Pollable { socket, part }) = self.world.pollables.get(&pollable) else {
            return false;
        };
        let Some(own) = self.world.live(*socket) else {
            return false;
        };
        match part {
            Part::Socket if own.may_be(|state| state == State::Listening) => {
                own.told_ready || own.sure_clients() > 0
            }
            Part::Socket if own.may_be(|state| state == State::ConnectInProgress) => {
                let attempt = own.attempt.as_ref();
                attempt.is_some_and(|it| it.may_succeed != it.may_fail)
            }
            Part::Socket => true,
            Part::In => self.input_gets_ready(*socket),
            Part::Out => self.output_gets_ready(*socket),
        }
    }

    fn broken(&mut self, call: &Call, answer: &Answer, broken: Broken) {
        let cites = self.model.rules[&broken.rule].cites.clone();
        let about = match call {
            Call::Ready(_) | Call::Block(_) | Call::Poll(_) => {
                let polls = call.polls();
                let mut polls = polls.iter().filter_map(|it| self.world.pollables.get(it));
                polls.next().map(|it| it.socket)
            }
            _ => call.uses().first().copied(),
        };
        let socket = about.and_then(|id| self.world.sockets.get(&id));
        let candidates = socket.map_or_else(Vec::new, |socket| socket.candidates.clone());
        self.report(call, answer, broken.allowed, cites, &candidates);
    }

    fn contradiction(
        &self,
        call: &Call,
        answer: &Answer,
        candidates: &[Candidate],
    ) -> Contradiction {
        let polls = call.polls();
        let mut parts = polls.iter().filter_map(|it| self.world.pollables.get(it));
        let stream = parts.find(|it| it.part != Part::Socket);
        let name = match (stream, call, call_name(call)) {
            (Some(polled), ..) => ready_name(polled.part).to_owned(),
            (None, _, Some(name)) => name,
            (None, call, None) => {
                stream_call_name(call).map_or_else(|| call.to_string(), str::to_owned)
            }
        };
        let states = candidates.iter().map(|it| it.state.to_string());
        Contradiction {
            index: self.world.now,
            call: call.to_string(),
            cell: name,
            answer: answer.to_string(),
            allowed: Vec::new(),
            states: states.collect(),
            requirement: String::new(),
            coverage: Coverage::default(),
        }
    }

    fn report(
        &mut self,
        call: &Call,
        answer: &Answer,
        allowed: Vec<String>,
        requirement: String,
        candidates: &[Candidate],
    ) {
        if self.found.is_none() {
            self.found = Some(Contradiction {
                allowed,
                requirement,
                coverage: self.replayed.coverage.clone(),
                ..self.contradiction(call, answer, candidates)
            });
        }
    }
}

/// The one state that is expected, apart from those that would be a deviation.
fn only_expected(candidates: &[Candidate]) -> Option<&Candidate> {
    let mut expected = candidates.iter().filter(|it| it.deviates.is_none());
    let first = expected.next()?;
    expected.next().is_none().then_some(first)
}

/// Whether that a pollable is ready says something about a socket in this state.
fn can_be_told(state: State) -> bool {
    state.is_in_progress() || state == State::Listening
}

fn is_ok(answer: &Answer, rule: RuleName) -> Result<(), Broken> {
    if *answer == Answer::Ok {
        return Ok(());
    }
    Err(Broken::new(rule, "ok"))
}
