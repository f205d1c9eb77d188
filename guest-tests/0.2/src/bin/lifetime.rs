//! What lasts as long as a socket, a listener or a connection does, and no longer.

#![no_std]
#![no_main]

use guests::address::kept;
use guests::transfer::end_of;
use guests::{
    At, Halt, IpAddressFamily, IpSocketAddress, Observe, Pair, ShutdownType, Socket, TcpSocket,
    case, connected, create, instance_network, json, listening, step,
};

guests::cases!(shutdown_keeps_state, both_ended, listener_gone_with_client,);

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
