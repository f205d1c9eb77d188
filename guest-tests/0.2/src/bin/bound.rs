//! A socket that is bound.

#![no_std]
#![no_main]

use guests::{
    At, ErrorCode, Halt, IpAddressFamily, Observe, ShutdownType, Socket, TcpSocket, bound, case,
    clock, connect_and_accept, create, json, same, step,
};

guests::cases!(
    local_address,
    is_listening,
    pollable_ready,
    remote_address,
    accept,
    shutdown_receive,
    shutdown_send,
    shutdown_both,
    finish_connect,
    finish_listen,
);

#[case]
fn local_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(bound(family)?.local_address())
}

#[case]
fn is_listening(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(bound(family)?.is_listening())
}

#[case]
fn pollable_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = bound(family)?;
    Ok(clock::gets_ready(&socket.subscribe()))
}

#[case]
fn remote_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_bound(family, TcpSocket::remote_address)
}

#[case]
fn accept(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_bound(family, TcpSocket::accept_now)
}

#[case]
fn shutdown_receive(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_bound(family, |socket| socket.shutdown(ShutdownType::Receive))
}

#[case]
fn shutdown_send(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_bound(family, |socket| socket.shutdown(ShutdownType::Send))
}

#[case]
fn shutdown_both(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_bound(family, |socket| socket.shutdown(ShutdownType::Both))
}

#[case]
fn finish_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_bound(family, TcpSocket::finish_connect)
}

#[case]
fn finish_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_bound(family, TcpSocket::finish_listen)
}

/// Makes a call that is wrong in this state, then uses the socket as if nothing
/// had happened.
fn stays_bound<T>(
    family: IpAddressFamily,
    call: impl FnOnce(&TcpSocket) -> Result<T, ErrorCode>,
) -> Result<impl Observe, Halt> {
    let socket = bound(family)?;
    let address = socket.local_address().at("local-address")?;
    let client = create(family)?;
    step("wrong-state call");
    let answer = call(&socket).map(drop);
    step("go on");
    let now = socket.local_address();
    let served = socket
        .listen()
        .and_then(|()| connect_and_accept(&socket, &client));
    Ok(json!({
        "answer": answer.observe(),
        "address-kept": now.map(|now| same(&now, &address)).observe(),
        "listens-and-accepts": served.map(drop).observe(),
    }))
}
