//! A socket that was just created.

#![no_std]
#![no_main]

use guests::{
    Halt, IpAddressFamily, Observe, ShutdownType, Socket, TcpSocket, case, connect_and_accept,
    create, json, loopback, step,
};

guests::cases!(
    local_address,
    remote_address,
    is_listening,
    finish_bind,
    finish_connect,
    finish_listen,
    start_listen,
    accept,
    shutdown_receive,
    shutdown_send,
    shutdown_both,
    pollable_ready,
    second_pollable_ready,
    harmless_local_address,
    harmless_remote_address,
    harmless_finish_bind,
    harmless_finish_connect,
    harmless_finish_listen,
    harmless_start_listen,
    harmless_accept,
    harmless_shutdown,
);

#[case]
fn local_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(create(family)?.local_address())
}

#[case]
fn remote_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(create(family)?.remote_address())
}

#[case]
fn is_listening(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(create(family)?.is_listening())
}

#[case]
fn finish_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(create(family)?.finish_bind())
}

#[case]
fn finish_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(create(family)?.finish_connect().map(drop))
}

#[case]
fn finish_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(create(family)?.finish_listen())
}

#[case]
fn start_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(create(family)?.start_listen())
}

#[case]
fn accept(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(create(family)?.accept_now().map(drop))
}

#[case]
fn shutdown_receive(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(create(family)?.shutdown(ShutdownType::Receive))
}

#[case]
fn shutdown_send(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(create(family)?.shutdown(ShutdownType::Send))
}

#[case]
fn shutdown_both(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(create(family)?.shutdown(ShutdownType::Both))
}

#[case]
fn pollable_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    step("subscribe");
    let pollable = socket.subscribe();
    step("block");
    pollable.block();
    Ok(pollable.ready())
}

#[case]
fn second_pollable_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    let first = socket.subscribe();
    let second = socket.subscribe();
    step("block");
    second.block();
    Ok(json!([first.ready(), second.ready()]))
}

#[case]
fn harmless_local_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    goes_on_after(family, TcpSocket::local_address)
}

#[case]
fn harmless_remote_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    goes_on_after(family, TcpSocket::remote_address)
}

#[case]
fn harmless_finish_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    goes_on_after(family, TcpSocket::finish_bind)
}

#[case]
fn harmless_finish_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    goes_on_after(family, TcpSocket::finish_connect)
}

#[case]
fn harmless_finish_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    goes_on_after(family, TcpSocket::finish_listen)
}

#[case]
fn harmless_start_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    goes_on_after(family, TcpSocket::start_listen)
}

#[case]
fn harmless_accept(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    goes_on_after(family, TcpSocket::accept_now)
}

#[case]
fn harmless_shutdown(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    goes_on_after(family, |socket| socket.shutdown(ShutdownType::Both))
}

/// Makes a call that is wrong in this state, then uses the socket as if nothing
/// had happened: as a listener that a client reaches.
fn goes_on_after<T>(
    family: IpAddressFamily,
    call: impl FnOnce(&TcpSocket) -> T,
) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    step("wrong-state call");
    drop(call(&socket));
    let local_address = socket.local_address().observe();
    let bind = socket.bind(loopback(family, 0)).observe();
    let listen = socket.listen().observe();
    let client = create(family)?;
    step("connect and accept");
    let served = connect_and_accept(&socket, &client).map(drop).observe();
    Ok(json!({
        "local-address": local_address,
        "bind": bind,
        "listen": listen,
        "accept": served,
    }))
}
