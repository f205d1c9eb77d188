//! The end of a connection: `shutdown`, and dropping a stream.

use crate::family::Family;
use crate::observe::Observe;
use crate::report::{step, told_port};
use crate::setup::{At, Halt, Pair, connected};
use crate::transfer::{bytes, exchange, fill, read_once, read_whole, write_once};
use serde_json::{Value, json};
use std::io::Write;
use std::net::{Shutdown, TcpStream};

/// After how many writes a stream whose peer is gone must have given an error: more than
/// any system buffers.
const ERROR_WITHIN: usize = 10_000;

/// The peer comes to the end, and nothing can be written any more.
pub fn shutdown_write(family: Family) -> Result<Value, Halt> {
    let pair = connected(family)?;
    send(&pair.client, 1000)?;
    shut(&pair.client, Shutdown::Write)?;
    step("read to the end");
    Ok(json!({
        "peer": read_whole(&pair.server, 1000),
        "write": write_once(&pair.client),
    }))
}

pub fn shutdown_write_leaves_input(family: Family) -> Result<Value, Halt> {
    let pair = connected(family)?;
    shut(&pair.client, Shutdown::Write)?;
    step("carry bytes");
    Ok(exchange(&pair.server, &pair.client, 100_000))
}

pub fn shutdown_read(family: Family) -> Result<Value, Halt> {
    let pair = connected(family)?;
    shut(&pair.client, Shutdown::Read)?;
    step("read");
    Ok(read_once(&pair.client))
}

pub fn shutdown_read_leaves_output(family: Family) -> Result<Value, Halt> {
    let pair = connected(family)?;
    shut(&pair.client, Shutdown::Read)?;
    step("carry bytes");
    Ok(exchange(&pair.client, &pair.server, 100_000))
}

pub fn shutdown_both(family: Family) -> Result<Value, Halt> {
    let pair = connected(family)?;
    shut(&pair.client, Shutdown::Both)?;
    step("read and write");
    Ok(json!({
        "read": read_once(&pair.client),
        "write": write_once(&pair.client),
        "peer": read_once(&pair.server),
    }))
}

pub fn shutdown_twice(family: Family) -> Result<Value, Halt> {
    let pair = connected(family)?;
    let mut outcomes = Vec::new();
    for how in [Shutdown::Write, Shutdown::Read] {
        for _ in 0..2 {
            step("shut down");
            outcomes.push(pair.client.shutdown(how).observe());
        }
    }
    Ok(json!(outcomes))
}

/// All that the stream took arrives, however much that is.
pub fn shutdown_keeps_data(family: Family) -> Result<Value, Halt> {
    let pair = connected(family)?;
    step("fill");
    let sent = fill(&pair.client)?;
    shut(&pair.client, Shutdown::Write)?;
    step("read to the end");
    Ok(read_whole(&pair.server, sent))
}

pub fn shutdown_keeps_addresses(family: Family) -> Result<Value, Halt> {
    let pair = connected(family)?;
    let before = addresses(&pair.client)?;
    shut(&pair.client, Shutdown::Write)?;
    shut(&pair.client, Shutdown::Read)?;
    step("ask for the addresses");
    Ok((addresses(&pair.client)? == before).into())
}

fn addresses(stream: &TcpStream) -> Result<[std::net::SocketAddr; 2], Halt> {
    Ok([
        stream.local_addr().at("local_addr")?,
        stream.peer_addr().at("peer_addr")?,
    ])
}

/// Once the connection has ended on both sides, the runtime may answer `invalid-state`.
/// wasi-libc does not expect this code from any call, and aborts: a trap.
pub fn shutdown_after_end(family: Family) -> Result<Value, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    shut(&client, Shutdown::Write)?;
    shut(&server, Shutdown::Write)?;
    step("read to the end");
    read_once(&client);
    read_once(&server);
    drop(server);
    step("shut down again");
    Ok(client.shutdown(Shutdown::Both).observe())
}

pub fn drop_ends_peer(family: Family) -> Result<Value, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    step("drop");
    drop(client);
    step("read");
    Ok(read_once(&server))
}

pub fn drop_keeps_data(family: Family) -> Result<Value, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    send(&client, 1000)?;
    step("drop");
    drop(client);
    step("read to the end");
    Ok(read_whole(&server, 1000))
}

pub fn write_to_gone_peer(family: Family) -> Result<Value, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    drop(server);
    Ok(write_in_vain(&client))
}

/// The peer is outside the guest, and resets the connection after the first byte.
pub fn reset_by_peer(family: Family) -> Result<Value, Halt> {
    let address = family.loopback(told_port()?);
    step("connect");
    let client = TcpStream::connect(address).at("connect")?;
    send(&client, 1)?;
    step("read");
    let read = read_once(&client);
    Ok(json!({ "read": read, "write": write_in_vain(&client) }))
}

/// Writes until there is an error, which must come soon, and once more.
fn write_in_vain(mut stream: &TcpStream) -> Value {
    step("write until there is an error");
    for _ in 0..ERROR_WITHIN {
        if let Err(error) = stream.write_all(&[0; 8191]) {
            step("write once more");
            return json!({ "ends": error.observe(), "then": write_once(stream) });
        }
    }
    "takes bytes for ever".into()
}

fn send(mut stream: &TcpStream, length: usize) -> Result<(), Halt> {
    step("write");
    stream.write_all(&bytes(0, length)).at("write")
}

fn shut(stream: &TcpStream, how: Shutdown) -> Result<(), Halt> {
    step("shut down");
    stream.shutdown(how).at("shut down")
}
