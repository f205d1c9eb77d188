//! `try_clone`: two handles of one socket.
//!
//! Where that is not supported, the observation is the error.

use crate::family::Family;
use crate::observe::Observe;
use crate::report::step;
use crate::setup::{At, Halt, Pair, address, connected, listening};
use crate::transfer::exchange;
use serde_json::{Value, json};
use std::net::TcpStream;

/// Both accept clients of the one listener.
pub fn clone_listener(family: Family) -> Result<Value, Halt> {
    let listener = listening(family)?;
    let address = address(&listener)?;
    step("clone");
    let clone = match listener.try_clone() {
        Ok(clone) => clone,
        Err(error) => return Ok(error.observe()),
    };
    let mut accepted = Vec::new();
    for it in [&listener, &clone] {
        step("connect");
        let _client = TcpStream::connect(address).at("connect")?;
        step("accept");
        accepted.push(it.accept().map(drop).observe());
    }
    Ok(json!(accepted))
}

/// What both write arrives.
pub fn clone_stream(family: Family) -> Result<Value, Halt> {
    let pair = connected(family)?;
    step("clone");
    let clone = match pair.client.try_clone() {
        Ok(clone) => clone,
        Err(error) => return Ok(error.observe()),
    };
    step("carry bytes");
    let streams = [&pair.client, &clone];
    Ok(streams
        .map(|stream| exchange(stream, &pair.server, 1000))
        .into_iter()
        .collect())
}

/// The connection goes on after one of them was dropped.
pub fn clone_dropped(family: Family) -> Result<Value, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    step("clone");
    let clone = match client.try_clone() {
        Ok(clone) => clone,
        Err(error) => return Ok(error.observe()),
    };
    step("drop the first");
    drop(client);
    step("carry bytes");
    Ok(exchange(&clone, &server, 1000))
}
