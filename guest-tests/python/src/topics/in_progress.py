"""The time between the start of an operation and its end."""

from support.address import loopback
from support.bindings import BOTH
from support.clock import gets_ready, ready_within_moment, resource_gets_ready
from support.observe import done, kept
from support.report import step
from support.setup import address_of, at, bound, create, listening
from support.sockets import (
    accept_now,
    accept_one,
    bind_to,
    close,
    connect_to,
    finish,
    finish_connecting,
    listen_on,
    start_bind,
    start_connect,
)
from support.table import case, cases

# The calls to make while an operation is in progress. The second argument is a peer that
# listens.


def start_to_bind(socket, _peer):
    start_bind(socket, loopback(socket.address_family()))


def start_to_connect(socket, peer):
    start_connect(socket, peer.local_address())


def start_to_listen(socket, _peer):
    socket.start_listen()


def finish_bind(socket, _peer):
    socket.finish_bind()


def finish_connect(socket, _peer):
    close(*socket.finish_connect())


def finish_listen(socket, _peer):
    socket.finish_listen()


def accept(socket, _peer):
    close(accept_now(socket))


def shutdown(socket, _peer):
    socket.shutdown(BOTH)


def local_address(socket, _peer):
    socket.local_address()


def remote_address(socket, _peer):
    socket.remote_address()


@cases(
    bind_then_start_bind=start_to_bind,
    bind_then_start_connect=start_to_connect,
    bind_then_start_listen=start_to_listen,
    bind_then_finish_listen=finish_listen,
    bind_then_finish_connect=finish_connect,
    bind_then_accept=accept,
    bind_then_shutdown=shutdown,
    bind_then_remote_address=remote_address,
    # A socket has no address until it is bound.
    bind_address=local_address,
)
def during_bind(family, call):
    """Makes another call while the socket binds, mostly to start something else, then
    finishes to bind."""
    with create(family) as socket, listening(family) as peer:
        step("start-bind")
        at("start-bind", start_to_bind, socket, peer)
        step("start another")
        another = done(call, socket, peer)
        step("finish-bind")
        return {
            "another": another,
            "finish": done(finish, socket, socket.finish_bind),
            "listens": done(listen_on, socket),
        }


@cases(
    listen_then_start_bind=start_to_bind,
    listen_then_start_connect=start_to_connect,
    listen_then_start_listen=start_to_listen,
    listen_then_finish_bind=finish_bind,
    listen_then_finish_connect=finish_connect,
    # A client may come, but not before the socket listens.
    listen_then_accept=accept,
    listen_then_shutdown=shutdown,
    listen_then_remote_address=remote_address,
)
def during_listen(family, call):
    with bound(family) as socket, listening(family) as peer:
        step("start-listen")
        at("start-listen", socket.start_listen)
        step("start another")
        another = done(call, socket, peer)
        step("finish-listen")
        return {
            "another": another,
            "finish": done(finish, socket, socket.finish_listen),
            "listens": socket.is_listening(),
        }


@cases(
    connect_then_start_bind=start_to_bind,
    connect_then_start_connect=start_to_connect,
    connect_then_start_listen=start_to_listen,
    connect_then_finish_bind=finish_bind,
    connect_then_finish_listen=finish_listen,
    connect_then_accept=accept,
    connect_then_shutdown=shutdown,
)
def during_connect(family, call):
    with create(family) as socket, listening(family) as peer:
        step("start-connect")
        at("start-connect", start_to_connect, socket, peer)
        step("start another")
        another = done(call, socket, peer)
        step("finish-connect")
        return {
            "another": another,
            "finish": done(finish_connecting, socket),
            "connected": done(socket.remote_address),
        }


@case
def bind_gets_ready(family):
    with create(family) as socket:
        at("start-bind", start_bind, socket, loopback(family))
        return wait_and_finish(socket, socket.finish_bind)


@case
def listen_gets_ready(family):
    with bound(family) as socket:
        at("start-listen", socket.start_listen)
        return wait_and_finish(socket, socket.finish_listen)


@case
def connect_gets_ready(family):
    with create(family) as socket, listening(family) as peer:
        at("start-connect", start_to_connect, socket, peer)
        return wait_and_finish(socket, socket.finish_connect)


@case
def refusal_gets_ready(family):
    """An implementation that learns of the refusal at once may return it at once."""
    with create(family) as socket, bound(family) as holder:
        refused = done(start_to_connect, socket, holder)
        if refused != "ok":
            return refused
        return wait_and_finish(socket, socket.finish_connect)


def wait_and_finish(socket, call):
    step("wait")
    ready = resource_gets_ready(socket)
    step("finish")
    return {"ready": ready, "finish": done(finish, socket, call)}


@case
def finish_once(family):
    """An operation that is finished is no longer in progress."""
    with bound(family) as socket:
        bind = done(socket.finish_bind)
        at("listen", listen_on, socket)
        listen = done(socket.finish_listen)
        with create(family) as client, at("connect", connect_to, client, address_of(socket)):
            return {
                "finish-bind": bind,
                "finish-listen": listen,
                "finish-connect": done(client.finish_connect),
            }


@case
def finish_again_beside_another(family):
    """Nothing is left to finish, however often it is tried, and that of another socket is not
    touched."""

    def beside(finish_one, finish_other):
        at("finish", finish, one, finish_one)
        step("finish again")
        again = [done(finish_one) for _ in range(4)]
        step("finish the other")
        return {"again": again, "other": done(finish, other, finish_other)}

    with create(family) as one, create(family) as other:
        step("start-bind")
        at("start-bind", start_bind, one, loopback(family))
        at("start-bind", start_bind, other, loopback(family))
        bind = beside(one.finish_bind, other.finish_bind)
        step("start-listen")
        at("start-listen", one.start_listen)
        at("start-listen", other.start_listen)
        return {"bind": bind, "listen": beside(one.finish_listen, other.finish_listen)}


@case
def one_pollable_for_all(family):
    """A pollable belongs to the socket, not to an operation."""
    with create(family) as socket, create(family) as client:
        observed = {}
        with socket.subscribe() as pollable:
            step("bind")
            at("start-bind", start_bind, socket, loopback(family))
            observed["bind"] = gets_ready(pollable)
            at("finish-bind", finish, socket, socket.finish_bind)
            step("listen")
            at("start-listen", socket.start_listen)
            observed["listen"] = gets_ready(pollable)
            at("finish-listen", finish, socket, socket.finish_listen)
            step("accept")
            observed["waits-for-client"] = not ready_within_moment(pollable)
            streams = at("connect", connect_to, client, address_of(socket))
            observed["accept"] = gets_ready(pollable)
        with streams:
            observed["accepted"] = done(accept_one, socket)
        return observed


@case
def bind_then_drop(family):
    socket = create(family)
    step("start-bind")
    at("start-bind", start_bind, socket, loopback(family))
    step("drop")
    close(socket)
    return "ok"


@case
def listen_then_drop(family):
    """Nobody has the address afterwards."""
    socket = bound(family)
    with create(family) as following:
        address = address_of(socket)
        step("start-listen")
        at("start-listen", socket.start_listen)
        step("drop")
        close(socket)
        step("bind and listen")
        return {
            "bind": done(bind_to, following, address),
            "listen": done(listen_on, following),
        }


@case
def listen_address(family):
    with bound(family) as socket:
        before = address_of(socket)
        step("start-listen")
        at("start-listen", socket.start_listen)
        step("local-address")
        during = kept(before, socket.local_address)
        return {"address": during, "finish": done(finish, socket, socket.finish_listen)}


@case
def connect_address(family):
    """Of a socket that was bound before."""
    with bound(family) as socket, listening(family) as peer:
        before = address_of(socket)
        step("start-connect")
        at("start-connect", start_to_connect, socket, peer)
        step("local-address")
        during = kept(before, socket.local_address)
        return {"address": during, "finish": done(finish_connecting, socket)}
