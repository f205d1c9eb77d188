//! The calls of a stream that carry bytes in other ways than `read` and `write`.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;
use guests::bindings::wasi::io::streams::{InputStream, OutputStream, StreamError};
use guests::clock::{Attempts, gets_ready};
use guests::exchange::{self, Call, LENGTH, compared, permit, received};
use guests::transfer;
use guests::{
    At, Halt, IpAddressFamily, Observe, Pair, ShutdownType, Value, case, connected, json, step,
};

guests::cases!(
    blocking_read,
    skip,
    blocking_skip,
    blocking_write_and_flush,
    blocking_flush,
    write_zeroes,
    blocking_write_zeroes_and_flush,
    splice,
    blocking_splice,
    calls_at_the_end,
    read_of_more,
    blocking_read_of_more,
    blocking_skip_of_more,
    blocking_splice_of_more,
);

#[case]
fn blocking_read(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    send(&server.output, &bytes())?;
    exchange::blocking_received(&client.input, &bytes())
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
    let Pair { client, server, .. } = &connected(family)?;
    exchange::skips(&server.output, &client.input, call, skip)
}

#[case]
fn blocking_write_and_flush(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    send(&client.output, &bytes())?;
    Ok(received(&server.input, &bytes()))
}

#[case]
fn blocking_flush(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    permit(&client.output)?;
    step("write");
    let written = client.output.write(b"x").observe();
    step("blocking-flush");
    let flushed = client.output.blocking_flush().observe();
    let writable = client.output.check_write().map(|permitted| permitted > 0);
    Ok(json!({
        "write": written,
        "flush": flushed,
        "writable": writable.observe(),
        "received": received(&server.input, b"x"),
    }))
}

#[case]
fn write_zeroes(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    let permitted = permit(&client.output)?;
    let length = LENGTH.min(usize::try_from(permitted).unwrap_or(LENGTH));
    step("write-zeroes");
    let written = client.output.write_zeroes(length as u64).observe();
    step("flush");
    let flushed = client.output.flush().observe();
    let zeroes = alloc::vec![0; length];
    Ok(json!({
        "write": written,
        "flush": flushed,
        "received": received(&server.input, &zeroes),
    }))
}

#[case]
fn blocking_write_zeroes_and_flush(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("blocking-write-zeroes-and-flush");
    let output = &client.output;
    let written = output.blocking_write_zeroes_and_flush(LENGTH as u64);
    Ok(json!({
        "write": written.observe(),
        "received": received(&server.input, &[0; LENGTH]),
    }))
}

#[case]
fn splice(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    splices(family, Call::Returns, OutputStream::splice)
}

#[case]
fn blocking_splice(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    splices(family, Call::Waits, OutputStream::blocking_splice)
}

/// Moves bytes from one connection to another.
fn splices(
    family: IpAddressFamily,
    call: Call,
    splice: fn(&OutputStream, &InputStream, u64) -> Result<u64, StreamError>,
) -> Result<Value, Halt> {
    let (from, to) = (connected(family)?, connected(family)?);
    exchange::splices(
        (&from.client.output, &from.server.input),
        (&to.client.output, &to.server.input),
        call,
        splice,
    )
}

/// Where a read says that the stream is closed, so do the others.
#[case]
fn calls_at_the_end(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    server.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("read to the end");
    let input = &client.input;
    let end = transfer::end_of(input);
    step("blocking-read");
    let read = input.blocking_read(1).map(|bytes| bytes.len()).observe();
    step("skip");
    let skip = input.skip(1).observe();
    step("blocking-skip");
    let blocking_skip = input.blocking_skip(1).observe();
    step("splice");
    let splice = client.output.splice(input, 1).observe();
    Ok(json!({
        "read": end,
        "blocking-read": read,
        "skip": skip,
        "blocking-skip": blocking_skip,
        "splice": splice,
    }))
}

/// Fewer bytes are there than a call asks for, and no more will come.
#[case]
fn read_of_more(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    let input = &client.input;
    send(&server.output, FEW)?;
    step("read");
    let mut attempts = Attempts::new();
    let first = loop {
        match input.read(MORE) {
            Ok(some) if some.is_empty() => {
                if !attempts.go_on() || !gets_ready(&input.subscribe()) {
                    return Ok(json!("stalled"));
                }
            }
            read => break read,
        }
    };
    Ok(with_rest(first, input))
}

#[case]
fn blocking_read_of_more(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    send(&server.output, FEW)?;
    step("blocking-read");
    let first = client.input.blocking_read(MORE);
    Ok(with_rest(first, &client.input))
}

#[case]
fn blocking_skip_of_more(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    send(&server.output, FEW)?;
    step("blocking-skip");
    let skipped = client.input.blocking_skip(MORE);
    Ok(of_few(skipped, |skipped| {
        received(&client.input, &FEW[skipped..])
    }))
}

#[case]
fn blocking_splice_of_more(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (from, to) = (connected(family)?, connected(family)?);
    send(&from.client.output, FEW)?;
    step("blocking-splice");
    let (input, output) = (&from.server.input, &to.client.output);
    let spliced = output.blocking_splice(input, MORE);
    Ok(of_few(spliced, |spliced| {
        json!([
            received(&to.server.input, &FEW[..spliced]),
            received(input, &FEW[spliced..]),
        ])
    }))
}

/// The bytes of which a call asks for more.
const FEW: &[u8] = b"0123456789";

/// How many bytes it asks for.
const MORE: u64 = 100;

/// What the first read gave, and whether it and the rest are the bytes that were sent.
fn with_rest(first: Result<Vec<u8>, StreamError>, input: &InputStream) -> Value {
    let first = match first {
        Ok(first) => first,
        Err(error) => return error.observe(),
    };
    of_few(Ok(first.len() as u64), |count| {
        let rest = received(input, &FEW[count..]);
        json!([compared(&first, &FEW[..count]), rest])
    })
}

/// What a call gave that asked for more bytes than are there, and then the rest.
fn of_few(count: Result<u64, StreamError>, rest: impl FnOnce(usize) -> Value) -> Value {
    match count {
        Ok(0) => "nothing".into(),
        Ok(count) if count > FEW.len() as u64 => "more than was sent".into(),
        Ok(count) => {
            let count = usize::try_from(count).unwrap_or(FEW.len());
            json!({ "bytes": "some", "rest": rest(count) })
        }
        Err(error) => error.observe(),
    }
}

/// The bytes that are sent.
fn bytes() -> Vec<u8> {
    exchange::numbered(LENGTH)
}

fn send(output: &OutputStream, bytes: &[u8]) -> Result<(), Halt> {
    step("blocking-write-and-flush");
    exchange::send(output, bytes)
}
