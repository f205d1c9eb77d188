//! The end of a connection, one direction at a time.

#![no_std]
#![no_main]

use guests::transfer::{self, Transfer};
use guests::{
    At, ErrorCode, Halt, IpAddressFamily, Observe, Pair, ShutdownType, case, clock, connected,
    json, step,
};

guests::cases!(
    send_ends_peer_input,
    send_closes_output,
    send_leaves_input,
    receive_closes_input,
    receive_discards,
    receive_leaves_output,
    both_ends_peer_input,
    both_closes_streams,
    accepted_send_ends_peer_input,
    accepted_receive_closes_input,
    receive_twice,
    send_twice,
    both_twice,
    receive_then_send,
    both_after_send,
    keeps_data,
    keeps_unflushed_data,
    send_keeps_what_is_unread,
    receive_is_not_told,
);

#[case]
fn send_ends_peer_input(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("shutdown");
    client.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("read at the peer");
    Ok(transfer::end_of(&server.input))
}

#[case]
fn send_closes_output(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, .. } = &connected(family)?;
    step("shutdown");
    client.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("check-write");
    Ok(transfer::state_of(&client.output))
}

#[case]
fn send_leaves_input(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("shutdown");
    client.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("carry bytes the other way");
    Ok(Transfer::new(&server.output, &client.input, 1000).run())
}

#[case]
fn receive_closes_input(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, .. } = &connected(family)?;
    step("shutdown");
    client
        .socket
        .shutdown(ShutdownType::Receive)
        .at("shutdown")?;
    step("read");
    Ok(transfer::end_of(&client.input))
}

/// Bytes that have arrived unread can no longer be read.
#[case]
fn receive_discards(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("let bytes arrive");
    let sent = Transfer::new(&server.output, &client.input, 1000).send();
    let arrived = clock::gets_ready(&client.input.subscribe());
    step("shutdown");
    client
        .socket
        .shutdown(ShutdownType::Receive)
        .at("shutdown")?;
    step("read");
    Ok(json!({
        "sent": sent.is_ok(),
        "arrived": arrived,
        "read": transfer::end_of(&client.input),
    }))
}

#[case]
fn receive_leaves_output(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("shutdown");
    client
        .socket
        .shutdown(ShutdownType::Receive)
        .at("shutdown")?;
    step("carry bytes the other way");
    Ok(Transfer::new(&client.output, &server.input, 1000).run())
}

#[case]
fn both_ends_peer_input(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("shutdown");
    client.socket.shutdown(ShutdownType::Both).at("shutdown")?;
    step("read at the peer");
    Ok(transfer::end_of(&server.input))
}

#[case]
fn both_closes_streams(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, .. } = &connected(family)?;
    step("shutdown");
    client.socket.shutdown(ShutdownType::Both).at("shutdown")?;
    step("use the streams");
    Ok(json!({
        "input": transfer::end_of(&client.input),
        "output": transfer::state_of(&client.output),
    }))
}

#[case]
fn accepted_send_ends_peer_input(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("shutdown");
    server.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("read at the peer");
    Ok(json!({
        "peer": transfer::end_of(&client.input),
        "output": transfer::state_of(&server.output),
    }))
}

#[case]
fn accepted_receive_closes_input(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { server, .. } = &connected(family)?;
    step("shutdown");
    server
        .socket
        .shutdown(ShutdownType::Receive)
        .at("shutdown")?;
    step("read");
    Ok(transfer::end_of(&server.input))
}

#[case]
fn receive_twice(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    one_after_the_other(family, [ShutdownType::Receive, ShutdownType::Receive])
}

#[case]
fn send_twice(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    one_after_the_other(family, [ShutdownType::Send, ShutdownType::Send])
}

#[case]
fn both_twice(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    one_after_the_other(family, [ShutdownType::Both, ShutdownType::Both])
}

#[case]
fn receive_then_send(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    one_after_the_other(family, [ShutdownType::Receive, ShutdownType::Send])
}

#[case]
fn both_after_send(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    one_after_the_other(family, [ShutdownType::Send, ShutdownType::Both])
}

fn one_after_the_other(
    family: IpAddressFamily,
    kinds: [ShutdownType; 2],
) -> Result<impl Observe, Halt> {
    let Pair { client, .. } = &connected(family)?;
    step("shutdown twice");
    let answers: [Result<(), ErrorCode>; 2] = kinds.map(|kind| client.socket.shutdown(kind));
    Ok(json!([answers[0].observe(), answers[1].observe()]))
}

#[case]
fn keeps_data(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("write");
    let mut transfer = Transfer::new(&client.output, &server.input, SOME);
    if let Err(reason) = transfer.send() {
        return Ok(reason.into());
    }
    step("shutdown");
    client.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("read to the end");
    Ok(transfer.receive_to_end())
}

/// Like `keeps_data`, but without a flush before the shutdown.
#[case]
fn keeps_unflushed_data(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("write");
    let mut transfer = Transfer::new(&client.output, &server.input, SOME).without_flush();
    if let Err(reason) = transfer.send() {
        return Ok(reason.into());
    }
    step("shutdown");
    client.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("read to the end");
    Ok(transfer.receive_to_end())
}

/// Bytes that wait at the end that shuts down are there still, and the peer sees no
/// more than an end.
#[case]
fn send_keeps_what_is_unread(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("let bytes arrive");
    let mut transfer = Transfer::new(&server.output, &client.input, 1000);
    if let Err(reason) = transfer.send() {
        return Ok(reason.into());
    }
    let arrived = clock::gets_ready(&client.input.subscribe());
    step("shutdown");
    client.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("read at the peer");
    let peer = transfer::end_of(&server.input);
    step("read what has arrived");
    Ok(json!({ "arrived": arrived, "peer": peer, "bytes": transfer.receive() }))
}

/// The peer learns of no end, and may write. Some systems reset the connection once
/// bytes come that nobody is to receive.
#[case]
fn receive_is_not_told(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("shutdown");
    client
        .socket
        .shutdown(ShutdownType::Receive)
        .at("shutdown")?;
    step("let an end arrive at the peer");
    clock::pause();
    let read = match server.input.read(1) {
        Ok(bytes) if bytes.is_empty() => json!("empty"),
        Ok(_) => json!("bytes"),
        Err(error) => error.observe(),
    };
    let output = transfer::state_of(&server.output);
    step("write at the peer");
    let written = server.output.blocking_write_and_flush(&[0; 1000]);
    step("carry bytes the other way");
    let back = Transfer::new(&client.output, &server.input, 1000).run();
    Ok(json!({
        "peer": { "read": read, "output": output },
        "later": { "write": written.observe(), "back": back },
    }))
}

/// More than one write takes, and no more than systems buffer.
const SOME: usize = 100_000;
