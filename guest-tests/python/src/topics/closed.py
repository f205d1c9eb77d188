"""A socket that failed to connect."""

from support import setup
from support.address import loopback, multicast, other, wildcard
from support.bindings import BOTH, RECEIVE, SEND, TcpSocket
from support.clock import resource_gets_ready
from support.observe import done, seen
from support.report import step
from support.setup import address_of, bound, create, listening
from support.sockets import accept_now, close, connect_to
from support.sockets import start_bind as start_bind_to
from support.sockets import start_connect as start_connect_to
from support.table import case, cases


@case
def start_bind(family):
    with setup.closed(family, create) as socket:
        step("start-bind")
        return done(start_bind_to, socket, loopback(family))


@cases(start_connect=create, start_connect_of_bound=bound)
def starts_to_connect(family, make):
    """The address is that of a listener, so only the state is in the way."""
    with listening(family) as listener:
        address = address_of(listener)
        with setup.closed(family, make) as socket:
            step("start-connect")
            return done(start_connect_to, socket, address)


@case
def start_listen_of_bound(family):
    with setup.closed(family, bound) as socket:
        step("start-listen")
        return done(socket.start_listen)


@cases(
    start_listen=TcpSocket.start_listen,
    accept=accept_now,
    shutdown_receive=lambda socket: socket.shutdown(RECEIVE),
    shutdown_send=lambda socket: socket.shutdown(SEND),
    shutdown_both=lambda socket: socket.shutdown(BOTH),
    finish_bind=TcpSocket.finish_bind,
    finish_connect=TcpSocket.finish_connect,
    finish_listen=TcpSocket.finish_listen,
)
def is_useless(family, call):
    with setup.closed(family, create) as socket:
        step("call")
        return done(call, socket)


@cases(local_address=TcpSocket.local_address, remote_address=TcpSocket.remote_address)
def has_address(family, call):
    with setup.closed(family, create) as socket:
        step("call")
        return seen(call, socket)


@case
def is_listening(family):
    with setup.closed(family, create) as socket:
        return socket.is_listening()


@case
def pollable_ready(family):
    with setup.closed(family, create) as socket:
        step("subscribe")
        return resource_gets_ready(socket)


@case
def drops(family):
    socket = setup.closed(family, create)
    step("drop")
    close(socket)
    return "ok"


@case
def after_other_family(family):
    return after(family, loopback(other(family), 9))


@case
def after_wildcard_address(family):
    return after(family, wildcard(family, 9))


@case
def after_port_zero(family):
    return after(family, loopback(family, 0))


@case
def after_multicast_address(family):
    return after(family, multicast(family, 9))


def after(family, address):
    """An attempt that fails at once closes a socket too. Each of three sockets is then used
    for another operation."""
    with listening(family) as listener:
        reachable = address_of(listener)
        with create(family) as binds, create(family) as connects, bound(family) as listens:
            step("connect in vain")
            sockets = (binds, connects, listens)
            failed = [done(connect_to, socket, address) for socket in sockets]
            step("use them")
            return {
                "failed": failed,
                "start-bind": done(start_bind_to, binds, loopback(family)),
                "start-connect": done(start_connect_to, connects, reachable),
                "start-listen": done(listens.start_listen),
            }
