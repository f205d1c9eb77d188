//! Connections: which sockets are the two ends of one, and what one end means for the
//! other.

use super::super::{ConnectTo, Direction, SocketId, State};
use super::Replay;
use super::world::{Candidate, Client, Streams};

impl Replay<'_> {
    /// Makes two sockets the ends of a connection.
    pub(super) fn pair(&mut self, accepted: SocketId, client: SocketId) {
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
    }

    /// A client is on its way to a listener.
    pub(super) fn queue(&mut self, id: SocketId, target: SocketId) {
        let since = self.world.now;
        let is_own = self.world.may_have_port_of(id, target);
        let Some(port) = self.world.sockets.get(&target).map(|other| other.port) else {
            return;
        };
        // It may listen later, while the client still connects.
        let mut others = self.world.at_address_of(target);
        others.retain(|other| {
            let other = self.world.live(*other);
            other.is_some_and(|it| it.may_be(State::is_bound_for_clients))
        });
        let is_one_of_several = others.len() > 1;
        for other in others {
            if let Some(other) = self.world.sockets.get_mut(&other) {
                other.clients.push(Client {
                    socket: id,
                    connected: false,
                    left: is_own || is_one_of_several,
                    since,
                });
            }
        }
        if let Some(own) = self.world.sockets.get_mut(&id) {
            own.remote = Some(port);
            // It may meet itself, and then nobody else.
            own.streams.rough |= is_own;
            own.streams.torn |= is_own;
            if !own.bound {
                own.port = self.world.ports.len();
                self.world.ports.push(None);
            }
        }
    }

    /// A client was accepted, and waits nowhere any more.
    pub(super) fn no_longer_waits(&mut self, client: SocketId) {
        for listener in self.world.sockets.values_mut() {
            listener.clients.retain(|it| it.socket != client);
        }
    }

    pub(super) fn connected(&mut self, id: SocketId, ok: bool) {
        for other in self.world.sockets.values_mut() {
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
    pub(super) fn now_listens(&mut self, id: SocketId) {
        let there = self.world.at_address_of(id);
        for socket in self.world.sockets.values_mut() {
            if let Some(attempt) = &mut socket.attempt
                && let ConnectTo::Socket(target) = attempt.to
            {
                attempt.may_succeed |= there.contains(&target);
            }
        }
    }

    pub(super) fn was_shut(&mut self, id: SocketId, direction: Direction) {
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
    pub(super) fn spread(&mut self, id: SocketId, rough: bool) {
        let peer = self.world.sockets.get(&id).and_then(|own| own.peer);
        if let Some(peer) = peer.and_then(|peer| self.world.sockets.get_mut(&peer)) {
            peer.streams.rough |= rough;
        }
        for socket in self.world.sockets.values_mut() {
            for client in &mut socket.clients {
                client.left |= client.socket == id;
            }
        }
    }

    /// A client that has not finished to connect may hear that its peer has left.
    pub(super) fn may_refuse(&mut self, id: SocketId) {
        for client in self.possible_peers(id) {
            if let Some(attempt) = self
                .world
                .sockets
                .get_mut(&client)
                .and_then(|client| client.attempt.as_mut())
            {
                attempt.may_fail = true;
            }
        }
    }

    pub(super) fn was_dropped(&mut self, id: SocketId) {
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
        self.may_refuse(id);
        let gently = streams.out_shut && is_read && !streams.received_uncertain;
        self.spread(id, !gently);
        // The clients of a listener that is gone see an end, or an error.
        for client in clients {
            if let Some(other) = self.world.sockets.get_mut(&client.socket) {
                other.streams.rough |= other.peer.is_none();
                other.streams.torn |= other.peer.is_none();
                if let Some(attempt) = &mut other.attempt {
                    attempt.may_fail = true;
                }
            }
        }
    }

    /// A connection that may have ended leaves its sockets connected, or closed: the
    /// one transition that no call makes. Which of both an answer shows is no promise
    /// for the next call.
    pub(super) fn may_have_ended(&mut self, id: SocketId) {
        let is_over = self.may_be_over(id);
        let Some(own) = self.world.sockets.get_mut(&id).filter(|_| is_over) else {
            return;
        };
        let was = match own.accepted_by {
            Some(_) => State::Accepted,
            None => State::Connected,
        };
        let is_it = own.was_connected && own.may_be(|state| state == was || state == State::Closed);
        for state in [was, State::Closed] {
            if is_it && !own.may_be(|it| it == state) {
                own.candidates.push(Candidate {
                    state,
                    deviates: None,
                });
            }
        }
    }

    /// Whether the connection of a socket can have ended: in order, because the other
    /// end is gone, or because bytes came that nobody takes any more.
    pub(super) fn may_be_over(&self, id: SocketId) -> bool {
        let Some(own) = self.world.sockets.get(&id) else {
            return false;
        };
        let ends = self.possible_peers(id).into_iter();
        let mut ends = ends.filter_map(|peer| self.world.sockets.get(&peer));
        let streams = &own.streams;
        streams.torn
            || streams.failed
            || ends.any(|peer| {
                let theirs = &peer.streams;
                let unread = |from: &Streams, to: &Streams| {
                    from.sent > to.received || from.sent_uncertain || to.received_uncertain
                };
                let is_refused = (streams.in_shut && unread(theirs, streams))
                    || (theirs.in_shut && unread(streams, theirs));
                peer.dropped
                    || theirs.torn
                    || theirs.failed
                    || (theirs.out_shut && streams.out_shut)
                    || is_refused
            })
    }

    /// The other end of a connection; several, as long as it is not known which it is.
    fn possible_peers(&self, id: SocketId) -> Vec<SocketId> {
        let Some(own) = self.world.sockets.get(&id) else {
            return Vec::new();
        };
        if let Some(peer) = own.peer {
            return vec![peer];
        }
        if let Some(listener) = own.accepted_by {
            let listener = self.world.sockets.get(&listener);
            let clients = listener.map(|it| it.clients.iter().map(|client| client.socket));
            return clients.into_iter().flatten().collect();
        }
        let target = match own.attempt.as_ref().map(|attempt| attempt.to) {
            Some(ConnectTo::Socket(target)) => Some(target),
            _ => None,
        };
        let sockets = self.world.sockets.iter().filter(|(_, other)| {
            other.peer.is_none() && other.accepted_by.is_some() && other.accepted_by == target
        });
        sockets.map(|(id, _)| *id).collect()
    }
}
