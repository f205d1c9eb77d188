//! The asynchronous operations of a socket, each as one call.

use crate::bindings::wasi::io::streams::{InputStream, OutputStream};
use crate::bindings::wasi::sockets::instance_network::instance_network;
use crate::clock::Attempts;
use crate::{ErrorCode, IpSocketAddress, TcpSocket};

/// The stream from the peer, and the stream to it.
pub type Streams = (InputStream, OutputStream);

/// A connected socket with its streams.
///
/// The order of the fields is the order in which they are dropped: a stream must
/// not outlive its socket.
pub struct Connection {
    /// The stream from the peer.
    pub input: InputStream,
    /// The stream to the peer.
    pub output: OutputStream,
    /// The socket itself.
    pub socket: TcpSocket,
}

/// The asynchronous operations of a socket, from their start to their end.
///
/// An implementation may finish an operation at once, or return `would-block`
/// first. A caller sees no difference.
pub trait Socket {
    /// Binds to an address.
    fn bind(&self, address: IpSocketAddress) -> Result<(), ErrorCode>;
    /// Listens for clients.
    fn listen(&self) -> Result<(), ErrorCode>;
    /// Connects to an address, and returns the streams of the connection.
    fn connect(&self, address: IpSocketAddress) -> Result<Streams, ErrorCode>;
    /// Calls `accept` once. The tuple that `accept` returns would be dropped in
    /// the wrong order: the socket before its streams.
    fn accept_now(&self) -> Result<Connection, ErrorCode>;
    /// Waits for a client and accepts it.
    fn accept_one(&self) -> Result<Connection, ErrorCode>;
    /// Calls `finish` until it returns something other than `would-block`. The
    /// guest blocks on the socket's pollable between two calls, so a call is in
    /// vain only where the pollable is ready too early.
    fn finish<T>(&self, finish: impl Fn(&Self) -> Result<T, ErrorCode>) -> Result<T, ErrorCode>;
}

impl Socket for TcpSocket {
    fn bind(&self, address: IpSocketAddress) -> Result<(), ErrorCode> {
        self.start_bind(&instance_network(), address)?;
        self.finish(Self::finish_bind)
    }

    fn listen(&self) -> Result<(), ErrorCode> {
        self.start_listen()?;
        self.finish(Self::finish_listen)
    }

    fn connect(&self, address: IpSocketAddress) -> Result<Streams, ErrorCode> {
        self.start_connect(&instance_network(), address)?;
        self.finish(Self::finish_connect)
    }

    fn accept_now(&self) -> Result<Connection, ErrorCode> {
        let (socket, input, output) = self.accept()?;
        Ok(Connection {
            input,
            output,
            socket,
        })
    }

    fn accept_one(&self) -> Result<Connection, ErrorCode> {
        self.finish(Self::accept_now)
    }

    fn finish<T>(&self, finish: impl Fn(&Self) -> Result<T, ErrorCode>) -> Result<T, ErrorCode> {
        let mut attempts = Attempts::new();
        loop {
            match finish(self) {
                Err(ErrorCode::WouldBlock) if attempts.go_on() => self.subscribe().block(),
                outcome => return outcome,
            }
        }
    }
}
