"""The clients that wait for a listener, and those that come one after another."""

from contextlib import ExitStack

from support.address import same
from support.bindings import Err, ErrorCode
from support.clock import (
    Attempts,
    gets_ready,
    ready_within_moment,
    resource_gets_ready,
    resource_ready_within_moment,
)
from support.halt import Blocked, Observed
from support.observe import done, observe
from support.option import U64_MAX
from support.report import step
from support.setup import address_of, at, bound, client_of, create, listening, peer_of
from support.sockets import (
    Connection,
    accept_now,
    accept_one,
    close,
    connect_and_accept,
    finish_connecting,
    listen_on,
    start_connect,
)
from support.table import case
from support.transfer import Transfer, run_all

# How many clients wait at most.
CLIENTS = 10


@case
def ready_until_drained(family):
    """Two pollables: one that was taken before a client came, and a new one each time."""
    with listening_with_backlog(family) as listener, listener.subscribe() as pollable:
        with waiting(listener, family) as clients:
            for _ in clients:
                step("wait for a client")
                if not gets_ready(pollable) or not resource_gets_ready(listener):
                    return {"ready": "until a client was accepted"}
                step("accept")
                close(at("accept", accept_one, listener))
            observed = {"ready": "for each", "waited": len(clients)}
            # The next one may be on its way still, where fewer have waited.
            if len(clients) == CLIENTS:
                step("wait for nobody")
                observed["drained"] = {
                    "ready": [
                        ready_within_moment(pollable),
                        resource_ready_within_moment(listener),
                    ],
                    "accept": done(accept_now, listener),
                }
            return observed


@case
def all_are_served(family):
    """Bytes for each reach the right one, whatever the order in which they are accepted."""
    with listening_with_backlog(family) as listener, waiting(listener, family) as clients:
        left = list(clients)
        while left:
            step("accept")
            with at("accept", accept_one, listener) as server:
                remote = peer_of(server.socket)
                found = [client for client in left if same(address_of(client.socket), remote)]
                if not found:
                    return {"waited": len(clients), "served": "a stranger"}
                index = left.index(found[0])
                arrived = serve(left.pop(index), server, 100 + index)
                if arrived != "whole":
                    return {"waited": len(clients), "served": arrived}
        return {"waited": len(clients), "served": "all"}


@case
def largest_backlog(family):
    with bound(family) as listener:
        step("set-listen-backlog-size")
        was_set = done(listener.set_listen_backlog_size, U64_MAX)
        step("listen")
        listen = done(listen_on, listener)
        return {"set": was_set, "listen": listen, "client": come(listener, family)}


@case
def largest_backlog_late(family):
    with listening(family) as listener:
        step("set-listen-backlog-size")
        was_set = done(listener.set_listen_backlog_size, U64_MAX)
        return {
            "set": was_set,
            "listening": listener.is_listening(),
            "client": come(listener, family),
        }


@case
def one_after_another(family):
    """More than the 64 descriptors that `fd-limit` leaves. Each end leaves first by turns."""
    name = "connect and accept, after some rounds"
    with listening(family) as listener:
        for round_ in range(100):
            socket = create(family)
            step(name)
            streams, server = at(name, connect_and_accept, listener, socket)
            client = Connection(*streams, socket)
            arrived = serve(client, server, 10)
            if round_ % 2 == 0:
                close(client, server)
            else:
                close(server, client)
            if arrived != "whole":
                return arrived
    return "whole"


@case
def client_gone_before_accept(family):
    """A client that is gone, and behind it one that is there. Some systems reset the
    connection of the first, and some end it. The second may have got the port of the first,
    so bytes tell which of them is accepted."""
    with listening_with_backlog(family) as listener:
        address = address_of(listener)
        close(client_of(address))
        with client_of(address) as client:
            local = address_of(client.socket)
            step("accept")
            return accept_behind_another(listener, client, local)


def accept_behind_another(listener, client, local):
    """Accepts until the client is there, whose address is `local`."""
    gone = "passed over"
    arrived = "never comes"
    attempts = Attempts()
    while True:
        try:
            with accept_now(listener) as server:
                is_second = arrived != "never comes"
                if is_second or not is_from(server, local):
                    gone = "ok"
                if is_from(server, local):
                    arrived = serve(client, server, 100)
                    if is_second or arrived == "whole":
                        break
        except Err as error:
            if error.value is not ErrorCode.WOULD_BLOCK:
                gone = observe(error.value)
            elif not resource_gets_ready(listener):
                break
        if not attempts.go_on():
            break
    return {"gone": gone, "next": arrived}


def is_from(server, address):
    """Whether this is the other end of the socket at an address. One whose peer has reset it
    may not know any more."""
    try:
        return same(server.socket.remote_address(), address)
    except Err:
        return False


def listening_with_backlog(family):
    listener = bound(family)
    step("listen")
    at("set-listen-backlog-size", listener.set_listen_backlog_size, 64)
    at("listen", listen_on, listener)
    return listener


class Clients(list):
    """Connections that are closed together."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        close(*self)


def waiting(listener, family):
    """Clients that have connected and are not accepted. The backlog is a hint, so they may be
    fewer than `CLIENTS`."""
    address = address_of(listener)
    clients = Clients()
    while len(clients) < CLIENTS:
        with ExitStack() as unless_it_waits:
            socket = unless_it_waits.enter_context(create(family))
            step("connect")
            at("start-connect", start_connect, socket, address)
            if not resource_gets_ready(socket):
                break
            try:
                clients.append(Connection(*finish_connecting(socket), socket))
            except Err as error:
                if not clients:
                    raise Blocked("connect", error.value) from None
                break
            unless_it_waits.pop_all()
    if not clients:
        raise Observed("nobody gets to wait")
    return clients


def come(listener, family):
    """What a client sees that comes to a listener."""
    with create(family) as socket:
        step("connect and accept")
        try:
            streams, server = connect_and_accept(listener, socket)
        except Err as error:
            return observe(error.value)
        with streams, server:
            return serve(Connection(*streams, socket), server, 100)


def serve(client, server, length):
    """Carries bytes both ways; returns `"whole"`, or what went wrong."""
    step("carry bytes")
    return run_all(
        Transfer(client.output, server.input, length),
        Transfer(server.output, client.input, length + 1000),
    )
