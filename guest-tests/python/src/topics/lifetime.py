"""What lasts as long as a socket, a listener or a connection does, and no longer."""

from contextlib import ExitStack

from support.address import other
from support.bindings import BOTH, SEND, Err
from support.clock import resource_gets_ready
from support.observe import done, kept
from support.option import ALL
from support.report import step
from support.setup import address_of, at, connected, create, listening, peer_of
from support.sockets import close, connect_and_accept, connect_to, start_connect
from support.table import case
from support.transfer import Transfer, end_of

# As many as the handles of what `use_and_drop` drops last; an implementation may let a guest
# have few sockets.
SOCKETS = 7


@case
def shutdown_keeps_state(family):
    """A socket that was shut down in one direction is connected still."""
    with connected(family) as pair:
        socket = pair.client.socket
        local, remote = address_of(socket), peer_of(socket)
        at("shutdown", socket.shutdown, SEND)
        step("ask the socket")
        return {
            "start-connect": done(start_connect, socket, address_of(pair.listener)),
            "local-address": kept(local, socket.local_address),
            "remote-address": kept(remote, socket.remote_address),
            "finish-connect": done(socket.finish_connect),
            "is-listening": socket.is_listening(),
        }


@case
def both_ended(family):
    """The text does not say whether a connection that ended on both sides is closed."""
    pair = connected(family)
    with pair.listener:
        for end in (pair.client, pair.server):
            at("shutdown", end.socket.shutdown, BOTH)
        step("read to both ends")
        ends = [end_of(pair.client.input), end_of(pair.server.input)]
        step("ask the socket")
        socket = pair.client.socket
        answers = {
            "local-address": done(socket.local_address),
            "remote-address": done(socket.remote_address),
            "hop-limit": done(socket.hop_limit),
            "set-hop-limit": done(socket.set_hop_limit, 42),
            "shutdown": done(socket.shutdown, BOTH),
        }
        step("drop both")
        close(pair.client, pair.server)
        return {"ends": ends, "answers": answers}


@case
def listener_gone_with_client(family):
    """A client that nobody accepted, and nobody will."""
    listener = listening(family)
    with create(family) as client:
        address = address_of(listener)
        step("connect")
        with at("connect", connect_to, client, address) as (input_stream, _):
            step("drop the listener")
            close(listener)
            step("read")
            return end_of(input_stream)


@case
def nothing_left(family):
    """A new socket may get the number that a dropped one had, and nothing else of it."""
    fresh, used = [], []
    with create(family) as untouched, listening(family) as listener:
        for before in (family, other(family)):
            use_and_drop(before)
            with ExitStack() as held:
                sockets = [held.enter_context(create(family)) for _ in range(SOCKETS)]
                step("ask the new sockets")
                fresh += [ask(socket, family, untouched) for socket in sockets]
                step("use the new sockets")
                used += [use(socket, listener) for socket in sockets]
    return {"fresh": alike(fresh), "used": alike(used)}


def ask(socket, family, untouched):
    return {
        "address-family": socket.address_family() is family,
        "is-listening": socket.is_listening(),
        "local-address": done(socket.local_address),
        "remote-address": done(socket.remote_address),
        "options": options_of(socket) == options_of(untouched),
        "ready": resource_gets_ready(socket),
    }


def use(client, listener):
    streams, server = at("connect", connect_and_accept, listener, client)
    with streams as (input_stream, output), server:
        return {
            "sent": Transfer(output, server.input, 10).run(),
            "received": Transfer(server.output, input_stream, 10).run(),
        }


def use_and_drop(family):
    """Sets, subscribes to and shuts down all that a connection has, and drops it."""
    with connected(family) as pair:
        sockets = (pair.listener, pair.client.socket, pair.server.socket)
        for socket in sockets:
            for option in ALL:
                # What is not supported is judged elsewhere.
                done(option.set, socket, option.other_than(value_of(option, socket) or 0))
        pollables = [socket.subscribe() for socket in sockets]
        step("shutdown")
        for end in (pair.client, pair.server):
            at("shutdown", end.socket.shutdown, BOTH)
        step("drop all")
        close(*pollables)


def options_of(socket):
    return [value_of(option, socket) for option in ALL]


def value_of(option, socket):
    """The value of an option, and `None` where it cannot be read."""
    try:
        return option.get(socket)
    except Err:
        return None


def alike(observed):
    """What all of them are, or the first that differs from the one before."""
    for one, following in zip(observed, observed[1:], strict=False):
        if one != following:
            return {"differ": [one, following]}
    return observed[0]
