//! The clients that wait for a listener, and those that come one after another.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;
use guests::bindings::wasi::io::streams::{InputStream, OutputStream};
use guests::clock::{Attempts, gets_ready, ready_within_moment};
use guests::transfer::{Transfer, run_all};
use guests::{
    At, Connection, ErrorCode, Halt, IpAddressFamily, IpSocketAddress, Observe, Socket, TcpSocket,
    Value, bound, case, client_of, connect_and_accept, create, instance_network, json, listening,
    same, step,
};

guests::cases!(
    ready_until_drained,
    all_are_served,
    largest_backlog,
    largest_backlog_late,
    one_after_another,
    client_gone_before_accept,
);

/// How many clients wait at most.
const CLIENTS: usize = 10;

/// Two pollables: one that was taken before a client came, and a new one each time.
#[case]
fn ready_until_drained(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening_with_backlog(family)?;
    let pollable = listener.subscribe();
    let clients = waiting(&listener, family)?;
    for _ in &clients {
        step("wait for a client");
        if !gets_ready(&pollable) || !gets_ready(&listener.subscribe()) {
            return Ok(json!({ "ready": "until a client was accepted" }));
        }
        step("accept");
        drop(listener.accept_one().at("accept")?);
    }
    if clients.len() < CLIENTS {
        // The next one may be on its way still.
        return Ok(json!({ "ready": "for each", "waited": clients.len() }));
    }
    step("wait for nobody");
    Ok(json!({
        "ready": "for each",
        "waited": clients.len(),
        "drained": {
            "ready": [
                ready_within_moment(&pollable),
                ready_within_moment(&listener.subscribe()),
            ],
            "accept": listener.accept_now().map(drop).observe(),
        },
    }))
}

/// Bytes for each reach the right one, whatever the order in which they are accepted.
#[case]
fn all_are_served(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening_with_backlog(family)?;
    let mut clients = waiting(&listener, family)?;
    let waited = clients.len();
    while !clients.is_empty() {
        step("accept");
        let server = listener.accept_one().at("accept")?;
        let remote = server.socket.remote_address().at("remote-address")?;
        let mut found = None;
        for (index, client) in clients.iter().enumerate() {
            let local = client.socket.local_address().at("local-address")?;
            found = found.or(same(&local, &remote).then_some(index));
        }
        let Some(index) = found else {
            return Ok(json!({ "waited": waited, "served": "a stranger" }));
        };
        let client = clients.swap_remove(index);
        let arrived = serve(&client, &server, 100 + index);
        if arrived != "whole" {
            return Ok(json!({ "waited": waited, "served": arrived }));
        }
    }
    Ok(json!({ "waited": waited, "served": "all" }))
}

#[case]
fn largest_backlog(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = bound(family)?;
    step("set-listen-backlog-size");
    let set = listener.set_listen_backlog_size(u64::MAX);
    step("listen");
    let listen = listener.listen();
    Ok(json!({
        "set": set.observe(),
        "listen": listen.observe(),
        "client": come(&listener, family)?,
    }))
}

#[case]
fn largest_backlog_late(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening(family)?;
    step("set-listen-backlog-size");
    let set = listener.set_listen_backlog_size(u64::MAX);
    Ok(json!({
        "set": set.observe(),
        "listening": listener.is_listening(),
        "client": come(&listener, family)?,
    }))
}

/// More than the 64 descriptors that `fd-limit` leaves. Each end leaves first by
/// turns.
#[case]
fn one_after_another(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening(family)?;
    for round in 0..100 {
        let socket = create(family)?;
        step("connect and accept, after some rounds");
        let (streams, server) =
            connect_and_accept(&listener, &socket).at("connect and accept, after some rounds")?;
        let client = connection(socket, streams);
        let arrived = serve(&client, &server, 10);
        if arrived != "whole" {
            return Ok(arrived);
        }
        if round % 2 == 0 {
            drop(client);
            drop(server);
        } else {
            drop(server);
            drop(client);
        }
    }
    Ok(json!("whole"))
}

/// A client that is gone, and behind it one that is there. Some systems reset the
/// connection of the first, and some end it. The second may have got the port of the
/// first, so bytes tell which of them is accepted.
#[case]
fn client_gone_before_accept(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening_with_backlog(family)?;
    let address = listener.local_address().at("local-address")?;
    drop(client_of(address)?);
    let client = client_of(address)?;
    let local = client.socket.local_address().at("local-address")?;
    step("accept");
    let mut gone = json!("passed over");
    let mut next = json!("never comes");
    let mut attempts = Attempts::new();
    loop {
        match listener.accept_now() {
            Ok(server) if is_from(&server, &local) => {
                let is_second = next != "never comes";
                if is_second {
                    gone = json!("ok");
                }
                next = serve(&client, &server, 100);
                if is_second || next == "whole" {
                    break;
                }
            }
            Ok(_) => gone = json!("ok"),
            Err(ErrorCode::WouldBlock) => {
                if !gets_ready(&listener.subscribe()) {
                    break;
                }
            }
            Err(code) => gone = code.observe(),
        }
        if !attempts.go_on() {
            break;
        }
    }
    Ok(json!({ "gone": gone, "next": next }))
}

/// Whether this is the other end of the socket at an address. One whose peer has
/// reset it may not know any more.
fn is_from(server: &Connection, address: &IpSocketAddress) -> bool {
    let remote = server.socket.remote_address();
    remote.is_ok_and(|remote| same(&remote, address))
}

fn listening_with_backlog(family: IpAddressFamily) -> Result<TcpSocket, Halt> {
    let listener = bound(family)?;
    step("listen");
    listener
        .set_listen_backlog_size(64)
        .at("set-listen-backlog-size")?;
    listener.listen().at("listen")?;
    Ok(listener)
}

/// Clients that have connected and are not accepted. The backlog is a hint, so they
/// may be fewer than [`CLIENTS`].
fn waiting(listener: &TcpSocket, family: IpAddressFamily) -> Result<Vec<Connection>, Halt> {
    let address = listener.local_address().at("local-address")?;
    let mut clients = Vec::new();
    while clients.len() < CLIENTS {
        let socket = create(family)?;
        step("connect");
        socket
            .start_connect(&instance_network(), address)
            .at("start-connect")?;
        if !gets_ready(&socket.subscribe()) {
            break;
        }
        match socket.finish(TcpSocket::finish_connect) {
            Ok(streams) => clients.push(connection(socket, streams)),
            Err(_) if !clients.is_empty() => break,
            Err(code) => return Err(code).at("connect"),
        }
    }
    if clients.is_empty() {
        return Err(Halt::Observed(json!("nobody gets to wait")));
    }
    Ok(clients)
}

/// What a client sees that comes to a listener.
fn come(listener: &TcpSocket, family: IpAddressFamily) -> Result<Value, Halt> {
    let socket = create(family)?;
    step("connect and accept");
    Ok(match connect_and_accept(listener, &socket) {
        Ok((streams, server)) => serve(&connection(socket, streams), &server, 100),
        Err(code) => code.observe(),
    })
}

/// Carries bytes both ways; returns `"whole"`, or what went wrong.
fn serve(client: &Connection, server: &Connection, length: usize) -> Value {
    step("carry bytes");
    run_all(&mut [
        &mut Transfer::new(&client.output, &server.input, length),
        &mut Transfer::new(&server.output, &client.input, length + 1000),
    ])
}

fn connection(socket: TcpSocket, (input, output): (InputStream, OutputStream)) -> Connection {
    Connection {
        input,
        output,
        socket,
    }
}
