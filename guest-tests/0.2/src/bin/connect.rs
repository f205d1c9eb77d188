//! The way from `unbound` or `bound` to `connected`.

#![no_std]
#![no_main]

use guests::address::{self, broadcast, multicast, wildcard};
use guests::clock::one_gets_ready;
use guests::transfer::end_of;
use guests::{
    At, Halt, IpAddressFamily, IpSocketAddress, Observe, Socket, TcpSocket, Value, bound, case,
    connect_and_accept, create, instance_network, json, listening, listening_in_both, loopback,
    other, same, step,
};

guests::cases!(
    from_unbound,
    from_bound,
    other_family,
    wildcard_address,
    port_zero,
    multicast_address,
    broadcast_address,
    mapped_address,
    refused,
    refused_from_bound,
    peer_gone_before_finish,
);

#[case]
fn from_unbound(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    connects(&create(family)?, family)
}

#[case]
fn from_bound(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = bound(family)?;
    let address = socket.local_address().at("local-address")?;
    let mut seen = connects(&socket, family)?;
    let now = socket.local_address();
    seen["local-kept"] = now.map(|now| same(&now, &address)).observe();
    Ok(seen)
}

fn connects(socket: &TcpSocket, family: IpAddressFamily) -> Result<Value, Halt> {
    let listener = listening(family)?;
    let address = listener.local_address().at("local-address")?;
    step("connect");
    let connected = connect_and_accept(&listener, socket);
    let (local, remote) = (socket.local_address(), socket.remote_address());
    let peer = match &connected {
        Ok((_, accepted)) => Some(accepted.socket.remote_address().at("remote-address")?),
        Err(_) => None,
    };
    Ok(json!({
        "connect": connected.map(drop).observe(),
        "local-is-set": local
            .map(|local| address::port(&local) != 0 && peer.is_none_or(|peer| same(&local, &peer)))
            .observe(),
        "remote-is-listener": remote.map(|remote| same(&remote, &address)).observe(),
    }))
}

#[case]
fn other_family(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening(other(family))?;
    connect_to(family, listener.local_address().at("local-address")?)
}

/// Some systems take the wildcard for the loopback address, so there is a
/// listener on the port.
#[case]
fn wildcard_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening(family)?;
    let address = listener.local_address().at("local-address")?;
    connect_to(family, wildcard(family, address::port(&address)))
}

#[case]
fn port_zero(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    connect_to(family, loopback(family, 0))
}

#[case]
fn multicast_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    connect_to(family, multicast(family, 9))
}

#[case]
fn broadcast_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    connect_to(family, broadcast(9))
}

/// The port is that of a listener of each family. A socket for both families would
/// reach the first, and one whose address is rewritten would reach either.
#[case]
fn mapped_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let [listener, _other] = listening_in_both()?;
    let address = listener.local_address().at("local-address")?;
    connect_to(family, address::mapped_loopback(address::port(&address)))
}

/// A socket holds the port, so that nobody else can listen there.
#[case]
fn refused(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let holder = bound(family)?;
    connect_to(family, holder.local_address().at("local-address")?)
}

#[case]
fn refused_from_bound(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let holder = bound(family)?;
    let address = holder.local_address().at("local-address")?;
    let socket = bound(family)?;
    step("connect");
    Ok(socket.connect(address).map(drop))
}

/// The peer accepts and leaves while the connection is not finished here.
#[case]
fn peer_gone_before_finish(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (listener, client) = (listening(family)?, create(family)?);
    let address = listener.local_address().at("local-address")?;
    step("start-connect");
    client
        .start_connect(&instance_network(), address)
        .at("start-connect")?;
    // Some implementations connect no sooner than the pollable is polled.
    one_gets_ready(&[client.subscribe(), listener.subscribe()]);
    step("accept and leave");
    drop(listener.accept_one().at("accept")?);
    step("finish-connect");
    Ok(match client.finish(TcpSocket::finish_connect) {
        Ok((input, _output)) => json!({ "connect": "ok", "input": end_of(&input) }),
        Err(code) => json!({ "connect": code.observe() }),
    })
}

fn connect_to(family: IpAddressFamily, address: IpSocketAddress) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    step("connect");
    Ok(socket.connect(address).map(drop))
}
