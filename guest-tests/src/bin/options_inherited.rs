//! What an accepted socket has from its listener.

#![no_std]
#![no_main]

use guest_tests::option::SocketOption;
use guest_tests::{
    At, Halt, IpAddressFamily, Observe, Socket, bound, connected, create, json, listening,
    option_cases, serve, step,
};

guest_tests::cases!(
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

fn family(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(connected(family)?.server.socket.address_family())
}

option_cases!(inherited:
    inherited_keep_alive_enabled KEEP_ALIVE_ENABLED,
    inherited_keep_alive_idle_time KEEP_ALIVE_IDLE_TIME,
    inherited_keep_alive_interval KEEP_ALIVE_INTERVAL,
    inherited_keep_alive_count KEEP_ALIVE_COUNT,
    inherited_hop_limit HOP_LIMIT,
    inherited_receive_buffer_size RECEIVE_BUFFER_SIZE,
    inherited_send_buffer_size SEND_BUFFER_SIZE,
);

fn inherited(family: IpAddressFamily, option: &SocketOption) -> Result<impl Observe, Halt> {
    let listener = bound(family)?;
    let value = option.change(&listener)?;
    step("listen, connect and accept");
    listener.listen().at("listen")?;
    let client = create(family)?;
    let (_streams, accepted) = serve(&listener, &client).at("connect and accept")?;
    Ok(json!({ "inherited": option.is(&accepted.socket, value) }))
}

option_cases!(after_listen:
    after_listen_keep_alive_enabled KEEP_ALIVE_ENABLED,
    after_listen_keep_alive_idle_time KEEP_ALIVE_IDLE_TIME,
    after_listen_keep_alive_interval KEEP_ALIVE_INTERVAL,
    after_listen_keep_alive_count KEEP_ALIVE_COUNT,
    after_listen_hop_limit HOP_LIMIT,
    after_listen_receive_buffer_size RECEIVE_BUFFER_SIZE,
    after_listen_send_buffer_size SEND_BUFFER_SIZE,
);

fn after_listen(family: IpAddressFamily, option: &SocketOption) -> Result<impl Observe, Halt> {
    let listener = listening(family)?;
    let value = option.change(&listener)?;
    step("connect and accept");
    let client = create(family)?;
    let (_streams, accepted) = serve(&listener, &client).at("connect and accept")?;
    Ok(json!({ "inherited": option.is(&accepted.socket, value) }))
}
