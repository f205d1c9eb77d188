//! The options of a socket that connects to a peer outside the guest.

#![no_std]
#![no_main]

extern crate alloc;

use guests::option::{self, SocketOption};
use guests::{
    Halt, IpAddressFamily, Observe, Socket, Value, case, client_outside, create, json,
    outside_listener, step,
};

guests::cases!(
    readable,
    kept_values,
    kept_buffer_sizes,
    while_connected,
    own,
    backlog_connected,
);

/// The options by their names.
const NAMED: [(&str, &SocketOption); 7] = [
    ("keep-alive-enabled", &option::KEEP_ALIVE_ENABLED),
    ("keep-alive-idle-time", &option::KEEP_ALIVE_IDLE_TIME),
    ("keep-alive-interval", &option::KEEP_ALIVE_INTERVAL),
    ("keep-alive-count", &option::KEEP_ALIVE_COUNT),
    ("hop-limit", &option::HOP_LIMIT),
    BUFFER_SIZES[0],
    BUFFER_SIZES[1],
];

/// Those that systems may adjust by themselves.
const BUFFER_SIZES: [(&str, &SocketOption); 2] = [
    ("receive-buffer-size", &option::RECEIVE_BUFFER_SIZE),
    ("send-buffer-size", &option::SEND_BUFFER_SIZE),
];

/// What is seen of each option. One that is not supported does not hide the others.
fn each(
    options: &[(&str, &SocketOption)],
    see: impl Fn(&SocketOption) -> Result<Value, Halt>,
) -> Result<Value, Halt> {
    let mut seen = json!({});
    for (name, option) in options {
        seen[*name] = match see(option) {
            Ok(value) | Err(Halt::Observed(value)) => value,
            Err(halt) => return Err(halt),
        };
    }
    Ok(seen)
}

#[case]
fn readable(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (unbound, client) = (create(family)?, client_outside(family)?);
    step("read the options");
    each(&NAMED, |option| {
        Ok(json!([
            option::seen((option.get)(&unbound)),
            option::seen((option.get)(&client.socket)),
        ]))
    })
}

#[case(
    kept_values = &NAMED[..5],
    kept_buffer_sizes = &BUFFER_SIZES,
)]
fn kept(family: IpAddressFamily, options: &[(&str, &SocketOption)]) -> Result<impl Observe, Halt> {
    let address = outside_listener(family)?;
    each(options, |option| {
        let socket = create(family)?;
        let value = option.change(&socket)?;
        step("connect");
        let connected = socket.connect(address).map(|_| option.is(&socket, value));
        Ok(connected.observe())
    })
}

#[case]
fn while_connected(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = client_outside(family)?;
    each(&NAMED, |option| {
        Ok(option::set_twice(&client.socket, option))
    })
}

/// Two connections to one peer.
#[case]
fn own(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (one, other) = (client_outside(family)?, client_outside(family)?);
    each(&NAMED, |option| {
        option::kept_over_change(&one.socket, &other.socket, option)
    })
}

#[case]
fn backlog_connected(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = client_outside(family)?;
    step("set the backlog size");
    Ok(client.socket.set_listen_backlog_size(100))
}
