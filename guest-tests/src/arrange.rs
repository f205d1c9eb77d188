//! Brings a socket into the state that a case starts from.
//!
//! These steps are not what a case observes. When one fails, the case is
//! blocked, which no expectation accepts: an error of the set-up can never be
//! taken for the error that the case is about.

use crate::socket::Streams;
use crate::{
    Connection, ErrorCode, IpAddressFamily, Socket, TcpSocket, Value, create_tcp_socket, loopback,
    step,
};

/// Why a case ended early.
pub enum Halt {
    /// A step of the set-up was refused.
    Blocked {
        /// The step.
        step: &'static str,
        /// What the implementation answered.
        code: ErrorCode,
    },
    /// The case already saw what there is to see.
    Observed(Value),
}

/// Names the step that a result belongs to.
pub trait At<T> {
    /// Turns an error into [`Halt::Blocked`] at `step`.
    ///
    /// # Errors
    /// The halt, when `self` is an error.
    fn at(self, step: &'static str) -> Result<T, Halt>;
}

impl<T> At<T> for Result<T, ErrorCode> {
    fn at(self, step: &'static str) -> Result<T, Halt> {
        self.map_err(|code| Halt::Blocked { step, code })
    }
}

/// The family that `family` is not.
pub fn other(family: IpAddressFamily) -> IpAddressFamily {
    match family {
        IpAddressFamily::Ipv4 => IpAddressFamily::Ipv6,
        IpAddressFamily::Ipv6 => IpAddressFamily::Ipv4,
    }
}

/// A new socket.
///
/// # Errors
/// Blocked, when creation fails.
pub fn create(family: IpAddressFamily) -> Result<TcpSocket, Halt> {
    step("create");
    create_tcp_socket(family).at("create")
}

/// A socket that is bound to a free port of the loopback address.
///
/// # Errors
/// Blocked, when a step fails.
pub fn bound(family: IpAddressFamily) -> Result<TcpSocket, Halt> {
    let socket = create(family)?;
    step("bind");
    socket.bind(loopback(family, 0)).at("bind")?;
    Ok(socket)
}

/// A socket that listens on a free port of the loopback address.
///
/// # Errors
/// Blocked, when a step fails.
pub fn listening(family: IpAddressFamily) -> Result<TcpSocket, Halt> {
    let socket = bound(family)?;
    step("listen");
    socket.listen().at("listen")?;
    Ok(socket)
}

/// The two ends of a connection, and the listener it came through.
pub struct Pair {
    /// The end that connected.
    pub client: Connection,
    /// The end that was accepted.
    pub server: Connection,
    /// Still listening.
    pub listener: TcpSocket,
}

/// A connection over the loopback address.
///
/// # Errors
/// Blocked, when a step fails.
pub fn connected(family: IpAddressFamily) -> Result<Pair, Halt> {
    let listener = listening(family)?;
    let socket = create(family)?;
    step("connect");
    let (streams, server) = serve(&listener, &socket).at("connect")?;
    let (input, output) = streams;
    Ok(Pair {
        client: Connection {
            input,
            output,
            socket,
        },
        server,
        listener,
    })
}

/// Connects `client` to `listener` and accepts it.
///
/// # Errors
/// What the first call that fails answers.
pub fn serve(listener: &TcpSocket, client: &TcpSocket) -> Result<(Streams, Connection), ErrorCode> {
    let streams = client.connect(listener.local_address()?)?;
    Ok((streams, listener.accept_one()?))
}
