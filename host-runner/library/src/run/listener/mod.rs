//! The listener outside the guest, or what is in its place.

mod clients;
mod server;

use server::Server;
use socket2::{Domain, Socket, Type};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use wasi_tcp_conformance_core::{Family, Listener, Policy};

/// A peer at the loopback address of a family, until it is dropped.
pub(super) struct OutsideListener {
    address: SocketAddr,
    peer: Peer,
}

/// What keeps the port, and what is done there.
enum Peer {
    /// Its clients wait.
    Listener { _listener: TcpListener },
    /// Its clients are served.
    Server(Server),
    /// A socket that does not listen: whoever connects is refused, and nobody else can
    /// listen there.
    Nobody { _holder: Socket },
}

impl OutsideListener {
    /// Starts to listen. Under a policy that denies one address, it listens there: so
    /// that only the policy is in the way.
    ///
    /// # Errors
    /// When the system does not let it.
    pub(super) fn start(does: Listener, family: Family, policy: Policy) -> Result<Self, String> {
        let address: IpAddr = match (family, policy) {
            (Family::Ipv4, Policy::OneAddress) => Ipv4Addr::new(127, 0, 0, 2).into(),
            (Family::Ipv4, _) => Ipv4Addr::LOCALHOST.into(),
            (Family::Ipv6, _) => Ipv6Addr::LOCALHOST.into(),
        };
        start(does, (address, 0).into()).map_err(|error| {
            format!(
                "the runner failed to take a port of {address} for a peer of the guest: {error}"
            )
        })
    }

    /// The port at which it listens.
    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Tells if it failed: then nothing is known of the guest, whatever it saw.
    ///
    /// # Errors
    /// Why it served no more clients.
    pub(super) fn check(&self) -> Result<(), String> {
        match &self.peer {
            Peer::Server(server) => server.check(),
            _ => Ok(()),
        }
    }
}

/// How many clients may wait: more than any case has. Systems clamp it.
const BACKLOG: i32 = 4096;

fn start(does: Listener, address: SocketAddr) -> io::Result<OutsideListener> {
    let bind = || {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        socket.bind(&address.into())?;
        let address = socket.local_addr()?.as_socket();
        io::Result::Ok((socket, address.ok_or(io::ErrorKind::AddrNotAvailable)?))
    };
    let listen = || {
        let (socket, address) = bind()?;
        socket.listen(BACKLOG)?;
        io::Result::Ok((TcpListener::from(socket), address))
    };
    let serve = |serve: clients::Serve| {
        let (listener, address) = listen()?;
        let peer = Peer::Server(Server::start(listener, serve)?);
        Ok(OutsideListener { address, peer })
    };
    match does {
        Listener::Refuses => {
            let (holder, address) = bind()?;
            let peer = Peer::Nobody { _holder: holder };
            Ok(OutsideListener { address, peer })
        }
        Listener::Resets => serve(clients::reset),
        Listener::Echoes => serve(clients::echo),
        Listener::Sends => serve(clients::send),
        Listener::Ends => serve(clients::end),
        Listener::Counts => serve(clients::count),
        _ => {
            let (listener, address) = listen()?;
            let peer = Peer::Listener {
                _listener: listener,
            };
            Ok(OutsideListener { address, peer })
        }
    }
}

#[cfg(test)]
mod tests;
