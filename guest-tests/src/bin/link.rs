//! A component that uses the sockets, to be linked at every version.

#![no_std]
#![no_main]

use guest_tests::{Halt, IpAddressFamily, Observe, connected};

guest_tests::cases!(connection);

/// Everything from creation to an accepted connection, with its getters.
fn connection(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    Ok(pair.server.socket.address_family())
}
