//! The state of a socket that is bound.

#![no_std]
#![no_main]

use guest_tests::{
    At, ErrorCode, Halt, IpAddressFamily, Observe, ShutdownType, Socket, TcpSocket, bound, clock,
    create, json, same, serve, step,
};

guest_tests::cases!(
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

fn local_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(bound(family)?.local_address())
}

fn is_listening(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(bound(family)?.is_listening())
}

fn pollable_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = bound(family)?;
    Ok(clock::ready_within(&socket.subscribe(), clock::PATIENCE))
}

fn remote_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_bound(family, TcpSocket::remote_address)
}

fn accept(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_bound(family, TcpSocket::accept_now)
}

fn shutdown_receive(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_bound(family, |it| it.shutdown(ShutdownType::Receive))
}

fn shutdown_send(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_bound(family, |it| it.shutdown(ShutdownType::Send))
}

fn shutdown_both(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_bound(family, |it| it.shutdown(ShutdownType::Both))
}

fn finish_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_bound(family, TcpSocket::finish_connect)
}

fn finish_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_bound(family, TcpSocket::finish_listen)
}

/// Makes a call that has no place in this state, then goes on as if nothing
/// had been.
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
    let served = socket.listen().and_then(|()| serve(&socket, &client));
    Ok(json!({
        "answer": answer.observe(),
        "address-kept": now.map(|now| same(&now, &address)).observe(),
        "listens-and-accepts": served.map(drop).observe(),
    }))
}
