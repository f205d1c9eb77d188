//! What accept returns when the operating system refuses it, and what state the
//! listener is in then.

#![no_std]
#![no_main]

use guests::address::kept;
use guests::{
    At, Connection, ErrorCode, Halt, IpAddressFamily, Observe, ShutdownType, Socket, TcpSocket,
    case, clock, create, instance_network, json, listening, loopback, same, step, under_fault,
};

guests::cases!(code, state);

#[case]
fn code(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (listener, client) = (listening(family)?, create(family)?);
    let address = listener.local_address().at("local-address")?;
    step("connect");
    let _streams = client.connect(address).at("connect")?;
    let server = match accept(&listener) {
        Ok(server) => server,
        Err(code) => return Ok(code.observe()),
    };
    let client = client.local_address().at("local-address")?;
    let remote = server.socket.remote_address().at("remote-address")?;
    Ok(if same(&client, &remote) {
        json!("unaffected")
    } else {
        json!("another client")
    })
}

#[case]
fn state(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (listener, client) = (listening(family)?, create(family)?);
    let address = listener.local_address().at("local-address")?;
    step("connect");
    let streams = client.connect(address).at("connect")?;
    if accept(&listener).is_ok() {
        return Ok(json!("accepted"));
    }
    step("ask the listener");
    let network = instance_network();
    let seen = json!({
        "is-listening": listener.is_listening(),
        "local-address": kept(&address, listener.local_address()),
        "start-bind": listener.start_bind(&network, loopback(family, 0)).observe(),
        "start-listen": listener.start_listen().observe(),
        "start-connect": listener.start_connect(&network, under_fault::nobody(family)).observe(),
        "finish-listen": listener.finish_listen().observe(),
        "shutdown": listener.shutdown(ShutdownType::Both).observe(),
        "accept": under_fault::attempted(&listener.accept_now().map(drop)),
    });
    step("drop");
    drop(listener);
    drop(streams);
    Ok(seen)
}

/// Accepts a client that waits; `would-block` if the listener never says anything else.
fn accept(listener: &TcpSocket) -> Result<Connection, ErrorCode> {
    step("accept");
    let mut outcome = Err(ErrorCode::WouldBlock);
    clock::succeeds_soon(|| {
        let is_ready = clock::gets_ready(&listener.subscribe());
        outcome = listener.accept_now();
        !is_ready || !matches!(outcome, Err(ErrorCode::WouldBlock))
    });
    outcome
}
