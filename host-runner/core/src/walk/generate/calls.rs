//! Calls on sockets: those that go on, those that look, and those that are wrong.

use super::super::simulated::Socket;
use super::super::{
    BindTo, Call, ConnectTo, Direction, Method, NAMES, SocketId, SocketOption, State,
};
use super::{Generator, MOST_CLIENTS, MOST_UNREAD, finished, on};

impl Generator {
    pub(super) fn accept(&mut self) -> Vec<Call> {
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

    /// A call on a socket: often one that goes on, sometimes one that is wrong.
    pub(super) fn on(&mut self, id: SocketId) -> Vec<Call> {
        let Some(own) = self.host.sockets.get(&id).cloned() else {
            return Vec::new();
        };
        match self.below(10) {
            0..=2 => self.forward(id, &own),
            3..=5 => self.option(id),
            6 => self.look(id),
            7 | 8 => self.any(id),
            _ if own.state.is_connected() => self.transfer(id, &own),
            _ => self.forward(id, &own),
        }
    }

    /// The listeners that have room for a client, and at which it meets nobody else.
    pub(super) fn listeners_for(&self, own: &Socket) -> Vec<SocketId> {
        self.sockets(|it| {
            let room = it.backlog.min(MOST_CLIENTS as u64);
            it.state == State::Listening
                && it.family == own.family
                && (it.clients.len() as u64) < room
                && (it.port != own.port || own.state == State::Unbound)
        })
    }

    fn forward(&mut self, id: SocketId, own: &Socket) -> Vec<Call> {
        let twice = self.one_in(4);
        match own.state {
            State::Unbound => {
                let listeners = self.listeners_for(own);
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
            State::BindInProgress => finished(id, twice, |wait| Method::FinishBind { wait }),
            State::Bound => {
                let listeners = self.listeners_for(own);
                match self.pick(&listeners) {
                    Some(listener) if self.one_in(2) => self.connect(id, listener),
                    _ if self.one_in(6) => {
                        let deaf = self.sockets(|it| {
                            it.state == State::Bound
                                && it.family == own.family
                                && it.port != own.port
                        });
                        let deaf = self.pick(&deaf);
                        deaf.map_or_else(Vec::new, |deaf| self.connect(id, deaf))
                    }
                    _ => vec![on(id, Method::StartListen)],
                }
            }
            State::ListenInProgress => finished(id, twice, |wait| Method::FinishListen { wait }),
            State::ConnectInProgress => finished(id, twice, |wait| Method::FinishConnect { wait }),
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

    pub(super) fn bind_to(&mut self) -> BindTo {
        match self.below(12) {
            0 => BindTo::Other,
            1 | 2 => BindTo::Any,
            _ => BindTo::Loopback,
        }
    }

    pub(super) fn look(&mut self, id: SocketId) -> Vec<Call> {
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

    /// Any call, mostly a wrong one. In a state that an operation leaves only with its
    /// finish, each call comes often enough, since nothing else happens there.
    pub(super) fn any(&mut self, id: SocketId) -> Vec<Call> {
        let own = self.host.sockets[&id].clone();
        let is_free = matches!(own.state, State::Unbound | State::Bound);
        let is_connected = own.state.is_connected();
        let direction = self.pick(&Direction::ALL).unwrap_or(Direction::Send);
        let twice = self.one_in(2);
        let method = match self.below(11) {
            0 => Method::StartBind(self.bind_to()),
            1 => return finished(id, twice, |wait| Method::FinishBind { wait }),
            2 => Method::StartListen,
            3 => return finished(id, twice, |wait| Method::FinishListen { wait }),
            4 | 5 => match self.start_connect(id, &own) {
                _ if is_free && !self.one_in(4) => return Vec::new(),
                Some(to) => Method::StartConnect(to),
                None => return Vec::new(),
            },
            6 => return finished(id, twice, |wait| Method::FinishConnect { wait }),
            7 | 8 if is_connected && !self.one_in(4) => return Vec::new(),
            7 | 8 => Method::Shutdown(direction),
            9 => {
                let taken =
                    self.sockets(|it| it.state == State::Listening && it.family == own.family);
                match self.pick(&taken) {
                    Some(other) => Method::StartBind(BindTo::PortOf(other)),
                    None => return Vec::new(),
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

    /// An address to connect to. Where the call may succeed, it is one that nobody can
    /// be reached at: whom it reaches is planned elsewhere.
    fn start_connect(&mut self, id: SocketId, own: &Socket) -> Option<ConnectTo> {
        let is_free = matches!(own.state, State::Unbound | State::Bound);
        let listeners = self.sockets(|it| {
            it.state == State::Listening && it.family == own.family && !it.clients.contains(&id)
        });
        match self.pick(&listeners) {
            Some(listener) if !is_free && self.one_in(2) => Some(ConnectTo::Socket(listener)),
            _ => self.pick(&[ConnectTo::Nobody, ConnectTo::Any, ConnectTo::Other]),
        }
    }

    pub(super) fn transfer(&mut self, id: SocketId, own: &Socket) -> Vec<Call> {
        let peer = own.peer.and_then(|peer| self.host.sockets.get(&peer));
        let is_small = own.small || peer.is_some_and(|peer| peer.small);
        // How many bytes wait at the other end.
        let waiting = own.sent - peer.map_or(0, |peer| peer.received).min(own.sent);
        let is_sure = own.sure_peer && !is_small && peer.is_none_or(|peer| peer.has_out);
        let unread = self.host.unread(own);
        let sizes = [1, 10, 100, 600, 1000, 3000];
        let bytes = self.pick(&sizes).unwrap_or(1);
        let has_room = waiting + u64::from(bytes) <= MOST_UNREAD;
        let method = match self.below(8) {
            0..=2 if own.has_out && has_room => Method::Write {
                bytes,
                // What is read later has to be there.
                wait: !is_small,
            },
            3 if own.has_out => Method::Flush,
            4 | 5 if own.has_in => {
                let most = u32::try_from(unread).unwrap_or(1);
                if most == 0 || !is_sure {
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
            7 if self.one_in(8) && own.has_in => Method::DropIn,
            _ => return self.look(id),
        };
        vec![on(id, method)]
    }
}
