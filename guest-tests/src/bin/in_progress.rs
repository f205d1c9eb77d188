//! Between the start of an operation and its end.

#![no_std]
#![no_main]

use guest_tests::{
    At, Connection, ErrorCode, Halt, IpAddressFamily, Observe, Socket, TcpSocket, Value, bound,
    clock, create, instance_network, json, listening, loopback, step,
};

guest_tests::cases!(
    bind_then_start_bind,
    bind_then_start_connect,
    bind_then_start_listen,
    bind_gets_ready,
    listen_then_start_bind,
    listen_then_start_connect,
    listen_then_start_listen,
    listen_gets_ready,
    connect_then_start_bind,
    connect_then_start_connect,
    connect_then_start_listen,
    connect_gets_ready,
    refusal_gets_ready,
    finish_once,
    one_pollable_for_all,
);

fn bind_then_start_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_bind(family, move |it, _| start_bind(it, family))
}

fn bind_then_start_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_bind(family, start_connect)
}

fn bind_then_start_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_bind(family, |it, _| it.start_listen())
}

fn listen_then_start_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_listen(family, move |it, _| start_bind(it, family))
}

fn listen_then_start_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_listen(family, start_connect)
}

fn listen_then_start_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_listen(family, |it, _| it.start_listen())
}

fn connect_then_start_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_connect(family, move |it, _| start_bind(it, family))
}

fn connect_then_start_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_connect(family, start_connect)
}

fn connect_then_start_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_connect(family, |it, _| it.start_listen())
}

fn start_bind(socket: &TcpSocket, family: IpAddressFamily) -> Result<(), ErrorCode> {
    socket.start_bind(&instance_network(), loopback(family, 0))
}

fn start_connect(socket: &TcpSocket, peer: &TcpSocket) -> Result<(), ErrorCode> {
    socket.start_connect(&instance_network(), peer.local_address()?)
}

/// Starts another operation with the socket (and a peer that listens), then
/// finishes the one that was started first.
fn during_bind(
    family: IpAddressFamily,
    start: impl FnOnce(&TcpSocket, &TcpSocket) -> Result<(), ErrorCode>,
) -> Result<impl Observe, Halt> {
    let (socket, peer) = (create(family)?, listening(family)?);
    step("start-bind");
    start_bind(&socket, family).at("start-bind")?;
    step("start another");
    let another = start(&socket, &peer);
    step("finish-bind");
    Ok(json!({
        "another": another.observe(),
        "finish": socket.finish(TcpSocket::finish_bind).observe(),
        "listens": socket.listen().observe(),
    }))
}

fn during_listen(
    family: IpAddressFamily,
    start: impl FnOnce(&TcpSocket, &TcpSocket) -> Result<(), ErrorCode>,
) -> Result<impl Observe, Halt> {
    let (socket, peer) = (bound(family)?, listening(family)?);
    step("start-listen");
    socket.start_listen().at("start-listen")?;
    step("start another");
    let another = start(&socket, &peer);
    step("finish-listen");
    Ok(json!({
        "another": another.observe(),
        "finish": socket.finish(TcpSocket::finish_listen).observe(),
        "listens": socket.is_listening(),
    }))
}

fn during_connect(
    family: IpAddressFamily,
    start: impl FnOnce(&TcpSocket, &TcpSocket) -> Result<(), ErrorCode>,
) -> Result<impl Observe, Halt> {
    let (socket, peer) = (create(family)?, listening(family)?);
    step("start-connect");
    start_connect(&socket, &peer).at("start-connect")?;
    step("start another");
    let another = start(&socket, &peer);
    step("finish-connect");
    let finish = socket.finish(TcpSocket::finish_connect);
    Ok(json!({
        "another": another.observe(),
        "finish": finish.map(drop).observe(),
        "connected": socket.remote_address().map(drop).observe(),
    }))
}

fn bind_gets_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    start_bind(&socket, family).at("start-bind")?;
    gets_ready(&socket, TcpSocket::finish_bind)
}

fn listen_gets_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = bound(family)?;
    socket.start_listen().at("start-listen")?;
    gets_ready(&socket, TcpSocket::finish_listen)
}

fn connect_gets_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (socket, peer) = (create(family)?, listening(family)?);
    start_connect(&socket, &peer).at("start-connect")?;
    gets_ready(&socket, |it| it.finish_connect().map(drop))
}

/// An implementation that learns of the refusal at once may say so at once.
fn refusal_gets_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (socket, holder) = (create(family)?, bound(family)?);
    match start_connect(&socket, &holder) {
        Ok(()) => gets_ready(&socket, |it| it.finish_connect().map(drop)),
        at_once => Ok(at_once.observe()),
    }
}

fn gets_ready(
    socket: &TcpSocket,
    finish: impl Fn(&TcpSocket) -> Result<(), ErrorCode>,
) -> Result<Value, Halt> {
    step("wait");
    let ready = clock::ready_within(&socket.subscribe(), clock::PATIENCE);
    step("finish");
    Ok(json!({ "ready": ready, "finish": socket.finish(finish).observe() }))
}

/// What was finished is not in progress any more.
fn finish_once(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = bound(family)?;
    let bind = socket.finish_bind();
    socket.listen().at("listen")?;
    let listen = socket.finish_listen();
    let client = create(family)?;
    let (input, output) = client
        .connect(socket.local_address().at("local-address")?)
        .at("connect")?;
    let connect = client.finish_connect().map(drop);
    drop((input, output));
    Ok(json!({
        "finish-bind": bind.observe(),
        "finish-listen": listen.observe(),
        "finish-connect": connect.observe(),
    }))
}

/// A pollable goes with the socket, not with an operation.
fn one_pollable_for_all(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    let client = create(family)?;
    let pollable = socket.subscribe();
    let ready = || clock::ready_within(&pollable, clock::PATIENCE);
    step("bind");
    start_bind(&socket, family).at("start-bind")?;
    let bind = ready();
    socket.finish(TcpSocket::finish_bind).at("finish-bind")?;
    step("listen");
    socket.start_listen().at("start-listen")?;
    let listen = ready();
    socket
        .finish(TcpSocket::finish_listen)
        .at("finish-listen")?;
    step("accept");
    let waits = !clock::ready_within(&pollable, clock::MOMENT);
    let address = socket.local_address().at("local-address")?;
    let _streams = client.connect(address).at("connect")?;
    let accept = ready();
    drop(pollable);
    let accepted: Result<Connection, _> = socket.accept_one();
    Ok(json!({
        "bind": bind,
        "listen": listen,
        "waits-for-client": waits,
        "accept": accept,
        "accepted": accepted.map(drop).observe(),
    }))
}
