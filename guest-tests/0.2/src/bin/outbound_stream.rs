//! What the streams of a connection carry to a peer outside the guest, and from there.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;
use guests::bindings::wasi::io::streams::{InputStream, OutputStream, StreamError};
use guests::clock::{Attempts, gets_ready};
use guests::exchange::{self, Call, LENGTH, compared, numbered, permit, read, received};
use guests::transfer::{self, Transfer};
use guests::{
    At, Connection, Halt, IpAddressFamily, Observe, ShutdownType, Value, case, client_outside,
    json, step,
};

guests::cases!(
    small_pieces,
    mebibyte,
    two_connections,
    end_after_bytes,
    sent_read,
    sent_blocking_read,
    end_at_once,
    blocking_calls,
    write_zeroes,
    skip,
    blocking_skip,
    splice,
    blocking_splice,
    input_gets_ready,
    end_gets_ready,
    reader_after_reset,
);

/// How many bytes a peer sends that sends by itself.
const SENT: usize = 100_000;

#[case]
fn small_pieces(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = client_outside(family)?;
    step("carry bytes");
    Ok(there_and_back(&client, 100).in_pieces_of(1).run())
}

#[case]
fn mebibyte(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = client_outside(family)?;
    step("carry bytes");
    Ok(there_and_back(&client, 1 << 20).run())
}

/// The bytes of one connection do not turn up in another.
#[case]
fn two_connections(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (one, two) = (client_outside(family)?, client_outside(family)?);
    step("carry bytes");
    Ok(transfer::run_all(&mut [
        &mut there_and_back(&one, 10_000),
        &mut there_and_back(&two, 50_000),
    ]))
}

/// The peer hears of the end, and sends the last bytes before its own.
#[case]
fn end_after_bytes(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = client_outside(family)?;
    step("write");
    let mut transfer = there_and_back(&client, 10_000);
    if let Err(reason) = transfer.send() {
        return Ok(json!(reason));
    }
    client.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("read to the end");
    let arrived = transfer.receive_to_end();
    Ok(json!({ "arrived": arrived, "then": transfer::end_of(&client.input) }))
}

fn there_and_back(client: &Connection, length: usize) -> Transfer<'_> {
    Transfer::new(&client.output, &client.input, length)
}

/// The peer has sent all, and its end, while nothing was read. A call that waits must return
/// some bytes; [`blocking_calls`] sees to that. wasmtime's returns none where the call before
/// took just what was there, which depends on how bytes arrive.
#[case(
    sent_read = InputStream::read,
    sent_blocking_read = InputStream::blocking_read,
)]
fn sent(
    family: IpAddressFamily,
    read: fn(&InputStream, u64) -> Result<Vec<u8>, StreamError>,
) -> Result<impl Observe, Halt> {
    let Connection { input, .. } = &client_outside(family)?;
    step("read to the end");
    let mut bytes = Vec::new();
    let mut attempts = Attempts::new();
    let end = loop {
        match read(input, 8191) {
            Ok(some) if some.is_empty() => {
                if !attempts.go_on() || !gets_ready(&input.subscribe()) {
                    break json!("stalled");
                }
            }
            Ok(some) => {
                attempts = Attempts::new();
                bytes.extend(some);
            }
            Err(error) => break error.observe(),
        }
        if bytes.len() > SENT {
            return Ok(json!("more than was sent"));
        }
    };
    Ok(json!({
        "bytes": if bytes.len() < SENT { json!("not all") } else { compared(&bytes, &numbered(SENT)) },
        "end": end,
        "then": transfer::end_of(input),
    }))
}

/// The peer sends an end, and nothing before it. It reads still.
#[case]
fn end_at_once(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = client_outside(family)?;
    step("read to the end");
    let end = [transfer::end_of(&client.input), read(&client.input, 1)];
    step("write");
    let written = client.output.blocking_write_and_flush(&numbered(LENGTH));
    Ok(json!({
        "input": end,
        "write": written.observe(),
        "output": transfer::state_of(&client.output),
    }))
}

#[case]
fn blocking_calls(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = client_outside(family)?;
    step("blocking-write-and-flush");
    exchange::send(&client.output, &numbered(LENGTH))?;
    exchange::blocking_received(&client.input, &numbered(LENGTH))
}

#[case]
fn write_zeroes(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = client_outside(family)?;
    let permitted = permit(&client.output)?;
    let length = LENGTH.min(usize::try_from(permitted).unwrap_or(LENGTH));
    step("write-zeroes");
    let written = client.output.write_zeroes(length as u64).observe();
    step("blocking-flush");
    let flushed = client.output.blocking_flush().observe();
    let zeroes = alloc::vec![0; length];
    Ok(json!({
        "write": written,
        "flush": flushed,
        "received": received(&client.input, &zeroes),
    }))
}

#[case]
fn skip(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    skips(family, Call::Returns, InputStream::skip)
}

#[case]
fn blocking_skip(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    skips(family, Call::Waits, InputStream::blocking_skip)
}

fn skips(
    family: IpAddressFamily,
    call: Call,
    skip: fn(&InputStream, u64) -> Result<u64, StreamError>,
) -> Result<Value, Halt> {
    let client = client_outside(family)?;
    exchange::skips(&client.output, &client.input, call, skip)
}

#[case]
fn splice(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    splices(family, Call::Returns, OutputStream::splice)
}

#[case]
fn blocking_splice(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    splices(family, Call::Waits, OutputStream::blocking_splice)
}

/// What comes back over one connection is sent over another.
fn splices(
    family: IpAddressFamily,
    call: Call,
    splice: fn(&OutputStream, &InputStream, u64) -> Result<u64, StreamError>,
) -> Result<Value, Halt> {
    let (from, to) = (client_outside(family)?, client_outside(family)?);
    exchange::splices(
        (&from.output, &from.input),
        (&to.output, &to.input),
        call,
        splice,
    )
}

#[case]
fn input_gets_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = client_outside(family)?;
    exchange::gets_ready_between(&client.output, &client.input)
}

/// The pollable was taken before the end.
#[case]
fn end_gets_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = client_outside(family)?;
    let before = client.input.subscribe();
    let idle = json!([before.ready(), read(&client.input, 10)]);
    client.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("wait for the end");
    let ready = gets_ready(&before);
    Ok(json!({
        "idle": idle,
        "ready": ready,
        "end": [transfer::end_of(&client.input), transfer::end_of(&client.input)],
        "still": [gets_ready(&before), gets_ready(&client.input.subscribe())],
    }))
}

/// The peer resets the connection once a byte has arrived, which the call that sends it may
/// be told of.
#[case]
fn reader_after_reset(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = client_outside(family)?;
    exchange::send_to_be_reset(&client.output);
    step("let the reset arrive");
    let told = gets_ready(&client.input.subscribe());
    step("read to the end");
    let (count, end) = transfer::read_to_end(&client.input);
    Ok(json!({
        "told": told,
        "bytes": count,
        "end": end,
        "then": [read(&client.input, 1), read(&client.input, 1)],
    }))
}
