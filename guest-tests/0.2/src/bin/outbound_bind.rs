//! A policy that lets a guest connect, and neither bind nor listen.

#![no_std]
#![no_main]

use guests::address::{kept, wildcard};
use guests::clock;
use guests::transfer::Transfer;
use guests::{
    Halt, IpAddressFamily, Observe, ShutdownType, Socket, case, create, create_tcp_socket, json,
    loopback, outside_listener, refused_again, step,
};

guests::cases!(
    loopback_address,
    wildcard_address,
    after_denied,
    connect_after_denied,
    denied_again,
);

#[case]
fn loopback_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    step("bind");
    Ok(socket.bind(loopback(family, 0)))
}

/// Connecting binds a socket to the wildcard in passing, and a host may not tell that from
/// a guest that does. What is bound like this may not listen.
#[case]
fn wildcard_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    step("bind");
    let bind = socket.bind(wildcard(family, 0));
    step("listen");
    let listen = socket.listen();
    Ok(json!({
        "bind": bind.observe(),
        "listen": listen.observe(),
        "is-listening": socket.is_listening(),
    }))
}

#[case]
fn after_denied(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    step("bind in vain");
    let denied = socket.bind(loopback(family, 0));
    step("ask the socket");
    Ok(json!({
        "denied": denied.observe(),
        "pollable-ready": clock::gets_ready(&socket.subscribe()),
        "local-address": socket.local_address().observe(),
        "remote-address": socket.remote_address().observe(),
        "finish-bind": socket.finish_bind().observe(),
        "start-listen": socket.start_listen().observe(),
        "accept": socket.accept_now().map(drop).observe(),
        "shutdown": socket.shutdown(ShutdownType::Both).observe(),
        "is-listening": socket.is_listening(),
    }))
}

/// The socket is unbound still, which is where connecting starts.
#[case]
fn connect_after_denied(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let address = outside_listener(family)?;
    let socket = create(family)?;
    step("bind in vain");
    let denied = socket.bind(loopback(family, 0));
    step("connect");
    let connected = socket.connect(address).map(|(input, output)| {
        step("carry bytes");
        Transfer::new(&output, &input, 1000).run()
    });
    Ok(json!({
        "denied": denied.observe(),
        "connect": connected.observe(),
        "remote-address": kept(&address, socket.remote_address()),
    }))
}

#[case]
fn denied_again(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    step("bind in vain, again and again");
    refused_again(|| Ok(create_tcp_socket(family)?.bind(loopback(family, 0)).err()))
}
