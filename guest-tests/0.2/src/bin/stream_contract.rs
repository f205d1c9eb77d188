//! What the calls of a stream and its pollables promise each other.

#![no_std]
#![no_main]

extern crate alloc;

use guests::bindings::wasi::io::streams::{OutputStream, StreamError};
use guests::clock::{Attempts, Repeated, gets_ready, pause};
use guests::exchange::{self, permit, read};
use guests::transfer::{self, Transfer};
use guests::{
    At, Connection, Halt, IpAddressFamily, Observe, Pair, ShutdownType, Socket, Value, case,
    client_of, connected, json, listening, outside_listener, step,
};

guests::cases!(
    read_nothing,
    read_nothing_at_the_end,
    write_after_shutdown,
    write_more_than_permitted,
    write_more_zeroes_than_permitted,
    write_without_permit,
    write_nothing,
    input_gets_ready,
    input_gets_ready_once_accepted,
    end_gets_ready,
    fresh_output_is_writable,
    full_output_waits,
    full_output_waits_accepted,
    full_output_and_no_peer,
    full_output_keeps_data,
    shutdown_wakes,
    shut_streams_are_ready,
    rounds_without_waiting,
    writer_without_peer,
    writer_after_reset,
    writer_after_reset_from_outside,
    client_gone_before_accept,
    client_done_before_accept,
    peer_leaves_bytes_unread,
);

/// A permit below which a guest can have as many bytes.
const MANY: u64 = 16 << 20;

#[case]
fn read_nothing(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("read nothing");
    let idle = read(&client.input, 0);
    step("let a byte arrive");
    send(server, 1)?;
    let arrived = gets_ready(&client.input.subscribe());
    step("read nothing");
    let waiting = read(&client.input, 0);
    Ok(json!({
        "idle": idle,
        "arrived": arrived,
        "waiting": waiting,
        "then": transfer::end_of(&client.input),
    }))
}

#[case]
fn read_nothing_at_the_end(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    server.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("read to the end");
    let end = transfer::end_of(&client.input);
    step("read nothing");
    Ok(json!([end, read(&client.input, 0)]))
}

/// The permit is from before the shutdown.
#[case]
fn write_after_shutdown(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, .. } = &connected(family)?;
    permit(&client.output)?;
    client.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("write");
    let written = client.output.write(b"x").observe();
    step("flush");
    Ok(json!({ "write": written, "flush": client.output.flush().observe() }))
}

#[case]
fn write_more_than_permitted(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, .. } = &connected(family)?;
    let permitted = permit(&client.output)?;
    if permitted > MANY {
        return Ok(json!("more is permitted than a guest has"));
    }
    let size = usize::try_from(permitted).unwrap_or(usize::MAX);
    let bytes = alloc::vec![0; size + 1];
    step("write");
    Ok(client.output.write(&bytes).observe())
}

#[case]
fn write_more_zeroes_than_permitted(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, .. } = &connected(family)?;
    let permitted = permit(&client.output)?;
    if permitted > MANY {
        return Ok(json!("more is permitted than a guest has"));
    }
    step("write-zeroes");
    Ok(client.output.write_zeroes(permitted + 1).observe())
}

#[case]
fn write_without_permit(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, .. } = &connected(family)?;
    step("write");
    Ok(client.output.write(b"x").observe())
}

/// Each call that can write nothing; then one byte, which is all that arrives.
#[case]
fn write_nothing(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    let output = &client.output;
    permit(output)?;
    step("write nothing");
    let write = output.write(&[]).observe();
    let flush = output.flush().observe();
    permit(output)?;
    step("write no zeroes");
    let zeroes = output.write_zeroes(0).observe();
    step("block to write nothing");
    let blocking = output.blocking_write_and_flush(&[]).observe();
    let blocking_zeroes = output.blocking_write_zeroes_and_flush(0).observe();
    step("let something arrive at the peer");
    pause();
    let idle = read(&server.input, 10);
    send(client, 1)?;
    step("wait for a byte at the peer");
    let arrived = json!([
        gets_ready(&server.input.subscribe()),
        read(&server.input, 10)
    ]);
    Ok(json!({
        "write": write,
        "flush": flush,
        "write-zeroes": zeroes,
        "blocking-write-and-flush": blocking,
        "blocking-write-zeroes-and-flush": blocking_zeroes,
        "peer": { "idle": idle, "arrived": arrived },
    }))
}

/// Two pollables of one stream, taken before a byte is there.
#[case]
fn input_gets_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    exchange::gets_ready_between(&server.output, &client.input)
}

/// The same at the end that was accepted.
#[case]
fn input_gets_ready_once_accepted(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    exchange::gets_ready_between(&client.output, &server.input)
}

/// At both ends of a connection.
#[case]
fn end_gets_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    let see = |from: &Connection, to: &Connection| {
        let before = to.input.subscribe();
        from.socket.shutdown(ShutdownType::Send).at("shutdown")?;
        step("wait for the end");
        let ready = gets_ready(&before);
        Ok(json!({
            "ready": ready,
            "end": [transfer::end_of(&to.input), transfer::end_of(&to.input)],
            "still": [gets_ready(&before), gets_ready(&to.input.subscribe())],
        }))
    };
    Ok(json!({ "client": see(server, client)?, "server": see(client, server)? }))
}

#[case]
fn fresh_output_is_writable(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("check-write");
    let see = |end: &Connection| {
        let ready = gets_ready(&end.output.subscribe());
        json!([
            ready,
            end.output
                .check_write()
                .map(|permitted| permitted > 0)
                .observe()
        ])
    };
    Ok(json!({ "client": see(client), "server": see(server) }))
}

/// Full is a state: nothing can be written until the peer reads.
#[case(
    full_output_waits = |pair: &Pair| (&pair.client, &pair.server),
    full_output_waits_accepted = |pair: &Pair| (&pair.server, &pair.client),
)]
fn full_output(
    family: IpAddressFamily,
    ends: impl Fn(&Pair) -> (&Connection, &Connection),
) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    let (writer, reader) = ends(&pair);
    step("fill");
    let mut transfer = Transfer::new(&writer.output, &reader.input, 0);
    let pollables = [writer.output.subscribe(), writer.output.subscribe()];
    let mut attempts = Attempts::new();
    let full = loop {
        if let Err(reason) = transfer.fill() {
            return Ok(json!(reason));
        }
        let state = json!([
            pollables[0].ready(),
            pollables[1].ready(),
            writer.output.check_write().observe(),
        ]);
        // A busy system may have made room since.
        if state == json!([false, false, 0]) || !attempts.go_on() {
            break state;
        }
    };
    step("read at the peer");
    let arrived = transfer.receive();
    let drained = json!([
        gets_ready(&pollables[0]),
        gets_ready(&pollables[1]),
        writer
            .output
            .check_write()
            .map(|permitted| permitted > 0)
            .observe(),
    ]);
    Ok(json!({ "full": full, "arrived": arrived, "drained": drained }))
}

/// The peer goes while the output stream waits for it.
#[case]
fn full_output_and_no_peer(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    step("fill");
    let filled = Transfer::new(&client.output, &server.input, 0).fill();
    if let Err(reason) = filled {
        return Ok(json!(reason));
    }
    let pollable = client.output.subscribe();
    step("drop the peer");
    drop(server);
    let ready = gets_ready(&pollable);
    step("write until an error");
    let ends = transfer::error_of(&client.output);
    Ok(json!({ "ready": ready, "ends": ends, "then": after(&client.output) }))
}

#[case]
fn full_output_keeps_data(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("fill");
    let mut transfer = Transfer::new(&client.output, &server.input, 0);
    if let Err(reason) = transfer.fill() {
        return Ok(json!(reason));
    }
    step("shutdown");
    client.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("read to the end");
    Ok(transfer.receive_to_end())
}

/// Pollables that were taken before.
#[case]
fn shutdown_wakes(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair {
        client,
        server: _server,
        ..
    } = &connected(family)?;
    let before = (client.input.subscribe(), client.output.subscribe());
    client.socket.shutdown(ShutdownType::Both).at("shutdown")?;
    step("wait for both streams");
    Ok(json!([gets_ready(&before.0), gets_ready(&before.1)]))
}

#[case]
fn shut_streams_are_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair {
        client,
        server: _server,
        ..
    } = &connected(family)?;
    client.socket.shutdown(ShutdownType::Both).at("shutdown")?;
    step("wait for both streams");
    Ok(json!([
        gets_ready(&client.input.subscribe()),
        gets_ready(&client.output.subscribe()),
    ]))
}

/// A guest that never waits as long as it can go on.
#[case]
fn rounds_without_waiting(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    const ROUNDS: usize = 500;
    let Pair { client, server, .. } = &connected(family)?;
    step("write and read in rounds");
    let pollable = client.output.subscribe();
    let mut repeated = Repeated::default();
    for _ in 0..ROUNDS {
        let writable = repeated.succeeds(|| !matches!(client.output.check_write(), Ok(0)));
        if !writable {
            return Ok(json!({
                "writable": false,
                "ready": pollable.ready(),
            }));
        }
        if let Err(error) = client.output.write(b"x") {
            return Ok(error.observe());
        }
        let arrives =
            repeated.succeeds(|| !matches!(server.input.read(1), Ok(bytes) if bytes.is_empty()));
        if !arrives {
            return Ok(json!({ "arrives": false, "ready": server.input.subscribe().ready() }));
        }
    }
    Ok(json!("all"))
}

#[case]
fn writer_without_peer(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    step("drop the peer");
    drop(server);
    step("write until an error");
    let ends = transfer::error_of(&client.output);
    Ok(json!({ "ends": ends, "then": after(&client.output) }))
}

/// A peer that goes with bytes unread resets the connection, where that is how the
/// system tells.
#[case]
fn writer_after_reset(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    send(&client, 1000)?;
    step("let bytes arrive");
    let arrived = gets_ready(&server.input.subscribe());
    step("drop the peer");
    drop(server);
    step("let the end arrive");
    let told = gets_ready(&client.input.subscribe());
    step("write until an error");
    let ends = transfer::error_of(&client.output);
    Ok(json!({
        "arrived": arrived,
        "told": told,
        "ends": ends,
        "then": after(&client.output),
    }))
}

/// The same with a peer that resets at once: an end does not arrive before.
#[case]
fn writer_after_reset_from_outside(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let client = client_of(outside_listener(family)?)?;
    exchange::send_to_be_reset(&client.output);
    step("let the reset arrive");
    let told = gets_ready(&client.input.subscribe());
    step("write until an error");
    let ends = transfer::error_of(&client.output);
    Ok(json!({ "told": told, "ends": ends, "then": after(&client.output) }))
}

/// What a client sent before it went is not lost.
#[case]
fn client_gone_before_accept(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    accept_after(family, |client| {
        drop(client);
        Ok(None)
    })
}

/// The same where the client is there still, and says that it has sent all.
#[case]
fn client_done_before_accept(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    accept_after(family, |client| {
        client.socket.shutdown(ShutdownType::Send).at("shutdown")?;
        Ok(Some(client))
    })
}

fn accept_after(
    family: IpAddressFamily,
    leave: impl FnOnce(Connection) -> Result<Option<Connection>, Halt>,
) -> Result<Value, Halt> {
    let listener = listening(family)?;
    let client = client_of(listener.local_address().at("local-address")?)?;
    send(&client, 1000)?;
    let _client = leave(client)?;
    step("accept");
    let server = match listener.accept_one() {
        Ok(server) => server,
        Err(code) => return Ok(json!({ "accept": code.observe() })),
    };
    step("read to the end");
    let (count, end) = transfer::read_to_end(&server.input);
    let bytes = if count == 1000 { "all" } else { "not all" };
    Ok(json!({ "bytes": bytes, "end": end }))
}

/// A peer that goes while bytes wait for it: systems reset the connection then.
#[case]
fn peer_leaves_bytes_unread(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    send(&client, 1000)?;
    step("let bytes arrive");
    let arrived = gets_ready(&server.input.subscribe());
    step("drop the peer");
    drop(server);
    step("read to the end");
    let (_, end) = transfer::read_to_end(&client.input);
    Ok(json!({
        "arrived": arrived,
        "end": end,
        "then": [read(&client.input, 1), read(&client.input, 1)],
    }))
}

fn send(from: &Connection, count: usize) -> Result<(), Halt> {
    exchange::send_some(&from.output, count)
}

/// What an output stream answers after an error.
fn after(output: &OutputStream) -> Value {
    let checked = |checked: Result<u64, StreamError>| checked.map(|_| "open").observe();
    json!([
        checked(output.check_write()),
        checked(output.check_write()),
        output.flush().observe(),
    ])
}
