//! `set_nonblocking`, and the timeouts of a stream.
//!
//! A call that must not block and does waits for a peer which is this guest, so it never
//! returns: the trial ends at its time limit.

use crate::family::Family;
use crate::observe::Observe;
use crate::report::step;
use crate::setup::{At, Halt, Pair, address, connected, listening};
use crate::transfer::{exchange, fill, read_once, write_once};
use crate::wait::settled;
use serde_json::{Value, json};
use std::net::TcpStream;
use std::time::Duration;

/// Short: the case waits until it has passed.
const SHORT: Duration = Duration::from_millis(50);

/// Without a client, and with one.
pub fn accept_would_block(family: Family) -> Result<Value, Halt> {
    let listener = listening(family)?;
    listener.set_nonblocking(true).at("set_nonblocking")?;
    step("accept");
    let nobody = listener.accept().map(drop);
    step("connect");
    let _client = TcpStream::connect(address(&listener)?).at("connect")?;
    step("accept a client");
    let client = settled(|| listener.accept()).map(drop);
    Ok(json!({ "nobody": nobody.observe(), "client": client.observe() }))
}

/// Without bytes, and with some.
pub fn read_would_block(family: Family) -> Result<Value, Halt> {
    let pair = connected(family)?;
    pair.client.set_nonblocking(true).at("set_nonblocking")?;
    step("read");
    let nothing = read_once(&pair.client);
    write_once(&pair.server);
    step("read what is there");
    let mut buffer = [0; 100];
    let something = settled(|| pair.client.read_into(&mut buffer));
    Ok(json!({
        "nothing": nothing,
        "something": something.map(|count| count > 0).observe(),
    }))
}

pub fn write_would_block(family: Family) -> Result<Value, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    step("fill");
    fill(&client)?;
    let full = write_once(&client);
    drop_peer(server);
    Ok(full)
}

pub fn blocking_again(family: Family) -> Result<Value, Halt> {
    let pair = connected(family)?;
    for stream in [&pair.client, &pair.server] {
        stream.set_nonblocking(true).at("set_nonblocking")?;
        stream.set_nonblocking(false).at("set_nonblocking")?;
    }
    step("carry bytes");
    Ok(exchange(&pair.client, &pair.server, 100_000))
}

/// Nothing comes until the time is over; then something comes.
pub fn read_timeout(family: Family) -> Result<Value, Halt> {
    let pair = connected(family)?;
    if let Err(error) = pair.client.set_read_timeout(Some(SHORT)) {
        return Ok(error.observe());
    }
    step("read");
    let nothing = read_once(&pair.client);
    let value = pair.client.read_timeout();
    pair.client.set_read_timeout(None).at("set_read_timeout")?;
    step("carry bytes");
    Ok(json!({
        "value-kept": value.map(|value| value == Some(SHORT)).observe(),
        "nothing": nothing,
        "then": exchange(&pair.server, &pair.client, 1000),
    }))
}

/// The peer takes nothing until the time is over.
pub fn write_timeout(family: Family) -> Result<Value, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    if let Err(error) = client.set_write_timeout(Some(SHORT)) {
        return Ok(error.observe());
    }
    step("fill");
    fill(&client)?;
    client.set_nonblocking(false).at("set_nonblocking")?;
    step("write");
    let full = write_once(&client);
    let value = client.write_timeout();
    drop_peer(server);
    Ok(json!({
        "value-kept": value.map(|value| value == Some(SHORT)).observe(),
        "full": full,
    }))
}

/// Drops the peer of a full stream first: dropping the full one is what another case is
/// about.
fn drop_peer(server: TcpStream) {
    step("drop the peer");
    drop(server);
}

/// Reads through a shared reference.
trait ReadInto {
    fn read_into(&self, buffer: &mut [u8]) -> std::io::Result<usize>;
}

impl ReadInto for TcpStream {
    fn read_into(&self, buffer: &mut [u8]) -> std::io::Result<usize> {
        std::io::Read::read(&mut &*self, buffer)
    }
}
