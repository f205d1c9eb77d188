//! What creation returns when the operating system refuses to create a socket.

#![no_std]
#![no_main]

use guests::{Halt, IpAddressFamily, Observe, case, create_tcp_socket, other, step, under_fault};

guests::cases!(create, other_family);

#[case]
fn create(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(under_fault::from_creation(family))
}

#[case]
fn other_family(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    step("create in the family that is missing");
    drop(create_tcp_socket(family));
    Ok(under_fault::from_creation(other(family)))
}
