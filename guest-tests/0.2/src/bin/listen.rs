//! The way from `bound` to `listening`, and a socket that listens.

#![no_std]
#![no_main]

use guests::{
    At, ErrorCode, Halt, IpAddressFamily, Observe, ShutdownType, Socket, TcpSocket, bound, case,
    clock, connect_and_accept, create, instance_network, json, listening, loopback, same, step,
};

guests::cases!(
    is_listening,
    is_listening_before_finish,
    local_address,
    start_listen_again,
    start_bind,
    start_connect,
    finish_listen_again,
    finish_bind,
    finish_connect,
    remote_address,
    shutdown_receive,
    shutdown_send,
    shutdown_both,
    accept_empty,
    pollable_waits_for_client,
    pollable_waits_again,
);

#[case]
fn is_listening(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = bound(family)?;
    step("listen");
    Ok(json!({
        "before": socket.is_listening(),
        "start-listen": socket.start_listen().observe(),
        "finish-listen": socket.finish(TcpSocket::finish_listen).observe(),
        "after": socket.is_listening(),
    }))
}

#[case]
fn is_listening_before_finish(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = bound(family)?;
    step("start-listen");
    socket.start_listen().at("start-listen")?;
    Ok(socket.is_listening())
}

#[case]
fn local_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = bound(family)?;
    let address = socket.local_address().at("local-address")?;
    socket.listen().at("listen")?;
    let now = socket.local_address();
    Ok(json!({ "kept": now.map(|now| same(&now, &address)).observe() }))
}

#[case]
fn start_listen_again(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_listening(family, TcpSocket::start_listen)
}

#[case]
fn start_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_listening(family, move |socket| {
        socket.start_bind(&instance_network(), loopback(family, 0))
    })
}

/// The address is that of a listener, so only the state is in the way.
#[case]
fn start_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let peer = listening(family)?;
    let address = peer.local_address().at("local-address")?;
    stays_listening(family, move |socket| {
        socket.start_connect(&instance_network(), address)
    })
}

#[case]
fn finish_listen_again(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_listening(family, TcpSocket::finish_listen)
}

#[case]
fn finish_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_listening(family, TcpSocket::finish_bind)
}

#[case]
fn finish_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_listening(family, TcpSocket::finish_connect)
}

#[case]
fn remote_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_listening(family, TcpSocket::remote_address)
}

#[case]
fn shutdown_receive(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_listening(family, |socket| socket.shutdown(ShutdownType::Receive))
}

#[case]
fn shutdown_send(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_listening(family, |socket| socket.shutdown(ShutdownType::Send))
}

#[case]
fn shutdown_both(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    stays_listening(family, |socket| socket.shutdown(ShutdownType::Both))
}

/// Makes a call that is wrong in this state, then uses the socket as if nothing
/// had happened.
fn stays_listening<T>(
    family: IpAddressFamily,
    call: impl FnOnce(&TcpSocket) -> Result<T, ErrorCode>,
) -> Result<impl Observe, Halt> {
    let socket = listening(family)?;
    let address = socket.local_address().at("local-address")?;
    let client = create(family)?;
    step("wrong-state call");
    let answer = call(&socket).map(drop);
    step("go on");
    let now = socket.local_address();
    Ok(json!({
        "answer": answer.observe(),
        "listening": socket.is_listening(),
        "address-kept": now.map(|now| same(&now, &address)).observe(),
        "accepts": connect_and_accept(&socket, &client).map(drop).observe(),
    }))
}

#[case]
fn accept_empty(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = listening(family)?;
    step("accept");
    Ok(socket.accept_now().map(drop))
}

#[case]
fn pollable_waits_for_client(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = listening(family)?;
    let client = create(family)?;
    let address = socket.local_address().at("local-address")?;
    step("wait for nobody");
    let pollable = socket.subscribe();
    let before = clock::ready_within_moment(&pollable);
    step("connect");
    let _streams = client.connect(address).at("connect")?;
    step("wait for the client");
    let after = clock::gets_ready(&pollable);
    drop(pollable);
    Ok(json!({
        "before": before,
        "after": after,
        "accept": socket.accept_one().map(drop).observe(),
    }))
}

#[case]
fn pollable_waits_again(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = listening(family)?;
    let client = create(family)?;
    step("connect and accept");
    let served = connect_and_accept(&socket, &client).at("connect and accept")?;
    step("wait for nobody");
    let ready = clock::ready_within_moment(&socket.subscribe());
    let accept = socket.accept_now().map(drop);
    drop(served);
    Ok(json!({ "ready": ready, "accept": accept.observe() }))
}
