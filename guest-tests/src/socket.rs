//! Verbs for sockets: start, wait, finish.

use crate::bindings::wasi::io::streams::{InputStream, OutputStream};
use crate::bindings::wasi::sockets::instance_network::instance_network;
use crate::{ErrorCode, IpSocketAddress, TcpSocket};

/// How often an unfinished operation is asked again before it counts as
/// `would-block`. Each time the guest first blocks on the socket's pollable,
/// so only a pollable that is ready too early makes it ask in vain.
const RETRIES: usize = 100_000;

/// What comes from the peer, and what goes to it.
pub type Streams = (InputStream, OutputStream);

/// A connected socket with its streams.
///
/// The fields are dropped in this order: a stream may not outlive its socket.
pub struct Connection {
    /// What the peer sends.
    pub input: InputStream,
    /// What goes to the peer.
    pub output: OutputStream,
    /// The socket itself.
    pub socket: TcpSocket,
}

/// The asynchronous operations of a socket, from their start to their end.
///
/// An implementation may finish at once or answer `would-block` first; both
/// look the same from here.
pub trait Socket {
    /// Binds to an address.
    fn bind(&self, address: IpSocketAddress) -> Result<(), ErrorCode>;
    /// Starts to listen.
    fn listen(&self) -> Result<(), ErrorCode>;
    /// Connects to an address; the streams are those of the connection.
    fn connect(&self, address: IpSocketAddress) -> Result<Streams, ErrorCode>;
    /// Accepts a client that is there already. What `accept` gives would be
    /// dropped in the wrong order: the socket before its streams.
    fn accept_now(&self) -> Result<Connection, ErrorCode>;
    /// Waits for a client and accepts it.
    fn accept_one(&self) -> Result<Connection, ErrorCode>;
    /// Asks again as long as the answer is `would-block`.
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
        for _ in 0..RETRIES {
            match finish(self) {
                Err(ErrorCode::WouldBlock) => self.subscribe().block(),
                done => return done,
            }
        }
        Err(ErrorCode::WouldBlock)
    }
}
