//! The time between the start of an operation and its end.

#![no_std]
#![no_main]

use guests::address::kept;
use guests::{
    At, Connection, ErrorCode, Halt, IpAddressFamily, Observe, ShutdownType, Socket, TcpSocket,
    Value, bound, case, clock, create, instance_network, json, listening, loopback, step,
};

guests::cases!(
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
    finish_again_beside_another,
    one_pollable_for_all,
    bind_then_finish_listen,
    bind_then_finish_connect,
    bind_then_accept,
    bind_then_shutdown,
    bind_then_remote_address,
    bind_then_drop,
    listen_then_finish_bind,
    listen_then_finish_connect,
    listen_then_accept,
    listen_then_shutdown,
    listen_then_remote_address,
    listen_then_drop,
    connect_then_finish_bind,
    connect_then_finish_listen,
    connect_then_accept,
    connect_then_shutdown,
    bind_address,
    listen_address,
    connect_address,
);

#[case]
fn bind_then_start_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_bind(family, move |socket, _| start_bind(socket, family))
}

#[case]
fn bind_then_start_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_bind(family, start_connect)
}

#[case]
fn bind_then_start_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_bind(family, |socket, _| socket.start_listen())
}

#[case]
fn listen_then_start_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_listen(family, move |socket, _| start_bind(socket, family))
}

#[case]
fn listen_then_start_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_listen(family, start_connect)
}

#[case]
fn listen_then_start_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_listen(family, |socket, _| socket.start_listen())
}

#[case]
fn connect_then_start_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_connect(family, move |socket, _| start_bind(socket, family))
}

#[case]
fn connect_then_start_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_connect(family, start_connect)
}

#[case]
fn connect_then_start_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_connect(family, |socket, _| socket.start_listen())
}

fn start_bind(socket: &TcpSocket, family: IpAddressFamily) -> Result<(), ErrorCode> {
    socket.start_bind(&instance_network(), loopback(family, 0))
}

fn start_connect(socket: &TcpSocket, peer: &TcpSocket) -> Result<(), ErrorCode> {
    socket.start_connect(&instance_network(), peer.local_address()?)
}

/// Makes another call while the socket binds, mostly to start something else, then
/// finishes to bind. The second argument of `start` is a peer that listens.
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

#[case]
fn bind_gets_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    start_bind(&socket, family).at("start-bind")?;
    gets_ready(&socket, TcpSocket::finish_bind)
}

#[case]
fn listen_gets_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = bound(family)?;
    socket.start_listen().at("start-listen")?;
    gets_ready(&socket, TcpSocket::finish_listen)
}

#[case]
fn connect_gets_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (socket, peer) = (create(family)?, listening(family)?);
    start_connect(&socket, &peer).at("start-connect")?;
    gets_ready(&socket, |socket| socket.finish_connect().map(drop))
}

/// An implementation that learns of the refusal at once may return it at once.
#[case]
fn refusal_gets_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (socket, holder) = (create(family)?, bound(family)?);
    match start_connect(&socket, &holder) {
        Ok(()) => gets_ready(&socket, |socket| socket.finish_connect().map(drop)),
        refused => Ok(refused.observe()),
    }
}

fn gets_ready(
    socket: &TcpSocket,
    finish: impl Fn(&TcpSocket) -> Result<(), ErrorCode>,
) -> Result<Value, Halt> {
    step("wait");
    let ready = clock::gets_ready(&socket.subscribe());
    step("finish");
    Ok(json!({ "ready": ready, "finish": socket.finish(finish).observe() }))
}

/// An operation that is finished is no longer in progress.
#[case]
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

/// Nothing is left to finish, however often it is tried, and that of another socket is not
/// touched.
#[case]
fn finish_again_beside_another(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (one, other) = (create(family)?, create(family)?);
    let beside = |finish: fn(&TcpSocket) -> Result<(), ErrorCode>| {
        one.finish(finish).at("finish")?;
        step("finish again");
        let again = [(); 4].map(|()| finish(&one).observe());
        step("finish the other");
        Ok(json!({ "again": again, "other": other.finish(finish).observe() }))
    };
    step("start-bind");
    start_bind(&one, family).at("start-bind")?;
    start_bind(&other, family).at("start-bind")?;
    let bind = beside(TcpSocket::finish_bind)?;
    step("start-listen");
    one.start_listen().at("start-listen")?;
    other.start_listen().at("start-listen")?;
    let listen = beside(TcpSocket::finish_listen)?;
    Ok(json!({ "bind": bind, "listen": listen }))
}

/// A pollable belongs to the socket, not to an operation.
#[case]
fn one_pollable_for_all(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    let client = create(family)?;
    let pollable = socket.subscribe();
    let ready = || clock::gets_ready(&pollable);
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
    let waits = !clock::ready_within_moment(&pollable);
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

#[case]
fn bind_then_finish_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_bind(family, |socket, _| socket.finish_listen())
}

#[case]
fn bind_then_finish_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_bind(family, |socket, _| socket.finish_connect().map(drop))
}

#[case]
fn bind_then_accept(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_bind(family, |socket, _| socket.accept_now().map(drop))
}

#[case]
fn bind_then_shutdown(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_bind(family, |socket, _| socket.shutdown(ShutdownType::Both))
}

#[case]
fn bind_then_remote_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_bind(family, |socket, _| socket.remote_address().map(drop))
}

#[case]
fn bind_then_drop(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    step("start-bind");
    start_bind(&socket, family).at("start-bind")?;
    step("drop");
    drop(socket);
    Ok(())
}

#[case]
fn listen_then_finish_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_listen(family, |socket, _| socket.finish_bind())
}

#[case]
fn listen_then_finish_connect(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_listen(family, |socket, _| socket.finish_connect().map(drop))
}

/// A client may come, but not before the socket listens.
#[case]
fn listen_then_accept(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_listen(family, |socket, _| socket.accept_now().map(drop))
}

#[case]
fn listen_then_shutdown(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_listen(family, |socket, _| socket.shutdown(ShutdownType::Both))
}

#[case]
fn listen_then_remote_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_listen(family, |socket, _| socket.remote_address().map(drop))
}

/// Nobody has the address afterwards.
#[case]
fn listen_then_drop(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (socket, next) = (bound(family)?, create(family)?);
    let address = socket.local_address().at("local-address")?;
    step("start-listen");
    socket.start_listen().at("start-listen")?;
    step("drop");
    drop(socket);
    step("bind and listen");
    Ok(json!({ "bind": next.bind(address).observe(), "listen": next.listen().observe() }))
}

#[case]
fn connect_then_finish_bind(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_connect(family, |socket, _| socket.finish_bind())
}

#[case]
fn connect_then_finish_listen(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_connect(family, |socket, _| socket.finish_listen())
}

#[case]
fn connect_then_accept(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_connect(family, |socket, _| socket.accept_now().map(drop))
}

#[case]
fn connect_then_shutdown(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_connect(family, |socket, _| socket.shutdown(ShutdownType::Both))
}

/// A socket has no address until it is bound.
#[case]
fn bind_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    during_bind(family, |socket, _| socket.local_address().map(drop))
}

#[case]
fn listen_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = bound(family)?;
    let before = socket.local_address().at("local-address")?;
    step("start-listen");
    socket.start_listen().at("start-listen")?;
    step("local-address");
    let during = socket.local_address();
    let finish = socket.finish(TcpSocket::finish_listen);
    Ok(json!({ "address": kept(&before, during), "finish": finish.observe() }))
}

/// Of a socket that was bound before.
#[case]
fn connect_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (socket, peer) = (bound(family)?, listening(family)?);
    let before = socket.local_address().at("local-address")?;
    step("start-connect");
    start_connect(&socket, &peer).at("start-connect")?;
    step("local-address");
    let during = socket.local_address();
    let finish = socket.finish(TcpSocket::finish_connect).map(drop);
    Ok(json!({ "address": kept(&before, during), "finish": finish.observe() }))
}
