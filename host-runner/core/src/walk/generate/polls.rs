//! Pollables: taken before what they wait for, and asked where the answer is sure.

use super::super::{Call, NAMES, Part, PollableId, SocketId, State};
use super::Generator;

impl Generator {
    pub(super) fn polls(&mut self) -> Vec<Call> {
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

    pub(super) fn gets_ready(&self, pollable: PollableId) -> bool {
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
}
