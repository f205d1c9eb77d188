//! A peer that never responds.
//!
//! On the loopback address there is one kind: a listener whose queue is full,
//! so that the system drops further requests to connect. The size of the queue
//! is only a hint. Where a system ignores it, the guest finds no such peer, and
//! observes that.

use crate::bindings::wasi::clocks::monotonic_clock::subscribe_duration;
use crate::bindings::wasi::io::poll::poll;
use crate::bindings::wasi::sockets::instance_network::instance_network;
use crate::bindings::wasi::sockets::tcp_create_socket::create_tcp_socket;
use crate::clock::pause;
use crate::{
    At, ErrorCode, Halt, IpAddressFamily, IpSocketAddress, Socket, TcpSocket, bound,
    connect_and_accept, listening, step,
};
use alloc::vec::Vec;

/// More clients than fit into a queue of size 1 on any known system.
const CLIENTS: usize = 16;

/// Enough clients to fill such a queue on the systems that follow the hint.
const FEW: usize = 4;

/// How often to ask a client whether it is connected: an implementation may
/// return `would-block` although it is.
const ATTEMPTS: usize = 5;

/// How many connections made elsewhere, one after the other, must overtake a client
/// that waits.
const OVERTAKEN: usize = 8;

/// The sockets that one of these connections takes.
const ELSEWHERE: usize = 2;

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
    let elsewhere = listening(family)?;
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
            Err(ErrorCode::NewSocketLimit) if queue.len() > FEW + ELSEWHERE => {
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
    if is_limited {
        // Leaves room for sockets elsewhere, and for one of the case. The system
        // dropped the requests of these clients, so they take no place in the queue.
        queue.truncate(queue.len() - ELSEWHERE);
    }
    wait_for_responses(&queue, &elsewhere, family);
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
/// How long that takes depends on the runtime and on the machine, so no clock can
/// tell. But a connection that starts later takes the same way: once several of
/// them in a row were made elsewhere and none of these clients has got a response,
/// none will.
fn wait_for_responses(clients: &[TcpSocket], elsewhere: &TcpSocket, family: IpAddressFamily) {
    let mut waiting: Vec<_> = clients.iter().collect();
    let mut overtaken = 0;
    while !waiting.is_empty() && overtaken < OVERTAKEN {
        overtake(elsewhere, family);
        let count = waiting.len();
        progress(&waiting);
        waiting.retain(|client| is_waiting(client));
        overtaken = if waiting.len() == count {
            overtaken + 1
        } else {
            0
        };
    }
}

/// Makes a connection elsewhere. Where there is no socket left for it, time passes.
fn overtake(elsewhere: &TcpSocket, family: IpAddressFamily) {
    let connection = create_tcp_socket(family).and_then(|client| {
        let ends = connect_and_accept(elsewhere, &client);
        // The streams end before their socket.
        ends.map(drop)
    });
    if connection.is_err() {
        pause();
    }
}

/// Polls the clients once: some implementations connect only then.
fn progress(clients: &[&TcpSocket]) {
    let pollables: Vec<_> = clients.iter().map(|client| client.subscribe()).collect();
    let at_once = subscribe_duration(0);
    let all: Vec<_> = [&at_once].into_iter().chain(&pollables).collect();
    poll(&all);
}

fn is_waiting(client: &TcpSocket) -> bool {
    (0..ATTEMPTS).all(|_| {
        let outcome = client.finish_connect().map(drop);
        matches!(outcome, Err(ErrorCode::WouldBlock))
    })
}
