//! What lasts as long as a socket, a listener or a connection does, and no longer.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;
use guests::address::kept;
use guests::clock::gets_ready;
use guests::transfer::end_of;
use guests::{
    At, Halt, IpAddressFamily, IpSocketAddress, Observe, Pair, ShutdownType, Socket, TcpSocket,
    bound, case, connected, create, instance_network, json, listening, step,
};

guests::cases!(
    shutdown_keeps_state,
    both_ended,
    listener_gone_with_client,
    several_clients,
);

/// A socket that was shut down in one direction is connected still.
#[case]
fn shutdown_keeps_state(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair {
        client, listener, ..
    } = &connected(family)?;
    let socket = &client.socket;
    let (local, remote) = addresses(socket)?;
    socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("ask the socket");
    let again = socket.start_connect(
        &instance_network(),
        listener.local_address().at("local-address")?,
    );
    Ok(json!({
        "local-address": kept(&local, socket.local_address()),
        "remote-address": kept(&remote, socket.remote_address()),
        "start-connect": again.observe(),
        "finish-connect": socket.finish_connect().map(drop).observe(),
        "is-listening": socket.is_listening(),
    }))
}

/// The text does not say whether a connection that ended on both sides is closed.
#[case]
fn both_ended(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    for end in [&client, &server] {
        end.socket.shutdown(ShutdownType::Both).at("shutdown")?;
    }
    step("read to both ends");
    let ends = json!([end_of(&client.input), end_of(&server.input)]);
    step("ask the socket");
    let socket = &client.socket;
    let answers = json!({
        "local-address": socket.local_address().map(drop).observe(),
        "remote-address": socket.remote_address().map(drop).observe(),
        "hop-limit": socket.hop_limit().map(drop).observe(),
        "set-hop-limit": socket.set_hop_limit(42).observe(),
        "shutdown": socket.shutdown(ShutdownType::Both).observe(),
    });
    step("drop both");
    drop((client, server));
    Ok(json!({ "ends": ends, "answers": answers }))
}

/// A client that nobody accepted, and nobody will.
#[case]
fn listener_gone_with_client(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (listener, client) = (listening(family)?, create(family)?);
    let address = listener.local_address().at("local-address")?;
    step("connect");
    let (input, _output) = client.connect(address).at("connect")?;
    step("drop the listener");
    drop(listener);
    step("read");
    Ok(end_of(&input))
}

/// The listener is ready as long as a client waits.
#[case]
fn several_clients(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    const CLIENTS: usize = 6;
    let listener = bound(family)?;
    step("listen");
    listener
        .set_listen_backlog_size(64)
        .at("set-listen-backlog-size")?;
    listener.listen().at("listen")?;
    let address = listener.local_address().at("local-address")?;
    let pollable = listener.subscribe();
    let mut clients = Vec::new();
    step("connect");
    for _ in 0..CLIENTS {
        let client = create(family)?;
        let streams = client.connect(address).at("connect")?;
        clients.push((streams, client));
    }
    step("accept");
    let mut accepted = Vec::new();
    for _ in 0..CLIENTS {
        if !gets_ready(&pollable) {
            return Ok(json!({ "ready": false, "accepted": accepted.len() }));
        }
        accepted.push(listener.accept_one().at("accept")?);
    }
    let then = listener.accept_now().map(drop);
    Ok(json!({ "ready": true, "accepted": accepted.len(), "then": then.observe() }))
}

fn addresses(socket: &TcpSocket) -> Result<(IpSocketAddress, IpSocketAddress), Halt> {
    let local = socket.local_address().at("local-address")?;
    Ok((local, socket.remote_address().at("remote-address")?))
}
