//! Connecting to a port outside the guest at which nobody listens.

#![no_std]
#![no_main]

use guests::clock;
use guests::{
    Halt, IpAddressFamily, Observe, Socket, case, create, create_tcp_socket, instance_network,
    json, outside_listener, refused_again, step, under_fault,
};

guests::cases!(connect, gets_ready, closes, again);

#[case]
fn connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let address = outside_listener(family)?;
    let socket = create(family)?;
    step("connect");
    Ok(socket.connect(address).map(drop))
}

/// An implementation that learns of the refusal at once may return it at once.
#[case]
fn gets_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let address = outside_listener(family)?;
    let socket = create(family)?;
    step("start-connect");
    if let Err(code) = socket.start_connect(&instance_network(), address) {
        return Ok(code.observe());
    }
    step("wait");
    let ready = clock::gets_ready(&socket.subscribe());
    step("finish-connect");
    let finish = socket.finish(|socket| socket.finish_connect().map(drop));
    Ok(json!({ "ready": ready, "finish": finish.observe() }))
}

#[case]
fn closes(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let address = outside_listener(family)?;
    let socket = create(family)?;
    step("connect in vain");
    if socket.connect(address).is_ok() {
        return Ok(json!("connected"));
    }
    let mut seen = under_fault::after_failure(&socket, family);
    seen["remote-address"] = socket.remote_address().observe();
    Ok(seen)
}

#[case]
fn again(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let address = outside_listener(family)?;
    step("connect in vain, again and again");
    refused_again(|| Ok(create_tcp_socket(family)?.connect(address).err()))
}
