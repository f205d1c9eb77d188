//! What a listener outside the guest does with a client.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use wasi_tcp_conformance_core::Listener;

/// Serves a client to its end, which the client sets: it leaves, or the listener is over
/// and the connection is shut down.
pub(super) type Serve = fn(&TcpStream) -> io::Result<()>;

/// How many bytes to move at once.
const PIECE: usize = 16 << 10;

/// Lets a byte arrive that nobody reads: when the socket is closed, systems tell its
/// peer with a reset.
pub(super) fn reset(client: &TcpStream) -> io::Result<()> {
    client.peek(&mut [0]).map(drop)
}

/// Sends back what arrives, and then the end.
pub(super) fn echo(client: &TcpStream) -> io::Result<()> {
    each_piece(client, |piece| {
        let mut client = client;
        client.write_all(piece)
    })?;
    client.shutdown(Shutdown::Write)
}

/// Sends bytes that the guest knows, and an end.
pub(super) fn send(mut client: &TcpStream) -> io::Result<()> {
    let bytes: Vec<u8> = (0..=250).cycle().take(Listener::SENT).collect();
    client.write_all(&bytes)?;
    end(client)
}

/// Sends an end alone. It goes on reading: a socket that is closed with bytes unread
/// would reset the connection.
pub(super) fn end(client: &TcpStream) -> io::Result<()> {
    client.shutdown(Shutdown::Write)?;
    each_piece(client, |_| Ok(()))
}

/// Tells how many bytes arrived before the end.
pub(super) fn count(mut client: &TcpStream) -> io::Result<()> {
    let mut count = 0;
    each_piece(client, |piece| {
        count += piece.len();
        Ok(())
    })?;
    client.write_all(count.to_string().as_bytes())?;
    client.shutdown(Shutdown::Write)
}

/// Reads to the end.
fn each_piece(
    mut client: &TcpStream,
    mut then: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut piece = [0; PIECE];
    loop {
        match client.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(size) => then(&piece[..size])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
