//! Connections to a listener outside the guest: all that a guest gets from a host where
//! it may connect, and neither bind nor listen.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;
use guests::address::{kept, port};
use guests::{
    At, Connection, Halt, IpAddressFamily, Observe, Socket, case, client_of, clock, create,
    instance_network, json, loopback, outside_listener, same, step,
};

guests::cases!(
    connect,
    remote_address,
    local_address,
    state,
    connects_once,
    one_after_another,
    at_the_same_time,
);

#[case]
fn connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let address = outside_listener(family)?;
    let socket = create(family)?;
    step("connect");
    Ok(socket.connect(address).map(drop))
}

#[case]
fn remote_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let address = outside_listener(family)?;
    let client = connected(family)?;
    let remote = client.socket.remote_address();
    Ok(json!({
        "remote": remote.observe(),
        "is-listener": remote.is_ok_and(|remote| same(&remote, &address)),
    }))
}

#[case]
fn local_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = connected(family)?;
    let local = client.socket.local_address();
    Ok(match local {
        Ok(local) => json!({
            "has-port": port(&local) != 0,
            "is-loopback": same(&local, &loopback(family, port(&local))),
        }),
        Err(code) => code.observe(),
    })
}

#[case]
fn state(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = connected(family)?;
    Ok(json!({
        "family": client.socket.address_family().observe(),
        "is-listening": client.socket.is_listening(),
        "pollable-ready": clock::gets_ready(&client.socket.subscribe()),
    }))
}

/// The address is that of a listener, so only the state is in the way.
#[case]
fn connects_once(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let address = outside_listener(family)?;
    let client = connected(family)?;
    step("connect again");
    let socket = &client.socket;
    Ok(json!({
        "start-connect": socket.start_connect(&instance_network(), address).observe(),
        "finish-connect": socket.finish_connect().map(drop).observe(),
        "remote-address": kept(&address, socket.remote_address()),
    }))
}

/// Each is dropped before the next.
#[case]
fn one_after_another(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    for _ in 0..20 {
        connected(family)?;
    }
    Ok(())
}

#[case]
fn at_the_same_time(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let mut clients = Vec::new();
    let mut ports = Vec::new();
    for _ in 0..8 {
        let client = connected(family)?;
        let local = client.socket.local_address().at("local-address")?;
        ports.push(port(&local));
        clients.push(client);
    }
    ports.sort_unstable();
    ports.dedup();
    Ok(json!({ "ports-differ": ports.len() == clients.len() }))
}

fn connected(family: IpAddressFamily) -> Result<Connection, Halt> {
    client_of(outside_listener(family)?)
}
