//! The listener outside the guest.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use wasi_tcp_conformance_core::{Family, Listener, Policy};

/// How long a client may take to send its first byte. It is gone before, or the time
/// limit of its trial is over.
const PATIENCE: Duration = Duration::from_mins(1);

/// A listener at the loopback address of a family, until it is dropped.
pub(super) struct OutsideListener {
    _listener: Arc<TcpListener>,
    address: SocketAddr,
    server: Option<Server>,
}

/// What deals with the clients.
struct Server {
    thread: JoinHandle<()>,
    is_over: Arc<AtomicBool>,
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
        let listen = || {
            let listener = TcpListener::bind((address, 0))?;
            let address = listener.local_addr()?;
            let listener = Arc::new(listener);
            let server = match does {
                Listener::Resets => Some(Server::start(Arc::clone(&listener))?),
                _ => None,
            };
            Ok(Self {
                _listener: listener,
                address,
                server,
            })
        };
        listen().map_err(|error: io::Error| format!("failed to listen at {address}: {error}"))
    }

    /// The port at which it listens.
    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }
}

impl Drop for OutsideListener {
    fn drop(&mut self) {
        let Some(server) = self.server.take() else {
            return;
        };
        server.is_over.store(true, Relaxed);
        // It waits for a client. Should this one not reach it, its thread waits on.
        if TcpStream::connect_timeout(&self.address, PATIENCE).is_ok() {
            let _ = server.thread.join();
        }
    }
}

impl Server {
    fn start(listener: Arc<TcpListener>) -> io::Result<Self> {
        let is_over = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&is_over);
        let serve = move || {
            while let Ok((client, _)) = listener.accept() {
                if told.load(Relaxed) {
                    return;
                }
                reset(&client);
            }
        };
        let thread = thread::Builder::new().spawn(serve)?;
        Ok(Self { thread, is_over })
    }
}

/// Lets a byte arrive that nobody reads: when the socket is closed, systems tell its
/// peer with a reset.
fn reset(client: &TcpStream) {
    let waits = client.set_read_timeout(Some(PATIENCE));
    // Whatever comes of it, the connection ends.
    let _ = waits.and_then(|()| client.peek(&mut [0]));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    #[test]
    fn clients_wait() {
        let listener =
            OutsideListener::start(Listener::Waits, Family::Ipv4, Policy::Allowed).unwrap();
        let mut client = TcpStream::connect(listener.address).unwrap();
        client.write_all(b"hello").unwrap();
        client
            .set_read_timeout(Some(Duration::from_millis(20)))
            .unwrap();
        assert!(matches!(
            client.read(&mut [0]).unwrap_err().kind(),
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
        ));
    }

    #[test]
    fn clients_are_reset() {
        let listener =
            OutsideListener::start(Listener::Resets, Family::Ipv4, Policy::Allowed).unwrap();
        for _ in 0..3 {
            let mut client = TcpStream::connect(listener.address).unwrap();
            client.write_all(b"hello").unwrap();
            assert_eq!(
                client.read(&mut [0]).unwrap_err().kind(),
                io::ErrorKind::ConnectionReset
            );
        }
        // One that comes and goes does not stop it.
        drop(TcpStream::connect(listener.address).unwrap());
        let mut client = TcpStream::connect(listener.address).unwrap();
        client.write_all(b"hello").unwrap();
        assert!(client.read(&mut [0]).is_err());
        drop(listener);
    }
}
