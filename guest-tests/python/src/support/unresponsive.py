"""A peer that never responds.

On the loopback address there is one kind: a listener whose queue is full, so that the
system drops further requests to connect. The size of the queue is only a hint. Where a
system ignores it, the guest finds no such peer, and observes that.
"""

from contextlib import ExitStack

from .bindings import Err, ErrorCode, create_tcp_socket, poll, subscribe_duration
from .clock import pause
from .halt import Blocked, Observed
from .observe import code_of
from .report import step
from .setup import address_of, at, bound, listening
from .sockets import close, connect_and_accept, listen_on, start_connect

# More clients than fit into a queue of size 1 on any known system.
CLIENTS = 16

# Enough clients to fill such a queue on the systems that follow the hint.
FEW = 4

# How often to ask a client whether it is connected: an implementation may answer
# `would-block` although it is.
ATTEMPTS = 5

# How many connections made elsewhere, one after the other, must overtake a client that
# waits.
OVERTAKEN = 8

# The sockets that one of these connections takes.
ELSEWHERE = 2


class UnresponsivePeer:
    """A peer that never responds, and a client that is connecting to it."""

    def __init__(self, client, address, queue, listener):
        # The client, in the state `connect-in-progress`.
        self.client = client
        # The address of the peer.
        self.address = address
        self.queue = queue
        self.listener = listener

    def __enter__(self):
        return self

    def __exit__(self, *_):
        close(self.client)
        self.close_peer()

    def close_peer(self):
        """Closes all but the client."""
        close(*self.queue, self.listener)


def unresponsive_peer(family):
    """Finds a peer that never responds, and starts to connect to it."""
    with listening(family) as elsewhere:
        listener = bound(family)
        step("listen with a short queue")
        at("set-listen-backlog-size", listener.set_listen_backlog_size, 1)
        at("listen", listen_on, listener)
        address = address_of(listener)
        queue = clients_of(address, family)
        step("fill the queue")
        wait_for_responses(queue, elsewhere, family)
    client = queue.pop()
    if not is_waiting(client):
        raise Observed("no silent peer")
    return UnresponsivePeer(client, address, queue, listener)


def clients_of(address, family):
    """As many clients as fill the queue, each of which starts to connect."""
    clients = []
    while len(clients) < CLIENTS:
        step("create")
        try:
            client = create_tcp_socket(family)
        except Err as error:
            # This many clients fill the queue, whatever the limit is.
            is_limit = error.value is ErrorCode.NEW_SOCKET_LIMIT
            if is_limit and len(clients) > FEW + ELSEWHERE:
                # Leaves room for sockets elsewhere, and for one of the case. The system
                # dropped the requests of these clients, so they take no place in the queue.
                close(clients.pop(), clients.pop())
                return clients
            raise Blocked("create", error.value) from None
        at("start-connect", start_connect, client, address)
        clients.append(client)
    return clients


def wait_for_responses(clients, elsewhere, family):
    """Waits until the clients that still have no response will get none.

    How long that takes depends on the runtime and on the machine, so no clock can tell. But
    a connection that starts later takes the same way: once several of them in a row were
    made elsewhere and none of these clients has got a response, none will.
    """
    waiting = list(clients)
    overtaken = 0
    while waiting and overtaken < OVERTAKEN:
        overtake(elsewhere, family)
        count = len(waiting)
        progress(waiting)
        waiting = [client for client in waiting if is_waiting(client)]
        overtaken = overtaken + 1 if len(waiting) == count else 0


def overtake(elsewhere, family):
    """Makes a connection elsewhere. Where there is no socket left for it, time passes."""
    try:
        with create_tcp_socket(family) as client:
            streams, server = connect_and_accept(elsewhere, client)
            close(streams, server)
    except Err:
        pause()


def progress(clients):
    """Polls the clients once: some implementations connect only then."""
    with ExitStack() as pollables:
        at_once = pollables.enter_context(subscribe_duration(0))
        waiting = [pollables.enter_context(client.subscribe()) for client in clients]
        poll([at_once, *waiting])


def is_waiting(client):
    """Whether a client says each time that it is not connected yet."""
    return all(code_of(client.finish_connect) is ErrorCode.WOULD_BLOCK for _ in range(ATTEMPTS))
