"""The options of a socket while its state changes."""

from support.address import loopback
from support.bindings import Err
from support.observe import done, observe, seen
from support.option import each
from support.report import step
from support.setup import bound, connected, create, listening
from support.sockets import bind_to, connect_and_accept, listen_on
from support.table import case, cases


@cases(**each("readable"))
def readable(family, option):
    with (
        connected(family) as pair,
        create(family) as unbound,
        bound(family) as bound_socket,
    ):
        return {
            "unbound": kind_of(option, unbound),
            "bound": kind_of(option, bound_socket),
            "listening": kind_of(option, pair.listener),
            "connected": kind_of(option, pair.client.socket),
            "accepted": kind_of(option, pair.server.socket),
        }


def kind_of(option, socket):
    """Systems adapt the sizes of buffers to the traffic, so the number itself is no
    observation."""
    try:
        return "number" if option.get(socket) else "zero"
    except Err as error:
        return observe(error.value)


@cases(**each("kept"))
def kept(family, option):
    def bind():
        bind_to(listener, loopback(family))
        return option.has(listener, at_listener)

    def listen():
        listen_on(listener)
        return option.has(listener, at_listener)

    def connect():
        streams, server = connect_and_accept(listener, client)
        with streams, server:
            return option.has(client, at_client)

    with create(family) as listener:
        at_listener = option.change(listener)
        step("bind, listen")
        observed = {"bind": seen(bind), "listen": seen(listen)}
        with create(family) as client:
            at_client = option.change(client)
            step("connect")
            observed["connect"] = seen(connect)
        return observed


@case
def backlog_listening(family):
    with listening(family) as socket:
        return set_backlog(socket)


@case
def backlog_connected(family):
    with connected(family) as pair:
        return set_backlog(pair.client.socket)


@case
def backlog_accepted(family):
    with connected(family) as pair:
        return set_backlog(pair.server.socket)


def set_backlog(socket):
    step("set the backlog size")
    return done(socket.set_listen_backlog_size, 100)
