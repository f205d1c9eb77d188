//! What holds in every state of a socket.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;
use guests::{
    At, Halt, IpAddressFamily, Observe, Socket, TcpSocket, Value, case, closed, create,
    instance_network, json, listening, loopback, other, step,
};

guests::cases!(
    address_family,
    address_family_among_others,
    is_listening,
    is_listening_among_others,
    two_networks,
);

#[case]
fn address_family(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    in_every_state(family, |socket| socket.address_family().observe())
}

/// Asked again and again, while there are sockets of the other family.
#[case]
fn address_family_among_others(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let others = [create(other(family))?, listening(other(family))?];
    let observed = in_every_state(family, |socket| {
        same_again(|| socket.address_family().observe())
    })?;
    drop(others);
    Ok(observed)
}

#[case]
fn is_listening(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    in_every_state(family, |socket| socket.is_listening().observe())
}

/// Asked again and again, while there are sockets that listen, and then sockets that do not.
/// Whether a socket listens that is about to is for `is_listening` to ask.
#[case]
fn is_listening_among_others(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let among = move |others: Vec<Result<TcpSocket, Halt>>, socket: &TcpSocket| {
        if others.iter().any(Result::is_err) {
            return "no others".into();
        }
        same_again(|| socket.is_listening().observe())
    };
    let mut observed = in_every_state(family, move |socket| {
        let listeners = (0..OTHERS).map(|_| listening(family)).collect();
        let first = among(listeners, socket);
        let others = (0..OTHERS).map(|_| create(family)).collect();
        let answers = [first, among(others, socket)];
        if answers[0] == answers[1] {
            answers[0].clone()
        } else {
            json!(answers)
        }
    })?;
    if let Some(states) = observed.as_object_mut() {
        states.remove("listen-in-progress");
    }
    Ok(observed)
}

/// An implementation may let a guest have few sockets.
const OTHERS: usize = 4;

/// What is answered six times in a row, or all the answers.
fn same_again(ask: impl Fn() -> Value) -> Value {
    let answers: Vec<Value> = (0..6).map(|_| ask()).collect();
    if answers.iter().all(|answer| *answer == answers[0]) {
        answers[0].clone()
    } else {
        answers.into()
    }
}

/// Leads sockets through all states, and asks each of them there.
fn in_every_state(
    family: IpAddressFamily,
    ask: impl Fn(&TcpSocket) -> Value,
) -> Result<Value, Halt> {
    let network = instance_network();
    let (socket, client) = (create(family)?, create(family)?);
    let unbound = ask(&socket);
    step("start-bind");
    socket
        .start_bind(&network, loopback(family, 0))
        .at("start-bind")?;
    let binding = ask(&socket);
    socket.finish(TcpSocket::finish_bind).at("finish-bind")?;
    let bound = ask(&socket);
    step("start-listen");
    socket.start_listen().at("start-listen")?;
    let starting_to_listen = ask(&socket);
    socket
        .finish(TcpSocket::finish_listen)
        .at("finish-listen")?;
    let listening = ask(&socket);
    let address = socket.local_address().at("local-address")?;
    step("start-connect");
    client
        .start_connect(&network, address)
        .at("start-connect")?;
    let connecting = ask(&client);
    let _streams = client
        .finish(TcpSocket::finish_connect)
        .at("finish-connect")?;
    let connected = ask(&client);
    let accepted = socket.accept_one().at("accept")?;
    Ok(json!({
        "unbound": unbound,
        "bind-in-progress": binding,
        "bound": bound,
        "listen-in-progress": starting_to_listen,
        "listening": listening,
        "connect-in-progress": connecting,
        "connected": connected,
        "accepted": ask(&accepted.socket),
        "closed": ask(&closed(family, create)?),
    }))
}

/// Every handle is one to the default network: a socket that is bound with one is
/// connected with another, and no operation needs a handle once it is started.
#[case]
fn two_networks(family: IpAddressFamily) -> Result<impl Observe, Halt> {
    let listener = listening(family)?;
    let address = listener.local_address().at("local-address")?;
    let socket = create(family)?;
    step("get two networks");
    let (first, second) = (instance_network(), instance_network());
    step("bind");
    let bind = socket.start_bind(&first, loopback(family, 0));
    drop(first);
    let bind = bind.and_then(|()| socket.finish(TcpSocket::finish_bind));
    step("connect");
    let connect = socket.start_connect(&second, address);
    drop(second);
    let connect = connect.and_then(|()| socket.finish(TcpSocket::finish_connect));
    // A client that is not there would be waited for.
    let accept = connect.and_then(|_streams| listener.accept_one());
    Ok(json!({
        "bind": bind.observe(),
        "connect": accept.map(drop).observe(),
    }))
}
