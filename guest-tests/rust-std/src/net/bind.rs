//! `TcpListener::bind`: it creates a socket, binds it and listens.

use crate::family::Family;
use crate::observe::Observe;
use crate::report::step;
use crate::setup::{At, Halt, Pair, address, connected, listening};
use serde_json::{Value, json};
use std::io::ErrorKind::AddrInUse;
use std::net::{Shutdown, TcpListener, TcpStream};

/// How many ports to try: another process may hold a port, which is no fault.
const ATTEMPTS: usize = 20;

pub fn bind_ephemeral(family: Family) -> Result<Value, Halt> {
    step("bind");
    let listener = TcpListener::bind(family.loopback(0));
    Ok(listener
        .and_then(|listener| listener.local_addr())
        .observe())
}

/// The port of a listener that is gone.
pub fn bind_chosen(family: Family) -> Result<Value, Halt> {
    let mut left = ATTEMPTS;
    loop {
        let chosen = address(&listening(family)?)?;
        step("bind to a chosen port");
        left -= 1;
        match TcpListener::bind(chosen) {
            Err(error) if error.kind() == AddrInUse && left > 0 => {}
            Err(error) => return Ok(error.observe()),
            Ok(listener) => {
                let bound = listener.local_addr();
                return Ok(bound.map(|address| address == chosen).observe());
            }
        }
    }
}

pub fn bind_wildcard(family: Family) -> Result<Value, Halt> {
    step("bind");
    let listener = TcpListener::bind(family.wildcard(0)).at("bind")?;
    let address = address(&listener)?;
    step("connect");
    let client = TcpStream::connect(family.loopback(address.port()));
    let is_wildcard = address.ip() == family.wildcard(0).ip();
    Ok(json!({
        "local-addr": if is_wildcard { "the wildcard" } else { "another" },
        "client": client.map(drop).observe(),
    }))
}

pub fn bind_in_use(family: Family) -> Result<Value, Halt> {
    let listener = listening(family)?;
    step("bind again");
    Ok(TcpListener::bind(address(&listener)?).map(drop).observe())
}

pub fn bind_foreign(family: Family) -> Result<Value, Halt> {
    step("bind");
    Ok(TcpListener::bind(family.foreign(0)).map(drop).observe())
}

pub fn bind_multicast(family: Family) -> Result<Value, Halt> {
    step("bind");
    Ok(TcpListener::bind(family.multicast(0)).map(drop).observe())
}

/// A failed bind takes nothing: another one works.
pub fn bind_again(family: Family) -> Result<Value, Halt> {
    let listener = listening(family)?;
    let address = address(&listener)?;
    step("bind again");
    let taken = TcpListener::bind(address).map(drop);
    let other = TcpListener::bind(family.loopback(0)).map(drop);
    step("connect");
    let client = TcpStream::connect(address).map(drop);
    Ok(json!({
        "taken": taken.observe(),
        "other": other.observe(),
        "client-of-first": client.observe(),
    }))
}

/// The end of a connection lingers in the system, and the port is free nevertheless: that
/// is what `std` sets `SO_REUSEADDR` for.
pub fn bind_again_after_connection(family: Family) -> Result<Value, Halt> {
    let Pair {
        client,
        server,
        listener,
    } = connected(family)?;
    let address = address(&listener)?;
    step("end the connection, the server first");
    server.shutdown(Shutdown::Write).at("shutdown")?;
    drop((server, client, listener));
    step("bind again");
    Ok(TcpListener::bind(address).map(drop).observe())
}
