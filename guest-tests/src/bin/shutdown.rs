//! The end of a connection, one direction at a time.

#![no_std]
#![no_main]

use guest_tests::flow::{self, Flow};
use guest_tests::{
    At, ErrorCode, Halt, IpAddressFamily, Observe, Pair, ShutdownType, clock, connected, json, step,
};

guest_tests::cases!(
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
);

fn send_ends_peer_input(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("shutdown");
    client.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("read at the peer");
    Ok(flow::end(&server.input))
}

fn send_closes_output(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, .. } = &connected(family)?;
    step("shutdown");
    client.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("check-write");
    Ok(flow::writable(&client.output))
}

fn send_leaves_input(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("shutdown");
    client.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("carry bytes the other way");
    Ok(Flow::new(&server.output, &client.input, 1000).carry())
}

fn receive_closes_input(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, .. } = &connected(family)?;
    step("shutdown");
    client
        .socket
        .shutdown(ShutdownType::Receive)
        .at("shutdown")?;
    step("read");
    Ok(flow::end(&client.input))
}

/// What has arrived and was not read is not to be read any more.
fn receive_discards(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("let bytes arrive");
    let sent = Flow::new(&server.output, &client.input, 1000).send();
    let arrived = clock::ready_within(&client.input.subscribe(), clock::PATIENCE);
    step("shutdown");
    client
        .socket
        .shutdown(ShutdownType::Receive)
        .at("shutdown")?;
    step("read");
    Ok(json!({
        "sent": sent.is_ok(),
        "arrived": arrived,
        "read": flow::end(&client.input),
    }))
}

fn receive_leaves_output(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("shutdown");
    client
        .socket
        .shutdown(ShutdownType::Receive)
        .at("shutdown")?;
    step("carry bytes the other way");
    Ok(Flow::new(&client.output, &server.input, 1000).carry())
}

fn both_ends_peer_input(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("shutdown");
    client.socket.shutdown(ShutdownType::Both).at("shutdown")?;
    step("read at the peer");
    Ok(flow::end(&server.input))
}

fn both_closes_streams(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, .. } = &connected(family)?;
    step("shutdown");
    client.socket.shutdown(ShutdownType::Both).at("shutdown")?;
    step("use the streams");
    Ok(json!({
        "input": flow::end(&client.input),
        "output": flow::writable(&client.output),
    }))
}

fn accepted_send_ends_peer_input(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("shutdown");
    server.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("read at the peer");
    Ok(json!({
        "peer": flow::end(&client.input),
        "output": flow::writable(&server.output),
    }))
}

fn accepted_receive_closes_input(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { server, .. } = &connected(family)?;
    step("shutdown");
    server
        .socket
        .shutdown(ShutdownType::Receive)
        .at("shutdown")?;
    step("read");
    Ok(flow::end(&server.input))
}

fn receive_twice(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    one_after_the_other(family, [ShutdownType::Receive, ShutdownType::Receive])
}

fn send_twice(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    one_after_the_other(family, [ShutdownType::Send, ShutdownType::Send])
}

fn both_twice(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    one_after_the_other(family, [ShutdownType::Both, ShutdownType::Both])
}

fn receive_then_send(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    one_after_the_other(family, [ShutdownType::Receive, ShutdownType::Send])
}

fn both_after_send(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    one_after_the_other(family, [ShutdownType::Send, ShutdownType::Both])
}

fn one_after_the_other(
    family: IpAddressFamily,
    types: [ShutdownType; 2],
) -> Result<impl Observe, Halt> {
    let Pair { client, .. } = &connected(family)?;
    step("shutdown twice");
    let answers: [Result<(), ErrorCode>; 2] = types.map(|it| client.socket.shutdown(it));
    Ok(json!([answers[0].observe(), answers[1].observe()]))
}

fn keeps_data(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("write");
    let mut flow = Flow::new(&client.output, &server.input, SOME);
    if let Err(reason) = flow.send() {
        return Ok(reason.into());
    }
    step("shutdown");
    client.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("read to the end");
    Ok(flow.receive_to_end())
}

/// As above, but nothing asks for the bytes to leave before the shutdown.
fn keeps_unflushed_data(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = &connected(family)?;
    step("write");
    let mut flow = Flow::new(&client.output, &server.input, SOME).without_flush();
    if let Err(reason) = flow.send() {
        return Ok(reason.into());
    }
    step("shutdown");
    client.socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("read to the end");
    Ok(flow.receive_to_end())
}

/// More than one write, and no more than systems hold on their way.
const SOME: usize = 100_000;
