//! The options that `std` knows, and `take_error`.

use crate::family::Family;
use crate::observe::Observe;
use crate::report::step;
use crate::setup::{At, Halt, connected, listening, nobody};
use serde_json::{Value, json};
use std::net::TcpStream;

/// A stream reads back what was set.
pub fn ttl(family: Family) -> Result<Value, Halt> {
    let pair = connected(family)?;
    step("ttl");
    Ok(json!({
        "get": pair.client.ttl().map(|ttl| ttl > 0).observe(),
        "set": pair.client.set_ttl(42).observe(),
        "reads": pair.client.ttl().observe(),
    }))
}

/// Setting it changes no other socket.
pub fn ttl_kept(family: Family) -> Result<Value, Halt> {
    let pair = connected(family)?;
    step("ttl");
    let before = pair.server.ttl();
    let other = if matches!(before, Ok(42)) { 43 } else { 42 };
    if let Err(error) = pair.client.set_ttl(other) {
        return Ok(error.observe());
    }
    let after = pair.server.ttl();
    Ok(json!({ "kept": after.at("ttl")? == before.at("ttl")? }))
}

/// An accepted stream has the value of its listener.
pub fn ttl_inherited(family: Family) -> Result<Value, Halt> {
    let listener = listening(family)?;
    step("ttl");
    if let Err(error) = listener.set_ttl(42) {
        return Ok(error.observe());
    }
    step("connect");
    let _client = TcpStream::connect(crate::setup::address(&listener)?).at("connect")?;
    step("accept");
    let (server, _) = listener.accept().at("accept")?;
    Ok(server.ttl().observe())
}

pub fn ttl_zero(family: Family) -> Result<Value, Halt> {
    let pair = connected(family)?;
    step("ttl");
    Ok(pair.client.set_ttl(0).observe())
}

/// WASI has no such option; wasi-libc keeps the value and does nothing with it.
pub fn nodelay(family: Family) -> Result<Value, Halt> {
    let pair = connected(family)?;
    step("nodelay");
    let mut reads = Vec::new();
    for on in [true, false] {
        pair.client.set_nodelay(on).at("set_nodelay")?;
        reads.push(pair.client.nodelay().observe());
    }
    Ok(json!(reads))
}

/// No error is there to be taken.
pub fn take_error(family: Family) -> Result<Value, Halt> {
    let pair = connected(family)?;
    step("take the error");
    let errors = [
        pair.client.take_error(),
        pair.server.take_error(),
        pair.listener.take_error(),
    ];
    Ok(errors
        .map(|it| it.map(|error| error.is_none()).observe())
        .into_iter()
        .collect())
}

/// A refused connection does not leave its error to the next one.
pub fn take_error_refused(family: Family) -> Result<Value, Halt> {
    let address = nobody(family)?;
    step("connect to nobody");
    drop(TcpStream::connect(address));
    let pair = connected(family)?;
    step("take the error");
    let error = pair.client.take_error();
    Ok(error.map(|error| error.is_none()).observe())
}
