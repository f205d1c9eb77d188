//! How far a socket gets under a fault: where the operating system refuses to
//! create sockets.
//!
//! Until it is bound or connected, a socket may be a mere object in memory; on a
//! virtual network it may remain one. So the guest goes on as far as it gets:
//! - `error:CODE`: creation failed;
//! - `deferred:CODE`: creation succeeded, and a later step failed;
//! - `unaffected`: everything up to an accepted connection worked.

use crate::{
    ErrorCode, IpAddressFamily, Observe, Socket, TcpSocket, Value, connect_and_accept,
    create_tcp_socket, loopback, step,
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
    step("listen, connect, accept");
    let outcome = socket
        .listen()
        .and_then(|()| create_tcp_socket(family))
        .and_then(|client| connect_and_accept(socket, &client).map(drop));
    match outcome {
        Ok(()) => "unaffected".into(),
        Err(code) => deferred(code),
    }
}

/// The observation of a fault that appeared after creation.
pub fn deferred(code: ErrorCode) -> Value {
    format!("deferred:{}", code.name()).into()
}
