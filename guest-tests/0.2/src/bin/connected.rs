//! A socket that is connected, at either end.

#![no_std]
#![no_main]

use guests::transfer::Transfer;
use guests::{
    At, ErrorCode, Halt, IpAddressFamily, Observe, Pair, Socket, TcpSocket, Value, case, clock,
    connected, instance_network, json, listening, loopback, same, step,
};

guests::cases!(
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

#[case]
fn client_addresses(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    Ok(addresses(&pair.client.socket))
}

#[case]
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

#[case]
fn is_listening(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    Ok(json!({
        "client": pair.client.socket.is_listening(),
        "server": pair.server.socket.is_listening(),
    }))
}

#[case]
fn pollable_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    let ready = |socket: &TcpSocket| clock::gets_ready(&socket.subscribe());
    Ok(json!({
        "client": ready(&pair.client.socket),
        "server": ready(&pair.server.socket),
    }))
}

#[case]
fn start_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connected(family, move |socket| {
        socket.start_bind(&instance_network(), loopback(family, 0))
    })
}

/// The address is that of a listener, so only the state is in the way.
#[case]
fn start_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening(family)?;
    let address = listener.local_address().at("local-address")?;
    stays_connected(family, move |socket| {
        socket.start_connect(&instance_network(), address)
    })
}

#[case]
fn start_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connected(family, TcpSocket::start_listen)
}

#[case]
fn accept(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connected(family, TcpSocket::accept_now)
}

#[case]
fn finish_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connected(family, TcpSocket::finish_bind)
}

#[case]
fn finish_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connected(family, TcpSocket::finish_connect)
}

#[case]
fn finish_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connected(family, TcpSocket::finish_listen)
}

/// Makes a call that is wrong in this state at both ends; the connection goes
/// on.
fn stays_connected<T>(
    family: IpAddressFamily,
    call: impl Fn(&TcpSocket) -> Result<T, ErrorCode>,
) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    let remote = client.socket.remote_address().at("remote-address")?;
    step("wrong-state call");
    let answers = [&client.socket, &server.socket].map(|socket| call(socket).map(drop));
    step("go on");
    let now = client.socket.remote_address();
    Ok(json!({
        "client": answers[0].observe(),
        "server": answers[1].observe(),
        "peer-kept": now.map(|now| same(&now, &remote)).observe(),
        "bytes": Transfer::new(&client.output, &server.input, 100).run(),
    }))
}
