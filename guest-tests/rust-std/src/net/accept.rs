//! `TcpListener::accept` and `incoming`.

use crate::family::Family;
use crate::observe::Observe;
use crate::report::step;
use crate::setup::{At, Halt, Pair, address, connected, listening};
use crate::transfer::exchange;
use serde_json::{Value, json};
use std::net::TcpStream;

/// Both ends agree on the addresses.
pub fn accept_addresses(family: Family) -> Result<Value, Halt> {
    let listener = listening(family)?;
    let address = address(&listener)?;
    step("connect");
    let client = TcpStream::connect(address).at("connect")?;
    step("accept");
    let (server, told) = listener.accept().at("accept")?;
    let own = client.local_addr().at("local_addr")?;
    let is = |it: std::io::Result<_>, expected| it.map(|it| it == expected).observe();
    Ok(json!({
        "client-peer-is-listener": is(client.peer_addr(), address),
        "server-local-is-listener": is(server.local_addr(), address),
        "server-peer-is-client": is(server.peer_addr(), own),
        "told-is-client": told == own,
    }))
}

pub fn accept_many(family: Family) -> Result<Value, Halt> {
    let listener = listening(family)?;
    let address = address(&listener)?;
    let mut pairs = Vec::new();
    for _ in 0..8 {
        step("connect");
        let client = TcpStream::connect(address).at("connect")?;
        step("accept");
        pairs.push((client, listener.accept().at("accept")?.0));
    }
    step("carry bytes");
    let arrived = pairs
        .iter()
        .map(|(client, server)| exchange(client, server, 1000));
    Ok(arrived.collect())
}

pub fn incoming(family: Family) -> Result<Value, Halt> {
    let listener = listening(family)?;
    let address = address(&listener)?;
    let mut incoming = listener.incoming();
    let mut arrived = Vec::new();
    for _ in 0..3 {
        step("connect");
        let client = TcpStream::connect(address).at("connect")?;
        step("take the next");
        let server = incoming.next().transpose().at("next")?;
        arrived.push(server.map(|server| exchange(&client, &server, 1000)));
    }
    Ok(json!(arrived))
}

/// A client that left before does not keep the listener from serving the next.
pub fn accept_gone_client(family: Family) -> Result<Value, Halt> {
    let listener = listening(family)?;
    let address = address(&listener)?;
    step("connect and leave");
    drop(TcpStream::connect(address).at("connect")?);
    step("connect");
    let client = TcpStream::connect(address).at("connect")?;
    let own = client.local_addr().at("local_addr")?;
    step("accept both");
    for _ in 0..2 {
        if let Ok((server, peer)) = listener.accept()
            && peer == own
        {
            return Ok(exchange(&client, &server, 1000));
        }
    }
    Ok("not served".into())
}

/// A connection outlives the listener that it came from.
pub fn accept_after_listener(family: Family) -> Result<Value, Halt> {
    let Pair {
        client,
        server,
        listener,
    } = connected(family)?;
    step("drop the listener");
    drop(listener);
    step("carry bytes");
    Ok(json!([
        exchange(&client, &server, 1000),
        exchange(&server, &client, 1000),
    ]))
}
