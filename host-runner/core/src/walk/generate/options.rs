//! Options: set and read in every state, with the values at which types end.

use super::super::{Call, Method, SocketId, SocketOption, State};
use super::{Generator, on};

impl Generator {
    pub(super) fn option(&mut self, id: SocketId) -> Vec<Call> {
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
                let values = [1, 2, 3, 16, 255, 256, 65535, 65536, 1 << 32, u64::MAX];
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
                let value = self.value(option, self.is_used(id));
                let mut calls = vec![on(id, Method::Set(option, value))];
                if kind > 6 {
                    calls.push(on(id, Method::Get(option)));
                }
                calls
            }
        }
    }

    /// What is set on one socket leaves another one, and another option.
    pub(super) fn pair(
        &mut self,
        id: SocketId,
        option: SocketOption,
        others: &[SocketId],
    ) -> Vec<Call> {
        let other = self.pick(others).unwrap_or(id);
        let beside = self.pick(&SocketOption::ALL).unwrap_or(option);
        let has_clients = !self.host.sockets[&id].clients.is_empty();
        if has_clients || (other == id && beside == option) {
            return vec![on(id, Method::Get(option))];
        }
        let value = self.value(option, self.is_used(id));
        vec![
            on(other, Method::Get(beside)),
            on(id, Method::Set(option, value)),
            on(other, Method::Get(beside)),
            on(id, Method::Get(option)),
        ]
    }

    pub(super) fn value(&mut self, option: SocketOption, is_used: bool) -> u64 {
        let values = values(option);
        // The smallest buffers leave no room that is sure, so nobody has to use it.
        if option.is_buffer() && !is_used && self.one_in(5) {
            return self.pick(&[1, 255, 256]).unwrap_or(1);
        }
        self.pick(values).unwrap_or(1)
    }

    /// Whether bytes go over a socket, or over those that it accepts.
    fn is_used(&self, id: SocketId) -> bool {
        self.host
            .sockets
            .get(&id)
            .is_some_and(|it| it.state != State::Closed)
            && !self.sockets(|it| it.state.is_connected()).is_empty()
    }

    /// An option that is set keeps its value while the socket goes through its states.
    pub(super) fn kept(&mut self) -> Vec<Call> {
        let idle = self.sockets(|it| {
            matches!(it.state, State::Unbound | State::Bound | State::Listening)
                && it.clients.is_empty()
        });
        let Some(id) = self.pick(&idle) else {
            return Vec::new();
        };
        let option = self
            .pick(&SocketOption::ALL)
            .unwrap_or(SocketOption::HopLimit);
        let value = self.value(option, true);
        vec![
            on(id, Method::Set(option, value)),
            on(id, Method::Get(option)),
        ]
    }

    /// A larger value never reads smaller, and what was read can be set.
    pub(super) fn ladder(&mut self) -> Vec<Call> {
        let idle = self.sockets(|it| it.state != State::Closed && it.clients.is_empty());
        let Some(id) = self.pick(&idle) else {
            return Vec::new();
        };
        let option = self
            .pick(&SocketOption::ALL)
            .unwrap_or(SocketOption::HopLimit);
        let is_duration = matches!(
            option,
            SocketOption::KeepAliveIdleTime | SocketOption::KeepAliveInterval
        );
        let chosen: Vec<u64> = if is_duration && self.one_in(2) {
            // The same number in other units.
            [7_000_000_000, 7_000_000, 7_000].into()
        } else {
            let mut chosen: Vec<u64> = (0..3).filter_map(|_| self.pick(values(option))).collect();
            chosen.sort_unstable();
            chosen
        };
        let set_and_get = |value| {
            [
                on(id, Method::Set(option, value)),
                on(id, Method::Get(option)),
            ]
        };
        chosen.into_iter().flat_map(set_and_get).collect()
    }
}

/// Values at which something can go wrong: those at which types and units end.
fn values(option: SocketOption) -> &'static [u64] {
    const SECOND: u64 = 1_000_000_000;
    match option {
        SocketOption::KeepAliveEnabled => &[0, 1],
        SocketOption::KeepAliveIdleTime | SocketOption::KeepAliveInterval => &[
            1,
            255,
            65536,
            7_000,
            7_000_000,
            SECOND / 2,
            SECOND,
            7 * SECOND,
            60 * SECOND,
            30_000 * SECOND,
            (1 << 32) - 1,
            1 << 32,
            1 << 63,
            u64::MAX,
        ],
        SocketOption::KeepAliveCount => &[
            1,
            5,
            9,
            127,
            128,
            255,
            256,
            65535,
            65536,
            1 << 31,
            (1 << 32) - 1,
        ],
        SocketOption::HopLimit => &[1, 2, 42, 64, 127, 128, 200, 254, 255],
        SocketOption::ReceiveBufferSize | SocketOption::SendBufferSize => &[
            8192,
            16384,
            65535,
            65536,
            100_000,
            1 << 20,
            (1 << 31) - 1,
            1 << 31,
            (1 << 32) - 1,
            1 << 32,
            (1 << 32) + 1,
            1 << 63,
            u64::MAX,
        ],
    }
}
