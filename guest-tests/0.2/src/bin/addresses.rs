//! Which addresses and ports a socket gets, keeps, shares and gives back.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;
use guests::address::{
    first_multicast, is_unspecified, labels, last_multicast, port, second_loopback, wildcard,
    with_labels,
};
use guests::{
    At, ErrorCode, Halt, IpAddressFamily, IpSocketAddress, Observe, Pair, Socket, TcpSocket, Value,
    bound, case, connect_and_accept, connected, create, create_tcp_socket, instance_network, json,
    listening, loopback, same, step,
};

guests::cases!(
    wildcard_listener,
    specific_port,
    specific_port_of_wildcard,
    in_use_wildcard,
    loopback_below_wildcard,
    reuse_peer_open,
    bind_multicast_edges,
    connect_multicast_edges,
    connect_from_wildcard,
    connect_to_port_given_back,
    connect_to_dropped_listener,
    two_listeners,
    failed_listen_closes,
    failed_connect_frees_port,
    flow_and_scope,
    flow_and_scope_of_connection,
    flow_and_scope_given,
    connect_to_itself,
    second_loopback_address,
    ephemeral_ports_differ,
    port_one,
);

/// How many ports to try: another process may take a port, which is no fault.
const ATTEMPTS: usize = 20;

#[case]
fn wildcard_listener(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = create(family)?;
    step("bind to the wildcard");
    listener.bind(wildcard(family, 0)).at("bind")?;
    let address = listener.local_address().at("local-address")?;
    listener.listen().at("listen")?;
    let now = listener.local_address();
    step("connect over the loopback address");
    let client = create(family)?;
    let arrives = client
        .connect(loopback(family, port(&address)))
        .and_then(|_streams| listener.accept_one())
        .map(drop);
    Ok(json!({
        "local-address": if is_unspecified(&address) { "the wildcard" } else { "another" },
        "port-is-set": port(&address) != 0,
        "kept": now.map(|now| same(&now, &address)).observe(),
        "client": arrives.observe(),
    }))
}

#[case]
fn specific_port(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    bind_to_chosen(family, loopback)
}

#[case]
fn specific_port_of_wildcard(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    bind_to_chosen(family, wildcard)
}

/// Binds to a port that was free a moment ago.
fn bind_to_chosen(
    family: IpAddressFamily,
    address: fn(IpAddressFamily, u16) -> IpSocketAddress,
) -> Result<impl Observe, Halt> {
    retry(|| {
        let before = bound(family)?;
        let chosen = address(family, port(&before.local_address().at("local-address")?));
        drop(before);
        let socket = create(family)?;
        step("bind to a chosen port");
        let bind = socket.bind(chosen);
        let seen = match bind {
            Ok(()) => match socket.local_address() {
                Ok(now) => json!({
                    "address-kept": same(&now, &chosen),
                    "port-kept": port(&now) == port(&chosen),
                }),
                Err(code) => code.observe(),
            },
            Err(_) => Value::Null,
        };
        let is_taken = bind == Err(ErrorCode::AddressInUse);
        Ok((
            json!({ "bind": bind.observe(), "local-address": seen }),
            is_taken,
        ))
    })
}

/// Repeats an attempt while another process is in its way.
fn retry(attempt: impl Fn() -> Result<(Value, bool), Halt>) -> Result<Value, Halt> {
    let mut left = ATTEMPTS;
    loop {
        left -= 1;
        let (seen, is_disturbed) = attempt()?;
        if !is_disturbed || left == 0 {
            return Ok(seen);
        }
    }
}

fn listening_at_wildcard(family: IpAddressFamily) -> Result<TcpSocket, Halt> {
    let listener = create(family)?;
    step("listen at the wildcard");
    listener.bind(wildcard(family, 0)).at("bind")?;
    listener.listen().at("listen")?;
    Ok(listener)
}

#[case]
fn in_use_wildcard(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening_at_wildcard(family)?;
    let port = port(&listener.local_address().at("local-address")?);
    let socket = create(family)?;
    step("bind to the wildcard again");
    Ok(socket.bind(wildcard(family, port)))
}

/// Systems differ: some give the client to the more specific address.
#[case]
fn loopback_below_wildcard(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening_at_wildcard(family)?;
    let port = port(&listener.local_address().at("local-address")?);
    let socket = create(family)?;
    step("bind to the loopback address");
    let bind = socket.bind(loopback(family, port));
    Ok(json!({ "bind": bind.observe(), "listen": socket.listen().observe() }))
}

/// The client stays open, so the server's end cannot finish its goodbye.
#[case]
fn reuse_peer_open(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let Pair {
        client: _client,
        server,
        listener,
    } = connected(family)?;
    let address = listener.local_address().at("local-address")?;
    step("close the server's end");
    drop(server);
    drop(listener);
    let socket = create(family)?;
    step("bind to the port again");
    Ok(json!({
        "bind": socket.bind(address).observe(),
        "listen": socket.listen().observe(),
    }))
}

#[case]
fn bind_multicast_edges(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let bind = |address| -> Result<Value, Halt> {
        let socket = create(family)?;
        step("bind");
        Ok(socket.bind(address).observe())
    };
    Ok(json!({
        "first": bind(first_multicast(family, 0))?,
        "last": bind(last_multicast(family, 0))?,
    }))
}

#[case]
fn connect_multicast_edges(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let connect = |address| -> Result<Value, Halt> {
        let socket = create(family)?;
        step("connect");
        Ok(socket.connect(address).map(drop).observe())
    };
    Ok(json!({
        "first": connect(first_multicast(family, 9))?,
        "last": connect(last_multicast(family, 9))?,
    }))
}

#[case]
fn connect_from_wildcard(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening(family)?;
    let socket = create(family)?;
    socket.bind(wildcard(family, 0)).at("bind")?;
    let before = socket.local_address().at("local-address")?;
    step("connect");
    let connected = connect_and_accept(&listener, &socket);
    let (_streams, accepted) = connected.at("connect")?;
    let now = socket.local_address().at("local-address once connected")?;
    let peer = accepted.socket.remote_address().at("remote-address")?;
    Ok(json!({
        "port-kept": port(&now) == port(&before) && port(&peer) == port(&before),
        "concrete": !is_unspecified(&now),
        "what-the-peer-sees": same(&now, &peer),
    }))
}

#[case]
fn connect_to_port_given_back(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    connect_after_drop(family, bound)
}

#[case]
fn connect_to_dropped_listener(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    connect_after_drop(family, listening)
}

/// Another process may listen at the port by then, or the system may pick it for
/// the client, which then reaches itself. Neither happens again and again.
fn connect_after_drop(
    family: IpAddressFamily,
    create_bound: fn(IpAddressFamily) -> Result<TcpSocket, Halt>,
) -> Result<impl Observe, Halt> {
    retry(|| {
        let before = create_bound(family)?;
        let address = before.local_address().at("local-address")?;
        drop(before);
        let client = create(family)?;
        step("connect");
        let connected = client.connect(address).map(drop);
        Ok((connected.observe(), connected.is_ok()))
    })
}

/// Two sockets with one address, as far as the implementation lets them.
fn two_bound(
    family: IpAddressFamily,
) -> Result<(TcpSocket, TcpSocket, Result<(), ErrorCode>), Halt> {
    let first = bound(family)?;
    let address = first.local_address().at("local-address")?;
    let second = create(family)?;
    step("bind to the same address");
    let bind = second.bind(address);
    Ok((first, second, bind))
}

#[case]
fn two_listeners(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (first, second, bind) = two_bound(family)?;
    step("listen twice");
    let first = first.listen();
    let second = bind.and_then(|()| second.listen());
    Ok(json!({ "first": first.observe(), "both": first.is_ok() && second.is_ok() }))
}

#[case]
fn failed_listen_closes(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let (first, second, bind) = two_bound(family)?;
    if bind.is_err() {
        return Ok(json!("bind refuses the address"));
    }
    first.listen().at("listen")?;
    step("listen in vain");
    let failed = second.listen();
    let network = instance_network();
    step("use the socket that failed");
    Ok(json!({
        "failed": failed.observe(),
        "is-listening": second.is_listening(),
        "start-listen": second.start_listen().observe(),
        "start-bind": second.start_bind(&network, loopback(family, 0)).observe(),
        "start-connect": second
            .start_connect(&network, first.local_address().at("local-address")?)
            .observe(),
    }))
}

/// A socket holds the port that is connected to, so that nobody else can listen
/// there.
#[case]
fn failed_connect_frees_port(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    retry(|| {
        let holder = bound(family)?;
        let socket = bound(family)?;
        let address = socket.local_address().at("local-address")?;
        step("connect in vain");
        let failed = socket
            .connect(holder.local_address().at("local-address")?)
            .map(drop);
        let again = socket.start_listen();
        drop(socket);
        let next = create(family)?;
        step("bind to its port");
        let bind = next.bind(address).and_then(|()| next.listen());
        Ok((
            json!({
                "failed": failed.observe(),
                "start-listen": again.observe(),
                "next": bind.observe(),
            }),
            bind == Err(ErrorCode::AddressInUse),
        ))
    })
}

#[case]
fn flow_and_scope(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = bound(family)?;
    let bound_to = socket.local_address().map(|it| labels(&it));
    socket.listen().at("listen")?;
    let now = socket.local_address().map(|it| labels(&it));
    Ok(json!({ "bound": bound_to.observe(), "listening": now.observe() }))
}

#[case]
fn flow_and_scope_of_connection(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let pair = connected(family)?;
    let (client, server) = (&pair.client.socket, &pair.server.socket);
    let labels = |address: Result<IpSocketAddress, ErrorCode>| {
        address.map(|address| labels(&address)).observe()
    };
    Ok(json!({
        "client": labels(client.local_address()),
        "client's peer": labels(client.remote_address()),
        "accepted": labels(server.local_address()),
        "accepted one's peer": labels(server.remote_address()),
    }))
}

#[case]
fn flow_and_scope_given(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    step("bind");
    let bind = socket.bind(with_labels(loopback(family, 0), 0x12345, 1));
    Ok(json!({
        "bind": bind.observe(),
        "local-address": socket.local_address().map(|it| labels(&it)).observe(),
    }))
}

#[case]
fn connect_to_itself(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = bound(family)?;
    let address = socket.local_address().at("local-address")?;
    step("connect to itself");
    Ok(socket.connect(address).map(drop))
}

#[case]
fn second_loopback_address(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    retry(|| {
        let first = listening(family)?;
        let address = first.local_address().at("local-address")?;
        let other_address = second_loopback(port(&address));
        let second = create(family)?;
        step("listen at a second loopback address");
        let bind = second.bind(other_address);
        if bind == Err(ErrorCode::AddressNotBindable) {
            return Ok((json!("there is no second loopback address"), false));
        }
        let listen = bind.and_then(|()| second.listen());
        if listen.is_err() {
            let is_taken = listen == Err(ErrorCode::AddressInUse);
            return Ok((json!({ "listen": listen.observe() }), is_taken));
        }
        let reach = |listener: &TcpSocket| -> Result<Value, Halt> {
            let client = create(family)?;
            step("reach a listener");
            Ok(connect_and_accept(listener, &client).map(drop).observe())
        };
        let seen = json!({
            "listen": "ok",
            "first-client": reach(&first)?,
            "second-client": reach(&second)?,
        });
        Ok((seen, false))
    })
}

/// How many sockets to hold at once, where the implementation allows as many.
const MANY: usize = 48;

#[case]
fn ephemeral_ports_differ(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let mut sockets = Vec::new();
    let mut ports = Vec::new();
    while sockets.len() < MANY {
        step("create one more");
        let Ok(socket) = create_tcp_socket(family) else {
            break;
        };
        socket.bind(loopback(family, 0)).at("bind")?;
        ports.push(port(&socket.local_address().at("local-address")?));
        sockets.push(socket);
    }
    let count = ports.len();
    ports.sort_unstable();
    ports.dedup();
    Ok(json!({ "some": count > 1, "different": ports.len() == count }))
}

/// Many systems keep low ports for their administrator.
#[case]
fn port_one(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let socket = create(family)?;
    step("bind to port 1");
    Ok(socket.bind(loopback(family, 1)))
}
