//! The options of a socket, set many times in every state, among other sockets.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;
use guests::option::{
    ALL, HOP_LIMIT, KEEP_ALIVE_COUNT, KEEP_ALIVE_ENABLED, KEEP_ALIVE_IDLE_TIME,
    KEEP_ALIVE_INTERVAL, RECEIVE_BUFFER_SIZE, SEND_BUFFER_SIZE, SocketOption,
};
use guests::{
    At, Halt, IpAddressFamily, Observe, Pair, ShutdownType, Socket, TcpSocket, Value, case,
    connect_and_accept, connected, create, json, loopback, step,
};

guests::cases!(
    series_keep_alive_enabled,
    series_keep_alive_idle_time,
    series_keep_alive_interval,
    series_keep_alive_count,
    series_hop_limit,
    series_receive_buffer_size,
    series_send_buffer_size,
    series_listen_backlog_size,
    after_shutdown_keep_alive_enabled,
    after_shutdown_keep_alive_idle_time,
    after_shutdown_keep_alive_interval,
    after_shutdown_keep_alive_count,
    after_shutdown_hop_limit,
    after_shutdown_receive_buffer_size,
    after_shutdown_send_buffer_size,
);

const SECOND: u64 = 1_000_000_000;

/// An option, and values for it in ascending order. They differ in every part of a
/// number, so that one that is cut short is out of order.
struct Series {
    /// Where the option is among all of them.
    place: usize,
    values: &'static [u64],
}

const TIMES: &[u64] = &[
    SECOND,
    2 * SECOND,
    4 * SECOND,
    5 * SECOND,
    60 * SECOND,
    299 * SECOND,
    7201 * SECOND,
];

const SIZES: &[u64] = &[
    4096,
    0x2000,
    0xf000,
    0x10000,
    0x1_1000,
    0x1_f000,
    0x1_0000_1000,
];

#[case(
    series_keep_alive_enabled = Series { place: 0, values: &[0, 1] },
    series_keep_alive_idle_time = Series { place: 1, values: TIMES },
    series_keep_alive_interval = Series { place: 2, values: TIMES },
    series_keep_alive_count = Series {
        place: 3,
        values: &[1, 2, 8, 15, 17, 100, 255, 257],
    },
    series_hop_limit = Series {
        place: 4,
        values: &[1, 2, 15, 16, 17, 64, 127, 128, 255],
    },
    series_receive_buffer_size = Series { place: 5, values: SIZES },
    series_send_buffer_size = Series { place: 6, values: SIZES },
)]
#[expect(clippy::needless_pass_by_value, reason = "it is made for the call")]
fn series(family: IpAddressFamily, series: Series) -> Result<impl Observe, Halt> {
    let beside = create(family)?;
    let listener = create(family)?;
    let unbound = series.on(&listener, &[&beside])?;
    step("bind");
    listener.bind(loopback(family, 0)).at("bind")?;
    let bound = series.on(&listener, &[&beside])?;
    step("listen");
    listener.listen().at("listen")?;
    let listening = series.on(&listener, &[&beside])?;
    step("connect");
    let client = create(family)?;
    let (_streams, server) = connect_and_accept(&listener, &client).at("connect")?;
    let server = &server.socket;
    Ok(json!({
        "unbound": unbound,
        "bound": bound,
        "listening": listening,
        "connected": series.on(&client, &[&beside, &listener, server])?,
        "accepted": series.on(server, &[&beside, &listener, &client])?,
    }))
}

impl Series {
    fn option(&self) -> &'static SocketOption {
        ALL[self.place]
    }

    /// Sets all values twice over, and returns what went wrong: `[]` is right.
    fn on(&self, socket: &TcpSocket, others: &[&TcpSocket]) -> Result<Value, Halt> {
        let mut wrong = Vec::new();
        let mut note = |reason: &'static str| {
            if !wrong.contains(&reason) {
                wrong.push(reason);
            }
        };
        for _ in 0..2 {
            let mut last = 0;
            for &value in self.values {
                // A socket that has what is set would not show that it was not set.
                let beside = self.differ(others, value)?;
                let rest = self.rest(socket);
                step("set the option");
                self.option().put(socket, value)?;
                let read = self.option().value(socket)?;
                if read < last {
                    note("a larger value reads smaller");
                }
                last = read;
                if self.is_exact() && read != value {
                    note("reads not what was set");
                }
                step("set what was read");
                if read > 0 || self.is_exact() {
                    self.option().put(socket, read)?;
                }
                if self.option().value(socket)? != read {
                    note("what was read reads not the same");
                }
                if self.rest(socket) != rest {
                    note("another option changed");
                }
                for (other, before) in others.iter().zip(beside) {
                    if self.option().value(other)? != before {
                        note("another socket changed");
                    }
                }
            }
        }
        Ok(json!(wrong))
    }

    /// Whether the text allows to clamp and round its values.
    fn is_exact(&self) -> bool {
        u8::try_from(self.option().maximum).is_ok()
    }

    /// Sets a value at the others that differs from this one; returns what they read.
    fn differ(&self, others: &[&TcpSocket], value: u64) -> Result<Vec<u64>, Halt> {
        let mut read = Vec::new();
        for other in others {
            self.option().put(other, self.option().other_than(value))?;
            read.push(self.option().value(other)?);
        }
        Ok(read)
    }

    /// The other options. A system may adjust the buffers of a socket that is connected at
    /// any time, and they come last.
    fn rest(&self, socket: &TcpSocket) -> Vec<Option<u64>> {
        let buffers = if socket.remote_address().is_ok() {
            2
        } else {
            0
        };
        let options = ALL.iter().enumerate().take(ALL.len() - buffers);
        options
            .filter(|(place, _)| *place != self.place)
            .map(|(_, option)| (option.get)(socket).ok())
            .collect()
    }
}

/// A backlog is a hint, and no value but 0 is an error.
#[case]
fn series_listen_backlog_size(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = create(family)?;
    let unbound = set_backlogs(&listener);
    step("bind");
    listener.bind(loopback(family, 0)).at("bind")?;
    let bound = set_backlogs(&listener);
    step("listen");
    listener.listen().at("listen")?;
    let client = create(family)?;
    let accept = connect_and_accept(&listener, &client).map(drop);
    let listening = set_backlogs(&listener);
    let client = create(family)?;
    let again = connect_and_accept(&listener, &client).map(drop);
    Ok(json!({
        "unbound": unbound,
        "bound": bound,
        "accept": accept.observe(),
        "listening": listening,
        "accept-again": again.observe(),
    }))
}

/// Sets one size after another; returns `"ok"` or the first error.
fn set_backlogs(socket: &TcpSocket) -> Value {
    step("set the backlog size");
    [1, 2, 128, 4096, 0x1_0000, 0x1_0000_0000, u64::MAX, 16]
        .into_iter()
        .try_for_each(|size| socket.set_listen_backlog_size(size))
        .observe()
}

#[case(
    after_shutdown_keep_alive_enabled = &KEEP_ALIVE_ENABLED,
    after_shutdown_keep_alive_idle_time = &KEEP_ALIVE_IDLE_TIME,
    after_shutdown_keep_alive_interval = &KEEP_ALIVE_INTERVAL,
    after_shutdown_keep_alive_count = &KEEP_ALIVE_COUNT,
    after_shutdown_hop_limit = &HOP_LIMIT,
    after_shutdown_receive_buffer_size = &RECEIVE_BUFFER_SIZE,
    after_shutdown_send_buffer_size = &SEND_BUFFER_SIZE,
)]
fn after_shutdown(family: IpAddressFamily, option: &SocketOption) -> Result<impl Observe, Halt> {
    let kept = |direction: ShutdownType| {
        let Pair { client, .. } = &connected(family)?;
        let value = option.change(&client.socket)?;
        step("shutdown");
        client.socket.shutdown(direction).at("shutdown")?;
        Ok(option.is(&client.socket, value))
    };
    Ok(json!({
        "send": kept(ShutdownType::Send)?,
        "receive": kept(ShutdownType::Receive)?,
    }))
}
