//! A loopback network of the guest's own: nobody outside listens there.

#![no_std]
#![no_main]

use guests::{Halt, IpAddressFamily, Observe, Socket, case, create, outside_listener, step};

guests::cases!(unreached);

#[case]
fn unreached(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let address = outside_listener(family)?;
    let socket = create(family)?;
    step("connect");
    Ok(socket.connect(address).map(drop))
}
