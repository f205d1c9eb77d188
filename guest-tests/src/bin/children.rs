//! The order in which a socket and what came from it are dropped.

#![no_std]
#![no_main]

use guest_tests::{
    Connection, Halt, IpAddressFamily, Observe, Pair, connected, create, flow, step,
};

guest_tests::cases!(
    socket_before_streams,
    socket_before_used_streams,
    socket_before_pollable,
    stream_before_pollable,
);

fn socket_before_streams(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    let Connection {
        input,
        output,
        socket,
    } = pair.client;
    step("drop the socket");
    drop(socket);
    step("drop the streams");
    drop((input, output));
    Ok(())
}

/// Whether the streams of a socket that is gone still work.
fn socket_before_used_streams(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    let Connection {
        input,
        output,
        socket,
    } = client;
    step("drop the socket");
    drop(socket);
    step("use the streams");
    let carried = flow::Flow::new(&output, &server.input, 100).carry();
    drop((input, output));
    Ok(carried == "whole")
}

fn socket_before_pollable(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    let pollable = socket.subscribe();
    step("drop the socket");
    drop(socket);
    step("drop the pollable");
    drop(pollable);
    Ok(())
}

fn stream_before_pollable(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, .. } = connected(family)?;
    let pollable = client.input.subscribe();
    step("drop the stream");
    drop(client);
    step("drop the pollable");
    drop(pollable);
    Ok(())
}
