//! The end of a connection to a peer outside the guest, one direction at a time.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;
use guests::address::kept;
use guests::clock::{Attempts, gets_ready};
use guests::transfer::{self, Transfer};
use guests::{
    At, Connection, Halt, IpAddressFamily, Observe, ShutdownType, Value, case, client_outside,
    json, outside_listener, step,
};

guests::cases!(
    send_keeps_data,
    send_keeps_unflushed_data,
    send_of_nothing,
    send_closes_output,
    send_keeps_addresses,
    receive_closes_input,
    receive_leaves_output,
    both_closes_streams,
    twice,
);

/// More than one write takes, and no more than systems buffer.
const SOME: usize = 98_765;

/// The peer tells at the end how many bytes have arrived.
#[case]
fn send_keeps_data(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = client_outside(family)?;
    sent_and_counted(&client, Transfer::new(&client.output, &client.input, SOME))
}

#[case]
fn send_keeps_unflushed_data(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = client_outside(family)?;
    let transfer = Transfer::new(&client.output, &client.input, SOME);
    sent_and_counted(&client, transfer.without_flush())
}

fn sent_and_counted(client: &Connection, mut transfer: Transfer<'_>) -> Result<Value, Halt> {
    step("write");
    if let Err(reason) = transfer.send() {
        return Ok(reason.into());
    }
    counted(client)
}

#[case]
fn send_of_nothing(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    counted(&client_outside(family)?)
}

/// Ends the own direction; what the peer then says comes by the other one.
fn counted(client: &Connection) -> Result<Value, Halt> {
    step("shutdown");
    client.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("read the count");
    let mut text = Vec::new();
    let mut attempts = Attempts::new();
    let end = loop {
        match client.input.read(100) {
            Ok(some) if some.is_empty() => {
                if !attempts.go_on() || !gets_ready(&client.input.subscribe()) {
                    break json!("stalled");
                }
            }
            Ok(some) => {
                attempts = Attempts::new();
                text.extend(some);
            }
            Err(error) => break error.observe(),
        }
        if text.len() > 100 {
            return Ok(json!("more than a count"));
        }
    };
    let text = String::from_utf8_lossy(&text);
    Ok(json!({ "arrived": text, "end": end }))
}

#[case]
fn send_closes_output(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = client_outside(family)?;
    step("shutdown");
    client.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("check-write");
    Ok(transfer::state_of(&client.output))
}

#[case]
fn send_keeps_addresses(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let address = outside_listener(family)?;
    let Connection { socket, .. } = &client_outside(family)?;
    let local = socket.local_address().at("local-address")?;
    step("shutdown");
    socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("ask the socket");
    Ok(json!({
        "local-address": kept(&local, socket.local_address()),
        "remote-address": kept(&address, socket.remote_address()),
    }))
}

/// Bytes that have arrived unread can no longer be read.
#[case]
fn receive_closes_input(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = client_outside(family)?;
    step("let bytes arrive");
    if !gets_ready(&client.input.subscribe()) {
        return Ok(json!({ "arrived": false }));
    }
    step("shutdown");
    client
        .socket
        .shutdown(ShutdownType::Receive)
        .at("shutdown")?;
    step("read");
    Ok(json!({ "arrived": true, "read": transfer::end_of(&client.input) }))
}

#[case]
fn receive_leaves_output(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = client_outside(family)?;
    step("shutdown");
    client
        .socket
        .shutdown(ShutdownType::Receive)
        .at("shutdown")?;
    step("write");
    let written = client.output.blocking_write_and_flush(&[7; 1000]);
    Ok(json!({
        "write": written.observe(),
        "output": transfer::state_of(&client.output),
    }))
}

#[case]
fn both_closes_streams(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = client_outside(family)?;
    step("shutdown");
    client.socket.shutdown(ShutdownType::Both).at("shutdown")?;
    step("use the streams");
    Ok(json!({
        "input": transfer::end_of(&client.input),
        "output": transfer::state_of(&client.output),
    }))
}

/// The peer does nothing, so that the connection is not over meanwhile.
#[case]
fn twice(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let two = |first, second| -> Result<Value, Halt> {
        let client = client_outside(family)?;
        step("shutdown twice");
        Ok(json!([
            client.socket.shutdown(first).observe(),
            client.socket.shutdown(second).observe(),
        ]))
    };
    Ok(json!({
        "send": two(ShutdownType::Send, ShutdownType::Send)?,
        "receive": two(ShutdownType::Receive, ShutdownType::Receive)?,
        "both after send": two(ShutdownType::Send, ShutdownType::Both)?,
    }))
}
