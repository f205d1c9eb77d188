//! What listen returns when the operating system refuses it, and what state the
//! socket is in then.

#![no_std]
#![no_main]

use guests::{Halt, IpAddressFamily, Observe, Socket, bound, case, json, step, under_fault};

guests::cases!(code, state);

#[case]
fn code(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = bound(family)?;
    step("listen");
    Ok(match socket.listen() {
        Ok(()) => under_fault::from_listening(&socket, family),
        Err(code) => code.observe(),
    })
}

#[case]
fn state(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = bound(family)?;
    step("listen");
    if socket.listen().is_ok() {
        return Ok(json!("listening"));
    }
    let seen = json!({
        "finish": socket.finish_listen().observe(),
        "closed": under_fault::after_failure(&socket, family),
    });
    step("drop");
    drop(socket);
    Ok(seen)
}
