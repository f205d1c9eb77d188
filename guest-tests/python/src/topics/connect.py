"""The way from `unbound` or `bound` to `connected`."""

from support.address import (
    broadcast,
    loopback,
    mapped_loopback,
    multicast,
    other,
    port_of,
    same,
    wildcard,
)
from support.bindings import Err
from support.clock import one_gets_ready
from support.observe import answer, done, observe, seen
from support.report import step
from support.setup import address_of, at, bound, create, listening, listening_in_both, peer_of
from support.sockets import (
    accept_one,
    close,
    connect_and_accept,
    connect_to,
    finish_connecting,
    start_connect,
)
from support.table import case
from support.transfer import end_of


@case
def from_unbound(family):
    with create(family) as socket:
        return connects(socket, family)


@case
def from_bound(family):
    with bound(family) as socket:
        address = address_of(socket)
        observed = connects(socket, family)
        observed["local-kept"] = seen(lambda: same(socket.local_address(), address))
        return observed


def connects(socket, family):
    """Connects a socket, and asks both ends who they are."""
    with listening(family) as listener:
        address = address_of(listener)
        step("connect")
        peer, error, ends = None, None, ()
        try:
            ends = connect_and_accept(listener, socket)
        except Err as failed:
            error = failed.value
        else:
            peer = peer_of(ends[1].socket)

        def local_is_set():
            local = socket.local_address()
            return port_of(local) != 0 and (peer is None or same(local, peer))

        observed = {
            "connect": answer(error),
            "local-is-set": seen(local_is_set),
            "remote-is-listener": seen(lambda: same(socket.remote_address(), address)),
        }
        close(*ends)
        return observed


@case
def other_family(family):
    with listening(other(family)) as listener:
        return connect_new_to(family, address_of(listener))


@case
def wildcard_address(family):
    """Some systems take the wildcard for the loopback address, so there is a listener on the
    port."""
    with listening(family) as listener:
        return connect_new_to(family, wildcard(family, port_of(address_of(listener))))


@case
def port_zero(family):
    return connect_new_to(family, loopback(family, 0))


@case
def multicast_address(family):
    return connect_new_to(family, multicast(family, 9))


@case
def broadcast_address(family):
    return connect_new_to(family, broadcast(9))


@case
def mapped_address(family):
    """The port is that of a listener of each family. A socket for both families would reach
    the first, and one whose address is rewritten would reach either."""
    listener, beside = listening_in_both()
    with listener, beside:
        return connect_new_to(family, mapped_loopback(port_of(address_of(listener))))


@case
def refused(family):
    """A socket holds the port, so that nobody else can listen there."""
    with bound(family) as holder:
        return connect_new_to(family, address_of(holder))


@case
def refused_from_bound(family):
    with bound(family) as holder:
        address = address_of(holder)
        with bound(family) as socket:
            step("connect")
            return done(connect_to, socket, address)


@case
def peer_gone_before_finish(family):
    """The peer accepts and leaves while the connection is not finished here."""
    with listening(family) as listener, create(family) as client:
        address = address_of(listener)
        step("start-connect")
        at("start-connect", start_connect, client, address)
        # Some implementations connect no sooner than the pollable is polled.
        with client.subscribe() as at_client, listener.subscribe() as at_listener:
            one_gets_ready([at_client, at_listener])
        step("accept and leave")
        close(at("accept", accept_one, listener))
        step("finish-connect")
        try:
            streams = finish_connecting(client)
        except Err as error:
            return {"connect": observe(error.value)}
        with streams as (input_stream, _):
            return {"connect": "ok", "input": end_of(input_stream)}


def connect_new_to(family, address):
    with create(family) as socket:
        step("connect")
        return done(connect_to, socket, address)
