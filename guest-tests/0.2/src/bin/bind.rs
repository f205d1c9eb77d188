//! The way from `unbound` to `bound`.

#![no_std]
#![no_main]

use guests::address::{absent, broadcast, multicast};
use guests::{
    At, Connection, Halt, IpAddressFamily, IpSocketAddress, Observe, Pair, Socket, TcpSocket,
    Value, bound, case, connected, create, instance_network, json, listening, loopback, other,
    same, step, transfer,
};

guests::cases!(
    ephemeral,
    ephemeral_port_is_free,
    start_bind_again,
    finish_bind_again,
    other_family,
    multicast_address,
    broadcast_address,
    in_use,
    not_bindable,
    retry_after_other_family,
    retry_after_multicast_address,
    retry_after_in_use,
    retry_after_not_bindable,
    finish_after_other_family,
    finish_after_in_use,
    reuse,
    reuse_after_server_closed_first,
);

#[case]
fn ephemeral(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(bound(family)?.local_address())
}

#[case]
fn ephemeral_port_is_free(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let sockets = [bound(family)?, bound(family)?, listening(family)?];
    let [first, second, third] = sockets.each_ref().map(TcpSocket::local_address);
    let first = first.at("local-address")?;
    let second = second.at("local-address")?;
    let third = third.at("local-address")?;
    Ok(json!({
        "different": !same(&first, &second) && !same(&second, &third) && !same(&first, &third),
    }))
}

#[case]
fn start_bind_again(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = bound(family)?;
    let address = socket.local_address().at("local-address")?;
    step("start-bind again");
    let again = socket.start_bind(&instance_network(), loopback(family, 0));
    Ok(json!({
        "start-bind": again.observe(),
        "address-kept": has_address(&socket, &address),
        "listen": socket.listen().observe(),
    }))
}

#[case]
fn finish_bind_again(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = bound(family)?;
    let address = socket.local_address().at("local-address")?;
    step("finish-bind again");
    let again = socket.finish_bind();
    Ok(json!({
        "finish-bind": again.observe(),
        "address-kept": has_address(&socket, &address),
        "listen": socket.listen().observe(),
    }))
}

fn has_address(socket: &TcpSocket, address: &IpSocketAddress) -> Value {
    let now = socket.local_address();
    now.map(|now| same(&now, address)).observe()
}

#[case]
fn other_family(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    bind_to(family, loopback(other(family), 0))
}

#[case]
fn multicast_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    bind_to(family, multicast(family, 0))
}

#[case]
fn broadcast_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    bind_to(family, broadcast(0))
}

#[case]
fn in_use(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening(family)?;
    bind_to(family, listener.local_address().at("local-address")?)
}

#[case]
fn not_bindable(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    bind_to(family, absent(family, 0))
}

fn bind_to(family: IpAddressFamily, address: IpSocketAddress) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    step("bind");
    Ok(socket.bind(address))
}

#[case]
fn retry_after_other_family(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    retry_after(family, loopback(other(family), 0))
}

#[case]
fn retry_after_multicast_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    retry_after(family, multicast(family, 0))
}

#[case]
fn retry_after_in_use(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening(family)?;
    retry_after(family, listener.local_address().at("local-address")?)
}

#[case]
fn retry_after_not_bindable(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    retry_after(family, absent(family, 0))
}

fn retry_after(family: IpAddressFamily, address: IpSocketAddress) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    step("bind in vain");
    let failed = socket.bind(address);
    let between = socket.local_address();
    step("bind again");
    let bind = socket.bind(loopback(family, 0));
    Ok(json!({
        "failed": failed.observe(),
        "local-address": between.observe(),
        "bind": bind.observe(),
        "listen": socket.listen().observe(),
    }))
}

#[case]
fn finish_after_other_family(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    finish_after(family, loopback(other(family), 0))
}

#[case]
fn finish_after_in_use(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening(family)?;
    finish_after(family, listener.local_address().at("local-address")?)
}

/// Nothing is in progress once a bind has failed, be it at its start or its end.
fn finish_after(family: IpAddressFamily, address: IpSocketAddress) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    step("bind in vain");
    let failed = socket.bind(address);
    step("finish-bind again");
    let finish = socket.finish_bind();
    step("bind again");
    let start = socket.start_bind(&instance_network(), loopback(family, 0));
    let bind = start.and_then(|()| socket.finish(TcpSocket::finish_bind));
    Ok(json!({
        "failed": failed.observe(),
        "finish-bind": finish.observe(),
        "bind": bind.observe(),
    }))
}

#[case]
fn reuse(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    let address = pair.listener.local_address().at("local-address")?;
    step("close the connection");
    drop(pair);
    bind_and_listen(family, address)
}

/// The end that closes first is the one that lingers. Here, it has the port of
/// the listener.
#[case]
fn reuse_after_server_closed_first(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair {
        client,
        server,
        listener,
    } = connected(family)?;
    let address = listener.local_address().at("local-address")?;
    step("close the server's end");
    drop(server);
    step("close the client's end");
    let Connection {
        input,
        output,
        socket,
    } = client;
    transfer::end_of(&input);
    drop((input, output));
    drop((socket, listener));
    bind_and_listen(family, address)
}

fn bind_and_listen(
    family: IpAddressFamily,
    address: IpSocketAddress,
) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    step("bind to the port again");
    Ok(json!({
        "bind": socket.bind(address).observe(),
        "listen": socket.listen().observe(),
    }))
}
