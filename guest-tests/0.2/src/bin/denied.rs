//! What remains where the policy of the runtime forbids TCP.

#![no_std]
#![no_main]

use guests::{
    Halt, IpAddressFamily, Observe, Socket, TcpSocket, case, create_tcp_socket, json, loopback,
    outside_listener, step,
};

guests::cases!(create, create_again, bind, connect);

#[case]
fn create(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    step("create");
    Ok(create_tcp_socket(family).map(drop))
}

/// Whether every call gets the same answer.
#[case]
fn create_again(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    step("create often");
    let first = create_tcp_socket(family).map(drop).observe();
    let same = (0..200).all(|_| create_tcp_socket(family).map(drop).observe() == first);
    Ok(json!({ "first": first, "same-each-time": same }))
}

#[case]
fn bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = socket(family)?;
    step("bind");
    Ok(socket.bind(loopback(family, 0)))
}

/// Somebody listens, so only the policy is in the way.
#[case]
fn connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = outside_listener(family)?;
    let socket = socket(family)?;
    step("connect");
    Ok(socket.connect(listener).map(drop))
}

fn socket(family: IpAddressFamily) -> Result<TcpSocket, Halt> {
    step("create");
    create_tcp_socket(family).map_err(|_| Halt::Observed("no socket".into()))
}
