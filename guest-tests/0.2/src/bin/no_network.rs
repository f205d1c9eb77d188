//! Sockets of a component that does not import `instance-network`.
//!
//! Nothing here may bind or connect: both take a network, so the component would
//! import what it is meant to do without.

#![no_std]
#![no_main]

use guests::{Halt, IpAddressFamily, Observe, case, create, create_tcp_socket, step};

guests::cases!(create_without_network, getters_without_network);

#[case]
fn create_without_network(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    step("create");
    Ok(create_tcp_socket(family).map(|socket| socket.address_family()))
}

#[case]
fn getters_without_network(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(create(family)?.is_listening())
}
