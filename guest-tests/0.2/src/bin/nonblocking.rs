//! No call blocks: only pollables wait.
//!
//! A call that blocks waits for this guest, so it never returns. To return is all
//! that a call has to do, however long it takes.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec;
use guests::clock::AT_ONCE;
use guests::{
    At, Connection, Halt, IpAddressFamily, Observe, Pair, ShutdownType, Socket, case,
    connect_and_accept, connected, create, instance_network, json, listening, step,
    unresponsive_peer,
};

guests::cases!(
    accept_nobody,
    accept_nobody_any_more,
    connect_silent,
    read_nothing,
    write_unread,
    shutdown_unread,
);

#[case]
fn accept_nobody(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = listening(family)?;
    step("accept");
    let accept = socket.accept_now().map(drop);
    Ok(json!({ "accept": accept.observe(), "at-once": AT_ONCE }))
}

#[case]
fn accept_nobody_any_more(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = listening(family)?;
    let client = create(family)?;
    let served = connect_and_accept(&socket, &client).at("connect and accept")?;
    step("accept");
    let accept = socket.accept_now().map(drop);
    drop(served);
    Ok(json!({ "accept": accept.observe(), "at-once": AT_ONCE }))
}

#[case]
fn connect_silent(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let peer = unresponsive_peer(family)?;
    let socket = create(family)?;
    let network = instance_network();
    step("start-connect");
    let start = socket.start_connect(&network, peer.address);
    step("finish-connect");
    let finish = socket.finish_connect().map(drop);
    step("finish-connect again");
    let again = socket.finish_connect().map(drop);
    Ok(json!({
        "start-connect": start.observe(),
        "finish-connect": [finish.observe(), again.observe()],
        "at-once": [AT_ONCE, AT_ONCE, AT_ONCE],
    }))
}

#[case]
fn read_nothing(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, .. } = &connected(family)?;
    step("read");
    let read = client.input.read(100);
    Ok(json!({
        "read": read.map(|bytes| bytes.len()).observe(),
        "at-once": AT_ONCE,
    }))
}

#[case]
fn write_unread(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { server, .. } = &connected(family)?;
    step("write what nobody reads");
    fill(server);
    Ok(json!({ "at-once": AT_ONCE }))
}

#[case]
fn shutdown_unread(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { server, .. } = &connected(family)?;
    step("write what nobody reads");
    fill(server);
    step("shutdown");
    let shutdown = server.socket.shutdown(ShutdownType::Send);
    Ok(json!({ "shutdown": shutdown.observe(), "at-once": AT_ONCE }))
}

/// Writes until nothing more is permitted, or enough to fill every buffer. The
/// end that writes is the one that a pair drops last: to drop it may wait until
/// what it wrote is sent or refused.
fn fill(connection: &Connection) {
    const CHUNK: usize = 1 << 16;
    let chunk = vec![0; CHUNK];
    for _ in 0..1 << 8 {
        let Ok(permitted @ 1..) = connection.output.check_write() else {
            return;
        };
        let size = usize::try_from(permitted).unwrap_or(CHUNK).min(CHUNK);
        if connection.output.write(&chunk[..size]).is_err() {
            return;
        }
    }
}
