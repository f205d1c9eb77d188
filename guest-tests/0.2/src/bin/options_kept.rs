//! The options of a socket while its state changes.

#![no_std]
#![no_main]

use guests::option::{self, SocketOption};
use guests::{
    ErrorCode, Halt, IpAddressFamily, Observe, Socket, TcpSocket, bound, case, connect_and_accept,
    connected, create, json, listening, loopback, step,
};

guests::cases!(
    readable_keep_alive_enabled,
    readable_keep_alive_idle_time,
    readable_keep_alive_interval,
    readable_keep_alive_count,
    readable_hop_limit,
    readable_receive_buffer_size,
    readable_send_buffer_size,
    kept_keep_alive_enabled,
    kept_keep_alive_idle_time,
    kept_keep_alive_interval,
    kept_keep_alive_count,
    kept_hop_limit,
    kept_receive_buffer_size,
    kept_send_buffer_size,
    backlog_listening,
    backlog_connected,
    backlog_accepted,
);

#[case(
    readable_keep_alive_enabled = &option::KEEP_ALIVE_ENABLED,
    readable_keep_alive_idle_time = &option::KEEP_ALIVE_IDLE_TIME,
    readable_keep_alive_interval = &option::KEEP_ALIVE_INTERVAL,
    readable_keep_alive_count = &option::KEEP_ALIVE_COUNT,
    readable_hop_limit = &option::HOP_LIMIT,
    readable_receive_buffer_size = &option::RECEIVE_BUFFER_SIZE,
    readable_send_buffer_size = &option::SEND_BUFFER_SIZE,
)]
fn readable(family: IpAddressFamily, option: &SocketOption) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    Ok(json!({
        "unbound": option::seen((option.get)(&create(family)?)),
        "bound": option::seen((option.get)(&bound(family)?)),
        "listening": option::seen((option.get)(&pair.listener)),
        "connected": option::seen((option.get)(&pair.client.socket)),
        "accepted": option::seen((option.get)(&pair.server.socket)),
    }))
}

#[case(
    kept_keep_alive_enabled = &option::KEEP_ALIVE_ENABLED,
    kept_keep_alive_idle_time = &option::KEEP_ALIVE_IDLE_TIME,
    kept_keep_alive_interval = &option::KEEP_ALIVE_INTERVAL,
    kept_keep_alive_count = &option::KEEP_ALIVE_COUNT,
    kept_hop_limit = &option::HOP_LIMIT,
    kept_receive_buffer_size = &option::RECEIVE_BUFFER_SIZE,
    kept_send_buffer_size = &option::SEND_BUFFER_SIZE,
)]
fn kept(family: IpAddressFamily, option: &SocketOption) -> Result<impl Observe, Halt> {
    let listener = create(family)?;
    let at_listener = option.change(&listener)?;
    step("bind, listen");
    let bind = listener
        .bind(loopback(family, 0))
        .map(|()| option.is(&listener, at_listener));
    let listen = listener
        .listen()
        .map(|()| option.is(&listener, at_listener));
    let client = create(family)?;
    let at_client = option.change(&client)?;
    step("connect");
    let connect = connect_and_accept(&listener, &client).map(|_| option.is(&client, at_client));
    Ok(json!({
        "bind": bind.observe(),
        "listen": listen.observe(),
        "connect": connect.observe(),
    }))
}

#[case]
fn backlog_listening(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(set_backlog(&listening(family)?))
}

#[case]
fn backlog_connected(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(set_backlog(&connected(family)?.client.socket))
}

#[case]
fn backlog_accepted(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(set_backlog(&connected(family)?.server.socket))
}

fn set_backlog(socket: &TcpSocket) -> Result<(), ErrorCode> {
    step("set the backlog size");
    socket.set_listen_backlog_size(100)
}
