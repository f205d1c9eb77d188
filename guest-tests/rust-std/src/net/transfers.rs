//! Bytes through `Read` and `Write`.

use crate::family::Family;
use crate::observe::Observe;
use crate::report::step;
use crate::setup::{At, Halt, Pair, connected};
use crate::transfer::{MEBIBYTE, bytes, exchange, read_once, read_whole};
use serde_json::{Value, json};
use std::io::{IoSlice, IoSliceMut, Read, Write};

pub fn transfer_to_server(family: Family) -> Result<Value, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    step("carry bytes");
    let arrived = exchange(&client, &server, MEBIBYTE);
    drop(client);
    Ok(json!([arrived, read_whole(&server, 0)]))
}

pub fn transfer_to_client(family: Family) -> Result<Value, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    step("carry bytes");
    let arrived = exchange(&server, &client, MEBIBYTE);
    drop(server);
    Ok(json!([arrived, read_whole(&client, 0)]))
}

pub fn transfer_both_ways(family: Family) -> Result<Value, Halt> {
    let pair = connected(family)?;
    let mut arrived = Vec::new();
    step("carry bytes");
    for _ in 0..16 {
        arrived.push(exchange(&pair.client, &pair.server, MEBIBYTE / 16));
        arrived.push(exchange(&pair.server, &pair.client, MEBIBYTE / 16));
    }
    arrived.dedup();
    Ok(json!(arrived))
}

/// What arrives begins with the bytes that were written, whatever number that is.
pub fn transfer_vectored(family: Family) -> Result<Value, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    let sent = bytes(0, 1000);
    let (first, second) = sent.split_at(300);
    step("write");
    let slices = [IoSlice::new(first), IoSlice::new(second)];
    let written = (&client).write_vectored(&slices).at("write")?;
    step("read");
    let (mut first, mut second) = ([0; 10], [0; 2000]);
    let mut slices = [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
    let read = (&server).read_vectored(&mut slices).at("read")?;
    drop(client);
    step("read to the end");
    let mut rest = Vec::new();
    (&server).read_to_end(&mut rest).at("read to the end")?;
    let arrived = [&first[..], &second[..]].concat()[..read].to_vec();
    let whole = [arrived, rest].concat();
    Ok(json!({
        "wrote-some": written > 0,
        "read-some": read > 0,
        "whole": whole == sent[..written],
    }))
}

pub fn read_to_string(family: Family) -> Result<Value, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    step("write");
    writeln!(&client, "a line").at("write")?;
    drop(client);
    step("read to the end");
    let mut text = String::new();
    Ok(match (&server).read_to_string(&mut text) {
        Ok(_) => text.into(),
        Err(error) => error.observe(),
    })
}

/// Peeking leaves the bytes where they are.
pub fn peek(family: Family) -> Result<Value, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    step("write");
    (&client).write_all(&bytes(0, 100)).at("write")?;
    drop(client);
    step("peek");
    let mut buffer = [0; 1];
    let peeked = match server.peek(&mut buffer) {
        Ok(count) => json!({ "count": count, "right": buffer[..] == bytes(0, 1)[..] }),
        Err(error) => error.observe(),
    };
    step("read to the end");
    Ok(json!({ "peek": peeked, "then": read_whole(&server, 100) }))
}

/// Reading into an empty buffer takes nothing. The stream does not block meanwhile:
/// wasi-libc takes the empty answer for one that says to wait.
pub fn read_nothing(family: Family) -> Result<Value, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    step("write");
    (&client).write_all(&bytes(0, 100)).at("write")?;
    drop(client);
    server.set_nonblocking(true).at("set_nonblocking")?;
    step("read nothing");
    let nothing = (&server).read(&mut []);
    server.set_nonblocking(false).at("set_nonblocking")?;
    step("read to the end");
    Ok(json!({ "nothing": nothing.observe(), "then": read_whole(&server, 100) }))
}

/// Writing nothing is no end: what is written later arrives.
pub fn write_nothing(family: Family) -> Result<Value, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    step("write nothing");
    let nothing = (&client).write(&[]);
    step("write");
    (&client).write_all(&bytes(0, 100)).at("write")?;
    step("read");
    let some = read_once(&server);
    Ok(json!({
        "nothing": nothing.observe(),
        "some-arrives": some.as_u64().is_some_and(|count| count > 0),
    }))
}
