//! Several addresses at once: the first that works is taken.

use crate::family::Family;
use crate::observe::Observe;
use crate::report::step;
use crate::setup::{At, Halt, address, listening, nobody};
use serde_json::{Value, json};
use std::net::{TcpListener, TcpStream};

pub fn connect_second_of_list(family: Family) -> Result<Value, Halt> {
    let listener = listening(family)?;
    let second = address(&listener)?;
    let first = nobody(family)?;
    step("connect");
    let client = TcpStream::connect(&[first, second][..]).at("connect")?;
    let peer = client.peer_addr();
    step("accept");
    let accepted = listener.accept().map(drop);
    Ok(json!({
        "peer-is-second": peer.map(|peer| peer == second).observe(),
        "accept": accepted.observe(),
    }))
}

/// The error is that of the last address.
pub fn connect_list_of_refusing(family: Family) -> Result<Value, Halt> {
    let list = [family.loopback(0), nobody(family)?];
    step("connect");
    Ok(TcpStream::connect(&list[..]).map(drop).observe())
}

pub fn bind_second_of_list(family: Family) -> Result<Value, Halt> {
    let list = [family.foreign(0), family.loopback(0)];
    step("bind");
    let listener = TcpListener::bind(&list[..]);
    Ok(listener
        .and_then(|listener| listener.local_addr())
        .observe())
}
