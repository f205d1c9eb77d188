//! What creation makes of the errors of the operating system.

#![no_std]
#![no_main]

use guest_tests::{Halt, IpAddressFamily, Observe, create_tcp_socket, other, reach, step};

guest_tests::cases!(create, other_family);

fn create(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    Ok(reach::from_creation(family))
}

fn other_family(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    step("create in the family that is missing");
    drop(create_tcp_socket(family));
    Ok(reach::from_creation(other(family)))
}
