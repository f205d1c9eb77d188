//! What a policy lets through that allows one loopback address and denies another.

#![no_std]
#![no_main]

use guests::address::{port, second_loopback};
use guests::transfer::Transfer;
use guests::{
    Halt, IpAddressFamily, IpSocketAddress, Observe, Socket, TcpSocket, bound, case,
    connect_and_accept, create, json, loopback, outside_listener, step, under_fault,
};

guests::cases!(
    allowed,
    denied_bind,
    bind_after_denied,
    denied_connect,
    denied_connect_from_bound,
    closed_after_denied,
    closed_after_denied_from_bound,
);

#[case]
fn allowed(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (listener, client) = (create(family)?, create(family)?);
    step("bind and listen");
    let bind = listener.bind(loopback(family, 0));
    let listen = listener.listen();
    step("connect and accept");
    let served = connect_and_accept(&listener, &client).map(|((_input, output), server)| {
        step("carry bytes");
        Transfer::new(&output, &server.input, 100).run()
    });
    Ok(json!({
        "bind": bind.observe(),
        "listen": listen.observe(),
        "client": served.observe(),
    }))
}

#[case]
fn denied_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    step("bind");
    Ok(socket.bind(second_loopback(0)))
}

/// The socket is unbound still, and may be bound where the policy allows it.
#[case]
fn bind_after_denied(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    step("bind in vain");
    let denied = socket.bind(second_loopback(0));
    step("bind again");
    Ok(json!({
        "denied": denied.observe(),
        "local-address": socket.local_address().observe(),
        "bind": socket.bind(loopback(family, 0)).observe(),
        "bound-to": socket.local_address().observe(),
    }))
}

#[case]
fn denied_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let address = denied_listener(family)?;
    let socket = create(family)?;
    step("connect");
    Ok(socket.connect(address).map(drop))
}

#[case]
fn denied_connect_from_bound(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let address = denied_listener(family)?;
    let socket = bound(family)?;
    step("connect");
    Ok(socket.connect(address).map(drop))
}

#[case]
fn closed_after_denied(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    closed_after(create, family)
}

#[case]
fn closed_after_denied_from_bound(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    closed_after(bound, family)
}

fn closed_after(
    make: impl Fn(IpAddressFamily) -> Result<TcpSocket, Halt>,
    family: IpAddressFamily,
) -> Result<impl Observe, Halt> {
    let address = denied_listener(family)?;
    let socket = make(family)?;
    step("connect in vain");
    if socket.connect(address).is_ok() {
        return Ok(json!("connected"));
    }
    Ok(under_fault::after_failure(&socket, family))
}

/// Where the runner listens, and the policy denies it.
fn denied_listener(family: IpAddressFamily) -> Result<IpSocketAddress, Halt> {
    outside_listener(family).map(|listener| second_loopback(port(&listener)))
}
