//! A socket that failed to connect.

#![no_std]
#![no_main]

use guests::address::{multicast, wildcard};
use guests::{
    At, ErrorCode, Halt, IpAddressFamily, IpSocketAddress, Observe, ShutdownType, Socket,
    TcpSocket, bound, case, clock, closed, create, instance_network, json, listening, loopback,
    other, step,
};

guests::cases!(
    start_bind,
    start_connect,
    start_listen,
    start_listen_of_bound,
    start_connect_of_bound,
    accept,
    shutdown_receive,
    shutdown_send,
    shutdown_both,
    finish_bind,
    finish_connect,
    finish_listen,
    is_listening,
    pollable_ready,
    local_address,
    remote_address,
    drops,
    after_other_family,
    after_wildcard_address,
    after_port_zero,
    after_multicast_address,
);

#[case]
fn start_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = closed(family, create)?;
    step("start-bind");
    Ok(socket.start_bind(&instance_network(), loopback(family, 0)))
}

/// The address is that of a listener, so only the state is in the way.
#[case]
fn start_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening(family)?;
    let address = listener.local_address().at("local-address")?;
    let socket = closed(family, create)?;
    step("start-connect");
    Ok(socket.start_connect(&instance_network(), address))
}

#[case]
fn start_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    on_closed(family, TcpSocket::start_listen)
}

#[case]
fn start_listen_of_bound(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = closed(family, bound)?;
    step("start-listen");
    Ok(socket.start_listen())
}

#[case]
fn start_connect_of_bound(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening(family)?;
    let address = listener.local_address().at("local-address")?;
    let socket = closed(family, bound)?;
    step("start-connect");
    Ok(socket.start_connect(&instance_network(), address))
}

#[case]
fn accept(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    on_closed(family, |socket| socket.accept_now().map(drop))
}

#[case]
fn shutdown_receive(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    on_closed(family, |socket| socket.shutdown(ShutdownType::Receive))
}

#[case]
fn shutdown_send(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    on_closed(family, |socket| socket.shutdown(ShutdownType::Send))
}

#[case]
fn shutdown_both(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    on_closed(family, |socket| socket.shutdown(ShutdownType::Both))
}

#[case]
fn finish_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    on_closed(family, TcpSocket::finish_bind)
}

#[case]
fn finish_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    on_closed(family, |socket| socket.finish_connect().map(drop))
}

#[case]
fn finish_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    on_closed(family, TcpSocket::finish_listen)
}

#[case]
fn is_listening(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(closed(family, create)?.is_listening())
}

#[case]
fn pollable_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = closed(family, create)?;
    step("subscribe");
    Ok(clock::gets_ready(&socket.subscribe()))
}

#[case]
fn local_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    on_closed(family, TcpSocket::local_address)
}

#[case]
fn remote_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    on_closed(family, TcpSocket::remote_address)
}

#[case]
fn drops(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = closed(family, create)?;
    step("drop");
    drop(socket);
    Ok(())
}

fn on_closed<T>(
    family: IpAddressFamily,
    call: impl FnOnce(&TcpSocket) -> Result<T, ErrorCode>,
) -> Result<Result<T, ErrorCode>, Halt> {
    let socket = closed(family, create)?;
    step("call");
    Ok(call(&socket))
}

#[case]
fn after_other_family(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    after(family, loopback(other(family), 9))
}

#[case]
fn after_wildcard_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    after(family, wildcard(family, 9))
}

#[case]
fn after_port_zero(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    after(family, loopback(family, 0))
}

#[case]
fn after_multicast_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    after(family, multicast(family, 9))
}

/// An attempt that fails at once closes a socket too. Each of three sockets is
/// then used for another operation.
fn after(family: IpAddressFamily, address: IpSocketAddress) -> Result<impl Observe, Halt> {
    let listener = listening(family)?;
    let reachable = listener.local_address().at("local-address")?;
    let (binds, connects, listens) = (create(family)?, create(family)?, bound(family)?);
    step("connect in vain");
    let failed =
        [&binds, &connects, &listens].map(|socket| socket.connect(address).map(drop).observe());
    step("use them");
    let network = instance_network();
    Ok(json!({
        "failed": failed,
        "start-bind": binds.start_bind(&network, loopback(family, 0)).observe(),
        "start-connect": connects.start_connect(&network, reachable).observe(),
        "start-listen": listens.start_listen().observe(),
    }))
}
