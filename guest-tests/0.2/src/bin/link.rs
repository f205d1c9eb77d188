//! A component that uses sockets, to be linked at every version of WASI.

#![no_std]
#![no_main]

use guests::{Halt, IpAddressFamily, Observe, case, connected};

guests::cases!(connection);

/// Everything from creation to an accepted connection.
#[case]
fn connection(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    Ok(pair.server.socket.address_family())
}
