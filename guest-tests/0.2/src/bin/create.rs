//! What `create-tcp-socket` returns.

#![no_std]
#![no_main]

use guests::option::{HOP_LIMIT, KEEP_ALIVE_ENABLED};
use guests::{
    At, Halt, IpAddressFamily, Observe, Socket, bound, case, connect_and_accept, connected, create,
    create_tcp_socket, json, listening, loopback, other, same, step,
};

guests::cases!(
    returns_socket,
    family,
    family_alternating,
    family_serves,
    binding_leaves_other,
    configuring_leaves_other,
    dropping_leaves_other,
    in_memory,
    drop_unbound,
    drop_bound,
    drop_listening,
    drop_connected,
    drop_refused,
);

#[case]
fn returns_socket(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(create_tcp_socket(family).map(drop))
}

#[case]
fn family(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(create(family)?.address_family())
}

#[case]
fn family_alternating(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let first = create(family)?;
    let second = create(other(family))?;
    let third = create(family)?;
    let fourth = create(other(family))?;
    Ok(json!([
        first.address_family().observe(),
        second.address_family().observe(),
        third.address_family().observe(),
        fourth.address_family().observe(),
    ]))
}

/// A socket may report a family that it is not of, so it is put to use: it binds to
/// an address of the family and reaches a listener there.
#[case]
fn family_serves(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (server, client) = (create(family)?, create(family)?);
    step("bind, listen, connect");
    let bind = server.bind(loopback(family, 0));
    let listen = server.listen();
    let connect = connect_and_accept(&server, &client);
    Ok(json!({
        "family": server.address_family().observe(),
        "bind": bind.observe(),
        "listen": listen.observe(),
        "connect": connect.map(drop).observe(),
    }))
}

#[case]
fn binding_leaves_other(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let before = create(family)?;
    let bound = bound(family)?;
    let after = create(family)?;
    let address = bound.local_address().at("local-address")?;
    Ok(json!({
        "older": before.local_address().observe(),
        "younger": after.local_address().observe(),
        "older-binds": before.bind(loopback(family, 0)).observe(),
        "bound-one-kept": same(&bound.local_address().at("local-address")?, &address),
    }))
}

#[case]
fn configuring_leaves_other(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let configured = create(family)?;
    let untouched = create(family)?;
    let hop_limit = HOP_LIMIT.value(&untouched)?;
    let keep_alive = KEEP_ALIVE_ENABLED.value(&untouched)?;
    HOP_LIMIT.change(&configured)?;
    KEEP_ALIVE_ENABLED.change(&configured)?;
    Ok(json!({
        "hop-limit-kept": HOP_LIMIT.is(&untouched, hop_limit),
        "keep-alive-kept": KEEP_ALIVE_ENABLED.is(&untouched, keep_alive),
    }))
}

#[case]
fn dropping_leaves_other(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let older = create(family)?;
    let dropped = create(family)?;
    let younger = create(family)?;
    step("drop");
    drop(dropped);
    Ok(json!({
        "older-family": older.address_family().observe(),
        "older-binds": older.bind(loopback(family, 0)).observe(),
        "younger-family": younger.address_family().observe(),
        "younger-binds": younger.bind(loopback(family, 0)).observe(),
    }))
}

#[case]
fn in_memory(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(create_tcp_socket(family).map(|socket| socket.address_family()))
}

/// Far more sockets than the 64 descriptors that `fd-limit` leaves.
#[case]
fn drop_unbound(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    step("create and drop");
    for _ in 0..1000 {
        create_tcp_socket(family).at("create, after some rounds")?;
    }
    Ok(())
}

#[case]
fn drop_bound(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    for _ in 0..ROUNDS {
        bound(family)?;
    }
    Ok(())
}

#[case]
fn drop_listening(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    for _ in 0..ROUNDS {
        listening(family)?;
    }
    Ok(())
}

#[case]
fn drop_connected(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    for _ in 0..ROUNDS {
        connected(family)?;
    }
    Ok(())
}

/// A socket that failed to connect is closed, but still has its descriptor.
#[case]
fn drop_refused(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    for _ in 0..ROUNDS {
        let free = bound(family)?.local_address().at("local-address")?;
        let socket = create(family)?;
        step("connect to a closed port");
        drop(socket.connect(free));
    }
    Ok(())
}

/// More than the 64 descriptors that `fd-limit` leaves, and too few to use up the
/// ports of a small machine.
const ROUNDS: usize = 100;
