//! A peer that never responds.
//!
//! On the loopback address there is one kind: a listener whose queue is full,
//! so that the system drops further requests to connect. The size of the queue
//! is only a hint. Where a system ignores it, the guest finds no such peer, and
//! observes that.

use crate::bindings::wasi::clocks::monotonic_clock::now;
use crate::bindings::wasi::sockets::instance_network::instance_network;
use crate::bindings::wasi::sockets::tcp_create_socket::create_tcp_socket;
use crate::clock::{patience, pause};
use crate::{
    At, ErrorCode, Halt, IpAddressFamily, IpSocketAddress, Socket, TcpSocket, bound, step,
};
use alloc::vec::Vec;

/// More clients than fit into a queue of size 1 on any known system.
const CLIENTS: usize = 16;

/// Enough clients to fill such a queue on the systems that follow the hint.
const FEW: usize = 4;

/// How often to ask a client whether it is connected: an implementation may
/// return `would-block` although it is.
const ATTEMPTS: usize = 5;

/// How many pauses without a response must follow each other, at least.
const QUIET_PAUSES: usize = 4;

/// How much longer than any response so far must be waited for another one.
const MARGIN: u64 = 10;

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
    let start = now();
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
    wait_for_responses(&queue, start);
    if is_limited {
        // Leaves the case room for a socket of its own. The system dropped the
        // request of this client, so it takes no place in the queue.
        queue.pop();
    }
    match queue.pop() {
        Some(client) if is_waiting(&client) => Ok(UnresponsivePeer {
            client,
            address,
            _queue: queue,
            _listener: listener,
        }),
        _ => Err(Halt::Observed("no silent peer".into())),
    }
}

/// Waits until the clients that still have no response will get none.
///
/// How long that takes depends on the runtime, so the responses that did come are
/// the measure: the wait is over once nothing has come for much longer than any
/// of them took.
fn wait_for_responses(clients: &[TcpSocket], start: u64) {
    // Some implementations connect only when asked whether they are connected.
    let mut waiting: Vec<_> = clients.iter().filter(|client| is_waiting(client)).collect();
    let mut latest = now();
    let mut longest = latest - start;
    let mut quiet_pauses = 0;
    while !waiting.is_empty() {
        let limit = if waiting.len() == clients.len() {
            patience()
        } else {
            patience().min(longest * MARGIN)
        };
        if quiet_pauses >= QUIET_PAUSES && now() - latest > limit {
            break;
        }
        pause();
        let count = waiting.len();
        waiting.retain(|client| is_waiting(client));
        if waiting.len() == count {
            quiet_pauses += 1;
        } else {
            longest = longest.max(now() - latest);
            latest = now();
            quiet_pauses = 0;
        }
    }
}

fn is_waiting(client: &TcpSocket) -> bool {
    (0..ATTEMPTS).all(|_| {
        let outcome = client.finish_connect().map(drop);
        matches!(outcome, Err(ErrorCode::WouldBlock))
    })
}
