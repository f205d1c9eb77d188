//! What bind returns when the operating system refuses it, and what state the socket
//! is in then.

#![no_std]
#![no_main]

use guests::{
    Halt, IpAddressFamily, Observe, ShutdownType, Socket, case, clock, create, instance_network,
    json, loopback, step, under_fault,
};

guests::cases!(code, state);

#[case]
fn code(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    step("bind");
    Ok(match socket.bind(loopback(family, 0)) {
        Ok(()) => under_fault::from_bound(&socket, family),
        Err(code) => code.observe(),
    })
}

#[case]
fn state(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    step("bind");
    if socket.bind(loopback(family, 0)).is_ok() {
        return Ok(json!("bound"));
    }
    step("ask the socket");
    let seen = json!({
        "local-address": socket.local_address().observe(),
        "finish-bind": socket.finish_bind().observe(),
        "start-listen": socket.start_listen().observe(),
        "accept": socket.accept_now().map(drop).observe(),
        "shutdown": socket.shutdown(ShutdownType::Both).observe(),
        "is-listening": socket.is_listening(),
        "pollable-ready": clock::gets_ready(&socket.subscribe()),
    });
    step("use it again");
    let bind = socket.bind(loopback(family, 0));
    let connect = socket.start_connect(&instance_network(), under_fault::nobody(family));
    step("drop");
    drop(socket);
    Ok(json!({
        "at-once": seen,
        "bind": under_fault::attempted(&bind),
        "start-connect": under_fault::attempted(&connect),
    }))
}
