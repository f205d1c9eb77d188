//! Plans: what a walk is about, in steps, between which other calls come.

use super::super::{
    BindTo, Call, ConnectTo, Direction, Method, NAMES, Part, PollableId, SocketId, SocketOption,
    State, WalkFamily,
};
use super::{Generator, Step, finished, on};
use crate::Family;

impl Generator {
    /// Plans what most walks are about: a connection, or a failure.
    pub(super) fn plan(&mut self) {
        use Step::{Accept, Client, Early, End, Kept, Listener, Much, Peer, Watched};
        let steps: &[Step] = match self.below(31) {
            0 => &[],
            1 | 2 => &[Step::Refused(ConnectTo::Nobody)],
            3 => &[Step::Refused(ConnectTo::Any), Listener],
            4 => &[Step::Refused(ConnectTo::Other), Listener],
            5 => &[Listener, Step::Taken],
            6 => &[Listener, Client, Client, Accept],
            7 | 8 => &[Step::Twins],
            9 => &[Step::Successor, Listener],
            10 => &[Listener, Client, Accept, Step::Refusals],
            11 => &[Listener, Client, Early, Accept, Peer, End],
            12 => &[Listener, Client, Accept, Much, Much, Much, Much],
            13 => &[Watched, Client, Accept, Much, End],
            14 | 15 => &[Kept, Listener, Kept, Client, Accept, Kept],
            16 => &[Listener, Client, Accept, End, Step::Refusals],
            19 => &[Step::Bound, Step::Refused(ConnectTo::Nobody)],
            20 => &[Step::Bound, Step::Refused(ConnectTo::Any)],
            21 => &[Step::Bound, Step::Refused(ConnectTo::Other), Listener],
            22 => &[Listener, Step::Bound, Client, Accept, Peer],
            23 => &[Listener, Client, Accept, Step::Full, Much, End],
            17 => &[Step::Ladder, Listener, Step::Ladder, Client, Accept],
            18 => &[Listener, Client, Accept, Step::Ladder, Step::Ladder],
            _ => &[Listener, Client, Accept, Peer],
        };
        self.plan = steps.iter().rev().copied().collect();
    }

    pub(super) fn next_to_listener(&mut self) -> Vec<Call> {
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
        let twice = self.one_in(3);
        match (begun.first().or_else(|| new.first()).copied(), fresh) {
            (Some(id), _) => match self.host.sockets[&id].state {
                State::Unbound => {
                    let start = on(id, Method::StartBind(self.bind_to()));
                    self.and_meanwhile(start, id, State::BindInProgress)
                }
                State::BindInProgress => finished(id, twice, |wait| Method::FinishBind { wait }),
                State::Bound => {
                    let start = on(id, Method::StartListen);
                    self.and_meanwhile(start, id, State::ListenInProgress)
                }
                _ => finished(id, twice, |wait| Method::FinishListen { wait }),
            },
            (None, true) => self.create(),
            (None, false) => Vec::new(),
        }
    }

    pub(super) fn next_to_client(&mut self, idle: &[SocketId]) -> Vec<Call> {
        let fresh = self.next_socket < NAMES;
        let connecting = self.sockets(|it| it.state == State::ConnectInProgress);
        if let Some(id) = connecting.first() {
            self.plan.pop();
            return vec![on(*id, Method::FinishConnect { wait: true })];
        }
        if self.sockets(|it| it.state == State::Listening).is_empty() {
            self.plan.pop();
            return Vec::new();
        }
        let bound = |id: &&SocketId| self.host.sockets[id].state == State::Bound;
        let idle = idle.iter().filter(bound).chain(idle);
        let mut ways = idle.filter_map(|id| {
            let listeners = self.listeners_for(&self.host.sockets[id]);
            listeners.first().map(|listener| (*id, *listener))
        });
        match ways.next() {
            Some((id, listener)) => {
                let to = ConnectTo::Socket(listener);
                let start = on(id, Method::StartConnect(to));
                let mut calls = self.and_meanwhile(start, id, State::ConnectInProgress);
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
    pub(super) fn planned(&mut self) -> Vec<Call> {
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
            Step::Bound => {
                self.plan.pop();
                self.bound()
            }
            Step::Kept => {
                self.plan.pop();
                self.kept()
            }
            Step::Ladder => {
                self.plan.pop();
                self.ladder()
            }
            Step::Early => {
                self.plan.pop();
                self.early()
            }
            Step::Much => {
                self.plan.pop();
                self.much()
            }
            Step::Full => {
                self.plan.pop();
                self.full()
            }
            Step::Watched => {
                self.plan.pop();
                self.watched()
            }
            Step::End => {
                self.plan.pop();
                self.end()
            }
            Step::Refused(to) => {
                self.plan.pop();
                let bound = self.sockets(|it| it.state == State::Bound);
                match self.pick(if bound.is_empty() { &idle } else { &bound }) {
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

    /// What one socket was given does not go to the next, which may have its handle.
    pub(super) fn successor(&mut self) -> Vec<Call> {
        if self.next_socket + 2 > NAMES {
            return Vec::new();
        }
        let option = self
            .pick(&SocketOption::ALL)
            .unwrap_or(SocketOption::HopLimit);
        let value = self.value(option, true);
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

    pub(super) fn twins(&mut self) -> Vec<Call> {
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
        let count = self.below(8);
        let family = Family::Ipv4;
        calls.extend((0..count).filter_map(|_| self.every(second, family, State::Closed)));
        calls
    }

    pub(super) fn refusals(&mut self) -> Vec<Call> {
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

    /// A start, and often some calls while its operation is in progress.
    fn and_meanwhile(&mut self, start: Call, id: SocketId, state: State) -> Vec<Call> {
        let mut calls = vec![start];
        if self.one_in(2) {
            let count = self.below(4) + 1;
            let own = self.host.sockets[&id].family;
            calls.extend((0..count).filter_map(|_| self.every(id, own, state)));
            if self.one_in(12) {
                calls.push(on(id, Method::Drop));
            }
        }
        calls
    }

    /// Any call at all on a socket in a state in which it changes nothing.
    pub(super) fn every(&mut self, id: SocketId, family: Family, state: State) -> Option<Call> {
        let option = self.pick(&SocketOption::ALL)?;
        let is_flag = option == SocketOption::KeepAliveEnabled;
        let may_stay = self.below(3) > 0;
        let method = match self.below(14) {
            0 | 1 => Method::Get(option),
            2 | 3 if (self.host.sockets.get(&id)).is_none_or(|it| it.clients.is_empty()) => {
                Method::Set(option, self.value(option, true))
            }
            4 | 5 if !is_flag => Method::Set(option, 0),
            6 => Method::SetBacklog(if may_stay { 0 } else { 128 }),
            7 => return self.look(id).pop(),
            8 if state.is_connected() && may_stay => return None,
            8 => Method::Shutdown(self.pick(&Direction::ALL)?),
            9 if state == State::Unbound => return None,
            9 => {
                let taken = self.sockets(|it| {
                    matches!(it.state, State::Bound | State::Listening) && it.family == family
                });
                let to = match self.pick(&taken) {
                    Some(other) if self.one_in(2) => BindTo::PortOf(other),
                    _ => self.bind_to(),
                };
                Method::StartBind(to)
            }
            10 if matches!(state, State::Unbound | State::Bound) => return None,
            10 => {
                let others = self.sockets(|it| {
                    matches!(it.state, State::Bound | State::Listening)
                        && it.family == family
                        && !it.clients.contains(&id)
                });
                match self.pick(&others) {
                    Some(other) if self.one_in(2) => Method::StartConnect(ConnectTo::Socket(other)),
                    _ => Method::StartConnect(self.pick(&[
                        ConnectTo::Nobody,
                        ConnectTo::Any,
                        ConnectTo::Other,
                    ])?),
                }
            }
            11 if state != State::Bound => Method::StartListen,
            12 => match self.below(3) {
                0 if state != State::BindInProgress => Method::FinishBind { wait: true },
                1 if state != State::ListenInProgress => Method::FinishListen { wait: true },
                2 if state != State::ConnectInProgress => Method::FinishConnect { wait: true },
                _ => return None,
            },
            13 if state != State::Listening && self.next_socket < NAMES => {
                return Some(Call::Accept {
                    new: SocketId(self.next_socket),
                    listener: id,
                    wait: false,
                });
            }
            _ => return None,
        };
        Some(on(id, method))
    }

    fn bound(&mut self) -> Vec<Call> {
        if self.next_socket >= NAMES {
            return Vec::new();
        }
        let mut calls = self.create();
        let Some(id) = calls.first().and_then(Call::makes) else {
            return calls;
        };
        let to = if self.one_in(4) {
            BindTo::Any
        } else {
            BindTo::Loopback
        };
        calls.push(on(id, Method::StartBind(to)));
        calls.push(on(id, Method::FinishBind { wait: true }));
        calls
    }

    /// What a client writes before it is accepted waits for the socket that is.
    fn early(&mut self) -> Vec<Call> {
        let waiting = self.sockets(|it| it.state == State::Connected && it.peer.is_none());
        let Some(id) = self
            .pick(&waiting)
            .filter(|id| !self.host.sockets[id].small)
        else {
            return Vec::new();
        };
        let bytes = self.pick(&[1, 100, 700, 2000]).unwrap_or(1);
        let mut calls = vec![on(id, Method::Write { bytes, wait: true })];
        if self.one_in(3) {
            calls.push(on(id, Method::Flush));
        }
        calls
    }

    /// The two ends of a connection that is in order, and with room for bytes.
    fn ends(&mut self) -> Option<(SocketId, SocketId)> {
        let ends = self.sockets(|it| {
            let peer = it.peer.and_then(|peer| self.host.sockets.get(&peer));
            let peer_takes = peer.is_some_and(|peer| peer.has_in && !peer.in_shut && !peer.small);
            it.sure_peer && it.has_out && !it.out_shut && !it.small && peer_takes
        });
        let id = self.pick(&ends)?;
        Some((id, self.host.sockets[&id].peer?))
    }

    /// One end writes, and the other reads all of it.
    fn much(&mut self) -> Vec<Call> {
        let Some((from, to)) = self.ends() else {
            return Vec::new();
        };
        let unread = self.host.unread(&self.host.sockets[&to]);
        let bytes = self.pick(&[513, 600, 1000, 2000, 3000]).unwrap_or(513);
        let all = u32::try_from(unread).unwrap_or_default() + bytes;
        if all > 4000 {
            let bytes = all - bytes;
            return vec![on(to, Method::Read { bytes, wait: true })];
        }
        let write = Method::Write { bytes, wait: true };
        let read = |bytes| Method::Read { bytes, wait: true };
        if self.one_in(2) {
            return vec![on(from, write), on(to, read(all))];
        }
        vec![
            on(from, write),
            on(to, read(all / 3)),
            on(to, read(all - all / 3)),
        ]
    }

    /// A buffer is filled, the other end reads all of it, and there is room again.
    fn full(&mut self) -> Vec<Call> {
        let Some((from, to)) = self.ends().filter(|_| self.next_pollable < NAMES) else {
            return Vec::new();
        };
        let new = PollableId(self.next_pollable);
        self.next_pollable += 1;
        // Smaller than usual, but not so small that it goes slowly.
        let small = 1 << 17;
        vec![
            on(from, Method::Set(SocketOption::SendBufferSize, small)),
            on(to, Method::Set(SocketOption::ReceiveBufferSize, small)),
            Call::Subscribe {
                new,
                socket: from,
                part: Part::Out,
            },
            on(from, Method::Fill),
            on(to, Method::Drain),
            Call::Block(new),
            on(
                from,
                Method::Write {
                    bytes: 700,
                    wait: true,
                },
            ),
            on(to, Method::Drain),
        ]
    }

    /// One end has said all: the other reads it, and then the end.
    fn end(&mut self) -> Vec<Call> {
        let Some((from, to)) = self.ends() else {
            return Vec::new();
        };
        let unread = self.host.unread(&self.host.sockets[&to]);
        let unread = u32::try_from(unread).unwrap_or_default();
        vec![
            on(from, Method::Shutdown(Direction::Send)),
            on(
                to,
                Method::Read {
                    bytes: unread + 10,
                    wait: true,
                },
            ),
            on(
                to,
                Method::Read {
                    bytes: 1,
                    wait: false,
                },
            ),
        ]
    }

    /// A listener whose pollable was taken when it was made, and is asked in each state.
    fn watched(&mut self) -> Vec<Call> {
        if self.next_socket + 2 > NAMES || self.next_pollable + 2 > NAMES {
            return Vec::new();
        }
        let mut calls = Vec::new();
        let [listener, client] = [0, 1].map(|more| SocketId(self.next_socket + more));
        let [arrivals, progress] = [0, 1].map(|more| PollableId(self.next_pollable + more));
        self.next_socket += 2;
        self.next_pollable += 2;
        for (new, pollable) in [(listener, arrivals), (client, progress)] {
            let family = WalkFamily::Own;
            calls.push(Call::Create { new, family });
            let part = Part::Socket;
            calls.push(Call::Subscribe {
                new: pollable,
                socket: new,
                part,
            });
        }
        let to = if self.one_in(3) {
            BindTo::Any
        } else {
            BindTo::Loopback
        };
        calls.push(on(listener, Method::StartBind(to)));
        calls.push(Call::Block(arrivals));
        calls.push(on(listener, Method::FinishBind { wait: true }));
        calls.push(on(listener, Method::StartListen));
        calls.push(Call::Block(arrivals));
        calls.push(on(listener, Method::FinishListen { wait: true }));
        calls.push(Call::Ready(arrivals));
        let to = ConnectTo::Socket(listener);
        calls.push(on(client, Method::StartConnect(to)));
        calls.push(Call::Block(progress));
        calls.push(on(client, Method::FinishConnect { wait: true }));
        calls.push(Call::Block(arrivals));
        calls
    }
}
