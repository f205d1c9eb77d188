//! The options of a socket in the states beyond `unbound`, and of keep-alive while
//! it is off.

#![no_std]
#![no_main]

use guests::option::{self, SocketOption};
use guests::{
    At, Halt, IpAddressFamily, Observe, Socket, TcpSocket, case, closed, connected, create,
    instance_network, json, loopback, step,
};

guests::cases!(
    while_connected_keep_alive_enabled,
    while_connected_keep_alive_idle_time,
    while_connected_keep_alive_interval,
    while_connected_keep_alive_count,
    while_connected_hop_limit,
    while_connected_receive_buffer_size,
    while_connected_send_buffer_size,
    in_progress_keep_alive_enabled,
    in_progress_keep_alive_idle_time,
    in_progress_keep_alive_interval,
    in_progress_keep_alive_count,
    in_progress_hop_limit,
    in_progress_receive_buffer_size,
    in_progress_send_buffer_size,
    once_closed_keep_alive_enabled,
    once_closed_keep_alive_idle_time,
    once_closed_keep_alive_interval,
    once_closed_keep_alive_count,
    once_closed_hop_limit,
    once_closed_receive_buffer_size,
    once_closed_send_buffer_size,
    once_closed_listen_backlog_size,
    apart_keep_alive_enabled,
    apart_keep_alive_idle_time,
    apart_keep_alive_interval,
    apart_keep_alive_count,
    apart_hop_limit,
    apart_receive_buffer_size,
    apart_send_buffer_size,
    while_off_keep_alive_idle_time,
    while_off_keep_alive_interval,
    while_off_keep_alive_count,
    smallest_keep_alive_idle_time,
    smallest_keep_alive_interval,
);

#[case(
    while_connected_keep_alive_enabled = &option::KEEP_ALIVE_ENABLED,
    while_connected_keep_alive_idle_time = &option::KEEP_ALIVE_IDLE_TIME,
    while_connected_keep_alive_interval = &option::KEEP_ALIVE_INTERVAL,
    while_connected_keep_alive_count = &option::KEEP_ALIVE_COUNT,
    while_connected_hop_limit = &option::HOP_LIMIT,
    while_connected_receive_buffer_size = &option::RECEIVE_BUFFER_SIZE,
    while_connected_send_buffer_size = &option::SEND_BUFFER_SIZE,
)]
fn while_connected(family: IpAddressFamily, option: &SocketOption) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    Ok(json!({
        "client": option::set_twice(&pair.client.socket, option),
        "server": option::set_twice(&pair.server.socket, option),
    }))
}

#[case(
    in_progress_keep_alive_enabled = &option::KEEP_ALIVE_ENABLED,
    in_progress_keep_alive_idle_time = &option::KEEP_ALIVE_IDLE_TIME,
    in_progress_keep_alive_interval = &option::KEEP_ALIVE_INTERVAL,
    in_progress_keep_alive_count = &option::KEEP_ALIVE_COUNT,
    in_progress_hop_limit = &option::HOP_LIMIT,
    in_progress_receive_buffer_size = &option::RECEIVE_BUFFER_SIZE,
    in_progress_send_buffer_size = &option::SEND_BUFFER_SIZE,
)]
fn in_progress(family: IpAddressFamily, option: &SocketOption) -> Result<impl Observe, Halt> {
    let network = instance_network();
    let (socket, client) = (create(family)?, create(family)?);
    step("start-bind");
    socket
        .start_bind(&network, loopback(family, 0))
        .at("start-bind")?;
    let bind = option::set_twice(&socket, option);
    socket.finish(TcpSocket::finish_bind).at("finish-bind")?;
    step("start-listen");
    socket.start_listen().at("start-listen")?;
    let listen = option::set_twice(&socket, option);
    socket
        .finish(TcpSocket::finish_listen)
        .at("finish-listen")?;
    let address = socket.local_address().at("local-address")?;
    step("start-connect");
    client
        .start_connect(&network, address)
        .at("start-connect")?;
    let connect = option::set_twice(&client, option);
    let _streams = client
        .finish(TcpSocket::finish_connect)
        .at("finish-connect")?;
    Ok(json!({ "bind": bind, "listen": listen, "connect": connect }))
}

/// A socket that failed to connect is of no use, but may be asked.
#[case(
    once_closed_keep_alive_enabled = &option::KEEP_ALIVE_ENABLED,
    once_closed_keep_alive_idle_time = &option::KEEP_ALIVE_IDLE_TIME,
    once_closed_keep_alive_interval = &option::KEEP_ALIVE_INTERVAL,
    once_closed_keep_alive_count = &option::KEEP_ALIVE_COUNT,
    once_closed_hop_limit = &option::HOP_LIMIT,
    once_closed_receive_buffer_size = &option::RECEIVE_BUFFER_SIZE,
    once_closed_send_buffer_size = &option::SEND_BUFFER_SIZE,
)]
fn once_closed(family: IpAddressFamily, option: &SocketOption) -> Result<impl Observe, Halt> {
    let socket = closed(family, create)?;
    step("read the option");
    let get = (option.get)(&socket).map(drop);
    step("set the option");
    let set = (option.set)(&socket, option.usual[0]);
    Ok(json!({ "get": get.observe(), "set": set.observe() }))
}

#[case]
fn once_closed_listen_backlog_size(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = closed(family, create)?;
    step("set the backlog size");
    Ok(socket.set_listen_backlog_size(100))
}

/// A socket has the options of its listener when it is accepted; later changes of
/// either are its own. Two connections, so that both options start out equal.
#[case(
    apart_keep_alive_enabled = &option::KEEP_ALIVE_ENABLED,
    apart_keep_alive_idle_time = &option::KEEP_ALIVE_IDLE_TIME,
    apart_keep_alive_interval = &option::KEEP_ALIVE_INTERVAL,
    apart_keep_alive_count = &option::KEEP_ALIVE_COUNT,
    apart_hop_limit = &option::HOP_LIMIT,
    apart_receive_buffer_size = &option::RECEIVE_BUFFER_SIZE,
    apart_send_buffer_size = &option::SEND_BUFFER_SIZE,
)]
fn apart(family: IpAddressFamily, option: &SocketOption) -> Result<impl Observe, Halt> {
    let (one, two) = (connected(family)?, connected(family)?);
    Ok(json!({
        "accepted-kept": option::kept_over_change(&one.server.socket, &one.listener, option)?,
        "listener-kept": option::kept_over_change(&two.listener, &two.server.socket, option)?,
    }))
}

/// A value is set on a socket while its keep-alive is off, and on one where it is
/// on. Once it is on at both, both have the same.
#[case(
    while_off_keep_alive_idle_time = &option::KEEP_ALIVE_IDLE_TIME,
    while_off_keep_alive_interval = &option::KEEP_ALIVE_INTERVAL,
    while_off_keep_alive_count = &option::KEEP_ALIVE_COUNT,
)]
fn while_off(family: IpAddressFamily, option: &SocketOption) -> Result<impl Observe, Halt> {
    let (off, on) = (create(family)?, create(family)?);
    option::KEEP_ALIVE_ENABLED.put(&off, 0)?;
    option::KEEP_ALIVE_ENABLED.put(&on, 1)?;
    let value = option.other_than(option.value(&on)?);
    step("set the option");
    let set = (option.set)(&off, value);
    option.put(&on, value)?;
    step("turn it on");
    option::KEEP_ALIVE_ENABLED.put(&off, 1)?;
    let counts = option.is(&off, option.value(&on)?);
    Ok(json!({ "set": set.observe(), "counts": counts }))
}

/// A nanosecond, which no system has: it is rounded.
#[case(
    smallest_keep_alive_idle_time = &option::KEEP_ALIVE_IDLE_TIME,
    smallest_keep_alive_interval = &option::KEEP_ALIVE_INTERVAL,
)]
fn smallest(family: IpAddressFamily, option: &SocketOption) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    step("set it to 1 ns");
    let set = (option.set)(&socket, 1);
    Ok(json!({
        "set": set.observe(),
        "zero": (option.get)(&socket).map(|value| value == 0).observe(),
    }))
}
