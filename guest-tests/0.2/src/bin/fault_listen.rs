//! What listen returns when the operating system refuses it, and what state the
//! socket is in then.

#![no_std]
#![no_main]

use guests::{
    Halt, IpAddressFamily, Observe, Socket, TcpSocket, case, create, json, loopback, step,
    under_fault,
};

guests::cases!(code, state);

#[case]
fn code(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = not_refused_yet(family)?;
    step("listen");
    Ok(match socket.listen() {
        Ok(()) => under_fault::from_listening(&socket, family),
        Err(code) => code.observe(),
    })
}

#[case]
fn state(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = not_refused_yet(family)?;
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

/// A bound socket. An implementation may listen as soon as it binds, and then this is
/// where the fault is met.
fn not_refused_yet(family: IpAddressFamily) -> Result<TcpSocket, Halt> {
    let socket = create(family)?;
    step("bind");
    match socket.bind(loopback(family, 0)) {
        Ok(()) => Ok(socket),
        Err(_) => Err(Halt::Observed("not bound".into())),
    }
}
