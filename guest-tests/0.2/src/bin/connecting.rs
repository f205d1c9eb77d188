//! A socket that is connecting: its peer has not responded yet.

#![no_std]
#![no_main]

use guests::{
    At, ErrorCode, Halt, IpAddressFamily, Observe, ShutdownType, Socket, TcpSocket,
    UnresponsivePeer, case, clock, instance_network, json, listening, loopback, step,
    unresponsive_peer,
};

guests::cases!(
    start_bind,
    start_connect,
    start_listen,
    finish_bind,
    finish_listen,
    accept,
    shutdown_receive,
    shutdown_send,
    shutdown_both,
    set_listen_backlog_size,
    remote_address,
    local_address,
    is_listening,
    pollable_waits,
    drops,
);

#[case]
fn start_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, move |socket| {
        socket.start_bind(&instance_network(), loopback(family, 0))
    })
}

/// The address is that of a listener, so only the state is in the way.
#[case]
fn start_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening(family)?;
    let address = listener.local_address().at("local-address")?;
    stays_connecting(family, move |socket| {
        socket.start_connect(&instance_network(), address)
    })
}

#[case]
fn start_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, TcpSocket::start_listen)
}

#[case]
fn finish_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, TcpSocket::finish_bind)
}

#[case]
fn finish_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, TcpSocket::finish_listen)
}

#[case]
fn accept(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, TcpSocket::accept_now)
}

#[case]
fn shutdown_receive(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, |socket| socket.shutdown(ShutdownType::Receive))
}

#[case]
fn shutdown_send(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, |socket| socket.shutdown(ShutdownType::Send))
}

#[case]
fn shutdown_both(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, |socket| socket.shutdown(ShutdownType::Both))
}

#[case]
fn set_listen_backlog_size(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, |socket| socket.set_listen_backlog_size(100))
}

#[case]
fn remote_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, TcpSocket::remote_address)
}

#[case]
fn local_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, TcpSocket::local_address)
}

/// Makes a call that is wrong in this state; the attempt to connect goes on.
fn stays_connecting<T>(
    family: IpAddressFamily,
    call: impl FnOnce(&TcpSocket) -> Result<T, ErrorCode>,
) -> Result<impl Observe, Halt> {
    let UnresponsivePeer { client, .. } = &unresponsive_peer(family)?;
    step("call");
    let answer = call(client).map(drop);
    step("finish-connect");
    Ok(json!({
        "answer": answer.observe(),
        "finish-connect": client.finish_connect().map(drop).observe(),
    }))
}

#[case]
fn is_listening(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(unresponsive_peer(family)?.client.is_listening())
}

#[case]
fn pollable_waits(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let UnresponsivePeer { client, .. } = &unresponsive_peer(family)?;
    step("wait for nothing");
    Ok(json!({
        "ready": clock::ready_within_moment(&client.subscribe()),
    }))
}

#[case]
fn drops(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let peer = unresponsive_peer(family)?;
    step("drop");
    drop(peer.client);
    Ok(json!({ "at-once": clock::AT_ONCE }))
}
