//! A peer that never responds.
//!
//! On the loopback address there is one kind: a listener whose queue is full,
//! so that the system drops further requests to connect. The size of the queue
//! is only a hint. Where a system ignores it, the guest finds no such peer, and
//! observes that.

use crate::bindings::wasi::sockets::instance_network::instance_network;
use crate::bindings::wasi::sockets::tcp_create_socket::create_tcp_socket;
use crate::clock::{PATIENCE, pause, ready_within};
use crate::{
    At, ErrorCode, Halt, IpAddressFamily, IpSocketAddress, Socket, TcpSocket, bound, step,
};
use alloc::vec::Vec;

/// More clients than fit into a queue of size 1 on any known system.
const CLIENTS: usize = 16;

/// Enough clients to fill such a queue on the systems that follow the hint.
const FEW: usize = 4;

/// How often to ask a client whether it is connected.
const ATTEMPTS: usize = 5;

/// A peer that never responds, and a client that is connecting to it.
pub struct UnresponsivePeer {
    /// The client, in the state `connect-in-progress`.
    pub client: TcpSocket,
    /// The address of the peer.
    pub address: IpSocketAddress,
    _queue: Vec<TcpSocket>,
    _listener: TcpSocket,
}

/// Finds a peer that never responds, and starts to connect to it.
///
/// # Errors
/// Blocked, when a step fails; observed, when every client gets a response.
pub fn unresponsive_peer(family: IpAddressFamily) -> Result<UnresponsivePeer, Halt> {
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
            // This many clients fill the queue, whatever the limit is.
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
    // An implementation may return `would-block` although it is connected.
    let is_waiting = |client: &TcpSocket| {
        (0..ATTEMPTS).all(|_| {
            let outcome = client.finish_connect().map(drop);
            matches!(outcome, Err(ErrorCode::WouldBlock))
        })
    };
    // Some implementations connect only when asked whether they are connected.
    let waiting: Vec<bool> = queue.iter().map(is_waiting).collect();
    if waiting.first() == Some(&true)
        && let Some(first) = queue.first()
    {
        ready_within(&first.subscribe(), PATIENCE);
    }
    // The first client has a response, so the last one had the time to get one.
    pause();
    if is_limited {
        // Leaves the case room for a socket of its own. The system dropped the
        // request of this client, so it takes no place in the queue.
        queue.pop();
    }
    match queue.pop() {
        Some(client) if waiting.last() == Some(&true) && is_waiting(&client) => {
            Ok(UnresponsivePeer {
                client,
                address,
                _queue: queue,
                _listener: listener,
            })
        }
        _ => Err(Halt::Observed("no silent peer".into())),
    }
}
