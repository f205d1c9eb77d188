//! What happens when there are as many sockets as there can be.

use crate::family::Family;
use crate::observe::Observe;
use crate::report::step;
use crate::setup::{At, Halt, Pair, address, connected, listening, nobody};
use crate::transfer::exchange;
use crate::wait::{settled, succeeds, would_block};
use serde_json::{Value, json};
use std::io;
use std::net::{TcpListener, TcpStream};

/// Enough sockets to be sure that nothing limits them.
const MANY: usize = 256;

/// As many listeners as there can be, and the error of the next one.
struct Limit {
    listeners: Vec<TcpListener>,
    error: io::Error,
}

fn fill(family: Family) -> Result<Limit, Halt> {
    step("fill");
    let mut listeners = Vec::new();
    while listeners.len() < MANY {
        match TcpListener::bind(family.loopback(0)) {
            Ok(listener) => listeners.push(listener),
            Err(error) => return Ok(Limit { listeners, error }),
        }
    }
    Err(Halt::Observed("unaffected".into()))
}

pub fn limit_code(family: Family) -> Result<Value, Halt> {
    Ok(fill(family)?.error.observe())
}

/// A connection and a listener go on.
pub fn limit_survivors(family: Family) -> Result<Value, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    let limit = fill(family)?;
    step("use survivors");
    let listener = limit.listeners.first().map(TcpListener::local_addr);
    Ok(json!({
        "bytes": exchange(&client, &server, 1000),
        "listener": listener.map(|address| address.observe()),
    }))
}

pub fn limit_recovers(family: Family) -> Result<Value, Halt> {
    let mut limit = fill(family)?;
    step("drop one");
    limit.listeners.pop();
    step("bind again");
    Ok(TcpListener::bind(family.loopback(0)).map(drop).observe())
}

/// A runtime may open a descriptor of its own meanwhile, so one less may fit.
pub fn limit_failed_calls_free(family: Family) -> Result<Value, Halt> {
    let limit = fill(family)?;
    let fitted = limit.listeners.len();
    step("fail 1000 times");
    let failed = (0..1000)
        .filter(|_| TcpListener::bind(family.loopback(0)).is_err())
        .count();
    drop(limit);
    let again = fill(family)?;
    Ok(json!({
        "failed": failed,
        "fit-but-one": again.listeners.len() + 1 >= fitted,
    }))
}

pub fn limit_connect(family: Family) -> Result<Value, Halt> {
    let listener = listening(family)?;
    let address = address(&listener)?;
    let mut limit = fill(family)?;
    step("connect at the limit");
    let at_limit = TcpStream::connect(address).map(drop);
    step("drop one");
    limit.listeners.pop();
    step("connect below the limit");
    let below = TcpStream::connect(address).map(drop);
    Ok(json!({ "at-limit": at_limit.observe(), "below": below.observe() }))
}

/// A client waits while there is no room for it, and until there is.
pub fn limit_accept(family: Family) -> Result<Value, Halt> {
    let listener = listening(family)?;
    listener.set_nonblocking(true).at("set_nonblocking")?;
    step("connect");
    let _client = TcpStream::connect(address(&listener)?).at("connect")?;
    let mut limit = fill(family)?;
    step("accept at the limit");
    let at_limit = settled(|| listener.accept()).map(drop);
    if at_limit.is_ok() {
        return Ok("accepts take no descriptor".into());
    }
    step("drop some");
    let left = limit.listeners.len().saturating_sub(8);
    limit.listeners.truncate(left);
    step("accept below the limit");
    let mut below = Ok(());
    succeeds(|| {
        below = listener.accept().map(drop);
        below.is_ok()
    });
    Ok(json!({
        "at-limit": if would_block(&at_limit) { "stalled".into() } else { at_limit.observe() },
        "below": below.observe(),
    }))
}

/// Far more sockets than there are descriptors, one after the other, in all states.
pub fn limit_drops(family: Family) -> Result<Value, Halt> {
    for _ in 0..100 {
        drop(connected(family)?);
        let address = nobody(family)?;
        step("connect to nobody");
        drop(TcpStream::connect(address));
    }
    Ok(().observe())
}
