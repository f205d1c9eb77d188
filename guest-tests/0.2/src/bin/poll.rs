//! The pollable of a socket among others.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;
use guests::bindings::wasi::clocks::monotonic_clock::subscribe_duration;
use guests::bindings::wasi::io::poll::{Pollable, poll};
use guests::transfer::Transfer;
use guests::{
    At, Halt, IpAddressFamily, Observe, Pair, Socket, TcpSocket, Value, case, clock, connected,
    create, instance_network, json, listening, step,
};

guests::cases!(
    accept_beside_timer,
    accept_beside_socket,
    accept_after_ready_one,
    connect_beside_timer,
    connect_beside_socket,
    read_beside_timer,
    two_pollables_of_a_socket,
    pollables_kept_for_many_clients,
    ready_ones_only,
    nothing,
);

#[case]
fn accept_beside_timer(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    accept_beside(family, &subscribe_duration(0), 0)
}

#[case]
fn accept_beside_socket(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let unbound = create(family)?;
    accept_beside(family, &unbound.subscribe(), 0)
}

/// Like `accept_beside_timer`, but the timer comes first.
#[case]
fn accept_after_ready_one(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    accept_beside(family, &subscribe_duration(0), 1)
}

fn accept_beside(family: IpAddressFamily, always: &Pollable, place: u32) -> Result<Value, Halt> {
    let listener = listening(family)?;
    let address = listener.local_address().at("local-address")?;
    let client = create(family)?;
    let _streams = client.connect(address).at("connect")?;
    let pollable = listener.subscribe();
    Ok(json!({
        "reported": reported(&pollable, always, place),
        "ready": clock::gets_ready(&pollable),
        "accept": listener.accept_one().map(drop).observe(),
    }))
}

#[case]
fn connect_beside_timer(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    connect_beside(family, &subscribe_duration(0))
}

#[case]
fn connect_beside_socket(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let unbound = create(family)?;
    connect_beside(family, &unbound.subscribe())
}

fn connect_beside(family: IpAddressFamily, always: &Pollable) -> Result<Value, Halt> {
    let listener = listening(family)?;
    let address = listener.local_address().at("local-address")?;
    let client = create(family)?;
    client
        .start_connect(&instance_network(), address)
        .at("start-connect")?;
    let pollable = client.subscribe();
    Ok(json!({
        "reported": reported(&pollable, always, 0),
        "ready": clock::gets_ready(&pollable),
        "connect": client.finish(TcpSocket::finish_connect).map(drop).observe(),
    }))
}

#[case]
fn read_beside_timer(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("write");
    let mut transfer = Transfer::new(&client.output, &server.input, 100);
    if let Err(reason) = transfer.send() {
        return Ok(json!(reason));
    }
    let pollable = server.input.subscribe();
    Ok(json!({
        "reported": reported(&pollable, &subscribe_duration(0), 0),
        "ready": clock::gets_ready(&pollable),
        "bytes": transfer.receive(),
    }))
}

/// Polls `one`, which gets ready, together with `always`, until the poll reports `one` at `place`.
/// Returns whether it did.
fn reported(one: &Pollable, always: &Pollable, place: u32) -> bool {
    step("poll");
    let pair = if place == 0 {
        [one, always]
    } else {
        [always, one]
    };
    clock::succeeds(|| poll(&pair).contains(&place))
}

/// Both are reported, each in its place.
#[case]
fn two_pollables_of_a_socket(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    let (one, two) = (socket.subscribe(), socket.subscribe());
    step("poll");
    let mut seen = [false, false];
    clock::succeeds(|| {
        for index in poll(&[&one, &two]) {
            seen[index as usize % 2] = true;
        }
        seen == [true, true]
    });
    Ok(json!(seen))
}

/// A pollable belongs to the socket, not to a client: each one tells of all that come.
#[case]
fn pollables_kept_for_many_clients(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening(family)?;
    let address = listener.local_address().at("local-address")?;
    let mut pollables = Vec::new();
    let mut rounds = Vec::new();
    for _ in 0..6 {
        pollables.push(listener.subscribe());
        let client = create(family)?;
        step("connect");
        let _streams = client.connect(address).at("connect")?;
        step("poll");
        let ready = pollables.iter().all(clock::gets_ready);
        step("accept");
        let accept = listener.accept_one().map(drop);
        rounds.push(json!([
            ready,
            accept.observe(),
            listener.accept_now().map(drop).observe()
        ]));
    }
    let is_same = rounds.iter().all(|round| *round == rounds[0]);
    Ok(if is_same {
        rounds[0].clone()
    } else {
        rounds.into()
    })
}

/// A listener without a client is not reported beside a socket that is ready.
#[case]
fn ready_ones_only(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (unbound, listener) = (create(family)?, listening(family)?);
    let (ready, waiting) = (unbound.subscribe(), listener.subscribe());
    step("poll");
    let reported: Vec<u32> = poll(&[&waiting, &ready, &waiting]);
    Ok(json!(reported))
}

#[case]
fn nothing(_: IpAddressFamily) -> Result<impl Observe, Halt> {
    step("poll");
    Ok(json!(poll(&[])))
}
