//! How far a socket gets under a fault, and what is left of it: where the operating
//! system refuses to create sockets, or what is done with them.
//!
//! Until it is bound or connected, a socket may be a mere object in memory; on a
//! virtual network it may remain one. So the guest goes on as far as it gets:
//! - `error:CODE`: creation failed;
//! - `deferred:CODE`: creation succeeded, and a later step failed;
//! - `unaffected`: everything up to an accepted connection worked.

use crate::{
    ErrorCode, IpAddressFamily, IpSocketAddress, Observe, ShutdownType, Socket, TcpSocket, Value,
    clock, connect_and_accept, create_tcp_socket, instance_network, json, loopback, step,
};
use alloc::format;

/// How far a new socket gets.
pub fn from_creation(family: IpAddressFamily) -> Value {
    step("create");
    let socket = match create_tcp_socket(family) {
        Ok(socket) => socket,
        Err(code) => return code.observe(),
    };
    step("bind");
    match socket.bind(loopback(family, 0)) {
        Ok(()) => from_bound(&socket, family),
        Err(code) => deferred(code),
    }
}

/// How far a bound socket gets.
pub fn from_bound(socket: &TcpSocket, family: IpAddressFamily) -> Value {
    step("listen");
    match socket.listen() {
        Ok(()) => from_listening(socket, family),
        Err(code) => deferred(code),
    }
}

/// How far a listener gets.
pub fn from_listening(socket: &TcpSocket, family: IpAddressFamily) -> Value {
    step("create, connect, accept");
    let outcome =
        create_tcp_socket(family).and_then(|client| connect_and_accept(socket, &client).map(drop));
    match outcome {
        Ok(()) => "unaffected".into(),
        Err(code) => deferred(code),
    }
}

/// The observation of a fault that appeared after creation.
pub fn deferred(code: ErrorCode) -> Value {
    format!("deferred:{}", code.name()).into()
}

/// What a call shows of the state of its socket: whether the state let it through.
/// What became of it then is up to the fault.
pub fn attempted<T>(outcome: &Result<T, ErrorCode>) -> Value {
    match outcome {
        Err(code @ (ErrorCode::InvalidState | ErrorCode::ConcurrencyConflict)) => code.observe(),
        _ => "attempted".into(),
    }
}

/// What a socket answers that failed to listen or to connect.
pub fn after_failure(socket: &TcpSocket, family: IpAddressFamily) -> Value {
    step("ask the socket");
    let is_ready = clock::gets_ready(&socket.subscribe());
    let network = instance_network();
    json!({
        "pollable-ready": is_ready,
        "start-bind": socket.start_bind(&network, loopback(family, 0)).observe(),
        "start-listen": socket.start_listen().observe(),
        "start-connect": socket.start_connect(&network, nobody(family)).observe(),
        "accept": socket.accept_now().map(drop).observe(),
        "shutdown": socket.shutdown(ShutdownType::Both).observe(),
        "is-listening": socket.is_listening(),
    })
}

/// An address to which a connect can be started, whoever listens there.
pub fn nobody(family: IpAddressFamily) -> IpSocketAddress {
    loopback(family, 9)
}
