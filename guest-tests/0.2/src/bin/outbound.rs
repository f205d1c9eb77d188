//! Connections to a listener outside the guest: all that a guest gets from a host where
//! it may connect, and neither bind nor listen.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;
use guests::address::{kept, port};
use guests::transfer::{self, Transfer};
use guests::{
    At, Connection, Halt, IpAddressFamily, Observe, Socket, case, client_outside, clock, create,
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
    let client = client_outside(family)?;
    let remote = client.socket.remote_address();
    Ok(json!({
        "remote": remote.observe(),
        "is-listener": remote.is_ok_and(|remote| same(&remote, &address)),
    }))
}

#[case]
fn local_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = client_outside(family)?;
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
    let client = client_outside(family)?;
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
    let client = client_outside(family)?;
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
        client_outside(family)?;
    }
    Ok(())
}

/// All of them carry bytes, so none was given up for another.
#[case]
fn at_the_same_time(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    const MANY: usize = 8;
    let mut clients = Vec::new();
    let mut ports = Vec::new();
    while clients.len() < MANY {
        let socket = create(family)?;
        step("connect one more");
        let (input, output) = match socket.connect(outside_listener(family)?) {
            Ok(streams) => streams,
            Err(code) => {
                return Ok(json!({ "connected": clients.len(), "then": code.observe() }));
            }
        };
        ports.push(port(&socket.local_address().at("local-address")?));
        clients.push(Connection {
            input,
            output,
            socket,
        });
    }
    ports.sort_unstable();
    ports.dedup();
    step("carry bytes");
    let mut transfers: Vec<_> = (clients.iter().zip(1..))
        .map(|(it, length)| Transfer::new(&it.output, &it.input, 1000 * length))
        .collect();
    Ok(json!({
        "connected": clients.len(),
        "ports-differ": ports.len() == clients.len(),
        "bytes": transfer::run_all(&mut transfers.iter_mut().collect::<Vec<_>>()),
    }))
}
