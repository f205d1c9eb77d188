//! The options of a new socket.

#![no_std]
#![no_main]

use guests::option::{self, SocketOption};
use guests::{Halt, IpAddressFamily, Observe, TcpSocket, case, create, json, step};

guests::cases!(
    default_keep_alive_enabled,
    default_keep_alive_idle_time,
    default_keep_alive_interval,
    default_keep_alive_count,
    default_hop_limit,
    default_receive_buffer_size,
    default_send_buffer_size,
    zero_listen_backlog_size,
    zero_keep_alive_idle_time,
    zero_keep_alive_interval,
    zero_keep_alive_count,
    zero_hop_limit,
    zero_receive_buffer_size,
    zero_send_buffer_size,
    any_other_listen_backlog_size,
    any_other_keep_alive_idle_time,
    any_other_keep_alive_interval,
    any_other_keep_alive_count,
    any_other_hop_limit,
    any_other_receive_buffer_size,
    any_other_send_buffer_size,
    round_trip_keep_alive_enabled,
    round_trip_keep_alive_idle_time,
    round_trip_keep_alive_interval,
    round_trip_keep_alive_count,
    round_trip_hop_limit,
    round_trip_receive_buffer_size,
    round_trip_send_buffer_size,
    own_keep_alive_enabled,
    own_keep_alive_idle_time,
    own_keep_alive_interval,
    own_keep_alive_count,
    own_hop_limit,
    own_receive_buffer_size,
    own_send_buffer_size,
);

#[case(
    default_keep_alive_idle_time = &option::KEEP_ALIVE_IDLE_TIME,
    default_keep_alive_interval = &option::KEEP_ALIVE_INTERVAL,
    default_keep_alive_count = &option::KEEP_ALIVE_COUNT,
    default_hop_limit = &option::HOP_LIMIT,
    default_receive_buffer_size = &option::RECEIVE_BUFFER_SIZE,
    default_send_buffer_size = &option::SEND_BUFFER_SIZE,
)]
fn default(family: IpAddressFamily, option: &SocketOption) -> Result<impl Observe, Halt> {
    Ok((option.get)(&create(family)?))
}

#[case]
fn default_keep_alive_enabled(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(create(family)?.keep_alive_enabled())
}

/// The option is changed before, so that it shows if zero stands for the default.
#[case(
    zero_keep_alive_idle_time = &option::KEEP_ALIVE_IDLE_TIME,
    zero_keep_alive_interval = &option::KEEP_ALIVE_INTERVAL,
    zero_keep_alive_count = &option::KEEP_ALIVE_COUNT,
    zero_hop_limit = &option::HOP_LIMIT,
    zero_receive_buffer_size = &option::RECEIVE_BUFFER_SIZE,
    zero_send_buffer_size = &option::SEND_BUFFER_SIZE,
)]
fn zero(family: IpAddressFamily, option: &SocketOption) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    let value = option.change(&socket)?;
    step("set it to 0");
    Ok(json!({
        "set": (option.set)(&socket, 0).observe(),
        "kept": option.is(&socket, value),
    }))
}

#[case]
fn zero_listen_backlog_size(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(create(family)?.set_listen_backlog_size(0))
}

#[case(
    any_other_keep_alive_idle_time = &option::KEEP_ALIVE_IDLE_TIME,
    any_other_keep_alive_interval = &option::KEEP_ALIVE_INTERVAL,
    any_other_keep_alive_count = &option::KEEP_ALIVE_COUNT,
    any_other_hop_limit = &option::HOP_LIMIT,
    any_other_receive_buffer_size = &option::RECEIVE_BUFFER_SIZE,
    any_other_send_buffer_size = &option::SEND_BUFFER_SIZE,
)]
fn any_other(family: IpAddressFamily, option: &SocketOption) -> Result<impl Observe, Halt> {
    set_each(family, option.set, option.usual[0], option.maximum)
}

#[case]
fn any_other_listen_backlog_size(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    set_each(family, TcpSocket::set_listen_backlog_size, 100, u64::MAX)
}

fn set_each<E>(
    family: IpAddressFamily,
    set: impl Fn(&TcpSocket, u64) -> Result<(), E>,
    usual: u64,
    maximum: u64,
) -> Result<impl Observe, Halt>
where
    Result<(), E>: Observe,
{
    let (for_one, for_usual, for_maximum) = (create(family)?, create(family)?, create(family)?);
    Ok(json!({
        "one": set(&for_one, 1).observe(),
        "usual": set(&for_usual, usual).observe(),
        "maximum": set(&for_maximum, maximum).observe(),
    }))
}

#[case(
    round_trip_keep_alive_idle_time = &option::KEEP_ALIVE_IDLE_TIME,
    round_trip_keep_alive_interval = &option::KEEP_ALIVE_INTERVAL,
    round_trip_keep_alive_count = &option::KEEP_ALIVE_COUNT,
    round_trip_hop_limit = &option::HOP_LIMIT,
    round_trip_receive_buffer_size = &option::RECEIVE_BUFFER_SIZE,
    round_trip_send_buffer_size = &option::SEND_BUFFER_SIZE,
)]
fn round_trip(family: IpAddressFamily, option: &SocketOption) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    let read_back = |value| {
        (option.set)(&socket, value)
            .and_then(|()| (option.get)(&socket))
            .observe()
    };
    Ok(json!({
        "one": read_back(1),
        "usual": read_back(option.usual[0]),
        "maximum": read_back(option.maximum),
    }))
}

#[case]
fn round_trip_keep_alive_enabled(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    let read_back = |value| {
        socket
            .set_keep_alive_enabled(value)
            .and_then(|()| socket.keep_alive_enabled())
            .observe()
    };
    Ok(json!([read_back(true), read_back(false), read_back(true)]))
}

#[case(
    own_keep_alive_enabled = &option::KEEP_ALIVE_ENABLED,
    own_keep_alive_idle_time = &option::KEEP_ALIVE_IDLE_TIME,
    own_keep_alive_interval = &option::KEEP_ALIVE_INTERVAL,
    own_keep_alive_count = &option::KEEP_ALIVE_COUNT,
    own_hop_limit = &option::HOP_LIMIT,
    own_receive_buffer_size = &option::RECEIVE_BUFFER_SIZE,
    own_send_buffer_size = &option::SEND_BUFFER_SIZE,
)]
fn own(family: IpAddressFamily, option: &SocketOption) -> Result<impl Observe, Halt> {
    let older = create(family)?;
    let changed = create(family)?;
    let younger = create(family)?;
    let value = option.value(&older)?;
    option.change(&changed)?;
    Ok(json!({
        "older-kept": option.is(&older, value),
        "younger-kept": option.is(&younger, value),
        "new-one-has-default": option.is(&create(family)?, value),
    }))
}
