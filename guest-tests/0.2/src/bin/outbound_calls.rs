//! What a socket answers on its way to a peer outside the guest, and once it is there.

#![no_std]
#![no_main]

use guests::address::{kept, mapped_loopback, port, wildcard};
use guests::clock;
use guests::transfer::Transfer;
use guests::{
    At, Connection, ErrorCode, Halt, IpAddressFamily, IpSocketAddress, Observe, ShutdownType,
    Socket, TcpSocket, Value, case, client_outside, create, instance_network, json, loopback,
    other, outside_listener, step,
};

guests::cases!(
    wildcard_address,
    other_family,
    mapped_address,
    after_port_zero,
    harmless,
    connect_gets_ready,
    connecting_calls,
    connecting_bind,
    connected_calls,
    connected_bind,
);

/// Some systems take the wildcard for the loopback address, where somebody listens.
#[case]
fn wildcard_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = outside_listener(family)?;
    connect_to(family, wildcard(family, port(&listener)))
}

#[case]
fn other_family(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    connect_to(other(family), outside_listener(family)?)
}

#[case]
fn mapped_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = outside_listener(family)?;
    connect_to(IpAddressFamily::Ipv6, mapped_loopback(port(&listener)))
}

fn connect_to(family: IpAddressFamily, address: IpSocketAddress) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    step("connect");
    Ok(socket.connect(address).map(drop))
}

/// An attempt that fails at once closes the socket, and no other.
#[case]
fn after_port_zero(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let address = outside_listener(family)?;
    let (socket, next) = (create(family)?, create(family)?);
    step("connect in vain");
    let failed = socket.connect(loopback(family, 0)).map(drop);
    step("connect again");
    let network = instance_network();
    Ok(json!({
        "failed": failed.observe(),
        "start-connect": socket.start_connect(&network, address).observe(),
        "another": next.connect(address).map(drop).observe(),
    }))
}

/// Makes calls that are wrong in this state, then uses the socket as if nothing had
/// happened.
#[case]
fn harmless(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let address = outside_listener(family)?;
    let socket = create(family)?;
    step("wrong-state calls");
    let answers = json!({
        "local-address": socket.local_address().observe(),
        "remote-address": socket.remote_address().observe(),
        "finish-bind": socket.finish_bind().observe(),
        "finish-listen": socket.finish_listen().observe(),
        "finish-connect": socket.finish_connect().map(drop).observe(),
        "start-listen": socket.start_listen().observe(),
        "accept": socket.accept_now().map(drop).observe(),
        "shutdown": socket.shutdown(ShutdownType::Both).observe(),
    });
    step("connect");
    let connected = socket.connect(address).map(|(input, output)| {
        step("carry bytes");
        Transfer::new(&output, &input, 1000).run()
    });
    Ok(json!({ "answers": answers, "connect": connected.observe() }))
}

#[case]
fn connect_gets_ready(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let address = outside_listener(family)?;
    let socket = create(family)?;
    step("start-connect");
    socket
        .start_connect(&instance_network(), address)
        .at("start-connect")?;
    step("wait");
    let ready = clock::gets_ready(&socket.subscribe());
    step("finish-connect");
    let finish = socket.finish(TcpSocket::finish_connect).map(drop);
    Ok(json!({ "ready": ready, "finish": finish.observe() }))
}

/// A call that a state does not allow.
type Call = fn(&TcpSocket, IpSocketAddress) -> Result<(), ErrorCode>;

/// Those that an operation in progress is in the way of, and so is a connection.
const STARTS: [(&str, Call); 4] = [
    ("start-connect", |socket, address| {
        socket.start_connect(&instance_network(), address)
    }),
    ("start-listen", |socket, _| socket.start_listen()),
    ("accept", |socket, _| socket.accept_now().map(drop)),
    ("finish-bind", |socket, _| socket.finish_bind()),
];

/// Those that only an operation in progress is in the way of.
const OF_THE_START: [(&str, Call); 3] = [
    ("shutdown", |socket, _| socket.shutdown(ShutdownType::Both)),
    ("finish-listen", |socket, _| socket.finish_listen()),
    ("remote-address", |socket, _| {
        socket.remote_address().map(drop)
    }),
];

/// Those that only a connection is in the way of.
const OF_THE_END: [(&str, Call); 2] = [
    ("finish-connect", |socket, _| {
        socket.finish_connect().map(drop)
    }),
    ("finish-listen", |socket, _| socket.finish_listen()),
];

/// A policy may be in the way of this one, too.
const BIND: [(&str, Call); 1] = [("start-bind", |socket, _| {
    let address = loopback(socket.address_family(), 0);
    socket.start_bind(&instance_network(), address)
})];

/// Makes each call while another socket connects, which then finishes.
#[case(
    connecting_calls = &[&STARTS, &OF_THE_START],
    connecting_bind = &[&BIND],
)]
fn connecting(family: IpAddressFamily, calls: &[&[(&str, Call)]]) -> Result<impl Observe, Halt> {
    let address = outside_listener(family)?;
    let mut seen = json!({});
    for (name, call) in calls.iter().copied().flatten() {
        let socket = create(family)?;
        step("start-connect");
        socket
            .start_connect(&instance_network(), address)
            .at("start-connect")?;
        step("another call");
        let answer = call(&socket, address);
        step("finish-connect");
        let finish = socket.finish(TcpSocket::finish_connect);
        seen[*name] = json!([answer.observe(), finish.map(drop).observe()]);
    }
    Ok(seen)
}

/// Makes the calls one after the other; the connection goes on.
#[case(
    connected_calls = &[&STARTS, &OF_THE_END],
    connected_bind = &[&BIND],
)]
fn connected(family: IpAddressFamily, calls: &[&[(&str, Call)]]) -> Result<impl Observe, Halt> {
    let address = outside_listener(family)?;
    let Connection {
        socket,
        input,
        output,
    } = &client_outside(family)?;
    let mut answers = json!({});
    for (name, call) in calls.iter().copied().flatten() {
        step("wrong-state call");
        answers[*name] = call(socket, address).observe();
    }
    step("go on");
    let bytes: Value = Transfer::new(output, input, 100).run();
    Ok(json!({
        "answers": answers,
        "remote-address": kept(&address, socket.remote_address()),
        "bytes": bytes,
    }))
}
