//! What lasts as long as a socket, a listener or a connection does, and no longer.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;
use guests::address::kept;
use guests::clock::gets_ready;
use guests::option;
use guests::transfer::{Transfer, end_of};
use guests::{
    At, Halt, IpAddressFamily, IpSocketAddress, Observe, Pair, ShutdownType, Socket, TcpSocket,
    Value, case, connect_and_accept, connected, create, instance_network, json, listening, other,
    step,
};

guests::cases!(
    shutdown_keeps_state,
    both_ended,
    listener_gone_with_client,
    nothing_left,
);

/// A socket that was shut down in one direction is connected still.
#[case]
fn shutdown_keeps_state(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair {
        client, listener, ..
    } = &connected(family)?;
    let socket = &client.socket;
    let (local, remote) = addresses(socket)?;
    socket.shutdown(ShutdownType::Send).at("shutdown")?;
    step("ask the socket");
    let again = socket.start_connect(
        &instance_network(),
        listener.local_address().at("local-address")?,
    );
    Ok(json!({
        "local-address": kept(&local, socket.local_address()),
        "remote-address": kept(&remote, socket.remote_address()),
        "start-connect": again.observe(),
        "finish-connect": socket.finish_connect().map(drop).observe(),
        "is-listening": socket.is_listening(),
    }))
}

/// The text does not say whether a connection that ended on both sides is closed.
#[case]
fn both_ended(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair { client, server, .. } = connected(family)?;
    for end in [&client, &server] {
        end.socket.shutdown(ShutdownType::Both).at("shutdown")?;
    }
    step("read to both ends");
    let ends = json!([end_of(&client.input), end_of(&server.input)]);
    step("ask the socket");
    let socket = &client.socket;
    let answers = json!({
        "local-address": socket.local_address().map(drop).observe(),
        "remote-address": socket.remote_address().map(drop).observe(),
        "hop-limit": socket.hop_limit().map(drop).observe(),
        "set-hop-limit": socket.set_hop_limit(42).observe(),
        "shutdown": socket.shutdown(ShutdownType::Both).observe(),
    });
    step("drop both");
    drop((client, server));
    Ok(json!({ "ends": ends, "answers": answers }))
}

/// A client that nobody accepted, and nobody will.
#[case]
fn listener_gone_with_client(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (listener, client) = (listening(family)?, create(family)?);
    let address = listener.local_address().at("local-address")?;
    step("connect");
    let (input, _output) = client.connect(address).at("connect")?;
    step("drop the listener");
    drop(listener);
    step("read");
    Ok(end_of(&input))
}

fn addresses(socket: &TcpSocket) -> Result<(IpSocketAddress, IpSocketAddress), Halt> {
    let local = socket.local_address().at("local-address")?;
    Ok((local, socket.remote_address().at("remote-address")?))
}

/// A new socket may get the number that a dropped one had, and nothing else of it.
#[case]
fn nothing_left(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let untouched = create(family)?;
    let listener = listening(family)?;
    let (mut fresh, mut used) = (Vec::new(), Vec::new());
    for before in [family, other(family)] {
        use_and_drop(before)?;
        let mut sockets = Vec::new();
        for _ in 0..SOCKETS {
            sockets.push(create(family)?);
        }
        step("ask the new sockets");
        for socket in &sockets {
            fresh.push(json!({
                "address-family": socket.address_family() == family,
                "is-listening": socket.is_listening(),
                "local-address": socket.local_address().map(drop).observe(),
                "remote-address": socket.remote_address().map(drop).observe(),
                "options": options(socket) == options(&untouched),
                "ready": gets_ready(&socket.subscribe()),
            }));
        }
        step("use the new sockets");
        for client in sockets {
            let (streams, server) = connect_and_accept(&listener, &client).at("connect")?;
            let (input, output) = &streams;
            used.push(json!({
                "sent": Transfer::new(output, &server.input, 10).run(),
                "received": Transfer::new(&server.output, input, 10).run(),
            }));
        }
    }
    Ok(json!({ "fresh": alike(fresh), "used": alike(used) }))
}

/// As many as the handles of what [`use_and_drop`] drops last; an implementation may let a
/// guest have few sockets.
const SOCKETS: usize = 7;

/// Sets, subscribes to and shuts down all that a connection has, and drops it.
fn use_and_drop(family: IpAddressFamily) -> Result<(), Halt> {
    let pair = connected(family)?;
    let sockets = [&pair.listener, &pair.client.socket, &pair.server.socket];
    for socket in sockets {
        for option in option::ALL {
            // What is not supported is judged elsewhere.
            let value = (option.get)(socket).unwrap_or_default();
            let _ = (option.set)(socket, option.other_than(value));
        }
    }
    let pollables = sockets.map(TcpSocket::subscribe);
    step("shutdown");
    for end in [&pair.client, &pair.server] {
        end.socket.shutdown(ShutdownType::Both).at("shutdown")?;
    }
    step("drop all");
    drop(pollables);
    drop(pair);
    Ok(())
}

fn options(socket: &TcpSocket) -> [Option<u64>; 7] {
    option::ALL.map(|option| (option.get)(socket).ok())
}

/// What all of them are, or the first that differs from the one before.
fn alike(mut seen: Vec<Value>) -> Value {
    seen.dedup();
    if let [one] = &seen[..] {
        one.clone()
    } else {
        seen.truncate(2);
        json!({ "differ": seen })
    }
}
