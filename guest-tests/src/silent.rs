//! A peer that never answers.
//!
//! On the loopback address there is one kind: a listener whose queue is full,
//! which drops what comes. The size of the queue is a hint; where it is not
//! taken, there is no silent peer, and the case observes that instead.

use crate::bindings::wasi::sockets::instance_network::instance_network;
use crate::bindings::wasi::sockets::tcp_create_socket::create_tcp_socket;
use crate::clock::{PATIENCE, pause, ready_within};
use crate::{
    At, ErrorCode, Halt, IpAddressFamily, IpSocketAddress, Socket, TcpSocket, bound, step,
};
use alloc::vec::Vec;

/// More clients than a queue with room for one takes on any known system.
const CLIENTS: usize = 16;

/// As many clients as fill such a queue on the systems that keep to the hint.
const FEW: usize = 4;

/// How often a socket is asked for its connection.
const ASKED: usize = 5;

/// A socket that connects, and will for a long time.
pub struct Silent {
    /// The socket, in the state `connect-in-progress`.
    pub socket: TcpSocket,
    /// Where nobody answers.
    pub address: IpSocketAddress,
    _queue: Vec<TcpSocket>,
    _listener: TcpSocket,
}

/// A socket that connects to a peer that never answers.
///
/// # Errors
/// Blocked, when a step fails; observed, when every client gets an answer.
pub fn silent(family: IpAddressFamily) -> Result<Silent, Halt> {
    let listener = bound(family)?;
    step("listen with a short queue");
    listener
        .set_listen_backlog_size(1)
        .at("set-listen-backlog-size")?;
    listener.listen().at("listen")?;
    let address = listener.local_address().at("local-address")?;
    let mut queue = Vec::new();
    let mut is_limited = false;
    for _ in 0..CLIENTS {
        step("create");
        let client = match create_tcp_socket(family) {
            // With these the queue is full, whatever the limit is.
            Err(ErrorCode::NewSocketLimit) if queue.len() > FEW => {
                is_limited = true;
                break;
            }
            client => client.at("create")?,
        };
        client
            .start_connect(&instance_network(), address)
            .at("start-connect")?;
        queue.push(client);
    }
    step("fill the queue");
    // An implementation may hesitate to say that it is done.
    let unanswered = |client: &TcpSocket| {
        (0..ASKED).all(|_| {
            let answer = client.finish_connect().map(drop);
            matches!(answer, Err(ErrorCode::WouldBlock))
        })
    };
    // Some implementations connect no sooner than this is asked.
    let waiting: Vec<bool> = queue.iter().map(unanswered).collect();
    if waiting.first() == Some(&true)
        && let Some(first) = queue.first()
    {
        ready_within(&first.subscribe(), PATIENCE);
    }
    // The first client has its answer; so the last had the time to get one.
    pause();
    if is_limited {
        // Room for the case. This client's request was dropped; it fills nothing.
        queue.pop();
    }
    match queue.pop() {
        Some(socket) if waiting.last() == Some(&true) && unanswered(&socket) => Ok(Silent {
            socket,
            address,
            _queue: queue,
            _listener: listener,
        }),
        _ => Err(Halt::Observed("no silent peer".into())),
    }
}
