//! The state of a socket whose peer has not answered yet.

#![no_std]
#![no_main]

use guest_tests::{
    At, ErrorCode, Halt, IpAddressFamily, Observe, ShutdownType, Silent, Socket, TcpSocket, clock,
    instance_network, json, listening, loopback, silent, step,
};

guest_tests::cases!(
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

fn start_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, move |it| {
        it.start_bind(&instance_network(), loopback(family, 0))
    })
}

/// To a listener, so that nothing but the state is in the way.
fn start_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening(family)?;
    let address = listener.local_address().at("local-address")?;
    stays_connecting(family, move |it| {
        it.start_connect(&instance_network(), address)
    })
}

fn start_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, TcpSocket::start_listen)
}

fn finish_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, TcpSocket::finish_bind)
}

fn finish_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, TcpSocket::finish_listen)
}

fn accept(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, TcpSocket::accept_now)
}

fn shutdown_receive(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, |it| it.shutdown(ShutdownType::Receive))
}

fn shutdown_send(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, |it| it.shutdown(ShutdownType::Send))
}

fn shutdown_both(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, |it| it.shutdown(ShutdownType::Both))
}

fn set_listen_backlog_size(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, |it| it.set_listen_backlog_size(100))
}

fn remote_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, TcpSocket::remote_address)
}

fn local_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_connecting(family, TcpSocket::local_address)
}

/// Makes a call that has no place in this state; the attempt goes on.
fn stays_connecting<T>(
    family: IpAddressFamily,
    call: impl FnOnce(&TcpSocket) -> Result<T, ErrorCode>,
) -> Result<impl Observe, Halt> {
    let Silent { socket, .. } = &silent(family)?;
    step("call");
    let answer = call(socket).map(drop);
    step("finish-connect");
    Ok(json!({
        "answer": answer.observe(),
        "finish-connect": socket.finish_connect().map(drop).observe(),
    }))
}

fn is_listening(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(silent(family)?.socket.is_listening())
}

fn pollable_waits(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Silent { socket, .. } = &silent(family)?;
    step("wait for nothing");
    Ok(json!({
        "ready": clock::ready_within(&socket.subscribe(), clock::MOMENT),
    }))
}

fn drops(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let peer = silent(family)?;
    step("drop");
    let ((), at_once) = clock::at_once(|| drop(peer.socket));
    Ok(json!({ "at-once": at_once }))
}
