//! What an accepted socket inherits from its listener.

#![no_std]
#![no_main]

use guests::option::{self, SocketOption};
use guests::{
    At, Halt, IpAddressFamily, Observe, Socket, bound, case, connect_and_accept, connected, create,
    json, listening, step,
};

guests::cases!(
    family,
    inherited_keep_alive_enabled,
    inherited_keep_alive_idle_time,
    inherited_keep_alive_interval,
    inherited_keep_alive_count,
    inherited_hop_limit,
    inherited_receive_buffer_size,
    inherited_send_buffer_size,
    after_listen_keep_alive_enabled,
    after_listen_keep_alive_idle_time,
    after_listen_keep_alive_interval,
    after_listen_keep_alive_count,
    after_listen_hop_limit,
    after_listen_receive_buffer_size,
    after_listen_send_buffer_size,
);

#[case]
fn family(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(connected(family)?.server.socket.address_family())
}

#[case(
    inherited_keep_alive_enabled = &option::KEEP_ALIVE_ENABLED,
    inherited_keep_alive_idle_time = &option::KEEP_ALIVE_IDLE_TIME,
    inherited_keep_alive_interval = &option::KEEP_ALIVE_INTERVAL,
    inherited_keep_alive_count = &option::KEEP_ALIVE_COUNT,
    inherited_hop_limit = &option::HOP_LIMIT,
    inherited_receive_buffer_size = &option::RECEIVE_BUFFER_SIZE,
    inherited_send_buffer_size = &option::SEND_BUFFER_SIZE,
)]
fn inherited(family: IpAddressFamily, option: &SocketOption) -> Result<impl Observe, Halt> {
    let listener = bound(family)?;
    let value = option.change(&listener)?;
    step("listen, connect and accept");
    listener.listen().at("listen")?;
    let client = create(family)?;
    let (_streams, accepted) = connect_and_accept(&listener, &client).at("connect and accept")?;
    Ok(json!({ "inherited": option.is(&accepted.socket, value) }))
}

#[case(
    after_listen_keep_alive_enabled = &option::KEEP_ALIVE_ENABLED,
    after_listen_keep_alive_idle_time = &option::KEEP_ALIVE_IDLE_TIME,
    after_listen_keep_alive_interval = &option::KEEP_ALIVE_INTERVAL,
    after_listen_keep_alive_count = &option::KEEP_ALIVE_COUNT,
    after_listen_hop_limit = &option::HOP_LIMIT,
    after_listen_receive_buffer_size = &option::RECEIVE_BUFFER_SIZE,
    after_listen_send_buffer_size = &option::SEND_BUFFER_SIZE,
)]
fn after_listen(family: IpAddressFamily, option: &SocketOption) -> Result<impl Observe, Halt> {
    let listener = listening(family)?;
    let before = option.value(&listener)?;
    let value = option.change(&listener)?;
    step("connect and accept");
    let client = create(family)?;
    let (_streams, accepted) = connect_and_accept(&listener, &client).at("connect and accept")?;
    Ok(json!({
        "changed": value != before,
        "inherited": option.is(&accepted.socket, value),
    }))
}
