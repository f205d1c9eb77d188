//! Whether the model allows what a walk answered.
//!
//! What a socket can be after an answer is a set of states, because the text often
//! leaves open which one it is. An answer is a contradiction only if no state of the
//! set allows it.

mod cells;
mod connections;
mod options;
mod polls;
mod streams;
mod told;
mod world;

use super::{
    Answer, BindTo, Call, ConnectTo, Coverage, Method, Model, Part, RuleName, SocketId,
    SocketOption, State, Walk, WalkFamily,
};
use crate::Family;
use serde::Serialize;
use world::{Broken, Candidate, Pollable, World};

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
    let mut replay = Replay::new(model, family);
    for (index, call) in walk.calls.iter().enumerate() {
        replay.world.now = index;
        let answer = answers.get(index).unwrap_or(&Answer::Never);
        match (call, answer) {
            (Call::Again(_), Answer::Ok) => {}
            (Call::Again(_), answer) => replay.again(family, walk, call, answer),
            _ => replay.step(call, answer),
        }
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

impl<'a> Replay<'a> {
    fn new(model: &'a Model, family: Family) -> Self {
        Self {
            model,
            world: World::new(family),
            replayed: Replayed::default(),
            found: None,
        }
    }

    /// Judges a walk that was made again, and answered otherwise.
    fn again(&mut self, family: Family, walk: &Walk, call: &Call, answer: &Answer) {
        let Answer::Again(answers) = answer else {
            self.broken(call, answer, Broken::new(RuleName::Again, "ok"));
            return;
        };
        let mut replay = Replay::new(self.model, family);
        for (call, answer) in walk.calls.iter().zip(answers) {
            if replay.found.is_none() {
                replay.step(call, answer);
            }
        }
        let is_complete = answers.len() + 1 == walk.calls.len();
        if replay.found.is_some() || !is_complete {
            let inner = replay
                .found
                .map(|found| format!("{} answers {}", found.call, found.allowed.join(" or ")));
            let allowed = inner.unwrap_or_else(|| "as many answers as calls".to_owned());
            self.broken(call, answer, Broken::new(RuleName::Again, allowed));
        }
    }
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
            // Those before it are judged by themselves.
            Call::Again(_) => Ok(()),
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
            Call::Again(_) => true,
            Call::Method { socket, method } => {
                let Some(own) = world.live(*socket) else {
                    return false;
                };
                match method {
                    Method::StartBind(BindTo::PortOf(other))
                    | Method::StartConnect(ConnectTo::Socket(other)) => {
                        world.live(*other).is_some()
                    }
                    Method::Write { .. } | Method::Flush | Method::Fill | Method::DropOut => {
                        own.streams.has_out
                    }
                    Method::Read { .. } | Method::Drain | Method::DropIn => own.streams.has_in,
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
                let port = own.port;
                let bind = own.bind;
                let unresolved = own.unresolved;
                let is_only = clients.len() == 1 && unresolved == 0;
                own.unresolved += usize::from(!is_only);
                if is_only {
                    self.no_longer_waits(clients[0].socket);
                }
                self.world.add(new, family, State::Accepted);
                let since = clients.iter().map(|client| client.since).min();
                self.inherit(new, listener, since.unwrap_or_default());
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
                own.accept_has_failed = own.must_be(State::Listening);
                own.told_ready = false;
            }
            _ => {}
        }
        Ok(())
    }

    fn method(
        &mut self,
        call: &Call,
        id: SocketId,
        method: Method,
        answer: &Answer,
    ) -> Result<(), Broken> {
        self.cover_stream(id, method);
        match method {
            Method::Write { bytes, wait } => {
                return self.write(id, u64::from(bytes), wait, answer);
            }
            Method::Fill => return self.fill(id, answer),
            Method::Flush => return self.flush(id, answer),
            Method::Read { bytes, wait } => return self.read(id, u64::from(bytes), wait, answer),
            Method::Drain => return self.drain(id, answer),
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
        let was_refused = matches!(answer, Answer::Error(code)
            if !matches!(&**code, "would-block" | "not-in-progress"));
        if let Some(own) = self.world.sockets.get_mut(&id).filter(|_| was_refused) {
            match method {
                Method::StartBind(_) if own.must_be(State::Unbound) => {
                    own.bind = None;
                    own.bind_has_failed = true;
                }
                Method::FinishBind { .. } if own.must_be(State::Unbound) => {
                    own.bind_has_failed = true;
                }
                Method::StartListen | Method::FinishListen { .. }
                    if own.must_be(State::Closed) && !was.contains(&State::Closed) =>
                {
                    own.listen_has_failed = true;
                }
                _ => {}
            }
        }
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
            Method::Set(option, 0) if !ok && option != SocketOption::KeepAliveEnabled => {
                self.was_set_to_zero(id, option);
            }
            Method::Set(option, value) if ok => self.was_set(id, option, value),
            Method::Shutdown(direction) if ok => self.was_shut(id, direction),
            Method::Drop => self.was_dropped(id),
            // A value that is set may be clamped to any other.
            Method::SetBacklog(_) if ok => {
                if let Some(own) = self.world.sockets.get_mut(&id) {
                    own.room = 1;
                }
            }
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
                    own.was_connected = true;
                    own.streams.has_in = true;
                    own.streams.has_out = true;
                }
                if let Some(ConnectTo::Socket(_)) = target {
                    self.connected(id, ok);
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
                    listener.unresolved = listener.unresolved.saturating_sub(1);
                }
                self.no_longer_waits(client.socket);
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

    fn states(&self, id: SocketId) -> Vec<State> {
        let socket = self.world.sockets.get(&id);
        socket.map_or_else(Vec::new, |socket| {
            socket.candidates.iter().map(|it| it.state).collect()
        })
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
