//! How far a socket gets where the operating system refuses sockets.
//!
//! Until it is bound or connected a socket may be an object in memory, and on
//! a virtual network it may stay one. So a guest that meets a fault goes on as
//! far as it gets:
//! - `error:CODE`: creation itself failed;
//! - `deferred:CODE`: creation succeeded, and the fault showed later;
//! - `unaffected`: everything up to an accepted connection worked.

use crate::{
    ErrorCode, IpAddressFamily, Observe, Socket, TcpSocket, Value, create_tcp_socket, loopback,
    serve, step,
};
use alloc::format;

/// Starts with the creation of a socket of `family`.
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

/// Starts with a socket that is bound already.
pub fn from_bound(socket: &TcpSocket, family: IpAddressFamily) -> Value {
    step("listen, connect, accept");
    let outcome = socket
        .listen()
        .and_then(|()| create_tcp_socket(family))
        .and_then(|client| serve(socket, &client).map(drop));
    match outcome {
        Ok(()) => "unaffected".into(),
        Err(code) => deferred(code),
    }
}

/// The observation of a fault that showed after creation.
pub fn deferred(code: ErrorCode) -> Value {
    format!("deferred:{}", code.name()).into()
}
