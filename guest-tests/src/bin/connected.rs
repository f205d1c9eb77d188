//! The state of a socket that is connected, at either end.

#![no_std]
#![no_main]

use guest_tests::flow::Flow;
use guest_tests::{
    At, ErrorCode, Halt, IpAddressFamily, Observe, Pair, Socket, TcpSocket, Value, clock,
    connected, instance_network, json, listening, loopback, same, step,
};

guest_tests::cases!(
    client_addresses,
    server_addresses,
    is_listening,
    pollable_ready,
    start_bind,
    start_connect,
    start_listen,
    accept,
    finish_bind,
    finish_connect,
    finish_listen,
);

fn client_addresses(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    Ok(addresses(&pair.client.socket))
}

fn server_addresses(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    Ok(addresses(&pair.server.socket))
}

fn addresses(socket: &TcpSocket) -> Value {
    json!({
        "local": socket.local_address().observe(),
        "remote": socket.remote_address().observe(),
    })
}

fn is_listening(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    Ok(json!({
        "client": pair.client.socket.is_listening(),
        "server": pair.server.socket.is_listening(),
    }))
}

fn pollable_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    let ready = |it: &TcpSocket| clock::ready_within(&it.subscribe(), clock::PATIENCE);
    Ok(json!({
        "client": ready(&pair.client.socket),
        "server": ready(&pair.server.socket),
    }))
}

fn start_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connected(family, move |it| {
        it.start_bind(&instance_network(), loopback(family, 0))
    })
}

/// To a listener, so that nothing but the state is in the way.
fn start_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening(family)?;
    let address = listener.local_address().at("local-address")?;
    stays_connected(family, move |it| {
        it.start_connect(&instance_network(), address)
    })
}

fn start_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connected(family, TcpSocket::start_listen)
}

fn accept(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connected(family, TcpSocket::accept_now)
}

fn finish_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connected(family, TcpSocket::finish_bind)
}

fn finish_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connected(family, TcpSocket::finish_connect)
}

fn finish_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connected(family, TcpSocket::finish_listen)
}

/// Makes a call that has no place in this state at both ends; the connection
/// goes on.
fn stays_connected<T>(
    family: IpAddressFamily,
    call: impl Fn(&TcpSocket) -> Result<T, ErrorCode>,
) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    let remote = client.socket.remote_address().at("remote-address")?;
    step("wrong-state call");
    let answers = [&client.socket, &server.socket].map(|it| call(it).map(drop));
    step("go on");
    let now = client.socket.remote_address();
    Ok(json!({
        "client": answers[0].observe(),
        "server": answers[1].observe(),
        "peer-kept": now.map(|now| same(&now, &remote)).observe(),
        "bytes": Flow::new(&client.output, &server.input, 100).carry(),
    }))
}
