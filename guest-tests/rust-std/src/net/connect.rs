//! `TcpStream::connect` and `connect_timeout`.

use crate::family::Family;
use crate::observe::Observe;
use crate::report::{step, told_port};
use crate::setup::{At, Halt, address, listening, nobody};
use crate::transfer::exchange;
use serde_json::{Value, json};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than any connection over the loopback address takes.
const PATIENCE: Duration = Duration::from_secs(20);

pub fn connect_ok(family: Family) -> Result<Value, Halt> {
    let listener = listening(family)?;
    step("connect");
    Ok(TcpStream::connect(address(&listener)?).map(drop).observe())
}

/// To a listener outside the guest.
pub fn connect_outside(family: Family) -> Result<Value, Halt> {
    let address = family.loopback(told_port()?);
    step("connect");
    let client = TcpStream::connect(address);
    let peer = client.and_then(|client| client.peer_addr());
    Ok(json!({ "peer-is-listener": peer.map(|peer| peer == address).observe() }))
}

pub fn connect_refused(family: Family) -> Result<Value, Halt> {
    connect_to(nobody(family)?)
}

pub fn connect_port_zero(family: Family) -> Result<Value, Halt> {
    connect_to(family.loopback(0))
}

pub fn connect_wildcard(family: Family) -> Result<Value, Halt> {
    let listener = listening(family)?;
    connect_to(family.wildcard(address(&listener)?.port()))
}

pub fn connect_multicast(family: Family) -> Result<Value, Halt> {
    connect_to(family.multicast(9))
}

/// `std` creates a socket of the family of the address, so only the listener is of the
/// other one.
pub fn connect_foreign_family(family: Family) -> Result<Value, Halt> {
    let listener = listening(family)?;
    connect_to(family.other().loopback(address(&listener)?.port()))
}

/// Where the policy forbids it, nobody has to listen.
pub fn connect_denied(family: Family) -> Result<Value, Halt> {
    connect_to(family.loopback(9))
}

fn connect_to(address: SocketAddr) -> Result<Value, Halt> {
    step("connect");
    Ok(TcpStream::connect(address).map(drop).observe())
}

pub fn connect_timeout(family: Family) -> Result<Value, Halt> {
    let listener = listening(family)?;
    step("connect");
    let client = TcpStream::connect_timeout(&address(&listener)?, PATIENCE).at("connect")?;
    step("accept");
    let (server, _) = listener.accept().at("accept")?;
    step("carry bytes");
    Ok(exchange(&client, &server, 1000))
}

/// The error may come late: `poll` of wasi-libc reports a connection that failed like one
/// that was made, so `std` gives a stream, and the error is there to be taken.
pub fn connect_timeout_refused(family: Family) -> Result<Value, Halt> {
    let address = nobody(family)?;
    step("connect");
    let late = match TcpStream::connect_timeout(&address, PATIENCE) {
        Err(error) => return Ok(error.observe()),
        Ok(stream) => stream.take_error().at("take_error")?,
    };
    Ok(late.map_or("connected to nobody".into(), |error| error.observe()))
}
