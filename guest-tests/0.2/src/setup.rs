//! Brings sockets into the state that a case starts from.
//!
//! A case does not observe these steps. When one fails, the case is blocked,
//! which no expectation accepts: an error during set-up is never mistaken for
//! the error that the case tests.

use crate::address::port;
use crate::clock::succeeds_in_time;
use crate::observe::Observe;
use crate::socket::Streams;
use crate::{
    Connection, ErrorCode, IpAddressFamily, IpSocketAddress, Socket, TcpSocket, Value,
    create_tcp_socket, json, loopback, outside_listener, step,
};

/// Why a case ended early.
pub enum Halt {
    /// A step of the set-up failed.
    Blocked {
        /// The step.
        step: &'static str,
        /// The error code that the implementation returned.
        code: ErrorCode,
    },
    /// The case has seen all there is to see.
    Observed(Value),
    /// The runner did not pass what the case needs.
    Refused(&'static str),
}

/// Names the step of the set-up that a result belongs to.
pub trait At<T> {
    /// Turns an error code into [`Halt::Blocked`] at `step`.
    ///
    /// # Errors
    /// Blocked, when `self` is an error.
    fn at(self, step: &'static str) -> Result<T, Halt>;
}

impl<T> At<T> for Result<T, ErrorCode> {
    fn at(self, step: &'static str) -> Result<T, Halt> {
        self.map_err(|code| Halt::Blocked { step, code })
    }
}

/// The other address family.
pub fn other(family: IpAddressFamily) -> IpAddressFamily {
    match family {
        IpAddressFamily::Ipv4 => IpAddressFamily::Ipv6,
        IpAddressFamily::Ipv6 => IpAddressFamily::Ipv4,
    }
}

/// Creates a socket.
///
/// # Errors
/// Blocked, when creation fails.
pub fn create(family: IpAddressFamily) -> Result<TcpSocket, Halt> {
    step("create");
    create_tcp_socket(family).at("create")
}

/// Creates a socket that is bound to a free port of the loopback address.
///
/// # Errors
/// Blocked, when a step fails.
pub fn bound(family: IpAddressFamily) -> Result<TcpSocket, Halt> {
    let socket = create(family)?;
    step("bind");
    socket.bind(loopback(family, 0)).at("bind")?;
    Ok(socket)
}

/// Creates a socket that listens on a free port of the loopback address.
///
/// # Errors
/// Blocked, when a step fails.
pub fn listening(family: IpAddressFamily) -> Result<TcpSocket, Halt> {
    let socket = bound(family)?;
    step("listen");
    socket.listen().at("listen")?;
    Ok(socket)
}

/// The two ends of a connection, and its listener.
pub struct Pair {
    /// The end that called `connect`.
    pub client: Connection,
    /// The end that `accept` returned.
    pub server: Connection,
    /// The listener, which still listens.
    pub listener: TcpSocket,
}

/// Makes a connection over the loopback address.
///
/// # Errors
/// Blocked, when a step fails.
pub fn connected(family: IpAddressFamily) -> Result<Pair, Halt> {
    let listener = listening(family)?;
    let socket = create(family)?;
    step("connect");
    let (streams, server) = connect_and_accept(&listener, &socket).at("connect")?;
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

/// Connects a new socket to an address, and does not accept it.
///
/// # Errors
/// Blocked, when a step fails.
pub fn client_of(address: IpSocketAddress) -> Result<Connection, Halt> {
    let socket = create(family_of(&address))?;
    step("connect");
    let (input, output) = socket.connect(address).at("connect")?;
    Ok(Connection {
        input,
        output,
        socket,
    })
}

/// Connects a new socket to the listener of the runner.
///
/// # Errors
/// Blocked, when a step fails.
pub fn client_outside(family: IpAddressFamily) -> Result<Connection, Halt> {
    client_of(outside_listener(family)?)
}

fn family_of(address: &IpSocketAddress) -> IpAddressFamily {
    match address {
        IpSocketAddress::Ipv4(_) => IpAddressFamily::Ipv4,
        IpSocketAddress::Ipv6(_) => IpAddressFamily::Ipv6,
    }
}

/// Connects `client` to `listener` and accepts it.
///
/// # Errors
/// The error code of the first call that fails.
pub fn connect_and_accept(
    listener: &TcpSocket,
    client: &TcpSocket,
) -> Result<(Streams, Connection), ErrorCode> {
    let streams = client.connect(listener.local_address()?)?;
    Ok((streams, listener.accept_one()?))
}

/// Makes a socket, and closes it by an attempt to connect where nobody listens.
///
/// The first attempt is to a port that a socket holds, so that nobody else can
/// listen there. If it succeeds, which is a fault of its own, the second is to a
/// port that is free again: one fault should not hide others.
///
/// # Errors
/// Blocked, when a step fails; observed, when both attempts succeed.
pub fn closed(
    family: IpAddressFamily,
    make: impl Fn(IpAddressFamily) -> Result<TcpSocket, Halt>,
) -> Result<TcpSocket, Halt> {
    for held in [true, false] {
        let holder = bound(family)?;
        let address = holder.local_address().at("local-address")?;
        let _holder = held.then_some(holder);
        let socket = make(family)?;
        step("connect in vain");
        if socket.connect(address).is_err() {
            return Ok(socket);
        }
    }
    Err(Halt::Observed("connected to nobody".into()))
}

/// Creates a listener of each family at one port of the loopback addresses, IPv4
/// first. A client that is led from one address to the other reaches a listener too.
///
/// # Errors
/// Blocked, when a step fails.
pub fn listening_in_both() -> Result<[TcpSocket; 2], Halt> {
    let mut left = 20;
    loop {
        let first = listening(IpAddressFamily::Ipv4)?;
        let port = port(&first.local_address().at("local-address")?);
        let second = create(IpAddressFamily::Ipv6)?;
        step("listen at the other loopback address");
        left -= 1;
        match second
            .bind(loopback(IpAddressFamily::Ipv6, port))
            .and_then(|()| second.listen())
        {
            // Another process may hold the port, which is no fault.
            Err(ErrorCode::AddressInUse) if left > 0 => {}
            listens => {
                listens.at("listen at the other loopback address")?;
                return Ok([first, second]);
            }
        }
    }
}

/// What new sockets are refused, one after another, more of them than the process may have
/// descriptors: each has to be refused by the code of the first. `refusal` makes one and gives
/// the code. A host may take its time to give a descriptor back.
///
/// # Errors
/// Observed, when the first socket cannot be made.
pub fn refused_again(
    refusal: impl Fn() -> Result<Option<ErrorCode>, ErrorCode>,
) -> Result<Value, Halt> {
    let first = refusal().at("create")?;
    for _ in 0..70 {
        let mut last = Ok(None);
        let is_same = succeeds_in_time(|| {
            last = refusal();
            last == Ok(first)
        });
        if !is_same {
            return Ok(match last {
                Err(code) | Ok(Some(code)) => json!({ "later": code.observe() }),
                Ok(None) => json!({ "later": "ok" }),
            });
        }
    }
    Ok(json!({ "refused": first.is_some() }))
}
