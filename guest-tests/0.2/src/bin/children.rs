//! Dropping a socket before or after its streams and pollables.

#![no_std]
#![no_main]

use guests::{
    Connection, Halt, IpAddressFamily, Observe, Pair, case, connected, create, step, transfer,
};

guests::cases!(
    socket_before_streams,
    socket_before_used_streams,
    socket_before_pollable,
    stream_before_pollable,
);

#[case]
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

/// Whether streams work after their socket is dropped.
#[case]
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
    let carried = transfer::Transfer::new(&output, &server.input, 100).run();
    drop((input, output));
    Ok(carried == "whole")
}

#[case]
fn socket_before_pollable(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    let pollable = socket.subscribe();
    step("drop the socket");
    drop(socket);
    step("drop the pollable");
    drop(pollable);
    Ok(())
}

#[case]
fn stream_before_pollable(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, .. } = connected(family)?;
    let pollable = client.input.subscribe();
    step("drop the stream");
    drop(client);
    step("drop the pollable");
    drop(pollable);
    Ok(())
}
