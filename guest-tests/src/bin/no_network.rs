//! Sockets of a component that imports no `instance-network`.
//!
//! Nothing here may bind or connect: that takes a network handle, and the
//! component would import what it claims to do without.

#![no_std]
#![no_main]

use guest_tests::{Halt, IpAddressFamily, Observe, create, create_tcp_socket, step};

guest_tests::cases!(create_without_network, getters_without_network);

fn create_without_network(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    step("create");
    Ok(create_tcp_socket(family).map(|socket| socket.address_family()))
}

fn getters_without_network(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(create(family)?.is_listening())
}
